"""Whatever goes wrong, the text a member typed stays in the page, and nothing is stored that should not be."""

import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community
from surveyapp.db import reading
from surveyapp.responses import answer_views, collect, shared_views
from surveyapp.responses.models import Response
from surveyapp.surveys.design import takes_answers
from surveyapp.surveys.models import Survey
from surveyapp.throttle import Attempt
from tests.factories import make_survey
from tests.responses.member import Member, form_values, question, words_of

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


@pytest.fixture
def member(client: FlaskClient, survey: Survey) -> Member:
    return Member(client, survey)


def count(sessions: sessionmaker[Session], *, is_sent: bool | None = None) -> int:
    """How many responses there are, asked for without a lock."""
    wanted = select(func.count()).select_from(Response)
    with reading(sessions) as reader:
        return reader.scalar(wanted if is_sent is None else wanted.where(Response.is_sent.is_(is_sent))) or 0


@pytest.mark.parametrize("token", ["", "nonsense", "stale", "of another browser"])
def test_p24_a_form_whose_token_does_not_hold_is_shown_again_as_typed_and_stores_nothing(
    app: Flask, sessions: sessionmaker[Session], member: Member, token: str
) -> None:
    member.start().press()
    typed = member.typed(way="Rust eats the gate.", next_1="Benches")
    if token == "stale":
        app.config["WTF_CSRF_TIME_LIMIT"] = -1
    elif token == "of another browser":
        typed["csrf_token"] = form_values(Member(app.test_client(), member.survey).page)["csrf_token"]
    else:
        typed["csrf_token"] = token
    before = count(sessions)

    answer = member.client.post(f"{member.address}/2", data=typed)

    app.config["WTF_CSRF_TIME_LIMIT"] = 3600
    assert answer.status_code == 400
    assert "Nothing was lost: please press again." in words_of(answer.text)
    shown = form_values(answer.text)
    assert {k: v for k, v in shown.items() if k != "csrf_token"} == {
        k: v for k, v in typed.items() if k != "csrf_token"
    }
    assert count(sessions) == before == 1  # what part 1 kept
    member.answer = answer
    assert "Part 3 of 3" in words_of(member.press().page)  # pressed again, it goes on
    with reading(sessions) as reader:
        kept = collect.kept(reader, member.survey, shown["code"]).answers
    assert kept[question(member.survey, "way").id] == "Rust eats the gate."


def test_p24_without_a_token_no_survey_is_begun(client: FlaskClient, survey: Survey) -> None:
    answer = client.post(f"/s/{survey.link}", data={})
    assert answer.status_code == 400
    assert "please press again" in words_of(answer.text)
    assert client.get(f"/s/{survey.link}/1").status_code == 303  # there is no form yet


@pytest.mark.parametrize("key", ["", "short", "with spaces and all of that", "x" * 65])
def test_a_form_without_a_proper_key_gets_a_new_one(
    app: Flask, sessions: sessionmaker[Session], member: Member, key: str
) -> None:
    with app.test_client() as other:
        browser = Member(other, member.survey)
        typed = form_values(browser.page) | {"code": key, f"q{question(member.survey, 'way').id}": "Rust."}
        answer = other.post(f"{member.address}/2", data=typed)
    assert answer.status_code == 400
    shown = form_values(answer.text)
    assert len(shown["code"]) >= 22
    assert shown["code"] != key
    assert shown[f"q{question(member.survey, 'way').id}"] == "Rust."
    assert count(sessions) == 0


def test_the_forms_key_is_enough_when_the_cookie_lost_it(member: Member) -> None:
    typed = form_values(member.start().page)
    with member.client.session_transaction() as cookie:
        cookie.pop("forms")
    answer = member.client.post(f"{member.address}/1", data=typed, follow_redirects=True)
    assert "Part 2 of 3" in words_of(answer.text)


def test_codes_have_128_random_bits_and_never_repeat() -> None:
    keys = {collect.new_code() for _ in range(1_000)}
    assert len(keys) == 1_000
    assert {len(key) for key in keys} == {26}  # of 32 letters: 128 random bits, and two that are none


def send_from(app: Flask, survey: Survey, address: dict[str, str]) -> Member:
    member = Member(app.test_client(), survey)
    member.start().press().press()
    typed = member.typed(Anything="Thanks!")
    member.answer = member.client.post(f"{member.address}/3", data=typed, environ_overrides=address)
    return member


