"""Keep what members answer: as typed from part to part, sent once, sealed when the survey closes (R6, R8).

What leads to a response is the private code that only the member holds. The database holds its HMAC under the survey's
key, which is erased at closing, and its hash, by which the member alone finds the answer again afterwards. Whoever
has a personal link needs to keep nothing: while the survey is open the code follows from the link's secret. One code is
one row, whatever is posted how often at the same moment: the database's unique key decides, and a response that was
sent is changed only by whoever asks to change it. Nothing here asks or stores who or when.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import Boolean, Table, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.db import now
from surveyapp.errors import Conflict
from surveyapp.responses.models import Answer, Invitation, Message, MessageState, Response, Source, Vote
from surveyapp.responses.seal import seal
from surveyapp.surveys.design import is_open_on
from surveyapp.surveys.models import State, Survey

CODE_BYTES = 16  # 128 random bits
CODE_GROUP = 4  # letters between hyphens, where a code is shown
CODE = re.compile(r"[A-Z2-7]{26}")
MISREAD = str.maketrans("018", "OIB")  # digits that a code never has


class Closed(Conflict):
    """An answer came to a survey that takes none: a draft, closed, or past its last day."""


def new_code() -> str:
    """A private code, known to nobody but the member's browser: 26 letters and digits."""
    return _in_letters(secrets.token_bytes(CODE_BYTES))


def code_of_link(answer_key: bytes, secret: str) -> str:
    """The private code of a personal link: nobody can tell it from the link once the survey's key is gone."""
    return _in_letters(hmac.digest(answer_key, f"code {secret}".encode(), "sha256")[:CODE_BYTES])


def read_code(typed: str) -> str | None:
    """The private code that somebody typed, with or without hyphens; None if it is none."""
    letters = "".join(character for character in typed.upper().translate(MISREAD) if character not in " -\u2013\n\t")
    return letters if CODE.fullmatch(letters) else None


def written_code(code: str) -> str:
    """A private code as people read it: ``7K4M-29QX-…``."""
    return "-".join(code[i : i + CODE_GROUP] for i in range(0, len(code), CODE_GROUP))


def form_key_of(answer_key: bytes, code: str) -> str:
    """What finds the response of a private code while the survey is open."""
    return hmac.digest(answer_key, f"answer {code}".encode(), "sha256").hex()


def fate_key_of(code: str) -> str:
    """What finds it also when the survey is closed."""
    return hashlib.sha256(f"fate {code}".encode()).hexdigest()


def receipt_of(code: str) -> str:
    """The receipt for a response: ``7K4M-29QX``. It is stored nowhere, and nothing that is stored leads to it."""
    receipt = base64.b32encode(hashlib.sha256(f"receipt {code}".encode()).digest()[:5]).decode()
    return f"{receipt[:4]}-{receipt[4:]}"


def _in_letters(random: bytes) -> str:
    return base64.b32encode(random).decode().rstrip("=")


@dataclass(frozen=True)
class Giver:
    """By which way an answer comes, and from whom where the survey links answers to members."""

    source: Source = Source.OPEN_LINK
    member_id: int | None = None  # the database refuses one in an anonymous survey (R6)


@dataclass(frozen=True)
class Stored:
    """A response as it now stands in the database."""

    id: str
    is_sent: bool
    is_late: bool = False  # it was sent before, and what came now is no change of it: nothing was stored


def keep(
    session: Session,
    survey: Survey,
    code: str,
    answers: Mapping[int, Any],
    *,
    may_quote: bool | None = None,
    versions: Mapping[int, int] = MappingProxyType({}),
    giver: Giver = Giver(),
    is_change: bool = False,
    today: date | None = None,
) -> Stored:
    """Keep what was answered so far; a response that was sent stays as it is, unless this is a change of it.

    Args:
        session: The caller's.
        survey: An open survey.
        code: The member's private code.
        answers: Content by question (see surveys/kinds.py), checked; None takes an earlier answer back.
            Questions that are not named keep what they have.
        may_quote: Whether words may be quoted; None leaves it as it is.
        versions: Which version of a question's words was seen; the first, if not named.
        giver: Where a new response comes from.
        is_change: Whether the member asked to change what was sent.
        today: The day, if not this one.

    Raises:
        Closed: If the survey takes no answers today.
    """
    connection = session.connection()
    key = _hold_open(connection, survey.id, today)
    return _store(connection, survey.id, key, code, answers, versions, may_quote, giver, is_change=is_change)


