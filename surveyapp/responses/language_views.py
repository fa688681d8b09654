"""In which language a member reads: what they chose, else what is known of them, else what their browser says.

The choice is kept in the browser's cookie and nowhere else: an answer does not say in which language it was read (R6).
"""

from datetime import date
from functools import partial
from typing import Any

from flask import Flask, current_app, g, request, session
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.policy import POLICY, Who
from surveyapp.responses.held import Held
from surveyapp.responses.invite import find_invitation
from surveyapp.responses.page_words import OURS, in_days, in_months, in_numbers, said, table
from surveyapp.surveys.at_link import Editions
from surveyapp.surveys.languages import direction_of, name_of_language, nearest
from surveyapp.surveys.models import Survey
from surveyapp.surveys.translate import Spoken, offered, speak, spoken_as

CHOICE = "language"  # in the cookie, and "lang" in an address
ENGLISH_ONLY = {"web.index", "security.login"}  # pages for those who run communities, which anybody may open


def init_app(app: Flask) -> None:
    """Give the templates the words of the page's language."""
    app.jinja_env.globals.update(
        t=t,
        day_words=day_words,
        own_words=own_words,
        direction_of=direction_of,
        language_here=language_here,
        spoken_as=spoken_as,
    )
    app.jinja_env.filters.update(plain=str.__str__, dated=dated, counted=counted, monthly=monthly)


def survey_to_read(reader: Session, link: str) -> Survey:
    """The survey at an open link with its questions, in the language of whoever asks.

    Raises:
        NotFound: There is none.
    """
    editions: Editions = current_app.extensions["surveyapp"].editions
    survey, g.edition = editions.read(reader, link, partial(_language_of_member, reader))
    g.language = g.edition.language
    return survey


def say(reader: Session, survey: Survey, language: str) -> None:
    """Let a survey, and the page it is shown on, speak a language."""
    g.language = language
    speak(reader, survey, language)


def choices(survey: Survey) -> dict[str, Any]:
    """What a page needs to offer the languages of a survey."""
    return {
        "language": g.get("language", survey.language),
        "languages": [(code, name_of_language(code)) for code in offered(survey)],
    }


def asked_for(survey: Survey) -> str | None:
    """The language that the address asks for, if the survey has it."""
    return wanted if (wanted := request.args.get("lang", "")) in offered(survey) else None


def _language_of_member(reader: Session, survey: Survey) -> str:
    there = offered(survey)
    if len(there) == 1:
        return survey.language
    if chosen := asked_for(survey):
        session[CHOICE] = chosen
        return chosen
    chosen = session.get(CHOICE)
    if isinstance(chosen, str) and (found := nearest(chosen, there)):
        return found
    if known := _known_of_member(reader, survey, there):
        return known
    wanted = (nearest(code, there) for code, _ in request.accept_languages)
    return next((code for code in wanted if code), survey.language)


def _known_of_member(reader: Session, survey: Survey, there: list[str]) -> str | None:
    secret = Held(session).secret(survey.link)
    if not secret:
        return None
    try:
        return nearest(find_invitation(reader, secret).language, there)
    except NotFound:
        return None


def speak_to(language: str) -> None:
    """Let a page without a survey speak a language, if it is one of ours."""
    if (found := nearest(language, list(table()))) is not None:
        g.language = found


def language_here() -> str:
    """The language of the page: of the survey as it is read, else of whoever visits, else English."""
    if "language" not in g:
        g.language = _of_visitor() if _is_for_visitors() else OURS
    return str(g.language)


def _is_for_visitors() -> bool:
    who = POLICY.get(request.endpoint or "", Who.ANYONE)
    return who is Who.ANYONE and request.endpoint not in ENGLISH_ONLY and not g.get("role")


def _of_visitor() -> str:
    """What of our own languages somebody chose, else what their browser says."""
    chosen, there = session.get(CHOICE), list(table())
    wanted = [chosen] if isinstance(chosen, str) else []
    found = (nearest(code, there) for code in (*wanted, *request.accept_languages.values()))
    return next((code for code in found if code), OURS)


# For the templates


def t(words: str, **put_in: object) -> str:
    """Words of our own pages in the page's language."""
    return said(words, language_here(), **put_in)


def day_words(day: date) -> str:
    """A day with its weekday, as the page's language has it."""
    return in_days(day, language_here())


def dated(day: date) -> str:
    """A day with its year, as the page's language has it."""
    return in_days(day, language_here(), is_dated=True)


def monthly(day: date) -> str:
    """The month of a day, as the page's language has it."""
    return in_months(day, language_here())


def counted(value: float) -> str:
    """A number, as the page's language has it."""
    return in_numbers(value, language_here())


def own_words(words: str, survey: Survey) -> str:
    """Words of the community, which are in the survey's own language on whatever page."""
    return words if g.get("language", survey.language) == survey.language else Spoken(words, survey.language)
