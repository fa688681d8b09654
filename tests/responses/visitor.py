"""Somebody who meets every page that a member can meet, in one language; all that people wrote is in Georgian letters.

So whatever Latin letters a page shows are words of our own. What members wrote to a village's survey is English, and
stands where it is marked as somebody's words.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import lxml.html
import pytest
from flask import Flask, request, request_started
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from surveyapp.communities.admit import admit, read_about
from surveyapp.communities.found import ValueWords, found
from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.goals import fate_views
from surveyapp.goals.fates import fates_of, response_of_code
from surveyapp.goals.models import Ending
from surveyapp.responses import answer_views, collect, letters, own_views, vote
from surveyapp.responses.invite import invite, links
from surveyapp.responses.models import Invitation
from surveyapp.responses.page_words import table
from surveyapp.review.models import Candidate, Column, Decision
from surveyapp.surveys.models import Anonymity, Kind, Layout, Survey
from surveyapp.surveys.rules import name_of
from surveyapp.themes.models import Finding
from tests.factories import SECRET_KEY, make_response, make_user, numbers
from tests.responses.every_kind import QUESTIONS, make_asked, only_if
from tests.responses.votes import vote_of
from tests.themes.village import BUS, FIRST, LUNCH, TREES, answered, grouped
from tests.world import make_goal

THEIRS = "აბგდ"
NOTHING: Mapping[str, str] = {}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
LIMITS: dict[str, dict[str, Any]] = {
    "number": {"settings": {"is_whole": True, "least": 1, "most": 1200}},
    "day": {"settings": {"earliest": "2026-01-01", "latest": "2026-12-31"}},
    "foods": {"settings": {**QUESTIONS["foods"]["settings"], "least": 2}},
}
Shown = dict[str, str]
"""Pages by what led to them."""


def make_village(session: Session) -> Community:
    """A community whose words are Georgian; commits."""
    community = found(
        session,
        name=f"{THEIRS} {next(numbers)}",
        mission=f"{THEIRS}.",
        values=[ValueWords(f"{THEIRS} {number}", f"{THEIRS}.", f"{THEIRS}.") for number in (1, 2)],
        about=THEIRS,
        contact="ask@example.org",
        today=date(2026, 3, 1),
    )
    session.commit()
    return community


def make_theirs(session: Session, community: Community, *parts: list[str], **how: Any) -> Survey:
    """An open survey of make_asked(), whose author wrote Georgian."""
    return in_georgian(session, make_asked(session, community, *parts, **how)[0])


def in_georgian(session: Session, survey: Survey) -> Survey:
    """Let a survey's author have written Georgian; offered in all our languages, translated into none. Commits."""
    survey.title, survey.purpose = f"{THEIRS} {survey.id}", f"{THEIRS}."
    survey.language, survey.languages = "ka", list(table())
    for section in survey.sections:
        section.title, section.intro = THEIRS, THEIRS
    for question in survey.questions:
        question.prompt, question.help = f"{THEIRS} {question.id}?", THEIRS
        settings = copy.deepcopy(question.settings)
        for number, option in enumerate(settings.get("options", [])):
            option.update({"label": f"{THEIRS} {number}"} | ({"note": THEIRS} if "note" in option else {}))
        question.settings = settings | {end: THEIRS for end in ("low", "high") if end in settings}
    session.commit()
    return survey


@dataclass
class Places:
    """Where the visitors go."""

    slug: str
    every: Survey  # all kinds on one page, at most what LIMITS says
    parts: Survey  # two parts, the first with a required question
    some: Survey  # one question on a screen, the last only asked of some
    levels: dict[Anonymity, Survey]
    closed: Survey
    voted: Survey  # with two proposals, and nothing else
    village: Survey  # whose ideas are grouped
    codes: dict[str, str]  # private codes of the village by what became of the idea
    secrets: list[str]  # personal links to the survey of parts
    revoked: str
    token: str  # that ends a mail


