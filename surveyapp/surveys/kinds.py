"""What each question kind asks, stores and checks: one class per kind, found by RULES[question.kind].

An answer has two shapes. As *typed* it is the fields of a posted form, texts by name; every
field's name begins with its question's, so one form may hold many questions. As *content*
it is what ``Answer.content`` stores:

- value ratings: ``{"v3": {"important": 5, "lived": 2}, …}``, either may be absent
- proposals: ``[{"idea": "…", "value": "v3" or None, "help": "yes", "maybe", "no" or None}, …]``
- single choice: the option's key; rating: 1 to 5; long text: the text

Nothing answered is None, and has no row.
"""
# ruff: noqa: D102 - the base class says what each method gives

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Kind, Question
from surveyapp.text_gate import clean_words

STEPS = range(1, 6)  # of every scale
IDEA_CHARACTERS = 600
TEXT_CHARACTERS = 5_000
MOST_PROPOSALS = 5
SCALES = {"important": "How much does it matter to you?", "lived": "How well do we live it today?"}
HELP = {"yes": "Yes, count me in", "maybe": "Maybe, tell me more", "no": "Not this time"}
NOT_A_STEP = "Choose a number from 1 to 5, or leave it open."
NOT_AN_OPTION = "Choose one of the answers that are offered."

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """What a posted form says to one question, or what is wrong with it."""

    content: Any = None
    problems: Mapping[str, str] = field(default_factory=dict)  # field name: one sentence


def name_of(question: Question, *parts: str | int) -> str:
    """The name of a question's field in a form: ``q12``, or ``q12_v3_lived`` for a part of it."""
    return "_".join([f"q{question.id}", *map(str, parts)])


def options(question: Question) -> list[dict[str, Any]]:
    """What can be chosen: dictionaries with ``key`` and ``label``; values also have ``value_id`` and ``note``."""
    return list(question.settings.get("options", []))


def keys(question: Question) -> list[str]:
    """The keys of the options, in their order."""
    return [option["key"] for option in options(question)]


def within(text: str, most: int) -> str:
    """The text as it is stored.

    Raises:
        BadInput: If it is longer than *most*, or no text.
    """
    text = clean_words(text)
    if len(text) > most:
        raise BadInput(f"This has {len(text):,} characters; at most {most:,} can be kept. Please shorten it.")
    return text


class Rules(ABC):
    """How questions of one kind are answered."""

    label: str  # for people who make surveys
    seconds: int  # that most people take

    @abstractmethod
    def read(self, question: Question, typed: Typed) -> Reading:
        """What was typed, as content."""

    @abstractmethod
    def write(self, question: Question, content: Any) -> dict[str, str]:
        """Content, as it would be typed: what read() makes into this content again."""

    @abstractmethod
    def check(self, question: Question, content: Any) -> Any:
        """Content from elsewhere as it is stored; None if it says nothing.

        Raises:
            BadInput: If it does not have the kind's shape, with one sentence.
        """

    def problem_of(self, question: Question) -> str | None:
        """What keeps the question itself from being asked; None if nothing does."""
        return None if question.prompt else "It has no words yet."

    def takes(self, question: Question) -> int:
        """Seconds that most people take to answer."""
        return self.seconds


class ValueRatings(Rules):
    """Each value on two scales: how important to you, how well do we live it."""

    label = "Values, each on two scales"
    seconds = 18  # per value

    def read(self, question: Question, typed: Typed) -> Reading:
        content: dict[str, dict[str, int]] = {}
        problems = {}
        for key in keys(question):
            for scale in SCALES:
                name = name_of(question, key, scale)
                try:
                    if step := as_step(typed.get(name, "")):
                        content.setdefault(key, {})[scale] = step
                except BadInput as error:
                    problems[name] = str(error)
        return Reading(content or None, problems)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {
            name_of(question, key, scale): str(step) for key, marks in content.items() for scale, step in marks.items()
        }

    def check(self, question: Question, content: Any) -> Any:
        content = must_be(dict, content)
        if unknown := set(content) - set(keys(question)):
            raise BadInput(f"There is no value {sorted(map(str, unknown))[0]!r}.")
        marks_by_key = {key: must_be(dict, content[key]) for key in keys(question) if content.get(key)}
        if any(not set(marks) <= set(SCALES) for marks in marks_by_key.values()):
            raise BadInput(f"A value has the scales {' and '.join(SCALES)}.")
        checked = {
            key: {scale: checked_step(marks[scale]) for scale in SCALES if marks.get(scale) is not None}
            for key, marks in marks_by_key.items()
        }
        return {key: marks for key, marks in checked.items() if marks} or None

    def problem_of(self, question: Question) -> str | None:
        return super().problem_of(question) or (None if options(question) else "There is no value to rate.")

    def takes(self, question: Question) -> int:
        return self.seconds * len(options(question))


