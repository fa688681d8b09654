"""Members are listed once per community, taken in from a list as a whole, and erased with all that leads to them."""

import io
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities import admit
from surveyapp.communities.models import Community, Member, MemberGroup
from surveyapp.csv_file import read_csv
from surveyapp.errors import BadInput
from surveyapp.responses import invite
from surveyapp.responses.models import Invitation, Message, Participation
from tests.conftest import SignInAs, token_of
from tests.factories import make_survey

LIST = """Name;E-mail;Language;Joined;Place
Ada;ada@example.org;en;2020-03-01;Harbour
Bea;BEA@example.org;ar;;Hill Estate
;nobody@example.org;;;
Cleo;;de;;Harbour
Dan;ada@EXAMPLE.org;;;
Eve;no address;;;
Finn;finn@example.org;english please;;
"""


def table(text: str) -> object:
    return read_csv(text.encode(), "members.csv")


def test_a_list_is_planned_before_anything_is_stored(session: Session, community: Community) -> None:
    plan = admit.plan(session, community.id, table(LIST))  # type: ignore[arg-type]
    assert [about.name for about in plan.new] == ["Ada", "Bea", "", "Cleo"]
    assert plan.new[0] == admit.About("Ada", "ada@example.org", "en", date(2020, 3, 1), {"Place": "Harbour"})
    assert [line for line, _ in plan.refused] == [6, 7, 8]
    assert plan.kinds == ("Place",)
    assert session.scalar(select(func.count()).select_from(Member)) == 0


def test_a_list_taken_in_twice_adds_nobody_twice_and_updates_only_if_asked(
    session: Session, community: Community
) -> None:
    first = admit.plan(session, community.id, table(LIST))  # type: ignore[arg-type]
    assert admit.take_in(session, community.id, first, is_updating=False, user_id=None) == 4
    again = "name,address,place\nAda Lovelace,Ada@Example.org,Hill Estate\nGus,gus@example.org,\n"
    plan = admit.plan(session, community.id, table(again))  # type: ignore[arg-type]
    assert (len(plan.new), len(plan.known)) == (1, 1)
    admit.take_in(session, community.id, plan, is_updating=False, user_id=None)
    ada = session.scalars(select(Member).where(Member.address_key == "ada@example.org")).one()
    assert ada.name == "Ada"
    plan = admit.plan(session, community.id, table(again))  # type: ignore[arg-type]
    admit.take_in(session, community.id, plan, is_updating=True, user_id=None)
    session.flush()
    assert (ada.name, ada.language, ada.joined_on) == ("Ada Lovelace", "en", date(2020, 3, 1))
    assert {group.kind: group.name for group in ada.groups} == {"Place": "Harbour", "place": "Hill Estate"}


@pytest.mark.parametrize(
    "address",
    [
        "no",
        "a@b",
        "a b@example.org",
        "a@exa mple.org",
        "a@example.org\nBcc: b@c.org",
        "a..b@example.org",
        "@example.org",
        "é@example.org",
        "a@-example.org",
        "a@example.org,b@example.org",
        "<a@example.org>",
        "a@" + "x" * 260 + ".org",
    ],
)
def test_p18c_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        admit.read_address(address)


def test_an_address_in_another_script_is_written_as_mail_takes_it() -> None:
    assert admit.read_address(" ada@bücher.example ") == "ada@xn--bcher-kva.example"
    assert admit.read_address("") is None


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    try:
        address = admit.read_address(text)
    except BadInput:
        return
    assert address is None or (address.isascii() and address.count("@") == 1 and not set(address) & set(" \r\n<>,;"))


def test_erasing_takes_all_that_leads_to_a_member(session: Session, community: Community) -> None:
    survey = make_survey(session, community)
    member = admit.admit(session, community.id, admit.About("Ada", "ada@example.org"), user_id=None)
    invite.invite(session, survey, "k" * 40, user_id=None)
    session.add(Participation(survey_id=survey.id, member_id=member.id, noted_on=date(2026, 3, 3)))
    common = {"community_id": community.id, "survey_id": survey.id, "member_id": member.id}
    session.add_all(
        [Message(campaign="survey 1 invitation", **common), MemberGroup(member_id=member.id, kind="a", name="b")]
    )
    session.commit()
    admit.erase(session, member, user_id=None)
    session.commit()
    for model in (Member, MemberGroup, Invitation, Participation, Message):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_a_manager_lists_finds_and_takes_in_members(
    app: Flask, session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    client = sign_in(manager)
    home = f"/c/{community.slug}/members"
    sent = {"csrf_token": token_of(client, f"{home}/import"), "file": (io.BytesIO(LIST.encode()), "list.csv")}
    preview = client.post(f"{home}/import", data=sent, follow_redirects=True)
    assert "4 new members" in preview.text
    assert "3 lines cannot be taken" in preview.text
    done = client.post(
        preview.request.path,
        data={"csrf_token": token_of(client, preview.request.path), "do": "take_in"},
        follow_redirects=True,
    )
    assert "4 members were added" in done.text
    assert "Bea" in client.get(f"{home}?search=bea@").text
    assert "Ada" not in client.get(f"{home}?search=bea@").text
    assert "Ada" not in client.get(f"{home}?search=%25").text
    data = {"csrf_token": token_of(client, f"{home}/new"), "name": "Gus", "address": "ada@example.org"}
    refused = client.post(f"{home}/new", data=data)
    assert refused.status_code == 409
    assert 'value="Gus"' in refused.text
    assert session.scalar(select(func.count()).select_from(Member)) == 4
