"""What became of the themes of the last run: new, grown, shrunk, parted, joined; and is it time to group all anew?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from surveyapp.analysis.figures import wilson

GROWN_SO_MUCH = 4
"""Grouping everything anew is proposed when there are so many times the texts of when that was done last."""
LESS_STEADY = 0.1
"""It is proposed too when themes that went on come back so much less well than themes found anew."""

Trend = Literal["new", "grown", "shrunk", "steady"]


@dataclass(frozen=True)
class Change:
    """What is different about one theme since the last run; counts are of different texts."""

    theme: int
    trend: Trend
    """By its share of all texts: grown and shrunk only where the 95 % intervals of the two shares do not overlap."""
    before: int
    """Texts it had, with those of themes that have joined it since by people's decision."""
    after: int
    arrived: int
    """Of its texts, those that no run has seen before."""
    moved_in: int
    """Old texts that were in another theme."""
    moved_out: int
    """Old texts that are in another theme now."""
    parent: int | None
    """The theme it was a part of until now; it may itself have joined another by now."""
    parts: tuple[int, ...]
    """Themes that were a part of it until now."""
    joined: tuple[int, ...]
    """Themes of the last run that have become a part of it in this one."""


@dataclass(frozen=True)
class Advice:
    """Whether a manager should be asked to have everything grouped anew, and why: it is never done unasked."""

    reason: Literal["much_grown", "less_steady"] | None
    growth: float
    """Different texts now, as a multiple of those when all were grouped anew."""
    steady: float | None
    """Agreement of the themes with groupings of parts of the texts (adjusted mutual information, mean)."""
    steady_fresh: float | None
    """The same for themes found anew; both None where there are too few texts to tell."""


def changes_between(
    before: Sequence[int],
    after: Sequence[int],
    *,
    gone: Counter[int],
    parents: Mapping[int, int],
    into: Mapping[int, int],
) -> tuple[Change, ...]:
    """Compare two runs.

    Args:
        before: Theme that each text of the new run had in the last one; -1 for a text that is new or had none.
        after: Theme that it has now; -1 for none.
        gone: Texts per theme of the last run that the new one does not have.
        parents: Of each theme that has just parted from another, that one.
        into: Of each theme that has just joined another, that one.

    Returns:
        One per theme that has texts in the new run, by id.
    """
    flows = Counter(zip(before, after, strict=True))
    had, has, arrived, moved_in, moved_out = (Counter[int]() for _ in range(5))
    for (old, new), n in flows.items():
        had[old] += n
        has[new] += n
        if old < 0:
            arrived[new] += n
        elif old != new:
            moved_in[new] += n
            moved_out[old] += n
    had.update(gone)
    for counts in (had, has):
        del counts[-1]
    return tuple(
        Change(
            theme=theme,
            trend=_trend(had[theme], had.total(), has[theme], has.total()),
            before=had[theme],
            after=has[theme],
            arrived=arrived[theme],
            moved_in=moved_in[theme],
            moved_out=moved_out[theme],
            parent=parents.get(theme),
            parts=tuple(sorted(part for part, parent in parents.items() if parent == theme)),
            joined=tuple(sorted(old for old, survivor in into.items() if survivor == theme)),
        )
        for theme in sorted(has)
    )


def _trend(had: int, had_all: int, has: int, has_all: int) -> Trend:
    if had == 0:
        return "new"
    low, high = wilson(had, had_all)
    low_now, high_now = wilson(has, has_all)
    if low_now > high:
        return "grown"
    return "shrunk" if high_now < low else "steady"


def advise(texts: int, texts_when_fresh: int, steady: float | None, steady_fresh: float | None) -> Advice:
    """Say whether to propose grouping everything anew.

    Args:
        texts: How many different texts there are.
        texts_when_fresh: How many there were when all were grouped anew.
        steady: How well the themes come back on parts of the texts.
        steady_fresh: How well themes found anew come back.
    """
    growth = texts / max(texts_when_fresh, 1)
    is_less_steady = steady is not None and steady_fresh is not None and steady <= steady_fresh - LESS_STEADY
    reason: Literal["much_grown", "less_steady"] | None = "less_steady" if is_less_steady else None
    return Advice("much_grown" if growth >= GROWN_SO_MUCH else reason, growth, steady, steady_fresh)
