"""See a goal through: how far it is, and how it ends (R3)."""

import enum
import math
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveyapp import audit
from surveyapp.errors import BadInput, Conflict
from surveyapp.goals.models import Ending, Goal
from surveyapp.review.judge import MOST_REASON, NeedsReason, decide
from surveyapp.review.models import Column
from surveyapp.text_gate import clean_words


class Health(enum.Enum):
    """How a goal stands."""

    ACTIVE = "active"
    OVERDUE = "overdue"
    ACHIEVED = "achieved"
    RETIRED = "retired"


def health(goal: Goal, today: date) -> Health:
    """How *goal* stands today."""
    if goal.ending is not None:
        return Health.ACHIEVED if goal.ending is Ending.ACHIEVED else Health.RETIRED
    return Health.OVERDUE if goal.due_on < today else Health.ACTIVE


def goals_of(session: Session, community_id: int) -> Sequence[Goal]:
    """All goals of a community: those under way by their due date, then those that have ended, the newest first."""
    goals = session.scalars(
        select(Goal).where(Goal.community_id == community_id).options(selectinload(Goal.values)).order_by(Goal.id)
    ).all()
    active = sorted((g for g in goals if g.ended_on is None), key=lambda g: (g.due_on, g.id))
    ended = sorted((g for g in goals if g.ended_on is not None), key=lambda g: (g.ended_on or g.due_on, g.id))
    return [*active, *reversed(ended)]


def goal_of(session: Session, candidate_id: int) -> Goal | None:
    """The newest goal that came of a candidate."""
    return session.scalar(select(Goal).where(Goal.candidate_id == candidate_id).order_by(Goal.id.desc()).limit(1))


def set_level(session: Session, goal: Goal, level: float, *, user_id: int) -> None:
    """Say where the goal stands now, in its unit.

    Raises:
        Conflict: If it has ended.
        BadInput: If *level* is no number.
    """
    _refuse_ended(session, goal)
    if not math.isfinite(level):
        raise BadInput("Please write a number, like 12 or 0.5.")
    if level == goal.level:
        return
    audit.record(
        session,
        "set a level",
        user_id=user_id,
        community_id=goal.community_id,
        goal=goal.id,
        before=goal.level,
        after=level,
    )
    goal.level = level
    session.flush()


def achieve(session: Session, goal: Goal, reason: str, *, user_id: int, today: date) -> None:
    """End a goal as achieved, with what was reached in words that members can read (R3).

    Raises:
        Conflict: If it has ended.
        NeedsReason: If *reason* is empty.
    """
    _end(session, goal, Ending.ACHIEVED, reason, user_id=user_id, today=today)


def retire(
    session: Session, goal: Goal, reason: str, *, user_id: int, today: date, to: Column = Column.DECLINED
) -> None:
    """End a goal without its being achieved, with a public reason; its candidate goes back to the board (R3).

    Raises:
        Conflict: If it has ended.
        NeedsReason: If *reason* is empty.
    """
    _end(session, goal, Ending.RETIRED, reason, user_id=user_id, today=today)
    decide(session, goal.candidate, to, reason, user_id=user_id)


def _end(session: Session, goal: Goal, ending: Ending, reason: str, *, user_id: int, today: date) -> None:
    _refuse_ended(session, goal)
    reason = clean_words(reason)
    if not reason:
        raise NeedsReason("Say why it ends. Members can read the reason.")
    if len(reason) > MOST_REASON:
        raise BadInput(f"At most {MOST_REASON:,} characters, please.")
    goal.ending, goal.ending_reason, goal.ended_on = ending, reason, today
    session.flush()
    audit.record(
        session,
        "ended a goal",
        user_id=user_id,
        community_id=goal.community_id,
        goal=goal.id,
        ending=ending.value,
        reason=reason,
    )


def _refuse_ended(session: Session, goal: Goal) -> None:
    session.refresh(goal, with_for_update=True)  # nobody else ends it until the commit
    if goal.ending is not None:
        raise Conflict(f"This goal was {goal.ending.value} and stays as it is.")
