"""Votes to opinion groups: members who vote alike, what they share, what divides them.

The way of Polis (Small and others 2021, Recerca 26; compdemocracy/polis, `math/src/polismath/math/conversation.clj`),
but for this: nothing is random; the number of groups is chosen anew each time (Polis holds on to the last one until
another has won several times over, which would make the result depend on the runs before); members with few votes are
placed after the groups are made, and do not turn the plane (in Polis its directions come from all members); and fewer
than five people are no group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.consensus import (
    COMMON_FROM,
    Key,
    ProposalFigures,
    Representative,
    VoteCounts,
    proposal_figures,
    representatives,
)
from surveyapp.analysis.opinion_space import (
    PLACE_GRID,
    Labels,
    Matrix,
    directions,
    groupings,
    middles,
    nearest,
    places,
    silhouettes,
)

FEWEST_VOTERS = 15
"""With fewer members who voted enough there are no groups to speak of; Polis fills up to this number."""
VOTES_TO_COUNT = 7
"""Votes with which a member takes part in making the groups, or all proposals where there are fewer; as in Polis."""
VOTES_TO_PLACE = 3
"""Votes with which a member is placed in a group once it is made: one or two say little of all the others."""
MOST_GROUPS = 5
PEOPLE_PER_GROUP = 12
"""So many people more allow one group more than two, as in Polis."""
FEWEST_IN_GROUP = 5
"""The usual k of R7: a smaller group could not be shown, and no common ground could include it."""


class Outcome(StrEnum):
    """Whether there are groups, and if not, why."""

    GROUPS = "groups"
    TOO_FEW_VOTERS = "too few voters"
    NO_GROUPS = "no groups"
    """Enough people voted, but no two groups of five stand apart: they vote alike."""


@dataclass(frozen=True)
class Place:
    """Where a member stands among the others."""

    member: Key
    votes: int
    """Passes included."""
    group: int | None
    """Number of the group; None where there is none, or the member has voted too little."""
    x: float | None
    """The first principal component, in votes; None where nobody was placed, or the member has not voted."""
    y: float | None


@dataclass(frozen=True)
class OpinionGroup:
    """Members who vote alike."""

    number: int
    """From 0, the largest first."""
    people: int
    x: float
    """The middle of the members that made the group."""
    y: float
    representative: tuple[Representative, ...]


@dataclass(frozen=True)
class OpinionGroups:
    """What was found in the votes, step by step."""

    outcome: Outcome
    voters: int
    """Members with at least one vote."""
    counted: int
    """Members with at least `votes_needed` votes: those who make the groups."""
    votes_needed: int
    silhouettes: dict[int, float]
    """Per number of groups that was tried, how well it fits. Votes by chance reach 0.33 with many people, 0.5 with
    twenty; groups that vote clearly apart reach 0.6 and more."""
    members: tuple[Place, ...]
    """By id."""
    groups: tuple[OpinionGroup, ...]
    proposals: tuple[ProposalFigures, ...]
    """By id."""

    @property
    def common_ground(self) -> tuple[ProposalFigures, ...]:
        """Proposals that every group agrees with, those with the highest lowest agreement first."""
        return _ranked([(one.lowest_agreement, one) for one in self.proposals if one.is_common_ground])

    @property
    def divisive(self) -> tuple[ProposalFigures, ...]:
        """Proposals that divide the groups, the widest spread first."""
        return _ranked([(one.spread, one) for one in self.proposals if one.is_divisive])

    @property
    def unsure(self) -> tuple[ProposalFigures, ...]:
        """Proposals that most people passed, the largest share first."""
        return _ranked([(one.everyone.passed / one.everyone.seen, one) for one in self.proposals if one.is_unsure])


def opinion_groups(
    votes: NDArray[np.generic], members: Sequence[Key], proposals: Sequence[Key], *, common_from: float = COMMON_FROM
) -> OpinionGroups:
    """Find the groups of members who vote alike, and what each proposal means to them.

    Args:
        votes: 1 agrees, -1 disagrees, 0 passes, NaN has not voted; shape (n_members, n_proposals).
        members: Id of each row; all different.
        proposals: Id of each column; all different.
        common_from: Lowest agreement of a group for common ground, 0 to 1.

    Returns:
        The same for the same votes in whatever order: everything is worked out in the order of the ids. With too few
        voters there are no groups, and the outcome says so; the votes of everyone are counted in any case.

    Raises:
        ValueError: The shape does not fit the ids, an id comes twice, or a vote is none of the four.
    """
    given, member_ids, proposal_ids = _in_order_of_ids(votes, members, proposals)
    seen = (~np.isnan(given)).astype(np.float64)
    voted = np.where(seen > 0, given, 0.0)
    n_votes = seen.sum(axis=1).astype(np.int64)
    needed = max(1, min(VOTES_TO_COUNT, len(proposal_ids)))
    counted = n_votes >= needed
    outcome, points, centres = Outcome.TOO_FEW_VOTERS, None, np.zeros((0, 2))
    fits: dict[int, float] = {}
    group_of = np.full(len(member_ids), -1)
    if counted.sum() >= FEWEST_VOTERS:
        along, mean = directions(voted[counted], seen[counted])
        points = places(voted, seen, along, mean)
        fits, centres = _find_groups(points[counted])
        outcome = Outcome.GROUPS if len(centres) else Outcome.NO_GROUPS
    if points is not None and len(centres):
        is_placed = n_votes >= min(needed, VOTES_TO_PLACE)
        group_of[is_placed] = nearest(points[is_placed], centres)
        group_of, centres = _largest_first(group_of, centres)
    everyone = _count(voted, seen, np.zeros(len(member_ids), dtype=np.int64), 1)
    by_group = _count(voted, seen, group_of, len(centres))
    people = np.bincount(group_of[group_of >= 0], minlength=len(centres)).tolist()
    speaking = representatives(proposal_ids, by_group)
    return OpinionGroups(
        outcome=outcome,
        voters=int((n_votes > 0).sum()),
        counted=int(counted.sum()),
        votes_needed=needed,
        silhouettes=fits,
        members=_members(member_ids, n_votes, group_of, points),
        groups=tuple(
            OpinionGroup(number, people[number], x / PLACE_GRID, y / PLACE_GRID, speaking[number])
            for number, (x, y) in enumerate(centres.tolist())
        ),
        proposals=proposal_figures(proposal_ids, everyone, by_group, common_from=common_from),
    )


def _in_order_of_ids(
    votes: NDArray[np.generic], members: Sequence[Key], proposals: Sequence[Key]
) -> tuple[Matrix, list[Key], list[Key]]:
    """The votes as numbers with rows and columns sorted by id, and the sorted ids."""
    given = np.asarray(votes, dtype=np.float64)
    if given.shape != (len(members), len(proposals)):
        raise ValueError(f"The votes have shape {given.shape} for {len(members)} members, {len(proposals)} proposals.")
    if len(set(members)) < len(members) or len(set(proposals)) < len(proposals):
        raise ValueError("A member or a proposal comes twice.")
    if not (np.isnan(given) | np.isin(given, (-1, 0, 1))).all():
        raise ValueError("A vote is none of 1, -1, 0 and NaN.")
    rows, columns = _order(members), _order(proposals)
    return given[np.ix_(rows, columns)], [members[i] for i in rows], [proposals[i] for i in columns]


def _order(ids: Sequence[Key]) -> list[int]:
    """Row numbers in the order of the ids, numbers before words."""
    return sorted(range(len(ids)), key=lambda i: (isinstance(ids[i], str), ids[i]))


def _find_groups(points: Matrix) -> tuple[dict[int, float], Matrix]:
    """The number of groups with the best silhouette, and their middles; none where no two groups of five stand apart.

    A number that leaves a group of fewer than five is taken only when every number does. The people of the small
    groups are then set aside and groups are sought among the others.

    Args:
        points: Places of the members who voted enough, shape (n_counted, 2).

    Returns:
        Silhouette per number of groups tried at last; middles, shape (n_groups, 2).
    """
    while True:
        found = groupings(points, min(MOST_GROUPS, 2 + len(points) // PEOPLE_PER_GROUP))
        fits = silhouettes(points, found)
        sizes = {k: np.bincount(labels) for k, labels in found.items()}
        large = [k for k in found if sizes[k].min() >= FEWEST_IN_GROUP]
        if large:
            best = max(large, key=lambda k: (fits[k], -k))
            return fits, middles(points, found[best], best)
        if not found:
            return fits, np.zeros((0, 2))
        best = max(found, key=lambda k: (fits[k], -k))
        points = points[(sizes[best] >= FEWEST_IN_GROUP)[found[best]]]
        if len(points) < 2 * FEWEST_IN_GROUP:
            return fits, np.zeros((0, 2))


def _largest_first(group_of: Labels, centres: Matrix) -> tuple[Labels, Matrix]:
    """The groups numbered by people, most first; ties by their middle."""
    people = np.bincount(group_of[group_of >= 0], minlength=len(centres))
    order = np.lexsort((centres[:, 1], centres[:, 0], -people))
    number = np.empty(len(order) + 1, dtype=np.int64)
    number[order] = np.arange(len(order))
    number[-1] = -1
    return number[group_of], centres[order]


def _count(voted: Matrix, seen: Matrix, group_of: Labels, n_groups: int) -> VoteCounts:
    """The votes of each group on each proposal; members of group -1 count nowhere."""
    belongs = (group_of == np.arange(n_groups)[:, None]).astype(np.float64)
    seen_by, agree, disagree = ((belongs @ each).astype(np.int64) for each in (seen, voted > 0, voted < 0))
    return VoteCounts(seen_by, agree, disagree)


def _members(ids: Sequence[Key], n_votes: Labels, group_of: Labels, points: Matrix | None) -> tuple[Place, ...]:
    """Each member with the place and the group that were found."""
    at = np.zeros((len(ids), 2)) if points is None else points / PLACE_GRID
    return tuple(
        Place(member, votes, group if group >= 0 else None, *((None, None) if points is None or not votes else (x, y)))
        for member, votes, group, (x, y) in zip(ids, n_votes.tolist(), group_of.tolist(), at.tolist(), strict=True)
    )


def _ranked(measured: list[tuple[float | None, ProposalFigures]]) -> tuple[ProposalFigures, ...]:
    """Proposals by the figure beside them, highest first; ties keep the order of the ids."""
    return tuple(one for figure, one in sorted(measured, key=lambda pair: -(pair[0] or 0.0)))
