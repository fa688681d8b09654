"""A survey is translated text by text; members read what is there, and the rest in its own words, marked as such."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.responses.collect import close_survey
from surveyapp.surveys import compose, translate, undo
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.languages import direction_of, nearest, read_language
from surveyapp.surveys.models import Survey, Translation
from surveyapp.surveys.rules import keys
from surveyapp.text_gate import clean_line
from tests.conftest import SignInAs, token_of
from tests.factories import make_survey
from tests.queries import counted
from tests.responses.member import words_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def draft(session: Session, community: Community) -> Survey:
    survey = make_survey(session, community, is_open=False, purpose="We choose what to do next.")
    translate.add_language(survey, "ar")
    session.commit()
    return survey


def say(session: Session, survey: Survey, **typed: str) -> dict[str, str]:
    """Translate into Arabic; ``question_7_prompt`` is the place ``question.7.prompt``."""
    by_place = {place.replace("_", ".", 2 if place[0] in "qs" else 0): text for place, text in typed.items()}
    return translate.translate(session, survey, "ar", by_place, user_id=None)


def test_every_text_has_one_place_and_empty_ones_have_none(draft: Survey) -> None:
    texts = translate.texts(draft)
    assert len({text.place for text in texts}) == len(texts)
    assert all(text.words for text in texts)
    said = {text.words for text in texts}
    assert {draft.title, draft.purpose, "Taking part is worth my time", "Not at all", "Less than a year"} <= said
    assert "Everybody can take part." in said  # what a value means


def test_what_is_missing_is_counted_by_language(session: Session, draft: Survey) -> None:
    total = len(translate.texts(draft))
    translate.add_language(draft, "pt_BR")
    assert translate.missing(session, draft) == {"ar": total, "pt-br": total}
    assert say(session, draft, title="قيمنا", purpose="") == {}
    assert translate.missing(session, draft) == {"ar": total - 1, "pt-br": total}
    assert say(session, draft, title="") == {}  # taken back
    assert translate.missing(session, draft)["ar"] == total


def test_a_text_that_is_missing_falls_back_and_is_marked_with_its_language(session: Session, draft: Survey) -> None:
    section = draft.sections[0]
    say(session, draft, title="قيمنا", **{f"section_{section.id}_title": "القيم"})
    said = translate.in_language(draft, "ar", translate.translations(session, draft, "ar"))
    assert said["title"] == "قيمنا"
    assert not isinstance(said["title"], translate.Spoken)
    fallback = said["purpose"]
    assert isinstance(fallback, translate.Spoken)
    assert fallback.__html__() == '<span lang="en" dir="ltr">We choose what to do next.</span>'


def test_a_survey_speaks_a_language_without_being_changed_and_with_one_query(
    session: Session, engine: Engine, draft: Survey
) -> None:
    question = draft.questions[1]
    before = keys(question)
    say(
        session,
        draft,
        **{f"question_{question.id}_prompt": "أي قيمة؟", f"question_{question.id}_option.{before[0]}": "ترحيب"},
    )
    session.commit()
    _ = draft.title, [(q.prompt, q.settings) for q in draft.questions]
    with counted(engine) as queries:
        translate.speak(session, draft, "en")
        translate.speak(session, draft, "fr")
    assert len(queries) == 0
    with counted(engine) as queries:
        translate.speak(session, draft, "ar")
    assert len(queries) == 1
    assert question.prompt == "أي قيمة؟"
    assert next(option["label"] for option in question.settings["options"]) == "ترحيب"
    assert keys(question) == before
    assert not session.dirty
    session.commit()
    session.refresh(question)
    assert question.prompt == "Which value should guide what we do next?"


def test_the_words_of_a_fallback_are_shown_as_typed() -> None:
    assert "<b>" not in translate.Spoken("<b>Us</b>", "en").__html__()


def test_once_members_read_it_what_is_missing_can_be_added_and_nothing_else(session: Session, draft: Survey) -> None:
    say(session, draft, title="قيمنا")
    open_survey(session, draft, TODAY)
    assert list(say(session, draft, title="غير ذلك", purpose="لماذا")) == ["title"]
    assert translate.translations(session, draft, "ar") == {"title": "قيمنا"}  # nothing half stored
    assert say(session, draft, purpose="لماذا") == {}
    with pytest.raises(Conflict, match="it stays"):
        translate.remove_language(session, draft, "ar")
    with pytest.raises(Conflict, match="its own language stays"):
        translate.set_own_language(draft, "de")
    close_survey(session, draft, TODAY)
    for act in (lambda: say(session, draft, help="x"), lambda: translate.add_language(draft, "de")):
        with pytest.raises(Conflict, match="closed"):
            act()


def test_a_language_that_is_taken_off_takes_its_words_along(session: Session, draft: Survey) -> None:
    say(session, draft, title="قيمنا")
    translate.remove_language(session, draft, "ar")
    session.flush()
    assert draft.languages == []
    assert session.scalars(select(Translation)).all() == []
    with pytest.raises(NotFound):
        translate.find_language(draft, "ar")


def test_a_survey_has_each_language_once(draft: Survey) -> None:
    for code in ("ar", "AR", "en"):
        with pytest.raises(Conflict, match="already"):
            translate.add_language(draft, code)
    with pytest.raises(Conflict, match="Take that language off first"):
        translate.set_own_language(draft, "ar")
    translate.set_own_language(draft, "de")
    assert translate.offered(draft) == ["de", "ar"]


@pytest.mark.parametrize("typed", ["", "e", "english please", "../..", "en<script>", "en\n", "a" * 13, "٣٣"])
def test_what_is_no_code_of_a_language_is_refused(typed: str) -> None:
    if clean_line(typed) == "en":
        assert read_language(typed) == "en"
        return
    with pytest.raises(BadInput, match="no code of a language"):
        read_language(typed)


@pytest.mark.parametrize(
    ("code", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ar-eg", "rtl"),
        ("ar-latn", "ltr"),
        ("he", "rtl"),
        ("az-arab", "rtl"),
        ("pt-br", "ltr"),
    ],
)
def test_the_direction_follows_the_script(code: str, direction: str) -> None:
    assert direction_of(code) == direction


@pytest.mark.parametrize(
    ("wanted", "found"), [("de", "de"), ("de-AT", "de"), ("pt", "pt-br"), ("PT_BR", "pt-br"), ("fr", None), ("", None)]
)
def test_whoever_wants_a_language_gets_its_nearest_form(wanted: str, found: str | None) -> None:
    assert nearest(wanted, ["en", "de", "pt-br"]) == found


@given(st.text(max_size=40))
def test_any_text_is_a_language_or_refused(typed: str) -> None:
    try:
        code = read_language(typed)
    except BadInput:
        return
    assert direction_of(code) in ("ltr", "rtl")


def test_words_that_change_or_go_lose_their_translation(session: Session, draft: Survey) -> None:
    first, second = draft.questions[1], draft.questions[3]
    places = {
        f"question.{q.id}.{part}": "كلمات" for q in (first, second) for part in ("prompt", "help") if getattr(q, part)
    }
    assert translate.translate(session, draft, "ar", places, user_id=None) == {}
    undo.remove_question(session, draft, first)
    open_survey(session, draft, TODAY)
    compose.reword(
        session,
        draft,
        second,
        prompt="What hinders us?",
        help_text=second.help,
        note="Shorter.",
        today=TODAY,
        user_id=None,
    )
    assert set(translate.translations(session, draft, "ar")) == {f"question.{second.id}.help"}


# The pages


def test_a_manager_adds_a_language_and_translates_side_by_side(
    session: Session, draft: Survey, community: Community, manager: User, sign_in: SignInAs
) -> None:
    base, question = f"/c/{community.slug}/surveys/{draft.id}/languages", draft.questions[3]
    total = len(translate.texts(draft))
    session.rollback()
    managing = sign_in(manager)
    post(managing, base, do="add", language="de")
    post(managing, base, do="add", code="gsw")
    words = words_of(managing.get(base).text)
    assert f"Deutsch {total} of {total} texts are missing" in words
    assert "gsw" in words
    page = managing.get(f"{base}/ar").text
    assert f'name="question.{question.id}.prompt" maxlength="500" lang="ar" dir="rtl"' in page
    answer = post(managing, f"{base}/ar", **{"title": "قيمنا", f"question.{question.id}.prompt": "<b>ما</b>"})
    assert answer.status_code == 303
    page = managing.get(answer.headers["Location"]).text
    assert "&lt;b&gt;ما&lt;/b&gt;" in page
    assert f"{total - 2} of {total} texts are missing" in words_of(page)
    assert post(managing, base, do="remove", language="gsw").status_code == 303
    assert managing.get(f"{base}/gsw").status_code == 404


def test_what_cannot_be_stored_is_sent_back_with_all_that_was_typed(
    session: Session, draft: Survey, community: Community, manager: User, sign_in: SignInAs
) -> None:
    base = f"/c/{community.slug}/surveys/{draft.id}/languages"
    session.rollback()
    managing = sign_in(manager)
    answer = post(managing, f"{base}/ar", title="ط" * 201, purpose="لماذا")
    assert answer.status_code == 422
    assert "At most 200 characters" in words_of(answer.text)
    assert "لماذا" in answer.text
    assert post(managing, base, do="add", language="klingon!").status_code == 422
    assert session.scalars(select(Translation)).all() == []


HOSTILE = [
    "<script>x</script>",
    "{{7*7}}",
    "\u202eabc",
    "a" * 100_000,
    "'; DROP TABLE survey;--",
    "\x01",
    "\ud83d",
    "%00",
    "  ",
]


def test_hostile_translations_are_refused_or_shown_as_typed(
    session: Session, draft: Survey, community: Community, manager: User, sign_in: SignInAs
) -> None:
    base = f"/c/{community.slug}/surveys/{draft.id}/languages"
    places = [text.place for text in translate.texts(draft)]
    session.rollback()
    managing = sign_in(manager)
    token = token_of(managing, base)
    tried = 0
    for number, place in enumerate([*places, "question.999.prompt", "nothing", "title.title"]):
        text = HOSTILE[number % len(HOSTILE)].encode("utf-8", "replace").decode()
        answer = managing.post(f"{base}/ar", data={"csrf_token": token, place: text})
        assert answer.status_code in (303, 422), (place, text[:20])
        tried += 1
    page = managing.get(f"{base}/ar").text
    assert "<script>x" not in page
    assert "{{7*7}}" in page
    assert tried > 25
    session.rollback()
    assert {row.place for row in session.scalars(select(Translation))} <= set(places)


def post(managing: FlaskClient, path: str, **data: str) -> TestResponse:
    home = path.partition("/languages")[0] + "/languages"
    return managing.post(path, data={"csrf_token": token_of(managing, home), **data})
