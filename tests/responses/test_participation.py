"""Who took part is told by groups that are large enough, and of nobody by subtraction (R7)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, MemberGroup
from surveyapp.responses import invite, reach
from surveyapp.responses.models import Participation
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs
from tests.factories import SECRET_KEY, make_survey
from tests.queries import counted
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


@pytest.mark.parametrize("answered", [18, 2, 20, 0])
def test_r7_participation_tells_neither_of_the_few_who_took_part_nor_of_the_few_who_did_not(
    session: Session, community: Community, survey: Survey, answered: int
) -> None:
    members = add_members(session, community, 40)
    for n, member in enumerate(members):
        session.add(MemberGroup(member_id=member.id, kind="Place", name="Harbour" if n < 20 else "Hill"))
    session.flush()
    invite.invite(session, survey, SECRET_KEY, user_id=None)
    for member in [*members[:answered], *members[20:30]]:
        session.add(Participation(survey_id=survey.id, member_id=member.id, noted_on=TODAY))
    session.flush()
    (places,) = reach.participation(session, survey).values()
    assert [group.answered for group in places] == [None, None]  # of Hill neither: Harbour would follow from all


@pytest.mark.parametrize(("answered", "shown"), [(38, None), (36, None), (35, 35), (5, 5), (4, None), (0, None)])
def test_r7_the_list_of_surveys_tells_participation_where_enough_took_part_and_enough_did_not(
    session: Session, community: Community, survey: Survey, answered: int, shown: int | None
) -> None:
    members = add_members(session, community, 40)
    draft = make_survey(session, community, is_open=False)
    invite.invite(session, survey, SECRET_KEY, user_id=None)
    for member in members[:answered]:
        session.add(Participation(survey_id=survey.id, member_id=member.id, noted_on=TODAY))
    session.flush()
    told = reach.participation_of_all(session, [survey, draft])
    assert (told[survey.id].invited, told[survey.id].answered) == (40, shown)
    assert (told[draft.id].invited, told[draft.id].answered) == (0, None)


def test_the_list_of_many_surveys_costs_as_many_queries_as_of_few(
    app: Flask, session: Session, community: Community, survey: Survey, manager: User, sign_in: SignInAs
) -> None:
    add_members(session, community, 40)
    invite.invite(session, survey, SECRET_KEY, user_id=None)
    session.commit()
    client, costs = sign_in(manager), []
    for _ in range(2):
        session.rollback()
        with counted(app.extensions["surveyapp"].engine) as queries:
            page = client.get(f"/c/{community.slug}/surveys").text
        assert "Values, ideas, choices, ratings" in page
        costs.append(len(queries))
        for _ in range(5):
            make_survey(session, community)
    assert costs[0] == costs[1]


def test_before_anybody_is_invited_there_is_nothing_to_tell(
    session: Session, community: Community, survey: Survey
) -> None:
    (member,) = add_members(session, community, 1)
    session.add(MemberGroup(member_id=member.id, kind="Place", name="Hill"))
    session.flush()
    assert reach.participation(session, survey) == {"Place": []}
