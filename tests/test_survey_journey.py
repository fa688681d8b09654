"""A manager with nothing but the pages: ten questions in two languages, 500 addresses, one mail and one answer each.

What a person would press is pressed here: pages are opened, their forms filled and sent. Mail goes through a real
SMTP server on this machine; each link is then used by several senders at once (P2b, P3a).
"""

import io
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.jobs import Worker
from surveyapp.responses.models import Answer, Participation, Response, Source
from surveyapp.surveys.models import Kind, Survey
from tests.conftest import SignInAs
from tests.smtp import PostOffice

PEOPLE = 500
ANSWERING = 12  # of them, each from three browsers at once
QUESTIONS = [
    (Kind.SINGLE_CHOICE, "How do you come?", {"options": "By bus\nOn foot\nBy boat"}),
    (Kind.MULTIPLE_CHOICE, "What do you bring?", {"options": "Tools\nTime\nCake", "most": "2"}),
    (Kind.RATING, "Taking part is worth my time", {}),
    (Kind.VALUE_RATINGS, "Our values", {}),
    (Kind.RANKING, "What comes first?", {"options": "Paths\nLamps\nBenches"}),
    (Kind.NUMBER, "How many hours a month?", {"least": "0", "most": "100"}),
    (Kind.DATE, "When could we meet?", {}),
    (Kind.SHORT_TEXT, "One word for us", {}),
    (Kind.PROPOSALS, "What should we do next?", {}),
    (Kind.LONG_TEXT, "What about the bus?", {}),
]


def press(client: FlaskClient, page: TestResponse, button: str, **fields: Any) -> TestResponse:
    """Fill the form that has this button, as a browser would, and press it."""
    document = lxml.html.document_fromstring(page.text)
    for form in document.forms:
        for one in form.xpath(".//button"):
            if " ".join(one.text_content().split()).startswith(button):
                values = {name: value for name, value in form.form_values() if value is not None} | fields
                if one.get("name"):
                    values[one.get("name")] = one.get("value", "")
                address = (form.get("action") or page.request.path).partition("#")[0]
                return client.open(address, method=form.method, data=values, follow_redirects=True)
    raise AssertionError(f"no button {button!r} on {page.request.path}")


def compose(client: FlaskClient, home: str) -> TestResponse:
    """Make the survey of ten questions, one of them asked of some only."""
    page = press(
        client,
        client.get(f"{home}/surveys/new"),
        "Make the draft",
        title="Spring 2026",
        ready_made="empty",
        layout="survey",
    )
    numbers = []
    for kind, prompt, settings in QUESTIONS:
        page = press(client, page, "Add", prompt=prompt, kind=kind.value)
        numbers.append(int(page.request.path.rpartition("/")[2]))
        more = dict(settings)
        if kind is Kind.LONG_TEXT:
            more |= {"if_question": str(numbers[0]), "if_is": "equals", "if_value": "By bus"}
        page = press(client, page, "Save question", **more)
        assert page.status_code == 200, page.text
    assert "Only asked if “How do you come?” is “By bus”" in page.text
    return page


