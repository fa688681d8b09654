"""The page on which a member reads what became of each idea: by private code, posted, or by personal link.

The code stands in no address and no log; how often codes are tried from one network is limited.
"""

from dataclasses import replace
from http import HTTPStatus

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from surveyapp.db import reading
from surveyapp.errors import NotFound
from surveyapp.goals.fates import fates_of, response_of_code, response_of_member
from surveyapp.responses import collect
from surveyapp.responses.invite import find_invitation
from surveyapp.responses.language_views import survey_to_read
from surveyapp.responses.own_views import NO_CODE, TOO_MANY_CODES, TRIES, TRIES_IN, UNKNOWN_CODE
from surveyapp.responses.shared_views import held, is_flooded
from surveyapp.responses.vote import taken_off
from surveyapp.surveys.models import Survey
from surveyapp.web import sessions


def fate(link: str) -> ResponseReturnValue:
    """Show what became of the ideas of whoever came by a personal link; ask others for their code."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        response_id, code = _of_personal_link(reader, survey)
        return _show(reader, survey, response_id, code) if response_id else _ask(survey)


def fate_of_code(link: str) -> ResponseReturnValue:
    """Show what became of the ideas of the answer that a private code leads to."""
    with reading(sessions()) as reader:  # not the session that writes: trying a code is counted beside it
        survey = survey_to_read(reader, link)
        typed = request.form.get("code", "")
        code = collect.read_code(typed)
        if code is None:
            return _ask(survey, typed, NO_CODE)
        if is_flooded("private codes", link, TRIES, TRIES_IN):
            return _ask(survey, typed, TOO_MANY_CODES, HTTPStatus.TOO_MANY_REQUESTS)
        response_id = response_of_code(reader, survey, code)
        return _show(reader, survey, response_id, code) if response_id else _ask(survey, typed, UNKNOWN_CODE)


def _of_personal_link(reader: Session, survey: Survey) -> tuple[str | None, str]:
    """The answer of whoever opened a personal link in this browser, and its private code as long as that is known.

    After closing it is found only where the survey links answers to members.
    """
    secret = held().secret(survey.link)
    if not secret:
        return None, ""
    try:
        invited = find_invitation(reader, secret)
    except NotFound:
        return None, ""
    if invited.survey_id != survey.id:
        return None, ""
    if survey.answer_key is not None:
        code = invited.code(survey)
        return response_of_code(reader, survey, code), code
    return response_of_member(reader, survey, invited.member_id) if invited.member_id is not None else None, ""


def _show(reader: Session, survey: Survey, response_id: str, code: str) -> ResponseReturnValue:
    fates = fates_of(reader, survey, response_id)
    if code:
        fates = replace(fates, taken_off=taken_off(reader, survey, code))
    return render_template("goals/fates.html", survey=survey, community=survey.community, fates=fates)


def _ask(
    survey: Survey, typed: str = "", problem: str = "", status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> ResponseReturnValue:
    page = render_template(
        "goals/ask_code.html", survey=survey, community=survey.community, typed=typed, problem=problem
    )
    response = make_response(page, status if problem else HTTPStatus.OK)
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(int(TRIES_IN.total_seconds()))
    return response
