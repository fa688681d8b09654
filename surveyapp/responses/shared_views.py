"""What all pages for members need: what the browser holds, whether a form is ours, how much comes from one network."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from surveyapp import throttle
from surveyapp.db import now
from surveyapp.responses import collect
from surveyapp.responses.held import Held
from surveyapp.surveys.design import takes_answers
from surveyapp.surveys.models import Survey
from surveyapp.web import sessions, settings

MINUTE = timedelta(minutes=1)
HIDDEN = ("code", "invited", "csrf_token", "seen")  # fields that nobody typed
STALE = "This page was open for a long time, or your browser refused a cookie. Nothing was lost: please press again."


def held() -> Held:
    """What the browser holds."""
    return Held(cast(Any, session)._get_current_object())  # not its stand-in, which looks it up for each look


def closed(survey: Survey, typed: Mapping[str, str] | None = None, reason: str = "") -> str:
    """The friendly page of a survey that takes no answers, or not theirs; what was typed after all is shown."""
    words = (text for name, text in (typed or {}).items() if name not in HIDDEN)
    texts = [text for text in words if " " in text.strip()]
    return render_template(
        "responses/closed.html", survey=survey, community=survey.community, texts=texts, reason=reason
    )


def sent(link: str, code: str) -> ResponseReturnValue:
    """Lead to the receipt of an answer that is sent."""
    receipt = collect.receipt_of(code)
    held().send(link, receipt, code, now())
    return to("responses.thanks", link=link, receipt=receipt)


def to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Lead to another page."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def is_open(survey: Survey) -> bool:
    """Whether the survey takes answers now."""
    return takes_answers(survey, now().date())


def has_valid_token() -> bool:
    """Whether the posted form is one of ours, given to this browser not long ago."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def is_flooded(what: str, link: str, most: int, window: timedelta) -> bool:
    """Count one more of something from the sender's network; whether there are too many."""
    return count_from_here(what, link, window)[0] > most


def count_from_here(what: str, link: str, *windows: timedelta) -> list[int]:
    """Count one more of something from the sender's network, in a transaction of its own; how many in each window.

    This machine's own addresses are not counted: behind a proxy nobody told us of, everybody would have them.
    """
    if _is_this_machine():
        return [0] * len(windows)
    key = throttle.key_of(settings().secret_key, what, f"{link} {throttle.network(request.remote_addr)}")
    return throttle.tallies(sessions(), key, *windows)


def count_from_anywhere(what: str, link: str, window: timedelta) -> int:
    """Count one more of something by an open link, from whichever network; how many there are in the window."""
    if _is_this_machine():
        return 0
    return throttle.tallies(sessions(), throttle.key_of(settings().secret_key, f"all {what}", link), window)[0]


def _is_this_machine() -> bool:
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False  # a socket without an address: counted together
