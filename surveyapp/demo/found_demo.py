"""The demo: a community with surveys, answers and their analysis, so that a new installation has something to show."""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.accounts.passwords import hashed, made_up
from surveyapp.accounts.people import add_user
from surveyapp.communities.found import ValueWords, found
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, RoleKind
from surveyapp.db import now, reading
from surveyapp.demo.decide import decide
from surveyapp.jobs import Worker
from surveyapp.responses.collect import close_survey, new_code, send
from surveyapp.settings import Settings
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Kind, Question, State, Survey
from surveyapp.surveys.ready_made import values_and_next_goals
from surveyapp.themes.discover import start_run

FOUNDED = "founded the demo"
KEPT = "demo.json"  # in the instance folder: the log-ins, for later starts, readable by its owner alone
PEOPLE = (("administrator", "Ada Quince"), ("manager", "Maren Sloe"), ("leader", "Joss Bullace"))
IDEAS = 3  # columns of a demo answer
PROMPTS = {  # column of a demo answer: the question it answers
    "guide": "Which value should guide what we do next?",
    "in_the_way": "What gets in the way of living our values?",
    "worth": "Taking part is worth my time",
    "how_long": "How long have you been with us?",
    "anything_else": "Anything else?",
}


@dataclass(frozen=True)
class Account:
    """A log-in of the demo."""

    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Welcome:
    """What ``run`` tells whoever starts it: where the service is, what to try, who can sign in."""

    url: str
    survey: str | None = None
    public: str | None = None
    accounts: tuple[Account, ...] = ()
    kept_in: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        """The same as one JSON object."""
        return {key: value for key, value in asdict(self).items() if key != "kept_in"}

    def as_text(self) -> str:
        """The same for people."""
        lines = [f"Surveyapp runs at {self.url}  (Ctrl-C stops it)"]
        if self.survey:
            lines += [
                "",
                f"  Answer the survey   {self.survey}",
                f"  The public page     {self.public}",
                f"  Sign in             {self.url}/login",
            ]
        if self.accounts:
            width = max(len(one.email) for one in self.accounts)
            lines += ["", f"These log-ins are shown once, and kept in {self.kept_in}:", ""]
            lines += [f"  {one.role:<14} {one.email:<{width}}  {one.password}" for one in self.accounts]
        return "\n".join(lines)


def ensure_demo(sessions: sessionmaker[Session], settings: Settings, *, wanted: bool | None) -> Welcome:
    """Found the demo community if that is wanted, or if the installation is new and nothing was said.

    Args:
        sessions: On the database of the installation, which nobody serves yet.
        settings: Of the installation.
        wanted: True founds it unless it is there; False never does.
    """
    accounts: tuple[Account, ...] = ()
    with sessions.begin() as session:
        if _demo_community(session) is None and (wanted or (wanted is None and _is_new(session))):
            accounts = _found(session)
            _keep(settings, accounts)
    if accounts:
        Worker(sessions).run_all()  # group the ideas
        with sessions.begin() as session:
            community = _demo_community(session)
            manager = session.scalar(select(User).where(User.email == accounts[1].email))
            if community and manager:
                decide(session, community, manager, now().date())
    with reading(sessions) as session:
        return _welcome(session, settings, accounts)


def _is_new(session: Session) -> bool:
    """Whether nobody has an account yet, and no community is founded."""
    return session.scalar(select(User.id).limit(1)) is None and session.scalar(select(Community.id).limit(1)) is None


def _welcome(session: Session, settings: Settings, accounts: tuple[Account, ...]) -> Welcome:
    url = settings.public_url.rstrip("/")
    community = _demo_community(session)
    if community is None:
        return Welcome(url)
    survey = session.scalar(
        select(Survey).where(Survey.community_id == community.id, Survey.state == State.OPEN).order_by(Survey.id)
    )
    return Welcome(
        url,
        survey=f"{url}/s/{survey.link}" if survey else None,
        public=f"{url}/c/{community.slug}",
        accounts=accounts,
        kept_in=str(settings.instance / KEPT),
    )


