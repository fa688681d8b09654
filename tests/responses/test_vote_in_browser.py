"""Voting in a real browser: by keyboard, without scripts; nothing half written is lost; axe finds nothing wrong."""

from pathlib import Path

import pytest

from surveyapp import db, schema
from surveyapp.responses.models import Proposal, ProposalFlag, Vote, Why
from tests import browser
from tests.factories import make_community
from tests.responses.votes import make_vote

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_votes_are_cast_by_keyboard_with_scripts_and_without(tmp_path: Path, has_scripts: bool) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        survey = make_vote(session, make_community(session), "Mend the bridge", "Plant trees", "x" * 600)
        link, last = survey.link, len(survey.sections)
    with browser.serving(instance, "--no-demo") as service, browser.chromium() as chromium:
        page = chromium.new_context(java_script_enabled=has_scripts, viewport={"width": 320, "height": 640}).new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{service.url}/s/{link}")
        page.get_by_role("button", name="Start the survey").click()
        page.goto(f"{service.url}/s/{link}/{last}")
        page.get_by_text("Propose something yourself").press("Enter")
        page.get_by_label("Your proposal").fill("Half a tho")
        page.get_by_role("button", name="Agree", exact=True).press("Enter")
        page.get_by_text("Idea 2 of 3").wait_for()
        assert page.get_by_label("Your proposal").input_value() == "Half a tho"
        page.get_by_label("Your proposal").fill("A whole thought")
        page.get_by_role("button", name="Propose it").press("Enter")
        page.get_by_text("Idea 2 of 4").wait_for()
        page.get_by_role("button", name="Change my last vote").press("Enter")
        page.get_by_text("You agreed: choose again").wait_for()
        page.get_by_role("button", name="Disagree").press("Enter")
        page.get_by_text("Idea 2 of 4").wait_for()
        assert page.get_by_label("Your proposal").input_value() == ""
        if has_scripts:  # the words may be there before the style sheet
            page.wait_for_function("document.documentElement.scrollWidth <= 320")
            assert browser.violations(page) == []
    with db.reading(db.session_factory(engine)) as reader:
        assert [vote.choice for vote in reader.query(Vote)] == [-1]
        assert [one.text for one in reader.query(Proposal) if one.is_by_member] == ["A whole thought"]
    engine.dispose()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_a_proposal_is_reported_by_keyboard_with_scripts_and_without(tmp_path: Path, has_scripts: bool) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        survey = make_vote(session, make_community(session), "Throw them out")
        link, last = survey.link, len(survey.sections)
    with browser.serving(instance, "--no-demo") as service, browser.chromium() as chromium:
        page = chromium.new_context(java_script_enabled=has_scripts, viewport={"width": 320, "height": 640}).new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{service.url}/s/{link}")
        page.get_by_role("button", name="Start the survey").click()
        page.goto(f"{service.url}/s/{link}/{last}")
        page.get_by_role("button", name="Report this").press("Enter")
        page.get_by_label("It names a person").press("Space")
        if has_scripts:  # the words may be there before the style sheet
            page.wait_for_function("document.documentElement.scrollWidth <= 320")
            assert browser.violations(page) == []
        page.get_by_role("button", name="Report it").press("Enter")
        page.get_by_text("Thank you for telling us").wait_for()
        if has_scripts:
            assert browser.violations(page) == []
        page.get_by_role("link", name="Back to the survey").press("Enter")
        page.get_by_text("Throw them out").wait_for()
    with db.reading(db.session_factory(engine)) as reader:
        assert [one.why for one in reader.query(ProposalFlag)] == [Why.NAMES_SOMEBODY]
    engine.dispose()