def send(
    session: Session,
    survey: Survey,
    code: str,
    answers: Mapping[int, Any],
    *,
    may_quote: bool | None = None,
    versions: Mapping[int, int] = MappingProxyType({}),
    giver: Giver = Giver(),
    is_change: bool = False,
    today: date | None = None,
    marks: Iterable[str] = (),
) -> Stored:
    """Store the response for good, once, however often it comes; its receipt is that of its code.

    Arguments and errors are those of keep(); *marks* say what makes a new one look like abuse (marks.py).
    """
    connection = session.connection()
    key = _hold_open(connection, survey.id, today)
    return _store(
        connection,
        survey.id,
        key,
        code,
        answers,
        versions,
        may_quote,
        giver,
        is_change=is_change,
        is_sent=True,
        marks=list(marks),
    )


def withdraw(session: Session, survey: Survey, code: str, *, today: date | None = None) -> bool:
    """Delete a response with all that it says; whether there was one.

    Raises:
        Closed: If the survey takes no answers today: then what was said stands.
    """
    key = _hold_open(session.connection(), survey.id, today)
    found = session.scalar(
        select(Response).where(Response.survey_id == survey.id, Response.form_key == form_key_of(key, code))
    )
    if found is None:
        return False
    session.delete(found)  # with its answers and votes, and what a run of the analysis kept of its words
    return True


# Statements built once, on tables and not on their classes, and put to the connection, not the session: members press
# the button all at the same time.
_RESPONSE, _ANSWER, _SURVEY = (cast(Table, kind.__table__) for kind in (Response, Answer, Survey))
_HELD = (
    select(_SURVEY.c.state, _SURVEY.c.closes_on, _SURVEY.c.answer_key)
    .where(_SURVEY.c.id == bindparam("survey_id"))
    .with_for_update(read=True)
)
_STORED = select(_RESPONSE.c.id, _RESPONSE.c.is_sent).where(
    _RESPONSE.c.survey_id == bindparam("survey_id"), _RESPONSE.c.form_key == bindparam("form_key")
)
_OLD_ANSWERS = delete(_ANSWER).where(
    _ANSWER.c.response_id == bindparam("response_id"),
    _ANSWER.c.question_id.in_(bindparam("question_ids", expanding=True)),
)
_NEW_ANSWERS = insert(_ANSWER)


def _write_response(dialect: Any) -> Any:
    """Insert a response, or note what is new of the one that is there; nothing, and no row, if it is not to be changed.

    Besides the columns it takes ``is_change``, ``is_marking`` and ``quotes``: yes, no, or None to leave it as it is.
    """
    new = dialect.insert(_RESPONSE)
    return new.on_conflict_do_update(
        index_elements=["survey_id", "form_key"],
        set_={
            "is_sent": or_(_RESPONSE.c.is_sent, new.excluded.is_sent),
            "marks": case((bindparam("is_marking", type_=Boolean), new.excluded.marks), else_=_RESPONSE.c.marks),
            "may_quote": func.coalesce(bindparam("quotes", type_=Boolean), _RESPONSE.c.may_quote),
        },
        where=or_(bindparam("is_change", type_=Boolean), _RESPONSE.c.is_sent.is_(False)),
    ).returning(_RESPONSE.c.id, _RESPONSE.c.is_sent)


_WRITE = {"sqlite": _write_response(sqlite), "postgresql": _write_response(postgresql)}


