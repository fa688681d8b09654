"""Notes of conversations: what was said in an interview, a focus group or a meeting, entered by a manager.

They stand in surveys of their own, which no link leads to and no member answers; the database keeps it so. A
conversation counts once, however many people were there, and whoever reads a figure of such a survey is told so.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, joinedload

from surveyapp import audit
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.responses.models import Answer, Conversation, Response, Source, Talk
from surveyapp.surveys.design import is_open_on
from surveyapp.surveys.models import Survey

MOST_PEOPLE = 10_000


class NotForNotes(Conflict):
    """Notes were to be kept in a survey that takes none: one for members, a draft, or one that is closed."""


@dataclass(frozen=True)
class Held:
    """A conversation: what kind, how many were there, on which day; and whether their words may be quoted."""

    talk: Talk
    people: int
    held_on: date
    may_quote: bool = False


@dataclass(frozen=True)
class Noted:
    """How many conversations a survey has notes of, and how many people were there."""

    conversations: int
    people: int


def note(
    session: Session,
    survey: Survey,
    held: Held,
    answers: Mapping[int, Any],
    *,
    form: str = "",
    user_id: int | None = None,
    today: date | None = None,
) -> Conversation:
    """Keep the notes of a conversation; those of one *form* once, however often it is sent (R8).

    Args:
        session: The caller's.
        survey: An open one of notes.
        held: The conversation.
        answers: What was said, content by question (surveys/kinds.py), checked.
        form: 64 random hexadecimal digits that the form was given; a new one if it was given none.
        user_id: Who enters them; None for the command line.
        today: The day, if not this one.

    Raises:
        NotForNotes: If the survey takes no notes.
        BadInput: If nothing was said, nobody was there, or the day is to come.
    """
    form = form or secrets.token_hex(32)
    today = today or now().date()
    _hold(session, survey, today)
    _check(held, answers, today)
    before = session.scalar(
        select(Conversation).join(Response).where(Response.survey_id == survey.id, Response.form_key == form)
    )
    if before is not None:
        return before
    response = Response(
        id=secrets.token_hex(16),
        survey_id=survey.id,
        form_key=form,
        source=Source.CONVERSATION,
        is_sent=True,
        may_quote=held.may_quote,
    )
    conversation = Conversation(
        community_id=survey.community_id,
        survey_id=survey.id,
        response=response,
        talk=held.talk,
        people=held.people,
        held_on=held.held_on,
        user_id=user_id,
        entered_at=now(),
    )
    session.add(conversation)
    session.flush()
    _write(session, survey, response.id, answers)
    _record(session, "noted a conversation", conversation, user_id)
    return conversation


def change(
    session: Session,
    survey: Survey,
    conversation: Conversation,
    held: Held,
    answers: Mapping[int, Any],
    *,
    user_id: int | None = None,
    today: date | None = None,
) -> None:
    """Put other notes in the place of those of a conversation. Arguments and errors are those of note()."""
    today = today or now().date()
    _hold(session, survey, today)
    _check(held, answers, today)
    conversation.talk, conversation.people, conversation.held_on = held.talk, held.people, held.held_on
    conversation.response.may_quote = held.may_quote
    session.execute(delete(Answer).where(Answer.response_id == conversation.response_id))
    _write(session, survey, conversation.response_id, answers)
    _record(session, "changed notes", conversation, user_id)


def remove(
    session: Session,
    survey: Survey,
    conversation: Conversation,
    *,
    user_id: int | None = None,
    today: date | None = None,
) -> None:
    """Delete the notes of a conversation, with what a run of the analysis kept of their words.

    Raises:
        NotForNotes: If the survey is closed: then its results stand.
    """
    _hold(session, survey, today or now().date())
    _record(session, "removed notes", conversation, user_id)
    session.delete(conversation.response)
    session.flush()


def notes_of(session: Session, survey: Survey) -> list[Conversation]:
    """The conversations that a survey has notes of, the newest first."""
    return list(
        session.scalars(
            select(Conversation)
            .where(Conversation.survey_id == survey.id)
            .options(joinedload(Conversation.response))
            .order_by(Conversation.held_on.desc(), Conversation.id.desc())
        )
    )


def noted(session: Session, survey_id: int) -> Noted:
    """How many conversations there are notes of."""
    count = select(func.count(), func.coalesce(func.sum(Conversation.people), 0))
    conversations, people = session.execute(count.where(Conversation.survey_id == survey_id)).one()
    return Noted(conversations, people)


def what_was_said(session: Session, conversation: Conversation) -> dict[int, Any]:
    """The notes of a conversation: content by question."""
    rows = session.execute(
        select(Answer.question_id, Answer.content).where(Answer.response_id == conversation.response_id)
    )
    return dict(rows.all())


def takes_notes(survey: Survey, today: date) -> bool:
    """Whether notes can be entered, changed and removed today."""
    return survey.is_of_notes and is_open_on(survey.state, survey.closes_on, today)


def _hold(session: Session, survey: Survey, today: date) -> None:
    """See that the survey takes notes, and let nobody close it, or send the same form, before this is over."""
    session.refresh(survey, with_for_update=True)
    if not survey.is_of_notes:
        raise NotForNotes("Members answer this survey. Notes of conversations go into a survey of their own.")
    if not takes_notes(survey, today):
        raise NotForNotes("This survey takes no notes at the moment: it is a draft, or closed.")


def _check(held: Held, answers: Mapping[int, Any], today: date) -> None:
    if not 1 <= held.people <= MOST_PEOPLE:
        raise BadInput(f"How many people were there? A number from 1 to {MOST_PEOPLE:,}, please.")
    if held.held_on > today:
        raise BadInput("The day of the conversation is still to come.")
    if all(content is None for content in answers.values()):
        raise BadInput("Write down what was said, in at least one of the boxes.")


def _write(session: Session, survey: Survey, response_id: str, answers: Mapping[int, Any]) -> None:
    version = {question.id: question.version for question in survey.questions}
    session.execute(
        insert(Answer),
        [
            {"response_id": response_id, "question_id": number, "content": content, "version": version[number]}
            for number, content in answers.items()
            if content is not None
        ],
    )


def _record(session: Session, action: str, conversation: Conversation, user_id: int | None) -> None:
    audit.record(
        session,
        action,
        user_id=user_id,
        community_id=conversation.community_id,
        survey=conversation.survey_id,
        conversation=conversation.id,
        talk=conversation.talk.value,
        people=conversation.people,
    )