def _demo_community(session: Session) -> Community | None:
    return session.scalar(
        select(Community)
        .join(audit.AuditEntry, audit.AuditEntry.community_id == Community.id)
        .where(audit.AuditEntry.action == FOUNDED)
    )


def _keep(settings: Settings, accounts: tuple[Account, ...]) -> None:
    from surveyapp.serve import write_private

    write_private(settings.instance / KEPT, json.dumps([asdict(account) for account in accounts], indent=2) + "\n")


def _found(session: Session) -> tuple[Account, ...]:
    """Found the community: one survey that is closed and whose ideas are to be grouped, one that is open."""
    words = tomllib.loads(_text("community.toml"))
    today = now().date()
    community = found(
        session,
        name=words["name"],
        mission=words["mission"],
        about=words.get("about", ""),
        contact=words["contact"],
        values=[ValueWords(**value) for value in words["values"]],
        today=today - timedelta(days=60),
    )
    audit.record(session, FOUNDED, community_id=community.id)
    accounts = tuple(_add_account(session, community, role, name) for role, name in PEOPLE)
    last = values_and_next_goals(session, community, title="Our values and next goals", purpose=words["purpose"])
    open_survey(session, last, today - timedelta(days=45))
    _answer(session, last, "answers.csv")
    close_survey(session, last, today - timedelta(days=10))
    next_one = values_and_next_goals(session, community, title="What did we miss?", purpose=words["purpose"])
    open_survey(session, next_one, today, closes_on=today + timedelta(days=28))
    _answer(session, next_one, "new_answers.csv")
    start_run(session, last)
    return accounts


def _add_account(session: Session, community: Community, role: str, name: str) -> Account:
    account = Account(role, f"{role}@{community.slug}.example.org", made_up())
    user = add_user(
        session,
        email=account.email,
        name=name,
        password_hash=hashed(account.password),
        is_administrator=role == "administrator",
    )
    if role != "administrator":
        give_role(session, user, community, RoleKind(role))
    return account


def _answer(session: Session, survey: Survey, file_name: str) -> None:
    """Answer *survey* as the rows of a packaged file say, each as a member would by the open link."""
    questions = {question.prompt: question for question in survey.questions}
    ratings = next(question for question in survey.questions if question.kind is Kind.VALUE_RATINGS)
    proposals = next(question for question in survey.questions if question.kind is Kind.PROPOSALS)
    for row in csv.DictReader(_text(file_name).splitlines(keepends=True)):
        answers: dict[int, Any] = {ratings.id: _ratings(ratings, row), proposals.id: list(_proposals(proposals, row))}
        answers |= {questions[prompt].id: _content(questions[prompt], row[name]) for name, prompt in PROMPTS.items()}
        given = {question: content for question, content in answers.items() if content not in ("", None, [], {})}
        send(session, survey, new_code(), given, may_quote=row["may_quote"] == "yes")


def _ratings(question: Question, row: Mapping[str, str]) -> dict[str, dict[str, int]]:
    rated = {}
    for number, option in enumerate(question.settings["options"], start=1):
        scales = {scale: row[f"{scale}_{number}"] for scale in ("important", "lived")}
        if given := {scale: int(value) for scale, value in scales.items() if value}:
            rated[option["key"]] = given
    return rated


def _proposals(question: Question, row: Mapping[str, str]) -> Iterator[dict[str, str | None]]:
    key_of = {option["label"]: option["key"] for option in question.settings["options"]}
    for number in range(1, IDEAS + 1):
        if idea := row[f"idea_{number}"].strip():
            yield {"idea": idea, "value": key_of.get(row[f"value_{number}"]), "help": row[f"help_{number}"] or None}


def _content(question: Question, given: str) -> str | int | None:
    if question.kind is Kind.RATING:
        return int(given) if given else None
    if question.kind is Kind.SINGLE_CHOICE:
        return next((option["key"] for option in question.settings["options"] if option["label"] == given), None)
    return given.strip()


def _text(name: str) -> str:
    return (files("surveyapp.demo") / name).read_text("utf-8")
