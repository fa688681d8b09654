"""Pages for taking in a file: send it, say which column answers what, look at what comes of it, take it in."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.csv_file import Table, read_csv
from surveyapp.errors import AppError, BadInput
from surveyapp.gate import FILE_BYTES
from surveyapp.responses import hand_out as handing_out
from surveyapp.responses import take_in as files
from surveyapp.responses.map_columns import Place, guess, places
from surveyapp.responses.views import bp
from surveyapp.surveys.models import Question, State, Survey
from surveyapp.uploads import UploadedFile, find_upload, keep_upload
from surveyapp.web import db_session, find, user

MOST_COLUMNS = 200
MOST_ROWS = 50_000
EXAMPLES = 5
SHOWN_REFUSALS = 200


@bp.route("/c/<slug>/surveys/<int:survey_id>/take-in", methods=["GET", "POST"])
def take_in(survey_id: int) -> ResponseReturnValue:
    """Ask for a file, and keep it until it is taken in."""
    survey = find(Survey, survey_id)
    if request.method == "GET":
        return _file_page(survey)
    try:
        upload = _uploaded(survey)
    except AppError as error:
        return _file_page(survey, problem=str(error)), error.status
    db_session().commit()
    return redirect(url_for("responses.take_in_preview", survey_id=survey.id, key=upload.id), HTTPStatus.SEE_OTHER)


def _uploaded(survey: Survey) -> UploadedFile:
    """Keep the file that was sent, once it can be read."""
    files.must_be_open(survey)
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if sent is None or not sent.filename:
        raise BadInput("Choose a file first.")
    name = re.split(r"[/\\]", sent.filename)[-1]
    _table(content, name)
    files.refuse_again(db_session(), survey, files.hash_of(content))
    return keep_upload(db_session(), survey.community_id, survey.id, name=name, content=content, user_id=user().id)


def _table(content: bytes, name: str) -> Table:
    return read_csv(content, name, most_bytes=FILE_BYTES, most_columns=MOST_COLUMNS, most_rows=MOST_ROWS)


def _file_page(survey: Survey, problem: str = "") -> str:
    taken = files.taken_in(db_session(), survey)
    return render_template(
        "responses/take_in.html",
        survey=survey,
        problem=problem,
        taken=taken,
        new=next((one for one in taken if str(one.id) == request.args.get("taken")), None),
        is_open=survey.state is State.OPEN,
        most_mb=FILE_BYTES >> 20,
        most_columns=MOST_COLUMNS,
        most_rows=MOST_ROWS,
    )


@bp.route("/c/<slug>/surveys/<int:survey_id>/take-in/<key>", methods=["GET", "POST"])
def take_in_preview(survey_id: int, key: str) -> ResponseReturnValue:
    """Show what would be taken in, and take it in once it is as the manager wants it."""
    survey = find(Survey, survey_id)
    upload = find_upload(db_session(), survey.community_id, survey.id, key, user().id)
    if request.method == "POST" and request.form.get("do") == "discard":
        db_session().delete(upload)
        db_session().commit()
        return redirect(url_for("responses.take_in", survey_id=survey.id), HTTPStatus.SEE_OTHER)
    table = _table(upload.content, upload.name)
    mapping = _posted(survey, table) if request.method == "POST" else guess(survey, table.header)
    preview = Preview(survey, upload, table, mapping, may_quote="may_quote" in request.form)
    do = request.form.get("do", "look")
    if do not in ("take_in", "leave_out"):
        return _preview_page(preview)
    if request.form.get("looked_at") != preview.digest:
        changed = "You chose other columns since you looked. Look at what would be taken in now, then press again."
        return _preview_page(preview, changed), HTTPStatus.CONFLICT
    try:
        taken = files.take_in(
            db_session(),
            survey,
            files.plan(survey, table, mapping),
            file_name=upload.name,
            sha256=files.hash_of(upload.content),
            user_id=user().id,
            may_quote=preview.may_quote,
            is_leaving_out=do == "leave_out",
        )
    except AppError as error:
        db_session().rollback()
        return _preview_page(preview, str(error)), error.status
    db_session().delete(upload)
    db_session().commit()
    return redirect(url_for("responses.take_in", survey_id=survey.id, taken=taken.id), HTTPStatus.SEE_OTHER)


def _posted(survey: Survey, table: Table) -> dict[str, str]:
    """The mapping that was chosen: fields hold numbers of columns."""
    numbers = {str(number): column for number, column in enumerate(table.header)}
    posted = ((place.field, request.form.get(place.field, "")) for place in places(survey))
    return {field: numbers[number] for field, number in posted if number in numbers}


@dataclass(frozen=True)
class Preview:
    """What the page of a file shows."""

    survey: Survey
    upload: UploadedFile
    table: Table
    mapping: Mapping[str, str]
    may_quote: bool

    @property
    def digest(self) -> str:
        """Tells one choice of columns from another."""
        return hashlib.sha256(repr(sorted(self.mapping.items())).encode()).hexdigest()[:16]

    @property
    def questions(self) -> list[tuple[Question, list[Place]]]:
        """The survey's questions, each with its places."""
        every = places(self.survey)
        return [(question, [p for p in every if p.question is question]) for question in self.survey.questions]

    @property
    def filled(self) -> list[Place]:
        """The places for which a column is chosen."""
        return [place for place in places(self.survey) if place.field in self.mapping]

    @property
    def unused(self) -> list[str]:
        """The columns that are left out."""
        return [column for column in self.table.header if column not in self.mapping.values()]

    def examples(self, plan: files.Plan) -> list[tuple[int, list[str]]]:
        """The first rows that would be taken in, with their lines, as far as they are used."""
        columns = [self.table.header.index(self.mapping[place.field]) for place in self.filled]
        refused = {line for line, _ in plan.refused}
        lines = zip(self.table.line_numbers, self.table.rows, strict=True)
        used = ((line, [cells[column] for column in columns]) for line, cells in lines if line not in refused)
        return list(islice(((line, cells) for line, cells in used if "".join(cells).strip()), EXAMPLES))


def _preview_page(preview: Preview, problem: str = "") -> str:
    plan = None
    try:
        files.must_be_open(preview.survey)
        plan = files.plan(preview.survey, preview.table, preview.mapping)
    except AppError as error:
        problem = problem or str(error)
    return render_template(
        "responses/take_in_preview.html",
        preview=preview,
        survey=preview.survey,
        plan=plan,
        problem=problem,
        most_refusals=SHOWN_REFUSALS,
        is_guess=request.method == "GET",
    )


@bp.post("/c/<slug>/surveys/<int:survey_id>/answers")
def hand_out(survey_id: int) -> ResponseReturnValue:
    """Give the answers of a closed survey as a CSV file."""
    survey = find(Survey, survey_id)
    content = handing_out.hand_out(db_session(), survey, user_id=user().id)
    db_session().commit()
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{handing_out.file_name(survey)}"'
    return response
