"""Make a report as PDF: asked for in a request, made by a job, kept as it was made (R9)."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.db import now, reading
from surveyapp.jobs import Job, Running, defer
from surveyapp.reports.models import PdfReport
from surveyapp.reports.render import make_pdf
from surveyapp.reports.survey_report import build
from surveyapp.surveys.models import Survey
from surveyapp.themes.models import AnalysisRun

STEPS = 3
MOST_LISTED = 50


def ask_for(session: Session, run: AnalysisRun, user: User) -> PdfReport:
    """Ask for the summary of a survey's *run* in the caller's transaction; a job makes it.

    While one of the same run is being made, it is that one: who presses the button twice gets one report.
    """
    survey = session.get_one(Survey, run.survey_id, with_for_update=True)
    wanted = select(PdfReport).where(PdfReport.run_id == run.id, PdfReport.made_at.is_(None))
    for asked in session.scalars(wanted.order_by(PdfReport.id.desc()).limit(1)):
        job = session.scalar(select(Job).where(Job.key == key_of(asked)))
        if job is not None and not job.is_over:
            return asked
    report = PdfReport(
        community_id=run.community_id,
        run_id=run.id,
        user_id=user.id,
        title=survey.title,
        asked_at=now(),
    )
    session.add(report)
    session.flush()
    defer(session, "make_report", key=key_of(report), community_id=run.community_id, report_id=report.id)
    audit.record(
        session, "asked for a report", user_id=user.id, community_id=run.community_id, report=report.id, run=run.id
    )
    return report


def make_report(running: Running, report_id: int) -> None:
    """Do the work. Killed anywhere, it starts anew; done already, it does nothing."""
    running.progress("Gathering the figures", 0, STEPS)
    with reading(running.sessions) as session:
        wanted = session.get_one(PdfReport, report_id)
        if wanted.made_at is not None:
            return
        report = build(session, session.get_one(AnalysisRun, wanted.run_id))
    running.progress("Drawing the pages", 1, STEPS)
    pdf = make_pdf(report)
    running.progress("Keeping the report", 2, STEPS)
    with running.sessions.begin() as session:
        wanted = session.get_one(PdfReport, report_id)
        wanted.pdf = pdf
        wanted.size = len(pdf)
        wanted.sha256 = hashlib.sha256(pdf).hexdigest()
        wanted.made_at = now()


def key_of(report: PdfReport) -> str:
    """Names the job that makes *report*."""
    return f"make report {report.id}"


@dataclass(frozen=True)
class Listed:
    """A report as the list shows it."""

    report: PdfReport
    survey_id: int
    asked_by: str
    answers: int  # that its run took into account
    job: Job | None


def listed(session: Session, community_id: int) -> list[Listed]:
    """The community's reports, newest first."""
    rows = session.execute(
        select(PdfReport, AnalysisRun.survey_id, User.name, AnalysisRun.people)
        .join(User, User.id == PdfReport.user_id)
        .join(AnalysisRun, AnalysisRun.id == PdfReport.run_id)
        .where(PdfReport.community_id == community_id)
        .order_by(PdfReport.id.desc())
        .limit(MOST_LISTED)
    ).all()
    jobs = {job.key: job for job in session.scalars(select(Job).where(Job.key.in_([key_of(row[0]) for row in rows])))}
    return [
        Listed(report, survey_id, name, answers, jobs.get(key_of(report))) for report, survey_id, name, answers in rows
    ]
