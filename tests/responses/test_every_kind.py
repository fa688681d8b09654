"""Every kind of question is asked by plain HTML, on screens as the author lays them out, to whom it concerns."""

from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Layout, Question, Survey
from surveyapp.surveys.rules import name_of
from tests.responses.every_kind import make_asked, only_if
from tests.responses.member import Member, form_values, words_of

BACK = {"go": "back"}


def stored(session: Session, questions: dict[str, Question], *, is_sent: bool = True) -> dict[str, Any]:
    """What was answered, by the name of the question."""
    session.commit()
    names = {question.id: name for name, question in questions.items()}
    rows = session.execute(select(Answer.question_id, Answer.content).join(Response).where(Response.is_sent == is_sent))
    found = {names[row.question_id]: row.content for row in rows}
    session.commit()  # and let go of the lock
    return found


def headings(member: Member) -> str:
    """Where the member is."""
    return " ".join(lxml.html.document_fromstring(member.page).xpath("//title/text()"))


ANSWERS: dict[str, tuple[dict[str, str], Any]] = {  # what is typed, by part of a field's name; what is stored
    "way": ({"": "other", "other_text": "By  boat"}, {"other": "By  boat"}),
    "foods": ({"a": "yes", "other": "yes", "other_text": "Plates"}, ["a", {"other": "Plates"}]),
    "order": ({"a": "2", "c": "1"}, ["c", "a"]),
    "rating": ({"": "4"}, 4),
    "recommend": ({"": "10"}, 10),
    "number": ({"": "3"}, 3),
    "day": ({"": "2026-11-30"}, "2026-11-30"),
    "line": ({"": "Good  soup"}, "Good soup"),
    "text": ({"": "Two\r\nlines"}, "Two\nlines"),
    "consent": ({"": "yes"}, True),
    "ideas": ({"1_idea": "A bench", "1_value": "a"}, [{"idea": "A bench", "value": "a", "help": None}]),
    "values": ({"v1_lived": "2"}, {"v1": {"lived": 2}}),
}


def typed_of(questions: dict[str, Question], *names: str) -> dict[str, str]:
    """The fields of these answers."""
    return {
        name_of(questions[name], *([part] if part else [])): text
        for name in names or ANSWERS
        for part, text in ANSWERS[name][0].items()
    }


def test_every_kind_is_asked_on_one_page_stored_and_shown_again(
    session: Session, client: FlaskClient, community: Community
) -> None:
    survey, questions = make_asked(session, community, layout=Layout.SURVEY)
    member = Member(client, survey).start()
    fields = {field.get("name") for field in lxml.html.document_fromstring(member.page).xpath("//form[1]//*[@name]")}
    typed = typed_of(questions)
    assert set(typed) <= fields

    member.press(BACK | typed)
    shown = form_values(member.page)
    assert {name: shown.get(name) for name in typed} == typed | {
        name_of(questions["line"]): "Good soup",
        name_of(questions["text"]): "Two\nlines",
    }
    member.press()
    assert "Thank you for taking part" in words_of(member.page)
    assert stored(session, questions) == {name: content for name, (_, content) in ANSWERS.items()}


def test_what_is_missing_and_what_is_wrong_is_listed_on_top_and_leads_to_its_control(
    session: Session, client: FlaskClient, community: Community
) -> None:
    everything = [*ANSWERS, "vote"]
    changed = {name: {"is_required": True} for name in everything}
    survey, questions = make_asked(session, community, everything, changed=changed)
    member = Member(client, survey).start()
    member.press({name_of(questions["number"]): "0", name_of(questions["way"]): "other"})
    page = lxml.html.document_fromstring(member.page)
    targets = [href[1:] for href in page.xpath("//*[@role='alert']//a/@href")]
    assert member.answer.status_code == 422
    assert len(targets) == len(ANSWERS)  # votes are free
    for target in targets:
        (control,) = page.xpath(f"//*[@id='{target}']")
        assert control.tag in ("input", "textarea", "select"), target
    assert "Please write 1 or more." in words_of(member.page)
    assert "Please say what else" in words_of(member.page)
    for error in page.xpath("//p[@class='error']"):
        assert page.xpath(f"//*[contains(concat(' ', @aria-describedby, ' '), ' {error.get('id')} ')]") or (
            error.get("id") in [f"{name_of(questions[name])}-error" for name in ("ideas", "values")]
        )


def test_one_question_stands_on_a_screen_if_the_author_chose_so(
    session: Session, client: FlaskClient, community: Community
) -> None:
    survey, questions = make_asked(session, community, ["line", "text"], ["rating"], layout=Layout.QUESTION)
    member = Member(client, survey).start()
    assert "Question 1 of 3" in headings(member)
    member.press({name_of(questions["line"]): "One"})
    assert "Question 2 of 3" in headings(member)
    assert name_of(questions["line"]) not in form_values(member.page)
    member.press(BACK | {name_of(questions["text"]): "Kept."})
    assert form_values(member.page)[name_of(questions["line"])] == "One"
    member.press()
    assert form_values(member.page)[name_of(questions["text"])] == "Kept."
    member.press().press()
    assert stored(session, questions) == {"line": "One", "text": "Kept."}


