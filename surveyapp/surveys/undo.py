"""Take questions, answers to choose from and parts out of a draft, and bring back what was taken out last, as it was.

What is taken out is given to the page as plain data and comes back with the button "Bring it back": nothing of it is
kept here. It is read like anything that somebody typed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Conflict
from surveyapp.surveys import compose
from surveyapp.surveys.branching import read_condition
from surveyapp.surveys.design import must_be_draft
from surveyapp.surveys.models import Question, Section, Survey, Translation
from surveyapp.surveys.portable import MOST_OPTIONS, as_data, from_data
from surveyapp.surveys.rules import must_be
from surveyapp.surveys.translate import forget_translations, translate

Removed = dict[str, Any]


def remove_question(session: Session, survey: Survey, question: Question) -> Removed:
    """Take a question out; what is given back brings it back.

    Conditions that ask about it stay as they are read, about "a question that was removed": under a number that no
    question has, as SQLite may give its own to another one.

    Raises:
        NotADraft: The survey is open or closed.
    """
    must_be_draft(survey)
    section = question.section
    removed = as_data(question) | {
        "what": "question",
        "was": question.id,
        "section": section.position,
        "place": section.questions.index(question),
        "condition": question.condition,
        "translations": _take_translations(session, survey, f"question.{question.id}."),
    }
    _point(survey, question.id, -question.id)
    section.questions.remove(question)
    session.flush()
    compose.renumber(session, section)
    return removed


def remove_section(session: Session, survey: Survey, section: Section) -> Removed:
    """Take out a part that has no questions; what is given back brings it back.

    Raises:
        NotADraft: The survey is open or closed.
        Conflict: It has questions.
    """
    must_be_draft(survey)
    if section.questions:
        raise Conflict("This part still has questions. Move or remove them first.")
    removed = {
        "what": "part",
        "title": section.title,
        "intro": section.intro,
        "place": survey.sections.index(section),
        "translations": _take_translations(session, survey, f"section.{section.id}."),
    }
    survey.sections.remove(section)
    session.flush()
    compose.renumber_sections(session, survey)
    return removed


def take_out_answers(
    session: Session, survey: Survey, question: Question, before: Sequence[Mapping[str, Any]]
) -> Removed | None:
    """Note which answers to choose from a question has no more, and what translates them; None if it has all.

    Their translations go: another answer may come to have the same key.
    """
    left = {option["key"] for option in question.settings.get("options", [])}
    gone = [(place, option) for place, option in enumerate(before) if option["key"] not in left]
    if not gone:
        return None
    translations: dict[str, dict[str, str]] = {}
    for _, option in gone:
        for part in ("option", "note"):
            place = f"{part}.{option['key']}"
            for language, texts in _take_translations(session, survey, f"question.{question.id}.", place).items():
                translations.setdefault(language, {}).update(texts)
    answers = [{"place": place, "key": option["key"], "label": option["label"]} for place, option in gone]
    return {"what": "answers", "question": question.id, "answers": answers, "translations": translations}


def restore(session: Session, survey: Survey, removed: Any) -> str:
    """Bring back what was removed last to where it was, as far as that place is still there.

    Returns:
        Where on the page it stands: ``question-7``, ``part-2``.

    Raises:
        NotADraft: The survey is open or closed.
        BadInput: This is nothing that was removed here.
    """
    must_be_draft(survey)
    ways: dict[str, Callable[[Session, Survey, Removed], str]] = {
        "question": _restore_question,
        "part": _restore_section,
        "answers": _restore_answers,
    }
    way = ways.get(str(removed.get("what"))) if isinstance(removed, dict) else None
    if way is None:
        raise BadInput("This is nothing that was removed here.")
    return way(session, survey, removed)


def _restore_question(session: Session, survey: Survey, removed: Removed) -> str:
    if not survey.sections or len(survey.questions) >= compose.MOST_QUESTIONS:
        raise BadInput("There is no place for it any more.")
    question = from_data(removed)
    number, place = _whole(removed.get("section")), _whole(removed.get("place"))
    section = next((one for one in survey.sections if one.position == number), survey.sections[-1])
    compose.insert(session, section, min(max(place, 0), len(section.questions)), question)
    question.condition = _condition_again(removed.get("condition"), survey, question)
    _point(survey, -abs(_whole(removed.get("was", 0))), question.id)
    _translate_again(session, survey, f"question.{question.id}.", removed)
    return f"question-{question.id}"


def _restore_section(session: Session, survey: Survey, removed: Removed) -> str:
    title, intro = must_be(str, removed.get("title", "")), must_be(str, removed.get("intro", ""))
    place = min(max(_whole(removed.get("place")), 0), len(survey.sections))
    section = compose.add_section(session, survey, title)
    compose.change_section(survey, section, title=title, intro=intro)
    survey.sections.remove(section)
    survey.sections.insert(place, section)
    compose.renumber_sections(session, survey)
    _translate_again(session, survey, f"section.{section.id}.", removed)
    return f"part-{section.position}"


def _restore_answers(session: Session, survey: Survey, removed: Removed) -> str:
    question = compose.find_question(survey, _whole(removed.get("question")))
    options = [dict(option) for option in question.settings.get("options", [])]
    if "options" not in question.settings:
        raise BadInput("This question has no answers to choose from.")
    for answer in map(partial(must_be, dict), must_be(list, removed.get("answers"))):
        label = str(answer.get("label"))
        if len(options) >= MOST_OPTIONS:
            raise BadInput(f"A question has at most {MOST_OPTIONS} answers to choose from.")
        if any(label.casefold() == option["label"].casefold() for option in options):
            raise BadInput(f"The answer “{label[:60]}” is there again already.")
        options.insert(max(_whole(answer.get("place")), 0), {"key": answer.get("key"), "label": label})
    question.settings = from_data(as_data(question) | {"settings": question.settings | {"options": options}}).settings
    _translate_again(session, survey, f"question.{question.id}.", removed)
    return f"question-{question.id}"


def _whole(number: Any) -> int:
    if not isinstance(number, int):
        raise BadInput("This is nothing that was removed here.")
    return number


def _take_translations(session: Session, survey: Survey, at: str, place: str = "") -> dict[str, dict[str, str]]:
    """What translates the texts at a place, by language and the rest of the place, which then is forgotten.

    Args:
        session: The caller's.
        survey: A draft.
        at: How their places begin: ``question.7.``.
        place: The rest of the place of a single text, like ``option.red``; all of them if there is none.
    """
    is_there = Translation.place == at + place if place else Translation.place.startswith(at, autoescape=True)
    found: dict[str, dict[str, str]] = {}
    chosen = select(Translation).where(Translation.survey_id == survey.id, is_there)
    for one in session.scalars(chosen.order_by(Translation.language, Translation.place)):
        found.setdefault(one.language, {})[one.place.removeprefix(at)] = one.text
    if found:
        forget_translations(session, survey, at + place, is_whole=bool(place))
    return found


def _translate_again(session: Session, survey: Survey, at: str, removed: Removed) -> None:
    """Translate what came back, into the languages that the survey still has."""
    session.flush()
    for language, texts in must_be(dict, removed.get("translations", {})).items():
        if language not in survey.languages:
            continue
        typed = {f"{at}{place}": must_be(str, text) for place, text in must_be(dict, texts).items()}
        if problems := translate(session, survey, language, typed, user_id=None):
            raise BadInput(next(iter(problems.values())))


def _condition_again(condition: Any, survey: Survey, question: Question) -> dict[str, Any] | None:
    """The condition that a removed question had, if it still makes sense."""
    try:
        ((join, tests),) = condition.items()
        typed = [(str(test["question"]), str(test["is"]), str(test["value"])) for test in tests]
        return read_condition(join, typed, survey.questions[: survey.questions.index(question)])
    except (AttributeError, TypeError, KeyError, ValueError, BadInput):
        return None


def _point(survey: Survey, number: int, to: int) -> None:
    """Let conditions that ask about one question ask about another."""
    for question in survey.questions:
        for join, tests in (question.condition or {}).items():
            if any(test["question"] == number for test in tests):
                question.condition = {
                    join: [{**test, "question": to} if test["question"] == number else test for test in tests]
                }
