"""Reach members by mail: invitations, reminders, and who took part; done by jobs, so that no page waits for a server.

A message is a row, written in the transaction that makes it necessary and unique per campaign and member. The job sends
one after the other and notes each in a transaction of its own: nobody gets the same mail twice unless the process is
killed between the server's "yes" and that note. While a survey is open one job tends it: it notes who took part,
sends the reminders that are due, and closes the survey after its last day.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog
from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.analysis.disclose import disclose, disclose_rows
from surveyapp.communities.models import Member, MemberGroup
from surveyapp.db import now, reading
from surveyapp.errors import BadInput, Conflict
from surveyapp.jobs import Job, JobState, Later, Running, defer
from surveyapp.mail import NotNow, Refused, Server, Unreachable, compose
from surveyapp.responses import invite
from surveyapp.responses.collect import close_survey
from surveyapp.responses.letters import letter
from surveyapp.responses.marks import mark_what_follows
from surveyapp.responses.models import Invitation, Message, MessageState, Participation, Reminder
from surveyapp.settings import Settings
from surveyapp.surveys.models import Anonymity, State, Survey
from surveyapp.throttle import firsts, key_of

BATCH = 10  # members whose taking part is noted together: fewer would tell who answered when (PROMISES 4.4)
TENDED_EVERY = timedelta(minutes=10)
SEND_AGAIN = timedelta(seconds=60)  # after a server could not be reached
SEND_AGAIN_TO_ONE = timedelta(minutes=4)  # after a server said "later" to single addresses
NOT_NOW_IN_A_ROW = 20  # so many addresses in a row: it takes no mail at all
LOOK_EVERY = 50  # mails
TRYING = "The mail server cannot be reached; we go on trying."
BETWEEN_REMINDERS = timedelta(days=14)  # by hand
MOST_REMINDERS = 6

log = structlog.get_logger(__name__)


class NoMail(Conflict):
    """Mail was to be sent by an installation that has no server for it."""


@dataclass(frozen=True)
class Reached:
    """How far the mail of a survey is."""

    waiting: int
    sent: int
    refused: int
    without_address: int  # invited members who can be reached by other channels only
    problems: tuple[tuple[str, str], ...]  # member's name or address, and what the server said; the newest first


def send_invitations(session: Session, survey: Survey, members: Iterable[int], settings: Settings) -> int:
    """Write a mail to each of the invited *members* who can get one; how many that are.

    Raises:
        NoMail: The installation sends none.
    """
    return _write(session, survey, f"survey {survey.id} invitation", members, settings)


def remind(session: Session, survey: Survey, settings: Settings, today: date, *, user_id: int | None) -> int:
    """Remind by hand all who have not been noted; at most every 14 days. How many mails that are.

    Raises:
        Conflict: They were reminded less than 14 days ago, or the survey is not open.
        NoMail: The installation sends none.
    """
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    if survey.state is not State.OPEN:
        raise Conflict("Only an open survey has reminders.")
    last = session.scalar(
        select(func.max(Reminder.begun_on)).where(Reminder.survey_id == survey.id, Reminder.is_by_hand)
    )
    if last is not None and today < last + BETWEEN_REMINDERS:
        again = last + BETWEEN_REMINDERS
        raise Conflict(
            f"People were reminded on {last.day} {last:%B}. By hand, that is possible again on {again.day} {again:%B}."
        )
    session.merge(Reminder(survey_id=survey.id, due_on=today, is_by_hand=True, begun_on=today))
    count = _write_reminders(session, survey, settings, today)
    audit.record(
        session, "reminded members", user_id=user_id, community_id=survey.community_id, survey=survey.id, mails=count
    )
    return count


def plan_reminders(session: Session, survey: Survey, days: Iterable[date], today: date) -> None:
    """Choose the days on which those who have not answered are reminded; those that have begun stay.

    Raises:
        BadInput: A day is past, after the last day to answer, or there are too many.
    """
    wanted = sorted(set(days))
    if len(wanted) > MOST_REMINDERS:
        raise BadInput(f"Choose at most {MOST_REMINDERS} days: more would be a nuisance.")
    for day in wanted:
        if day < today:
            raise BadInput(f"{day.isoformat()} is past. Choose a day from today on.")
        if survey.closes_on and day > survey.closes_on:
            raise BadInput(f"{day.isoformat()} is after the last day to answer.")
    planned = session.scalars(select(Reminder).where(Reminder.survey_id == survey.id)).all()
    for reminder in planned:
        if reminder.begun_on is None and reminder.due_on not in wanted:
            session.delete(reminder)
    known = {reminder.due_on for reminder in planned}
    session.add_all(Reminder(survey_id=survey.id, due_on=day) for day in wanted if day not in known)


def reached(session: Session, survey_id: int) -> Reached:
    """How far the mail of a survey is."""
    states = dict(
        session.execute(
            select(Message.state, func.count()).where(Message.survey_id == survey_id).group_by(Message.state)
        ).all()
    )
    without = (
        select(func.count())
        .select_from(Invitation)
        .join(Member, Member.id == Invitation.member_id)
        .where(Invitation.survey_id == survey_id, Invitation.is_revoked.is_(False), Member.address.is_(None))
    )
    refused = session.execute(
        select(Member.name, Member.address, Message.problem)
        .join(Message, Message.member_id == Member.id)
        .where(Message.survey_id == survey_id, Message.state == MessageState.REFUSED)
        .order_by(Message.id.desc())
        .limit(20)
    )
    return Reached(
        waiting=states.get(MessageState.WAITING, 0),
        sent=states.get(MessageState.SENT, 0),
        refused=states.get(MessageState.REFUSED, 0),
        without_address=session.scalar(without) or 0,
        problems=tuple((name or address or "", problem) for name, address, problem in refused),
    )


def note_participation(
    session: Session, survey: Survey, secret_key: str, today: date, *, is_final: bool = False
) -> int:
    """Note who took part, in shuffled batches, apart from what was said (PROMISES 4.4); how many were added.

    Args:
        session: A transaction in which no answer is written.
        survey: An open one.
        secret_key: The installation's.
        today: The day of the batch.
        is_final: The survey is about to close: what is left is noted, however few.
    """
    new = sorted(invite.answered_by_link(session, survey, secret_key) - invite.noted(session, survey.id))
    least = 1 if is_final or survey.anonymity is not Anonymity.ANONYMOUS else BATCH
    if len(new) < least:
        return 0
    secrets.SystemRandom().shuffle(new)
    session.execute(
        insert(Participation), [{"survey_id": survey.id, "member_id": member, "noted_on": today} for member in new]
    )
    return len(new)


def close(session: Session, survey: Survey, secret_key: str, today: date, *, user_id: int | None = None) -> None:
    """Close a survey: note who took part while that can be told, then seal what was said, and stop its mail."""
    session.refresh(survey, with_for_update=True)
    if survey.state is State.OPEN:
        note_participation(session, survey, secret_key, today, is_final=True)
        mark_what_follows(session, survey)
    close_survey(session, survey, today, user_id=user_id)


def tend_survey(running: Running, survey_id: int) -> None:
    """Note who took part, send the reminders that are due, close after the last day; again while it is open."""
    settings, today = running.settings, now().date()
    with running.sessions.begin() as session:
        survey = session.get_one(Survey, survey_id)
        if survey.state is not State.OPEN:
            return
        if survey.closes_on is not None and today > survey.closes_on:
            close(session, survey, settings.secret_key, today)
            return
        note_participation(session, survey, settings.secret_key, today)
        mark_what_follows(session, survey)
    with running.sessions.begin() as session:
        survey = session.get_one(Survey, survey_id)
        due = session.scalars(
            select(Reminder).where(
                Reminder.survey_id == survey_id, Reminder.due_on <= today, Reminder.begun_on.is_(None)
            )
        ).all()
        for reminder in due:
            reminder.begun_on = today
        if due and settings.mail_host:
            _write_reminders(session, survey, settings, today)
    raise Later(TENDED_EVERY.total_seconds())


def send_mail(running: Running, survey_id: int) -> None:
    """Send the messages of a survey that wait, one after the other."""
    settings = running.settings
    with reading(running.sessions) as session:
        earlier = _sending(survey_id).where(Job.state == JobState.RUNNING, Job.id < running.job_id)
        if session.scalar(earlier.limit(1)) is not None:
            raise Later(2)
        waiting = list(
            session.scalars(
                select(Message.id)
                .where(Message.survey_id == survey_id, Message.state == MessageState.WAITING)
                .order_by(Message.id)
            )
        )
    put_off = in_a_row = left = 0
    with Server(settings) as server:
        for number, message_id in enumerate(waiting):
            if number % LOOK_EVERY == 0:
                running.progress("Sending mail", number, len(waiting))
                left = min(LOOK_EVERY, _left_today(running, survey_id))
            if left <= 0:
                tomorrow = datetime.combine(now().date() + timedelta(days=1), time(), UTC)
                raise Later(
                    (tomorrow - now()).total_seconds(), "A community has sent all mail of a day; on we go tomorrow."
                )
            try:
                _send_one(running, server, message_id)
                left, in_a_row = left - 1, 0
            except NotNow:
                put_off, in_a_row = put_off + 1, in_a_row + 1
            if in_a_row == NOT_NOW_IN_A_ROW:
                raise Later(SEND_AGAIN.total_seconds(), TRYING)
    if put_off:
        raise Later(SEND_AGAIN_TO_ONE.total_seconds(), "Some addresses take no mail at the moment; we go on trying.")


def _left_today(running: Running, survey_id: int) -> int:
    """How many mails the survey's community may still send today (P13)."""
    today = now().date()
    with reading(running.sessions) as session:
        own = select(Survey.community_id).where(Survey.id == survey_id).scalar_subquery()
        sent = select(func.count()).where(Message.community_id == own, Message.sent_on == today)
        return running.settings.mails_per_day - (session.scalar(sent) or 0)


