"""The whole loop in a browser: from founding a community to the downloaded PDF, whose figures are the database's."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from surveyapp import db
from surveyapp.goals.models import Goal
from surveyapp.responses.models import Response
from surveyapp.review.models import Candidate, Column
from surveyapp.themes.models import AnalysisRun, Finding
from tests.browser import Service, chromium, command, serving, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "quiet harbours at dawn"
MISSION = "Everybody in the hills has good neighbours."
IN_BROWSER = 3  # answers that are typed; the others are posted
WISHES = {
    "bus": [
        "We need a later bus to the station on weekdays",
        "A bus to the station in the late evening",
        "The last bus from the station leaves far too early",
        "Please run the evening bus to the station again",
        "Let the bus to the station run every hour until ten",
        "More buses from the station at night",
        "The bus to the station should also run on Sundays",
        "An evening bus to the station would help us young people",
        "Without a late bus from the station nobody can go to a concert",
        "I miss the bus from the station after every late shift",
        "Bring back the night bus to the station",
        "We should ask the county for a later bus to the station",
    ],
    "garden": [
        "Plant a garden with vegetables behind the old school",
        "A vegetable garden behind the school for all of us",
        "The garden behind the old school needs people who plant vegetables",
        "We could grow vegetables together in the school garden",
        "Open the school garden for vegetables and herbs",
        "Dig over the garden behind the school and plant vegetables",
        "Raised beds in the school garden for vegetables and old people",
        "Let children grow vegetables in the garden behind the school",
        "The school garden is full of weeds, plant vegetables instead",
        "A shared vegetable garden, the one behind the old school is empty",
        "Vegetables for the soup kitchen from the school garden",
    ],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    instance = tmp_path_factory.mktemp("journey") / "instance"
    command(
        "user", "add", "ada@example.org", "--name", "Ada", "--administrator", "--password", PASSWORD,
        "--instance", str(instance),
    )  # fmt: skip
    with serving(instance, "--no-demo") as running:
        yield running


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def looked_at(page: Page) -> None:
    """What holds for every page of the loop: axe finds nothing wrong."""
    assert violations(page) == []


def found_community(page: Page) -> None:
    page.get_by_text("Ada", exact=True).click()
    page.get_by_role("link", name="Found a community").first.click()
    page.get_by_label("Name", exact=True).first.fill("Hill Neighbours")
    page.get_by_label("Mission", exact=True).fill(MISSION)
    page.get_by_label("I understand that the mission can never be changed").check()
    for number, (name, meaning) in enumerate(
        [("Welcome", "Whoever is new is greeted."), ("Care", "We look after each other.")], start=1
    ):
        page.locator(f"[name=value_{number}_name]").fill(name)
        page.locator(f"[name=value_{number}_meaning]").fill(meaning)
    looked_at(page)
    page.get_by_role("button", name="Found the community").click()
    expect(page.get_by_text(MISSION).first).to_be_visible()


def open_survey(page: Page) -> str:
    """Make the ready-made survey, open it, and give the address of its open link."""
    page.get_by_role("link", name="Surveys", exact=True).first.click()
    page.get_by_role("link", name="New survey").first.click()
    page.get_by_role("button", name="Make the draft").click()
    looked_at(page)
    page.get_by_role("link", name="Open the survey").click()
    page.get_by_role("button", name="Open the survey").click()
    page.get_by_role("link", name="Collect", exact=True).click()
    looked_at(page)
    return page.locator("input[readonly]").first.input_value()


def answer(browser: Browser, link: str, idea: str, number: int) -> None:
    """Answer the survey as one member does, on a phone, without scripts."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Start the survey").click()
    page.locator(f"input[type=radio][name$=important][value='{4 + number % 2}']").first.check()
    page.locator(f"input[type=radio][name$=lived][value='{1 + number % 5}']").first.check()
    page.get_by_role("button", name="Save and continue").last.click()
    page.locator("textarea[name$=idea]").fill(idea)
    page.locator("input[type=radio][name$=help][value=yes]").first.check()
    page.get_by_role("button", name="Save and continue").last.click()
    page.locator("[name=may_quote][value=yes]").check()
    page.get_by_role("button", name="Send my answers").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    context.close()


def post(browser: Browser, link: str, idea: str, number: int) -> None:
    """Answer the survey with the same forms as answer(), without drawing the pages."""
    context = browser.new_context()
    page = context.request.get(link).text()
    for _ in range(4):  # the first page and three parts
        form = html.document_fromstring(page).xpath("//main//form")[0]
        fields = {name: value for name, value in form.form_values() if value}
        names = [control.get("name", "") for control in form.xpath(".//input | .//textarea")]
        typed = {"important": str(4 + number % 2), "lived": str(1 + number % 5), "idea": idea, "may_quote": "yes"}
        for ending, value in typed.items():
            fields |= dict.fromkeys([name for name in names if name.endswith(ending)][:1], value)
        page = context.request.post(f"{link.partition('/s/')[0]}{form.action}", form=fields).text()
    assert "Thank you" in page
    context.close()


