"""Who took part is told by groups that are large enough, and of nobody by subtraction (R7)."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community, MemberGroup
from surveyapp.responses import invite, reach
from surveyapp.responses.models import Participation
from surveyapp.surveys.models import Survey
from tests.factories import SECRET_KEY, make_survey
from tests.responses.test_reach import add_members

TODAY = date(2026, 3, 3)


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def test_r7_participation_is_told_of_no_group_below_the_quote_group(
    session: Session, community: Community, survey: Survey
) -> None:
    members = add_members(session, community, 42)
    for n, member in enumerate(members):
        session.add(
            MemberGroup(member_id=member.id, kind="Place", name="Harbour" if n < 20 else "Hill" if n < 40 else "Isle")
        )
    session.flush()
    invite.invite(session, survey, SECRET_KEY, user_id=None)
    for member in [*members[:8], *members[20:22]]:
        session.add(Participation(survey_id=survey.id, member_id=member.id, noted_on=TODAY))
    session.flush()
    (places,) = reach.participation(session, survey).values()
    told = {group.name: (group.answered, group.invited) for group in places}
    assert told["Isle"] == (None, None)
    assert told["Hill"][0] is None  # two took part
    assert sum(invited is not None for _, invited in told.values()) != 2  # what is hidden follows from no sum


def test_r7_how_few_members_of_no_group_took_part_follows_from_no_sum(
    session: Session, community: Community, survey: Survey
) -> None:
    members = add_members(session, community, 43)
    for n, member in enumerate(members[:40]):
        session.add(MemberGroup(member_id=member.id, kind="Place", name="Harbour" if n < 20 else "Hill"))
    session.flush()
    invite.invite(session, survey, SECRET_KEY, user_id=None)
    for member in [*members[:8], *members[20:28], *members[40:41]]:
        session.add(Participation(survey_id=survey.id, member_id=member.id, noted_on=TODAY))
    session.flush()
    (places,) = reach.participation(session, survey).values()
    assert [group.answered for group in places] == [None, 8]  # of all 17, or 1 of 3 would follow
    for member in members[40:]:
        session.add(MemberGroup(member_id=member.id, kind="Place", name="Hill"))
    session.flush()
    (places,) = reach.participation(session, survey).values()
    assert [(group.answered, group.invited) for group in places] == [(8, 20), (9, 23)]


def test_before_anybody_is_invited_there_is_nothing_to_tell(
    session: Session, community: Community, survey: Survey
) -> None:
    (member,) = add_members(session, community, 1)
    session.add(MemberGroup(member_id=member.id, kind="Place", name="Hill"))
    session.flush()
    assert reach.participation(session, survey) == {"Place": []}
