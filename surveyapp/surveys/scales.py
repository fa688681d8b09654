"""Kinds of questions that ask for a step on a scale."""
# ruff: noqa: D102 - the base class says what each method gives

from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.models import Question
from surveyapp.surveys.rules import Reading, Rules, Typed, as_step, checked_step, keys, must_be, name_of, options
from surveyapp.text_gate import whole_number

SCALES = {"important": "How much does it matter to you?", "lived": "How well do we live it today?"}
HIGH = 4  # of 5: from here on a value counts as important, or as lived
RECOMMENDING = {"Promoters, 9 or 10": range(9, 11), "Passives, 7 or 8": range(7, 9), "Detractors, 0 to 6": range(7)}
LIKELY = range(11)  # how likely one would recommend something, 0 to 10
NOT_LIKELY = "Choose a number from 0 to 10, or leave it open."


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


class Recommendation(Rules):
    """How likely one would recommend something to others, from 0 to 10."""

    label = "Recommendation, 0 to 10"
    seconds = 10

    def read(self, question: Question, typed: Typed) -> Reading:
        text = typed.get(name_of(question), "")
        if not text:
            return Reading()
        step = whole_number(text)
        if step not in LIKELY:
            return Reading(problems={name_of(question): NOT_LIKELY})
        return Reading(step)

    def write(self, question: Question, content: Any) -> dict[str, str]:
        return {name_of(question): str(content)}

    def check(self, question: Question, content: Any) -> Any:
        if not isinstance(content, int) or isinstance(content, bool) or content not in LIKELY:
            raise BadInput(f"A recommendation is a whole number from 0 to 10, not {str(content)[:40]!r}.")
        return content
