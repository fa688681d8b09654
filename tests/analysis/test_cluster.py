from time import thread_time

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from surveyapp.analysis.cluster import (
    COARSE,
    FEW_TO_STAND,
    FEWEST_TO_GROUP,
    Labels,
    group,
    middles,
    with_loose_parted,
    without_scattered,
)
from surveyapp.analysis.embed import GRID, FloatMatrix
from surveyapp.analysis.measure import agreement
from surveyapp.analysis.neighbours import NEIGHBOURS, nearest, neighbour_graph


def planted(n_groups: int, n_each: int, spread: float = 0.08, dims: int = 40) -> tuple[FloatMatrix, list[int]]:
    """Groups of vectors around random middles, mixed; and which group each is of."""
    random = np.random.default_rng(5)
    truth = random.permutation(np.repeat(np.arange(n_groups), n_each))
    rows = random.normal(size=(n_groups, dims)) / np.sqrt(dims)
    rows = rows[truth] + spread * random.normal(size=(len(truth), dims))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.rint(rows * GRID).astype(np.float32), truth.tolist()


def overlapping(n: int) -> tuple[FloatMatrix, list[int]]:
    """Twenty groups of different sizes that run into each other, as real themes do."""
    random = np.random.default_rng(7)
    sizes = random.dirichlet(np.full(20, 3.0))
    truth = random.choice(20, n, p=sizes)
    rows = (random.normal(size=(20, 60)) / np.sqrt(60))[truth] + 0.24 * random.normal(size=(n, 60))
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


@pytest.mark.parametrize(("n_groups", "n_each"), [(2, 50), (2, 100), (2, 500), (3, 300)])
def test_a_few_large_groups_that_lie_apart_are_not_cut_up(n_groups: int, n_each: int) -> None:
    vectors, truth = planted(n_groups, n_each, spread=0.15)

    found = group(vectors)

    assert adjusted_rand_score(truth, found.labels) == 1.0
    assert found.resolution == COARSE


def test_three_texts_more_do_not_change_how_fine_the_themes_are() -> None:
    vectors, _ = overlapping(400)
    counts = [int(group(vectors[:n]).labels.max()) + 1 for n in range(380, 401, 3)]

    assert max(counts) - min(counts) <= 3, "single texts decide how many themes there are"


def test_a_run_on_four_fifths_of_the_texts_finds_much_the_same_themes() -> None:
    vectors, _ = overlapping(600)
    whole = group(vectors).labels
    same = []
    for seed in range(4):
        rows = np.sort(np.random.default_rng(seed).permutation(600)[:480])
        same.append(agreement(whole[rows], group(vectors[rows]).labels))

    assert np.mean(same) >= 0.7


def parted(vectors: FloatMatrix, labels: Labels) -> Labels:
    """The labels after loose themes came apart."""
    return with_loose_parted(vectors, neighbour_graph(nearest(vectors, 20), np.arange(len(vectors))), labels)


def test_a_theme_of_two_subjects_that_share_nothing_comes_apart() -> None:
    vectors, truth = planted(8, 40)
    labels = np.maximum(np.array(truth), 1)  # the first two groups were taken for one theme

    assert adjusted_rand_score(truth, parted(vectors, labels)) == 1.0


def test_a_loose_theme_of_one_subject_stays_whole() -> None:
    vectors, truth = planted(8, 40)
    random = np.random.default_rng(2)
    loose = np.flatnonzero(np.array(truth) == 3)
    spread = vectors[loose] + random.normal(size=(len(loose), 40)) * GRID * 0.16
    vectors[loose] = np.rint(spread / np.linalg.norm(spread, axis=1, keepdims=True) * GRID)

    assert adjusted_rand_score(truth, parted(vectors, np.array(truth))) == 1.0


def test_what_has_most_of_its_ties_elsewhere_is_no_theme() -> None:
    vectors, truth = planted(8, 40)
    labels = np.array(truth)
    labels[[int(row) for group in range(8) for row in np.flatnonzero(labels == group)[:3]]] = 8  # some of each
    graph = neighbour_graph(nearest(vectors, 20), np.arange(len(vectors)))

    assert without_scattered(vectors, graph, labels, np.array([2, 8])).tolist() == truth
    assert without_scattered(vectors, graph, labels, np.array([2])).tolist() == labels.tolist()


def scattered(vectors: FloatMatrix, labels: Labels) -> list[int]:
    """Themes with more ties leading out than inside."""
    graph = neighbour_graph(nearest(vectors, 2 * NEIGHBOURS[1]), np.arange(len(vectors)))
    same = labels[:, None] == labels[None, :]
    inside, all_ties = graph.multiply(same).sum(axis=1), graph.sum(axis=1)
    return [
        theme for theme in set(labels.tolist()) if inside[labels == theme].sum() < all_ties[labels == theme].sum() / 2
    ]


def test_a_few_texts_that_belong_with_others_are_no_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = overlapping(100)
    found = group(vectors).labels
    small = np.flatnonzero(np.bincount(found) < FEW_TO_STAND)
    assert not set(scattered(vectors, found)) & set(small.tolist())
    monkeypatch.setattr("surveyapp.analysis.cluster.FEW_TO_STAND", 0)
    loose = group(vectors).labels
    assert [len(loose[loose == theme]) for theme in scattered(vectors, loose)] == [4, 3]


def test_texts_that_are_like_no_other_are_weak_fits() -> None:
    vectors, _ = planted(6, 100)
    random = np.random.default_rng(3)
    strays = random.choice(600, 8, replace=False)
    foreign = random.normal(size=(8, 40))
    vectors[strays] = np.rint(foreign / np.linalg.norm(foreign, axis=1, keepdims=True) * GRID)

    weak = np.flatnonzero(group(vectors).weak)

    assert set(strays.tolist()) <= set(weak.tolist())
    assert len(weak) <= 0.02 * 600


def test_beyond_the_graph_texts_that_fit_their_theme_least_are_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = planted(6, 100)
    foreign = np.random.default_rng(3).normal(size=40)
    vectors[500] = np.rint(foreign / np.linalg.norm(foreign) * GRID)
    monkeypatch.setattr("surveyapp.analysis.cluster.MOST_IN_GRAPH", 300)

    found = group(vectors)

    assert found.weak[500]
    assert found.weak.mean() < 0.1


def test_of_texts_that_are_as_near_the_first_are_the_neighbours() -> None:
    vectors = np.tile(np.array([[GRID, 0], [0, GRID]], dtype=np.float32), (20, 1))

    near = nearest(vectors, 4)

    assert near[0].tolist() == [2, 4, 6, 8]
    assert near[9].tolist() == [1, 3, 5, 7]


def test_ten_times_as_many_texts_cost_at_most_twelve_times_as_much() -> None:
    vectors, _ = overlapping(10_000)
    few: list[float] = []
    many: list[float] = []
    while len(few) < 6 and not (few and min(many) <= 12 * min(few)):  # the machine may have been busy
        few += [cost(vectors[:1_000]), cost(vectors[:1_000])]
        many.append(cost(vectors))

    assert min(many) <= 12 * min(few)


def cost(vectors: FloatMatrix) -> float:
    """Processor time of grouping in this thread: those that wait beside it do not count."""
    began = thread_time()
    group(vectors)
    return thread_time() - began
