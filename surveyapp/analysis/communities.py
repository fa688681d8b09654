"""Groups of a graph by Louvain (Blondel and others 2008): nodes move while modularity rises, then groups become nodes.

The passes over the nodes are scikit-network's, in C++. What lies between them is done here, as its own class spends
several times as long on that as on the passes; the groups are the same.
"""

from typing import NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sknetwork.clustering.louvain_core import optimize_core

LEAST_RISE = 1e-3
"""By how much modularity must rise in a pass for another to follow."""
MOST_PAIRS = 2**22
"""Up to so many pairs of groups have a cell each when edges are summed up; among more only those that occur."""

Labels = NDArray[np.int64]
Weights = NDArray[np.float64]


def communities(graph: sp.csr_array, resolution: float) -> Labels:
    """The group of each node, shape (n_nodes,); groups are numbered by size, largest first.

    Args:
        graph: Symmetric weights above 0, columns of a row in order. Without any, all nodes are one group.
        resolution: How fine groups are: what modularity takes for chance counts so many times.
    """
    if not graph.nnz:
        return np.zeros(graph.shape[0], dtype=np.int64)
    rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    weights = graph.data / graph.data.sum()
    edges = _Edges(rows, graph.indices, weights, _sums_by(rows, weights, graph.shape[0]))
    found = np.arange(graph.shape[0])
    while True:
        labels, rise = edges.moved(resolution)
        found = labels[found]
        edges = edges.between(labels)
        if len(edges.degrees) == 1 or rise <= LEAST_RISE:
            break
    by_size = np.argsort(-np.bincount(found), kind="stable")
    numbers: Labels = np.argsort(by_size)[found]
    return numbers


class _Edges(NamedTuple):
    """A graph, each edge there and back."""

    rows: Labels
    """In order."""
    columns: Labels
    weights: Weights
    """Their sum is 1."""
    degrees: Weights
    """Of each node, shape (n_nodes,)."""

    def moved(self, resolution: float) -> tuple[Labels, float]:
        """The group of each node once none has a better one, and by how much modularity has risen."""
        n = len(self.degrees)
        degrees = self.degrees.astype(np.float32)
        loops = np.zeros_like(degrees)
        is_loop = self.rows == self.columns
        loops[self.rows[is_loop]] = self.weights[is_loop]
        labels, rise = optimize_core(
            np.arange(n, dtype=np.int32),
            self.columns.astype(np.int32, copy=False),
            np.searchsorted(self.rows, np.arange(n + 1)).astype(np.int32),
            self.weights.astype(np.float32),
            degrees,
            degrees,
            degrees.copy(),
            degrees.copy(),
            np.zeros_like(degrees),
            loops,
            resolution,
            LEAST_RISE,
        )
        return np.unique(np.asarray(labels), return_inverse=True)[1], float(rise)

    def between(self, labels: Labels) -> Self:
        """The graph whose nodes are these groups."""
        n = int(labels.max()) + 1
        pairs = labels[self.rows] * n + labels[self.columns]
        if n * n <= MOST_PAIRS:
            cells = _sums_by(pairs, self.weights, n * n)
            pairs = np.flatnonzero(cells)
            weights = cells[pairs]
        else:
            pairs, place = np.unique(pairs, return_inverse=True)
            weights = _sums_by(place, self.weights, len(pairs))
        return type(self)(pairs // n, pairs % n, weights, _sums_by(labels, self.degrees, n))


def _sums_by(numbers: Labels, weights: Weights, n: int) -> Weights:
    """The sum of the weights of each number from 0 to n - 1, in their order; shape (n,)."""
    return np.bincount(numbers, weights=weights, minlength=n).astype(np.float64, copy=False)
