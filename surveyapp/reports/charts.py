"""Figures as people read them, on screen and on paper alike: signs, numbers, shortened words, axes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from math import ceil

from surveyapp.reports.parts import CandidateFigure

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
FIRST_STRONG, END_OF_ISOLATE = "\u2068", "\u2069"


def signed(x: float) -> str:
    """Write a net figure: "+12", "−5" or "0"."""
    whole = round(x)
    return f"+{whole}" if whole > 0 else f"\u2212{-whole}" if whole < 0 else "0"


def thousands(number: float) -> str:
    """Write a number with commas, without a fraction that says nothing: "12,400", "2.5"."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}".replace("-", "\u2212")


def day(when: date | None) -> str:
    """Write a date as "31 January 2026"; nothing for no date."""
    return f"{when.day} {when:%B %Y}" if when else ""


def axis_end(shares: Iterable[float], *, step: int = 5) -> int:
    """Give the end of a common axis in percent: a multiple of *step* that holds every share (0 to 1)."""
    return min(100, max(step, ceil(max(shares, default=0) * 100 / step - 1e-9) * step))


def plotted(candidate: CandidateFigure) -> dict[str, float]:
    """Give a candidate's share and tone in percent, as the chart macros of ``templates/_charts.html`` take them."""
    tone = candidate.tone
    return {
        "people": candidate.people or 0,
        "share": 100 * (candidate.share or 0),
        "lo": 100 * (candidate.low or 0),
        "hi": 100 * (candidate.high or 0),
        "posp": tone.posp if tone else 0,
        "neup": tone.neup if tone else 0,
        "negp": tone.negp if tone else 0,
    }


def visible(text: str) -> str:
    """Give the text without characters that have no shape, or that turn the direction of the words around it."""
    return _INVISIBLE.sub("", text)


def shortened(text: str, most: int) -> tuple[str, bool]:
    """Cut a text at a word, so that at most *most* characters stay.

    Returns:
        The text, and whether something is missing at its end.
    """
    text = " ".join(visible(text).split())
    if len(text) <= most:
        return text, False
    cut = text[:most]
    at = cut.rfind(" ")
    return (cut[:at] if at > most // 2 else cut).rstrip(" ,;:\u2013\u2014-"), True


def brief(text: str, most: int) -> str:
    """Give a title in one line of at most *most* characters, ending in "…" where it was cut."""
    words, is_cut = shortened(text, most)
    return f"{words}\u2026" if is_cut else words


def quoted(title: str, most: int = 70) -> str:
    """Put a title into a sentence: in quotation marks, and kept from turning the direction of the words around it."""
    return f"{FIRST_STRONG}\u201c{brief(title, most)}\u201d{END_OF_ISOLATE}"


def direction(text: str) -> str:
    """Tell whether a text runs "rtl" or "ltr": as its first letter does."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            break
    return "ltr"


def listed(words: list[str]) -> str:
    """Join words as a sentence does: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: "1 idea", "1,204 ideas"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
