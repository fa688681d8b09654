"""A survey that asks for every kind of answer, some of them only of some members."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Anonymity, Kind, Layout, Question, Section, Survey
from tests.factories import make_survey, numbers

FRUIT = [{"key": key, "label": label} for key, label in (("a", "Apples"), ("b", "Bread"), ("c", "Cheese"))]
QUESTIONS: dict[str, dict[str, Any]] = {
    "way": {"kind": Kind.SINGLE_CHOICE, "prompt": "How do you come?", "settings": {"options": FRUIT, "other": True}},
    "foods": {
        "kind": Kind.MULTIPLE_CHOICE,
        "prompt": "What would you bring?",
        "settings": {"options": FRUIT, "other": True, "most": 2},
        "help": "For the summer table.",
    },
    "order": {"kind": Kind.RANKING, "prompt": "What matters most?", "settings": {"options": FRUIT}},
    "rating": {"kind": Kind.RATING, "prompt": "How was it?", "settings": {"low": "Poor", "high": "Great"}},
    "recommend": {"kind": Kind.RECOMMENDATION, "prompt": "Would you recommend us?", "settings": {}},
    "number": {"kind": Kind.NUMBER, "prompt": "How many of you come?", "settings": {"is_whole": True, "least": 1}},
    "day": {"kind": Kind.DATE, "prompt": "Which day suits you?", "settings": {"earliest": "2026-01-01"}},
    "line": {"kind": Kind.SHORT_TEXT, "prompt": "In one line?", "settings": {}, "help": "A few words are enough."},
    "text": {"kind": Kind.LONG_TEXT, "prompt": "Anything else?", "settings": {}},
    "consent": {"kind": Kind.CONSENT, "prompt": "I have read how you use my answers.", "is_required": True},
    "ideas": {"kind": Kind.PROPOSALS, "prompt": "What next?", "settings": {"options": FRUIT, "most": 3}},
    "values": {
        "kind": Kind.VALUE_RATINGS,
        "prompt": "Our values",
        "settings": {"options": [{"key": "v1", "label": "Care", "note": "We look after each other.", "value_id": 1}]},
    },
    "vote": {"kind": Kind.PROPOSAL_VOTE, "prompt": "What do you think of these?", "settings": {}},
}


def make_asked(
    session: Session,
    community: Community,
    *parts: list[str],
    layout: Layout = Layout.SECTION,
    anonymity: Anonymity = Anonymity.ANONYMOUS,
    changed: dict[str, dict[str, Any]] | None = None,
) -> tuple[Survey, dict[str, Question]]:
    """An open survey of these parts, each a list of names of QUESTIONS; its questions by name; commits.

    Args:
        session: Committed at the end.
        community: Whose it is.
        *parts: If there are none: all questions on one page.
        layout: How much stands on one screen.
        anonymity: What is promised.
        changed: What of a question is other than in QUESTIONS; a ``condition`` names the question it looks at.
    """
    survey = make_survey(session, community, is_open=False)
    survey.sections.clear()
    session.flush()
    survey.layout, survey.anonymity, survey.title = layout, anonymity, f"Summer {next(numbers)}"
    by_name = {}
    for position, names in enumerate(parts or [list(QUESTIONS)], start=1):
        section = Section(position=position, title=f"Part {'ABCDEFGH'[position - 1]}", intro="")
        for number, name in enumerate(names, start=1):
            fields = {"settings": {}, **QUESTIONS[name], **(changed or {}).get(name, {})}
            fields.pop("condition", None)
            by_name[name] = Question(position=number, **fields)
            section.questions.append(by_name[name])
        survey.sections.append(section)
    session.flush()
    for name, fields in (changed or {}).items():
        if condition := fields.get("condition"):
            by_name[name].condition = {
                how: [{**test, "question": by_name[test["question"]].id} for test in tests]
                for how, tests in condition.items()
            }
    open_survey(session, survey, date(2026, 3, 2))
    session.commit()
    return survey, by_name


def only_if(question: str, how: str, value: Any) -> dict[str, Any]:
    """What makes a question be asked only after that answer."""
    return {"condition": {"all": [{"question": question, "is": how, "value": value}]}}
