"""What a community's own pages show: in public for members, on the overview for leaders and managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.communities.found import current_values, mission_is_intact
from surveyapp.communities.models import Community, Value
from surveyapp.goals.models import Ending, Goal
from surveyapp.goals.pursue import goals_of
from surveyapp.responses.models import Response
from surveyapp.review.models import Column
from surveyapp.review.rank import Ranked, newest_runs, ranked
from surveyapp.surveys.design import takes_answers
from surveyapp.surveys.models import State, Survey
from surveyapp.themes.flags import to_look_at
from surveyapp.themes.read import in_other_languages

MOST_CANDIDATES = 5  # on the overview; the board has all


@dataclass(frozen=True)
class SetAside:
    """Something that will not be done, with the reason that members can read (R3)."""

    title: str | None  # None: the words of a few members, which are not repeated in public (R7)
    reason: str
    on: date


@dataclass(frozen=True)
class PublicPage:
    """What everybody may read of a community."""

    is_intact: bool  # the mission is the one that was founded (R1)
    values: Sequence[Value]
    surveys: Sequence[Survey]  # that take answers today
    goals: Sequence[Goal]  # under way
    achieved: Sequence[Goal]
    set_aside: Sequence[SetAside]


@dataclass(frozen=True)
class Step:
    """One of the first steps of a community."""

    title: str
    note: str
    is_done: bool


@dataclass(frozen=True)
class Answered:
    """An open survey, and how many have answered."""

    survey: Survey
    answers: int


@dataclass(frozen=True)
class Overview:
    """What leaders and managers see first."""

    is_intact: bool
    goals: Sequence[Goal]  # under way
    achieved: int
    open_surveys: Sequence[Answered]
    drafts: Sequence[Survey]
    candidates: Sequence[Ranked]  # not decided yet, those with most people first (R5)
    undecided: int  # all of them
    in_other_languages: int  # ideas of the newest runs, as far as enough people wrote them (R7)
    steps: Sequence[Step]  # empty once there was a goal
    flagged_surveys: Sequence[Survey]  # with proposals that members reported
    flagged: Sequence[Ranked]  # candidates whose names members reported


def public_page(session: Session, community: Community, today: date) -> PublicPage:
    """Gather the public page."""
    goals = goals_of(session, community.id)
    return PublicPage(
        is_intact=mission_is_intact(session, community),
        values=current_values(session, community.id),
        surveys=[survey for survey in _surveys(session, community.id) if takes_answers(survey, today)],
        goals=[goal for goal in goals if goal.ending is None],
        achieved=[goal for goal in goals if goal.ending is Ending.ACHIEVED],
        set_aside=_set_aside(ranked(session, community.id), goals),
    )


def overview(session: Session, community: Community) -> Overview:
    """Gather the overview."""
    goals = goals_of(session, community.id)
    surveys = _surveys(session, community.id)
    open_surveys = [survey for survey in surveys if survey.state is State.OPEN]
    counts = _answers(session, [survey.id for survey in open_surveys])
    board = ranked(session, community.id)
    candidates = [one for one in board if one.candidate.column in (Column.NEW, Column.SHORTLISTED)]
    flagged_surveys, flagged_themes = to_look_at(session, community.id)
    values = len(current_values(session, community.id))
    return Overview(
        is_intact=mission_is_intact(session, community),
        goals=[goal for goal in goals if goal.ending is None],
        achieved=sum(goal.ending is Ending.ACHIEVED for goal in goals),
        open_surveys=[Answered(survey, counts.get(survey.id, 0)) for survey in open_surveys],
        drafts=[survey for survey in surveys if survey.state is State.DRAFT],
        candidates=candidates[:MOST_CANDIDATES],
        undecided=len(candidates),
        in_other_languages=_in_other_languages(session, community.id, surveys),
        flagged_surveys=flagged_surveys,
        flagged=[one for one in board if one.candidate.theme_id in flagged_themes],
        steps=_steps_to_founding(surveys, has_candidates=bool(candidates))
        if community.is_in_preparation
        else ()
        if goals
        else _first_steps(values, surveys, has_candidates=bool(candidates)),
    )


def _surveys(session: Session, community_id: int) -> Sequence[Survey]:
    return session.scalars(select(Survey).where(Survey.community_id == community_id).order_by(Survey.id)).all()


def _in_other_languages(session: Session, community_id: int, surveys: Sequence[Survey]) -> int:
    smallest = {survey.id: survey.smallest_group for survey in surveys}
    runs = newest_runs(session, community_id)
    return sum(in_other_languages(run, smallest[run.survey_id]) or 0 for run in runs)


def _answers(session: Session, survey_ids: Sequence[int]) -> dict[int, int]:
    """How many people sent their answers, by survey."""
    counted = (
        select(Response.survey_id, func.count())
        .where(Response.survey_id.in_(survey_ids), Response.is_sent)
        .group_by(Response.survey_id)
    )
    return dict(session.execute(counted).all())


def _set_aside(candidates: Sequence[Ranked], goals: Sequence[Goal]) -> list[SetAside]:
    """Declined candidates and retired goals, the newest decision first; what is both stands once."""
    sentences = {goal.candidate_id: goal.sentence for goal in reversed(goals)}
    declined = [one for one in candidates if one.candidate.column is Column.DECLINED and one.decision is not None]
    found = [
        SetAside(sentences.get(one.candidate.id) or _public_title(one), one.reason, one.decision.decided_at.date())
        for one in declined
        if one.decision is not None
    ]
    named = {one.candidate.id for one in declined}
    found += [
        SetAside(goal.sentence, goal.ending_reason or "", goal.ended_on)
        for goal in goals
        if goal.ending is Ending.RETIRED and goal.ended_on and goal.candidate_id not in named
    ]
    return sorted(found, key=lambda one: (-one.on.toordinal(), one.title or ""))


def _public_title(one: Ranked) -> str | None:
    """What a candidate is called in public: a member's own words only where enough people stand behind them (R7)."""
    theme = one.candidate.theme
    is_in_our_words = theme is None or theme.name is not None
    has_enough = one.survey is not None and one.people >= one.survey.quote_group
    return one.title if is_in_our_words or has_enough else None


