"""Where each text belongs: groups are found among some thousands of texts, all others join the one they are most like.

What is done to all texts goes through them in blocks: a million takes the time of a million, and the room of a block.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import (
    FEWEST_TO_GROUP,
    MOST_IN_GRAPH,
    Grouping,
    Labels,
    among_least,
    closest_middle,
    group,
    middles,
)
from surveyapp.analysis.embed import GRID, FloatMatrix, Space, Vectors
from surveyapp.analysis.measure import stability
from surveyapp.analysis.side_processes import cores
from surveyapp.analysis.texts import Texts

LEAST_RESEMBLANCE = 0.3
"""Cosine from which a statement in another language is placed in a theme: below it they share no words."""
BLOCK = 4096
"""Texts that are placed at a time."""


def have_own_themes(n_others: int, n_english: int) -> bool:
    """Whether so many different texts in other languages have themes of their own, as so many in English would have.

    Few of them beside many English ones do not, as each would be a theme: they join one that they resemble, or none.
    """
    return n_others >= FEWEST_TO_GROUP or n_english < FEWEST_TO_GROUP


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
    weak: NDArray[np.bool_]
    """Texts that are like few others, shape (n_texts,)."""

    @property
    def n_themes(self) -> int:
        """How many themes there are, without sub-themes."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def n_parts(self) -> int:
        """How many sub-themes there are."""
        return int(self.parts.max(initial=-1)) + 1


def vectors_of(texts: Texts, space: Space, first: FloatMatrix) -> Vectors:
    """Place all texts in the space, several blocks at a time where there are cores for them.

    Args:
        texts: All of them.
        space: Where to place them.
        first: The vectors of the first ones, which are known.
    """

    def place(start: int) -> NDArray[np.int16]:
        return space.place(texts.words(start, start + BLOCK)).astype(np.int16)

    n = len(texts.folded)
    numbers = np.empty((n, first.shape[1]), dtype=np.int16)
    numbers[: len(first)] = first
    starts = range(len(first), n, BLOCK)
    with ThreadPoolExecutor(cores()) as threads:
        for start, block in zip(starts, threads.map(place, starts), strict=True):
            numbers[start : start + BLOCK] = block
    return Vectors(numbers)


def grouped(texts: Texts, vectors: Vectors) -> Membership:
    """Themes of the texts; those in other languages among themselves where they are enough, else where they fit."""
    labels, parts = np.full(len(vectors), -1), np.full(len(vectors), -1)
    weak = np.zeros(len(vectors), dtype=np.bool_)
    beyond: list[tuple[Labels, Labels]] = []
    steady: list[float | None] = []
    pools = [np.flatnonzero(~texts.other_language), np.flatnonzero(texts.other_language)]
    if not have_own_themes(len(pools[1]), len(pools[0])):
        pools = pools[:1]
    for pool in pools:
        if not len(pool):
            continue
        core = vectors[pool[:MOST_IN_GRAPH]]
        found = group(core)
        n_parts = int(parts.max(initial=-1)) + 1
        of_pool, parts_of_pool = _joined_by_rest(core, found, (vectors[rows] for rows in _blocks(pool, len(core))))
        labels[pool] = of_pool + len(steady)
        parts[pool] = np.where(parts_of_pool < 0, -1, parts_of_pool + n_parts)
        weak[pool[: len(core)]] = found.weak
        beyond.append((pool[: len(core)], pool[len(core) :]))
        steady += stability(found.labels, found.resamples)
    if labels.max(initial=-1) < 0:
        return Membership(labels, parts, np.zeros(len(vectors)), steady, weak)
    centres = middles(vectors, labels)
    left = np.flatnonzero(labels < 0)
    nearest = closest_middle(vectors[left], centres)
    alike = _cosines(vectors[left], centres[nearest])
    labels[left] = np.where(alike >= LEAST_RESEMBLANCE, nearest, -1)
    rows = np.arange(len(vectors))
    fit = np.concatenate([_cosines(vectors[block], centres[labels[block]]) for block in _blocks(rows, 0)])
    for graphed, rest in beyond:
        weak[rest] = among_least(fit[rest], fit[graphed])
    return Membership(labels, parts, fit, steady, weak)


def _blocks(rows: Labels, first: int) -> Iterator[Labels]:
    """The rows from one on, some at a time."""
    for start in range(first, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


def _joined_by_rest(core: FloatMatrix, found: Grouping, rest: Iterator[FloatMatrix]) -> tuple[Labels, Labels]:
    """Themes and sub-themes of all texts: those beyond the graph join the nearest middle, of a theme, then inside it.

    Args:
        core: The texts of the graph.
        found: Their groups.
        rest: The other texts, in blocks.
    """
    within = np.zeros(int(found.parts.max(initial=-1)) + 1, dtype=np.int64)
    within[found.parts[found.parts >= 0]] = found.labels[found.parts >= 0]
    part_centres = middles(core, found.parts)
    has_parts = np.isin(np.arange(len(found.centres)), within)
    labels, parts = [found.labels], [found.parts]
    for block in rest:
        joined = closest_middle(block, found.centres)
        alike = np.where(joined[:, None] == within, block @ part_centres.T, -np.inf)
        labels.append(joined)
        parts.append(np.where(has_parts[joined], alike.argmax(axis=1), -1) if len(within) else np.full(len(block), -1))
    return np.concatenate(labels), np.concatenate(parts)


def _cosines(first: FloatMatrix, second: FloatMatrix) -> NDArray[np.float64]:
    """Cosine of each row to the row of the other; shape (n,)."""
    products: NDArray[np.float64] = (first.astype(np.float64) * second).sum(axis=1)
    return products / GRID**2
