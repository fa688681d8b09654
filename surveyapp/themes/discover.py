"""Run the analysis on a survey's answers, and keep the run: its sources, settings, versions and figures (R9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.analysis.vector_kinds import STATIC
from surveyapp.db import now, reading
from surveyapp.errors import Conflict
from surveyapp.jobs import Job, Running, defer
from surveyapp.responses.marks import Marked, taken_by
from surveyapp.responses.models import Response
from surveyapp.surveys.models import State, Survey
from surveyapp.themes.arrivals import look_later
from surveyapp.themes.correct import decided, waiting
from surveyapp.themes.count import count_answers
from surveyapp.themes.gather import as_answers, contents_of, texts_of
from surveyapp.themes.keep import keep_results
from surveyapp.themes.kin import compare_later
from surveyapp.themes.memory import memory_of, named_themes
from surveyapp.themes.models import BATCH, AnalysedResponse, AnalysisRun
from surveyapp.themes.releases import TooFewAnswers, fingerprint, has_few_new, refuse_to_show_few
from surveyapp.themes.votes import count_votes, keep_telling

if TYPE_CHECKING:
    pass


def start_run(
    session: Session,
    survey: Survey,
    *,
    user_id: int | None = None,
    vectors: str = STATIC,
    is_anew: bool = False,
    marked: Marked = Marked.COUNTED,
) -> tuple[AnalysisRun, Job]:
    """Begin an analysis run in the caller's transaction; a job does the work. One that is under way goes on instead.

    Args:
        session: The caller's.
        survey: Whose answers.
        user_id: Who asks.
        vectors: How ideas are compared, as the setting analysis_vectors says.
        is_anew: Group everything anew, and not from the last run's themes. Where too few answers came since, it takes
            in those of the last run.
        marked: Whether answers that look like abuse are taken in.

    Raises:
        TooFewAnswers: If fewer people answered than the smallest group, or fewer than BATCH since the last run; or if
            few of those changed what they said.
        Conflict: If the survey is still a draft.
    """
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())  # of two who ask, one waits
    newest = _newest_run(session, survey.id)
    if newest is not None and newest.finished_at is None:
        job = job_of(session, newest)
        if job is not None and not job.is_over:
            return newest, job
    if survey.state is State.DRAFT:
        raise Conflict("Open the survey first: there are no answers yet.")
    answers = count_taken(session, survey.id, marked)
    if answers < survey.smallest_group:
        raise TooFewAnswers(
            f"Ideas are grouped from {survey.smallest_group} answers on, so that nobody can be recognised. "
            f"So far there are fewer."
        )
    last = latest_run(session, survey.id)
    is_other_choice = last is not None and marked_in(last) is not marked
    if marked is Marked.LEFT_OUT or is_other_choice:
        refuse_to_show_few(session, survey.id, marked)
    is_same = last is not None and not is_other_choice and has_few_new(session, survey, last, marked)
    if last is not None and is_same and not is_anew and not waiting(session, [last]):
        raise TooFewAnswers(
            f"Fewer than {BATCH} answers came since ideas were grouped last. To group them now could show what "
            f"one person said: wait for more."
        )
    course = {"earlier": last.id if last else None, "is_anew": is_anew, "same_answers": is_same}
    run = AnalysisRun(
        community_id=survey.community_id,
        survey_id=survey.id,
        settings={"vectors": vectors, "marked": marked.value},
        course=course,
        started_at=now(),
    )
    session.add(run)
    session.flush()
    job = defer(session, "group_ideas", key=f"group ideas {run.id}", community_id=survey.community_id, run_id=run.id)
    audit.record(
        session, "grouped ideas", user_id=user_id, community_id=survey.community_id, run=run.id, is_anew=is_anew
    )
    return run, job


def marked_in(run: AnalysisRun) -> Marked:
    """What a run did with answers that look like abuse."""
    return Marked(run.settings.get("marked", Marked.COUNTED.value))


def count_taken(session: Session, survey_id: int, marked: Marked) -> int:
    """How many answers a run would take in now."""
    return session.scalar(select(func.count()).where(Response.survey_id == survey_id, *taken_by(marked))) or 0


def latest_run(session: Session, survey_id: int) -> AnalysisRun | None:
    """The survey's newest run that is finished."""
    return session.scalar(
        select(AnalysisRun)
        .where(AnalysisRun.survey_id == survey_id, AnalysisRun.finished_at.is_not(None))
        .order_by(AnalysisRun.id.desc())
        .limit(1)
    )


