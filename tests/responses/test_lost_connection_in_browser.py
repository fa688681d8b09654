"""What a real browser does with answers while the connection comes and goes: all that was typed arrives, once."""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as BrowserError
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
from surveyapp.responses.answer_views import SENT_BEFORE
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Layout
from tests import browser
from tests.factories import make_community
from tests.responses.every_kind import make_asked

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]


@dataclass
class Served:
    """An installation with an open survey of one page: a line, and ideas."""

    sessions: sessionmaker[Session]
    address: str

    def sent(self) -> list[Any]:
        """The lines that were sent, one for each response."""
        with db.reading(self.sessions) as session:
            sent = select(Answer.content).join(Response).where(Response.is_sent)
            return [content for content in session.scalars(sent) if isinstance(content, str)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = tmp_path_factory.mktemp("lost") / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    sessions = db.session_factory(engine)
    with sessions() as session:
        survey, _ = make_asked(session, make_community(session), ["line", "ideas"], layout=Layout.SURVEY)
        link = survey.link
    with browser.serving(instance, "--no-demo") as service:
        yield Served(sessions, f"{service.url}/s/{link}")
    engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context
    context.close()


def begun(context: BrowserContext, served: Served, line: str) -> Page:
    """A tab on the page of questions, with a line written."""
    page = context.new_page()
    page.goto(served.address)
    page.get_by_role("link", name="the survey").click()
    page.get_by_label("In one line?").fill(line)
    return page


def send(page: Page) -> None:
    page.get_by_role("button", name="Send my answers").click()


def test_a_page_that_is_loaded_again_while_offline_has_it_all_when_it_is_back(
    context: BrowserContext, served: Served
) -> None:
    page = begun(context, served, "Loaded again")
    context.set_offline(True)
    send(page)
    expect(page.locator("[data-told]")).to_contain_text("The connection is lost.")
    with pytest.raises(BrowserError, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    expect(page.locator("[data-keep]")).to_have_count(0)  # else the page would send it once the connection is back
    context.set_offline(False)
    page.goto(f"{served.address}/1")
    expect(page.get_by_label("In one line?")).to_have_value("Loaded again")
    expect(page.locator("[data-told]")).to_contain_text("was not sent yet")
    send(page)
    page.wait_for_url("**/thanks*")
    assert served.sent().count("Loaded again") == 1


def test_a_connection_that_breaks_while_the_answer_is_on_its_way_loses_nothing(
    context: BrowserContext, served: Served
) -> None:
    page = begun(context, served, "Broken off")
    is_broken = True

    def carry(route: Route) -> None:
        """Let the server have it, and let the browser never hear of that."""
        if route.request.method != "POST" or not is_broken:
            route.continue_()
            return
        sent = urllib.request.Request(  # noqa: S310 - our own address
            route.request.url, data=route.request.post_data_buffer, headers=route.request.all_headers()
        )
        urllib.request.urlopen(sent, timeout=30).close()  # noqa: S310 - our own address
        route.abort("connectionreset")

    page.route("**/s/*/1", carry)
    send(page)
    page.wait_for_url("chrome-error://**")
    assert served.sent().count("Broken off") == 1  # it arrived, but who sent it does not know
    is_broken = False
    page.goto(f"{served.address}/1")
    page.wait_for_url("**/thanks*")  # it is sent: there is nothing to write here any more
    assert served.sent().count("Broken off") == 1
    assert page.evaluate("Object.keys(localStorage)") == []


def test_pressing_twice_sends_once(context: BrowserContext, served: Served) -> None:
    page = begun(context, served, "Twice")
    page.get_by_role("button", name="Send my answers").dblclick()
    page.wait_for_url("**/thanks*")
    assert served.sent().count("Twice") == 1


def test_of_two_tabs_that_wait_for_the_connection_one_sends_and_the_other_says_so(
    context: BrowserContext, served: Served
) -> None:
    tabs = {line: begun(context, served, line) for line in ("First tab", "Second tab")}
    context.set_offline(True)
    for tab in tabs.values():
        send(tab)
        expect(tab.locator("[data-told]")).to_contain_text("The connection is lost.")
    context.set_offline(False)
    for tab in tabs.values():
        tab.get_by_text(re.compile("Thank you for taking part|Your answers were sent before")).wait_for()
    (sent,) = (line for line in tabs if line in served.sent())
    (late,) = (tab for line, tab in tabs.items() if line != sent)
    assert "/thanks" in tabs[sent].url
    expect(late.get_by_role("alert")).to_contain_text(SENT_BEFORE)
    expect(late.get_by_label("In one line?")).to_have_value(*set(tabs) - {sent})
    late.get_by_role("button", name="Save my changes").click()
    late.wait_for_url("**/thanks*")
    assert set(tabs) & set(served.sent()) == set(tabs) - {sent}


def test_whoever_stops_the_page_on_its_way_can_press_again(context: BrowserContext, served: Served) -> None:
    page = begun(context, served, "Stopped")
    page.route("**/s/*/1", lambda route: None)  # it is never answered
    page.evaluate("setTimeout(() => stop(), 1500)")
    page.get_by_role("button", name="Send my answers").click(no_wait_after=True)
    page.wait_for_timeout(2_500)
    assert page.url.endswith("#questions")
    page.unroute("**/s/*/1")
    page.wait_for_timeout(9_000)  # answer.js: NO_ANSWER
    send(page)
    page.wait_for_url("**/thanks*")
    assert served.sent().count("Stopped") == 1


def test_an_idea_in_a_box_that_was_added_is_there_again(context: BrowserContext, served: Served) -> None:
    page = begun(context, served, "Boxes")
    page.get_by_role("button", name="Add another idea").click()
    page.get_by_label("Your idea, in your own words").nth(1).fill("A second bench")
    page.goto(served.address)  # and away, before it was sent
    page.get_by_role("link", name="Continue the survey").click()
    expect(page.get_by_label("Your idea, in your own words").nth(1)).to_have_value("A second bench")
    expect(page.locator("[data-told]")).to_contain_text("was not sent yet")
