"""Models and migrations agree on both databases, and migrations go up, down and up again, with data (P21a)."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from surveyapp import schema
from surveyapp.tables import Base
from tests.factories import make_community, make_user


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def table_definitions(engine: Engine) -> dict[str, str]:
    """The SQL of each table as SQLite keeps it, white space apart."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if name != "alembic_version"}


def test_models_and_migrations_agree(engine: Engine) -> None:
    assert differences(engine) == []


def test_on_sqlite_migrations_make_the_very_tables_of_the_models(migrated_sqlite: object) -> None:
    from surveyapp import db

    migrated = db.make_engine(f"sqlite:///{migrated_sqlite}")
    fresh = db.make_engine("sqlite://")
    Base.metadata.create_all(fresh)

    def parts(sql: str) -> list[str]:
        head, _, body = sql.partition("(")
        inside, _, tail = body.rpartition(")")
        return [
            head.strip(),
            *sorted(part.strip() for part in inside.split(", ")),
            *sorted(tail.replace(",", " ").split()),
        ]

    assert {k: parts(v) for k, v in table_definitions(migrated).items()} == {
        k: parts(v) for k, v in table_definitions(fresh).items()
    }


def test_migrations_go_down_and_up_again(engine: Engine, session: Session) -> None:
    session.close()
    schema.downgrade(engine, "base")
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    assert differences(engine) == []


def test_rows_survive_the_migrations_above_them(engine: Engine, session: Session) -> None:
    community = make_community(session)
    user = make_user(session, community=community)
    session.close()
    schema.downgrade(engine, "0001")
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT words FROM mission")) == "Nobody in the valley grows old alone."
        assert connection.scalar(sa.text("SELECT email FROM user_account")) == user.email


def test_a_migration_that_fails_half_way_leaves_nothing_behind(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.close()
    schema.downgrade(engine, "0003")
    before = set(sa.inspect(engine).get_table_names())

    from alembic.operations import Operations

    real = Operations.create_table
    made: list[object] = []

    def break_after_two(self: Operations, *args: object, **kwargs: object) -> object:
        if len(made) == 2:
            raise RuntimeError("the power went")
        made.append(args)
        return real(self, *args, **kwargs)  # type: ignore[arg-type]  # handed through as it came

    monkeypatch.setattr(Operations, "create_table", break_after_two)
    with pytest.raises(RuntimeError, match="the power went"):
        schema.upgrade(engine)
    monkeypatch.undo()

    assert set(sa.inspect(engine).get_table_names()) == before
    schema.upgrade(engine)
    assert schema.current(engine) == schema.head()
