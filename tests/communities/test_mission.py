"""The mission never changes (R1, P11a): the database refuses it, and what its owner does is seen."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.communities.found import FOUNDED, altered_missions, mission_is_intact
from surveyapp.communities.models import Community, Mission
from tests.conftest import SignInAs

ALTERED = "The mission differs from the one that was founded"
ANYWHERE = (
    "UPDATE mission SET words = 'Other'",
    "UPDATE mission SET words = words || '!' WHERE community_id > 0",
    "UPDATE mission SET community_id = community_id + 1000",
    "DELETE FROM mission",
    "INSERT INTO mission (community_id, words) SELECT community_id, 'Other' FROM mission",
    "INSERT INTO mission (community_id, words) SELECT community_id, 'Other' FROM mission WHERE true "
    "ON CONFLICT (community_id) DO UPDATE SET words = excluded.words",
    "INSERT INTO mission (community_id, words) SELECT community_id, 'Other' FROM mission WHERE true "
    "ON CONFLICT DO NOTHING",
    "DELETE FROM community",
    "UPDATE community SET id = id + 1000",
)
SQLITE = (
    "REPLACE INTO mission SELECT community_id, 'Other' FROM mission",
    "INSERT OR REPLACE INTO mission SELECT community_id, 'Other' FROM mission",
    "INSERT OR IGNORE INTO mission SELECT community_id, 'Other' FROM mission",
    "UPDATE OR REPLACE mission SET words = 'Other'",
    "UPDATE OR REPLACE mission SET community_id = (SELECT min(community_id) FROM mission)",
    "UPDATE OR IGNORE mission SET words = 'Other'",
    "REPLACE INTO community (id, slug, name, about, contact, founded_at) "
    "SELECT id, slug, 'Other', about, contact, founded_at FROM community",
)
POSTGRES = (
    "TRUNCATE mission",
    "TRUNCATE community CASCADE",
    "MERGE INTO mission USING mission AS old ON mission.community_id = old.community_id "
    "WHEN MATCHED THEN UPDATE SET words = 'Other'",
    "WITH changed AS (UPDATE mission SET words = 'Other' RETURNING 1) SELECT count(*) FROM changed",
)
# What a connection may set for itself.
SQLITE_SETTINGS = ("", "PRAGMA recursive_triggers=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON")
POSTGRES_SETTINGS = ("", "SET session_replication_role = replica", "SET session_replication_role = local")


def attacks(backend: str) -> Iterator[tuple[str, str]]:
    own, settings = (SQLITE, SQLITE_SETTINGS) if backend == "sqlite" else (POSTGRES, POSTGRES_SETTINGS)
    yield from ((setting, statement) for setting in settings for statement in (*ANYWHERE, *own))


def missions(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM mission ORDER BY community_id"))]


def attack(engine: Engine, setting: str, statement: str) -> None:
    """Run a statement on a connection of the application's own, and commit it if the database lets it pass."""
    with engine.connect() as connection:
        try:
            if setting:
                connection.connection.cursor().execute(setting)
            connection.exec_driver_sql(statement)
            connection.commit()
        except (DBAPIError, InsufficientPrivilege):  # an ordinary role may not even set what the attack needs
            connection.rollback()
        connection.invalidate()  # with its settings


@pytest.fixture
def two(engine: Engine, session: Session, community: Community) -> None:
    """A second community, whose founding has no other rows, so that nothing else stands in an attack's way."""
    other = Community(slug="other", name="Other", founded_at=community.founded_at, mission=Mission(words="Be."))
    session.add(other)
    session.commit()


@pytest.mark.usefixtures("two")
def test_r1_no_statement_changes_a_mission_whatever_the_connection_sets(backend: str, engine: Engine) -> None:
    with engine.connect() as connection:
        before = missions(connection)
    tried = 0
    for setting, statement in attacks(backend):
        attack(engine, setting, statement)
        with engine.connect() as connection:
            assert missions(connection) == before, (setting, statement)
        tried += 1
    assert tried >= 36


