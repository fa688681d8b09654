"""What was taken out of a draft comes back with everything: words in all languages, place, settings, conditions."""

import json
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import AppError, BadInput
from surveyapp.surveys import compose, undo
from surveyapp.surveys.branching import in_words, problem_of
from surveyapp.surveys.conditions import is_asked
from surveyapp.surveys.models import Kind, Question, Survey, Translation
from surveyapp.surveys.portable import as_data
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.surveys.every_kind import make_every_kind

REMOVED = {"what": "question", "kind": "date", "prompt": "When?", "section": 1, "place": 0}


@pytest.fixture
def draft(session: Session, community: Community) -> Survey:
    """A draft of every kind, in three languages, with conditions."""
    return make_every_kind(session, community)


def of_kind(survey: Survey, kind: Kind) -> Question:
    return next(question for question in survey.questions if question.kind is kind)


def everything(session: Session, survey: Survey) -> dict[str, Any]:
    """All that a survey says, whatever numbers its questions and parts have."""
    session.flush()
    session.expire_all()
    names = {
        "question": {question.id: question.prompt for question in survey.questions},
        "section": {section.id: section.title for section in survey.sections},
    }

    def named(place: str) -> str:
        kind, _, rest = place.partition(".")
        number, _, part = rest.partition(".")
        return f"{kind} {names[kind][int(number)]} {part}" if number else place

    translated = session.scalars(select(Translation).where(Translation.survey_id == survey.id))
    return {
        "parts": [(part.title, part.intro, [q.prompt for q in part.questions]) for part in survey.sections],
        "questions": [as_data(question) for question in survey.questions],
        "conditions": [in_words(question.condition, survey.questions) for question in survey.questions],
        "dead ends": [problem_of(question, survey.questions) for question in survey.questions],
        "translations": {(one.language, named(one.place)): one.text for one in translated},
    }


@pytest.mark.parametrize("kind", Kind)
def test_a_question_comes_back_with_all_that_it_had(session: Session, draft: Survey, kind: Kind) -> None:
    before = everything(session, draft)
    removed = json.loads(json.dumps(undo.remove_question(session, draft, of_kind(draft, kind))))
    assert everything(session, draft) != before
    undo.restore(session, draft, removed)
    assert everything(session, draft) == before


def test_a_condition_on_a_removed_question_never_asks_about_another_one(session: Session, draft: Survey) -> None:
    asking = of_kind(draft, Kind.CONSENT)
    named = of_kind(draft, Kind.RATING)
    number = named.id
    undo.remove_question(session, draft, named)
    assert "a question that was removed" in in_words(asking.condition, draft.questions)
    assert problem_of(asking, draft.questions)
    assert not is_asked(asking.condition, {number: 5})  # SQLite may give the number to a new question


def test_what_comes_back_below_what_asks_about_it_is_told_of(session: Session, draft: Survey) -> None:
    removed = undo.remove_question(session, draft, of_kind(draft, Kind.RATING))
    asking = of_kind(draft, Kind.CONSENT)
    removed |= {"section": 3, "place": 99}
    undo.restore(session, draft, removed)
    assert "comes later" in str(problem_of(asking, draft.questions))


def test_a_language_that_was_taken_off_meanwhile_stays_off(session: Session, draft: Survey) -> None:
    removed = undo.remove_question(session, draft, draft.questions[0])
    draft.languages = ["ar"]
    undo.restore(session, draft, removed)
    languages = session.scalars(
        select(Translation.language).where(Translation.place == f"question.{draft.questions[0].id}.prompt")
    )
    assert list(languages) == ["ar"]


def test_an_answer_comes_back_with_its_place_its_key_and_its_words(session: Session, draft: Survey) -> None:
    before = everything(session, draft)
    question = of_kind(draft, Kind.SINGLE_CHOICE)
    options = question.settings["options"]
    question.settings = question.settings | {"options": [options[0], options[2]]}
    removed = undo.take_out_answers(session, draft, question, options)
    session.flush()
    gone = select(Translation).where(Translation.place == f"question.{question.id}.option.b_2")
    assert session.scalars(gone).all() == []  # another answer may get this key, and is not translated by it
    undo.restore(session, draft, json.loads(json.dumps(removed)))
    assert everything(session, draft) == before
    with pytest.raises(BadInput, match="there again already"):
        undo.restore(session, draft, removed)
    assert undo.take_out_answers(session, draft, question, options) is None


