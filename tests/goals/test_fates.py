"""What became of each idea, read with the private code alone, also after closing (R3, R6)."""

import logging
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.goals.fates import fates_of, response_of_code
from surveyapp.responses import collect
from surveyapp.review.models import Candidate, Column, Decision
from surveyapp.surveys.models import Survey
from surveyapp.themes.models import Finding
from tests.conftest import token_of
from tests.factories import make_response, make_user
from tests.queries import counted
from tests.themes.village import FIRST, TREES, answered, grouped
from tests.world import make_goal

ODD = "A sundial made of old spoons."
REASON = "There is room for them, and the nursery gives them."


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return answered(session, community, FIRST)


def words_of(page: str) -> str:
    (main,) = html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def ask(client: FlaskClient, survey: Survey, code: str) -> tuple[int, str]:
    address = f"/s/{survey.link}/ideas"
    answer = client.post(address, data={"code": code, "csrf_token": token_of(client, address)})
    assert not answer.history
    assert "Location" not in answer.headers
    return answer.status_code, words_of(answer.text)


def decide(session: Session, survey: Survey, code: str, column: Column) -> Candidate:
    """Decide about the candidate that the first idea of an answer became."""
    response_id = response_of_code(session, survey, code)
    assert response_id is not None
    theme = fates_of(session, survey, response_id).ideas[0].theme
    assert theme is not None
    theme_id = session.scalars(select(Finding.theme_id).where(Finding.title == theme)).one()
    candidate = session.scalars(select(Candidate).where(Candidate.theme_id == theme_id)).one()
    judge = make_user(session)
    session.add(
        Decision(
            candidate_id=candidate.id,
            user_id=judge.id,
            before=Column.NEW,
            after=column,
            reason=REASON,
            decided_at=now(),
        )
    )
    candidate.column = column
    session.commit()
    return candidate


def test_the_code_leads_to_each_idea_its_theme_the_decision_and_the_goal_also_after_closing(
    session: Session, sessions: sessionmaker[Session], survey: Survey, client: FlaskClient
) -> None:
    code = make_response(session, survey, ideas=[TREES[0], ODD])
    assert "not put together yet" in ask(client, survey, code)[1]
    grouped(session, sessions, survey)
    status, page = ask(client, survey, collect.written_code(code).lower())
    assert status == 200
    assert "Nobody has decided yet" in page
    assert ODD in page
    candidate = decide(session, survey, code, Column.ADOPTED)
    make_goal(session, candidate, sentence="Plant forty trees")
    collect.close_survey(session, survey, date(2026, 4, 1))
    session.commit()
    status, page = ask(client, survey, code)
    assert status == 200
    for words in (TREES[0], ODD, REASON, "Plant forty trees", "10 of 40 trees (25%)"):
        assert words in page


def test_r6_no_code_and_no_words_stand_in_an_address_or_a_log_nor_does_looking_store_anything(
    session: Session,
    sessions: sessionmaker[Session],
    survey: Survey,
    client: FlaskClient,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    code = make_response(session, survey, ideas=[ODD])
    grouped(session, sessions, survey)
    with caplog.at_level(logging.DEBUG), counted(engine) as statements:
        assert ask(client, survey, code)[0] == 200
    noted = caplog.text + "".join(capfd.readouterr())
    assert code not in noted
    assert collect.written_code(code) not in noted
    assert not [one for one in statements if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_wrong_code_leads_nowhere_and_another_surveys_code_neither(
    session: Session, survey: Survey, community: Community, client: FlaskClient
) -> None:
    elsewhere = answered(session, community, [TREES[0]])
    foreign = make_response(session, elsewhere, ideas=[ODD])
    unsent = make_response(session, survey, ideas=[ODD], is_sent=False)
    for code, words in (
        ("nonsense", "26 letters"),
        (collect.new_code(), "No answers are kept"),
        (foreign, "No answers are kept"),
        (unsent, "No answers are kept"),
        ("x" * 5000, "26 letters"),
    ):
        status, page = ask(client, survey, code)
        assert (status, words in page) == (422, True)
        assert ODD not in page


def test_codes_are_tried_only_so_often_from_one_network(session: Session, survey: Survey, app: Flask) -> None:
    session.commit()
    client = app.test_client()
    address = f"/s/{survey.link}/ideas"
    token = token_of(client, address)
    tries = [
        client.post(
            address,
            data={"code": collect.new_code(), "csrf_token": token},
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
        for _ in range(32)
    ]
    assert [one.status_code for one in tries].count(422) == 30
    assert tries[-1].status_code == 429
    assert int(tries[-1].headers["Retry-After"]) > 0


def test_the_page_costs_as_many_statements_for_many_ideas_as_for_one(
    session: Session, sessions: sessionmaker[Session], survey: Survey, engine: Engine
) -> None:
    codes = [make_response(session, survey, ideas=TREES[:n]) for n in (1, 5)]
    grouped(session, sessions, survey)
    costs = []
    for code in codes:
        response_id = response_of_code(session, survey, code)
        assert response_id is not None
        with counted(engine) as statements:
            assert len(fates_of(session, survey, response_id).ideas) >= 1
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8
