import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score
from sknetwork.clustering import Louvain

from surveyapp.analysis import communities as module
from surveyapp.analysis.communities import communities


def random_graph(n: int, seed: int) -> sp.csr_array:
    """Symmetric weights between nodes that lie near each other, with some that have no edge."""
    random = np.random.default_rng(seed)
    points = random.normal(size=(n, 3))
    near = np.argsort(((points[:, None] - points[None]) ** 2).sum(axis=2), axis=1)[:, 1:7]
    alone = random.random(n) < 0.05
    edges = sp.coo_array((random.choice([0.2, 0.25, 1 / 3, 0.5], n * 6), (np.repeat(np.arange(n), 6), near.ravel())))
    kept = ~alone[edges.row] & ~alone[edges.col]
    directed = sp.csr_array((edges.data[kept], (edges.row[kept], edges.col[kept])), shape=(n, n))
    return sp.csr_array(directed.maximum(directed.T))


@pytest.mark.parametrize("resolution", [0.5, 1.4, 2.8])
@pytest.mark.parametrize("n", [12, 90, 700])
@pytest.mark.parametrize("most_pairs", [0, module.MOST_PAIRS])
def test_the_groups_are_those_of_scikit_network(
    n: int, resolution: float, most_pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", most_pairs)
    for seed in range(4):
        graph = random_graph(n, seed)
        theirs = Louvain(resolution=resolution, random_state=0).fit_predict(sp.csr_matrix(graph))

        assert adjusted_rand_score(communities(graph, resolution), theirs) == 1.0


def test_groups_are_numbered_by_size() -> None:
    sizes = np.bincount(communities(random_graph(300, 1), 1.0))

    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


def test_without_edges_all_nodes_are_one_group() -> None:
    assert communities(sp.csr_array((5, 5)), 1.0).tolist() == [0] * 5
