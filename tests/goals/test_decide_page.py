import re
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind, Value
from surveyapp.db import now
from surveyapp.goals.models import Goal
from surveyapp.review.judge import decline, judge, put_forward, rename
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Judgement, Verdict
from surveyapp.review.rank import ranked
from surveyapp.themes.models import Statement, Theme
from tests.conftest import SignInAs, token_of
from tests.factories import make_user
from tests.planted import Planted, candidate_of, judge_all, make_run

LUNCH = Planted("A weekly lunch for all", 30, positive=20, negative=2, helpers_yes=6, value="Care")
DUE = (now() + timedelta(days=200)).date().isoformat()
JUDGED = {
    "achievable": "yes",
    "achievable_reason": "Nine cooks said yes.",
    "finite": "yes",
    "finite_reason": "Twelve lunches.",
    "beneficial": "yes",
    "beneficial_reason": "Nobody is alone at a table.",
}
GOAL = {
    "sentence": "Hold twelve lunches where nobody eats alone",
    "measure": "lunches held",
    "unit": "lunches",
    "baseline": "0",
    "target": "12",
    "due_on": DUE,
    "serves_mission": "Nobody is alone at a table.",
}
ADOPT = {**JUDGED, **GOAL, "decision": "adopted", "reason": "Many raised it."}


@pytest.fixture
def candidate(session: Session, community: Community) -> Candidate:
    make_run(session, community, themes=[LUNCH, Planted("A bus to the hospital", 40)])
    candidate = candidate_of(session, community, LUNCH.title)
    session.commit()
    return candidate


@pytest.fixture
def address(community: Community, candidate: Candidate) -> str:
    return f"/c/{community.slug}/review/{candidate.id}"


def save(client: FlaskClient, path: str, *, version: Any = 1, **data: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, path), "version": version, **data})


def typed(page: str, name: str) -> str:
    """What a field of the page holds."""
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\s*([^<]*)</textarea>', page)
    if area:
        return area[1].strip()
    (control,) = re.findall(rf'<input[^>]* name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', control)
    return value[1] if value else ""


def test_a_manager_reads_all_ideas_the_best_fitting_first_twenty_five_at_a_time(
    manager: User, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)

    first, all_of_them = client.get(address).text, client.get(f"{address}?shown=50").text
    ideas = re.findall(r'<td class="voice"[^>]*><bdi>([^<]*)', first)
    assert len(ideas) == 25
    assert ideas[0] == LUNCH.title
    assert "25 of 30" in first
    assert "Show 25 more" in first
    assert len(re.findall(r'<td class="voice"', all_of_them)) == 30
    assert "Show 25 more" not in all_of_them


def test_words_are_found_whatever_their_case(manager: User, sign_in: SignInAs, address: str) -> None:
    client = sign_in(manager)

    assert re.findall(r'<td class="voice"[^>]*><bdi>([^<]*)', client.get(f"{address}?find=PERSON+17").text) == [
        f"{LUNCH.title}, said by person 17"
    ]
    assert "No idea holds “100%”" in client.get(f"{address}?find=100%25").text


@pytest.mark.parametrize("query", ["shown=0", "shown=-1", "shown=x", f"shown={'9' * 30}", "find=%01", "decision=x"])
def test_hostile_addresses_are_refused(manager: User, sign_in: SignInAs, address: str, query: str) -> None:
    assert sign_in(manager).get(f"{address}?{query}").status_code == 422


def test_the_page_shows_its_place_and_its_neighbours(manager: User, sign_in: SignInAs, address: str) -> None:
    text = sign_in(manager).get(address).text

    assert "Candidate 2 of 2" in text
    assert "Previous" in text
    assert "Next" not in text
    assert typed(text, "sentence") == "Provide a weekly lunch for all"


