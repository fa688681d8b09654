from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Community
from surveyapp.errors import Conflict
from surveyapp.goals.adopt import NeedsCompromise, NoFinishLine, NotJudged, adopt
from surveyapp.goals.models import Goal
from surveyapp.review.judge import NeedsReason, decline, judge, put_forward
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Verdict
from tests.factories import make_community, make_user
from tests.planted import FINISH, TODAY, Planted, candidate_of, judge_all, make_run

LUNCH = Planted("A weekly lunch for all", 30)


@pytest.fixture
def candidate(session: Session, community: Community) -> Candidate:
    make_run(session, community, themes=[LUNCH])
    return candidate_of(session, community, LUNCH.title)


@pytest.mark.parametrize("missing", Criterion)
def test_r2_a_candidate_with_an_open_criterion_is_not_adopted(
    session: Session, candidate: Candidate, manager: User, missing: Criterion
) -> None:
    for criterion in set(Criterion) - {missing}:
        judge(session, candidate, criterion, Verdict.YES, "Yes.", user_id=manager.id)

    with pytest.raises(NotJudged, match=missing.value):
        adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)
    assert candidate.column is Column.NEW


@pytest.mark.parametrize("verdict", [Verdict.ALMOST, Verdict.NO])
def test_r2_almost_is_not_yes(session: Session, candidate: Candidate, manager: User, verdict: Verdict) -> None:
    judge_all(session, candidate, manager.id)
    judge(session, candidate, Criterion.FINITE, verdict, "Until when?", user_id=manager.id)

    with pytest.raises(NotJudged, match="finite"):
        adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)


def test_r2_where_managers_differ_the_newest_judgement_decides(
    session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    judge_all(session, candidate, manager.id, Verdict.NO)
    judge_all(session, candidate, make_user(session, community=community).id)

    assert adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY).id


def test_r2_a_judged_candidate_becomes_a_goal_with_a_finish_line(
    session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    judge_all(session, candidate, manager.id)
    care = current_values(session, community.id)[1]
    goal = adopt(
        session,
        candidate,
        replace(FINISH, value_ids=(care.id,), serves_mission=""),
        user_id=manager.id,
        reason="Many want it.",
        today=TODAY,
    )
    session.commit()

    assert candidate.column is Column.ADOPTED
    assert (goal.level, goal.target, goal.unit, goal.progress) == (0, 12, "lunches", 0)
    assert [value.name for value in goal.values] == ["Care"]
    (decision,) = session.scalars(select(Decision))
    assert (decision.after, decision.reason, decision.user_id) == (Column.ADOPTED, "Many want it.", manager.id)
    assert session.scalar(select(AuditEntry.details).where(AuditEntry.action == "adopted a goal")) == {
        "goal": goal.id,
        "sentence": FINISH.sentence,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"sentence": "  "},
        {"sentence": "x" * 301},
        {"measure": ""},
        {"unit": ""},
        {"unit": "x" * 41},
        {"target": 0.0},
        {"target": float("nan")},
        {"baseline": float("inf")},
        {"due_on": TODAY},
        {"due_on": date(2020, 1, 1)},
        {"serves_mission": ""},
        {"serves_mission": "x" * 2001},
        {"value_ids": (999_999,)},
    ],
)
def test_r2_an_incomplete_finish_line_is_none(
    session: Session, candidate: Candidate, manager: User, wrong: dict[str, Any]
) -> None:
    judge_all(session, candidate, manager.id)

    with pytest.raises(NoFinishLine):
        adopt(session, candidate, replace(FINISH, **wrong), user_id=manager.id, reason="Yes.", today=TODAY)


def test_another_communitys_value_is_not_one_to_serve(session: Session, candidate: Candidate, manager: User) -> None:
    judge_all(session, candidate, manager.id)
    foreign = current_values(session, make_community(session).id)[0]

    with pytest.raises(NoFinishLine):
        adopt(session, candidate, replace(FINISH, value_ids=(foreign.id,)), user_id=manager.id, reason="Y", today=TODAY)


def test_r3_a_goal_is_adopted_with_a_public_reason(session: Session, candidate: Candidate, manager: User) -> None:
    judge_all(session, candidate, manager.id)

    with pytest.raises(NeedsReason):
        adopt(session, candidate, FINISH, user_id=manager.id, reason=" ", today=TODAY)


def test_a_candidate_is_adopted_once(session: Session, candidate: Candidate, manager: User) -> None:
    judge_all(session, candidate, manager.id)
    adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)

    with pytest.raises(Conflict, match="already"):
        adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)


def test_the_database_itself_refuses_a_second_goal_of_one_candidate(
    session: Session, candidate: Candidate, manager: User
) -> None:
    judge_all(session, candidate, manager.id)
    goal = adopt(session, candidate, FINISH, user_id=manager.id, reason="Many want it.", today=TODAY)
    columns = {c.name: getattr(goal, c.name) for c in Goal.__table__.columns if c.name != "id"}
    session.add(Goal(**columns))

    with pytest.raises(IntegrityError):
        session.flush()


def test_r5_the_organisations_goes_before_the_members_with_a_written_compromise_only(
    session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    park = put_forward(session, community.id, "A bigger car park", user_id=manager.id)
    judge_all(session, park, manager.id)

    with pytest.raises(NeedsCompromise, match=LUNCH.title):
        adopt(session, park, FINISH, user_id=manager.id, reason="We need it.", today=TODAY, compromise="  ")
    decline(session, candidate, "Not this year.", user_id=manager.id)
    with pytest.raises(NeedsCompromise):
        adopt(session, park, FINISH, user_id=manager.id, reason="We need it.", today=TODAY)

    goal = adopt(session, park, FINISH, user_id=manager.id, reason="We need it.", today=TODAY, compromise="Lunch next.")
    assert goal.compromise == "Lunch next."


def test_r5_once_the_members_goal_is_adopted_no_compromise_is_asked_for(
    session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    park = put_forward(session, community.id, "A bigger car park", user_id=manager.id)
    for each in (candidate, park):
        judge_all(session, each, manager.id)
        adopt(session, each, FINISH, user_id=manager.id, reason="Yes.", today=TODAY, compromise="Not asked for.")

    assert [goal.compromise for goal in session.scalars(select(Goal))] == ["", ""]
