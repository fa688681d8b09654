"""Pages for members: read why, answer screen by screen, send, read the receipt. Nothing here is told who they are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from flask import make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from surveyapp.db import now, reading
from surveyapp.errors import NotFound
from surveyapp.responses import collect
from surveyapp.responses.answer_page import Page
from surveyapp.responses.ballots import Move, ballots_of, flagged_by, move_of, new_proposals, note_move, propose_new
from surveyapp.responses.collect import Kept, Stored
from surveyapp.responses.drawn_views import drawn
from surveyapp.responses.held import Bearer, bearer_of
from surveyapp.responses.language_views import survey_to_read
from surveyapp.responses.marks import HOUR, at_sending
from surveyapp.responses.shared_views import (
    MINUTE,
    STALE,
    closed,
    count_from_anywhere,
    count_from_here,
    has_valid_token,
    held,
    is_flooded,
    is_open,
    sent,
    to,
)
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Survey
from surveyapp.surveys.proposals import Proposals
from surveyapp.surveys.rules import name_of
from surveyapp.web import db_session, sessions

RECEIPT = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}")
SENT_PER_MINUTE = 60  # by one open link, from one network
PROPOSED_PER_MINUTE = 20  # proposals to vote on, likewise
QUOTE = {"yes": True, "no": False}
CHANGE = "yes"  # in the field "change": what was sent is to be changed
FLOOD = "Many answers are coming in from your network. Yours are still here: please send them again in a minute."
NOT_PROPOSED = "What you wrote to propose is not proposed yet: press “Propose it”, or empty the box."
SENT_BEFORE = (
    "Your answers were sent before, from another page or device. What stands here differs from them and is not stored: "
    "save it to replace what was sent, or close this page to leave that as it is."
)
BUSY = "We could not store this just now. Nothing was lost: please press again in a few seconds."

log = structlog.get_logger(__name__)


def part(link: str, number: int) -> ResponseReturnValue:
    """Show one screen, with what was kept of it."""
    survey = survey_to_read(db_session(), link)
    if not is_open(survey):
        return closed(survey)
    page = Page(survey, number)
    bearer = by_cookie(survey)
    if not bearer.code:
        return to("responses.welcome", link=link)
    kept = collect.kept(db_session(), survey, bearer.code)
    if kept.is_sent and not held().is_changing(link):
        return sent(link, bearer.code)
    fill(page, kept)
    if page.is_passed_over():
        return to("responses.part", link=link, number=page.next())
    return _show(page, bearer)


def fill(page: Page, kept: Kept) -> None:
    """Put into a screen what was kept of it, and as many boxes for ideas as the address asks for."""
    page.kept, page.is_change = kept.answers, kept.is_sent
    page.typed = {"may_quote": "yes" if kept.may_quote else "no"}
    for question in page.screen.questions:
        if question.id in kept.answers:
            page.typed |= RULES[question.kind].write(question, kept.answers[question.id])
        boxes = request.args.get(name_of(question), "")
        if boxes.isascii() and boxes.isdigit() and len(boxes) == 1:
            page.wanted = {**page.wanted, question.id: int(boxes)}


def answer(link: str, number: int) -> ResponseReturnValue:
    """Keep what was typed, and go where the pressed button leads; the last screen sends."""
    typed = request.form.to_dict()
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        page = Page(survey, number, typed=typed, is_change=typed.get("change") == CHANGE)
        if not is_open(survey):
            return closed(survey, typed), HTTPStatus.CONFLICT
        try:
            bearer = bearer_of(reader, survey, held(), typed)
        except NotFound as error:
            return closed(survey, typed, str(error)), error.status
        if page.needs_kept:
            page.kept = collect.kept(reader, survey, bearer.code).answers
    is_code = collect.CODE.fullmatch(bearer.code)
    if not is_code or not has_valid_token():
        return _show(page, bearer if is_code else Bearer(collect.new_code()), STALE, HTTPStatus.BAD_REQUEST)
    step = _read(page)
    if page.problems():
        return _show(page, bearer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if step.is_leaving(number) and new_proposals(page):
        return _show(page, bearer, NOT_PROPOSED, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        in_a_minute, in_an_hour = count_from_here("answers by link", link, MINUTE, HOUR) if step.is_sending else (0, 0)
        if in_a_minute > SENT_PER_MINUTE or _is_flood_of_proposals(page, step):
            return _show(page, bearer, FLOOD, HTTPStatus.TOO_MANY_REQUESTS, retry_after=60)
        by_anybody = count_from_anywhere("answers by link", link, HOUR) if step.is_sending and not bearer.secret else 0
        stored = _store(page, bearer, step, (0, 0) if bearer.secret else (in_an_hour, by_anybody))
    except collect.Closed:  # it was open when the request began
        return closed(survey_to_read(db_session(), link), typed), HTTPStatus.CONFLICT
    except OperationalError as error:
        log.error("database_unavailable", error=type(error.orig).__name__)
        return _show(page, bearer, BUSY, HTTPStatus.SERVICE_UNAVAILABLE, retry_after=5)
    if stored.is_late and _is_news(page, bearer, step):
        held().change(link)
        return _show(page, bearer, SENT_BEFORE, HTTPStatus.CONFLICT)
    if step.is_sending or (stored.is_sent and not page.is_change):
        return sent(link, bearer.code)
    if not bearer.secret:
        held().begin(link, bearer.code)
    return _lead(page, bearer, step)


@dataclass(frozen=True)
class Step:
    """Where the pressed button leads."""

    number: int  # of the screen; 0 is the first page
    place: Mapping[str, Any] = field(default_factory=dict)  # on the screen, as its address says it
    endpoint: str = "responses.part"
    is_sending: bool = False
    is_proposing: bool = False  # what is written into the box for new proposals is put to the vote
    move: Move | None = None  # in a vote
    missing: list[tuple[int, str, str]] = field(default_factory=list)  # what keeps the answers from being sent

    def is_leaving(self, number: int) -> bool:
        """Whether it leads away from the screen *number*, other than forwards."""
        return self.number < number or self.endpoint != "responses.part"


def _read(page: Page) -> Step:
    """Read what was typed, and which button was pressed."""
    boxes = _press_box_buttons(page)
    is_forward = not boxes and page.typed.get("go") != "back"
    move = move_of(page)
    is_looking = page.typed.get("like") in {name_of(question) for question in page.screen.questions}
    flagged = flagged_by(page)
    is_forward = is_forward and move is None and not is_looking and not flagged
    page.read(is_complete=is_forward)
    if boxes:
        return Step(page.number, boxes)
    if move:
        return Step(page.number, {"_anchor": f"question-{move.question_id}"}, is_proposing=move.is_proposing, move=move)
    if is_looking:  # for ideas like theirs: themes/alike_views.py
        return Step(page.number, endpoint="themes.alike")
    if flagged:  # words of others that they report: themes/flag_views.py
        return Step(page.number, {"proposal": flagged}, endpoint="themes.flag")
    if not is_forward:
        return Step(page.previous())
    if new := page.new_questions():
        return Step(page.number, {"_anchor": f"question-{new[0].id}"}, is_proposing=True)
    if not page.is_last:
        return Step(page.next(), is_proposing=True)
    missing = page.missing()
    return Step(page.number, is_sending=not missing, is_proposing=True, missing=missing)


def _is_flood_of_proposals(page: Page, step: Step) -> bool:
    """Whether too many proposals come from the sender's network at the moment."""
    link = page.survey.link
    is_proposing = step.is_proposing and new_proposals(page)
    return bool(is_proposing) and is_flooded("proposals by link", link, PROPOSED_PER_MINUTE, MINUTE)


