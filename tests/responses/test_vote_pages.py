"""Voting, as members do it: one proposal at a time, by buttons, without a script."""

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses import vote
from surveyapp.responses.models import Vote
from surveyapp.responses.vote import Tally
from surveyapp.surveys.models import Survey
from surveyapp.surveys.rules import name_of
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.responses.member import Member, words_of
from tests.responses.votes import ids_of, make_vote, vote_of

IDEAS = ("Plant trees", "Mend the bridge", "Open a café")


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_vote(session, community, *IDEAS)


@pytest.fixture
def member(client: FlaskClient, survey: Survey) -> Member:
    return Member(client, survey).start().go(len(survey.sections))


def shown(member: Member) -> str:
    """The proposal on the page; "" if there is none."""
    found = lxml.html.document_fromstring(member.page).xpath("//blockquote")
    return found[0].text_content() if found else ""


def stored_ids(session: Session, survey: Survey) -> dict[str, str]:
    """Ids of the proposals by their words; read for itself, so that no lock is left behind."""
    with Session(session.get_bind()) as reader:
        return ids_of(reader, survey)


def counts_of(session: Session, survey: Survey) -> dict[str, Tally]:
    """How each proposal was voted on, by its words."""
    with Session(session.get_bind()) as reader:
        return {proposal.text: tally for proposal, tally in vote.proposals_of(reader, vote_of(survey).id)}


def press(member: Member, label: str, **typed: str) -> Member:
    """Press the button with this label."""
    (button,) = [
        button
        for button in lxml.html.document_fromstring(member.page).xpath("//main//button")
        if button.text_content().strip() == label and button.get("aria-hidden") is None
    ]
    values = member.typed() | typed
    member.answer = member.client.post(
        f"{member.address}/{len(member.survey.sections)}",
        data=values | {button.get("name", "none"): button.get("value", "")},
        follow_redirects=True,
    )
    return member


def test_a_member_votes_on_one_proposal_after_the_other_and_sends(
    member: Member, survey: Survey, session: Session
) -> None:
    assert "Idea 1 of 3" in words_of(member.page)
    said = {}
    for label, choice in (("Agree", "agree"), ("Disagree", "disagree"), ("Pass", "passed")):
        said[shown(member)] = choice
        press(member, label)
    assert set(said) == set(IDEAS)
    assert "You have voted on all 3" in words_of(member.page)
    assert not any(tally.seen for tally in counts_of(session, survey).values()), "nothing is sent yet"
    press(member, "Send my answers")
    assert "Thank you for taking part" in member.page
    assert counts_of(session, survey) == {text: Tally(**{choice: 1}) for text, choice in said.items()}


def test_the_last_vote_can_be_changed_and_what_is_stored_does_not_tell_which_it_was(
    member: Member, survey: Survey, session: Session
) -> None:
    assert "Change my last vote" not in member.page
    press(member, "Agree")
    last = shown(member)
    press(member, "Agree")
    press(member, "Change my last vote")
    assert shown(member) == last
    assert "You agreed: choose again" in words_of(member.page)
    assert "/thanks" not in member.page
    member.go(len(survey.sections))
    assert shown(member) == last, "looking again changes nothing"
    press(member, "Disagree")
    assert shown(member) not in ("", last)
    assert "Idea 3 of 3" in words_of(member.page)
    ids = stored_ids(session, survey)
    stored = dict(session.execute(select(Vote.proposal_id, Vote.choice)).all())
    assert stored[ids[last]] == -1
    assert sorted(stored.values()) == [-1, 1]


def test_r6_no_address_tells_the_code_nor_what_was_voted_on(member: Member, survey: Survey, session: Session) -> None:
    press(member, "Agree")
    press(member, "Change my last vote")
    for address in [member.answer.request.path, *(link.request.full_path for link in member.answer.history)]:
        assert not any(key in address for key in stored_ids(session, survey).values())


def test_a_member_proposes_while_answering_and_others_vote_on_it(
    app: Flask, member: Member, survey: Survey, session: Session
) -> None:
    new = name_of(vote_of(survey), "new")
    press(member, "Propose it", **{new: "A  bench\nby the stop & <b>more</b>"})
    assert "of 4" in words_of(member.page)
    assert member.typed()[new] == ""
    assert "A bench by the stop & <b>more</b>" in stored_ids(session, survey)
    other = Member(app.test_client(), survey).start().go(len(survey.sections))
    seen = []
    while text := shown(other):
        seen.append(text)
        press(other, "Pass")
    assert "A bench by the stop & <b>more</b>" in seen


def test_a_proposal_half_written_is_neither_published_nor_lost(
    member: Member, survey: Survey, session: Session
) -> None:
    new = name_of(vote_of(survey), "new")
    press(member, "Agree", **{new: "A ben"})
    assert member.typed()[new] == "A ben"
    assert "Idea 2 of 3" in words_of(member.page)
    press(member, "Back")
    assert member.answer.status_code == 422
    assert "not proposed yet" in member.page
    assert member.typed()[new] == "A ben"
    assert len(stored_ids(session, survey)) == 3
    press(member, "Propose it", **{new: "x" * 601})
    assert (member.answer.status_code, member.typed()[new]) == (422, "x" * 601)
    press(member, "Send my answers", **{new: "A bench"})
    assert "A bench" in stored_ids(session, survey)


@pytest.mark.parametrize("pressed", ["", "1.2.3", "0." + "0" * 32 + ".agree", "9" * 400, "é\x00", "{own}.zz.agree"])
def test_a_vote_that_no_button_gives_stores_nothing_and_breaks_nothing(
    member: Member, survey: Survey, session: Session, pressed: str
) -> None:
    own = str(vote_of(survey).id)
    for field in ("vote", "again", "propose"):
        member.go(len(survey.sections))
        address = f"{member.address}/{len(survey.sections)}"
        answer = member.client.post(address, data=member.typed() | {field: pressed.format(own=own), "go": "back"})
        assert answer.status_code < 500
    for choice in ("agree", "veto"):
        vote_for = f"{own}.{'0' * 32}.{choice}"
        assert member.client.post(address, data=member.typed() | {"vote": vote_for}).status_code == 303
    assert session.scalars(select(Vote)).all() == []


def test_whoever_votes_on_a_proposal_that_was_taken_off_meanwhile_sees_the_next(
    member: Member, survey: Survey, session: Session
) -> None:
    text = shown(member)
    vote.show_proposal(session, vote_of(survey), stored_ids(session, survey)[text], is_shown=False, reason="Done.")
    session.commit()
    press(member, "Agree")
    assert shown(member) not in ("", text)
    assert "Idea 1 of 2" in words_of(member.page)


def test_the_preview_says_what_stands_there(survey: Survey, session: Session, sign_in: SignInAs) -> None:
    manager = make_user(session, community=survey.community)
    page = sign_in(manager).get(f"/c/{survey.community.slug}/surveys/{survey.id}/preview/{len(survey.sections)}")
    assert page.status_code == 200
    assert "one at a time" in page.text