def _hold_open(connection: Connection, survey_id: int, today: date | None) -> bytes:
    """See that the survey is open, let nobody close it before this transaction ends, and give its key."""
    survey = connection.execute(_HELD, {"survey_id": survey_id}).one()
    if survey.answer_key is None or not is_open_on(survey.state, survey.closes_on, today or now().date()):
        raise Closed("This survey takes no answers at the moment.")
    return bytes(survey.answer_key)


def _store(
    connection: Connection,
    survey_id: int,
    answer_key: bytes,
    code: str,
    answers: Mapping[int, Any],
    versions: Mapping[int, int],
    may_quote: bool | None,
    giver: Giver,
    *,
    is_change: bool,
    is_sent: bool = False,
    marks: Sequence[str] = (),
) -> Stored:
    key = {"survey_id": survey_id, "form_key": form_key_of(answer_key, code)}
    new = {
        "id": secrets.token_hex(16),
        **key,
        "fate_key": fate_key_of(code),
        "is_sent": is_sent,
        "source": giver.source,
        "member_id": giver.member_id,
        "may_quote": may_quote is not False,
        "marks": marks,
        "is_trusted": False,
    }
    how = {"is_marking": is_sent and not is_change, "quotes": may_quote, "is_change": is_change}
    written = connection.execute(_WRITE[connection.dialect.name], new | how).one_or_none()
    if written is None:  # it was sent before, by this very form
        return Stored(*connection.execute(_STORED, key).one(), is_late=True)
    response = Stored(*written)
    connection.execute(_OLD_ANSWERS, {"response_id": response.id, "question_ids": list(answers)})
    rows = [
        {
            "response_id": response.id,
            "question_id": question_id,
            "content": content,
            "version": versions.get(question_id, 1),
        }
        for question_id, content in answers.items()
        if content is not None
    ]
    if rows:
        connection.execute(_NEW_ANSWERS, rows)
    return response


def _delete_responses(session: Session, ids: Any) -> None:
    """Delete responses with all that hangs on them; *ids* are keys, or a query of them."""
    for table in (Vote, Answer):
        session.execute(delete(table).where(table.response_id.in_(ids)))
    session.execute(delete(Response).where(Response.id.in_(ids)))


@dataclass(frozen=True)
class Kept:
    """What a member has given so far."""

    is_sent: bool = False
    may_quote: bool = True
    answers: Mapping[int, Any] = field(default_factory=dict)  # content by question
    is_there: bool = False  # whether the code leads to anything


def kept(session: Session, survey: Survey, code: str) -> Kept:
    """What was kept under a private code, or sent; nothing, if it is new or the survey is closed."""
    if survey.answer_key is None:
        return Kept()
    rows = session.execute(
        select(Response.is_sent, Response.may_quote, Answer.question_id, Answer.content)
        .outerjoin(Answer, Answer.response_id == Response.id)
        .where(Response.survey_id == survey.id, Response.form_key == form_key_of(survey.answer_key, code))
    ).all()
    return Kept(
        is_sent=any(row.is_sent for row in rows),
        may_quote=all(row.may_quote for row in rows),
        answers={row.question_id: row.content for row in rows if row.question_id is not None},
        is_there=bool(rows),
    )


def count_sent(session: Session, survey_id: int) -> int:
    """How many responses a survey has, by whichever way they came."""
    return counts(session, [survey_id], is_sent=True)[survey_id]


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
    survey.state, survey.closed_on, survey.answer_key = State.CLOSED, today, None
    session.flush()
    _delete_responses(session, select(Response.id).where(Response.survey_id == survey.id, Response.is_sent.is_(False)))
    seal(session, survey.id)
    session.execute(update(Invitation).where(Invitation.survey_id == survey.id).values(nonce=None))
    unsent = (Message.survey_id == survey.id, Message.state == MessageState.WAITING)
    session.execute(update(Message).where(*unsent).values(state=MessageState.STOPPED))
    audit.record(
        session,
        "closed a survey",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        answers=count_sent(session, survey.id),
    )
