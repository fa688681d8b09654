import numpy as np
import pytest
import scipy.sparse as sp

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.moves import Situation, join_groups, move_members, part_groups

BLOCKS = np.repeat(np.arange(4), 12)


def situation(resolution: float = 1.0, *, old: bool = False) -> Situation:
    """Four blocks of nodes with many edges inside and few between them."""
    random = np.random.default_rng(2)
    inside = BLOCKS[:, None] == BLOCKS[None, :]
    weight = np.triu(random.random((48, 48)) * (random.random((48, 48)) < np.where(inside, 0.7, 0.06)), 1)
    vectors = np.rint(np.eye(4)[BLOCKS] * 2000).astype(np.float32)
    graph = sp.csr_array(weight + weight.T)
    return Situation(graph, vectors, resolution, np.full(48, old), np.zeros(48, dtype=np.bool_))


def modularity(given: Situation, labels: Labels) -> float:
    """By its definition, with sums over all pairs."""
    weight = given.graph.toarray()
    degrees, total = weight.sum(axis=1), weight.sum()
    same = labels[:, None] == labels[None, :]
    return float(((weight - given.resolution * np.outer(degrees, degrees) / total) * same).sum() / total)


def grouping(labels: Labels) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
def test_no_step_lowers_modularity(resolution: float) -> None:
    given = situation(resolution)
    start = np.random.default_rng(4).integers(0, 6, 48)

    moved = move_members(given, start, hold=0.0, rounds=6)
    parted = part_groups(given, moved, fewest=3, first_new=6).labels
    joined = join_groups(given, parted, pinned=frozenset(), first_new=6).labels

    steps = [modularity(given, labels) for labels in (start, moved, parted, joined)]
    assert steps == sorted(steps)
    assert steps[-1] > steps[0]


def test_a_member_moves_to_where_its_ties_are() -> None:
    given = situation()
    start = BLOCKS.copy()
    start[[0, 20]] = 3

    assert np.array_equal(move_members(given, start, hold=0.0, rounds=3), BLOCKS)
    assert np.array_equal(move_members(situation(old=True), start, hold=10.0, rounds=3), start)


def test_parting_finds_the_blocks_and_no_more() -> None:
    parted = part_groups(situation(), np.zeros(48, dtype=np.int64), fewest=5, first_new=9)

    assert grouping(parted.labels) == grouping(BLOCKS)
    assert parted.parents == {9: 0, 10: 0, 11: 0}
    again = part_groups(situation(), BLOCKS, fewest=2, first_new=9)
    assert modularity(situation(), again.labels) >= modularity(situation(), BLOCKS)


def test_with_a_low_resolution_nothing_parts() -> None:
    assert part_groups(situation(0.05), np.zeros(48, dtype=np.int64), fewest=5, first_new=9).parents == {}


def test_joining_restores_the_blocks() -> None:
    pieces = BLOCKS * 3 + np.arange(48) % 3

    joined = join_groups(situation(), pieces, pinned=frozenset(), first_new=12)

    assert grouping(joined.labels) == grouping(BLOCKS)
    assert set(joined.into) == set(range(12)) - set(joined.labels.tolist())


def test_of_two_groups_the_one_that_is_not_new_goes_on() -> None:
    pieces = np.where(np.arange(48) % 4 == 0, BLOCKS, BLOCKS + 10)

    assert np.array_equal(join_groups(situation(), pieces, pinned=frozenset(), first_new=10).labels, BLOCKS)
    larger = join_groups(situation(old=True), pieces, pinned=frozenset(), first_new=99).labels
    assert np.array_equal(larger, BLOCKS + 10)


def test_nodes_without_edges_stay_where_they_are() -> None:
    none = np.zeros(5, dtype=np.bool_)
    alone = Situation(sp.csr_array((5, 5)), np.zeros((5, 3), dtype=np.float32), 1.0, ~none, none)
    labels = np.array([0, 1, 1, 2, 0])

    assert np.array_equal(move_members(alone, labels, hold=0.2, rounds=6), labels)
    assert part_groups(alone, labels, fewest=1, first_new=3).parents == {}
    assert join_groups(alone, labels, pinned=frozenset(), first_new=3).into == {}
