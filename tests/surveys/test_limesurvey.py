"""A LimeSurvey structure is taken with every type that we can ask, and a true account of the rest."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import AppError, BadInput
from surveyapp.surveys.design import problems
from surveyapp.surveys.foreign import build
from surveyapp.surveys.limesurvey import read_limesurvey, read_relevance
from surveyapp.surveys.models import Kind, Survey
from surveyapp.surveys.translate import translations

COLUMNS = ["class", "type/scale", "name", "relevance", "text", "help", "language", "mandatory", "other"]
MORE = ["min_answers", "max_answers", "min_num_value_n", "max_num_value_n", "num_value_int_only", "hidden"]


def structure(*rows: dict[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*COLUMNS, *MORE], delimiter="\t", restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


def row(class_: str, type_: str, name: str, text: str = "", language: str = "en", **more: str) -> dict[str, str]:
    return {"class": class_, "type/scale": type_, "name": name, "text": text, "language": language, **more}


ROWS = [
    row("S", "", "language", "en"),
    row("S", "", "additional_languages", "ar de"),
    row("SL", "", "surveyls_title", "Spring"),
    row("SL", "", "surveyls_title", "الربيع", "ar"),
    row("SL", "", "surveyls_welcometext", "<p>We ask &amp; listen.</p>"),
    row("G", "1", "First", "Go on."),
    row("Q", "L", "ql", "Which one?", relevance="1", mandatory="Y", other="Y", help="<em>One</em> only."),
    row("A", "0", "A1", "This"),
    row("A", "0", "A2", "That"),
    row("Q", "!", "qd", "From a list?", relevance='((ql.NAOK == "A2"))'),
    row("A", "0", "A1", "Up"),
    row("A", "0", "A2", "Down"),
    row("Q", "M", "qm", "Several?", min_answers="1", max_answers="2"),
    row("SQ", "0", "SQ001", "Red"),
    row("SQ", "0", "SQ002", "Blue"),
    row("Q", "P", "qp", "Several, with comments?", relevance='qm_SQ002.NAOK == "Y" or ql.NAOK == "A1"'),
    row("SQ", "0", "SQ001", "Tea"),
    row("SQ", "0", "SQ002", "Milk"),
    row("Q", "5", "q5", "How good?"),
    row("Q", "N", "qn", "How many?", min_num_value_n="0", max_num_value_n="9", num_value_int_only="1"),
    row("Q", "D", "qdate", "When?", hidden="1"),
    row("Q", "S", "qs", "In a word?"),
    row("Q", "T", "qt", "In words?", relevance="qn.NAOK >= 3 and q5.NAOK >= 4"),
    row("Q", "U", "qu", "At length?", relevance="is_empty(qs)"),
    row("G", "2", "Second"),
    row("Q", "R", "qr", "Which order?"),
    row("A", "0", "a", "One"),
    row("A", "0", "b", "Two"),
    row("Q", "Q", "qq", "Several lines"),
    row("SQ", "0", "x", "Street"),
    row("SQ", "0", "y", "Town"),
    row("Q", "K", "qk", "Several numbers"),
    row("SQ", "0", "x", "Dogs"),
    row("Q", "Y", "qy", "Yes or no?"),
    row("Q", "F", "qf", "A grid"),
    row("SQ", "0", "x", "Food"),
    row("A", "0", "g", "Good"),
    row("A", "0", "b", "Bad"),
    row("Q", "X", "qx", "A word before the end."),
    row("Q", "*", "eq", "{sum(qn, 1)}"),
    row("Q", "|", "up", "A photo"),
    row("QTA", "", "quota", "x"),
    row("G", "1", "أول", "", "ar"),
    row("Q", "L", "ql", "أيها؟", "ar"),
    row("A", "0", "A1", "هذا", "ar"),
]


def taken(session: Session, community: Community, content: bytes) -> tuple[Survey, list[str]]:
    foreign = read_limesurvey(content)
    return build(session, community, foreign, smallest_group=5, quote_group=10), foreign.left_out


def test_every_type_that_we_can_ask_is_taken(session: Session, community: Community) -> None:
    survey, told = taken(session, community, structure(*ROWS))
    kinds = [(question.kind, question.prompt) for question in survey.questions]
    assert kinds == [
        (Kind.SINGLE_CHOICE, "Which one?"),
        (Kind.SINGLE_CHOICE, "From a list?"),
        (Kind.MULTIPLE_CHOICE, "Several?"),
        (Kind.MULTIPLE_CHOICE, "Several, with comments?"),
        (Kind.RATING, "How good?"),
        (Kind.NUMBER, "How many?"),
        (Kind.DATE, "When?"),
        (Kind.SHORT_TEXT, "In a word?"),
        (Kind.LONG_TEXT, "In words?"),
        (Kind.LONG_TEXT, "At length?"),
        (Kind.RANKING, "Which order?"),
        (Kind.SHORT_TEXT, "Street"),
        (Kind.SHORT_TEXT, "Town"),
        (Kind.NUMBER, "Dogs"),
        (Kind.SINGLE_CHOICE, "Yes or no?"),
        (Kind.SINGLE_CHOICE, "Food"),
    ]
    assert problems(survey) == []
    assert (survey.title, survey.purpose, survey.language, survey.languages) == (
        "Spring",
        "We ask & listen.",
        "en",
        ["ar", "de"],
    )
    one, other, many, again, _, number, *_ = survey.questions
    assert one.is_required
    assert one.help == "One only."
    assert one.settings == {
        "options": [{"key": "a1", "label": "This"}, {"key": "a2", "label": "That"}],
        "other": True,
    }
    assert (many.settings["least"], many.settings["most"]) == (1, 2)
    assert number.settings == {"least": 0, "most": 9, "is_whole": True}
    assert other.condition == {"all": [{"question": one.id, "is": "equals", "value": "a2"}]}
    assert again.condition == {
        "any": [
            {"question": many.id, "is": "contains", "value": "sq002"},
            {"question": one.id, "is": "equals", "value": "a1"},
        ]
    }
    assert survey.sections[1].intro == "A word before the end."
    said = translations(session, survey, "ar")
    assert said == {
        "title": "الربيع",
        f"section.{survey.sections[0].id}.title": "أول",
        f"question.{one.id}.prompt": "أيها؟",
        f"question.{one.id}.option.a1": "هذا",
    }
    account = " ".join(told)
    for part in (
        "Rows of the classes QTA were left out",
        "“Several, with comments?” has no line for comments any more.",
        "“When?”: hidden was left out.",
        "“At length?” is asked of everybody: “is_empty(qs)” could not be taken.",
        "“Several lines” had several rows",
        "“A grid” had several rows",
        "“A word before the end.” is a text without an answer",
        "(equation)",
        "“A photo” was left out",
    ):
        assert part in account
    assert len(told) == 10


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"class\tname\n",
        b"\xff\xfeclass",
        structure(),
        structure(row("Q", "L", "q", "No answers?")),
        structure(row("A", "0", "A1", "An answer without a question")),
        b"class\ttype/scale\tname\ttext\nQ\tT\tq\t" + b"x" * 200_000,
        b"class\ttype/scale\tname\ttext\n" + b"Q\tT\tq\ttext\n" * 30_000,
        b"x" * (2 << 20),
        structure(row("Q", "T", "q", "\x01")),
    ],
)
def test_a_file_that_holds_no_survey_is_refused(session: Session, community: Community, content: bytes) -> None:
    with pytest.raises(AppError):
        taken(session, community, content)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
classes = st.sampled_from(["S", "SL", "G", "Q", "SQ", "A", ""])
types = st.sampled_from(["L", "M", "F", "X", "1", "K", "?", ""])


@given(st.lists(st.tuples(classes, types, cells, cells, cells), max_size=8))
def test_whatever_stands_where_is_read_or_refused(listed: list[tuple[str, str, str, str, str]]) -> None:
    rows = [row(c, t, name, text, "en", relevance=more, help=more) for c, t, name, text, more in listed]
    try:
        found = read_limesurvey(structure(*rows))
    except BadInput:
        return
    assert all(isinstance(sentence, str) for sentence in found.left_out)


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ('(a.NAOK == "x")', [("a", "equals", "x")]),
        ("((a.NAOK >= 2))", [("a", "at_least", 2)]),
        ('((a.NAOK == "x") and (b_SQ1.NAOK == "Y"))', [("a", "equals", "x"), ("b", "contains", "SQ1")]),
        ("is_empty(a)", None),
        ("!is_empty(a.NAOK) and b == 1", None),
    ],
)
def test_simple_relevance_is_read_and_other_is_not_guessed(
    text: str, tests: list[tuple[str, str, object]] | None
) -> None:
    wanted = tests and {"all": [{"question": q, "is": is_, "value": value} for q, is_, value in tests]}
    assert read_relevance(text) == wanted
