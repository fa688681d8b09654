"""Pages by which a member comes back to an answer, by personal link or private code: go on, change, withdraw."""

from datetime import timedelta
from http import HTTPStatus

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from surveyapp.db import reading
from surveyapp.responses import collect
from surveyapp.responses.held import bearer_of
from surveyapp.responses.invite import find_invitation
from surveyapp.responses.language_views import survey_to_read
from surveyapp.responses.shared_views import STALE, closed, has_valid_token, held, is_flooded, is_open, sent, to
from surveyapp.responses.welcome_views import show_welcome
from surveyapp.surveys.models import Survey
from surveyapp.web import db_session, sessions

TRIES = 30  # of private codes, from one network
TRIES_IN = timedelta(minutes=15)
NO_CODE = "A private code has 26 letters and digits, in groups of four. Please look at it again."
UNKNOWN_CODE = "No answers are kept under this code. Please compare it letter by letter."
TOO_MANY_CODES = "Many codes were tried from your network. Please wait a quarter of an hour, and try again."


def exchange(secret: str) -> ResponseReturnValue:
    """Take a personal link into the browser's cookie, and lead to an address that does not say it; stores nothing."""
    found = find_invitation(db_session(), secret)
    held().invite(found.link, secret)
    return to("responses.welcome", link=found.link)


def resume(link: str) -> ResponseReturnValue:
    """Ask for the private code."""
    survey = survey_to_read(db_session(), link)
    return _ask(survey) if is_open(survey) else closed(survey)


def go_on(link: str) -> ResponseReturnValue:
    """Go on with the answer of a private code, on whichever device."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey), HTTPStatus.CONFLICT
        typed = request.form.get("code", "")
        if not has_valid_token():
            return _ask(survey, typed, notice=STALE)
        code = collect.read_code(typed)
        if code is None:
            return _ask(survey, typed, problem=NO_CODE)
        if is_flooded("private codes", link, TRIES, TRIES_IN):
            return _ask(survey, typed, notice=TOO_MANY_CODES, status=HTTPStatus.TOO_MANY_REQUESTS)
        kept = collect.kept(reader, survey, code)
    if not kept.is_there:
        return _ask(survey, typed, problem=UNKNOWN_CODE)
    held().forget(link)
    if kept.is_sent:
        return sent(link, code)
    held().begin(link, code)
    held().start_clock(link, None)  # what was read before is not known here
    return to("responses.part", link=link, number=1)


def change(link: str) -> ResponseReturnValue:
    """Open an answer that was sent, to change it."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey), HTTPStatus.CONFLICT
        bearer = bearer_of(reader, survey, held(), request.form)
        if not has_valid_token():
            return _ask(survey, bearer.code, notice=STALE)
        kept = collect.kept(reader, survey, bearer.code)
    if not kept.is_there:
        return to("responses.resume", link=link)
    held().change(link)
    if not bearer.secret:
        held().begin(link, bearer.code)
    return to("responses.part", link=link, number=1)


def withdraw(link: str) -> ResponseReturnValue:
    """Ask once more, then delete an answer with all that it says."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey), HTTPStatus.CONFLICT
        bearer = bearer_of(reader, survey, held(), request.form)
        if not has_valid_token():
            return _ask(survey, bearer.code, notice=STALE)
    if request.form.get("sure") != "yes":
        return render_template("responses/withdraw.html", survey=survey, community=survey.community, bearer=bearer)
    with sessions().begin() as writer:
        collect.withdraw(writer, survey, bearer.code)
    held().forget(link)
    if bearer.secret:
        held().invite(link, bearer.secret)
    return to("responses.withdrawn", link=link)


def withdrawn(link: str) -> ResponseReturnValue:
    """Say that nothing is kept any more."""
    survey = survey_to_read(db_session(), link)
    return render_template("responses/withdrawn.html", survey=survey, community=survey.community)


def forget(link: str) -> ResponseReturnValue:
    """Let this browser forget what it holds of the survey: for whoever uses it next."""
    survey = survey_to_read(db_session(), link)
    if not has_valid_token():
        return show_welcome(survey, notice=STALE)
    held().forget(link)
    return to("responses.welcome", link=link)


def _ask(
    survey: Survey,
    typed: str = "",
    *,
    problem: str = "",
    notice: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    if problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif notice and status is HTTPStatus.OK:
        status = HTTPStatus.BAD_REQUEST
    page = render_template(
        "responses/resume.html",
        survey=survey,
        community=survey.community,
        typed=typed,
        problem=problem,
        notice=notice,
    )
    response = make_response(page, status)
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(int(TRIES_IN.total_seconds()))
    return response
