"""One report as a dataclass, from the figures of an analysis; no HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from surveyapp.reports.findings import findings, headlines, to_decide
from surveyapp.reports.ledger import ledger, methods
from surveyapp.reports.parts import (
    CandidateFigure,
    Choice,
    ChoiceFigure,
    Decision,
    Finding,
    GoalFigure,
    GroupFigure,
    Headline,
    IdeaFigure,
    LedgerEntry,
    MethodNote,
    Participation,
    Quote,
    Report,
    Run,
    Share,
    ToDecide,
    Tone,
    ValueFigure,
)

if TYPE_CHECKING:
    from surveyapp.analysis.pipeline import Analysis, Theme

__all__ = [
    "CandidateFigure",
    "Choice",
    "ChoiceFigure",
    "Decision",
    "Finding",
    "GoalFigure",
    "GroupFigure",
    "Headline",
    "IdeaFigure",
    "LedgerEntry",
    "MethodNote",
    "Participation",
    "Quote",
    "Report",
    "Run",
    "Share",
    "ToDecide",
    "Tone",
    "ValueFigure",
    "complete",
    "from_analysis",
    "withhold",
]


def from_analysis(
    analysis: Analysis, *, title: str, mission: str, values: tuple[str, ...], source_name: str, dated: date | None
) -> Report:
    """Report on a file: what its people wrote, without participation, ratings or goals.

    Args:
        analysis: The result of the pipeline.
        title: The title on the first page.
        mission: Why the community exists; may be empty.
        values: The community's values, by name.
        source_name: Name of the file.
        dated: The day the answers end, or None where nobody said.
    """
    rows: dict[int, set[int]] = {theme.id: set() for theme in analysis.themes}
    ideas: Counter[int] = Counter()
    for statement in analysis.statements:
        if statement.theme in rows:
            rows[statement.theme].add(statement.row)
            ideas[statement.theme] += 1
    ranked = sorted(analysis.themes, key=lambda theme: (-theme.people, theme.id))
    worded = [statement for statement in analysis.statements if statement.kind not in {"no_answer", "other_language"}]
    return complete(
        Report(
            title=title,
            mission=mission,
            run=Run(source_name, versions=tuple(sorted((str(k), str(v)) for k, v in analysis.versions.items()))),
            source=source_name,
            dated=dated,
            values_named=tuple(values),
            participation=Participation(answers=analysis.people),
            ideas=IdeaFigure(
                people=len({statement.person for statement in worded}),
                ideas=len(worded),
                in_candidates=sum(statement.theme in rows for statement in worded),
                no_answer=analysis.no_answer,
                other_language=sum(statement.kind == "other_language" for statement in analysis.statements),
                tone=_tone_of(Counter(statement.tone or "unscored" for statement in worded)),
            ),
            candidates=tuple(
                _candidate(rank, theme, ideas[theme.id], sorted(rows[theme.id]))
                for rank, theme in enumerate(ranked, start=1)
            ),
            rows_note=f"Rows are the data rows of {source_name}, counted from 0.",
        )
    )


def _candidate(rank: int, theme: Theme, ideas: int, rows: list[int]) -> CandidateFigure:
    return CandidateFigure(
        key=str(theme.id),
        rank=rank,
        title=theme.title,
        people=theme.people,
        share=theme.share,
        low=theme.low,
        high=theme.high,
        ideas=ideas,
        tone=Tone(theme.positive, theme.neutral, theme.negative, theme.mixed, theme.unscored),
        stability=theme.stability,
        keywords=tuple(theme.keywords),
        quotes=tuple(Quote(quote.text, str(quote.row)) for quote in theme.quotes),
        rows=tuple(str(row) for row in rows),
    )


def _tone_of(counts: Counter[str]) -> Tone:
    named = {name: counts[name] for name in ("positive", "neutral", "negative", "mixed")}
    return Tone(**named, unscored=counts.total() - sum(named.values()))


def complete(report: Report) -> Report:
    """Write what follows from the figures: headlines, findings, decisions to take, method and ledger.

    What too few people stand behind is taken out first (R7). Notes on method that the report brings stay in front.
    """
    report = withhold(report)
    return replace(
        report,
        headlines=headlines(report),
        findings=findings(report),
        to_decide=to_decide(report),
        methods=report.methods + methods(report),
        ledger=ledger(report),
    )


def withhold(report: Report) -> Report:
    """Take out each candidate's figures below the smallest group of figures, and quotes below that of quotes (R7).

    Whether the rest can be worked out from what remains is checked where the figures are gathered
    (``analysis/disclose.py``).
    """
    return replace(report, candidates=tuple(_shown(report, candidate) for candidate in report.candidates))


def _shown(report: Report, candidate: CandidateFigure) -> CandidateFigure:
    people = candidate.people or 0
    if people < report.quote_group:
        candidate = replace(candidate, quotes=())
    if people < report.figure_group:
        hidden = replace(candidate, people=None, share=None, low=None, high=None, ideas=None)
        candidate = replace(hidden, tone=None, stability=None, rows=(), quotes=())
    if candidate.helpers is not None and candidate.helpers < report.figure_group:
        candidate = replace(candidate, helpers=None)
    return candidate
