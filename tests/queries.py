"""What is asked of the database, for tests that lists cost no more the longer they are."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The queries that are sent meanwhile."""
    queries: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("SELECT"):
            queries.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield queries
    sa.event.remove(engine, "before_cursor_execute", note)
