from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.db import now
from surveyapp.goals.adopt import adopt
from surveyapp.goals.models import Ending, Goal
from surveyapp.goals.pursue import achieve
from surveyapp.goals.trail import raised
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_survey, make_user
from tests.planted import FINISH, TODAY, Planted, candidate_of, judge_all, make_run

LUNCH = Planted("A weekly lunch for all", 30, positive=20, negative=2, value="Care")


@pytest.fixture
def goal(session: Session, community: Community, manager: User) -> Goal:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    judge_all(session, candidate, manager.id)
    goal = adopt(session, candidate, FINISH, user_id=manager.id, reason="Many raised it.", today=TODAY)
    goal.due_on = now().date() + timedelta(days=90)
    session.commit()
    return goal


@pytest.fixture
def address(community: Community, goal: Goal) -> str:
    return f"/c/{community.slug}/goals/{goal.id}"


def send(client: FlaskClient, address: str, what: str, **data: Any) -> TestResponse:
    return client.post(f"{address}/{what}", data={"csrf_token": token_of(client, address), **data})


def test_a_goal_shows_its_finish_line_and_the_way_it_came(
    manager: User, goal: Goal, sign_in: SignInAs, address: str
) -> None:
    text = sign_in(manager).get(address).text

    for words in (
        FINISH.sentence,
        "0 of 12",
        "done at 12 lunches",
        "30 of 60 people",
        "+60",
        "Many raised it.",
        FINISH.serves_mission,
        "Under way",
        f"Adopted by {manager.name}",
    ):
        assert words in text, words


def test_r9_a_goal_keeps_the_figures_of_the_run_before_its_adoption(
    session: Session, community: Community, goal: Goal
) -> None:
    survey = make_survey(session, community)
    theme = goal.candidate.theme
    later = make_run(session, community, survey, themes=[Planted("Lunch", 50, theme=theme)])
    later.finished_at = now() + timedelta(days=1)
    session.flush()

    was = raised(session, goal)
    assert was is not None
    assert (was.people, was.of) == (30, 60)


def test_a_manager_says_how_far_a_goal_is(
    session: Session, manager: User, goal: Goal, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)

    assert send(client, address, "level", level="4,5").status_code == 303
    text = client.get(address).text
    assert "4.5 of 12" in text
    assert 'value="0.375"' in text


@pytest.mark.parametrize("level", ["", "x", "NaN", "1e9", "9" * 400, "\x00", "٣"])
def test_a_level_that_is_no_number_is_refused(
    session: Session, manager: User, goal: Goal, sign_in: SignInAs, address: str, level: str
) -> None:
    assert send(sign_in(manager), address, "level", level=level).status_code in (400, 422)
    session.refresh(goal)
    assert goal.level == 0


def test_r3_a_goal_ends_with_a_reason_once(
    session: Session, manager: User, goal: Goal, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)

    assert send(client, address, "end", ending="achieved", reason=" ").status_code == 422
    assert send(client, address, "end", ending="vanished", reason="So.").status_code == 422
    assert send(client, address, "end", reason="So.").status_code == 422
    assert send(client, address, "end", ending="achieved", reason="Twelve lunches were held.").status_code == 303
    assert send(client, address, "end", ending="retired", reason="No.").status_code == 409
    assert send(client, address, "level", level="3").status_code == 409

    session.refresh(goal)
    assert (goal.ending, goal.ending_reason) == (Ending.ACHIEVED, "Twelve lunches were held.")
    session.commit()
    text = client.get(address).text
    assert "Twelve lunches were held." in text
    assert "End this goal" not in text


def test_r4_without_a_goal_under_way_the_list_names_what_members_want_most(
    session: Session, community: Community, manager: User, goal: Goal, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    index = f"/c/{community.slug}/goals"
    assert "No goal is under way" not in client.get(index).text

    survey = make_survey(session, community)
    make_run(session, community, survey, themes=[Planted(f"Wish {n}", 10 + n) for n in range(5)])
    achieve(session, goal, "Done.", user_id=manager.id, today=date(2026, 9, 1))
    session.commit()
    text = client.get(index).text

    assert "No goal is under way" in text
    assert text.index("Wish 4") < text.index("Wish 3") < text.index("Wish 2")
    assert "Wish 1" not in text
    assert FINISH.sentence in text  # it stays in the list (R3)


def test_leaders_read_goals_and_change_nothing(
    session: Session, community: Community, goal: Goal, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(make_user(session, community=community, kind=RoleKind.LEADER))

    text = client.get(address).text
    assert FINISH.sentence in text
    assert "End this goal" not in text
    assert send(client, address, "level", level="3").status_code == 403
    assert send(client, address, "end", ending="achieved", reason="So.").status_code == 403


def test_another_communitys_goal_is_not_there(session: Session, goal: Goal, sign_in: SignInAs) -> None:
    elsewhere = make_community(session)
    client = sign_in(make_user(session, community=elsewhere))

    assert client.get(f"/c/{elsewhere.slug}/goals/{goal.id}").status_code == 404
