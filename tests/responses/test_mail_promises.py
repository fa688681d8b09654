"""P3a, P3b, P13: mail arrives whatever breaks, holds no page up, and is a nuisance to nobody."""

import random
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities import admit
from surveyapp.communities.models import Community, Member
from surveyapp.db import reading
from surveyapp.jobs import Job, JobState, Worker
from surveyapp.mail import Server
from surveyapp.responses import invite, letters, reach
from surveyapp.responses.models import Message, MessageState, Response
from surveyapp.settings import Settings, load
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_survey
from tests.responses.killable import Browser, Service, Sheet
from tests.responses.member import Member as Answering
from tests.smtp import PostOffice, free_port

TODAY = date(2026, 3, 3)
MAIL = {"mail_host": "127.0.0.1", "mail_encryption": "none", "mail_from": "surveys@example.org"}
PATIENCE = 300  # seconds; P3b: so long after the server is back everything is delivered


def make_invited(session: Session, people: int, settings: Settings) -> Survey:
    """An open survey to which so many members are invited by mail that no job has sent yet."""
    survey = make_survey(session, make_community(session))
    session.add_all(
        Member(community_id=survey.community_id, name=f"M {n}", address=f"m{n}@a.org", address_key=f"m{n}@a.org")
        for n in range(people)
    )
    session.flush()
    members = invite.invite(session, survey, settings.secret_key, user_id=None)
    assert reach.send_invitations(session, survey, members, settings) == people
    session.commit()
    session.expunge_all()
    session.rollback()
    return survey


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "this takes too long"
        time.sleep(0.02)


def waiting(sessions: sessionmaker[Session]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).where(Message.state == MessageState.WAITING)) or 0


def has_given_up(sessions: sessionmaker[Session]) -> bool:
    with reading(sessions) as session:
        return session.scalar(select(Job.id).where(Job.state == JobState.FAILED).limit(1)) is not None


def due_now(sessions: sessionmaker[Session]) -> None:
    """Let the time pass after which mail is tried again."""
    with sessions.begin() as session:
        session.execute(update(Job).where(Job.task == "send_mail").values(run_after=text("CURRENT_TIMESTAMP")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "kills"),
    [
        (60, 3),
        pytest.param(5_000, 0, marks=pytest.mark.night),
        pytest.param(5_000, 100, marks=pytest.mark.night),
    ],
)
def test_p3a_everybody_gets_the_mail_and_twice_only_who_was_written_to_at_a_kill(
    tmp_path: Path, database_url: str, session: Session, sessions: sessionmaker[Session], people: int, kills: int
) -> None:
    chance, began = random.Random(people + kills), time.monotonic()
    with PostOffice() as office:
        told = MAIL | {"mail_port": str(office.port)}
        settings = load(tmp_path / "served", {}, **told)
        survey = make_invited(session, people, settings)
        worker = Service(
            tmp_path / "served",
            database_url,
            words=("-m", "surveyapp", "worker"),
            settings={name.upper(): value for name, value in told.items()},
        )
        try:
            for kill in range(kills):
                worker.begin("--instance", str(worker.instance))
                reached = people * (kill + 1) // (kills + 1)
                wait_until(lambda reached=reached: len(office.mails) >= reached, 600)  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.03))
                worker.kill()
            worker.begin("--instance", str(worker.instance))
            wait_until(lambda: waiting(sessions) == 0 or has_given_up(sessions), 3_600)
        finally:
            worker.kill()
    got = Counter(office.addresses)
    assert set(got) == {f"m{n}@a.org" for n in range(people)}
    twice = sum(got.values()) - people
    assert twice <= kills
    numbers = defaultdict(set)
    for mail, address in zip(office.mails, office.addresses, strict=True):
        numbers[address].add(mail["Message-ID"])
    assert {len(of_one) for of_one in numbers.values()} == {1}
    assert len(set.union(*numbers.values())) == people
    with reading(sessions) as reader:
        assert reach.reached(reader, survey.id).sent == people
    print(f"\n{people} people, {kills} kills: {twice} mails twice, 0 lost, {time.monotonic() - began:.0f} s")


@pytest.fixture
def mailing(app: Flask) -> Settings:
    """The application sends mail, to a port where nobody is yet."""
    parts = app.extensions["surveyapp"]
    settings: Settings = replace(
        parts.settings, mail_host="127.0.0.1", mail_encryption="none", mail_from="s@a.org", mail_port=free_port()
    )
    app.extensions["surveyapp"] = replace(parts, settings=settings)
    return settings


def add_members(session: Session, community: Community, people: int) -> None:
    session.add_all(
        Member(community_id=community.id, name=f"M {n}", address=f"m{n}@a.org", address_key=f"m{n}@a.org")
        for n in range(people)
    )
    session.commit()


