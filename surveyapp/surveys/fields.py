"""Kinds of questions that are answered by writing: text, a number, a day; and a consent."""
# ruff: noqa: D102 - the base class says what each method gives

import math
import re
from datetime import date
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Question
from surveyapp.surveys.rules import Reading, Rules, Typed, must_be, name_of, within
from surveyapp.text_gate import decimal_number

TEXT_CHARACTERS = 5_000
LINE_CHARACTERS = 200
NOT_A_NUMBER = "Please write a number in digits, like 12 or 3.5."
NOT_A_DAY = "Please write a day like 2026-11-30."


class Field(Rules):
    """Something that is written into one field; a kind says how its words are read."""

    def read(self, question: Question, typed: Typed) -> Reading:
        try:
            return Reading(self.as_content(question, typed.get(name_of(question), "")))
        except BadInput as error:
            return Reading(problems={name_of(question): str(error)})

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): str(content)}

    def as_content(self, question: Question, text: str) -> Any:
        """What was written as content; None if nothing was.

        Raises:
            BadInput: If it cannot be kept.
        """
        raise NotImplementedError


class LongText(Field):
    """Free text of several lines."""

    label = "Free text"
    seconds = 45

    def as_content(self, question: Question, text: str) -> Any:
        return within(text, TEXT_CHARACTERS) or None

    def check(self, question: Question, content: Any) -> Any:
        return within(must_be(str, content), TEXT_CHARACTERS) or None


class ShortText(Field):
    """Free text of one line."""

    label = "One line of text"
    seconds = 15

    def as_content(self, question: Question, text: str) -> Any:
        return " ".join(within(text, LINE_CHARACTERS).split()) or None

    def check(self, question: Question, content: Any) -> Any:
        return self.as_content(question, must_be(str, content))


class Number(Field):
    """A number, whole if ``settings["is_whole"]``, within ``settings["least"]`` and ``settings["most"]``."""

    label = "Number"
    seconds = 10

    def as_content(self, question: Question, text: str) -> Any:
        return self.check(question, decimal_number(text)) if text.strip() else None

    def check(self, question: Question, content: Any) -> Any:
        if not isinstance(content, int | float) or isinstance(content, bool) or not math.isfinite(content):
            raise BadInput(NOT_A_NUMBER)
        least, most = question.settings.get("least"), question.settings.get("most")
        if least is not None and content < least:
            raise BadInput(f"Please write {least:,} or more.")
        if most is not None and content > most:
            raise BadInput(f"Please write {most:,} or less.")
        if float(content).is_integer():
            return int(content)
        if question.settings.get("is_whole"):
            raise BadInput("Please write a whole number, like 5.")
        return content

    def problem_of(self, question: Question) -> str | None:
        least, most = question.settings.get("least"), question.settings.get("most")
        if least is not None and most is not None and least > most:
            return "The least is more than the most."
        return super().problem_of(question)


class Day(Field):
    """A day, within ``settings["earliest"]`` and ``settings["latest"]``, written like 2026-11-30."""

    label = "Day"
    seconds = 12

    def as_content(self, question: Question, text: str) -> Any:
        return self.check(question, text.strip()) if text.strip() else None

    def check(self, question: Question, content: Any) -> Any:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", must_be(str, content), re.ASCII):
            raise BadInput(NOT_A_DAY)
        try:
            day = date.fromisoformat(content)
        except ValueError:
            raise BadInput(NOT_A_DAY) from None
        earliest, latest = question.settings.get("earliest"), question.settings.get("latest")
        if (earliest and content < earliest) or (latest and content > latest):
            raise BadInput(_outside(earliest, latest))
        return day.isoformat()

    def problem_of(self, question: Question) -> str | None:
        earliest, latest = question.settings.get("earliest"), question.settings.get("latest")
        if earliest and latest and earliest > latest:
            return "The earliest day is after the latest."
        return super().problem_of(question)


class Consent(Rules):
    """A statement that one agrees to, or leaves open."""

    label = "Consent"
    seconds = 10

    def read(self, question: Question, typed: Typed) -> Reading:
        return Reading(True if typed.get(name_of(question)) else None)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): "yes"}

    def check(self, question: Question, content: Any) -> Any:
        if content not in (True, False):
            raise BadInput("A consent is given (true), or not.")
        return True if content else None


def _outside(earliest: str | None, latest: str | None) -> str:
    if earliest and latest:
        return f"Please choose a day from {earliest} to {latest}."
    return f"Please choose a day from {earliest} on." if earliest else f"Please choose a day up to {latest}."
