"""How answers of each closed kind are spread, and that nobody can be worked out of what is shown (R7)."""

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement, permutations
from typing import Any

import pytest

from surveyapp.surveys.models import Kind, Question
from surveyapp.themes.count import OptionFigure, QuestionFigure, count_answers, shown

K = 3


def question(kind: Kind, *labels: str, **settings: Any) -> Question:
    options = {"options": [{"key": label[0].lower(), "label": label} for label in labels]} if labels else {}
    return Question(id=7, kind=kind, prompt="What?", settings=options | settings)


def figure(asked: Question, answers: Sequence[Any], people: int = 0, k: int = K) -> QuestionFigure:
    (found,) = shown([asked], count_answers([asked], {7: answers}, people), k)
    return found


def test_several_choices_overlap_and_something_else_counts_without_its_words() -> None:
    asked = question(Kind.MULTIPLE_CHOICE, "Art", "Boats", other=True)
    found = figure(asked, [["a", "b"]] * 4 + [["a"]] * 5 + [["b", {"other": "My own words"}]] * 4)
    assert found.people == 13
    assert found.options == (OptionFigure("Art", 9), OptionFigure("Boats", 8), OptionFigure("Something else", 4))
    assert "My own words" not in str(count_answers([asked], {7: [["b", {"other": "My own words"}]] * 4}))
    single = question(Kind.SINGLE_CHOICE, "Art", "Boats", other=True)
    assert "My own words" not in str(count_answers([single], {7: [{"other": "My own words"}] * 4}))


def test_a_ranking_tells_first_places_the_score_of_borda_and_the_mean_place_best_first() -> None:
    asked = question(Kind.RANKING, "Art", "Boats", "Cake")
    orders = [["c", "a", "b"]] * 6 + [["a", "b", "c"]] * 3 + [["b", "c", "a"]] * 3
    found = figure(asked, orders)
    assert [(o.label, o.people, o.detail) for o in found.options] == [
        ("Cake", 6, "score 62 of 100, mean place 1.8"),  # 6 x 2 + 3 x 1 of 24 points
        ("Art", 3, "score 50 of 100, mean place 2.0"),
        ("Boats", 3, "score 38 of 100, mean place 2.2"),
    ]


def test_options_that_are_left_out_of_a_ranking_share_the_points_that_are_left() -> None:
    asked = question(Kind.RANKING, "Art", "Boats", "Cake", "Dance")
    found = figure(asked, [list(order) for order in ("abc", "bcd", "cda", "dab")] * 4)
    assert {option.detail for option in found.options} == {"score 50 of 100, mean place 2.0"}


def test_a_recommendation_is_told_in_three_groups_and_as_their_difference() -> None:
    asked = question(Kind.RECOMMENDATION)
    found = figure(asked, [10] * 6 + [9] * 4 + [8] * 4 + [6] * 3 + [0] * 3)
    assert [option.people for option in found.options] == [10, 4, 6]
    assert found.summary == (("Promoters minus detractors", "+20 points"),)
    few = figure(asked, [10] * 20 + [8] * 9 + [0] * 2)
    assert few.summary == ()
    assert [option.people for option in few.options] == [20, None, None]


def test_a_number_is_told_by_its_middle_where_a_group_is_on_either_side() -> None:
    asked = question(Kind.NUMBER)
    assert figure(asked, [1.0, 2, 3, 4, 5]).summary == ()
    assert figure(asked, [1, 2, 3, 4, 5, 6]).summary == (("Median", "3.5"),)
    assert figure(asked, list(range(1, 14))).summary == (("Median", "7"), ("Middle half", "4 to 10"))
    assert figure(asked, [1200] * 12).summary[0] == ("Median", "1,200")
    assert figure(asked, [4]).people is None


def test_dates_are_told_by_month_and_the_rare_ones_together() -> None:
    asked = question(Kind.DATE)
    found = figure(asked, ["2026-11-30"] * 4 + ["2026-12-01"] * 5 + ["2027-03-09", "2027-04-09", "2027-05-09"])
    assert found.options == (
        OptionFigure("November 2026", 4),
        OptionFigure("December 2026", 5),
        OptionFigure("At other times", 3),
    )
    years = figure(asked, [f"20{y}-{m:02}-01" for y in (20, 21, 22) for m in range(1, 13)])
    assert [(option.label, option.people) for option in years.options] == [("2020", 12), ("2021", 12), ("2022", 12)]


def test_a_consent_is_told_of_all_who_answered_and_one_line_of_text_is_counted() -> None:
    found = figure(question(Kind.CONSENT), [True] * 8, people=12)
    assert [(option.label, option.people) for option in found.options] == [("Agreed", 8), ("Left open", 4)]
    assert [option.people for option in figure(question(Kind.CONSENT), [True] * 11, people=12).options] == [None, None]
    line = figure(question(Kind.SHORT_TEXT), ["Elm Street"] * 9)
    assert (line.people, line.options, line.summary) == (9, (), ())
    assert "Elm" not in str(count_answers([question(Kind.SHORT_TEXT)], {7: ["Elm Street"] * 9}))


def certain(worlds: list[tuple[QuestionFigure, list[int]]]) -> list[int]:
    """Counts of fewer than K people that are the same in all worlds in which the same is shown."""
    by_figure: dict[QuestionFigure, list[list[int]]] = {}
    for seen, counts in worlds:
        by_figure.setdefault(seen, []).append(counts)
    return [
        column[0]
        for possible in by_figure.values()
        for column in zip(*possible, strict=True)
        if len(set(column)) == 1 and column[0] < K
    ]


@pytest.mark.parametrize(("least", "most"), [(1, 2), (1, 3), (2, 2)])
def test_r7_who_chose_some_of_three_cannot_be_worked_out(least: int, most: int) -> None:
    people = 12 if least == most else 8
    asked = question(Kind.MULTIPLE_CHOICE, "Art", "Boats", "Cake", least=least, most=most)
    possible = [list(chosen) for n in range(least, most + 1) for chosen in combinations("abc", n)]
    worlds: list[tuple[QuestionFigure, list[int]]] = []
    for answers in combinations_with_replacement(possible, people):
        counts = [sum(key in answer for answer in answers) for key in "abc"]
        worlds.append((figure(asked, answers), [*counts, *(people - count for count in counts)]))
    assert certain(worlds) == []
    assert any(option.people for seen, _ in worlds for option in seen.options), "something is shown"


def test_r7_places_in_a_ranking_of_three_cannot_be_worked_out() -> None:
    asked = question(Kind.RANKING, "Art", "Boats", "Cake")
    worlds: list[tuple[QuestionFigure, list[int]]] = []
    for answers in combinations_with_replacement([list(order) for order in permutations("abc")], 9):
        places = [sum(answer[place] == key for answer in answers) for key in "abc" for place in range(3)]
        worlds.append((figure(asked, answers), places))
    assert certain(worlds) == []
    assert any(option.detail for seen, _ in worlds for option in seen.options), "scores are shown"


def test_answers_in_another_order_give_the_same_counts() -> None:
    given: list[tuple[Kind, list[Any]]] = [
        (Kind.NUMBER, [3, 1.5, 2, 9]),
        (Kind.DATE, ["2026-11-30", "2025-01-02"]),
        (Kind.RECOMMENDATION, [0, 10, 3]),
    ]
    for kind, answers in given:
        counted = count_answers([question(kind)], {7: answers})
        assert str(counted) == str(count_answers([question(kind)], {7: list(reversed(answers))}))
