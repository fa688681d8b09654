import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Community, RoleKind
from surveyapp.review.judge import decline, judge
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Origin, Verdict
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_survey, make_user
from tests.planted import Planted, candidate_of, make_run

LUNCH = Planted("A weekly lunch for all", 30, positive=20, negative=2, helpers_yes=6, value="Care")
BUS = Planted("A bus to the hospital", 40, positive=2, negative=30, helpers_yes=12, value="Welcome")
TREES = Planted("Plant trees at the station", 12, positive=8)


@pytest.fixture
def board(community: Community) -> str:
    return f"/c/{community.slug}/review"


def ranks(page: str) -> list[tuple[int, str]]:
    found = re.findall(r"Rank </span>(\d+)</span><h3><a [^>]*><bdi>([^<]*)", page)
    return sorted((int(rank), title) for rank, title in found)


def send(client: FlaskClient, path: str, page: str, **data: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, page), **data})


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends meanwhile."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    engine = app.extensions["surveyapp"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


def test_the_board_shows_each_candidate_in_its_column_with_its_figures(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH, BUS, TREES])
    trees, bus = (candidate_of(session, community, planted.title) for planted in (TREES, BUS))
    decline(session, trees, "The council plants here in 2027.", user_id=manager.id)
    judge(session, bus, Criterion.FINITE, Verdict.ALMOST, "Until when?", user_id=manager.id)
    session.commit()

    page = sign_in(manager).get(board).text

    assert ranks(page) == [(1, BUS.title), (2, LUNCH.title), (3, TREES.title)]
    assert 'aria-label="40 people, 67 percent, 95% interval' in page
    assert "(0 to 80%)" in page  # all axes end where the widest interval does
    assert re.search(r'id="declined".*The council plants here in 2027\.', page, re.DOTALL)
    assert 'Finite<span class="sr">: almost</span>' in page
    assert "Stable, 90%" in page


def test_the_board_without_candidates_says_what_will_be_there(manager: User, sign_in: SignInAs, board: str) -> None:
    page = sign_in(manager).get(board)

    assert page.status_code == 200
    assert "No candidates yet" in page.text


def test_the_board_is_ranked_and_filtered_as_asked(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH, BUS, TREES])
    care = next(v for v in current_values(session, community.id) if v.name == "Care")
    session.commit()
    client = sign_in(manager)

    assert ranks(client.get(f"{board}?by=tone").text)[0] == (1, TREES.title)
    assert ranks(client.get(f"{board}?by=help&value={care.id}").text) == [(2, LUNCH.title)]


@pytest.mark.parametrize("query", ["by=x", "by=%00", "value=x", "value=0", f"value={'9' * 40}", "value=%F0%9F%98%80"])
def test_hostile_ways_to_rank_and_filter_are_refused(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str, query: str
) -> None:
    make_run(session, community, themes=[LUNCH])

    assert sign_in(manager).get(f"{board}?{query}").status_code in (400, 422)


def test_a_candidate_moves_by_its_menu_and_back(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    session.commit()
    client = sign_in(manager)

    for to in (Column.SHORTLISTED, Column.NEW):
        session.refresh(candidate)
        session.commit()
        answer = send(client, f"{board}/{candidate.id}/move", board, to=to.value, version=candidate.version)
        assert answer.status_code == 303
        assert answer.location == f"{board}#candidate-{candidate.id}"

    assert [d.after for d in session.scalars(select(Decision).order_by(Decision.id))] == [
        Column.SHORTLISTED,
        Column.NEW,
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"to": "declined", "version": 1},
        {"to": "adopted", "version": 1},
        {"to": "", "version": 1},
        {"version": 1},
        {"to": "new"},
        {"to": "new", "version": "x"},
        {"to": "new", "version": "9" * 30},
        {"to": "new", "version": ""},
    ],
)
def test_a_move_that_the_menu_does_not_offer_is_refused(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str, data: dict[str, Any]
) -> None:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    session.commit()

    assert send(sign_in(manager), f"{board}/{candidate.id}/move", board, **data).status_code == 422
    assert session.scalars(select(Decision)).all() == []


