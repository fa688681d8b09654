"""The page on which a survey is composed, as its views show it: all questions, at most one of them being edited."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template

from surveyapp.db import now
from surveyapp.surveys.advice import advice_on
from surveyapp.surveys.branching import FITTING, JOINS, OPERATORS, can_be_named, in_words, problem_of
from surveyapp.surveys.choices import OTHER, has_other
from surveyapp.surveys.compose import wordings
from surveyapp.surveys.forms import FIELDS, QuestionForm, SettingsForm
from surveyapp.surveys.kinds import RULES, minutes
from surveyapp.surveys.models import Kind, Question, Section, State, Survey
from surveyapp.surveys.rules import options
from surveyapp.web import db_session, is_manager

TEST_BOXES = 3  # parts of a condition that a form offers

Tests = Sequence[tuple[str, str, str]]
"""Parts of a condition as a form has them: the question's number, the operator, what to compare with."""


def edit_page(
    survey: Survey,
    *,
    form: SettingsForm | None = None,
    question_form: QuestionForm | None = None,
    editing: Question | None = None,
    editing_section: Section | None = None,
    typed_tests: tuple[str, Tests] | None = None,
    removed: Mapping[str, Any] | None = None,
    problem: str = "",
) -> str:
    """Draw the page.

    Args:
        survey: Its survey.
        form: The settings, if they were posted.
        question_form: The question that is edited.
        editing: Which one that is.
        editing_section: The part whose title is edited.
        typed_tests: The condition as it was posted: how its parts are joined, and the parts.
        removed: What was just removed, and brings it back.
        problem: What is wrong beside the fields.
    """
    if form is None:
        form = SettingsForm(formdata=None)
        form.show(survey)
    questions = survey.questions
    join, tests = typed_tests if typed_tests is not None else _tests_of(editing)
    earlier = questions[: questions.index(editing)] if editing is not None else []
    return render_template(
        "surveys/edit.html",
        survey=survey,
        rules=RULES,
        kinds=list(Kind),
        fields=FIELDS.get(editing.kind, ()) if editing is not None else (),
        minutes=minutes(questions),
        form=form,
        question_form=question_form,
        editing=editing,
        editing_section=editing_section,
        earlier=[question for question in earlier if can_be_named(question)],
        operators=OPERATORS,
        fitting={kind.value: fitting for kind, fitting in FITTING.items()},
        joins=JOINS,
        join=join,
        tests=[*tests, *[("", "", "")] * max(0, TEST_BOXES - len(tests))],
        choices=_choices(earlier),
        advice={question.id: advice_on(question) for question in questions},
        conditions={question.id: in_words(question.condition, questions) for question in questions},
        dead_ends={question.id: problem_of(question, questions) for question in questions},
        wordings=wordings(db_session(), survey) if survey.state is not State.DRAFT else {},
        removed=json.dumps(removed, ensure_ascii=False) if removed else "",
        what_was_removed=_in_words(removed) if removed else "",
        problem=problem,
        may_change=is_manager() and survey.state is State.DRAFT,
        may_reword=is_manager() and survey.state is State.OPEN,
        today=now().date(),
    )


def _in_words(removed: Mapping[str, Any]) -> str:
    many = len(removed.get("answers", [])) > 1
    return {
        "question": "The question is removed",
        "part": "The part is removed",
        "answers": "The answers are removed" if many else "The answer is removed",
    }[removed["what"]]


def _tests_of(question: Question | None) -> tuple[str, list[tuple[str, str, str]]]:
    if question is None or not question.condition:
        return "all", []
    ((join, tests),) = question.condition.items()
    return join, [(str(test["question"]), test["is"], str(test["value"])) for test in tests]


def _choices(earlier: Sequence[Question]) -> list[tuple[str, str]]:
    """What can be compared with in the choices of earlier questions: the words of each answer."""
    found = []
    for question in earlier:
        found += [(option["label"], question.prompt) for option in options(question) if can_be_named(question)]
        if has_other(question):
            found.append((OTHER, question.prompt))
    return found
