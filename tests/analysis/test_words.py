import pytest

from surveyapp.analysis.words import fold, says_nothing, stem, words, written_large


@pytest.mark.parametrize(
    "text", ["", "  ", "none", "None.", "N/A", "n.a.", "-", "No comment!", "I DON'T KNOW", "42", "x", "👍"]
)
def test_an_answer_that_says_nothing_is_known(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text", ["Nothing works here", "No more cars", "Parks", "公园很好", "مزيد من الحدائق", "None of the buses run"]
)
def test_an_answer_that_says_something_is_known(text: str) -> None:
    assert not says_nothing(text)


def test_only_words_tell_texts_apart() -> None:
    assert fold("More PARKS, please!!") == fold("more parks please") != fold("more parks")


def test_markup_addresses_and_control_characters_are_no_words() -> None:
    assert words("<b>More</b> parks\x00 see https://example.org/x?y=z now") == ["more", "parks", "see", "now"]


def test_a_word_of_a_hundred_thousand_letters_is_cut() -> None:
    assert [len(word) for word in words("ab" * 50_000)] == [40]


@pytest.mark.parametrize(
    ("word", "expected"), [("parks", "park"), ("cities", "city"), ("bus", "bus"), ("mayor's", "mayor")]
)
def test_plural_and_possessive_endings_are_left_out_in_counting(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_a_name_is_what_is_written_large_inside_sentences() -> None:
    texts = ["The bus to Mill Lane", "Plant trees on Mill Lane", "the mill should be a museum"]

    assert written_large(texts) == {"mill", "lane"}
    assert written_large(["Trees are fine", "Plant trees", "more trees"]) == frozenset()
