"""Triggers by which the database itself keeps a promise; migrations set them up and take them down.

On SQLite REPLACE deletes without delete triggers unless recursive triggers are on, and any
connection may turn them off: a guard before INSERT closes that way too. On PostgreSQL the
guards hold for replicas (ENABLE ALWAYS) and for TRUNCATE. Names are constants of our own.
"""

from alembic import op


def refuse_change(table: str) -> None:
    """Let the rows of *table* be neither changed nor deleted."""
    message = f"{table} rows are never changed"
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    for name, verbs, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{name} BEFORE {verbs} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_is_fixed()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuses_{name}")


def allow_change(table: str) -> None:
    """Take down what refuse_change() set up."""
    if _is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuses_{verb}")
        return
    for name in ("change", "truncate"):
        op.execute(f"DROP TRIGGER {table}_refuses_{name} ON {table}")
    op.execute(f"DROP FUNCTION {table}_is_fixed()")


def refuse_second_row(table: str, key: str) -> None:
    """Let there be one row per *key* of *table* also where an INSERT would replace it (REPLACE, UPSERT)."""
    message = f"{table} rows are never replaced"
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_refuses_second BEFORE INSERT ON {table} "  # noqa: S608 - names of our own
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_single() RETURNS trigger LANGUAGE plpgsql AS "  # noqa: S608 - names of our own
        f"$$BEGIN IF EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END$$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses_second BEFORE INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_single()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuses_second")


def allow_second_row(table: str) -> None:
    """Take down what refuse_second_row() set up."""
    if _is_sqlite():
        op.execute(f"DROP TRIGGER {table}_refuses_second")
        return
    op.execute(f"DROP TRIGGER {table}_refuses_second ON {table}")
    op.execute(f"DROP FUNCTION {table}_is_single()")


PROMISED = ("anonymity", "smallest_group", "quote_group", "community_id")  # to members before they answer


def keep_promise() -> None:
    """Let a survey that was opened keep what members read of it, and an anonymous response name nobody (R6, R7)."""
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in PROMISED)
    _refuse_when(
        "survey_keeps_its_promise",
        "UPDATE",
        f"OLD.state <> 'draft' AND ({changed} OR NEW.state = 'draft')",
        "what was promised at opening is kept",
    )
    anonymous = "(SELECT anonymity FROM survey WHERE id = NEW.survey_id) = 'anonymous'"
    for verb in ("INSERT", "UPDATE"):
        _refuse_when(
            "response_keeps_its_promise",
            verb,
            f"NEW.member_id IS NOT NULL AND {anonymous}",
            "an anonymous response names nobody",
        )


def release_promise() -> None:
    """Take down what keep_promise() set up."""
    _allow_again("keeps_its_promise")


def keep_notes_apart() -> None:
    """Let notes of conversations and members' answers never stand in one survey (SPEC section 4)."""
    _refuse_when(
        "survey_keeps_notes_apart",
        "UPDATE",
        "OLD.state <> 'draft' AND NEW.is_of_notes <> OLD.is_of_notes",
        "an open survey stays one of notes, or of answers",
    )
    is_of_notes = "(SELECT is_of_notes FROM survey WHERE id = NEW.survey_id)"
    for verb in ("INSERT", "UPDATE"):
        _refuse_when(
            "response_keeps_notes_apart",
            verb,
            f"(NEW.source = 'conversation') <> {is_of_notes}",
            "notes and answers of members are kept apart",
        )


def let_notes_mix() -> None:
    """Take down what keep_notes_apart() set up."""
    _allow_again("keeps_notes_apart")


def _allow_again(what: str) -> None:
    for table, verb in (("survey", "update"), ("response", "insert"), ("response", "update")):
        name = f"{table}_{what}_at_{verb}"
        op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP TRIGGER {name} ON {table}")
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")


READ_OF_A_SURVEY = {  # what members read of it besides the survey itself: how a changed row leads to the survey
    "section": "id = {row}.survey_id",
    "question": "id = (SELECT survey_id FROM section WHERE id = {row}.section_id)",
    "translation": "id = {row}.survey_id",
    "community": "community_id = {row}.id",
    "mission": "community_id = {row}.community_id",
}


def count_revisions() -> None:
    """Let the revision of a survey grow with every change of what members read of it."""
    for table, leads_to in READ_OF_A_SURVEY.items():
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            grow = f"UPDATE survey SET revision = revision + 1 WHERE {leads_to.format(row=row)}"  # noqa: S608 - names of our own
            _after(table, verb, grow)
    if _is_sqlite():
        op.execute(
            "CREATE TRIGGER survey_counts_revisions_at_update AFTER UPDATE ON survey WHEN NEW.revision = OLD.revision "
            "BEGIN UPDATE survey SET revision = OLD.revision + 1 WHERE id = NEW.id; END"
        )
        return
    op.execute(
        "CREATE FUNCTION survey_counts_revisions_at_update() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN IF NEW.revision = OLD.revision THEN NEW.revision := OLD.revision + 1; END IF; RETURN NEW; END$$"
    )
    op.execute(
        "CREATE TRIGGER survey_counts_revisions_at_update BEFORE UPDATE ON survey "
        "FOR EACH ROW EXECUTE FUNCTION survey_counts_revisions_at_update()"
    )


def stop_counting_revisions() -> None:
    """Take down what count_revisions() set up."""
    names = [
        (table, f"{table}_counts_revisions_at_{verb}")
        for table in READ_OF_A_SURVEY
        for verb in ("insert", "update", "delete")
    ]
    for table, name in [*names, ("survey", "survey_counts_revisions_at_update")]:
        op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP TRIGGER {name} ON {table}")
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")


def _after(table: str, verb: str, statement: str) -> None:
    name = f"{table}_counts_revisions_at_{verb.lower()}"
    if _is_sqlite():
        op.execute(f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN {statement}; END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {statement}; RETURN NULL; END$$")
    op.execute(f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _refuse_when(what: str, verb: str, condition: str, message: str) -> None:
    """Refuse a change of a table's rows; *what* begins with its name: ``survey_keeps_its_promise``."""
    table, name = what.partition("_")[0], f"{what}_at_{verb.lower()}"
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END$$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
