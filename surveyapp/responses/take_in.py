"""Answers from other tools' files: what of a file can be taken in, and taking it in, as a whole and once.

A survey takes files in while it is open: once it is closed, its results stand. The rows become
anonymous responses under random keys, which keep nothing of the file's order (R6).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.csv_file import Table
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.responses.map_columns import UNCLEAR, as_typed, checked, completed
from surveyapp.responses.models import Answer, Response, Source, TakeIn
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import State, Survey
from surveyapp.text_gate import clean_line

NOT_YES_OR_NO = "Write yes or no, or leave it empty."
SHOWN_OF_CELL = 40  # characters


class NotOpen(Conflict):
    """Answers were to be taken into a survey that is a draft, or closed."""


class TakenInBefore(Conflict):
    """The very same file was taken into this survey before."""


class LinesRefused(BadInput):
    """Lines of a file do not fit the survey, and nobody said to leave them out."""


@dataclass(frozen=True)
class Plan:
    """What taking in a file would do."""

    accepted: tuple[Mapping[int, Any], ...]
    """Per row, in the file's order, what it says: content by question."""
    refused: tuple[tuple[int, str], ...]
    """Lines that do not fit the survey, each with the reason."""
    blank: int
    """Rows that say nothing in the columns that are chosen."""


def plan(survey: Survey, table: Table, mapping: Mapping[str, str]) -> Plan:
    """Say what of a file can be taken in.

    Args:
        survey: It says which answers fit.
        table: The file.
        mapping: Column by field, see map_columns.py.

    Raises:
        BadInput: The mapping itself cannot be used.
    """
    filled = checked(survey, table.header, mapping)
    questions = list({place.question.id: place.question for place, _ in filled}.values())
    source = {place.field: (place, column) for place, column in filled}
    accepted: list[Mapping[int, Any]] = []
    refused: list[tuple[int, str]] = []
    blank = 0
    for line, cells in zip(table.line_numbers, table.rows, strict=True):
        typed = {field: as_typed(place, cells[column]) for field, (place, column) in source.items()}
        typed = completed({field: place for field, (place, _) in source.items()}, typed)
        readings = {question.id: RULES[question.kind].read(question, typed) for question in questions}
        wrong = [(field, NOT_YES_OR_NO) for field, said in typed.items() if said == UNCLEAR]
        for question in questions:
            own = next(field for field, (place, _) in source.items() if place.question is question)
            found = readings[question.id].problems.items()
            wrong += [(field if field in source else own, problem) for field, problem in found]
        problems = [
            _reason(table.header[source[field][1]], cells[source[field][1]], problem) for field, problem in wrong
        ]
        content = {number: reading.content for number, reading in readings.items() if reading.content is not None}
        if problems:
            refused.append((line, " ".join(problems)))
        elif content:
            accepted.append(content)
        else:
            blank += 1
    return Plan(tuple(accepted), tuple(refused), blank)


def _reason(column: str, cell: str, problem: str) -> str:
    said = "".join(character if character.isprintable() else " " for character in cell).strip()
    short = said if len(said) <= SHOWN_OF_CELL else f"{said[: SHOWN_OF_CELL - 1]}…"
    return f"“{column}” is “{short}”. {problem}"


def take_in(
    session: Session,
    survey: Survey,
    plan: Plan,
    *,
    file_name: str,
    sha256: str,
    user_id: int | None,
    may_quote: bool = False,
    is_leaving_out: bool = False,
) -> TakeIn:
    """Store what a plan accepts, all of it or nothing.

    Args:
        session: The caller's.
        survey: An open one.
        plan: What plan() said of this survey and the file.
        file_name: What the file is called.
        sha256: Of the file's bytes; the same ones are taken in once.
        user_id: Who does it; None for the command line.
        may_quote: Whether the people were told that their words may be quoted.
        is_leaving_out: Whether somebody said to leave out the lines that are refused.

    Raises:
        NotOpen: The survey is not open.
        TakenInBefore: This file was taken in before.
        LinesRefused: Lines are refused, and are not to be left out.
        BadInput: Nothing is left to take in.
    """
    session.refresh(survey, with_for_update=True)  # nobody closes it, or takes the same file in, meanwhile
    must_be_open(survey)
    refuse_again(session, survey, sha256)
    if plan.refused and not is_leaving_out:
        raise LinesRefused(f"Nothing was taken in: {_lines(len(plan.refused))} refused.")
    if not plan.accepted:
        raise BadInput("No line of this file holds an answer in the columns that are chosen.")
    taken = TakeIn(
        survey_id=survey.id,
        file_name=clean_line(file_name)[:200],
        sha256=sha256,
        rows=len(plan.accepted),
        taken_at=now(),
        user_id=user_id,
    )
    session.add(taken)
    session.flush()
    rows = sorted(((secrets.token_hex(16), content) for content in plan.accepted), key=lambda row: row[0])
    common = {"survey_id": survey.id, "source": Source.TAKEN_IN, "take_in_id": taken.id, "is_sent": True, "marks": []}
    session.execute(
        insert(Response),
        [{"id": key, "form_key": secrets.token_hex(32), "may_quote": may_quote} | common for key, _ in rows],
    )
    session.execute(
        insert(Answer),
        [
            {"response_id": key, "question_id": question_id, "content": content}
            for key, contents in rows
            for question_id, content in contents.items()
        ],
    )
    audit.record(
        session,
        "took in answers",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        take_in=taken.id,
        answers=taken.rows,
        left_out=len(plan.refused),
        may_quote=may_quote,
    )
    return taken


def must_be_open(survey: Survey) -> None:
    """Refuse a survey that takes no files in.

    Raises:
        NotOpen: It is a draft, or closed, or for notes of conversations.
    """
    if survey.is_of_notes:
        raise NotOpen("This survey takes notes of conversations only. Take the file into another survey.")
    if survey.state is State.DRAFT:
        raise NotOpen("This survey is still a draft. Open it first: then its questions stand.")
    if survey.state is State.CLOSED:
        raise NotOpen("This survey is closed, and its results stand. Take the file into another survey.")


def refuse_again(session: Session, survey: Survey, sha256: str) -> None:
    """Refuse a file that the survey has.

    Raises:
        TakenInBefore: It was taken in before.
    """
    before = session.scalar(select(TakeIn).where(TakeIn.survey_id == survey.id, TakeIn.sha256 == sha256))
    if before is not None:
        day = before.taken_at
        raise TakenInBefore(
            f"This file was taken in on {day.day} {day:%B %Y}, as “{before.file_name}”. Its answers are there already."
        )


def taken_in(session: Session, survey: Survey) -> list[TakeIn]:
    """The files that a survey has taken in, the newest first."""
    return list(session.scalars(select(TakeIn).where(TakeIn.survey_id == survey.id).order_by(TakeIn.id.desc())))


def hash_of(content: bytes) -> str:
    """SHA-256 of a file, by which it is known again."""
    return hashlib.sha256(content).hexdigest()


def _lines(number: int) -> str:
    return "1 line is" if number == 1 else f"{number:,} lines are"
