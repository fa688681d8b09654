"""What is put to the vote: typed by managers, taken from candidates, taken off and put back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.responses.models import Proposal
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs, token_of
from tests.responses.votes import make_vote, vote_of
from tests.world import make_found_candidate, make_run


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_vote(session, community, "A bench")


@pytest.fixture
def page(survey: Survey) -> str:
    return f"/c/{survey.community.slug}/surveys/{survey.id}/proposals"


def shown(session: Session) -> dict[str, bool]:
    with Session(session.get_bind()) as reader:
        return {proposal.text: proposal.is_shown for proposal in reader.scalars(select(Proposal))}


def post(client: FlaskClient, page: str, survey: Survey, then: str = "", **fields: object) -> int:
    fields |= {"csrf_token": token_of(client, page), "question": vote_of(survey).id}
    return client.post(f"{page}{then}", data=fields).status_code


def test_a_manager_adds_lines_and_candidates_that_may_be_quoted(
    session: Session, survey: Survey, page: str, manager: User, sign_in: SignInAs
) -> None:
    run = make_run(session, survey)
    large, small = (make_found_candidate(session, run, title, people=n) for title, n in (("A café", 12), ("A pub", 9)))
    key, kept_back = large.id, small.id
    client = sign_in(manager)
    assert "A café" in client.get(page).text
    assert "A pub" not in client.get(page).text  # fewer than 10 people: its words are not shown to others (R7)
    assert (
        post(client, page, survey, texts="A lamp\n\n A  bench\nA lamp", candidate=[key, kept_back, "x", "9" * 30])
        == 303
    )
    assert shown(session) == {"A bench": True, "A lamp": True, "A café": True}


def test_a_proposal_is_taken_off_and_put_back_and_hostile_ones_stand_as_text(
    session: Session, survey: Survey, page: str, manager: User, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    assert post(client, page, survey, texts="<script>alert(1)</script>") == 303
    assert "&lt;script&gt;alert(1)" in client.get(page).text
    with Session(session.get_bind()) as reader:
        bench = reader.scalars(select(Proposal.id).where(Proposal.text == "A bench")).one()
    assert post(client, page, survey, "/show", proposal=bench, shown="no") == 422  # whoever proposed it reads why
    assert post(client, page, survey, "/show", proposal=bench, shown="no", reason="x" * 501) == 422
    assert shown(session)["A bench"] is True
    assert post(client, page, survey, "/show", proposal=bench, shown="no", reason="It stands there already.") == 303
    assert "Taken off: It stands there already." in client.get(page).text
    assert shown(session)["A bench"] is False
    assert post(client, page, survey, "/show", proposal=bench, shown="yes") == 303
    assert shown(session)["A bench"] is True
    assert post(client, page, survey, "/show", proposal="0" * 32, shown="yes") == 404
    assert post(client, page, survey, texts="x" * 601) == 422
    assert post(client, page, survey, texts="\x00") == 400
