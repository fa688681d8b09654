"""A browser's cookie holds what leads to its answers, and never more than a cookie may."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from surveyapp.responses.collect import new_code
from surveyapp.responses.held import MOST_REMEMBERED, Held

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
COOKIE_BYTES = 4093  # what every browser keeps of one cookie


def test_many_surveys_fit_into_one_cookie_and_the_oldest_make_way(app: Flask) -> None:
    cookie: dict[str, Any] = {"csrf_token": "f" * 40}
    held = Held(cookie)
    for number in range(MOST_REMEMBERED + 3):
        link = f"survey{number:04}"
        held.invite(link, "s" * 8 + new_code() + "-_abcdefg")
        held.send(link, "7K4M-29QX", new_code(), NOW)
        held.begin(link, new_code())
        held.change(link)
        held.vote(link, "0123456789abcdef" * 2)
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    assert len(serializer.dumps(cookie)) < COOKIE_BYTES
    assert held.code("survey0000") == held.secret("survey0002") == ""
    assert held.code("survey0010")


def test_what_is_held_of_one_survey_can_be_forgotten_without_the_others() -> None:
    held = Held({"forms": "of another version"})
    for link in ("one", "two"):
        held.begin(link, new_code())
        held.change(link)
    held.forget("one")
    assert (held.code("one"), held.is_changing("one"), held.sent("one", NOW)) == ("", False, None)
    assert held.code("two")
    assert held.is_changing("two")