def make_places(session: Session, sessions: sessionmaker[Session]) -> Places:
    """All of them; commits."""
    community = make_village(session)
    every = make_theirs(session, community, layout=Layout.SURVEY, changed=LIMITS)
    parts = make_theirs(session, community, ["line", "consent"], ["text", "ideas"])
    some = make_theirs(
        session, community, ["way"], ["line"], layout=Layout.QUESTION, changed={"line": only_if("way", "equals", "a")}
    )
    levels = {level: make_theirs(session, community, ["text"], anonymity=level) for level in Anonymity}
    parts.closes_on = date(2090, 11, 30)
    closed, voted = make_theirs(session, community, ["text"]), make_theirs(session, community, ["vote"])
    collect.close_survey(session, closed, date(2026, 3, 9))
    vote.propose(session, vote_of(voted), [f"{THEIRS} 1", f"{THEIRS} 2"])
    village = answered(session, community, FIRST)
    kinds = {
        "alone": "A sundial made of old spoons.",
        "none": "",
        "adopted": TREES[0],
        "declined": LUNCH[0],
        "open": BUS[0],
    }
    codes = {kind: make_response(session, village, ideas=[idea] if idea else []) for kind, idea in kinds.items()}
    grouped(session, sessions, village)
    codes["later"] = make_response(session, village, ideas=[TREES[1]])
    in_georgian(session, village)
    _decide(session, village, codes["adopted"], Column.ADOPTED)
    _decide(session, village, codes["declined"], Column.DECLINED)
    people = [
        admit(
            session,
            community.id,
            read_about(name=THEIRS, address=f"{n}@example.org", language="", joined_on="", groups={}),
            user_id=None,
        )
        for n in range(6)
    ]
    session.flush()
    invite(session, parts, SECRET_KEY, user_id=make_user(session, community=community).id)
    secrets = [secret for _, secret in links(session, parts, SECRET_KEY)]
    invitation = session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()
    assert invitation is not None
    revoked = next(secret for member, secret in links(session, parts, SECRET_KEY) if member.id == invitation.member_id)
    invitation.is_revoked = True
    token = letters.unsubscribe_token(SECRET_KEY, people[0].id)
    session.commit()
    secrets = [secret for secret in secrets if secret != revoked]
    places = Places(community.slug, every, parts, some, levels, closed, voted, village, codes, secrets, revoked, token)
    for survey in (every, parts, some, *levels.values(), closed, voted, village):
        session.refresh(survey)
        assert survey.questions
    session.expunge_all()  # they are only read from here on, and hold no lock
    return places


def _decide(session: Session, survey: Survey, code: str, column: Column) -> None:
    response_id = response_of_code(session, survey, code)
    assert response_id is not None
    theme = fates_of(session, survey, response_id).ideas[0].theme
    theme_id = session.scalars(select(Finding.theme_id).where(Finding.title == theme)).one()
    candidate = session.scalars(select(Candidate).where(Candidate.theme_id == theme_id)).one()
    decided = {"before": Column.NEW, "after": column, "reason": THEIRS, "decided_at": now()}
    session.add(Decision(candidate_id=candidate.id, user_id=make_user(session).id, **decided))
    candidate.column = column
    if column is Column.ADOPTED:
        make_goal(session, candidate, sentence=THEIRS, unit=THEIRS, measure=THEIRS)
    else:
        over = {"ended_on": date(2026, 3, 20), "ending": Ending.ACHIEVED, "ending_reason": THEIRS}
        make_goal(session, candidate, sentence=THEIRS, unit=THEIRS, measure=THEIRS, **over)
    session.commit()


