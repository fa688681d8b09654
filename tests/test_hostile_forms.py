"""Every form of surveys, answers and members with 200 hostile inputs: refused or stored whole, shown as typed, no 5xx.

The forms are read from the pages themselves, so a new one is tried too; a route that takes a form and has none on any
page is tried with fields that others have.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.db import Base
from surveyapp.responses.collect import new_code
from surveyapp.responses.models import Conversation
from surveyapp.surveys.models import Layout
from tests.conftest import SignInAs, token_of
from tests.responses.every_kind import make_asked
from tests.responses.member import Member
from tests.test_policy import address
from tests.world import Place, make_place

FEATURES = ("surveys", "responses", "communities")
HOW_MANY = {"sqlite": 200, "postgresql": 40}
ONLY_A_BUTTON = 10  # inputs to a form that has no field
LAST = (
    "responses.remove_note",
    "surveys.remove_question",
    "responses.withdraw",
    "communities.member",
    "surveys.open_",
    "responses.close",
)
NOT_HERE = {
    "communities.found",  # need an administrator, and one in preparation; tested in tests/communities
    "communities.prepare",
    "communities.found_prepared",
}
RAW = "<hostile onload=alert(1)>"
SPECIAL = [
    RAW,
    f'"{RAW}',
    f"'>{RAW}",
    f"</textarea></title></script>{RAW}",
    "{{31337*3}} {%if 1%}${31337*3}#{31337*3}<%=31337*3%>",
    "%s%n%x {0.__class__} {title}",
    "'; DROP TABLE survey; --",
    '" OR ""="',
    "../../../../etc/passwd",
    "a\r\nBcc: all@example.org\r\n\r\nx",
    "=1+cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "\x00",
    "a\x00b",
    "\x01\x02\x1b[31m",
    "\x7f\x9f",
    "\u202egnp.exe",
    "\u2066\u2069\u200e\u200f",
    "\ufeff",
    "\u200b",
    "\ufffe\uffff",
    "e" + "\u0301" * 400,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 60,
    "مرحبا",
    "ﷺ" * 400,
    "İıſß",
    "",
    " ",
    "\n" * 3000,
    "\t",
    "a" * 501,
    "a" * 5001,
    "a b " * 5000,
    "ä" * 20001,
    "0",
    "-1",
    "1",
    "6",
    "1e400",
    "nan",
    "inf",
    "-0",
    "1_000",
    "+5",
    "٣",
    "１２",
    "9" * 15,
    "9" * 5000,
    str(2**31),
    str(2**63),
    str(2**64),
    "0x10",
    "1.5",
    "1,5",
    "0000-00-00",
    "2026-02-30",
    "9999-12-31",
    "10000-01-01",
    "2026-11-30T25:61",
    "yes",
    "no",
    "true",
    "null",
    "None",
    "undefined",
    "on",
    "[]",
    "{}",
    "[" * 5000,
    '{"a":' * 500,
    "a@example.org,b@example.org",
    "@",
    "a@b",
    "a\u2028b\u2029c",
    "q1",
    "v999999999",
    "other",
    "999999999",
    "en",
    "xx",
    "en-US-x-" + "a" * 40,
    "../",
    "%00",
    "%2e%2e%2f",
    "&lt;b&gt;",
    "&#60;",
]


def hostile(how_many: int) -> list[str]:
    """The special ones, then random mixtures of what makes trouble."""
    chance = random.Random(7)
    letters = "aZ0 \n\t\"'<>&{}%$#;:/\\|=+-_,.()[]\u0301\u05d0\u0639\u202e\u2603\U0001f4a5\x01\xa0ſ"
    values = list(SPECIAL)
    chance.shuffle(values)
    while len(values) < how_many:
        values.append("".join(chance.choices(letters, k=chance.choice((1, 3, 20, 130, 700)))) + chance.choice(SPECIAL))
    return values[:how_many]


@dataclass
class Form:
    """One form of a page: where it goes, and what it sends as it stands."""

    endpoint: str
    path: str
    values: dict[str, str]
    names: list[str]  # all its fields and named buttons
    file: str = ""  # the field for a file


def forms_of(app: Flask, page: TestResponse) -> Iterator[Form]:
    """The forms of a page that are posted."""
    if page.mimetype != "text/html":
        return
    for form in lxml.html.document_fromstring(page.text).forms:
        if form.method != "POST":
            continue
        path = urlsplit(form.get("action") or page.request.path).path
        endpoint, _ = app.url_map.bind("localhost").match(path, method="POST")
        named = form.xpath(".//*[self::input or self::select or self::textarea or self::button][@name]/@name")
        files = form.xpath(".//input[@type='file']/@name")
        if endpoint.partition(".")[0] not in FEATURES:
            continue
        yield Form(
            endpoint,
            path,
            {name: value for name, value in form.form_values() if value is not None},
            [name for name in dict.fromkeys(map(str, named)) if name not in ("csrf_token", *files)],
            files[0] if files else "",
        )


def harvest(app: Flask, browser: FlaskClient, places: list[Place]) -> dict[tuple[str, frozenset[str]], Form]:
    """Every form on every page that this browser may see, once; and the routes that stand on none."""
    found: dict[tuple[str, frozenset[str]], Form] = {}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in FEATURES]
    for place in places:
        for rule in rules:
            if "GET" in (rule.methods or ()):
                for form in forms_of(app, browser.get(address(app, rule, place))):
                    found.setdefault((form.endpoint, frozenset(form.names)), form)
    common = sorted({name for form in found.values() for name in form.names})[:12]
    known = {endpoint for endpoint, _ in found}
    for rule in rules:
        if "POST" in (rule.methods or ()) and rule.endpoint not in known | NOT_HERE:
            form = Form(rule.endpoint, address(app, rule, places[0]), {}, common)
            found[form.endpoint, frozenset()] = form
    return found


def tries(form: Form, values: list[str]) -> Iterator[dict[str, str]]:
    """What to post: now one field hostile and the others in order, now all at once, until all *values* were in."""
    names = form.names or ["extra"]
    left, number = list(values if form.names else values[:ONLY_A_BUTTON]), 0
    while left:
        width = 1 if number % 5 == 0 else len(names)
        taken, left = left[:width], left[width:]
        chosen = [names[(number + place) % len(names)] for place in range(len(taken))]
        data = {**form.values, **dict(zip(chosen, taken, strict=True))}
        if form.endpoint == "responses.answer" and "code" not in chosen:
            data["code"] = new_code()
        yield data
        number += 1


class Rows:
    """How many rows each table has; counters of tries apart, which count refusals too."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        names = sorted(set(Base.metadata.tables) - {"attempt"})
        self.query = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) FROM \"{name}\"" for name in names)

        self.known: dict[str, int] = {}
        self.version: object = None
        self.watching = engine.raw_connection() if engine.dialect.name == "sqlite" else None

    def close(self) -> None:
        """Look no more."""
        if self.watching is not None:
            self.watching.close()

    def now(self) -> dict[str, int]:
        """Counted anew only if somebody committed since."""
        if self.watching is not None:
            version = self.watching.cursor().execute("PRAGMA data_version").fetchone()
            if version == self.version:
                return self.known
            self.version = version
        with self.engine.connect() as connection:
            self.known = dict(connection.execute(sa.text(self.query)).all())
        return self.known


