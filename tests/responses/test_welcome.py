"""A survey on one page: the promise first, then the questions, with nothing to press between them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Anonymity, Layout, Survey
from tests.responses.every_kind import make_asked
from tests.responses.member import Member, form_values, words_of

KEEP = {"go": "back"}
NAMES = ["text", "rating", "ideas"]


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    survey, _ = make_asked(session, community, NAMES, layout=Layout.SURVEY)
    assert survey.anonymity is Anonymity.ANONYMOUS
    session.commit()
    return survey


def test_the_promise_stands_before_the_questions_on_the_same_page(client: FlaskClient, survey: Survey) -> None:
    page = Member(client, survey).page
    words = words_of(page)
    promise, questions = words.index("This survey is anonymous."), words.index("Anything")
    assert promise < questions
    assert 'href="#questions"' in page
    assert page.count('<form method="post"') == 1


def test_its_answers_are_sent_from_there(client: FlaskClient, session: Session, survey: Survey) -> None:
    member = Member(client, survey).press(Anything="A bench.")
    assert "/thanks" in member.answer.request.path
    assert session.query(Response).filter_by(is_sent=True).count() == 1


def test_opening_it_stores_nothing(client: FlaskClient, session: Session, survey: Survey) -> None:
    Member(client, survey)
    assert session.query(Response).count() == 0


def test_opening_it_again_is_the_same_answer(client: FlaskClient, session: Session, survey: Survey) -> None:
    first, again = Member(client, survey), Member(client, survey)
    assert form_values(first.page)["code"] == form_values(again.page)["code"]
    first.press(Anything="A bench.")
    again.press(Anything="Two benches.")
    assert session.query(Response).count() == 1


def test_what_is_kept_for_later_is_there_again_with_the_code(client: FlaskClient, survey: Survey) -> None:
    member = Member(client, survey).press(KEEP, Anything="A bench.")
    assert member.answer.request.path == member.address
    assert "A bench.</textarea>" in member.page
    assert "Continue the survey" in member.page
    code = form_values(member.page)["code"]
    assert code in words_of(member.page).replace("-", "")
    assert "/thanks" in member.press().answer.request.path


def test_whoever_comes_after_somebody_who_sent_is_told_before_they_begin(client: FlaskClient, survey: Survey) -> None:
    sent = Member(client, survey).press(Anything="A bench.")
    after = Member(client, survey)
    assert "Answers were sent from this device" in words_of(after.page)
    assert 'id="questions"' not in after.page
    second = after.start()
    assert form_values(second.page)["code"] not in sent.page


def test_a_browser_that_refuses_cookies_is_told_with_what_was_typed(client: FlaskClient, survey: Survey) -> None:
    member = Member(client, survey)
    client.delete_cookie("session", domain="localhost")
    member.press(Anything="A bench.")
    assert member.answer.status_code == 400
    assert "your browser refused a cookie" in words_of(member.page)
    assert "A bench.</textarea>" in member.page
