"""Members are reached by mail once each, whatever their server does; that they took part is noted apart (R6, P3)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community, Member
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.jobs import Job, JobState, Worker
from surveyapp.responses import invite, letters, reach
from surveyapp.responses.collect import send
from surveyapp.responses.models import Invitation, Message, MessageState, Participation, Reminder, Response
from surveyapp.settings import Settings, load
from surveyapp.surveys.models import State, Survey, Translation
from tests.factories import make_survey
from tests.smtp import PostOffice

TODAY = date(2026, 3, 3)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, office: PostOffice) -> Settings:
    return load(
        tmp_path / "mail",
        {},
        mail_host="127.0.0.1",
        mail_port=str(office.port),
        mail_encryption="none",
        mail_from="surveys@example.org",
        public_url="https://surveys.example.org",
    )


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def add_members(session: Session, community: Community, number: int, **given: str) -> list[Member]:
    members = [
        Member(
            community_id=community.id,
            name=f"Member {n}",
            address=f"m{n}@example.org",
            address_key=f"m{n}@example.org",
            **given,
        )
        for n in range(number)
    ]
    session.add_all(members)
    session.commit()
    return members


def invite_all(session: Session, survey: Survey, settings: Settings) -> int:
    members = invite.invite(session, survey, settings.secret_key, user_id=None)
    count = reach.send_invitations(session, survey, members, settings)
    session.commit()
    return count


def work(sessions: sessionmaker[Session], settings: Settings) -> None:
    """Do what is queued, as if the waiting times were over."""
    with sessions.begin() as session:
        session.execute(update(Job).where(Job.task == "send_mail").values(run_after=text("CURRENT_TIMESTAMP")))
    Worker(sessions, settings=settings).run_all()


def link_in(mail: object) -> str:
    found = re.search(r"https://surveys\.example\.org/a/([\w-]{43})\s", str(mail))
    assert found
    return found[1]


def text_of(mail: object) -> str:
    return mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined,no-any-return]


def test_everybody_gets_one_mail_with_a_link_of_their_own(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    add_members(session, community, 12)
    assert invite_all(session, survey, settings) == 12
    assert office.mails == []  # the page that invites waits for no server
    work(sessions, settings)
    work(sessions, settings)
    assert sorted(office.addresses) == sorted(f"m{n}@example.org" for n in range(12))
    assert len({link_in(text_of(mail)) for mail in office.mails}) == 12
    assert len({mail["Message-ID"] for mail in office.mails}) == 12
    mail = office.mails[0]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://surveys.example.org/unsubscribe/")
    assert "anonymous" in text_of(mail)
    assert invite_all(session, survey, settings) == 0  # everybody has one


def test_p7a_no_secret_of_a_link_is_in_the_database(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    add_members(session, community, 3)
    invite_all(session, survey, settings)
    work(sessions, settings)
    secrets = [link_in(text_of(mail)) for mail in office.mails]
    tables = (
        session.scalars(select(func.count()).select_from(Job)).one(),
        *(
            str(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("job", "message", "invitation", "member", "audit_entry")
        ),
    )
    assert len(set(secrets)) == 3
    assert not [secret for secret in secrets if any(secret in str(table) for table in tables)]
    assert {invite.find_invitation(session, secret).survey_id for secret in secrets} == {survey.id}
    with pytest.raises(NotFound):
        invite.find_invitation(session, secrets[0].swapcase())


def test_p3b_a_server_that_is_away_holds_nobody_up_and_loses_nothing(
    session: Session, sessions: sessionmaker[Session], community: Community, survey: Survey, settings: Settings
) -> None:
    add_members(session, community, 5)
    away = PostOffice()
    lost = replace(settings, mail_port=away.port)
    invite_all(session, survey, lost)
    for _ in range(5):  # more often than a job may fail
        work(sessions, lost)
    session.expire_all()
    job = session.scalars(select(Job).where(Job.task == "send_mail")).one()
    assert job.state is JobState.QUEUED
    assert "cannot be reached" in job.step
    session.rollback()
    with away:
        work(sessions, lost)
    assert sorted(away.addresses) == sorted(f"m{n}@example.org" for n in range(5))


def test_a_server_that_says_later_gets_the_same_mail_later(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    add_members(session, community, 3)
    office.manner = lambda address: "451 Come again" if address.startswith("m1") else "250 OK"
    invite_all(session, survey, settings)
    work(sessions, settings)
    assert "m1@example.org" not in office.addresses
    office.manner = lambda address: "250 OK"
    work(sessions, settings)
    assert sorted(office.addresses) == [f"m{n}@example.org" for n in range(3)]


def test_p3b_an_address_that_is_refused_for_good_is_tried_once_and_gets_no_more(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    tried: list[str] = []

    def manner(address: str) -> str:
        tried.append(address)
        return "550 No such user" if address.startswith("m1") else "250 OK"

    office.manner = manner
    add_members(session, community, 3)
    invite_all(session, survey, settings)
    work(sessions, settings)
    reach.remind(session, survey, settings, TODAY, user_id=None)
    session.commit()
    work(sessions, settings)
    assert tried.count("m1@example.org") == 1
    assert sorted(office.addresses) == ["m0@example.org"] * 2 + ["m2@example.org"] * 2
    assert reach.reached(session, survey.id).problems[0][0] == "Member 1"
    assert "No such user" in reach.reached(session, survey.id).problems[0][1]


def test_a_server_killed_in_the_middle_of_a_campaign_gets_the_rest_once(
    session: Session, sessions: sessionmaker[Session], community: Community, survey: Survey, settings: Settings
) -> None:
    add_members(session, community, 20)
    first = PostOffice()
    theirs = replace(settings, mail_port=first.port)

    def manner(address: str) -> str:
        if len(first.mails) >= 7:
            return "421 Shutting down"
        return "250 OK"

    first.manner = manner
    invite_all(session, survey, theirs)
    with first:
        work(sessions, theirs)
    second = PostOffice()
    second.port = first.port
    with second:
        work(sessions, theirs)
    assert len(first.mails) == 7
    assert sorted(first.addresses + second.addresses) == sorted(f"m{n}@example.org" for n in range(20))


def test_r6_who_took_part_is_noted_in_batches_and_at_closing(
    session: Session, sessions: sessionmaker[Session], community: Community, survey: Survey, settings: Settings
) -> None:
    add_members(session, community, 15)
    invite_all(session, survey, settings)
    secrets = [secret for _, secret in invite.links(session, survey, settings.secret_key)]
    for secret in secrets[:9]:
        came = invite.find_invitation(session, secret)
        assert came.member_id is None
        send(session, survey, came.code(survey), {}, giver=came.giver, today=TODAY)
    session.commit()
    assert reach.note_participation(session, survey, settings.secret_key, TODAY) == 0
    came = invite.find_invitation(session, secrets[9])
    send(session, survey, came.code(survey), {}, giver=came.giver, today=TODAY)
    assert reach.note_participation(session, survey, settings.secret_key, TODAY) == 10
    assert reach.note_participation(session, survey, settings.secret_key, TODAY) == 0
    came = invite.find_invitation(session, secrets[10])
    send(session, survey, came.code(survey), {}, giver=came.giver, today=TODAY)
    reach.close(session, survey, settings.secret_key, TODAY)
    session.commit()
    assert len(invite.noted(session, survey.id)) == 11
    assert set(session.scalars(select(Response.member_id))) == {None}
    assert set(session.scalars(select(Invitation.nonce))) == {None}
    assert session.scalar(select(Survey.answer_key)) is None


def test_one_link_takes_one_answer_however_often_it_is_sent(
    session: Session, community: Community, survey: Survey, settings: Settings
) -> None:
    add_members(session, community, 1)
    invite.invite(session, survey, settings.secret_key, user_id=None)
    ((_, secret),) = invite.links(session, survey, settings.secret_key)
    stored = []
    for _ in range(3):
        came = invite.find_invitation(session, secret)
        stored.append(send(session, survey, came.code(survey), {}, giver=came.giver, today=TODAY))
    assert len({response.id for response in stored}) == 1
    assert [response.is_late for response in stored] == [False, True, True]
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_reminders_go_to_those_who_are_not_noted_and_by_hand_every_14_days(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    members = add_members(session, community, 4)
    invite_all(session, survey, settings)
    work(sessions, settings)
    session.add(Participation(survey_id=survey.id, member_id=members[0].id, noted_on=TODAY))
    members[1].is_unsubscribed = True
    office.mails.clear()
    assert reach.remind(session, survey, settings, TODAY, user_id=None) == 2
    session.commit()
    with pytest.raises(Conflict, match="17 March"):
        reach.remind(session, survey, settings, TODAY + timedelta(days=13), user_id=None)
    members[3].is_unsubscribed = True  # between the pressed button and the sending
    session.commit()
    work(sessions, settings)
    assert office.addresses == ["m2@example.org"]
    assert "Still open" in office.mails[0]["Subject"]
    states = session.scalars(select(Message.state).where(Message.member_id == members[3].id).order_by(Message.id))
    assert list(states)[-1] is MessageState.STOPPED


def test_a_survey_is_tended_reminded_on_its_days_and_closed_after_its_last(
    session: Session, sessions: sessionmaker[Session], community: Community, office: PostOffice, settings: Settings
) -> None:
    survey = make_survey(session, community)
    add_members(session, community, 2)
    invite_all(session, survey, settings)
    session.add(Reminder(survey_id=survey.id, due_on=date(2026, 3, 9)))
    session.commit()

    def tended() -> None:
        with sessions.begin() as writer:
            writer.execute(update(Job).values(run_after=text("CURRENT_TIMESTAMP")))
        Worker(sessions, settings=settings).run_all()
        with sessions.begin() as writer:
            writer.execute(update(Job).values(run_after=text("CURRENT_TIMESTAMP")))
        work(sessions, settings)
        session.expire_all()

    tended()
    assert len(office.mails) == 4
    tended()
    assert len(office.mails) == 4  # a day's reminder goes out once
    assert survey.closed_on is None
    survey.closes_on = date(2026, 3, 10)
    session.commit()
    tended()
    assert survey.state is State.CLOSED


def test_reminder_days_lie_between_today_and_the_last_day(session: Session, community: Community) -> None:
    survey = make_survey(session, community)
    survey.closes_on = TODAY + timedelta(days=10)
    reach.plan_reminders(session, survey, [TODAY + timedelta(days=5)], TODAY)
    reach.plan_reminders(session, survey, [TODAY + timedelta(days=7)], TODAY)
    session.flush()
    assert [reminder.due_on for reminder in reach.reminders(session, survey.id)] == [TODAY + timedelta(days=7)]
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=11)):
        with pytest.raises(BadInput, match=day.isoformat()):
            reach.plan_reminders(session, survey, [day], TODAY)


def test_the_mail_speaks_the_members_language_where_the_survey_does(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    survey.languages, survey.purpose = ["ar", "de"], "To choose."
    session.add(Translation(survey_id=survey.id, language="ar", place="title", text="قيمنا"))
    for member, language in zip(add_members(session, community, 2), ("ar", "de"), strict=True):
        member.language = language
    session.commit()
    invite_all(session, survey, settings)
    work(sessions, settings)
    mail, german = sorted(office.mails, key=lambda one: one["Content-Language"])
    assert german["Subject"] == f"{survey.title}: Was meinst du?"
    assert "قيمنا" in mail["Subject"]
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert '<html lang="ar" dir="rtl">' in html
    assert f'<p lang="en" dir="ltr">{survey.purpose}</p>' in html  # falls back, and says so


def test_p18c_a_name_adds_no_header_and_is_no_template(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    survey: Survey,
    office: PostOffice,
    settings: Settings,
) -> None:
    (member,) = add_members(session, community, 1)
    member.name = "Ada\r\nBcc: all@example.org {{7*7}} %s {0.__class__}"
    survey.title = "Spring {title}\r\nX-Evil: yes"
    invite_all(session, survey, settings)
    work(sessions, settings)
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert office.addresses == ["m0@example.org"]
    assert "{{7*7}} %s {0.__class__}" in text_of(mail)


def test_rfc_8058_one_post_ends_the_mail_and_a_look_ends_nothing(
    app: Flask, session: Session, community: Community
) -> None:
    (member,) = add_members(session, community, 1)
    token = letters.unsubscribe_token(app.extensions["surveyapp"].settings.secret_key, member.id)
    session.rollback()
    client = app.test_client()
    assert client.get(f"/unsubscribe/{token}").status_code == 200
    assert client.head(f"/unsubscribe/{token}").status_code == 200
    session.rollback()
    assert not member.is_unsubscribed
    number = member.id
    session.rollback()
    for wrong in (token[:-1] + "x", "1-", "٣-abc", "x", f"{number + 1}-{token.partition('-')[2]}"):
        assert client.post(f"/unsubscribe/{wrong}").status_code == 404
    answer = client.post(
        f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 200
    session.expire_all()
    assert member.is_unsubscribed