def test_r7_a_leader_reads_quotable_words_of_large_groups_only_and_no_form(
    session: Session, community: Community, sign_in: SignInAs, address: str
) -> None:
    make_run(session, community, themes=[Planted("Nine want it", 9), Planted("Ten, unquoted", 10, may_quote=False)])
    nine, ten = (candidate_of(session, community, title) for title in ("Nine want it", "Ten, unquoted"))
    session.commit()
    client = sign_in(make_user(session, community=community, kind=RoleKind.LEADER))

    text = client.get(address).text
    assert "In members’ words" in text
    assert "said by person 17" not in text
    assert "Save decision" not in text
    assert "Rename" not in text
    for other in (nine, ten):
        text = client.get(f"/c/{community.slug}/review/{other.id}").text
        assert "In members’ words" not in text
        assert "said by person" not in text


@pytest.mark.parametrize(
    ("people", "offers", "is_shown"), [(30, 6, True), (30, 5, True), (30, 4, False), (9, 6, False)]
)
def test_r7_with_what_people_would_help_is_read_apart_from_their_ideas_where_enough_say_it(
    session: Session, community: Community, manager: User, sign_in: SignInAs, people: int, offers: int, is_shown: bool
) -> None:
    make_run(session, community, themes=[Planted("A lunch", people, helpers_yes=offers, offers=offers)])
    path = f"/c/{community.slug}/review/{candidate_of(session, community, 'A lunch').id}"
    session.commit()
    for user in (manager, make_user(session, community=community, kind=RoleKind.LEADER)):
        text = sign_in(user).get(path).text
        assert ("With what people would help" in text) is is_shown
        assert text.count("Hand ") == (offers if is_shown else 0)  # nowhere else on the page


@pytest.mark.parametrize(("welcome", "is_shown"), [(6, True), (5, True), (4, False), (26, False), (30, False)])
def test_r7_beside_an_idea_stands_the_value_that_enough_people_named_and_nothing_of_who_would_help(
    session: Session, community: Community, manager: User, sign_in: SignInAs, welcome: int, is_shown: bool
) -> None:
    run = make_run(session, community, themes=[Planted("A lunch", 30, helpers_yes=12)])
    value = session.scalars(select(Value).where(Value.name == "Welcome")).one()
    session.execute(
        update(Statement).where(Statement.run_id == run.id, Statement.number <= welcome).values(value_id=value.id)
    )
    path = f"/c/{community.slug}/review/{candidate_of(session, community, 'A lunch').id}?shown=100"
    session.commit()
    page = lxml.html.document_fromstring(sign_in(manager).get(path).text)
    (table,) = page.xpath("//table[caption='Ideas in this group']")
    assert [head.text_content() for head in table.xpath(".//th")] == ["Choose", "Idea", "Tone", "Value", "Fit"]
    values = [row.xpath("td")[3].text_content() for row in table.xpath("tbody/tr")]
    assert values == (["Welcome"] * welcome + [""] * (30 - welcome) if is_shown else [""] * 30)
    assert "Yes" not in table.text_content()


