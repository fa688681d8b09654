import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.goal_sentence import LONGEST, propose

GOALS = {
    "Plant more trees on Mill Lane": "Plant more trees on Mill Lane",
    "Please fix the gate": "Fix the gate",
    "We should plant trees": "Plant trees",
    "We need to teach beginners": "Teach beginners",
    "The council should repair the taps": "Repair the taps",
    "There should be a composting toilet": "Provide a composting toilet",
    "Mill Lane needs a bus stop": "Provide a bus stop",
    "I would like to see more benches": "Provide more benches",
    "More parking downtown": "Provide more parking downtown",
    "A weekly lunch for all": "Provide a weekly lunch for all",
    "fewer meetings": "Have fewer meetings",
    "Stronger rules for landlords needed": "Introduce stronger rules for landlords",
    "Taps should be repaired": "Repair taps",
    "Leash laws should be more strictly enforced": "Enforce leash laws more strictly",
    "Recycling services need to be improved and modernized": "Improve and modernize recycling services",
    "The old orchard needs pruning badly": "Prune the old orchard",
    "The shed must be built before winter": "Build the shed before winter",
    "Dogs should not be banned": "Do not ban dogs",
    "no more dogs": "Allow no more dogs",
    "Native plants should be allowed at the pond": "Allow native plants at the pond",
}
NO_GOALS = [
    "",
    "Toilet facilities of some kind",
    "Something needs to be done with the river",
    "Why is the gate locked?",
    "My neighbour should be thanked",
    "Bowling Green is a nice town",
    "We need to",
]


@pytest.mark.parametrize(("title", "goal"), GOALS.items())
def test_a_wish_is_said_as_a_goal(title: str, goal: str) -> None:
    proposed = propose(title, written_small={"the", "taps", "leash", "recycling", "stronger", "more", "native", "a"})

    assert proposed is not None
    assert proposed.words == goal
    assert proposed.is_turned == (goal.casefold() not in title.casefold())


@pytest.mark.parametrize("title", NO_GOALS)
def test_where_no_rule_is_sure_the_title_stands(title: str) -> None:
    assert propose(title) is None


def test_a_name_keeps_its_capital() -> None:
    proposed = propose("Fleet Street should be widened")

    assert proposed is not None
    assert proposed.words == "Widen Fleet Street"


def test_a_long_title_holds_more_than_one_thought() -> None:
    assert propose("Plant " + "more " * LONGEST + "trees") is None


@given(st.text(max_size=300))
def test_any_title_gives_a_sentence_or_none(title: str) -> None:
    proposed = propose(title)

    assert proposed is None or (proposed.words.strip() == proposed.words and proposed.words)
