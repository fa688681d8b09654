"""What may be shown of a vote on proposals, from the counts that a run keeps; loads no numpy, for web processes.

The counts are made by ``themes/votes.py``; their groups and flags are those of ``groups.py`` and ``consensus.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.analysis.disclose import disclose_rows
from surveyapp.analysis.figures import Share

LETTERS = "ABCDE"  # what groups are called: the largest is A
FEWEST_IN_GROUP = 5  # see groups.py
FEWEST_VOTERS = 15  # with fewer people who voted enough there are no groups, see groups.py
OUTCOMES = {
    "too few voters": "Too few people voted for opinion groups: {counted} cast at least {needed} {votes}, and "
    "there must be {fewest}.",
    "too few to tell": "Too few people voted for opinion groups: at least {needed} {votes} of {fewest} people "
    "are needed.",
    "no groups": "People vote much alike: no groups stand apart.",
}


@dataclass(frozen=True)
class ProposalVotes:
    """How people voted on one proposal; None where that could tell of too few of them."""

    text: str
    is_by_member: bool
    people: int | None  # who voted, passes included
    agree: Share | None
    disagree: Share | None
    passed: Share | None
    groups: tuple[Share | None, ...]  # who agrees in each group
    is_common_ground: bool
    is_divisive: bool
    is_unsure: bool

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands out, in words."""
        every = (
            (self.is_common_ground, "Common ground"),
            (self.is_divisive, "Divides the groups"),
            (self.is_unsure, "Most are unsure"),
        )
        return tuple(words for is_so, words in every if is_so)


@dataclass(frozen=True)
class GroupFigure:
    """An opinion group: people who vote alike."""

    letter: str
    people: int | None
    agrees: tuple[str, ...]  # proposals that speak for it
    disagrees: tuple[str, ...]


@dataclass(frozen=True)
class VoteFigure:
    """What was voted in answer to one question."""

    question_id: int
    prompt: str
    people: int | None  # who voted at all; None where they are too few to show anything
    groups: tuple[GroupFigure, ...] = ()
    proposals: tuple[ProposalVotes, ...] = ()  # those most agree with first; those that are withheld last
    outcome: str = ""  # one sentence, where there are no groups
    hidden: int = 0  # proposals that a manager took off: how people voted on them is not counted

    @property
    def common_ground(self) -> tuple[ProposalVotes, ...]:
        """Proposals that every group agrees with."""
        return tuple(one for one in self.proposals if one.is_common_ground)

    @property
    def divisive(self) -> tuple[ProposalVotes, ...]:
        """Proposals that divide the groups."""
        return tuple(one for one in self.proposals if one.is_divisive)

    @property
    def unsure(self) -> tuple[ProposalVotes, ...]:
        """Proposals that most pass."""
        return tuple(one for one in self.proposals if one.is_unsure)


def shown_votes(question_id: int, prompt: str, counted: Mapping[str, Any], k: int) -> VoteFigure:
    """What may be shown of a vote (R7).

    Args:
        question_id: Of the vote.
        prompt: What was asked.
        counted: What the run keeps of it.
        k: Fewest people of a group that is shown.
    """
    if counted["people"] < k:
        return VoteFigure(question_id, prompt, None, hidden=counted.get("hidden", 0))
    by_id = {one["id"]: one for one in counted["proposals"]}
    proposals = [_proposal(one, k) for one in counted["proposals"]]
    rest = counted["people"] - sum(counted["groups"])
    sizes = _sizes(counted["groups"], rest, k)
    return VoteFigure(
        question_id,
        prompt,
        counted["people"],
        groups=tuple(
            GroupFigure(
                LETTERS[number],
                size,
                *(
                    tuple(by_id[one["id"]]["text"] for one in spoken if one["vote"] == vote and size is not None)
                    for vote in ("agree", "disagree")
                ),
            )
            for number, (size, spoken) in enumerate(zip(sizes, counted["speaks"], strict=False))
        ),
        proposals=tuple(sorted(proposals, key=_rank)),
        outcome=_outcome(counted, k),
        hidden=counted.get("hidden", 0),
    )


def _outcome(counted: Mapping[str, Any], k: int) -> str:
    outcome = counted["outcome"]
    if outcome == "too few voters" and counted["counted"] < k:
        outcome = "too few to tell"
    return OUTCOMES.get(outcome, "").format(
        counted=counted["counted"],
        needed=counted["needed"],
        votes="vote" if counted["needed"] == 1 else "votes",
        fewest=FEWEST_VOTERS,
    )


def _proposal(one: Mapping[str, Any], k: int) -> ProposalVotes:
    """One proposal, as far as it may be shown; what groups say only where what everybody says may be."""
    agree, disagree, passed = one["all"]
    seen = agree + disagree + passed
    is_told = seen >= k
    has_sides = min(agree, disagree + passed) >= k
    is_split = has_sides and min(disagree, passed) >= k
    is_compared = bool(one["groups"]) and all(group[0] >= k for group in one["groups"])
    return ProposalVotes(
        text=one["text"],
        is_by_member=one["is_by_member"],
        people=seen if is_told else None,
        agree=Share(agree, seen) if has_sides else None,
        disagree=Share(disagree, seen) if is_split else None,
        passed=Share(passed, seen) if is_split else None,
        groups=_of_groups(one["groups"], agree, seen, k) if has_sides else (None,) * len(one["groups"]),
        is_common_ground=one["is_common_ground"] and is_compared,
        is_divisive=one["is_divisive"] and is_compared,
        is_unsure=one["is_unsure"] and is_told,
    )


def _sizes(groups: Sequence[int], rest: int, k: int) -> Sequence[int | None]:
    """People of each group, the largest first, as far as they may be shown beside *rest* people in none.

    All where none is too small. Else the last one is withheld with the rest, where they could be other numbers and
    that group still be the last; or all are. Where the two have few people all always are, so that these differ too.
    """
    if min(groups, default=k) >= k and not 0 < rest < k:
        return groups
    *shown, last = groups
    together = last + rest
    others = [n for n in range(FEWEST_IN_GROUP, min([*shown, together - 1]) + 1) if min(n, together - n) < k]
    is_safe = rest > 0 and together >= FEWEST_IN_GROUP + k and min(shown, default=0) >= k and len(others) > 1
    return (*shown, None) if is_safe else (None,) * len(groups)


def _of_groups(groups: Sequence[Sequence[int]], agree: int, seen: int, k: int) -> tuple[Share | None, ...]:
    """Who agrees in each group, where neither they nor the others of the group can be told.

    Members in no group are one row more of the table, that can be had by subtraction.
    """
    rows = [(group[1], group[0] - group[1]) for group in groups]
    rest = agree - sum(row[0] for row in rows), seen - agree - sum(row[1] for row in rows)
    shown = disclose_rows([*rows, rest] if sum(rest) else rows, k)
    return tuple(Share(row[0], sum(row)) if is_shown else None for row, is_shown in zip(rows, shown, strict=False))


def _rank(one: ProposalVotes) -> tuple[float, str]:
    return -(one.agree.part if one.agree else -1.0), one.text
