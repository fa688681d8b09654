"""What groups of people agree on and what sets them apart: the figures of Polis, from counts of votes.

The formulas are those of compdemocracy/polis, `math/src/polismath/math/repness.clj` (probabilities, ratios, choice),
`stats.clj` (tests) and `conversation.clj` (group-informed consensus), described in Small and others 2021, "Polis:
Scaling deliberation by mapping high dimensional opinion spaces", Recerca 26; polis-community/red-dwarf writes them out
in the notation of that paper (`reddwarf/utils/stats.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Figures = NDArray[np.float64]
Key = int | str
"""What a proposal or a member is known by."""

Z_90 = 1.2815515655446004
"""Standard normal deviate that leaves 10 % above it: the published level of both tests, each on one side."""
MOST_REPRESENTATIVE = 5
"""Proposals that speak for a group, as published."""
FEWEST_SEEN = 5
"""Nothing is said of a group in which fewer people voted on a proposal; Polis has no such bound."""
COMMON_FROM = 0.6
"""Agreement that every group must reach for common ground: well above the half of a group that has not voted."""
DIVISIVE_FROM = 0.4
"""Spread of agreement between groups from which a proposal is divisive, as between 70 % and 30 %."""
ROUNDING = 1e-9
"""So near to a bound it is reached: 0.7 - 0.3 is a little less than 0.4 to the machine."""
UNSURE_FROM = 0.5
"""Share of passes above which people are unsure."""


class VoteCounts(NamedTuple):
    """Votes of each group on each proposal."""

    seen: Counts
    """People who voted, passes included, shape (n_groups, n_proposals); agree and disagree have this shape too."""
    agree: Counts
    disagree: Counts


@dataclass(frozen=True)
class Tally:
    """How some people voted on one proposal."""

    seen: int
    """The three counts that follow, together."""
    agree: int
    disagree: int
    passed: int
    agreement: float
    """(agree + 1) / (seen + 2): the probability that one of them agrees; 1/2 where nobody has voted."""
    disagreement: float
    """(disagree + 1) / (seen + 2)."""


@dataclass(frozen=True)
class ProposalFigures:
    """One proposal over all people and over the groups; the figures over groups are None where there are no groups."""

    proposal: Key
    everyone: Tally
    """Members in no group included."""
    groups: tuple[Tally, ...]
    """By number of the group."""
    consensus: float | None
    """Group-informed consensus: the product of the groups' agreement."""
    consensus_against: float | None
    """The product of the groups' disagreement."""
    lowest_agreement: float | None
    """The agreement of the group that agrees least: common ground as a figure."""
    spread: float | None
    """Highest minus lowest agreement of groups with enough votes; None with fewer than two of them."""
    rejected_by: tuple[int, ...]
    """Groups of which more than half disagree, by the test of one proportion."""
    is_common_ground: bool
    is_divisive: bool
    is_unsure: bool


@dataclass(frozen=True)
class Representative:
    """A proposal that sets a group apart from the others, with the tests that say so."""

    proposal: Key
    vote: Literal["agree", "disagree"]
    count: int
    """People of the group who voted so."""
    seen: int
    """People of the group who voted."""
    probability: float
    """(count + 1) / (seen + 2)."""
    probability_z: float
    """Of the test that more than half of the group vote so."""
    ratio: float
    """Representativeness: the group's probability divided by that of the other groups together."""
    ratio_z: float
    """Of the test that the group votes so more than the others."""
    metric: float
    """The product of the four figures above: what proposals are ranked by."""


def probability(count: Counts, seen: Counts) -> Figures:
    """How probable a vote is: (count + 1) / (seen + 2), so that few votes say little."""
    return (count + 1) / (seen + 2)


def more_than_half_z(count: Counts, seen: Counts) -> Figures:
    """Deviate of the test of one proportion against a half: 2 sqrt(n) (c / n - 1/2), c and n each one more.

    The published form adds one to the votes and one to those who saw it, unlike `probability`.
    """
    n = seen + 1
    deviate: Figures = 2 * np.sqrt(n) * ((count + 1) / n - 0.5)
    return deviate


def more_than_others_z(count: Counts, seen: Counts, others: Counts, others_seen: Counts) -> Figures:
    """Deviate of the test of two proportions with pooled variance, every count one more; 0 where all vote so.

    (p - q) / sqrt(r (1 - r) (1/n + 1/m)); p of n in the group, q of m in the others, r of n + m in both.
    """
    n, m = seen + 1, others_seen + 1
    pooled = (count + others + 2) / (n + m)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    difference = (count + 1) / n - (others + 1) / m
    deviate: Figures = np.divide(difference, spread, out=np.zeros(spread.shape), where=spread > 0)
    return deviate


