"""Who may call what (P5a, P5b, P5c, P5d, P5e): each cell follows from policy.py, for whatever routes there are."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from surveyapp import policy
from surveyapp.accounts.models import User
from surveyapp.policy import POLICY, Who
from tests.conftest import SignInAs, token_of
from tests.factories import make_user
from tests.world import ABSENT, Place, make_place

SAFE = {"GET", "HEAD"}
# What nobody may smuggle into a form.
EXTRA = {
    "mission": "Something else entirely.",
    "words": "Something else entirely.",
    "community_id": "2",
    "community": "2",
    "slug": "other",
    "user_id": "1",
    "role": "manager",
    "kind": "manager",
    "is_administrator": "1",
    "is_admin": "1",
    "active": "1",
    "password": "another password",
    "fs_uniquifier": "x",
    "anonymous": "0",
    "created_at": "2020-01-01",
    "founded_at": "2020-01-01",
    "id": "1",
    "version": "99",
}
SUBJECTS = (
    "visitor",
    "leader",
    "manager",
    "leader of another community",
    "manager of another community",
    "administrator without a role",
    "disabled account",
    "signed-out cookie",
)
NOT_SIGNED_IN = ("visitor", "disabled account", "signed-out cookie")


@pytest.fixture
def own(session: Session) -> Place:
    return make_place(session)


@pytest.fixture
def foreign(session: Session) -> Place:
    return make_place(session)


@dataclass
class Browser:
    """A browser whose forms are in order; *pinned* is a cookie that it shows again and again, whatever it is told."""

    client: FlaskClient
    token: str
    pinned: str | None = None

    def call(self, method: str, path: str) -> TestResponse:
        if self.pinned:
            self.client.set_cookie("session", self.pinned)
        return self.client.open(
            path, method=method, data=None if method in SAFE else EXTRA | {"csrf_token": self.token}
        )


BrowserOf = Callable[[str], Browser]


@pytest.fixture
def browser_of(app: Flask, session: Session, own: Place, foreign: Place, sign_in: SignInAs) -> BrowserOf:
    """Give the browser of one of SUBJECTS."""

    def signed_in(user: User) -> Browser:
        client = sign_in(user)
        page = "/" if user.is_administrator else client.get("/").headers["Location"]
        return Browser(client, token_of(client, page))

    def pinned() -> Browser:
        browser = signed_in(own.manager)
        cookie = browser.client.get_cookie("session")
        assert cookie is not None
        return Browser(browser.client, browser.token, cookie.value)

    def visitor() -> Browser:
        client = app.test_client()
        client.get("/login")  # the second answer sets no cookie any more
        return Browser(client, token_of(client, "/login"))

    def disabled() -> Browser:
        browser = pinned()
        own.manager.active = False
        session.commit()
        return browser

    def signed_out() -> Browser:
        browser = pinned()
        assert browser.call("POST", "/logout").status_code in (302, 303)
        return browser

    makers: dict[str, Callable[[], Browser]] = {
        "visitor": visitor,
        "leader": lambda: signed_in(own.leader),
        "manager": lambda: signed_in(own.manager),
        "leader of another community": lambda: signed_in(foreign.leader),
        "manager of another community": lambda: signed_in(foreign.manager),
        "administrator without a role": lambda: signed_in(make_user(session, is_administrator=True)),
        "disabled account": disabled,
        "signed-out cookie": signed_out,
    }
    return lambda subject: makers[subject]()


def cells(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each route with each of its methods; signing out comes last, as it ends what is tested."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint == "security.logout", str(rule))):
        if rule.endpoint != "static":
            yield from ((rule, method) for method in sorted((rule.methods or set()) - {"OPTIONS"}))


def address(app: Flask, rule: Rule, place: Place, **other: Any) -> str:
    values = {name: place.arguments[name] for name in rule.arguments} | other
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def refusal(rule: Rule, method: str, subject: str) -> int | None:
    """The status with which policy.py has this call refused; None if it lets it pass."""
    who = POLICY[rule.endpoint]
    if who is Who.NOBODY:
        return 404
    if who is Who.ANYONE:
        return None
    if subject in NOT_SIGNED_IN:
        return 303 if method in SAFE else 401
    if "slug" in rule.arguments:
        if subject not in ("leader", "manager"):
            return 404
        if who is Who.MANAGER and subject == "leader":
            return 403
    if rule.endpoint == "web.job" and subject not in ("leader", "manager"):
        return 404  # the view asks whose job it is
    if who is Who.ADMINISTRATOR and not subject.startswith("administrator"):
        return 403
    return None


def masked(answer: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    body = re.sub(r"reference [0-9A-F]{8}", "reference", answer.text)
    return answer.status_code, body, sorted(answer.headers.items())


def rows(engine: Engine, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: sorted((tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))), key=repr)
            for table in tables
        }


@pytest.mark.parametrize("subject", SUBJECTS)
def test_p5b_each_route_lets_pass_and_refuses_as_policy_says(
    subject: str, app: Flask, engine: Engine, own: Place, browser_of: BrowserOf
) -> None:
    browser = browser_of(subject)
    guarded = ("mission", "community", "role", "user_account")
    before = rows(engine, *guarded)
    surprises = []
    asked = 0
    for rule, method in cells(app):
        answer = browser.call(method, address(app, rule, own))
        expected = refusal(rule, method, subject)
        asked += 1
        if expected == 303:
            as_expected = answer.status_code == 303 and answer.headers["Location"].startswith("/login")
        elif expected is not None:
            as_expected = answer.status_code == expected
        else:
            is_sent_away = answer.headers.get("Location", "").startswith("/login?")
            as_expected = answer.status_code not in (401, 403, 404, 405) and answer.status_code < 500
            as_expected = as_expected and not is_sent_away
        if not as_expected:
            surprises.append((method, str(rule), answer.status_code, expected))
    assert surprises == []
    assert asked > 15
    assert rows(engine, *guarded) == before  # P5e, P11a: extra fields are stored nowhere


@pytest.mark.parametrize("subject", SUBJECTS)
def test_p5c_what_is_foreign_and_what_is_not_there_look_the_same(
    subject: str, app: Flask, own: Place, foreign: Place, browser_of: BrowserOf
) -> None:
    browser = browser_of(subject)
    differences: list[tuple[Any, ...]] = []
    leaks = []
    for rule, method in cells(app):
        if "slug" not in rule.arguments and subject.endswith("of another community"):
            continue  # what is foreign in an address without a community is their own
        for name in sorted(name for name in rule.arguments if name.endswith("_id")):
            others = browser.call(method, address(app, rule, own, **{name: foreign.arguments[name]}))
            absent = browser.call(method, address(app, rule, own, **{name: ABSENT}))
            expected = refusal(rule, method, subject) or 404
            if expected == 303:  # to the log-in, which names the address itself
                others.headers.pop("Location"), absent.headers.pop("Location")
                others.headers.pop("Content-Length"), absent.headers.pop("Content-Length")
                if others.status_code != 303 or sorted(others.headers) != sorted(absent.headers):
                    differences.append((method, str(rule), name, others.headers, absent.headers))
            elif masked(others) != masked(absent):
                differences.append((method, str(rule), name, others.status_code, absent.status_code))
            if others.status_code != expected:
                leaks.append((method, str(rule), name, others.status_code))
    assert differences == []
    assert leaks == []


def test_p5c_a_foreign_community_looks_like_one_that_is_not_there(
    app: Flask, own: Place, browser_of: BrowserOf
) -> None:
    browser = browser_of("manager of another community")
    for rule, method in cells(app):
        if "slug" in rule.arguments and POLICY[rule.endpoint] is not Who.ANYONE:
            there = browser.call(method, address(app, rule, own))
            absent = browser.call(method, address(app, rule, own, slug="no-such-place"))
            assert masked(there) == masked(absent), (method, str(rule))
            assert own.community.name not in there.text


def test_p5e_nothing_of_another_community_changes_whatever_a_manager_posts(
    app: Flask, engine: Engine, own: Place, foreign: Place, browser_of: BrowserOf
) -> None:
    browser = browser_of("manager")
    tables = ("survey", "candidate", "goal", "analysis_run", "theme", "pdf_report", "value", "round")

    def of_the_other() -> dict[str, Sequence[Any]]:
        with engine.connect() as connection:
            return {
                table: connection.execute(
                    sa.text(f"SELECT * FROM {table} WHERE community_id = :id ORDER BY id"), {"id": foreign.community.id}
                ).fetchall()
                for table in tables
            }

    before = of_the_other()
    for rule, method in cells(app):
        if method not in SAFE and rule.endpoint != "security.logout":
            path = address(app, rule, foreign, **({"slug": own.community.slug} if "slug" in rule.arguments else {}))
            browser.call(method, path)
    assert of_the_other() == before


def test_p5a_a_route_without_a_line_stops_the_start(app: Flask) -> None:
    app.url_map.add(Rule("/new-and-unguarded", endpoint="web.unguarded"))
    with pytest.raises(RuntimeError, match=r"says nothing of these routes: web\.unguarded"):
        policy.check_complete(app)


def test_p5a_a_line_without_a_route_stops_the_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, "web.gone", Who.ANYONE)
    with pytest.raises(RuntimeError, match=r"routes that do not exist: web\.gone"):
        policy.check_complete(app)


def test_p5a_only_routes_of_one_community_ask_for_its_leaders_and_managers(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if POLICY[rule.endpoint] in (Who.LEADER, Who.MANAGER):
            assert str(rule).startswith("/c/<slug>"), rule


def test_p5a_what_changes_a_community_is_for_its_managers(app: Flask) -> None:
    for_all_of_it = {"reports.make"}  # leaders ask for summaries too: they read, nothing is decided
    for rule, method in cells(app):
        if method not in SAFE and "slug" in rule.arguments and rule.endpoint not in for_all_of_it:
            assert POLICY[rule.endpoint] is Who.MANAGER, (method, rule.endpoint)


def test_p7c_a_request_that_only_reads_changes_no_row(
    app: Flask, engine: Engine, own: Place, browser_of: BrowserOf
) -> None:
    browser = browser_of("manager")
    with engine.connect() as connection:
        tables = [table for table in sa.inspect(connection).get_table_names() if table != "alembic_version"]
    before = rows(engine, *tables)
    for rule, method in cells(app):
        if method in SAFE:
            browser.call(method, address(app, rule, own))
    after = rows(engine, *tables)
    assert {table for table in tables if after[table] != before[table]} == set()
