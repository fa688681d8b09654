import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score

from surveyapp.analysis.opinion_space import (
    DIRECTION_GRID,
    PLACE_GRID,
    Matrix,
    directions,
    groupings,
    middles,
    nearest,
    places,
    silhouettes,
)


def some_votes(n_people: int, n_proposals: int, share_seen: float = 0.6) -> tuple[Matrix, Matrix]:
    """Votes with one strong and one weaker direction, and which were given."""
    random = np.random.default_rng(8)
    lean = random.normal(size=(n_people, 2)) * [1.5, 0.8]
    votes = np.clip(np.rint(lean @ random.normal(size=(2, n_proposals)) + random.normal(size=(n_people, 1)) / 4), -1, 1)
    seen = (random.random((n_people, n_proposals)) < share_seen).astype(float)
    return votes * seen, seen


def some_places(n_people: int, n_groups: int) -> Matrix:
    random = np.random.default_rng(4)
    middle = random.normal(size=(n_groups, 2)) * 5
    found: Matrix = np.rint((middle[np.arange(n_people) % n_groups] + random.normal(size=(n_people, 2))) * PLACE_GRID)
    return found


def test_directions_are_the_principal_components_of_votes_filled_with_column_means() -> None:
    votes, seen = some_votes(60, 12)
    filled = np.where(seen > 0, votes, votes.sum(axis=0) / seen.sum(axis=0))

    found, mean = directions(votes, seen)

    expected = PCA(n_components=2).fit(filled).components_
    for ours, theirs in zip(found / DIRECTION_GRID, expected, strict=True):
        assert abs(float(ours @ theirs)) == pytest.approx(1.0, abs=1e-8)
        assert np.abs(ours).max() == ours.max()
    assert mean == pytest.approx(filled.mean(axis=0))


def test_a_place_is_the_projection_of_the_votes_given_pushed_out_by_the_root_of_those_missing() -> None:
    along = np.array([[0.6, 0.8, 0, 0], [0, 0, 1, 0]]) * DIRECTION_GRID
    mean = np.array([0.5, 0.0, -0.25, 0.0])
    votes = np.array([[1.0, -1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    seen = np.array([[1.0, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]])

    found = places(votes, seen, along, mean) / PLACE_GRID

    # First: all four votes, so no push: 0.5 * 0.6 - 0.8 and 1.25. Second: one vote of four: 0.5 * 0.6 * sqrt(4 / 1).
    assert found == pytest.approx(np.array([[-0.5, 1.25], [0.6, 0], [0, 0]]), abs=1e-4)


def test_directions_of_the_same_variance_are_those_of_single_proposals() -> None:
    votes = np.array([[a, b, 0] for a in (-1.0, 1) for b in (-1, 1)])

    found, _ = directions(votes, np.ones((4, 3)))

    assert found.tolist() == [[DIRECTION_GRID, 0, 0], [0, DIRECTION_GRID, 0]]


def test_votes_of_one_kind_have_no_direction_and_votes_on_one_proposal_have_one() -> None:
    assert not directions(np.ones((9, 4)), np.ones((9, 4)))[0].any()
    assert directions(np.array([[1.0], [-1], [0]]), np.ones((3, 1)))[0].tolist() == [[DIRECTION_GRID], [0.0]]


@pytest.mark.parametrize("n_groups", [2, 3, 4, 5])
def test_groups_are_as_tight_as_the_best_of_many_random_starts(n_groups: int) -> None:
    points = some_places(200, n_groups)

    for k, labels in groupings(points, 5).items():
        ours = float(((points - middles(points, labels, k)[labels]) ** 2).sum())
        theirs = KMeans(k, n_init=20, random_state=0).fit(points).inertia_
        assert ours <= theirs * (1.01 if k <= n_groups else 1.1)  # beyond the groups there are, any cut will do


def test_there_are_never_more_groups_than_places() -> None:
    points = np.repeat(np.array([[0.0, 0], [100, 0], [0, 100]]), 7, axis=0)

    assert list(groupings(points, 5)) == [2, 3]
    assert groupings(points[:7], 5) == {}


def test_each_place_belongs_to_the_nearest_middle_the_first_of_two() -> None:
    found = nearest(np.array([[1.0, 0], [9, 0], [5, 0]]), np.array([[0.0, 0], [10, 0]]))

    assert found.tolist() == [0, 1, 0]


def test_the_silhouette_of_a_few_places() -> None:
    points = np.array([[0.0, 0], [0, 3], [4, 0]]) * PLACE_GRID
    labels = np.array([0, 0, 1])

    # a = 3 for both of the first group, b = 4 and 5; who is alone counts 0.
    assert silhouettes(points, {2: labels}) == {2: pytest.approx((1 / 4 + 2 / 5) / 3)}


def test_the_silhouette_is_the_usual_one() -> None:
    points = some_places(300, 3)
    labelled = groupings(points, 5)

    assert silhouettes(points, labelled) == {
        k: pytest.approx(silhouette_score(points, labels), abs=1e-5) for k, labels in labelled.items()
    }
    assert silhouettes(points, {}) == {}


def test_the_silhouette_of_many_people_is_measured_on_a_part_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveyapp.analysis.opinion_space.MOST_MEASURED", 300)
    points = some_places(1500, 3)
    labels: NDArray[np.int64] = np.arange(len(points)) % 3

    on_a_part = silhouettes(points, {3: labels})[3]
    assert on_a_part == pytest.approx(silhouette_score(points, labels), abs=0.02)
    assert on_a_part != pytest.approx(silhouette_score(points, labels), abs=1e-6)