def group_informed(probabilities: Figures) -> Figures:
    """Consensus over groups: the product of their probabilities, shape (n_groups, n_proposals) to (n_proposals,)."""
    product: Figures = probabilities.prod(axis=0)
    return product


def proposal_figures(
    proposals: Sequence[Key], everyone: VoteCounts, groups: VoteCounts, *, common_from: float = COMMON_FROM
) -> tuple[ProposalFigures, ...]:
    """The figures of each proposal.

    Args:
        proposals: Ids, in the order of the columns of the counts.
        everyone: Votes of all people, shape (1, n_proposals).
        groups: Votes of each group; shape (0, n_proposals) where there are no groups.
        common_from: Lowest agreement of a group for common ground.
    """
    agreement = probability(groups.agree, groups.seen)
    disagreement = probability(groups.disagree, groups.seen)
    enough = groups.seen >= FEWEST_SEEN
    rejects = enough & (more_than_half_z(groups.disagree, groups.seen) > Z_90)
    consensus, against = group_informed(agreement), group_informed(disagreement)
    lowest = agreement.min(axis=0, initial=1.0)
    spread = agreement.max(axis=0, initial=0.0, where=enough) - agreement.min(axis=0, initial=1.0, where=enough)
    passed = everyone.seen - everyone.agree - everyone.disagree
    unsure = (everyone.seen >= FEWEST_SEEN) & (passed > UNSURE_FROM * everyone.seen)
    n_groups = len(agreement)
    is_compared = enough.sum(axis=0) > 1
    return tuple(
        ProposalFigures(
            proposal=proposal,
            everyone=_tally(everyone, 0, column),
            groups=tuple(_tally(groups, group, column) for group in range(n_groups)),
            consensus=float(consensus[column]) if n_groups else None,
            consensus_against=float(against[column]) if n_groups else None,
            lowest_agreement=float(lowest[column]) if n_groups else None,
            spread=float(spread[column]) if is_compared[column] else None,
            rejected_by=tuple(np.flatnonzero(rejects[:, column]).tolist()),
            is_common_ground=bool(n_groups and enough[:, column].all() and lowest[column] >= common_from - ROUNDING),
            is_divisive=bool(is_compared[column] and spread[column] >= DIVISIVE_FROM - ROUNDING),
            is_unsure=bool(unsure[0, column]),
        )
        for column, proposal in enumerate(proposals)
    )


def representatives(proposals: Sequence[Key], groups: VoteCounts) -> tuple[tuple[Representative, ...], ...]:
    """The proposals that speak for each group: at most five by metric, those it agrees with first.

    Both tests must pass at the 90 % level for the same vote. Polis names one proposal even for a group where none
    passes; here such a group has none.

    Args:
        proposals: Ids, in the order of the columns of the counts; ties of the metric keep it.
        groups: Votes of each group.
    """
    found: list[list[Representative]] = [[] for _ in groups.seen]
    others_seen = groups.seen.sum(axis=0) - groups.seen
    votes: tuple[tuple[Literal["agree", "disagree"], Counts], ...]
    votes = (("agree", groups.agree), ("disagree", groups.disagree))
    for vote, count in votes:
        others = count.sum(axis=0) - count
        chance = probability(count, groups.seen)
        chance_z = more_than_half_z(count, groups.seen)
        ratio = chance / probability(others, others_seen)
        ratio_z = more_than_others_z(count, groups.seen, others, others_seen)
        metric = chance * chance_z * ratio * ratio_z
        passes = (chance_z > Z_90) & (ratio_z > Z_90) & (groups.seen >= FEWEST_SEEN)
        for group, column in np.argwhere(passes).tolist():
            cell = (group, column)
            found[group].append(
                Representative(
                    proposal=proposals[column],
                    vote=vote,
                    count=int(count[cell]),
                    seen=int(groups.seen[cell]),
                    probability=float(chance[cell]),
                    probability_z=float(chance_z[cell]),
                    ratio=float(ratio[cell]),
                    ratio_z=float(ratio_z[cell]),
                    metric=float(metric[cell]),
                )
            )
    best = [sorted(each, key=lambda one: -one.metric)[:MOST_REPRESENTATIVE] for each in found]
    return tuple(tuple(sorted(each, key=lambda one: one.vote != "agree")) for each in best)


def _tally(counts: VoteCounts, group: int, column: int) -> Tally:
    """The votes of one group on one proposal."""
    seen, agree, disagree = (int(count[group, column]) for count in counts)
    return Tally(seen, agree, disagree, seen - agree - disagree, (agree + 1) / (seen + 2), (disagree + 1) / (seen + 2))
