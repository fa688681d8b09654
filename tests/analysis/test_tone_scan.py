from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.tone_scan import Scan, scan, tokens_of

POLAR = {"good": 1, "nice": 1, "clean": 1, "great": 1, "fair": 1, "bad": -1, "problem": -1, "broken": -1, "awful": -1}


def scanned(text: str) -> Scan:
    return scan(tokens_of(text), POLAR)


def strength_of(word: str, text: str) -> float:
    found = scanned(text)
    return found.strengths[found.words.index(word)]


def negated_words(text: str) -> list[str]:
    found = scanned(text)
    return [word for word, is_negated in zip(found.words, found.negated, strict=True) if is_negated]


def test_tokens_are_words_numbers_punctuation_emoticons_and_emoji() -> None:
    assert tokens_of("Don't cut 12 trees, please! :) 😍") == [
        "don't", "cut", "12", "trees", ",", "please", "!", ":)", "😍",
    ]  # fmt: skip


def test_a_curly_apostrophe_is_an_apostrophe_and_stretched_words_shrink() -> None:
    assert tokens_of("I don’t care, it is soooooo bad!!!!!") == tokens_of("I don't care, it is soo bad!!")


def test_the_colon_of_an_address_is_no_sad_face() -> None:
    assert ":/" not in tokens_of("see http://example.org")
    assert ":/" in tokens_of("not again :/")


def test_a_negator_turns_four_words_and_not_more() -> None:
    assert negated_words("not one two three four five") == ["one", "two", "three", "four"]


def test_a_denied_opinion_turns_the_whole_opinion() -> None:
    assert "good" in negated_words("I don't think that the new hall is good")
    assert "good" not in negated_words("I don't go there: the new hall is good")


def test_a_clause_end_stops_negation() -> None:
    assert negated_words("it is not far, good paths") == ["far"]
    assert negated_words("I did not go because it rains") == ["go"]


def test_not_only_and_not_just_turn_nothing() -> None:
    assert negated_words("not only good but cheap") == []
    assert negated_words("it is not just good") == []


def test_a_negator_is_named_after_what_it_governs() -> None:
    assert scanned("not a good plan").words[0] == "not^"
    assert scanned("no problem").words[0] == "not~"
    assert scanned("no opinion").words[0] == "no"


def test_praise_in_the_form_of_a_negation_turns_nothing() -> None:
    assert negated_words("I can't wait for the fair") == []
    assert negated_words("it couldn't be better") == []
    assert negated_words("it couldn't be good") == ["be", "good"]


def test_what_stands_before_but_counts_less_than_what_follows() -> None:
    text = "the park is nice but the path is broken"
    assert strength_of("nice", text) == 0.5
    assert strength_of("broken", text) == 1.25


def test_a_contrast_stays_within_its_sentence() -> None:
    assert strength_of("nice", "The park is nice. But the path is broken.") == 1.0


def test_a_conceded_clause_counts_half_until_its_comma() -> None:
    text = "although the staff are nice, the wait is awful"
    assert strength_of("nice", text) == 0.5
    assert strength_of("awful", text) == 1.0


def test_what_used_to_be_counts_little() -> None:
    assert strength_of("great", "it used to be great, now it is awful") == 0.25


def test_emphasis_lifts_the_next_word_only() -> None:
    text = "extremely good paths"
    assert strength_of("good", text) == 1.5
    assert strength_of("paths", text) == 1.0


def test_too_before_a_word_is_told_from_too_at_the_end() -> None:
    assert scanned("too far").words[0] == "too+"
    assert scanned("me too").words[1] == "too"
    assert scanned("me too.").words[1] == "too"


def test_wishes_are_proposals() -> None:
    for text in (
        "We should fix the racks.",
        "Add more benches",
        "also, more trees",
        "1. plant trees",
        "Could we meet in the evening?",
        "I would like a market",
        "The hall was cold. Please heat it.",
        "how about a car-free day",
    ):
        assert scanned(text).is_proposal, text


def test_reports_are_no_proposals() -> None:
    for text in (
        "The bike racks are broken.",
        "Support is poor",
        "More than half came",
        "You should have asked us",
        "I like the new market",
    ):
        assert not scanned(text).is_proposal, text


def test_only_the_sentence_with_the_wish_weighs_less() -> None:
    text = "The hall is awful. Fix the broken door."
    assert strength_of("awful", text) == 1.0
    assert strength_of("broken", text) == 0.6


def test_punctuation_is_no_word() -> None:
    assert scanned("good, bad (fair)! 12").n_words == 4


@given(st.text(max_size=300))
def test_any_text_gives_one_mark_per_token_and_leaves_the_tokens_alone(text: str) -> None:
    tokens = tokens_of(text)
    before = tokens.copy()
    found = scan(tokens, POLAR)
    assert tokens == before
    assert len(found.words) == len(found.strengths) == len(found.negated) == len(tokens)
    assert 0 <= found.n_words <= len(tokens)
