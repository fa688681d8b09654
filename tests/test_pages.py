"""Every page that links lead to: axe finds nothing in light and dark, on a phone and a desk, and nothing overflows.

The pages are those of the demo, found by following links, so that a new page is looked at as soon as one leads there.
"""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Service, chromium, serving, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
NARROWEST = 320
LEAST = {"visitor": 5, "leader": 12, "manager": 16}  # kinds of pages that there are at least


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("pages") / "instance", "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def kind_of(path: str) -> str:
    """What pages of the same kind have in common: their path without numbers, links and receipts."""
    path = re.sub(r"^/s/[a-z0-9]+", "/s/_", path.partition("?")[0].partition("#")[0])
    return re.sub(r"\d+", "N", path)


def links_of(page: Page, service: Service) -> list[str]:
    """Paths on this service that a page leads to, files apart."""
    found: list[str] = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    paths = [url.removeprefix(service.url) for url in found if url.startswith(service.url)]
    return [path for path in paths if not path.endswith((".pdf", ".svg"))]


@pytest.mark.parametrize("role", ["visitor", "leader", "manager"])
def test_every_page_is_sound_at_every_width_and_in_every_light(service: Service, chrome: Browser, role: str) -> None:
    context = chrome.new_context(reduced_motion="reduce")  # no colour is caught on its way to another
    page = context.new_page()
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    account = next((one for one in service.welcome["accounts"] if one["role"] == role), None)
    if account:
        sign_in(page, service, account["email"], account["password"])
    waiting = ["/", service.welcome["survey"].removeprefix(service.url)]
    seen: set[str] = set()
    wrong: list[str] = []
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        answer = page.goto(service.url + path)
        assert answer is not None
        assert answer.status == 200, path
        waiting += links_of(page, service)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                wrong += [f"{width} {scheme} {one}" for one in violations(page)]
        page.set_viewport_size({"width": NARROWEST, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path} scrolls sideways at {NARROWEST} px")
    context.close()

    assert wrong == []
    assert errors == []
    assert hosts == {service.url.split("/")[2]}
    assert len(seen) >= LEAST[role], sorted(seen)
