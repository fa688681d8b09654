"""Members read in their own language where there is one: chosen, known of them, or what their browser says (R6)."""

import ast
import re
from datetime import date
from pathlib import Path

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, nodes
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses.page_words import FORM, FORMS, HOLE, in_days, in_numbers, said, table
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Survey
from surveyapp.surveys.translate import Spoken, texts, translate
from tests.factories import make_survey
from tests.responses.member import Member, words_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    """A survey in English and, but for the purpose, in Arabic and German."""
    survey = make_survey(session, community, is_open=False, purpose="We choose what to do next.")
    survey.languages = ["ar", "de"]
    for language, mark in (("ar", "ع"), ("de", "Ü")):
        typed = {text.place: f"{mark} {text.words}" for text in texts(survey) if text.place != "purpose"}
        assert translate(session, survey, language, typed, user_id=None) == {}
    open_survey(session, survey, TODAY)
    session.commit()
    return survey


def html_of(page: str) -> tuple[str, str]:
    root = lxml.html.document_fromstring(page)
    return root.get("lang", ""), root.get("dir", "")


def test_a_page_speaks_the_language_of_the_browser_else_of_the_survey(client: FlaskClient, survey: Survey) -> None:
    address = f"/s/{survey.link}"
    for accepted, expected in (("de-AT,de;q=0.8", "de"), ("fr, ar;q=0.5", "ar"), ("fr", "en"), ("", "en")):
        page = client.get(address, headers={"Accept-Language": accepted}).text
        assert html_of(page)[0] == expected, accepted


def test_the_languages_stand_above_everything_that_is_to_be_read(client: FlaskClient, survey: Survey) -> None:
    (main,) = lxml.html.document_fromstring(client.get(f"/s/{survey.link}").text).xpath("//main")
    first = main[0]
    assert (first.tag, first.get("aria-label")) == ("nav", "Language")
    assert [link.get("hreflang") for link in first.xpath(".//a")] == ["en", "ar", "de"]


def test_a_choice_is_kept_in_the_cookie_and_speaks_on_every_page(client: FlaskClient, survey: Survey) -> None:
    member = Member(client, survey)
    assert "العربية" in words_of(member.page)
    page = client.get(f"/s/{survey.link}?lang=ar").text
    assert html_of(page) == ("ar", "rtl")
    assert "ع Our values" in page
    assert "ابدأ الاستبيان" in page
    assert '<span lang="en" dir="ltr">We choose what to do next.</span>' in page  # falls back, and says so
    member.answer = client.get(f"/s/{survey.link}")
    member.start()
    assert html_of(member.page) == ("ar", "rtl")
    assert "ع Everybody can take part." in member.page
    assert "احفظ وتابع" in member.page
    assert not re.search(r"<title>[^<]*(?:&lt;|span)", member.page)


def test_r6_what_is_stored_does_not_say_in_which_language_it_was_read(
    app: Flask, session: Session, survey: Survey
) -> None:
    for language in ("ar", "en"):
        client = app.test_client()
        client.get(f"/s/{survey.link}?lang={language}")
        member = Member(client, survey).start()
        member.press()
    columns = {column["name"] for column in sa.inspect(session.get_bind()).get_columns("response")}
    assert not {"language", "locale"} & columns
    session.rollback()


@pytest.mark.parametrize("lang", ["xx", "../..", "<script>", "a" * 3000, "%00", "fr"])
def test_a_language_that_is_not_offered_changes_nothing(client: FlaskClient, survey: Survey, lang: str) -> None:
    page = client.get(f"/s/{survey.link}", query_string={"lang": lang})
    assert page.status_code in (200, 400)
    if page.status_code == 200:
        assert html_of(page.text) == ("en", "ltr")


def test_our_own_words_have_every_language_every_form_and_their_numbers() -> None:
    for language, words in table().items():
        assert list(words) == list(table()["en"])
        for english, own in words.items():
            forms = own.split(FORMS)
            assert len(forms) in (1, FORM[language][0]), (language, english)
            assert all(forms)
            assert holes_in(forms[-1]) == holes_in(english), (language, english)
            assert all(set(holes_in(form)) <= set(holes_in(english)) for form in forms), (language, english)
    assert said("Part 2 of 3", "de") == "Teil 2 von 3"
    assert said("About {number} minutes", "fr-ca", number=6) == "Environ 6 minutes"
    assert said("Choose up to 3.", "pt") == "Choose up to 3."
    assert isinstance(said("Choose up to 3.", "pt"), Spoken)
    assert not isinstance(said("Choose up to 3.", "en"), Spoken)


def holes_in(words: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", words))


@pytest.mark.parametrize(
    ("language", "day", "number"),
    [
        ("en", "Sunday 1 November", "1,204.5"),
        ("de", "Sonntag, 1. November", "1.204,5"),
        ("es", "domingo 1 de noviembre", "1.204,5"),
        ("fr", "dimanche 1er novembre", "1\u202f204,5"),
        ("ar", "الأحد 1 نوفمبر", "1,204.5"),
        ("pt", "2026-11-01", "1,204.5"),  # we do not speak it: digits are read everywhere
    ],
)
def test_days_and_numbers_are_written_as_the_language_writes_them(language: str, day: str, number: str) -> None:
    assert in_days(date(2026, 11, 1), language) == day
    assert in_numbers(1204.5, language) == number


def test_words_that_run_the_other_way_are_held_together() -> None:
    assert said("{community} asks its members:", "ar", community="Valley (1)") == "تسأل \u2068Valley (1)\u2069 أعضاءها:"
    assert said("{community} asks its members:", "en", community="الوادي") == "\u2068الوادي\u2069 asks its members:"
    assert said("{community} asks its members:", "en", community="Valley") == "Valley asks its members:"


def test_a_number_or_a_day_in_our_words_is_written_anew() -> None:
    assert said("Please choose a day up to 2026-03-01.", "fr") == "Choisissez un jour jusqu’au 1er mars 2026."
    assert said("Please write 1,200 or less.", "de") == "Bitte schreib 1.200 oder weniger."
    assert said("Please write a number in digits, like 12 or 3.5.", "es").endswith("como 12 o 3,5.")


def test_every_word_of_the_tables_stands_on_a_page() -> None:
    """A word that is reworded on a page is missed in all languages: then this fails."""
    root = Path(__file__).resolve().parents[2]
    said_somewhere = set()
    for path in (root / "templates").rglob("*.*"):
        parsed = Environment(autoescape=True).parse(path.read_text("utf-8"))
        said_somewhere |= {bare(const.value) for const in parsed.find_all(nodes.Const) if isinstance(const.value, str)}
    for path in (root / "surveyapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said_somewhere.add(bare(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "0000" for part in node.values)
                said_somewhere.add(bare("".join(map(str, parts))))
    composed = ("Part {} of", "Question {} of", "Achieved", "Retired")
    assert [
        words for words in table()["en"] if bare(words) not in said_somewhere and not words.startswith(composed)
    ] == []


def bare(words: str) -> str:
    """Words without what is put in."""
    return re.sub(r"\{\w*\}", "{}", HOLE.sub("{}", words))
