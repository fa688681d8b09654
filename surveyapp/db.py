"""The database: how tables are declared, how connections are set up, how transactions begin.

SQLite and PostgreSQL run the same code. What differs stands here: SQLite gets the
packaged library, its pragmas and explicit BEGINs; PostgreSQL is asked whether it
keeps what it acknowledges.
"""

import enum
import os
import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from surveyapp.errors import Misconfigured

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "afs"}
WAL_IS_SAFE_FROM = (3, 51, 3)  # earlier libraries can corrupt a WAL database; 3.52.0 was withdrawn
BUSY_MS = 5_000
READ_ONLY = {"sqlite_begin": "DEFERRED", "postgresql_readonly": True}  # execution options of a session that only reads


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC. Naive datetimes are refused, so that no local time slips in."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back with its time zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def by_value(kind: type[enum.Enum], name: str | None = None) -> sa.Enum:
    """An enum stored by its values, as text with a check (called *name*), so that the database refuses any other."""
    return sa.Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        name=name or kind.__name__.lower(),
        length=20,
    )


class Base(DeclarativeBase):
    """What all tables have in common: strict types on SQLite, named constraints, UTC times."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: sa.JSON(), list[Any]: sa.JSON()}
    __table_args__: Any = {"sqlite_strict": True}


# STRICT tables know five types. These are the names under which SQLite stores ours.
def _store_as(name: str, *kinds: type[sa.types.TypeEngine[Any]]) -> None:
    for kind in kinds:
        compiles(kind, "sqlite")(lambda type_, compiler, **kw: name)


_store_as("TEXT", sa.String, sa.Text, sa.Enum, sa.DateTime, sa.Date, sa.JSON)
_store_as("INTEGER", sa.Boolean, sa.BigInteger)
_store_as("REAL", sa.Float, sa.Double)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def make_engine(url: str) -> Engine:
    """Connect to the database at *url*, and refuse one that would break a promise (P1e).

    Raises:
        Misconfigured: If the file system, the library or the server cannot keep what it acknowledges.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5},
    )
    with engine.connect() as connection:
        names = ("fsync", "full_page_writes", "synchronous_commit")
        off = [name for name in names if connection.scalar(sa.text(f"SHOW {name}")) == "off"]
    if off:
        engine.dispose()
        raise Misconfigured(f"PostgreSQL runs with {off[0]} off: an accepted answer could be lost. Turn it on.")
    return engine


def _sqlite_engine(url: URL) -> Engine:
    import pysqlite3

    from surveyapp.turns import taking_turns

    if url.database:
        refuse_network_file_system(Path(url.database))
    own = {"timeout": BUSY_MS / 1000, "factory": taking_turns(BUSY_MS / 1000)}
    engine = sa.create_engine(url, module=pysqlite3, hide_parameters=True, connect_args=own)
    journal = journal_for(pysqlite3.sqlite_version_info)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the "begin" event below sends BEGIN
        for pragma in (
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "recursive_triggers=ON",  # else REPLACE deletes without the triggers that guard the mission
            "secure_delete=ON",
            "trusted_schema=OFF",
            "mmap_size=0",
            "temp_store=MEMORY",
            *journal,
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        query_only = "OFF" if mode == "IMMEDIATE" else "ON"
        if connection.info.get("query_only") != query_only:  # else the last transaction of this connection left it so
            connection.exec_driver_sql(f"PRAGMA query_only={query_only}")
            connection.info["query_only"] = query_only
        if mode == "IMMEDIATE":
            try:
                cast(Any, connection.connection.dbapi_connection).take_turn()
            except pysqlite3.OperationalError as error:
                raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error, hide_parameters=True) from error
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def journal_for(version: tuple[int, ...]) -> tuple[str, str]:
    """The journal pragmas with which this SQLite library loses nothing it acknowledged."""
    if version >= WAL_IS_SAFE_FROM and version[:3] != (3, 52, 0):
        return "journal_mode=WAL", "synchronous=FULL"
    return "journal_mode=DELETE", "synchronous=EXTRA"


def refuse_network_file_system(path: Path, mounts: str = "/proc/self/mounts") -> None:
    """SQLite's locks do not hold on network file systems.

    Raises:
        Misconfigured: If *path* lies on one.
    """
    folder = os.path.realpath(path.parent)
    try:
        with open(mounts, encoding="utf-8") as file:
            fields = [[_unescaped(field) for field in line.split()] for line in file]
    except OSError:
        return  # not Linux: nothing to ask
    below = [(len(f[1]), f[2]) for f in fields if folder == f[1] or folder.startswith(f[1].rstrip("/") + "/")]
    if below and max(below)[1] in NETWORK_FILE_SYSTEMS:
        raise Misconfigured(
            f"{folder} lies on a network file system, where SQLite's locks do not hold. "
            "Keep the instance folder on a local disk, or use PostgreSQL."
        )


def _unescaped(field: str) -> str:
    """A field of the list of mounts, in which blanks and the like stand as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose transactions may write: on SQLite they take the write lock when they begin."""
    return sessionmaker(engine, expire_on_commit=False)


def reading(factory: sessionmaker[Session]) -> Session:
    """A session that only reads, and so never waits for a writer; the database refuses what would write."""
    return factory(bind=_read_only(factory.kw["bind"]))


@lru_cache(maxsize=4)
def _read_only(engine: Engine) -> Engine:
    return engine.execution_options(**READ_ONLY)
