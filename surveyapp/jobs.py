"""Work that must not hold up a page: deferred with the caller's transaction, done by a worker, seen by who waits.

A job is a row. ``defer()`` adds it in the transaction that makes it necessary, so there is
no moment in which an answer is stored and its work forgotten. A worker claims the
oldest row with one UPDATE, runs its task and says how it ended. A worker may be killed at
any instant: what it was doing is queued again, so tasks are idempotent. That a worker is
gone is told by a lock that the operating system or PostgreSQL frees when it dies:

- SQLite, one machine: one worker at a time, which holds a lock on a file beside the database;
- PostgreSQL, many machines: each running job holds an advisory lock under its number.

The pattern is the one that the study of job systems found to survive ``kill -9`` on both
databases; one table and one loop serve both.
"""

import enum
import fcntl
import importlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import structlog
from sqlalchemy import ForeignKey, String, Text, and_, bindparam, func, or_, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from surveyapp.db import Base, by_value, now, reading
from surveyapp.errors import AppError

if TYPE_CHECKING:
    from surveyapp.settings import Settings

TASKS = {  # name: where its function is; it takes (Running, **arguments)
    "group_ideas": "surveyapp.review.put_forward:group_ideas",
    "compare_themes": "surveyapp.themes.kin:compare_themes",
    "place_answers": "surveyapp.themes.arrivals:place_answers",
    "make_report": "surveyapp.reports.make:make_report",
    "forget_upload": "surveyapp.uploads:forget_upload",
    "send_mail": "surveyapp.responses.reach:send_mail",
    "tend_survey": "surveyapp.responses.reach:tend_survey",
    "wipe_traces": "surveyapp.responses.seal:wipe_traces",
}
ATTEMPTS = 3  # after that a job has failed, and a person decides
POLL_SECONDS = 0.3
LOCK_CLASS = 7_501  # first key of our advisory locks on PostgreSQL

log = structlog.get_logger(__name__)


class JobState(enum.Enum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work: what to do, how far it is, how it ended."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)  # the same work is never deferred twice
    task: Mapped[str] = mapped_column(String(60))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))  # whose leaders may see how far it is
    arguments: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(by_value(JobState), default=JobState.QUEUED, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(120), default="")  # in words for the person who waits
    steps_done: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")  # in words for the person who waits
    run_after: Mapped[datetime]
    queued_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (JobState.DONE, JobState.FAILED)


def defer(session: Session, task: str, *, key: str, community_id: int | None = None, **arguments: Any) -> Job:
    """Ask for *task* to be done once the caller's transaction is committed.

    Args:
        session: The caller's; the job lives and dies with its transaction.
        task: A name in TASKS.
        key: Names this very piece of work: deferring it again gives the job that is there.
        community_id: Whose leaders and managers may see how far the job is.
        **arguments: What the task is called with; numbers and short texts, as they are stored as JSON.
    """
    if task not in TASKS:
        raise LookupError(f"No task is named {task!r}.")
    if job := session.scalar(select(Job).where(Job.key == key)):
        return job
    job = Job(key=key, task=task, community_id=community_id, arguments=arguments, queued_at=now(), run_after=now())
    session.add(job)
    session.flush()
    return job


class Later(Exception):
    """Raised by a task that cannot go on now, or has to look again: the job is due again after some seconds.

    This counts as no attempt, so it may go on for as long as it takes.
    """

    def __init__(self, seconds: float, step: str = "") -> None:
        super().__init__(step)
        self.seconds = seconds
        self.step = step  # in words for the person who waits


class Running:
    """What a task is given: sessions of its own, the settings, and a way to say how far it is."""

    def __init__(self, sessions: sessionmaker[Session], job_id: int, settings: "Settings | None" = None) -> None:
        self.sessions = sessions
        self.job_id = job_id
        self._settings = settings

    @property
    def settings(self) -> "Settings":
        """What the installation is told from outside."""
        if self._settings is None:
            raise LookupError("This worker was started without settings.")
        return self._settings

    def progress(self, step: str, done: int, steps: int) -> None:
        """Tell the person who waits: *step* is under way, *done* of *steps* are behind us."""
        with self.sessions.begin() as session:
            session.execute(update(Job).where(Job.id == self.job_id).values(step=step, steps_done=done, steps=steps))

    def goes_on(self, session: Session) -> None:
        """Note in the caller's transaction that a part is done for good: what was interrupted before counts no more.

        So a long job may be stopped as often as it takes, and one that never gets past its next part is given up.
        """
        session.execute(update(Job).where(Job.id == self.job_id).values(attempts=1))


_JOB = Job.__table__
_WORK = (
    select(_JOB.c.id)
    .where(
        or_(
            _JOB.c.state == JobState.RUNNING,
            and_(_JOB.c.state == JobState.QUEUED, _JOB.c.run_after <= bindparam("at")),
        )
    )
    .limit(1)
)
"""Whether there is something to do; built once, as it is asked several times a second."""


