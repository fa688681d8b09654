"""Pages for those who run a community: its surveys, how one collects answers, what it looks like, closing it."""

import io
from http import HTTPStatus
from typing import Any

import segno
from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from surveyapp.db import now
from surveyapp.errors import BadInput
from surveyapp.responses import collect, invite, marks, reach
from surveyapp.responses.answer_page import UNTOUCHED, Page
from surveyapp.responses.answer_views import holes_of, part_words
from surveyapp.responses.held import Bearer
from surveyapp.responses.language_views import asked_for, say
from surveyapp.responses.welcome_views import welcome_words
from surveyapp.surveys.at_link import survey_at
from surveyapp.surveys.design import is_open_on
from surveyapp.surveys.includes import includes
from surveyapp.surveys.models import Layout, State, Survey
from surveyapp.web import community, db_session, external_url, find, settings, user


def index() -> ResponseReturnValue:
    """List the surveys, the newest first, with how many were reached and answered, and what each asks for."""
    surveys = db_session().scalars(
        select(Survey).where(Survey.community_id == community().id).order_by(Survey.id.desc())
    )
    found = list(surveys)
    answered = collect.counts(db_session(), [survey.id for survey in found], is_sent=True)
    return render_template(
        "surveys/index.html",
        surveys=found,
        answered=answered,
        taken=reach.participation_of_all(db_session(), found),
        includes=includes(db_session(), answered),
        today=now().date(),
    )


def show(survey_id: int) -> ResponseReturnValue:
    """Show how to reach people, and how many answered."""
    survey = find(Survey, survey_id)
    today = now().date()
    return render_template(
        "responses/collect.html",
        survey=survey,
        today=today,
        answered=collect.count_sent(db_session(), survey.id),
        sources=marks.sources(db_session(), survey.id),
        doubts=marks.doubts(db_session(), survey.id),
        doubted=marks.count_doubted(db_session(), survey.id),
        begun=collect.counts(db_session(), [survey.id], is_sent=False)[survey.id],
        is_past=survey.state is State.OPEN and not is_open_on(survey.state, survey.closes_on, today),
        address=external_url("responses.welcome", link=survey.link),
        done=request.args.get("done", ""),
        number=request.args.get("number", 0, type=int),
        has_mail=bool(settings().mail_host),
        invited=invite.count_invited(db_session(), survey.id),
        members=reach.count_members(db_session(), survey.community_id),
        mail=reach.reached(db_session(), survey.id),
        reminders=reach.reminders(db_session(), survey.id),
        days=reach.participation_by_day(db_session(), survey.id),
        groups=reach.participation(db_session(), survey),
    )


def preview(survey_id: int, number: int = 0) -> ResponseReturnValue:
    """Show the pages as members see them; nothing can be stored here."""
    survey = find(Survey, survey_id)
    if language := asked_for(survey):
        say(db_session(), survey, language)
    words: dict[str, Any] = {"notice": "", "missing": [], "is_preview": True, **holes_of(Bearer(""))}
    if number or survey.layout is Layout.SURVEY:
        words |= part_words(Page(survey, number or 1, typed=UNTOUCHED, shows_all=True))
    if number:
        return render_template("responses/part.html", **words)
    words |= {"receipt": "", "is_invited": False, "is_answered": False, "is_begun": False}
    return render_template("responses/welcome.html", **welcome_words(survey) | words)


def close(survey_id: int) -> ResponseReturnValue:
    """Ask once more, then close the survey for good."""
    survey = find(Survey, survey_id)
    if request.method != "POST":
        return render_template(
            "responses/close.html",
            survey=survey,
            today=now().date(),
            answered=collect.count_sent(db_session(), survey.id),
            begun=collect.counts(db_session(), [survey.id], is_sent=False)[survey.id],
        )
    reach.close(db_session(), survey, settings().secret_key, now().date(), user_id=user().id)
    db_session().commit()
    return redirect(url_for("responses.collect", survey_id=survey_id), HTTPStatus.SEE_OTHER)


def trust(survey_id: int) -> ResponseReturnValue:
    """Trust all answers with one mark, or doubt them again; never single ones."""
    survey = find(Survey, survey_id)
    try:
        mark = marks.Mark(request.form.get("mark", ""))
    except ValueError:
        raise BadInput("There is no such mark.") from None
    marks.trust(db_session(), survey, mark, is_trusted=request.form.get("trust") == "yes", user_id=user().id)
    db_session().commit()
    return redirect(url_for("responses.collect", survey_id=survey_id, _anchor="doubt"), HTTPStatus.SEE_OTHER)


def qr(link: str) -> ResponseReturnValue:
    """Draw the open link as a QR code."""
    survey = survey_at(db_session(), link)
    drawn = io.BytesIO()
    code = segno.make(external_url("responses.welcome", link=survey.link), error="m", micro=False)
    code.save(drawn, kind="svg", border=0, omitsize=True, xmldecl=False, svgclass=None, lineclass=None, nl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")
