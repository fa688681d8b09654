"""Two releases in a row: a run may be told from the others by the answers of many people, or by none (R7, P9c).

Who knows what one run showed, and then another, knows what lies between them. So a run takes in BATCH answers more than
the one before, or the very same; and while members may still change or withdraw what they said, one that would take in
the same answers waits until none of them has changed.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from surveyapp.errors import Conflict
from surveyapp.responses.marks import Marked, taken_by
from surveyapp.responses.models import Response, Vote
from surveyapp.surveys.models import State, Survey
from surveyapp.themes.gather import contents_of
from surveyapp.themes.models import BATCH, AnalysedResponse, AnalysisRun


class TooFewAnswers(Conflict):
    """There are not enough answers, or not enough new ones, for a run that shows nobody's own."""


def has_few_new(session: Session, survey: Survey, last: AnalysisRun, marked: Marked) -> bool:
    """Whether fewer than BATCH answers, but some, came since the last run: then it is run on the same answers again.

    Raises:
        TooFewAnswers: While members may change what they said: some were withdrawn or changed, but not many.
    """
    taken, known = _taken(survey.id, marked), _known(last.id)
    came, gone = _beyond(session, taken, known), _beyond(session, known, taken)
    if came + gone >= BATCH:
        return False
    if survey.state is State.OPEN and (gone or _has_changed(session, survey, last)):
        raise TooFewAnswers(
            f"Answers were changed or withdrawn since ideas were grouped last, and fewer than {BATCH} came. To group "
            f"them now could show what one person said: wait for more."
        )
    return came > 0


def _has_changed(session: Session, survey: Survey, last: AnalysisRun) -> bool:
    before = last.course.get("answers")
    if before is None:
        return False
    ids = set(session.scalars(_known(last.id)))
    return bool(before != fingerprint(session, survey, contents_of(session, survey.questions, ids), ids))


def fingerprint(
    session: Session, survey: Survey, contents: Mapping[int, Mapping[str, Any]], responses: Collection[str]
) -> str:
    """A hash of all that some responses say, votes included: it changes when one of them does, and tells of none.

    Args:
        session: The caller's.
        survey: To which they answer.
        contents: Per question and response, what was answered.
        responses: Their ids.
    """
    hashed = hashlib.sha256()
    for question_id in sorted(contents):
        for response_id, content in sorted(contents[question_id].items()):
            hashed.update(json.dumps([question_id, response_id, content], sort_keys=True).encode())
    votes = session.execute(
        select(Vote.response_id, Vote.proposal_id, Vote.choice)
        .join(Response, Response.id == Vote.response_id)
        .where(Response.survey_id == survey.id)
    )
    for row in sorted(map(tuple, votes)):
        if row[0] in responses:
            hashed.update(json.dumps(row).encode())
    return hashed.hexdigest()


def refuse_to_show_few(session: Session, survey_id: int, marked: Marked) -> None:
    """See that no run can be told from another by the answers of a few people (R7).

    Raises:
        TooFewAnswers: If fewer than BATCH, but some, are in one of them only.
    """
    taken = _taken(survey_id, marked)
    left_out = select(func.count()).where(Response.survey_id == survey_id, Response.is_sent, Response.id.not_in(taken))
    differences = [session.scalar(left_out) or 0]
    runs = select(AnalysisRun.id).where(AnalysisRun.survey_id == survey_id, AnalysisRun.finished_at.is_not(None))
    for run_id in session.scalars(runs):
        differences += [_beyond(session, taken, _known(run_id)), _beyond(session, _known(run_id), taken)]
    if any(0 < difference < BATCH for difference in differences):
        raise TooFewAnswers(
            f"Fewer than {BATCH} answers would make the difference to another run. That could show what one person "
            f"said: marked answers can be left out, or counted again, once they are {BATCH} or more."
        )


def _taken(survey_id: int, marked: Marked) -> Select[str]:
    return select(Response.id).where(Response.survey_id == survey_id, *taken_by(marked))


def _known(run_id: int) -> Select[str]:
    return select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == run_id)


def _beyond(session: Session, these: Select[str], those: Select[str]) -> int:
    """How many of *these* are not among *those*."""
    return session.scalar(select(func.count()).select_from(these.except_(those).subquery())) or 0
