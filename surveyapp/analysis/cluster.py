"""Vectors to themes: each text beside its nearest neighbours, groups of texts that share neighbours.

The graph joins texts that have neighbours in common (Jarvis and Patrick 1973), Louvain (Blondel and others 2008) finds
groups in it, k-means by cosine polishes them. How fine the groups are is chosen by how well they come back when a part
of the texts is left out. Vectors are whole numbers on a grid, so every similarity is exact and the result depends on
nothing but the texts and their order, which the caller makes the same for every arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sknetwork.clustering import Louvain

from surveyapp.analysis.embed import GRID, FloatMatrix, Vectors
from surveyapp.analysis.measure import agreement

Labels = NDArray[np.int64]

FEWEST_TO_GROUP = 15
"""With fewer distinct texts each is its own theme: groups would be noise."""
FEWEST_TO_CHOOSE = 50
"""With fewer distinct texts the resolution is 1: there is too little to choose it by."""
MOST_IN_GRAPH = 10_000
"""Texts in the graph; the rest goes to the nearest middle. A larger graph gave no better themes, at quadratic cost."""
NEIGHBOURS = (5, 10)
"""Least and most neighbours of a text; between them one fifteenth of the texts. With 15 themes came back less well."""
RESOLUTIONS = (0.7, 1.0, 1.4, 2.0, 2.8)
PRICE_OF_THEMES = 0.10
"""What more themes must gain in repeatability, per natural logarithm of their number: few are read, many are not."""
RESAMPLES = 5
"""Samples of four fifths, each without another fifth."""
RESAMPLES_TO_CHOOSE = 3
MOST_IN_RESAMPLE = 4_000
POLISH_ROUNDS = 3
FEWEST_TO_PART = 30
"""Themes with fewer texts get no sub-themes."""
FEWEST_IN_PART = 8
FEWEST_FOR_REST = 200
"""The texts that fit worst are looked through for themes that were missed only when there are more of them."""
SHARE_OF_REST = 0.1
FEWEST_IN_MISSED = 10
NEW_THEME_COSINE = 0.6
"""A group among the worst fitting is a theme of its own when it is less alike than this to every other theme, and its
texts are as close together as those of the usual theme."""
BLOCK = 2048
"""Rows of a similarity matrix that are held at a time."""


class Resample(NamedTuple):
    """A grouping of a part of the texts."""

    rows: Labels
    """Which texts took part, shape (n_part,)."""
    labels: Labels
    """Their groups, shape (n_part,)."""


@dataclass(frozen=True)
class Grouping:
    """Themes over all texts."""

    labels: Labels
    """Theme of each text, shape (n_texts,), numbered from 0 without gaps."""
    fit: NDArray[np.float64]
    """Cosine of each text to the middle of its theme, shape (n_texts,)."""
    centres: FloatMatrix
    """Middle of each theme on the grid, shape (n_themes, n_dims)."""
    parts: Labels
    """Sub-theme of each text, shape (n_texts,), numbered over all themes; -1 where its theme has none."""
    resolution: float
    resamples: tuple[Resample, ...]


def group(vectors: FloatMatrix) -> Grouping:
    """Find themes.

    Args:
        vectors: Distinct texts on the grid, shape (n_texts, n_dims), in an order that arrival does not change.

    Returns:
        A theme for every text: there are no outliers, a text that fits nowhere well is told by its fit.
    """
    n = len(vectors)
    if n < FEWEST_TO_GROUP:
        alone = np.arange(n)
        return Grouping(alone, np.ones(n), vectors, np.full(n, -1), 0.0, ())
    core = vectors[:MOST_IN_GRAPH]
    near = nearest(core, 2 * NEIGHBOURS[1])
    resolution = choose_resolution(core, near) if n >= FEWEST_TO_CHOOSE else 1.0
    graph = neighbour_graph(near, np.arange(len(core)))
    resamples = tuple(_regroup(core, near, resolution, fold) for fold in range(RESAMPLES))
    labels = _with_missed_themes(core, _agreed(core, graph, resolution, resamples))
    parts = sub_themes(core, graph, labels)
    if n > len(core):
        labels, parts = _assign_rest(vectors, labels, parts)
    centres = middles(vectors, labels)
    fit = (vectors.astype(np.float64) * centres[labels]).sum(axis=1) / GRID**2
    return Grouping(labels, fit, centres, parts, resolution, resamples)


def nearest(vectors: FloatMatrix, most: int) -> Labels:
    """The nearest other texts of each text by cosine, nearest first, shape (n_texts, at most *most*)."""
    n = len(vectors)
    k = min(most, n - 1)
    found = np.empty((n, k), dtype=np.int64)
    for start in range(0, n, BLOCK):
        similarity = vectors[start : start + BLOCK] @ vectors.T
        rows = np.arange(len(similarity))
        similarity[rows, rows + start] = -np.inf
        closest = np.sort(np.argpartition(-similarity, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(similarity, closest, 1), axis=1, kind="stable")
        found[start : start + BLOCK] = np.take_along_axis(closest, order, 1)
    return found


def middles(vectors: FloatMatrix | Vectors, labels: Labels) -> FloatMatrix:
    """The mean direction of each theme, on the grid; shape (n_themes, n_dims). Texts with label -1 belong to none."""
    n_themes = int(labels.max(initial=-1)) + 1
    sums = np.zeros((n_themes, vectors.shape[1]))
    for start in range(0, len(labels), BLOCK):
        here = labels[start : start + BLOCK]
        rows = np.flatnonzero(here >= 0)
        members = sp.csr_array((np.ones(len(rows)), (here[rows], rows)), shape=(n_themes, len(here)))
        sums += members @ vectors[start : start + BLOCK].astype(np.float64)  # whole numbers: their order is no matter
    length = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    rounded: NDArray[np.float64] = np.rint(sums / np.maximum(length, 1e-9) * GRID)
    return rounded.astype(np.float32)


def closest_middle(vectors: FloatMatrix, centres: FloatMatrix) -> Labels:
    """The theme whose middle is most alike, for each text; ties go to the first; shape (n_texts,)."""
    found = [(vectors[i : i + BLOCK] @ centres.T).argmax(axis=1) for i in range(0, len(vectors), BLOCK)]
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


def neighbour_graph(near: Labels, rows: Labels) -> sp.csr_array:
    """Texts joined to their neighbours, weighted by the share of neighbours they have in common (Jaccard).

    Args:
        near: Nearest texts of every text, nearest first, shape (n_texts, n_near).
        rows: The texts that take part; neighbours that do not are passed over.
    """
    n = len(rows)
    k = int(np.clip(round(n / 15), *NEIGHBOURS))
    place = np.full(len(near), -1)
    place[rows] = np.arange(n)
    neighbours = place[near[rows]]
    taking_part = neighbours >= 0
    kept = taking_part & (np.cumsum(taking_part, axis=1) <= k)
    source, target = np.nonzero(kept)[0], neighbours[kept]
    ones = np.ones(len(source))
    directed = sp.csr_array((ones, (source, target)), shape=(n, n))
    closed = sp.csr_array(directed + sp.eye_array(n, format="csr"))
    edges = sp.coo_array(directed + directed.T)
    common = np.asarray(closed[edges.row].multiply(closed[edges.col]).sum(axis=1)).ravel()
    size = np.asarray(closed.sum(axis=1)).ravel()
    weight = common / (size[edges.row] + size[edges.col] - common)
    shared = weight > 0
    return sp.csr_array((weight[shared], (edges.row[shared], edges.col[shared])), shape=(n, n))


def _partition(vectors: FloatMatrix, graph: sp.csr_array, resolution: float, fewest: int | None = None) -> Labels:
    """Groups of a graph, small ones dissolved, each text at last with the middle it is most alike."""
    n = len(vectors)
    if fewest is None:
        fewest = 2 if n < FEWEST_TO_CHOOSE else max(3, n // 1000)
    louvain = Louvain(resolution=resolution, random_state=0, return_probs=False, return_aggregate=False)
    labels = numbered(louvain.fit_predict(sp.csr_matrix(graph)) if graph.nnz else np.zeros(n))
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes >= fewest)
    if not len(large):
        return np.zeros(n, dtype=np.int64)
    centres = middles(vectors, labels)[large]
    small = ~np.isin(labels, large)
    labels[~small] = np.searchsorted(large, labels[~small])
    labels[small] = closest_middle(vectors[small], centres)
    for _ in range(POLISH_ROUNDS):
        before, labels = labels, numbered(closest_middle(vectors, middles(vectors, labels)))
        if np.array_equal(before, labels):
            break
    return labels


def numbered(labels: NDArray[np.generic]) -> Labels:
    """The same groups, numbered from 0 without gaps."""
    numbers: Labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return numbers.ravel()


def _regroup(vectors: FloatMatrix, near: Labels, resolution: float, fold: int) -> Resample:
    """Group again without one fifth of the texts."""
    rows = np.flatnonzero(np.arange(len(vectors)) % RESAMPLES != fold)[:MOST_IN_RESAMPLE]
    return Resample(rows, _partition(vectors[rows], neighbour_graph(near, rows), resolution))


def _agreed(vectors: FloatMatrix, graph: sp.csr_array, resolution: float, resamples: Sequence[Resample]) -> Labels:
    """The groups that most groupings agree on (Lancichinetti and Fortunato 2012).

    Each edge counts as much as the share of groupings, of all texts and of parts of them, that keep its ends together:
    one grouping depends much on single texts, what comes back in many does so less.
    """
    runs = [_partition(vectors, graph, resolution)]
    for rows, labels in resamples:
        runs.append(closest_middle(vectors, middles(vectors[rows], labels)))
    edges = sp.coo_array(graph)
    weight = edges.data * np.mean([labels[edges.row] == labels[edges.col] for labels in runs], axis=0)
    kept = weight > 0
    agreed = sp.csr_array((weight[kept], (edges.row[kept], edges.col[kept])), shape=graph.shape)
    return _partition(vectors, agreed, resolution)


def choose_resolution(vectors: FloatMatrix, near: Labels) -> float:
    """The resolution whose groups come back best on parts of the texts, few groups preferred; ties to the smaller."""
    graph = neighbour_graph(near, np.arange(len(vectors)))
    best, best_score = RESOLUTIONS[0], -np.inf
    for resolution in RESOLUTIONS:
        labels = _partition(vectors, graph, resolution)
        parts = [_regroup(vectors, near, resolution, fold) for fold in range(RESAMPLES_TO_CHOOSE)]
        same = np.mean([agreement(labels[part.rows], part.labels) for part in parts])
        score = same - PRICE_OF_THEMES * np.log(labels.max() + 1)
        if score > best_score + 1e-9:
            best, best_score = resolution, score
    return best


def sub_themes(vectors: FloatMatrix, graph: sp.csr_array, labels: Labels) -> Labels:
    """Sub-themes inside large themes, numbered over all themes; -1 for texts of themes that do not part."""
    parts = np.full(len(labels), -1)
    n_parts = 0
    for theme in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == theme)
        if len(rows) < FEWEST_TO_PART:
            continue
        inside = _partition(vectors[rows], graph[rows][:, rows], 1.0, max(FEWEST_IN_PART, len(rows) // 10))
        if inside.max() > 0:
            parts[rows] = inside + n_parts
            n_parts += int(inside.max()) + 1
    return parts


def _with_missed_themes(vectors: FloatMatrix, labels: Labels) -> Labels:
    """The labels, with new themes for groups among the worst fitting texts that are like no theme there is."""
    n_rest = int(len(labels) * SHARE_OF_REST)
    if n_rest <= FEWEST_FOR_REST:
        return labels
    centres = middles(vectors, labels)
    fit = (vectors.astype(np.float64) * centres[labels]).sum(axis=1)
    rest = np.sort(np.argsort(fit, kind="stable")[:n_rest])
    near = nearest(vectors[rest], NEIGHBOURS[1])
    groups = _partition(vectors[rest], neighbour_graph(near, np.arange(n_rest)), 1.0)
    alike = (middles(vectors[rest], groups) @ centres.T).max(axis=1) / GRID**2
    large = np.bincount(groups) >= max(FEWEST_IN_MISSED, len(labels) // 1000)
    close = _closeness(vectors[rest], groups) >= np.median(_closeness(vectors, labels))
    labels = labels.copy()
    for new in np.flatnonzero(large & close & (alike < NEW_THEME_COSINE)):
        labels[rest[groups == new]] = labels.max() + 1
    return numbered(labels)


def _closeness(vectors: FloatMatrix, labels: Labels) -> NDArray[np.float64]:
    """Mean cosine of two different texts of a theme, per theme; shape (n_themes,)."""
    sizes = np.bincount(labels)
    sums = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(sums, labels, vectors / GRID)
    closeness: NDArray[np.float64] = ((sums * sums).sum(axis=1) - sizes) / np.maximum(sizes * (sizes - 1), 1)
    return closeness


def _assign_rest(vectors: FloatMatrix, labels: Labels, parts: Labels) -> tuple[Labels, Labels]:
    """Themes and sub-themes of all texts, those beyond the graph put to the nearest middle."""
    n_core = len(labels)
    all_labels = np.concatenate([labels, closest_middle(vectors[n_core:], middles(vectors[:n_core], labels))])
    return all_labels, spread_sub_themes(vectors, all_labels, parts)


def spread_sub_themes(vectors: FloatMatrix, labels: Labels, parts: Labels) -> Labels:
    """Sub-themes of all texts, those beyond the graph put to the nearest one inside their theme.

    Args:
        vectors: Of all texts, shape (n_texts, n_dims).
        labels: Theme of each text, shape (n_texts,).
        parts: Sub-theme of each of the first texts, those of the graph; -1 where the theme has none.
    """
    n_core = len(parts)
    rest = vectors[n_core:]
    all_parts = np.concatenate([parts, np.full(len(rest), -1)])
    for theme in np.unique(labels[:n_core][parts >= 0]):
        inside = np.flatnonzero((labels[:n_core] == theme) & (parts >= 0))
        numbers = np.unique(parts[inside])
        centres = middles(vectors[inside], np.searchsorted(numbers, parts[inside]))
        late = np.flatnonzero(labels[n_core:] == theme)
        all_parts[n_core + late] = numbers[closest_middle(rest[late], centres)]
    return all_parts
