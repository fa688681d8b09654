"""The parts of a theme: which ideas they hold, whose they are, and which of them may be shown (R7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveyapp.analysis.disclose import disclose

if TYPE_CHECKING:
    from surveyapp.analysis import results


@dataclass(frozen=True)
class Part:
    """A part of a theme that may be shown."""

    theme: results.Theme
    people: int  # each person of the theme counts in one part
    members: Sequence[results.Statement]


def shown_parts(
    analysis: results.Analysis, themes: Sequence[results.Theme], smallest_group: int
) -> dict[int, list[Part]]:
    """The parts that may be shown of each theme, those with most people first.

    Whoever said something in two parts of a theme counts in the one that holds most of it: parts add up to their theme,
    and how many said both cannot be worked out. A part of too few people is left out, and with it another one where
    the rest would tell how many they are.

    Args:
        analysis: What was found.
        themes: Of its themes, those that are shown.
        smallest_group: Fewest people of a group that is shown.

    Returns:
        Per number of a theme its parts; themes without any are missing.
    """
    parts: dict[int, list[results.Theme]] = defaultdict(list)
    for theme in analysis.themes:
        if theme.parent is not None:
            parts[theme.parent].append(theme)
    members: dict[int | None, list[results.Statement]] = defaultdict(list)
    said: dict[int, dict[str, Counter[int | None]]] = defaultdict(lambda: defaultdict(Counter))
    for statement in analysis.statements:
        if statement.theme in parts:
            members[statement.subtheme].append(statement)
            said[statement.theme][statement.person][statement.subtheme] += 1
    shown: dict[int, list[Part]] = {}
    for theme in themes:
        if theme.id not in parts:
            continue
        cells = [*(part.id for part in parts[theme.id]), None]  # the last: ideas of the theme in none of its parts
        people = Counter(max(cells, key=lambda cell: spoke[cell]) for spoke in said[theme.id].values())
        visible = disclose([people[cell] for cell in cells if cell is not None or people[cell]], smallest_group)
        found = [
            Part(part, count, members[part.id])
            for part, count in zip(parts[theme.id], visible, strict=False)
            if count is not None
        ]
        if found:
            shown[theme.id] = sorted(found, key=lambda part: (-part.people, part.theme.id))
    return shown
