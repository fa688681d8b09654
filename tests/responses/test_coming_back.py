"""A member comes back to an answer, by private code or personal link, and changes or withdraws it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.communities.models import Member as Person
from surveyapp.db import now
from surveyapp.responses import collect, own_views
from surveyapp.responses.answer_views import SENT_BEFORE
from surveyapp.responses.held import SHOWN_FOR, Held
from surveyapp.responses.invite import invite, links
from surveyapp.responses.models import Answer, Invitation, Response, Source
from surveyapp.surveys.models import Anonymity, Survey
from surveyapp.surveys.rules import name_of
from surveyapp.throttle import Attempt
from tests.factories import make_survey
from tests.responses.every_kind import make_asked
from tests.responses.member import Member, form_values, question, words_of

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}
SECRET_KEY = "of the installation"


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def sent(client: FlaskClient, survey: Survey) -> tuple[Member, str]:
    """Somebody who has sent an answer, and the private code that they were shown."""
    member = Member(client, survey).start()
    code = form_values(member.page)["code"]
    member.press().press(way="Rust.").press(Anything="Thanks!")
    assert collect.written_code(code) in words_of(member.page)
    return member, code


def contents(session: Session) -> set[str]:
    session.commit()
    found = {content for content in session.scalars(select(Answer.content)) if isinstance(content, str)}
    session.commit()  # and let go of the lock
    return found


def own(client: FlaskClient, survey: Survey, what: str, **fields: str) -> Member:
    """Press one of the buttons for an own answer, on the page that shows them."""
    member = Member(client, survey)
    token = form_values(client.get(f"/s/{survey.link}/resume").text)["csrf_token"]
    member.answer = client.post(f"/s/{survey.link}/{what}", data={"csrf_token": token, **fields}, follow_redirects=True)
    return member


def refused_and_saved(session: Session, late: Member, before: str) -> None:
    """The last screen of an answer that was sent already is not stored, says so, and is saved when pressed again."""
    assert contents(session) == {before}
    late.press(Anything="Later.")
    assert late.answer.status_code == 409
    assert SENT_BEFORE in words_of(late.page)
    assert contents(session) == {before}
    late.press()
    assert late.answer.status_code == 200
    assert "Your answers are saved" in words_of(late.page)
    assert contents(session) == {"Later."}
    assert collect.count_sent(session, late.survey.id) == 1
    session.commit()


def test_an_answer_that_was_begun_goes_on_on_another_device_by_its_code(
    app: Flask, client: FlaskClient, survey: Survey
) -> None:
    member = Member(client, survey).start().press()
    member.press({"go": "back"}, way="Rust.")
    code = form_values(member.page)["code"]
    assert collect.written_code(code) in words_of(member.page)
    elsewhere = app.test_client()
    there = own(elsewhere, survey, "resume", code=f"  {collect.written_code(code).lower()} ")
    assert "Part 1 of 3" in words_of(there.page)
    assert form_values(there.go(2).page)[name_of(question(survey, "way"))] == "Rust."


def test_what_was_sent_is_shown_and_changed_by_its_code_until_the_survey_closes(
    app: Flask, session: Session, client: FlaskClient, survey: Survey
) -> None:
    _, code = sent(client, survey)
    elsewhere = app.test_client()
    there = own(elsewhere, survey, "resume", code=code)
    assert "Thank you for taking part" in words_of(there.page)
    there = own(elsewhere, survey, "change", code=code)
    assert "You are changing answers that were sent" in words_of(there.page)
    there.press().press(way="Moss.").press(Anything="")
    assert "Your answers are saved" in words_of(there.page)
    assert contents(session) == {"Moss."}
    collect.close_survey(session, survey, now().date())
    session.commit()
    for what in ("resume", "change", "withdraw"):
        token = form_values(app.test_client().get("/login").text)["csrf_token"]
        answer = elsewhere.post(f"/s/{survey.link}/{what}", data={"csrf_token": token, "code": code, "sure": "yes"})
        assert (answer.status_code, "This survey is closed" in answer.text) == (409, True)
    assert contents(session) == {"Moss."}


def test_r8_a_late_retry_of_the_first_form_does_not_undo_a_change(
    session: Session, client: FlaskClient, survey: Survey
) -> None:
    member = Member(client, survey).start().press().press()
    old = member.typed(Anything="First.")
    code = form_values(member.page)["code"]
    client.post(f"{member.address}/3", data=old)
    own(client, survey, "change", code=code).go(3).press(Anything="Second.")
    late = client.post(f"{member.address}/3", data=old)
    assert (late.status_code, "First." in late.text) == (409, True)
    assert contents(session) == {"Second."}
    same = old | {name_of(question(survey, "Anything")): "Second."}
    assert client.post(f"{member.address}/3", data=same).headers["Location"].endswith(collect.receipt_of(code))


def test_p2b_a_second_tab_that_says_something_else_is_told_so_and_may_replace_what_was_sent(
    session: Session, client: FlaskClient, survey: Survey
) -> None:
    member = Member(client, survey).start().press().press()
    other = Member(client, survey).go(3)
    member.press(Anything="From one tab.")
    assert "Thank you for taking part" in words_of(member.page)
    refused_and_saved(session, other, "From one tab.")


def test_withdrawing_asks_once_more_then_deletes_all_and_the_code_leads_nowhere(
    session: Session, client: FlaskClient, survey: Survey
) -> None:
    _, code = sent(client, survey)
    asked = own(client, survey, "withdraw", code=code)
    assert "This cannot be undone" in words_of(asked.page)
    assert collect.count_sent(session, survey.id) == 1
    session.commit()
    asked.press()
    assert "Your answers are deleted" in words_of(asked.page)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    assert session.scalar(select(func.count()).select_from(Answer)) == 0
    session.commit()
    again = own(client, survey, "resume", code=code)
    assert again.answer.status_code == 422
    assert "No answers are kept under this code." in words_of(again.page)
    assert "Your answers are deleted" in words_of(own(client, survey, "withdraw", code=code, sure="yes").page)


@pytest.mark.parametrize("code", ["", "abc", "A" * 26 + "B", "ÄÖÜ" * 9, "<script>alert(1)</script>", "\u202e" * 30])
def test_a_code_that_is_none_is_shown_as_typed_and_told_of(client: FlaskClient, survey: Survey, code: str) -> None:
    answer = own(client, survey, "resume", code=code)
    assert answer.answer.status_code == 422
    assert form_values(answer.page)["code"] == code
    assert "A private code has 26 letters and digits" in words_of(answer.page)


def test_p24_without_a_valid_token_nothing_is_changed_or_deleted(
    session: Session, client: FlaskClient, survey: Survey
) -> None:
    _, code = sent(client, survey)
    for what in ("resume", "change", "withdraw", "forget"):
        answer = client.post(f"/s/{survey.link}/{what}", data={"code": code, "sure": "yes"})
        assert answer.status_code == 400, what
    assert collect.count_sent(session, survey.id) == 1


def test_codes_are_tried_from_one_network_only_so_often(
    session: Session, client: FlaskClient, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_views, "TRIES", 2)
    monkeypatch.setattr(own_views, "TRIES_IN", timedelta(days=1))
    token = form_values(client.get(f"/s/{survey.link}/resume").text)["csrf_token"]
    data = {"csrf_token": token, "code": collect.new_code()}
    answers = [client.post(f"/s/{survey.link}/resume", data=data, environ_overrides=ELSEWHERE) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    (attempt,) = session.scalars(select(Attempt))
    assert "203.0.113.7" not in attempt.key


def test_the_code_is_shown_for_a_while_and_not_to_whoever_answers_next(client: FlaskClient, survey: Survey) -> None:
    member, code = sent(client, survey)
    with client.session_transaction() as cookie:
        held = Held(cookie)
        shown = held.sent(survey.link, now())
        assert shown is not None
        assert shown.code == code
        later = held.sent(survey.link, now() + SHOWN_FOR)
        assert later is not None
        assert later.code == ""
    receipt = member.answer.request.args["receipt"]
    Member(client, survey).start()
    page = client.get(f"{member.address}/thanks", query_string={"receipt": receipt}).text
    assert receipt in words_of(page)
    assert collect.written_code(code) not in page
    assert code not in page


# Personal links


def make_invited(session: Session, community: Community, anonymity: Anonymity) -> tuple[Survey, str, Person]:
    """A survey of two parts, the secret of a personal link to it, and whose it is."""
    survey, _ = make_asked(session, community, ["line"], ["text"], anonymity=anonymity)
    person = Person(community_id=community.id, name="Ada")
    session.add(person)
    session.flush()
    invite(session, survey, SECRET_KEY, [person.id], user_id=None)
    session.commit()
    ((_, secret),) = links(session, survey, SECRET_KEY)
    session.commit()
    return survey, secret, person


@pytest.fixture(params=list(Anonymity), ids=lambda level: level.value)
def invited(request: pytest.FixtureRequest, session: Session, community: Community) -> tuple[Survey, str, Person]:
    return make_invited(session, community, request.param)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_p7b_a_personal_link_is_exchanged_for_a_cookie_and_a_clean_address(
    session: Session, client: FlaskClient, community: Community, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    survey, secret, _ = make_invited(session, community, Anonymity.ANONYMOUS)
    answer = client.open(f"/a/{secret}", method=method)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{survey.link}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert secret not in answer.text + answer.headers["Location"]
    assert secret not in capsys.readouterr().err  # the log
    session.commit()
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_r6_an_answer_by_personal_link_names_its_member_only_where_that_was_promised(
    session: Session, client: FlaskClient, invited: tuple[Survey, str, Person]
) -> None:
    survey, secret, person = invited
    client.get(f"/a/{secret}")
    member = Member(client, survey)
    promise = {
        Anonymity.ANONYMOUS: "Nothing is stored that says who you are",
        Anonymity.CONFIDENTIAL: "are never shown who said what",
        Anonymity.NAMED: "see your name with your answers",
    }[survey.anonymity]
    assert promise in words_of(member.page)
    member.start().press(one="A line").press(Anything="Words")
    assert "Your answers are saved" in words_of(member.page)
    session.commit()
    (response,) = session.scalars(select(Response))
    assert response.source is Source.PERSONAL_LINK
    assert response.member_id == (None if survey.anonymity is Anonymity.ANONYMOUS else person.id)


def test_one_link_is_one_answer_on_any_device_changed_and_withdrawn_there(
    app: Flask, session: Session, client: FlaskClient, invited: tuple[Survey, str, Person]
) -> None:
    survey, secret, _ = invited
    client.get(f"/a/{secret}")
    Member(client, survey).start().press(one="Here")
    elsewhere = app.test_client()
    elsewhere.get(f"/a/{secret}")
    there = Member(elsewhere, survey)
    assert "Continue the survey" in there.page
    there.start()
    assert "Here" in form_values(there.page).values()
    there.press().press(Anything="There")
    here = Member(client, survey)
    assert "You have answered" in words_of(here.page)
    here.press()  # change
    here.press(one="Changed").press()
    assert contents(session) == {"Changed", "There"}
    assert collect.count_sent(session, survey.id) == 1
    session.commit()
    own(client, survey, "withdraw").press()
    assert contents(session) == set()
    assert "Start the survey" in Member(client, survey).page


def test_p2b_a_link_that_was_sent_from_another_device_is_told_so_on_the_first(
    app: Flask, session: Session, client: FlaskClient, invited: tuple[Survey, str, Person]
) -> None:
    survey, secret, _ = invited
    client.get(f"/a/{secret}")
    here = Member(client, survey).start().press()
    elsewhere = app.test_client()
    elsewhere.get(f"/a/{secret}")
    Member(elsewhere, survey).start().press().press(Anything="There.")
    refused_and_saved(session, here, "There.")


@pytest.mark.parametrize("how", ["taken back", "left", "unknown"])
def test_a_link_that_leads_nowhere_any_more_says_so_and_hands_back_what_was_typed(
    session: Session, client: FlaskClient, community: Community, how: str
) -> None:
    survey, secret, person = make_invited(session, community, Anonymity.NAMED)
    client.get(f"/a/{secret}")
    member = Member(client, survey).start()
    if how == "taken back":
        session.scalars(select(Invitation)).one().is_revoked = True
    elif how == "left":
        session.get_one(Person, person.id).left_on = now().date()
    else:
        secret = "x" * 43
    session.commit()
    answer = client.get(f"/a/{secret}")
    assert answer.status_code == 404
    assert "personal link" in words_of(answer.text)
    if how != "unknown":
        member.press(one="Words in vain")
        assert member.answer.status_code == 404
        assert "Words in vain" in words_of(member.page)
        assert contents(session) == set()
        assert client.get(member.address).status_code == 404  # told of once
        assert client.get(member.address).status_code == 200


def test_a_closed_survey_is_closed_by_personal_link_too(
    session: Session, client: FlaskClient, invited: tuple[Survey, str, Person]
) -> None:
    survey, secret, _ = invited
    collect.close_survey(session, session.get_one(Survey, survey.id), now().date())
    session.commit()
    assert "This survey is closed" in words_of(client.get(f"/a/{secret}", follow_redirects=True).text)
