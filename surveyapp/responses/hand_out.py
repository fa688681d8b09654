"""Answers as a table for managers, once a survey is closed: as much as the promise to its members allows.

In a named survey a row is what one member answered, without the name. In all others nobody may be told by putting
answers together (R6, R7), so each question is shuffled apart: a row is nobody. A question that too few answered
is left out, and so are numbers, days and rankings, whose single answers can tell who gave them; an answer that is
chosen by too few is emptied, and another one with it where the rest would give it away. Counting the rows again
gives what the results show.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from random import SystemRandom
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.analysis.disclose import disclose
from surveyapp.csv_out import write_csv
from surveyapp.errors import Conflict
from surveyapp.responses.map_columns import WRITTEN, Place, as_cell_of, places
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Anonymity, Kind, Question, State, Survey

TELLING = (Kind.NUMBER, Kind.DATE, Kind.RANKING)  # kinds whose single answers can tell who gave them

Cells = list[str]  # of one answer, in the order of its question's places


def hand_out(session: Session, survey: Survey, *, user_id: int | None) -> bytes:
    """The answers as a CSV file, noted in the audit log.

    Raises:
        Conflict: The survey is not closed, or too few answered.
    """
    if survey.state is not State.CLOSED:
        raise Conflict("Answers are handed out once the survey is closed: before, two files could be compared.")
    ids = session.scalars(select(Response.id).where(Response.survey_id == survey.id, Response.is_sent)).all()
    if len(ids) < survey.smallest_group:
        raise Conflict(f"Fewer than {survey.smallest_group} people answered: nothing is handed out.")
    rows = session.execute(
        select(Answer.question_id, Answer.response_id, Answer.content).where(
            Answer.question_id.in_([question.id for question in survey.questions])
        )
    )
    contents: dict[int, dict[str, Any]] = {question.id: {} for question in survey.questions}
    for row in rows:
        contents[row.question_id][row.response_id] = row.content
    is_whole = survey.anonymity is Anonymity.NAMED
    order, sent = sorted(ids), set(ids)
    SystemRandom().shuffle(order)
    columns: list[tuple[Place, list[str]]] = []
    for question in survey.questions:
        own = [place for place in places(survey) if place.question is question]
        answered = {key: content for key, content in contents[question.id].items() if key in sent}
        if not own or not answered:
            continue
        cells = {key: _cells(question, own, content) for key, content in answered.items()}
        blank = [""] * len(own)
        table = [cells.get(key, blank) for key in order]
        if not is_whole:
            if question.kind in TELLING or len(answered) < survey.smallest_group:
                continue
            table = _withheld(own, table, survey.smallest_group)
            SystemRandom().shuffle(table)
        columns += [(place, [line[at] for line in table]) for at, place in enumerate(own)]
    audit.record(
        session,
        "handed out answers",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        answers=len(order),
        columns=len(columns),
    )
    lines = [[values[at] for _, values in columns] for at in range(len(order))]
    return write_csv([place.title for place, _ in columns], lines)


def _cells(question: Question, own: Sequence[Place], content: Any) -> Cells:
    typed: Mapping[str, str] = RULES[question.kind].write(question, content)
    return [as_cell_of(place, typed.get(place.field, "")) for place in own]


def _withheld(own: Sequence[Place], table: list[Cells], k: int) -> list[Cells]:
    """The rows without answers that fewer than *k* people gave, and without what would give them away."""
    kept = [list(line) for line in table]
    for at, place in enumerate(own):
        if place.question.kind in WRITTEN or place.part in ("idea", "offer", "other"):
            continue
        counts = Counter(line[at] for line in kept)
        said = sorted(counts)
        visible = dict(zip(said, disclose([counts[one] for one in said], k), strict=True))
        with_it = [n for n, other in enumerate(own) if place.part == "help" and _tells_of(other, place)]
        for line in kept:
            if line[at] and visible[line[at]] is None:
                for emptied in (at, *with_it):
                    line[emptied] = ""
    return kept


def _tells_of(other: Place, place: Place) -> bool:
    """Whether a place says with what somebody would help, where another says whether they would."""
    return other.part == "offer" and other.item == place.item


def file_name(survey: Survey) -> str:
    """What the file is called; different each time, so that two files are not taken for one."""
    return f"answers-{survey.link}-{secrets.token_hex(2)}.csv"
