from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict
from surveyapp.goals.adopt import adopt
from surveyapp.goals.models import Ending, Goal
from surveyapp.goals.pursue import Health, achieve, goal_of, goals_of, health, retire, set_level
from surveyapp.review.judge import NeedsReason
from surveyapp.review.models import Column, Decision
from tests.planted import FINISH, TODAY, Planted, candidate_of, judge_all, make_run

LUNCH = Planted("A weekly lunch for all", 30)


@pytest.fixture
def goal(session: Session, community: Community, manager: User) -> Goal:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    judge_all(session, candidate, manager.id)
    goal = adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)
    session.commit()
    return goal


def test_a_goal_says_how_far_it_is(session: Session, goal: Goal, manager: User) -> None:
    set_level(session, goal, 3, user_id=manager.id)
    set_level(session, goal, 3, user_id=manager.id)

    assert goal.progress == 0.25
    log = session.scalars(select(AuditEntry.details).where(AuditEntry.action == "set a level")).all()
    assert log == [{"goal": goal.id, "before": 0.0, "after": 3}]


@pytest.mark.parametrize("level", [float("nan"), float("inf"), float("-inf")])
def test_a_level_is_a_number(session: Session, goal: Goal, manager: User, level: float) -> None:
    with pytest.raises(BadInput):
        set_level(session, goal, level, user_id=manager.id)


def test_r3_an_achieved_goal_stays_with_its_reason_and_changes_no_more(
    session: Session, goal: Goal, manager: User
) -> None:
    with pytest.raises(NeedsReason):
        achieve(session, goal, " ", user_id=manager.id, today=date(2026, 8, 1))
    achieve(session, goal, "Twelve lunches were held.", user_id=manager.id, today=date(2026, 8, 1))

    assert (goal.ending, goal.ending_reason) == (Ending.ACHIEVED, "Twelve lunches were held.")
    assert goal.candidate.column is Column.ADOPTED
    with pytest.raises(Conflict, match="achieved"):
        achieve(session, goal, "Again.", user_id=manager.id, today=TODAY)
    with pytest.raises(Conflict, match="achieved"):
        retire(session, goal, "No.", user_id=manager.id, today=TODAY)
    with pytest.raises(Conflict, match="achieved"):
        set_level(session, goal, 1, user_id=manager.id)


def test_r3_a_retired_goal_stays_in_the_history_and_its_candidate_goes_back_to_the_board(
    session: Session, community: Community, goal: Goal, manager: User
) -> None:
    retire(session, goal, "The kitchen closed.", user_id=manager.id, today=TODAY)
    candidate = goal.candidate

    assert candidate.column is Column.DECLINED
    newest = session.scalars(select(Decision).order_by(Decision.id.desc())).first()
    assert newest is not None
    assert (newest.before, newest.after, newest.reason) == (Column.ADOPTED, Column.DECLINED, "The kitchen closed.")

    second = adopt(session, candidate, FINISH, user_id=manager.id, reason="A new kitchen.", today=TODAY)
    assert goal_of(session, candidate.id) == second
    assert [g.id for g in goals_of(session, community.id)] == [second.id, goal.id]


def test_an_adoption_is_undone_with_a_reason(session: Session, goal: Goal, manager: User) -> None:
    with pytest.raises(NeedsReason):
        retire(session, goal, "", user_id=manager.id, today=TODAY, to=Column.SHORTLISTED)
    retire(session, goal, "Adopted by mistake.", user_id=manager.id, today=TODAY, to=Column.SHORTLISTED)

    assert goal.candidate.column is Column.SHORTLISTED
    assert goal.ending is Ending.RETIRED


def test_a_goal_is_overdue_the_day_after_it_was_due(session: Session, goal: Goal, manager: User) -> None:
    assert health(goal, date(2026, 9, 30)) is Health.ACTIVE
    assert health(goal, date(2026, 10, 1)) is Health.OVERDUE
    achieve(session, goal, "Done.", user_id=manager.id, today=date(2026, 10, 1))
    assert health(goal, date(2026, 10, 2)) is Health.ACHIEVED


@pytest.mark.parametrize("half", [{"ending": Ending.RETIRED}, {"ended_on": TODAY}, {"ending_reason": "Why."}])
def test_r3_the_database_refuses_an_end_without_a_reason(session: Session, goal: Goal, half: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        session.execute(update(Goal).values(**half))
