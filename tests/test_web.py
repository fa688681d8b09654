"""What all pages share: headers, addresses, errors that tell nothing, text that stays text (P14, P15, P25, P28)."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pysqlite3
import pytest
from flask import Flask, redirect
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from surveyapp import create_app, settings
from surveyapp.accounts.models import User
from surveyapp.accounts.sign_in import Accounts
from surveyapp.communities.found import ValueWords, found
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, RoleKind
from surveyapp.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge, TooMany, Unavailable
from surveyapp.logs import configure
from surveyapp.web import HEADERS, external_url, is_local_path
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_user
from tests.world import make_place

INSIDES = re.compile(
    r"Traceback|File &#34;|File \"|site-packages|sqlalchemy|psycopg|sqlite|werkzeug|flask|jinja"
    r"|SELECT |INSERT |\.py\b|/tmp/|/home/",
    re.IGNORECASE,
)


def answers(app: Flask, client: FlaskClient, community: Community) -> Iterator[TestResponse]:
    """One answer of each kind: pages, redirects, errors, files."""
    for path in (
        "/",
        "/login",
        f"/c/{community.slug}",
        "/healthz",
        "/readyz",
        "/static/design.css",
        "/static/none.css",
    ):
        yield client.get(path)
    yield client.get("/nowhere")
    yield client.get(f"/c/{community.slug}/overview")
    yield client.post("/login", data={"email": "a"})
    yield client.post("/healthz")
    yield client.get("/?q=%ff")
    yield client.get("/?q=" + "a" * 5000)
    yield client.get("/", headers={"Host": "evil.example"})
    yield client.options("/login")
    yield client.head("/login")


def test_p14_every_answer_carries_all_headers(app: Flask, client: FlaskClient, community: Community) -> None:
    seen = set()
    for answer in answers(app, client, community):
        seen.add(answer.status_code)
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], (answer.request.path, name)
        if answer.request.path != "/static/design.css":
            assert answer.headers["Cache-Control"] == "no-store", answer.request.path
            assert "Cookie" in answer.headers["Vary"], answer.request.path
        answer.close()
    assert {200, 303, 400, 404, 405, 414} <= seen


def test_p14_the_policy_allows_nothing_inline_and_nobody_else(client: FlaskClient) -> None:
    policy = client.get("/login").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_static_files_are_kept_and_their_addresses_change_with_them(client: FlaskClient) -> None:
    address = re.search(r"/static/design\.css\?v=[0-9a-f]{10}", client.get("/login").text)
    assert address is not None
    file = client.get(address[0])
    assert file.status_code == 200
    assert "immutable" in file.headers["Cache-Control"]
    assert "Set-Cookie" not in file.headers
    file.close()


HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost:80@evil.example",
    "[::2]",
    "10.0.0.1",
    "localhost evil.example",
    "localhost/evil",
    "localhost,evil.example",
    "",
)


def test_p25_a_forged_host_is_refused_and_named_nowhere(client: FlaskClient) -> None:
    for host in HOSTS:
        answer = client.get("/login", headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
        assert not INSIDES.search(answer.text)


def test_p25_links_that_leave_the_service_are_made_from_the_setting_alone(
    client: FlaskClient, app: Flask, community: Community
) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    page = client.get(f"/c/{community.slug}", headers=forged)
    assert page.status_code == 200
    assert "evil" not in page.text
    with app.test_request_context("/", headers=forged):
        made = external_url("communities.public", slug=community.slug)
    assert made == f"http://127.0.0.1:8000/c/{community.slug}"


def test_p25_a_local_path_begins_with_one_slash_and_can_be_seen_as_a_whole() -> None:
    assert all(is_local_path(path) for path in ("/", "/c/valley", "/c/valley?x=//y", "/ä"))
    others = (
        "",
        "//evil",
        "/\\evil",
        "evil",
        "https://evil",
        "/\tevil",
        "/a\nb",
        "/a\x00b",
        "\\evil",
        " /a",
        "/a\u202eb",
    )
    assert not any(is_local_path(path) for path in others)


def test_p25_no_redirect_leads_elsewhere(app: Flask) -> None:
    for number, target in enumerate(("https://evil.example/", "//evil.example", "/\\evil.example")):
        app.view_functions["web.healthz"] = lambda target=target: redirect(target)
        assert app.test_client().get("/healthz").headers["Location"] == "/", number


def fail(error: Exception) -> Any:
    def view(*args: object, **kwargs: object) -> NoReturn:
        raise error

    return view


FAULTS: dict[int, list[Exception]] = {
    422: [BadInput("Write a number.")],
    404: [NotFound("Not here.")],
    403: [NotAllowed("Not yours.")],
    409: [Conflict("Already done."), StaleDataError("UPDATE statement on table 'goal' expected 1 row")],
    413: [TooLarge("Too much.")],
    429: [TooMany("Too often.", retry_after=60)],
    503: [
        Unavailable("Not now."),
        OperationalError("SELECT secret", {"password": "hunter2"}, Exception("db at /tmp/x")),
    ],
    500: [
        RuntimeError("hunter2 in /home/me/app.py"),
        IntegrityError("INSERT INTO user_account", {"password": "hunter2"}, Exception("UNIQUE")),
        KeyError("hunter2"),
        RecursionError("too deep"),
        MemoryError(),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "hunter2"),
        NotImplementedError(),
        AssertionError("sqlalchemy"),
        ZeroDivisionError(),
    ],
}


def test_p28_errors_say_what_to_do_and_nothing_of_the_insides(app: Flask, manager: User, sign_in: SignInAs) -> None:
    app.testing = False  # as in production
    browser = sign_in(manager)
    for status, errors in FAULTS.items():
        for error in errors:
            app.view_functions["web.healthz"] = fail(error)
            with capture_logs() as logs:
                answer = browser.get("/healthz")
            assert answer.status_code == status, error
            reference = re.search(r"reference ([0-9A-F]{8})\b", answer.text)
            assert reference is not None, error
            assert "hunter2" not in answer.text
            assert not INSIDES.search(answer.text), error
            assert "<h1>" in answer.text
            assert ("Retry-After" in answer.headers) == (status in (429, 503))
            if status == 500:
                assert [log["event"] for log in logs if log["log_level"] == "error"] == ["unexpected"]


def test_p28_the_error_page_stands_when_the_database_does_not(
    app: Flask, community: Community, manager: User, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(manager)
    app.testing = False
    gone = OperationalError("SELECT 1", {}, Exception("connection refused"))
    monkeypatch.setattr(Accounts, "find_user", fail(gone))
    monkeypatch.setattr("sqlalchemy.orm.session.Session.execute", fail(gone))
    for path in (f"/c/{community.slug}/overview", f"/c/{community.slug}", "/", "/nowhere"):
        answer = browser.get(path)
        assert answer.status_code in (503, 404), path
        assert "Still stuck?" in answer.text
        assert not INSIDES.search(answer.text)
    assert app.test_client().get("/healthz").status_code == 200


def test_p28_there_is_no_console_and_no_debugging(app: Flask, client: FlaskClient) -> None:
    assert app.debug is False
    for path in ("/console", "/?__debugger__=yes&cmd=resource&f=debugger.js", "/_debug_toolbar/"):
        answer = client.get(path, headers={"Cookie": "__wzd=1"})
        assert "debugger" not in answer.text.lower()


def test_p4b_a_database_locked_for_a_moment_is_waited_for(
    backend: str, engine: Engine, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL has no lock on the whole database")
    token = token_of(client, "/login")
    data = {"email": "nobody@example.org", "password": "x", "csrf_token": token}
    holder = pysqlite3.connect(str(engine.url.database), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(2.0, holder.execute, ["ROLLBACK"])
    release.start()
    began = time.monotonic()
    assert client.post("/login", data=data).status_code == 200
    assert time.monotonic() - began >= 1.5
    release.join()
    holder.close()


def test_p4b_a_database_locked_for_long_is_answered_within_six_seconds(
    backend: str, engine: Engine, client: FlaskClient, community: Community
) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL has no lock on the whole database")
    data = {"email": "nobody@example.org", "password": "x", "csrf_token": token_of(client, "/login")}
    holder = pysqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    answer = client.post("/login", data=data)
    assert 4 < time.monotonic() - began < 6
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Nothing is lost" in answer.text
    assert client.get(f"/c/{community.slug}").status_code == 200  # who only reads does not wait
    holder.execute("ROLLBACK")
    holder.close()
    assert client.post("/login", data=data).status_code == 200


SCRIPTS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg/onload=alert(1)>",
    '" autofocus onfocus="alert(1)',
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "</textarea><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "{{ 7*7 }}{% include 'x' %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{0.__class__}%s%n",
    "<!--<script>-->alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
)


def test_p15_what_people_type_is_shown_as_text_on_every_page(
    session: Session, client: FlaskClient, sign_in: SignInAs
) -> None:
    def values(words: str) -> list[ValueWords]:
        return [ValueWords(words[:60], words, words)]

    places = [found(session, name=words, mission=words, about=words, values=values(words)) for words in SCRIPTS]
    session.commit()
    leader = make_user(session, community=places[0], kind=RoleKind.MANAGER)
    for community in places[1:]:
        give_role(session, leader, community, RoleKind.MANAGER)
    leader.name = "<u>Ada</u>"
    session.commit()
    browser = sign_in(leader)
    for community, words in zip(places, SCRIPTS, strict=True):
        for path in ("", "/overview", "/privacy", "/accessibility", "/surveys", "/goals", "/review", "/reports"):
            page = browser.get(f"/c/{community.slug}{path}")
            assert page.status_code == 200, path
            shown = page.text
            assert words not in shown or not set(words) & set("<>\"'&"), (path, words)
            assert "<u>" not in shown
            assert not re.search(r"<script(?! (type=\"module\" )?src=\"/static/)", shown), (path, words)
            assert not re.search(r"<[^>]*\son\w+=", shown), (path, words)
            assert not re.search(r"<(img src=x|iframe|base|math|meta http-equiv|style)", shown), (path, words)
            assert "49" not in shown if "7*7" in words else True
    index = browser.get("/").text
    assert "<script>" not in index
    assert "&lt;script&gt;" in index


def test_no_page_has_anything_inline(session: Session, sign_in: SignInAs) -> None:
    place = make_place(session)
    browser = sign_in(place.manager)
    for path in ("", "/overview", "/privacy", "/accessibility", "/surveys", "/goals", "/review", "/reports"):
        page = browser.get(f"/c/{place.community.slug}{path}").text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|javascript:", page), path
        assert not re.search(r"(src|href|action)=\"(https?:)?//", page), path


def test_the_first_page_leads_to_the_only_community(client: FlaskClient, community: Community) -> None:
    assert client.get("/").headers["Location"] == f"/c/{community.slug}"


def test_the_first_page_leads_people_to_what_they_run(
    session: Session, client: FlaskClient, sign_in: SignInAs, community: Community, manager: User
) -> None:
    other = make_community(session)
    assert client.get("/").status_code == 200
    assert sign_in(manager).get("/").headers["Location"] == f"/c/{community.slug}/overview"
    page = sign_in(make_user(session, is_administrator=True)).get("/").text
    assert f'href="/c/{other.slug}"' in page
    assert 'href="/found"' in page


def test_a_new_installation_says_what_comes_first(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "No community yet" in page.text


def test_the_service_tells_whether_it_is_ready(app: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"ok": True}
    assert client.get("/readyz").json == {"ok": True}


def test_it_is_not_ready_on_a_database_of_another_version(tmp_path: Path) -> None:
    app = create_app(settings.load(tmp_path, environ={}, log_level="error"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ok": False})
    app.extensions["surveyapp"].engine.dispose()


def test_a_request_is_logged_without_address_query_or_secret(client: FlaskClient, community: Community) -> None:
    configure("info")
    with capture_logs() as logs:
        client.get(f"/c/{community.slug}?token=hunter2", environ_base={"REMOTE_ADDR": "203.0.113.5"})
    (entry,) = [log for log in logs if log["event"] == "request"]
    assert set(entry) == {"event", "route", "method", "status", "ms", "log_level"}
    assert "hunter2" not in str(logs)
    assert "203.0.113" not in str(logs)
