"""What was answered to closed questions, counted once and shown only where nobody can be worked out from it (R7)."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from surveyapp.analysis.figures import Share
from surveyapp.surveys.models import Kind, Question
from surveyapp.themes.count import OptionFigure, QuestionFigure, count_answers, shown

K = 5
OPTIONS = {
    "options": [
        {"key": "a", "label": "Less than a year"},
        {"key": "b", "label": "Longer"},
        {"key": "c", "label": "Always"},
    ]
}


def question(kind: Kind, settings: Mapping[str, Any], prompt: str = "How long?") -> Question:
    return Question(id=7, kind=kind, prompt=prompt, settings=dict(settings))


def figure(asked: Question, answers: Sequence[Any]) -> QuestionFigure:
    (found,) = shown([asked], count_answers([asked], {7: answers}), K)
    return found


def values(*names: str) -> Question:
    options = [{"key": f"v{i}", "value_id": i, "label": name} for i, name in enumerate(names)]
    return question(Kind.VALUE_RATINGS, {"options": options})


def test_every_option_stands_with_its_people_also_one_that_few_others_share() -> None:
    found = figure(question(Kind.SINGLE_CHOICE, OPTIONS), ["b"] * 9 + ["a"] * 6 + ["c"] * 5)

    assert found.people == 20
    assert found.options == (OptionFigure("Less than a year", 6), OptionFigure("Longer", 9), OptionFigure("Always", 5))


@pytest.mark.parametrize("counts", [(3, 9, 12), (9, 0, 12), (4, 4, 12), (5, 5, 1), (0, 0, 8), (1, 1, 7)])
def test_r7_no_small_group_can_be_worked_out_by_subtraction(counts: tuple[int, ...]) -> None:
    found = figure(
        question(Kind.SINGLE_CHOICE, OPTIONS), [key for key, n in zip("abc", counts, strict=True) for _ in range(n)]
    )

    seen = [option.people for option in found.options]
    assert all(people is None or people >= K for people in seen)
    assert found.people == sum(counts)
    total = found.people
    possible = [
        guess
        for guess in product(range(total + 1), repeat=3)
        if sum(guess) == total and all(people in (None, n) for people, n in zip(seen, guess, strict=True))
    ]
    for place, people in enumerate(seen):
        if people is None:
            assert len({guess[place] for guess in possible}) > K


def test_r7_a_question_that_few_answered_has_no_figures() -> None:
    found = figure(question(Kind.RATING, {"low": "Not at all", "high": "Very much"}), [5, 5, 5, 5])

    assert found.people is None
    assert [option.people for option in found.options] == [None] * 5
    assert [option.label for option in found.options] == ["1, not at all", "2", "3", "4", "5, very much"]


def test_who_proposes_several_ideas_offers_help_once_and_silence_is_counted_too() -> None:
    answers = [
        *([[{"idea": "x", "help": "no"}, {"idea": "y", "help": "yes"}]] * 6),
        *([[{"idea": "x", "help": "maybe"}, {"idea": "y", "help": None}]] * 7),
        *([[{"idea": "x", "help": "no"}]] * 8),
        *([[{"idea": "x", "help": None}]] * 9),
    ]
    found = figure(question(Kind.PROPOSALS, {"options": []}), answers)

    assert found.people == 30
    assert [option.people for option in found.options] == [6, 7, 8, 9]
    assert found.options[-1].label == "No answer"


def test_r7_few_who_said_nothing_of_help_cannot_be_worked_out() -> None:
    said = {"yes": 10, "maybe": 9, "no": 6, None: 2}
    answers = [[{"idea": "x", "help": help_}] for help_, n in said.items() for _ in range(n)]
    found = figure(question(Kind.PROPOSALS, {"options": []}), answers)

    assert [option.people for option in found.options] == [10, 9, None, None]


def test_a_value_counts_as_important_or_lived_from_four_of_five_on() -> None:
    answers = [
        *([{"v0": {"important": 5, "lived": 1}}] * 8),
        *([{"v0": {"important": 4, "lived": 4}}] * 6),
        *([{"v0": {"important": 3}}] * 6),
        *([{}] * 5),
    ]
    (care,) = figure(values("Care"), answers).values

    assert (care.important, care.lived) == (Share(14, 20), Share(6, 14))
    assert care.gap == 70 - 43


def test_spec_7_a_gap_is_importance_minus_lived() -> None:
    short = [{"v0": {"important": 5, "lived": 1}}] * 10 + [{"v0": {"important": 1, "lived": 5}}] * 5
    (care,) = figure(values("Care"), short).values

    assert care.gap == 67 - 33


@pytest.mark.parametrize("high", [0, 1, 4, 16, 19, 20])
def test_r7_a_share_of_a_value_that_tells_of_few_is_withheld(high: int) -> None:
    answers = [{"v0": {"important": 5 if i < high else 2, "lived": 5 if i < 10 else 1}} for i in range(20)]
    (care,) = figure(values("Care"), answers).values

    assert care.important is None
    assert care.lived == Share(10, 20)
    assert care.gap is None


def test_free_text_has_no_counts() -> None:
    asked = question(Kind.LONG_TEXT, {})
    assert count_answers([asked], {7: ["No keys."] * 9}) == {}
