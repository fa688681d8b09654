"""The 892 statements of one town, in a real browser: from the file on the member's disk to the downloaded PDF."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser import Service, chromium, command, serving, sign_in
from tests.test_journey import PASSWORD, download, found_community, open_survey, wait_for_job

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "bowling_green_polis_unlabelled.csv"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.exists(), reason="the folder shared/data with the real statements is not there"),
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    instance = tmp_path / "instance"
    options = ("--name", "Ada", "--administrator", "--password", PASSWORD, "--instance", str(instance))
    command("user", "add", "ada@example.org", *options)
    with serving(instance, "--no-demo") as running:
        yield running


@pytest.fixture
def chrome() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_the_statements_of_a_town_go_from_file_to_pdf(service: Service, chrome: Browser) -> None:
    page = chrome.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True).new_page()
    sign_in(page, service, "ada@example.org", PASSWORD)
    found_community(page)
    open_survey(page)
    page.get_by_role("link", name="Take in answers from a file").click()
    page.locator("input[type=file]").set_input_files(FILE)
    page.get_by_role("button", name="Look at the file").click()
    page.locator("[name=may_quote]").check()
    page.get_by_role("button", name="Take in 892 answers").click()
    page.get_by_role("link", name="Results", exact=True).first.click()
    page.get_by_role("button", name="Group the ideas").click()
    wait_for_job(page, "What people want")
    page.get_by_role("link", name="Review", exact=True).first.click()
    expect(page.locator(".cand").first).to_be_visible()
    titles = page.locator(".cand h3 a").all_inner_texts()
    assert len(titles) > 10
    pdf = download(page)

    text = " ".join(" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages)
    assert "892 people answered" in text
    bare = re.sub(r"\W", "", text)
    assert all(re.sub(r"\W", "", title)[:40] in bare for title in titles)
