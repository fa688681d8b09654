"""A run of the analysis on real answers: what it keeps, what it withholds, and what a second run leaves alone."""

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.analysis.measure import wilson
from surveyapp.communities.models import Community
from surveyapp.errors import Conflict
from surveyapp.jobs import JobState, Running, Worker
from surveyapp.responses.models import Answer, Response
from surveyapp.review.models import Candidate
from surveyapp.review.put_forward import group_ideas
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.discover import TooFewAnswers, job_of, latest_run, open_job, start_run
from surveyapp.themes.models import AnalysedResponse, AnalysisRun, Finding, Statement, Theme
from tests.factories import make_response, make_survey
from tests.themes.village import (
    BUS,
    FIRST,
    LUNCH,
    NOTHING,
    TREES,
    answer,
    answered,
    findings,
    grouped,
    propose,
    theme_about,
)


def statements(session: Session, run: AnalysisRun) -> Sequence[Statement]:
    return session.scalars(select(Statement).where(Statement.run_id == run.id).order_by(Statement.number)).all()


def written(session: Session, statement: Statement) -> str:
    """The text, as its writer sent it, that a statement is a piece of."""
    answer = session.get_one(Answer, (statement.response_id, statement.question_id))
    text = answer.content if isinstance(answer.content, str) else answer.content[statement.item]["idea"]
    return str(text)


def snapshot(session: Session, run: AnalysisRun) -> list[Any]:
    """All that a run kept, its number and times apart."""
    said = [
        (s.number, s.response_id, s.item, s.begin, s.end, s.text, s.theme_id, s.fit, s.tone, s.kind, s.may_quote)
        for s in statements(session, run)
    ]
    found = [
        (f.theme_id, f.title, f.keywords, f.people, f.ideas, f.share, f.low, f.high, f.polarity, f.stability, f.quotes)
        for f in findings(session, run)
    ]
    sources = sorted(session.scalars(select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == run.id)))
    return [said, found, sources, run.people, run.people_with_ideas, run.ideas, run.figures, run.settings, run.versions]


def test_r9_the_figures_of_a_run_are_those_of_a_recount(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community, (*FIRST, *NOTHING))
    make_response(session, survey, ideas=[LUNCH[0], LUNCH[1], TREES[0]])  # one person with three ideas
    make_response(session, survey, worth=4)  # somebody without any
    make_response(session, survey, ideas=[BUS[0]], is_sent=False)  # not sent: it does not count

    run = grouped(session, sessions, survey)

    sent = len(FIRST) + len(NOTHING) + 2
    assert (run.people, run.people_with_ideas) == (sent, len(FIRST) + 1)
    assert run.ideas == len(FIRST) + 3
    members: dict[int | None, list[Statement]] = defaultdict(list)
    for statement in statements(session, run):
        members[statement.theme_id].append(statement)
    found = findings(session, run)
    assert len(found) >= 3
    assert {f.theme_id for f in found} == {theme_id for theme_id in members if theme_id is not None}
    for finding in found:
        ideas = members[finding.theme_id]
        people = len({idea.response_id for idea in ideas})
        assert (finding.people, finding.ideas, finding.share) == (people, len(ideas), people / sent)
        assert (finding.low, finding.high) == wilson(people, sent)
        tones = [sum(idea.tone == tone for idea in ideas) for tone in ("positive", "neutral", "negative", "mixed")]
        assert [finding.positive, finding.neutral, finding.negative, finding.mixed] == tones
        assert finding.unscored == len(ideas) - sum(tones)
    assert {s.text for s in statements(session, run) if s.kind == "says_nothing"} == set(NOTHING)
    sources = session.scalars(select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == run.id)).all()
    assert sorted(sources) == sorted(
        session.scalars(select(Response.id).where(Response.survey_id == survey.id, Response.is_sent))
    )


