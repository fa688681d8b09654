"""P1a, P1c, P2a: what was acknowledged is kept, once, whatever is killed and however often it is sent."""

import http.client
import json
import random
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pysqlite3
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Survey
from surveyapp.surveys.rules import name_of
from tests.factories import make_community, make_survey
from tests.responses.killable import Browser, Service, Sheet
from tests.responses.member import Member, question

pytestmark = pytest.mark.slow

KILLS = 20
MEMBERS = 8  # who answer at the same time
TIMES = 50  # that one form is sent
LOST_CONNECTION = (OSError, http.client.HTTPException)


@pytest.fixture
def survey(session: Session) -> Survey:
    """An open survey; no lock is held afterwards, and what was loaded stays."""
    survey = make_survey(session, make_community(session))
    session.expunge_all()
    session.rollback()
    return survey


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """The service, not started yet."""
    (tmp_path / "served").mkdir()
    service = Service(tmp_path / "served", database_url)
    yield service
    service.kill()


def marks(sessions: sessionmaker[Session], survey: Survey) -> Counter[tuple[str, ...]]:
    """Of each response that was sent, what stands in the two parts that hold its mark, and the rating beside."""
    asked = {question(survey, word).id: place for place, word in enumerate(("way", "Anything", "worth"))}
    found: dict[str, list[str]] = {}
    with db.reading(sessions) as reader:
        for response_id in reader.scalars(select(Response.id).where(Response.is_sent)):
            found[response_id] = ["", "", ""]
        for answer in reader.execute(select(Answer.response_id, Answer.question_id, Answer.content)):
            if answer.response_id in found and answer.question_id in asked:
                found[answer.response_id][asked[answer.question_id]] = str(answer.content)
    return Counter(tuple(parts) for parts in found.values())


def answer_until_killed(
    service: Service, survey: Survey, journal: list[Sheet], wrong: list[str], who: str, begun: threading.Event
) -> None:
    """One member after the other, until the connection is lost; tell when the first is about to send."""
    for number in range(1_000):
        sheet = Sheet(Browser(service), survey, f"mark {who} {number}")
        journal.append(sheet)
        try:
            sheet.prepare()
            begun.set()
            sheet.send()
        except LOST_CONNECTION:
            return
        except AssertionError as error:
            wrong.append(f"{sheet.mark}: {error}")
            return
        finally:
            sheet.browser.close()


@pytest.mark.parametrize("backend", ["sqlite"])  # on PostgreSQL this runs at night, with the server killed too (P1b)
def test_p1a_twenty_kills_under_load_lose_and_double_nothing(
    service: Service, survey: Survey, sessions: sessionmaker[Session], database_url: str
) -> None:
    chance = random.Random(20)
    journal: list[Sheet] = []
    wrong: list[str] = []
    started = [service.start()]
    for kill in range(KILLS):
        begun = threading.Event()
        with ThreadPoolExecutor(MEMBERS) as members:
            for member in range(MEMBERS):
                members.submit(answer_until_killed, service, survey, journal, wrong, f"{kill}-{member}", begun)
            assert begun.wait(60), wrong
            time.sleep(chance.uniform(0.05, 0.5))
            assert service.kill() >= 5  # the parent, the web server, its two workers, the worker for jobs
        check_file(Path(database_url.removeprefix("sqlite:///")))
        service.is_cold = kill % 10 == 0
        started.append(service.start())

    assert wrong == []
    acknowledged = {sheet.mark for sheet in journal if sheet.receipt}
    found = marks(sessions, survey)
    assert_whole_and_single(found)
    assert acknowledged <= {way for way, _, _ in found}  # lost: 0
    assert len(acknowledged) >= KILLS // 2, "the load was too light to show anything"

    unsure = [sheet for sheet in journal if sheet.last and not sheet.receipt]
    for sheet in unsure:  # who saw no reply presses once more
        sheet.browser.renew()
        sheet.send()
        sheet.browser.close()
    found = marks(sessions, survey)
    assert_whole_and_single(found)
    assert {way for way, _, _ in found} == {sheet.mark for sheet in journal if sheet.last}
    receipts = [sheet.receipt for sheet in journal if sheet.last]
    assert len(set(receipts)) == len(receipts)
    print(f"{len(acknowledged)} acknowledged, {len(unsure)} sent again, ready within {max(started):.1f} s")


def assert_whole_and_single(found: Counter[tuple[str, ...]]) -> None:
    """No response is there twice, and none without one of its parts."""
    assert [parts for parts, times in found.items() if times > 1] == []
    assert [parts for parts in found if not (parts[0] and parts[0] == parts[1] and parts[2] == "4")] == []


def check_file(path: Path) -> None:
    """The database as the killed service left it is sound."""
    connection = pysqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.night)])
