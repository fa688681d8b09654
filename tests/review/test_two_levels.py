"""What a theme is made of, what its other side says, which goal it could be, and in which languages people wrote."""

from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.themes.models import Finding
from tests.conftest import SignInAs
from tests.factories import make_survey, make_user
from tests.planted import Planted, candidate_of, make_run
from tests.queries import counted

TREES = Planted(
    "More trees along the station road",
    30,
    positive=20,
    goal="Plant more trees along the station road",
    parts=(("Trees for shade at the stop", 18), ("Fruit trees by the school", 12)),
    other_side=0.3,
    weak=2,
)
LUNCH = Planted("Lunch, soup and bread", 12)


def words(page: str) -> str:
    """What the page says, without its markup."""
    (main,) = html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


@pytest.fixture
def board(community: Community) -> str:
    return f"/c/{community.slug}/review"


def test_a_card_can_be_opened_to_the_parts_of_its_theme_without_a_script(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[TREES, LUNCH])

    page = html.document_fromstring(sign_in(manager).get(board).text)

    (details,) = page.xpath("//li[@class='cand']//details[@class='parts small']")
    assert details.xpath("string(summary)") == f"2 parts of {TREES.title}"
    assert [" ".join(item.text_content().split()) for item in details.xpath("ul/li")] == [
        "Trees for shade at the stop 18 people",
        "Fruit trees by the school 12 people",
    ]
    assert not details.xpath(".//script")


def test_the_other_side_stands_beside_the_title_with_its_share(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[TREES])
    client = sign_in(manager)
    candidate = candidate_of(session, community, TREES.title)
    session.commit()
    survey_id = candidate.theme.survey_id if candidate.theme else 0

    for address in (board, f"{board}/{candidate.id}", f"/c/{community.slug}/surveys/{survey_id}/results"):
        page = words(client.get(address).text)
        assert f"Others want the opposite, 30% of what takes sides: {TREES.title}, said by person 29" in page


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ({"may_quote": False}, False),  # nobody allowed it
        ({"people": 9, "parts": ()}, False),  # too few people to be quoted
        ({"people": 12, "parts": ()}, True),  # enough, but 30 % of them are too few for a figure
    ],
)
def test_r7_the_other_side_needs_permission_and_enough_people(
    session: Session,
    community: Community,
    manager: User,
    sign_in: SignInAs,
    board: str,
    planted: dict[str, Any],
    seen: bool,
) -> None:
    fields = {"title": TREES.title, "people": 30, "other_side": 0.3, **planted}
    make_run(session, community, themes=[Planted(**fields)])

    page = words(sign_in(manager).get(board).text)

    assert ("Others want the opposite" in page) == seen
    assert "of what takes sides" not in page


def test_the_goal_sentence_is_proposed_with_its_gaps_and_prefilled(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    make_run(session, community, themes=[TREES, LUNCH])
    trees, lunch = (candidate_of(session, community, planted.title).id for planted in (TREES, LUNCH))
    session.commit()
    client = sign_in(manager)

    page = client.get(f"{board}/{trees}").text
    assert f"Proposed goal sentence {TREES.goal} how much by when" in words(page)
    (field,) = html.document_fromstring(page).xpath("//input[@name='sentence']")
    assert field.get("value") == TREES.goal
    assert "a proposal. Say how much and by when." in words(page)

    page = client.get(f"{board}/{lunch}").text
    assert "Proposed goal sentence" not in words(page)
    (field,) = html.document_fromstring(page).xpath("//input[@name='sentence']")
    assert field.get("value") == LUNCH.title


def test_ideas_that_fit_weakly_are_marked_and_listed_in_one_place(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    run = make_run(session, community, themes=[TREES, LUNCH])
    candidate = candidate_of(session, community, TREES.title).id
    session.commit()
    client = sign_in(manager)

    rows = html.document_fromstring(client.get(f"{board}/{candidate}?shown=100").text).xpath("//tbody/tr")
    weak = [row.xpath("string(td[2])") for row in rows if "Weak fit" in row.text_content()]
    listed = html.document_fromstring(client.get(f"{board}/others/{run.id}").text).xpath(
        "//section[@aria-labelledby='weak-head']//li/bdi"
    )

    assert weak == [f"{TREES.title}, said by person {i}" for i in (28, 29)]
    assert sorted(item.text_content() for item in listed) == sorted(weak)


def test_r7_ideas_in_other_languages_are_counted_where_enough_people_wrote_them(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    run = make_run(session, community, themes=[TREES])
    leader = make_user(session, community=community, kind=RoleKind.LEADER)
    client = sign_in(leader)
    addresses = (board, f"/c/{community.slug}/overview", f"/c/{community.slug}/surveys/{run.survey_id}/results")
    session.commit()

    for people, is_told in ((5, True), (4, False)):
        run.ideas_other_language, run.people_other_language = 7, people
        session.commit()
        for address in addresses:
            page = words(client.get(address).text)
            assert ("are in other languages than English: grouped by their words, not scored" in page) == is_told, page


def test_a_theme_whose_ideas_could_not_be_scored_says_so_and_not_that_they_are_few(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    run = make_run(session, community, themes=[TREES])
    candidate = candidate_of(session, community, TREES.title).id
    session.commit()
    client = sign_in(manager)
    results = f"/c/{community.slug}/surveys/{run.survey_id}/results"
    too_few = ("too few ideas to tell", "Too few to show", "Too few ideas to tell")
    unscored = ("not scored", "Not scored", "Its ideas could not be scored")
    for of_unscored, said, unsaid in ((0, too_few, unscored), (26, unscored, too_few)):
        finding = session.scalars(select(Finding).where(Finding.run_id == run.id, Finding.parent_id.is_(None))).one()
        finding.positive, finding.neutral, finding.negative, finding.unscored = 2, 1, 1, of_unscored
        session.commit()
        for address, words_, others in zip((board, results, f"{board}/{candidate}"), said, unsaid, strict=True):
            page = words(client.get(address).text)
            assert words_ in page, address
            assert others not in page, address


def test_a_theme_of_many_kinds_says_so_wherever_its_title_could_be_taken_for_what_all_say(
    session: Session, community: Community, manager: User, sign_in: SignInAs, board: str
) -> None:
    run = make_run(session, community, themes=[TREES, Planted("Of many kinds", 20, is_mixed=True)])
    shown = {name: candidate_of(session, community, name).id for name in (TREES.title, "Of many kinds")}
    session.commit()
    client, sentence = sign_in(manager), "Ideas of many kinds: the title speaks for the largest part of them"
    for address in (board, f"/c/{community.slug}/surveys/{run.survey_id}/results"):
        assert words(client.get(address).text).count(sentence) == 1, address
    assert sentence in words(client.get(f"{board}/{shown['Of many kinds']}").text)
    assert sentence not in words(client.get(f"{board}/{shown[TREES.title]}").text)


def test_the_results_of_many_themes_cost_as_many_queries_as_of_few(
    app: Flask, session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    costs = []
    for n in (2, 20):
        survey = make_survey(session, community)
        themes = [
            Planted(f"Wish {i}", 20, parts=((f"Part {i}", 12), (f"Rest {i}", 8)), other_side=0.4) for i in range(n)
        ]
        make_run(session, community, survey, themes=themes)
        with counted(app.extensions["surveyapp"].engine) as queries:
            assert client.get(f"/c/{community.slug}/surveys/{survey.id}/results").status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1]
