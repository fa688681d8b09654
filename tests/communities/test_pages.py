"""The public page and the overview: what exists is shown, what does not says what will come (R3, R4, R7)."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, Value
from surveyapp.goals.models import Ending, Goal
from surveyapp.policy import POLICY, Who
from surveyapp.review.models import Candidate, Column, Origin
from tests.conftest import SignInAs
from tests.factories import make_survey
from tests.queries import counted
from tests.world import Place, make_found_candidate, make_goal, make_place, make_run

ALERT = "No active goal"


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_public_page_of_a_new_community_says_what_will_come(client: FlaskClient, community: Community) -> None:
    page = text_of(client, f"/c/{community.slug}")
    assert community.mission is not None
    assert community.mission.words in page
    for value in community.values:
        assert value.name in page
        assert value.meaning in page
        assert value.practice in page
    assert "Last reviewed in March 2026" in page
    assert "No goal is under way yet." in page
    assert "Goals that reach their finish line will stand here." in page
    assert "Not now" not in page
    assert "Answer the survey" not in page


def test_the_public_page_asks_members_to_answer_while_a_survey_is_open(
    client: FlaskClient, session: Session, community: Community
) -> None:
    make_survey(session, community, is_open=False)
    assert "Answer the survey" not in text_of(client, f"/c/{community.slug}")
    survey = make_survey(session, community)
    page = client.get(f"/c/{community.slug}").text
    assert f'href="/s/{survey.link}">Answer the survey</a>' in page
    survey.closes_on = date(2026, 3, 3)  # past
    session.commit()
    assert f"/s/{survey.link}" not in client.get(f"/c/{community.slug}").text


def test_the_public_page_shows_goals_with_their_finish_line_and_history(
    client: FlaskClient, session: Session, community: Community
) -> None:
    run = make_run(session, make_survey(session, community))
    goal = make_goal(session, make_found_candidate(session, run, "trees!", column=Column.ADOPTED))
    goal.values.append(session.get_one(Value, community.values[0].id))
    make_goal(
        session,
        make_found_candidate(session, run, "benches", column=Column.ADOPTED),
        sentence="Mend ten benches",
        ending=Ending.ACHIEVED,
        ending_reason="All ten are mended.",
        ended_on=date(2026, 5, 2),
    )
    make_goal(
        session,
        make_found_candidate(session, run, "pond", column=Column.ADOPTED),
        sentence="Dig a pond",
        ending=Ending.RETIRED,
        ending_reason="The ground is too dry.",
        ended_on=date(2026, 5, 3),
    )
    page = text_of(client, f"/c/{community.slug}")
    assert "1 goal under way" in page
    assert "Plant forty trees" in page
    assert "10 of 40 trees planted" in page
    assert "By 30 November 2030" in page
    assert "Mend ten benches All ten are mended. May 2026." in page
    assert "Dig a pond The ground is too dry." in page


def test_r3_the_public_page_gives_the_reason_for_each_no(
    client: FlaskClient, session: Session, community: Community
) -> None:
    run = make_run(session, make_survey(session, community))
    make_found_candidate(session, run, "A swimming pool.", column=Column.DECLINED, reason="We cannot pay for it.")
    page = text_of(client, f"/c/{community.slug}")
    assert "Not now, and why A swimming pool. We cannot pay for it." in page


def test_r7_the_words_of_a_few_members_are_not_repeated_in_public(
    client: FlaskClient, session: Session, community: Community
) -> None:
    run = make_run(session, make_survey(session, community, quote_group=10))
    make_found_candidate(session, run, "Fire Bert.", people=9, column=Column.DECLINED, reason="Not about a goal.")
    make_found_candidate(
        session, run, "Bert must go", people=6, column=Column.DECLINED, reason="Talk first.", name="Other leaders"
    )
    make_found_candidate(session, run, "A pool.", people=10, column=Column.DECLINED, reason="Too dear.")
    session.add(
        Candidate(community_id=community.id, title="A logo", origin=Origin.ORGANISATION, column=Column.SHORTLISTED)
    )
    session.commit()
    page = text_of(client, f"/c/{community.slug}")
    assert "Bert" not in page
    assert "An idea of a few members Not about a goal." in page
    assert "Other leaders Talk first." in page
    assert "A pool. Too dear." in page
    assert "A logo" not in page


def test_the_public_page_costs_the_same_queries_however_much_there_is(
    client: FlaskClient, app: Flask, session: Session, community: Community
) -> None:
    run = make_run(session, make_survey(session, community))
    make_found_candidate(session, run, "A pool.", column=Column.DECLINED, reason="Too dear.")
    make_goal(session, make_found_candidate(session, run, "trees", column=Column.ADOPTED))
    with counted(app.extensions["surveyapp"].engine) as few:
        client.get(f"/c/{community.slug}")
    for number in range(5):
        make_found_candidate(session, run, f"Pool {number}.", column=Column.DECLINED, reason="Too dear.")
        make_goal(session, make_found_candidate(session, run, f"trees {number}", column=Column.ADOPTED))
    with counted(app.extensions["surveyapp"].engine) as many:
        client.get(f"/c/{community.slug}")
    assert len(many) == len(few) <= 16


def test_the_first_day_shows_the_steps_and_one_thing_to_do(
    sign_in: SignInAs, community: Community, manager: User
) -> None:
    page = text_of(sign_in(manager), f"/c/{community.slug}/overview")
    assert "Set up your community" in page
    assert "Done, 3 values." in page
    assert "No answers yet" in page
    assert "Make the first survey" in page
    assert ALERT in page


def test_r4_the_overview_names_the_best_supported_candidates_one_click_away(
    sign_in: SignInAs, session: Session, community: Community, manager: User
) -> None:
    run = make_run(session, make_survey(session, community))
    found = {
        title: make_found_candidate(session, run, title, people=people)
        for title, people in (("Fewest.", 5), ("Most.", 20), ("Some.", 9), ("Many.", 15))
    }
    make_found_candidate(session, run, "Declined.", people=30, column=Column.DECLINED, reason="No.")
    page = sign_in(manager).get(f"/c/{community.slug}/overview").text
    alert = page[page.index(ALERT) : page.index("</ol>")]
    assert re.findall(r">(\w+\.)</a>, (\d+) people", alert) == [("Most.", "20"), ("Many.", "15"), ("Some.", "9")]
    assert f'href="/c/{community.slug}/review/{found["Most."].id}"' in alert
    assert "4 candidates" in page
    assert "Declined." not in page


def test_r4_every_page_of_leaders_and_managers_says_that_there_is_no_goal(
    app: Flask, sign_in: SignInAs, session: Session
) -> None:
    place = make_place(session)
    seen = 0
    for person in (place.leader, place.manager):
        browser = sign_in(person)
        for has_goal in (True, False):
            make_goal_end(session, place, has_goal=has_goal)
            for path in pages(app, place, person is place.manager):
                answer = browser.get(path)
                if answer.status_code == 200 and 'aria-label="Main"' in answer.text:
                    assert answer.text.count(ALERT) == (0 if has_goal else 1), path
                    seen += 1
    assert seen >= 24


def make_goal_end(session: Session, place: Place, *, has_goal: bool) -> None:
    """Let the only goal of a place be under way, or achieved."""
    goal = session.get_one(Goal, place.arguments["goal_id"])
    goal.ending, goal.ending_reason, goal.ended_on = (
        (None, None, None) if has_goal else (Ending.ACHIEVED, "Done.", date(2026, 4, 1))
    )
    session.commit()


def pages(app: Flask, place: Place, is_manager: bool) -> list[str]:
    """The addresses of all pages for leaders, or for managers too."""
    allowed = {Who.LEADER, Who.MANAGER} if is_manager else {Who.LEADER}
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, {name: place.arguments[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if POLICY[rule.endpoint] in allowed and "GET" in (rule.methods or ())
    ]


def test_r4_the_alert_costs_one_query_and_members_do_not_see_it(
    app: Flask, client: FlaskClient, sign_in: SignInAs, community: Community, manager: User
) -> None:
    with counted(app.extensions["surveyapp"].engine) as asked:
        sign_in(manager).get(f"/c/{community.slug}/reports")
    assert sum("FROM goal" in statement for statement in asked) == 1
    assert ALERT not in client.get(f"/c/{community.slug}").text


def test_leaders_are_offered_nothing_that_only_managers_may_do(
    sign_in: SignInAs, session: Session, community: Community
) -> None:
    place = make_place(session)
    page = sign_in(place.leader).get(f"/c/{place.community.slug}/overview").text
    assert "Open a survey" not in page
    assert "Make the first survey" not in page


@pytest.mark.parametrize("path", ["privacy", "accessibility"])
def test_everybody_may_read_how_answers_are_used(client: FlaskClient, community: Community, path: str) -> None:
    page = text_of(client, f"/c/{community.slug}/{path}")
    assert community.name in page
    for word in ("respondent", "sentiment", "cluster", "polarity", "NLP", "statement"):
        assert word not in page


def test_the_privacy_page_tells_the_numbers_of_this_installation(client: FlaskClient, community: Community) -> None:
    page = text_of(client, f"/c/{community.slug}/privacy")
    assert "fewer than 5 people" in page
    assert "fewer than 10" in page
