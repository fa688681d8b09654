"""Pages on which a survey is composed: each button is a form of its own, so that they work without a script."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.db import now
from surveyapp.errors import AppError, BadInput
from surveyapp.surveys import compose, undo
from surveyapp.surveys.branching import read_condition
from surveyapp.surveys.design import must_be_draft
from surveyapp.surveys.edit_views import edit_page
from surveyapp.surveys.forms import QuestionForm
from surveyapp.surveys.models import Kind, Question, State, Survey
from surveyapp.surveys.views import bp
from surveyapp.web import db_session, find, user

T = TypeVar("T")
MOST_REMOVED = 250_000  # characters of a removed question with its translations
MOVES = {"up": -1, "down": 1}
PLACE = re.compile(r"([0-9]{1,9})\.([0-9]{1,3})")  # a part's number, and the place in it


@bp.post("/c/<slug>/surveys/<int:survey_id>/questions")
def add_question(survey_id: int) -> ResponseReturnValue:
    """Put a new question into a draft, then ask for the rest."""
    survey = find(Survey, survey_id)

    def add() -> Question:
        section = next((one for one in survey.sections if str(one.id) == request.form.get("section")), None)
        if section is None:
            raise BadInput("Choose one of the parts of the survey.")
        try:
            kind = Kind(request.form.get("kind", ""))
        except ValueError:
            raise BadInput("Choose one of the kinds of questions.") from None
        return compose.add_question(db_session(), survey, section, kind, request.form.get("prompt", ""))

    return _do(survey, add, lambda question: url_for("surveys.question", survey_id=survey_id, question_id=question.id))


@bp.route("/c/<slug>/surveys/<int:survey_id>/questions/<int:question_id>", methods=["GET", "POST"])
def question(survey_id: int, question_id: int) -> ResponseReturnValue:
    """Change a question of a draft, or reword one of an open survey."""
    survey = find(Survey, survey_id)
    editing = compose.find_question(survey, question_id)
    if survey.state is not State.OPEN:
        must_be_draft(survey)
    form = QuestionForm()
    if request.method != "POST":
        form.show(editing)
        return edit_page(survey, question_form=form, editing=editing)
    typed = _typed_tests()
    removed: undo.Removed | None = None
    if not form.validate_on_submit():
        page = edit_page(survey, question_form=form, editing=editing, typed_tests=typed)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        if survey.state is State.OPEN:
            compose.reword(
                db_session(),
                survey,
                editing,
                prompt=form.prompt.data,
                help_text=form.help.data or "",
                note=form.note.data or "",
                today=now().date(),
                user_id=user().id,
            )
        else:
            earlier = survey.questions[: survey.questions.index(editing)]
            before = editing.settings.get("options", [])
            compose.change(
                survey,
                editing,
                prompt=form.prompt.data,
                help_text=form.help.data or "",
                is_required=bool(form.is_required.data),
                settings=form.settings(editing),
                condition=read_condition(typed[0], typed[1], earlier),
            )
            removed = undo.take_out_answers(db_session(), survey, editing, before)
    except AppError as error:
        db_session().rollback()
        survey = find(Survey, survey_id)
        editing = compose.find_question(survey, question_id)
        page = edit_page(survey, question_form=form, editing=editing, typed_tests=typed, problem=str(error))
        return page, error.status
    if removed:
        return _offer_to_bring_back(survey_id, removed)
    db_session().commit()
    return _to_question(survey_id, question_id)


@bp.post("/c/<slug>/surveys/<int:survey_id>/questions/<int:question_id>/move")
def move_question(survey_id: int, question_id: int) -> ResponseReturnValue:
    """Move a question up or down, or to a place of a part."""
    survey = find(Survey, survey_id)
    moved = compose.find_question(survey, question_id)
    to = request.form.get("to", "")

    def move() -> None:
        if place := PLACE.fullmatch(to):
            compose.put(db_session(), survey, moved, int(place[1]), int(place[2]))
        elif to in MOVES:
            compose.move(db_session(), survey, moved, MOVES[to])

    return _do(
        survey,
        move,
        lambda _: url_for("surveys.edit", survey_id=survey_id, _anchor=f"question-{question_id}"),
    )


@bp.post("/c/<slug>/surveys/<int:survey_id>/questions/<int:question_id>/copy")
def copy_question(survey_id: int, question_id: int) -> ResponseReturnValue:
    """Put a copy of a question below it."""
    survey = find(Survey, survey_id)
    source = compose.find_question(survey, question_id)
    return _do(
        survey,
        lambda: compose.copy_question(db_session(), survey, source),
        lambda copy: url_for("surveys.edit", survey_id=survey_id, _anchor=f"question-{copy.id}"),
    )


@bp.post("/c/<slug>/surveys/<int:survey_id>/questions/<int:question_id>/remove")
def remove_question(survey_id: int, question_id: int) -> ResponseReturnValue:
    """Take a question out; the page that follows offers to bring it back."""
    survey = find(Survey, survey_id)
    gone = compose.find_question(survey, question_id)
    return _take_out(survey, lambda: undo.remove_question(db_session(), survey, gone))


@bp.post("/c/<slug>/surveys/<int:survey_id>/restore")
def restore_question(survey_id: int) -> ResponseReturnValue:
    """Bring back the question, the answers or the part that was removed last."""
    survey = find(Survey, survey_id)

    def restore() -> str:
        typed = request.form.get("removed", "")
        try:
            removed = json.loads(typed) if len(typed) <= MOST_REMOVED else None
        except (ValueError, RecursionError):
            removed = None
        return undo.restore(db_session(), survey, removed)

    return _do(survey, restore, lambda anchor: url_for("surveys.edit", survey_id=survey_id, _anchor=anchor))


@bp.post("/c/<slug>/surveys/<int:survey_id>/parts")
def add_section(survey_id: int) -> ResponseReturnValue:
    """Put a new part at the end of a draft."""
    survey = find(Survey, survey_id)
    return _do(
        survey,
        lambda: compose.add_section(db_session(), survey, request.form.get("title", "")),
        lambda section: url_for("surveys.edit", survey_id=survey_id, _anchor=f"part-{section.position}"),
    )


@bp.route("/c/<slug>/surveys/<int:survey_id>/parts/<int:section_id>", methods=["GET", "POST"])
def section(survey_id: int, section_id: int) -> ResponseReturnValue:
    """Change the title and the intro of a part, or take out an empty one."""
    survey = find(Survey, survey_id)
    editing = compose.find_section(survey, section_id)
    must_be_draft(survey)
    if request.method != "POST":
        return edit_page(survey, editing_section=editing)

    if request.form.get("do") == "remove":
        return _take_out(survey, lambda: undo.remove_section(db_session(), survey, editing))

    def change() -> None:
        title, intro = (request.form.get(name, "") for name in ("title", "intro"))
        compose.change_section(survey, editing, title=title, intro=intro)

    return _do(survey, change, lambda _: url_for("surveys.edit", survey_id=survey_id))


def _do(survey: Survey, work: Callable[[], T], then: Callable[[T], str]) -> ResponseReturnValue:
    """Do the work and go on, or show the page again with what was wrong."""
    survey_id = survey.id
    try:
        done = work()
    except AppError as error:
        db_session().rollback()
        return edit_page(find(Survey, survey_id), problem=str(error)), error.status
    db_session().commit()
    return redirect(then(done), HTTPStatus.SEE_OTHER)


def _take_out(survey: Survey, work: Callable[[], undo.Removed]) -> ResponseReturnValue:
    """Take something out; the page that follows offers to bring it back."""
    survey_id = survey.id
    try:
        removed = work()
    except AppError as error:
        db_session().rollback()
        return edit_page(find(Survey, survey_id), problem=str(error)), error.status
    return _offer_to_bring_back(survey_id, removed)


def _offer_to_bring_back(survey_id: int, removed: undo.Removed) -> ResponseReturnValue:
    db_session().commit()
    db_session().expire_all()
    return edit_page(find(Survey, survey_id), removed=removed)


def _typed_tests() -> tuple[str, list[tuple[str, str, str]]]:
    parts = (request.form.getlist(name) for name in ("if_question", "if_is", "if_value"))
    return request.form.get("if_join", "all"), list(zip(*parts, strict=False))


def _to_question(survey_id: int, question_id: int) -> ResponseReturnValue:
    address = url_for("surveys.edit", survey_id=survey_id, _anchor=f"question-{question_id}")
    return redirect(address, HTTPStatus.SEE_OTHER)
