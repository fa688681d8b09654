"""Cut what ties the answers of a closed survey to the links, the browsers and the order they came from (PROMISES 4.4).

The survey's key is gone, and the keys made with it are overwritten: whoever finds a personal link or a browser's
cookie of it cannot tell which row is its own. Only the private code still leads to one, which its member holds.

Databases remember more than their rows. PostgreSQL notes with each row which transaction wrote it and where it lies;
in a page of SQLite the newest row stands lowest, whatever its key. So the rows are written anew in random order.
What was overwritten stays for a while in SQLite's write-ahead log and in PostgreSQL's dead rows, the survey's key among
it: a job wipes both as soon as nobody reads them any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import literal_column, text, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from surveyapp.jobs import Job, Later, Running, defer
from surveyapp.responses.models import Response, Source

OF_SURVEY = "response_id IN (SELECT id FROM response WHERE survey_id = :survey)"
VOTED_ON = "SELECT id FROM proposal WHERE question_id IN ({})"
ASKED = "SELECT q.id FROM question q JOIN section s ON s.id = q.section_id WHERE s.survey_id = :survey"
REWRITTEN = {  # table: which of its rows; those that refer to others first
    "vote": OF_SURVEY,
    "proposal_flag": f"proposal_id IN ({VOTED_ON.format(ASKED)})",
    "answer": OF_SURVEY,
    "proposal": f"is_by_member AND question_id IN ({ASKED})",
    "response": "survey_id = :survey",
}
HOLD_SECRETS = ("survey", "invitation")  # rows whose secrets were erased
WIPE_AGAIN = 30.0  # seconds, while somebody still reads what is to be wiped
LOCK_MS = 1_000  # so long a wiping waits for a table; pages wait behind it


def seal(session: Session, survey_id: int) -> None:
    """Overwrite the keys of a closed survey's responses, write its rows anew in random order, have the rest wiped."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    noise = "replace(gen_random_uuid()::text || gen_random_uuid(), '-', '')" if is_postgresql else "hex(randomblob(32))"
    by_link = (Response.survey_id == survey_id, Response.source != Source.TAKEN_IN)
    session.execute(update(Response).where(*by_link).values(form_key=literal_column(noise)))
    rewrite = _rewrite_postgresql if is_postgresql else _rewrite_sqlite
    rewrite(session, survey_id)
    defer(session, "wipe_traces", key=f"wipe traces of survey {survey_id}", survey_id=survey_id)


def _rewrite_postgresql(session: Session, survey_id: int) -> None:
    """A row is taken out and put back in one statement, so what refers to it holds."""
    for table, condition in REWRITTEN.items():
        session.execute(
            text(
                f"WITH taken AS (DELETE FROM {table} WHERE {condition} RETURNING *) "  # noqa: S608 - names of our own
                f"INSERT INTO {table} SELECT * FROM taken ORDER BY gen_random_uuid()"
            ),
            {"survey": survey_id},
        )


def _rewrite_sqlite(session: Session, survey_id: int) -> None:
    """What refers to a row that is out for a moment is looked at when the transaction ends."""
    session.execute(text("PRAGMA defer_foreign_keys=ON"))
    survey = {"survey": survey_id}
    for table, condition in REWRITTEN.items():
        session.execute(
            text(f"CREATE TEMP TABLE taken AS SELECT * FROM {table} WHERE {condition}"),  # noqa: S608 - as above
            survey,
        )
        session.execute(text(f"DELETE FROM {table} WHERE {condition}"), survey)  # noqa: S608 - as above
        session.execute(text(f"INSERT INTO {table} SELECT * FROM temp.taken ORDER BY random()"))  # noqa: S608 - as above
        session.execute(text("DROP TABLE temp.taken"))


def wipe_traces(running: Running, survey_id: int) -> None:
    """Wipe what the database still holds of rows that were overwritten when the survey was closed.

    SQLite moves its write-ahead log into the file, where what was deleted is zeros, and cuts it off. PostgreSQL writes
    the tables anew, without dead rows; that holds them for as long as it takes, and waits for no one who holds them.
    """
    engine: Engine = running.sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        with _outside_transactions(engine) as connection:
            is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if is_busy:
            raise Later(WIPE_AGAIN)
        return
    with running.sessions.begin() as session:
        closed_at = session.get_one(Job, running.job_id).queued_at
    with _outside_transactions(engine) as connection:
        earlier = sa.text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < :closed_at"
        )
        if connection.scalar(earlier, {"closed_at": closed_at}):
            raise Later(WIPE_AGAIN)  # to them the dead rows are alive
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MS}")
        try:
            for table in (*HOLD_SECRETS, *REWRITTEN):
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        except OperationalError:
            raise Later(WIPE_AGAIN) from None
        finally:
            connection.exec_driver_sql("RESET lock_timeout")


@contextmanager
def _outside_transactions(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements stand alone; on SQLite the engine's BEGIN is ended first."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("BEGIN")
