"""A member answers in a real browser: by keyboard, without scripts, on a small screen; axe finds nothing wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from surveyapp import db, schema
from surveyapp.responses.models import Answer, Response
from tests import browser
from tests.browser import Service
from tests.factories import make_community, make_survey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]
SIZES = {"phone": (390, 844), "desk": (1280, 900), "narrow": (320, 640)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    """An installation with an open survey, and the survey's address."""
    instance = tmp_path_factory.mktemp("answering") / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        survey = make_survey(session, make_community(session), purpose="We choose what to do next.")
        link = survey.link
    engine.dispose()
    with browser.serving(instance, "--no-demo") as service:
        yield service, f"{service.url}/s/{link}"


def stored(service: Service) -> list[object]:
    """What was sent, in no order."""
    engine = db.make_engine(f"sqlite:///{service.instance / 'surveyapp.db'}")
    with db.reading(db.session_factory(engine)) as session:
        found = list(session.scalars(select(Answer.content).join(Response).where(Response.is_sent)))
    engine.dispose()
    return found


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the control with this name has the focus."""
    seen: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        words: str = page.evaluate(
            "[...(document.activeElement.labels?.length ? document.activeElement.labels : [document.activeElement])]"
            ".map(element => element.textContent).join(' ')"
        )
        seen.append(" ".join(words.split()))
        if seen[-1] == label:
            return
    raise AssertionError(f"no way to {label!r} by keyboard, only to {seen}")


def test_a_survey_is_answered_by_keyboard_alone_and_without_scripts(served: tuple[Service, str]) -> None:
    service, address = served
    with browser.chromium() as chromium:
        context = chromium.new_context(java_script_enabled=True, viewport={"width": 390, "height": 844})
        # Scripts of the page are off; only this test looks where the focus is.
        context.route("**/*.js*", lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(address)
        tab_to(page, "Start the survey")
        page.keyboard.press("Enter")
        page.wait_for_url("**/1")
        tab_to(page, "1 of 5, not at all")
        page.keyboard.press("ArrowRight")  # from 1 to 2, as radio buttons go
        page.keyboard.press("Enter")  # the Enter key goes on, and presses no other button
        page.wait_for_url("**/2")
        tab_to(page, "Your idea, in your own words")
        page.keyboard.type("A bench at the stop.")
        tab_to(page, "Add another idea")
        page.keyboard.press("Enter")
        page.wait_for_url("**#*")
        assert page.locator("textarea").count() == 3
        page.keyboard.type("A lamp beside it.")  # the new box has the focus
        tab_to(page, "Save and continue")
        page.keyboard.press("Enter")
        page.wait_for_url("**/3")
        tab_to(page, "Send my answers")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks*")
        assert page.get_by_role("heading", level=1).inner_text() == "Thank you for taking part"
    contents = stored(service)
    assert {"important": 2} in [next(iter(c.values())) for c in contents if isinstance(c, dict)]
    assert ["A bench at the stop.", "A lamp beside it."] in [
        [idea["idea"] for idea in c] for c in contents if isinstance(c, list)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_the_screen(served: tuple[Service, str], scheme: str) -> None:
    service, address = served
    faults: list[str] = []
    hosts: set[str] = set()

    def look(page: Page) -> None:
        faults.extend(browser.violations(page))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{page.url} is wider than {page.viewport_size}")

    with browser.chromium() as chromium:
        for width, height in SIZES.values():
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",  # no colour is caught on its way to another
            )
            page = context.new_page()
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            page.goto(address)
            look(page)
            page.get_by_role("button", name="Start the survey").click()
            look(page)
            page.get_by_role("button", name="Save and continue").click()
            page.get_by_label("Your idea, in your own words").fill("A bench.")
            page.get_by_role("button", name="Add another idea").click()
            look(page)
            page.get_by_role("button", name="Save and continue").click()
            page.get_by_label("Anything else?").evaluate("e => e.removeAttribute('maxlength')")
            page.get_by_label("Anything else?").fill("word " * 1_100)
            page.get_by_role("button", name="Send my answers").click()
            assert page.get_by_role("alert").count() == 1
            look(page)
            page.get_by_label("Anything else?").fill("No.")
            page.get_by_role("button", name="Send my answers").click()
            look(page)
            context.close()
    assert faults == []
    assert hosts == {service.url.split("/")[2]}
