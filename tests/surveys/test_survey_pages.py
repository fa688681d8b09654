"""Managers make, word, settle and open surveys; leaders look on; nobody else sees that there are any."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.db import now
from surveyapp.surveys.models import State, Survey
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_response, make_survey, make_user
from tests.responses.member import words_of

NEW = {
    "ready_made": "values_and_next_goals",
    "title": "Spring 2026",
    "purpose": "We choose what to do next.",
    "closes_on": "",
    "smallest_group": "4",
    "quote_group": "8",
}


@pytest.fixture
def managing(sign_in: SignInAs, manager: User) -> FlaskClient:
    return sign_in(manager)


@pytest.fixture
def base(community: Community) -> str:
    return f"/c/{community.slug}/surveys"


def post(managing: FlaskClient, path: str, **data: Any) -> TestResponse:
    home = path.partition("/surveys")[0] + "/surveys"
    return managing.post(path, data={"csrf_token": token_of(managing, home), **data})


def reread(session: Session) -> Survey:
    """The newest survey, as the database has it now; holds no lock afterwards."""
    session.rollback()
    survey = session.scalars(select(Survey).order_by(Survey.id.desc()).limit(1)).one()
    session.expunge(survey)
    session.rollback()
    return survey


def test_a_manager_makes_a_survey_and_opens_it(session: Session, managing: FlaskClient, base: str) -> None:
    session.rollback()
    last_day = (now() + timedelta(days=20)).date()
    made = post(managing, f"{base}/new", **NEW | {"closes_on": last_day.isoformat()})
    survey = reread(session)
    assert (made.status_code, made.headers["Location"]) == (303, f"{base}/{survey.id}")
    assert (survey.title, survey.purpose, survey.closes_on) == (NEW["title"], NEW["purpose"], last_day)
    assert (survey.smallest_group, survey.quote_group, survey.state) == (4, 8, State.DRAFT)

    asked = words_of(managing.get(f"{base}/{survey.id}/open").text)
    assert "Figures for 4 people or more" in asked
    opened = post(managing, f"{base}/{survey.id}/open")
    assert opened.headers["Location"] == f"{base}/{survey.id}/collect"
    assert reread(session).state is State.OPEN


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("title", "", "Give the survey a title"),
        ("closes_on", "2026-02-30", "Please write the day like 2026-11-30."),
        ("smallest_group", "2", "Between 3 and 1,000 people"),
        ("smallest_group", "five", "Please write a whole number"),
        ("quote_group", "3", "must not be smaller than the smallest group"),
        ("ready_made", "something", "Choose one of the surveys"),
    ],
)
def test_what_cannot_be_taken_is_said_and_makes_no_survey(
    session: Session, managing: FlaskClient, base: str, field: str, text: str, sentence: str
) -> None:
    session.rollback()
    answer = post(managing, f"{base}/new", **NEW | {field: text})
    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert 'value="Spring 2026"' in answer.text or field == "title"
    assert session.scalar(select(Survey.id)) is None


def test_a_manager_settles_and_rewords_a_draft(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    draft = make_survey(session, community, is_open=False)
    question_id, survey_id = draft.questions[3].id, draft.id
    session.rollback()
    path = f"{base}/{survey_id}"
    assert "What gets in the way" in managing.get(f"{path}/questions/{question_id}").text
    assert post(managing, f"{path}/questions/{question_id}", prompt="", help="").status_code == 422
    assert (
        post(managing, f"{path}/questions/{question_id}", prompt="What hinders us?", help="Be frank.").status_code
        == 303
    )
    assert post(managing, path, **NEW | {"title": "Summer"}).status_code == 303
    assert post(managing, path, **NEW | {"smallest_group": "1"}).status_code == 422
    words = words_of(managing.get(path).text)
    assert "What hinders us?" in words
    assert "Be frank." in words
    assert "Summer" in words
    assert managing.get(f"{path}/questions/999999").status_code == 404


def test_an_open_survey_can_be_read_but_not_changed(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey = make_survey(session, community)
    path, question_id = f"{base}/{survey.id}", survey.questions[3].id
    session.rollback()
    page = managing.get(path).text
    assert "Reword" in page  # words may change, with a note; nothing else does
    assert "Save settings" not in page
    assert post(managing, path, **NEW).status_code == 409
    assert post(managing, f"{path}/questions/{question_id}", prompt="Other?", help="").status_code == 422
    for do in ("move", "copy", "remove"):
        assert post(managing, f"{path}/questions/{question_id}/{do}", to="up").status_code == 409
    assert post(managing, f"{path}/parts", title="More").status_code == 409
    assert post(managing, f"{path}/open").status_code == 409
    assert reread(session).title == "Our values and next goals"


def test_a_draft_that_cannot_be_opened_says_why(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    draft = make_survey(session, community, is_open=False)
    draft.closes_on = (now() - timedelta(days=2)).date()
    session.commit()
    survey_id = draft.id
    session.rollback()
    assert "The last day to answer is past." in words_of(managing.get(f"{base}/{survey_id}/open").text)
    assert post(managing, f"{base}/{survey_id}/open").status_code == 409


def test_the_list_shows_each_survey_with_how_many_answered(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    session.rollback()
    assert "No survey yet" in words_of(managing.get(base).text)
    survey = make_survey(session, community, title="Autumn 2025")
    for _ in range(3):
        make_response(session, survey, worth=4)
    make_response(session, survey, worth=4, is_sent=False)
    make_survey(session, community, is_open=False, title="Spring 2026")
    make_survey(session, make_community(session), title="Somebody else's")
    words = words_of(managing.get(base).text)
    assert "Autumn 2025" in words
    assert "Spring 2026 Draft – – – Values, ideas, choices, ratings Not yet" in words
    assert "Autumn 2025 Open – 3 – Values, ideas, choices, ratings" in words  # by the open link: nobody was invited
    assert "Answered 3" in words
    assert "Somebody else" not in words


def test_leaders_see_surveys_and_are_offered_no_change(
    session: Session, sign_in: SignInAs, base: str, community: Community
) -> None:
    draft = make_survey(session, community, is_open=False)
    leader = make_user(session, community=community, kind=RoleKind.LEADER)
    survey_id, question_id = draft.id, draft.questions[0].id
    session.rollback()
    leading = sign_in(leader)
    for path in (base, f"{base}/{survey_id}", f"{base}/{survey_id}/collect", f"{base}/{survey_id}/preview/2"):
        page = leading.get(path)
        assert page.status_code == 200
        for offer in ("New survey", "Reword", "Save settings", "Open the survey", "Close now"):
            assert offer not in page.text
    for path in (f"{base}/new", f"{base}/{survey_id}/open", f"{base}/{survey_id}/questions/{question_id}"):
        assert leading.get(path).status_code == 403
