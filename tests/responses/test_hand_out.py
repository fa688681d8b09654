"""Answers go out once a survey is closed, as the promise allows, and in again with the same counts (R6, R7)."""

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.csv_file import read_csv
from surveyapp.errors import Conflict
from surveyapp.responses import collect
from surveyapp.responses.hand_out import hand_out
from surveyapp.responses.map_columns import guess, places
from surveyapp.responses.models import Answer, Response
from surveyapp.responses.take_in import hash_of, plan, take_in
from surveyapp.responses.tellable import tellable
from surveyapp.surveys.compose import copy_survey
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.kinds import checked
from surveyapp.surveys.models import Anonymity, Kind, Question, Survey
from surveyapp.themes.count import count_answers, shown
from tests.conftest import SignInAs, token_of
from tests.surveys.every_kind import make_every_kind

TODAY = date(2026, 3, 2)
PEOPLE = 24


def answers_of(survey: Survey, number: int) -> dict[int, Any]:
    """What the member of a number says to everything."""
    by_kind = {question.kind: question for question in survey.questions}
    values = [option["key"] for option in by_kind[Kind.PROPOSALS].settings["options"]]
    key = "a" if number % 2 else "b_2"
    said: dict[Kind, Any] = {
        Kind.VALUE_RATINGS: {values[0]: {"important": 5 if number % 2 else 2, "lived": 3}},
        Kind.PROPOSALS: [
            {"idea": f"=Bench {number}\nin the park", "value": values[number % 2], "help": "yes"}
            | ({"offer": f"=A van, {number}"} if number % 2 else {})
        ],
        Kind.SINGLE_CHOICE: {"other": f"Mine, {number}"} if number % 3 == 0 else key,
        Kind.MULTIPLE_CHOICE: [key, "c"],
        Kind.RANKING: [key, "c"] if number % 2 else ["c"],
        Kind.RATING: 5 if number == 1 else 4,
        Kind.RECOMMENDATION: 9 if number % 2 else 3,
        Kind.NUMBER: number + 0.5,
        Kind.DATE: f"2026-02-{number % 28 + 1:02}",
        Kind.SHORT_TEXT: f"-{number}",
        Kind.LONG_TEXT: f"Word {number}, “{number}”",
        Kind.CONSENT: True if number % 2 else None,
    }
    return {by_kind[kind].id: checked(by_kind[kind], content) for kind, content in said.items()}


def make_closed(session: Session, community: Community, anonymity: Anonymity, people: int = PEOPLE) -> Survey:
    survey = make_every_kind(session, community)
    survey.anonymity = anonymity
    open_survey(session, survey, TODAY, closes_on=None)
    for number in range(people):
        collect.send(session, survey, collect.new_code(), answers_of(survey, number), today=TODAY)
    collect.close_survey(session, survey, TODAY)
    session.commit()
    return survey


def taken_in_again(session: Session, survey: Survey, content: bytes) -> Survey:
    again = copy_survey(session, survey, title="Again")
    open_survey(session, again, TODAY)
    table = read_csv(content, "answers.csv", most_columns=200)
    mapping = guess(again, table.header)
    assert set(mapping.values()) == set(table.header)  # every column finds its place by itself
    found = plan(again, table, mapping)
    assert found.refused == ()
    take_in(session, again, found, file_name="answers.csv", sha256=hash_of(content), user_id=None)
    return again


def contents(session: Session, survey: Survey) -> list[list[Any]]:
    """What was answered, by question in its order, sorted."""
    rows = session.execute(select(Answer).join(Response).where(Response.survey_id == survey.id)).scalars()
    by_question: dict[int, list[Any]] = {question.id: [] for question in survey.questions}
    for answer in rows:
        by_question[answer.question_id].append(answer.content)
    return list(by_question.values())


def figures(session: Session, survey: Survey) -> list[Any]:
    listed = dict(zip([question.id for question in survey.questions], contents(session, survey), strict=True))
    return shown(survey.questions, count_answers(survey.questions, listed, PEOPLE), survey.smallest_group)


def test_a_named_survey_goes_out_and_in_again_with_every_answer(session: Session, community: Community) -> None:
    survey = make_closed(session, community, Anonymity.NAMED)
    content = hand_out(session, survey, user_id=None)
    again = taken_in_again(session, survey, content)
    before, after = ([sorted(map(repr, one)) for one in contents(session, one)] for one in (survey, again))
    assert after == before
    assert sum(map(len, before)) > 11 * PEOPLE
    assert [(f.people, f.options, f.summary) for f in figures(session, again)] == [
        (f.people, f.options, f.summary) for f in figures(session, survey)
    ]


