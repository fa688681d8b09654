"""Answers are kept as typed, sent once, and sealed (R6, R8)."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.errors import Conflict
from surveyapp.responses import collect
from surveyapp.responses.collect import Kept, Stored
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Kind, State, Survey
from tests.factories import make_response, make_survey


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def question_id(survey: Survey, kind: Kind) -> int:
    return next(question.id for question in survey.questions if question.kind is kind)


def test_answers_are_kept_from_part_to_part_and_sent_with_the_last(session: Session, survey: Survey) -> None:
    rating, text = question_id(survey, Kind.RATING), question_id(survey, Kind.LONG_TEXT)
    collect.keep(session, survey, "a key", {rating: 4})
    collect.keep(session, survey, "a key", {text: "The gate squeaks."})
    assert collect.kept(session, survey, "a key") == Kept(False, True, {rating: 4, text: "The gate squeaks."}, True)
    assert collect.count_sent(session, survey.id) == 0

    assert not collect.send(session, survey, "a key", {rating: 5, text: None}, may_quote=False).is_late

    assert collect.kept(session, survey, "a key") == Kept(True, False, {rating: 5}, True)
    assert collect.count_sent(session, survey.id) == 1


def test_r8_a_form_that_was_sent_changes_nothing_when_it_comes_again(session: Session, survey: Survey) -> None:
    rating = question_id(survey, Kind.RATING)
    first = collect.send(session, survey, "a key", {rating: 4}, may_quote=True)
    late = Stored(first.id, is_sent=True, is_late=True)
    assert collect.send(session, survey, "a key", {rating: 1}, may_quote=False) == late
    assert collect.keep(session, survey, "a key", {rating: 1}, may_quote=False) == late
    assert collect.kept(session, survey, "a key") == Kept(True, True, {rating: 4}, True)


def test_two_forms_are_two_responses_with_two_receipts(session: Session, survey: Survey) -> None:
    one, other = make_response(session, survey), make_response(session, survey)
    assert collect.receipt_of(one) != collect.receipt_of(other)
    assert collect.count_sent(session, survey.id) == 2


def test_the_database_does_not_hold_the_key_of_a_form(session: Session, survey: Survey) -> None:
    key = make_response(session, survey)
    (response,) = session.scalars(select(Response))
    assert key not in (response.id, response.form_key)
    assert collect.receipt_of(key).replace("-", "").lower() not in f"{response.id} {response.form_key}"


@pytest.mark.parametrize("state", ["draft", "closed", "past its last day"])
def test_a_survey_that_is_not_open_takes_no_answer(session: Session, community: Community, state: str) -> None:
    survey = make_survey(session, community, is_open=state != "draft")
    if state == "closed":
        collect.close_survey(session, survey, now().date())
    elif state == "past its last day":
        survey.closes_on = date(2026, 3, 3)
    session.commit()
    for store in (collect.keep, collect.send):
        with pytest.raises(collect.Closed):
            store(session, survey, "a key", {question_id(survey, Kind.RATING): 4})
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_a_survey_takes_answers_on_its_last_day(session: Session, survey: Survey) -> None:
    survey.closes_on = date(2026, 3, 9)
    session.commit()
    collect.send(session, survey, "a key", {}, today=date(2026, 3, 9))
    with pytest.raises(collect.Closed):
        collect.send(session, survey, "another key", {}, today=date(2026, 3, 10))


def test_closing_drops_what_was_not_sent_and_keeps_the_rest(session: Session, survey: Survey) -> None:
    make_response(session, survey, worth=5, way="No keys.")
    make_response(session, survey, worth=1, is_sent=False)
    before = {(a.response_id, a.question_id): a.content for a in session.scalars(select(Answer)) if a.content != 1}

    collect.close_survey(session, survey, date(2026, 4, 1))
    session.commit()

    assert (survey.state, survey.closed_on) == (State.CLOSED, date(2026, 4, 1))
    assert {(a.response_id, a.question_id): a.content for a in session.scalars(select(Answer))} == before
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_r6_closing_forgets_the_keys_of_the_forms(session: Session, survey: Survey) -> None:
    key = make_response(session, survey, worth=5)
    assert collect.kept(session, survey, key).is_sent
    collect.close_survey(session, survey, date(2026, 4, 1))
    session.commit()
    assert collect.kept(session, survey, key) == Kept(False, True, {}, False)


def test_only_an_open_survey_can_be_closed(session: Session, survey: Survey) -> None:
    collect.close_survey(session, survey, date(2026, 4, 1))
    with pytest.raises(Conflict, match="Only an open survey"):
        collect.close_survey(session, survey, date(2026, 4, 1))


def test_closing_leaves_the_answers_of_other_surveys_alone(
    session: Session, sessions: sessionmaker[Session], survey: Survey, community: Community
) -> None:
    other = make_survey(session, community)
    key = make_response(session, other, worth=2, is_sent=False)
    make_response(session, survey, worth=4)
    collect.close_survey(session, survey, date(2026, 4, 1))
    session.commit()
    with sessions() as fresh:
        assert collect.kept(fresh, other, key).answers == {question_id(other, Kind.RATING): 2}
