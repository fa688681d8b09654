"""What members read before they answer is kept by the database itself (R6, R7)."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from surveyapp.communities.models import Member
from surveyapp.responses.collect import Giver, new_code, send
from surveyapp.responses.models import Source
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Anonymity, Survey
from tests.factories import make_community, make_survey


@pytest.mark.parametrize(
    "change",
    [
        "anonymity = 'named'",
        "anonymity = 'confidential'",
        "smallest_group = 3",
        "quote_group = 6",
        "state = 'draft', answer_key = NULL",
    ],
)
def test_r6_the_promise_of_an_open_survey_is_not_weakened_even_by_sql(session: Session, change: str) -> None:
    survey = make_survey(session, make_community(session))
    session.flush()
    with pytest.raises(sa.exc.DBAPIError, match="promised at opening"):
        session.execute(sa.text(f"UPDATE survey SET {change} WHERE id = {survey.id}"))


def test_r6_an_anonymous_response_names_no_member_even_by_sql(session: Session) -> None:
    survey = make_survey(session, make_community(session))
    member = Member(community_id=survey.community_id, name="Ada")
    session.add(member)
    session.flush()
    with pytest.raises(sa.exc.DBAPIError, match="names nobody"), session.begin_nested():
        send(session, survey, new_code(), {}, giver=Giver(Source.PERSONAL_LINK, member.id))
    send(session, survey, new_code(), {}, giver=Giver(Source.PERSONAL_LINK))
    with pytest.raises(sa.exc.DBAPIError, match="names nobody"):
        session.execute(sa.text(f"UPDATE response SET member_id = {member.id}"))


def test_a_confidential_response_is_linked_to_its_member(session: Session) -> None:
    survey = make_survey(session, make_community(session), is_open=False)
    survey.anonymity = Anonymity.CONFIDENTIAL
    open_survey(session, survey, date(2026, 3, 2))
    member = Member(community_id=survey.community_id, name="Ada")
    session.add(member)
    session.flush()
    send(session, survey, new_code(), {}, giver=Giver(Source.PERSONAL_LINK, member.id))
    assert session.scalar(sa.text("SELECT member_id FROM response")) == member.id


def test_a_survey_has_a_key_of_its_own_exactly_while_it_is_open(session: Session) -> None:
    community = make_community(session)
    keys = [make_survey(session, community).answer_key for _ in range(3)]
    assert len({key for key in keys if key}) == len(keys)
    assert all(key is not None and len(key) == 32 for key in keys)
    draft: Survey = make_survey(session, community, is_open=False)
    assert draft.answer_key is None
