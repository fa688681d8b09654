"""Small steps from one partition of a graph to a better one: members move, groups part, groups join.

What is raised is modularity (Newman and Girvan 2004) with a resolution r (Reichardt and Bornholdt 2006): the weight of
the edges inside groups, less r times what groups of such members would have by chance. The members move one by one, as
in the first half of Louvain (Blondel and others 2008), but from where they are. Nodes are taken in their order, which
the caller makes the same for every arrival, and sums are taken in the order of the graph's rows: a result repeats.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from surveyapp.analysis.cluster import Labels, closest_middle, middles
from surveyapp.analysis.communities import communities
from surveyapp.analysis.embed import FloatMatrix

Mask = NDArray[np.bool_]

LEAST_GAIN = 1e-9
"""Share of all edges by which modularity must rise: less is rounding."""
SETTLED = 0.002
"""Moves end when a smaller share of the nodes moves."""


@dataclass(frozen=True)
class Situation:
    """What the steps go by and do not change."""

    graph: sp.csr_array
    """Symmetric weights, shape (n_nodes, n_nodes)."""
    vectors: FloatMatrix
    """Shape (n_nodes, n_dims)."""
    resolution: float
    is_old: Mask
    """Nodes that had a group before, shape (n_nodes,)."""
    stays: Mask
    """Nodes that no step takes out of their group, shape (n_nodes,)."""

    @property
    def degrees(self) -> NDArray[np.float64]:
        """Weight of the edges of each node, shape (n_nodes,)."""
        return np.asarray(self.graph.sum(axis=1), dtype=np.float64).ravel()


class Parted(NamedTuple):
    """Groups after some have parted."""

    labels: Labels
    parents: dict[int, int]
    """Of each part that was taken off, the group it was taken from."""


class Joined(NamedTuple):
    """Groups after some have joined."""

    labels: Labels
    into: dict[int, int]
    """Of each group that is gone, the one it became a part of."""


def move_members(given: Situation, labels: Labels, *, hold: float, rounds: int) -> Labels:
    """Move each node to the group of its neighbours where modularity is highest, until few move.

    Args:
        given: The graph.
        labels: Group of each node, shape (n_nodes,).
        hold: An old member leaves only for a gain of more than this share of the weight of its edges.
        rounds: At most so many passes over all nodes.
    """
    degrees = given.degrees
    total = float(degrees.sum())
    starts, ends, weights = given.graph.indptr.tolist(), given.graph.indices.tolist(), given.graph.data.tolist()
    degree, stays = degrees.tolist(), given.stays.tolist()
    held = np.where(given.is_old, hold * degrees, 0.0).tolist()
    group: list[int] = labels.tolist()
    volume = np.bincount(labels, weights=degrees).tolist()
    for _ in range(rounds):
        moved = 0
        for node, here in enumerate(group):
            first, last = starts[node], starts[node + 1]
            if stays[node] or first == last:
                continue
            ties: dict[int, float] = {}
            for neighbour, weight in zip(ends[first:last], weights[first:last], strict=True):
                if neighbour != node:
                    ties[group[neighbour]] = ties.get(group[neighbour], 0.0) + weight
            by_chance = given.resolution * degree[node] / total
            volume[here] -= degree[node]
            best, most = here, ties.get(here, 0.0) - by_chance * volume[here] + held[node]
            for there in sorted(ties):
                gain = ties[there] - by_chance * volume[there]
                if gain > most + LEAST_GAIN:
                    best, most = there, gain
            volume[best] += degree[node]
            group[node] = best
            moved += best != here
        if moved <= SETTLED * len(group):
            break
    return np.array(group, dtype=np.int64)


def part_groups(given: Situation, labels: Labels, *, fewest: int, first_new: int) -> Parted:
    """Part each group that is better seen as several; the part with most old members keeps the number.

    Args:
        given: The graph.
        labels: Group of each node, shape (n_nodes,).
        fewest: Nodes that each part must have.
        first_new: Number of the first part that is taken off; no group before has it or a larger one.
    """
    labels, parents = labels.copy(), dict[int, int]()
    degrees = given.degrees
    total = float(degrees.sum())
    for group in np.unique(labels).tolist():
        rows = np.flatnonzero(labels == group)
        inside = sp.csr_array(given.graph[rows][:, rows])
        if len(rows) < 2 * fewest or not inside.nnz:
            continue
        parts = _parts(given.vectors[rows], inside, given.resolution * float(inside.sum()) / total, fewest)
        old = np.bincount(parts, weights=given.is_old[rows] + given.stays[rows] * len(labels))
        keeps = int(old.argmax())
        parts[given.stays[rows]] = keeps
        sizes = np.bincount(parts)
        parts[sizes[parts] < fewest] = keeps
        if _gain_of_parting(inside, parts, degrees[rows], given.resolution, total) <= LEAST_GAIN:
            continue
        for part in np.unique(parts).tolist():
            if part != keeps:
                new = first_new + len(parents)
                labels[rows[parts == part]] = new
                parents[new] = group
    return Parted(labels, parents)


def _parts(vectors: FloatMatrix, graph: sp.csr_array, resolution: float, fewest: int) -> Labels:
    """Groups inside a group, numbered from 0; nodes of small ones are put where they are most alike."""
    parts = communities(graph, resolution)
    sizes = np.bincount(parts)
    large = np.flatnonzero(sizes >= fewest)
    if len(large) < 2:
        return np.zeros(len(parts), dtype=np.int64)
    is_small = sizes[parts] < fewest
    centres = middles(vectors, parts)[large]
    placed = np.searchsorted(large, parts)
    placed[is_small] = closest_middle(vectors[is_small], centres)
    return placed.astype(np.int64)


def _gain_of_parting(
    graph: sp.csr_array, parts: Labels, degrees: NDArray[np.float64], resolution: float, total: float
) -> float:
    """By what share of all edges the modularity of the whole graph rises when a group becomes these parts."""
    edges = sp.coo_array(graph)
    cut = float(edges.data[parts[edges.row] != parts[edges.col]].sum())
    volumes = np.bincount(parts, weights=degrees)
    by_chance = float(volumes.sum() ** 2 - (volumes**2).sum())
    return (resolution * by_chance / total - cut) / total


def join_groups(given: Situation, labels: Labels, *, pinned: frozenset[int], first_new: int) -> Joined:
    """Join two groups at a time, those whose union raises modularity most, until none does.

    Of two groups the pinned one survives, else the one that is not new, else the one with more old members.

    Args:
        given: The graph.
        labels: Group of each node, shape (n_nodes,).
        pinned: Groups that must not end: two of them never join.
        first_new: Groups with this number or a larger one have just parted from another.
    """
    numbers = np.unique(labels)
    place = np.searchsorted(numbers, labels)
    edges, degrees = sp.coo_array(given.graph), given.degrees
    total = float(degrees.sum())
    between = np.zeros((len(numbers), len(numbers)))
    np.add.at(between, (place[edges.row], place[edges.col]), edges.data)
    volumes = np.bincount(place, weights=degrees)
    old = np.bincount(place, weights=given.is_old)
    is_pinned = np.isin(numbers, sorted(pinned))
    into: dict[int, int] = {}
    while total > 0:
        gains = between / total - given.resolution * np.outer(volumes, volumes) / total**2
        gains[np.tril_indices(len(numbers))] = -1
        gains[np.outer(is_pinned, is_pinned)] = -1
        a, b = (int(i) for i in np.unravel_index(gains.argmax(), gains.shape))
        if gains[a, b] <= LEAST_GAIN:
            break
        if (is_pinned[b], numbers[b] < first_new, old[b]) > (is_pinned[a], numbers[a] < first_new, old[a]):
            a, b = b, a
        into[int(numbers[b])] = int(numbers[a])
        labels = np.where(labels == numbers[b], numbers[a], labels)
        for sums in (between, between.T):
            sums[a] += sums[b]
            sums[b] = 0
        volumes[a], volumes[b] = volumes[a] + volumes[b], 0
        old[a], old[b] = old[a] + old[b], 0
    return Joined(labels, into)