class Worker:
    """Runs jobs, one after the other.

    Args:
        sessions: Makes the sessions that jobs and bookkeeping use.
        lock_file: Guards that one worker at a time serves a SQLite database; None for one that has it to itself.
        settings: For tasks that reach out of the database, by mail for example.
    """

    def __init__(
        self, sessions: sessionmaker[Session], lock_file: Path | None = None, settings: "Settings | None" = None
    ) -> None:
        self.sessions = sessions
        self.settings = settings
        self.engine: Engine = sessions.kw["bind"]
        self._lock_file = lock_file
        self._lock: IO[str] | None = None

    def run_until(self, stop: threading.Event) -> None:
        """Serve until *stop* is set; the job that runs then is finished first."""
        while not stop.is_set():
            try:
                if self._may_serve() and self._sees_work():
                    self.requeue_interrupted()
                    if self.run_one():
                        continue
            except Exception:  # the database is away or full: say so and go on trying, the jobs are safe in it
                log.exception("worker_cannot_reach_jobs")
                stop.wait(5)
            stop.wait(POLL_SECONDS)

    def run_all(self) -> int:
        """Run what is queued and due until nothing is left; give back how many jobs that were."""
        count = 0
        while self.run_one():
            count += 1
        return count

    def run_one(self) -> bool:
        """Run the oldest job that is due; False if there is none."""
        with self.sessions.begin() as session:
            oldest = (
                select(Job.id)
                .where(Job.state == JobState.QUEUED, Job.run_after <= now())
                .order_by(Job.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
            claimed = session.execute(
                update(Job)
                .where(Job.id == oldest)
                .values(state=JobState.RUNNING, attempts=Job.attempts + 1, error="")
                .returning(Job.id, Job.task, Job.arguments, Job.attempts)
            ).one_or_none()
            if claimed is None:
                return False
            holder = self.engine.connect() if self.engine.dialect.name == "postgresql" else None
            if holder is not None:
                holder.execute(select(func.pg_advisory_lock(LOCK_CLASS, claimed.id)))
                holder.commit()
        try:
            try:
                self._finish(claimed.id, claimed.attempts, *self._outcome(claimed.id, claimed.task, claimed.arguments))
            except Later as later:
                self._put_off(claimed.id, later)
        finally:
            if holder is not None:
                holder.execute(select(func.pg_advisory_unlock(LOCK_CLASS, claimed.id)))
                holder.close()
        return True

    def _sees_work(self) -> bool:
        """Look without taking the write lock, as this happens several times a second."""
        with reading(self.sessions) as session:
            return session.execute(_WORK, {"at": now()}).first() is not None

    def _outcome(self, job_id: int, task: str, arguments: dict[str, Any]) -> tuple[JobState, str]:
        module, _, name = TASKS[task].partition(":")
        try:
            function: Callable[..., None] = getattr(importlib.import_module(module), name)
            function(Running(self.sessions, job_id, self.settings), **arguments)
        except Later:
            raise
        except AppError as error:  # trying again would end alike
            return JobState.FAILED, str(error)
        except Exception:
            log.exception("job_failed", job=job_id, task=task)
            return (
                JobState.QUEUED,
                f"This did not work. If it goes on, mention job {job_id} to whoever runs the service.",
            )
        return JobState.DONE, ""

    def _finish(self, job_id: int, attempts: int, state: JobState, error: str) -> None:
        if state is JobState.QUEUED and attempts >= ATTEMPTS:
            state = JobState.FAILED
        with self.sessions.begin() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id)
                .values(
                    state=state,
                    error=error,
                    run_after=now() + timedelta(seconds=2**attempts),
                    finished_at=None if state is JobState.QUEUED else now(),
                )
            )

    def _put_off(self, job_id: int, later: Later) -> None:
        with self.sessions.begin() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id)
                .values(
                    state=JobState.QUEUED,
                    attempts=0,
                    step=later.step,
                    run_after=now() + timedelta(seconds=later.seconds),
                )
            )

    def _may_serve(self) -> bool:
        """Whether this worker is the one that serves a SQLite database; jobs of a worker that died are queued again."""
        if self._lock_file is None or self._lock is not None:
            return True
        file = open(self._lock_file, "w")  # noqa: SIM115 - held open for as long as the worker lives
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock = file
        return True

    def requeue_interrupted(self) -> int:
        """Queue the jobs again whose worker was killed; give back how many. Never called while this worker runs one."""
        with self.sessions.begin() as session:
            running = session.execute(select(Job.id, Job.attempts).where(Job.state == JobState.RUNNING)).all()
            stopped = [job for job in running if not _is_held(session.connection(), job.id)]
            for job in stopped:
                is_spent = job.attempts >= ATTEMPTS
                session.execute(
                    update(Job)
                    .where(Job.id == job.id)
                    .values(
                        state=JobState.FAILED if is_spent else JobState.QUEUED,
                        error="This was interrupted too often." if is_spent else "",
                        finished_at=now() if is_spent else None,
                    )
                )
            return len(stopped)


def _is_held(connection: Connection, job_id: int) -> bool:
    """Whether another worker, on this machine or another, is at this job."""
    if connection.dialect.name != "postgresql":
        return False  # one worker serves a SQLite database, and it is the one that asks
    return not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK_CLASS, job_id)))
