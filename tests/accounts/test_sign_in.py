"""Signing in and out: throttled, the same for known and unknown, ended on the server (P6, P7d, P7e, P25)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_security.forms
import pytest
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp import create_app, settings
from surveyapp.accounts.models import SignIn, User
from surveyapp.accounts.passwords import hashed
from surveyapp.accounts.sign_in import FAILURES_PER_ACCOUNT, FAILURES_PER_NETWORK
from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.throttle import Attempt
from tests.conftest import SignInAs, token_of
from tests.factories import PASSWORD, make_user


def attempt(
    browser: FlaskClient, email: str, password: str = PASSWORD, path: str = "/login", **kwargs: Any
) -> TestResponse:
    token = token_of(browser, "/login")
    return browser.post(path, data={"email": email, "password": password, "csrf_token": token}, **kwargs)


def is_signed_in(browser: FlaskClient, community: Community) -> bool:
    return browser.get(f"/c/{community.slug}/overview").status_code == 200


def test_a_manager_signs_in_and_out(client: FlaskClient, community: Community, manager: User) -> None:
    assert not is_signed_in(client, community)
    assert attempt(client, manager.email.upper()).status_code == 302
    assert is_signed_in(client, community)
    client.post("/logout", data={"csrf_token": token_of(client, f"/c/{community.slug}/overview")})
    assert not is_signed_in(client, community)


def test_after_signing_in_one_is_where_one_wanted_to_be(
    client: FlaskClient, community: Community, manager: User
) -> None:
    sent_to = client.get(f"/c/{community.slug}/overview").headers["Location"]
    assert attempt(client, manager.email, path=sent_to).headers["Location"] == f"/c/{community.slug}/overview"


def test_p7d_signing_in_gives_a_new_session_and_a_new_form_token(
    client: FlaskClient, community: Community, manager: User, session: Session
) -> None:
    planted = token_of(client, "/login")
    before = client.get_cookie("session")
    attempt(client, manager.email)
    after = client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert client.post("/logout", data={"csrf_token": planted}).status_code == 400
    with client.session_transaction() as kept:
        token = kept["sign_in"]
    row = session.scalars(select(SignIn)).one()
    assert token not in (row.token_hash, str(row.user_id))
    assert len(row.token_hash) == 64
    assert is_signed_in(client, community)


def test_p7d_an_idle_session_ends_and_a_used_one_goes_on(
    sign_in: SignInAs, community: Community, manager: User, session: Session
) -> None:
    browser = sign_in(manager)
    session.execute(update(SignIn).values(seen_at=now() - timedelta(minutes=29)))
    session.commit()
    assert is_signed_in(browser, community)
    assert now() - session.scalars(select(SignIn.seen_at)).one() < timedelta(minutes=1)
    session.execute(update(SignIn).values(seen_at=now() - timedelta(minutes=31)))
    session.commit()
    assert not is_signed_in(browser, community)


def test_p7d_after_twelve_hours_everybody_signs_in_again(
    sign_in: SignInAs, community: Community, manager: User, session: Session
) -> None:
    browser = sign_in(manager)
    session.execute(update(SignIn).values(began_at=now() - timedelta(hours=12, minutes=1)))
    session.commit()
    assert not is_signed_in(browser, community)


def test_p7d_signing_out_ends_a_copied_cookie_and_leaves_other_browsers_alone(
    sign_in: SignInAs, app: Flask, community: Community, manager: User
) -> None:
    browser, other = sign_in(manager), sign_in(manager)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert is_signed_in(thief, community)
    browser.post("/logout", data={"csrf_token": token_of(browser, f"/c/{community.slug}/overview")})
    thief.set_cookie("session", cookie.value)
    assert not is_signed_in(thief, community)
    assert is_signed_in(other, community)


def test_p7d_a_disabled_or_erased_account_and_a_new_password_end_all_sessions(
    sign_in: SignInAs, community: Community, manager: User, session: Session
) -> None:
    browser = sign_in(manager)
    session.execute(update(User).values(active=False))
    session.commit()
    assert not is_signed_in(browser, community)
    session.execute(update(User).values(active=True))
    session.commit()
    browser = sign_in(manager)
    session.execute(update(User).values(fs_uniquifier="changed with the password"))
    session.commit()
    assert not is_signed_in(browser, community)
    session.refresh(manager)
    session.commit()
    browser = sign_in(manager)
    session.execute(delete(SignIn))
    session.commit()
    assert not is_signed_in(browser, community)


def masked(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)


def test_p7e_nobody_learns_who_has_an_account(client: FlaskClient, session: Session, manager: User) -> None:
    disabled = make_user(session)
    disabled.active = False
    session.commit()
    answers = [
        attempt(client, "nobody@example.org"),
        attempt(client, manager.email, "a wrong password"),
        attempt(client, disabled.email, "a wrong password"),
        attempt(client, disabled.email),
    ]
    assert {masked(answer) for answer in answers} == {masked(answers[0])}
    assert "That email and password don’t match" in answers[0].text


def test_p7e_an_unknown_address_costs_the_work_of_a_known_one(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        assert extract_parameters(hash_password("a password")) == extract_parameters(hashed("a longer password"))
    hashes: list[str] = []
    monkeypatch.setattr(flask_security.forms, "hash_password", hashes.append)
    attempt(client, "nobody@example.org")
    assert hashes == [PASSWORD]


def test_p6_ten_failures_close_an_account_for_a_while_and_no_other(
    client: FlaskClient, session: Session, manager: User
) -> None:
    other = make_user(session)
    for _ in range(FAILURES_PER_ACCOUNT):
        assert attempt(client, manager.email, "a wrong password").status_code == 200
    for email in (manager.email, manager.email.upper(), f" {manager.email}\t"):
        refused = attempt(client, email)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
        assert "Too many attempts to sign in" in refused.text
    assert attempt(client, other.email).status_code == 302


def test_p6_a_stranger_who_fails_on_purpose_locks_nobody_out_of_their_own_browser(
    app: Flask, sign_in: SignInAs, session: Session, manager: User
) -> None:
    own, stranger = sign_in(manager), app.test_client()
    own.delete_cookie("session")
    known = own.get_cookie("browser")
    assert known is not None
    assert known.http_only
    for _ in range(FAILURES_PER_ACCOUNT):
        attempt(stranger, manager.email, "a wrong password")
    assert attempt(stranger, manager.email).status_code == 429
    assert attempt(own, manager.email).status_code == 302
    own.delete_cookie("session")
    for _ in range(FAILURES_PER_ACCOUNT):  # who took the browser may guess no more often than anybody else
        assert attempt(own, manager.email, "a wrong password").status_code == 200
    assert attempt(own, manager.email).status_code == 429
    other = make_user(session)
    for forged in (known.value + "x", "x" + known.value, "x", ".", "é.é", known.value.partition(".")[0]):
        stranger.set_cookie("browser", forged)
        assert attempt(stranger, manager.email).status_code == 429, forged
    stranger.set_cookie("browser", known.value)
    assert attempt(stranger, other.email).status_code == 302


def test_p6_an_unknown_address_is_closed_just_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flask_security.forms, "hash_password", str)  # its work is another test's subject
    for _ in range(FAILURES_PER_ACCOUNT):
        assert attempt(client, "nobody@example.org").status_code == 200
    assert attempt(client, "nobody@example.org").status_code == 429


def test_p6_thirty_failures_close_a_network_whatever_it_says_of_itself(client: FlaskClient, session: Session) -> None:
    users = [make_user(session) for _ in range(4)]
    for number in range(FAILURES_PER_NETWORK):
        spoofed = {
            "X-Forwarded-For": f"203.0.113.{number}",
            "X-Real-IP": f"203.0.113.{number}",
            "Forwarded": "for=1.2.3.4",
        }
        assert attempt(client, users[number % 3].email, "wrong", headers=spoofed).status_code == 200
    assert attempt(client, users[3].email, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 429


def test_p6_behind_a_trusted_proxy_the_address_that_it_adds_counts(
    database_url: str, tmp_path: Path, session: Session
) -> None:
    told = settings.load(tmp_path, environ={}, database_url=database_url, trusted_proxies=1, log_level="error")
    app = create_app(told)
    user = make_user(session)
    browser = app.test_client()
    for number in range(3):
        attempt(browser, f"nobody@{number}", "wrong", headers={"X-Forwarded-For": f"1.2.3.{number}, 203.0.113.9"})
    session.commit()
    networks = session.scalars(select(Attempt.times).where(Attempt.key.startswith("sign-in from"))).all()
    assert networks == [3]
    session.commit()
    attempt(browser, user.email, "wrong", headers={"X-Forwarded-For": "203.0.113.10"})
    assert session.scalar(select(func.count()).where(Attempt.key.startswith("sign-in from"))) == 2
    app.extensions["surveyapp"].engine.dispose()


def test_p6_who_knows_the_password_is_never_counted(client: FlaskClient, manager: User, session: Session) -> None:
    for _ in range(FAILURES_PER_ACCOUNT + 2):
        assert attempt(client, manager.email).status_code == 302
        client.delete_cookie("session")
    assert set(session.scalars(select(Attempt.times))) == {0}


def test_no_counter_holds_an_address(client: FlaskClient, manager: User, session: Session) -> None:
    attempt(client, manager.email, "wrong", environ_base={"REMOTE_ADDR": "203.0.113.77"})
    for key in session.scalars(select(Attempt.key)):
        assert manager.email not in key
        assert "203.0.113" not in key


def test_signing_in_takes_a_form_and_a_cookie_and_nothing_else(
    client: FlaskClient, manager: User, community: Community
) -> None:
    headers = {"X-CSRFToken": token_of(client, "/login"), "Accept": "application/json"}
    given = {"email": manager.email, "password": PASSWORD}
    answer = client.post("/login?include_auth_token", json=given, headers=headers)
    assert answer.status_code == 415
    assert "token" not in answer.text.lower()
    with_token = {"Authentication-Token": "x"}
    assert client.get(f"/c/{community.slug}/overview", headers=with_token).status_code == 303


ELSEWHERE = (
    "https://evil.example",
    "http://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "/%09/evil.example",
    "/%5cevil.example",
    "//evil.example/%2e%2e",
    "/\r\nLocation: https://evil.example",
    "///\\;@evil.example",
    "//localhost:80@evil.example",
)


def test_p25_signing_in_leads_nowhere_else(client: FlaskClient, manager: User, community: Community) -> None:
    for place in ELSEWHERE:
        pairs: list[tuple[dict[str, str], dict[str, str]]] = [({"next": place}, {}), ({}, {"next": place})]
        for query, data in pairs:
            token = token_of(client, "/login")
            given = {"email": manager.email, "password": PASSWORD, "csrf_token": token, **data}
            answer = client.post("/login", query_string=query, data=given)
            assert answer.status_code in (302, 303), place
            target = answer.headers["Location"]
            assert re.fullmatch(r"/([^/\\].*)?", target), (place, target)
            assert target.isprintable()
            client.delete_cookie("session")


def test_p16_an_installation_with_https_marks_its_cookie(tmp_path: Path, database_url: str) -> None:
    told = settings.load(
        tmp_path, environ={}, database_url=database_url, public_url="https://surveys.example.org", log_level="error"
    )
    app = create_app(told)
    cookie = app.test_client().get("/login", base_url="https://surveys.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Expires" not in cookie
    app.extensions["surveyapp"].engine.dispose()
