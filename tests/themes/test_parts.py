"""The parts of a theme: they add up to it, and too small ones tell nothing (R7)."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.results import Analysis, Settings, Statement, Theme
from surveyapp.themes.parts import shown_parts


def found(said: Mapping[str, Sequence[int]]) -> Analysis:
    """An analysis with one theme, number 0, whose parts are numbered from 1.

    Args:
        said: Per person the parts of what they said.
    """
    parts = sorted({part for spoke in said.values() for part in spoke})

    def theme(number: int, parent: int | None, people: int) -> Theme:
        return Theme(
            id=number,
            title=f"Theme {number}",
            keywords=(),
            people=people,
            share=0.5,
            low=0.4,
            high=0.6,
            polarity=None,
            polarity_low=None,
            polarity_high=None,
            positive=0,
            neutral=people,
            negative=0,
            mixed=0,
            unscored=0,
            stability=None,
            quotes=(),
            parent=parent,
        )

    themes = [theme(0, None, len(said))]
    themes += [theme(part, 0, sum(part in spoke for spoke in said.values())) for part in parts]
    statements = [
        Statement(
            row=row,
            column="",
            person=person,
            start=i,
            end=i + 1,
            text="x",
            theme=0,
            fit=0.5,
            polarity=0.0,
            subjectivity=0.0,
            tone="neutral",
            kind="proposal",
            subtheme=part,
        )
        for row, (person, spoke) in enumerate(said.items())
        for i, part in enumerate(spoke)
    ]
    return Analysis(Settings(), len(said), len(said), tuple(statements), tuple(themes), 0, {}, {})


def people(of_part: Mapping[int, int]) -> dict[str, list[int]]:
    """Per person the one part of what they said, so many people for each part."""
    return {f"{part}-{i}": [part] for part, count in of_part.items() for i in range(count)}


def shown(said: Mapping[str, Sequence[int]], k: int) -> dict[int, int]:
    """People by part, of those parts that are shown."""
    analysis = found(said)
    parts = shown_parts(analysis, analysis.themes[:1], k)
    return {part.theme.id: part.people for part in parts.get(0, [])}


def test_parts_are_shown_with_their_people_those_with_most_first() -> None:
    assert list(shown(people({1: 6, 2: 9, 3: 7}), 5).items()) == [(2, 9), (3, 7), (1, 6)]


def test_whoever_said_something_in_two_parts_counts_in_the_one_that_holds_most_of_it() -> None:
    assert shown(people({1: 6, 2: 8}) | {"both": [1, 2, 2]}, 5) == {2: 9, 1: 6}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({1: 12, 2: 4}, {}),  # 16 less 12 would tell
        ({1: 12, 2: 9, 3: 4}, {1: 12}),  # 25 less 21 would tell: the smaller of the two goes too
        ({1: 12, 2: 4, 3: 3}, {1: 12}),  # 7 people in two parts: nobody can tell how many in which
    ],
)
def test_r7_a_part_of_too_few_takes_another_with_it_where_the_rest_would_tell(
    sizes: Mapping[int, int], expected: Mapping[int, int]
) -> None:
    assert shown(people(sizes), 5) == expected


@given(
    st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=8, max_size=40),
    st.integers(3, 8),
)
def test_r7_no_part_below_the_smallest_group_is_shown_nor_worked_out(said: list[list[int]], k: int) -> None:
    parts = shown({f"person {i}": spoke for i, spoke in enumerate(said)}, k)

    assert all(count >= k for count in parts.values())
    rest = len(said) - sum(parts.values())
    assert rest == 0 or rest >= k


def test_a_theme_without_parts_has_none() -> None:
    analysis = found(people({1: 9}))

    assert shown_parts(analysis, analysis.themes[1:], 5) == {}