class Visitor:
    """One browser that asks for one language; remembers each page, and which routes it was on."""

    def __init__(self, app: Flask, language: str) -> None:
        self.app, self.language = app, language
        self.pages: dict[str, str] = {}  # by what led to them
        self.endpoints: set[str] = set()
        self.client = app.test_client()
        request_started.connect(self._note, app)

    def _note(self, sender: Flask, **extra: Any) -> None:
        self.endpoints.add(request.endpoint or "")

    def anew(self) -> None:
        """Take a browser that knows nothing."""
        self.client = self.app.test_client()

    def get(self, address: str, what: str) -> TestResponse:
        """Open a page."""
        return self._keep(what, self.client.get(address, **self._how()))

    def post(self, address: str, what: str, data: Any = None, **how: Any) -> TestResponse:
        """Send a form, or what is none."""
        return self._keep(what, self.client.post(address, data=data, **(self._how() | how)))

    def press(
        self, page: TestResponse, what: str, typed: Mapping[str, str] = NOTHING, *, at: int = 0, **buttons: str
    ) -> TestResponse:
        """Send a form of the page's main part as it stands, with what is typed."""
        form = lxml.html.document_fromstring(page.text).xpath("//main//form")[at]
        values = {name: value.removeprefix("\n") for name, value in form.form_values() if value is not None}
        return self.post(form.get("action") or page.request.path, what, values | dict(typed) | buttons)

    def _how(self) -> dict[str, Any]:
        headers = {"Accept-Language": self.language}
        return {"headers": headers, "follow_redirects": True, "environ_overrides": ELSEWHERE}

    def _keep(self, what: str, page: TestResponse) -> TestResponse:
        assert what not in self.pages, what
        assert page.mimetype == "text/html", what
        self.pages[what] = page.text
        return page


def visit_everything(visitor: Visitor, places: Places, secret: str, patch: pytest.MonkeyPatch) -> None:
    """Meet every page that a member can meet, with each thing that it can say."""
    _answer(visitor, places)
    _come_back(visitor, places, secret)
    _vote(visitor, places)
    _read_what_became(visitor, places)
    _be_refused(visitor, places, patch)
    for name in ("", "/privacy", "/accessibility"):
        visitor.get(f"/c/{places.slug}{name}", f"community{name}")
    asked = visitor.get(f"/unsubscribe/{places.token}", "stop the mail?")
    visitor.press(asked, "the mail is stopped")


def _answer(visitor: Visitor, places: Places) -> None:
    for level, survey in places.levels.items():
        visitor.get(f"/s/{survey.link}", f"welcome, {level.value}")
    every = places.every
    first = visitor.press(visitor.get(f"/s/{every.link}", "welcome"), "all kinds")
    by_kind = {question.kind: question for question in every.questions}
    wrong = {"foods": Kind.MULTIPLE_CHOICE, "way": Kind.SINGLE_CHOICE, "number": Kind.NUMBER, "day": Kind.DATE}
    way, foods, number, day = (
        name_of(by_kind[kind]) for kind in (wrong["way"], wrong["foods"], Kind.NUMBER, Kind.DATE)
    )
    order, ideas, line, text, new = (
        name_of(by_kind[kind], *rest)
        for kind, *rest in (
            (Kind.RANKING,),
            (Kind.PROPOSALS, 1),
            (Kind.SHORT_TEXT,),
            (Kind.LONG_TEXT,),
            (Kind.PROPOSAL_VOTE, "new"),
        )
    )
    scales = {name_of(by_kind[kind]): "77" for kind in (Kind.RATING, Kind.RECOMMENDATION)}
    values = name_of(by_kind[Kind.VALUE_RATINGS], "v1", "lived")
    tries: dict[str, dict[str, str]] = {
        "nothing": {},
        "all wrong": {
            **scales,
            **{way: "zzz", f"{foods}_a": "yes", f"{order}_a": "9", number: "x", day: "x", f"{ideas}_idea": THEIRS},
            **{f"{ideas}_value": "zzz", f"{ideas}_help": "zzz", values: "9", line: "\x07", text: f"{THEIRS} " * 1100},
            new: f"{THEIRS} " * 200,
        },
        "little": {
            **{way: "other", f"{order}_a": "1", f"{order}_b": "1", number: "0", day: "2020-01-01", line: "ა" * 999},
            **{f"{foods}_{key}": "yes" for key in ("a", "b", "c", "other")},
            **{f"{ideas}_idea": "ა" * 999, f"{ideas}_value": "", f"{ideas}_help": ""},
        },
        "much": {number: "9999", day: "2030-01-01", f"{foods}_other": "yes", f"{foods}_a": "yes"},
        "half": {number: "2.5", new: THEIRS},
    }
    for what, typed in tries.items():
        visitor.press(first, f"all kinds: {what}", typed)
    visitor.press(first, "all kinds: back", {new: THEIRS}, go="back")
    visitor.press(first, "another box", {f"{ideas}_idea": THEIRS}, add=name_of(by_kind[Kind.PROPOSALS]))
    visitor.press(first, "ideas like mine", {f"{ideas}_idea": THEIRS}, like=name_of(by_kind[Kind.PROPOSALS]))
    visitor.press(first, "no idea to compare", {f"{ideas}_idea": ""}, like=name_of(by_kind[Kind.PROPOSALS]))
    some = visitor.press(visitor.get(f"/s/{places.some.link}", "welcome, some"), "a question of at most")
    visitor.press(some, "that was all")
    parts = places.parts
    visitor.press(visitor.get(f"/s/{parts.link}", "welcome, parts"), "part 1")
    last = visitor.get(f"/s/{parts.link}/2", "part 2")
    consent = name_of(next(question for question in parts.questions if question.kind is Kind.CONSENT))
    visitor.press(last, "missing")
    visitor.press(visitor.get(f"/s/{parts.link}/1", "part 1 again"), "part 2 again", {consent: "yes"})
    thanks = visitor.press(last, "thanks")
    visitor.get(f"/s/{parts.link}", "welcome after sending")
    changing = visitor.press(thanks, "changing")
    visitor.press(changing, "changed")
    visitor.get(f"/s/{parts.link}/2", "last part of a change")
    asked = visitor.press(thanks, "delete?", at=1)
    visitor.press(asked, "deleted")
    visitor.press(thanks, "forgotten", at=2)


