import gc
import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.split import split, whole


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We need more parks. Fix the roads!", ["We need more parks.", "Fix the roads!"]),
        ("more parks. better roads. safer schools", ["more parks.", "better roads.", "safer schools"]),
        ("Where is the library? I never found the way in.", ["Where is the library?", "I never found the way in."]),
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
        "Scottsville Rd needs 3 lanes on ea. side",
        "We need a river walk like Owensboro ky. has",
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We need more buses in the evening, and the town should plant trees along Main Road",
            ["We need more buses in the evening", "the town should plant trees along Main Road"],
        ),
        ("Mend the roof and open the library", ["Mend the roof", "open the library"]),
        (
            "We should mend the roof, hire a cook and open a café",
            ["We should mend the roof", "hire a cook", "open a café"],
        ),
        ("The nurses are kind but the rooms are cold", ["The nurses are kind", "the rooms are cold"]),
        ("We need more events and we need a code of conduct", ["We need more events", "we need a code of conduct"]),
    ],
)
def test_a_clause_with_its_own_verb_is_a_statement(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more buses, fewer cars and safer paths", ["more buses", "fewer cars", "safer paths"]),
        ("We want more trees and more shade", ["We want more trees", "more shade"]),
        ("mehr Bäume und weniger Autos", ["mehr Bäume", "weniger Autos"]),
        ("clean water - clean toilets", ["clean water", "clean toilets"]),
    ],
)
def test_a_wish_whose_head_is_said_again_is_a_statement(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "More events and a code of conduct",
        "Bigger and better fireworks",
        "More and more people leave the village",
        "Mend and repaint the bandstand",
        "Buy a van and lend it to the other clubs",
        "If the roof is mended the hall can open and people will come",
        "Build a path so that kids can feed ducks and plant the beds",
        "We need money to mend roofs and build walls",
        "The chair and the clerk should not be married",
        "Clean air and clean water are what we live on",
        "The council should not close schools and sell the land",
    ],
)
def test_an_and_within_one_wish_is_not_cut(text: str) -> None:
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The club meets at 7 p.m. The door is locked by then.",
            ["The club meets at 7 p.m.", "The door is locked by then."],
        ),
        ("Am 3. Oktober ist das Fest. Wir brauchen Zelte.", ["Am 3. Oktober ist das Fest.", "Wir brauchen Zelte."]),
        ("more trees 🌳 better paths 🙏", ["more trees 🌳", "better paths 🙏"]),
        ("better food.more fruit on fridays", ["better food.", "more fruit on fridays"]),
        ("Choir. Theatre. Film night.", ["Choir.", "Theatre.", "Film night."]),
    ],
)
def test_a_sentence_ends_where_a_reader_sees_it_end(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail pat@hall.example.org. The door is locked.", ["Mail pat@hall.example.org.", "The door is locked."]),
        ("Open at 7 a.m. Close at 9 p.m. on Fridays", ["Open at 7 a.m.", "Close at 9 p.m. on Fridays"]),
        ("* mend the oven * paint the hall", ["mend the oven", "paint the hall"]),
        ("more music… more art", ["more music…", "more art"]),
        ("Not enough chairs, not enough light", ["Not enough chairs", "not enough light"]),
        ("The hall is cold. Is there a heater?", ["The hall is cold.", "Is there a heater?"]),
        ("The hall is cold. There should be a heater.", ["The hall is cold.", "There should be a heater."]),
        (
            "The ward was noisy. Was told to come back the next day without a word why.",
            ["The ward was noisy.", "Was told to come back the next day without a word why."],
        ),
        ("Das Bad ist alt und die Halle ist kalt", ["Das Bad ist alt", "die Halle ist kalt"]),
        ("El parque es bonito pero los bancos están rotos", ["El parque es bonito", "los bancos están rotos"]),
        ("Le bus est plein et les arrêts sont loin", ["Le bus est plein", "les arrêts sont loin"]),
        ("The nurses are kind, the food is bad", ["The nurses are kind", "the food is bad"]),
        ("The bus keeps stopping and the driver is rude", ["The bus keeps stopping", "the driver is rude"]),
        ("Help for parents / help for carers", ["Help for parents", "help for carers"]),
        ("Open at 7 a.m. Monday to Friday", ["Open at 7 a.m. Monday to Friday"]),
        ("Cllr. Adeyemi should answer", ["Cllr. Adeyemi should answer"]),
        ("longer hours on\nweekends", ["longer hours on\nweekends"]),
        ("I would like... more trees", ["I would like... more trees"]),
        ("Stop at Mill St. more lamps are there", ["Stop at Mill St. more lamps are there"]),
    ],
)
def test_what_was_learned_from_answers_of_other_kinds(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Light the square. We should make it safe.",
        "The lift is broken again. Needs to change!",
        "The nurses never call back. Not acceptable!",
        "Close the lane to the station. Waiting there at night is no fun.",
        "The steps are steep. Surely they could have a rail.",
        "Their riverside is busy. Ours is empty.",
        "Dear all,\nwe need a second cleaner.\nRegards, Ama",
        "A bench by the stop? Thank you.",
        "The club listens to parents. Not to children.",
        "Mend the bridge. (The old one.)",
        "I want:\n- a stage",
    ],
)
def test_what_points_back_greets_or_leads_in_is_no_statement_of_its_own(text: str) -> None:
    assert pieces(text) == [text]


