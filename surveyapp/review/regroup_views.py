"""Put ideas into other groups, and take that back (R11)."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Conflict
from surveyapp.review.forms import RegroupForm
from surveyapp.review.judge import hold, regrouped
from surveyapp.review.models import Candidate, Column
from surveyapp.review.rank import Ranked, ranked, standing
from surveyapp.review.views import bp
from surveyapp.text_gate import whole_number
from surveyapp.themes import kin
from surveyapp.themes.correct import merge, move, split_off, undo
from surveyapp.themes.models import AnalysisRun, Correction, Kinship, Theme
from surveyapp.web import community, db_session, find, user

MOST_IDEAS = 1000  # at a time


@bp.post("/c/<slug>/review/<int:candidate_id>/ideas")
def regroup(candidate_id: int) -> ResponseReturnValue:
    """Move ideas to another candidate, split them off, or merge the whole candidate into another."""
    session = db_session()
    candidate = find(Candidate, candidate_id)
    form = RegroupForm()
    if not form.validate_on_submit():
        raise BadInput("Go back to the candidate and use the buttons above its ideas.")
    hold(session, candidate, form.version.data)
    board = ranked(session, community().id)
    r = standing(board, candidate)
    if r.finding is None or candidate.theme is None:
        raise Conflict("No ideas stand behind this candidate.")
    run = session.get_one(AnalysisRun, r.finding.run_id)
    words = _carried_out(session, run, candidate.theme, r, form, board)
    regrouped(session, candidate, words, user_id=user().id)
    session.commit()
    return redirect(url_for("review.board", _anchor="corrections"), HTTPStatus.SEE_OTHER)


def _carried_out(
    session: Session, run: AnalysisRun, theme: Theme, r: Ranked, form: RegroupForm, board: Sequence[Ranked]
) -> str:
    """Keep the correction; what was done, in words."""
    numbers = _chosen()
    if form.do.data == "split":
        split_off(session, run, theme, numbers, form.name.data or "", user_id=user().id)
        return f"split {_ideas(numbers)} off as “{form.name.data}”."
    target = next((one for one in board if one.candidate.id == form.to.data), None)
    if target is None or target.candidate.theme is None:
        raise BadInput("Choose another candidate that came of the same survey.")
    if form.do.data == "move":
        move(session, run, theme, numbers, target.candidate.theme, user_id=user().id)
        return f"moved {_ideas(numbers)} to “{target.title}”."
    if r.candidate.column is Column.ADOPTED:
        raise Conflict("This candidate is a goal. Retire the goal before you merge it into another.")
    merge(session, run, theme, target.candidate.theme, user_id=user().id)
    return f"merged it into “{target.title}”."


def _chosen() -> list[int]:
    numbers = [whole_number(number) for number in request.form.getlist("idea")[:MOST_IDEAS]]
    if None in numbers:
        raise BadInput("Go back to the candidate and choose its ideas there.")
    return [number for number in numbers if number is not None]


def _ideas(numbers: Sequence[int]) -> str:
    return f"{len(numbers)} idea{'s' if len(numbers) != 1 else ''}"


@bp.post("/c/<slug>/review/corrections/<int:correction_id>/undo")
def undo_correction(correction_id: int) -> ResponseReturnValue:
    """Take back what was put right."""
    session = db_session()
    undo(session, find(Correction, correction_id), user_id=user().id)
    session.commit()
    return redirect(url_for("review.board", _anchor="corrections"), HTTPStatus.SEE_OTHER)


@bp.post("/c/<slug>/review/<int:candidate_id>/kin/<int:kinship_id>")
def decide_kin(candidate_id: int, kinship_id: int) -> ResponseReturnValue:
    """Say whether the theme behind a candidate is one of another survey (R12)."""
    session = db_session()
    candidate, kinship = find(Candidate, candidate_id), find(Kinship, kinship_id)
    said = request.form.get("is_same")
    if said not in ("yes", "no") or candidate.theme_id not in (kinship.theme_id, kinship.earlier_id):
        raise BadInput("Go back to the candidate and use the buttons there.")
    kin.decide_kin(session, kinship, is_same=said == "yes", user_id=user().id)
    session.commit()
    return redirect(url_for("review.show", candidate_id=candidate.id, _anchor="kin"), HTTPStatus.SEE_OTHER)