def test_r7_in_an_anonymous_survey_a_row_is_nobody_and_few_are_left_out(session: Session, community: Community) -> None:
    survey = make_closed(session, community, Anonymity.ANONYMOUS)
    content = hand_out(session, survey, user_id=None)
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(lines) == PEOPLE
    prompts = {place.title: place for place in places(survey)}
    kinds = {prompts[title].question.kind for title in lines[0]}
    assert kinds == set(Kind) - {Kind.NUMBER, Kind.DATE, Kind.RANKING, Kind.PROPOSAL_VOTE}
    ratings = next(title for title, place in prompts.items() if place.question.kind is Kind.RATING)
    assert {line[ratings] for line in lines} == {""}  # one 5 and 23 times 4: both are withheld
    text, line_of = (
        next(title for title, place in prompts.items() if place.question.kind is kind)
        for kind in (Kind.LONG_TEXT, Kind.SHORT_TEXT)
    )
    pairs = [(line[text].partition(",")[0].removeprefix("Word "), line[line_of].lstrip("'-")) for line in lines]
    together = sum(one == other for one, other in pairs)
    assert together < PEOPLE / 2  # of one member each in the database; by chance one of all
    again = taken_in_again(session, survey, content)
    for before, after in zip(contents(session, survey), contents(session, again), strict=True):
        assert len(after) <= len(before)
    shown_before, shown_after = ({f.kind: f for f in figures(session, one)} for one in (survey, again))
    for kind, figure in shown_before.items():
        counted = {option.label: option.people for option in shown_after[kind].options}
        assert all(counted.get(option.label) in (None, option.people) for option in figure.options)
    for kind in (Kind.MULTIPLE_CHOICE, Kind.CONSENT, Kind.SHORT_TEXT):
        assert shown_after[kind].people == shown_before[kind].people, kind
        assert [o.people for o in shown_after[kind].options] == [o.people for o in shown_before[kind].options], kind


def told(question: Question, contents: list[Any], people: int = 30) -> list[Any]:
    """What a file tells of the answers to a question, sorted."""
    handed = tellable(question, contents, people, 5)
    assert len(handed) == people
    return sorted((content for content in handed if content is not None), key=repr)


def asked(kind: Kind, **settings: Any) -> Question:
    options = [{"key": key, "label": key} for key in "abcd"]
    return Question(id=7, kind=kind, prompt="What?", settings={"options": options, **settings})


def test_r7_a_file_tells_of_no_option_more_than_the_results_do(session: Session) -> None:
    single = asked(Kind.SINGLE_CHOICE, other=True)
    assert told(single, ["a"] * 9 + ["b"] * 6 + ["c"] * 7 + [{"other": "Mine"}] * 2) == ["a"] * 9 + ["c"] * 7
    assert told(single, ["a"] * 12 + ["b"] * 12) == ["b"] * 12  # not that nobody chose c and d
    assert told(asked(Kind.RATING), [5] * 10 + [4] * 10 + [3] * 6 + [2] * 2 + [1] * 1) == [4] * 10 + [5] * 10
    likely = [10] * 6 + [9] * 6 + [8] * 5 + [7] * 5 + [3] * 8  # of detractors the file would tell that all say 3
    assert told(asked(Kind.RECOMMENDATION), likely) == sorted([10] * 6 + [9] * 6 + [8] * 5 + [7] * 5, key=repr)
    assert told(asked(Kind.CONSENT), [True] * 27) == []
    assert told(asked(Kind.CONSENT), [True] * 20) == [True] * 20


def test_r7_what_somebody_answers_twice_is_not_told_together(session: Session) -> None:
    several = asked(Kind.MULTIPLE_CHOICE, least=1, most=2)
    handed = told(several, [["a", "b"]] * 10 + [["c"]] * 9 + [["d", "a"]] * 2 + [["b", "c"]] * 6)
    assert Counter(choice for content in handed for choice in content) == {"a": 12, "b": 16, "c": 15}
    assert max(map(len, handed)) <= 2
    values = asked(Kind.VALUE_RATINGS)
    one = {"a": {"important": 5, "lived": 1}}
    other = {"a": {"important": 4, "lived": 2}}
    third = {"a": {"important": 2, "lived": 5}}
    handed = told(values, [one] * 10 + [other] * 10 + [third] * 10)
    important = Counter(content["a"].get("important") for content in handed)
    assert (important[5], important[4], important[2]) == (10, 10, 0)  # of 1, 2 and 3 it would tell that all say 2


@pytest.mark.parametrize("people", [0, 4])
def test_r7_fewer_than_the_smallest_group_are_not_handed_out(
    session: Session, community: Community, people: int
) -> None:
    survey = make_closed(session, community, Anonymity.NAMED, people)
    with pytest.raises(Conflict, match="Fewer than 5"):
        hand_out(session, survey, user_id=None)


def test_an_open_survey_hands_nothing_out_and_a_closed_one_notes_it(
    session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    closed = make_closed(session, community, Anonymity.ANONYMOUS)
    draft = make_every_kind(session, community)
    base, paths = f"/c/{community.slug}/surveys", [f"{one.id}" for one in (closed, draft)]
    session.rollback()
    managing = sign_in(manager)
    token = {"csrf_token": token_of(managing, base)}
    assert managing.post(f"{base}/{paths[1]}/answers", data=token).status_code == 409
    assert "Download answers" in managing.get(f"{base}/{paths[0]}/collect").text
    out = managing.post(f"{base}/{paths[0]}/answers", data=token)
    assert (out.status_code, out.mimetype) == (200, "text/csv")
    noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "handed out answers")).one()
    assert noted.details["answers"] == PEOPLE
    session.rollback()
