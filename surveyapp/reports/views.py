"""Pages of reports: ask for one, see how far it is, download it."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from surveyapp.errors import BadInput, NotFound
from surveyapp.reports.make import ask_for, listed
from surveyapp.reports.models import PdfReport
from surveyapp.surveys.models import Survey
from surveyapp.text_gate import whole_number
from surveyapp.themes.discover import latest_run
from surveyapp.themes.models import AnalysisRun
from surveyapp.web import community, db_session, find, user

bp = Blueprint("reports", __name__)


@bp.get("/c/<slug>/reports")
def index() -> ResponseReturnValue:
    """List the reports and those under way; offer to make one of a survey that has results."""
    session = db_session()
    has_results = select(AnalysisRun.survey_id).where(AnalysisRun.finished_at.is_not(None))
    surveys = session.scalars(
        select(Survey)
        .where(Survey.community_id == community().id, Survey.id.in_(has_results))
        .order_by(Survey.id.desc())
    ).all()
    return render_template(
        "reports/index.html",
        reports=listed(session, community().id),
        surveys=surveys,
        chosen=whole_number(request.args.get("survey", "")),
    )


@bp.post("/c/<slug>/reports")
def make() -> ResponseReturnValue:
    """Ask for the summary of a survey, from its newest run."""
    session = db_session()
    survey_id = whole_number(request.form.get("survey", ""))
    if survey_id is None:
        raise BadInput("Choose the survey that the summary is about.")
    survey = find(Survey, survey_id)
    run = latest_run(session, survey.id)
    if run is None:
        raise BadInput("This survey has no results yet. Group its ideas first.")
    ask_for(session, run, user())
    session.commit()
    return redirect(url_for("reports.index"), HTTPStatus.SEE_OTHER)


@bp.get("/c/<slug>/reports/<int:report_id>.pdf")
def download(report_id: int) -> ResponseReturnValue:
    """Give the PDF as it was made."""
    report = find(PdfReport, report_id)
    if report.pdf is None:
        raise NotFound("This report is not ready yet.")
    name = f"{community().slug}-survey-{report.id}.pdf"
    return Response(
        report.pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
