"""Make a candidate a goal: judged, with a finish line, and in the open (R2, R3, R5)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Mission, Value
from surveyapp.errors import BadInput, Conflict
from surveyapp.goals.models import Goal
from surveyapp.review.judge import NeedsReason, decide
from surveyapp.review.models import Candidate, Column
from surveyapp.review.rank import Ranked, ranked, standing
from surveyapp.text_gate import clean_line, clean_words

MOST_SENTENCE, MOST_MEASURE, MOST_UNIT, MOST_WHY = 300, 200, 40, 2000


class NotJudged(Conflict):
    """A candidate was to be adopted while one of the three criteria stood open (R2)."""


class NoFinishLine(BadInput):
    """A goal was to begin without saying when it is reached, by when, or what for (R2)."""


class NeedsCompromise(Conflict):
    """The organisation's candidate was to go before a better-supported one of the members without a word (R5)."""


@dataclass(frozen=True, kw_only=True)
class FinishLine:
    """When a goal is reached, by when, and what it serves."""

    sentence: str  # verb and object: "Open a tool library"
    measure: str  # what is counted: "repair Saturdays held"
    unit: str  # of baseline and target: "Saturdays"
    baseline: float
    target: float
    due_on: date
    value_ids: Sequence[int] = field(default=())
    serves_mission: str = ""  # why it serves the mission, where no value is named


def adopt(
    session: Session,
    candidate: Candidate,
    finish: FinishLine,
    *,
    user_id: int,
    reason: str,
    today: date,
    compromise: str = "",
) -> Goal:
    """Make *candidate* a goal (R2), with a reason that members can read (R3).

    Raises:
        Conflict: If it is a goal already.
        NotJudged: If a criterion is not met.
        NoFinishLine: If the finish line is incomplete.
        NeedsCompromise: If it is the organisation's, a candidate of the members has more people behind it, and
            *compromise* does not say why it goes first (R5).
        NeedsReason: If there is no reason.
    """
    if candidate.column is Column.ADOPTED:
        raise Conflict("This is a goal already.")
    if session.get(Mission, candidate.community_id) is None:
        raise Conflict("Found the community first: a goal serves its mission and values.")
    board = ranked(session, candidate.community_id)
    own = standing(board, candidate)
    if criteria := own.open_criteria:
        raise NotJudged(f"Still to be judged with yes: {', '.join(criterion.value for criterion in criteria)}.")
    values = _checked(session, candidate.community_id, finish, today)
    compromise = clean_words(compromise)
    if len(compromise) > MOST_WHY:
        raise BadInput(f"At most {MOST_WHY:,} characters, please.")
    if before := better_supported(board, own):
        if not compromise:
            raise NeedsCompromise(
                f"Members put {_counted(before)} forward with more people behind it. "
                "Write down the compromise: why the organisation’s goes first, and what becomes of theirs."
            )
    else:
        compromise = ""
    if not clean_words(reason):
        raise NeedsReason("Say why it is adopted. Members can read the reason.")
    goal = Goal(
        community_id=candidate.community_id,
        candidate=candidate,
        sentence=clean_line(finish.sentence),
        measure=clean_line(finish.measure),
        unit=clean_line(finish.unit),
        baseline=finish.baseline,
        target=finish.target,
        level=finish.baseline,
        due_on=finish.due_on,
        serves_mission=clean_words(finish.serves_mission),
        compromise=compromise,
        adopted_on=today,
        values=values,
    )
    session.add(goal)
    decide(session, candidate, Column.ADOPTED, reason, user_id=user_id)
    audit.record(
        session, "adopted a goal", user_id=user_id, community_id=goal.community_id, goal=goal.id, sentence=goal.sentence
    )
    return goal


def better_supported(board: Sequence[Ranked], own: Ranked) -> list[Ranked]:
    """The members' candidates that are no goals and have more people behind them than the organisation's own (R5)."""
    if not own.is_from_organisation:
        return []
    return [
        r
        for r in board
        if not r.is_from_organisation and r.candidate.column is not Column.ADOPTED and r.people > own.people
    ]


def _counted(before: Sequence[Ranked]) -> str:
    return f"“{before[0].title}”" if len(before) == 1 else f"{len(before)} candidates"


def _checked(session: Session, community_id: int, finish: FinishLine, today: date) -> list[Value]:
    """The values it serves, once the finish line is complete.

    Raises:
        NoFinishLine: Naming what is missing.
    """
    for name, words, most in (
        ("goal in one sentence", finish.sentence, MOST_SENTENCE),
        ("measure", finish.measure, MOST_MEASURE),
        ("unit", finish.unit, MOST_UNIT),
    ):
        if not 0 < len(clean_line(words)) <= most:
            raise NoFinishLine(f"Write the {name}, in at most {most} characters.")
    if not (math.isfinite(finish.baseline) and math.isfinite(finish.target)):
        raise NoFinishLine("Write the baseline and the target as numbers.")
    if finish.baseline == finish.target:
        raise NoFinishLine("The target must differ from where you stand now, or the goal is reached already.")
    if finish.due_on <= today:
        raise NoFinishLine("The due date must lie in the future.")
    chosen = set(finish.value_ids)
    values = [value for value in current_values(session, community_id) if value.id in chosen]
    if len(values) < len(chosen):
        raise NoFinishLine("Choose among the values of this community.")
    if len(clean_words(finish.serves_mission)) > MOST_WHY:
        raise NoFinishLine(f"At most {MOST_WHY:,} characters, please.")
    if not values and not clean_words(finish.serves_mission):
        raise NoFinishLine("Choose the values it serves, or write why it serves the mission.")
    return values
