from collections.abc import Sequence

import numpy as np
import pytest

from surveyapp.analysis.consensus import (
    Counts,
    ProposalFigures,
    VoteCounts,
    group_informed,
    more_than_half_z,
    more_than_others_z,
    probability,
    proposal_figures,
    representatives,
)


def counts(*numbers: int) -> Counts:
    return np.array(numbers)


def one_proposal(*groups: tuple[int, int, int]) -> VoteCounts:
    """Votes of groups on one proposal: seen, agree, disagree of each."""
    table = np.array(groups).reshape(-1, 3)
    return VoteCounts(table[:, :1], table[:, 1:2], table[:, 2:])


def figures(everyone: tuple[int, int, int], *groups: tuple[int, int, int]) -> ProposalFigures:
    return proposal_figures(["lunch"], one_proposal(everyone), one_proposal(*groups))[0]


def table_of(groups: Sequence[Sequence[tuple[int, int, int]]]) -> VoteCounts:
    """Votes per group and proposal: seen, agree, disagree of each."""
    table = np.array(groups)
    return VoteCounts(table[:, :, 0], table[:, :, 1], table[:, :, 2])


def test_a_probability_is_one_more_vote_of_two_more_people() -> None:
    assert probability(counts(0, 7, 10), counts(0, 10, 10)).tolist() == [1 / 2, 8 / 12, 11 / 12]


def test_the_test_of_one_proportion_is_the_published_one() -> None:
    # Nine of ten after one is added to both: 2 * sqrt(10) * (0.9 - 0.5); five of ten, and one of two, are a half.
    assert more_than_half_z(counts(8, 4, 0), counts(9, 9, 1)) == pytest.approx([2.529822, 0.0, 0.0])
    assert more_than_half_z(counts(0), counts(9)) == pytest.approx([-2.529822])


def test_the_test_of_two_proportions_is_the_published_one() -> None:
    # 16 of 25 and 57 of 72 after one is added to each: a text-book example that Polis tests itself with, z = -1.51.
    assert more_than_others_z(counts(15), counts(24), counts(56), counts(71)) == pytest.approx([-1.514], abs=5e-4)
    # 9 of 10 and 2 of 10: 0.7 / sqrt(0.55 * 0.45 * 0.2)
    assert more_than_others_z(counts(8), counts(9), counts(1), counts(9)) == pytest.approx([3.146266])


def test_where_everybody_votes_so_the_test_of_two_proportions_says_nothing() -> None:
    assert more_than_others_z(counts(9), counts(9), counts(4), counts(4)).tolist() == [0.0]


def test_group_informed_consensus_is_the_product_over_groups() -> None:
    assert group_informed(np.array([[0.5, 0.9], [0.5, 0.8], [0.5, 0.5]])) == pytest.approx([0.125, 0.36])


def test_a_proposal_has_the_figures_of_everyone_and_of_each_group() -> None:
    found = figures((20, 13, 4), (8, 7, 1), (10, 5, 2))

    assert (found.everyone.seen, found.everyone.agree, found.everyone.disagree, found.everyone.passed) == (20, 13, 4, 3)
    assert found.everyone.agreement == pytest.approx(14 / 22)
    assert found.everyone.disagreement == pytest.approx(5 / 22)
    assert [(group.seen, group.passed) for group in found.groups] == [(8, 0), (10, 3)]
    assert found.consensus == pytest.approx(8 / 10 * 6 / 12)
    assert found.consensus_against == pytest.approx(2 / 10 * 3 / 12)
    assert found.lowest_agreement == pytest.approx(6 / 12)
    assert found.spread == pytest.approx(8 / 10 - 6 / 12)


def test_common_ground_is_what_every_group_agrees_with() -> None:
    assert figures((30, 24, 3), (8, 7, 1), (22, 17, 2)).is_common_ground
    assert not figures((30, 24, 3), (8, 4, 4), (22, 20, 2)).is_common_ground


def test_the_agreement_that_common_ground_needs_can_be_stated() -> None:
    votes = one_proposal((8, 7, 1), (22, 17, 2))  # 0.8 and 0.75

    found = [
        proposal_figures([1], one_proposal((30, 24, 3)), votes, common_from=least)[0].is_common_ground
        for least in (0.75, 0.76)
    ]

    assert found == [True, False]


def test_a_group_that_has_hardly_voted_makes_neither_common_ground_nor_a_divide() -> None:
    assert not figures((20, 19, 0), (16, 15, 0), (4, 4, 0)).is_common_ground
    assert not figures((20, 16, 4), (16, 16, 0), (4, 0, 4)).is_divisive
    assert figures((20, 16, 4), (16, 16, 0), (4, 0, 4)).spread is None
    assert figures((20, 16, 4), (16, 16, 0), (4, 0, 4)).rejected_by == ()


