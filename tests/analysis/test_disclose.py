import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.disclose import disclose, disclose_overlapping, disclose_rows


def test_r7_counts_of_large_groups_are_shown() -> None:
    assert disclose([12, 7, 5], 5) == (12, 7, 5)


def test_r7_a_small_count_is_withheld_and_so_is_another_one() -> None:
    assert disclose([20, 9, 3], 5) == (20, None, None)


def test_r7_withheld_groups_have_k_people_together() -> None:
    assert disclose([20, 9, 1, 1], 5) == (20, None, None, None)
    assert disclose([20, 9, 4, 4], 5) == (20, 9, None, None)


def test_r7_a_group_of_nobody_is_a_small_group() -> None:
    assert disclose([10, 8, 0], 5) == (10, None, None)


def test_p9b_a_count_that_only_one_input_could_hide_is_not_left_alone() -> None:
    assert disclose([3, 3, 2], 3) == (None, None, None)  # with one 3 shown, the others could be 3 and 2 only
    assert disclose([9, 4, 2], 3) == (9, None, None)


def test_r7_groups_are_split_where_neither_side_nor_the_rest_tells_of_few() -> None:
    assert disclose_rows([(9, 8), (7, 6)], 5) == (True, True)
    assert disclose_rows([(9, 8), (12, 10), (20, 3)], 5) == (False, True, False)  # and the smallest other group
    assert disclose_rows([(9, 8), (20, 3)], 5) == (False, False)
    assert disclose_rows([(9, 8), (12, 10), (20, 3), (2, 9)], 5) == (True, True, False, False)


def test_r7_of_overlapping_options_neither_those_who_chose_nor_the_others_are_few() -> None:
    assert disclose_overlapping([10, 3, 15], 20, 5, least=1, most=3) == (10, None, 15)
    assert disclose_overlapping([10, 17, 15], 20, 5, least=1, most=3) == (10, None, 15)
    assert disclose_overlapping([10, 3, 7], 10, 5, least=2, most=2) == (None, None, None)  # the sum is known
    assert disclose_overlapping([5, 5, 5, 15], 15, 5, least=2, most=3) == (None,) * 4  # else: everybody chose the last


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(3, 10))
def test_r7_what_is_missing_to_the_total_is_never_one_group_nor_fewer_than_k(counts: list[int], k: int) -> None:
    shown = disclose(counts, k)

    withheld = [count for count, figure in zip(counts, shown, strict=True) if figure is None]
    assert all(figure is None or figure == count >= k for count, figure in zip(counts, shown, strict=True))
    assert all(figure is None for figure in shown) or not withheld or (len(withheld) > 1 and sum(withheld) >= k)


def test_r7_k_is_never_below_three() -> None:
    with pytest.raises(ValueError, match="below 3"):
        disclose([4], 2)


def test_impossible_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        disclose([-1], 5)
    with pytest.raises(ValueError, match="negative"):
        disclose_rows([(1, -1)], 5)
