import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.goal_sentence import LONGEST, propose

GOALS = {
    "We need stronger tenants rights": "Ensure stronger tenants rights",
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
    "Native plants should be allowed at the pond": "Allow native plants at the pond",
    "Fund the library": "Fund the library",
    "Let's clean the beach": "Clean the beach",
    "LOWER PARKING FEES": "Lower parking fees",
    "It is time to end the toll": "End the toll",
    "We must not sell the meadow": "Do not sell the meadow",
    "Don’t close the clinic": "Do not close the clinic",
    "Never pave the meadow": "Do not pave the meadow",
    "Dogs should not be banned": "Do not ban dogs",
    "Shops shouldn't be allowed to burn rubbish": "Do not let shops burn rubbish",
    "Landlords should not keep deposits": "Do not let landlords keep deposits",
    "no more dogs": "Allow no more dogs",
    "Stop selling fireworks": "Stop selling fireworks",
    "Our town needs a noise ordinance": "Pass a noise ordinance",
    "There should be limits on campaign spending": "Introduce limits on campaign spending",
    "We need more nurses at the clinic": "Have more nurses at the clinic",
    "There should be more open discourse": "Encourage more open discourse",
    "We need another sidewalk along the canal": "Build another sidewalk along the canal",
    "Wider lanes for bikes would be great": "Build wider lanes for bikes",
    "Election day should be a public holiday": "Make election day a public holiday",
    "Health care should be free for children": "Make health care free for children",
    "The park needs to be safer at night": "Make the park safer at night",
    "Schools should offer music": "Have schools offer music",
    "The rich should pay their share": "Have the rich pay their share",
    "Tenants should have longer notice": "Give tenants longer notice",
    "Children should get a warm lunch": "Give children a warm lunch",
    "Nurses deserve a pay rise": "Give nurses a pay rise",
    "Young families need better child care": "Give young families better child care",
    "Residents should be able to vote by mail": "Let residents vote by mail",
    "Cyclists should be allowed to use the bus lane": "Let cyclists use the bus lane",
    "We should be supporting small shops": "Support small shops",
    "We should invest in clean water": "Invest in clean water",
    "The decision needs to be overturned": "Overturn the decision",
    "Refugees should be given a chance to work": "Give refugees a chance to work",
    "Hold companies accountable for waste": "Hold companies accountable for waste",
    "Need to hire more teachers": "Hire more teachers",
    "Must protect the wetlands": "Protect the wetlands",
    "The Elm Street bridge should be widened": "Widen the Elm Street bridge",
    "Police should wear cameras": "Have police wear cameras",
    "Better lighting in the underpass is needed": "Provide better lighting in the underpass",
}
NO_GOALS = [
    "Help from the porters is good",
    "Support given",
    "More nurses leads to better care",
    "Tolls should be abolished as it slows the traffic",
    "We need the ferry",
    "",
    "Toilet facilities of some kind",
    "Something needs to be done with the river",
    "Why is the gate locked?",
    "My neighbour should be thanked",
    "Bowling Green is a nice town",
    "We need to",
    "Water costs too much",
    "Clean water is a human right",
    "Staff care for you",
    "Thank you to everyone",
    "Help please",
    "Clear and concise",
    "I am a parent",
    "The rich are getting richer",
    "Love wins",
    "Nobody should go hungry",
    "They should do that",
    "No child should not be heard",
    "We want our officials to know that everyone deserves respect",
    "Traffic is awful and the buses should run",
    "If the pool is open, people should swim",
    "How about planting trees together",
]


@pytest.mark.parametrize(("title", "goal"), GOALS.items())
def test_a_wish_is_said_as_a_goal(title: str, goal: str) -> None:
    proposed = propose(title)

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


def test_what_others_wrote_in_small_letters_is_no_name() -> None:
    proposed = propose("Fairview should be widened", written_small={"fairview"})
    of_a_person = propose("Trump should be invited", written_small={"invited"})

    assert proposed is not None
    assert proposed.words == "Widen fairview"
    assert of_a_person is not None
    assert of_a_person.words == "Invite Trump"


DENIALS = {"not", "no", "never", "stop", "n't", "end", "ban"}


@pytest.mark.parametrize("title", [*GOALS, *NO_GOALS])
def test_a_denied_wish_stays_denied_and_no_other_becomes_so(title: str) -> None:
    proposed = propose(title)
    if proposed is None:
        return

    def denied(text: str) -> bool:
        return bool(DENIALS & set(text.lower().replace("n't", " n't").replace("n’t", " n't").split()))

    assert denied(proposed.words) == denied(title)


def test_a_title_of_endless_words_is_not_read() -> None:
    assert propose("We should plant " + "a" * 100_000) is None


def test_a_long_title_holds_more_than_one_thought() -> None:
    assert propose("Plant " + "more " * LONGEST + "trees") is None


@given(st.text(max_size=300))
def test_any_title_gives_a_sentence_or_none(title: str) -> None:
    proposed = propose(title)

    assert proposed is None or (proposed.words.strip() == proposed.words and proposed.words)
