"""Vectors to themes: each text beside its nearest neighbours, groups of texts that share neighbours.

The graph joins texts that have neighbours in common (Jarvis and Patrick 1973), Louvain (Blondel and others 2008) finds
groups in it, k-means by cosine polishes them, and what comes back when parts of the texts are left out decides, of
themes and of single texts. Vectors are whole numbers on a grid, so every similarity is exact and the result depends on
nothing but the texts and their order, which the caller makes the same for every arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from surveyapp.analysis.communities import communities
from surveyapp.analysis.companions import among_companions
from surveyapp.analysis.embed import GRID, FloatMatrix, Vectors
from surveyapp.analysis.neighbours import NEIGHBOURS, nearest, neighbour_graph

Labels = NDArray[np.int64]

FEWEST_TO_GROUP = 15
"""With fewer distinct texts each is its own theme: groups would be noise."""
MOST_IN_GRAPH = 6_000
"""Texts in the graph; the rest goes to the nearest middle. The cost is quadratic in it: with this bound ten times as
many texts take less than twelve times as long. 10,000 agreed with 101 fine labels better by 0.007, 4,000 worse by
0.011."""
RESOLUTION = 1.4
"""How fine themes are. It is not chosen by how well groups come back, less a price for many: between 0.7 and 2.8 that
score was flat (within 0.02, while samples of it varied by 0.03), so that single texts moved the choice from end to end.
With this one value themes agree a little better with people's labels, and repeated runs with each other; 1.0 did worse
where there are many small groups, 2.0 on the labelled surveys."""
COARSE = 0.5
SHARE_TO_CUT = 0.05
"""Where coarse groups cut so small a share of all ties, they lie apart and finer cuts are arbitrary: they are taken.
Groups that are planted apart cut 0 to 0.04, the real sets 0.08 to 0.26, or have the same groups either way."""
INSIDE = 1.0
"""Resolution for groups inside a theme, and among the texts that fit worst."""
RESAMPLES = 5
"""Samples of four fifths, each without another fifth."""
MOST_IN_RESAMPLE = 4_000
FEW = 50
"""Among fewer texts than this two are a theme; else it takes three, and a thousandth of them."""
POLISH_ROUNDS = 3
FEW_TO_STAND = 5
"""A theme of fewer texts stands only if these have more to do with each other than with the texts of other themes: a
rare word may have brought them together. With 4 to 8 the agreement with people's labels was the same within 0.001."""
FEWEST_TO_PART = 30
"""Themes with fewer texts get no sub-themes."""
FEWEST_IN_PART = 8
LOOSE = 0.7
"""A theme whose texts are less close together than this share of what is usual may hold what only a word of any wish
("stop", "support", "county") has brought together: it comes apart where hardly a tie is cut by that. In the labelled
sets 0.65 to 0.75 made no difference beyond 0.004; two thirds of the looser themes of the real sets hold one subject and
stay."""
PARTS_OF_LOOSE = (7, 4)
"""How many parts of equal size there may be at most: several first, and if these do not lie apart, fewer."""
SHARE_TO_CUT_LOOSE = 0.15
"""Parts lie apart that cut so small a share of the theme's own ties: parts of one subject cut 0.2 to 0.4 of them."""
FEWEST_FOR_REST = 200
"""The texts that fit worst are looked through for themes that were missed only when there are more of them."""
SHARE_OF_REST = 0.1
FEWEST_IN_MISSED = 10
NEW_THEME_COSINE = 0.6
"""A group among the worst fitting is a theme of its own when it is less alike than this to every other theme, and its
texts are as close together as those of the usual theme."""
WEAK_SHARE = 0.02
"""The texts least like their nearest neighbours, so large a share of all, are weak fits."""
BLOCK = 2048
"""Texts that are summed up or compared with middles at a time."""


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
    weak: NDArray[np.bool_]
    """Texts that are like few others, shape (n_texts,): they count in their theme, and hardly speak for it."""
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
        return Grouping(alone, np.ones(n), vectors, np.full(n, -1), np.zeros(n, dtype=np.bool_), 0.0, ())
    core = vectors[:MOST_IN_GRAPH]
    near = nearest(core, 2 * NEIGHBOURS[1])
    graph = neighbour_graph(near, np.arange(len(core)))
    resolution = choose_resolution(core, graph)
    resamples = tuple(_regroup(core, near, resolution, fold) for fold in range(RESAMPLES))
    groupings = _groupings(core, graph, resolution, resamples)
    labels = with_loose_parted(core, graph, _agreed(core, graph, resolution, groupings))
    labels = among_companions(_with_missed_themes(core, labels), groupings)
    labels = without_scattered(core, graph, labels, np.flatnonzero(np.bincount(labels) < FEW_TO_STAND))
    parts = sub_themes(core, graph, labels)
    if n > len(core):
        labels, parts = _assign_rest(vectors, labels, parts)
    centres = middles(vectors, labels)
    fit = (vectors.astype(np.float64) * centres[labels]).sum(axis=1) / GRID**2
    return Grouping(labels, fit, centres, parts, _weak(core, near, fit), resolution, resamples)


