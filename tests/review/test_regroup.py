"""A manager puts ideas into other groups on the page of a candidate, and takes it back on the board (R11)."""

from typing import Any

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.review.models import Column
from surveyapp.themes.models import Correction, Way
from tests.conftest import SignInAs, token_of
from tests.factories import make_user
from tests.planted import Planted, candidate_of, make_run

TREES, LUNCH, BUS = Planted("Trees", 20), Planted("Lunch", 12), Planted("Bus", 9)


@pytest.fixture
def board(session: Session, community: Community) -> str:
    make_run(session, community, themes=[TREES, LUNCH, BUS])
    return f"/c/{community.slug}/review"


def ids(session: Session, community: Community) -> dict[str, int]:
    """The candidates' numbers by title."""
    found = {planted.title: candidate_of(session, community, planted.title).id for planted in (TREES, LUNCH, BUS)}
    session.commit()
    return found


def corrections(session: Session) -> list[Correction]:
    return list(session.scalars(select(Correction).order_by(Correction.id)))


def test_ideas_are_chosen_and_moved_split_off_or_merged_and_the_board_lists_it(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    known = ids(session, community)
    client = sign_in(manager)
    page = html.document_fromstring(client.get(f"{board}/{known['Trees']}").text)
    numbers = page.xpath("//input[@name='idea']/@value")
    options = [option.text_content() for option in page.xpath("//select[@id='to']/option")]
    assert options == ["Move chosen ideas to …", "2. Lunch", "3. Bus"]
    assert len(numbers) == 20
    sent: list[dict[str, Any]] = [
        {"do": "move", "idea": numbers[:3], "to": known["Lunch"]},
        {"do": "split", "idea": numbers[3:9], "name": "Trees at the road"},
        {"do": "merge", "to": known["Bus"]},
    ]
    for version, data in enumerate(sent, start=1):
        form = {"csrf_token": token_of(client, board), "version": version, **data}
        assert client.post(f"{board}/{known['Trees']}/ideas", data=form).status_code == 303

    assert [(c.way, len(c.numbers)) for c in corrections(session)] == [(Way.MOVE, 3), (Way.SPLIT, 6), (Way.MERGE, 0)]
    session.commit()
    (section,) = html.document_fromstring(client.get(board).text).xpath("//section[@id='corrections']")
    words = " ".join(section.text_content().split())
    assert "3 ideas moved from Trees to Lunch" in words
    assert "6 ideas split off from Trees as Trees at the road" in words
    assert "Trees merged into Bus" in words
    assert "Group again now" in words


def test_a_correction_is_taken_back_on_the_board(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    known = ids(session, community)
    client = sign_in(manager)
    form = {"csrf_token": token_of(client, board), "version": 1, "do": "merge", "to": known["Lunch"]}
    client.post(f"{board}/{known['Bus']}/ideas", data=form)
    (made,) = corrections(session)
    made_id = made.id
    session.commit()

    path = f"{board}/corrections/{made_id}/undo"
    assert client.post(path, data={"csrf_token": token_of(client, board)}).status_code == 303
    assert client.post(path, data={"csrf_token": token_of(client, board)}).status_code == 409

    session.expire_all()
    assert corrections(session)[0].undone_at is not None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "move", "idea": "1"}, 422),  # where to?
        ({"do": "move", "idea": "x", "to": "LUNCH"}, 422),
        ({"do": "move", "idea": "9" * 40, "to": "LUNCH"}, 422),
        ({"do": "move", "to": "LUNCH"}, 422),  # which?
        ({"do": "split", "idea": "1"}, 422),  # under what name?
        ({"do": "burn", "idea": "1", "to": "LUNCH"}, 422),
        ({}, 422),
        ({"do": "merge", "to": "TREES"}, 422),  # itself
        ({"do": "merge", "to": "999999"}, 422),
        ({"do": "merge", "to": "LUNCH", "version": 7}, 409),  # somebody else was faster
    ],
)
def test_what_the_page_does_not_offer_is_refused(
    session: Session,
    community: Community,
    manager: User,
    sign_in: SignInAs,
    board: str,
    data: dict[str, Any],
    status: int,
) -> None:
    known = ids(session, community)
    client = sign_in(manager)
    filled = {key: known.get(str(value).title(), value) for key, value in data.items()}
    form = {"csrf_token": token_of(client, board), "version": 1, **filled}

    assert client.post(f"{board}/{known['Trees']}/ideas", data=form).status_code == status
    assert corrections(session) == []


def test_a_goal_is_not_merged_away(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    known = ids(session, community)
    candidate_of(session, community, "Trees").column = Column.ADOPTED
    session.commit()
    client = sign_in(manager)
    form = {"csrf_token": token_of(client, board), "version": 2, "do": "merge", "to": known["Lunch"]}

    assert client.post(f"{board}/{known['Trees']}/ideas", data=form).status_code == 409


def test_leaders_see_no_corrections(session: Session, community: Community, sign_in: SignInAs, board: str) -> None:
    known = ids(session, community)
    client = sign_in(make_user(session, community=community, kind=RoleKind.LEADER))

    assert "Put right by you" not in client.get(board).text
    assert "Split off" not in client.get(f"{board}/{known['Trees']}").text
