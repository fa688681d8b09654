import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from surveyapp.analysis.cluster import FEWEST_TO_GROUP, group, middles, nearest
from surveyapp.analysis.embed import GRID, FloatMatrix


def planted(n_groups: int, n_each: int, spread: float = 0.08, dims: int = 40) -> tuple[FloatMatrix, list[int]]:
    """Groups of vectors around random middles, mixed; and which group each is of."""
    random = np.random.default_rng(5)
    truth = random.permutation(np.repeat(np.arange(n_groups), n_each))
    rows = random.normal(size=(n_groups, dims)) / np.sqrt(dims)
    rows = rows[truth] + spread * random.normal(size=(len(truth), dims))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.rint(rows * GRID).astype(np.float32), truth.tolist()


@pytest.mark.parametrize(("n_groups", "n_each"), [(4, 8), (5, 30), (9, 60), (12, 100)])
def test_planted_groups_are_found(n_groups: int, n_each: int) -> None:
    vectors, truth = planted(n_groups, n_each)

    found = group(vectors)

    assert adjusted_rand_score(truth, found.labels) == 1.0
    assert found.fit.min() > 0.5


def test_texts_beyond_the_graph_join_the_theme_they_are_most_like(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, truth = planted(6, 100)
    monkeypatch.setattr("surveyapp.analysis.cluster.MOST_IN_GRAPH", 200)

    assert adjusted_rand_score(truth, group(vectors).labels) == 1.0


@pytest.mark.parametrize("n", [0, 1, 2, FEWEST_TO_GROUP - 1])
def test_very_few_texts_are_each_their_own_theme(n: int) -> None:
    vectors = planted(7, 2)[0][:n]

    assert group(vectors).labels.tolist() == list(range(n))


@pytest.mark.parametrize("n", [FEWEST_TO_GROUP, 60, 300])
def test_texts_that_are_nowhere_are_still_grouped(n: int) -> None:
    found = group(np.zeros((n, 12), dtype=np.float32))

    assert (found.labels >= 0).all()
    assert (found.fit == 0).all()


def test_the_nearest_texts_are_the_nearest() -> None:
    vectors, _ = planted(3, 20)
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)

    assert np.array_equal(nearest(vectors, 1)[:, 0], similarity.argmax(axis=1))


def test_the_middle_of_a_theme_has_the_length_of_the_grid() -> None:
    vectors, truth = planted(3, 20)

    assert np.allclose(np.linalg.norm(middles(vectors, np.array(truth)), axis=1), GRID, rtol=0.01)
