"""The survey at an open link, as members read it: kept in memory from page to page, for it hardly ever changes.

What is kept are editions: one revision of a survey in one language. The database itself counts the revisions
(guards.py), and each page asks it for the newest first, so that nothing old is shown. The key of the
answers is in no edition: it is asked for each time, and no copy of it outlives the closing (R6).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload, sessionmaker
from sqlalchemy.orm.attributes import instance_dict, set_committed_value

from surveyapp.communities.models import Community
from surveyapp.db import reading
from surveyapp.errors import NotFound
from surveyapp.surveys.models import Section, State, Survey
from surveyapp.surveys.translate import speak

MOST_EDITIONS = 64  # in the memory of one process: some 100 kB each
NO_SURVEY = "There is no survey at this address. Please look at your link again; it may be incomplete."

# Built once: members' pages ask it at each request.
_TABLE = Survey.__table__
_NEWEST = select(_TABLE.c.revision, _TABLE.c.answer_key).where(
    _TABLE.c.link == bindparam("link"), _TABLE.c.state != State.DRAFT, _TABLE.c.is_of_notes.is_(False)
)
_WHOLE = (
    select(Survey)
    .where(Survey.link == bindparam("link"), Survey.state != State.DRAFT, Survey.is_of_notes.is_(False))
    .options(
        joinedload(Survey.community).joinedload(Community.mission),
        joinedload(Survey.sections).joinedload(Section.questions),
    )
)


def survey_at(session: Session, link: str) -> Survey:
    """The survey at an open link, in one query with all that its pages show; drafts, and notes, are at none.

    Raises:
        NotFound: There is none.
    """
    survey = session.scalars(_WHOLE, {"link": link}).unique().one_or_none()
    if survey is None:
        raise NotFound(NO_SURVEY)
    return survey


@dataclass(frozen=True)
class Edition:
    """One revision of a survey in one language, without the key of its answers."""

    survey: Survey
    language: str
    drawn: dict[Hashable, list[str]] = field(default_factory=dict)  # pages of it, kept by whoever draws them

    def with_key(self, answer_key: bytes | None) -> Survey:
        """The survey for one request, which may change it."""
        copy = Survey()
        instance_dict(copy).update(self._read, answer_key=answer_key)  # as if it were read anew, in a tenth of the time
        return copy

    @cached_property
    def _read(self) -> dict[str, Any]:
        return {name: getattr(self.survey, name) for name in (*_COLUMNS, "community", "sections")}


class Editions:
    """The editions that were read last, by link, revision and language."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions  # what is kept is read apart from the request: nothing that may yet be taken back
        self._kept: OrderedDict[tuple[str, int, str], Edition] = OrderedDict()
        self._lock = Lock()

    def read(self, session: Session, link: str, choose: Callable[[Survey], str]) -> tuple[Survey, Edition]:
        """The newest edition for somebody who reads: the survey with its key, and what it was made of.

        Args:
            session: The caller's.
            link: What follows ``/s/`` in the address.
            choose: Says in which language, of those that the survey is offered in.

        Raises:
            NotFound: There is no survey at the link.
        """
        newest = session.connection().execute(_NEWEST, {"link": link}).one_or_none()
        if newest is None:
            raise NotFound(NO_SURVEY)
        edition = self._find(link, newest.revision, "")
        language = choose(edition.survey)
        if language != edition.survey.language:
            edition = self._find(link, newest.revision, language)
        return edition.with_key(newest.answer_key), edition

    def _find(self, link: str, revision: int, language: str) -> Edition:
        """An edition, from memory or else from the database; "" is the survey's own language."""
        with self._lock:
            if known := self._kept.get((link, revision, language)):
                self._kept.move_to_end((link, revision, language))
                return known
        with reading(self._sessions) as reader:
            survey = survey_at(reader, link)
            speak(reader, survey, language or survey.language)
            set_committed_value(survey, "answer_key", None)
        edition = Edition(survey, language or survey.language)
        with self._lock:
            self._kept[link, survey.revision, language] = edition
            while len(self._kept) > MOST_EDITIONS:
                self._kept.popitem(last=False)
        return edition


_COLUMNS = tuple(inspect(Survey).column_attrs.keys())
