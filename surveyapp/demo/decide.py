"""What the demo's manager decided: two goals under way, one candidate in discussion, one declined, a report."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Community
from surveyapp.goals.adopt import FinishLine, adopt
from surveyapp.goals.pursue import set_level
from surveyapp.reports.make import ask_for
from surveyapp.review.judge import decline, judge, move, rename
from surveyapp.review.models import Candidate, Column, Criterion, Verdict
from surveyapp.review.rank import ranked
from surveyapp.themes.models import AnalysisRun, Statement


@dataclass(frozen=True)
class Wish:
    """A wish of the demo's members, known by its words, and the three judgements of the manager."""

    words: str  # a pattern that most of its ideas match
    name: str
    achievable: str
    finite: str
    beneficial: str
    almost: Criterion | None = None  # what is not quite met


TOILET = Wish(
    r"\b(?:toilets?|loos?)\b",
    "A toilet on the fields",
    "Two builders among us have built a composting toilet before, and a kit costs less than last year's surplus.",
    "It stands and is open, or it does not.",
    "People with small children and older members leave early because there is none.",
)
TOOLS = Wish(
    r"\b(?:tools?|shed|mower|strimmer)\b",
    "Tools that everybody can borrow",
    "Fourteen tools are promised already, and the old shed only needs a lock and shelves.",
    "Forty tools on the list, each lent at least once.",
    "Nobody needs to own everything: that is how we put sharing into practice.",
)
WATER = Wish(
    r"\b(?:water|taps?|hoses?|tanks?|rain)\b",
    "Water in reach of every plot",
    "Tanks we can put up ourselves. The pipe across Brook Field needs the water company, and that takes longer.",
    "Every plot within fifty steps of a tap or a tank.",
    "Without water in July nobody grows food, and newcomers give up first.",
    almost=Criterion.ACHIEVABLE,
)
FIRES = Wish(r"\b(?:bonfires?|fires?|smoke|burning)\b", "No bonfires in summer", "", "", "")


def decide(session: Session, community: Community, user: User, today: date) -> None:
    """Decide as a manager would, through the same functions; what no theme stands for is left out."""
    run = session.scalars(
        select(AnalysisRun).where(AnalysisRun.community_id == community.id, AnalysisRun.finished_at.is_not(None))
    ).first()
    if run is None:
        return
    values = {value.name: value.id for value in current_values(session, community.id)}
    taken: set[int] = set()
    if candidate := _candidate(session, run, TOILET, taken, user):
        _adopt(
            session,
            candidate,
            FinishLine(
                sentence="Build a composting toilet on Top Field",
                measure="toilets open to all",
                unit="toilets",
                baseline=0,
                target=1,
                due_on=today + timedelta(days=150),
                value_ids=[values["Welcome"]],
            ),
            user,
            today,
            TOILET,
            "Many asked for it, it needs no permission, and two people who know how have offered to lead.",
            level=0,
        )
    if candidate := _candidate(session, run, TOOLS, taken, user):
        _adopt(
            session,
            candidate,
            FinishLine(
                sentence="Open a tool shed where everybody can borrow",
                measure="tools on the lending list",
                unit="tools",
                baseline=0,
                target=40,
                due_on=today + timedelta(days=120),
                value_ids=[values["Sharing"]],
            ),
            user,
            today,
            TOOLS,
            "It costs little, starts at once, and each tool lent is a conversation between neighbours.",
            level=14,
        )
    if candidate := _candidate(session, run, WATER, taken, user):
        _judge(session, candidate, WATER, user)
        move(session, candidate, Column.SHORTLISTED, "", user_id=user.id)
    if candidate := _candidate(session, run, FIRES, taken, user):
        reason = "Opinions are split, and the council is rewriting its rule this winter. We ask again in spring."
        decline(session, candidate, reason, user_id=user.id)
    ask_for(session, run, user)


def _candidate(session: Session, run: AnalysisRun, wish: Wish, taken: set[int], user: User) -> Candidate | None:
    """The candidate most of whose ideas are about *wish*, given its name; None if no theme is mostly about it."""
    about: Counter[int | None] = Counter()
    ideas: Counter[int | None] = Counter()
    for theme_id, text in session.execute(
        select(Statement.theme_id, Statement.text).where(Statement.run_id == run.id, Statement.theme_id.is_not(None))
    ):
        ideas[theme_id] += 1
        about[theme_id] += re.search(wish.words, text, re.IGNORECASE) is not None
    for one in ranked(session, run.community_id, run):
        theme = one.candidate.theme_id
        if theme is not None and theme not in taken and 2 * about[theme] > ideas[theme]:
            taken.add(theme)
            rename(session, one.candidate, wish.name, user_id=user.id)
            return one.candidate
    return None


def _judge(session: Session, candidate: Candidate, wish: Wish, user: User) -> None:
    for criterion in Criterion:
        verdict = Verdict.ALMOST if criterion is wish.almost else Verdict.YES
        judge(session, candidate, criterion, verdict, getattr(wish, criterion.value), user_id=user.id)


def _adopt(
    session: Session,
    candidate: Candidate,
    finish: FinishLine,
    user: User,
    today: date,
    wish: Wish,
    reason: str,
    *,
    level: float,
) -> None:
    _judge(session, candidate, wish, user)
    goal = adopt(session, candidate, finish, user_id=user.id, reason=reason, today=today)
    if level:
        set_level(session, goal, level, user_id=user.id)
