"""Report this: members report words of others, managers decide, whoever proposed them reads why (R6)."""

from typing import Any

import lxml.html
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.db import Base, now
from surveyapp.errors import BadInput
from surveyapp.responses import collect, vote
from surveyapp.responses.models import Proposal, ProposalFlag, Response, Why
from surveyapp.responses.vote import NoProposal, author_key_of, taken_off
from surveyapp.surveys.models import Survey
from surveyapp.surveys.rules import name_of
from surveyapp.themes import flags
from surveyapp.themes.models import ThemeFlag
from tests.conftest import SignInAs, token_of
from tests.factories import make_survey
from tests.responses.member import Member, words_of
from tests.responses.votes import ids_of, make_vote, vote_of
from tests.test_hostile_forms import hostile, shows_raw
from tests.world import make_found_candidate, make_run

INSULT = "Throw the idiots out"


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_vote(session, community, "Plant trees", INSULT)


def id_of(session: Session, survey: Survey, words: str) -> str:
    with Session(session.get_bind()) as reader:
        return ids_of(reader, survey)[words]


def flags_of(session: Session) -> list[tuple[str, bool]]:
    with Session(session.get_bind()) as reader:
        return [(one.why.value, one.is_settled) for one in reader.scalars(select(ProposalFlag))]


# the domain


def test_a_report_says_what_and_why_and_once(session: Session, survey: Survey) -> None:
    insult = id_of(session, survey, INSULT)
    for why in (Why.NAMES_SOMEBODY, Why.HATEFUL, Why.HATEFUL):
        flags.flag(session, survey, why, proposal_id=insult)
    question = vote_of(survey)
    assert flags.flagged_proposals(session, [question.id]) == {insult: [Why.HATEFUL, Why.NAMES_SOMEBODY]}
    assert flags.to_look_at(session, survey.community_id) == ([survey], [])
    flags.let_proposal_stand(session, question, insult)
    flags.flag(session, survey, Why.HATEFUL, proposal_id=insult)  # settled once: it does not come back
    assert flags.flagged_proposals(session, [question.id]) == {}
    flags.flag(session, survey, Why.NO_PROPOSAL, proposal_id=insult)  # something else does
    assert flags.flagged_proposals(session, [question.id]) == {insult: [Why.NO_PROPOSAL]}


def test_r6_a_report_holds_nothing_of_whoever_made_it() -> None:
    for table, of in (("proposal_flag", "proposal_id"), ("theme_flag", "theme_id")):
        assert {column.name for column in Base.metadata.tables[table].columns} == {of, "why", "is_settled"}


def test_only_words_that_members_of_the_survey_read_are_reported(
    session: Session, community: Community, survey: Survey
) -> None:
    other = make_vote(session, community, "Mend the bridge")
    mine, theirs = ids_of(session, survey)[INSULT], ids_of(session, other)["Mend the bridge"]
    for proposal_id in ("0" * 32, "", theirs):
        with pytest.raises(NoProposal):
            flags.flag(session, survey, Why.HATEFUL, proposal_id=proposal_id)
    vote.show_proposal(session, vote_of(survey), mine, is_shown=False, reason="It insults.")
    with pytest.raises(NoProposal):
        flags.flag(session, survey, Why.HATEFUL, proposal_id=mine)
    with pytest.raises(NoProposal):
        flags.let_proposal_stand(session, vote_of(survey), theirs)


def test_what_is_taken_off_has_a_reason_settles_the_reports_and_comes_back_without_it(
    session: Session, survey: Survey
) -> None:
    question, insult = vote_of(survey), id_of(session, survey, INSULT)
    flags.flag(session, survey, Why.HATEFUL, proposal_id=insult)
    for reason in ("", "  ", "x" * 501, "\x01"):
        with pytest.raises(BadInput):
            vote.show_proposal(session, question, insult, is_shown=False, reason=reason)
    vote.show_proposal(session, question, insult, is_shown=False, reason=" It insults. ")
    proposal = session.get_one(Proposal, insult)
    session.refresh(proposal)
    assert (proposal.is_shown, proposal.why_hidden) == (False, "It insults.")
    assert flags.flagged_proposals(session, [question.id]) == {}
    vote.show_proposal(session, question, insult, is_shown=True)
    session.refresh(proposal)
    assert (proposal.is_shown, proposal.why_hidden) == (True, None)


def test_r6_only_the_private_code_tells_whose_a_proposal_is(session: Session, survey: Survey) -> None:
    question, code, other = vote_of(survey), collect.new_code(), collect.new_code()
    assert vote.propose(session, question, ["A fence", "A wall"], is_by_member=True, code=code) == 2
    keys = session.scalars(select(Proposal.author_key).where(Proposal.author_key.is_not(None))).all()
    assert len(set(keys)) == 2  # two of one person share nothing that is stored
    fence = ids_of(session, survey)["A fence"]
    vote.show_proposal(session, question, fence, is_shown=False, reason="Not ours to build.")
    assert author_key_of(code, fence) in keys
    assert taken_off(session, survey, code) == [("A fence", "Not ours to build.")]
    assert taken_off(session, survey, other) == []


