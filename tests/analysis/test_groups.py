import os
import subprocess
import sys
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from surveyapp.analysis.groups import OpinionGroups, Outcome, opinion_groups

NAN = float("nan")
Votes = NDArray[np.float64]


def planted(n_groups: int, n_people: int = 120, n_proposals: int = 30, noise: float = 0.25) -> tuple[Votes, list[int]]:
    """Votes of groups that differ along two lines, some by chance, four in ten missing; and which group each is of."""
    random = np.random.default_rng(n_groups)
    half = n_proposals // 2
    one, two = random.choice([-1, 1], half), random.choice([-1, 1], n_proposals - half)
    views = np.array([np.append(a * one, b * two) for a, b in [(1, 1), (-1, 1), (1, -1), (-1, -1)]])[:n_groups]
    truth = random.permutation(np.arange(n_people) % n_groups)
    by_chance = random.random((n_people, n_proposals)) < noise
    votes = np.where(by_chance, random.choice([-1, 0, 1], by_chance.shape), views[truth]).astype(float)
    votes[random.random(votes.shape) < 0.4] = NAN
    return votes, truth.tolist()


def two_camps(first: int, second: int, n_proposals: int = 4) -> Votes:
    """People who agree with everything, then people who disagree with everything."""
    return np.repeat([[1.0] * n_proposals, [-1.0] * n_proposals], [first, second], axis=0)


def found_in(votes: Votes | Sequence[Sequence[float]]) -> OpinionGroups:
    """The groups of people and proposals known by their numbers."""
    table = np.asarray(votes)
    return opinion_groups(table, range(table.shape[0]), range(table.shape[1]))


def group_of_each(found: OpinionGroups) -> list[int]:
    return [-1 if place.group is None else place.group for place in found.members]


@pytest.mark.parametrize("n_groups", [2, 3, 4])
def test_planted_groups_are_found_with_noise_and_missing_votes(n_groups: int) -> None:
    votes, truth = planted(n_groups)

    found = found_in(votes)

    assert found.outcome is Outcome.GROUPS
    assert len(found.groups) == n_groups
    assert adjusted_rand_score(truth, group_of_each(found)) > 0.9
    assert found.silhouettes[n_groups] == max(found.silhouettes.values()) > 0.6


def test_the_order_of_members_and_proposals_does_not_matter() -> None:
    votes, _ = planted(3)
    random = np.random.default_rng(2)
    rows, columns = random.permutation(votes.shape[0]), random.permutation(votes.shape[1])

    assert opinion_groups(votes[np.ix_(rows, columns)], rows.tolist(), columns.tolist()) == found_in(votes)


def test_other_names_for_members_and_proposals_give_the_same_groups() -> None:
    votes, _ = planted(3)

    renamed = opinion_groups(votes, [f"m{7 * i % 120}" for i in range(120)], [f"p{7 * i % 30}" for i in range(30)])

    by_name = {place.member: place.group for place in renamed.members}
    assert [by_name[f"m{7 * i % 120}"] for i in range(120)] == [place.group for place in found_in(votes).members]


def test_the_number_of_threads_does_not_matter() -> None:
    program = (
        "import numpy as np; from surveyapp.analysis.groups import opinion_groups;"
        "votes = np.random.default_rng(1).choice([-1, 0, 1, np.nan], (600, 150));"
        "print(opinion_groups(votes, range(600), range(150)))"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]

    assert printed[0] == printed[1]
    assert b"Outcome.GROUPS" in printed[0]


def test_the_votes_handed_in_are_left_alone() -> None:
    votes, _ = planted(2)
    before = votes.copy()

    found_in(votes)

    assert np.array_equal(votes, before, equal_nan=True)


@pytest.mark.parametrize("n_voters", [0, 1, 2, 14])
def test_below_fifteen_voters_it_says_so(n_voters: int) -> None:
    found = found_in(two_camps(n_voters, 0) * np.array([1, -1, 1, -1]))

    assert found.outcome is Outcome.TOO_FEW_VOTERS
    assert (found.voters, found.counted, found.groups, found.silhouettes) == (n_voters, n_voters, (), {})
    assert {place.group for place in found.members} <= {None}
    assert [one.everyone.agree for one in found.proposals] == [n_voters, 0, n_voters, 0]
    assert found.common_ground == found.divisive == ()


def test_fifteen_voters_are_enough() -> None:
    found = found_in(two_camps(7, 8))

    assert found.outcome is Outcome.GROUPS
    assert group_of_each(found) == [1] * 7 + [0] * 8


