"""Members read why, answer part by part, and send once; all of it without scripts."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.responses import collect
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Kind, Layout, Survey, Translation
from surveyapp.surveys.rules import name_of
from tests.factories import make_survey
from tests.responses.every_kind import QUESTIONS, make_asked
from tests.responses.member import Member, form_values, question, words_of

BACK = {"go": "back"}
CONTROL = ("BEGIN", "PRAGMA query_only")  # statements that only begin and end transactions


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community, smallest_group=7, quote_group=12, purpose="The hall is ours again.")


@pytest.fixture
def member(client: FlaskClient, survey: Survey) -> Member:
    return Member(client, survey)


def stored(session: Session) -> dict[str, object]:
    """What was sent, by the prompt of the question."""
    session.rollback()
    rows = session.execute(select(Answer.question_id, Answer.content).join(Response).where(Response.is_sent)).all()
    return {str(row.question_id): row.content for row in rows}


def test_the_first_page_says_why_how_long_and_what_is_promised(
    session: Session, survey: Survey, client: FlaskClient, community: Community
) -> None:
    survey.closes_on = date(2099, 11, 30)
    session.commit()
    words = words_of(Member(client, survey).page)
    for promise in (
        "Nobody in the valley grows old alone.",
        "The hall is ours again.",
        "About 4 minutes",
        "Every question is optional",
        "open until Monday 30 November",
        f"The managers of {community.name} read every idea in its own words, without names.",
        "Numbers are shown only for groups of 7 people or more.",
        "Your words may be quoted without your name, in groups of 12 people or more.",
    ):
        assert promise in words


def test_a_member_answers_three_parts_and_gets_a_receipt(session: Session, member: Member, survey: Survey) -> None:
    values = [option["key"] for option in question(survey, "Our values").settings["options"]]
    ratings = question(survey, "Our values")
    member.start()
    member.answer = member.client.post(
        f"{member.address}/1",
        data=member.typed(Which=values[1])
        | {name_of(ratings, values[0], "important"): "5", name_of(ratings, values[0], "lived"): "2"},
        follow_redirects=True,
    )
    assert "Part 2 of 3" in words_of(member.page)
    member.press(next_1="Open the hall on Sundays.", next_1_value=values[2], next_1_help="yes", way="No keys.")
    member.press(worth="4", long="1_to_5", Anything="Thanks!", may_quote="no")

    words = words_of(member.page)
    assert "Thank you for taking part" in words
    assert member.answer.request.args["receipt"] in words
    assert stored(session) == {
        str(ratings.id): {values[0]: {"important": 5, "lived": 2}},
        str(question(survey, "Which value").id): values[1],
        str(question(survey, "next?").id): [{"idea": "Open the hall on Sundays.", "value": values[2], "help": "yes"}],
        str(question(survey, "way").id): "No keys.",
        str(question(survey, "worth").id): 4,
        str(question(survey, "long").id): "1_to_5",
        str(question(survey, "Anything").id): "Thanks!",
    }
    assert session.scalars(select(Response.may_quote)).one() is False


def test_a_part_shows_what_was_kept_and_may_be_changed_until_it_is_sent(member: Member, survey: Survey) -> None:
    member.start().press(Which="")
    member.press(next_1="Fix  the gate", way="Rust.\nAnd rain.").press(BACK)
    assert "Part 2 of 3" in words_of(member.page)
    typed = form_values(member.page)
    assert typed[name_of(question(survey, "next?"), 1, "idea")] == "Fix  the gate"
    assert typed[name_of(question(survey, "way"))] == "Rust.\r\nAnd rain.".replace("\r", "")
    member.press(way="").press(BACK)
    assert name_of(question(survey, "way")) in form_values(member.page)
    assert form_values(member.page)[name_of(question(survey, "way"))] == ""


def test_back_keeps_what_was_typed(member: Member, survey: Survey) -> None:
    member.start().press().press(BACK, way="Rust.")
    assert "Part 1 of 3" in words_of(member.page)
    assert form_values(member.go(2).page)[name_of(question(survey, "way"))] == "Rust."


def test_the_wish_not_to_be_quoted_survives_going_back(member: Member) -> None:
    member.start().press().press().press(BACK, may_quote="no")
    assert form_values(member.press().page)["may_quote"] == "no"


def test_ideas_are_added_and_removed_by_buttons(member: Member, survey: Survey) -> None:
    ideas = question(survey, "next?")
    member.start().press().press({"add": name_of(ideas)}, next_1="Benches", way="Rust.")
    assert name_of(ideas, 2, "idea") in form_values(member.page)
    member.press({"add": name_of(ideas)}, next_2="Lamps").press({"remove": name_of(ideas, 1)}, next_3="Trees")
    typed = form_values(member.page)
    assert [typed.get(name_of(ideas, n, "idea")) for n in (1, 2, 3)] == ["Lamps", "Trees", None]
    assert typed[name_of(question(survey, "way"))] == "Rust."


def test_five_ideas_are_the_most(member: Member, survey: Survey) -> None:
    ideas = question(survey, "next?")
    member.start().press()
    for number in range(1, 6):
        assert "Add another idea" in member.page or number == 5
        member.press({"add": name_of(ideas), name_of(ideas, number, "idea"): f"Idea {number}"})
    assert "Add another idea" not in member.page
    assert name_of(ideas, 6, "idea") not in member.page


def test_bad_input_shows_the_form_as_it_was_typed_and_stores_nothing_of_it(
    session: Session, member: Member, survey: Survey
) -> None:
    way = question(survey, "way")
    member.start().press().press(next_1="Benches", way="x" * 5001)
    assert member.answer.status_code == 422
    assert "This has 5,001 characters; at most 5,000 can be kept." in words_of(member.page)
    assert f'href="#{name_of(way)}"' in member.page
    assert 'aria-invalid="true"' in member.page
    typed = form_values(member.page)
    assert typed[name_of(way)] == "x" * 5001
    assert typed[name_of(question(survey, "next?"), 1, "idea")] == "Benches"
    assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_required_question_must_be_answered_before_one_goes_on_but_not_to_go_back(
    session: Session, member: Member, survey: Survey
) -> None:
    question(survey, "way").is_required = True
    session.commit()
    member.start().press().press(next_1="Benches")
    assert member.answer.status_code == 422
    assert "Please answer this question." in words_of(member.page)
    assert "Part 1 of 3" in words_of(member.press(BACK).page)
    assert "Part 3 of 3" in words_of(member.go(2).press(way="Rust.").page)


def test_after_sending_the_same_form_leads_to_the_receipt_and_changes_nothing(
    session: Session, member: Member, survey: Survey
) -> None:
    member.start().press().press(way="Rust.")
    typed = member.typed(Anything="Once.")
    first = member.client.post(f"{member.address}/3", data=typed)
    again = member.client.post(f"{member.address}/3", data=typed)
    earlier = member.client.post(f"{member.address}/2", data=typed | {name_of(question(survey, "way")): "Rust."})
    assert [r.status_code for r in (first, again, earlier)] == [303] * 3
    assert first.headers["Location"] == again.headers["Location"] == earlier.headers["Location"]
    del typed["seen"]  # by another screen's questions
    for number, word in ((3, "Anything"), (2, "way")):
        other = typed | {name_of(question(survey, word)): "Other."}
        assert member.client.post(f"{member.address}/{number}", data=other).status_code == 409
    assert stored(session) == {str(question(survey, "Anything").id): "Once.", str(question(survey, "way").id): "Rust."}


def test_two_members_on_one_device_are_two_responses(session: Session, member: Member, survey: Survey) -> None:
    member.start().press().press().press(Anything="First.")
    again = Member(member.client, survey)
    assert "Answers were sent from this device" in words_of(again.page)
    again.start().press().press().press(Anything="Second.")
    assert collect.count_sent(session, survey.id) == 2


def test_a_form_that_was_begun_is_continued(member: Member, survey: Survey) -> None:
    key = form_values(member.start().page)["code"]
    again = Member(member.client, survey)
    assert "Continue the survey" in again.page
    assert form_values(again.start().page)["code"] == key


def test_a_part_without_a_form_leads_to_the_first_page(client: FlaskClient, survey: Survey) -> None:
    answer = client.get(f"/s/{survey.link}/2")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{survey.link}")


def test_r6_looking_at_pages_stores_nothing(app: Flask, session: Session, member: Member) -> None:
    writes: list[str] = []
    sa.event.listen(
        app.extensions["surveyapp"].engine,
        "before_cursor_execute",
        lambda c, cursor, statement, *rest: writes.append(statement) if not reads(statement) else None,
    )
    member.start()
    for number in (1, 2, 3):
        member.go(number)
    member.client.get(f"{member.address}/thanks?receipt=ABCD-2345")
    assert writes == []
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def reads(statement: str) -> bool:
    return statement.startswith(("SELECT", "BEGIN DEFERRED", "PRAGMA query_only"))


@pytest.mark.parametrize("path", ["", "/1", "/thanks?receipt=ABCD-2345", "/qr.svg"])
def test_a_draft_is_at_no_address(session: Session, community: Community, client: FlaskClient, path: str) -> None:
    draft = make_survey(session, community, is_open=False)
    assert client.get(f"/s/{draft.link}{path}").status_code == 404


@pytest.mark.parametrize("number", [0, 4, 99999])
def test_a_survey_has_only_its_parts(member: Member, number: int) -> None:
    member.start()
    assert member.client.get(f"{member.address}/{number}").status_code == 404
    assert member.client.post(f"{member.address}/{number}", data=form_values(member.page)).status_code == 404


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed by hand", "past its last day"])
def test_a_closed_survey_says_so_and_hands_back_what_was_typed(
    session: Session, member: Member, survey: Survey, is_closed: bool
) -> None:
    member.start().press()
    if is_closed:
        collect.close_survey(session, survey, now().date())
    else:
        survey.closes_on = now().date() - timedelta(days=1)
    session.commit()

    assert "This survey is closed" in words_of(member.press(way="Rust eats the gate.").page)
    assert member.answer.status_code == 409
    assert "Rust eats the gate." in words_of(member.page)
    for path in (member.address, f"{member.address}/1"):
        answer = member.client.get(path)
        assert (answer.status_code, "This survey is closed" in answer.text) == (200, True)
    assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_kept_form_that_was_sent_elsewhere_shows_its_receipt(session: Session, member: Member) -> None:
    key = form_values(member.start().page)["code"]
    collect.send(session, member.survey, key, {})
    session.commit()
    assert collect.receipt_of(key) in words_of(member.client.get(f"{member.address}/2", follow_redirects=True).text)


@pytest.mark.parametrize("receipt", ["", "x", "<script>", "ABCD-2345x"])
def test_a_receipt_that_is_none_is_not_shown(member: Member, receipt: str) -> None:
    assert member.client.get(f"{member.address}/thanks", query_string={"receipt": receipt}).status_code == 303


def test_an_answer_page_is_one_short_write_transaction_of_few_statements(app: Flask, member: Member) -> None:
    """At most 12 for a survey of one page, from the first page to the receipt, beginnings and ends not counted."""
    counts: list[list[str]] = []
    transactions: list[str] = []
    engine = app.extensions["surveyapp"].engine

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        (transactions if statement.startswith(CONTROL) else counts[-1]).append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    counts.append([])
    fresh = Member(member.client, member.survey)
    for step in (fresh.start, lambda: fresh.press(Which="")):
        counts.append([])
        step()
    counts.append([])
    fresh.press(follow=False, way="Rust.", next_1="Benches")
    counts.append([])
    fresh.go(3)
    counts.append([])
    transactions.clear()
    fresh.press(follow=False, worth="4", Anything="No.")
    posted = counts[-1]
    assert fresh.answer.status_code == 303
    assert len(posted) == 5, posted  # read the survey, hold it open, the response, old answers away, new answers
    assert sum(transaction == "BEGIN IMMEDIATE" for transaction in transactions) <= 1
    welcome, start_and_part = len(counts[0]), len(counts[1])
    thanks = 1
    assert welcome + start_and_part + len(posted) + thanks <= 12, counts


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_submission_of_ten_questions_on_one_page_takes_few_statements(
    app: Flask, session: Session, community: Community, language: str
) -> None:
    """The questions, the answers and the receipt, once somebody has read them; those that only begin do not count."""
    names = [name for name in QUESTIONS if name not in ("consent", "vote", "values")]
    survey, questions = make_asked(session, community, names, layout=Layout.SURVEY)
    survey.languages = ["ar"]
    session.add(Translation(survey_id=survey.id, language="ar", place="title", text="\u0635\u064a\u0641"))
    session.commit()
    before, browser = app.test_client(), app.test_client()
    for one in (before, browser):
        one.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    Member(before, survey)
    typed = {name_of(questions[name]): "3" for name in ("rating", "recommend", "number", "line", "text")}
    statements: list[str] = []
    sa.event.listen(
        app.extensions["surveyapp"].engine,
        "before_cursor_execute",
        lambda c, cursor, statement, *rest: None if statement.startswith(CONTROL) else statements.append(statement),
    )
    member = Member(browser, survey).press(typed)
    assert ('dir="rtl"' in member.page) is (language == "ar")
    assert "/thanks" in member.answer.request.path
    assert len(statements) <= 7, statements


def test_the_kinds_of_the_survey_are_all_asked(survey: Survey) -> None:
    asked = {Kind.VALUE_RATINGS, Kind.PROPOSALS, Kind.SINGLE_CHOICE, Kind.RATING, Kind.LONG_TEXT}
    assert {q.kind for q in survey.questions} == asked
