"""A goal's way from the first idea to now: who raised it, in what tone, what was decided and why."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import Tone
from surveyapp.goals.models import Goal
from surveyapp.review.models import Column, Decision
from surveyapp.surveys.models import Survey
from surveyapp.themes.models import AnalysisRun, Finding
from surveyapp.themes.read import tone_of


@dataclass(frozen=True)
class Raised:
    """Who stood behind a goal when it was adopted."""

    people: int
    of: int  # people who answered
    ideas: int
    survey: Survey
    run: AnalysisRun
    tone: Tone | None  # None: too few ideas could be scored


def raised(session: Session, goal: Goal) -> Raised | None:
    """What the newest run before the adoption found; None for the organisation's own."""
    adopted_at = (
        select(Decision.decided_at)
        .where(
            Decision.candidate_id == goal.candidate_id,
            Decision.after == Column.ADOPTED,
            Decision.before != Column.ADOPTED,
        )
        .order_by(Decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        select(Finding, AnalysisRun, Survey)
        .join(AnalysisRun, AnalysisRun.id == Finding.run_id)
        .join(Survey, Survey.id == AnalysisRun.survey_id)
        .where(Finding.theme_id == goal.candidate.theme_id, AnalysisRun.finished_at <= adopted_at)
        .order_by(AnalysisRun.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    finding, run, survey = row
    tone = tone_of(finding)
    return Raised(finding.people, run.people, finding.ideas, survey, run, tone if tone.is_known else None)