def test_p3b_no_request_speaks_to_a_mail_server(
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
    mailing: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No seconds are counted: each connection that is opened while a page is made would be seen."""
    opened: list[object] = []

    def refuse(address: object, *_: object, **__: object) -> None:
        opened.append(address)
        raise ConnectionRefusedError

    survey = make_survey(session, community)
    add_members(session, community, 4)
    base = f"/c/{community.slug}/surveys/{survey.id}"
    client = sign_in(manager)
    monkeypatch.setattr(socket, "create_connection", refuse)
    session.rollback()
    token = {"csrf_token": token_of(client, f"{base}/collect")}
    assert client.post(f"{base}/invite", data=token | {"by": "mail"}).status_code == 303
    assert client.post(f"{base}/remind", data=token).status_code == 303
    with reading(sessions) as reader:
        links = [secret for _, secret in invite.links(reader, reader.get_one(Survey, survey.id), mailing.secret_key)]
        member = reader.scalar(select(Member.id).order_by(Member.id.desc()).limit(1)) or 0
    for secret in links[:2]:
        there = app.test_client()
        there.get(f"/a/{secret}")
        Answering(there, survey).start().press().press().press(worth="4")
    out = letters.unsubscribe_token(mailing.secret_key, member)
    assert app.test_client().post(f"/unsubscribe/{out}").status_code == 200
    with reading(sessions) as reader:
        assert reader.scalar(select(func.count()).select_from(Message)) == 8
        assert reader.scalar(select(func.count()).where(Response.is_sent)) == 2
    assert opened == []
    Worker(sessions, settings=mailing).run_all()
    assert opened == [("127.0.0.1", mailing.mail_port)]  # a job does, and is seen
    assert client.post(f"{base}/close", data=token).status_code == 303


@contextmanager
def silent(port: int) -> Iterator[None]:
    """A server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def test_p3b_after_refusing_hanging_and_saying_later_everybody_has_the_mail_and_who_bounced_was_tried_once(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    mailing: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    survey = make_survey(session, community)
    add_members(session, community, 24)
    members = invite.invite(session, survey, mailing.secret_key, user_id=None)
    reach.send_invitations(session, survey, members, mailing)
    session.commit()
    tried: Counter[str] = Counter()
    full = {"m0@a.org", "m3@a.org"}

    def manner(address: str) -> str:
        tried[address] += 1
        return "550 Nobody" if address in ("m1@a.org", "m2@a.org") else "452 Full" if address in full else "250 OK"

    def work() -> int:
        due_now(sessions)
        Worker(sessions, settings=mailing).run_all()
        return waiting(sessions)

    assert work() == 24  # nobody is there
    with silent(mailing.mail_port), monkeypatch.context() as impatient:
        impatient.setattr(reach, "Server", partial(Server, seconds=0.3))
        assert work() == 24
    office = PostOffice(lambda address: "451 Not now")
    office.port = mailing.mail_port
    with office:
        assert work() == 24
        office.manner = manner
        assert work() == 2  # two full boxes hold up nobody behind them
        full.clear()
        assert work() == 0
    assert sorted(office.addresses) == sorted(f"m{n}@a.org" for n in range(24) if n not in (1, 2))
    assert (tried["m1@a.org"], tried["m2@a.org"], max(tried.values())) == (1, 1, 2)
    with reading(sessions) as reader:
        assert reach.reached(reader, survey.id).refused == 2


def test_p13_no_address_gets_a_campaign_twice_in_a_day_even_if_it_is_erased_and_added_again(
    session: Session, sessions: sessionmaker[Session], community: Community, mailing: Settings
) -> None:
    survey = make_survey(session, community)
    office = PostOffice()
    office.port = mailing.mail_port
    with office:
        for _ in range(5):  # a manager who goes round in a circle
            session.add(Member(community_id=community.id, name="A", address="a@a.org", address_key="a@a.org"))
            session.flush()
            members = invite.invite(session, survey, mailing.secret_key, user_id=None)
            reach.send_invitations(session, survey, members, mailing)
            reach.send_invitations(session, survey, members, mailing)
            session.commit()
            Worker(sessions, settings=mailing).run_all()
            session.expire_all()
            admit.erase(session, session.scalars(select(Member)).one(), user_id=None)
            session.commit()
    assert office.addresses == ["a@a.org"]


def test_p13_a_community_sends_so_many_mails_a_day_and_the_others_the_next_day(
    session: Session, sessions: sessionmaker[Session], community: Community, mailing: Settings
) -> None:
    capped = replace(mailing, mails_per_day=13)
    survey = make_survey(session, community)
    add_members(session, community, 30)
    members = invite.invite(session, survey, capped.secret_key, user_id=None)
    reach.send_invitations(session, survey, members, capped)
    session.commit()
    office = PostOffice()
    office.port = capped.mail_port
    sent = []
    with office:
        for _ in range(3):
            for _ in range(2):  # a second look on the same day sends no more
                due_now(sessions)
                Worker(sessions, settings=capped).run_all()
            sent.append(len(office.mails))
            with sessions.begin() as writer:
                writer.execute(update(Message).values(sent_on=Message.sent_on - timedelta(days=1)))
    assert sent == [13, 26, 30]
    assert len(set(office.addresses)) == 30


def test_p13_after_unsubscribing_comes_nothing(
    app: Flask, session: Session, sessions: sessionmaker[Session], community: Community, mailing: Settings
) -> None:
    survey = make_survey(session, community)
    add_members(session, community, 3)
    members = invite.invite(session, survey, mailing.secret_key, user_id=None)
    reach.send_invitations(session, survey, members, mailing)
    session.commit()
    out = letters.unsubscribe_token(mailing.secret_key, members[1])
    assert app.test_client().post(f"/unsubscribe/{out}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    office = PostOffice()
    office.port = mailing.mail_port
    with office:
        Worker(sessions, settings=mailing).run_all()
        for day in range(1, 4):
            reach.remind(session, survey, mailing, TODAY + timedelta(days=15 * day), user_id=None)
            session.commit()
            Worker(sessions, settings=mailing).run_all()
    assert Counter(office.addresses) == {"m0@a.org": 4, "m2@a.org": 4}


@pytest.mark.slow
@pytest.mark.night
def test_p3b_minutes_of_trouble_with_the_mail_server_are_not_felt_by_those_who_answer(
    tmp_path: Path, database_url: str, session: Session, sessions: sessionmaker[Session]
) -> None:
    """Four members answer all the time; the server is well, then away, silent and full for over a minute each."""
    office = PostOffice()
    told = MAIL | {"mail_port": str(office.port)}
    survey = make_survey(session, make_community(session))
    session.commit()
    session.expunge_all()
    session.rollback()
    service = Service(tmp_path / "served", database_url, settings={k.upper(): v for k, v in told.items()})
    (tmp_path / "served").mkdir()
    service.start()
    settings = load(tmp_path / "served", {}, **told)
    took: dict[str, list[float]] = defaultdict(list)
    phase, stop, tried = ["no mail"], Event(), Counter[str]()

    def answer(hand: int) -> int:
        number = 0
        while not stop.is_set():
            sheet = Sheet(Browser(service), survey, f"mark {hand} {number}")
            sheet.prepare()
            began = time.monotonic()
            sheet.send()
            took[phase[0]].append(time.monotonic() - began)
            sheet.browser.close()
            number += 1
            time.sleep(0.2)
        return number

    def manner(address: str) -> str:
        tried[address] += 1
        return "550 Nobody" if int(address[1:].partition("@")[0]) % 50 == 0 else "250 OK"

    try:
        with ThreadPoolExecutor(4) as hands:
            answering = [hands.submit(answer, hand) for hand in range(4)]
            try:
                time.sleep(60)
                phase[0] = "server away"
                with sessions.begin() as writer:
                    theirs = writer.get_one(Survey, survey.id)
                    writer.add_all(
                        Member(
                            community_id=theirs.community_id, name="M", address=f"m{n}@a.org", address_key=f"m{n}@a.org"
                        )
                        for n in range(300)
                    )
                    writer.flush()
                    members = invite.invite(writer, theirs, settings.secret_key, user_id=None)
                    reach.send_invitations(writer, theirs, members, settings)
                time.sleep(75)
                phase[0] = "server silent"
                with silent(office.port):
                    time.sleep(75)
                phase[0] = "server full"
                office.manner = lambda address: "451 Not now"
                with office:
                    time.sleep(75)
                    assert waiting(sessions) == 300
                    phase[0] = "server back"
                    office.manner = manner
                    began = time.monotonic()
                    wait_until(lambda: waiting(sessions) == 0, PATIENCE)
                    delivered = time.monotonic() - began
            finally:
                stop.set()
            answered = sum(one.result() for one in answering)
    finally:
        service.kill()
    with reading(sessions) as reader:
        assert reader.scalar(select(func.count()).where(Response.is_sent)) == answered
    assert len(set(office.addresses)) == len(office.addresses) == 294
    assert {tried[f"m{n}@a.org"] for n in range(0, 300, 50)} == {1}
    for name, seconds in took.items():
        print(f"{name}: {len(seconds)} answers, p95 {1000 * sorted(seconds)[int(0.95 * len(seconds))]:.0f} ms")
    print(f"{answered} answers, 0 lost; 294 mails delivered {delivered:.0f} s after the server was back, 6 bounced")
