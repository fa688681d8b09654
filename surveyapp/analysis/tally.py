"""Groups of texts to themes with their figures: who said it, in what tone, how sure that is."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.describe import Description
from surveyapp.analysis.figures import wilson
from surveyapp.analysis.ideas import Ideas
from surveyapp.analysis.measure import mean_with_interval
from surveyapp.analysis.membership import Membership
from surveyapp.analysis.results import Opposite, Quote, Statement, Theme
from surveyapp.analysis.words import fingerprint


def tally(
    ideas: Ideas, text_of: Labels, found: Membership, descriptions: Sequence[Description], people: int
) -> tuple[tuple[Statement, ...], list[Theme]]:
    """Count the themes and number them by people.

    Args:
        ideas: All of them.
        text_of: Which text each idea is, shape (n_ideas,); -1 says nothing.
        found: Where each text belongs.
        descriptions: Of the themes, then of the sub-themes.
        people: How many people gave an answer.

    Returns:
        The statements with the ids of their themes; the themes, those without a parent first. Ties of people are
        settled by what is said, never by the order of rows.
    """
    theme_of = np.append(found.labels, -1)[text_of]
    part_of = np.append(found.parts, -1)[text_of]
    members = _rows_by_label(theme_of, found.n_themes) + _rows_by_label(part_of, found.n_parts)
    parent = [-1] * found.n_themes + [int(theme_of[rows[0]]) for rows in members[found.n_themes :]]
    person_of = ideas.persons()
    said_by = [len(np.unique(person_of[rows])) for rows in members]
    outer = _in_order(range(found.n_themes), [(-n,) for n in said_by], ideas, members)
    ids = {i: number for number, i in enumerate(outer)}
    ranks = [(ids.get(i, -1), -n) for i, n in zip(parent, said_by, strict=True)]
    inner = _in_order(range(found.n_themes, len(members)), ranks, ideas, members)
    ids |= {i: number for number, i in enumerate(inner, start=len(outer))}
    shown = {text for description in descriptions for text in description.quotes}
    shown |= {description.opposite[0] for description in descriptions if description.opposite}
    speaker = _speakers(ideas, text_of, shown)
    themes = [
        _theme(
            descriptions[i],
            ideas,
            members[i],
            speaker=speaker,
            number=ids[i],
            parent=ids[parent[i]] if parent[i] >= 0 else None,
            stability=found.stability[i] if parent[i] < 0 else None,
            said_by=said_by[i],
            people=people,
        )
        for i in [*outer, *inner]
    ]
    theme_id = [*(ids[i] for i in range(found.n_themes)), None]
    part_id = [*(ids[i] for i in range(found.n_themes, len(members))), None]
    fits = np.minimum(np.append(found.fit, 0.0)[text_of], 1.0).tolist()
    statements = ideas.statements(
        [theme_id[theme] for theme in theme_of.tolist()],
        [fit if theme >= 0 else None for fit, theme in zip(fits, theme_of.tolist(), strict=True)],
        [part_id[part] for part in part_of.tolist()],
        ((theme_of >= 0) & np.append(found.weak, False)[text_of]).tolist(),
    )
    return statements, themes


def _rows_by_label(labels: Labels, n_labels: int) -> list[Labels]:
    """The rows of each label, in their order."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.searchsorted(labels[order], np.arange(n_labels + 1)))[1:-1]


def _in_order(
    numbers: Sequence[int], ranks: Sequence[tuple[int, ...]], ideas: Ideas, members: Sequence[Labels]
) -> list[int]:
    """Themes by their ranks; those of one rank by what is said in them."""
    shared = Counter(ranks[i] for i in numbers)

    def said(i: int) -> bytes:
        if shared[ranks[i]] == 1:
            return b""
        return b"".join(sorted({fingerprint(ideas.texts[row]) for row in members[i].tolist()}))

    return sorted(numbers, key=lambda i: (ranks[i], said(i)))


def _theme(
    description: Description,
    ideas: Ideas,
    members: Labels,
    *,
    speaker: Mapping[int, int],
    number: int,
    parent: int | None,
    stability: float | None,
    said_by: int,
    people: int,
) -> Theme:
    """One theme with its figures."""
    low, high = wilson(said_by, people)
    tones = Counter(ideas.tones[row] for row in members.tolist())
    scored = [row for row in members.tolist() if ideas.tones[row] != "unscored"]
    tone = mean_with_interval(ideas.polarity[scored].tolist())
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
        quotes=tuple(_quote(ideas, speaker[text]) for text in description.quotes),
        parent=parent,
        goal=description.goal,
        opposite=_opposite(description, ideas, speaker),
        is_mixed=description.is_mixed,
    )


def _quote(ideas: Ideas, row: int) -> Quote:
    answer = ideas.answer(row)
    return Quote(answer.row, ideas.texts[row], answer.column, answer.person)


def _opposite(description: Description, ideas: Ideas, speaker: Mapping[int, int]) -> Opposite | None:
    if description.opposite is None:
        return None
    text, share = description.opposite
    return Opposite(ideas.answer(speaker[text]).row, ideas.texts[speaker[text]], share)


def _speakers(ideas: Ideas, text_of: Labels, quoted: set[int]) -> dict[int, int]:
    """For each quoted text the idea to show; of several the one whose row says the rest that sorts first."""
    candidates: dict[int, list[int]] = {}
    may_quote = ideas.may_quote()
    for idea in np.flatnonzero(np.isin(text_of, list(quoted)) & may_quote).tolist():
        candidates.setdefault(int(text_of[idea]), []).append(idea)
    rows = {ideas.answer(idea).row for found in candidates.values() if len(found) > 1 for idea in found}
    said: dict[int, list[str]] = {row: [] for row in rows}
    if rows:
        for text, answer in zip(ideas.texts, ideas.answer_of.tolist(), strict=True):
            if (row := ideas.answers[answer].row) in rows:
                said[row].append(text)
    told = {row: fingerprint("\n".join(texts)) for row, texts in said.items()}

    def rest(idea: int) -> tuple[bytes, int, str, int]:
        answer = ideas.answer(idea)
        return told.get(answer.row, b""), answer.row, answer.column, int(ideas.starts[idea])

    return {text: min(found, key=rest) for text, found in candidates.items()}
