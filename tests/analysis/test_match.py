from surveyapp.analysis.match import match


def test_r12_a_theme_that_kept_its_members_is_the_same_theme() -> None:
    earlier = [set(range(10)), set(range(10, 20))]
    later = [set(range(11, 20)) | {100, 101}, set(range(9)) | {102}]

    found = match(earlier, later)

    assert {new: old for new, (old, _) in found.items()} == {0: 1, 1: 0}
    assert found[0][1] == 1.0  # of the members that both runs have seen, none moved


def test_r12_a_theme_of_new_members_is_new() -> None:
    assert match([{1, 2, 3}], [{4, 5, 6}]) == {}


def test_r12_what_shares_too_little_is_not_the_same() -> None:
    earlier = [set(range(10)), set(range(10, 20))]

    assert match(earlier, [{0, 1} | set(range(10, 20)), set(range(2, 10))])[1] == (0, 0.8)
    assert match(earlier, [{0, *range(11, 20)}, set(range(1, 10)) | {10}], least=0.95) == {}


def test_r12_pairs_share_the_most_together_and_nothing_pairs_twice() -> None:
    earlier = [{1, 2, 3, 4, 5, 6}, {7, 8, 9}]
    later = [{1, 2, 3, 4}, {5, 6}, {7, 8, 9}]

    assert {new: old for new, (old, _) in match(earlier, later).items()} == {0: 0, 2: 1}


def test_no_themes_match_no_themes() -> None:
    assert match([], []) == match([{1}], []) == match([], [{1}]) == {}
