"""Kinds of questions that offer answers to choose from or to put in order."""
# ruff: noqa: D102 - the base class says what each method gives

from collections.abc import Sequence
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Question
from surveyapp.surveys.rules import NOT_AN_OPTION, Reading, Rules, Typed, keys, must_be, name_of, options, within
from surveyapp.text_gate import whole_number

OTHER = "other"  # the key of "something else", whose words are the answer
OTHER_CHARACTERS = 200
NO_WORDS = "Please say what else, or choose another answer."


def has_other(question: Question) -> bool:
    """Whether "something else" is offered, with a line for it."""
    return bool(question.settings.get("other"))


def _read_other(question: Question, typed: Typed) -> str:
    words = within(typed.get(name_of(question, OTHER, "text"), ""), OTHER_CHARACTERS)
    if not words:
        raise BadInput(NO_WORDS)
    return words


def _checked_choice(question: Question, content: Any) -> Any:
    """One chosen answer: the key of an option, or ``{"other": words}``."""
    if isinstance(content, dict):
        if not has_other(question) or set(content) != {OTHER}:
            raise BadInput("There is no other answer here than those that are offered.")
        return {OTHER: within(must_be(str, content[OTHER]), OTHER_CHARACTERS)}
    if content not in keys(question):
        raise BadInput(f"{str(content)[:40]!r} is none of the answers that are offered.")
    return content


class SingleChoice(Rules):
    """One of several options, or something else in one's own words."""

    label = "One choice"
    seconds = 12

    def read(self, question: Question, typed: Typed) -> Reading:
        key = typed.get(name_of(question), "")
        if key == OTHER and has_other(question):
            try:
                return Reading({OTHER: _read_other(question, typed)})
            except BadInput as error:
                return Reading(problems={name_of(question, OTHER, "text"): str(error)})
        if key and key not in keys(question):
            return Reading(problems={name_of(question): NOT_AN_OPTION})
        return Reading(key or None)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        if isinstance(content, dict):
            return {name_of(question): OTHER, name_of(question, OTHER, "text"): content[OTHER]}
        return {name_of(question): content}

    def check(self, question: Question, content: Any) -> Any:
        return _checked_choice(question, content) if content else None

    def problem_of(self, question: Question) -> str | None:
        return super().problem_of(question) or _too_few(options(question))


class MultipleChoice(Rules):
    """Several options, at least ``settings["least"]`` and at most ``settings["most"]`` of them."""

    label = "Several choices"
    seconds = 15

    def read(self, question: Question, typed: Typed) -> Reading:
        chosen: list[Any] = [key for key in keys(question) if typed.get(name_of(question, key))]
        try:
            if has_other(question) and typed.get(name_of(question, OTHER)):
                chosen.append({OTHER: _read_other(question, typed)})
        except BadInput as error:
            return Reading(problems={name_of(question, OTHER, "text"): str(error)})
        try:
            self._must_be_so_many(question, chosen)
        except BadInput as error:
            return Reading(problems={name_of(question): str(error)})
        return Reading(chosen or None)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        typed: dict[str, str] = {}
        for choice in content:
            if isinstance(choice, dict):
                typed |= {name_of(question, OTHER): "yes", name_of(question, OTHER, "text"): choice[OTHER]}
            else:
                typed[name_of(question, choice)] = "yes"
        return typed

    def check(self, question: Question, content: Any) -> Any:
        chosen = [_checked_choice(question, choice) for choice in must_be(list, content)]
        plain = [choice for choice in chosen if isinstance(choice, str)]
        others = [choice for choice in chosen if not isinstance(choice, str)]
        if len(set(plain)) < len(plain) or len(others) > 1:
            raise BadInput("An answer is chosen once.")
        self._must_be_so_many(question, chosen)
        return [*(key for key in keys(question) if key in plain), *others] or None

    def problem_of(self, question: Question) -> str | None:
        if problem := super().problem_of(question) or _too_few(options(question)):
            return problem
        least, most = self.bounds(question)
        there_are = len(options(question)) + has_other(question)
        return None if least <= most <= there_are else "More answers must be chosen than there are."

    def bounds(self, question: Question) -> tuple[int, int]:
        there_are = len(options(question)) + has_other(question)
        return int(question.settings.get("least") or 0), int(question.settings.get("most") or there_are)

    def _must_be_so_many(self, question: Question, chosen: Sequence[Any]) -> None:
        least, most = self.bounds(question)
        if chosen and len(chosen) < least:
            raise BadInput(f"Please choose at least {least}.")
        if len(chosen) > most:
            raise BadInput(f"Please choose at most {most}.")


class Ranking(Rules):
    """Options put in order, the best first; those that are left out have no place."""

    label = "Ranking"
    seconds = 30

    def read(self, question: Question, typed: Typed) -> Reading:
        places: dict[int, str] = {}
        problems = {}
        for key in keys(question):
            if not (text := typed.get(name_of(question, key), "")):
                continue
            place = whole_number(text)
            if place is None or place not in range(1, len(keys(question)) + 1):
                problems[name_of(question, key)] = f"Choose a place from 1 to {len(keys(question))}, or leave it open."
            elif place in places:
                problems[name_of(question, key)] = f"Place {place} is given twice. Each place is given once."
            else:
                places[place] = key
        return Reading([places[place] for place in sorted(places)] or None, problems)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question, key): str(place) for place, key in enumerate(content, start=1)}

    def check(self, question: Question, content: Any) -> Any:
        ranked = must_be(list, content)
        if any(key not in keys(question) for key in ranked) or len({str(key) for key in ranked}) < len(ranked):
            raise BadInput("A ranking holds answers that are offered, each once.")
        return ranked or None

    def problem_of(self, question: Question) -> str | None:
        return super().problem_of(question) or _too_few(options(question))


def _too_few(offered: Sequence[Any]) -> str | None:
    return None if len(offered) > 1 else "It needs two answers or more to choose from."
