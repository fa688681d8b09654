"""What members read of a survey is kept in memory, and is the newest all the same; its key is not kept (R6)."""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community
from surveyapp.db import reading
from surveyapp.errors import NotFound
from surveyapp.responses.collect import close_survey
from surveyapp.surveys.at_link import MOST_EDITIONS, Editions
from surveyapp.surveys.models import Section, Survey, Translation
from tests.factories import make_survey
from tests.queries import counted

Edit = Callable[[Session, Survey], object]


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    survey = make_survey(session, community, is_open=True)
    survey.languages = ["ar"]
    session.add(Translation(survey_id=survey.id, language="ar", place="title", text="قيمنا"))
    session.commit()
    return survey


@pytest.fixture
def editions(sessions: sessionmaker[Session]) -> Editions:
    return Editions(sessions)


def read(editions: Editions, sessions: sessionmaker[Session], link: str, language: str = "en") -> Survey:
    with reading(sessions) as reader:
        survey, _ = editions.read(reader, link, lambda _: language)
    return survey


def run(statement: str) -> Edit:
    return lambda session, survey: session.execute(
        sa.text(statement), {"survey": survey.id, "section": survey.sections[0].id, "community": survey.community_id}
    )


EDITS: dict[str, Edit] = {
    "title": run("UPDATE survey SET title = 'Anew' WHERE id = :survey"),
    "last day": run("UPDATE survey SET closes_on = '2026-05-01' WHERE id = :survey"),
    "heading": run("UPDATE section SET title = 'Anew' WHERE id = :section"),
    "question": run("UPDATE question SET prompt = 'Anew', version = version + 1 WHERE section_id = :section"),
    "new question": run(
        "INSERT INTO question (section_id, position, kind, prompt, help, is_required, settings, version)"
        " VALUES (:section, 99, 'long_text', 'Anew', '', false, '{}', 1)"
    ),
    "one question less": run("DELETE FROM question WHERE section_id = :section AND position = 1"),
    "new translation": run(
        "INSERT INTO translation (survey_id, language, place, text)"
        " VALUES (:survey, 'ar', 'section.' || CAST(:section AS text) || '.title', 'Anew')"
    ),
    "translation": run("UPDATE translation SET text = 'Anew' WHERE survey_id = :survey"),
    "one translation less": run("DELETE FROM translation WHERE survey_id = :survey"),
    "name": run("UPDATE community SET name = 'Anew' WHERE id = :community"),
    "closing": lambda session, survey: close_survey(session, survey, date(2026, 4, 1)),
    "new part": lambda session, survey: session.add(Section(survey_id=survey.id, position=9, title="Anew")),
    "one part less": lambda session, survey: session.delete(survey.sections[-1]),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_change_of_what_members_read_is_read_at_once_by_each_process(
    session: Session, sessions: sessionmaker[Session], survey: Survey, edit: str
) -> None:
    processes = [Editions(sessions), Editions(sessions)]
    before = [read_in_both(editions, sessions, survey.link) for editions in processes]
    EDITS[edit](session, survey)
    session.commit()
    for editions, old in zip(processes, before, strict=True):
        assert read_in_both(editions, sessions, survey.link) != old


def read_in_both(editions: Editions, sessions: sessionmaker[Session], link: str) -> list[object]:
    return [shown(read(editions, sessions, link, language)) for language in ("en", "ar")]


def shown(survey: Survey) -> list[object]:
    """All that members read."""
    texts = [(q.prompt, q.help, q.settings, q.version) for q in survey.questions]
    titles = [(section.title, section.intro) for section in survey.sections]
    return [survey.title, survey.purpose, survey.state, survey.closes_on, survey.community.name, titles, texts]


def test_a_draft_is_at_no_link(
    session: Session, sessions: sessionmaker[Session], community: Community, editions: Editions
) -> None:
    draft = make_survey(session, community, is_open=False)
    for link in (draft.link, "nowhere"):
        with pytest.raises(NotFound, match="no survey at this address"):
            read(editions, sessions, link)


def test_what_is_kept_is_not_read_again(
    engine: Engine, sessions: sessionmaker[Session], survey: Survey, editions: Editions
) -> None:
    first = read(editions, sessions, survey.link)
    with counted(engine) as queries:
        again = read(editions, sessions, survey.link)
    assert len(queries) == 1
    assert shown(again) == shown(first)
    assert again is not first


def test_what_may_yet_be_taken_back_is_not_kept(
    session: Session, sessions: sessionmaker[Session], survey: Survey, editions: Editions
) -> None:
    survey.title = "Taken back"
    session.flush()
    seen, _ = editions.read(session, survey.link, lambda _: "en")
    session.rollback()
    survey.title = "Kept"
    session.commit()
    assert seen.title == "Our values and next goals"
    assert read(editions, sessions, survey.link).title == "Kept"


def test_languages_do_not_mix(sessions: sessionmaker[Session], survey: Survey, editions: Editions) -> None:
    titles = [read(editions, sessions, survey.link, language).title for language in ("ar", "en", "ar")]
    assert titles == ["قيمنا", "Our values and next goals", "قيمنا"]


def test_the_key_is_given_to_the_request_and_kept_nowhere(
    session: Session, sessions: sessionmaker[Session], survey: Survey, editions: Editions
) -> None:
    with reading(sessions) as reader:
        given, edition = editions.read(reader, survey.link, lambda _: "en")
    assert given.answer_key == survey.answer_key
    assert edition.survey.answer_key is None
    given.title = "Changed by one request"
    close_survey(session, survey, date(2026, 4, 1))
    session.commit()
    closed = read(editions, sessions, survey.link)
    assert closed.answer_key is None
    assert closed.title == "Our values and next goals"


def test_only_the_editions_that_were_read_last_are_kept(
    session: Session, sessions: sessionmaker[Session], survey: Survey, editions: Editions
) -> None:
    for number in range(MOST_EDITIONS + 5):
        session.execute(sa.text("UPDATE survey SET title = :title WHERE id = :id"), {"title": number, "id": survey.id})
        session.commit()
        assert read(editions, sessions, survey.link).title == str(number)
    assert len(editions._kept) == MOST_EDITIONS
