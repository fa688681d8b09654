"""The PDF says what the figures say, is accessible, repeats itself, and reaches nothing (R9, P17, requirement 22)."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    Destination,
    DictionaryObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from surveyapp.reports.build import Report, complete
from surveyapp.reports.render import (
    CHILD,
    ReportFailed,
    ReportTooLarge,
    chapters,
    environment_of_child,
    lay_out,
    make_pdf,
    render_html,
)
from tests.reports.samples import bare_report, crowded_report, full_report

FORBIDDEN = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/URI", "/GoToR"}

HOSTILE = (
    "<script>app.alert(1)</script>",
    "<img src=http://127.0.0.1:9/a.png>",
    '<img src="x" onerror="alert(1)">',
    "<link rel=attachment href=file:///etc/passwd>",
    "<link rel=stylesheet href=http://127.0.0.1:9/a.css>",
    "<style>@import url(http://127.0.0.1:9/b.css);</style>",
    "<style>*{background:url(file:///etc/passwd)}</style>",
    '<p style="background:url(http://127.0.0.1:9/c.png)">',
    '<svg><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    '<svg onload="alert(1)"><script>1</script></svg>',
    "<object data=file:///etc/passwd></object>",
    "<embed src=http://127.0.0.1:9/d>",
    "<iframe src=http://127.0.0.1:9/e></iframe>",
    '<a rel=attachment href="file:///etc/passwd">passwd</a>',
    '<a href="javascript:alert(1)">click</a>',
    '<base href="http://127.0.0.1:9/">',
    '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/f">',
    "<!--#include file=/etc/passwd--><![CDATA[x]]>",
    "{{ report.run }}{% for x in y %}",
    "</body></html><h1>&lt;&#60;&amp;",
    "';\"></title></bdi></blockquote><form action=http://127.0.0.1:9/g>",
    "@font-face{src:url(http://127.0.0.1:9/h.woff)}",
)


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def words(text: str) -> str:
    """The text on one line, without the marks that keep directions apart."""
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", text))


def solid(text: str) -> str:
    """The text without spaces, which a PDF does not keep where lines break."""
    return re.sub(r"\s+", "", words(text))


def objects_of(document: pypdf.PdfReader) -> Iterator[PdfObject]:
    size = document.trailer["/Size"]
    assert isinstance(size, NumberObject)
    for number in range(1, size):
        found = document.get_object(number)
        if found is not None:
            yield found


def names_in(document: pypdf.PdfReader) -> set[str]:
    """Every name used as a key or a value anywhere in the file."""
    found: set[str] = set()
    open_ones: list[PdfObject] = list(objects_of(document))
    while open_ones:
        value = open_ones.pop()
        if isinstance(value, DictionaryObject):
            found |= {str(key) for key in value}
            children = list(value.values())
        else:
            children = list(value) if isinstance(value, ArrayObject) else []
        found |= {str(child) for child in children if str(child).startswith("/")}
        open_ones += [child for child in children if isinstance(child, DictionaryObject | ArrayObject)]
    return found


@pytest.fixture(scope="module")
def report() -> Report:
    return full_report()


@pytest.fixture(scope="module")
def pdf(report: Report) -> bytes:
    return make_pdf(report)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [words(page.extract_text()) for page in reader(pdf).pages]


@pytest.fixture(scope="module")
def crowded_pages() -> list[str]:
    return [words(page.extract_text()) for page in reader(make_pdf(crowded_report())).pages]


def test_r9_the_figures_in_the_pdf_are_those_of_the_report(report: Report, pages: list[str]) -> None:
    text = " ".join(pages)

    for candidate in report.candidates[:13]:
        assert candidate.share is not None
        assert candidate.low is not None
        assert candidate.high is not None
        share, low, high = (round(100 * part) for part in (candidate.share, candidate.low, candidate.high))
        assert f"{candidate.people} people, {share}% ({low} to {high}%)" in text
        for quote in candidate.quotes:
            assert f"“{quote.text}”" in text
    for value in report.values[:4]:
        assert value.important is not None
        assert value.lived is not None
        assert value.gap is not None
        gap = f"{value.gap:+d}".replace("-", "−")
        assert f"{value.name} {value.important.percent}% {value.lived.percent}% {gap}" in text
    for line in report.headlines:
        assert solid(f"{line.name} {line.figure} {line.note}") in solid(pages[0])
    assert "1 of 4 Saturdays held" in text


def test_the_first_page_stands_alone(report: Report, pages: list[str]) -> None:
    assert report.mission in pages[0]
    for finding in report.findings:
        assert words(f"{finding.head} {finding.text}") in pages[0]
    for question in report.to_decide:
        assert words(question.text) in pages[0]
    for candidate in report.candidates[:5]:
        assert candidate.title in pages[0]
    for chapter in chapters(report):
        assert chapter.title in pages[0]
    assert "Participation 402 of 630 people invited answered, 64%." in pages[1]


def test_the_contents_give_the_pages_where_chapters_begin(report: Report, pages: list[str]) -> None:
    for chapter in chapters(report):
        found = re.search(rf"{re.escape(chapter.title)} ?(?:\. ?)+(\d+)", pages[0])
        assert found is not None
        assert chapter.title in pages[int(found[1]) - 1]


def test_r9_each_number_beside_a_figure_leads_to_its_entry(report: Report, pdf: bytes) -> None:
    page = render_html(report)
    numbers = set(re.findall(r'href="#source-(\d+)"', page))

    assert {f'id="source-{number}"' in page for number in numbers} == {True}
    assert len(numbers) >= len(report.candidates)
    assert "source-1" in reader(pdf).named_destinations
    assert "Theme 21: 66 people with 71 ideas. Ideas 1, 15, 29" in words(page)


def test_the_pdf_is_tagged_and_names_itself(report: Report, pdf: bytes) -> None:
    document = reader(pdf)
    catalog = document.root_object
    marks, preferences, metadata = catalog["/MarkInfo"], catalog["/ViewerPreferences"], catalog["/Metadata"]

    assert isinstance(marks, DictionaryObject)
    assert marks["/Marked"] == BooleanObject(True)
    assert str(catalog["/Lang"]) == "en"
    assert isinstance(preferences, DictionaryObject)
    assert preferences["/DisplayDocTitle"] == BooleanObject(True)
    assert isinstance(metadata, StreamObject)
    assert "pdfuaid:part" in metadata.get_data().decode()
    assert document.metadata is not None
    assert document.metadata.title == report.title
    objects = [item for item in objects_of(document) if isinstance(item, DictionaryObject)]
    figures = [item for item in objects if item.get("/S") == "/Figure"]
    assert len(figures) > 40
    assert all(figure.get("/Alt") for figure in figures)


def test_chapters_and_candidates_are_bookmarks(report: Report, pdf: bytes) -> None:
    titles = [
        item.title
        for entry in reader(pdf).outline
        for item in (entry if isinstance(entry, list) else [entry])
        if isinstance(item, Destination)
    ]

    assert {chapter.title for chapter in chapters(report)} <= set(titles)
    assert "1. Open the old ferry hall as a warm room on winter evenings" in titles


def test_p17_nothing_in_the_pdf_acts_or_is_attached(pdf: bytes) -> None:
    assert names_in(reader(pdf)) & FORBIDDEN == set()


def test_r9_the_same_report_gives_the_same_bytes(report: Report, pdf: bytes) -> None:
    assert make_pdf(report) == pdf


def test_r7_a_candidate_of_few_people_shows_no_figure_and_no_quote(pages: list[str]) -> None:
    text = " ".join(pages)

    assert "Nobody asked us." not in text
    assert "fewer than 10 people" in text
    assert "Quotes are shown from 10 people on." in text


def test_p17_whatever_people_write_is_shown_as_typed_and_fetches_nothing() -> None:
    page = full_report()
    candidates = tuple(
        replace(
            candidate,
            title=HOSTILE[number % len(HOSTILE)],
            keywords=HOSTILE[number : number + 2],
            quotes=tuple(replace(candidate.quotes[0], text=text) for text in HOSTILE[number : number + 3]),
            values=HOSTILE[number + 1 : number + 3],
            state=HOSTILE[0][:20],
            decision=replace(full_report().candidates[0].decision, reason=HOSTILE[number]),  # type: ignore[type-var]  # it has one
        )
        for number, candidate in enumerate((*page.candidates[:13], *page.candidates[:9]))
    )
    for_all = " ".join(HOSTILE[:2])
    hostile = complete(
        replace(
            page,
            title=HOSTILE[0],
            organisation=HOSTILE[1],
            mission=for_all,
            source=HOSTILE[2],
            rows_note=HOSTILE[3],
            row_word=HOSTILE[4],
            questions=HOSTILE[:3],
            values_named=HOSTILE[:3],
            run=replace(page.run, name=HOSTILE[5], settings=((HOSTILE[6], HOSTILE[7]),)),
            candidates=candidates,
            values=tuple(replace(value, name=HOSTILE[8], goals=HOSTILE[9:11]) for value in page.values),
            choices=tuple(replace(choice, question=HOSTILE[11]) for choice in page.choices),
            goals=tuple(replace(goal, title=HOSTILE[12], measure=HOSTILE[13]) for goal in page.goals or ()),
            methods=(),
        )
    )

    made = reader(make_pdf(hostile))
    text = solid(" ".join(page.extract_text() for page in made.pages))

    assert [vector for vector in HOSTILE if f"“{solid(vector)}”" not in text] == []
    assert names_in(made) & FORBIDDEN == set()


@pytest.mark.parametrize(
    "element",
    [
        '<img src="http://127.0.0.1:9/a.png" alt="a">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<svg width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<img src="asset:../../../etc/passwd" alt="a">',
    ],
)
def test_p17_a_page_that_asks_for_an_address_is_refused(element: str) -> None:
    page = f'<!doctype html><html lang="en"><head><title>A</title></head><body><p>A</p>{element}</body></html>'

    with pytest.raises(ReportFailed) as refusal:
        lay_out(page, seconds=60, memory_mb=700)

    assert "asks for no address" in refusal.value.detail


def test_p17_the_child_has_neither_network_nor_other_programs() -> None:
    code = (
        "import os, runpy, socket, subprocess, sys\n"
        f"child = runpy.run_path({str(CHILD)!r})\n"
        "before = os.readlink('/proc/self/ns/net')\n"
        "left = child['leave_the_network']()\n"
        "print(left == (os.readlink('/proc/self/ns/net') != before))\n"
        "sys.addaudithook(child['refuse'])\n"
        "for attempt in (socket.socket, lambda: subprocess.run(['true']), lambda: os.system('true'), os.fork):\n"
        "    try:\n"
        "        attempt()\n"
        "    except PermissionError as error:\n"
        "        print('refused')\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True", "refused", "refused", "refused", "refused"]


def test_p17_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYAPP_SECRET_KEY", "secret")
    monkeypatch.setenv("HOME", "/home/somebody")

    known = environment_of_child("/tmp/folder")

    assert "secret" not in known.values()
    assert known["HOME"] == "/home/somebody"


def test_too_little_memory_ends_as_a_clean_error(report: Report) -> None:
    with pytest.raises(ReportTooLarge, match="memory"):
        make_pdf(report, memory_mb=100)


def test_too_little_time_ends_as_a_clean_error() -> None:
    with pytest.raises(ReportTooLarge):
        make_pdf(crowded_report(), seconds=1)


def test_a_page_of_millions_of_characters_is_not_even_begun() -> None:
    with pytest.raises(ReportTooLarge, match="too long"):
        lay_out("x" * 4_000_001, seconds=60, memory_mb=700)


def test_a_crowded_report_keeps_to_one_first_page_and_about_thirty_in_all(crowded_pages: list[str]) -> None:
    assert len(crowded_pages) <= 30
    assert "Where the figures come from" in crowded_pages[0]
    assert "Candidate goals, ranked 690 people wrote 9,000 ideas." in crowded_pages[1]
    assert "5 more candidates with fewer people are left out here." in " ".join(crowded_pages)


def test_a_long_quote_is_cut_at_a_word_and_says_so_outside_the_marks(crowded_pages: list[str]) -> None:
    text = " ".join(crowded_pages)

    assert "…” shortened" in text
    assert "“No.”" in text


def test_a_report_without_ratings_invitations_and_goals_leaves_those_chapters_out() -> None:
    report = bare_report()

    assert [chapter.id for chapter in chapters(report)] == ["method", "ledger"]
    page = render_html(report)
    assert "Participation" not in page
    assert "Values alignment" not in page
    assert "No ideas came together as a candidate goal" in page


@pytest.mark.parametrize(
    ("text", "runs"), [("حديقة صغيرة", "rtl"), ("ספרייה", "rtl"), ("“Trees”", "ltr"), ("…", "ltr")]
)
def test_a_quote_runs_in_the_direction_of_its_letters(text: str, runs: str) -> None:
    report = full_report()
    first = report.candidates[0]
    report = replace(report, candidates=(replace(first, quotes=(replace(first.quotes[0], text=text),)),))

    assert f'<blockquote dir="{runs}">“{text}' in render_html(report)


def test_characters_without_a_shape_do_not_reach_the_page() -> None:
    report = replace(full_report(), mission="Trees\x00 \x1b[31mand\u202e benches\ud800")

    assert 'Our mission: <bdi dir="ltr">Trees [31mand benches</bdi>' in render_html(report)
