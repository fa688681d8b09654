"""Notes of conversations in a real browser: entered without scripts, read in light, dark and at 320 pixels."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from surveyapp import db, schema
from surveyapp.communities.models import RoleKind
from surveyapp.responses.models import Conversation
from tests import browser
from tests.factories import PASSWORD, make_community, make_user
from tests.responses.test_notes import make_notes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]


def test_a_manager_enters_notes_without_scripts_and_reads_them_on_a_phone(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        community = make_community(session)
        email = make_user(session, community=community, kind=RoleKind.MANAGER).email
        survey = make_notes(session, community)
        path = f"/c/{community.slug}/surveys/{survey.id}/notes"
        session.commit()
    with browser.serving(instance, "--no-demo") as service, browser.chromium() as chromium:
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(20_000)
        browser.sign_in(page, service, email, PASSWORD)
        page.goto(f"{service.url}{path}")
        page.get_by_role("link", name="Add notes").first.click()
        page.get_by_label("What kind of conversation was it?").select_option("focus group")
        page.get_by_label("How many people were there?").fill("8")
        page.get_by_label("What else was said?").fill("The hall is cold.")
        page.get_by_role("button", name="Keep the notes").click()
        expect(page.get_by_role("alert")).to_contain_text("Say on which day it was.")
        page.get_by_label("On which day?").fill("2026-03-03")
        page.get_by_label("The idea, in their words").first.fill("A bench")
        page.get_by_role("button", name="Keep the notes").click()
        expect(page.get_by_role("heading", level=2).first).to_have_text("1 conversation")
        for width, scheme in ((1280, "light"), (320, "dark")):
            seen = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light").new_page()
            seen.set_viewport_size({"width": width, "height": 800})
            browser.sign_in(seen, service, email, PASSWORD)
            seen.goto(f"{service.url}{path}")
            assert browser.violations(seen) == []
            seen.get_by_role("link", name="Read or change").click()
            expect(seen.get_by_label("What else was said?")).to_have_value("The hall is cold.")
            assert browser.violations(seen) == []
            assert seen.evaluate("document.documentElement.scrollWidth") <= width
    with db.reading(db.session_factory(engine)) as reader:
        assert [(one.people, one.talk.value) for one in reader.query(Conversation)] == [(8, "focus group")]
    engine.dispose()
