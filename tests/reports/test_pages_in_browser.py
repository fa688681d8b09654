"""Results and reports in a real browser: readable by everybody, followed by a script, and complete without one."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Service, chromium, serving, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEN_WITHIN = 60_000  # milliseconds


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("pages") / "instance", "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def enter(page: Page, service: Service, role: str = "manager") -> None:
    (account,) = (account for account in service.welcome["accounts"] if account["role"] == role)
    sign_in(page, service, account["email"], account["password"])


def results_of(page: Page, service: Service, survey: str) -> None:
    page.goto(f"{service.welcome['public']}/surveys")
    page.get_by_role("link", name=survey).first.click()
    page.get_by_role("link", name="Results", exact=True).click()


def test_the_pages_have_no_barriers_on_a_phone_and_on_a_desk_in_light_and_dark(
    service: Service, chrome: Browser
) -> None:
    context = chrome.new_context()
    page = context.new_page()
    enter(page, service)
    results_of(page, service, "Our values and next goals")
    expect(page.get_by_role("heading", name="What people want")).to_be_visible(timeout=SEEN_WITHIN)
    addresses = [page.url, f"{service.welcome['public']}/reports"]

    for width, scheme, address in product((390, 1280), ("light", "dark"), addresses):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def test_the_script_follows_the_job_until_the_results_are_there(service: Service, chrome: Browser) -> None:
    context = chrome.new_context()
    page = context.new_page()
    polled: list[str] = []
    page.on("request", lambda request: polled.append(request.url) if "/jobs/" in request.url else None)
    enter(page, service)
    results_of(page, service, "What did we miss?")

    page.get_by_role("button", name="Group the ideas").click()

    expect(page.get_by_text(re.compile(r"Analysis run \d+"))).to_be_visible(timeout=SEEN_WITHIN)
    assert polled
    assert page.locator("[data-job]").count() == 0
    context.close()


def test_without_scripts_a_leader_makes_and_downloads_a_report(service: Service, chrome: Browser) -> None:
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, service, "leader")
    page.goto(f"{service.welcome['public']}/reports")
    downloads = page.get_by_role("link", name=re.compile("^Download"))
    before = downloads.count()

    page.get_by_role("button", name="Make PDF").click()

    for _ in range(300):
        if downloads.count() > before:
            break
        page.get_by_role("link", name="Look again").first.click()
        page.wait_for_timeout(200)
    assert downloads.count() == before + 1
    with page.expect_download() as started:
        downloads.first.click()
    assert started.value.suggested_filename.endswith(".pdf")
    context.close()