@pytest.fixture
def chosen(session: Session, community: Community) -> tuple[Survey, dict[str, Question]]:
    """Part B and the last one are for those who choose apples; part C is for all."""
    return make_asked(
        session,
        community,
        ["way"],
        ["line"],
        ["text"],
        ["rating"],
        changed={
            "line": only_if("way", "equals", "a"),
            "rating": only_if("line", "contains", "soup"),
            "text": {"is_required": True},
        },
    )


def test_screens_on_which_nothing_is_asked_are_passed_over_forwards_and_backwards(
    session: Session, client: FlaskClient, chosen: tuple[Survey, dict[str, Question]]
) -> None:
    survey, questions = chosen
    way, line, text = (name_of(questions[name]) for name in ("way", "line", "text"))
    member = Member(client, survey).start()
    member.press({way: "b"})
    assert "Part C" in headings(member)
    assert "Part A" in headings(member.press(BACK | {text: "Hm."}))
    assert "Part B" in headings(member.press({way: "a"}))
    assert "Part C" in headings(member.press({line: "Hot soup"}))
    assert "Part D" in headings(member.press())
    assert "That was all" in headings(member.press({name_of(questions["rating"]): "5"}))
    assert "Part D" in headings(member.press(BACK))
    assert "Part C" in headings(member.go(1).press({way: "b"}))
    assert "That was all" in headings(member.press())
    assert "Part C" in headings(member.go(2))  # nothing is asked there: on to the next
    assert set(stored(session, questions, is_sent=False)) == {
        "way",
        "line",
        "text",
        "rating",
    }  # going back loses nothing
    member.press().press()
    assert "Thank you" in words_of(member.page)
    assert stored(session, questions) == {"way": "b", "text": "Hm."}  # what is not asked any more is not kept


def test_nothing_is_sent_while_a_required_answer_is_missing_on_another_screen(
    session: Session, client: FlaskClient, chosen: tuple[Survey, dict[str, Question]]
) -> None:
    survey, questions = chosen
    member = Member(client, survey).start().go(5).press()
    assert member.answer.status_code == 422
    (link,) = lxml.html.document_fromstring(member.page).xpath("//*[@role='alert']//a/@href")
    assert link == f"/s/{survey.link}/3#{name_of(questions['text'])}"
    assert stored(session, questions) == {}


def test_a_question_that_an_answer_on_the_same_page_opens_is_shown_before_anything_is_sent(
    session: Session, client: FlaskClient, community: Community
) -> None:
    survey, questions = make_asked(
        session,
        community,
        ["way", "line", "text"],
        layout=Layout.SURVEY,
        changed={"line": only_if("way", "equals", "a") | {"is_required": True}},
    )
    way, line = name_of(questions["way"]), name_of(questions["line"])
    member = Member(client, survey).start()
    assert line not in form_values(member.page)
    member.press({way: "a"})
    assert member.answer.request.path.endswith("/1")
    assert line in form_values(member.page)
    member.press()
    assert member.answer.status_code == 422
    member.press({way: "b", line: "Not asked any more"})
    assert stored(session, questions) == {"way": "b"}


def test_each_answer_knows_the_wording_that_was_seen(
    session: Session, client: FlaskClient, community: Community
) -> None:
    survey, questions = make_asked(session, community, ["line", "text"])
    member = Member(client, survey).start()
    typed = {name_of(questions["line"]): "One", name_of(questions["text"]): "Two"}
    questions["text"].prompt, questions["text"].version = "Anything more?", 2
    session.commit()
    member.press(typed)  # the page was opened before
    assert versions(session) == [("One", 1), ("Two", 1)]
    Member(client, survey).start().press(typed)
    assert versions(session) == [("One", 1), ("One", 1), ("Two", 1), ("Two", 2)]


def versions(session: Session) -> list[tuple[str, int]]:
    """What was answered, and to which wording."""
    session.commit()
    found = sorted((content, version) for content, version in session.execute(select(Answer.content, Answer.version)))
    session.commit()  # and let go of the lock
    return found


@pytest.mark.parametrize("seen", ["", "x", "1.1-", "999999999.999999", "12.0", "-1.-1", "1.1" * 500])
def test_p16a_whatever_the_hidden_fields_say_nothing_breaks(
    session: Session, client: FlaskClient, community: Community, seen: str
) -> None:
    survey, _ = make_asked(session, community, ["line"])
    member = Member(client, survey).start()
    member.press({"seen": seen, "change": "yes", "invited": "", "go": "x", "add": "q1"})
    assert member.answer.status_code in (200, 422)
