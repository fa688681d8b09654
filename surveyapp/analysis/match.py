"""Is it a theme of the last run? Themes of two runs are matched by the members they share (R12)."""

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from scipy.optimize import linear_sum_assignment

LEAST_OVERLAP = 0.3
"""Jaccard overlap from which two themes may be the same: below it most members are others."""


def match(
    earlier: Sequence[AbstractSet[Hashable]], later: Sequence[AbstractSet[Hashable]], *, least: float = LEAST_OVERLAP
) -> dict[int, tuple[int, float]]:
    """Pair the themes of two runs so that the pairs share as much as they can (Kuhn's Hungarian method).

    Args:
        earlier: Members of each theme of the earlier run; members are known by the same keys in both runs.
        later: Members of each theme of the later run.
        least: Overlap a pair must have.

    Returns:
        Per number of a later theme, the number of the earlier theme it goes on from and their overlap: members of both
        divided by members of either. Members that only one run has seen count for no theme. What is not in it is new.
    """
    seen_before = set[Hashable]().union(*earlier)
    seen_after = set[Hashable]().union(*later)
    overlap = np.zeros((len(later), len(earlier)))
    for j, old in enumerate(earlier):
        old_kept = old & seen_after
        for i, new in enumerate(later):
            common = len(old_kept & new)
            if common:
                overlap[i, j] = common / (len(old_kept) + len(new & seen_before) - common)
    pairs = zip(*linear_sum_assignment(-overlap), strict=True)
    return {int(i): (int(j), float(overlap[i, j])) for i, j in pairs if overlap[i, j] >= least}
