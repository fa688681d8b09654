"""P26: answers that look like abuse are marked and never deleted; a manager sees why, and every figure without them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.responses import marks
from surveyapp.responses.marks import FLOOD_PER_HOUR, Mark, Marked
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Survey
from surveyapp.themes import discover
from surveyapp.themes.discover import count_taken, start_run
from surveyapp.themes.models import AnalysedResponse, AnalysisRun
from surveyapp.themes.releases import TooFewAnswers
from tests.conftest import SignInAs, token_of
from tests.factories import make_response, make_survey
from tests.responses.member import Member, question, words_of
from tests.world import make_run

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LONG = "The gate on the north side is locked before the evening course ends."


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def test_an_answer_that_came_faster_than_one_reads_is_marked_and_a_slow_one_is_not(survey: Survey) -> None:
    answered = {question(survey, "Our values"): {"v1": {"lived": 3}}}  # three values: most take 54 seconds
    marked = {
        seconds: marks.at_sending(answered, NOON, NOON + timedelta(seconds=seconds), 1) for seconds in (3, 10, 12, 600)
    }
    assert marked == {3: ["too fast"], 10: ["too fast"], 12: [], 600: []}
    assert marks.at_sending(answered, None, NOON, 1) == []  # begun on another device
    assert marks.at_sending({}, NOON, NOON, 1) == []  # nothing was answered


def test_answers_beyond_a_bound_from_one_network_are_marked(survey: Survey) -> None:
    assert marks.at_sending({}, None, NOON, FLOOD_PER_HOUR) == []
    assert marks.at_sending({}, None, NOON, FLOOD_PER_HOUR + 1) == ["flood"]


def marked(session: Session) -> Counter[tuple[str, ...]]:
    session.expire_all()
    return Counter(tuple(one) for one in session.scalars(select(Response.marks)))


def test_same_steps_everywhere_and_copied_texts_are_marked_by_what_is_stored(session: Session, survey: Survey) -> None:
    values: dict[str, Any] = {
        f"v{option['value_id']}": {"important": 4, "lived": 4} for option in survey.questions[0].settings["options"]
    }
    make_response(session, survey, worth=4, Our=values)
    make_response(session, survey, worth=4, Our={**values, next(iter(values)): {"lived": 2}})
    make_response(session, survey, worth=4)
    make_response(session, survey, way=LONG)
    make_response(session, survey, ideas=[f"  {LONG.upper()}"])
    make_response(session, survey, way="No keys.")
    make_response(session, survey, way="No keys.")
    assert marks.mark_what_follows(session, survey) == 3
    assert marked(session) == {("all alike",): 1, ("copied",): 2, (): 4}
    assert marks.mark_what_follows(session, survey) == 0


def test_p26_a_flood_through_the_page_is_stored_and_marked_and_no_time_is(
    app: Flask, session: Session, survey: Survey
) -> None:
    session.rollback()
    for number in range(FLOOD_PER_HOUR + 4):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
        page = Member(client, survey).start().go(3)
        page.press(worth=str(1 + number % 5))
        assert "receipt" in page.answer.request.path or "Thank you" in page.page
    found = Counter(mark for one, times in marked(session).items() for mark in one for _ in range(times))
    assert found == {"too fast": FLOOD_PER_HOUR + 4, "flood": 4}


def test_a_manager_sees_how_many_are_marked_and_why_and_trusts_them_again(
    session: Session, sessions: sessionmaker[Session], survey: Survey, sign_in: SignInAs, manager: User
) -> None:
    for number in range(3):
        make_response(session, survey, worth=number + 1)
    session.execute(update(Response).values(marks=["too fast"]))
    session.commit()
    browser = sign_in(manager)
    base = f"/c/{survey.community.slug}/surveys/{survey.id}"
    session.rollback()
    page = words_of(browser.get(f"{base}/collect").text)
    assert "3 answers look like abuse" in page
    assert "3 marked, 0 without them" in page
    assert "Too fast" in page
    token = token_of(browser, f"{base}/collect")
    session.rollback()
    for trust, doubted in (("yes", 0), ("no", 3)):
        browser.post(f"{base}/trust", data={"csrf_token": token, "mark": "too fast", "trust": trust})
        with sessions() as looking:
            assert marks.count_doubted(looking, survey.id) == doubted
    assert browser.post(f"{base}/trust", data={"csrf_token": token, "mark": "rude"}).status_code == 422
    session.rollback()
    actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)))
    assert actions[-2:] == ["trusted marked answers", "doubted marked answers"]


def many(session: Session, survey: Survey, whole: int, doubted: int) -> list[str]:
    for number in range(whole):
        make_response(session, survey, way=f"Way {number}")
    ids = list(session.scalars(select(Response.id).order_by(Response.id)))
    session.execute(update(Response).where(Response.id.in_(ids[:doubted])).values(marks=["copied"]))
    session.commit()
    return ids


def test_r7_marked_answers_are_left_out_only_in_numbers_that_show_nobody(session: Session, survey: Survey) -> None:
    ids = many(session, survey, 30, 4)
    with pytest.raises(TooFewAnswers, match="make the difference"):
        start_run(session, survey, marked=Marked.LEFT_OUT)
    session.execute(update(Response).where(Response.id.in_(ids[:12])).values(marks=["copied"]))
    run, _ = start_run(session, survey, marked=Marked.LEFT_OUT)
    assert discover.marked_in(run) is Marked.LEFT_OUT
    assert count_taken(session, survey.id, Marked.LEFT_OUT) == 18
    assert count_taken(session, survey.id, Marked.COUNTED) == 30


def test_r7_a_second_run_may_differ_from_every_earlier_one_by_many_answers_only(
    session: Session, survey: Survey
) -> None:
    ids = many(session, survey, 40, 12)
    run = make_run(session, survey, people=40)
    session.add_all(AnalysedResponse(run_id=run.id, response_id=one) for one in ids[:-3])
    session.commit()
    with pytest.raises(TooFewAnswers, match="make the difference"):  # three more, beside the twelve fewer
        start_run(session, survey, marked=Marked.LEFT_OUT)
    session.add_all(AnalysedResponse(run_id=run.id, response_id=one) for one in ids[-3:])
    session.commit()
    start_run(session, survey, marked=Marked.LEFT_OUT)


def test_a_run_leaves_out_what_the_manager_chose_and_says_so(
    session: Session, sessions: sessionmaker[Session], survey: Survey, sign_in: SignInAs, manager: User, app: Flask
) -> None:
    from surveyapp.jobs import Worker

    many(session, survey, 30, 12)
    slug = survey.community.slug
    browser = sign_in(manager)
    page = f"/c/{slug}/surveys/{survey.id}/results"
    data = {"csrf_token": token_of(browser, page), "marked": "left out"}
    assert browser.post(f"/c/{slug}/surveys/{survey.id}/analyse", data=data).status_code == 303
    session.rollback()
    Worker(sessions, settings=app.extensions["surveyapp"].settings).run_all()
    run = session.scalars(select(AnalysisRun)).one()
    assert run.settings["marked"] == "left out"
    assert run.people == 18
    shown = words_of(browser.get(page).text)
    assert "From 18 answers" in shown
    assert "12 marked answers are left out" in shown
    assert "30 by the open link (not one person, one vote)" in shown


def test_marks_have_words_on_the_page() -> None:
    assert {mark.value for mark in Mark} == {"too fast", "all alike", "copied", "flood"}
