from time import process_time

import pytest

from surveyapp.analysis.split import split, whole


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We need more parks. Fix the roads!", ["We need more parks.", "Fix the roads!"]),
        ("more parks. better roads. safer schools", ["more parks.", "better roads.", "safer schools"]),
        ("Where is the library? I never found it.", ["Where is the library?", "I never found it."]),
        ("Open the pool on Sundays; close the old car park", ["Open the pool on Sundays", "close the old car park"]),
        ("Mehr Bäume. 更多公园。更好的道路", ["Mehr Bäume.", "更多公园。", "更好的道路"]),
    ],
)
def test_sentences_are_statements(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith and Mrs. Jones should run the clinic",
        "The crossing at Oak St. Martin is dangerous",
        "Spend 3.5 percent of the 1,200.50 on trees",
        "See www.example.org/a.B for the plan of the e.g. Northern quarter",
        'They said "We will mend it. Soon." in the meeting',
        "Mend the bridge (it is old. Very old.) before winter",
        "I would like... more trees",
        "Bring flowers and benches to the square",
        "We should mend roads and we should mend them soon",
    ],
)
def test_what_belongs_together_is_not_cut(text: str) -> None:
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "- more trees\n- fewer cars\n- a new school",
        "1. more trees\n2. fewer cars\n3) a new school",
        "• more trees • fewer cars • a new school",
        "1. more trees 2. fewer cars 3. a new school",
        "more trees\r\nfewer cars\r\n\r\na new school",
    ],
)
def test_each_item_of_a_list_is_a_statement(text: str) -> None:
    assert pieces(text) == ["more trees", "fewer cars", "a new school"]


def test_a_line_that_was_only_wrapped_goes_on() -> None:
    text = "We would all be glad if the council could at last mend\nthe road to the station"
    assert pieces(text) == [text]


def test_what_leans_on_the_sentence_before_stays_with_it() -> None:
    text = "Light the path by the river. It is dark there. That would help runners."
    assert pieces(text) == [text]


def test_a_clause_with_its_own_subject_and_verb_is_a_statement() -> None:
    assert pieces("We need more buses in the evening, and the town should plant trees along Main Road") == [
        "We need more buses in the evening",
        "and the town should plant trees along Main Road",
    ]


def test_a_word_alone_joins_its_neighbour() -> None:
    assert pieces("Please. Mend the roads. Thanks.") == ["Please. Mend the roads. Thanks."]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\x00", "\u2028"])
def test_a_blank_answer_has_no_statement(text: str) -> None:
    assert split(text) == []
    assert whole(text) == []


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a ",
        "a. ",
        "(",
        '"',
        ". ",
        "1. ",
        "and we need ",
        "- a\n",
        "w@",
        "a.b",
        "<a",
        "A.aA.a",
        "…",
        "!",
        ".A",
        "؟",
        "\u3002",
        ";",
        "1",
        "; ",
    ],
)
def test_hostile_answers_cost_what_their_length_costs(unit: str) -> None:
    text = f"a {unit * (100_000 // len(unit))} b"
    began = process_time()
    spans = split(text)
    assert process_time() - began < 5
    assert all(0 <= start < end <= len(text) for start, end in spans)
