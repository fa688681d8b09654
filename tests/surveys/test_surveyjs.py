"""A survey goes out as SurveyJS JSON and comes in again equal; what a file has beyond that is told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import AppError, BadInput
from surveyapp.surveys.design import problems
from surveyapp.surveys.foreign import build
from surveyapp.surveys.models import Kind, Survey
from surveyapp.surveys.portable import as_data, places_of
from surveyapp.surveys.surveyjs import read_condition, read_surveyjs, write_surveyjs
from surveyapp.surveys.translate import translations
from tests.surveys.every_kind import make_every_kind


def exported(session: Session, survey: Survey) -> bytes:
    return write_surveyjs(survey, {code: translations(session, survey, code) for code in survey.languages})


def taken(session: Session, community: Community, content: bytes) -> tuple[Survey, list[str]]:
    foreign = read_surveyjs(content)
    survey = build(session, community, foreign, smallest_group=5, quote_group=10)
    return survey, foreign.left_out


def conditions(survey: Survey) -> list[Any]:
    number = {question.id: at for at, question in enumerate(survey.questions)}
    return [
        {
            join: [{**test, "question": number[test["question"]]} for test in tests]
            for join, tests in q.condition.items()
        }
        if q.condition
        else None
        for q in survey.questions
    ]


def test_a_survey_of_every_kind_comes_back_equal(session: Session, community: Community) -> None:
    survey = make_every_kind(session, community)
    again, left_out = taken(session, community, exported(session, survey))
    assert left_out == []
    assert [as_data(q) for q in again.questions] == [as_data(q) for q in survey.questions]
    assert conditions(again) == conditions(survey)
    assert any(conditions(survey))
    for name in ("title", "purpose", "language", "languages", "layout"):
        assert getattr(again, name) == getattr(survey, name)
    parts = [(s.position, s.title, s.intro, [q.position for q in s.questions]) for s in survey.sections]
    assert [(s.position, s.title, s.intro, [q.position for q in s.questions]) for s in again.sections] == parts
    place = places_of(again, survey)
    for language in survey.languages:
        before = {place[at]: words for at, words in translations(session, survey, language).items()}
        assert translations(session, again, language) == before
        assert len(before) > 40
    assert problems(again) == problems(survey) == []
    assert exported(session, again) == exported(session, survey)


FOREIGN = {
    "title": "From elsewhere",
    "logo": "https://example.org/logo.png",
    "pages": [
        {
            "name": "p1",
            "elements": [
                {
                    "type": "radiogroup",
                    "name": "how",
                    "title": "How <long>?",
                    "choices": ["Item 1", {"value": 2, "text": "Two"}],
                },
                {
                    "type": "panel",
                    "name": "box",
                    "elements": [{"type": "comment", "name": "why", "visibleIf": "{how} = 'Item 1'"}],
                },
                {
                    "type": "matrix",
                    "name": "grid",
                    "title": "Rate",
                    "columns": ["Good", "Bad"],
                    "rows": ["Food", "Music"],
                },
                {"type": "rating", "name": "stars", "rateMax": 7, "validators": [{"type": "numeric"}]},
                {"type": "file", "name": "photo", "title": "A photo"},
                {"type": "text", "name": "mail", "inputType": "email", "visibleIf": "{how} notempty"},
                {"type": "boolean", "name": "ok", "title": "Agreed?"},
                {"type": "radiogroup", "name": "empty", "title": "Nothing to choose"},
            ],
        }
    ],
}


def test_a_file_of_another_maker_is_taken_with_a_true_account(session: Session, community: Community) -> None:
    survey, told = taken(session, community, json.dumps(FOREIGN).encode())
    assert [(q.kind, q.prompt) for q in survey.questions] == [
        (Kind.SINGLE_CHOICE, "How <long>?"),
        (Kind.LONG_TEXT, "why"),
        (Kind.SINGLE_CHOICE, "Food"),
        (Kind.SINGLE_CHOICE, "Music"),
        (Kind.NUMBER, "stars"),
        (Kind.SHORT_TEXT, "mail"),
        (Kind.SINGLE_CHOICE, "Agreed?"),
    ]
    assert [option["label"] for option in survey.questions[0].settings["options"]] == ["Item 1", "Two"]
    why = survey.questions[1].condition
    assert why == {"all": [{"question": survey.questions[0].id, "is": "equals", "value": "item_1"}]}
    account = " ".join(told)
    for part in (
        "The survey: logo was left out.",
        "The panel “box” was opened",
        "“Rate” was a grid",
        "“stars” asks for a number from 1 to 7",
        "“stars”: validators was left out.",
        "“A photo” was left out: we have no question of the type “file”.",
        "“mail” is a line of text: “email” is not checked.",
        "“mail” is asked of everybody: “{how} notempty” could not be taken.",
        "“Nothing to choose” was left out. It needs two answers",
    ):
        assert part in account
    assert len(told) == 9
    assert problems(survey) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"\xff\xfe{}",
        b'{"pages": NaN}',
        b"[" * 200_000,
        b'{"pages":' * 50_000,
        b'{"pages": [{"elements": [{"type": "text"}]}]}',
        b'{"elements": [{"type": "text", "name": "\\u0000x"}]}',
        b'{"elements": [{"type": "radiogroup", "name": "q", "choices": {"a": 1}}]}',
        b'{"elements": [{"type": ["text"], "name": {"a": []}}], "locale": 5}',
        b'{"elements": ' + b'[{"type": "panel", "elements": ' * 500 + b"[]" + b"}]" * 500 + b"}",
        b'{"x": ' + b"9" * 10_000 + b"}",
        b" " * (2 << 20),
    ],
)
def test_a_file_that_holds_no_survey_is_refused_and_leaves_nothing(
    session: Session, community: Community, content: bytes
) -> None:
    with pytest.raises(AppError):
        taken(session, community, content)
    session.rollback()
    assert session.scalars(select(Survey)).all() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "title",
    "name",
    "type",
    "choices",
    "rows",
    "columns",
    "visibleIf",
    "rateMax",
    "min",
    "max",
    "templateElements",
]
elements = st.dictionaries(st.sampled_from([*NAMES, "surveyapp", "inputType"]), json_values, max_size=8)
TYPES = st.sampled_from(
    ["text", "radiogroup", "rating", "matrix", "paneldynamic", "matrixdropdown", "panel", "html", "boolean"]
)


@given(st.lists(st.tuples(TYPES, elements), max_size=4), json_values)
def test_whatever_stands_where_is_read_or_refused(listed: list[tuple[str, dict[str, Any]]], title: object) -> None:
    model = {"title": title, "elements": [{**element, "type": kind} for kind, element in listed]}
    try:
        found = read_surveyjs(json.dumps(model).encode())
    except BadInput:
        return
    assert all(isinstance(sentence, str) for sentence in found.left_out)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("{a} = 'x'", {"all": [{"question": "a", "is": "equals", "value": "x"}]}),
        (
            "{a} == 3 and {b} >= 2.5",
            {"all": [{"question": "a", "is": "equals", "value": 3}, {"question": "b", "is": "at_least", "value": 2.5}]},
        ),
        (
            '{a} contains "x" or {b} = true',
            {
                "any": [
                    {"question": "a", "is": "contains", "value": "x"},
                    {"question": "b", "is": "equals", "value": True},
                ]
            },
        ),
        ("({a} = 1) and {b} = 2", None),
        ("{a} = 1 and {b} = 2 or {c} = 3", None),
        ("{a} notempty", None),
        ("", None),
    ],
)
def test_simple_conditions_are_read_and_others_are_not_guessed(text: str, condition: object) -> None:
    assert read_condition(text) == condition