class Proposals(Rules):
    """Ideas in one's own words, several, each with the value it serves and whether one would help."""

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
            for part in ("idea", "value", "help"):
                if (text := typed.get(name_of(question, old, part))) is not None:
                    moved[name_of(question, new, part)] = text
        return moved

    def read(self, question: Question, typed: Typed) -> Reading:
        content, problems = [], {}
        for number in range(1, self.most(question) + 1):
            idea, value, help_ = (typed.get(name_of(question, number, part), "") for part in ("idea", "value", "help"))
            try:
                idea = within(idea, IDEA_CHARACTERS)
            except BadInput as error:
                problems[name_of(question, number, "idea")] = str(error)
            if value and value not in keys(question):
                problems[name_of(question, number, "value")] = NOT_AN_OPTION
            if help_ and help_ not in HELP:
                problems[name_of(question, number, "help")] = NOT_AN_OPTION
            if idea:
                content.append({"idea": idea, "value": value or None, "help": help_ or None})
        return Reading(content or None, problems)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {
            name_of(question, number, part): proposal[part]
            for number, proposal in enumerate(content, start=1)
            for part in ("idea", "value", "help")
            if proposal[part]
        }

    def check(self, question: Question, content: Any) -> Any:
        checked = []
        for proposal in must_be(list, content):
            unknown = set(must_be(dict, proposal)) - {"idea", "value", "help"}
            value, help_ = proposal.get("value"), proposal.get("help")
            if unknown:
                raise BadInput(f"An idea has no {sorted(map(str, unknown))[0]!r}.")
            if value is not None and value not in keys(question):
                raise BadInput(f"There is no value {value!r}.")
            if help_ is not None and help_ not in HELP:
                raise BadInput(f"Whether somebody would help is {', '.join(HELP)} or left open, not {help_!r}.")
            if idea := within(must_be(str, proposal.get("idea", "")), IDEA_CHARACTERS):
                checked.append({"idea": idea, "value": value, "help": help_})
        if len(checked) > self.most(question):
            raise BadInput(f"At most {self.most(question)} ideas can be kept of one person.")
        return checked or None


class SingleChoice(Rules):
    """One of several options."""

    label = "One choice"
    seconds = 12

    def read(self, question: Question, typed: Typed) -> Reading:
        key = typed.get(name_of(question), "")
        if key and key not in keys(question):
            return Reading(problems={name_of(question): NOT_AN_OPTION})
        return Reading(key or None)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): content}

    def check(self, question: Question, content: Any) -> Any:
        if content and content not in keys(question):
            raise BadInput(f"{content!r} is none of the answers that are offered.")
        return content or None

    def problem_of(self, question: Question) -> str | None:
        return super().problem_of(question) or (
            None if len(options(question)) > 1 else "It needs two answers or more to choose from."
        )


class Rating(Rules):
    """A step on a labelled scale from 1 to 5."""

    label = "Rating, 1 to 5"
    seconds = 10

    def read(self, question: Question, typed: Typed) -> Reading:
        try:
            return Reading(as_step(typed.get(name_of(question), "")))
        except BadInput as error:
            return Reading(problems={name_of(question): str(error)})

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): str(content)}

    def check(self, question: Question, content: Any) -> Any:
        return checked_step(content)


class LongText(Rules):
    """Free text of several lines."""

    label = "Free text"
    seconds = 45

    def read(self, question: Question, typed: Typed) -> Reading:
        try:
            return Reading(within(typed.get(name_of(question), ""), TEXT_CHARACTERS) or None)
        except BadInput as error:
            return Reading(problems={name_of(question): str(error)})

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): content}

    def check(self, question: Question, content: Any) -> Any:
        return within(must_be(str, content), TEXT_CHARACTERS) or None


RULES: Mapping[Kind, Rules] = {
    Kind.VALUE_RATINGS: ValueRatings(),
    Kind.PROPOSALS: Proposals(),
    Kind.SINGLE_CHOICE: SingleChoice(),
    Kind.RATING: Rating(),
    Kind.LONG_TEXT: LongText(),
}


def checked(question: Question, content: Any) -> Any:
    """Content from elsewhere as it is stored: None if it says nothing.

    Raises:
        BadInput: If it does not fit the question's kind, with one sentence.
    """
    return None if content is None else RULES[question.kind].check(question, content)


def minutes(questions: Sequence[Question]) -> int:
    """How long most people take to answer, at least one minute."""
    return max(1, round(sum(RULES[question.kind].takes(question) for question in questions) / 60))


def as_step(text: str) -> int | None:
    """The step of a scale that was typed; None if it was left open.

    Raises:
        BadInput: If it is something else.
    """
    if text and text not in map(str, STEPS):
        raise BadInput(NOT_A_STEP)
    return int(text) if text else None


def checked_step(content: Any) -> int:
    """A step of a scale, as it is stored.

    Raises:
        BadInput: If it is something else.
    """
    if not isinstance(content, int) or isinstance(content, bool) or content not in STEPS:
        raise BadInput(f"A rating is a whole number from 1 to 5, not {content!r}.")
    return content


def must_be(kind: type, content: Any) -> Any:
    """The content, if it has the basic shape it must have.

    Raises:
        BadInput: If not.
    """
    if not isinstance(content, kind):
        name = {"dict": "an object", "list": "a list", "str": "a text"}[kind.__name__]
        raise BadInput(f"This must be {name}, not {str(content)[:40]!r}.")
    return content
