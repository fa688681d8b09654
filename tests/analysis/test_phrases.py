import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.lexicon import is_spelt, tag
from surveyapp.analysis.phrases import (
    MOST_KEYWORDS,
    MOST_READ,
    count_phrases,
    keywords,
    look_inside,
    only_a_place,
    read_first,
)
from surveyapp.analysis.places import place_names
from surveyapp.analysis.words import STOP_WORDS, written_large

POOL = [
    "The pool in Elm Valley should open in winter",
    "Heat the pool in Elm Valley",
    "We want a warmer pool in Elm Valley for the children",
    "The pool is too cold for older swimmers in Elm Valley",
    "Let swimmers use the pool before work",
]
SHELTER = [
    "Build a shelter for homeless families",
    "Homelessness needs a shelter that stays open",
    "A homeless shelter near Mill Lane",
    "The homeless sleep in the park, open a shelter",
    "No homeless person should be turned away from a shelter",
]


def shown(texts: list[str], rows: range, frame: frozenset[str] = frozenset()) -> list[str]:
    phrases = count_phrases(texts, frame)
    inside = look_inside(phrases, np.arange(rows.start, rows.stop))
    return [phrases.shown_as[stems] for stems in keywords(phrases, inside)]


def test_keywords_stand_in_much_of_the_theme_and_little_elsewhere() -> None:
    assert shown(POOL + SHELTER, range(5))[0] == "pool"
    assert shown(POOL + SHELTER, range(5, 10))[0] == "shelter"


def test_a_place_alone_is_no_keyword() -> None:
    assert not {"elm valley", "elm", "valley"} & set(shown(POOL + SHELTER, range(5)))
    assert only_a_place(["elm", "valley"], frozenset({"elm"}))
    assert not only_a_place(["elm", "pool"], frozenset({"elm"}))


def test_two_forms_of_one_word_are_one_keyword() -> None:
    found = shown([*POOL, *SHELTER, "Homelessness is growing", "End homelessness now"], range(5, 12))

    assert len({"homeless", "homelessness"} & set(found)) == 1


def test_a_sentence_that_many_copied_gives_no_phrase() -> None:
    copies = [f"Stop rubber stamping of building plans{end}" for end in ("", " now", " please", "!", " at once")]

    assert "rubber stamping" not in " ".join(shown([*copies, *POOL, *SHELTER], range(5)))


def test_a_word_of_no_kind_that_names_a_thing_comes_last() -> None:
    texts = [f"Whatever the {thing} costs" for thing in ("bridge", "bus", "hall", "clinic", "bridge repair")]

    assert shown(texts + POOL, range(5))[:1] != ["whatever"]


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        (["More lights on Fleet Street", "Fleet Street is dark"], {"fleet", "street"}),
        (["We live in Bath", "A pool in Bath"], {"bath"}),
        (["the bath is cold", "a bath in the morning", "in Bath"], set()),
        (["We need Medicare for all", "Expand Medicare"], set()),
        (["Work in Congress", "Bills in Congress"], set()),
    ],
)
def test_places_are_names_that_are_written_of_as_places(texts: list[str], places: set[str]) -> None:
    found = place_names(texts, written_large(texts))

    assert {word for word in found if any(word in text.lower() for text in texts)} == places


def test_countries_are_places_that_all_know() -> None:
    assert {"kentucky", "england", "america"} <= place_names([], frozenset())


def test_the_lexicon_tells_kinds_of_words_and_slips_of_the_pen() -> None:
    assert (tag("enforce"), tag("school"), tag("better")) == ("VB", "NN", "JJR")
    assert tag("qwrtz") == ""
    assert all(map(is_spelt, ["roundabouts", "Legalised", "SIDEWALKS", "neighbour’s"]))
    assert not any(map(is_spelt, ["sciemce", "activites", "comnpetitive"]))


def test_of_a_large_theme_the_first_texts_are_read_and_of_a_small_one_all() -> None:
    groups = np.array([0] * 3 * MOST_READ + [1, -1, 1])

    rows = read_first(groups)

    assert rows.tolist() == [*range(MOST_READ), 3 * MOST_READ, 3 * MOST_READ + 2]


def test_counts_of_a_part_stand_for_the_whole() -> None:
    texts = [f"the pool number {i}" for i in range(2 * MOST_READ)] + [f"the bridge number {i}" for i in range(20)]
    labels = np.repeat([0, 1], [2 * MOST_READ, 20])

    phrases = count_phrases(texts, frozenset(), labels)

    assert len(phrases.of_text) == MOST_READ + 20
    assert phrases.in_texts["pool"] == 2 * MOST_READ
    assert phrases.in_texts["bridge"] == 20


@given(st.lists(st.text(max_size=60), max_size=12))
def test_no_keyword_of_any_texts_is_a_stop_word_a_word_of_the_frame_or_a_place(texts: list[str]) -> None:
    frame = frozenset({"pool", "shelter"})
    every = POOL + SHELTER + texts
    phrases = count_phrases(every, frame)
    places = place_names(every, written_large(every))

    for rows in (np.arange(5), np.arange(5, len(every))):
        found = [phrases.shown_as[stems].split() for stems in keywords(phrases, look_inside(phrases, rows))]
        assert len(found) <= MOST_KEYWORDS
        assert not any(word in STOP_WORDS | frame for phrase in found for word in (phrase[0], phrase[-1]))
        assert not any(all(word in places for word in phrase) for phrase in found)