def test_reports_and_reasons_outlive_the_closing_of_the_survey(session: Session, survey: Survey) -> None:
    question, code = vote_of(survey), collect.new_code()
    vote.propose(session, question, ["A fence"], is_by_member=True, code=code)
    ids = ids_of(session, survey)
    flags.flag(session, survey, Why.HATEFUL, proposal_id=ids[INSULT])
    vote.show_proposal(session, question, ids["A fence"], is_shown=False, reason="Not ours to build.")
    session.commit()
    collect.close_survey(session, survey, now().date())
    session.commit()
    assert flags_of(session) == [("hateful", False)]
    assert taken_off(session, survey, code) == [("A fence", "Not ours to build.")]


# pages for members


def begin(client: FlaskClient, survey: Survey) -> Member:
    return Member(client, survey).start().go(len(survey.sections))


def flag_button(member: Member) -> dict[str, str]:
    (button,) = lxml.html.document_fromstring(member.page).xpath("//button[@name='flag']")
    return {"flag": button.get("value")}


def report_it(member: Member, **typed: Any) -> Member:
    form = next(form for form in lxml.html.document_fromstring(member.page).forms if form.method == "POST")
    data = {**dict(form.form_values()), **typed}
    member.answer = member.client.post(form.action, data=data, follow_redirects=True)
    return member


def test_a_member_reports_a_proposal_and_comes_back_to_where_they_were(
    session: Session, survey: Survey, client: FlaskClient
) -> None:
    member = begin(client, survey)
    shown = lxml.html.document_fromstring(member.page).xpath("//blockquote")[0].text_content()
    member.press(flag_button(member))
    assert "Nothing is stored about who reports" in words_of(member.page)
    assert shown in words_of(member.page)
    report_it(member)
    assert member.answer.status_code == 422
    assert "Please say what is wrong with it." in words_of(member.page)
    report_it(member, why="names somebody")
    assert "Thank you for telling us" in words_of(member.page)
    assert flags_of(session) == [("names somebody", False)]
    back = lxml.html.document_fromstring(member.page).xpath("//main//a[contains(@class, 'btn')]/@href")[0]
    assert back == f"/s/{survey.link}/{len(survey.sections)}"
    member.go(len(survey.sections))
    assert shown in words_of(member.page)  # it stays until somebody looks


def test_what_is_half_proposed_is_not_lost_by_reporting(survey: Survey, client: FlaskClient) -> None:
    member = begin(client, survey)
    member.press({**flag_button(member), name_of(vote_of(survey), "new"): "Half a tho"})
    assert member.answer.status_code == 422
    assert "Half a tho" in member.page
    assert "is not proposed yet" in words_of(member.page)


def test_a_member_reports_an_idea_like_theirs_and_a_manager_settles_it(
    session: Session, community: Community, client: FlaskClient, manager: User, sign_in: SignInAs
) -> None:
    survey = make_survey(session, community)
    run = make_run(session, survey)
    found = make_found_candidate(session, run, "Plant forty trees along the station road.", people=12)
    few = make_found_candidate(session, run, "Trees behind the church.", people=9)
    candidate_id, theme_id, few_id = found.id, found.theme_id, few.theme_id
    session.commit()
    part = next(
        n for n, section in enumerate(survey.sections, 1) if any("most" in q.settings for q in section.questions)
    )
    asked = next(q for q in survey.questions if "most" in q.settings)
    member = Member(client, survey).start().go(part)
    member.press({"like": name_of(asked)}, next_1="More trees along our road")
    (link,) = lxml.html.document_fromstring(member.page).xpath("//a[contains(@href, '/report')]/@href")
    member.answer = client.get(link)
    report_it(member, why="hateful")
    assert client.get(f"/s/{survey.link}/{part}/report?theme={few_id}").status_code == 404  # too few to be shown (R7)
    with Session(session.get_bind()) as reader:
        assert [(one.theme_id, one.why) for one in reader.scalars(select(ThemeFlag))] == [(theme_id, Why.HATEFUL)]
    browser = sign_in(manager)
    base = f"/c/{community.slug}"
    assert "Members reported words of others" in browser.get(f"{base}/overview").text
    page = f"{base}/review/{candidate_id}"
    assert "It is hateful or insulting" in browser.get(page).text
    settled = browser.post(f"{page}/stand", data={"csrf_token": token_of(browser, page)})
    assert settled.status_code == 303
    assert "It is hateful or insulting" not in browser.get(page).text
    assert "Members reported words of others" not in browser.get(f"{base}/overview").text


