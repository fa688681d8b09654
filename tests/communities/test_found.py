"""Founding a community: the words are checked once, as they can never be changed (R1)."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.audit import AuditEntry
from surveyapp.communities.found import (
    FOUNDED,
    LONGEST_MEANING,
    LONGEST_MISSION,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_VALUES,
    ValueWords,
    current_values,
    found,
)
from surveyapp.communities.models import Community, Role, RoleKind, Round
from surveyapp.errors import BadInput, Conflict
from tests.conftest import SignInAs, token_of
from tests.factories import make_user

CARE = ValueWords("Care", "We look after each other.")
GOOD = {
    "name": "Tidewell Together",
    "mission": "Every neighbour has someone they can count on.",
    "understood": "y",
    "about": "",
    "contact": "hello@tidewell.example.org",
    "value_1_name": "Openness",
    "value_1_meaning": "We say why.",
    "value_1_practice": "",
    "value_2_name": "",
    "value_2_meaning": "",
    "value_2_practice": "",
    "value_3_name": "Care",
    "value_3_meaning": "",
    "value_3_practice": "I knock.",
}


def test_a_community_begins_with_mission_values_and_a_round(session: Session) -> None:
    founder = make_user(session)
    community = found(
        session,
        name="  Tidewell\tTogether ",
        mission="Every neighbour has someone.\r\nAlways. ",
        values=[CARE, ValueWords("Openness", "We say why.", "I ask first.")],
        contact="Hello@Tidewell.example.org",
        founder=founder,
        today=date(2026, 3, 1),
    )
    assert (community.name, community.slug) == ("Tidewell Together", "tidewell-together")
    assert community.mission is not None
    assert community.mission.words == "Every neighbour has someone.\nAlways."
    assert community.contact == "hello@tidewell.example.org"
    assert [(v.name, v.position, v.reviewed_on) for v in current_values(session, community.id)] == [
        ("Care", 1, date(2026, 3, 1)),
        ("Openness", 2, date(2026, 3, 1)),
    ]
    assert session.scalar(select(Round.number).where(Round.community_id == community.id)) == 1
    assert session.get_one(Role, (community.id, founder.id)).kind is RoleKind.MANAGER
    assert session.scalar(select(AuditEntry.user_id).where(AuditEntry.action == FOUNDED)) == founder.id


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "needs a name"),
    ({"name": "x" * (LONGEST_NAME + 1)}, "at most 120"),
    ({"mission": "\n"}, "needs a mission"),
    ({"mission": "x" * (LONGEST_MISSION + 1)}, "at most 500"),
    ({"mission": "Grow\x00"}, "no text"),
    ({"values": []}, "one to 12 values"),
    ({"values": [ValueWords(f"Value {n}", "") for n in range(MOST_VALUES + 1)]}, "one to 12 values"),
    ({"values": [ValueWords("", "We say why.")]}, "Each value needs a name"),
    ({"values": [CARE, ValueWords("  CARE", "")]}, "same name"),
    ({"values": [ValueWords("x" * (LONGEST_VALUE + 1), "")]}, "at most 60"),
    ({"values": [ValueWords("Care", "x" * (LONGEST_MEANING + 1))]}, "at most 300"),
    ({"values": [ValueWords("Care", "", "x" * (LONGEST_MEANING + 1))]}, "at most 300"),
    ({"contact": "javascript:alert(1)"}, "not an e-mail address"),
    ({"contact": "a@b.example.org?bcc=all@example.org"}, "not an e-mail address"),
]


def test_what_cannot_stand_for_good_is_refused(session: Session) -> None:
    for words, complaint in REFUSED:
        with pytest.raises(BadInput, match=complaint):
            found(session, **{"name": "Tidewell", "mission": "Be kind.", "values": [CARE], **words})


def test_one_form_sent_twice_founds_one_community(session: Session) -> None:
    found(session, name="Tidewell", mission="Be kind.", values=[CARE])
    with pytest.raises(Conflict, match="already"):
        found(session, name="Tidewell ", mission="Be kind.", values=[CARE])
    assert session.scalar(select(func.count()).select_from(Community)) == 1


def test_communities_of_one_name_have_addresses_of_their_own(session: Session) -> None:
    slugs = {found(session, name="Tidewell", mission=mission, values=[CARE]).slug for mission in ("Be.", "Do.", "Go.")}
    assert len(slugs) == 3
    assert all(slug.startswith("tidewell") for slug in slugs)


def test_an_address_is_made_of_plain_letters_whatever_the_name(session: Session) -> None:
    for name in ("Ærø & Ñandú", "日本", "-- --", "../../etc/passwd", "x" * LONGEST_NAME):
        slug = found(session, name=name, mission="Be.", values=[CARE]).slug
        assert slug
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(slug) <= 60


@pytest.fixture
def administrator(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, is_administrator=True))


def post(browser: FlaskClient, **changes: str) -> tuple[int, str]:
    answer = browser.post("/found", data={**GOOD, "csrf_token": token_of(browser, "/found"), **changes})
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def test_an_administrator_founds_a_community_and_manages_it(administrator: FlaskClient, session: Session) -> None:
    assert post(administrator) == (303, "/c/tidewell-together/overview")
    overview = administrator.get("/c/tidewell-together/overview").text
    assert "Done. It cannot be changed later." in overview
    assert "Done, 2 values." in overview
    values = current_values(session, session.scalars(select(Community.id)).one())
    assert [(v.name, v.meaning, v.practice) for v in values] == [
        ("Openness", "We say why.", ""),
        ("Care", "", "I knock."),
    ]


def test_r1_founding_needs_the_word_that_the_mission_stays(administrator: FlaskClient, session: Session) -> None:
    status, page = post(administrator, understood="")
    assert status == 422
    assert "nobody can change the mission" in page
    assert session.scalar(select(func.count()).select_from(Community)) == 0


def test_r1_the_form_warns_before_the_mission_is_written(administrator: FlaskClient) -> None:
    page = administrator.get("/found").text
    assert page.index("The mission can never be changed") < page.index('name="mission"')


def test_another_value_is_added_by_a_button_and_what_was_typed_stays(
    administrator: FlaskClient, session: Session
) -> None:
    assert 'name="value_4_name"' not in administrator.get("/found").text
    status, page = post(administrator, add_value="1", mission="Half a sent", understood="")
    assert status == 200
    assert 'name="value_4_name"' in page
    assert "Half a sent" in page
    assert "Please" not in page
    assert session.scalar(select(func.count()).select_from(Community)) == 0


def test_there_is_room_for_twelve_values_and_no_more(administrator: FlaskClient) -> None:
    names = {f"value_{number}_name": f"Value {number}" for number in range(1, MOST_VALUES + 1)}
    status, page = post(administrator, add_value="1", **names)
    assert status == 200
    assert f'name="value_{MOST_VALUES}_name"' in page
    assert f'name="value_{MOST_VALUES + 1}_name"' not in page
    assert "Add another value" not in page


WRONG = [
    ({"name": ""}, "what the community is called"),
    ({"name": "\u200e \u202e"}, "what the community is called"),
    ({"mission": "x" * 501}, "At most 500 characters"),
    ({"contact": "nobody"}, "not an e-mail address"),
    ({"value_1_name": "", "value_3_name": ""}, "Each value needs a name"),
    ({"value_3_name": "openness"}, "Two values have the same name"),
]


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(administrator: FlaskClient, session: Session) -> None:
    for changes, complaint in WRONG:
        status, page = post(administrator, **changes)
        assert status == 422
        assert complaint in page
        assert "We say why." in page
    assert session.scalar(select(func.count()).select_from(Community)) == 0


def test_p5e_a_founder_smuggles_nothing_in(administrator: FlaskClient, session: Session) -> None:
    post(administrator, slug="admin", id="77", founded_at="2001-01-01", is_administrator="1", role="leader")
    community = session.scalars(select(Community)).one()
    assert (community.slug, community.id) == ("tidewell-together", 1)
    assert community.founded_at.year >= 2026


def test_a_double_click_founds_one_community_and_says_so(administrator: FlaskClient, session: Session) -> None:
    assert post(administrator)[0] == 303
    status, page = post(administrator)
    assert status == 422
    assert "There is a community of this name with this mission already." in page
    assert session.scalar(select(func.count()).select_from(Community)) == 1
