"""What all tests share: a migrated database on each engine, an application on it, somebody signed in."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import create_app, db, schema, settings
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.tables import Base
from tests.factories import PASSWORD, SECRET_KEY, make_community, make_user
from tests.once import compiled_once

POSTGRES = os.environ.get("SURVEYAPP_TEST_POSTGRES", "")
BACKENDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[
            pytest.mark.postgres,
            pytest.mark.skipif(
                not POSTGRES, reason="SURVEYAPP_TEST_POSTGRES names no server: the PostgreSQL half is not run"
            ),
        ],
    ),
]
SignInAs = Callable[[User], FlaskClient]
MEMORY = Path("/dev/shm")
ROOM = 2 << 30  # bytes
if (
    MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
):  # the thousands of commits of tests wait for no disk there
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # how pytest is told where its temporary folders are


def pytest_collection_finish() -> None:
    """Let looking for garbage leave out what all tests share: a million objects that stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def nothing_compiled_twice() -> Iterator[None]:
    """Templates, addresses and statements are compiled once in a process."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has all migrations, to be copied."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    engine = db.make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


def administer(statement: str) -> None:
    """Run a statement on the PostgreSQL server that no transaction may hold."""
    engine = sa.create_engine(make_url(POSTGRES).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def postgres_url(name: str) -> str:
    """The address of the database *name* on the server of the tests."""
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """The name of a database that has all migrations, to be copied."""
    name = f"surveyapp_template_{uuid4().hex[:12]}"
    administer(f"CREATE DATABASE {name}")
    engine = db.make_engine(postgres_url(name))
    schema.upgrade(engine)
    engine.dispose()
    yield name
    administer(f"DROP DATABASE {name} WITH (FORCE)")


EMPTY = """
DO $$
DECLARE
  guards text[] := ARRAY(SELECT format('ALTER TABLE %s %%s TRIGGER %I', tgrelid::regclass, tgname)
                         FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal);
  guard text;
  name text;
BEGIN
  FOREACH guard IN ARRAY guards LOOP EXECUTE format(guard, 'DISABLE'); END LOOP;
  FOREACH name IN ARRAY string_to_array('{tables}', ' ') LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
  FOREACH guard IN ARRAY guards LOOP EXECUTE format(guard, 'ENABLE ALWAYS'); END LOOP;
  PERFORM setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$""".replace("{tables}", " ".join(table.name for table in reversed(Base.metadata.sorted_tables)))
"""Rows are deleted, those first that lead to others: TRUNCATE, which makes each table anew, takes ten times as long."""
SHAPE = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),
       (SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'),
       (SELECT string_agg(concat(tgname, tgenabled), ',' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal),
       (SELECT string_agg(md5(prosrc), ',' ORDER BY proname) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace),
       (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class PostgresOfTests:
    """One database that test after test finds empty: emptying one is many times quicker than making one."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.name = ""
        self.shape: object = None

    def ready(self) -> str:
        """The name of an empty database with all migrations."""
        if not self.name:
            self.name = f"surveyapp_test_{uuid4().hex[:12]}"
            administer(f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
            with self._connected() as connection:
                self.shape = connection.execute(SHAPE).fetchone()
        return self.name

    def clean(self) -> None:
        """Empty the database after a test; drop it if the test changed more than rows."""
        is_empty = False
        try:
            with self._connected() as connection:
                connection.execute(OTHERS)
                if self._is_as_it_was(connection):
                    connection.execute(EMPTY)
                    is_empty = True
        finally:  # whatever one test left behind, the next one finds nothing of it
            if not is_empty:
                self.drop()

    def _is_as_it_was(self, connection: "psycopg.Connection[Any]") -> bool:
        try:
            return connection.execute(SHAPE).fetchone() == self.shape
        except psycopg.errors.UndefinedTable:
            return False

    def drop(self) -> None:
        """Remove the database."""
        if self.name:
            administer(f"DROP DATABASE {self.name} WITH (FORCE)")
            self.name = ""

    def _connected(self) -> "psycopg.Connection[Any]":
        url = postgres_url(self.name).replace("+psycopg", "", 1)
        return psycopg.connect(url, autocommit=True, options="-c lock_timeout=10000")


@pytest.fixture(scope="session")
def postgres_of_tests(migrated_postgres: str) -> Iterator[PostgresOfTests]:
    """The database of this process's tests."""
    database = PostgresOfTests(migrated_postgres)
    yield database
    database.drop()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The engine a test runs on: every database test runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    if backend == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    database: PostgresOfTests = request.getfixturevalue("postgres_of_tests")
    yield postgres_url(database.ready())
    database.clean()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The application's own engine on the test's database."""
    engine = db.make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions on the test's database."""
    return db.session_factory(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session, rolled back at the end."""
    with sessions() as session:
        yield session


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on the test's database."""
    app = create_app(
        settings.load(
            tmp_path / "instance", environ={}, database_url=database_url, log_level="error", secret_key=SECRET_KEY
        )
    )
    app.testing = True
    yield app
    app.extensions["surveyapp"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts, in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignInAs:
    """Give a browser in which a user is signed in, through the form."""

    def signed_in(user: User) -> FlaskClient:
        client = app.test_client()
        answer = client.post(
            "/login", data={"email": user.email, "password": PASSWORD, "csrf_token": token_of(client, "/login")}
        )
        assert answer.status_code in (302, 303), answer.text
        return client

    return signed_in


def token_of(client: FlaskClient, path: str) -> str:
    """The token that the form on the page at *path* carries."""
    page = client.get(path).text
    start = page.index('name="csrf_token"')
    value = page.index('value="', start) + 7
    return page[value : page.index('"', value)]


@pytest.fixture
def community(session: Session) -> Community:
    """A community with a mission and three values."""
    return make_community(session)


@pytest.fixture
def manager(session: Session, community: Community) -> User:
    """A manager of the community."""
    return make_user(session, community=community, kind=RoleKind.MANAGER)
