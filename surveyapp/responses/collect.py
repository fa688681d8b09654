"""Keep what members answer: as typed from part to part, sent once, sealed when the survey closes (R6, R8).

Only the member's form holds its key; the database holds the key's SHA-256. One form is one
row, whatever is posted how often at the same moment: the database's unique key decides, and
a response that was sent is never changed again. Nothing here asks or stores who or when.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, literal_column, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.db import now
from surveyapp.errors import Conflict
from surveyapp.responses.models import Answer, Response, Source
from surveyapp.surveys.design import is_open_on
from surveyapp.surveys.models import State, Survey

KEY_BYTES = 24  # 192 random bits


class Closed(Conflict):
    """An answer came to a survey that takes none: a draft, closed, or past its last day."""


def new_form_key() -> str:
    """A key for one form, known to nobody but the member's browser."""
    return secrets.token_urlsafe(KEY_BYTES)


def stored_key(form_key: str) -> str:
    """What the database holds of a form's key."""
    return hashlib.sha256(f"form {form_key}".encode()).hexdigest()


def receipt_of(form_key: str) -> str:
    """The receipt for a form: ``7K4M-29QX``. It is stored nowhere, and nothing that is stored leads to it."""
    code = base64.b32encode(hashlib.sha256(f"receipt {form_key}".encode()).digest()[:5]).decode()
    return f"{code[:4]}-{code[4:]}"


def keep(
    session: Session,
    survey: Survey,
    form_key: str,
    answers: Mapping[int, Any],
    *,
    may_quote: bool | None = None,
    today: date | None = None,
) -> Response:
    """Keep what was answered so far; a response that was sent stays as it is.

    Args:
        session: The caller's.
        survey: An open survey.
        form_key: The key of the member's form.
        answers: Content by question (see surveys/kinds.py), checked; None takes an earlier answer back.
            Questions that are not named keep what they have.
        may_quote: Whether words may be quoted; None leaves it as it is.
        today: The day, if not this one.

    Raises:
        Closed: If the survey takes no answers today.
    """
    _hold_open(session, survey.id, today)
    return _store(session, survey.id, form_key, answers, may_quote, is_sent=False)


def send(
    session: Session,
    survey: Survey,
    form_key: str,
    answers: Mapping[int, Any],
    *,
    may_quote: bool | None = None,
    today: date | None = None,
) -> str:
    """Store the response for good, once; give the receipt, the same one for the same form however often it comes.

    Arguments and errors are those of keep().
    """
    _hold_open(session, survey.id, today)
    _store(session, survey.id, form_key, answers, may_quote, is_sent=True)
    return receipt_of(form_key)


def _hold_open(session: Session, survey_id: int, today: date | None) -> None:
    """See that the survey is open, and let nobody close it before this transaction ends."""
    survey = session.execute(
        select(Survey.state, Survey.closes_on).where(Survey.id == survey_id).with_for_update(read=True)
    ).one()
    if not is_open_on(survey.state, survey.closes_on, today or now().date()):
        raise Closed("This survey takes no answers at the moment.")


def _store(
    session: Session,
    survey_id: int,
    form_key: str,
    answers: Mapping[int, Any],
    may_quote: bool | None,
    *,
    is_sent: bool,
) -> Response:
    insert_or = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = {"survey_id": survey_id, "form_key": stored_key(form_key)}
    new = {"id": secrets.token_hex(16), **key, "source": Source.OPEN_LINK, "is_sent": is_sent}
    written = (
        insert_or(Response)
        .values(**new, may_quote=may_quote is not False)
        .on_conflict_do_update(
            index_elements=list(key),
            set_={"is_sent": is_sent} | ({} if may_quote is None else {"may_quote": may_quote}),
            where=Response.is_sent.is_(False),
        )
        .returning(Response)
    )
    response = session.scalars(written, execution_options={"populate_existing": True}).one_or_none()
    if response is None:  # it was sent before, by this very form
        return session.scalars(select(Response).filter_by(**key)).one()
    session.execute(delete(Answer).where(Answer.response_id == response.id, Answer.question_id.in_(answers)))
    rows = [
        {"response_id": response.id, "question_id": question_id, "content": content}
        for question_id, content in answers.items()
        if content is not None
    ]
    if rows:
        session.execute(insert(Answer), rows)
    return response


