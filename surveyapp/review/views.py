"""The board: all candidates side by side. What is decided about one of them stands on its page, drawn in goals/."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.communities.found import current_values
from surveyapp.communities.models import Value
from surveyapp.errors import BadInput, NotFound
from surveyapp.review.forms import MoveForm, TitleForm
from surveyapp.review.judge import COLUMN_NAMES, hold, move, put_forward
from surveyapp.review.models import Candidate, Column
from surveyapp.review.rank import RankBy, Ranked, axis_end, last_titles, newest_runs, ranked
from surveyapp.review.read import other_ideas, weak_ideas
from surveyapp.text_gate import whole_number
from surveyapp.themes.correct import corrections_of, waiting
from surveyapp.themes.history import advice_of, news_of
from surveyapp.themes.models import AnalysisRun
from surveyapp.themes.read import in_other_languages
from surveyapp.web import community, db_session, find, is_manager, user

NOTES = {
    Column.NEW: "Nobody has decided yet",
    Column.SHORTLISTED: "Being judged, reason not final",
    Column.ADOPTED: "Goals with a finish line",
    Column.DECLINED: "Closed with a public reason",
}
MOST_CORRECTIONS = 20  # on the board, the newest
WAYS = {RankBy.PEOPLE: "People", RankBy.TONE: "Tone", RankBy.HELP: "Offers to help"}

bp = Blueprint("review", __name__)


@bp.get("/c/<slug>/review")
def board() -> ResponseReturnValue:
    """Show all candidates in their columns, ranked."""
    return board_page(TitleForm(formdata=None))


def board_page(title_form: TitleForm) -> str:
    """The board, with the form for a candidate of the organisation's own."""
    session = db_session()
    values = current_values(session, community().id)
    by, value = _rank_by(request.args.get("by", "")), _chosen(request.args.get("value", ""), values)
    found = ranked(session, community().id, by=by)
    shown = [r for r in found if value is None or value.id in [v.id for v in r.values]]
    runs = newest_runs(session, community().id)
    corrected = corrections_of(session, [run.survey_id for run in runs])[:MOST_CORRECTIONS] if is_manager() else []
    return render_template(
        "review/board.html",
        columns=[(column, NOTES[column], [r for r in shown if r.candidate.column is column]) for column in Column],
        names=COLUMN_NAMES,
        found=found,
        axis=axis_end(found),
        runs=runs,
        foreign=_foreign(runs, found),
        news=news_of(session, runs),
        candidate_ids={r.candidate.theme_id: r.candidate.id for r in found},
        advice=advice_of(runs),
        corrections=corrected,
        waiting=waiting(session, runs) if is_manager() else [],
        theme_names=last_titles(session, {theme for one in corrected for theme in (one.theme_id, one.into_id)})
        | {r.candidate.theme_id: r.title for r in found},
        ways=WAYS,
        by=by,
        values=values,
        value=value,
        title_form=title_form,
    )


def _foreign(runs: Sequence[AnalysisRun], found: Sequence[Ranked]) -> int | None:
    """How many ideas are in other languages, where the board is of one run and enough people wrote them (R7)."""
    groups = {r.finding.run_id: r.survey.smallest_group for r in found if r.finding and r.survey}
    is_one = len(runs) == 1 and runs[0].id in groups
    return in_other_languages(runs[0], groups[runs[0].id]) if is_one else None


def _rank_by(word: str) -> RankBy:
    try:
        return RankBy(word or RankBy.PEOPLE.value)
    except ValueError:
        raise BadInput("Rank by people, by tone or by offers to help.") from None


def _chosen(number: str, values: Sequence[Value]) -> Value | None:
    if not number:
        return None
    chosen = next((value for value in values if value.id == whole_number(number)), None)
    if chosen is None:
        raise BadInput("Choose one of the values of this community.")
    return chosen


@bp.post("/c/<slug>/review/add")
def add() -> ResponseReturnValue:
    """Put a candidate of the organisation's own on the board (R5)."""
    form = TitleForm()
    if not form.validate_on_submit():
        return board_page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    session = db_session()
    candidate = put_forward(session, community().id, form.title.data, user_id=user().id)
    session.commit()
    return redirect(url_for("review.show", candidate_id=candidate.id), HTTPStatus.SEE_OTHER)


@bp.post("/c/<slug>/review/<int:candidate_id>/move")
def move_to(candidate_id: int) -> ResponseReturnValue:
    """Move a candidate between the columns of those that are not decided."""
    session = db_session()
    candidate = find(Candidate, candidate_id)
    form = MoveForm()
    if not form.validate_on_submit():
        raise BadInput("Go back to the board and use its menu.")
    hold(session, candidate, form.version.data)
    move(session, candidate, Column(form.to.data), "", user_id=user().id)
    session.commit()
    return redirect(url_for("review.board", _anchor=f"candidate-{candidate.id}"), HTTPStatus.SEE_OTHER)


@bp.get("/c/<slug>/review/others/<int:run_id>")
def others(run_id: int) -> ResponseReturnValue:
    """Show the ideas that are in no candidate, pooled and without figures (R7), and those that fit theirs weakly."""
    run = find(AnalysisRun, run_id)
    if run.finished_at is None:
        raise NotFound("These ideas are still being grouped.")
    session = db_session()
    titles = {
        r.finding.theme_id: r for r in ranked(session, community().id) if r.finding and r.finding.run_id == run.id
    }
    weak = [(text, titles[theme_id]) for text, theme_id in weak_ideas(session, run) if theme_id in titles]
    return render_template("review/others.html", run=run, ideas=other_ideas(session, run), weak=weak)