def _steps_to_founding(surveys: Sequence[Survey], *, has_candidates: bool) -> list[Step]:
    is_opened = any(survey.state is not State.DRAFT for survey in surveys)
    return [
        Step("Name the problem", "Done. Those who care about it read it on the public page.", is_done=True),
        Step(
            "Ask everybody who cares",
            "Done." if is_opened else "Start from “Before founding”, and share its open link.",
            is_done=is_opened,
        ),
        Step(
            "See what they say",
            "Done. Their ideas are grouped." if has_candidates else "Their ideas are grouped into what most say.",
            is_done=has_candidates,
        ),
        Step("Found the community", "Write its mission, for good, and its first values.", is_done=False),
    ]


def _first_steps(values: int, surveys: Sequence[Survey], *, has_candidates: bool) -> list[Step]:
    is_opened = any(survey.state is not State.DRAFT for survey in surveys)
    return [
        Step("Write the mission", "Done. It cannot be changed later.", is_done=True),
        Step("Name your values", f"Done, {values} {'value' if values == 1 else 'values'}.", is_done=True),
        Step(
            "Open the first survey",
            "Done." if is_opened else "A ready-made one takes 6 minutes to answer. Members need only its link.",
            is_done=is_opened,
        ),
        Step(
            "See what members want",
            "Done. The ideas are grouped, and candidates wait for you."
            if has_candidates
            else "Their ideas are grouped into candidates for a goal.",
            is_done=has_candidates,
        ),
        Step("Adopt the first goal", "Something small that can be finished in a month is a good start.", is_done=False),
    ]
