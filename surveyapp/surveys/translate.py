"""A survey in several languages: which texts it has, what is translated and what is missing, what a member reads.

What is chosen, not what it is called, is stored: the key of an option is the same in all languages. A text that
is missing in a language is shown in the survey's own, and marked as such.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from surveyapp import audit
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.surveys.languages import direction_of, name_of_language, read_language
from surveyapp.surveys.models import Question, State, Survey, Translation
from surveyapp.text_gate import clean_line, clean_words

MOST_LANGUAGES = 20
LINE, LONG_LINE, WORDS = 200, 500, 2_000  # characters of a title or a label; of a question; of a purpose or an intro


@dataclass(frozen=True)
class Text:
    """One text of a survey, in its own language."""

    place: str  # see models.Translation
    label: str  # for whoever translates: "Question 3, help"
    words: str
    most: int  # characters of a translation
    is_long: bool = False  # several lines


class Spoken(str):
    """Words in another language than the page on which they stand: shown with their language and direction."""

    language: str

    def __new__(cls, words: str, language: str) -> "Spoken":
        """Say in which language the words are."""
        spoken = super().__new__(cls, words)
        spoken.language = language
        return spoken

    def __html__(self) -> str:
        language = self.language
        return Markup('<span lang="{}" dir="{}">{}</span>').format(language, direction_of(language), str(self))


def spoken_as(words: str) -> Markup:
    """The attributes of an element that holds words in another language than the page's; none for others."""
    if not isinstance(words, Spoken):
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(words.language, direction_of(words.language))


def texts(survey: Survey) -> list[Text]:
    """Every text of a survey that is not empty, in the order in which members meet them."""
    return [text for text in _places(survey) if text.words]


def _places(survey: Survey) -> Iterator[Text]:
    yield Text("title", "Title", survey.title, LINE)
    yield Text("purpose", "Why we ask", survey.purpose, WORDS, is_long=True)
    number = 0
    for section in survey.sections:
        part = f"Part {section.position}"
        yield Text(f"section.{section.id}.title", part, section.title, LINE)
        yield Text(f"section.{section.id}.intro", f"{part}, introduction", section.intro, WORDS, is_long=True)
        for question in section.questions:
            number += 1
            yield from _of_question(number, question)


def _of_question(number: int, question: Question) -> Iterator[Text]:
    at, label = f"question.{question.id}", f"Question {number}"
    yield Text(f"{at}.prompt", label, question.prompt, LONG_LINE)
    yield Text(f"{at}.help", f"{label}, help", question.help, WORDS, is_long=True)
    for option in question.settings.get("options", []):
        yield Text(f"{at}.option.{option['key']}", f"{label}, answer", option["label"], LINE)
        yield Text(f"{at}.note.{option['key']}", f"{label}, meaning", option.get("note", ""), WORDS, is_long=True)
    for end, name in (("low", "lowest step"), ("high", "highest step"), ("unit", "unit")):
        yield Text(f"{at}.{end}", f"{label}, {name}", question.settings.get(end) or "", LINE)


def offered(survey: Survey) -> list[str]:
    """The languages that a survey can be read in, its own first."""
    return [survey.language, *survey.languages]


def translations(session: Session, survey: Survey, language: str) -> dict[str, str]:
    """What is translated, by place; asks the database only for a language that the survey is offered in."""
    if language not in survey.languages:
        return {}
    rows = session.execute(
        select(Translation.place, Translation.text).where(
            Translation.survey_id == survey.id, Translation.language == language
        )
    )
    return {row.place: row.text for row in rows}


def missing(session: Session, survey: Survey) -> dict[str, int]:
    """How many texts are not translated yet, by language, in the order in which the languages are offered."""
    wanted = {text.place for text in texts(survey)}
    there: dict[str, set[str]] = {language: set() for language in survey.languages}
    rows = session.execute(select(Translation.language, Translation.place).where(Translation.survey_id == survey.id))
    for row in rows:
        there.setdefault(row.language, set()).add(row.place)
    return {language: len(wanted - there[language]) for language in survey.languages}


# What a member reads


def in_language(survey: Survey, language: str, translated: Mapping[str, str]) -> dict[str, str]:
    """The texts to show, by place: what is *translated*, and the survey's own words where nothing is."""
    if language == survey.language:
        return {text.place: text.words for text in texts(survey)}
    return {text.place: translated.get(text.place) or Spoken(text.words, survey.language) for text in texts(survey)}


def speak(session: Session, survey: Survey, language: str) -> None:
    """Let a survey that was read to be shown say its texts in a language.

    The session does not take it for a change: nothing of it is ever written. One query at most.
    """
    if language == survey.language or language not in survey.languages:
        return
    said = in_language(survey, language, translations(session, survey, language))

    def put(owner: Any, at: str, *names: str) -> None:
        for name in names:
            set_committed_value(owner, name, said.get(f"{at}{name}", ""))

    put(survey, "", "title", "purpose")
    for section in survey.sections:
        put(section, f"section.{section.id}.", "title", "intro")
        for question in section.questions:
            at = f"question.{question.id}."
            put(question, at, "prompt", "help")
            set_committed_value(question, "settings", _settings_in(question, said))


