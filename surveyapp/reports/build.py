"""One report as a dataclass, from the figures of an analysis; no HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from surveyapp.analysis.disclose import disclose, disclose_rows
from surveyapp.analysis.figures import Share, Tone
from surveyapp.analysis.words import says_nothing
from surveyapp.reports.charts import brief, quoted
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
    OtherSide,
    PartFigure,
    Participation,
    Quote,
    Report,
    Run,
    ToDecide,
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
    "OtherSide",
    "PartFigure",
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
    analysis: Analysis,
    *,
    title: str,
    mission: str,
    values: tuple[str, ...],
    source_name: str,
    dated: date | None,
    quote_group: int = 1,
) -> Report:
    """Report on a file: what its people wrote, without participation, ratings or goals.

    Args:
        analysis: The result of the pipeline.
        title: The title on the first page.
        mission: Why the community exists; may be empty.
        values: The community's values, by name.
        source_name: Name of the file.
        dated: The day the answers end, or None where nobody said.
        quote_group: Quotes are shown for candidates with this many people or more.
    """
    from surveyapp.analysis.texts import foreign  # brings numpy, which web processes do without

    themes = [theme for theme in analysis.themes if theme.parent is None]
    rows: dict[int, set[int]] = {theme.id: set() for theme in themes}
    ideas: Counter[int] = Counter()
    for statement in analysis.statements:
        if statement.theme is not None:
            rows[statement.theme].add(statement.row)
            ideas[statement.theme] += 1
    parts: dict[int, list[PartFigure]] = {theme.id: [] for theme in themes}
    for part in analysis.themes:
        if part.parent is not None and part.people >= quote_group:
            parts[part.parent].append(PartFigure(part.title, part.people))
    ranked = sorted(themes, key=lambda theme: (-theme.people, theme.id))
    worded = [statement for statement in analysis.statements if not says_nothing(statement.text)]
    unplaced = [statement for statement in worded if statement.theme is None]
    return complete(
        Report(
            title=title,
            mission=mission,
            run=Run(brief(source_name, 80), versions=tuple(sorted(analysis.versions.items()))),
            source=source_name,
            dated=dated,
            values_named=tuple(values),
            participation=Participation(answers=analysis.people),
            ideas=IdeaFigure(
                people=len({statement.person for statement in worded}),
                ideas=len(worded),
                in_candidates=ideas.total(),
                no_answer=sum(bool(s.text.strip()) for s in analysis.statements) - len(worded),
                other_language=sum(statement.kind == "other_language" for statement in unplaced),
                in_other_languages=sum(
                    bool(is_foreign) and not says_nothing(statement.text)
                    for statement, is_foreign in zip(analysis.statements, foreign(analysis.statements), strict=True)
                ),
                tone=_tone_of(Counter(statement.tone for statement in worded)),
            ),
            candidates=tuple(
                _candidate(rank, theme, ideas[theme.id], sorted(rows[theme.id]), parts[theme.id])
                for rank, theme in enumerate(ranked, start=1)
            ),
            quote_group=quote_group,
            rows_note=f"Rows are the data rows of {quoted(source_name, 80)}, counted from 0.",
        )
    )


def _candidate(rank: int, theme: Theme, ideas: int, rows: list[int], parts: list[PartFigure]) -> CandidateFigure:
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
        is_mixed=theme.is_mixed,
        keywords=tuple(theme.keywords),
        parts=tuple(parts),
        other_side=OtherSide(theme.opposite.text, round(100 * theme.opposite.share)) if theme.opposite else None,
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
    """Take out figures of fewer people than the report may show, and quotes of groups too small to be quoted (R7).

    Groups that add up to a known total are withheld in pairs (``analysis/disclose.py``). Candidates overlap, so that
    one can hardly be worked out from the others; whether it can be is for whoever gathers the figures to check.
    """
    return replace(
        report,
        candidates=tuple(_shown(report, candidate) for candidate in report.candidates),
        values=tuple(
            replace(value, important=_large(value.important, report), lived=_large(value.lived, report))
            for value in report.values
        ),
        choices=tuple(_shown_choice(choice, report.figure_group) for choice in report.choices),
        participation=_shown_groups(report.participation, report.figure_group),
    )


def _large(share: Share | None, report: Report) -> Share | None:
    return share if share and share.of >= report.figure_group else None


def _shown_choice(choice: ChoiceFigure, least: int) -> ChoiceFigure:
    counts = [option.people for option in choice.choices if option.people is not None]
    if least <= 1 or len(counts) < len(choice.choices):
        return choice
    shown = disclose(counts, least)
    options = zip(choice.choices, shown, strict=True)
    return replace(choice, choices=tuple(replace(option, people=people) for option, people in options))


def _shown_groups(part: Participation | None, least: int) -> Participation | None:
    groups = [(group, group.answered) for group in part.groups if group.answered] if part else []
    if not part or least <= 1 or len(groups) < len(part.groups):
        return part
    shown = disclose_rows([(answered.count, answered.of - answered.count) for _, answered in groups], least)
    return replace(
        part,
        groups=tuple(
            GroupFigure(group.name, answered if is_told else None)
            for (group, answered), is_told in zip(groups, shown, strict=True)
        ),
    )


def _shown(report: Report, candidate: CandidateFigure) -> CandidateFigure:
    people = candidate.people or 0
    if people < report.quote_group:
        candidate = replace(candidate, quotes=(), other_side=None)
    if people < report.figure_group:
        candidate = replace(
            candidate,
            people=None,
            share=None,
            low=None,
            high=None,
            ideas=None,
            tone=None,
            stability=None,
            rows=(),
            parts=(),
            quotes=(),
            other_side=None,
            agree=None,
        )
    if candidate.helpers is not None and candidate.helpers < report.figure_group:
        candidate = replace(candidate, helpers=None)
    return candidate
