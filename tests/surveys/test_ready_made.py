"""Each ready-made survey can be opened as it is, asks for what it says it does, and leads nobody."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community, Value
from surveyapp.errors import Conflict
from surveyapp.surveys.advice import advice_on
from surveyapp.surveys.design import problems
from surveyapp.surveys.kinds import minutes
from surveyapp.surveys.models import Kind, State
from surveyapp.surveys.ready_made import READY_MADE

TITLES = [
    "Our values and next goals",
    "Our values",
    "Next goals",
    "Vote on proposals",
    "Pulse",
    "Yearly values review",
    "After a goal",
    "Newcomers",
    "Notes of a conversation",
    "Before founding",
]
WITHOUT_VALUES = {"vote_on_proposals", "pulse", "before_founding"}


def test_all_surveys_of_the_specification_are_there() -> None:
    assert [one.title for one in READY_MADE.values()] == TITLES


@pytest.mark.parametrize("name", READY_MADE)
def test_a_ready_made_survey_can_be_opened_as_it_is(session: Session, community: Community, name: str) -> None:
    survey = READY_MADE[name].make(session, community)
    assert survey.state is State.DRAFT
    assert problems(survey) == []
    assert minutes(survey.questions) <= 10
    assert [advice for question in survey.questions for advice in advice_on(question)] == []
    assert not any(question.is_required for question in survey.questions)


def prompts(session: Session, community: Community, name: str) -> str:
    return " ".join(question.prompt for question in READY_MADE[name].make(session, community).questions)


def test_the_yearly_review_asks_about_leaders_and_who_feels_left_out(session: Session, community: Community) -> None:
    asked = prompts(session, community, "yearly_values_review")
    assert "Those who lead us live our values" in asked
    assert "feels left out" in asked


def test_the_pulse_asks_whether_it_is_worth_more_than_elsewhere(session: Session, community: Community) -> None:
    assert "more than what I could get elsewhere" in prompts(session, community, "pulse")


def test_after_a_goal_asks_whether_it_helped(session: Session, community: Community) -> None:
    assert "Did it help?" in prompts(session, community, "after_a_goal")


def test_surveys_that_ask_about_values_need_some(session: Session, community: Community) -> None:
    for value in session.scalars(select(Value)):
        value.retired_on = value.reviewed_on
    session.flush()
    for name, ready in READY_MADE.items():
        if name in WITHOUT_VALUES:
            assert not {Kind.VALUE_RATINGS, Kind.PROPOSALS} & {q.kind for q in ready.make(session, community).questions}
        else:
            with pytest.raises(Conflict, match="no values"):
                ready.make(session, community)
