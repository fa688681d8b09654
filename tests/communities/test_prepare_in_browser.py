"""A community in preparation in a real browser: prepared without scripts, its pages seen in light, dark and at 320."""

from pathlib import Path

import pytest

from surveyapp import db, schema
from tests import browser
from tests.factories import PASSWORD, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]


def test_a_community_is_prepared_without_scripts_and_reads_well_anywhere(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        email = make_user(session, is_administrator=True).email
        session.commit()
    with browser.serving(instance, "--no-demo") as service, browser.chromium() as chromium:
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(20_000)
        browser.sign_in(page, service, email, PASSWORD)
        page.goto(f"{service.url}/prepare")
        page.get_by_label("Name").fill("Ferry")
        page.get_by_label("The problem").fill("Nobody reaches the island in winter.")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="On the way to founding").wait_for()
        for width, scheme in ((1280, "light"), (320, "dark")):
            context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
            seen = context.new_page()
            seen.set_viewport_size({"width": width, "height": 800})
            browser.sign_in(seen, service, email, PASSWORD)
            for path in ("/prepare", "/c/ferry/overview", "/c/ferry", "/c/ferry/found", "/"):
                seen.goto(f"{service.url}{path}")
                assert browser.violations(seen) == []
                assert seen.evaluate("document.documentElement.scrollWidth") <= width
            context.close()
    engine.dispose()
