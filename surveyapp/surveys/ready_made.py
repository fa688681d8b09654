"""The surveys to start from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import Conflict
from surveyapp.surveys.compose import value_options
from surveyapp.surveys.models import Kind, Question, Section, Survey
from surveyapp.surveys.portable import from_data, new_link
from surveyapp.surveys.proposals import MOST_PROPOSALS
from surveyapp.surveys.ready_texts import OUTLINES, VALUES, Outline


def values_and_next_goals(
    session: Session,
    community: Community,
    *,
    smallest_group: int = 5,
    quote_group: int = 10,
    title: str = "Our values and next goals",
    purpose: str = "",
) -> Survey:
    """Make a draft that asks how the community's values stand and what it should do next.

    Raises:
        Conflict: If no value holds at the moment.
    """
    values = value_options(session, community.id)
    if not values:
        raise Conflict("The community has no values at the moment; this survey asks about them.")
    survey = Survey(
        community=community,
        title=title,
        purpose=purpose,
        link=new_link(),
        smallest_group=smallest_group,
        quote_group=quote_group,
        sections=[
            _section(
                1,
                "Our values",
                "For each value, tell us two things: how much it matters to you, and how well we live it today.",
                Question(kind=Kind.VALUE_RATINGS, prompt="Our values", settings={"options": values}),
                Question(
                    kind=Kind.SINGLE_CHOICE,
                    prompt="Which value should guide what we do next?",
                    settings={"options": [{"key": value["key"], "label": value["label"]} for value in values]},
                ),
            ),
            _section(
                2,
                "What should we do next?",
                "Think of something we could finish together within a year.",
                Question(
                    kind=Kind.PROPOSALS,
                    prompt="What should we do next?",
                    help="One idea per box. Please leave out names and phone numbers.",
                    settings={"options": values, "most": MOST_PROPOSALS},
                ),
                Question(
                    kind=Kind.LONG_TEXT,
                    prompt="What gets in the way of living our values?",
                    help="A habit, a rule, a missing tool: whatever comes to mind.",
                    settings={},
                ),
            ),
            _section(
                3,
                "You and this community",
                "Three short questions about taking part.",
                Question(
                    kind=Kind.RATING,
                    prompt="Taking part is worth my time",
                    settings={"low": "Not at all", "high": "Very much"},
                ),
                Question(
                    kind=Kind.SINGLE_CHOICE,
                    prompt="How long have you been with us?",
                    settings={
                        "options": [
                            {"key": "less_than_1", "label": "Less than a year"},
                            {"key": "1_to_5", "label": "1 to 5 years"},
                            {"key": "more_than_5", "label": "More than 5 years"},
                        ]
                    },
                ),
                Question(kind=Kind.LONG_TEXT, prompt="Anything else?", settings={}),
            ),
        ],
    )
    session.add(survey)
    session.flush()
    return survey


def _section(position: int, title: str, intro: str, *questions: Question) -> Section:
    for number, question in enumerate(questions, start=1):
        question.position = number
    return Section(position=position, title=title, intro=intro, questions=list(questions))


@dataclass(frozen=True)
class ReadyMade:
    """A survey to start from: what it is called, what it asks, and how it is made."""

    title: str
    about: str
    make: Callable[..., Survey]  # as values_and_next_goals()


def made_of(outline: Outline) -> Callable[..., Survey]:
    """What makes a draft of an outline; its arguments are those of values_and_next_goals().

    It raises Conflict if a question asks about the community's values and none holds.
    """

    def make(
        session: Session,
        community: Community,
        *,
        smallest_group: int = 5,
        quote_group: int = 10,
        title: str = outline.title,
        purpose: str = outline.purpose,
    ) -> Survey:
        values = value_options(session, community.id)
        sections = [
            _section(position, part, intro, *(from_data(_with_values(asked, values)) for asked in questions))
            for position, (part, intro, questions) in enumerate(outline.parts, start=1)
        ]
        survey = Survey(
            community=community,
            title=title,
            purpose=purpose,
            link=new_link(),
            smallest_group=smallest_group,
            quote_group=quote_group,
            is_of_notes=outline.is_of_notes,
            sections=sections,
        )
        session.add(survey)
        session.flush()
        return survey

    return make


def _with_values(asked: Mapping[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
    settings = asked["settings"]
    if settings.get("options") != VALUES:
        return dict(asked)
    if not values:
        raise Conflict("The community has no values at the moment; this survey asks about them.")
    if asked["kind"] == Kind.SINGLE_CHOICE.value:
        values = [{"key": value["key"], "label": value["label"]} for value in values]
    return {**asked, "settings": {**settings, "options": values}}


READY_MADE = {
    "values_and_next_goals": ReadyMade(
        "Our values and next goals",
        "How much each value matters and how well it is lived, what to do next, and what gets in the way.",
        values_and_next_goals,
    )
} | {name: ReadyMade(outline.title, outline.about, made_of(outline)) for name, outline in OUTLINES.items()}