def test_it_that_stands_for_nothing_does_not_point_back() -> None:
    assert pieces("The hall is full. It is time to build another.") == [
        "The hall is full.",
        "It is time to build another.",
    ]


def test_a_word_alone_joins_its_neighbour() -> None:
    assert pieces("Please. Mend the roads. Thanks.") == ["Please. Mend the roads. Thanks."]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\x00", "\u2028"])
def test_a_blank_answer_has_no_statement(text: str) -> None:
    assert split(text) == []
    assert whole(text) == []


@given(
    st.text()
    | st.lists(st.sampled_from(["more", "trees", "and", "it", "is", ".", ",", "\n", "1.", '"', "-"])).map(" ".join)
)
def test_statements_are_in_order_and_no_word_is_lost(text: str) -> None:
    spans = split(text)
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    assert all(start < end for start, end in spans)
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
    between = " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    left = re.sub(
        r"\b(?:and|but|plus|also|und|aber|y|pero|et|mais|oraz|ale|та|але)\b|\(?\d{1,2}[.):]|\(?[a-h]\)", "", between
    )
    assert not re.search(r"[^\W_]", left)


HOSTILE = [
    "a",
    "a ",
    "a. ",
    "(",
    '"',
    "and ",
    "1.1.1.",
    "....",
    "- - -",
    "x@",
    " ",
    "1. ",
    "a, ",
    "keep it, ",
    ":\n",
    "- a\n",
]
HOSTILE += [
    "more a, more b, ",
    "we need the way and ",
    "A.aA.a",
    "<a",
    "…",
    "؟",
    "\u3002",
    "; ",
    "😀 ",
    "it is ",
    "Dr. ",
    "u.s.",
    "the bus keeps a ",
    "die bus war und ",
    "a… ",
    "a / ",
    "* a ",
    "1 a.m. ",
    "on\n",
    "also ",
    "www.a",
    "a@b. ",
    "www.....",
]


def seconds(unit: str, length: int) -> float:
    """Processor time of one answer that repeats a unit; the collector's pauses belong to the process, not to it."""
    text = (unit * (length // len(unit) + 1))[:length]
    gc.collect()
    gc.disable()
    began = process_time()
    split(text)
    took = process_time() - began
    gc.enable()
    return took


@pytest.mark.parametrize("unit", HOSTILE)
def test_ten_times_the_length_costs_at_most_twelve_times_the_time(unit: str) -> None:
    short, long = [seconds(unit, 5_000)], [seconds(unit, 50_000)]
    while len(long) < 12 and min(long) > max(12 * min(short), 0.02):  # the machine may have been busy
        short.append(seconds(unit, 5_000))
        long.append(seconds(unit, 50_000))
    assert min(long) <= max(12 * min(short), 0.02)