def _come_back(visitor: Visitor, places: Places, secret: str) -> None:
    parts = places.parts
    asked = visitor.get(f"/s/{parts.link}/resume", "resume")
    for what, code in (("no code", "abc"), ("unknown code", "A" * 26)):
        visitor.press(asked, f"resume: {what}", code=code)
    visitor.press(asked, "resume: stale", csrf_token="old")
    visitor.press(visitor.get(f"/s/{parts.link}", "welcome once more"), "start: stale", csrf_token="old")
    visitor.anew()
    invited = visitor.get(f"/a/{secret}", "welcome, invited")
    part = visitor.press(invited, "part 1, invited")
    visitor.press(part, "part 1, stale", csrf_token="old")
    consent = name_of(next(question for question in parts.questions if question.kind is Kind.CONSENT))
    visitor.press(visitor.press(part, "part 2, invited", {consent: "yes"}), "thanks, invited")
    visitor.get(f"/s/{parts.link}", "welcome, answered")
    visitor.get(f"/s/{parts.link}/thanks?receipt=AAAA-AAAA", "thanks without a code")
    visitor.get(f"/s/{parts.link}/ideas", "nothing grouped yet")
    visitor.anew()
    visitor.get(f"/s/{parts.link}/thanks?receipt=AAAA-AAAA", "thanks on another device")
    visitor.get(f"/s/{parts.link}/withdrawn", "withdrawn")
    closed = places.closed
    visitor.get(f"/s/{closed.link}", "closed")
    visitor.post(f"/s/{closed.link}/1", "too late", {"q1": f"{THEIRS} {THEIRS}", "code": "A" * 26})
    visitor.post(f"/s/{parts.link}/1", "link taken back", {"q1": f"{THEIRS} {THEIRS}", "invited": places.revoked})
    visitor.get(f"/s/{closed.link}/thanks?receipt=AAAA-AAAA", "thanks after closing")


