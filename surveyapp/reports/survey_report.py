"""The summary of one survey, from one analysis run: the same run gives the same report (R9)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.found import mission_is_intact
from surveyapp.communities.models import Community
from surveyapp.goals.models import Goal
from surveyapp.reports.build import complete
from surveyapp.reports.parts import (
    CandidateFigure,
    Choice,
    ChoiceFigure,
    Decision,
    GoalFigure,
    IdeaFigure,
    MethodNote,
    OtherSide,
    PartFigure,
    Participation,
    Quote,
    Report,
    Run,
    ValueFigure,
)
from surveyapp.review.models import Column
from surveyapp.review.rank import Ranked, ranked
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.count import QuestionFigure, shown
from surveyapp.themes.models import AnalysisRun, Statement
from surveyapp.themes.read import counts_of, quotes_of, tone_of
from surveyapp.themes.votes import votes_shown

STATES = {
    Column.NEW: "To review",
    Column.SHORTLISTED: "In discussion",
    Column.ADOPTED: "Adopted",
    Column.DECLINED: "Not now",
}

BY_LINK = "People answered by an open link: one form is not surely one person."
BY_NOTES = (
    "Managers noted what was said in conversations. Each counts once, however many people were there: where this "
    "report says people, read conversations."
)


def build(session: Session, run: AnalysisRun) -> Report:
    """Gather everything the summary of a survey says."""
    survey = session.get_one(Survey, run.survey_id)
    community = session.get_one(Community, run.community_id)
    questions = survey.questions
    figures = shown(questions, run.figures, survey.smallest_group)
    candidates = ranked(session, community.id, run)
    goals = _goals(session, community.id)
    counts = counts_of(session, run, questions, survey)
    notes = () if mission_is_intact(session, community) else (_ALTERED,)
    return complete(
        Report(
            title=survey.title,
            organisation=community.name,
            mission=community.mission.words if community.mission else "",
            run=Run(f"Run {run.id}", versions=tuple(sorted((k, str(v)) for k, v in run.versions.items()))),
            source=survey.title,
            dated=run.finished_at.date() if run.finished_at else None,
            questions=tuple(question.prompt for question in questions),
            participation=Participation(
                answers=run.people,
                opened_on=survey.opened_on,
                closed_on=survey.closed_on,
                how=BY_NOTES if survey.is_of_notes else BY_LINK,
                is_of_notes=survey.is_of_notes,
            ),
            values=_values(figures, goals),
            choices=_choices(figures),
            votes=tuple(votes_shown(questions, run.figures, survey.smallest_group)),
            ideas=IdeaFigure(
                people=counts.people,
                ideas=counts.ideas,
                in_candidates=counts.grouped,
                no_answer=counts.nothing,
                other_language=counts.other_language,
                in_other_languages=counts.in_other_languages or 0,
                tone=counts.tone,
            ),
            candidates=_candidates(session, survey, run, candidates),
            goals=tuple(_goal_figure(goal) for goal in goals),
            figure_group=survey.smallest_group,
            quote_group=survey.quote_group,
            row_word="idea",
            rows_note=f"Ideas are numbered within run {run.id}; the numbers follow what is said, not who or when.",
            methods=notes,
        )
    )


_ALTERED = MethodNote(
    "The mission differs",
    "The mission in the database is not the one that was founded. Somebody with access to the database changed it.",
)


def _goals(session: Session, community_id: int) -> Sequence[Goal]:
    return session.scalars(select(Goal).where(Goal.community_id == community_id).order_by(Goal.id)).all()


def _values(figures: Sequence[QuestionFigure], goals: Sequence[Goal]) -> tuple[ValueFigure, ...]:
    """The first value ratings of the survey, each with the goals that serve it."""
    serving: dict[str, list[str]] = defaultdict(list)
    for goal in goals:
        for value in goal.values:
            serving[value.name].append(goal.sentence)
    ratings = next((figure for figure in figures if figure.kind is Kind.VALUE_RATINGS), None)
    return tuple(
        ValueFigure(
            name=value.name, important=value.important, lived=value.lived, goals=tuple(serving.get(value.name, ()))
        )
        for value in (ratings.values if ratings else ())
    )


def _choices(figures: Sequence[QuestionFigure]) -> tuple[ChoiceFigure, ...]:
    """The closed questions that enough people answered."""
    return tuple(
        ChoiceFigure(
            "Would you help?" if figure.kind is Kind.PROPOSALS else figure.prompt,
            figure.people,
            tuple(Choice(option.label, option.people, option.detail) for option in figure.options),
            figure.summary,
        )
        for figure in figures
        if figure.people is not None and (figure.options or figure.summary)
    )


def _candidates(
    session: Session, survey: Survey, run: AnalysisRun, found: Sequence[Ranked]
) -> tuple[CandidateFigure, ...]:
    numbers: dict[int, list[int]] = defaultdict(list)
    placed = (
        select(Statement.theme_id, Statement.number)
        .where(Statement.run_id == run.id, Statement.theme_id.is_not(None))
        .order_by(Statement.number)
    )
    for theme_id, number in session.execute(placed):
        if theme_id is not None:
            numbers[theme_id].append(number)
    quotes = quotes_of(session, [one.finding for one in found if one.finding])
    compromises = dict(
        session.execute(
            select(Goal.candidate_id, Goal.compromise).where(Goal.community_id == survey.community_id)
        ).all()
    )
    return tuple(
        _candidate(
            one,
            rows=numbers[one.finding.theme_id] if one.finding else [],
            quotes=quotes[one.finding.theme_id] if one.finding and one.people >= survey.quote_group else [],
            compromise=compromises.get(one.candidate.id, ""),
        )
        for one in found
    )


def _candidate(one: Ranked, *, rows: Sequence[int], quotes: Sequence[Statement], compromise: str) -> CandidateFigure:
    finding, decided = one.finding, one.decision
    return CandidateFigure(
        key=str(one.candidate.id),
        rank=one.rank,
        title=one.title,
        people=finding.people if finding else None,
        share=finding.share if finding else None,
        low=finding.low if finding else None,
        high=finding.high if finding else None,
        ideas=finding.ideas if finding else None,
        tone=tone_of(finding) if finding else None,
        stability=finding.stability if finding else None,
        is_mixed=finding.is_mixed if finding else False,
        keywords=tuple(finding.keywords) if finding else (),
        parts=tuple(PartFigure(part.title, part.people) for part in one.parts),
        other_side=OtherSide(one.other_side.text, one.other_side.percent) if one.other_side else None,
        quotes=tuple(
            Quote(quote.text, str(quote.number)) for quote in quotes if quote.text.casefold() != one.title.casefold()
        ),
        rows=tuple(map(str, rows)),
        state=STATES[one.candidate.column],
        values=tuple(value.name for value in one.values),
        is_from_organisation=one.is_from_organisation,
        decision=Decision(
            outcome=STATES[decided.after],
            reason=decided.reason,
            decided_on=decided.decided_at.date(),
            compromise=compromise,
        )
        if decided
        else None,
        helpers=one.helpers[0],
    )


def _goal_figure(goal: Goal) -> GoalFigure:
    state = goal.ending.value.capitalize() if goal.ending else "Recruiting" if goal.progress <= 0 else "On track"
    return GoalFigure(
        title=goal.sentence,
        measure=goal.measure,
        baseline=goal.baseline,
        target=goal.target,
        level=goal.level,
        state=state,
        due_on=goal.due_on,
        values=tuple(value.name for value in goal.values),
        ended_on=goal.ended_on,
        ending=goal.ending_reason or "",
    )
