import pytest

from surveyapp.analysis.sides import Side, are_opposite, denied, denies, side

OPPOSITE = [
    ("Our town needs a leash law", "Our town definitely does not need a leash law"),
    ("Pass the leash law", "NO to the leash law"),
    ("The tower should be pulled down", "The tower should not be pulled down"),
    ("Hemp should be legal", "Hemp should be illegal"),
    ("Hemp should be legalised", "Hemp should not be legalised"),
    ("We should abolish the toll", "The toll is necessary, but should be lower"),
    ("Abolish the toll", "We should not abolish the toll"),
    ("Open the pool on Sundays", "Don't open the pool on Sundays"),
    ("Allow dogs in the park", "Stop dogs in the park"),
    ("Keep the library", "Close the library"),
]
NOT_OPPOSITE = [
    ("The toll must be looked at", "End the toll"),
    ("Abolish the toll", "The toll should not exist"),
    ("We need a shelter for the homeless", "No child should be homeless"),
    ("Open the pool", "The pool should be open for those who do not swim well"),
    ("Open the pool", "I support people who should not be left alone"),
    ("Open the pool", "If you do not need the pool, stay away"),
    ("Build a bridge", "We should not only build a bridge but a ferry"),
    ("Mend the road", "The road is awful"),
    ("We need to support all clubs", "The council should endorse only choirs"),
    ("The vow should not be abandoned", "The vow must be kept"),
    ("Let us all sing", "We should band together"),
]


@pytest.mark.parametrize(("one", "other"), OPPOSITE)
def test_what_denies_a_wish_is_its_opposite(one: str, other: str) -> None:
    assert are_opposite(side(one), side(other))
    assert are_opposite(side(other), side(one))


@pytest.mark.parametrize(("one", "other"), NOT_OPPOSITE)
def test_what_may_well_wish_the_same_is_not(one: str, other: str) -> None:
    assert not are_opposite(side(one), side(other))


@pytest.mark.parametrize("taken", Side)
def test_no_side_is_opposite_to_itself(taken: Side) -> None:
    assert not are_opposite(taken, taken)


def test_a_denial_is_one_of_the_main_clause() -> None:
    assert denies("The bridge should not be built")
    assert denies("No more cars")
    assert not denies("No child should go hungry")
    assert side("People who must not drive need buses") is Side.PLAIN


def test_what_is_denied_is_what_follows_the_denial() -> None:
    assert denied("The tower should not be pulled down, says Ama").split() == ["be", "pulled", "down"]
    assert denied("Pull the tower down") == ""
