import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.titles import LONGEST, is_against, is_wish, leans, n_slips, reading_ease, title_spans


def pieces(statement: str) -> list[str]:
    return [statement[start:end] for start, end in title_spans(statement)]


def test_a_short_statement_is_its_own_title_without_marks_at_its_ends() -> None:
    assert pieces("  We need more trees downtown!! ") == ["We need more trees downtown"]
    assert pieces("Why is there no bus?") == ["Why is there no bus?"]


def test_a_long_statement_offers_its_clauses_that_stand_alone() -> None:
    statement = (
        "Bowling alleys should stay open until midnight on weekdays, because people who work late shifts in the "
        "factories have nowhere else to go, and the town needs more places to meet."
    )

    assert "Bowling alleys should stay open until midnight on weekdays" in pieces(statement)
    assert all(piece in statement for piece in pieces(statement))
    assert not any(piece.startswith("because") for piece in pieces(statement))


@pytest.mark.parametrize("nothing", ["", "   ", "...", "?!"])
def test_a_text_without_words_may_offer_anything_but_fails_nowhere(nothing: str) -> None:
    assert all(piece for piece in pieces(nothing))


@pytest.mark.parametrize("wish", ["We need a library", "Mend the roads", "More trees", "The mayor should listen"])
def test_a_wish_is_known(wish: str) -> None:
    assert is_wish(wish)


@pytest.mark.parametrize("other", ["The roads are terrible", "My street", "", "Traffic in the morning"])
def test_what_asks_for_nothing_is_no_wish(other: str) -> None:
    assert not is_wish(other)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("We need more trees downtown", "The trees downtown"),
        ("We need more trees downtown", "WE NEED MORE TREES DOWNTOWN"),
        ("We need more trees downtown", "I was downtown and saw no trees"),
        ("We need more trees downtown", "But we need more of them downtown"),
        ("We need more trees downtown", "Do we need more trees downtown?"),
        ("We need more trees downtown", "Trees"),
        ("We need more trees downtown", "we need more trees downtown"),
        ("We need more trees downtown", "We need mroe trees downtown"),
        ("We need more trees downtown", "We need more trees,benches downtown"),
        ("We need more trees downtown", "We need at more trees downtown"),
        ("We need more trees downtown", "I disagree with this statement on trees"),
        ("We need more trees downtown", "This survey should have more trees"),
        ("We need more trees downtown", "I have been to see the trees downtown"),
        ("We need more trees downtown", "Why do we need more trees downtown"),
        ("We need more trees downtown", "We need more trees downtown, benches, lights, flowers"),
        ("Need more trees along the river", "Needs more trees along the river"),
        ("I would like to see more trees", "I planted more trees than others"),
        ("We need more trees downtown", "We need more trees " + "and flowers " * LONGEST),
    ],
)
def test_what_reads_better_scores_higher(better: str, worse: str) -> None:
    assert reading_ease(better) > reading_ease(worse)


def test_what_is_against_something_is_known() -> None:
    assert is_against("The bridge should not be built")
    assert is_against("Don’t build the bridge")
    assert not is_against("Build another bridge, nothing is better")


@pytest.mark.parametrize(
    "statement",
    [
        "Candidates for the council should be required by law to pass basic tests of reading, writing, and law.",
        "Companies that spill oil must be held accountable both financially and legally for what they have done here.",
        "Religious freedom should stop where it denies life, liberty, and the pursuit of happiness to other people.",
        "I want my daughter and her children and theirs and theirs... to see a town that is green and quiet.",
    ],
)
def test_a_piece_does_not_end_in_the_middle_of_a_list_or_a_pair(statement: str) -> None:
    for piece in pieces(statement):
        assert not piece.endswith(("basic", "basic tests of reading", "financially", "liberty", "theirs"))


def test_a_word_that_others_write_too_is_no_slip() -> None:
    assert n_slips("More bioswales for the town", frozenset()) == 1
    assert n_slips("More bioswales for the town", {"bioswales"}) == 0
    assert n_slips("More lights on Pascoe Boulevard", frozenset()) == 0


@given(st.text(max_size=400))
def test_a_piece_is_verbatim_and_never_blank(statement: str) -> None:
    for start, end in title_spans(statement):
        assert 0 <= start < end <= len(statement)
        assert statement[start:end].strip() == statement[start:end] != ""


def test_what_leans_on_something_said_before_is_known() -> None:
    assert leans("And they should mend it")
    assert not leans("Mend the bridge")
