"""P7b: the secret of a personal link is in nothing that anybody else is shown or sent: page, paper, file, referrer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask, url_for
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, Member
from surveyapp.responses import invite, reach
from surveyapp.responses.hand_out import hand_out
from surveyapp.responses.models import Invitation
from surveyapp.settings import load
from surveyapp.surveys.models import Survey
from tests import browser
from tests.conftest import SignInAs
from tests.factories import SECRET_KEY, make_community, make_survey
from tests.reports.test_survey_report import made
from tests.responses.member import Member as Visitor
from tests.themes.village import FIRST, grouped


def invited(session: Session, survey: Survey, secret_key: str, people: int) -> list[str]:
    """The secrets of the personal links of some new members; commits."""
    session.add_all(
        Member(community_id=survey.community_id, name=f"M {n}", address=f"m{n}@a.org", address_key=f"m{n}@a.org")
        for n in range(people)
    )
    session.flush()
    invite.invite(session, survey, secret_key, user_id=None)
    session.commit()
    nonces = session.scalars(select(Invitation.nonce).where(Invitation.survey_id == survey.id)).all()
    session.commit()
    return [invite.secret_of(secret_key, nonce) for nonce in nonces if nonce]


def test_p7b_no_page_paper_or_file_of_anybody_else_has_the_secret_of_a_link(
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
) -> None:
    survey = make_survey(session, community)
    links = invited(session, survey, SECRET_KEY, len(FIRST))
    for link, wish in zip(links, FIRST, strict=True):
        client = app.test_client()
        assert client.get(f"/a/{link}").status_code == 303
        assert link not in Visitor(client, survey).start().press().press(next_1=wish).press(Anything="").page
    reach.close(session, survey, SECRET_KEY, date(2026, 4, 1))
    session.commit()
    pdf = made(session, sessions, grouped(session, sessions, survey), manager)

    places: dict[str, Any] = {"slug": community.slug, "survey_id": survey.id, "link": survey.link}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments <= {*places}]
    with app.test_request_context():
        paths = {url_for(rule.endpoint, **{name: places[name] for name in rule.arguments}) for rule in rules}
    assert {f"/c/{community.slug}/surveys/{survey.id}/{page}" for page in ("collect", "results")} <= paths
    shown = {"CSV": hand_out(session, survey, user_id=manager.id)}
    session.commit()
    shown |= {"PDF": " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).encode() + pdf}
    for visitor in (app.test_client(), sign_in(manager)):
        for path in sorted(paths - {"/logout"}):
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            shown[f"{path} {id(visitor)}"] = answer.data + str(answer.headers).encode()
    assert sum(b"We should" in content or b"lunch" in content for content in shown.values()) > 2, "ideas are shown"
    assert [(path, link) for path, content in shown.items() for link in links if link.encode() in content] == []


class Canary(BaseHTTPRequestHandler):
    """A page of somebody else, which notes what it is told of whoever comes."""

    told: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Note the request, and answer."""
        if self.path != "/favicon.ico":
            self.told.append(f"{self.path}\n{self.headers}")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Canary</title>")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def canary() -> Iterator[str]:
    """The canary's address, while it listens."""
    Canary.told.clear()
    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it")
def test_p7b_who_leaves_a_page_tells_nobody_from_where_and_pages_ask_nobody_else(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        survey = make_survey(session, make_community(session))
        (link,) = invited(session, survey, load(instance, {}).secret_key, 1)
        place = f"/s/{survey.link}"
    with browser.serving(instance, "--no-demo") as service, browser.chromium() as chromium, canary() as elsewhere:
        page = chromium.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in (f"/a/{link}", place, f"{place}/1", f"{place}/2", f"{place}/resume", f"{place}/ideas"):
            page.goto(service.url + path)
            if path == place:
                page.get_by_role("button", name="survey").first.click()
            page.evaluate(
                "address => { const way = document.createElement('a'); way.href = address; way.id = 'way';"
                " way.textContent = 'Away'; document.body.append(way) }",
                f"{elsewhere}/from{len(Canary.told)}",
            )
            page.click("#way")
            page.wait_for_url(f"{elsewhere}/**")
    engine.dispose()
    assert len(Canary.told) == 6
    assert [told for told in Canary.told if "referer" in told.lower() or link in told or place in told] == []
    assert {url for url in asked if not url.startswith((service.url, elsewhere))} == set()
