"""Pages on what the answers mean: the results of a survey, and grouping its ideas."""

from http import HTTPStatus
from math import ceil

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.responses import marks
from surveyapp.responses.collect import count_sent
from surveyapp.surveys.models import Survey
from surveyapp.themes import alike_views, flag_views
from surveyapp.themes.arrivals import arrived_since
from surveyapp.themes.count import shown
from surveyapp.themes.discover import count_taken, latest_run, marked_in, open_job, start_run
from surveyapp.themes.models import BATCH
from surveyapp.themes.read import counts_of, name_of, other_sides, parts_of, told, tone_of, top_findings
from surveyapp.themes.votes import votes_shown
from surveyapp.web import db_session, find, settings, user

AXIS = 25  # percent: the end of the axis of shares, unless one needs more

bp = Blueprint("themes", __name__)
bp.add_url_rule("/s/<link>/<int:number>/alike", view_func=alike_views.alike)
bp.add_url_rule("/s/<link>/<int:number>/alike", view_func=alike_views.support, methods=["POST"])
bp.add_url_rule("/s/<link>/<int:number>/report", view_func=flag_views.flag)
bp.add_url_rule("/s/<link>/<int:number>/report", view_func=flag_views.report, methods=["POST"])


@bp.get("/c/<slug>/surveys/<int:survey_id>/results")
def results(survey_id: int) -> ResponseReturnValue:
    """Show what the newest run found, and how far one is that is under way."""
    session = db_session()
    survey = find(Survey, survey_id)
    run = latest_run(session, survey.id)
    under_way = open_job(session, survey.id)
    answers = count_taken(session, survey.id, marked_in(run)) if run else count_sent(session, survey.id)
    page = {
        "survey": survey,
        "run": run,
        "job": under_way,
        "answers": answers,
        "batch": BATCH,
        "sources": marks.sources(session, survey.id),
        "doubted": marks.count_doubted(session, survey.id),
        "left_out": count_sent(session, survey.id) - answers,
        "is_left_out": run is not None and marked_in(run) is marks.Marked.LEFT_OUT,
        "may_group": run is not None and answers >= run.people + BATCH and not (under_way and not under_way.is_over),
    }
    if run is None:
        return render_template("themes/results.html", **page)
    questions = survey.questions
    found = top_findings(session, run)
    return render_template(
        "themes/results.html",
        **page,
        figures=shown(questions, run.figures, survey.smallest_group),
        votes=votes_shown(questions, run.figures, survey.smallest_group),
        texts=told(session, run, questions, survey),
        findings=found,
        arrived=arrived_since(run, survey.smallest_group),
        parts=parts_of(session, found),
        sides=other_sides(session, found, {run.id: (survey.smallest_group, survey.quote_group)}),
        axis=max([AXIS, *(5 * ceil(20 * finding.high) for finding in found)]),
        counts=counts_of(session, run, questions, survey),
        tone_of=tone_of,
        name_of=name_of,
    )


@bp.post("/c/<slug>/surveys/<int:survey_id>/analyse")
def analyse(survey_id: int) -> ResponseReturnValue:
    """Group the ideas of a survey, as a job."""
    session = db_session()
    survey = find(Survey, survey_id)
    is_anew = request.form.get("anew") == "yes"
    marked = marks.Marked.LEFT_OUT if request.form.get("marked") == "left out" else marks.Marked.COUNTED
    start_run(session, survey, user_id=user().id, vectors=settings().analysis_vectors, is_anew=is_anew, marked=marked)
    session.commit()
    return redirect(url_for("themes.results", survey_id=survey.id), HTTPStatus.SEE_OTHER)
