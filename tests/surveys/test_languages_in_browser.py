"""A survey is translated, taken in and read from right to left in a real browser; axe finds nothing wrong."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from surveyapp import db, schema
from surveyapp.accounts.passwords import hashed
from surveyapp.communities.models import RoleKind
from surveyapp.surveys.design import open_survey
from tests import browser
from tests.browser import Service
from tests.factories import PASSWORD, make_community, make_user
from tests.surveys.every_kind import make_every_kind

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]
SHOTS: Path | None = None  # a folder, for whoever wants to look


@dataclass
class Place:
    """A served community with a draft and an open survey, each in three languages."""

    service: Service
    email: str
    surveys: str
    draft: int
    open: int
    link: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation in which somebody manages."""
    instance = tmp_path_factory.mktemp("languages") / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        community = make_community(session)
        manager = make_user(session, community=community, kind=RoleKind.MANAGER)
        manager.password = hashed(PASSWORD)
        draft, survey = make_every_kind(session, community), make_every_kind(session, community)
        open_survey(session, survey, date(2026, 3, 2))
        session.commit()
        words = manager.email, f"/c/{community.slug}/surveys", draft.id, survey.id, survey.link
    engine.dispose()
    with browser.serving(instance, "--no-demo") as service:
        yield Place(service, *words)


def test_the_pages_for_languages_and_files_have_no_violations(place: Place) -> None:
    base = f"{place.service.url}{place.surveys}"
    with browser.chromium() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        browser.sign_in(page, place.service, place.email, PASSWORD)
        for name, address in (
            ("languages", f"{base}/{place.draft}/languages"),
            ("translation", f"{base}/{place.draft}/languages/ar"),
            ("from-file", f"{base}/from-file"),
            ("new", f"{base}/new"),
            ("edit", f"{base}/{place.draft}"),
            ("index", base),
            ("collect", f"{base}/{place.open}/collect"),
        ):
            for width, size in ((1280, 100), (320, 100), (390, 200)):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(address)
                page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
                assert browser.violations(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width, size)
                if SHOTS:
                    page.screenshot(path=SHOTS / f"lang-{name}-{width}.png", full_page=width > 320)
        page.goto(f"{base}/from-file")
        model = json.dumps({"elements": [{"type": "comment", "name": "why"}, {"type": "file", "name": "photo"}]})
        page.set_input_files("#file", {"name": "s.json", "mimeType": "application/json", "buffer": model.encode()})
        page.get_by_role("button", name="Make the draft").click()
        assert "“photo” was left out" in page.inner_text("main")
        assert browser.violations(page) == []


def test_a_member_reads_from_right_to_left_in_a_browser(place: Place) -> None:
    with browser.chromium() as chromium:
        context = chromium.new_context(locale="ar", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{place.service.url}/s/{place.link}")
        assert page.get_attribute("html", "dir") == "rtl"
        assert browser.violations(page) == []
        if SHOTS:
            page.screenshot(path=SHOTS / "lang-welcome-ar.png", full_page=True)
        page.get_by_role("button", name="ابدأ الاستبيان").click()
        for number in range(1, 4):
            assert page.get_attribute("html", "lang") == "ar"
            assert browser.violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            if SHOTS:
                page.screenshot(path=SHOTS / f"lang-part-{number}.png", full_page=True)
            page.goto(f"{place.service.url}/s/{place.link}/{number + 1}")
        page.goto(f"{place.service.url}/s/{place.link}?lang=pt-br")
        assert page.get_attribute("html", "lang") == "pt-br"
        assert browser.violations(page) == []
