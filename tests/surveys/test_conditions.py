"""A question is asked when the answers to earlier ones meet its condition, on the server."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.surveys.conditions import asked, is_asked
from surveyapp.surveys.models import Kind, Question


def rule(question: int, how: str, value: Any) -> dict[str, Any]:
    return {"question": question, "is": how, "value": value}


@pytest.mark.parametrize(
    ("how", "value", "content", "is_met"),
    [
        ("equals", "a", "a", True),
        ("equals", "a", "b", False),
        ("equals", "other", {"other": "By boat"}, True),
        ("equals", "a", {"other": "a"}, False),
        ("equals", 4, 4, True),
        ("equals", True, True, True),
        ("equals", "2026-11-30", "2026-11-30", True),
        ("contains", "b", ["a", "b"], True),
        ("contains", "c", ["a", "b"], False),
        ("contains", "other", ["a", {"other": "By boat"}], True),
        ("contains", "BUS", "By bus, mostly", True),
        ("contains", "train", "By bus", False),
        ("contains", "a", 3, False),
        ("at_least", 7, 7, True),
        ("at_least", 7, 6.5, False),
        ("at_least", "2026-01-01", "2026-11-30", True),
        ("at_least", "2027-01-01", "2026-11-30", False),
        ("at_least", 7, "8", False),
        ("at_least", 1, True, False),
        ("is unknown to us", 1, 1, False),
    ],
)
def test_a_test_looks_at_one_earlier_answer(how: str, value: Any, content: Any, is_met: bool) -> None:
    assert is_asked({"all": [rule(1, how, value)]}, {1: content}) is is_met
    assert is_asked({"any": [rule(1, how, value)]}, {1: content}) is is_met
    assert not is_asked({"all": [rule(1, how, value)]}, {})
    assert not is_asked({"all": [rule(1, how, value)]}, {1: None})


def test_all_must_hold_or_any_is_enough() -> None:
    tests = [rule(1, "equals", "a"), rule(2, "at_least", 3)]
    both, one = {1: "a", 2: 3}, {1: "a", 2: 2}
    assert [is_asked({"all": tests}, answers) for answers in (both, one, {})] == [True, False, False]
    assert [is_asked({"any": tests}, answers) for answers in (both, one, {})] == [True, True, False]


def test_without_a_condition_a_question_is_always_asked() -> None:
    assert is_asked(None, {})


def chain(length: int) -> list[Question]:
    """Questions of which each is asked if the one before says "a"."""
    return [
        Question(
            id=number,
            kind=Kind.SHORT_TEXT,
            prompt="?",
            settings={},
            condition={"all": [rule(number - 1, "equals", "a")]} if number > 1 else None,
        )
        for number in range(1, length + 1)
    ]


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=8))
def test_what_hangs_on_a_question_that_is_not_asked_is_not_asked_either(said: list[str | None]) -> None:
    answers = {number: content for number, content in enumerate(said, start=1) if content}
    found = [question.id for question in asked(chain(len(said)), answers)]
    first_other = next((number for number, content in enumerate(said, start=1) if content != "a"), len(said))
    assert found == list(range(1, first_other + 1))


def test_a_condition_on_a_later_question_or_on_itself_is_never_met() -> None:
    first, second = chain(2)
    first.condition = {"all": [rule(2, "equals", "a")]}
    second.condition = {"all": [rule(2, "equals", "a")]}
    assert asked([first, second], {1: "a", 2: "a"}) == []