def _send_one(running: Running, server: Server, message_id: int) -> None:
    with reading(running.sessions) as session:
        message = session.get_one(Message, message_id)
        if message.state is not MessageState.WAITING:
            return
        mail = letter(session, message, running.settings)
    state, problem = MessageState.SENT, ""
    if mail is None:
        state = MessageState.STOPPED
    else:
        try:
            server.send(compose(mail[0], running.settings.mail_from, mail[1]))
        except Refused as refusal:
            state, problem = MessageState.REFUSED, str(refusal)
        except NotNow:
            raise
        except Unreachable as trouble:
            log.warning("mail_put_off", survey=message.survey_id, error=type(trouble).__name__)
            raise Later(SEND_AGAIN.total_seconds(), TRYING) from None
    with running.sessions.begin() as session:
        today = now().date()
        sent = session.get_one(Message, message_id)
        sent.state, sent.problem, sent.sent_on = state, problem, today if state is MessageState.SENT else None
        running.goes_on(session)
        if state is MessageState.REFUSED:
            session.execute(update(Member).where(Member.id == sent.member_id).values(bounced_on=today))


def _write_reminders(session: Session, survey: Survey, settings: Settings, today: date) -> int:
    invited = select(Invitation.member_id).where(Invitation.survey_id == survey.id, Invitation.is_revoked.is_(False))
    waiting = set(session.scalars(invited)) - invite.noted(session, survey.id)
    return _write(session, survey, f"survey {survey.id} reminder {today.isoformat()}", waiting, settings)


