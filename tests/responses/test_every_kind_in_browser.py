"""Every kind of question in a real browser: scripts off, keyboard alone, large text, small screen, dark, right to left,
and a connection that is lost while sending."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
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
MODES: dict[str, dict[str, Any]] = {
    "dark, 320 pixels wide": {"width": 320, "scheme": "dark"},
    "text at 200 %": {"width": 390, "look": "document.documentElement.style.fontSize = '200%'"},
    "right to left, 320 pixels wide": {"width": 320, "look": "document.documentElement.dir = 'rtl'"},
    "desk": {"width": 1280},
}
LOST = "The connection is lost."


@dataclass
class Served:
    """An installation with two open surveys."""

    sessions: sessionmaker[Session]
    address: str  # all kinds on one page
    by_question: str  # one question on a screen

    def stored(self) -> list[Any]:
        """What was sent and not withdrawn, in no order."""
        with db.reading(self.sessions) as session:
            return list(session.scalars(select(Answer.content).join(Response).where(Response.is_sent)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = tmp_path_factory.mktemp("kinds") / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    sessions = db.session_factory(engine)
    with sessions() as session:
        community = make_community(session)
        survey, _ = make_asked(session, community, layout=Layout.SURVEY)
        other, _ = make_asked(session, community, ["way", "foods"], ["line"], layout=Layout.QUESTION)
        links = survey.link, other.link
    with browser.serving(instance, "--no-demo") as service:
        yield Served(sessions, *(f"{service.url}/s/{link}" for link in links))
    engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


def begin(page: Page, address: str) -> None:
    """Go to the first questions."""
    page.set_default_timeout(20_000)
    page.goto(address)
    page.locator("main a, main button").filter(has_text="Start the survey").click()
    page.locator(".question").first.wait_for()


def test_all_kinds_are_answered_changed_and_withdrawn_with_scripts_off(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    begin(page, served.address)
    page.get_by_role("group", name="How do you come?").get_by_role("radio", name="Something else").check()
    page.get_by_label("If something else, what?").first.fill("By boat")
    page.get_by_role("group", name="What would you bring?").get_by_label("Apples").check()
    page.get_by_label("Cheese").and_(page.get_by_role("combobox")).select_option("1")
    page.get_by_role("group", name="How was it?").get_by_role("radio", name="4 of 5").check()
    page.get_by_role("group", name="Would you recommend us?").get_by_role("radio", name="10 of 10").check()
    page.get_by_label("How many of you come?").fill("3")
    page.get_by_label("Which day suits you?").fill("2026-11-30")
    page.get_by_label("In one line?").fill("Good soup")
    page.get_by_label("Anything else?").fill("Two\nlines")
    page.get_by_label("Your idea, in your own words").fill("A bench")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_contain_text("I have read how you use my answers.")
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("I have read how you use my answers.").check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for taking part")
    expected = [{"other": "By boat"}, ["a"], ["c"], 4, 10, 3, "2026-11-30", "Good soup", "Two\nlines", True]
    stored = served.stored()
    assert all(content in stored for content in expected), stored
    page.get_by_role("button", name="Change my answers").click()
    page.get_by_label("In one line?").fill("Better soup")
    page.get_by_role("button", name="Save my changes").click()
    assert "Better soup" in served.stored()
    page.get_by_role("button", name="Delete my answers").click()
    page.get_by_role("button", name="Delete my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers are deleted")
    assert "Better soup" not in served.stored()
    context.close()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_with_what_one_would_help_is_asked_of_those_who_would(
    served: Served, chromium: Browser, has_scripts: bool
) -> None:
    context = chromium.new_context(java_script_enabled=has_scripts, viewport={"width": 320, "height": 640})
    page = context.new_page()
    begin(page, served.address)
    offer = page.get_by_label("With what would you help?").first
    expect(offer).to_be_hidden()
    page.get_by_label("Your idea, in your own words").first.fill("A bench")
    page.get_by_role("radio", name="Maybe, tell me more").check()
    offer.fill("A saw")
    page.get_by_role("radio", name="Not this time").check()
    expect(offer).to_be_visible()  # what is written is never sent unseen
    offer.fill("")
    page.get_by_role("radio", name="Yes, count me in").check()
    offer.fill("Two hours, and a saw")
    if has_scripts:
        assert browser.violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("I have read how you use my answers.").check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for taking part")
    assert [{"idea": "A bench", "value": None, "help": "yes", "offer": "Two hours, and a saw"}] in served.stored()
    page.get_by_role("button", name="Delete my answers").click()
    page.get_by_role("button", name="Delete my answers").click()
    context.close()


def test_all_kinds_are_answered_by_keyboard_alone(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    begin(page, served.address)

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("css => document.activeElement.matches(css)", selector):
                return
        raise AssertionError(f"no way to {selector} by keyboard")

    tab_to("[type=radio]")
    page.keyboard.press("Space")
    tab_to("[type=checkbox]")
    page.keyboard.press("Space")
    tab_to("select")
    page.keyboard.press("2")
    tab_to("[type=radio]")
    page.keyboard.press("ArrowRight")
    tab_to("[type=number]")
    page.keyboard.type("7")
    tab_to("[type=date]")
    page.keyboard.type("11302026")
    tab_to("textarea")
    page.keyboard.type("By keyboard.")
    tab_to("[aria-required]")
    page.keyboard.press("Space")
    tab_to("button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks*")
    stored = served.stored()
    assert all(content in stored for content in ("a", ["a"], ["a"], 2, 7, "2026-11-30", "By keyboard.", True)), stored
    context.close()


@pytest.mark.parametrize("mode", MODES)
def test_every_page_of_a_member_is_readable(served: Served, chromium: Browser, mode: str) -> None:
    settings = MODES[mode]
    context = chromium.new_context(
        viewport={"width": settings["width"], "height": 800},
        color_scheme=settings.get("scheme", "light"),
        reduced_motion="reduce",  # no colour is caught on its way to another
    )
    page = context.new_page()
    faults: list[str] = []

    def look(words: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_contain_text(words)
        if "look" in settings:
            page.evaluate(settings["look"])
        faults.extend(browser.violations(page))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{page.url} is wider than the screen")

    page.goto(served.address)
    look("Nobody in the valley")
    begin(page, served.address)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("Summer")
    page.get_by_label("I have read how you use my answers.").check()
    page.get_by_role("button", name="Send my answers").click()
    look("Thank you")
    page.get_by_role("button", name="Delete my answers").click()
    look("Delete your answers?")
    page.get_by_role("button", name="Delete my answers").click()
    look("Your answers are deleted")
    page.goto(f"{served.address}/resume")
    page.get_by_label("Your private code").fill("ABC")
    page.get_by_role("button", name="Show my answers").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("Back to your answers")
    begin(page, served.by_question)
    look("Part A")
    context.close()
    assert faults == []


def test_what_is_typed_survives_a_lost_connection_and_is_sent_once_when_it_is_back(
    served: Served, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    begin(page, served.address)
    page.get_by_label("In one line?").fill("Sent from the tunnel")
    page.get_by_label("I have read how you use my answers.").check()
    posts.clear()
    context.set_offline(True)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.locator("[data-told]")).to_contain_text(LOST)
    page.get_by_role("button", name="Send my answers").click()  # impatience sends nothing twice
    page.get_by_label("In one line?").fill("Sent from the tunnel, later")
    assert posts == []
    context.set_offline(False)
    page.wait_for_url("**/thanks*")
    assert len(posts) == 1
    assert [content for content in served.stored() if "tunnel" in str(content)] == ["Sent from the tunnel, later"]
    assert page.evaluate("Object.keys(localStorage)") == []
    context.close()


def test_what_was_typed_and_not_sent_is_there_again_but_not_for_somebody_else(
    served: Served, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    begin(page, served.address)
    page.get_by_label("In one line?").fill("Half a sentence")
    page.reload()
    expect(page.get_by_label("In one line?")).to_have_value("Half a sentence")
    expect(page.locator("[data-told]")).to_contain_text("What you typed here before was not sent yet.")
    context.clear_cookies()  # the next person on this device
    begin(page, served.address)
    expect(page.get_by_label("In one line?")).to_have_value("")
    assert "Half" not in str(page.evaluate("JSON.stringify(localStorage)"))
    context.close()