def test_r2_a_candidate_is_judged_and_adopted_in_one_go(
    session: Session, community: Community, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    care = str(community.values[1].id)
    session.commit()
    client = sign_in(manager)
    answer = save(client, address, **ADOPT | {"values": [care], "serves_mission": "", "target": "12,5"})

    goal = session.scalars(select(Goal)).one()
    assert answer.status_code == 303
    assert answer.location == f"/c/{community.slug}/goals/{goal.id}"
    assert (goal.sentence, goal.target, goal.level) == (GOAL["sentence"], 12.5, 0)
    assert [value.name for value in goal.values] == ["Care"]
    session.refresh(candidate)
    assert candidate.column is Column.ADOPTED
    assert len(session.scalars(select(Judgement)).all()) == 3
    session.commit()
    assert client.get(f"{address}/goal").location == answer.location
    assert "This is a goal now" in client.get(address).text


@pytest.mark.parametrize("missing", ["sentence", "measure", "unit", "baseline", "target", "due_on", "serves_mission"])
def test_r2_what_the_finish_line_lacks_is_said_at_its_field_and_nothing_is_kept(
    session: Session, manager: User, sign_in: SignInAs, address: str, missing: str
) -> None:
    answer = save(sign_in(manager), address, **ADOPT | {missing: ""})

    assert answer.status_code == 422
    field = "values" if missing == "serves_mission" else missing
    assert f'id="{field}-error"' in answer.text
    assert typed(answer.text, "reason") == "Many raised it."
    assert session.scalars(select(Judgement)).all() == []


@pytest.mark.parametrize("missing", ["achievable", "finite", "beneficial"])
def test_r2_an_open_criterion_stands_against_it_and_what_was_typed_stays(
    session: Session, manager: User, sign_in: SignInAs, address: str, missing: str
) -> None:
    answer = save(sign_in(manager), address, **ADOPT | {missing: "", f"{missing}_reason": ""})

    assert answer.status_code == 409
    assert f"Still to be judged with yes: {missing}." in answer.text
    assert typed(answer.text, "sentence") == GOAL["sentence"]
    assert session.scalars(select(Judgement)).all() == []
    assert session.scalars(select(Goal)).all() == []


def test_r3_not_now_needs_a_reason_that_members_can_read(
    session: Session, manager: User, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)

    assert 'id="reason-error"' in save(client, address, decision="declined").text
    assert save(client, address, decision="declined", reason="Set by the council.").status_code == 303
    (decision,) = session.scalars(select(Decision))
    assert (decision.after, decision.reason) == (Column.DECLINED, "Set by the council.")
    session.commit()
    text = client.get(address).text
    assert "Moved from “To review” to “Not now”" in text
    assert "Set by the council." in text


def test_a_verdict_without_a_reason_is_sent_back(manager: User, sign_in: SignInAs, address: str) -> None:
    client = sign_in(manager)

    assert 'id="finite_reason-error"' in save(client, address, decision="shortlisted", finite="yes").text
    assert 'id="finite_reason-error"' in save(client, address, decision="shortlisted", finite_reason="So.").text


def test_a_manager_finds_their_own_judgement_again_and_reads_the_others(
    session: Session, community: Community, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    other = make_user(session, community=community)
    judge(session, candidate, Criterion.FINITE, Verdict.NO, "No end in sight.", user_id=manager.id)
    judge(session, candidate, Criterion.FINITE, Verdict.YES, "Twelve lunches.", user_id=other.id)
    session.commit()

    text = sign_in(manager).get(address).text

    assert typed(text, "finite_reason") == "No end in sight."
    assert f"{other.name}: yes. Twelve lunches." in text
    assert "Managers differ" in text


def test_a_stale_decision_shows_what_the_other_did_keeps_what_was_typed_and_can_be_sent_again(
    session: Session, community: Community, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    other = make_user(session, community=community)
    decline(session, candidate, "Set by the council.", user_id=other.id)
    session.commit()
    client = sign_in(manager)

    answer = save(client, address, **JUDGED, decision="shortlisted", reason="We can do it ourselves.")
    assert answer.status_code == 409
    assert f"{other.name} moved it to Not now. Set by the council." in answer.text
    assert typed(answer.text, "reason") == "We can do it ourselves."
    assert typed(answer.text, "finite_reason") == "Twelve lunches."

    version = re.search(r'id="decide".*?name="version" value="(\d+)"', answer.text, re.DOTALL)
    assert version is not None
    again = save(client, address, version=version[1], **JUDGED, decision="shortlisted", reason="We can.")
    assert again.status_code == 303
    session.refresh(candidate)
    assert candidate.column is Column.SHORTLISTED


def test_r11_a_rename_is_kept_and_a_stale_one_is_not_lost(
    session: Session, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)

    token = token_of(client, address)
    answer = client.post(f"{address}/name", data={"csrf_token": token, "version": 1, "title": "Nobody eats alone"})
    assert answer.status_code == 303
    assert session.scalars(select(Theme.name).where(Theme.id == candidate.theme_id)).one() == "Nobody eats alone"
    session.commit()

    stale = client.post(f"{address}/name", data={"csrf_token": token, "version": 1, "title": "Lunch"})
    assert stale.status_code == 409
    assert "renamed it to “Nobody eats alone”" in stale.text
    assert typed(stale.text, "title") == "Lunch"
    assert client.post(f"{address}/name", data={"csrf_token": token, "version": 2, "title": " "}).status_code == 422


def test_r3_taking_a_goal_back_to_the_board_needs_a_reason_and_retires_it(
    session: Session, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    client = sign_in(manager)
    save(client, address, **ADOPT)
    session.refresh(candidate)
    version = candidate.version
    session.commit()

    assert save(client, address, version=version, decision="shortlisted").status_code == 422
    assert save(client, address, version=version, decision="shortlisted", reason="Too early.").status_code == 303

    goal = session.scalars(select(Goal)).one()
    session.refresh(candidate)
    assert (goal.ending_reason, candidate.column) == ("Too early.", Column.SHORTLISTED)
    session.commit()
    text = client.get(address).text
    assert typed(text, "measure") == "lunches held"  # offered again


def test_r5_adopting_the_organisations_asks_for_the_compromise_in_writing(
    session: Session, community: Community, candidate: Candidate, manager: User, sign_in: SignInAs
) -> None:
    park = put_forward(session, community.id, "A bigger car park", user_id=manager.id)
    session.commit()
    client = sign_in(manager)
    path = f"/c/{community.slug}/review/{park.id}"

    answer = save(client, path, **ADOPT)
    assert answer.status_code == 409
    assert "Write down the compromise" in answer.text
    assert save(client, path, **ADOPT, compromise="Lunch comes next.").status_code == 303
    goal = session.scalars(select(Goal)).one()
    assert goal.compromise == "Lunch comes next."


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": ""},
        {"decision": "deleted"},
        {"finite": "perhaps"},
        {"finite_reason": "half a \x01 word"},
        {"version": ""},
        {"version": "one"},
        {"sentence": "x" * 301},
        {"unit": "x" * 41},
        {"measure": "half a \x7f word"},
        {"baseline": "1e400"},
        {"target": "NaN"},
        {"target": "0"},
        {"target": "9" * 5000},
        {"due_on": "soon"},
        {"due_on": "0001-01-01"},
        {"due_on": now().date().isoformat()},
        {"due_on": "99999-01-01"},
        {"values": "none"},
        {"values": "9" * 5000},
        {"values": "999999"},
        {"values": "-1"},
        {"serves_mission": "x" * 2001},
        {"reason": "x" * 2001},
        {"reason": " \n"},
    ],
)
def test_hostile_forms_are_sent_back_and_nothing_is_kept(
    session: Session, manager: User, sign_in: SignInAs, address: str, wrong: dict[str, Any]
) -> None:
    answer = save(sign_in(manager), address, **ADOPT | wrong)

    assert answer.status_code == 422
    assert session.scalars(select(Goal)).all() == []
    assert session.scalars(select(Judgement)).all() == []


def test_what_members_and_managers_write_is_shown_as_text_only(
    session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    evil = "<script>alert(1)</script>{{ 7 * 7 }}"
    make_run(session, community, themes=[Planted(evil, 12)])
    candidate = candidate_of(session, community, evil)
    judge_all(session, candidate, manager.id)
    rename(session, candidate, f"<b>{evil}</b>", user_id=manager.id)
    decline(session, candidate, evil, user_id=manager.id)
    session.commit()
    client = sign_in(manager)

    for path in (f"/c/{community.slug}/review", f"/c/{community.slug}/review/{candidate.id}"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7 * 7 }}" in text


def test_a_candidate_whose_ideas_went_elsewhere_is_not_there_any_more(
    session: Session, community: Community, candidate: Candidate, manager: User, sign_in: SignInAs, address: str
) -> None:
    survey = next(r.survey for r in ranked(session, community.id) if r.candidate.id == candidate.id)
    make_run(session, community, survey, themes=[Planted("Trees", 20)])

    answer = sign_in(manager).get(address)

    assert answer.status_code == 404
    assert "other groups" in answer.text
