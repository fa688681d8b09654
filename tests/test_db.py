"""The database is set up to keep what it acknowledges, and refuses to start where it could not (P1e)"""

import enum
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pysqlite3
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
from surveyapp.communities.models import Community
from surveyapp.db import UtcTime, journal_for, make_engine, reading, refuse_network_file_system, session_factory
from surveyapp.errors import Misconfigured
from surveyapp.tables import Base


@pytest.fixture
def sqlite(tmp_path: Path) -> Engine:
    return make_engine(f"sqlite:///{tmp_path / 'a.db'}")


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_each_connection_to_sqlite_has_the_pragmas_that_the_promises_need(sqlite: Engine) -> None:
    expected = {
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "mmap_size": 0,
        "temp_store": 2,
        "journal_mode": "wal",
        "synchronous": 2,
    }
    assert {name: pragma(sqlite, name) for name in expected} == expected


def test_p1e_the_library_is_one_whose_wal_is_safe(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    assert tuple(map(int, str(version).split("."))) >= (3, 51, 3)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 52, 0), (3, 7, 0)])
def test_p1e_an_older_library_gets_the_slow_and_safe_journal(version: tuple[int, int, int]) -> None:
    assert journal_for(version) == ("journal_mode=DELETE", "synchronous=EXTRA")


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 52, 1), (3, 53, 4), (4, 0, 0)])
def test_a_safe_library_gets_the_fast_and_safe_journal(version: tuple[int, int, int]) -> None:
    assert journal_for(version) == ("journal_mode=WAL", "synchronous=FULL")


def test_p1e_a_network_file_system_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/share nfs4 rw 0 0\n/dev/sdb {tmp_path}/share/own ext4 rw 0 0\n"
    )
    for folder in ("share", "share/own", "shared", "local"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for name in ("share/a.db", "share/./a.db", "local/../share/a.db"):
        with pytest.raises(Misconfigured, match="network file system"):
            refuse_network_file_system(tmp_path / name, str(mounts))
    for name in ("share/own/a.db", "shared/a.db", "local/a.db"):
        refuse_network_file_system(tmp_path / name, str(mounts))


def test_p1e_a_network_file_system_with_a_blank_in_its_name_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/our\\040share nfs rw 0 0\n")
    (tmp_path / "our share").mkdir()
    with pytest.raises(Misconfigured, match="network file system"):
        refuse_network_file_system(tmp_path / "our share" / "a.db", str(mounts))


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["synchronous_commit"])
def test_p1e_a_server_that_may_lose_what_it_acknowledged_is_refused(
    name: str, backend: str, database_url: str, engine: Engine
) -> None:
    if backend != "postgresql":
        pytest.skip("a setting of PostgreSQL")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET {name} = off')
    with pytest.raises(Misconfigured, match=f"{name} off"):
        make_engine(database_url)


def test_a_session_that_may_write_holds_the_write_lock_from_its_beginning(sqlite: Engine) -> None:
    schema.upgrade(sqlite)
    factory = session_factory(sqlite)
    other = pysqlite3.connect(str(sqlite.url.database), timeout=0, isolation_level=None)
    with factory() as first:
        first.execute(sa.select(Community.id))
        with pytest.raises(pysqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_read_then_write_by_many_at_once_never_meets_a_lock(sqlite: Engine) -> None:
    with sqlite.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER) STRICT")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")
    problems: list[Exception] = []

    def add() -> None:
        try:
            for _ in range(10):
                with sqlite.begin() as connection:
                    n = connection.exec_driver_sql("SELECT n FROM counter").scalar()
                    connection.execute(sa.text("UPDATE counter SET n = :n"), {"n": (n or 0) + 1})
        except DBAPIError as error:
            problems.append(error)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with sqlite.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counter").scalar() == 60


def test_p7c_a_reading_session_cannot_write_and_the_next_one_can(
    sessions: sessionmaker[Session], community: Community
) -> None:
    with reading(sessions) as reader, pytest.raises(DBAPIError, match=r"read-?only"):
        reader.execute(sa.update(Community).values(name="Other"))
    with sessions.begin() as writer:
        writer.execute(sa.update(Community).values(name="Other"))
    with reading(sessions) as reader:
        assert reader.scalar(sa.select(Community.name)) == "Other"


def test_who_reads_does_not_wait_for_who_writes(sessions: sessionmaker[Session], community: Community) -> None:
    with sessions() as writer, reading(sessions) as reader:
        writer.execute(sa.update(Community).values(name="Other"))
        assert reader.scalar(sa.select(Community.name)) == community.name
        writer.rollback()


def test_a_rolled_back_transaction_leaves_nothing(sessions: sessionmaker[Session], community: Community) -> None:
    with sessions() as session:
        session.execute(sa.update(Community).values(name="Other"))
        session.rollback()
    with sessions() as session:
        assert session.scalar(sa.select(Community.name)) == community.name


def test_a_moment_is_stored_in_utc_and_one_without_a_zone_is_refused(session: Session) -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    stored = session.scalar(sa.select(sa.literal(moment, UtcTime())))
    assert stored == moment
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="needs a time zone"):
        session.scalar(sa.select(sa.literal(datetime(2026, 3, 1), UtcTime())))  # noqa: DTZ001 - that it is refused is the point
    assert db.now().tzinfo is UTC


def test_all_tables_are_strict_on_sqlite() -> None:
    loose = [table.name for table in Base.metadata.tables.values() if not table.dialect_options["sqlite"]["strict"]]
    assert loose == []


def test_an_enum_takes_its_values_alone(session: Session, community: Community) -> None:
    class Colour(enum.Enum):
        RED = "red"

    assert db.by_value(Colour).enums == ["red"]
    with pytest.raises(DBAPIError):
        session.execute(
            sa.text("INSERT INTO role (community_id, user_id, kind) VALUES (:id, 1, 'owner')"), {"id": community.id}
        )
