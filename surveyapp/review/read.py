"""Read what a candidate rests on: its ideas, in members' words, and what was decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.analysis.disclose import disclose_overlapping
from surveyapp.analysis.words import says_nothing
from surveyapp.communities.models import Value
from surveyapp.review.models import Candidate, Decision
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.history import News, news_of
from surveyapp.themes.models import AnalysisRun, Finding, Statement, Theme


@dataclass(frozen=True)
class Idea:
    """One idea, in its writer's words; nothing tells whose it is."""

    number: int  # in its run
    text: str
    tone: str
    value: str  # that it serves, where enough people said so
    fit: int | None  # percent
    is_weak: bool  # it fits worse than nearly all ideas fit their groups
    may_quote: bool


@dataclass(frozen=True)
class Told:
    """One decision, and who made it."""

    decision: Decision
    name: str


def ideas_of(session: Session, finding: Finding, survey: Survey, words: str = "") -> list[Idea]:
    """The ideas of a theme that hold *words*, lowest fit last.

    Who would help is told as a figure alone: beside the ideas it could be counted where the figure is withheld, and
    would say of somebody's words what they offered. The value beside an idea is one that enough people named (R7).

    Args:
        session: The caller's.
        finding: The theme in one run; only those of enough people have one (R7).
        survey: Where they were written.
        words: What to look for, whatever its case; empty finds all.
    """
    shown = _values_shown(session, finding, survey.smallest_group)
    rows = session.execute(
        select(
            Statement.number,
            Statement.text,
            Statement.tone,
            Statement.value_id,
            Statement.fit,
            Statement.is_weak,
            Statement.may_quote,
        )
        .where(Statement.run_id == finding.run_id, Statement.theme_id == finding.theme_id)
        .order_by(Statement.fit.desc().nulls_last(), Statement.number)
    )
    wanted = words.casefold()
    return [
        Idea(number, text, tone, shown.get(value_id, ""), None if fit is None else round(100 * fit), is_weak, may_quote)
        for number, text, tone, value_id, fit, is_weak, may_quote in rows
        if wanted in text.casefold()
    ]


def _values_shown(session: Session, finding: Finding, smallest_group: int) -> dict[int | None, str]:
    """The values that enough people said a theme's ideas serve, where enough did not, too."""
    people = func.count(Statement.response_id.distinct())
    named = session.execute(
        select(Value.id, Value.name, people)
        .join(Statement, Statement.value_id == Value.id)
        .where(Statement.run_id == finding.run_id, Statement.theme_id == finding.theme_id)
        .group_by(Value.id, Value.name)
        .order_by(Value.id)
    ).all()
    counts = [count for _, _, count in named]
    shown = disclose_overlapping(counts, finding.people, smallest_group, least=0, most=len(counts))
    return {key: name for (key, name, _), count in zip(named, shown, strict=True) if count is not None}


def offers_of(session: Session, finding: Finding, survey: Survey) -> list[str]:
    """With what people would help with a theme's ideas, in their words; in an order that tells nothing of who.

    They stand apart from the ideas, and only where as many people as quotes need stand behind the theme and enough of
    them said with what (R7); those who let nothing be quoted are not among them.
    """
    rows = session.execute(
        select(Statement.offer, Statement.response_id).where(
            Statement.run_id == finding.run_id,
            Statement.theme_id == finding.theme_id,
            Statement.offer.is_not(None),
        )
    ).all()
    if finding.people < survey.quote_group or len({row.response_id for row in rows}) < survey.smallest_group:
        return []
    return sorted({row.offer for row in rows if row.offer}, key=lambda offer: (offer.casefold(), offer))


def other_ideas(session: Session, run: AnalysisRun) -> list[str] | None:
    """The ideas of a run that are in no candidate, pooled, in an order that tells nothing (R7).

    Returns:
        None where fewer people than the survey's smallest group wrote them.
    """
    survey = session.get_one(Survey, run.survey_id)
    kinds = {question.id: question.kind for question in survey.questions}
    forms_candidates = Kind.PROPOSALS if Kind.PROPOSALS in kinds.values() else Kind.LONG_TEXT
    rows = session.execute(
        select(Statement.text, Statement.response_id)
        .where(
            Statement.run_id == run.id,
            Statement.theme_id.is_(None),
            Statement.question_id.in_([i for i, kind in kinds.items() if kind is forms_candidates]),
        )
        .order_by(Statement.number)  # follows the hash of the text
    ).all()
    ideas = [(row.text, row.response_id) for row in rows if not says_nothing(row.text)]
    if len({response_id for _, response_id in ideas}) < survey.smallest_group:
        return None
    return [text for text, _ in ideas]


def weak_ideas(session: Session, run: AnalysisRun) -> list[tuple[str, int]]:
    """The ideas that fit their group weakly, each with its theme; of groups that are shown only (R7)."""
    rows = session.execute(
        select(Statement.text, Statement.theme_id)
        .where(Statement.run_id == run.id, Statement.is_weak, Statement.theme_id.is_not(None))
        .order_by(Statement.fit, Statement.number)
    )
    return [(text, theme_id) for text, theme_id in rows if theme_id is not None]


def decisions_of(session: Session, candidate: Candidate) -> Sequence[Told]:
    """What was decided about a candidate, the newest first (R3)."""
    rows = session.execute(
        select(Decision, User.name)
        .join(User, User.id == Decision.user_id)
        .where(Decision.candidate_id == candidate.id)
        .order_by(Decision.id.desc())
    )
    return [Told(decision, name) for decision, name in rows]


def changes_of(session: Session, candidate: Candidate) -> list[News]:
    """How the group of ideas behind a candidate changed from run to run, the newest change first."""
    if candidate.theme is None:
        return []
    runs = session.scalars(
        select(AnalysisRun)
        .where(AnalysisRun.survey_id == candidate.theme.survey_id, AnalysisRun.finished_at.is_not(None))
        .order_by(AnalysisRun.id.desc())
    )
    return news_of(session, runs, candidate.theme.id)


def goes_on_in(session: Session, candidate: Candidate) -> int | None:
    """The candidate in which another one's ideas go on, as its theme has joined that one's; None where it has not."""
    seen, theme = set[int](), candidate.theme
    while theme is not None and theme.merged_into_id is not None and theme.id not in seen:
        seen.add(theme.id)
        theme = session.get(Theme, theme.merged_into_id)
    if theme is None or theme is candidate.theme:
        return None
    return session.scalar(select(Candidate.id).where(Candidate.theme_id == theme.id))
