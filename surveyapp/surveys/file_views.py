"""Pages by which a survey goes out as a file, and comes in from one."""

import re
from http import HTTPStatus

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from surveyapp import audit
from surveyapp.errors import AppError, BadInput
from surveyapp.gate import FILE_BYTES
from surveyapp.surveys.foreign import ForeignSurvey, build
from surveyapp.surveys.limesurvey import read_limesurvey
from surveyapp.surveys.models import Survey
from surveyapp.surveys.surveyjs import MOST_BYTES, read_surveyjs, write_surveyjs
from surveyapp.surveys.translate import translations
from surveyapp.surveys.views import bp
from surveyapp.web import community, db_session, find, settings, user

NO_NAME = re.compile(r"[^a-z0-9]+")


@bp.get("/c/<slug>/surveys/<int:survey_id>/export")
def export(survey_id: int) -> ResponseReturnValue:
    """Give a survey as SurveyJS JSON."""
    survey = find(Survey, survey_id)
    translated = {code: translations(db_session(), survey, code) for code in survey.languages}
    response = Response(write_surveyjs(survey, translated), mimetype="application/json")
    name = NO_NAME.sub("-", survey.title.casefold()).strip("-")[:60] or "survey"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@bp.route("/c/<slug>/surveys/from-file", methods=["GET", "POST"])
def from_file() -> ResponseReturnValue:
    """Make a draft of a file of another tool, and say what of it could not be taken."""
    if request.method == "GET":
        return _page()
    try:
        foreign = _read()
        survey = build(
            db_session(),
            community(),
            foreign,
            smallest_group=settings().smallest_group,
            quote_group=settings().quote_group,
        )
    except AppError as error:
        db_session().rollback()
        return _page(problem=str(error)), error.status
    audit.record(
        db_session(),
        "made a survey from a file",
        user_id=user().id,
        community_id=community().id,
        survey=survey.id,
        left_out=len(foreign.left_out),
    )
    db_session().commit()
    return _page(survey=survey, left_out=foreign.left_out), HTTPStatus.CREATED


def _read() -> ForeignSurvey:
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if sent is None or not sent.filename:
        raise BadInput("Choose a file first.")
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    return read_surveyjs(content) if is_json else read_limesurvey(content)


def _page(*, problem: str = "", survey: Survey | None = None, left_out: list[str] | None = None) -> str:
    return render_template(
        "surveys/from_file.html",
        problem=problem,
        survey=survey,
        left_out=left_out or [],
        most_mb=min(MOST_BYTES, FILE_BYTES) >> 20,
    )