@pytest.mark.parametrize("sizes", [(10, 20, 30), (30, 10, 20), (20, 30, 10)])
def test_the_largest_group_comes_first(sizes: tuple[int, int, int]) -> None:
    views = [[1.0] * 8, [-1.0] * 8, [1.0, -1.0] * 4]
    found = found_in(np.repeat(views, sizes, axis=0))

    assert [group.people for group in found.groups] == [30, 20, 10]
    middles = [(group.x, group.y) for group in found.groups]
    places = [(place.x, place.y) for place in found.members]
    assert np.array([middles[group] for group in group_of_each(found)]) == pytest.approx(np.array(places), abs=1e-3)


@pytest.mark.parametrize(("n_voters", "most"), [(15, 3), (23, 3), (24, 4), (35, 4), (36, 5), (90, 5)])
def test_twelve_people_more_allow_one_group_more_up_to_five(n_voters: int, most: int) -> None:
    votes = np.random.default_rng(6).choice([-1.0, 0, 1], (n_voters, 12))
    votes[: n_voters // 2, :6], votes[n_voters // 2 :, :6] = 1, -1

    assert list(found_in(votes).silhouettes) == list(range(2, most + 1))


@pytest.mark.parametrize("vote", [1.0, -1.0, 0.0])
def test_people_who_all_vote_the_same_are_no_groups(vote: float) -> None:
    found = found_in(np.full((30, 5), vote))

    assert (found.outcome, found.groups) == (Outcome.NO_GROUPS, ())
    assert len(found.unsure) == (5 if vote == 0 else 0)
    assert found.common_ground == ()


def test_one_proposal_is_enough_for_groups() -> None:
    found = found_in([[1.0]] * 12 + [[-1.0]] * 9)

    assert [group.people for group in found.groups] == [12, 9]
    assert found.votes_needed == 1
    assert [one.proposal for one in found.divisive] == [0]


def test_no_proposals_and_no_votes_are_too_few() -> None:
    assert found_in(np.zeros((20, 0))).outcome is Outcome.TOO_FEW_VOTERS
    silent = found_in(np.full((20, 3), NAN))
    assert (silent.outcome, silent.voters) == (Outcome.TOO_FEW_VOTERS, 0)


def test_a_member_without_votes_stands_nowhere_and_belongs_to_no_group() -> None:
    votes = two_camps(10, 10)
    votes[4] = NAN

    found = found_in(votes)

    assert (found.voters, found.counted) == (19, 19)
    assert (found.members[4].votes, found.members[4].group, found.members[4].x) == (0, None, None)


def test_members_with_few_votes_make_no_group_but_are_placed_when_three_votes_tell() -> None:
    votes = two_camps(10, 10, n_proposals=12)
    votes[0, 6:] = NAN  # six votes
    votes[1, 3:] = NAN  # three
    votes[2, 2:] = NAN  # two

    found = found_in(votes)

    assert (found.votes_needed, found.voters, found.counted) == (7, 20, 17)
    camp = found.members[9].group
    assert [place.group for place in found.members[:3]] == [camp, camp, None]
    assert found.proposals[11].groups[camp or 0].seen == 7


def test_members_with_few_votes_do_not_turn_the_plane_on_which_the_others_stand() -> None:
    votes, _ = planted(3)
    few = np.full((60, votes.shape[1]), NAN)
    few[:30, 0], few[30:, 0] = 1, -1  # one vote each, all on the same proposal
    many = votes[(~np.isnan(votes)).sum(axis=1) >= 7]

    alone, together = found_in(many), found_in(np.vstack([many, few]))

    assert [(place.x, place.y) for place in together.members[: len(many)]] == [(p.x, p.y) for p in alone.members]


def test_doubts_are_ordered_by_the_share_that_passed_not_by_their_number() -> None:
    votes = np.zeros((20, 2))
    votes[:6, 0] = 1  # 14 of 20 passed
    votes[:10, 1] = NAN
    votes[10, 1] = 1  # 9 of 10 passed

    assert [one.proposal for one in found_in(votes).unsure] == [1, 0]


def test_fourteen_members_with_enough_votes_are_too_few_whatever_the_others_do() -> None:
    votes = two_camps(20, 20, n_proposals=12)
    votes[14:, 6:] = NAN

    assert found_in(votes).outcome is Outcome.TOO_FEW_VOTERS


def test_fewer_than_five_people_are_no_group_of_their_own() -> None:
    votes = np.vstack([two_camps(20, 20, 8), [[1.0, -1] * 4] * 2])

    found = found_in(votes)

    assert [group.people for group in found.groups] in ([22, 20], [21, 21])
    alone = np.vstack([two_camps(20, 0, 8), [[-1.0] * 8] * 2])
    assert found_in(alone).outcome is Outcome.NO_GROUPS


def test_few_people_far_off_do_not_hide_the_groups_of_the_others() -> None:
    votes = np.repeat([[1.0] * 2 + [0] * 60, [-1.0] * 2 + [0] * 60], 20, axis=0)
    far_off = np.vstack([votes, [[0.0] * 2 + [1.0] * 60] * 4])

    found = found_in(far_off)

    assert len(found.groups) == 2
    assert len({found.members[0].group, found.members[20].group}) == 2


def test_common_ground_divides_and_doubts_are_listed_strongest_first() -> None:
    # Columns: two that divide, the first less; all agree but two; all agree; all pass; two more that divide.
    first = [[1.0, 1, 1, 1, 0, 1, 1]] * 10
    second = [[-1.0, -1, 1, 1, 0, -1, -1]] * 6 + [[-1, -1, -1, 1, 0, -1, -1]] * 2 + [[1, -1, 1, 1, 0, -1, -1]] * 2

    found = found_in(first + second)

    assert [one.proposal for one in found.common_ground] == [3, 2]
    assert [one.lowest_agreement for one in found.common_ground] == pytest.approx([11 / 12, 9 / 12])
    assert [one.proposal for one in found.divisive] == [1, 5, 6, 0]
    assert [one.proposal for one in found.unsure] == [4]
    assert {one.proposal for one in found.groups[0].representative} == {0, 1, 5, 6}


def test_what_counts_as_common_ground_is_passed_on() -> None:
    votes = two_camps(10, 10)
    votes[:, 3] = [1.0] * 17 + [-1.0] * 3  # the second group: 8 / 12

    strict = opinion_groups(votes, range(20), range(4), common_from=0.7)

    assert [one.proposal for one in found_in(votes).common_ground] == [3]
    assert strict.common_ground == ()


def test_votes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="2 members, 3 proposals"):
        opinion_groups(np.zeros((2, 2)), [1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="comes twice"):
        opinion_groups(np.zeros((2, 1)), [1, 1], [1])
    with pytest.raises(ValueError, match="comes twice"):
        opinion_groups(np.zeros((1, 2)), [1], ["a", "a"])
    with pytest.raises(ValueError, match="none of"):
        opinion_groups(np.array([[2.0]]), [1], [1])


@st.composite
def any_votes(draw: st.DrawFn) -> Votes:
    n_members, n_proposals = draw(st.integers(0, 40)), draw(st.integers(0, 9))
    seed = draw(st.integers(0, 10_000))
    likely = draw(st.sampled_from([(0.25,) * 4, (0.8, 0.1, 0.1, 0.0), (0.1, 0.1, 0.1, 0.7), (0.5, 0.5, 0.0, 0.0)]))
    found: Votes = np.random.default_rng(seed).choice([1.0, -1, 0, NAN], (n_members, n_proposals), p=likely)
    return found


@settings(deadline=None, max_examples=150)
@given(any_votes(), st.randoms(use_true_random=False))
def test_any_votes_give_a_result_that_accounts_for_every_member_and_vote(votes: Votes, random: Random) -> None:
    found = found_in(votes)

    rows, columns = list(range(votes.shape[0])), list(range(votes.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    assert opinion_groups(votes[np.ix_(rows, columns)], rows, columns) == found
    assert [place.member for place in found.members] == list(range(votes.shape[0]))
    in_groups = group_of_each(found)
    assert [group.people for group in found.groups] == [in_groups.count(group.number) for group in found.groups]
    assert all(group.people >= 5 for group in found.groups)
    assert len(found.groups) != 1
    assert (found.outcome is Outcome.GROUPS) == bool(found.groups)
    for column, one in enumerate(found.proposals):
        for votes_of, tally in [(votes, one.everyone)] + [
            (votes[np.array(in_groups) == number], tally) for number, tally in enumerate(one.groups)
        ]:
            given_votes = votes_of[:, column]
            assert tally.agree == (given_votes == 1).sum()
            assert tally.disagree == (given_votes == -1).sum()
            assert tally.passed == (given_votes == 0).sum()
            assert tally.seen == tally.agree + tally.disagree + tally.passed