def test_p2a_one_form_sent_fifty_times_at_once_is_one_answer_with_one_receipt(
    rounds: int, service: Service, survey: Survey, sessions: sessionmaker[Session]
) -> None:
    service.start()
    barrier = threading.Barrier(TIMES)

    def send(sheet: Sheet, number: int) -> tuple[int, str]:
        browser = Browser(service)
        browser.cookie = sheet.browser.cookie
        if number % 2:  # one half on a connection that is open already, one half on a new one
            browser.get("/healthz")
        barrier.wait(30)
        status, _, where = browser.post(f"/s/{survey.link}/3", sheet.last)
        browser.close()
        return status, where

    with ThreadPoolExecutor(TIMES) as hands:
        for round_ in range(rounds):
            sheet = Sheet(Browser(service), survey, f"mark {round_}")
            sheet.prepare()
            replies = list(hands.map(send, [sheet] * TIMES, range(TIMES)))
            sheet.browser.close()
            assert {status for status, _ in replies} == {303}
            assert len({where for _, where in replies}) == 1
    found = marks(sessions, survey)
    assert_whole_and_single(found)
    assert sum(found.values()) == rounds
    with db.reading(sessions) as reader:
        assert reader.scalar(select(func.count()).select_from(Response)) == rounds  # no drafts beside them


TRACED = "fsync,fdatasync,sync_file_range,write,pwrite64,pwritev,writev,sendto,sendmsg,unlink,unlinkat,ftruncate"
CALL = re.compile(r"^(?P<task>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
POSTS = 500  # for each journal mode
HANDS = 4
SERVE = """
import surveyapp.db, surveyapp.cli
journal = {journal!r}
if journal: surveyapp.db.journal_for = lambda version: journal
surveyapp.cli.main(["serve-web", "--workers", "1", *__import__("sys").argv[1:]])
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here: what the kernel was asked is not seen")
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    "version", [(3, 53, 0), (3, 40, 1)], ids=["write-ahead log", "rollback journal, as on an older library"]
)
def test_p1c_each_acknowledged_answer_was_synced_before_its_reply(
    tmp_path: Path, service: Service, survey: Survey, engine: Engine, version: tuple[int, ...]
) -> None:
    engine.dispose()  # or the journal mode could not change
    trace = tmp_path / "trace"
    service.words = ("-c", SERVE.format(journal=db.journal_for(version)))
    service.before = ("strace", "-f", "--seccomp-bpf", "-y", "-s", "40", "-o", str(trace), "-e", f"trace={TRACED}")
    service.start()
    with ThreadPoolExecutor(HANDS) as hands:
        assert sum(hands.map(lambda hand: keep_again_and_again(service, survey, hand), range(HANDS))) == POSTS
    service.stop()

    acknowledged, unsynced = 0, 0
    dirty: dict[str, set[str]] = {}  # by task: what it wrote to the database or its journal and did not sync yet
    has_stored: set[str] = set()
    for line in trace.read_text(errors="replace").splitlines():
        if (call := CALL.match(line)) is None:
            continue
        task, name, rest = call["task"], call["name"], call["rest"]
        file = re.search(r"test\.db[^>\"]*", rest if "unlink" in name else rest.partition(",")[0])
        if "HTTP/1.1 " in rest:
            if "HTTP/1.1 303" in rest and task in has_stored:
                acknowledged += 1
                unsynced += bool(dirty.get(task))
            has_stored.discard(task)
        elif name in ("fsync", "fdatasync"):
            dirty.setdefault(task, set()).discard(file[0] if file else "the folder")
        elif file and "-shm" not in file[0]:
            has_stored.add(task)
            dirty.setdefault(task, set()).add("the folder" if "unlink" in name else file[0])
    assert acknowledged >= POSTS
    assert unsynced == 0


def keep_again_and_again(service: Service, survey: Survey, hand: int) -> int:
    """Send one part with other words each time; how often that was acknowledged."""
    sheet = Sheet(Browser(service), survey, f"mark {hand}")
    sheet.prepare()
    way = name_of(question(survey, "way"))
    form = {name: text for name, text in sheet.last.items() if name != "seen"}  # that is of another part
    statuses = [
        sheet.browser.post(f"/s/{survey.link}/2", form | {way: f"{sheet.mark} {number}"})[0]
        for number in range(POSTS // HANDS)
    ]
    sheet.browser.close()
    return statuses.count(303)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_p1c_without_a_tracer_each_connection_syncs_when_it_commits_and_replies_come_after(
    app: Flask, survey: Survey
) -> None:
    """What can be seen from within: the library is told to sync at each commit, and the reply is made afterwards."""
    engine = app.extensions["surveyapp"].engine
    events: list[str] = []

    @sa.event.listens_for(engine, "commit")
    def note(connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        (journal,) = driver.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = driver.execute("PRAGMA synchronous").fetchone()
        assert (journal, synchronous) in {("wal", 2), ("delete", 3)}  # FULL, and EXTRA without a log
        if driver.in_transaction and driver.total_changes:
            events.append("commit")

    @app.after_request
    def reply(response):  # type: ignore[no-untyped-def]  # a line of a log
        if response.status_code == 303:
            events.append("reply")
        return response

    member = Member(app.test_client(), survey)
    member.start().press().press().press(Anything="Thanks!")
    assert json.dumps(events).count('"commit", "reply"') == 3
