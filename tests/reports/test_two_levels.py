"""The PDF tells the parts of a candidate, what its other side says, and in which languages people wrote (R7)."""

import io
from dataclasses import replace

import pypdf
from lxml import html

from surveyapp.reports.build import OtherSide, PartFigure, Report, Tone, complete
from surveyapp.reports.render import make_pdf, render_html
from tests.reports.samples import full_report


def words(report: Report) -> str:
    """What the PDF says."""
    pages = pypdf.PdfReader(io.BytesIO(make_pdf(report))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def with_first(report: Report, **fields: object) -> Report:
    """The report with other fields of its first candidate, and of its ideas."""
    first, *others = report.candidates
    changed = replace(first, **fields)  # type: ignore[arg-type]  # fields of a candidate
    return complete(replace(report, candidates=(changed, *others)))


PARTS = (PartFigure("A warm room with a stove", 38), PartFigure("Somebody with the key", 28))


def test_the_pdf_tells_the_parts_of_a_candidate_with_their_people() -> None:
    said = words(with_first(full_report(), parts=PARTS))

    assert "A warm room with a stove (38 people); Somebody with the key (28)" in said


def test_the_pdf_tells_what_the_other_side_says() -> None:
    said = words(with_first(full_report(), other_side=OtherSide("Leave the hall to the swallows.", 24)))

    assert "Others want the opposite, 24% of what takes sides." in said
    assert "“Leave the hall to the swallows.”" in said


def test_r7_parts_and_the_other_side_of_too_few_people_are_left_out() -> None:
    few = with_first(full_report(), people=8, parts=PARTS, other_side=OtherSide("Leave the hall to the swallows.", 24))

    said = words(few)

    assert "A warm room with a stove" not in said
    assert "swallows" not in said


def test_the_pdf_says_how_many_ideas_are_in_other_languages_and_what_that_means() -> None:
    report = full_report()
    assert report.ideas is not None
    said = words(complete(replace(report, methods=(), ideas=replace(report.ideas, in_other_languages=31))))

    assert "31 ideas are in other languages than English: they are grouped by their words" in said
    assert "31 ideas" not in words(report)


def test_the_report_tells_ideas_that_could_not_be_scored_from_ideas_that_are_too_few() -> None:
    columns = {}
    for tone in (Tone(1, 1, 1, unscored=20), Tone(1, 1, 1), None):
        page = html.document_fromstring(render_html(with_first(full_report(), tone=tone)))
        cells = page.xpath("//tr[th/a[@href='#candidate-1']]/td[normalize-space()]")
        columns[tone] = {cell.text_content() for cell in cells} & {"not scored", "too few"}
        assert ("its ideas could not be scored" in page.text_content()) is (columns[tone] == {"not scored"})
    assert list(columns.values()) == [{"not scored"}, {"too few"}, {"too few"}]
