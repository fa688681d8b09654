"""Bring a database to the schema this version needs: Alembic, configured in code.

An upgrade is one transaction on both databases: it happens as a whole or not at all. On
SQLite foreign keys are off while tables are rebuilt, and checked before the commit.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
UPGRADE_LOCK = 7_503  # advisory lock: of many machines that start at once, one upgrades


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; ``migrations/env.py`` finds the *connection* in its attributes."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The newest revision there is."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def current(engine: Engine) -> str | None:
    """The revision a database is at; None for an empty one."""
    with engine.execution_options(sqlite_begin="DEFERRED").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to *revision*; do nothing if it is there."""
    _migrate(engine, lambda made: command.upgrade(made, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to *revision*; data that only newer tables hold is lost."""
    _migrate(engine, lambda made: command.downgrade(made, revision))


def _migrate(engine: Engine, step: Callable[[Config], None]) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            step(config(connection))
            connection.commit()
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")  # before BEGIN: inside a transaction the pragma does nothing
        try:
            with connection.begin():
                step(config(connection))
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"The migration would break {len(broken)} references; nothing was changed.")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
