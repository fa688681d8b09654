"""Pages of surveys for those who run the community: make one, word it, settle it, open it."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from surveyapp import audit
from surveyapp.db import now
from surveyapp.surveys import compose, design
from surveyapp.surveys.edit_views import edit_page
from surveyapp.surveys.forms import NewSurveyForm, SettingsForm
from surveyapp.surveys.models import Survey
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.web import community, db_session, find, settings, user

MOST_EARLIER = 30  # surveys of one's own to copy from
BEFORE_FOUNDING = "before_founding"  # the ready-made survey that a community in preparation starts with
EMPTY = "empty"

bp = Blueprint("surveys", __name__)  # its index is drawn in responses/, which knows how many answered


@bp.route("/c/<slug>/surveys/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make a draft: of a ready-made survey, of an earlier one, or an empty one."""
    form = NewSurveyForm()
    earlier = {
        f"survey-{survey.id}": survey
        for survey in db_session().scalars(
            select(Survey).where(Survey.community_id == community().id).order_by(Survey.id.desc()).limit(MOST_EARLIER)
        )
    }
    form.starts = frozenset({*READY_MADE, *earlier, EMPTY})
    if request.method != "POST":
        first = BEFORE_FOUNDING if community().is_in_preparation else next(iter(READY_MADE))
        form.title.data, form.ready_made.data = _free_title(), first
        form.smallest_group.data, form.quote_group.data = settings().smallest_group, settings().quote_group
    if not form.validate_on_submit():
        page = render_template("surveys/new.html", form=form, ready_made=READY_MADE, earlier=earlier, empty=EMPTY)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    start = form.ready_made.data
    if start in earlier:
        survey = compose.copy_survey(db_session(), earlier[start], title=form.title.data)
    elif start == EMPTY:
        survey = compose.new_survey(
            db_session(),
            community(),
            title=form.title.data,
            smallest_group=form.smallest_group.data or settings().smallest_group,
            quote_group=form.quote_group.data or settings().quote_group,
        )
    else:
        survey = READY_MADE[start].make(db_session(), community())
    wanted = form.settings()
    wanted["purpose"] = wanted["purpose"] or survey.purpose
    design.settle(survey, **wanted, today=now().date())
    audit.record(db_session(), "made a survey", user_id=user().id, community_id=community().id, survey=survey.id)
    db_session().commit()
    return redirect(url_for("surveys.edit", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.get("/c/<slug>/surveys/<int:survey_id>")
def edit(survey_id: int) -> ResponseReturnValue:
    """Show the questions and settings; those of a draft can be changed."""
    survey = find(Survey, survey_id)
    return edit_page(survey)


@bp.post("/c/<slug>/surveys/<int:survey_id>")
def settle(survey_id: int) -> ResponseReturnValue:
    """Change the settings of a draft."""
    survey = find(Survey, survey_id)
    form = SettingsForm()
    if not form.validate_on_submit():
        return edit_page(survey, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    design.settle(survey, **form.settings(), today=now().date())
    db_session().commit()
    return redirect(url_for("surveys.edit", survey_id=survey.id), HTTPStatus.SEE_OTHER)


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


def _free_title() -> str:
    """A title for the next survey: the season and the year, numbered if there is one already."""
    today = now().date()
    season = ("Winter", "Spring", "Summer", "Autumn")[today.month % 12 // 3]
    title = f"{season} {today.year}"
    taken = set(db_session().scalars(select(Survey.title).where(Survey.community_id == community().id)))
    return next(name for name in (title, *(f"{title}, {n}" for n in range(2, len(taken) + 3))) if name not in taken)