def test_a_part_comes_back_where_it_was(session: Session, draft: Survey) -> None:
    for question in list(draft.sections[1].questions):
        undo.remove_question(session, draft, question)
    before = everything(session, draft)
    removed = undo.remove_section(session, draft, draft.sections[1])
    assert [section.title for section in draft.sections] == ["Part 1", "Part 3"]
    undo.restore(session, draft, json.loads(json.dumps(removed)))
    assert everything(session, draft) == before
    assert [section.position for section in draft.sections] == [1, 2, 3]


def test_a_copy_of_a_question_has_its_translations_too(session: Session, draft: Survey) -> None:
    first = draft.questions[0]
    copy = compose.copy_question(session, draft, first)
    texts = {
        number: sorted(
            (one.language, one.place.split(".", 2)[2], one.text)
            for one in session.scalars(select(Translation).where(Translation.place.startswith(f"question.{number}.")))
        )
        for number in (first.id, copy.id)
    }
    assert texts[first.id]
    assert texts[copy.id] == texts[first.id]


def test_a_survey_in_which_a_condition_leads_nowhere_can_be_copied(session: Session, draft: Survey) -> None:
    undo.remove_question(session, draft, of_kind(draft, Kind.RATING))
    copy = compose.copy_survey(session, draft, title="Again")
    assert "a question that was removed" in in_words(of_kind(copy, Kind.CONSENT).condition, copy.questions)


@pytest.mark.parametrize(
    "removed",
    [
        *(None, [], "", 7, {}, {"what": []}, {"what": "survey"}, {"what": "question"}, {"what": "part"}),
        {"what": "answers"},
        REMOVED | {"section": "1"},
        REMOVED | {"was": "x"},
        REMOVED | {"translations": [1]},
        {
            "what": "question",
            "kind": "date",
            "prompt": "W?",
            "section": 1,
            "place": 0,
            "translations": {"ar": {"a": 1}},
        },
        REMOVED | {"translations": {"ar": {"prompt": "x" * 999}}},
        {"what": "part", "title": "x" * 999, "place": 0},
        {"what": "part", "title": "Two", "intro": 3, "place": 0},
        {"what": "answers", "question": 10**30, "answers": []},
    ],
)
def test_what_was_never_removed_brings_nothing_in(session: Session, draft: Survey, removed: Any) -> None:
    before = everything(session, draft)
    session.commit()
    with pytest.raises(AppError):
        undo.restore(session, draft, removed)
    session.rollback()
    assert everything(session, draft) == before


def test_the_pages_offer_to_bring_back_whatever_was_taken_out(
    session: Session, draft: Survey, community: Community, sign_in: SignInAs
) -> None:
    manager = make_user(session, community=community)
    question, part = of_kind(draft, Kind.SINGLE_CHOICE), draft.sections[1]
    base = f"/c/{community.slug}/surveys/{draft.id}"
    numbers = question.id, part.id, [q.id for q in part.questions]
    with Session(session.get_bind()) as reader:
        before = everything(reader, reader.get_one(Survey, draft.id))
    session.rollback()
    client = sign_in(manager)
    form = form_with(client.get(f"{base}/questions/{numbers[0]}").text, "options")
    page = client.post(f"{base}/questions/{numbers[0]}", data=form | {"options": "Ever\nLess than a year"})
    assert "The answer is removed" in page.text
    assert client.post(f"{base}/restore", data=form_with(page.text, "removed")).status_code == 303
    pages = []
    for number in reversed(numbers[2]):
        pages.append(client.post(f"{base}/questions/{number}/remove", data={"csrf_token": form["csrf_token"]}))
        assert "The question is removed" in pages[-1].text
    pages.append(client.post(f"{base}/parts/{numbers[1]}", data={"csrf_token": form["csrf_token"], "do": "remove"}))
    assert "The part is removed" in pages[-1].text
    for page in reversed(pages):
        assert client.post(f"{base}/restore", data=form_with(page.text, "removed")).status_code == 303
    with Session(session.get_bind()) as reader:
        after = everything(reader, reader.get_one(Survey, draft.id))
    assert {**after, "questions": sorted_options(after)} == {**before, "questions": sorted_options(before)}


def sorted_options(said: dict[str, Any]) -> list[Any]:
    """The questions, with answers to choose from in one order: somebody put them in another."""
    return [
        question
        | {"settings": question["settings"] | {"options": sorted(question["settings"].get("options", []), key=str)}}
        for question in said["questions"]
    ]


def form_with(page: str, name: str) -> dict[str, str]:
    """The values of the form that has a field of this name."""
    form = next(form for form in lxml.html.document_fromstring(page).forms if name in form.fields)
    return {name: value.removeprefix("\n") for name, value in form.form_values() if value is not None}
