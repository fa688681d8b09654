"""Votes to places on a plane, places to groups: who votes like whom.

The way of Polis (Small and others 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces",
Recerca 26; compdemocracy/polis, `math/src/polismath/math/pca.clj` and `clusters.clj`) without its random starts. Sums
are of whole numbers, so that neither the order of the votes nor the number of threads moves a place or a group.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]

DIMENSIONS = 2
"""Principal components that a place has."""
DIRECTION_GRID = 2.0**30
"""Directions are whole numbers of this fineness: their sums over any real number of proposals are exact."""
PLACE_GRID = 2.0**16
"""Places are whole numbers of this fineness: squares of distances are exact."""
SAME_VARIANCE = 1e-9
"""Variances whose difference is less than this part of the largest are the same, and below it there is none."""
MOST_STARTS = 500
"""Places at which a further group may start."""
MOST_ROUNDS = 100
"""Rounds of k-means, as in Polis; it stands still long before."""
MOST_MEASURED = 2000
"""People whose silhouette is measured, against everybody: the mean is then sure to about one hundredth."""
BLOCK = 256
"""Rows of a distance matrix that are held at a time."""


def directions(votes: Matrix, seen: Matrix) -> tuple[Matrix, Matrix]:
    """The directions in which votes differ most: principal components, votes not given filled with the column's mean.

    Args:
        votes: 1 agrees, -1 disagrees, 0 passes or has not seen it, shape (n_people, n_proposals).
        seen: 1 where a vote was given, else 0, same shape.

    Returns:
        Directions on their grid, shape (2, n_proposals), the first the one of most variance; one without variance is
        all 0. Mean vote per proposal, shape (n_proposals,). The largest entry of a direction is positive, and among
        directions of the same variance the one nearest to a single proposal comes first: signs and rotations, which
        the votes leave open, never come from the machine.
    """
    n_seen = seen.sum(axis=0)
    mean: Matrix = votes.sum(axis=0) / np.maximum(n_seen, 1)
    crossed = (seen.T @ votes) * mean[:, None]
    scatter = votes.T @ votes - (crossed + crossed.T) + (seen.T @ seen) * np.outer(mean, mean)
    found = np.zeros((DIMENSIONS, votes.shape[1]))
    if not scatter.any():
        return found, mean
    variance, axes = np.linalg.eigh(scatter)
    variance, axes = variance[::-1], axes[:, ::-1]
    done = 0
    while done < min(DIMENSIONS, len(variance)) and variance[done] > SAME_VARIANCE * variance[0]:
        same = np.abs(variance - variance[done]) <= SAME_VARIANCE * variance[0]
        for direction in _canonical(axes[:, same], DIMENSIONS - done):
            found[done] = np.rint(direction * DIRECTION_GRID)
            done += 1
    return found, mean


def _canonical(axes: Matrix, most: int) -> list[Matrix]:
    """Directions that span what *axes* span, whichever of its bases *axes* are; at most *most*.

    Args:
        axes: Orthonormal columns, shape (n_proposals, n_axes).
        most: How many directions to return.
    """
    found: list[Matrix] = []
    left = (axes * axes).sum(axis=1)
    for _ in range(min(most, axes.shape[1])):
        nearest = int(np.round(left, 9).argmax())
        direction = axes @ axes[nearest] - sum((earlier * earlier[nearest] for earlier in found), np.zeros(len(axes)))
        direction /= np.linalg.norm(direction)
        left = left - direction * direction
        found.append(direction)
    return found


def places(votes: Matrix, seen: Matrix, along: Matrix, mean: Matrix) -> Matrix:
    """Where each person stands: the votes given, projected, times sqrt(n_proposals / n_votes of the person).

    The factor is the published one ("sparsity-aware projection"): a vote not given pulls to the middle, and the factor
    pushes back out.

    Args:
        votes: As for `directions`, shape (n_people, n_proposals).
        seen: As for `directions`.
        along: Directions on their grid, shape (2, n_proposals).
        mean: Mean vote per proposal, shape (n_proposals,).

    Returns:
        Places on their grid, shape (n_people, 2); who has not voted is at 0.
    """
    middle = np.rint(along * mean)
    projected = (votes @ along.T - seen @ middle.T) / DIRECTION_GRID
    push = np.sqrt(votes.shape[1] / np.maximum(seen.sum(axis=1), 1))
    placed: Matrix = np.rint(projected * push[:, None] * PLACE_GRID)
    return placed


def groupings(points: Matrix, most: int) -> dict[int, Labels]:
    """Groups by k-means, for each number of groups from 2 on.

    k groups start from the k - 1 groups before and one further middle, at the place that lessens the squared distances
    most (fast global k-means: Likas, Vlassis and Verbeek 2003): nothing is drawn by chance.

    Args:
        points: Places on their grid, shape (n_people, 2).
        most: Most groups; there are never more than different places.

    Returns:
        Per number of groups, the group of each person, shape (n_people,). A number at which a group was left empty is
        not among them.
    """
    different = np.unique(points, axis=0)
    starts = different[:: -(-len(different) // MOST_STARTS)]
    centres = np.rint(points.mean(axis=0, keepdims=True))
    found: dict[int, Labels] = {}
    for k in range(2, min(most, len(different)) + 1):
        far = _squares(points, centres).min(axis=1)
        gains = [np.maximum(far - _squares(points, start[None])[:, 0], 0).sum() for start in starts]
        centres = np.vstack([centres, starts[int(np.argmax(gains))]])
        labels, centres = _settled(points, centres)
        if len(np.unique(labels)) == k:
            found[k] = labels
    return found


def nearest(points: Matrix, centres: Matrix) -> Labels:
    """The nearest middle for each place, shape (n_people,); ties go to the first."""
    labels: Labels = _squares(points, centres).argmin(axis=1).astype(np.int64)
    return labels


def middles(points: Matrix, labels: Labels, n_groups: int) -> Matrix:
    """The mean place of each group on the grid, shape (n_groups, 2); NaN of a group of nobody."""
    size = np.bincount(labels, minlength=n_groups)
    sums = [np.bincount(labels, weights=points[:, axis], minlength=n_groups) for axis in range(points.shape[1])]
    with np.errstate(invalid="ignore"):
        centres: Matrix = np.rint(np.stack(sums, axis=1) / size[:, None])
    return centres


def silhouettes(points: Matrix, labelled: dict[int, Labels]) -> dict[int, float]:
    """How well people fit their group and no other: 1 is best, below 0 they fit another better (Rousseeuw 1987).

    The mean over people of (b - a) / max(a, b); a is the mean distance to the others of the person's group, b that to
    the nearest other group. Who is alone in a group counts 0.

    Args:
        points: Places on their grid, shape (n_people, 2).
        labelled: Per number of groups, the group of each person.
    """
    if not labelled:
        return {}
    order = np.lexsort(points.T)
    rows = order[:: -(-len(order) // MOST_MEASURED)]
    columns = np.hstack([np.eye(k)[labels] for k, labels in labelled.items()])
    sums = np.vstack(
        [
            np.rint(np.sqrt(_squares(points[rows[start : start + BLOCK]], points))) @ columns
            for start in range(0, len(rows), BLOCK)
        ]
    )
    ends = np.cumsum(list(labelled))
    return {
        k: _silhouette(sums[:, end - k : end], labels[rows], np.bincount(labels, minlength=k))
        for end, (k, labels) in zip(ends, labelled.items(), strict=True)
    }


def _silhouette(sums: Matrix, own: Labels, size: Labels) -> float:
    """The mean silhouette, from each person's distances to all people of each group, shape (n_measured, n_groups)."""
    rows = np.arange(len(own))
    inside = sums[rows, own] / np.maximum(size[own] - 1, 1)
    means = sums / size
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(np.maximum(inside, outside), 1)
    return float(np.where(size[own] > 1, (outside - inside) / larger, 0.0).mean())


def _settled(points: Matrix, centres: Matrix) -> tuple[Labels, Matrix]:
    """Lloyd's rounds until nobody moves: the group of each person, and the middles."""
    labels = nearest(points, centres)
    for _ in range(MOST_ROUNDS):
        moved = middles(points, labels, len(centres))
        centres = np.where(np.isnan(moved), centres, moved)
        before, labels = labels, nearest(points, centres)
        if np.array_equal(before, labels):
            break
    return labels, centres


def _squares(points: Matrix, centres: Matrix) -> Matrix:
    """Squared distances of each place to each middle, shape (n_points, n_centres)."""
    across = points[:, :1] - centres[:, 0]
    along = points[:, 1:] - centres[:, 1]
    squares: Matrix = across * across + along * along
    return squares
