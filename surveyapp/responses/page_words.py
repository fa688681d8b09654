"""What our own pages and mail say to members, in the languages of ``*_words.tsv``.

A survey's own words are its translations (surveys/translate.py).

The English words are the key. ``{}`` in them stands for a number or a day that the text has there, ``{name}`` for
something that is put in. Where the words depend on a number a cell has a form for each case, parted by `` | ``: see
FORM; the last English form is the key. What is not in the tables stays English, and is marked as such.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from surveyapp.surveys.languages import direction_of, first_direction
from surveyapp.surveys.translate import Spoken

TABLES = sorted(Path(__file__).parent.glob("*_words.tsv"))
HOLE = re.compile(r"U\+[0-9A-F]{4,6}|[0-9]{4}-[0-9]{2}-[0-9]{2}|\d+(?:[.,]\d+)*")
OURS = "en"
FORMS = " | "
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MARKS = {"de": (".", ","), "es": (".", ","), "fr": ("\u202f", ","), "ar": (",", ".")}
"""What parts the thousands of a number, and its decimals."""


def _arabic(number: float) -> int:
    if number in (1, 2):
        return int(number) - 1
    rest = number % 100
    return 2 if 3 <= rest <= 10 else 3 if 11 <= rest <= 99 else 4


FORM: Mapping[str, tuple[int, Callable[[float], int]]] = {
    "en": (2, lambda number: int(number != 1)),
    "de": (2, lambda number: int(number != 1)),
    "es": (2, lambda number: int(number != 1)),
    "fr": (2, lambda number: int(number >= 2)),
    "ar": (5, _arabic),  # one, two, a few, many, hundreds
}
"""How many forms a language has, and which of them a number takes (the rules of Unicode's CLDR)."""


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """The words by language, then by the English words."""
    found: dict[str, dict[str, str]] = {}
    for path in TABLES:
        languages, *rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
        for at, language in enumerate(languages):
            found.setdefault(language, {}).update((row[0].rpartition(FORMS)[2], row[at]) for row in rows)
    return found


@lru_cache(256)
def spoken_by_us(language: str) -> str | None:
    """The language of the tables that serves *language*: ``pt`` for ``pt-br``; None if none does."""
    known = table()
    return next((code for code in (language, language.partition("-")[0]) if code in known), None)


def said(words: str, language: str, **put_in: Any) -> str:
    """Words of ours in a language, else in English.

    Args:
        words: In English, as the tables have them.
        language: Of the page, like ``pt-br``: without words of its own it has those of ``pt``.
        **put_in: What stands for ``{name}`` in the words; the first number decides which form they take.
    """
    if isinstance(words, Spoken) or not words:
        return words
    code = spoken_by_us(language)
    if code is None:
        return Spoken(said(words, OURS, **put_in), OURS)
    if code == OURS and not put_in:
        return words
    here = table()[code]
    if words not in here and (found := HOLE.findall(words)) and (pattern := HOLE.sub("{}", words)) in here:
        read = [_read(hole) for hole in found]
        return _form(here[pattern], code, read).format(*(_put(one, code) for one in read))
    told = _fill(_form(here.get(words, words), code, put_in.values()), code, put_in)
    return told if words in here or code == OURS else Spoken(told, OURS)


def in_numbers(value: float, language: str) -> str:
    """A number as a language writes it, with no decimals that it does not need: 1,204 or 0.5."""
    written = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")
    thousands, decimal = MARKS.get(spoken_by_us(language) or OURS, (",", "."))
    return written.translate({ord(","): thousands, ord("."): decimal})


def in_days(day: date, language: str, *, is_dated: bool = False) -> str:
    """A day as a language writes it, with its weekday or, *is_dated*, its year; in digits if we do not speak it."""
    if spoken_by_us(language) is None:
        return day.isoformat()
    words = "{number} {month} {year}" if is_dated else "{weekday} {number} {month}"
    weekday, month = said(WEEKDAYS[day.weekday()], language), said(MONTHS[day.month - 1], language)
    return said(words, language, weekday=weekday, number=day.day, month=month, year=str(day.year))


def in_months(day: date, language: str) -> str:
    """The month of a day, with its year, as a language writes it: November 2026."""
    if spoken_by_us(language) is None:
        return f"{day:%Y-%m}"
    return said("{month} {year}", language, month=said(MONTHS[day.month - 1], language), year=str(day.year))


def isolated(words: str, language: str) -> str:
    """Words that are put into a text of a language: held together where they run the other way."""
    runs = first_direction(words)
    return f"\u2068{words}\u2069" if runs and runs != direction_of(language) else words


def _form(cell: str, code: str, values: Any) -> str:
    forms = cell.split(FORMS)
    if len(forms) == 1:
        return cell
    number = next((value for value in values if isinstance(value, int | float)), len(forms))
    return forms[min(FORM[code][1](number), len(forms) - 1)]


def _fill(words: str, code: str, put_in: Mapping[str, Any]) -> str:
    if not put_in:
        return words
    filled = {name: _put(value, code) for name, value in put_in.items()}
    has_marks = any(hasattr(value, "__html__") for value in filled.values())
    return Markup(escape(words)).format(**filled) if has_marks else words.format(**filled)  # noqa: S704 - escaped


def _put(value: Any, code: str) -> Any:
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, date):
        return in_days(value, code, is_dated=True)
    return in_numbers(value, code) if isinstance(value, int | float) else isolated(str(value), code)


def _read(hole: str) -> Any:
    """A number or a day as English words have it."""
    try:
        if hole.count("-") == 2:
            return date.fromisoformat(hole)
        number = float(hole.replace(",", ""))
    except ValueError:
        return hole
    return int(number) if number.is_integer() else number