def _lead(page: Page, bearer: Bearer, step: Step) -> ResponseReturnValue:
    """Go where the pressed button leads, now that the screen is stored."""
    link = page.survey.link
    if step.move and step.move.choice is not None:
        held().vote(link, step.move.proposal_id)
    elif step.move and not step.move.is_proposing:
        held().look_again(link)
    if step.missing:
        return _show(page, bearer, missing=step.missing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if new_proposals(page) and not step.is_proposing:  # half written: it stays in its box
        page.wanted = {q.id: step.place[name_of(q)] for q in page.screen.questions if name_of(q) in step.place}
        return _show(page, bearer)
    if step.number == 0:
        return to("responses.welcome", link=link)
    return to(step.endpoint, link=link, number=step.number, **step.place)


def thanks(link: str) -> ResponseReturnValue:
    """Show the receipt, the private code while it may be shown, and what happens next."""
    survey = survey_to_read(db_session(), link)
    receipt = request.args.get("receipt", "")
    if not RECEIPT.fullmatch(receipt):
        return to("responses.welcome", link=link)
    is_there = held().sent(link, now())
    code = is_there.code if is_there and is_there.receipt == receipt else ""
    about_them = {"is_invited": bool(held().secret(link)), "is_open": is_open(survey)}
    holes = {"receipt": receipt, "code": code, "written_code": collect.written_code(code)}
    return drawn(
        "responses/thanks.html",
        tuple(about_them.values()),
        holes,
        survey=survey,
        community=survey.community,
        **about_them,
    )


def by_cookie(survey: Survey) -> Bearer:
    """Who asks, by what the browser holds; a personal link that leads nowhere any more is told of once."""
    try:
        return bearer_of(db_session(), survey, held())
    except NotFound:
        held().forget(survey.link)
        raise


def _store(page: Page, bearer: Bearer, step: Step, in_this_hour: tuple[int, int]) -> Stored:
    """Store the screen in one short transaction."""
    is_sending = step.is_sending
    store: Callable[..., Stored] = collect.keep
    if is_sending:
        answered = {q: page.readings[q.id].content for q in page.screen.questions if q.id in page.readings}
        marks = at_sending(answered, held().begun_at(page.survey.link, UTC), now(), *in_this_hour)
        store = partial(collect.send, marks=marks)
    with sessions().begin() as writer:
        stored = store(
            writer,
            page.survey,
            bearer.code,
            page.contents(is_final=is_sending or page.is_change),
            may_quote=_quote(page),
            versions=page.seen,
            giver=bearer.giver,
            is_change=page.is_change,
        )
        if step.is_proposing and not stored.is_late:
            propose_new(writer, page, bearer.code)
        if step.move and not stored.is_late:
            note_move(writer, page, stored, step.move)
    return stored


def _quote(page: Page) -> bool | None:
    """Whether the posted screen lets words be quoted; None if it does not say."""
    return QUOTE.get(page.typed.get("may_quote", "")) if page.is_last else None


def _is_news(page: Page, bearer: Bearer, step: Step) -> bool:
    """Whether a screen that came after the answers were sent says anything else than they do; then it is a change."""
    page.kept = (before := collect.kept(db_session(), page.survey, bearer.code)).answers
    told = page.contents(is_final=False).items()
    is_news = any(before.answers.get(question) != content for question, content in told)
    is_news |= step.move is not None or bool(new_proposals(page)) or _quote(page) not in (None, before.may_quote)
    page.is_change |= is_news
    return is_news


def _press_box_buttons(page: Page) -> dict[str, Any]:
    """Add or remove a box for an idea, if such a button was pressed; give back how the address then says it."""
    for question in page.screen.questions:
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


def _show(
    page: Page,
    bearer: Bearer,
    notice: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    retry_after: int = 0,
    missing: list[tuple[int, str, str]] | None = None,
) -> ResponseReturnValue:
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        look_up_ballots(page, bearer)
    words = part_words(page) | {"notice": notice, "missing": missing or [], "is_preview": False}
    words["is_posted"] = request.method == "POST"  # then it has what this very tab typed
    kind = page.number if page.is_for_everybody and not (notice or missing) else None
    response = make_response(drawn("responses/part.html", kind, holes_of(bearer), **words), status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def look_up_ballots(page: Page, bearer: Bearer) -> None:
    """Choose what the member votes on next, if there is a vote on the screen."""
    if page.votes:
        with reading(sessions()) as reader:
            page.ballots = ballots_of(reader, page, bearer.code, held().again(page.survey.link))


def part_words(page: Page) -> dict[str, Any]:
    """What the questions of a screen are drawn with."""
    return {
        "page": page,
        "survey": page.survey,
        "community": page.survey.community,
        "has_voted": bool(held().last_vote(page.survey.link)),
        "is_posted": False,
    }


def holes_of(bearer: Bearer) -> dict[str, str]:
    """What differs on a screen from member to member."""
    return {"code": bearer.code, "invited": bearer.secret, "written_code": collect.written_code(bearer.code)}
