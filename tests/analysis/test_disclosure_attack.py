"""P9a, P9b: an attacker who knows the rule and thinks every input through learns no count that was withheld (R7).

Every input up to a size is put in; those that give the same output are the worlds that the attacker cannot tell apart.
A withheld count that is the same in all of them is known as surely as one that is shown.
"""

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import product

import pytest

from surveyapp.analysis.disclose import disclose, disclose_overlapping, disclose_rows

Counts = tuple[int, ...]


def compositions(total: int, parts: int) -> Iterator[Counts]:
    """All ways in which so many people choose among so many options."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in compositions(total - first, parts - 1))


def known(worlds: Iterable[tuple[Hashable, Sequence[int | None], Counts]]) -> list[tuple[Hashable, Counts]]:
    """What is published, what of it is withheld, and the truth: the outputs that make a withheld count certain."""
    same: dict[Hashable, list[tuple[Sequence[int | None], Counts]]] = defaultdict(list)
    for published, shown, counts in worlds:
        same[published].append((shown, counts))
    return [
        (published, possible[0][1])
        for published, possible in same.items()
        for at, figure in enumerate(possible[0][0])
        if figure is None and len({counts[at] for _, counts in possible}) == 1
    ]


@pytest.mark.parametrize(("k", "most"), [(3, 14), (5, 20)])
@pytest.mark.parametrize("parts", [2, 3, 4])
def test_r7_no_withheld_count_follows_from_the_others_and_the_rule(k: int, most: int, parts: int) -> None:
    worlds = []
    for people in range(1, most + 1):
        for counts in compositions(people, parts):
            shown = disclose(counts, k)
            assert all(figure is None or figure == count >= k for figure, count in zip(shown, counts, strict=True))
            worlds.append(((people, shown), shown, counts))
    assert known(worlds) == []
    assert any(any(shown) and (parts == 2 or None in shown) for _, shown, _ in worlds), "something is shown"


BOUNDS = [
    (parts, least, most)
    for parts in (2, 3)
    for most in range(1, parts + 1)
    for least in range(1, most + 1)
    if least < parts  # or everybody chose everything, by the rules of the question
]


@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize(("parts", "least", "most"), BOUNDS)
def test_r7_no_overlapping_option_follows_from_how_many_each_may_choose(
    k: int, parts: int, least: int, most: int
) -> None:
    people = 12
    worlds = []
    for counts in product(range(people + 1), repeat=parts):
        if least * people <= sum(counts) <= most * people:
            shown = disclose_overlapping(counts, people, k, least=least, most=most)
            worlds.append((shown, shown, counts))
    assert known(worlds) == []


GROUPS = [(9, 8), (9, 8, 7), (12, 10, 4), (12, 10, 1), (10, 10, 10), (6, 6, 6, 6), (3, 14, 14), (5, 15, 10, 1)]


@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize("groups", GROUPS)
def test_r7_no_side_of_a_group_follows_from_what_everybody_said(k: int, groups: Counts) -> None:
    """The attacker knows how large each group is, and how many there are on each side in all."""
    worlds = []
    for one_side in product(*(range(people + 1) for people in groups)):
        sides = sum(one_side), sum(groups) - sum(one_side)
        if min(sides) >= k:
            split = disclose_rows(list(zip(one_side, map(int.__sub__, groups, one_side), strict=True)), k)
            shown = tuple(count if is_told else None for count, is_told in zip(one_side, split, strict=True))
            worlds.append(((sides, shown), shown, one_side))
    assert known(worlds) == []


def test_p9b_seven_in_ten_tables_still_show_something() -> None:
    """Of 12 to 300 people, among 2 to 6 options that are unlike in weight, as in the measurement behind P9b."""
    chance = random.Random(9)
    tables = something = 0
    for _ in range(4_000):
        people, options = chance.randrange(12, 301), chance.randrange(2, 7)
        weights = [chance.expovariate(1) for _ in range(options)]
        chosen = chance.choices(range(options), weights, k=people)
        counts = [chosen.count(option) for option in range(options)]
        tables += 1
        something += any(figure is not None for figure in disclose(counts, 5))
    print(f"{something} of {tables} tables show something")
    assert something >= 0.7 * tables
