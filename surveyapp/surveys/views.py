"""Pages of surveys for those who run the community: make one, word it, settle it, open it."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from surveyapp import audit
from surveyapp.db import now
from surveyapp.errors import NotFound
from surveyapp.surveys import design
from surveyapp.surveys.forms import NewSurveyForm, QuestionForm, SettingsForm
from surveyapp.surveys.kinds import RULES, minutes
from surveyapp.surveys.models import Question, State, Survey
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.web import community, db_session, find, is_manager, settings, user

bp = Blueprint("surveys", __name__)  # its index is drawn in responses/, which knows how many answered


@bp.route("/c/<slug>/surveys/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make a draft of a ready-made survey."""
    form = NewSurveyForm()
    if request.method != "POST":
        form.title.data, form.ready_made.data = _free_title(), next(iter(READY_MADE))
        form.smallest_group.data, form.quote_group.data = settings().smallest_group, settings().quote_group
    if not form.validate_on_submit():
        page = render_template("surveys/new.html", form=form, ready_made=READY_MADE)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    survey = READY_MADE[form.ready_made.data].make(db_session(), community())
    design.settle(survey, **form.settings(), today=now().date())
    audit.record(db_session(), "made a survey", user_id=user().id, community_id=community().id, survey=survey.id)
    db_session().commit()
    return redirect(url_for("surveys.edit", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.get("/c/<slug>/surveys/<int:survey_id>")
def edit(survey_id: int) -> ResponseReturnValue:
    """Show the questions and settings; those of a draft can be changed."""
    survey = find(Survey, survey_id)
    form = SettingsForm()
    form.show(survey)
    return _edit_page(survey, form=form)


@bp.post("/c/<slug>/surveys/<int:survey_id>")
def settle(survey_id: int) -> ResponseReturnValue:
    """Change the settings of a draft."""
    survey = find(Survey, survey_id)
    form = SettingsForm()
    if not form.validate_on_submit():
        return _edit_page(survey, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    design.settle(survey, **form.settings(), today=now().date())
    db_session().commit()
    return redirect(url_for("surveys.edit", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.route("/c/<slug>/surveys/<int:survey_id>/questions/<int:question_id>", methods=["GET", "POST"])
def reword(survey_id: int, question_id: int) -> ResponseReturnValue:
    """Give a question of a draft other words."""
    survey = find(Survey, survey_id)
    question = next((q for q in survey.questions if q.id == question_id), None)
    if question is None:
        raise NotFound("This survey has no such question.")
    if survey.state is not State.DRAFT:
        raise design.NotADraft("This survey is open or closed already; what members read stays as it is.")
    form = QuestionForm()
    if request.method != "POST":
        form.prompt.data, form.help.data = question.prompt, question.help
    if not form.validate_on_submit():
        page = _edit_page(survey, question_form=form, editing=question)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    design.reword(survey, question, prompt=form.prompt.data, help_text=form.help.data)
    db_session().commit()
    anchor = f"question-{question.id}"
    return redirect(url_for("surveys.edit", survey_id=survey.id, _anchor=anchor), HTTPStatus.SEE_OTHER)


@bp.route("/c/<slug>/surveys/<int:survey_id>/open", methods=["GET", "POST"])
def open_(survey_id: int) -> ResponseReturnValue:
    """Show what opening makes binding, then open."""
    survey = find(Survey, survey_id)
    today = now().date()
    if request.method != "POST":
        is_past = survey.closes_on is not None and survey.closes_on < today
        problems = [*design.problems(survey), *(["The last day to answer is past."] if is_past else [])]
        return render_template("surveys/open.html", survey=survey, problems=problems, today=today)
    design.open_survey(db_session(), survey, today, user_id=user().id)
    db_session().commit()
    return redirect(url_for("responses.collect", survey_id=survey.id), HTTPStatus.SEE_OTHER)


def _edit_page(
    survey: Survey,
    *,
    form: SettingsForm | None = None,
    question_form: QuestionForm | None = None,
    editing: Question | None = None,
) -> str:
    if form is None:
        form = SettingsForm(formdata=None)
        form.show(survey)
    return render_template(
        "surveys/edit.html",
        survey=survey,
        rules=RULES,
        minutes=minutes(survey.questions),
        form=form,
        question_form=question_form,
        editing=editing,
        may_change=is_manager() and survey.state is State.DRAFT,
        today=now().date(),
    )


def _free_title() -> str:
    """A title for the next survey: the season and the year, numbered if there is one already."""
    today = now().date()
    season = ("Winter", "Spring", "Summer", "Autumn")[today.month % 12 // 3]
    title = f"{season} {today.year}"
    taken = set(db_session().scalars(select(Survey.title).where(Survey.community_id == community().id)))
    return next(name for name in (title, *(f"{title}, {n}" for n in range(2, len(taken) + 3))) if name not in taken)