@dataclass(frozen=True)
class Kept:
    """What a form has given so far."""

    is_sent: bool
    may_quote: bool
    answers: Mapping[int, Any]  # content by question


def kept(session: Session, survey: Survey, form_key: str) -> Kept:
    """What was kept of a form, or sent; nothing, if it is new."""
    rows = session.execute(
        select(Response.is_sent, Response.may_quote, Answer.question_id, Answer.content)
        .outerjoin(Answer, Answer.response_id == Response.id)
        .where(Response.survey_id == survey.id, Response.form_key == stored_key(form_key))
    ).all()
    return Kept(
        is_sent=any(row.is_sent for row in rows),
        may_quote=all(row.may_quote for row in rows),
        answers={row.question_id: row.content for row in rows if row.question_id is not None},
    )


def count_sent(session: Session, survey_id: int) -> int:
    """How many responses a survey has, by whichever way they came."""
    return counts(session, [survey_id], is_sent=True)[survey_id]


def count_taken_in(session: Session, survey_id: int) -> int:
    """How many of a survey's responses came from files of other tools."""
    taken_in = (Response.survey_id == survey_id, Response.source == Source.TAKEN_IN)
    return session.scalar(select(func.count()).select_from(Response).where(*taken_in)) or 0


def counts(session: Session, survey_ids: Iterable[int], *, is_sent: bool) -> dict[int, int]:
    """How many responses each survey has that were sent, or that still wait to be."""
    wanted = list(survey_ids)
    rows = session.execute(
        select(Response.survey_id, func.count().label("people"))
        .where(Response.survey_id.in_(wanted), Response.is_sent.is_(is_sent))
        .group_by(Response.survey_id)
    )
    return dict.fromkeys(wanted, 0) | {row.survey_id: row.people for row in rows}


def close_survey(session: Session, survey: Survey, today: date, *, user_id: int | None = None) -> None:
    """Close an open survey: nothing is accepted afterwards, what was not sent is dropped, the rest is sealed.

    Raises:
        Conflict: If it is not open.
    """
    session.refresh(survey, with_for_update=True)
    if survey.state is not State.OPEN:
        raise Conflict("Only an open survey can be closed.")
    survey.state, survey.closed_on = State.CLOSED, today
    session.flush()
    unfinished = select(Response.id).where(Response.survey_id == survey.id, Response.is_sent.is_(False))
    session.execute(delete(Answer).where(Answer.response_id.in_(unfinished)))
    session.execute(delete(Response).where(Response.id.in_(unfinished)))
    _seal(session, survey.id)
    audit.record(
        session,
        "closed a survey",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        answers=count_sent(session, survey.id),
    )


def _seal(session: Session, survey_id: int) -> None:
    """Cut what still ties a closed survey's rows to the browsers and the order they came from (PROMISES 4.4).

    The key of a form is forgotten, so that whoever finds a browser's cookie cannot tell which row is its own.
    PostgreSQL keeps with each row which transaction wrote it and where it lies: the rows are written anew in random
    order. A row is taken out and put back in one statement, so what refers to it holds. On SQLite the tables
    have no such order to begin with.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    noise = "replace(gen_random_uuid()::text || gen_random_uuid(), '-', '')" if is_postgresql else "hex(randomblob(32))"
    by_link = (Response.survey_id == survey_id, Response.source == Source.OPEN_LINK)
    session.execute(update(Response).where(*by_link).values(form_key=literal_column(noise)))
    if not is_postgresql:
        return
    of_survey = "(SELECT id FROM response WHERE survey_id = :survey)"
    for table, condition in (("answer", f"response_id IN {of_survey}"), ("response", "survey_id = :survey")):
        session.execute(
            text(
                f"WITH taken AS (DELETE FROM {table} WHERE {condition} RETURNING *) "  # noqa: S608 - names of our own
                f"INSERT INTO {table} SELECT * FROM taken ORDER BY gen_random_uuid()"
            ),
            {"survey": survey_id},
        )
