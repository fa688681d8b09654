"""Threads of one process take turns at writing, and nobody keeps the turn."""

import threading
import time
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from surveyapp.turns import taking_turns

SECONDS = 1.0


@pytest.fixture
def connect(tmp_path: Path) -> Any:
    """Make connections to one database that take turns."""
    kind = taking_turns(SECONDS)

    def connect() -> Any:
        return pysqlite3.connect(
            str(tmp_path / "turns.db"), isolation_level=None, check_same_thread=False, factory=kind, timeout=SECONDS
        )

    return connect


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_whoever_ends_a_transaction_lets_the_next_one_write(connect: Any, end: str) -> None:
    first, second = connect(), connect()
    first.take_turn()
    first.execute("BEGIN IMMEDIATE")
    taken = threading.Event()

    def wait() -> None:
        second.take_turn()
        taken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not taken.wait(0.1)
    getattr(first, end)()
    assert taken.wait(SECONDS)
    thread.join()


def test_whoever_waits_in_vain_says_so_as_sqlite_does(connect: Any) -> None:
    first, second = connect(), connect()
    first.take_turn()
    with pytest.raises(pysqlite3.OperationalError, match="database is locked"):
        second.take_turn()
    second.rollback()  # as the pool does: the turn is still the first one's
    with pytest.raises(pysqlite3.OperationalError, match="database is locked"):
        second.take_turn()


def test_waiting_in_line_and_for_other_processes_is_no_longer_than_either(connect: Any, tmp_path: Path) -> None:
    """P4b: what waits behind something that waits gives up when its own time is over."""
    other = pysqlite3.connect(str(tmp_path / "turns.db"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waited: list[float] = []

    def write() -> None:
        connection, began = connect(), time.monotonic()
        try:
            connection.take_turn()
            connection.execute("BEGIN IMMEDIATE")
        except pysqlite3.OperationalError:
            waited.append(time.monotonic() - began)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(SECONDS / 4)
    for thread in threads:
        thread.join()
    other.execute("ROLLBACK")
    other.close()
    assert len(waited) == 3
    assert max(waited) < 1.5 * SECONDS


def test_a_turn_ends_where_the_transaction_cannot_begin(backend: str, engine: Engine) -> None:
    """Another process holds the lock for too long: what comes later does not wait for whoever gave up."""
    if backend != "sqlite":
        pytest.skip("PostgreSQL has no lock on the whole database")
    holder = pysqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OperationalError), engine.begin():
        pass
    holder.execute("ROLLBACK")
    holder.close()
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