def _settings_in(question: Question, said: Mapping[str, str]) -> dict[str, Any]:
    at, settings = f"question.{question.id}", dict(question.settings)
    for end in ("low", "high", "unit"):
        if settings.get(end):
            settings[end] = said[f"{at}.{end}"]
    if "options" in settings:
        settings["options"] = [
            option
            | {"label": said.get(f"{at}.option.{option['key']}", "")}
            | ({"note": said[f"{at}.note.{option['key']}"]} if option.get("note") else {})
            for option in settings["options"]
        ]
    return settings


# What a manager changes


def find_language(survey: Survey, language: str) -> str:
    """A language into which a survey is translated.

    Raises:
        NotFound: It is not offered in this language.
    """
    if language not in survey.languages:
        raise NotFound("This survey is not offered in this language.")
    return language


def set_own_language(survey: Survey, typed: str) -> None:
    """Say in which language a draft itself is written.

    Raises:
        Conflict: Members have read it already, or the survey is translated into that language.
        BadInput: This is no language.
    """
    language = read_language(typed)
    if survey.state is not State.DRAFT:
        raise Conflict("Members have read this survey already: its own language stays.")
    if language in survey.languages:
        raise Conflict(f"There is a translation into {name_of_language(language)}. Take that language off first.")
    survey.language = language


def add_language(survey: Survey, typed: str) -> str:
    """Offer a survey in one more language; what is not translated yet shows in the survey's own.

    Raises:
        Conflict: The survey is closed, has this language already, or as many as it may have.
        BadInput: This is no language.
    """
    language = read_language(typed)
    _must_not_be_closed(survey)
    if language in offered(survey):
        raise Conflict(f"This survey has {name_of_language(language)} already.")
    if len(survey.languages) >= MOST_LANGUAGES:
        raise Conflict(f"A survey can be offered in {MOST_LANGUAGES} languages besides its own.")
    survey.languages = [*survey.languages, language]
    return language


def remove_language(session: Session, survey: Survey, language: str) -> None:
    """Take a language off a draft, with what was translated.

    Raises:
        NotFound: It is not offered in this language.
        Conflict: Members read it in this language already.
    """
    find_language(survey, language)
    if survey.state is not State.DRAFT:
        raise Conflict("Members may have read this survey in this language: it stays.")
    survey.languages = [one for one in survey.languages if one != language]
    session.execute(delete(Translation).where(Translation.survey_id == survey.id, Translation.language == language))


def translate(
    session: Session, survey: Survey, language: str, typed: Mapping[str, str], *, user_id: int | None
) -> dict[str, str]:
    """Store translations; an empty one takes the translation back.

    Once a survey is open members have read what it says: what is missing can still be added, nothing else.

    Args:
        session: The caller's.
        survey: A draft, or an open one.
        language: One that it is offered in.
        typed: By place; places that are not named keep what they have.
        user_id: Who translates.

    Returns:
        What is wrong, one sentence by place: then nothing was stored.

    Raises:
        NotFound: It is not offered in this language.
        Conflict: The survey is closed.
    """
    find_language(survey, language)
    _must_not_be_closed(survey)
    before = translations(session, survey, language)
    wanted: dict[str, str] = {}
    problems: dict[str, str] = {}
    for text in texts(survey):
        if text.place not in typed:
            continue
        try:
            words = (clean_words if text.is_long else clean_line)(typed[text.place])
        except BadInput as error:
            problems[text.place] = str(error)
            continue
        if len(words) > text.most:
            problems[text.place] = f"At most {text.most:,} characters, please."
        elif survey.state is not State.DRAFT and before.get(text.place, words) != words:
            problems[text.place] = "Members have read this already. Only what is missing can be added now."
        elif words != before.get(text.place, ""):
            wanted[text.place] = words
    if problems or not wanted:
        return problems
    of_language = (Translation.survey_id == survey.id, Translation.language == language)
    session.execute(delete(Translation).where(*of_language, Translation.place.in_(wanted)))
    session.add_all(
        Translation(survey_id=survey.id, language=language, place=place, text=words)
        for place, words in wanted.items()
        if words
    )
    if survey.state is State.OPEN:
        audit.record(
            session,
            "translated an open survey",
            user_id=user_id,
            community_id=survey.community_id,
            survey=survey.id,
            language=language,
            texts=len(wanted),
        )
    session.flush()
    return {}


def forget_translations(session: Session, survey: Survey, at: str, *, is_whole: bool = False) -> None:
    """Drop what translates words that are gone: all places that begin with *at*, like ``question.7.``; or that one."""
    gone = Translation.place == at if is_whole else Translation.place.startswith(at, autoescape=True)
    session.execute(delete(Translation).where(Translation.survey_id == survey.id, gone))


def copy_translations(session: Session, survey: Survey, at: str, to: str) -> None:
    """Let what translates the words at places that begin with *at* translate those that begin with *to* as well."""
    there = Translation.place.startswith(at, autoescape=True)
    for one in session.scalars(select(Translation).where(Translation.survey_id == survey.id, there)).all():
        place = to + one.place.removeprefix(at)
        session.add(Translation(survey_id=survey.id, language=one.language, place=place, text=one.text))
    session.flush()


def _must_not_be_closed(survey: Survey) -> None:
    if survey.state is State.CLOSED:
        raise Conflict("This survey is closed: what members read stays as it was.")
