"""Report this: a page on which a member says what is wrong with words of others, and comes back to where they were.

It stands here because words of others are proposals and themes. How much comes from one network is limited; nothing
that is stored leads to whoever reports (R6).
"""

import re
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.db import reading
from surveyapp.errors import TooMany
from surveyapp.responses.language_views import survey_to_read
from surveyapp.responses.models import Why
from surveyapp.responses.shared_views import MINUTE, closed, is_flooded, is_open
from surveyapp.text_gate import whole_number
from surveyapp.themes import flags
from surveyapp.web import sessions

PROPOSAL = re.compile(r"[0-9a-f]{32}")
FLAGS_PER_MINUTE = 10  # by one open link, from one network
CHOOSE = "Please say what is wrong with it."
TOO_MANY = "Many reports are coming in from your network. Please try again in a minute."


def flag(link: str, number: int) -> ResponseReturnValue:
    """Show the words, and ask what is wrong with them; or thank for having said it."""
    return _page(link, number)


def report(link: str, number: int) -> ResponseReturnValue:
    """Note what is wrong with words of others."""
    try:
        why = Why(request.form.get("why", ""))
    except ValueError:
        return _page(link, number, CHOOSE)
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
    if not is_open(survey):
        return closed(survey), HTTPStatus.CONFLICT
    if is_flooded("reports by link", link, FLAGS_PER_MINUTE, MINUTE):
        raise TooMany(TOO_MANY, retry_after=60)
    proposal_id, theme_id = _what()
    with sessions().begin() as writer:
        flags.flag(writer, survey, why, proposal_id=proposal_id, theme_id=theme_id)
    return redirect(url_for("themes.flag", link=link, number=number, done="yes"), HTTPStatus.SEE_OTHER)


def _what() -> tuple[str, int | None]:
    """The proposal, or else the theme, that the address or the form names."""
    proposal_id = request.values.get("proposal", "")
    theme_id = whole_number(request.values.get("theme", ""))
    if PROPOSAL.fullmatch(proposal_id):
        return proposal_id, None
    return "", theme_id if theme_id is not None and 0 < theme_id < 1 << 31 else None


def _page(link: str, number: int, problem: str = "") -> ResponseReturnValue:
    is_done = request.args.get("done") == "yes" and not problem
    proposal_id, theme_id = _what()
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey)
        if not (is_done or proposal_id or theme_id):
            return redirect(url_for("responses.part", link=link, number=number), HTTPStatus.SEE_OTHER)
        words = "" if is_done else flags.words_of(reader, survey, proposal_id=proposal_id, theme_id=theme_id)
    page = render_template(
        "themes/flag.html",
        survey=survey,
        community=survey.community,
        number=number,
        words=words,
        proposal_id=proposal_id,
        theme_id=theme_id,
        reasons=flags.REASONS,
        problem=problem,
        is_done=is_done,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
