"""P26: floods of answers by one open link are kept or put off, marked, and told apart; they pass for no members."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import create_app, settings, throttle
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.db import reading
from surveyapp.responses import collect
from surveyapp.responses.answer_views import SENT_PER_MINUTE
from surveyapp.responses.marks import FLOOD_FROM_ANYWHERE, FLOOD_PER_HOUR
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Layout, Survey
from surveyapp.surveys.rules import name_of
from tests.conftest import SignInAs
from tests.factories import SECRET_KEY, make_response, make_survey
from tests.responses.member import form_values, question, words_of


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application behind one proxy of ours, on this machine."""
    told = {"database_url": database_url, "log_level": "error", "secret_key": SECRET_KEY, "trusted_proxies": "1"}
    app = create_app(settings.load(tmp_path / "instance", {}, **told))
    app.testing = True
    yield app
    app.extensions["surveyapp"].engine.dispose()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the counters take for the time."""
    time = [datetime(2026, 3, 3, 12, 0, tzinfo=UTC)]
    monkeypatch.setattr(throttle, "now", lambda: time[0])
    return time


class Bot:
    """Opens the form once, and sends it again and again with the same cookie and a new code, from many addresses."""

    def __init__(self, app: Flask, survey: Survey) -> None:
        self.address = f"/s/{survey.link}"
        self.client = app.test_client()
        page = self.client.get(self.address)
        self.client.post(self.address, data=form_values(page.text))
        self.form = form_values(self.client.get(f"{self.address}/1").text)
        cookie = self.client.get_cookie("session")
        assert cookie is not None
        self.cookie = f"session={cookie.value}"
        self.client = app.test_client(use_cookies=False)  # what it is given back is dropped
        self.rating = name_of(question(survey, "worth"))

    def send(self, number: int, address: str) -> int:
        """One more answer; the status of its reply."""
        sent = self.form | {"code": collect.new_code(), self.rating: str(1 + number % 5)}
        headers = {"Cookie": self.cookie, "X-Forwarded-For": address}
        return self.client.post(f"{self.address}/1", data=sent, headers=headers).status_code


@pytest.mark.parametrize(
    ("posts", "addresses"),
    [
        (80, 1),
        pytest.param(10_000, 1, marks=pytest.mark.night),
        pytest.param(10_000, 10, marks=pytest.mark.night),
        pytest.param(10_000, 1_000, marks=pytest.mark.night),
    ],
)
def test_p26_a_flood_is_marked_and_shown_as_what_it_is(
    posts: int,
    addresses: int,
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
    clock: list[datetime],
) -> None:
    began = time.process_time()
    survey = make_survey(session, community)
    survey.layout = Layout.SURVEY
    for number in range(20):  # members, by other ways
        make_response(session, survey, worth=1 + number % 5)
    session.commit()
    session.rollback()
    bot = Bot(app, survey)
    statuses: Counter[int] = Counter()
    for number in range(posts):
        clock[0] += timedelta(minutes=20) / 10_000
        statuses[bot.send(number, f"203.0.{number % addresses // 250}.{number % addresses % 250 + 1}")] += 1
    assert set(statuses) <= {303, 429}
    with reading(sessions) as reader:
        found = reader.scalars(select(Response.marks).where(Response.survey_id == survey.id, Response.is_sent)).all()
    kept, flooding = len(found) - 20, sum("flood" in one for one in found)
    assert kept == statuses[303]
    unmarked = sum(not one for one in found) - 20
    assert flooding >= kept - min(addresses * FLOOD_PER_HOUR, FLOOD_FROM_ANYWHERE)
    browser = sign_in(manager)
    page = words_of(browser.get(f"/c/{community.slug}/surveys/{survey.id}/collect").text)
    assert "look like abuse" in page
    assert "One of very many by the open link" in page
    print(
        f"\n{posts} posts from {addresses}: {kept} kept, {statuses[429]} put off, {flooding} marked as a flood, "
        f"{unmarked} not marked, {time.process_time() - began:.0f} CPU s"
    )


def test_p26_the_network_is_told_by_our_proxy_alone_and_a_new_minute_lets_others_in(
    app: Flask, session: Session, community: Community, clock: list[datetime]
) -> None:
    survey = make_survey(session, community)
    survey.layout = Layout.SURVEY
    session.commit()
    session.rollback()
    bot = Bot(app, survey)
    forged = [f"198.51.100.{n}, 203.0.113.9" for n in range(SENT_PER_MINUTE + 3)]  # what it says of itself in front
    statuses = [bot.send(number, address) for number, address in enumerate(forged)]
    assert statuses == [303] * SENT_PER_MINUTE + [429] * 3
    assert bot.send(0, "203.0.113.10") == 303
    clock[0] += timedelta(minutes=1)
    assert bot.send(0, "203.0.113.9") == 303
