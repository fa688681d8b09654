"""What became of each idea of one answer: its theme, the decision with its reason, the goal and how far it is.

An answer is found by its private code alone, also after closing (``Response.fate_key``), or by the member where the
survey links answers to members. Nothing is noted of who looks, or when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.goals.models import Goal
from surveyapp.responses.collect import fate_key_of
from surveyapp.responses.models import Answer, Response
from surveyapp.review.judge import COLUMN_NAMES
from surveyapp.review.models import Candidate, Decision
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.themes.discover import latest_run
from surveyapp.themes.models import NOTHING, AnalysedResponse, Finding, Statement, Theme
from surveyapp.themes.read import idea_questions


@dataclass(frozen=True)
class Fate:
    """One idea, and how far it came; what has not happened yet is None or empty."""

    idea: str  # in the member's own words
    theme: str | None = None  # what the group of ideas is called that it joined
    state: str = ""  # where the candidate stands on the board
    decision: Decision | None = None  # the newest, with its public reason
    goal: Goal | None = None


@dataclass(frozen=True)
class Fates:
    """All ideas of one answer."""

    is_grouped: bool  # whether ideas were grouped since it was sent
    ideas: Sequence[Fate]
    taken_off: Sequence[tuple[str, str]] = ()  # proposals of theirs that are no longer voted on, each with the reason


def response_of_code(session: Session, survey: Survey, code: str) -> str | None:
    """The answer that was sent with a private code; None if there is none."""
    named = (Response.survey_id == survey.id, Response.fate_key == fate_key_of(code), Response.is_sent)
    return session.scalar(select(Response.id).where(*named))


def response_of_member(session: Session, survey: Survey, member_id: int) -> str | None:
    """The answer that a member sent, where the survey links answers to members (R6: never in an anonymous one)."""
    named = (Response.survey_id == survey.id, Response.member_id == member_id, Response.is_sent)
    return session.scalar(select(Response.id).where(*named))


def fates_of(session: Session, survey: Survey, response_id: str) -> Fates:
    """What became of each idea of an answer, by the newest run; in few queries however many ideas there are."""
    questions = idea_questions(survey.questions)
    run = latest_run(session, survey.id)
    known = select(AnalysedResponse).where(
        AnalysedResponse.run_id == (run.id if run else None), AnalysedResponse.response_id == response_id
    )
    if run is None or session.scalar(known) is None:
        return Fates(is_grouped=False, ideas=[Fate(text) for text in _texts(session, questions, response_id)])
    statements = session.execute(
        select(Statement.text, Statement.theme_id)
        .where(
            Statement.run_id == run.id,
            Statement.response_id == response_id,
            Statement.question_id.in_([question.id for question in questions]),
            Statement.kind != NOTHING,
        )
        .order_by(Statement.question_id, Statement.item, Statement.begin)
    ).all()
    joined = _goes_on_as(session, {theme_id for _, theme_id in statements if theme_id is not None})
    names = _names(session, run.id, joined)
    reached = _reached(session, set(joined.values()))
    ideas = []
    for text, theme_id in statements:
        if theme_id is None:
            ideas.append(Fate(text))
            continue
        candidate, decision, goal = reached.get(joined[theme_id], (None, None, None))
        state = COLUMN_NAMES[candidate.column] if candidate else ""
        ideas.append(Fate(text, names.get(theme_id), state, decision, goal))
    return Fates(is_grouped=True, ideas=ideas)


def _texts(session: Session, questions: Sequence[Question], response_id: str) -> list[str]:
    """The ideas as they were written."""
    kinds = {question.id: question.kind for question in questions}
    rows = session.execute(
        select(Answer.question_id, Answer.content)
        .where(Answer.response_id == response_id, Answer.question_id.in_(kinds))
        .order_by(Answer.question_id)
    )
    found: list[str] = []
    for question_id, content in rows:
        found += [idea["idea"] for idea in content] if kinds[question_id] is Kind.PROPOSALS else [content]
    return found


def _goes_on_as(session: Session, theme_ids: set[int]) -> dict[int, int]:
    """Per theme the one that it was merged into in the end, or itself."""
    on = {theme_id: theme_id for theme_id in theme_ids}
    while True:
        merged = dict(
            session.execute(
                select(Theme.id, Theme.merged_into_id).where(
                    Theme.id.in_(set(on.values())), Theme.merged_into_id.is_not(None)
                )
            ).all()
        )
        if not merged:
            return on
        on = {theme_id: merged.get(now, now) or now for theme_id, now in on.items()}


def _names(session: Session, run_id: int, joined: Mapping[int, int]) -> dict[int, str]:
    """What the themes of a run are called: as a manager named them, else by the run."""
    rows = session.execute(
        select(Theme.id, Theme.name, Finding.title)
        .outerjoin(Finding, (Finding.theme_id == Theme.id) & (Finding.run_id == run_id))
        .where(Theme.id.in_({*joined, *joined.values()}))
    )
    called = {theme_id: name or title for theme_id, name, title in rows}
    return {old: words for old, new in joined.items() if (words := called.get(new) or called.get(old))}


def _reached(session: Session, theme_ids: set[int]) -> dict[int, tuple[Candidate, Decision | None, Goal | None]]:
    """Per theme its candidate, the newest decision about that, and the newest goal that came of it."""
    candidates = session.scalars(select(Candidate).where(Candidate.theme_id.in_(theme_ids))).all()
    ids = [candidate.id for candidate in candidates]
    decisions = {
        decision.candidate_id: decision
        for decision in session.scalars(select(Decision).where(Decision.candidate_id.in_(ids)).order_by(Decision.id))
    }
    goals = {
        goal.candidate_id: goal
        for goal in session.scalars(select(Goal).where(Goal.candidate_id.in_(ids)).order_by(Goal.id))
    }
    return {
        one.theme_id: (one, decisions.get(one.id), goals.get(one.id)) for one in candidates if one.theme_id is not None
    }
