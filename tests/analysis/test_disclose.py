import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.disclose import disclose, disclose_table


def test_r7_counts_of_large_groups_are_shown() -> None:
    assert disclose([12, 7, 5], 5) == (12, 7, 5)


def test_r7_a_small_count_is_withheld_and_so_is_another_one() -> None:
    assert disclose([20, 9, 3], 5) == (20, None, None)


def test_r7_withheld_groups_have_k_people_together() -> None:
    assert disclose([20, 9, 1, 1], 5) == (20, None, None, None)
    assert disclose([20, 9, 4, 4], 5) == (20, 9, None, None)


def test_r7_a_group_of_nobody_is_a_small_group() -> None:
    assert disclose([10, 8, 0], 5) == (10, None, None)


def test_r7_a_table_gives_nothing_away_by_rows_or_columns() -> None:
    assert disclose_table([[10, 2, 10], [10, 10, 10], [10, 10, 20]], 5) == (
        (None, None, 10),
        (None, None, 10),
        (10, 10, 20),
    )


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(3, 10))
def test_r7_what_is_missing_to_the_total_is_never_one_group_nor_fewer_than_k(counts: list[int], k: int) -> None:
    shown = disclose(counts, k)

    withheld = [count for count, figure in zip(counts, shown, strict=True) if figure is None]
    assert all(figure is None or figure == count >= k for count, figure in zip(counts, shown, strict=True))
    assert all(figure is None for figure in shown) or not withheld or (len(withheld) > 1 and sum(withheld) >= k)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(st.integers(0, 30), min_size=n, max_size=n), max_size=5)))
def test_r7_each_row_and_column_of_a_table_is_safe(table: list[list[int]]) -> None:
    shown = disclose_table(table, 5)

    rows = [list(zip(*pair, strict=True)) for pair in zip(table, shown, strict=True)]
    columns = [list(column) for column in zip(*rows, strict=True)] if len(rows) > 1 else []
    for line in rows + columns:
        withheld = [count for count, figure in line if figure is None]
        assert not withheld or len(withheld) == len(line) or (len(withheld) > 1 and sum(withheld) >= 5)


def test_r7_k_is_never_below_three() -> None:
    with pytest.raises(ValueError, match="below 3"):
        disclose([4], 2)


def test_impossible_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        disclose([-1], 5)
    with pytest.raises(ValueError, match="different length"):
        disclose_table([[1], [1, 2]], 5)
