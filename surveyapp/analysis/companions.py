"""Who keeps company with whom when texts are grouped again and again: it tells better than a word where one belongs.

A theme may be held together by one frequent word ("county", "fight"), of which its middle is full. Its texts are then
near it, but in other groupings, of parts of the texts, each of them goes with those that are about the same.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]

ROUNDS = 3
"""Rounds in which texts go to their companions: a fourth moved 10 of the 7,009 texts of three sets."""


def among_companions(labels: Labels, groupings: Sequence[Labels]) -> Labels:
    """The labels, with each text in the theme that its groups in several groupings are most like.

    A theme whose texts have their companions elsewhere withers.

    Args:
        labels: Theme of each text, numbered from 0 without gaps, shape (n_texts,).
        groupings: Groups of the same texts, numbered from 0, each of shape (n_texts,).

    Returns:
        Themes numbered from 0 without gaps, shape (n_texts,).
    """
    own = np.arange(len(labels))
    for _ in range(ROUNDS):
        alike = _likeness(labels, groupings)
        best = alike.argmax(axis=1)
        moved = np.where(alike[own, best] > alike[own, labels], best, labels)
        if np.array_equal(moved, labels):
            break
        labels = np.unique(moved, return_inverse=True)[1].ravel()
    return labels


def _likeness(labels: Labels, groupings: Sequence[Labels]) -> NDArray[np.float64]:
    """How like the groups of each text are to each theme, summed over several groupings; shape (n_texts, n_themes).

    A group is as like a theme as the share that they have in common of the texts that either has (Jaccard).
    """
    alike = np.zeros((len(labels), int(labels.max()) + 1))
    for groups in groupings:
        alike += _alike(groups, labels)[groups]
    return alike


def _alike(groups: Labels, labels: Labels) -> NDArray[np.float64]:
    """The share that each group and each theme have in common; shape (n_groups, n_themes)."""
    n_themes = int(labels.max()) + 1
    n_groups = int(groups.max()) + 1
    common = np.bincount(groups * n_themes + labels, minlength=n_groups * n_themes).reshape(n_groups, n_themes)
    either = common.sum(axis=1, keepdims=True) + common.sum(axis=0) - common
    shares: NDArray[np.float64] = common / np.maximum(either, 1)
    return shares
