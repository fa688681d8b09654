"""An attacker who has everything: the whole database of a closed anonymous survey, with what lies under its rows, the
installation's secret key, every mail that was sent with its personal link, and a list of who came in which order.

The attacker says whose each answer is, in as many ways as there are orders, hidden columns, transactions, shared
values and keys left behind. One guess of a whole order links one answer on average by chance alone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from surveyapp.db import Base
from surveyapp.responses.collect import code_of_link, fate_key_of, form_key_of
from surveyapp.responses.invite import secret_of

KEY_BYTES = 32
Guess = Mapping[int, str]
"""Per member, the response that is said to be theirs."""


@dataclass(frozen=True)
class Loot:
    """What the attacker knows beside the database."""

    survey_id: int
    came: Sequence[int]  # members, in the order in which they sent: from a camera at the door
    links: Mapping[int, str]  # secret of the personal link by member, from old mails
    secret_key: str


@dataclass
class Attacker:
    """Tries what there is; ``best`` tells which attack linked most."""

    engine: Engine
    loot: Loot
    raw: dict[str, bytes] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)  # that stand in the tables

    def __post_init__(self) -> None:
        self.raw = dict(self._raw_bytes())
        with self.engine.connect() as connection:
            one = {"survey": self.loot.survey_id}
            rows = connection.execute(
                sa.text("SELECT * FROM response WHERE survey_id = :survey ORDER BY id"), one
            ).mappings()
            self.responses = {str(row["id"]): dict(row) for row in rows}
            stored = connection.scalars(sa.text("SELECT answer_key FROM survey WHERE answer_key IS NOT NULL"))
            self.keys = {bytes(key) for key in stored}

    def attacks(self) -> Iterator[tuple[str, Guess]]:
        """Every guess, with its name."""
        yield from self._by_keys()
        yield from self._by_shared_values()
        orders = list(self._orders_of_members())
        tried = set()
        for name, order in self._orders_of_responses():
            own = tuple(response for response in dict.fromkeys(order) if response in self.responses)
            if len(own) < len(self.responses) // 2 or own in tried:
                continue
            tried.add(own)
            for whose, members in orders:
                yield f"{name} as {whose}", dict(zip(members, own, strict=False))
                yield f"{name} reversed as {whose}", dict(zip(members, reversed(own), strict=False))

    # orders

    def _orders_of_members(self) -> Iterator[tuple[str, Sequence[int]]]:
        yield "they came", self.loot.came
        there = set(self.loot.came)
        hidden = "ctid" if self._is_postgresql else "NULL"
        with self.engine.connect() as connection:
            for name, query in (
                ("number", "SELECT id FROM member ORDER BY id"),
                ("invited", "SELECT member_id FROM invitation ORDER BY id"),
                ("noted", f"SELECT member_id FROM participation ORDER BY noted_on, {hidden}, member_id"),
            ):
                members = [member for member in connection.scalars(sa.text(query)) if member in there]
                if len(members) == len(there):
                    yield name, members

    def _orders_of_responses(self) -> Iterator[tuple[str, Sequence[str]]]:
        hidden = ("xmin::text::bigint", "ctid", "xmax::text::bigint") if self._is_postgresql else ()
        with self.engine.connect() as connection:
            for table, column in self._tables_of("response"):
                yield f"{table} as it lies", self._column(connection, f"SELECT {column} FROM {table}")
                names = [one.name for one in Base.metadata.tables[table].columns]
                for order in (*names, *hidden):
                    by = (
                        f"CAST({table}.{order} AS text)"
                        if order in ("content", "marks", "ideas")
                        else f"{table}.{order}"
                    )
                    by = order if order in hidden else by
                    found = self._column(connection, f"SELECT {column} FROM {table} ORDER BY {by}, {column}")
                    yield f"{table} by {order}", found
            length = "SELECT response_id FROM answer GROUP BY response_id ORDER BY sum(length(CAST(content AS text)))"
            yield "length", self._column(connection, length)
        for place, content in self.raw.items():
            there = [one for one in self.responses if one.encode() in content]
            yield f"first in {place}", sorted(there, key=lambda one: content.find(one.encode()))
            yield f"last in {place}", sorted(there, key=lambda one: content.rfind(one.encode()))

    def _column(self, connection: sa.Connection, query: str) -> list[str]:
        return [str(value) for value in connection.scalars(sa.text(query))]

    # shared values

    def _by_shared_values(self) -> Iterator[tuple[str, Guess]]:
        """Values that stand with one response and one member only: a language, a transaction, a key."""
        with self.engine.connect() as connection:
            ours = self._values(connection, "response", set(self.responses))
            theirs = self._values(connection, "member", set(map(str, self.loot.came)))
        guess = {}
        for value in ours.keys() & theirs.keys():
            if len(ours[value]) == len(theirs[value]) == 1:
                guess[int(next(iter(theirs[value])))] = next(iter(ours[value]))
        yield "shared values", guess

    def _values(self, connection: sa.Connection, what: str, known: set[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        hidden = ", 'xmin ' || xmin::text" if self._is_postgresql else ""
        for table, column in self._tables_of(what):
            for whose, *values in connection.execute(sa.text(f"SELECT {column}, {table}.*{hidden} FROM {table}")):
                if str(whose) in known:
                    for value in values:
                        if isinstance(value, bytes) or len(str(value)) > 4:  # small numbers say nothing
                            found[str(value)].add(str(whose))
        return found

    # keys

    def _by_keys(self) -> Iterator[tuple[str, Guess]]:
        """Follow the links as their members would, with any key that lies about."""
        fates = {row["fate_key"]: response for response, row in self.responses.items()}
        forms = {row["form_key"]: response for response, row in self.responses.items()}
        secrets = self.loot.links
        some = [secrets[member] for member in self.loot.came[:3]]
        keys = self.keys | {self.loot.secret_key.encode(), hashlib.sha256(self.loot.secret_key.encode()).digest()}
        for content in self.raw.values():
            keys |= _windows(content)
        for key in keys:
            if any(fate_key_of(code_of_link(key, secret)) in fates for secret in some):
                guess = {}
                for member, secret in secrets.items():
                    code = code_of_link(key, secret)
                    found = fates.get(fate_key_of(code)) or forms.get(form_key_of(key, code))
                    if found:
                        guess[member] = found
                yield "a key left behind", guess
        direct = {}
        for member, secret in secrets.items():
            for code in (secret, secret_of(self.loot.secret_key, secret)):
                if found := fates.get(fate_key_of(code)) or fates.get(hashlib.sha256(code.encode()).hexdigest()):
                    direct[member] = found
        yield "hashes of links", direct

    # what lies under the rows

    @property
    def _is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def _raw_bytes(self) -> Iterator[tuple[str, bytes]]:
        if not self._is_postgresql:
            path = Path(str(self.engine.url.database))
            for one in sorted(path.parent.glob(f"{path.name}*")):
                yield one.name.removeprefix(path.stem), one.read_bytes()
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
                return  # the server's files are read by its superuser alone: where the tests are one, they are read
            connection.exec_driver_sql("CHECKPOINT")
            named = connection.execute(
                sa.text(
                    "SELECT relname, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class "
                    "WHERE relkind IN ('r', 'i', 't') AND pg_relation_filepath(oid) IS NOT NULL "
                    "AND (relnamespace = 'public'::regnamespace OR relname = 'pg_statistic' OR oid IN ("
                    "SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'public'::regnamespace))"
                )
            )
            for name, content in named:
                yield str(name), bytes(content)

    def _tables_of(self, what: str) -> list[tuple[str, str]]:
        """The tables that refer to one of *what*, with the column that does; its own first."""
        referring = [
            (table.name, column.name)
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if column.name == f"{what}_id"
        ]
        return [(what, "id"), *referring]


def _windows(content: bytes) -> set[bytes]:
    """Every 32 bytes in a row that could be a random key: text has no high bytes, what is empty has few kinds."""
    found = set()
    for chunk in content.split(b"\0\0\0\0"):
        for start in range(len(chunk) - KEY_BYTES + 1):
            window = chunk[start : start + KEY_BYTES]
            if not window.isascii() and len(set(window)) > 20:
                found.add(window)
    return found


def best(guesses: Iterator[tuple[str, Guess]], truth: Mapping[int, str]) -> tuple[int, str, int]:
    """How many answers the best attack links, its name, and how many attacks there were."""
    scores = [(sum(guess[member] == truth.get(member) for member in guess), name) for name, guess in guesses]
    return (*max(scores), len(scores))


def as_text(found: Any) -> str:
    """A figure to be printed."""
    linked, name, attacks = found
    return f"{linked} linked by the best of {attacks} attacks: {name}"
