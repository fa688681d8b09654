"""A survey is made as a draft, opened once, and what members were promised stands from then on."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.audit import AuditEntry
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Community, Round
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.surveys import compose, design
from surveyapp.surveys.at_link import survey_at
from surveyapp.surveys.models import Anonymity, Kind, State, Survey
from surveyapp.surveys.ready_made import READY_MADE, values_and_next_goals
from tests.factories import make_survey

TODAY = date(2026, 3, 2)


@pytest.fixture
def draft(session: Session, community: Community) -> Survey:
    return make_survey(session, community, is_open=False)


def test_our_values_and_next_goals_asks_seven_questions_in_three_parts(
    session: Session, community: Community, draft: Survey
) -> None:
    assert [section.title for section in draft.sections] == [
        "Our values",
        "What should we do next?",
        "You and this community",
    ]
    assert [(q.kind, q.prompt) for q in draft.questions] == [
        (Kind.VALUE_RATINGS, "Our values"),
        (Kind.SINGLE_CHOICE, "Which value should guide what we do next?"),
        (Kind.PROPOSALS, "What should we do next?"),
        (Kind.LONG_TEXT, "What gets in the way of living our values?"),
        (Kind.RATING, "Taking part is worth my time"),
        (Kind.SINGLE_CHOICE, "How long have you been with us?"),
        (Kind.LONG_TEXT, "Anything else?"),
    ]
    values = current_values(session, community.id)
    for question in (draft.questions[0], draft.questions[2]):
        assert [(o["key"], o["value_id"], o["label"]) for o in question.settings["options"]] == [
            (f"v{value.id}", value.id, value.name) for value in values
        ]
    assert (draft.state, draft.anonymity) == (State.DRAFT, Anonymity.ANONYMOUS)
    assert design.problems(draft) == []


def test_a_survey_about_values_needs_values(session: Session, community: Community) -> None:
    for value in current_values(session, community.id):
        value.retired_on = TODAY
    with pytest.raises(Conflict, match="no values"):
        values_and_next_goals(session, community)


def test_open_links_are_short_and_differ(session: Session, community: Community) -> None:
    links = {READY_MADE["values_and_next_goals"].make(session, community).link for _ in range(20)}
    assert len(links) == 20
    assert {len(link) for link in links} == {10}


def test_opening_says_the_day_and_the_round_and_is_recorded(
    session: Session, community: Community, draft: Survey
) -> None:
    design.open_survey(session, draft, TODAY, closes_on=date(2026, 3, 29))
    assert (draft.state, draft.opened_on, draft.closes_on) == (State.OPEN, TODAY, date(2026, 3, 29))
    assert draft.round_id == session.scalar(select(Round.id).where(Round.community_id == community.id))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "opened a survey")).one()
    assert (entry.community_id, entry.details["smallest_group"]) == (community.id, 5)


def test_a_survey_is_opened_once(session: Session, draft: Survey) -> None:
    design.open_survey(session, draft, TODAY)
    with pytest.raises(design.NotADraft):
        design.open_survey(session, draft, TODAY)


def test_a_survey_whose_last_day_is_past_is_not_opened(session: Session, draft: Survey) -> None:
    draft.closes_on = date(2026, 3, 1)
    with pytest.raises(design.NotReady, match="last day"):
        design.open_survey(session, draft, TODAY)
    assert draft.state is State.DRAFT


def test_what_cannot_be_asked_is_not_opened(session: Session, draft: Survey) -> None:
    draft.questions[0].settings = {"options": []}
    draft.questions[1].settings = {"options": [{"key": "a", "label": "A"}]}
    draft.sections[2].questions.clear()
    with pytest.raises(design.NotReady) as refused:
        design.open_survey(session, draft, TODAY)
    for problem in ("no value to rate", "two answers or more", "“You and this community” has no questions"):
        assert problem in str(refused.value)


def test_r7_what_was_promised_cannot_be_changed_once_the_survey_is_open(session: Session, draft: Survey) -> None:
    design.open_survey(session, draft, TODAY)
    with pytest.raises(design.NotADraft):
        settle(draft, smallest_group=3)
    with pytest.raises(design.NotADraft):
        change(draft, prompt="Something else?")


def change(survey: Survey, *, prompt: str, help_text: str = "") -> None:
    question = survey.questions[0]
    compose.change(survey, question, prompt=prompt, help_text=help_text, is_required=False, settings={}, condition=None)


def settle(survey: Survey, **changes: object) -> None:
    given: dict[str, object] = {
        "title": "Spring",
        "purpose": "We ask because.",
        "closes_on": None,
        "smallest_group": 5,
        "quote_group": 10,
    }
    design.settle(survey, **(given | changes), today=TODAY)  # type: ignore[arg-type]  # names and values from above


def test_a_draft_can_be_settled_and_reworded(draft: Survey) -> None:
    settle(draft, title="  Spring   2026 ", smallest_group=3, quote_group=3, closes_on=TODAY)
    assert (draft.title, draft.smallest_group, draft.closes_on) == ("Spring 2026", 3, TODAY)
    change(draft, prompt=" Our  values? ", help_text="One per\r\nline")
    assert (draft.questions[0].prompt, draft.questions[0].help) == ("Our values?", "One per\nline")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "},
        {"smallest_group": 2},
        {"quote_group": 4},
        {"quote_group": 1001},
        {"closes_on": date(2026, 3, 1)},
    ],
)
def test_r7_settings_that_would_break_a_promise_are_refused(draft: Survey, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        settle(draft, **changes)


def test_a_question_keeps_some_words(draft: Survey) -> None:
    with pytest.raises(BadInput):
        change(draft, prompt=" ")


def test_a_survey_is_found_by_its_link_unless_it_is_a_draft(session: Session, draft: Survey) -> None:
    with pytest.raises(NotFound):
        survey_at(session, draft.link)
    design.open_survey(session, draft, TODAY)
    session.flush()
    assert survey_at(session, draft.link) is draft


@pytest.mark.parametrize(
    ("state", "closes_on", "is_open"),
    [
        (State.DRAFT, None, False),
        (State.OPEN, None, True),
        (State.OPEN, TODAY, True),
        (State.OPEN, date(2026, 3, 1), False),
        (State.CLOSED, None, False),
    ],
)
def test_a_survey_takes_answers_while_it_is_open_and_until_its_last_day(
    state: State, closes_on: date | None, is_open: bool
) -> None:
    assert design.takes_answers(Survey(state=state, closes_on=closes_on), TODAY) is is_open
