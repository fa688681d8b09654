"""Every page that a member can meet speaks each of our languages: no English is left over on any of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from flask import Flask
from jinja2 import Environment, nodes
from lxml.html import HtmlElement
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.policy import POLICY, Who
from surveyapp.responses.page_words import HOLE, said, table
from tests.responses.visitor import Visitor, make_places, visit_everything

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NOT_FOR_MEMBERS = {"static", "web.index", "web.healthz", "web.readyz", "security.login"}
PICTURES = {"responses.qr", "responses.qr_png"}
SAID_ALOUD = ("aria-label", "title", "placeholder", "alt", "data-told", "data-lost", "data-done", "data-refused")
NO_WORDS = re.compile(
    r"https?://\S+|[A-Z2-7]{4}(-[A-Z2-7]{2,4})+|\b[0-9A-F]{8}\b|Surveyapp|UTF-8|Ctrl\+C|\bPDF\b|\bAA\b|WCAG|\S+@\S+"
)
LATIN = re.compile(r"[A-Za-z]{2,}")


def test_no_page_of_a_member_has_english_left_over(
    app: Flask, session: Session, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = make_places(session, sessions)
    session.rollback()
    walks = {}
    for language, secret in zip(table(), places.secrets, strict=False):
        walks[language] = Visitor(app, language)
        visit_everything(walks[language], places, secret, monkeypatch)
    english = walks.pop("en")
    open_to_all = {endpoint for endpoint, who in POLICY.items() if who is Who.ANYONE}
    assert open_to_all - english.endpoints - NOT_FOR_MEMBERS - PICTURES == set(), "nobody looks at these in the walk"
    left = set()
    for language, walk in walks.items():
        assert list(walk.pages) == list(english.pages)
        same = {_bare(own) for key, own in table()[language].items() if own == key}
        for what, page in walk.pages.items():
            root = lxml.html.document_fromstring(page)
            assert root.get("lang") == language, (language, what)
            ours, theirs = set(words_of(page)), set(words_of(english.pages[what]))
            left |= {(language, what, words) for words in ours & theirs if _bare(words) not in same}
            if language == "ar":
                left |= {(language, what, words) for words in ours}
    assert not left, "\n".join(map(str, sorted(left)))


def _bare(words: str) -> str:
    """Words without what is put in."""
    return re.sub(r"\{\w*\}", "{}", HOLE.sub("{}", words))


def words_of(page: str) -> Iterator[str]:
    """The words of our own on a page: texts and what is read aloud; not what people wrote, codes and addresses."""
    root = lxml.html.document_fromstring(page)
    for element in root.iter():
        if not isinstance(element, HtmlElement) or _is_somebodys(element):
            continue
        found = [element.get(name, "") for name in SAID_ALOUD]
        if element.tag not in ("script", "style", "textarea"):
            found.append(element.text or "")
        found += [child.tail or "" for child in element]
        for text in found:
            words = " ".join(NO_WORDS.sub("", text).split()).strip("():., ")
            if LATIN.search(words):
                yield words


def _is_somebodys(element: HtmlElement) -> bool:
    """Whether somebody wrote it, or it is the name of a language."""
    return any(
        one.get("dir") == "auto"
        or one.tag == "bdi"
        or (one.getparent() is not None and one.getparent().get("hreflang") is not None)
        for one in (element, *element.iterancestors())
    )


def test_every_word_in_a_template_is_in_the_tables() -> None:
    missing = []
    for path in sorted(TEMPLATES.rglob("*.*")):
        for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                words = [one.value for one in _spoken(call.args[0])]
                missing += [(path.name, one) for one in words if one not in table()["en"]]
    assert missing == []


def _spoken(node: nodes.Node) -> Iterator[nodes.Const]:
    """The texts that an expression can be: not those that it looks something up by."""
    if isinstance(node, nodes.Const):
        yield node
    elif isinstance(node, nodes.CondExpr):
        yield from (*_spoken(node.expr1), *(_spoken(node.expr2) if node.expr2 else ()))
    elif isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        for pair in node.node.items:
            yield from _spoken(pair.value)


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "About 1 minute"),
        ("en", 2, "About 2 minutes"),
        ("de", 1, "Etwa 1 Minute"),
        ("es", 6, "Unos 6 minutos"),
        ("fr", 1, "Environ 1 minute"),
        ("ar", 1, "دقيقة واحدة تقريبًا"),
        ("ar", 2, "دقيقتان تقريبًا"),
        ("ar", 3, "3 دقائق تقريبًا"),
        ("ar", 11, "11 دقيقة تقريبًا"),
        ("ar", 103, "103 دقائق تقريبًا"),
    ],
)
def test_a_number_decides_the_form(language: str, number: int, expected: str) -> None:
    assert said("About {number} minutes", language, number=number) == expected
