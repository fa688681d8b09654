"""Each question kind reads a posted form into content, checks it, and says what is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadInput
from surveyapp.surveys.kinds import RULES, checked, minutes
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.proposals import Proposals
from surveyapp.surveys.rules import Reading, Rules, name_of
from surveyapp.text_gate import clean_words

VALUES = [{"key": f"v{n}", "value_id": n, "label": f"Value {n}", "note": ""} for n in (3, 8)]


CHOICES = [{"key": key, "label": key.upper()} for key in "abcd"]


def ask(kind: Kind) -> Question:
    settings: dict[Kind, dict[str, Any]] = {
        Kind.VALUE_RATINGS: {"options": VALUES},
        Kind.PROPOSALS: {"options": VALUES, "most": 3},
        Kind.SINGLE_CHOICE: {"options": [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]},
        Kind.RATING: {"low": "Not at all", "high": "Very much"},
        Kind.MULTIPLE_CHOICE: {"options": CHOICES, "other": True, "least": 2, "most": 3},
        Kind.RANKING: {"options": CHOICES},
        Kind.NUMBER: {"least": -5, "most": 1000},
        Kind.DATE: {"earliest": "2020-01-01", "latest": "2030-12-31"},
    }
    return Question(id=12, kind=kind, prompt="How is it?", settings=settings.get(kind, {}))


def rules(kind: Kind) -> Rules:
    return RULES[kind]


ANSWERS = {
    Kind.VALUE_RATINGS: {"v3": {"important": 5, "lived": 2}, "v8": {"lived": 1}},
    Kind.PROPOSALS: [
        {"idea": "A bench.", "value": "v3", "help": "maybe", "offer": "A saw, two hours"},
        {"idea": "Lamps", "value": None, "help": None},
    ],
    Kind.SINGLE_CHOICE: "b",
    Kind.RATING: 4,
    Kind.LONG_TEXT: "Two lines,\nboth kept.",
    Kind.SHORT_TEXT: "One line, kept.",
    Kind.MULTIPLE_CHOICE: ["a", "c", {"other": "By boat"}],
    Kind.RANKING: ["c", "a"],
    Kind.RECOMMENDATION: 0,
    Kind.NUMBER: -2.5,
    Kind.DATE: "2024-02-29",
    Kind.CONSENT: True,
    Kind.PROPOSAL_VOTE: None,
}
TYPED = {
    Kind.VALUE_RATINGS: {"q12_v3_important": "5", "q12_v3_lived": "2", "q12_v8_important": "", "q12_v8_lived": "1"},
    Kind.PROPOSALS: {
        "q12_1_idea": " A bench. ",
        "q12_1_value": "v3",
        "q12_1_help": "maybe",
        "q12_1_offer": " A saw,\r\ntwo hours ",
        "q12_2_idea": "",
        "q12_2_value": "v8",
        "q12_3_idea": "Lamps",
        "q12_3_value": "",
    },
    Kind.SINGLE_CHOICE: {"q12": "b"},
    Kind.RATING: {"q12": "4"},
    Kind.LONG_TEXT: {"q12": "Two lines,\r\nboth kept. "},
    Kind.SHORT_TEXT: {"q12": " One line,\nkept. "},
    Kind.MULTIPLE_CHOICE: {"q12_c": "yes", "q12_a": "yes", "q12_other": "yes", "q12_other_text": " By boat "},
    Kind.RANKING: {"q12_a": "3", "q12_b": "", "q12_c": "1"},
    Kind.RECOMMENDATION: {"q12": "0"},
    Kind.NUMBER: {"q12": " -2,5 "},
    Kind.DATE: {"q12": "2024-02-29"},
    Kind.CONSENT: {"q12": "yes"},
    Kind.PROPOSAL_VOTE: {},
}


@pytest.mark.parametrize("kind", Kind)
def test_a_form_is_read_into_content_and_content_fills_the_form_again(kind: Kind) -> None:
    reading = rules(kind).read(ask(kind), TYPED[kind])
    assert reading == Reading(ANSWERS[kind])
    again = rules(kind).read(
        ask(kind), rules(kind).write(ask(kind), reading.content) if reading.content is not None else {}
    )
    assert again == reading
    assert checked(ask(kind), reading.content) == reading.content


@pytest.mark.parametrize("kind", Kind)
def test_nothing_answered_is_nothing_stored(kind: Kind) -> None:
    blank = dict.fromkeys(TYPED[kind], "") | {"q13": "another question"}
    assert rules(kind).read(ask(kind), blank) == Reading(None)
    assert rules(kind).read(ask(kind), {}) == Reading(None)
    assert checked(ask(kind), None) is None


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (Kind.VALUE_RATINGS, {"q12_v3_lived": "6"}, "q12_v3_lived"),
        (Kind.VALUE_RATINGS, {"q12_v3_lived": "٣"}, "q12_v3_lived"),
        (Kind.PROPOSALS, {"q12_1_idea": "x" * 601}, "q12_1_idea"),
        (Kind.PROPOSALS, {"q12_2_idea": "Bell \x07"}, "q12_2_idea"),
        (Kind.PROPOSALS, {"q12_1_idea": "A bench", "q12_1_value": "v9"}, "q12_1_value"),
        (Kind.PROPOSALS, {"q12_1_idea": "A bench", "q12_1_help": "perhaps"}, "q12_1_help"),
        (Kind.SINGLE_CHOICE, {"q12": "c"}, "q12"),
        (Kind.RATING, {"q12": "0"}, "q12"),
        (Kind.RATING, {"q12": " 4"}, "q12"),
        (Kind.LONG_TEXT, {"q12": "x" * 5001}, "q12"),
        (Kind.LONG_TEXT, {"q12": "half a \ud800"}, "q12"),
        (Kind.SHORT_TEXT, {"q12": "x" * 201}, "q12"),
        (Kind.MULTIPLE_CHOICE, {"q12_a": "yes"}, "q12"),
        (Kind.MULTIPLE_CHOICE, dict.fromkeys(("q12_a", "q12_b", "q12_c", "q12_d"), "yes"), "q12"),
        (Kind.MULTIPLE_CHOICE, {"q12_a": "yes", "q12_other": "yes"}, "q12_other_text"),
        (Kind.RANKING, {"q12_a": "1", "q12_b": "1"}, "q12_b"),
        (Kind.RANKING, {"q12_a": "5"}, "q12_a"),
        (Kind.RANKING, {"q12_a": "٣"}, "q12_a"),
        (Kind.RECOMMENDATION, {"q12": "11"}, "q12"),
        (Kind.NUMBER, {"q12": "1e3"}, "q12"),
        (Kind.NUMBER, {"q12": "nan"}, "q12"),
        (Kind.NUMBER, {"q12": "-6"}, "q12"),
        (Kind.NUMBER, {"q12": "1000.5"}, "q12"),
        (Kind.DATE, {"q12": "2023-02-29"}, "q12"),
        (Kind.DATE, {"q12": "2019-12-31"}, "q12"),
        (Kind.DATE, {"q12": "29.2.2024"}, "q12"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence_at_its_field(kind: Kind, typed: dict[str, str], field: str) -> None:
    problems = rules(kind).read(ask(kind), typed).problems
    assert list(problems) == [field]
    assert problems[field].endswith((".", "again", "anew."))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.VALUE_RATINGS, []),
        (Kind.VALUE_RATINGS, {"v9": {"lived": 1}}),
        (Kind.VALUE_RATINGS, {"v3": {"loved": 1}}),
        (Kind.VALUE_RATINGS, {"v3": {"lived": 6}}),
        (Kind.PROPOSALS, "A bench"),
        (Kind.PROPOSALS, [{"idea": "A bench", "value": "v9"}]),
        (Kind.PROPOSALS, [{"idea": "A bench", "help": "perhaps"}]),
        (Kind.PROPOSALS, [{"idea": "A bench", "offer": 7}]),
        (Kind.PROPOSALS, [{"idea": "A bench", "offer": "x" * 201}]),
        (Kind.PROPOSALS, [{"idea": "A bench", "author": "Ada"}]),
        (Kind.PROPOSALS, [{"idea": str(n)} for n in range(4)]),
        (Kind.SINGLE_CHOICE, "c"),
        (Kind.RATING, 0),
        (Kind.RATING, "4"),
        (Kind.RATING, True),
        (Kind.RATING, 4.5),
        (Kind.LONG_TEXT, 7),
        (Kind.SHORT_TEXT, ["x"]),
        (Kind.SINGLE_CHOICE, {"other": "no such line"}),
        (Kind.MULTIPLE_CHOICE, ["a", "a"]),
        (Kind.MULTIPLE_CHOICE, ["a", {"other": "x"}, {"other": "y"}]),
        (Kind.RANKING, ["a", "a"]),
        (Kind.RANKING, ["a", {"b": 1}]),
        (Kind.RECOMMENDATION, 11),
        (Kind.NUMBER, float("inf")),
        (Kind.NUMBER, True),
        (Kind.DATE, "20240229"),
        (Kind.CONSENT, "yes"),
        (Kind.PROPOSAL_VOTE, {"a": 1}),
        (Kind.LONG_TEXT, "x" * 5001),
    ],
)
def test_content_from_elsewhere_is_refused_if_it_does_not_fit(kind: Kind, content: Any) -> None:
    with pytest.raises(BadInput):
        checked(ask(kind), content)


@given(st.text(max_size=400))
def test_any_text_is_kept_as_it_was_meant_or_refused(text: str) -> None:
    reading = rules(Kind.LONG_TEXT).read(ask(Kind.LONG_TEXT), {"q12": text})
    if not reading.problems:
        assert reading.content == (clean_words(text) or None)
        assert checked(ask(Kind.LONG_TEXT), reading.content) == reading.content


def test_a_box_that_is_removed_lets_those_below_move_up() -> None:
    question, proposals = ask(Kind.PROPOSALS), rules(Kind.PROPOSALS)
    assert isinstance(proposals, Proposals)
    typed = {"q12_1_idea": "one", "q12_2_idea": "two", "q12_2_help": "no", "q12_3_idea": "three", "q13": "kept"}
    left = proposals.without(question, typed, 1)
    assert left == {"q12_1_idea": "two", "q12_1_help": "no", "q12_2_idea": "three", "q13": "kept"}
    assert proposals.boxes(question, left) == 2
    assert proposals.boxes(question, left, wanted=9) == 3  # the most there may be


def test_with_what_one_would_help_is_kept_beside_no_and_asks_for_its_idea() -> None:
    question, proposals = ask(Kind.PROPOSALS), rules(Kind.PROPOSALS)
    typed = {"q12_1_idea": "Lamps", "q12_1_help": "no", "q12_1_offer": "Half a day in May"}
    (stored,) = proposals.read(question, typed).content
    assert stored["offer"] == "Half a day in May"
    problems = proposals.read(question, {"q12_2_offer": "A van"}).problems
    assert problems["q12_2_idea"].startswith("Write the idea")
    assert list(proposals.read(question, {"q12_1_idea": "Lamps", "q12_1_offer": "x" * 201}).problems) == ["q12_1_offer"]


def test_the_minutes_grow_with_what_is_asked() -> None:
    assert minutes([ask(Kind.RATING)]) == 1
    assert minutes([ask(kind) for kind in Kind]) < minutes([ask(kind) for kind in Kind] * 4)


def test_questions_of_one_form_do_not_meet() -> None:
    assert name_of(Question(id=1), 2, "idea") != name_of(Question(id=12), "idea")
    question, proposals = Question(id=1, kind=Kind.PROPOSALS, settings={"most": 3}), rules(Kind.PROPOSALS)
    assert isinstance(proposals, Proposals)
    assert proposals.without(question, {"q12_1_idea": "another question's"}, 1) == {"q12_1_idea": "another question's"}
