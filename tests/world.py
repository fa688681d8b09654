"""Two communities that have one of everything, so that tests can ask who may see what of whom."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, Member, RoleKind
from surveyapp.db import now
from surveyapp.goals.models import Goal
from surveyapp.jobs import Job
from surveyapp.reports.models import PdfReport
from surveyapp.responses import letters
from surveyapp.responses.invite import invite, links
from surveyapp.responses.models import Talk
from surveyapp.responses.notes import Held, note
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Judgement, Verdict
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Survey
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.themes.models import AnalysisRun, Correction, Finding, Kinship, Theme, Way
from surveyapp.uploads import keep_upload
from tests.factories import SECRET_KEY, make_community, make_survey, make_user

ABSENT = 999_999_999


@dataclass(frozen=True)
class Place:
    """A community with what belongs to it; *arguments* fill the address of any route."""

    community: Community
    manager: User
    leader: User
    arguments: dict[str, Any]


def make_place(session: Session, **words: str) -> Place:
    """A community with surveys, a run, two candidates, a goal, a report and a job; *words* are for make_community()."""
    community = make_community(session, **words)
    manager = make_user(session, community=community, kind=RoleKind.MANAGER)
    leader = make_user(session, community=community, kind=RoleKind.LEADER)
    survey = make_survey(session, community)
    survey.languages = ["ar"]
    make_survey(session, community, is_open=False)
    run = make_run(session, survey)
    notes = READY_MADE["notes_of_a_conversation"].make(session, community)
    open_survey(session, notes, date(2026, 3, 2))
    noted = note(
        session,
        notes,
        Held(Talk.FOCUS_GROUP, people=8, held_on=date(2026, 3, 3)),
        {notes.questions[-1].id: "The hall is cold."},
        user_id=manager.id,
    )
    candidate = make_found_candidate(session, run, "Open a tool library.")
    adopted = make_found_candidate(session, run, "Plant forty trees.", column=Column.ADOPTED)
    goal = make_goal(session, adopted)
    report = make_pdf_report(session, run, manager)
    member = Member(community_id=community.id, name="Ada")
    session.add(member)
    session.flush()
    invite(session, survey, SECRET_KEY, [member.id], user_id=manager.id)
    listed = keep_upload(session, community.id, None, name="list.csv", content=b"name\nBea\n", user_id=manager.id)
    upload = keep_upload(
        session, community.id, survey.id, name="answers.csv", content=b"idea\nA bench\n", user_id=manager.id
    )
    job = Job(
        key=f"job {secrets.token_hex(4)}",
        task="make_report",
        community_id=community.id,
        arguments={"report_id": report.id},
        queued_at=now(),
        run_after=now(),
    )
    session.add(job)
    correction = Correction(
        community_id=community.id,
        survey_id=survey.id,
        run_id=run.id,
        way=Way.MERGE,
        theme_id=candidate.theme_id,
        into_id=adopted.theme_id,
        numbers=[],
        user_id=manager.id,
        made_at=now(),
    )
    kinship = Kinship(
        community_id=community.id, theme_id=candidate.theme_id, earlier_id=adopted.theme_id, alike=0.8, shared=["tool"]
    )
    session.add_all([correction, kinship])
    for one in Criterion:
        session.add(
            Judgement(
                candidate_id=candidate.id,
                criterion=one,
                user_id=manager.id,
                verdict=Verdict.YES,
                reason="It can be done.",
                judged_at=now(),
            )
        )
    session.flush()
    arguments = {
        "slug": community.slug,
        "link": survey.link,
        "survey_id": survey.id,
        "language": "ar",
        "question_id": survey.questions[0].id,
        "section_id": survey.sections[0].id,
        "candidate_id": candidate.id,
        "theme_id": candidate.theme_id,
        "run_id": run.id,
        "goal_id": goal.id,
        "note_id": noted.id,
        "kinship_id": kinship.id,
        "correction_id": correction.id,
        "report_id": report.id,
        "job_id": job.id,
        "key": upload.id,
        "member_id": member.id,
        "list_key": listed.id,
        "token": letters.unsubscribe_token(SECRET_KEY, member.id),
        "user_id": leader.id,
        "value_id": community.values[0].id,
        "number": 1,
        "filename": "app.css",
        "receipt": "7K4M-29QX",
        "secret": links(session, survey, SECRET_KEY)[0][1],
    }
    session.commit()  # and with it every lock, also those taken to read
    return Place(community, manager, leader, arguments)


def make_run(session: Session, survey: Survey, *, people: int = 40) -> AnalysisRun:
    """A finished run that found nothing yet; commits."""
    run = AnalysisRun(
        community_id=survey.community_id,
        survey_id=survey.id,
        settings={},
        started_at=now(),
        finished_at=now(),
        people=people,
        people_with_ideas=people,
        ideas=people,
    )
    session.add(run)
    session.commit()
    return run


def make_found_candidate(
    session: Session,
    run: AnalysisRun,
    title: str,
    *,
    people: int = 12,
    column: Column = Column.NEW,
    reason: str = "",
    name: str | None = None,
) -> Candidate:
    """A theme that *run* found, as a candidate; with a decision if a *reason* is given; commits."""
    theme = Theme(community_id=run.community_id, survey_id=run.survey_id, name=name)
    session.add(theme)
    session.flush()
    session.add(
        Finding(
            run_id=run.id,
            theme_id=theme.id,
            title=title,
            keywords=[],
            people=people,
            ideas=people,
            share=people / run.people,
            low=0.1,
            high=0.9,
            positive=people,
            neutral=0,
            negative=0,
            mixed=0,
            unscored=0,
            helpers_yes=0,
            helpers_maybe=0,
            value_ids=[],
        )
    )
    candidate = Candidate(community_id=run.community_id, theme_id=theme.id, column=column)
    session.add(candidate)
    session.flush()
    if reason:
        judge = make_user(session)
        session.add(
            Decision(
                candidate_id=candidate.id,
                user_id=judge.id,
                before=Column.NEW,
                after=column,
                reason=reason,
                decided_at=now(),
            )
        )
    session.commit()
    return candidate


def make_goal(session: Session, candidate: Candidate, *, sentence: str = "Plant forty trees", **fields: Any) -> Goal:
    """A goal that came of *candidate*, ten of forty trees on; commits."""
    defaults: dict[str, Any] = {
        "measure": "trees planted",
        "unit": "trees",
        "baseline": 0.0,
        "target": 40.0,
        "level": 10.0,
        "due_on": date(2030, 11, 30),
        "adopted_on": date(2026, 3, 10),
    }
    goal = Goal(
        community_id=candidate.community_id, candidate_id=candidate.id, sentence=sentence, **{**defaults, **fields}
    )
    session.add(goal)
    session.commit()
    return goal


def make_pdf_report(session: Session, run: AnalysisRun, user: User) -> PdfReport:
    """A report that has been made; its PDF is none."""
    report = PdfReport(
        community_id=run.community_id,
        run_id=run.id,
        user_id=user.id,
        title="Summary",
        asked_at=now(),
        made_at=now(),
        size=4,
        sha256="0" * 64,
        pdf=b"%PDF",
    )
    session.add(report)
    session.commit()
    return report