@pytest.mark.slow
def test_a_manager_reaches_everybody_once_and_each_link_takes_one_answer(
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
) -> None:
    client = sign_in(manager)
    home = f"/c/{community.slug}"
    office = PostOffice()
    parts = app.extensions["surveyapp"]
    mailing = replace(
        parts.settings,
        mail_host="127.0.0.1",
        mail_port=office.port,
        mail_encryption="none",
        mail_from="surveys@example.org",
    )
    app.extensions["surveyapp"] = replace(parts, settings=mailing)

    lines = [
        f"Member {n},m{n}@example.org,{'ar' if n % 2 else 'en'},{'Harbour' if n % 3 else 'Hill'}" for n in range(PEOPLE)
    ]
    file = (
        io.BytesIO("\n".join(["name,e-mail,language,Place", *lines, "Twin,M7@example.org,,"]).encode()),
        "members.csv",
    )
    page = press(client, client.get(f"{home}/members/import"), "Look at the list", file=file)
    assert "500 new members" in page.text
    assert "1 line cannot be taken" in page.text
    assert "500 members were added" in press(client, page, "Take in this list").text

    page = compose(client, home)
    survey_id = int(re.findall(r"/surveys/(\d+)", page.request.path)[0])
    page = press(client, client.get(f"{home}/surveys/{survey_id}/languages"), "Add", language="ar")
    page = client.get(f"{home}/surveys/{survey_id}/languages/ar")
    (form,) = (one for one in lxml.html.document_fromstring(page.text).forms if one.xpath(".//textarea"))
    arabic = {area.get("name"): "نص بالعربية" for area in form.xpath(".//textarea")}
    assert "All" in press(client, page, "Save", **arabic).text
    page = press(client, client.get(f"{home}/surveys/{survey_id}/open"), "Open")
    page = press(client, client.get(f"{home}/surveys/{survey_id}/collect"), "Invite all members by mail")
    assert "500 members have a personal link now" in page.text
    press(client, page, "Invite all members by mail")  # twice is once
    with office:
        Worker(sessions, settings=mailing).run_all()
    assert Counter(office.addresses) == Counter(f"m{n}@example.org" for n in range(PEOPLE))
    assert sum("نص بالعربية" in str(mail["Subject"]) for mail in office.mails) == PEOPLE // 2

    links = {}
    for mail in office.mails:
        body = mail.get_body(("plain",))
        assert body is not None
        links[str(mail["To"].addresses[0].addr_spec)] = re.findall(r"/a/[\w-]{43}", body.get_content())[0]
    assert len(set(links.values())) == PEOPLE
    chosen = [links[f"m{n}@example.org"] for n in range(ANSWERING)]
    begun = [begin(app, link) for link in chosen * 3]
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(finish, begun))
    assert set(statuses) == {200}
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response).where(Response.is_sent)) == ANSWERING
    assert set(session.scalars(select(Response.source))) == {Source.PERSONAL_LINK}
    assert set(session.scalars(select(Response.member_id))) == {None}
    assert session.scalar(select(func.count()).select_from(Answer)) == ANSWERING * len(QUESTIONS)

    session.rollback()

    page = client.get(f"{home}/surveys/{survey_id}/close")
    press(client, page, "Close")
    session.rollback()
    survey = session.get_one(Survey, survey_id)
    assert survey.closed_on is not None
    assert session.scalar(select(func.count()).select_from(Participation)) == ANSWERING
    late = app.test_client().get(chosen[0], follow_redirects=True)
    assert "closed" in late.text.lower()


def begin(app: Flask, link: str) -> tuple[FlaskClient, TestResponse]:
    """One member's browser that has opened the link, below whose promise the questions stand."""
    client = app.test_client()
    return client, client.get(link, follow_redirects=True)


def finish(begun: tuple[FlaskClient, TestResponse]) -> int:
    """Answer everything on the one page, and send."""
    client, page = begun
    for _ in range(2):  # who comes by bus is asked one thing more
        page = client.post(questions_of(page.text).action, data=filled(page.text), follow_redirects=True)
        if 'name="seen"' not in page.text:
            break
    return page.status_code


def questions_of(page: str) -> Any:
    """The form with the questions."""
    return next(form for form in lxml.html.document_fromstring(page).forms if form.xpath(".//textarea"))


def filled(page: str) -> dict[str, str]:
    """Every field of the page's form, filled by its kind."""
    form = questions_of(page)
    typed = {name: value for name, value in form.form_values() if value is not None}
    places: Counter[str] = Counter()
    for field in form.xpath(".//input|.//textarea|.//select"):
        name, kind = field.get("name", ""), field.get("type", field.tag)
        if not re.fullmatch(r"q\d+\w*", name) or name.endswith("_text"):
            continue
        if kind == "radio":
            if field.get("value") and name not in places:
                places[name] += 1
                typed[name] = field.get("value")
        elif kind == "checkbox":
            group = name.partition("_")[0]
            places[group] += 1
            if places[group] <= 2:
                typed[name] = field.get("value", "yes")
        elif field.tag == "select":
            group = name.partition("_")[0]
            places[group] += 1
            typed[name] = str(places[group])
        elif kind == "date":
            typed[name] = "2026-05-01"
        elif kind == "number" or field.get("inputmode") in ("numeric", "decimal"):
            typed[name] = "7"
        else:
            typed[name] = "More benches by the harbour."
    return typed
