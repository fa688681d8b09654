"""Answers from other tools' files: mapped, looked at, taken in as a whole and once."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.csv_file import read_csv
from surveyapp.db import now
from surveyapp.errors import BadInput
from surveyapp.responses.collect import close_survey, count_sent
from surveyapp.responses.map_columns import guess, mapping_of
from surveyapp.responses.models import Answer, Response, Source, TakeIn
from surveyapp.responses.take_in import (
    LinesRefused,
    NotOpen,
    Plan,
    TakenInBefore,
    hash_of,
    plan,
    take_in,
)
from surveyapp.surveys.models import Survey
from tests.factories import make_survey
from tests.responses.taken import FULL


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


def planned(survey: Survey, text: str) -> Plan:
    """The plan for a file, with the columns that are guessed."""
    table = read_csv(text.encode(), "answers.csv")
    return plan(survey, table, guess(survey, table.header))


def taken(session: Session, survey: Survey, text: str, **options: Any) -> TakeIn:
    """Take in a text as a file."""
    words = {"file_name": "answers.csv", "sha256": hash_of(text.encode()), "user_id": None} | options
    return take_in(session, survey, planned(survey, text), **words)


def test_a_file_of_another_tool_fills_every_kind_of_question(session: Session, survey: Survey) -> None:
    found = planned(survey, FULL)
    welcome, care, openness = (option["key"] for option in survey.questions[0].settings["options"])
    values, guide, ideas, way, worth, since, _ = (question.id for question in survey.questions)

    assert found.refused == ()
    assert found.blank == 1
    assert found.accepted == (
        {
            values: {welcome: {"important": 5, "lived": 2}, care: {"important": 4}},
            guide: care,
            ideas: [
                {"idea": "A bench", "value": welcome, "help": "yes"},
                {"idea": "A bus", "value": None, "help": None},
            ],
            way: "No keys",
            worth: 5,
            since: "1_to_5",
        },
        {
            values: {welcome: {"important": 1}},
            guide: openness,
            ideas: [{"idea": "Two\nlines", "value": None, "help": "maybe"}],
            worth: 3,
            since: "more_than_5",
        },
    )


def test_a_lone_column_of_text_holds_ideas(survey: Survey) -> None:
    for name in ("text", "Comment", "idea", "What should we do next?", "whatever they called it"):
        assert [field.partition("_")[2] for field in guess(survey, [name])] == ["1_idea"]
    assert [*guess(survey, ["id", "answer", "date"]).values()] == ["answer"]


def test_with_what_somebody_would_help_comes_with_their_idea(survey: Survey) -> None:
    found = planned(survey, "idea 1,help 1,offer 1\nA bench,maybe,a saw\n,,two hours\n")
    (content,) = found.accepted
    assert list(content.values()) == [[{"idea": "A bench", "value": None, "help": "maybe", "offer": "a saw"}]]
    ((line, reason),) = found.refused
    assert line == 3
    assert "Write the idea that you would help with" in reason
    with pytest.raises(BadInput, match="choose the column of that idea too"):
        planned(survey, "offer 1\na saw\n")


def test_columns_that_say_nothing_by_their_names_are_left_out(survey: Survey) -> None:
    assert guess(survey, ["Respondent ID", "IP address", "Name", "E-mail"]) == {}


def test_a_cell_that_does_not_fit_is_refused_with_its_line_and_reason(survey: Survey) -> None:
    for header, cell, reason in (
        ("Care lived", "7", "“Care lived” is “7”. Choose a number from 1 to 5"),
        ("Care lived", "4 of 7", "“4 of 7”"),
        ("Care lived", "40", "“40”"),
        ("Taking part is worth my time", "often", "“often”. Choose a number"),
        ("How long have you been with us?", "forever", "“forever”. Choose one of the answers"),
        ("idea", "x" * 601, "601 characters; at most 600"),
        ("What gets in the way of living our values?", "x" * 5001, "5,001 characters; at most 5,000"),
        ("idea", "rings \x07", "“rings”. This holds a character that is no text"),
    ):
        found = planned(survey, f'{header},comment\n"\n",\n{cell},fine\n')

        assert [line for line, _ in found.refused] == [4]
        assert reason in found.refused[0][1]
        assert found.refused[0][1].isprintable()


def test_an_unusable_mapping_is_refused(survey: Survey) -> None:
    table = read_csv(b"a,b\n1,2\n", "answers.csv")
    of = {place: field for field, place in mapping_of(survey, ["x1=3.idea1", "x2=3.help2", "x3=2"]).items()}
    for mapping, sentence in (
        ({}, "No column is chosen"),
        ({of["x1"]: "c"}, "no column “c”"),
        ({of["x1"]: "a", of["x3"]: "a"}, "“a” is chosen twice"),
        ({of["x1"]: "a", of["x2"]: "b"}, "choose the column of that idea too"),
    ):
        with pytest.raises(BadInput, match=sentence):
            plan(survey, table, mapping)


def test_one_line_refused_means_that_nothing_is_taken_in(session: Session, survey: Survey) -> None:
    text = "idea,Care lived\nA bench,4\nA bus,9\n"

    with pytest.raises(LinesRefused, match="1 line is refused"):
        taken(session, survey, text)
    assert count_sent(session, survey.id) == 0

    assert taken(session, survey, text, is_leaving_out=True).rows == 1
    assert count_sent(session, survey.id) == 1


def test_r8_the_same_file_is_taken_in_once(session: Session, survey: Survey) -> None:
    taken(session, survey, "idea\nA bench\n")

    with pytest.raises(TakenInBefore, match=r"was taken in on \d+ [A-Z][a-z]+ \d{4}, as “answers\.csv”"):
        taken(session, survey, "idea\nA bench\n", file_name="copy.csv")
    assert taken(session, survey, "idea\nA bus\n").rows == 1


def test_only_an_open_survey_takes_files_in(session: Session, community: Community, survey: Survey) -> None:
    draft = make_survey(session, community, is_open=False)
    close_survey(session, survey, now().date())

    for one in (draft, survey):
        with pytest.raises(NotOpen):
            taken(session, one, "idea\nA bench\n")


def test_r6_nothing_stored_keeps_the_order_of_the_file(session: Session, survey: Survey) -> None:
    ideas = [f"Idea number {number:03}" for number in range(300)]
    done = taken(session, survey, "\n".join(["idea", *ideas]) + "\n", user_id=None)
    session.commit()

    rows = session.scalars(select(Response)).all()  # as the database happens to give them
    assert [row.id for row in session.scalars(select(Response).order_by(Response.id))] == sorted(row.id for row in rows)
    assert {row.source for row in rows} == {Source.TAKEN_IN}
    assert {row.take_in_id for row in rows} == {done.id}
    assert len({row.form_key for row in rows}) == 300
    stored = [answer.content[0]["idea"] for answer in session.scalars(select(Answer))]
    assert Counter(stored) == Counter(ideas)
    rises = sum(first < second for first, second in pairwise(stored))
    assert 100 < rises < 200  # of 299: an order would give 299 or 0, chance gives 150 give or take 5


def test_words_are_quoted_only_if_somebody_says_that_they_may(session: Session, survey: Survey) -> None:
    taken(session, survey, "idea\nA bench\n")
    taken(session, survey, "idea\nA bus\n", may_quote=True)

    assert sorted(session.scalars(select(Response.may_quote))) == [False, True]


def test_taking_in_is_audited_without_a_word_of_the_answers(session: Session, survey: Survey) -> None:
    taken(session, survey, "idea\nA bench\n")

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "took in answers")).one()
    assert entry.details["answers"] == 1
    assert "bench" not in str(entry.details)
