"""Managers share a survey, watch answers come, look at its pages first, and close it."""

import io
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.csv_file import read_csv
from surveyapp.responses.map_columns import guess
from surveyapp.responses.models import Response
from surveyapp.responses.take_in import plan, take_in
from surveyapp.surveys.models import Layout, State, Survey
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_response, make_survey, make_user
from tests.responses.every_kind import make_asked
from tests.responses.member import words_of


@pytest.fixture
def managing(sign_in: SignInAs, manager: User) -> FlaskClient:
    return sign_in(manager)


@pytest.fixture
def base(community: Community) -> str:
    return f"/c/{community.slug}/surveys"


def post(managing: FlaskClient, path: str, **data: Any) -> TestResponse:
    home = path.partition("/surveys")[0] + "/surveys"
    return managing.post(path, data={"csrf_token": token_of(managing, home), **data})


def made(session: Session, community: Community, **settings: Any) -> tuple[int, str]:
    """A survey's number and open link; no lock is held afterwards."""
    survey = make_survey(session, community, **settings)
    found = survey.id, survey.link
    session.rollback()
    return found


def test_the_collect_page_shows_the_link_and_how_many_answered(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey = make_survey(session, community)
    for _ in range(6):
        make_response(session, survey, worth=3)
    make_response(session, survey, worth=3, is_sent=False)
    survey_id, link = survey.id, survey.link
    session.rollback()
    page = managing.get(f"{base}/{survey_id}/collect").text
    words = words_of(page)
    assert "Answered 6" in words
    assert "Started, not sent 1" in words
    assert f'value="http://127.0.0.1:8000/s/{link}"' in page  # from the setting, not from the request
    assert f'src="/s/{link}/qr.svg"' in page


def test_the_qr_code_is_a_picture_of_the_open_link_with_no_style_in_it(
    session: Session, client: FlaskClient, community: Community
) -> None:
    segno = pytest.importorskip("segno")
    _, link = made(session, community)
    answer = client.get(f"/s/{link}/qr.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert ET.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - we drew it ourselves
    assert "style" not in answer.text
    expected = io.BytesIO()
    segno.make(f"http://127.0.0.1:8000/s/{link}", error="m", micro=False).save(
        expected, kind="svg", border=0, omitsize=True, xmldecl=False, svgclass=None, lineclass=None, nl=False
    )
    assert answer.data == expected.getvalue()


def test_a_survey_is_closed_in_two_steps(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey = make_survey(session, community)
    make_response(session, survey, worth=3)
    make_response(session, survey, worth=3, is_sent=False)
    survey_id, link = survey.id, survey.link
    session.rollback()

    asked = words_of(managing.get(f"{base}/{survey_id}/close").text)
    assert "1 answer is sealed" in asked
    assert "1 that was started and not sent is deleted" in asked
    assert managing.get(f"/s/{link}").text.count("Start the survey") == 1

    closed = post(managing, f"{base}/{survey_id}/close")
    assert (closed.status_code, closed.headers["Location"]) == (303, f"{base}/{survey_id}/collect")
    assert "This survey is closed" in words_of(managing.get(f"/s/{link}").text)
    assert "Close now" not in managing.get(f"{base}/{survey_id}/collect").text
    assert post(managing, f"{base}/{survey_id}/close").status_code == 409
    assert session.scalars(select(Survey.state)).one() is State.CLOSED
    assert len(list(session.scalars(select(Response)))) == 1


def test_the_preview_of_a_survey_on_one_page_shows_promise_and_questions(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey, _ = make_asked(session, community, ["line"], layout=Layout.SURVEY)
    session.commit()
    preview = managing.get(f"{base}/{survey.id}/preview")
    words = words_of(preview.text)
    assert preview.status_code == 200
    assert words.index("Our promise") < words.index("In one line?") < words.index("End of the preview")
    assert 'method="post"' not in preview.text.partition("<main")[2].partition("</main>")[0]


def test_a_preview_shows_all_pages_of_a_draft_and_can_store_nothing(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey_id, _ = made(session, community, is_open=False)
    preview = f"{base}/{survey_id}/preview"
    assert "Our promise" in words_of(managing.get(preview).text)
    for number, title in enumerate(("Our values", "What should we do next?", "You and this community"), start=1):
        page = managing.get(f"{preview}/{number}").text
        assert f"Part {number} of 3 {title}" in words_of(page)
        assert 'method="post"' not in page.partition("<main")[2].partition("</main>")[0]
    assert managing.get(f"{preview}/4").status_code == 404


def test_what_is_anothers_looks_as_if_it_were_not_there(session: Session, managing: FlaskClient, base: str) -> None:
    other_id, _ = made(session, make_community(session))
    for page in ("", "/collect", "/close", "/preview", "/preview/1", "/open"):
        foreign, absent = (managing.get(f"{base}/{survey_id}{page}") for survey_id in (other_id, 999_999))
        assert foreign.status_code == absent.status_code == 404


def test_a_leader_sees_how_it_goes_and_cannot_close(
    session: Session, sign_in: SignInAs, base: str, community: Community
) -> None:
    survey_id, _ = made(session, community)
    leader = make_user(session, community=community, kind=RoleKind.LEADER)
    leading = sign_in(leader)
    page = leading.get(f"{base}/{survey_id}/collect")
    assert page.status_code == 200
    assert "Close now" not in page.text
    assert post(leading, f"{base}/{survey_id}/close").status_code == 403


def test_answers_from_files_and_from_the_link_are_told_apart(
    session: Session, managing: FlaskClient, base: str, community: Community
) -> None:
    survey = make_survey(session, community)
    for _ in range(3):
        make_response(session, survey, worth=3)
    table = read_csv(b"idea\nA bench\nA bus\n", "answers.csv")
    found = plan(survey, table, guess(survey, table.header))
    take_in(session, survey, found, file_name="answers.csv", sha256="0" * 64, user_id=None)
    session.commit()
    survey_id = survey.id
    session.rollback()
    assert "Answered 5 3 by the open link (not one person, one vote), 2 from files" in words_of(
        managing.get(f"{base}/{survey_id}/collect").text
    )
