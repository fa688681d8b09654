"""Kinds of questions about what to do next: ideas in one's own words, and votes on those of others."""
# ruff: noqa: D102 - the base class says what each method gives

from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Question
from surveyapp.surveys.rules import NOT_AN_OPTION, Reading, Rules, Typed, keys, must_be, name_of, within

IDEA_CHARACTERS = 600
MOST_PROPOSALS = 5
OFFER_CHARACTERS = 200
OFFER_ALONE = "Write the idea that you would help with, or empty the line that says with what."
PARTS = ("idea", "value", "help", "offer")  # what is said of one idea
HELP = {"yes": "Yes, count me in", "maybe": "Maybe, tell me more", "no": "Not this time"}


class Proposals(Rules):
    """Ideas in one's own words, several, each with the value it serves, whether one would help, and with what."""

    label = "Ideas, several per person"
    seconds = 90

    def most(self, question: Question) -> int:
        """How many ideas one person may give."""
        return int(question.settings.get("most", MOST_PROPOSALS))

    def boxes(self, question: Question, typed: Typed, wanted: int = 1) -> int:
        """How many boxes a form shows: those that are filled, at least those *wanted*, at most those there may be."""
        most = self.most(question)
        filled = [number for number in range(1, most + 1) if name_of(question, number, "idea") in typed]
        return max(1, min(most, max([wanted, *filled])))

    def without(self, question: Question, typed: Typed, number: int) -> dict[str, str]:
        """What was typed, with the box *number* taken out and those below it moved up."""
        moved = {name: text for name, text in typed.items() if not name.startswith(name_of(question, ""))}
        boxes = [n for n in range(1, self.most(question) + 1) if n != number]
        for new, old in enumerate(boxes, start=1):
            for part in (*PARTS, "support"):
                if (text := typed.get(name_of(question, old, part))) is not None:
                    moved[name_of(question, new, part)] = text
        return moved

    def read(self, question: Question, typed: Typed) -> Reading:
        content, problems = [], {}
        for number in range(1, self.most(question) + 1):
            idea, value, help_, offer = (typed.get(name_of(question, number, part), "") for part in PARTS)
            try:
                idea = within(idea, IDEA_CHARACTERS)
            except BadInput as error:
                problems[name_of(question, number, "idea")] = str(error)
            try:
                offer = _in_one_line(offer)
            except BadInput as error:
                problems[name_of(question, number, "offer")] = str(error)
            if value and value not in keys(question):
                problems[name_of(question, number, "value")] = NOT_AN_OPTION
            if help_ and help_ not in HELP:
                problems[name_of(question, number, "help")] = NOT_AN_OPTION
            if offer and not idea:
                problems.setdefault(name_of(question, number, "idea"), OFFER_ALONE)
            if idea:
                is_support = _is_same(typed.get(name_of(question, number, "support"), ""), idea)
                content.append(_proposal(idea, value or None, help_ or None, offer, is_support=is_support))
        return Reading(content or None, problems)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {
            name_of(question, number, part): proposal[part]
            for number, proposal in enumerate(content, start=1)
            for part in PARTS
            if proposal.get(part)
        } | {
            name_of(question, number, "support"): proposal["idea"]
            for number, proposal in enumerate(content, start=1)
            if proposal.get("supports")
        }

    def check(self, question: Question, content: Any) -> Any:
        checked = []
        for proposal in must_be(list, content):
            unknown = set(must_be(dict, proposal)) - {*PARTS, "supports"}
            value, help_ = proposal.get("value"), proposal.get("help")
            if unknown:
                raise BadInput(f"An idea has no {sorted(map(str, unknown))[0]!r}.")
            if value is not None and value not in keys(question):
                raise BadInput(f"There is no value {value!r}.")
            if help_ is not None and help_ not in HELP:
                raise BadInput(f"Whether somebody would help is {', '.join(HELP)} or left open, not {help_!r}.")
            if idea := within(must_be(str, proposal.get("idea", "")), IDEA_CHARACTERS):
                offer = _in_one_line(must_be(str, proposal.get("offer", "")))
                checked.append(_proposal(idea, value, help_, offer, is_support=proposal.get("supports") is True))
        if len(checked) > self.most(question):
            raise BadInput(f"At most {self.most(question)} ideas can be kept of one person.")
        return checked or None


def _proposal(idea: str, value: str | None, help_: str | None, offer: str, *, is_support: bool) -> dict[str, Any]:
    """One idea as it is stored; what was not said of it has no key, but for the value and help."""
    said: dict[str, Any] = {"idea": idea, "value": value, "help": help_}
    return said | ({"offer": offer} if offer else {}) | ({"supports": True} if is_support else {})


def _in_one_line(text: str) -> str:
    return " ".join(within(text, OFFER_CHARACTERS).split())


def _is_same(supported: str, idea: str) -> bool:
    """Whether the words are still those that somebody chose to support: blanks do not matter."""
    return bool(supported) and supported.split() == idea.split()


class ProposalVote(Rules):
    """Proposals of other members, one at a time: agree, disagree or pass.

    The votes themselves are rows of their own (responses/models.py, Vote); nothing of them is an answer's content.
    """

    label = "Votes on other members’ proposals"
    seconds = 120

    def new(self, question: Question, typed: Typed) -> str:
        """What is proposed beside the votes; "" if nothing is."""
        return typed.get(name_of(question, "new"), "").strip()

    def read(self, question: Question, typed: Typed) -> Reading:
        try:
            within(self.new(question, typed), IDEA_CHARACTERS)
        except BadInput as error:
            return Reading(problems={name_of(question, "new"): str(error)})
        return Reading()

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {}

    def check(self, question: Question, content: Any) -> Any:
        raise BadInput("Votes on proposals are kept one by one, not as an answer.")