def _write(session: Session, survey: Survey, campaign: str, members: Iterable[int], settings: Settings) -> int:
    """Write a message to each member who has an address and wants mail, once per campaign; let a job send them."""
    if not settings.mail_host:
        raise NoMail("This installation sends no mail yet: set mail_host and mail_from, or hand out the list of links.")
    had_it = select(Message.member_id).where(Message.campaign == campaign)
    wanted = session.execute(
        select(Member.id, Member.address_key)
        .where(
            Member.id.in_(list(members)),
            Member.address.is_not(None),
            Member.left_on.is_(None),
            Member.is_unsubscribed.is_(False),
            Member.bounced_on.is_(None),
            Member.id.not_in(had_it),
        )
        .order_by(Member.id)
    ).all()
    keys = {row.id: key_of(settings.secret_key, "mail", f"{campaign} {row.address_key}") for row in wanted}
    new = firsts(session, list(keys.values()), timedelta(days=1), now())  # nor to one who was erased and added again
    chosen = [member for member, key in keys.items() if key in new]
    if not chosen:
        return 0
    common = {"community_id": survey.community_id, "survey_id": survey.id, "campaign": campaign}
    session.execute(insert(Message), [common | {"member_id": member_id} for member_id in chosen])
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())  # of two who ask, one waits
    if session.scalar(_sending(survey.id).where(Job.state == JobState.QUEUED).limit(1)) is None:
        key = f"send mail {survey.id} {secrets.token_hex(8)}"
        defer(session, "send_mail", key=key, community_id=survey.community_id, survey_id=survey.id)
    return len(chosen)


