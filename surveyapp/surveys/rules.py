"""What all question kinds have in common: how an answer is typed, read, checked and written back.

An answer has two shapes. As *typed* it is the fields of a posted form, texts by name; every
field's name begins with its question's, so one form may hold many questions. As *content*
it is what ``Answer.content`` stores; its shape is told in kinds.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Question
from surveyapp.text_gate import clean_words

STEPS = range(1, 6)  # of every scale
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
