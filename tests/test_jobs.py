"""Jobs live and die with their transaction, run once when all is well, and again when their worker was killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, jobs
from surveyapp.errors import Conflict
from surveyapp.jobs import ATTEMPTS, Job, JobState, Running, Worker, defer

ROOT = Path(__file__).resolve().parent.parent
done: list[str] = []


def note(running: Running, what: str) -> None:
    running.progress("Noting it", 1, 2)
    done.append(what)


def fail(running: Running) -> None:
    raise ZeroDivisionError


def object_to_it(running: Running) -> None:
    raise Conflict("There are no answers yet.")


def write_and_wait(running: Running, path: str, seconds: float) -> None:
    """Leave a trace on the disk, wait to be killed, leave another."""
    with open(path, "a") as file:
        file.write("began\n")
    time.sleep(seconds)
    with open(path, "a") as file:
        file.write("ended\n")


@pytest.fixture(autouse=True)
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    sys.modules["tasks_of_tests"] = sys.modules[__name__]
    for name in ("note", "fail", "object_to_it", "write_and_wait"):
        monkeypatch.setitem(jobs.TASKS, name, f"tasks_of_tests:{name}")


def state_of(session: Session, job: Job) -> Job:
    """The job as the database has it now, read without holding anything."""
    job_id = job.id
    session.rollback()
    kept = session.get_one(Job, job_id, populate_existing=True)
    session.expunge(kept)
    session.rollback()
    return kept


def test_a_job_is_done_once_its_transaction_is_committed(session: Session, sessions: sessionmaker[Session]) -> None:
    job = defer(session, "note", key="a", what="it")
    session.commit()

    assert Worker(sessions).run_all() == 1
    assert done == ["it"]
    kept = state_of(session, job)
    assert (kept.state, kept.step, kept.steps_done, kept.steps) == (JobState.DONE, "Noting it", 1, 2)
    assert kept.finished_at is not None


def test_a_job_dies_with_its_transaction(session: Session, sessions: sessionmaker[Session]) -> None:
    defer(session, "note", key="a", what="it")
    session.rollback()

    assert Worker(sessions).run_all() == 0
    assert done == []


def test_the_same_work_is_deferred_once(session: Session, sessions: sessionmaker[Session]) -> None:
    first = defer(session, "note", key="a", what="it")
    assert defer(session, "note", key="a", what="it") is first
    session.commit()
    assert Worker(sessions).run_all() == 1


def test_a_task_nobody_knows_is_refused_when_it_is_deferred(session: Session) -> None:
    with pytest.raises(LookupError, match="dance"):
        defer(session, "dance", key="a")


def test_a_job_that_breaks_is_tried_again_later_and_then_given_up(
    session: Session, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = defer(session, "fail", key="a")
    session.commit()
    worker, job_id = Worker(sessions), job.id

    for attempt in range(1, ATTEMPTS + 1):
        assert worker.run_one()
        job = kept = state_of(session, job)
        assert kept.attempts == attempt
        assert kept.run_after > db.now()
        assert not worker.run_one()  # not yet due again
        with sessions.begin() as writer:
            writer.get_one(Job, job_id).run_after = db.now()

    with sessions() as reader:
        kept = reader.get_one(Job, job_id)
    assert kept.state is JobState.FAILED
    assert str(job_id) in kept.error
    assert "ZeroDivision" not in kept.error


def test_what_a_person_can_act_on_is_said_and_not_tried_again(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    job = defer(session, "object_to_it", key="a")
    session.commit()
    Worker(sessions).run_all()

    assert (state_of(session, job).state, state_of(session, job).error) == (
        JobState.FAILED,
        "There are no answers yet.",
    )


def test_two_workers_never_take_the_same_job(session: Session, sessions: sessionmaker[Session], backend: str) -> None:
    for number in range(20):
        defer(session, "note", key=str(number), what=str(number))
    session.commit()

    threads = [threading.Thread(target=Worker(sessions).run_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done, key=int) == [str(number) for number in range(20)]
    assert set(session.scalars(select(Job.attempts))) == {1}


WORKER = """
import sys, threading
sys.path.insert(0, {root!r})
from pathlib import Path
from surveyapp import db, jobs, tables
from tests import test_jobs
sys.modules["tasks_of_tests"] = test_jobs
jobs.TASKS["write_and_wait"] = "tasks_of_tests:write_and_wait"
lock = {lock!r}
jobs.Worker(db.session_factory(db.make_engine({url!r})), Path(lock) if lock else None).run_until(threading.Event())
"""


def start_worker(url: str, lock: str) -> subprocess.Popen[bytes]:
    program = textwrap.dedent(WORKER).format(root=str(ROOT), url=url, lock=lock)
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)


def wait_for(path: Path, text: str) -> None:
    until = time.monotonic() + 30
    while text not in (path.read_text() if path.exists() else ""):
        assert time.monotonic() < until, "the worker did not get there"
        time.sleep(0.05)


def test_a_job_whose_worker_was_killed_is_run_again(
    session: Session, database_url: str, backend: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    lock = str(tmp_path / "worker.lock") if backend == "sqlite" else ""
    job = defer(session, "write_and_wait", key="a", path=str(trace), seconds=2)
    session.commit()

    first = start_worker(database_url, lock)
    wait_for(trace, "began")
    second = start_worker(database_url, lock)  # waits, or does other jobs, while the first lives
    time.sleep(0.7)
    assert trace.read_text() == "began\n"
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    try:
        wait_for(trace, "ended")
    finally:
        second.terminate()
        second.wait()

    assert trace.read_text() == "began\nbegan\nended\n"
    kept = state_of(session, job)
    assert (kept.state, kept.attempts) == (JobState.DONE, 2) or kept.state is JobState.RUNNING


def test_a_job_that_goes_on_may_be_stopped_as_often_as_it_takes_and_one_that_does_not_is_given_up(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    """Each worker is killed while it runs the job: all that is left of it is a row that says so (P3a)."""
    for key, does_go_on in (("a", True), ("b", False)):
        job = defer(session, "note", key=key, what="it")
        session.commit()
        job_id = state_of(session, job).id
        for _ in range(ATTEMPTS + 2):
            with sessions.begin() as writer:
                claimed = writer.get_one(Job, job_id)
                if claimed.state is JobState.QUEUED:
                    claimed.state, claimed.attempts = JobState.RUNNING, claimed.attempts + 1
            if does_go_on:
                with sessions.begin() as writer:
                    Running(sessions, job_id).goes_on(writer)
            Worker(sessions).requeue_interrupted()
        with sessions() as reader:
            state = reader.get_one(Job, job_id).state
        assert state is (JobState.QUEUED if does_go_on else JobState.FAILED)


def test_a_running_job_is_left_alone_while_its_worker_lives(engine: Engine, backend: str, session: Session) -> None:
    if backend == "sqlite":
        return  # there one worker serves, and it asks while it runs nothing
    job = Job(
        key="a", task="note", arguments={}, state=JobState.RUNNING, attempts=1, run_after=db.now(), queued_at=db.now()
    )
    session.add(job)
    session.commit()
    worker = Worker(db.session_factory(engine))
    with engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_lock({jobs.LOCK_CLASS}, {job.id})")
        assert worker.requeue_interrupted() == 0
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({jobs.LOCK_CLASS}, {job.id})")
    assert worker.requeue_interrupted() == 1