def _vote(visitor: Visitor, places: Places) -> None:
    visitor.anew()
    question = vote_of(places.voted)
    link = places.voted.link
    page = visitor.press(visitor.get(f"/s/{link}", "welcome, vote"), "first proposal")
    (flagged,) = lxml.html.document_fromstring(page.text).xpath("//button[@name='flag']/@value")
    visitor.press(page, "report with half a proposal", {name_of(question, "new"): THEIRS}, flag=flagged)
    asked = visitor.press(page, "report?", flag=flagged)
    visitor.press(asked, "report: no reason")
    visitor.press(asked, "reported", why="hateful")
    for number, choice in enumerate(("agree", "disagree", "pass", "agree")):
        value = lxml.html.document_fromstring(page.text).xpath("//button[@name='vote']/@value")[number % 3]
        assert value.endswith(("agree", "disagree", "pass"))
        page = visitor.press(page, f"after the vote {number}", vote=f"{value.rpartition('.')[0]}.{choice}")
        if number < 3:
            page = visitor.press(page, f"vote {number} again", again=str(question.id))
    page = visitor.press(page, "second vote", vote=_vote_on(page))
    visitor.press(page, "sent without pressing propose", {name_of(question, "new"): THEIRS}, go="back")


def _vote_on(page: TestResponse) -> str:
    return str(lxml.html.document_fromstring(page.text).xpath("//button[@name='vote']/@value")[0])


def _read_what_became(visitor: Visitor, places: Places) -> None:
    visitor.anew()
    asked = visitor.get(f"/s/{places.village.link}/ideas", "fates?")
    visitor.press(asked, "fates: no code", code="abc")
    for what, code in places.codes.items():
        visitor.press(asked, f"fates: {what}", code=code)
    part = visitor.press(visitor.get(f"/s/{places.village.link}", "welcome, village"), "village")
    part = visitor.press(part, "village, part 2")
    page = lxml.html.document_fromstring(part.text)
    (name,) = page.xpath("//button[@name='like']/@value")
    alike = visitor.press(part, "alike", {f"{name}_1_idea": TREES[0], "like": name})
    visitor.press(alike, "supported")


def _be_refused(visitor: Visitor, places: Places, patch: pytest.MonkeyPatch) -> None:
    visitor.anew()
    parts = places.parts
    consent = name_of(next(question for question in parts.questions if question.kind is Kind.CONSENT))
    part = visitor.press(visitor.get(f"/s/{parts.link}", "welcome, refused"), "part 1, refused")
    last = visitor.press(part, "part 2, refused", {consent: "yes"})
    asked = visitor.get(f"/s/{parts.link}/resume", "resume, refused")
    village = visitor.get(f"/s/{places.village.link}/ideas", "fates, refused")
    with patch.context() as limits:
        limits.setattr(answer_views, "SENT_PER_MINUTE", 0)
        limits.setattr(own_views, "TRIES", 0)
        limits.setattr(fate_views, "TRIES", 0)
        visitor.press(last, "flood")
        visitor.press(asked, "resume: too many codes", code="A" * 26)
        visitor.press(village, "fates: too many codes", code="A" * 26)

        def lost(*words: object, **more: object) -> None:
            raise OperationalError("", {}, Exception())

        limits.setattr(collect, "keep", lost)
        visitor.press(part, "the database is away", {consent: "yes"})
    for what, address in {
        "no such survey": "/s/zzzzzzzz",
        "no such part": f"/s/{parts.link}/99",
        "no such link": "/a/zzzz",
        "no such mail": "/unsubscribe/1-x",
        "no such page": "/zzzz",
        "no such community": "/c/zzzz",
        "an address too long": f"/s/{parts.link}?{'z' * 5000}",
        "an address of no text": f"/s/{parts.link}?x=%FF",
        "an address with NUL": f"/s/{parts.link}?x=%00",
    }.items():
        visitor.get(address, what)
    address = f"/s/{parts.link}/1"
    visitor.post(f"/s/{parts.link}/thanks", "not done this way")
    visitor.post(address, "no form", "{}", content_type="application/json")
    visitor.post(address, "too much", {"x": "z" * 2_000_000})
    visitor.post(
        address, "another site", headers={"Origin": "https://other.example", "Accept-Language": visitor.language}
    )
    visitor.post(f"/s/{parts.link}/ideas", "fates: stale", {"code": "A" * 26})
