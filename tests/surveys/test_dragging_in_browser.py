"""A question is dragged to another place in a real browser, by mouse and by touch; the order is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
from surveyapp.accounts.passwords import hashed
from surveyapp.communities.models import RoleKind
from surveyapp.surveys import compose
from surveyapp.surveys.models import Kind, Survey
from tests import browser
from tests.browser import Service
from tests.factories import PASSWORD, make_community, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]
FIRST = [["One", "Two", "Three", "Four"], ["Five"], []]


@dataclass
class Place:
    """A served draft of three parts, and how to read it."""

    service: Service
    sessions: sessionmaker[Session]
    email: str
    address: str
    survey_id: int

    def order(self) -> list[list[str]]:
        """The questions that are stored, by part."""
        with db.reading(self.sessions) as session:
            survey = session.get_one(Survey, self.survey_id)
            return [[question.prompt for question in section.questions] for section in survey.sections]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    sessions = db.session_factory(engine)
    with sessions() as session:
        community = make_community(session)
        manager = make_user(session, community=community, kind=RoleKind.MANAGER)
        manager.password = hashed(PASSWORD)
        survey = compose.new_survey(session, community, title="Summer", smallest_group=5, quote_group=10)
        for title in ("Second", "Third"):
            compose.add_section(session, survey, title)
        for section, prompts in zip(survey.sections, FIRST, strict=True):
            for prompt in prompts:
                compose.add_question(session, survey, section, Kind.LONG_TEXT, prompt)
        session.commit()
        words = manager.email, f"/c/{community.slug}/surveys/{survey.id}", survey.id
    with browser.serving(instance, "--no-demo") as service:
        yield Place(service, sessions, words[0], f"{service.url}{words[1]}", words[2])
    engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


def opened(chromium: Browser, place: Place, **settings: Any) -> Page:
    """The page on which the survey is composed, by its manager."""
    page = chromium.new_context(viewport={"width": 800, "height": 1400}, **settings).new_page()
    browser.sign_in(page, place.service, place.email, PASSWORD)
    page.goto(place.address)
    return page


def item(page: Page, prompt: str) -> Locator:
    return page.locator("li[data-at]").filter(has=page.get_by_role("heading", name=prompt, exact=True))


def middle_of(locator: Locator, share: float = 0.5) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * share


def drag(page: Page, prompt: str, onto: Locator, share: float) -> None:
    """Take a question by its handle, and let it go at a share of the height of something else."""
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(*middle_of(item(page, prompt).locator("[data-handle]")))
    page.mouse.down()
    page.mouse.move(*middle_of(onto, share), steps=8)
    page.mouse.up()


def test_a_question_is_dragged_by_mouse_within_its_part_to_another_and_into_an_empty_one(
    chromium: Browser, place: Place
) -> None:
    page = opened(chromium, place)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    told = page.locator("[data-drag-told]")
    drag(page, "Three", item(page, "One"), 0.1)
    expect(told).to_have_text("“Three” is now question 1 of 5.")
    assert place.order() == [["Three", "One", "Two", "Four"], ["Five"], []]
    drag(page, "Three", item(page, "Five"), 0.9)
    expect(told).to_have_text("“Three” is now question 5 of 5.")
    assert place.order() == [["One", "Two", "Four"], ["Five", "Three"], []]
    drag(page, "One", page.get_by_role("heading", name="Third"), 0.5)
    expect(told).to_have_text("“One” is now question 5 of 5.")
    assert place.order() == [["Two", "Four"], ["Five", "Three"], ["One"]]
    assert page.locator("li[data-at] h3").all_inner_texts() == ["Two", "Four", "Five", "Three", "One"]
    page.reload()
    assert page.locator("li[data-at] h3").all_inner_texts() == ["Two", "Four", "Five", "Three", "One"]
    assert browser.violations(page) == []
    assert errors == []


def test_a_question_that_is_let_go_where_it_was_or_given_up_stays(chromium: Browser, place: Place) -> None:
    page = opened(chromium, place)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    drag(page, "Two", item(page, "Two"), 0.4)
    page.mouse.move(*middle_of(item(page, "Two").locator("[data-handle]")))
    page.mouse.down()
    page.mouse.move(*middle_of(item(page, "Four"), 0.9), steps=5)
    assert page.locator(".drop-after").count() == 1
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.locator(".drop-after").count() == 0
    assert posts == []
    assert place.order() == FIRST


def test_a_question_is_dragged_by_touch(chromium: Browser, place: Place) -> None:
    page = opened(chromium, place, has_touch=True)
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, at: tuple[float, float] | None = None) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    begin = middle_of(item(page, "One").locator("[data-handle]"))
    end = middle_of(item(page, "Three"), 0.9)
    touch("touchStart", begin)
    for step in range(1, 9):
        touch("touchMove", (begin[0], begin[1] + (end[1] - begin[1]) * step / 8))
    touch("touchEnd")
    expect(page.locator("[data-drag-told]")).to_have_text("“One” is now question 3 of 5.")
    assert place.order() == [["Two", "Three", "One", "Four"], ["Five"], []]


def test_when_the_connection_is_lost_the_page_says_so_and_nothing_moves(chromium: Browser, place: Place) -> None:
    page = opened(chromium, place)
    page.context.set_offline(True)
    drag(page, "Two", item(page, "Four"), 0.9)
    expect(page.locator("[data-drag-told]")).to_contain_text("“Two” could not be moved.")
    assert page.locator("li[data-at] h3").all_inner_texts() == ["One", "Two", "Three", "Four", "Five"]


def test_without_scripts_there_is_no_handle_and_the_buttons_move(chromium: Browser, place: Place) -> None:
    page = opened(chromium, place, java_script_enabled=False)
    assert page.locator("[data-handle]").first.is_hidden()
    page.get_by_role("button", name="Move question 2 up").click()
    assert place.order() == [["Two", "One", "Three", "Four"], ["Five"], []]
    assert page.get_by_role("button", name="Move question 1 up").is_disabled()
