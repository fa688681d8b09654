"""Shares, intervals, agreement: how sure a figure is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from surveyapp.analysis.figures import Z_95

BOOTSTRAP_ROUNDS = 500
BOOTSTRAP_SEED = 20
AT_LOW = 12
"""So many of the means of BOOTSTRAP_ROUNDS samples lie below the interval, and above it: 2.5 %."""
MOST_RESAMPLED = 300
"""From so many values on the mean is as good as normally distributed, and the normal interval is used."""


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float] | None:
    """Mean and its 95 % interval by bootstrap with a fixed seed; None without values.

    The order of the values does not matter.
    """
    if not len(values):
        return None
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    mean = float(ordered.mean())
    n = len(ordered)
    if n >= MOST_RESAMPLED:
        spread = Z_95 * float(ordered.std()) / np.sqrt(n)
        return mean, mean - spread, mean + spread
    drawn = np.random.default_rng(BOOTSTRAP_SEED).integers(0, n, (BOOTSTRAP_ROUNDS, n), dtype=np.int32)
    means = np.sort(ordered[drawn].mean(axis=1))
    return mean, float(means[AT_LOW]), float(means[-1 - AT_LOW])


def agreement(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """How far two groupings of the same things agree, beyond chance: 1 is the same, 0 is chance.

    Adjusted mutual information with the arithmetic mean of the entropies (Vinh, Epps and Bailey 2010).

    Args:
        first: Group of each thing, numbered from 0, shape (n,).
        second: The other grouping, shape (n,).
    """
    n = len(first)
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    rows, columns = rows[rows > 0], columns[columns > 0]
    if len(rows) == len(columns) == 1 or len(rows) == len(columns) == n:
        return 1.0
    both = table[table > 0] / n
    entropies = [float(-(sizes / n * np.log(sizes / n)).sum()) for sizes in (rows, columns)]
    mutual = sum(entropies) + float((both * np.log(both)).sum())
    by_chance = _mutual_by_chance(rows, columns, n)
    return (mutual - by_chance) / max(sum(entropies) / 2 - by_chance, 1e-12)


def _mutual_by_chance(rows: NDArray[np.float64], columns: NDArray[np.float64], n: int) -> float:
    """Expected mutual information of two groupings with these sizes (hypergeometric model)."""
    row_sizes, row_times = np.unique(rows, return_counts=True)
    column_sizes, column_times = np.unique(columns, return_counts=True)
    log_factorial = gammaln(np.arange(n + 2) + 1.0)
    total = 0.0
    for a, times in zip(row_sizes.astype(int), row_times, strict=True):
        common = np.arange(1, a + 1)
        b = column_sizes.astype(int)[:, None]
        possible = (common <= b) & (common >= a + b - n)
        c = np.where(possible, common, np.maximum(1, a + b - n))
        log_chance = (
            log_factorial[a] + log_factorial[b] + log_factorial[n - a] + log_factorial[n - b]
            - log_factorial[n] - log_factorial[c] - log_factorial[a - c] - log_factorial[np.maximum(b - c, 0)]
            - log_factorial[np.maximum(n - a - b + c, 0)]
        )  # fmt: skip
        terms = np.where(possible, c / n * np.log(n * c / (a * b)) * np.exp(log_chance), 0.0)
        total += float((terms.sum(axis=1) * column_times).sum()) * int(times)
    return total


def stability(
    labels: NDArray[np.int64], resamples: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> list[float | None]:
    """In what share of the resamples the members of each theme stay together: 1 is always and all of them.

    Of two members, the share of the resamples with both in which they are in one group; the mean over all pairs of
    members, each as often as it is in a resample.

    Args:
        labels: Theme of each text, shape (n_texts,); texts beyond the resamples do not count.
        resamples: For each, which texts took part and their groups.

    Returns:
        Per theme; None where no two members took part in any resample.
    """
    n_themes = int(labels.max()) + 1 if len(labels) else 0
    together, pairs = np.zeros(n_themes), np.zeros(n_themes)
    for rows, groups in resamples:
        table = np.zeros((n_themes, int(groups.max()) + 1))
        np.add.at(table, (labels[rows], groups), 1)
        members = table.sum(axis=1)
        together += (table * (table - 1)).sum(axis=1)
        pairs += members * (members - 1)
    return [float(t / p) if p else None for t, p in zip(together, pairs, strict=True)]