def shows_raw(page: TestResponse) -> bool:
    """Whether what was typed became part of the page, or of a program."""
    return page.mimetype == "text/html" and (RAW in page.text or "94011" in page.text)


def test_hostile_input_is_refused_or_stored_whole_and_shown_as_typed(
    app: Flask, session: Session, engine: Engine, backend: str, sign_in: SignInAs
) -> None:
    place = make_place(session)
    survey, _ = make_asked(session, place.community, layout=Layout.SURVEY)
    own = {**place.arguments, "link": survey.link, "survey_id": survey.id, "question_id": survey.questions[0].id}
    draft = {**place.arguments, "survey_id": place.arguments["survey_id"] + 1}
    drafts = sa.text("SELECT q.id FROM question q JOIN section s ON s.id = q.section_id WHERE s.survey_id = :survey")
    noted = session.get_one(Conversation, place.arguments["note_id"])
    draft["question_id"] = session.scalars(drafts, {"survey": draft["survey_id"]}).first()
    notes = {**place.arguments, "survey_id": noted.survey_id}
    places = [Place(place.community, place.manager, place.leader, one) for one in (own, draft, notes, place.arguments)]
    session.expunge_all()
    session.rollback()
    browser = sign_in(place.manager)
    member = Member(browser, survey).start()
    forms = harvest(app, browser, places)
    values = hostile(HOW_MANY[backend])
    rows, posted = Rows(engine), 0
    wrong: list[tuple[Any, ...]] = []
    token = token_of(browser, f"/s/{survey.link}")
    order = sorted(forms.values(), key=lambda form: (form.endpoint in LAST, form.endpoint, form.names))
    for form in order:
        before = rows.now()
        for tried in tries(form, values):
            data = {**tried, "csrf_token": token}
            files: dict[str, Any] = {}
            if form.file:
                text = next(iter(data.values()))
                files = {form.file: (BytesIO(text.encode("utf-8", "replace")), "list.csv")}
            answer = browser.post(form.path, data={**data, **files})
            posted += 1
            after = rows.now()
            if answer.status_code >= 500:
                wrong.append((form.endpoint, answer.status_code, data))
            is_draft = form.endpoint == "responses.answer"  # what is missing elsewhere keeps the rest as typed
            if answer.status_code >= 400 and before != after and not is_draft:
                changed = {name for name in after if after[name] != before[name]}
                wrong.append((form.endpoint, answer.status_code, changed, data))
            if shows_raw(answer):
                wrong.append((form.endpoint, "raw", data))
            before = after
    rows.close()
    assert not wrong, [str(one)[:400] for one in wrong[:12]]
    assert {endpoint.partition(".")[0] for endpoint, _ in forms} == set(FEATURES)
    pages = [
        browser.get(address(app, rule, one))
        for one in places
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in FEATURES and "GET" in (rule.methods or ())
    ]
    assert not [page.request.path for page in pages if page.status_code >= 500 or shows_raw(page)]
    assert any("&lt;hostile" in page.text for page in pages if page.mimetype == "text/html"), "nothing was stored"
    assert member.answer.status_code == 200
    print(f"\n{len(forms)} forms, {posted} posts")
