"""The first page of a survey: why we ask, how long it takes, what is promised.

A survey that its author laid out on one page stands below the promise, on that very page. Every other one is started
from there, and so is one of which this browser sent answers already: somebody else may want to answer.
"""

from http import HTTPStatus
from typing import Any

from flask.typing import ResponseReturnValue

from surveyapp.db import now, reading
from surveyapp.responses import collect
from surveyapp.responses.answer_page import Page
from surveyapp.responses.answer_views import by_cookie, fill, holes_of, look_up_ballots, part_words
from surveyapp.responses.collect import Kept
from surveyapp.responses.drawn_views import drawn
from surveyapp.responses.held import Bearer
from surveyapp.responses.language_views import choices, survey_to_read
from surveyapp.responses.screens import is_quotable, screens
from surveyapp.responses.shared_views import STALE, closed, has_valid_token, held, is_open, to
from surveyapp.surveys.kinds import minutes
from surveyapp.surveys.models import Layout, Survey
from surveyapp.web import db_session, sessions


def welcome(link: str) -> ResponseReturnValue:
    """Say why we ask, how long it takes and what is promised."""
    return show_welcome(survey_to_read(db_session(), link))


def show_welcome(survey: Survey, notice: str = "") -> ResponseReturnValue:
    """The first page; with a *notice*, as an answer to what could not be done."""
    if not is_open(survey):
        return closed(survey), HTTPStatus.OK
    bearer, before = by_cookie(survey), held().sent(survey.link)
    is_whole = survey.layout is Layout.SURVEY and (bearer.secret or before is None)
    kept = collect.kept(db_session(), survey, bearer.code) if bearer.secret or (is_whole and bearer.code) else None
    about_them: dict[str, Any] = {
        "is_invited": bool(bearer.secret),
        "is_answered": bool(bearer.secret and kept and kept.is_sent),
        "is_begun": kept.is_there if kept else bool(bearer.code),
        "is_preview": False,
        "notice": notice,
    }
    words = welcome_words(survey) | about_them
    holes = {"receipt": before.receipt if before else ""}
    kind: tuple[Any, ...] | None = tuple(about_them.values())
    if is_whole and not (kept and kept.is_sent):
        bearer = _begin(survey, bearer)
        page = Page(survey, 1)
        fill(page, kept or Kept())
        look_up_ballots(page, bearer)
        words |= part_words(page)
        holes |= holes_of(bearer)
        kind = (*kind, "whole") if kind and page.is_for_everybody else None
    return drawn("responses/welcome.html", kind, holes, **words), HTTPStatus.BAD_REQUEST if notice else HTTPStatus.OK


def welcome_words(survey: Survey) -> dict[str, Any]:
    """What the first page of a survey says to everybody."""
    return {
        "survey": survey,
        "community": survey.community,
        "minutes": minutes(survey.questions),
        "is_optional": not any(question.is_required for question in survey.questions),
        "is_quotable": is_quotable(survey),
        "screens": screens(survey),
        "page": None,
        **choices(survey),
    }


def start(link: str) -> ResponseReturnValue:
    """Give the browser a form of its own, or the one it has begun."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
    if not is_open(survey) or not has_valid_token():
        return show_welcome(survey_to_read(db_session(), link), notice=STALE)
    _begin(survey, Bearer(held().code(link), held().secret(link)))
    return to("responses.part", link=link, number=1)


def _begin(survey: Survey, bearer: Bearer) -> Bearer:
    """The questions are opened: whoever came without a personal link gets a private code now."""
    if not bearer.secret:
        bearer = bearer if bearer.code else Bearer(collect.new_code())
        held().begin(survey.link, bearer.code)
    held().start_clock(survey.link, now())
    return bearer
