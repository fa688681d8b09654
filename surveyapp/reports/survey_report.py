"""The summary of one survey, from one analysis run: the same run gives the same report (R9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import Tone
from surveyapp.analysis.words import says_nothing
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
    Participation,
    Quote,
    Report,
    Run,
    ValueFigure,
)
from surveyapp.review.models import Column
from surveyapp.review.rank import Ranked, ranked
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.themes.count import QuestionFigure, shown
from surveyapp.themes.models import AnalysisRun, Statement

STATES = {
    Column.NEW: "To review",
    Column.SHORTLISTED: "In discussion",
    Column.ADOPTED: "Adopted",
    Column.DECLINED: "Not now",
}
QUOTES = 3
QUOTE_CHARACTERS = (20, 280)  # shorter ones say little, longer ones are cut


def build(session: Session, run: AnalysisRun) -> Report:
    """Gather everything the summary of a survey says."""
    survey = session.get_one(Survey, run.survey_id)
    community = session.get_one(Community, run.community_id)
    questions = survey.questions
    figures = shown(questions, run.figures, survey.smallest_group)
    candidates = ranked(session, community.id, run)
    goals = _goals(session, community.id)
    asked_for_ideas = _asked_for_ideas(questions)
    statements = session.scalars(
        select(Statement)
        .where(Statement.run_id == run.id, Statement.question_id.in_(asked_for_ideas))
        .order_by(Statement.number)
    ).all()
    notes = () if mission_is_intact(session, community) else (_ALTERED,)
    return complete(
        Report(
            title=survey.title,
            organisation=community.name,
            mission=community.mission.words,
            run=Run(f"Run {run.id}", versions=tuple(sorted((k, str(v)) for k, v in run.versions.items()))),
            source=survey.title,
            dated=run.finished_at.date() if run.finished_at else None,
            questions=tuple(question.prompt for question in questions),
            participation=Participation(
                answers=run.people,
                opened_on=survey.opened_on,
                closed_on=survey.closed_on,
                how="People answered by an open link: one form is not surely one person.",
            ),
            values=_values(figures, goals),
            choices=_choices(figures),
            ideas=_ideas(statements),
            candidates=_candidates(session, survey, candidates, statements),
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


def _asked_for_ideas(questions: Sequence[Question]) -> list[int]:
    """The questions whose texts form candidates, by number: as themes/discover.py chooses them."""
    proposals = [question.id for question in questions if question.kind is Kind.PROPOSALS]
    return proposals or [question.id for question in questions if question.kind is Kind.LONG_TEXT]


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
            tuple(Choice(option.label, option.people) for option in figure.options),
        )
        for figure in figures
        if figure.people is not None and figure.options
    )


def _ideas(statements: Sequence[Statement]) -> IdeaFigure:
    worded = [statement for statement in statements if not says_nothing(statement.text)]
    tones: dict[str, int] = defaultdict(int)
    for statement in worded:
        tones[statement.tone] += 1
    return IdeaFigure(
        people=len({statement.response_id for statement in worded}),
        ideas=len(worded),
        in_candidates=sum(statement.theme_id is not None for statement in worded),
        no_answer=len(statements) - len(worded),
        other_language=sum(s.kind == "other_language" and s.theme_id is None for s in worded),
        tone=Tone(tones["positive"], tones["neutral"], tones["negative"], tones["mixed"], tones["unscored"]),
    )


def _candidates(
    session: Session, survey: Survey, found: Sequence[Ranked], statements: Sequence[Statement]
) -> tuple[CandidateFigure, ...]:
    by_theme: dict[int | None, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_theme[statement.theme_id].append(statement)
    compromises = dict(
        session.execute(select(Goal.candidate_id, Goal.compromise).where(Goal.community_id == survey.community_id))
        .tuples()
        .all()
    )
    return tuple(
        _candidate(one, by_theme.get(one.candidate.theme_id, []) if one.finding else [], survey, compromises)
        for one in found
    )


def _candidate(
    one: Ranked, statements: Sequence[Statement], survey: Survey, compromises: Mapping[int, str]
) -> CandidateFigure:
    finding, decided = one.finding, one.decision
    may_be_quoted = finding is not None and finding.people >= survey.quote_group
    return CandidateFigure(
        key=str(one.candidate.id),
        rank=one.rank,
        title=one.title,
        people=finding.people if finding else None,
        share=finding.share if finding else None,
        low=finding.low if finding else None,
        high=finding.high if finding else None,
        ideas=finding.ideas if finding else None,
        tone=one.tone,
        stability=finding.stability if finding else None,
        keywords=tuple(finding.keywords) if finding else (),
        quotes=_quotes(statements, one.title) if may_be_quoted else (),
        rows=tuple(str(statement.number) for statement in statements),
        state=STATES[one.candidate.column],
        values=tuple(value.name for value in one.values),
        is_from_organisation=one.is_from_organisation,
        decision=Decision(
            outcome=STATES[decided.after],
            reason=decided.reason,
            decided_on=decided.decided_at.date(),
            compromise=compromises.get(one.candidate.id, ""),
        )
        if decided
        else None,
        helpers=one.helpers[0],
    )


def _quotes(statements: Sequence[Statement], title: str) -> tuple[Quote, ...]:
    """Ideas that may be quoted and fit the candidate best, no two alike, the title not again."""
    said, quotes = {title.casefold()}, []
    shortest, longest = QUOTE_CHARACTERS
    best = sorted(statements, key=lambda s: (not shortest <= len(s.text) <= longest, -(s.fit or 0.0), s.number))
    for statement in best:
        if statement.may_quote and statement.text.casefold() not in said:
            said.add(statement.text.casefold())
            quotes.append(Quote(statement.text, str(statement.number)))
        if len(quotes) == QUOTES:
            break
    return tuple(quotes)


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
