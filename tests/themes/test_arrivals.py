"""Answers that come after a run: placed by a job, counted beside its figures, in no one's sight before the next run."""

import re
from itertools import pairwise
from typing import Any

from lxml import html
from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.jobs import Job, JobState, Worker
from surveyapp.responses.collect import close_survey
from surveyapp.responses.models import Response
from surveyapp.themes.arrivals import arrived_since
from surveyapp.themes.models import AnalysisRun, Arrival
from tests.conftest import SignInAs
from tests.factories import make_response
from tests.queries import counted
from tests.themes.village import BUS, FIRST, LUNCH, NOTHING, TREES, answer, answered, grouped, snapshot, theme_about

SOON = tuple(f"{wish[:-1]}, and soon." for wish in LUNCH)


def look(session: Session, sessions: sessionmaker[Session]) -> None:
    """Let the time pass until new answers are looked for, and let the job do so."""
    session.execute(update(Job).where(Job.task == "place_answers").values(run_after=now()))
    session.commit()
    Worker(sessions).run_one()
    session.expire_all()


def arrivals(session: Session, run: AnalysisRun) -> dict[str, list[Any]]:
    rows = session.scalars(select(Arrival).where(Arrival.run_id == run.id))
    return {row.response_id: row.ideas for row in rows}


def test_new_answers_are_placed_and_the_run_stays_as_it_was(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    lunch = theme_about(session, run, "lunch").id
    before = snapshot(session, run)
    old = set(session.scalars(select(Response.id)))
    answer(session, survey, [*SOON, NOTHING[0]])
    make_response(session, survey, worth=4)

    look(session, sessions)

    assert snapshot(session, run) == before
    placed = arrivals(session, run)
    assert set(placed) == set(session.scalars(select(Response.id))) - old
    told = [idea for ideas in placed.values() for idea in ideas if idea["kind"] != "says_nothing"]
    assert len(told) == len(SOON)
    assert sum(idea["theme_id"] == lunch for idea in told) >= 0.8 * len(SOON)
    assert {idea["tone"] for idea in told} <= {"positive", "neutral", "negative", "mixed", "unscored"}
    arrived = arrived_since(run, survey.smallest_group)
    assert arrived is not None
    assert (arrived.people, arrived.ideas) == (len(SOON), len(SOON))


def test_p9c_fewer_than_ten_new_answers_wait(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    answer(session, survey, SOON[:9])

    look(session, sessions)
    assert arrivals(session, run) == {}
    assert arrived_since(run, survey.smallest_group) is None

    answer(session, survey, SOON[9:10])
    look(session, sessions)
    assert len(arrivals(session, run)) == 10
    look(session, sessions)
    assert len(arrivals(session, run)) == 10


def test_r7_what_is_shown_of_a_group_grows_by_the_smallest_group_or_more(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    seen: list[dict[int, int]] = [{}]
    for batch in ([*SOON[:7], *TREES[:3]], [*TREES[3:10], *BUS[:2], SOON[7]], [*SOON[8:], *BUS, *TREES[10:]]):
        answer(session, survey, [f"{wish} Yes!" for wish in batch])
        look(session, sessions)
        arrived = arrived_since(run, survey.smallest_group)
        assert arrived is not None
        seen.append(dict(arrived.of_theme))

    for earlier, later in pairwise(seen):
        for theme in later:
            step = later[theme] - earlier.get(theme, 0)
            assert step == 0 or step >= survey.smallest_group
    assert seen[-1]
    hidden = sum(run.arrived["waiting"].values())
    assert sum(run.arrived["shown"].values()) + hidden == run.arrived["people"]
    assert hidden == 0 or (hidden >= survey.smallest_group and len(run.arrived["waiting"]) > 1)


def test_r6_nothing_is_written_about_an_answer_in_the_transaction_that_keeps_it(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    jobs = [(job.key, job.run_after) for job in session.scalars(select(Job).order_by(Job.id))]

    answer(session, survey, SOON)

    assert [(job.key, job.run_after) for job in session.scalars(select(Job).order_by(Job.id))] == jobs
    look(session, sessions)
    for row in session.scalars(select(Job)):
        assert not any(response_id in repr(row.arguments) for response_id in arrivals(session, run))


def test_the_job_looks_again_until_the_survey_is_closed_or_grouped_again(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)

    def waiting() -> list[str]:
        queued = select(Job.key).where(Job.task == "place_answers", Job.state == JobState.QUEUED)
        return sorted(session.scalars(queued))

    for turn in range(4):
        assert waiting() == [f"place answers {run.id} {turn}"]
        look(session, sessions)
    assert len(session.scalars(select(Job.id).where(Job.task == "place_answers")).all()) <= 3

    answer(session, survey, SOON)
    second = grouped(session, sessions, survey)
    look(session, sessions)
    look(session, sessions)
    assert [key.rpartition(" ")[0] for key in waiting()] == [f"place answers {second.id}"]

    close_survey(session, survey, now().date())
    session.commit()
    look(session, sessions)
    assert waiting() == []


def test_the_page_says_how_many_came_and_shows_none_of_their_words(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    answer(session, survey, [*SOON, *(f"{wish[:-1]}, and soon." for wish in TREES)])
    look(session, sessions)
    arrived = arrived_since(run, survey.smallest_group)
    assert arrived is not None
    base, paths = f"/c/{community.slug}", (f"surveys/{survey.id}/results", "review")
    session.refresh(manager)
    session.commit()
    client = sign_in(manager)

    pages = [client.get(f"{base}/{path}").text for path in paths]
    (main,) = html.document_fromstring(pages[0]).xpath("//main")
    words = " ".join(main.text_content().split())
    assert f"New since then: {arrived.ideas} ideas from {arrived.people} people." in words
    assert re.search(r"\+\d+ since", pages[1])
    assert not any("and soon" in page for page in pages)
    assert len(FIRST) == len(LUNCH) + len(TREES) + len(BUS)


def test_new_answers_are_placed_without_reading_the_ideas_that_are_there(
    session: Session, sessions: sessionmaker[Session], community: Community, engine: Engine
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    answer(session, survey, SOON)

    with counted(engine) as queries:
        look(session, sessions)

    assert len(arrivals(session, run)) == len(SOON)
    assert not [query for query in queries if "FROM statement" in query or "FROM finding" in query]
    assert run.model is not None
    assert len(run.model) < 2_000_000  # bytes
