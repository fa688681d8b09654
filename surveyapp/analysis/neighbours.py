"""Which texts are nearest to each text, and the graph of those that have such neighbours in common."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from surveyapp.analysis.embed import GRID, FloatMatrix

Labels = NDArray[np.int64]

NEIGHBOURS = (5, 10)
"""Least and most neighbours of a text; between them one fifteenth of the texts. With 15 themes came back less well."""
ROWS_AT_ONCE = 512
"""Rows of the matrix of all similarities that are held at a time."""


def nearest(vectors: FloatMatrix, most: int) -> Labels:
    """The nearest other texts of each text by cosine, nearest first, shape (n_texts, at most *most*).

    Of several that are as near the first ones are taken.
    """
    n = len(vectors)
    k = min(most, n - 1)
    found = np.empty((n, k), dtype=np.int64)
    for start in range(0, n, ROWS_AT_ONCE):
        similarity = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
        rows = np.arange(len(similarity))
        similarity[rows, rows + start] = -np.inf
        least = np.partition(similarity, n - k, axis=1)[:, n - k]
        row, column = np.nonzero(similarity >= least[:, None])
        order = np.argsort(row * (4.0 * GRID**2) - similarity[row, column], kind="stable")  # by row, then likeness
        first = np.searchsorted(row, rows)
        found[start : start + ROWS_AT_ONCE] = column[order[first[:, None] + np.arange(k)]]
    return found


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
    rank = np.cumsum(neighbours >= 0, axis=1)
    kept = (neighbours >= 0) & (rank <= k)
    source, target = np.nonzero(kept)[0], neighbours[kept]
    closed = np.full((n, k + 1), n)  # each text and its neighbours; n stands for none
    closed[:, 0] = np.arange(n)
    closed[source, rank[kept]] = target
    is_in = np.zeros((n, n + 1), dtype=np.bool_)
    is_in[np.arange(n)[:, None], closed] = True
    is_in[:, n] = False
    common = np.count_nonzero(is_in[source[:, None], closed[target]], axis=1)
    size = 1 + np.count_nonzero(kept, axis=1)
    weight = common / (size[source] + size[target] - common)
    directed = sp.csr_array((weight, (source, target)), shape=(n, n))
    return sp.csr_array(directed.maximum(directed.T))
