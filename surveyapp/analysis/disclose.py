"""Which counts may be shown: none of a group of fewer than k people, nor one that can be worked out (R7, P9b).

Whoever looks at what is shown knows these rules, and may ask of each count that is withheld: which values could it
have, so that exactly this would be shown? There must always be two at least. So each decision to stop withholding is
made from what the reader knows anyway (which cells are withheld, what they have together, the counts beside them), and
only where cells can be found that differ, and would be shown the same way. All is done in whole numbers; where none are
found, more is withheld.
"""

from collections.abc import Sequence
from functools import reduce

SMALLEST_K = 3
"""No survey may set k lower."""

Span = tuple[int, int]
"""All whole numbers from the first to the last."""


def disclose(counts: Sequence[int], k: int) -> tuple[int | None, ...]:
    """The counts of groups whose total is known, those that may not be shown withheld.

    A count below k is withheld. So are further ones, smallest first, until those withheld have k people together and
    could each be another number. A group of nobody is withheld like any small one, since it tells something about
    everybody.

    Args:
        counts: People in each group; nobody is in two groups.
        k: Fewest people of a group that is shown.

    Returns:
        Per group its count, or None where it is withheld.

    Raises:
        ValueError: k is below SMALLEST_K, or a count is negative.
    """
    _check(counts, k)
    order = sorted(range(len(counts)), key=lambda cell: (counts[cell], cell))
    n_withheld = sum(count < k for count in counts)
    while 0 < n_withheld < len(counts):
        following = order[n_withheld]  # the first that is still shown: what is withheld comes before it
        cells = sorted(order[:n_withheld])
        most = [counts[following] - (cell > following) for cell in cells]
        if _can_vary(most, sum(counts[cell] for cell in cells), k):
            break
        n_withheld += 1
    withheld = set(order[:n_withheld])
    return tuple(None if cell in withheld else count for cell, count in enumerate(counts))


def _can_vary(most: Sequence[int], total: int, k: int) -> bool:
    """Whether withheld cells could each have two values at least, and would be withheld as they are.

    Two kinds of cells certainly would: those that are all below k; and one large cell beside others that have fewer
    than k people together, so that the large one is withheld with them.

    Args:
        most: What each cell has at most, or it would not be among the smallest.
        total: What they have together.
        k: As for disclose().
    """
    if len(most) < 2 or total < k:
        return False
    values: list[set[int]] = [set() for _ in most]
    low, high = max(0, total - (len(most) - 1) * (k - 1)), k - 1
    for cell in values:
        cell.update(range(low, high + 1))
    for large, bound in enumerate(most):
        for count in range(max(k, total - k + 1), min(bound, total) + 1):
            values[large].add(count)
            rest = total - count
            for other, cell in enumerate(values):
                if other != large:
                    cell.update((rest,) if len(most) == 2 else range(rest + 1))
    return all(len(cell) > 1 for cell in values)


def disclose_overlapping(
    counts: Sequence[int], people: int, k: int, *, least: int, most: int
) -> tuple[int | None, ...]:
    """Counts of options of which each person chose several: neither those who chose one nor the others are too few.

    Args:
        counts: People who chose each option.
        people: Who answered.
        k: Fewest people of a group that is shown.
        least: Options that each person had to choose at least.
        most: Options that each person could choose.

    Raises:
        ValueError: k is below SMALLEST_K, or a count is negative.
    """
    _check(counts, k)
    if most == least == 1:
        return disclose(counts, k)
    withheld = [min(count, people - count) < k for count in counts]
    seen = sum(count for count, hidden in zip(counts, withheld, strict=True) if not hidden)
    together = least * people - seen, most * people - seen
    if any(withheld) and not _are_free([_unsplit(people, k)] * sum(withheld), together):
        return (None,) * len(counts)
    return tuple(None if hidden else count for count, hidden in zip(counts, withheld, strict=True))


def disclose_rows(rows: Sequence[tuple[int, int]], k: int) -> tuple[bool, ...]:
    """Which groups may be shown split in two, where what everybody said is known, and how many each group has.

    A group is withheld if either side of it is below k; with them the smallest other group, and in the end all groups,
    if what the withheld ones said could be worked out.

    Args:
        rows: Per group, people on either side; nobody is in two groups, and everybody is in one.
        k: Fewest people of a side that is shown.

    Returns:
        Per group, whether both its sides may be shown.

    Raises:
        ValueError: k is below SMALLEST_K, or a count is negative.
    """
    _check([count for row in rows for count in row], k)
    order = sorted(range(len(rows)), key=lambda row: (sum(rows[row]), row))
    small = [row for row in order if min(rows[row]) < k]
    large = [row for row in order if min(rows[row]) >= k]
    if not small or _can_all_be_small([rows[row] for row in small], k):
        return tuple(row in large for row in range(len(rows)))
    withheld, shown = [*small, *large[:1]], large[1:]
    before = order.index(shown[0]) if shown else 0
    if not _can_one_be_large([rows[row] for row in sorted(withheld, key=order.index)], before, k):
        shown = []
    return tuple(row in shown for row in range(len(rows)))


def _can_all_be_small(rows: Sequence[tuple[int, int]], k: int) -> bool:
    """Whether groups with a small side each could each be split another way, with a small side again."""
    left, right = (sum(row[side] for row in rows) for side in (0, 1))
    return min(left, right) >= k and _are_free([_unsplit(sum(row), k) for row in rows], (left, left))


def _can_one_be_large(rows: Sequence[tuple[int, int]], before: int, k: int) -> bool:
    """Whether groups could each be split another way, so that one, of the first *before*, has no small side.

    The others have fewer than k people on one side together, so that they are withheld with a larger one in any case.
    """
    totals = [sum(row) for row in rows]
    sides = [sum(row[side] for row in rows) for side in (0, 1)]
    if min(sides) < k:
        return False
    for side in sides:
        for large in range(before):
            cells = [[(0, min(k - 1, total))] for total in totals]
            cells[large] = [(max(k, side - k + 1), min(totals[large] - k, side))]
            if _are_free(cells, (side, side)):
                return True
    return False


def _unsplit(people: int, k: int) -> list[Span]:
    """The numbers of people on one side of a group of so many, for which the group is withheld."""
    return [(0, people)] if people < 2 * k else [(0, k - 1), (people - k + 1, people)]


def _are_free(cells: Sequence[Sequence[Span]], together: Span) -> bool:
    """Whether each of some cells can take two of its values at least while their sum lies in *together*."""
    low, high = together
    for at, cell in enumerate(cells):
        others = reduce(_sums, (*cells[:at], *cells[at + 1 :]), [(0, 0)])
        values = set[int]()
        for first, last in cell:
            for least, most in others:
                values.update(range(max(first, low - most), min(last, high - least) + 1))
        if len(values) < 2:
            return False
    return True


def _sums(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Every sum of a number of *one* and a number of *other*, as spans that do not touch."""
    merged: list[Span] = []
    for first, last in sorted((a + c, b + d) for a, b in one for c, d in other):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged


def _check(counts: Sequence[int], k: int) -> None:
    if k < SMALLEST_K:
        raise ValueError(f"k is {k}, but must not be below {SMALLEST_K}.")
    if any(count < 0 for count in counts):
        raise ValueError("A count is negative.")