def open_job(session: Session, survey_id: int) -> Job | None:
    """The job of the survey's newest run, if that run is not finished: it is under way, or has failed."""
    run = _newest_run(session, survey_id)
    return job_of(session, run) if run is not None and run.finished_at is None else None


def _newest_run(session: Session, survey_id: int) -> AnalysisRun | None:
    return session.scalar(
        select(AnalysisRun).where(AnalysisRun.survey_id == survey_id).order_by(AnalysisRun.id.desc()).limit(1)
    )


def job_of(session: Session, run: AnalysisRun) -> Job | None:
    """The job that does the work of *run*."""
    return session.scalar(select(Job).where(Job.key == f"group ideas {run.id}"))


def discover_themes(
    running: Running,
    run_id: int,
    *,
    pinned: Callable[[Session, int], set[int]],
    afterwards: Callable[[Session, AnalysisRun], None],
) -> None:
    """Do the work of a run. Killed anywhere, it starts anew; done already, it does nothing.

    Args:
        running: The job.
        run_id: The run that start_run() began.
        pinned: Gives the themes of a survey that people have decided about (R11), beside those they named.
        afterwards: Called in the transaction that keeps the results, for what follows from them.
    """
    from surveyapp.analysis import pipeline, rounds  # numpy and scipy are loaded where the work is done
    from surveyapp.analysis.anchor import Settled

    with reading(running.sessions) as session:
        run = session.get_one(AnalysisRun, run_id)
        if run.finished_at is not None:
            return
        vectors, marked = run.settings["vectors"], marked_in(run)
        survey = session.get_one(Survey, run.survey_id)
        questions = survey.questions
        responses = dict(
            session.execute(
                select(Response.id, Response.may_quote)
                .where(Response.survey_id == survey.id, *taken_by(marked))
                .order_by(Response.id)
            ).all()
        )
        earlier = session.get(AnalysisRun, run.course["earlier"]) if run.course.get("earlier") else None
        if earlier is not None and run.course["same_answers"]:
            known = select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == earlier.id)
            responses = {i: responses[i] for i in sorted(session.scalars(known)) if i in responses}
        contents = contents_of(session, questions, set(responses))
        ballots = count_votes(session, questions, set(responses))
        said = fingerprint(session, survey, contents, responses.keys())
        by_people = decided(session, survey.id)
        memory = memory_of(session, survey.id, earlier, by_people.aliases)
        held = pinned(session, survey.id) | named_themes(session, survey.id) | by_people.pinned
        settled = Settled(pinned=frozenset(held), placed=by_people.placed)
        is_anew = run.course.get("is_anew", False)

    grouped, others = texts_of(questions, contents, responses)
    asked = " ".join(sorted({q.prompt for q in questions if q.id in {text.question_id for text in grouped}}))
    settings = pipeline.Settings(vectors=vectors, question=asked)
    found = rounds.next_round(
        as_answers(grouped), settings, memory, settled, is_anew=is_anew, progress=running.progress
    )
    alone = pipeline.analyse(as_answers(others), pipeline.Settings())  # their tone; other texts form no candidates

    with running.sessions.begin() as session:
        run = session.get_one(AnalysisRun, run_id, with_for_update=True)
        if run.finished_at is not None:
            return
        run.settings = {**asdict(found.analysis.settings), "marked": marked.value}
        run.versions = found.analysis.versions
        run.people = len(responses)
        run.course = {**run.course, "answers": said}
        run.figures = (
            count_answers(questions, {q: list(by.values()) for q, by in contents.items()}, len(responses)) | ballots
        )
        run.finished_at = now()
        session.execute(
            insert(AnalysedResponse), [{"run_id": run_id, "response_id": response} for response in responses]
        )
        keep_telling(session, ballots)
        keep_results(session, run, (found, grouped), (alone, others))
        afterwards(session, run)
        look_later(session, run)
        compare_later(session, run)
