"""A survey goes out and comes in by the pages; a file that cannot be taken leaves nothing behind."""

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs, token_of
from tests.responses.member import words_of
from tests.surveys.every_kind import make_every_kind


def send(managing: FlaskClient, base: str, content: bytes, name: str = "survey.json") -> TestResponse:
    data = {"csrf_token": token_of(managing, base), "file": (io.BytesIO(content), name)}
    return managing.post(f"{base}/from-file", data=data, content_type="multipart/form-data")


def test_a_survey_goes_out_and_comes_in_with_all_that_it_asks(
    session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = make_every_kind(session, community)
    base, survey_id = f"/c/{community.slug}/surveys", survey.id
    session.rollback()
    managing = sign_in(manager)
    assert f"{base}/{survey_id}/export" in managing.get(f"{base}/{survey_id}").text
    assert f"{base}/from-file" in managing.get(f"{base}/new").text
    out = managing.get(f"{base}/{survey_id}/export")
    assert out.headers["Content-Disposition"] == 'attachment; filename="all-of-it.json"'
    made = send(managing, base, out.data)
    assert made.status_code == 201
    assert "13 questions in 3 parts, in 3 languages. All of it could be taken." in words_of(made.text)
    newest = session.scalar(select(func.max(Survey.id)))
    session.rollback()
    assert managing.get(f"{base}/{newest}/export").data == out.data


def test_what_is_left_out_is_shown_as_text(community: Community, manager: User, sign_in: SignInAs) -> None:
    managing = sign_in(manager)
    asked = [{"type": "comment", "name": "ok"}, {"type": "<script>x</script>", "name": "<b>bold</b>"}]
    made = send(managing, f"/c/{community.slug}/surveys", json.dumps({"elements": asked}).encode())
    assert made.status_code == 201
    assert "<script>x" not in made.text
    assert "&lt;b&gt;bold&lt;/b&gt;” was left out" in made.text


def test_half_a_character_breaks_no_page(community: Community, manager: User, sign_in: SignInAs) -> None:
    asked = [{"type": "comment", "name": "ok", "title": "Half a \ud83d?"}, {"type": "\udc00", "name": "a \ud800"}]
    made = send(sign_in(manager), f"/c/{community.slug}/surveys", json.dumps({"elements": asked}).encode())
    assert made.status_code == 201
    assert "“a ?” was left out" in made.text


@pytest.mark.parametrize(
    "content", [b"", b"hello", b'{"pages": []}', b"\x00" * 50, b"[" * 100_000, b"PK\x03\x04zip", b"\xff"]
)
def test_a_file_that_cannot_be_taken_is_refused_and_leaves_nothing(
    session: Session, community: Community, manager: User, sign_in: SignInAs, content: bytes
) -> None:
    base = f"/c/{community.slug}/surveys"
    session.rollback()
    refused = send(sign_in(manager), base, content, "any.bin")
    assert refused.status_code == 422
    assert "This file was not taken" in words_of(refused.text)
    assert session.scalar(select(Survey.id)) is None
