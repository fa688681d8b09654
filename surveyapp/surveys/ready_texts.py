"""The words of the ready-made surveys: parts, each with its questions, in the form that portable.from_data() reads.

``VALUES`` as options stands for the values that the community holds when the survey is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.surveys.proposals import MOST_PROPOSALS

VALUES = "the values that hold now"
NO_NAMES = "Please leave out names and phone numbers."
TENURE = ("Less than a year", "1 to 5 years", "More than 5 years")


@dataclass(frozen=True)
class Outline:
    """A survey to start from."""

    title: str
    about: str  # for whoever chooses one
    purpose: str  # for members
    parts: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]  # title, intro, questions
    is_of_notes: bool = False


def _asks(kind: str, prompt: str, help_text: str = "", **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "prompt": prompt, "help": help_text, "settings": settings}


def _agree(prompt: str, help_text: str = "") -> dict[str, Any]:
    return _asks("rating", prompt, help_text, low="Not at all", high="Very much")


def _choice(prompt: str, *labels: str, kind: str = "single_choice", **settings: Any) -> dict[str, Any]:
    options = [{"key": f"option_{number}", "label": label} for number, label in enumerate(labels, start=1)]
    return _asks(kind, prompt, options=options, **settings)


def _ideas(prompt: str = "What should we do next?") -> dict[str, Any]:
    return _asks("proposals", prompt, f"One idea per box. {NO_NAMES}", options=VALUES, most=MOST_PROPOSALS)


def _ratings() -> dict[str, Any]:
    return _asks("value_ratings", "Our values", options=VALUES)


def _words(prompt: str, help_text: str = NO_NAMES) -> dict[str, Any]:
    return _asks("long_text", prompt, help_text)


_how_long = _choice("How long have you been with us?", *TENURE)
_two_things = "For each value, tell us two things: how much it matters to you, and how well we live it today."

OUTLINES: Mapping[str, Outline] = {
    "our_values": Outline(
        "Our values",
        "How much each value matters, how well it is lived, and which belief is missing.",
        "We want to know whether our values are still yours, and where we do not live up to them.",
        [
            ("Our values", _two_things, [_ratings()]),
            (
                "Beyond the list",
                "",
                [
                    _words("When did you last see one of our values lived?", "What happened? Please leave out names."),
                    _words("What gets in the way of living our values?", "A habit, a rule, a missing tool."),
                    _asks("short_text", "Which value is missing?", "In a word or two."),
                ],
            ),
            ("You", "", [_how_long]),
        ],
    ),
    "next_goals": Outline(
        "Next goals",
        "Ideas for what to do next, the value each serves, and who would help.",
        "We choose our next goals. They come from what you write here.",
        [
            (
                "What should we do next?",
                "Think of something we could finish together within a year.",
                [_ideas(), _words("What should we stop doing?")],
            ),
            (
                "Taking part",
                "",
                [
                    _choice(
                        "How much time could you give in a month?", "None", "Up to 2 hours", "Up to 8 hours", "More"
                    ),
                    _how_long,
                ],
            ),
        ],
    ),
    "vote_on_proposals": Outline(
        "Vote on proposals",
        "Agree, disagree or pass on what others propose, one at a time; new proposals can be added.",
        "Many ideas came in. Say what you think of some of them: a few votes of each of us tell much.",
        [
            (
                "What others propose",
                "Vote on as many as you like.",
                [_asks("proposal_vote", "What do you think of these proposals?")],
            ),
            ("Anything else?", "", [_words("What should we know before we decide?")]),
        ],
    ),
    "pulse": Outline(
        "Pulse",
        "Five questions in two minutes: is taking part worth more than what members get elsewhere?",
        "A short look at how we are doing, so that we notice early what goes wrong.",
        [
            (
                "How is it going?",
                "",
                [
                    _agree("Taking part here is worth my time"),
                    _agree("Taking part here gives me more than what I could get elsewhere"),
                    _agree("We live our values"),
                    _asks("recommendation", "How likely would you recommend us to a friend?"),
                    _words("What is the one thing we should change?"),
                ],
            )
        ],
    ),
    "yearly_values_review": Outline(
        "Yearly values review",
        "The values themselves, how well leaders live them, who feels left out, and what to reword.",
        "Once a year we ask whether our values still hold. What you say decides which of them stay, change or go.",
        [
            ("Our values", _two_things, [_ratings()]),
            (
                "Those who lead",
                "",
                [
                    _agree("Those who lead us live our values"),
                    _words("Where do those who lead us live our values, and where not?"),
                ],
            ),
            (
                "Who is left out",
                "",
                [
                    _agree("I feel that I belong here"),
                    _choice(
                        "Is there somebody who feels left out?", "Yes, I do", "Yes, others do", "No", "I do not know"
                    ),
                    _words("Who feels left out, and what would help?", "Speak of groups, please, not of names."),
                ],
            ),
            (
                "What should change",
                "",
                [
                    _asks("single_choice", "Which value should we word anew?", options=VALUES),
                    _words("How would you word it?"),
                    _asks("short_text", "Which value is missing?", "In a word or two."),
                    _how_long,
                ],
            ),
        ],
    ),
    "after_a_goal": Outline(
        "After a goal",
        "Did it help? What came of a goal that was finished, and what to do differently.",
        "We finished something together. Tell us whether it helped.",
        [
            (
                "Did it help?",
                "",
                [
                    _choice(
                        "Did it help?", "Yes, very much", "Yes, a little", "No", "It made things worse", "I cannot tell"
                    ),
                    _words("What changed because of it?"),
                    _asks("single_choice", "Which value did it serve most?", options=VALUES),
                ],
            ),
            (
                "How it was done",
                "",
                [
                    _choice("Did you help?", "Yes", "No, but I would have liked to", "No"),
                    _words("What should we do differently next time?"),
                    _ideas("What should follow from it?"),
                ],
            ),
        ],
    ),
    "newcomers": Outline(
        "Newcomers",
        "For members in their first months: what they expected, what they found, what would help them stay.",
        "You joined us not long ago and see what the rest of us no longer notice. Tell us.",
        [
            (
                "Your first weeks",
                "",
                [
                    _choice(
                        "How did you come to us?",
                        "Through a friend",
                        "At an event",
                        "On the web",
                        "By chance",
                        other=True,
                    ),
                    _words("What made you join?"),
                    _agree("I was made welcome"),
                    _agree("I know what we stand for"),
                    _words("What did you find different from what you expected?"),
                ],
            ),
            ("Our values", _two_things, [_ratings()]),
            (
                "What comes next",
                "",
                [
                    _choice(
                        "What would you like to do?",
                        "Meet people",
                        "Help now and then",
                        "Take on a task",
                        "Only look on",
                        kind="multiple_choice",
                        other=True,
                    ),
                    _words("What would make it easier for you to take part?"),
                ],
            ),
        ],
    ),
    "notes_of_a_conversation": Outline(
        "Notes of a conversation",
        "What was said in an interview or a focus group, entered by you, apart from members’ own answers.",
        "Notes of conversations, entered by those who held them.",
        [
            (
                "What was said",
                "In the words of those who spoke, as far as you noted them.",
                [
                    _asks(
                        "proposals",
                        "What should be done next?",
                        f"One idea per box. {NO_NAMES}",
                        options=VALUES,
                        most=10,
                    ),
                    _words("What was said about our values?"),
                    _words("What gets in the way?"),
                    _words("What else was said?"),
                ],
            ),
        ],
        is_of_notes=True,
    ),
    "before_founding": Outline(
        "Before founding",
        "For those who care about a problem: what it is, what would be different, which beliefs would guide you.",
        "Before we write down our mission and first values, we ask everybody who cares. The mission is written once.",
        [
            (
                "The problem",
                "",
                [
                    _words("Which problem should we solve together?", "In your own words: who has it, and where?"),
                    _words("What would be different when it is solved?"),
                    _words("Who is working on it already?", "Groups or places; please leave out names of people."),
                ],
            ),
            (
                "What would guide us",
                "",
                [
                    _words(
                        "Which beliefs should guide us?", "Each so that one can act on it: “We decide in the open”."
                    ),
                    _words("What should we never do?"),
                ],
            ),
            (
                "You",
                "",
                [
                    _asks("short_text", "How would you say our mission in one sentence?"),
                    _choice("Would you take part?", "Yes", "Maybe", "No"),
                ],
            ),
        ],
    ),
}
