"""Read what a run found: its themes in order, its counts, and what was told in free text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from surveyapp.analysis.figures import Tone
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.themes.models import AnalysisRun, Finding, Statement

QUOTES = 3  # of one question: one of each tone
TONES = ("positive", "neutral", "negative")
FEWEST_TO_COUNT = 10  # with fewer scorable ideas only shares are shown


@dataclass(frozen=True)
class RunCounts:
    """How the ideas of a run are accounted for."""

    ideas: int
    people: int  # who wrote at least one
    grouped: int  # ideas in themes that are shown
    alone: int  # ideas in none of them
    other_language: int


@dataclass(frozen=True)
class Told:
    """What people told in answer to one free-text question that forms no candidates."""

    question: Question
    people: int
    sentences: int
    tone: Tone
    quotes: tuple[Statement, ...]  # empty where too few people answered


def top_findings(session: Session, run: AnalysisRun) -> Sequence[Finding]:
    """The themes of a run that stand by themselves, with most people first."""
    return session.scalars(
        select(Finding)
        .where(Finding.run_id == run.id, Finding.parent_id.is_(None))
        .options(joinedload(Finding.theme))
        .order_by(Finding.people.desc(), Finding.title)
    ).all()


def tone_of(finding: Finding) -> Tone:
    """The tone of a theme's ideas."""
    return Tone(finding.positive, finding.neutral, finding.negative, finding.mixed, finding.unscored)


def name_of(finding: Finding) -> str:
    """What a theme is called: as a manager named it (R11), else by the idea that stands for it."""
    return finding.theme.name or finding.title


def counts_of(session: Session, run: AnalysisRun) -> RunCounts:
    """How the ideas of a run that may form candidates are accounted for."""
    grouped = session.scalar(select(func.count()).where(Statement.run_id == run.id, Statement.theme_id.is_not(None)))
    other = session.scalar(select(func.count()).where(Statement.run_id == run.id, Statement.kind == "other_language"))
    return RunCounts(
        ideas=run.ideas,
        people=run.people_with_ideas,
        grouped=grouped or 0,
        alone=run.ideas - (grouped or 0),
        other_language=other or 0,
    )


def told(session: Session, run: AnalysisRun, questions: Iterable[Question], survey: Survey) -> list[Told]:
    """What was told in answer to the long-text questions beside the proposals, where enough people did."""
    asked = list(questions)
    if not any(question.kind is Kind.PROPOSALS for question in asked):
        return []
    by_question: dict[int, list[Statement]] = defaultdict(list)
    long_texts = {question.id: question for question in asked if question.kind is Kind.LONG_TEXT}
    rows = session.scalars(
        select(Statement)
        .where(Statement.run_id == run.id, Statement.question_id.in_(long_texts))
        .order_by(Statement.number)
    )
    for statement in rows:
        by_question[statement.question_id].append(statement)
    found = []
    for question_id, statements in by_question.items():
        people = len({statement.response_id for statement in statements})
        if people < survey.smallest_group:
            continue
        tones = Counter(statement.tone for statement in statements)
        found.append(
            Told(
                question=long_texts[question_id],
                people=people,
                sentences=len(statements),
                tone=Tone(*(tones[tone] for tone in (*TONES, "mixed", "unscored"))),
                quotes=_typical(statements) if people >= survey.quote_group else (),
            )
        )
    return sorted(found, key=lambda one: (one.question.section_id, one.question.position))


def _typical(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """For each tone an idea that may be quoted and reads well; which one follows its hash, never its time."""
    quotable = [s for s in statements if s.may_quote and 30 <= len(s.text) <= 200]  # characters
    firsts = (next((s for s in quotable if s.tone == tone), None) for tone in TONES)
    return tuple(statement for statement in firsts if statement is not None)[:QUOTES]
