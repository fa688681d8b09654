"""Answers as a table for managers, once a survey is closed: as much as the promise to its members allows.

In a named survey a row is what one member answered, without the name. In all others nobody may be told by putting
answers together (R6, R7), so each question is shuffled apart: a row is nobody. A question that too few answered
is left out, and so are numbers, days and rankings, whose single answers can tell who gave them; of the others as much
is told as the results show, see ``tellable.py``. Counting the rows again gives what the results show.
"""

import secrets
from collections.abc import Mapping, Sequence
from random import SystemRandom
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.csv_out import write_csv
from surveyapp.errors import Conflict
from surveyapp.responses.map_columns import Place, as_cell_of, places
from surveyapp.responses.models import Answer, Response
from surveyapp.responses.tellable import tellable
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
        if is_whole:
            said = [answered.get(key) for key in order]
        elif question.kind in TELLING or len(answered) < survey.smallest_group:
            continue
        else:
            said = tellable(question, list(answered.values()), len(order), survey.smallest_group)
        table = [_cells(question, own, content) for content in said]
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
    typed: Mapping[str, str] = RULES[question.kind].write(question, content) if content else {}
    return [as_cell_of(place, typed.get(place.field, "")) for place in own]


def file_name(survey: Survey) -> str:
    """What the file is called; different each time, so that two files are not taken for one."""
    return f"answers-{survey.link}-{secrets.token_hex(2)}.csv"