def middles(vectors: FloatMatrix | Vectors, labels: Labels) -> FloatMatrix:
    """The mean direction of each theme, on the grid; shape (n_themes, n_dims). Texts with label -1 belong to none."""
    sums = _sums(vectors, labels)
    length = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    rounded: NDArray[np.float64] = np.rint(sums / np.maximum(length, 1e-9) * GRID)
    return rounded.astype(np.float32)


def _sums(vectors: FloatMatrix | Vectors, labels: Labels) -> NDArray[np.float64]:
    """Sum of the vectors of each theme, shape (n_themes, n_dims)."""
    n_themes = int(labels.max(initial=-1)) + 1
    sums = np.zeros((n_themes, vectors.shape[1]))
    for start in range(0, len(labels), BLOCK):
        here = labels[start : start + BLOCK]
        rows = np.flatnonzero(here >= 0)
        ones = np.ones(len(rows), dtype=np.float32)
        members = sp.csc_array((ones, here[rows], np.arange(len(rows) + 1)), shape=(n_themes, len(rows)))
        sums += members @ vectors[start + rows]  # whole numbers, below 2**24 in a block: exact in any order
    return sums


def closest_middle(vectors: FloatMatrix, centres: FloatMatrix) -> Labels:
    """The theme whose middle is most alike, for each text; ties go to the first; shape (n_texts,)."""
    found = [(vectors[i : i + BLOCK] @ centres.T).argmax(axis=1) for i in range(0, len(vectors), BLOCK)]
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


