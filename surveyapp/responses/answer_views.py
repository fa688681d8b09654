"""Pages for members: read why, answer part by part, send, read the receipt. Nothing here is told who they are."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog
from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import OperationalError
from wtforms import ValidationError

from surveyapp import throttle
from surveyapp.db import now, reading
from surveyapp.errors import NotFound
from surveyapp.responses import collect
from surveyapp.surveys.design import survey_at, takes_answers
from surveyapp.surveys.kinds import RULES, minutes
from surveyapp.surveys.models import Question, Section, Survey
from surveyapp.surveys.proposals import Proposals
from surveyapp.surveys.rules import Reading, name_of
from surveyapp.web import db_session, sessions, settings

RECEIPT = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}")
MOST_REMEMBERED = 8  # surveys of which a browser's cookie holds the form's key
SENT_PER_MINUTE = 60  # by one open link, from one network
MINUTE = timedelta(minutes=1)
QUOTE = {"yes": True, "no": False}
STALE = "This page was open for a long time, or your browser refused a cookie. Nothing was lost: please press again."
FLOOD = "Many answers are coming in from your network. Yours are still here: please send them again in a minute."
BUSY = "We could not store this just now. Nothing was lost: please press again in a few seconds."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asked:
    """A question as its page shows it: with what was typed, and what is wrong with that."""

    question: Question
    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    wanted: int = 1  # boxes for ideas

    def name(self, *parts: str | int) -> str:
        """The name of a field."""
        return name_of(self.question, *parts)

    @property
    def boxes(self) -> int:
        """How many boxes for ideas are shown."""
        rules = RULES[self.question.kind]
        return rules.boxes(self.question, self.typed, self.wanted) if isinstance(rules, Proposals) else 0


@dataclass
class Page:
    """One part of a survey, as it is shown and as it was posted."""

    survey: Survey
    number: int  # of the part, from 1
    typed: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    wanted: Mapping[int, int] = field(default_factory=dict)  # boxes for ideas, by question

    @property
    def section(self) -> Section:
        """The part itself."""
        return self.survey.sections[self.number - 1]

    @property
    def is_last(self) -> bool:
        """Whether this part sends the answers."""
        return self.number == len(self.survey.sections)

    def asked(self) -> list[Asked]:
        """The questions of the part."""
        return [
            Asked(
                q, self.typed, self.readings[q.id].problems if q.id in self.readings else {}, self.wanted.get(q.id, 1)
            )
            for q in self.section.questions
        ]

    def problems(self) -> list[tuple[str, str, str]]:
        """What is wrong with what was typed: field, question, one sentence."""
        return [
            (name, asked.question.prompt, problem) for asked in self.asked() for name, problem in asked.problems.items()
        ]

    def read(self, *, is_complete: bool) -> None:
        """Read what was typed; what is required must be there only when the part *is_complete*."""
        readings = {q.id: RULES[q.kind].read(q, self.typed) for q in self.section.questions}
        for q in self.section.questions:
            if is_complete and q.is_required and readings[q.id] == Reading():
                readings[q.id] = Reading(problems={name_of(q): "Please answer this question."})
        self.readings = readings


def welcome(link: str) -> ResponseReturnValue:
    """Say why we ask, how long it takes and what is promised."""
    return _welcome(survey_at(db_session(), link))


def _welcome(survey: Survey, notice: str = "") -> ResponseReturnValue:
    if not _is_open(survey):
        return _closed(survey), HTTPStatus.OK
    page = render_template(
        "responses/welcome.html",
        survey=survey,
        community=survey.community,
        minutes=minutes(survey.questions),
        is_optional=not any(question.is_required for question in survey.questions),
        receipt=session.get("sent", {}).get(survey.link),
        is_begun=survey.link in session.get("forms", {}),
        notice=notice,
        is_preview=False,
    )
    return page, HTTPStatus.BAD_REQUEST if notice else HTTPStatus.OK


def start(link: str) -> ResponseReturnValue:
    """Give the browser a form of its own, or the one it has begun."""
    with reading(sessions()) as reader:
        survey = survey_at(reader, link)
    if not _is_open(survey) or not _has_valid_token():
        return _welcome(survey, notice=STALE)
    _remember("forms", link, session.get("forms", {}).get(link) or collect.new_code())
    return _to("responses.part", link=link, number=1)


def part(link: str, number: int) -> ResponseReturnValue:
    """Show one part, with what was kept of it."""
    survey = survey_at(db_session(), link)
    code = session.get("forms", {}).get(link)
    if not _is_open(survey):
        return _closed(survey)
    page = _page(survey, number)
    if code is None:
        return _to("responses.welcome", link=link)
    kept = collect.kept(db_session(), survey, code)
    if kept.is_sent:
        return _sent(link, code)
    page.typed = {"may_quote": "yes" if kept.may_quote else "no"}
    for question in page.section.questions:
        if question.id in kept.answers:
            page.typed |= RULES[question.kind].write(question, kept.answers[question.id])
        boxes = request.args.get(name_of(question), "")
        if boxes.isascii() and boxes.isdigit() and len(boxes) == 1:
            page.wanted = {**page.wanted, question.id: int(boxes)}
    return _show(page, code)


def answer(link: str, number: int) -> ResponseReturnValue:
    """Keep what was typed, and go where the pressed button leads; the last part sends."""
    with reading(sessions()) as reader:
        survey = survey_at(reader, link)
    page = _page(survey, number)
    page.typed = request.form.to_dict()
    code = page.typed.get("code") or session.get("forms", {}).get(link, "")
    if not _is_open(survey):
        return _closed(survey, page), HTTPStatus.CONFLICT
    if not collect.CODE.fullmatch(code) or not _has_valid_token():
        has_key = collect.CODE.fullmatch(code) is not None
        return _show(page, code if has_key else collect.new_code(), STALE, HTTPStatus.BAD_REQUEST)
    boxes = _press_box_buttons(page)
    is_forward = not boxes and page.typed.get("go") != "back"
    page.read(is_complete=is_forward)
    if page.problems():
        return _show(page, code, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    is_sending = is_forward and page.is_last
    try:
        if is_sending and _is_flooded(link):
            return _show(page, code, FLOOD, HTTPStatus.TOO_MANY_REQUESTS, retry_after=60)
        is_sent = _store(page, code, is_sending=is_sending)
    except collect.Closed:
        return _closed(survey, page), HTTPStatus.CONFLICT
    except OperationalError as error:
        log.error("database_unavailable", error=type(error.orig).__name__)
        return _show(page, code, BUSY, HTTPStatus.SERVICE_UNAVAILABLE, retry_after=5)
    if is_sent:
        return _sent(link, code)
    _remember("forms", link, code)
    if boxes:
        return _to("responses.part", link=link, number=number, **boxes)
    number += 1 if is_forward else -1
    return _to("responses.part", link=link, number=number) if number else _to("responses.welcome", link=link)


def thanks(link: str) -> ResponseReturnValue:
    """Show the receipt, and what happens next."""
    survey = survey_at(db_session(), link)
    receipt = request.args.get("receipt", "")
    if not RECEIPT.fullmatch(receipt):
        return _to("responses.welcome", link=link)
    return render_template("responses/thanks.html", survey=survey, community=survey.community, receipt=receipt)


def _store(page: Page, code: str, *, is_sending: bool) -> bool:
    """Store the part in one short transaction; give back whether the response is sent, now or before."""
    contents: dict[int, Any] = {question_id: reading.content for question_id, reading in page.readings.items()}
    may_quote = QUOTE.get(page.typed.get("may_quote", "")) if page.is_last else None
    with sessions().begin() as writer:
        if is_sending:
            collect.send(writer, page.survey, code, contents, may_quote=may_quote)
            return True
        return collect.keep(writer, page.survey, code, contents, may_quote=may_quote).is_sent


def _press_box_buttons(page: Page) -> dict[str, Any]:
    """Add or remove a box for an idea, if such a button was pressed; give back how the address then says it."""
    for question in page.section.questions:
        rules = RULES[question.kind]
        if not isinstance(rules, Proposals):
            continue
        boxes = rules.boxes(question, page.typed)
        if page.typed.get("add") == name_of(question):
            boxes = min(rules.most(question), boxes + 1)
            return {name_of(question): boxes, "_anchor": name_of(question, boxes, "idea")}
        for number in range(1, boxes + 1):
            if page.typed.get("remove") == name_of(question, number):
                page.typed = rules.without(question, page.typed, number)
                boxes = max(1, boxes - 1)
                return {name_of(question): boxes, "_anchor": name_of(question, min(number, boxes), "idea")}
    return {}


def _page(survey: Survey, number: int) -> Page:
    if not 1 <= number <= len(survey.sections):
        raise NotFound("This survey has no such part.")
    return Page(survey, number)


def _show(
    page: Page, code: str, notice: str = "", status: HTTPStatus = HTTPStatus.OK, retry_after: int = 0
) -> ResponseReturnValue:
    response = make_response(
        render_template(
            "responses/part.html",
            page=page,
            survey=page.survey,
            community=page.survey.community,
            code=code,
            notice=notice,
            is_preview=False,
        ),
        status,
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _closed(survey: Survey, page: Page | None = None) -> str:
    """The friendly page of a closed survey; what was typed after all is shown, to be copied."""
    texts = [
        text
        for name, text in (page.typed if page else {}).items()
        if name not in ("code", "csrf_token") and " " in text.strip()
    ]
    return render_template("responses/closed.html", survey=survey, community=survey.community, texts=texts)


def _sent(link: str, code: str) -> ResponseReturnValue:
    receipt = collect.receipt_of(code)
    session["forms"] = {known: key for known, key in session.get("forms", {}).items() if key != code}
    _remember("sent", link, receipt)
    return _to("responses.thanks", link=link, receipt=receipt)


def _remember(what: str, link: str, value: str) -> None:
    """Note in the browser's signed cookie, in place of the oldest of too many."""
    kept = {known: old for known, old in session.get(what, {}).items() if known != link}
    session[what] = dict([*kept.items(), (link, value)][-MOST_REMEMBERED:])


def _to(endpoint: str, **values: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def _is_open(survey: Survey) -> bool:
    return takes_answers(survey, now().date())


def _has_valid_token() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _is_flooded(link: str) -> bool:
    """Count one more answer from the sender's network, in a transaction of its own; whether there are too many.

    This machine's own addresses are not counted: behind a proxy nobody told us of, everybody would have them.
    """
    try:
        if ipaddress.ip_address(request.remote_addr or "").is_loopback:
            return False
    except ValueError:
        pass  # a socket without an address: counted together
    whom = f"{link} {throttle.network(request.remote_addr)}"
    key = throttle.key_of(settings().secret_key, "answers by link", whom)
    return throttle.tally(sessions(), key, MINUTE) > SENT_PER_MINUTE
