"""Compose a draft: add, word, move and copy questions and parts. Once a survey is open, words alone change."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.communities.found import current_values
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.surveys.design import must_be_draft
from surveyapp.surveys.models import Kind, Question, Section, State, Survey, Translation, Wording
from surveyapp.surveys.portable import (
    LABEL_CHARACTERS,
    MOST_OPTIONS,
    as_data,
    connect,
    copied,
    from_data,
    new_link,
    places_of,
)
from surveyapp.surveys.proposals import MOST_PROPOSALS
from surveyapp.surveys.translate import copy_translations, forget_translations
from surveyapp.text_gate import clean_line, clean_words

MOST_QUESTIONS = 100
MOST_SECTIONS = 30
WITH_VALUES = (Kind.VALUE_RATINGS, Kind.PROPOSALS)
OPTION_KEY = re.compile(r"[^a-z0-9]+")
FAR = 1_000  # beyond any position: rows wait there while the others are renumbered


def new_survey(session: Session, community: Community, *, title: str, smallest_group: int, quote_group: int) -> Survey:
    """Make an empty draft with one part."""
    survey = Survey(
        community=community,
        title=title,
        link=new_link(),
        smallest_group=smallest_group,
        quote_group=quote_group,
        sections=[Section(position=1, title=title)],
    )
    session.add(survey)
    session.flush()
    return survey


def copy_survey(session: Session, source: Survey, *, title: str) -> Survey:
    """Make a draft of the same questions, in whatever languages they are; values are those that hold now."""
    copy = copied(source, title=title)
    session.add(copy)
    session.flush()
    connect(copy, source)
    places = places_of(copy, source)
    session.add_all(
        Translation(survey_id=copy.id, language=one.language, place=places[one.place], text=one.text)
        for one in source.translations
        if one.place in places
    )
    for question in copy.questions:
        if question.kind in WITH_VALUES:
            question.settings = question.settings | {"options": value_options(session, copy.community_id)}
    session.flush()
    return copy


def value_options(session: Session, community_id: int) -> list[dict[str, Any]]:
    """The values that hold now, as options of a question about them."""
    return [
        {"key": f"v{value.id}", "value_id": value.id, "label": value.name, "note": value.meaning}
        for value in current_values(session, community_id)
    ]


def add_question(session: Session, survey: Survey, section: Section, kind: Kind, prompt: str) -> Question:
    """Put a new question at the end of a part; what its kind needs is filled with a start.

    Raises:
        NotADraft: The survey is open or closed.
        BadInput: It has no words, or the survey has too many questions.
    """
    must_be_draft(survey)
    if len(survey.questions) >= MOST_QUESTIONS:
        raise BadInput(f"A survey has at most {MOST_QUESTIONS} questions; people stop long before.")
    settings: dict[str, Any] = {}
    if kind in WITH_VALUES:
        settings["options"] = value_options(session, survey.community_id)
        if not settings["options"]:
            raise Conflict("The community has no values at the moment; this question asks about them.")
    if kind is Kind.PROPOSALS:
        settings["most"] = MOST_PROPOSALS
    if kind is Kind.RATING:
        settings |= {"low": "Not at all", "high": "Very much"}
    question = from_data({"kind": kind.value, "prompt": prompt, "settings": settings})
    return insert(session, section, len(section.questions), question)


def change(
    survey: Survey,
    question: Question,
    *,
    prompt: str,
    help_text: str,
    is_required: bool,
    settings: Mapping[str, Any],
    condition: dict[str, Any] | None,
) -> None:
    """Change a question of a draft; *settings* replaces what it names and leaves the rest.

    Raises:
        NotADraft: The survey is open or closed.
        BadInput: It cannot be asked so.
    """
    must_be_draft(survey)
    wanted = as_data(question) | {"prompt": prompt, "help": help_text, "is_required": is_required}
    checked = from_data(wanted | {"settings": {**question.settings, **settings}})
    question.prompt, question.help, question.is_required = checked.prompt, checked.help, checked.is_required
    question.settings, question.condition = checked.settings, condition


def reword(
    session: Session,
    survey: Survey,
    question: Question,
    *,
    prompt: str,
    help_text: str,
    note: str,
    today: date,
    user_id: int | None,
) -> None:
    """Give a question of an open survey other words, with a note why: a new version, and each answer knows its own.

    Raises:
        Conflict: The survey is not open.
        BadInput: The words or the note are missing, or nothing is changed.
    """
    if survey.state is not State.OPEN:
        raise Conflict("Only an open survey is reworded; a draft is simply changed, and a closed one stands.")
    note = clean_words(note)
    if not note:
        raise BadInput("Please note why the words change: those who answered before saw others.")
    checked = from_data(as_data(question) | {"prompt": prompt, "help": help_text})
    if (checked.prompt, checked.help) == (question.prompt, question.help):
        raise BadInput("These are the words that it has already.")
    session.add(
        Wording(
            question_id=question.id,
            version=question.version,
            prompt=question.prompt,
            help=question.help,
            note=note,
            until=today,
        )
    )
    for part in ("prompt", "help"):
        if getattr(checked, part) != getattr(question, part):
            forget_translations(session, survey, f"question.{question.id}.{part}")  # until it is translated anew
    question.prompt, question.help, question.version = checked.prompt, checked.help, question.version + 1
    audit.record(
        session,
        "reworded a question of an open survey",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        question=question.id,
        version=question.version,
        note=note,
    )


def wordings(session: Session, survey: Survey) -> dict[int, list[Wording]]:
    """Earlier words of the questions of a survey, by question, the newest first."""
    ids = [question.id for question in survey.questions]
    found: dict[int, list[Wording]] = {}
    rows = session.scalars(select(Wording).where(Wording.question_id.in_(ids)).order_by(Wording.version.desc()))
    for one in rows:
        found.setdefault(one.question_id, []).append(one)
    return found


def move(session: Session, survey: Survey, question: Question, by: int) -> None:
    """Move a question one place up (-1) or down (1), at the edge of its part into the next one.

    Raises:
        NotADraft: The survey is open or closed.
    """
    must_be_draft(survey)
    section = question.section
    place = section.questions.index(question) + by
    if 0 <= place < len(section.questions):
        insert(session, section, place, question)
        return
    neighbour = survey.sections.index(section) + by
    if 0 <= neighbour < len(survey.sections):
        target = survey.sections[neighbour]
        insert(session, target, 0 if by > 0 else len(target.questions), question)


def put(session: Session, survey: Survey, question: Question, section_id: int, place: int) -> None:
    """Put a question to a place of a part, counted from 0 among the other questions there.

    Raises:
        NotADraft: The survey is open or closed.
        NotFound: It has no such part.
    """
    must_be_draft(survey)
    section = find_section(survey, section_id)
    others = [one for one in section.questions if one is not question]
    insert(session, section, min(place, len(others)), question)


def copy_question(session: Session, survey: Survey, question: Question) -> Question:
    """Put a copy of a question right below it, with its condition and its translations."""
    must_be_draft(survey)
    copy = from_data(as_data(question))
    copy.condition = question.condition
    insert(session, question.section, question.section.questions.index(question) + 1, copy)
    copy_translations(session, survey, f"question.{question.id}.", f"question.{copy.id}.")
    return copy


def add_section(session: Session, survey: Survey, title: str) -> Section:
    """Put a new part at the end."""
    must_be_draft(survey)
    title = clean_line(title)
    if not title or len(title) > LABEL_CHARACTERS:
        raise BadInput("A part needs a title.")
    if len(survey.sections) >= MOST_SECTIONS:
        raise BadInput(f"A survey has at most {MOST_SECTIONS} parts.")
    section = Section(position=len(survey.sections) + 1, title=title)
    survey.sections.append(section)
    session.flush()
    return section


def change_section(survey: Survey, section: Section, *, title: str, intro: str) -> None:
    """Give a part of a draft another title and intro."""
    must_be_draft(survey)
    title = clean_line(title)
    if not title or len(title) > LABEL_CHARACTERS:
        raise BadInput("A part needs a title.")
    section.title, section.intro = title, clean_words(intro)[:2_000]


def find_question(survey: Survey, question_id: int) -> Question:
    """A question of this survey.

    Raises:
        NotFound: It has none with this number.
    """
    found = next((question for question in survey.questions if question.id == question_id), None)
    if found is None:
        raise NotFound("This survey has no such question.")
    return found


def find_section(survey: Survey, section_id: int) -> Section:
    """A part of this survey.

    Raises:
        NotFound: It has none with this number.
    """
    found = next((section for section in survey.sections if section.id == section_id), None)
    if found is None:
        raise NotFound("This survey has no such part.")
    return found


def read_options(lines: str, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Options as somebody typed them, one a line; those that were there keep their keys, also when reworded in place.

    Raises:
        BadInput: There are too many, one is too long, or two are the same.
    """
    labels = [label for line in lines.splitlines() if (label := clean_line(line))]
    if len(labels) > MOST_OPTIONS:
        raise BadInput(f"A question has at most {MOST_OPTIONS} answers to choose from.")
    if len({label.casefold() for label in labels}) < len(labels):
        raise BadInput("Two answers are the same. Each stands once.")
    if any(len(label) > LABEL_CHARACTERS for label in labels):
        raise BadInput(f"An answer has at most {LABEL_CHARACTERS} characters.")
    by_label = {option["label"]: dict(option) for option in before}
    kept = {label: by_label[label] for label in labels if label in by_label}
    reworded = [option for option in before if option["label"] not in kept]
    new = [label for label in labels if label not in kept]
    if len(labels) == len(before):
        kept |= {label: {**option, "label": label} for label, option in zip(new, reworded, strict=True)}
    taken = {option["key"] for option in before}
    for label in new:
        if label not in kept:
            key = free_key(label, taken)
            taken.add(key)
            kept[label] = {"key": key, "label": label}
    return [kept[label] for label in labels]


def free_key(label: str, taken: set[str]) -> str:
    """A key for an option that no other has: of its words where they can be written so, else a number."""
    stem = OPTION_KEY.sub("_", label.casefold()).strip("_")[:30]
    stem = stem if stem and stem != "other" else "option"
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if key not in taken)


def insert(session: Session, section: Section, place: int, question: Question) -> Question:
    """Put a question, new or from elsewhere, at a place of a part."""
    old = question.section
    if old is not None:
        question.position = FAR * FAR + place  # out of everybody's way
        session.flush()
        old.questions.remove(question)
    question.position = FAR * FAR + place
    section.questions.insert(place, question)
    session.flush()
    for one in {section, old} - {None}:
        renumber(session, one)
    return question


def renumber(session: Session, section: Section) -> None:
    """Number the questions of a part from 1 on, as they stand."""
    for far in (FAR, 0):
        for position, question in enumerate(section.questions, start=1):
            question.position = position + far
        session.flush()


def renumber_sections(session: Session, survey: Survey) -> None:
    """Number the parts of a survey from 1 on, as they stand."""
    for far in (FAR, 0):
        for position, section in enumerate(survey.sections, start=1):
            section.position = position + far
        session.flush()