def test_reports_are_limited_and_a_closed_survey_takes_none(
    session: Session, survey: Survey, client: FlaskClient
) -> None:
    insult, page = id_of(session, survey, INSULT), f"/s/{survey.link}/1/report"
    token = token_of(client, f"{page}?proposal={insult}")
    data = {"csrf_token": token, "proposal": insult, "why": "hateful"}
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    codes = [client.post(page, data=data, environ_base=elsewhere).status_code for _ in range(22)]
    assert codes[0] == 303
    assert codes[-1] == 429
    with Session(session.get_bind()) as writer:
        collect.close_survey(writer, writer.get_one(Survey, survey.id), now().date())
        writer.commit()
    assert client.post(page, data=data).status_code in (409, 429)
    assert "closed" in client.get(f"{page}?proposal={insult}").text


# pages for managers, and afterwards


def test_a_manager_looks_takes_off_or_lets_stand_and_the_author_reads_why(
    session: Session, survey: Survey, client: FlaskClient, manager: User, sign_in: SignInAs
) -> None:
    member = begin(client, survey)
    member.press({"propose": str(vote_of(survey).id), name_of(vote_of(survey), "new"): "A fence around it"})
    member.go(1)
    while "Thank you for taking part" not in words_of(member.page):
        member.press()
    code = next(
        iter(lxml.html.document_fromstring(member.page).xpath("//*[contains(@class, 'private-code')]"))
    ).text_content()
    fence, insult = (id_of(session, survey, words) for words in ("A fence around it", INSULT))
    flags.flag(session, survey, Why.NO_PROPOSAL, proposal_id=fence)
    flags.flag(session, survey, Why.HATEFUL, proposal_id=insult)
    session.commit()
    browser = sign_in(manager)
    page = f"/c/{survey.community.slug}/surveys/{survey.id}/proposals"
    session.rollback()
    assert page in browser.get(f"/c/{survey.community.slug}/overview").text
    text = browser.get(page).text
    assert "Reported by members" in text
    assert "It is hateful or insulting" in text
    fields = {"csrf_token": token_of(browser, page), "question": vote_of(survey).id}
    assert browser.post(f"{page}/stand", data={**fields, "proposal": insult}).status_code == 303
    assert browser.post(f"{page}/stand", data={**fields, "proposal": "0" * 32}).status_code == 404
    refused = browser.post(f"{page}/show", data={**fields, "proposal": fence, "shown": "no", "reason": ""})
    assert refused.status_code == 422
    off = browser.post(
        f"{page}/show", data={**fields, "proposal": fence, "shown": "no", "reason": "Not ours to build."}
    )
    assert off.status_code == 303
    text = browser.get(page).text
    assert "Reported by members" not in text
    assert "Not ours to build." in text
    with Session(session.get_bind()) as reader:
        actions = reader.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)).all()
    assert list(actions[-2:]) == ["let a proposal stand", "took a proposal off"]

    address = f"/s/{survey.link}/ideas"
    other = browser.application.test_client()
    told = other.post(address, data={"code": code, "csrf_token": token_of(other, address)})
    assert "A fence around it" in words_of(told.text)
    assert "Taken off the vote. Not ours to build." in words_of(told.text)


def test_hostile_reports_and_reasons_are_refused_or_stand_as_text(
    session: Session, survey: Survey, client: FlaskClient, manager: User, sign_in: SignInAs
) -> None:
    insult = id_of(session, survey, INSULT)
    page = f"/s/{survey.link}/1/report"
    browser = sign_in(manager)
    proposals = f"/c/{survey.community.slug}/surveys/{survey.id}/proposals"
    fields: dict[str, Any] = {
        "csrf_token": token_of(browser, proposals),
        "question": vote_of(survey).id,
        "proposal": insult,
    }
    token = token_of(client, f"{page}?proposal={insult}")
    session.rollback()
    for value in hostile(200 if session.get_bind().dialect.name == "sqlite" else 40):
        for field in ("why", "proposal", "theme"):
            data = {"csrf_token": token, "proposal": insult, "why": "hateful"} | {field: value}
            answer = client.post(page, data=data)
            assert answer.status_code < 500, (field, value)
            assert not shows_raw(answer)
        for then, field in (("show", "reason"), ("show", "shown"), ("show", "proposal"), ("stand", "proposal")):
            typed = {**fields, "shown": "no", "reason": "So."} | {field: value}
            answer = browser.post(f"{proposals}/{then}", data=typed)
            assert answer.status_code < 500, (then, field, value)
            assert not shows_raw(answer)
    assert not shows_raw(browser.get(proposals))
    with Session(session.get_bind()) as reader:
        assert reader.scalar(select(sa.func.count()).select_from(Response)) == 0
        assert not reader.scalars(select(Proposal).where(Proposal.is_by_member)).all()
