"""Read what a run found: its themes in order, its counts, and what was told in free text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from surveyapp.analysis.figures import Tone
from surveyapp.analysis.titles import leans
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.themes.models import NOTHING, AnalysisRun, Finding, Statement

QUOTES = 3  # of one question: one of each tone
TONES = ("positive", "neutral", "negative")
FEWEST_TO_COUNT = 10  # with fewer scorable ideas only shares are shown


@dataclass(frozen=True)
class RunCounts:
    """How what people wrote is accounted for: ideas in themes, ideas alone, texts that say nothing."""

    ideas: int
    people: int  # who wrote at least one
    grouped: int  # ideas in themes that are shown
    nothing: int  # texts that are no idea: "no", "n/a"
    other_language: int  # ideas in none of the themes that are in a language the analysis does not know
    in_other_languages: int | None  # ideas in such languages, in themes or not; None where too few people wrote them
    tone: Tone  # of all ideas

    @property
    def alone(self) -> int:
        """Ideas in none of the themes that are shown."""
        return self.ideas - self.grouped


@dataclass(frozen=True)
class OtherSide:
    """What those say who want the opposite of a theme's title."""

    text: str
    percent: int | None  # of what is said about it and takes sides; None where that could tell of too few people


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


def idea_questions(questions: Iterable[Question]) -> list[Question]:
    """The questions whose answers form candidates: proposals if a survey asks for them, else its long texts."""
    asked = list(questions)
    proposals = [question for question in asked if question.kind is Kind.PROPOSALS]
    return proposals or [question for question in asked if question.kind is Kind.LONG_TEXT]


def in_other_languages(run: AnalysisRun, smallest_group: int) -> int | None:
    """How many of a run's ideas are in languages the analysis does not know; None where too few people wrote them."""
    return run.ideas_other_language if run.people_other_language >= smallest_group else None


def counts_of(session: Session, run: AnalysisRun, questions: Iterable[Question], survey: Survey) -> RunCounts:
    """How the texts of a run that may form candidates are accounted for.

    Args:
        session: The caller's.
        run: A finished run.
        questions: All questions of its survey.
        survey: The survey.
    """
    kinds: Counter[str] = Counter()
    tones: Counter[str] = Counter()
    grouped = other_language = 0
    rows = session.execute(
        select(Statement.kind, Statement.tone, Statement.theme_id.is_not(None), func.count())
        .where(Statement.run_id == run.id, Statement.question_id.in_([q.id for q in idea_questions(questions)]))
        .group_by(Statement.kind, Statement.tone, Statement.theme_id.is_not(None))
    )
    for kind, tone, is_grouped, count in rows:
        kinds[kind] += count
        if kind != NOTHING:
            tones[tone] += count
            grouped += count * bool(is_grouped)
            other_language += count * (kind == "other_language" and not is_grouped)
    return RunCounts(
        ideas=run.ideas,
        people=run.people_with_ideas,
        grouped=grouped,
        nothing=kinds[NOTHING],
        other_language=other_language,
        in_other_languages=in_other_languages(run, survey.smallest_group),
        tone=_tone(tones),
    )


def _tone(tones: Counter[str]) -> Tone:
    return Tone(*(tones[tone] for tone in (*TONES, "mixed", "unscored")))


def quotes_of(session: Session, findings: Iterable[Finding]) -> dict[int, list[Statement]]:
    """Per theme the ideas that speak for it, the best first, as the run chose them: with permission, and unlike others.

    Whether a theme has enough people for quotes to be shown at all is for the caller to ask (R7).
    """
    wanted = list(findings)
    numbers = [number for finding in wanted for number in finding.quotes]
    rows = session.scalars(
        select(Statement).where(
            Statement.run_id.in_({finding.run_id for finding in wanted}),
            Statement.number.in_(numbers),
            Statement.may_quote,
        )
    )
    said = {(statement.run_id, statement.number): statement for statement in rows}
    return {
        finding.theme_id: [
            said[finding.run_id, number] for number in finding.quotes if (finding.run_id, number) in said
        ]
        for finding in wanted
    }


def parts_of(session: Session, findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    """Per theme the parts that may be shown, those with most people first; themes without any are missing."""
    wanted = list(findings)
    rows = session.scalars(
        select(Finding)
        .where(
            Finding.run_id.in_({finding.run_id for finding in wanted}),
            Finding.parent_id.in_({finding.theme_id for finding in wanted}),
        )
        .order_by(Finding.people.desc(), Finding.theme_id)
    )
    parts: dict[int, list[Finding]] = defaultdict(list)
    for part in rows:
        if part.parent_id is not None:
            parts[part.parent_id].append(part)
    return dict(parts)


def other_sides(
    session: Session, findings: Iterable[Finding], groups: Mapping[int, tuple[int, int]]
) -> dict[int, OtherSide]:
    """What the other side says in each theme that holds both, where enough people stand behind it for quotes (R7).

    Args:
        session: The caller's.
        findings: The themes.
        groups: Per run, the fewest people of a group that is shown, and of one that is quoted.
    """
    wanted = {
        (finding.run_id, finding.opposite): finding
        for finding in findings
        if finding.opposite is not None and finding.people >= groups[finding.run_id][1]
    }
    rows = session.execute(
        select(Statement.run_id, Statement.number, Statement.text).where(
            Statement.run_id.in_({run_id for run_id, _ in wanted}),
            Statement.number.in_({number for _, number in wanted}),
            Statement.may_quote,
        )
    )
    sides = {}
    for run_id, number, text in rows:
        if (finding := wanted.get((run_id, number))) is not None:
            share = finding.opposite_share or 0.0
            is_told = min(share, 1 - share) * finding.people >= groups[run_id][0]
            sides[finding.theme_id] = OtherSide(text, round(100 * share) if is_told else None)
    return sides


def told(session: Session, run: AnalysisRun, questions: Iterable[Question], survey: Survey) -> list[Told]:
    """What was told in answer to the long-text questions beside the proposals, where enough people did."""
    asked = list(questions)
    if not any(question.kind is Kind.PROPOSALS for question in asked):
        return []
    by_question: dict[int, list[Statement]] = defaultdict(list)
    long_texts = {question.id: question for question in asked if question.kind is Kind.LONG_TEXT}
    rows = session.scalars(
        select(Statement)
        .where(Statement.run_id == run.id, Statement.question_id.in_(long_texts), Statement.kind != NOTHING)
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
                tone=_tone(tones),
                quotes=_typical(statements) if people >= survey.quote_group else (),
            )
        )
    return sorted(found, key=lambda one: (one.question.section_id, one.question.position))


def _typical(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """For each tone an idea that may be quoted and reads well; which one follows its hash, never its time."""
    quotable = [s for s in statements if s.may_quote and 30 <= len(s.text) <= 200]  # characters
    quotable.sort(key=lambda statement: leans(statement.text))
    firsts = (next((s for s in quotable if s.tone == tone), None) for tone in TONES)
    return tuple(statement for statement in firsts if statement is not None)[:QUOTES]