def test_a_flood_from_one_network_is_held_back_with_the_text_kept(
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    survey: Survey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answer_views, "SENT_PER_MINUTE", 2)
    monkeypatch.setattr(answer_views, "MINUTE", timedelta(days=1))  # no minute ends meanwhile
    assert [send_from(app, survey, ELSEWHERE).answer.status_code for _ in range(2)] == [303, 303]

    held = send_from(app, survey, ELSEWHERE)
    assert held.answer.status_code == 429
    assert held.answer.headers["Retry-After"] == "60"
    assert form_values(held.page)[f"q{question(survey, 'Anything').id}"] == "Thanks!"
    assert count(sessions, is_sent=True) == 2

    assert send_from(app, survey, {"REMOTE_ADDR": "203.0.113.8"}).answer.status_code == 303
    other = make_survey(session, survey.community)
    assert send_from(app, other, ELSEWHERE).answer.status_code == 303


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machines_own_addresses_are_not_counted(
    app: Flask, session: Session, survey: Survey, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(answer_views, "SENT_PER_MINUTE", 0)
    assert send_from(app, survey, {"REMOTE_ADDR": address}).answer.status_code == 303
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_r6_counting_a_flood_keeps_no_address_and_is_apart_from_the_answer(
    app: Flask, session: Session, survey: Survey
) -> None:
    send_from(app, survey, ELSEWHERE)
    attempts = list(session.scalars(select(Attempt)))
    assert len(attempts) == 3  # of a minute and of an hour from here, and of an hour from anywhere
    for attempt in attempts:
        assert "203.0.113.7" not in attempt.key
        assert survey.link not in attempt.key
    if session.get_bind().dialect.name == "postgresql":
        counted = set(session.scalars(sa.text("SELECT xmin::text FROM attempt")))
        assert not counted & set(session.scalars(sa.text("SELECT xmin::text FROM response")))


@pytest.fixture
def impatient(app: Flask, backend: str) -> Iterator[None]:
    """The application's connections wait a moment for a lock, not five seconds."""
    engine: Engine = app.extensions["surveyapp"].engine
    wait = "PRAGMA busy_timeout=200" if backend == "sqlite" else "SET SESSION lock_timeout = 200"

    def hurry(connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        cursor.execute(wait)
        cursor.close()

    sa.event.listen(engine, "begin", hurry, insert=True)
    yield
    sa.event.remove(engine, "begin", hurry)


@pytest.mark.usefixtures("impatient")
def test_p4_a_locked_database_gives_503_with_the_text_kept(engine: Engine, member: Member, survey: Survey) -> None:
    member.start().press()
    typed = member.typed(way="Rust eats the gate.")
    with engine.connect() as other:
        if engine.dialect.name == "postgresql":
            other.execute(sa.text("SELECT id FROM survey FOR UPDATE"))
        else:
            other.execute(sa.text("SELECT 1"))  # BEGIN IMMEDIATE holds the lock
        answer = member.client.post(f"{member.address}/2", data=typed)
        other.rollback()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Nothing was lost" in words_of(answer.text)
    assert form_values(answer.text)[f"q{question(survey, 'way').id}"] == "Rust eats the gate."
    member.answer = answer
    assert "Part 3 of 3" in words_of(member.press().page)


def test_p4b_a_database_that_is_locked_for_a_moment_only_delays(engine: Engine, member: Member) -> None:
    member.start().press()
    typed = member.typed(way="Rust.")
    locked = threading.Event()

    def hold() -> None:
        with engine.connect() as other:
            is_sqlite = engine.dialect.name == "sqlite"
            other.execute(sa.text("SELECT 1" if is_sqlite else "SELECT id FROM survey FOR UPDATE"))
            locked.set()
            time.sleep(0.5)
            other.rollback()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(5)
    began = time.monotonic()
    answer = member.client.post(f"{member.address}/2", data=typed)
    holder.join()
    assert answer.status_code == 303
    assert time.monotonic() - began > 0.2  # it did wait


def test_an_answer_that_crosses_the_closing_is_refused(
    session: Session, member: Member, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page was open when the request began; the survey closed before its transaction did."""
    member.start().press().press()

    def close_meanwhile(asked: Survey, today: date) -> bool:
        is_open = takes_answers(asked, today)
        collect.close_survey(session, survey, today)
        session.commit()
        return is_open

    monkeypatch.setattr(shared_views, "takes_answers", close_meanwhile)
    member.press(Anything="Too late, I fear.")
    assert member.answer.status_code == 409
    assert "Too late, I fear." in words_of(member.page)
    assert collect.count_sent(session, survey.id) == 0
