"""Start a run and let a job do it: when one may begin, asked for twice, killed on its way, failed."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.analysis import vector_kinds
from surveyapp.analysis.vector_kinds import VectorsMissing
from surveyapp.communities.models import Community
from surveyapp.errors import Conflict
from surveyapp.jobs import JobState, Running, Worker
from surveyapp.responses.models import Answer, Response
from surveyapp.review.models import Candidate
from surveyapp.review.put_forward import group_ideas
from surveyapp.surveys.models import Survey
from surveyapp.themes.discover import job_of, latest_run, open_job, start_run
from surveyapp.themes.models import AnalysisRun, Finding, Theme
from surveyapp.themes.releases import TooFewAnswers
from tests.factories import make_survey
from tests.themes.village import (
    FIRST,
    TREES,
    answer,
    answered,
    grouped,
    snapshot,
)

ROOT = Path(__file__).resolve().parents[2]


def test_p9c_a_new_run_waits_for_ten_more_answers(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)

    answer(session, survey, TREES[:9])
    with pytest.raises(TooFewAnswers, match="10 answers"):
        start_run(session, survey)
    session.rollback()
    answer(session, survey, TREES[9:10])
    second = grouped(session, sessions, survey)

    assert second.people == first.people + 10
    assert session.get_one(AnalysisRun, first.id).people == len(FIRST)


def test_r7_a_run_that_would_show_what_one_member_changed_or_withdrew_is_refused_while_they_may(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    grouped(session, sessions, survey)  # the very same answers show nothing new
    wish = session.scalars(select(Answer).join(Response).where(Response.is_sent).limit(1)).one()
    said = wish.content
    wish.content = [{**said[0], "idea": "A statue of myself."}]
    session.commit()
    for is_anew in (False, True):
        with pytest.raises(TooFewAnswers, match="changed or withdrawn"):
            start_run(session, survey, is_anew=is_anew)
        session.rollback()
    wish.content = said
    session.commit()
    grouped(session, sessions, survey)
    session.execute(delete(Answer).where(Answer.response_id == wish.response_id))
    session.execute(update(Response).where(Response.id == wish.response_id).values(is_sent=False))
    answer(session, survey, TREES[:8])
    with pytest.raises(TooFewAnswers, match="changed or withdrawn"):  # eight came, one went
        start_run(session, survey)
    session.rollback()
    answer(session, survey, TREES[8:9])
    session.commit()
    assert grouped(session, sessions, survey).people == first.people + 8


def test_a_run_uses_the_vectors_it_was_begun_with_or_none(
    session: Session, sessions: sessionmaker[Session], community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_kinds, "find_spec", lambda _name: None)
    run, job = start_run(session, answered(session, community), vectors="hybrid")
    session.commit()

    with pytest.raises(VectorsMissing, match="not installed"):
        group_ideas(Running(sessions, job.id), run.id)

    session.expire_all()
    assert run.finished_at is None
    assert run.settings["vectors"] == "hybrid"


def test_r7_fewer_people_than_the_smallest_group_are_not_analysed(session: Session, community: Community) -> None:
    survey = answered(session, community, TREES[:4])
    with pytest.raises(TooFewAnswers, match="from 5 answers on"):
        start_run(session, survey)


def test_a_draft_has_nothing_to_group(session: Session, community: Community) -> None:
    with pytest.raises(Conflict, match="Open the survey first"):
        start_run(session, make_survey(session, community, is_open=False))


def test_r8_asked_for_twice_ideas_are_grouped_once(session: Session, community: Community) -> None:
    survey = answered(session, community, TREES)
    run, job = start_run(session, survey)
    session.commit()
    again = start_run(session, survey)
    session.commit()

    assert again == (run, job)
    assert session.scalar(select(func.count()).select_from(AnalysisRun)) == 1


def test_of_two_managers_who_ask_at_the_same_moment_both_get_the_same_run(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey_id = answered(session, community, TREES).id
    together = Barrier(2)

    def ask(_: int) -> int:
        with sessions() as asking:
            together.wait()
            run, _job = start_run(asking, asking.get_one(Survey, survey_id))
            asking.commit()
            return run.id

    with ThreadPoolExecutor(2) as managers:
        runs = list(managers.map(ask, range(2)))

    assert runs[0] == runs[1]
    assert session.scalar(select(func.count()).select_from(AnalysisRun)) == 1


def test_p3d_a_task_that_runs_twice_changes_nothing(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    run = grouped(session, sessions, answered(session, community))
    before = snapshot(session, run)
    job = job_of(session, run)
    assert job is not None
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Theme, Finding, Candidate)]

    group_ideas(Running(sessions, job.id), run.id)
    session.expire_all()

    assert snapshot(session, run) == before
    assert counts == [session.scalar(select(func.count()).select_from(table)) for table in (Theme, Finding, Candidate)]


KILLED = """
import json, os, signal, sys
from surveyapp import db
from surveyapp.jobs import Worker
from surveyapp.themes import discover

url, where = json.loads(sys.argv[1])
keep = discover.keep_results

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def keep_and_die(*arguments):
    keep(*arguments)
    die()

worker = Worker(db.session_factory(db.make_engine(url)))
if where == "comparing":
    from surveyapp.analysis import pipeline
    pipeline.analyse = die
elif where == "keeping":
    discover.keep_results = keep_and_die
else:
    Worker._finish = die
worker.run_all()
"""


@pytest.mark.parametrize("where", ["comparing", "keeping", "all is kept, but nobody was told"])
def test_p3d_a_run_killed_on_its_way_is_finished_by_the_next_worker(
    session: Session, sessions: sessionmaker[Session], engine: Engine, community: Community, where: str
) -> None:
    survey = answered(session, community)
    run, _ = start_run(session, survey)
    session.commit()
    url = engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps([url, where])], cwd=ROOT, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    session.expire_all()
    assert (session.get_one(AnalysisRun, run.id).finished_at is not None) == where.startswith("all")
    session.commit()

    worker = Worker(sessions)
    until = time.monotonic() + 10
    while not worker.requeue_interrupted():  # PostgreSQL takes a moment to see that who held the job is gone
        assert time.monotonic() < until
        time.sleep(0.05)
    worker.run_all()
    session.expire_all()
    finished = session.get_one(AnalysisRun, run.id)
    job = job_of(session, finished)

    assert job is not None
    assert job.state is JobState.DONE
    undisturbed = grouped(session, sessions, survey)  # of the same answers
    assert undisturbed.id != run.id
    assert snapshot(session, finished) == snapshot(session, undisturbed)


def test_a_run_whose_job_failed_does_not_stand_in_the_way_of_the_next(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    failed, job = start_run(session, survey)
    job.state, job.error = JobState.FAILED, "This did not work."
    session.commit()
    shown = open_job(session, survey.id)
    assert shown is not None
    assert shown.error == "This did not work."

    run = grouped(session, sessions, survey)

    assert run.id != failed.id
    assert open_job(session, survey.id) is None
    assert latest_run(session, survey.id) == run
