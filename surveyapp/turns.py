"""Connections to SQLite that take turns at writing, within one process.

SQLite lets one connection write at a time. Another one that wants to looks again and again, at growing intervals, and
may be overtaken meanwhile. Threads of one process can do better: they wait in line, and the next one is
woken at once. Between processes SQLite's own way stays.
"""

import threading
import time
from typing import Any

import pysqlite3


def taking_turns(seconds: float) -> type[Any]:
    """A class of connections of which one writes at a time.

    Args:
        seconds: How long each may wait, for the others of the process and for other processes together.
    """
    turn = threading.Lock()

    class Connection(pysqlite3.Connection):  # type: ignore[misc]  # the library has no types
        """A connection whose turn ends with its transaction."""

        has_turn = False

        def take_turn(self) -> None:
            """Wait until no other connection of this process writes.

            Raises:
                pysqlite3.OperationalError: Others wrote all the time.
            """
            until = time.monotonic() + seconds
            if not turn.acquire(timeout=seconds):
                raise pysqlite3.OperationalError("database is locked")
            self.has_turn = True
            rest = max(1, round(1000 * (until - time.monotonic())))  # for what other processes write
            self.execute(f"PRAGMA busy_timeout={rest}").close()

        def commit(self) -> None:
            """Commit, and let the next one write; if it fails, the turn ends with the rollback that follows."""
            super().commit()
            self._end_turn()

        def rollback(self) -> None:
            """Take all back, and let the next one write."""
            try:
                super().rollback()
            finally:
                self._end_turn()

        def close(self) -> None:
            """Close the connection, which takes back what is not committed."""
            try:
                super().close()
            finally:
                self._end_turn()

        def _end_turn(self) -> None:
            if self.has_turn:
                self.has_turn = False
                turn.release()

    return Connection
