"""The board and the page of a candidate in a real browser: on a phone, in the dark, and put right by hand (R11)."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Service, chromium, serving, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEN_WITHIN = 120_000  # milliseconds


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("board") / "instance", "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def page(service: Service) -> Iterator[Page]:
    with chromium() as chrome:
        yield _signed_in(chrome, service)


def _signed_in(chrome: Browser, service: Service) -> Page:
    """A page, signed in as a manager, of a community whose ideas are grouped."""
    page = chrome.new_context().new_page()
    (account,) = (account for account in service.welcome["accounts"] if account["role"] == "manager")
    sign_in(page, service, account["email"], account["password"])
    page.goto(f"{service.welcome['public']}/surveys")
    page.get_by_role("link", name="Our values and next goals").first.click()
    page.get_by_role("link", name="Results", exact=True).click()
    expect(page.get_by_role("heading", name="What people want")).to_be_visible(timeout=SEEN_WITHIN)
    return page


def assert_no_barriers(page: Page, addresses: list[str]) -> None:
    for address, (width, scheme) in product(addresses, ((320, "dark"), (1280, "light"))):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        for details in page.locator("details.parts").all():
            details.evaluate("details => details.open = true")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_ideas_are_put_right_and_what_changed_is_told_without_barriers(service: Service, page: Page) -> None:
    board = f"{service.welcome['public']}/review"
    page.goto(board)
    first, second = (page.locator("#new li.cand h3 a").nth(i).get_attribute("href") or "" for i in (0, 1))
    page.goto(service.url + first)
    for box in page.locator("input[name=idea]").all()[:9]:
        box.check()
    page.get_by_label("Name of a new candidate").fill("Half plots for beginners")
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("heading", name="Put right by you")).to_be_visible()
    page.goto(service.url + second)
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text(re.compile("merged into"))).to_be_visible()
    assert_no_barriers(page, [board, service.url + first])

    page.goto(board)
    page.get_by_role("button", name="Group again now").click()
    expect(page.get_by_text("Analysis run 2")).to_be_visible(timeout=SEEN_WITHIN)

    page.goto(board)
    news = page.locator("section[aria-labelledby=news-head]")
    expect(news.get_by_role("link", name="Half plots for beginners")).to_be_visible()
    expect(news.get_by_text("Joined:").first).to_be_visible()
    others = page.get_by_role("link", name="Other ideas").get_attribute("href") or ""
    assert_no_barriers(
        page, [board, service.url + others, service.url + first, f"{service.welcome['public']}/overview"]
    )
