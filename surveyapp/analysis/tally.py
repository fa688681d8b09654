"""Groups of texts to themes with their figures: who said it, in what tone, how sure that is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.describe import Description
from surveyapp.analysis.measure import mean_with_interval, wilson
from surveyapp.analysis.results import Opposite, Quote, Statement, Theme
from surveyapp.analysis.words import fingerprint


@dataclass(frozen=True)
class Membership:
    """Where each text belongs."""

    labels: Labels
    """Theme of each text, shape (n_texts,); -1 for one in another language that is like no theme."""
    parts: Labels
    """Sub-theme of each text, shape (n_texts,); -1 for none."""
    fit: NDArray[np.float64]
    """Cosine to the middle of its theme, shape (n_texts,)."""
    stability: list[float | None]
    """Per theme."""

    @property
    def n_themes(self) -> int:
        """How many themes there are, without sub-themes."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def n_parts(self) -> int:
        """How many sub-themes there are."""
        return int(self.parts.max(initial=-1)) + 1


def tally(
    statements: Sequence[Statement],
    text_of: Labels,
    found: Membership,
    descriptions: Sequence[Description],
    people: int,
) -> tuple[list[Statement], list[Theme]]:
    """Count the themes and number them by people.

    Args:
        statements: All statements, by row, column and start.
        text_of: Which text each statement is, shape (n_statements,); -1 says nothing.
        found: Where each text belongs.
        descriptions: Of the themes, then of the sub-themes.
        people: How many people gave an answer.

    Returns:
        The statements with the ids of their themes; the themes, those without a parent first. Ties of people are
        settled by what is said, never by the order of rows.
    """
    theme_of = np.append(found.labels, -1)[text_of]
    part_of = np.append(found.parts, -1)[text_of]
    members = [np.flatnonzero(theme_of == i).tolist() for i in range(found.n_themes)]
    members += [np.flatnonzero(part_of == i).tolist() for i in range(found.n_parts)]
    parent = [-1] * found.n_themes + [int(theme_of[rows[0]]) for rows in members[found.n_themes :]]
    said_by = [len({statements[i].person for i in rows}) for rows in members]
    name = [b"".join(sorted({fingerprint(statements[i].text) for i in rows})) for rows in members]
    outer = sorted(range(found.n_themes), key=lambda i: (-said_by[i], name[i]))
    ids = {i: number for number, i in enumerate(outer)}
    inner = sorted(range(found.n_themes, len(members)), key=lambda i: (ids[parent[i]], -said_by[i], name[i]))
    ids |= {i: number for number, i in enumerate(inner, start=len(outer))}
    numbered = [
        replace(
            statement,
            theme=ids[theme] if theme >= 0 else None,
            fit=min(1.0, float(found.fit[text])) if theme >= 0 else None,  # rounded vectors are a little too long
            subtheme=ids[found.n_themes + part] if part >= 0 else None,
        )
        for statement, text, theme, part in zip(statements, text_of, theme_of.tolist(), part_of.tolist(), strict=True)
    ]
    shown = {text for description in descriptions for text in description.quotes}
    shown |= {description.opposite[0] for description in descriptions if description.opposite}
    speaker = _speakers(statements, text_of, shown)
    themes = [
        _theme(
            descriptions[i],
            [statements[row] for row in members[i]],
            speaker=speaker,
            number=ids[i],
            parent=ids[parent[i]] if parent[i] >= 0 else None,
            stability=found.stability[i] if parent[i] < 0 else None,
            people=people,
        )
        for i in [*outer, *inner]
    ]
    return numbered, themes


def _theme(
    description: Description,
    members: Sequence[Statement],
    *,
    speaker: Mapping[int, Statement],
    number: int,
    parent: int | None,
    stability: float | None,
    people: int,
) -> Theme:
    """One theme with its figures."""
    said_by = len({statement.person for statement in members})
    low, high = wilson(said_by, people)
    tones = Counter(statement.tone for statement in members)
    tone = mean_with_interval([statement.polarity for statement in members if statement.tone != "unscored"])
    return Theme(
        id=number,
        title=description.title,
        keywords=description.keywords,
        people=said_by,
        share=said_by / people,
        low=low,
        high=high,
        polarity=tone[0] if tone else None,
        polarity_low=tone[1] if tone else None,
        polarity_high=tone[2] if tone else None,
        positive=tones["positive"],
        neutral=tones["neutral"],
        negative=tones["negative"],
        mixed=tones["mixed"],
        unscored=tones["unscored"],
        stability=stability,
        quotes=tuple(Quote(s.row, s.text, s.column, s.person) for s in (speaker[text] for text in description.quotes)),
        parent=parent,
        goal=description.goal,
        opposite=_opposite(description, speaker),
    )


def _opposite(description: Description, speaker: Mapping[int, Statement]) -> Opposite | None:
    if description.opposite is None:
        return None
    text, share = description.opposite
    return Opposite(speaker[text].row, speaker[text].text, share)


def _speakers(statements: Sequence[Statement], text_of: Labels, quoted: set[int]) -> dict[int, Statement]:
    """For each quoted text the statement to show; of several the one whose row says the rest that sorts first."""
    candidates: dict[int, list[Statement]] = {}
    for statement, text in zip(statements, text_of.tolist(), strict=True):
        if text in quoted and statement.may_quote:
            candidates.setdefault(text, []).append(statement)
    rows = {statement.row for found in candidates.values() if len(found) > 1 for statement in found}
    said: dict[int, list[str]] = {row: [] for row in rows}
    for statement in statements:
        if statement.row in rows:
            said[statement.row].append(statement.text)
    return {
        text: min(found, key=lambda s: (fingerprint("\n".join(said.get(s.row, []))), s.row, s.column, s.start))
        for text, found in candidates.items()
    }