def _partition(vectors: FloatMatrix, graph: sp.csr_array, resolution: float, fewest: int | None = None) -> Labels:
    """Groups of a graph, small ones dissolved, each text at last with the middle it is most alike."""
    n = len(vectors)
    if fewest is None:
        fewest = 2 if n < FEW else max(3, n // 1000)
    labels = communities(graph, resolution)
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


def _groupings(
    vectors: FloatMatrix, graph: sp.csr_array, resolution: float, resamples: Sequence[Resample]
) -> list[Labels]:
    """Groups of all texts, found among all of them and among parts of them; each of shape (n_texts,)."""
    found = [_partition(vectors, graph, resolution)]
    return found + [closest_middle(vectors, middles(vectors[rows], labels)) for rows, labels in resamples]


def _agreed(vectors: FloatMatrix, graph: sp.csr_array, resolution: float, groupings: Sequence[Labels]) -> Labels:
    """The groups that most groupings agree on (Lancichinetti and Fortunato 2012).

    Each edge counts as much as the share of groupings that keep its ends together: one grouping depends much on single
    texts, what comes back in many does so less.
    """
    edges = sp.coo_array(graph)
    weight = edges.data * np.mean([labels[edges.row] == labels[edges.col] for labels in groupings], axis=0)
    kept = weight > 0
    agreed = sp.csr_array((weight[kept], (edges.row[kept], edges.col[kept])), shape=graph.shape)
    return _partition(vectors, agreed, resolution)


def with_loose_parted(vectors: FloatMatrix, graph: sp.csr_array, labels: Labels) -> Labels:
    """The labels, with parts that lie apart as themes of their own where a theme holds little together.

    What then has more ties to other themes than inside is no theme: each of its texts goes where most of its ties are.
    """
    closeness = _closeness(vectors, labels)
    loose = np.flatnonzero(closeness < LOOSE * np.median(closeness))
    if not len(loose):
        return labels
    parted = labels.copy()
    for theme in loose.tolist():
        rows = np.flatnonzero(labels == theme)
        parts = _lying_apart(vectors[rows], _among(graph, rows)) if len(rows) >= FEWEST_TO_PART else None
        if parts is not None:
            parted[rows] = np.where(parts > 0, parted.max() + parts, theme)
    unsure = np.unique(parted[np.isin(labels, loose)])
    return numbered(closest_middle(vectors, middles(vectors, without_scattered(vectors, graph, parted, unsure))))


def _among(graph: sp.csr_array, rows: Labels) -> sp.csr_array:
    """The graph of some texts, given in order, without ties to others."""
    place = np.full(graph.shape[0], -1)
    place[rows] = np.arange(len(rows))
    of_rows = graph[rows]
    columns = place[of_rows.indices]
    kept = columns >= 0
    ends = np.append(0, np.cumsum(kept))[of_rows.indptr]
    return sp.csr_array((of_rows.data[kept], columns[kept], ends), shape=(len(rows), len(rows)))


def without_scattered(vectors: FloatMatrix, graph: sp.csr_array, labels: Labels, unsure: Labels) -> Labels:
    """The labels without unsure themes that have fewer ties inside than leading out.

    Such are no community even in the weak sense of Radicchi and others (2004). Each of their texts goes where most of
    its other ties lead, or to the nearest middle.
    """
    members = sp.csr_array((np.ones(len(labels)), (np.arange(len(labels)), labels)))
    ties = (graph @ members).toarray()  # of each text to each theme
    inside = np.bincount(labels, weights=ties[np.arange(len(labels)), labels])
    is_scattered = inside < 0.5 * np.bincount(labels, weights=ties.sum(axis=1))
    is_scattered &= np.isin(np.arange(len(inside)), unsure)
    if not is_scattered.any() or is_scattered.all():
        return labels
    rows = np.flatnonzero(is_scattered[labels])
    kept = np.flatnonzero(~is_scattered)
    leading = ties[rows][:, kept]
    nearest_kept = closest_middle(vectors[rows], middles(vectors, labels)[kept])
    labels = labels.copy()
    labels[rows] = kept[np.where(leading.any(axis=1), leading.argmax(axis=1), nearest_kept)]
    return numbered(labels)


def _lying_apart(vectors: FloatMatrix, graph: sp.csr_array) -> Labels | None:
    """Parts of a theme between which there are hardly any ties, finer ones first; None where there are none."""
    ties = sp.coo_array(graph)
    for most in PARTS_OF_LOOSE:
        parts = _partition(vectors, graph, INSIDE, max(FEWEST_IN_PART, len(vectors) // most))
        cut = ties.data[parts[ties.row] != parts[ties.col]].sum()
        if parts.max() > 0 and cut < SHARE_TO_CUT_LOOSE * ties.data.sum():
            return parts
    return None


def choose_resolution(vectors: FloatMatrix, graph: sp.csr_array) -> float:
    """How fine to group: coarsely where that cuts hardly any ties."""
    labels = _partition(vectors, graph, COARSE)
    ties = sp.coo_array(graph)
    cut = ties.data[labels[ties.row] != labels[ties.col]].sum()
    return COARSE if cut < SHARE_TO_CUT * ties.data.sum() else RESOLUTION


def sub_themes(vectors: FloatMatrix, graph: sp.csr_array, labels: Labels) -> Labels:
    """Sub-themes inside large themes, numbered over all themes; -1 for texts of themes that do not part."""
    parts = np.full(len(labels), -1)
    n_parts = 0
    for theme in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == theme)
        if len(rows) < FEWEST_TO_PART:
            continue
        inside = _partition(vectors[rows], _among(graph, rows), INSIDE, max(FEWEST_IN_PART, len(rows) // 10))
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
    groups = _partition(vectors[rest], neighbour_graph(near, np.arange(n_rest)), INSIDE)
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
    sums = _sums(vectors, labels) / GRID
    closeness: NDArray[np.float64] = ((sums * sums).sum(axis=1) - sizes) / np.maximum(sizes * (sizes - 1), 1)
    return closeness


def _weak(core: FloatMatrix, near: Labels, fit: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which texts are like few others.

    In the graph those least like their nearest texts, on average; beyond it, where these are not known, those that fit
    their theme less than that share of the texts in the graph.

    Args:
        core: Vectors of the texts in the graph, shape (n_core, n_dims).
        near: Their nearest texts, shape (n_core, n_near).
        fit: Cosine of every text to the middle of its theme, shape (n_texts,).
    """
    n = len(core)
    around = near[:, : NEIGHBOURS[1]]
    ones = np.ones(around.size, dtype=np.float32)
    is_near = sp.csr_array((ones, around.ravel(), np.arange(n + 1) * around.shape[1]), shape=(n, n))
    alike = ((is_near @ core).astype(np.float64) * core).sum(axis=1)  # whole numbers: exact in any order
    weak = np.empty(len(fit), dtype=np.bool_)
    weak[:n] = among_least(alike, alike)
    weak[n:] = among_least(fit[n:], fit[:n])
    return weak


def among_least(values: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values are below all but a share WEAK_SHARE of the usual ones; shape (n_values,)."""
    below: NDArray[np.bool_] = values < np.quantile(usual, WEAK_SHARE, method="lower")
    return below


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