def _sending(survey_id: int) -> Select[int]:
    return select(Job.id).where(Job.task == "send_mail", Job.key.startswith(f"send mail {survey_id} "))


@dataclass(frozen=True)
class Taken:
    """How many of a group's invited members took part; None where that would tell of too few (R7)."""

    name: str
    invited: int | None
    answered: int | None


def participation(session: Session, survey: Survey) -> dict[str, list[Taken]]:
    """Who took part, by the kinds of groups that the community looks at.

    As in all breakdowns no group below the quote group is told of, and nothing that follows by subtraction (R7): those
    in no group of a kind are one group more, that can be had from all who took part.
    """
    shown = {}
    everybody = invite.participation_of_all(session, [survey.id])[survey.id]
    for kind in group_kinds(session, survey.community_id):
        counted = invite.participation_by_group(session, survey, kind)
        groups = list(counted.values())
        rest = tuple(whole - sum(group[part] for group in groups) for part, whole in enumerate(everybody))
        if rest[1]:
            groups.append((rest[0], rest[1]))
        invited = disclose([there for _, there in groups], survey.quote_group)
        is_split = disclose_rows([(took, there - took) for took, there in groups], survey.smallest_group)
        shown[kind] = [
            Taken(name, there, took if there is not None and is_told else None)
            for name, (took, _), there, is_told in zip(counted, groups, invited, is_split, strict=False)
        ]
    return shown


def participation_of_all(session: Session, surveys: Sequence[Survey]) -> dict[int, Taken]:
    """How many of those who were invited took part, per survey; None where few did, or few did not (R7)."""
    counted = invite.participation_of_all(session, [survey.id for survey in surveys])
    shown = {}
    for survey in surveys:
        took, there = counted[survey.id]
        (is_told,) = disclose_rows([(took, there - took)], survey.smallest_group)
        shown[survey.id] = Taken(survey.title, there, took if is_told else None)
    return shown


def group_kinds(session: Session, community_id: int) -> list[str]:
    """The kinds of groups that members were given."""
    kinds = (
        select(MemberGroup.kind)
        .join(Member, Member.id == MemberGroup.member_id)
        .where(Member.community_id == community_id)
        .distinct()
        .order_by(MemberGroup.kind)
    )
    return list(session.scalars(kinds))


def participation_by_day(session: Session, survey_id: int) -> list[tuple[date, int]]:
    """How many members were noted on each day, and before: the days of batches, not of answers."""
    rows = session.execute(
        select(Participation.noted_on, func.count())
        .where(Participation.survey_id == survey_id)
        .group_by(Participation.noted_on)
        .order_by(Participation.noted_on)
    )
    return [(day, count) for day, count in rows]


def reminders(session: Session, survey_id: int) -> list[Reminder]:
    """The days on which reminders went out, or will."""
    return list(session.scalars(select(Reminder).where(Reminder.survey_id == survey_id).order_by(Reminder.due_on)))


def count_members(session: Session, community_id: int) -> int:
    """How many members a community has at the moment."""
    count = select(func.count()).select_from(Member)
    return session.scalar(count.where(Member.community_id == community_id, Member.left_on.is_(None))) or 0
