"""Conditions for the author: read from a form, said in words, checked for what can never come true.

How a condition is stored and applied is in conditions.py. It may name earlier questions only, so there are no circles;
a survey that is rearranged afterwards is checked again before it opens.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.choices import OTHER, has_other
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.rules import options
from surveyapp.text_gate import clean_line, decimal_number

OPERATORS = {"equals": "is", "contains": "contains", "at_least": "is at least"}
JOINS = {"all": "and", "any": "or"}
MOST_TESTS = 5
CHOICES = (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.RANKING)
NUMERIC = (Kind.RATING, Kind.RECOMMENDATION, Kind.NUMBER)
FITTING = {
    Kind.SINGLE_CHOICE: ("equals",),
    Kind.MULTIPLE_CHOICE: ("contains",),
    Kind.RANKING: ("contains",),
    Kind.RATING: ("equals", "at_least"),
    Kind.RECOMMENDATION: ("equals", "at_least"),
    Kind.NUMBER: ("equals", "at_least"),
    Kind.DATE: ("equals", "at_least"),
    Kind.SHORT_TEXT: ("equals", "contains"),
    Kind.LONG_TEXT: ("contains",),
    Kind.CONSENT: ("equals",),
}
"""The tests that make sense of an answer, by the kind of its question; no other kind can be asked about."""


def can_be_named(question: Question) -> bool:
    """Whether a condition may ask about a question of this kind."""
    return question.kind in FITTING


def read_condition(
    join: str, tests: Sequence[tuple[str, str, str]], earlier: Sequence[Question]
) -> dict[str, Any] | None:
    """A condition as it was typed: tests of a question's number, an operator and a value; None if there is no test.

    Raises:
        BadInput: A test names no earlier question, or compares what cannot be compared.
    """
    by_id = {str(question.id): question for question in earlier}
    read = []
    for number, operator, typed in tests:
        if not number:
            continue
        question = by_id.get(number)
        if question is None or not can_be_named(question):
            raise BadInput("A condition asks about an earlier question of this survey.")
        if operator not in FITTING[question.kind]:
            fitting = " or ".join(f"“{OPERATORS[one]}”" for one in FITTING[question.kind])
            raise BadInput(f"For “{question.prompt}” the condition can be {fitting}.")
        read.append({"question": question.id, "is": operator, "value": _value(question, clean_line(typed))})
    if len(read) > MOST_TESTS:
        raise BadInput(f"A condition has at most {MOST_TESTS} parts.")
    return {join if join in JOINS else "all": read} if read else None


def in_words(condition: Mapping[str, Any] | None, questions: Sequence[Question]) -> str:
    """A condition as a sentence: Only asked if “How long …?” is “Less than a year”; empty if there is none."""
    if not condition:
        return ""
    by_id = {question.id: question for question in questions}
    ((join, tests),) = condition.items()
    said = []
    for test in tests:
        question = by_id.get(test["question"])
        prompt = question.prompt if question else "a question that was removed"
        value = _value_in_words(question, test["value"]) if question else str(test["value"])
        said.append(f"“{prompt}” {OPERATORS.get(test['is'], '?')} “{value}”")
    return f"Only asked if {f' {JOINS[join]} '.join(said)}."


def problem_of(question: Question, questions: Sequence[Question]) -> str | None:
    """What keeps a question's condition from ever working, in one sentence; None if nothing does."""
    if not question.condition:
        return None
    before = {q.id: q for q in questions[: questions.index(question)]}
    ((join, tests),) = question.condition.items()
    impossible = []
    for test in tests:
        named = before.get(test["question"])
        if named is None:
            return "Its condition asks about a question that comes later, or is gone: it would never be asked."
        if named.kind not in FITTING or test["is"] not in FITTING[named.kind] or not _is_possible(named, test):
            impossible.append(named)
    if impossible and (join == "all" or len(impossible) == len(tests)):
        return f"Its condition asks for an answer that “{impossible[0].prompt}” cannot have: it would never be asked."
    if join == "all" and _contradict(tests, before):
        return "Its condition asks for two answers to one question at once: it would never be asked."
    return None


def _contradict(tests: Sequence[Mapping[str, Any]], before: Mapping[int, Question]) -> bool:
    wanted: dict[int, Any] = {}
    for test in tests:
        if test["is"] == "equals" and wanted.setdefault(test["question"], test["value"]) != test["value"]:
            return True
    return any(
        test["is"] == "at_least" and test["question"] in wanted and wanted[test["question"]] < test["value"]
        for test in tests
    )


def _is_possible(question: Question, test: Mapping[str, Any]) -> bool:
    value = test["value"]
    match question.kind:
        case Kind.SINGLE_CHOICE | Kind.MULTIPLE_CHOICE | Kind.RANKING:
            keys = [option["key"] for option in options(question)]
            return value in keys or (value == OTHER and has_other(question))
        case Kind.RATING:
            return isinstance(value, int) and (1 <= value <= 5 if test["is"] == "equals" else value <= 5)
        case Kind.RECOMMENDATION:
            return isinstance(value, int) and (0 <= value <= 10 if test["is"] == "equals" else value <= 10)
        case Kind.NUMBER:
            most = question.settings.get("most")
            return isinstance(value, int | float) and (most is None or value <= most)
        case _:
            return True


def _value(question: Question, typed: str) -> Any:
    """What a test compares with, from what was typed: an option's key or label, a number, a day, or words."""
    if question.kind in CHOICES:
        by_label = {option["label"].casefold(): option["key"] for option in options(question)}
        keys = [option["key"] for option in options(question)] + ([OTHER] if has_other(question) else [])
        if typed in keys:
            return typed
        if typed.casefold() in by_label:
            return by_label[typed.casefold()]
        raise BadInput(f"“{typed}” is none of the answers to “{question.prompt}”.")
    if question.kind in NUMERIC:
        number = decimal_number(typed)
        if number is None:
            raise BadInput(f"“{question.prompt}” is answered by a number; compare it with one.")
        return int(number) if number.is_integer() else number
    if question.kind is Kind.CONSENT:
        return True
    if not typed:
        raise BadInput("A condition needs something to compare with.")
    return typed


def _value_in_words(question: Question, value: Any) -> str:
    if question.kind in CHOICES:
        labels = {option["key"]: option["label"] for option in options(question)}
        return str(labels.get(value, "something else" if value == OTHER else value))
    return "yes" if value is True else str(value)
