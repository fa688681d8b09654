"""When a question is asked: conditions on the answers to earlier questions, applied on the server.

A condition is ``{"all": [...]}`` (each must hold) or ``{"any": [...]}`` (one is enough) of tests
``{"question": 12, "is": "equals", "value": "a"}``. What a test compares depends on the content of the earlier answer:

- ``equals``: the content itself; the key of a chosen option; ``"other"`` for something else in one's own words
- ``contains``: one of the chosen or ranked options, or words that occur in a text, whatever their case
- ``at_least``: a number, a step of a scale, or a day
"""

from collections.abc import Iterable, Mapping
from typing import Any

from surveyapp.surveys.choices import OTHER
from surveyapp.surveys.models import Question

Answers = Mapping[int, Any]  # content by question, see kinds.py


def is_asked(condition: Mapping[str, Any] | None, answers: Answers) -> bool:
    """Whether a question with this *condition* is asked of somebody who gave these *answers*.

    A question that was not answered meets no test; one without a condition is always asked.
    """
    if not condition:
        return True
    if "any" in condition:
        return any(_holds(test, answers) for test in condition["any"])
    return all(_holds(test, answers) for test in condition["all"])


def asked(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """Those of the *questions*, all of a survey in their order, that are asked of somebody with these *answers*.

    What was answered to a question that is not asked any more counts for none of those that follow.
    """
    found: list[Question] = []
    counting: dict[int, Any] = {}
    for question in questions:
        if is_asked(question.condition, counting):
            found.append(question)
            if answers.get(question.id) is not None:
                counting[question.id] = answers[question.id]
    return found


def _holds(test: Mapping[str, Any], answers: Answers) -> bool:
    content, value = answers.get(test["question"]), test["value"]
    if content is None:
        return False
    match test["is"]:
        case "equals":
            return bool(_plain(content) == value)
        case "contains":
            if isinstance(content, list):
                return value in [_plain(one) for one in content]
            return isinstance(content, str) and str(value).casefold() in content.casefold()
        case "at_least":
            if _is_number(content) and _is_number(value):
                return bool(content >= value)
            return isinstance(content, str) and isinstance(value, str) and content >= value
        case _:
            return False


def _plain(content: Any) -> Any:
    """A chosen option as a test names it: its key, also that of something else."""
    return OTHER if isinstance(content, dict) and set(content) == {OTHER} else content


def _is_number(content: Any) -> bool:
    return isinstance(content, int | float) and not isinstance(content, bool)
