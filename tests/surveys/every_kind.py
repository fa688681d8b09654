"""A survey with every kind of question, all their settings, conditions and two further languages."""

from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.surveys.compose import value_options
from surveyapp.surveys.models import Kind, Layout, Section, Survey
from surveyapp.surveys.portable import from_data, new_link
from surveyapp.surveys.translate import texts, translate

OPTIONS = [
    {"key": "a", "label": "Less than a year"},
    {"key": "b_2", "label": "1 to 5 years"},
    {"key": "c", "label": "Ever"},
]


def make_every_kind(session: Session, community: Community) -> Survey:
    """The survey as a draft; commits."""
    values = value_options(session, community.id)
    settings = {
        Kind.VALUE_RATINGS: {"options": values},
        Kind.PROPOSALS: {"options": values, "most": 3},
        Kind.PROPOSAL_VOTE: {},
        Kind.SINGLE_CHOICE: {"options": OPTIONS, "other": True},
        Kind.MULTIPLE_CHOICE: {"options": OPTIONS, "least": 1, "most": 2},
        Kind.RANKING: {"options": OPTIONS},
        Kind.RATING: {"low": "Not at all", "high": "Very much"},
        Kind.RECOMMENDATION: {"low": "Never"},
        Kind.NUMBER: {"least": 0, "most": 40.5, "unit": "hours"},
        Kind.DATE: {"earliest": "2026-01-01", "latest": "2026-12-31"},
        Kind.SHORT_TEXT: {},
        Kind.LONG_TEXT: {},
        Kind.CONSENT: {},
    }
    questions = [
        from_data(
            {
                "kind": kind.value,
                "prompt": f"What of {kind.value.replace('_', ' ')}?",
                "help": "As you like." if number % 2 else "",
                "is_required": number % 3 == 0,
                "settings": settings[kind],
            }
        )
        for number, kind in enumerate(Kind)
    ]
    for position, question in enumerate(questions):
        question.position = position % 5 + 1
    survey = Survey(
        community=community,
        title="All of it",
        purpose="To see.\nReally.",
        link=new_link(),
        smallest_group=5,
        quote_group=10,
        layout=Layout.QUESTION,
        languages=["ar", "pt-br"],
        sections=[
            Section(position=n, title=f"Part {n}", intro="Go on." * (n == 2), questions=questions[5 * n - 5 : 5 * n])
            for n in (1, 2, 3)
        ],
    )
    session.add(survey)
    session.flush()
    by_kind = {question.kind: question for question in survey.questions}
    single, many = by_kind[Kind.SINGLE_CHOICE], by_kind[Kind.MULTIPLE_CHOICE]
    by_kind[Kind.LONG_TEXT].condition = {
        "any": [
            {"question": single.id, "is": "equals", "value": "b_2"},
            {"question": many.id, "is": "contains", "value": "c"},
            {"question": by_kind[Kind.NUMBER].id, "is": "at_least", "value": 2.5},
        ]
    }
    by_kind[Kind.CONSENT].condition = {
        "all": [
            {"question": by_kind[Kind.RATING].id, "is": "at_least", "value": 4},
            {"question": single.id, "is": "equals", "value": "other"},
        ]
    }
    for language, mark in (("ar", "ع"), ("pt-br", "ã")):
        typed = {text.place: f"{mark} {text.words}" for text in texts(survey) if ".note." not in text.place}
        typed.pop("purpose")
        assert translate(session, survey, language, typed, user_id=None) == {}
    session.commit()
    return survey