def wait_for_job(page: Page, text: str) -> None:
    """Wait until wait.js has seen the job end and shown the finished page."""
    expect(page.get_by_text(text).first).to_be_visible(timeout=60_000)


def adopt_first(page: Page) -> None:
    """Judge the candidate with most people behind it, and adopt it with a finish line."""
    page.locator(".cand h3 a").first.click()
    looked_at(page)
    for criterion, why in (
        ("achievable", "The county paid for it until 2019."),
        ("finite", "The timetable says it, or it does not."),
        ("beneficial", "Neighbours meet where they can come home from."),
    ):
        page.locator(f"fieldset.rubric:has-text('{criterion.capitalize()}') .choice", has_text="Yes").first.click()
        page.locator(f"fieldset.rubric:has-text('{criterion.capitalize()}') textarea").first.fill(why)
    page.locator("[name=sentence]").fill("Run the evening bus until ten")
    page.locator("[name=measure]").fill("evening buses a week")
    page.locator("[name=unit]").fill("buses")
    page.locator("[name=baseline]").fill("0")
    page.locator("[name=target]").fill("14")
    page.locator("[name=due_on]").fill((db.now().date() + timedelta(days=90)).isoformat())
    page.locator("[name=values]").first.check()
    page.locator("[name=decision][value=adopted]").check()
    page.locator("[name=reason]").fill("Most of those who answered ask for it.")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Run the evening bus until ten").first).to_be_visible()


def decline_last(page: Page) -> None:
    """Say not now to another candidate, with a reason."""
    page.locator("#new .cand h3 a").last.click()
    page.locator("[name=decision][value=declined]").check()
    page.locator("[name=reason]").fill("The school is being rebuilt. We ask again next year.")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("The school is being rebuilt.").first).to_be_visible()


def download(page: Page) -> bytes:
    """Ask for the summary, wait until it is made, download it."""
    page.get_by_role("link", name="Reports", exact=True).first.click()
    page.get_by_role("button", name="Make PDF").click()
    expect(page.get_by_role("link", name=re.compile("Download"))).to_be_visible(timeout=60_000)
    looked_at(page)
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("Download")).click()
    return Path(started.value.path()).read_bytes()


def test_a_community_walks_the_whole_loop(service: Service, chrome: Browser) -> None:
    hosts: set[str] = set()
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    sign_in(page, service, "ada@example.org", PASSWORD)
    found_community(page)
    link = open_survey(page)
    ideas = [idea for wish in WISHES.values() for idea in wish]
    for number, idea in enumerate(ideas):
        (answer if number < IN_BROWSER else post)(chrome, link, idea, number)
    page.get_by_role("link", name="Collect", exact=True).click()
    page.get_by_role("link", name=re.compile("Close")).first.click()
    page.get_by_role("button", name="Close the survey").click()
    page.get_by_role("link", name="Results", exact=True).first.click()
    page.get_by_role("button", name="Group the ideas").click()
    wait_for_job(page, "What people want")
    looked_at(page)
    page.get_by_role("link", name="Review", exact=True).first.click()
    looked_at(page)
    adopt_first(page)
    page.get_by_role("link", name="Review", exact=True).first.click()
    decline_last(page)
    pdf = download(page)
    context.close()

    assert problems == []
    assert hosts == {service.url.split("/")[2]}, "no request leaves the host"
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)
    engine = db.make_engine(f"sqlite:///{service.instance / 'surveyapp.db'}")
    with db.reading(db.session_factory(engine)) as session:
        run = session.scalars(select(AnalysisRun)).one()
        findings = session.scalars(select(Finding).where(Finding.run_id == run.id, Finding.parent_id.is_(None))).all()
        goal = session.scalars(select(Goal)).one()
        assert len(session.scalars(select(Response).where(Response.is_sent)).all()) == run.people == len(ideas)
        columns = {candidate.column for candidate in session.scalars(select(Candidate))}
    engine.dispose()
    assert {Column.ADOPTED, Column.DECLINED} <= columns
    assert f"{run.people} people answered" in text
    for finding in findings:
        assert finding.title in text
        low, high = (f"{100 * share:.0f}" for share in (finding.low, finding.high))
        assert re.search(rf"{finding.people} people, {100 * finding.share:.0f}% \({low} to {high}%\)", text), (
            finding.title
        )
    assert MISSION in text
    assert goal.sentence in text
    assert "evening buses a week" in text
    assert "The school is being rebuilt. We ask again next year." in text