def test_a_proposal_is_divisive_when_agreement_spreads_wide() -> None:
    # 0.7 and 0.3 of ten in all after smoothing; then 0.7 and 0.4.
    assert figures((16, 8, 8), (8, 6, 2), (8, 2, 6)).is_divisive
    assert not figures((16, 9, 7), (8, 6, 2), (8, 3, 5)).is_divisive


def test_a_group_rejects_what_more_than_half_of_it_disagree_with() -> None:
    assert figures((24, 8, 15), (8, 7, 0), (8, 1, 7), (8, 0, 8)).rejected_by == (1, 2)
    assert figures((16, 8, 8), (8, 4, 4), (8, 4, 4)).rejected_by == ()


def test_people_are_unsure_when_most_pass() -> None:
    assert figures((10, 2, 2)).is_unsure
    assert not figures((10, 3, 2)).is_unsure
    assert not figures((4, 0, 0)).is_unsure


def test_without_groups_there_are_the_figures_of_everyone_alone() -> None:
    found = figures((12, 9, 2))

    assert found.everyone.agreement == pytest.approx(10 / 14)
    assert found.groups == ()
    assert (found.consensus, found.consensus_against, found.lowest_agreement, found.spread) == (None, None, None, None)
    assert (found.is_common_ground, found.is_divisive) == (False, False)


def test_a_representative_proposal_brings_its_tests() -> None:
    first, second = representatives(["lunch"], one_proposal((9, 8, 1), (9, 1, 8)))

    assert [one.vote for one in (*first, *second)] == ["agree", "disagree"]
    agree = first[0]
    assert (agree.proposal, agree.count, agree.seen) == ("lunch", 8, 9)
    assert agree.probability == pytest.approx(9 / 11)
    assert agree.probability_z == pytest.approx(2.529822)
    assert agree.ratio == pytest.approx((9 / 11) / (2 / 11))
    assert agree.ratio_z == pytest.approx(3.146266)
    assert agree.metric == pytest.approx(9 / 11 * 2.529822 * 4.5 * 3.146266)


def test_the_others_are_all_other_groups_together() -> None:
    first = representatives(["lunch"], one_proposal((9, 8, 1), (5, 1, 4), (4, 0, 4)))[0]

    assert first[0].ratio == pytest.approx((9 / 11) / (2 / 11))


def test_what_all_groups_like_represents_none_and_what_half_a_group_likes_does_not_represent_it() -> None:
    assert representatives(["lunch"], one_proposal((9, 8, 1), (9, 8, 1))) == ((), ())
    assert representatives(["lunch"], one_proposal((20, 10, 5), (20, 0, 0))) == ((), ())


def test_both_tests_are_held_to_the_90_percent_level() -> None:
    # 1.2816 lies between: more than half, 13 of 20 gives 1.09 and 14 of 20 gives 1.96 - against others who all pass.
    z = more_than_half_z(counts(12, 13), counts(20, 20))
    assert z[0] < 1.2816 < z[1]
    found = [representatives([1], one_proposal((20, agree, 0), (20, 0, 0)))[0] for agree in (12, 13)]
    assert [len(one) for one in found] == [0, 1]

    z = more_than_others_z(counts(20, 20), counts(20, 20), counts(19, 18), counts(20, 20))
    assert z[0] < 1.2816 < z[1]
    found = [representatives([1], one_proposal((20, 20, 0), (20, agree, 0)))[0] for agree in (19, 18)]
    assert [len(one) for one in found] == [0, 1]


def test_at_most_five_proposals_speak_for_a_group_the_strongest_and_those_it_agrees_with_first() -> None:
    likes = [(20, 20 - i, i) for i in range(4)]
    dislikes = [(20, i, 20 - i) for i in range(4)]
    found = representatives(range(8), table_of([likes + dislikes, dislikes + likes]))

    # By metric 0 and 4 lead, then 1 and 5, then 2, of those alike the earlier; then agreement goes first.
    assert [(one.proposal, one.vote) for one in found[0]] == [
        (0, "agree"),
        (1, "agree"),
        (2, "agree"),
        (4, "disagree"),
        (5, "disagree"),
    ]


def test_a_proposal_that_hardly_anyone_of_a_group_has_seen_does_not_speak_for_it() -> None:
    assert representatives(["lunch"], one_proposal((4, 4, 0), (40, 0, 40)))[0] == ()
