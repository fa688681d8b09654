"""Notes of conversations: entered, changed and removed by managers, and never mixed with members' answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community, RoleKind
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.reports.survey_report import build
from surveyapp.responses import collect, marks, take_in
from surveyapp.responses.invite import invite
from surveyapp.responses.models import Answer, Conversation, Response, Source, Talk
from surveyapp.responses.notes import Held, NotForNotes, change, note, noted, notes_of, remove, what_was_said
from surveyapp.review.rank import ensure_candidates
from surveyapp.surveys.at_link import survey_at
from surveyapp.surveys.compose import copy_survey
from surveyapp.surveys.design import open_survey, takes_answers
from surveyapp.surveys.foreign import build as build_foreign
from surveyapp.surveys.models import Survey
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.surveys.surveyjs import read_surveyjs, write_surveyjs
from surveyapp.themes.models import Statement
from tests.conftest import SignInAs, token_of
from tests.factories import SECRET_KEY, make_survey, make_user
from tests.planted import Planted, candidate_of, make_run
from tests.themes.village import BUS, FIRST, findings, grouped

TODAY = date(2026, 3, 4)
GROUP = Held(Talk.FOCUS_GROUP, people=8, held_on=date(2026, 3, 3), may_quote=True)


def make_notes(session: Session, community: Community, *, is_open: bool = True) -> Survey:
    survey = READY_MADE["notes_of_a_conversation"].make(session, community)
    if is_open:
        open_survey(session, survey, date(2026, 3, 2))
    session.commit()
    return survey


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_notes(session, community)


def said(survey: Survey, *ideas: str, more: str | None = None) -> dict[int, Any]:
    """What was said, by question: ideas, and something else."""
    proposals, *_, last = survey.questions
    contents = [{"idea": idea, "value": None, "help": None} for idea in ideas]
    return {proposals.id: contents or None, last.id: more}


def test_notes_are_kept_changed_and_removed_with_an_entry_in_the_log(
    session: Session, survey: Survey, manager: User
) -> None:
    made = note(session, survey, GROUP, said(survey, "A bench", more="Cold."), user_id=manager.id, today=TODAY)
    interview = Held(Talk.INTERVIEW, people=1, held_on=TODAY)
    note(session, survey, interview, said(survey, "A bus"), user_id=manager.id, today=TODAY)
    session.commit()

    assert [(one.talk, one.people) for one in notes_of(session, survey)] == [(Talk.INTERVIEW, 1), (Talk.FOCUS_GROUP, 8)]
    assert (noted(session, survey.id).conversations, noted(session, survey.id).people) == (2, 9)
    assert marks.sources(session, survey.id) == {Source.CONVERSATION: 2}
    assert what_was_said(session, made) == {k: v for k, v in said(survey, "A bench", more="Cold.").items() if v}
    assert made.response.may_quote

    change(session, survey, made, interview, said(survey, more="Warm."), user_id=manager.id, today=TODAY)
    session.commit()
    assert what_was_said(session, made) == {survey.questions[-1].id: "Warm."}
    assert not made.response.may_quote

    remove(session, survey, made, user_id=manager.id, today=TODAY)
    session.commit()
    assert noted(session, survey.id).conversations == 1
    assert collect.count_sent(session, survey.id) == 1
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)).all()
    assert [a for a in actions if "note" in a] == ["noted a conversation"] * 2 + ["changed notes", "removed notes"]


def test_r8_a_form_that_is_sent_twice_is_kept_once(session: Session, survey: Survey) -> None:
    first, second = (note(session, survey, GROUP, said(survey, "A bench"), form="a" * 64, today=TODAY) for _ in "12")
    assert first is second
    assert noted(session, survey.id).conversations == 1


@pytest.mark.parametrize(
    ("held", "words", "reason"),
    [
        (GROUP, None, "Write down what was said"),
        (Held(Talk.MEETING, 0, TODAY), "Cold.", "How many people"),
        (Held(Talk.MEETING, 10_001, TODAY), "Cold.", "How many people"),
        (Held(Talk.MEETING, 9, TODAY + timedelta(days=1)), "Cold.", "still to come"),
    ],
)
def test_notes_that_tell_nothing_or_cannot_be_are_refused(
    session: Session, survey: Survey, held: Held, words: str | None, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        note(session, survey, held, said(survey, more=words), today=TODAY)
    assert noted(session, survey.id).conversations == 0


def test_only_an_open_survey_of_notes_takes_them(session: Session, community: Community, survey: Survey) -> None:
    draft, members = make_notes(session, community, is_open=False), make_survey(session, community)
    made = note(session, survey, GROUP, said(survey, "A bench"), today=TODAY)
    for other, reason in ((draft, "draft"), (members, "Members answer this survey")):
        with pytest.raises(NotForNotes, match=reason):
            note(session, other, GROUP, {other.questions[-1].id: "Cold."}, today=TODAY)
    collect.close_survey(session, survey, TODAY)
    session.commit()
    for what in (
        lambda: note(session, survey, GROUP, said(survey, "A bus"), today=TODAY),
        lambda: change(session, survey, made, GROUP, said(survey, "A bus"), today=TODAY),
        lambda: remove(session, survey, made, today=TODAY),
    ):
        with pytest.raises(NotForNotes, match="closed"):
            what()
    session.refresh(made)
    assert what_was_said(session, made)  # sealing wrote its row anew, and it is still there
    assert made.response.source is Source.CONVERSATION


def test_no_member_answers_a_survey_of_notes(session: Session, survey: Survey, client: FlaskClient) -> None:
    assert not takes_answers(survey, TODAY)
    with pytest.raises(NotFound):
        survey_at(session, survey.link)
    assert client.get(f"/s/{survey.link}").status_code == 404
    assert client.get(f"/s/{survey.link}/qr.svg").status_code == 404
    with pytest.raises(Conflict, match="Nobody answers this survey"):
        invite(session, survey, SECRET_KEY, user_id=None)
    with pytest.raises(take_in.NotOpen, match="notes of conversations only"):
        take_in.must_be_open(survey)


@pytest.mark.parametrize("source", [Source.OPEN_LINK, Source.PERSONAL_LINK, Source.CONVERSATION])
def test_the_database_keeps_notes_and_answers_apart(
    session: Session, community: Community, survey: Survey, source: Source
) -> None:
    members = make_survey(session, community)
    wrong = members if source is Source.CONVERSATION else survey
    row = {"id": "0" * 32, "form_key": "x" * 64, "source": source, "is_sent": True}
    session.add(Response(survey_id=wrong.id, **row))
    with pytest.raises(DBAPIError, match="kept apart"):
        session.flush()
    session.rollback()
    session.add(Response(survey_id=(survey if source is Source.CONVERSATION else members).id, **row))
    session.commit()
    other = Source.OPEN_LINK if source is Source.CONVERSATION else Source.CONVERSATION
    with pytest.raises(DBAPIError, match="kept apart"):
        session.execute(update(Response).where(Response.id == row["id"]).values(source=other))
    session.rollback()
    with pytest.raises(DBAPIError, match="stays one of notes"):
        session.execute(text(f"UPDATE survey SET is_of_notes = NOT is_of_notes WHERE id = {members.id}"))
    session.rollback()


def test_a_copy_and_a_file_of_a_survey_of_notes_are_for_notes(
    session: Session, community: Community, survey: Survey
) -> None:
    assert copy_survey(session, survey, title="Again").is_of_notes
    foreign = read_surveyjs(write_surveyjs(survey, {}))
    assert foreign.left_out == []
    assert build_foreign(session, community, foreign, smallest_group=5, quote_group=10).is_of_notes


def test_notes_are_counted_by_conversations_and_the_report_says_so(
    session: Session, sessions: sessionmaker[Session], survey: Survey
) -> None:
    for idea in FIRST:
        note(session, survey, GROUP, said(survey, idea), today=TODAY)
    session.commit()
    run = grouped(session, sessions, survey)
    assert run.people == len(FIRST)
    assert findings(session, run)
    assert set(session.scalars(select(Statement.text).where(Statement.run_id == run.id))) >= {BUS[0]}
    report = build(session, run)
    assert report.participation is not None
    assert report.participation.is_of_notes
    told = [report.headlines[0].name, *(note.text for note in report.methods), *(e.text for e in report.ledger)]
    assert told[0] == "Conversations"
    assert any("read conversations" in words for words in told)
    assert not any("open link" in words for words in told)
    gone = notes_of(session, survey)[0]
    words = [one["idea"] for one in what_was_said(session, gone)[survey.questions[0].id]]
    remove(session, survey, gone, today=TODAY)
    session.commit()
    assert not session.scalars(select(Statement.number).where(Statement.text.in_(words))).all()


# pages


def keep(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    facts = {"talk": "meeting", "people": "12", "held_on": "2026-03-03"}
    return client.post(path, data={"csrf_token": token_of(client, path), **facts, **typed})


def test_a_manager_enters_changes_and_removes_notes_on_the_pages(
    session: Session, survey: Survey, manager: User, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    base = f"/c/{survey.community.slug}"
    page = client.get(f"{base}/surveys/{survey.id}/notes").text
    assert "No notes yet" in page
    new = f"{base}/surveys/{survey.id}/notes/new"
    first, last = survey.questions[0].id, survey.questions[-1].id
    wrong = keep(
        client, new, people="many", held_on="", **{f"q{last}": "The hall is cold.", f"q{first}_2_offer": "A van"}
    )
    assert wrong.status_code == 422
    for words in ("Please write a whole number", "Say on which day", "Write the idea", "The hall is cold.", "A van"):
        assert words in wrong.text
    empty = keep(client, new)
    assert (empty.status_code, "Write down what was said" in empty.text) == (422, True)
    idea = {f"q{first}_1_idea": "A bench", f"q{first}_1_help": "yes", f"q{first}_1_offer": "A saw"}
    assert keep(client, new, **idea, may_quote="yes").status_code == 303
    page = client.get(f"{base}/surveys/{survey.id}/notes").text
    assert "1 conversation</h2>" in page
    assert "12 people were there" in page

    (made,) = notes_of(session, survey)
    path = f"{base}/notes/{made.id}"
    session.rollback()  # SQLite: what reads on holds up whoever writes
    page = client.get(path).text
    assert 'value="A saw"' in page
    assert "A bench</textarea>" in page
    assert keep(client, path, people="3", **{f"q{last}": "Warm."}).status_code == 303
    session.expire_all()
    assert (made.people, made.response.may_quote) == (3, False)
    assert what_was_said(session, made) == {last: "Warm."}
    session.rollback()
    gone = client.post(f"{path}/remove", data={"csrf_token": token_of(client, path)})
    assert gone.status_code == 303
    assert client.get(path).status_code == 404
    session.expire_all()
    assert session.scalars(select(Conversation.id)).all() == []
    assert session.scalars(select(Answer.question_id)).all() == []


def test_a_form_that_is_sent_again_by_the_page_is_kept_once(
    session: Session, survey: Survey, manager: User, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    new = f"/c/{survey.community.slug}/surveys/{survey.id}/notes/new"
    page = client.get(new).text
    key = page.partition('name="key" value="')[2][:64]
    for _ in range(2):
        assert keep(client, new, key=key, **{f"q{survey.questions[-1].id}": "Cold."}).status_code == 303
    assert noted(session, survey.id).conversations == 1


def test_what_is_required_must_be_there_and_a_closed_survey_is_only_read(
    session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = make_notes(session, community, is_open=False)
    survey.questions[-1].is_required = True
    open_survey(session, survey, date(2026, 3, 2))
    session.commit()
    client, slug = sign_in(manager), community.slug
    new = f"/c/{slug}/surveys/{survey.id}/notes/new"
    idea = {f"q{survey.questions[0].id}_1_idea": "A bench"}
    assert keep(client, new, **idea).status_code == 422
    assert keep(client, new, **idea, **{f"q{survey.questions[-1].id}": "Cold."}).status_code == 303
    token = token_of(client, new)
    with Session(session.get_bind()) as writer:
        again = writer.get_one(Survey, survey.id)
        (made,) = notes_of(writer, again)
        number, last = made.id, again.questions[-1].id
        collect.close_survey(writer, again, now().date())
        writer.commit()
    page = client.get(f"/c/{slug}/notes/{number}").text
    assert "its notes stand as they are" in page
    assert "Keep the notes" not in page
    assert client.get(new).status_code == 303
    whole = {"talk": "meeting", "people": "1", "held_on": "2026-03-03", f"q{last}": "Cold."}
    for path in (new, f"/c/{slug}/notes/{number}"):
        late = client.post(path, data={"csrf_token": token, **whole})
        assert (late.status_code, "Cold." in late.text) == (409, True)
    assert client.post(f"/c/{slug}/notes/{number}/remove", data={"csrf_token": token}).status_code == 409


def test_pages_say_what_is_counted_and_lead_to_the_notes(
    session: Session, community: Community, survey: Survey, manager: User, sign_in: SignInAs
) -> None:
    for number in range(6):
        note(session, survey, GROUP, said(survey, f"A bench {number}"), today=TODAY)
    make_run(session, community, survey=None, themes=[Planted("Lamps by the road", 12)])
    session.commit()
    client = sign_in(manager)
    base = f"/c/{community.slug}"
    collected = client.get(f"{base}/surveys/{survey.id}/collect").text
    assert "Open link" not in collected
    assert f"{base}/surveys/{survey.id}/notes" in collected
    assert "read conversations" in client.get(f"{base}/surveys/{survey.id}/results").text
    listed = client.get(f"{base}/surveys").text
    assert "Enter notes" in listed
    assert "6 conversations" in client.get(f"{base}/surveys/{survey.id}/results").text
    other = candidate_of(session, community, "Lamps by the road")
    page = client.get(f"{base}/review/{other.id}").text
    assert "From notes of conversations" not in page
    leader = sign_in(make_user(session, community=community, kind=RoleKind.LEADER))
    assert leader.get(f"{base}/surveys/{survey.id}/notes").status_code == 403
    assert "/notes" not in leader.get(f"{base}/surveys/{survey.id}/collect").text
    members = make_survey(session, community)
    assert "Members answer this survey" in client.get(f"{base}/surveys/{members.id}/notes").text


def test_a_candidate_from_notes_is_marked_wherever_it_is_counted(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    manager: User,
    sign_in: SignInAs,
) -> None:
    for idea in FIRST:
        note(session, survey, GROUP, said(survey, idea), today=TODAY)
    session.commit()
    run = grouped(session, sessions, survey)
    ensure_candidates(session, run)
    session.commit()
    client = sign_in(manager)
    base = f"/c/{survey.community.slug}"
    board = client.get(f"{base}/review").text
    assert "From notes of conversations" in board
    assert "</b> conversations" in board
    assert "From notes of conversations" in client.get(f"{base}/overview").text
