"""The log is only ever added to, and a change in it shows (P11b)."""

import json
import random
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import audit
from surveyapp.audit import AuditEntry, first_broken, follows, record
from tests.factories import make_community, make_user

ENTRIES = 40
EDITS = 60


@pytest.fixture
def filled(session: Session) -> list[dict[str, Any]]:
    """A log with many entries of several kinds; gives its rows."""
    community, user = make_community(session), make_user(session)
    for number in range(ENTRIES):
        record(
            session,
            f"did thing {number % 5}",
            user_id=user.id if number % 3 else None,
            community_id=community.id if number % 2 else None,
            number=number,
            words="Grüße, 日本 “and” \\ / \u2028",
            share=number / 7,
        )
    session.commit()
    rows = [row._asdict() for row in session.execute(sa.select(AuditEntry.__table__).order_by(AuditEntry.sequence))]
    session.commit()
    return rows


def as_owner(engine: Engine, *statements: tuple[str, dict[str, Any]]) -> None:
    """Change the log as the owner of the file or of the table can."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for verb in ("update", "delete", "second"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entry_refuses_{verb}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        for statement, values in statements:
            connection.execute(sa.text(statement), values)


def test_a_log_that_nobody_touched_is_whole(session: Session, filled: list[dict[str, Any]]) -> None:
    assert len(filled) > ENTRIES
    assert [row["sequence"] for row in filled] == list(range(1, len(filled) + 1))
    assert first_broken(session) is None
    assert all(follows(session, entry) for entry in session.scalars(sa.select(AuditEntry)))


def test_an_empty_log_is_whole(session: Session) -> None:
    assert first_broken(session) is None


def test_p11b_the_database_refuses_to_change_the_log(
    backend: str, engine: Engine, filled: list[dict[str, Any]]
) -> None:
    attacks = [
        "UPDATE audit_entry SET action = 'did nothing'",
        "UPDATE audit_entry SET sequence = sequence + 1000",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE sequence = (SELECT max(sequence) FROM audit_entry)",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true "
        "ON CONFLICT (sequence) DO UPDATE SET action = 'x'",
    ]
    if backend == "sqlite":
        attacks += [
            "REPLACE INTO audit_entry SELECT * FROM audit_entry",
            "UPDATE OR REPLACE audit_entry SET action = 'x'",
        ]
    else:
        attacks += ["TRUNCATE audit_entry", "TRUNCATE community CASCADE"]
    settings = [
        "",
        "PRAGMA recursive_triggers=OFF" if backend == "sqlite" else "SET session_replication_role = replica",
    ]
    for setting in settings:
        for statement in attacks:
            with engine.connect() as connection:
                try:
                    connection.connection.cursor().execute(setting or "SELECT 1")
                except InsufficientPrivilege:  # an ordinary role may not set this at all
                    connection.rollback()
                with pytest.raises(DBAPIError):
                    connection.exec_driver_sql(statement)
                connection.rollback()
                connection.invalidate()
    with engine.connect() as connection:
        after = connection.execute(sa.select(AuditEntry.__table__).order_by(AuditEntry.sequence))
        assert [row._asdict() for row in after] == filled


def change_of(rows: list[dict[str, Any]], chance: random.Random) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """A random change to a log, as statements that make it."""
    row, other = chance.sample(rows[:-1], 2)
    where = {"sequence": row["sequence"]}
    kind = chance.choice(["action", "details", "user", "community", "at", "hash", "delete", "swap", "insert"])
    match kind:
        case "action":
            return kind, [("UPDATE audit_entry SET action = 'did nothing' WHERE sequence = :sequence", where)]
        case "details":
            details = json.dumps({**row["details"], "number": -1})
            return kind, [
                ("UPDATE audit_entry SET details = :details WHERE sequence = :sequence", {**where, "details": details})
            ]
        case "user":
            user = "1" if row["user_id"] is None else "NULL"
            return kind, [(f"UPDATE audit_entry SET user_id = {user} WHERE sequence = :sequence", where)]
        case "community":
            community = "1" if row["community_id"] is None else "NULL"
            return kind, [(f"UPDATE audit_entry SET community_id = {community} WHERE sequence = :sequence", where)]
        case "at":
            return kind, [
                ("UPDATE audit_entry SET at = '2001-01-01 00:00:00.000000' WHERE sequence = :sequence", where)
            ]
        case "hash":
            turned = ("1" if row["hash"][0] == "0" else "0") + row["hash"][1:]
            return kind, [("UPDATE audit_entry SET hash = :hash WHERE sequence = :sequence", {**where, "hash": turned})]
        case "delete":
            return kind, [("DELETE FROM audit_entry WHERE sequence = :sequence", where)]
        case "swap":
            first, second = row["sequence"], other["sequence"]
            steps = ((first, -1), (second, first), (-1, second))
            return kind, [
                ("UPDATE audit_entry SET sequence = :new WHERE sequence = :old", {"old": old, "new": new})
                for old, new in steps
            ]
        case _:
            moved = len(rows) + 1
            return kind, [
                (
                    "INSERT INTO audit_entry SELECT :moved, at, user_id, community_id, 'slipped in', details, hash "
                    "FROM audit_entry WHERE sequence = :sequence",
                    {**where, "moved": moved},
                )
            ]


def test_p11b_each_of_many_random_changes_by_the_owner_is_found(
    engine: Engine, sessions: sessionmaker[Session], filled: list[dict[str, Any]]
) -> None:
    as_owner(engine)
    chance = random.Random(11)
    seen = set()
    for _ in range(EDITS):
        kind, statements = change_of(filled, chance)
        seen.add(kind)
        with engine.connect() as connection:
            for statement, values in statements:
                connection.execute(sa.text(statement), values)
            with Session(connection) as session:
                assert first_broken(session) is not None, (kind, statements)
            connection.rollback()
    assert len(seen) == 9
    with sessions() as session:
        assert first_broken(session) is None


def test_p11b_the_first_entry_that_is_wrong_is_named(engine: Engine, session: Session, filled: object) -> None:
    as_owner(engine, ("UPDATE audit_entry SET action = 'x' WHERE sequence IN (7, 9)", {}))
    assert first_broken(session) == 7
    session.commit()
    as_owner(engine, ("DELETE FROM audit_entry WHERE sequence < 3", {}))
    session.expire_all()
    assert first_broken(session) == 1


def test_an_entry_lives_and_dies_with_its_transaction(session: Session) -> None:
    record(session, "did it")
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_who_is_logged_at_once_is_logged_one_after_the_other(sessions: sessionmaker[Session], session: Session) -> None:
    def add(number: int) -> None:
        with sessions.begin() as own:
            record(own, "did it at once", number=number)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 8
    assert first_broken(session) is None


def test_the_log_holds_no_mission_password_or_address(session: Session) -> None:
    community = make_community(session, mission="Nobody is alone.")
    user = make_user(session, community=community)
    content = json.dumps([[e.action, e.details] for e in session.scalars(sa.select(AuditEntry))])
    assert "alone" not in content
    assert user.email not in content
    assert audit.fingerprint("Nobody is alone.") in content