def test_r1_the_database_says_why_it_refuses(engine: Engine, community: Community) -> None:
    for statement in ANYWHERE[:6]:
        with (
            engine.connect() as connection,
            pytest.raises(DBAPIError, match=r"mission rows are never (changed|replaced)"),
        ):
            connection.exec_driver_sql(statement)


def test_r1_no_change_of_an_object_reaches_the_mission(session: Session, community: Community) -> None:
    changes: dict[str, Callable[[], object]] = {
        "set": lambda: setattr(community.mission, "words", "Other"),
        "replace": lambda: setattr(community, "mission", Mission(words="Other")),
        "delete": lambda: session.delete(community.mission),
        "merge": lambda: session.merge(Mission(community_id=community.id, words="Other")),
        "update": lambda: session.execute(sa.update(Mission).values(words="Other")),
        "bulk delete": lambda: session.execute(sa.delete(Mission)),
    }
    words = session.scalar(sa.select(Mission.words))

    def make(change: Callable[[], object]) -> None:
        change()
        session.commit()

    for name, change in changes.items():
        with pytest.raises((DBAPIError, AssertionError)):  # SQLAlchemy itself refuses to blank out a primary key
            make(change)
        session.rollback()
        assert session.scalar(sa.select(Mission.words)) == words, name


def as_owner(engine: Engine, table: str, *statements: str) -> None:
    """Do what the owner of the file or the tables can: take the guards down first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            named = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
            for name in connection.scalars(named, {"table": table}).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.execute(sa.text(statement))


def test_a_mission_as_it_was_founded_is_intact(session: Session, community: Community, client: FlaskClient) -> None:
    assert mission_is_intact(session, community)
    assert altered_missions(session) == []
    session.commit()
    assert ALTERED not in client.get(f"/c/{community.slug}").text


def test_p11a_a_mission_that_the_databases_owner_changed_is_seen_on_every_page_that_shows_it(
    engine: Engine, community: Community, manager: User, sign_in: SignInAs
) -> None:
    as_owner(engine, "mission", "UPDATE mission SET words = 'Obey.'")
    browser = sign_in(manager)
    for path in (f"/c/{community.slug}", f"/c/{community.slug}/overview"):
        with capture_logs() as logs:
            page = browser.get(path)
        assert page.status_code == 200
        assert ALTERED in page.text
        assert [log["log_level"] for log in logs if log["event"] == "mission_altered"] == ["error"]


def test_p11a_who_forges_the_log_as_well_is_found_out(engine: Engine, session: Session, community: Community) -> None:
    forged = audit.fingerprint("Obey.")
    session.commit()
    as_owner(engine, "mission", "UPDATE mission SET words = 'Obey.'")
    as_owner(
        engine,
        "audit_entry",
        f"""UPDATE audit_entry SET details = '{{"mission": "{forged}"}}' WHERE action = '{FOUNDED}'""",
    )
    session.expire_all()
    assert not mission_is_intact(session, community)
    assert altered_missions(session) == [community.name]


def test_p11a_a_second_founding_in_the_log_counts_for_nothing(
    engine: Engine, session: Session, community: Community
) -> None:
    audit.record(session, FOUNDED, community_id=community.id, mission=audit.fingerprint("Obey."))
    session.commit()
    assert mission_is_intact(session, community)
    session.commit()
    as_owner(engine, "mission", "UPDATE mission SET words = 'Obey.'")
    session.expire_all()
    assert not mission_is_intact(session, community)


def test_r1_no_form_asks_for_the_mission_again(
    app: Flask, community: Community, manager: User, sign_in: SignInAs
) -> None:
    browser = sign_in(manager)
    for path in (f"/c/{community.slug}/overview", f"/c/{community.slug}"):
        assert 'name="mission"' not in browser.get(path).text
