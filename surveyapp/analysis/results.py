"""What goes into an analysis and what comes out: the records that the rest of the application knows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from typing import Any

from surveyapp.analysis.vector_kinds import STATIC

DIGITS = 4
"""Decimal places of shares, cosines and tones in the JSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One free-text answer."""

    row: int
    """Data row, from 0."""
    column: str
    person: str
    """Tells respondents apart."""
    text: str
    may_quote: bool = True
    """Whether its words may stand as a title or a quote; it counts in any case."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen about an analysis."""

    vectors: str = STATIC
    """`static`, or `hybrid` where the sentence model is installed."""
    whole_rows: bool = False
    """Do not split answers into statements."""
    question: str = ""
    """What was asked: its words weigh nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One idea of one answer: `text` is the answer from `start` to `end`."""

    row: int
    column: str
    person: str
    start: int
    end: int
    text: str
    theme: int | None
    """Id of its theme (one without a parent); None where it says nothing or cannot be placed."""
    fit: float | None
    """Cosine to the middle of the theme."""
    polarity: float
    subjectivity: float
    tone: str
    kind: str
    subtheme: int | None = None
    """Id of its sub-theme, where the theme has any."""
    weak: bool = False
    """A weak fit: it is like few other statements, counts in its theme, and hardly speaks for it."""
    may_quote: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement that speaks for a theme, verbatim."""

    row: int
    text: str
    column: str
    person: str


@dataclass(frozen=True, slots=True)
class Opposite:
    """What the other side says, in a theme that holds both sides of a question."""

    row: int
    text: str
    share: float
    """Of the different texts about what the title is about, as far as their words tell which side they are on."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Statements that say the same thing, and how many people said it."""

    id: int
    title: str
    keywords: tuple[str, ...]
    people: int
    """Different people with at least one statement in it."""
    share: float
    """Of all people who gave an answer; `low` and `high` are the 95 % interval."""
    low: float
    high: float
    polarity: float | None
    """Mean over its statements that could be scored, with the 95 % interval; None where none could."""
    polarity_low: float | None
    polarity_high: float | None
    positive: int
    neutral: int
    negative: int
    mixed: int
    unscored: int
    """The five counts together are its statements."""
    stability: float | None
    """Of the times that texts are grouped again without a fifth of them, the share in which two of its texts stay
    together, 0 to 1: mean over all pairs; None where that cannot be said."""
    quotes: tuple[Quote, ...]
    parent: int | None
    """The theme it is a part of; None for a theme of its own."""
    goal: str | None = None
    """A goal sentence that could be made of the title: proposed, not decided; None where grammar is not sure."""
    opposite: Opposite | None = None
    is_mixed: bool = False
    """Its statements are of many kinds: the title speaks for the largest part of them."""


@dataclass(frozen=True)
class Analysis:
    """Everything that was found in a set of answers, and how."""

    settings: Settings
    rows: int
    people: int
    """Different people who gave an answer that is not blank."""
    statements: tuple[Statement, ...]
    themes: tuple[Theme, ...]
    """Themes by people, most first, then their sub-themes."""
    no_answer: int
    """Statements that say nothing."""
    seconds: dict[str, float] = field(compare=False)
    versions: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The result as plain dictionaries, lists, texts and numbers; of people only how many there are."""
        return self._without_statements() | {"statements": [_told_of(statement) for statement in self.statements]}

    def json_pieces(self, settings: Mapping[str, Any]) -> Iterator[str]:
        """The same as a JSON document, a piece at a time: that of a million statements has hundreds of megabytes.

        Args:
            settings: What else is to be told among the settings.
        """
        found = self._without_statements()
        found["run"]["settings"] |= settings
        head = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
        yield head.removesuffix("\n}") + ',\n "statements": ['
        encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        for first in range(0, len(self.statements), PIECE):
            lines = [encoded(_told_of(statement)) for statement in self.statements[first : first + PIECE]]
            yield (",\n  " if first else "\n  ") + ",\n  ".join(lines)
        yield "\n ]\n}\n"

    def _without_statements(self) -> dict[str, Any]:
        return {
            "run": {
                "version": self.versions["analysis"],
                "settings": asdict(self.settings),
                "rows": self.rows,
                "people": self.people,
                "statements": len(self.statements),
                "no_answer": self.no_answer,
                "seconds": {step: round(seconds, 3) for step, seconds in self.seconds.items()},
                "versions": self.versions,
            },
            "themes": [_rounded(asdict(theme)) for theme in self.themes],
        }


PIECE = 1000
"""Statements that are put into words at a time."""
UNTOLD = {"person", "may_quote"}
_TOLD = [column.name for column in fields(Statement) if column.name not in UNTOLD]
_values_told = attrgetter(*_TOLD)


def _told_of(statement: Statement) -> dict[str, Any]:
    """A statement with broken numbers rounded and nothing that tells people apart."""
    return {
        name: round(value, DIGITS) if isinstance(value, float) else value
        for name, value in zip(_TOLD, _values_told(statement), strict=True)
    }


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    """The record, and records within it, with broken numbers rounded and nothing that tells people apart."""
    return {name: _told(value) for name, value in record.items() if name not in UNTOLD}


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return _rounded(value)
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value
