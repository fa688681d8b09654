"""Which counts may be shown: none of a group of fewer than k people, nor one that can be worked out (R7)."""

from collections.abc import Sequence

SMALLEST_K = 3
"""No survey may set k lower."""


def disclose(counts: Sequence[int], k: int) -> tuple[int | None, ...]:
    """The counts of groups whose total is known, those that may not be shown withheld.

    A count below k is withheld. So are further ones, smallest first, until at least two are withheld and those have k
    people together: else what is missing to the total would tell. A group of nobody is withheld like any small one,
    since it tells something about everybody.

    Args:
        counts: People in each group; nobody is in two groups.
        k: Fewest people of a group that is shown.

    Returns:
        Per group its count, or None where it is withheld.

    Raises:
        ValueError: k is below SMALLEST_K, or a count is negative.
    """
    return disclose_table([counts], k)[0]


def disclose_table(table: Sequence[Sequence[int]], k: int) -> tuple[tuple[int | None, ...], ...]:
    """A table of counts whose row and column totals are known, those that may not be shown withheld.

    Each row, and each column of a table with several rows, is treated like `disclose` does, again and again until
    neither rows nor columns give anything away by subtraction.

    Args:
        table: People in each cell, shape (n_rows, n_columns); nobody is in two cells.
        k: Fewest people of a cell that is shown.

    Raises:
        ValueError: k is below SMALLEST_K, a count is negative, or the rows are of different length.
    """
    if k < SMALLEST_K:
        raise ValueError(f"k is {k}, but must not be below {SMALLEST_K}.")
    if any(count < 0 for row in table for count in row):
        raise ValueError("A count is negative.")
    if len({len(row) for row in table}) > 1:
        raise ValueError("The rows of the table are of different length.")
    shown = [[count >= k for count in row] for row in table]
    lines = [[(i, j) for j in range(len(row))] for i, row in enumerate(table)]
    if len(table) > 1:
        lines += [[(i, j) for i in range(len(table))] for j in range(len(table[0]))]
    while any(_withhold_more(table, shown, line, k) for line in lines):
        pass
    return tuple(tuple(count if shown[i][j] else None for j, count in enumerate(row)) for i, row in enumerate(table))


def _withhold_more(
    table: Sequence[Sequence[int]], shown: list[list[bool]], line: Sequence[tuple[int, int]], k: int
) -> bool:
    """Withhold what a row or column still gives away; whether anything was withheld."""
    open_cells = sorted((table[i][j], i, j) for i, j in line if shown[i][j])
    withheld = [table[i][j] for i, j in line if not shown[i][j]]
    changed = False
    while withheld and open_cells and (len(withheld) < 2 or sum(withheld) < k):
        count, i, j = open_cells.pop(0)
        shown[i][j] = False
        withheld.append(count)
        changed = True
    return changed