def test_each_idea_is_the_verbatim_piece_of_its_answer_and_none_is_lost(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    long = f"  {LUNCH[0]} {TREES[1]}\nAnd the bell is too loud 🎻, isn’t it? "
    survey = answered(session, community, (*FIRST, long))

    run = grouped(session, sessions, survey)

    kept = statements(session, run)
    for statement in kept:
        assert statement.text == written(session, statement)[statement.begin : statement.end]
    assert {s.text for s in kept if s.text in long} == {
        LUNCH[0].strip(),
        TREES[1].strip(),
        "And the bell is too loud 🎻, isn’t it?",
    }
    assert {s.response_id for s in kept} == set(session.scalars(select(Response.id)))
    for finding in findings(session, run):
        assert any(finding.title in s.text for s in kept if s.theme_id == finding.theme_id)


def test_r7_a_theme_below_the_smallest_group_gets_no_finding_and_no_candidate(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    before_it = findings(session, grouped(session, sessions, answered(session, community)))
    sizes = [finding.people for finding in before_it]
    least = sizes[-1] + 1
    assert sizes[0] >= least
    before = session.scalar(select(func.count()).select_from(Candidate))

    run = grouped(session, sessions, answered(session, community, smallest_group=least, quote_group=max(least, 10)))

    found = findings(session, run)
    assert {f.title for f in found} == {f.title for f in before_it if f.people >= least}
    assert {f.title for f in found} < {f.title for f in before_it}
    themes = select(func.count()).select_from(Theme).where(Theme.survey_id == run.survey_id)
    assert session.scalar(themes) == len(found)
    after = session.scalar(select(func.count()).select_from(Candidate))
    assert (after or 0) - (before or 0) == len(found)
    assert any(statement.theme_id is None for statement in statements(session, run))


def test_r11_r12_a_second_run_keeps_the_themes_their_names_and_their_candidates(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    lunch, bus = theme_about(session, first, "lunch"), theme_about(session, first, "bus")
    lunch.name = "Eat together"
    session.commit()
    candidates = session.scalars(select(Candidate.id).order_by(Candidate.id)).all()

    answer(session, survey, [*LUNCH[:4], *BUS[:4], *TREES[:2]])
    second = grouped(session, sessions, survey)

    now_found = {finding.theme_id: finding for finding in findings(session, second)}
    assert second.id != first.id
    assert {lunch.id, bus.id} <= set(now_found)
    assert now_found[lunch.id].people > next(f.people for f in findings(session, first) if f.theme_id == lunch.id)
    assert session.get_one(Theme, lunch.id).name == "Eat together"
    kept = session.scalars(select(Candidate.id).order_by(Candidate.id)).all()
    assert kept[: len(candidates)] == candidates
    assert len(kept) == session.scalar(select(func.count()).select_from(Theme))


def test_r12_a_theme_that_one_run_missed_is_itself_when_it_comes_back(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    bus = theme_about(session, grouped(session, sessions, survey), "bus")
    survey.smallest_group, survey.quote_group = 11, 11
    session.commit()
    missed = grouped(session, sessions, survey)
    assert bus.id not in {finding.theme_id for finding in findings(session, missed)}

    survey.smallest_group = 5
    answer(session, survey, [*BUS, *LUNCH[:2]])
    again = grouped(session, sessions, survey)

    assert theme_about(session, again, "bus").id == bus.id


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
from surveyapp.review import put_forward
from surveyapp.themes import discover

url, where = json.loads(sys.argv[1])
keep, rank = discover.keep_results, put_forward.ensure_candidates

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
        [sys.executable, "-c", KILLED, json.dumps([url, where])], env=os.environ, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    session.expire_all()
    assert (session.get_one(AnalysisRun, run.id).finished_at is not None) == where.startswith("all")
    session.commit()

    worker = Worker(sessions)
    assert worker.requeue_interrupted() == 1
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


def test_r6_the_numbers_of_ideas_do_not_follow_the_order_of_arrival(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    forwards = statements(session, grouped(session, sessions, answered(session, community, FIRST)))
    backwards = statements(session, grouped(session, sessions, answered(session, community, FIRST[::-1])))

    texts = [statement.text for statement in forwards]
    assert texts == [statement.text for statement in backwards]
    arrival = [FIRST.index(text) for text in texts]
    n = len(arrival)
    rho = 1 - 6 * sum((place - came) ** 2 for place, came in enumerate(arrival)) / (n * (n**2 - 1))
    assert abs(rho) < 0.35  # of one fixed order; P9d asks for less on average


def test_the_same_answers_in_any_order_give_the_same_themes(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    def figures(wishes: Sequence[str]) -> list[tuple[Any, ...]]:
        run = grouped(session, sessions, answered(session, community, wishes))
        return [
            (f.title, f.keywords, f.people, f.ideas, f.polarity, f.stability, f.quotes) for f in findings(session, run)
        ]

    assert figures(FIRST) == figures(FIRST[::-1])


def test_words_without_permission_count_and_are_never_title_or_quote(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = make_survey(session, community)
    answer(session, survey, (*TREES, *LUNCH), may_quote=False)
    answer(session, survey, BUS)
    answer(session, survey, ["Lunch every day in the hall, cooked by turns."])

    run = grouped(session, sessions, survey)

    assert run.people_with_ideas == len(FIRST) + 1
    by_number = {statement.number: statement for statement in statements(session, run)}
    private = [s for s in by_number.values() if not s.may_quote]
    assert len(private) >= len(TREES) + len(LUNCH)
    found = findings(session, run)
    assert sum(f.ideas for f in found) > len(BUS) + 1
    for finding in found:
        quoted = [by_number[number] for number in finding.quotes]
        assert all(quote.may_quote and quote.theme_id == finding.theme_id for quote in quoted)
        assert not any(finding.title in statement.text for statement in private)
    assert any(finding.quotes for finding in found)


def test_a_theme_carries_the_values_and_offers_that_enough_of_its_people_named(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = make_survey(session, community)
    (question,) = (q for q in survey.questions if q.kind is Kind.PROPOSALS)
    welcome, care = (option["key"] for option in question.settings["options"][:2])
    for i, wish in enumerate(FIRST):
        value = (welcome, welcome, care, None)[i % 4]
        propose(session, survey, {"idea": wish, "value": value, "help": ("yes", "maybe", "no", None, "yes")[i % 5]})
    propose(
        session, survey, {"idea": LUNCH[0], "help": "maybe"}, {"idea": LUNCH[1], "help": "yes"}
    )  # ready: counts once

    run = grouped(session, sessions, survey)

    ids = {option["key"]: option["value_id"] for option in question.settings["options"]}
    contents = {answer.response_id: answer.content for answer in session.scalars(select(Answer))}
    tagged = []
    for finding in findings(session, run):
        said: dict[str, list[Any]] = defaultdict(list)
        for s in statements(session, run):
            if s.theme_id == finding.theme_id:
                said[s.response_id].append(contents[s.response_id][s.item])
        offers = [{idea["help"] for idea in ideas} for ideas in said.values()]
        assert finding.helpers_yes == sum("yes" in offer for offer in offers)
        assert finding.helpers_maybe == sum("maybe" in offer and "yes" not in offer for offer in offers)
        for key, value_id in ids.items():
            people = sum(any(idea["value"] == key for idea in ideas) for ideas in said.values())
            assert people >= 5 or value_id not in finding.value_ids
        tagged += finding.value_ids
    assert set(tagged) == {ids[welcome]}  # nowhere did five people name Care


def test_texts_beside_the_proposals_have_a_tone_and_form_no_candidates(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community, BUS)
    for wish in (*TREES, "no"):
        make_response(session, survey, way=f"{wish} I love trees!")

    run = grouped(session, sessions, survey)

    beside = [s for s in statements(session, run) if "I love trees!" in s.text]
    assert len(beside) == len(TREES) + 1
    assert {s.theme_id for s in beside} == {None}
    assert "positive" in {s.tone for s in beside}
    assert run.people_with_ideas == len(BUS)
    assert not any("trees" in f.title.casefold() for f in findings(session, run))


def test_a_survey_of_another_community_is_left_alone(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    ours = answered(session, community, TREES)
    theirs: Survey = answered(session, community, LUNCH)

    run = grouped(session, sessions, ours)

    assert run.people == len(TREES)
    assert latest_run(session, theirs.id) is None
    assert not {s.text for s in statements(session, run)} & set(LUNCH)
