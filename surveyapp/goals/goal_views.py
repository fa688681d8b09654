"""The pages of goals: all of them, and each with its finish line, how far it is, and how it came about."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp.db import now
from surveyapp.errors import AppError
from surveyapp.goals.forms import EndForm, LevelForm
from surveyapp.goals.models import Ending, Goal
from surveyapp.goals.pursue import Health, achieve, goals_of, health, retire, set_level
from surveyapp.goals.trail import raised
from surveyapp.review.judge import COLUMN_NAMES
from surveyapp.review.models import Column
from surveyapp.review.rank import ranked
from surveyapp.review.read import decisions_of
from surveyapp.web import community, db_session, find, user

FIRST = 3  # candidates that are named where a community has no goal (R4)


def index() -> ResponseReturnValue:
    """List the goals; where none is under way, say so and name the best-supported candidates (R4)."""
    session = db_session()
    goals = goals_of(session, community().id)
    active = [goal for goal in goals if goal.ended_on is None]
    undecided = (Column.NEW, Column.SHORTLISTED)
    candidates = [] if active else [r for r in ranked(session, community().id) if r.candidate.column in undecided]
    return render_template(
        "goals/index.html",
        active=active,
        ended=[goal for goal in goals if goal.ended_on is not None],
        candidates=candidates[:FIRST],
        today=now().date(),
        Health=Health,
        health=health,
    )


def show(goal_id: int) -> ResponseReturnValue:
    """Show a goal."""
    goal = find(Goal, goal_id)
    return _page(goal, LevelForm(formdata=None, level=goal.level), EndForm(formdata=None))


def level(goal_id: int) -> ResponseReturnValue:
    """Say where a goal stands now."""
    goal = find(Goal, goal_id)
    form = LevelForm()
    if not form.validate_on_submit():
        return _page(goal, form, EndForm(formdata=None)), HTTPStatus.UNPROCESSABLE_ENTITY
    set_level(db_session(), goal, form.level.data or 0.0, user_id=user().id)
    db_session().commit()
    return redirect(url_for("goals.show", goal_id=goal.id), HTTPStatus.SEE_OTHER)


def end(goal_id: int) -> ResponseReturnValue:
    """End a goal, with a reason that members can read (R3)."""
    goal = find(Goal, goal_id)
    form = EndForm()
    if not form.validate_on_submit():
        return _page(goal, LevelForm(formdata=None, level=goal.level), form), HTTPStatus.UNPROCESSABLE_ENTITY
    finish = achieve if form.ending.data == Ending.ACHIEVED.value else retire
    try:
        finish(db_session(), goal, form.reason.data, user_id=user().id, today=now().date())
        db_session().commit()
    except AppError as error:
        db_session().rollback()
        goal = find(Goal, goal_id)
        page = _page(goal, LevelForm(formdata=None, level=goal.level), form, problem=error)
        return page, error.status
    return redirect(url_for("goals.show", goal_id=goal_id), HTTPStatus.SEE_OTHER)


def _page(goal: Goal, level_form: LevelForm, end_form: EndForm, problem: AppError | None = None) -> str:
    session = db_session()
    return render_template(
        "goals/show.html",
        goal=goal,
        raised=raised(session, goal),
        decisions=decisions_of(session, goal.candidate),
        names=COLUMN_NAMES,
        health=health(goal, now().date()),
        level_form=level_form,
        end_form=end_form,
        problem=problem,
    )