def test_a_stale_move_is_refused_and_told_what_the_other_did(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    decline(session, candidate, "Set by the council.", user_id=manager.id)
    session.commit()

    answer = send(sign_in(manager), f"{board}/{candidate.id}/move", board, to="shortlisted", version=1)

    assert answer.status_code == 409
    assert f"{manager.name} moved it to Not now. Set by the council." in answer.text


def test_r5_a_candidate_of_the_organisation_is_added_and_marked(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH])
    client = sign_in(manager)

    assert send(client, f"{board}/add", board, title=" ").status_code == 422
    assert send(client, f"{board}/add", board, title="A bigger\ncar park").status_code == 303

    own = session.scalars(select(Candidate).where(Candidate.origin == Origin.ORGANISATION)).one()
    assert own.title == "A bigger car park"
    session.commit()
    page = client.get(board).text
    assert ranks(page) == [(1, LUNCH.title), (2, "A bigger car park")]
    assert "From the organisation" in page


def test_leaders_read_the_board_and_change_nothing(
    session: Session, community: Community, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[LUNCH], others=["Paint the bridge"] * 6)
    candidate = candidate_of(session, community, LUNCH.title)
    session.commit()
    client = sign_in(make_user(session, community=community, kind=RoleKind.LEADER))

    page = client.get(board).text
    assert LUNCH.title in page
    for control in ("Move", "Group again", "Add a candidate", "Other ideas"):
        assert control not in page
    token = token_of(client, board)
    for path in (
        f"{board}/{candidate.id}/move",
        f"{board}/add",
        f"{board}/{candidate.id}",
        f"{board}/{candidate.id}/name",
    ):
        assert client.post(path, data={"csrf_token": token}).status_code == 403


def test_r7_other_ideas_are_pooled_without_figures(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    ideas = [f"Paint bridge number {i}" for i in range(6)]
    run = make_run(session, community, themes=[LUNCH], others=[*ideas, "no", "n/a"])
    client = sign_in(manager)

    page = client.get(f"{board}/others/{run.id}").text
    main = page[page.index("<main") : page.index("</main")]
    assert re.findall(r'<li class="quote"><bdi>([^<]*)', main) == ideas
    assert not re.search(r"\d+ (ideas|people)", main)


def test_r7_other_ideas_of_too_few_people_are_not_shown(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    run = make_run(session, community, themes=[LUNCH], others=["Paint the bridge", "Dig a pond", "no", "no", "no"])

    page = sign_in(manager).get(f"{board}/others/{run.id}").text

    assert "Too few people" in page
    assert "Paint the bridge" not in page


def test_another_communitys_candidates_and_runs_are_not_there(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    elsewhere = make_community(session)
    run = make_run(session, elsewhere, themes=[LUNCH], others=["Paint the bridge"] * 6)
    candidate = candidate_of(session, elsewhere, LUNCH.title)
    session.commit()
    client = sign_in(manager)

    assert client.get(f"{board}/{candidate.id}").status_code == 404
    assert client.get(f"{board}/{candidate.id}/goal").status_code == 404
    assert client.get(f"{board}/others/{run.id}").status_code == 404
    page = f"/c/{community.slug}/review"
    assert send(client, f"{board}/{candidate.id}/move", page, to="shortlisted", version=1).status_code == 404


def test_a_board_of_thirty_candidates_costs_as_many_queries_as_one_of_three(
    app: Flask, session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    survey = make_survey(session, community)
    gone = [Planted("Not found again", 10)]
    few = [Planted(f"Wish {i}", 10, positive=5, value="Care") for i in range(3)]
    many = [Planted(f"More {i}", 10, negative=5, value="Welcome") for i in range(30)]
    client = sign_in(manager)
    counts = []
    for themes in (gone, few, many):
        make_run(session, community, survey, themes=themes)
        for planted in themes:
            candidate = candidate_of(session, community, planted.title)
            judge(session, candidate, Criterion.FINITE, Verdict.NO, "No end.", user_id=manager.id)
        session.commit()
        with counted(app) as queries:
            assert client.get(board).status_code == 200
        counts.append(len(queries))

    assert counts[1] == counts[2]
    assert counts[2] < 24
