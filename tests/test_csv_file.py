"""Files of any program are read as they are, or refused with one sentence (P18b)."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from surveyapp.csv_file import MOST_IN_CELL, open_csv, read_csv
from surveyapp.errors import BadInput

BOMBS = """
import io, re, sys, time
from pathlib import Path
from surveyapp.csv_file import read_csv
from surveyapp.errors import BadInput

class Endless(io.RawIOBase):
    \"""A gigabyte of one thing after a beginning, made while it is read.\"""
    def __init__(self, head, unit):
        self.parts, self.left = head, 1 << 30
        self.unit = unit * (65536 // len(unit))
    def readable(self):
        return True
    def readinto(self, room):
        if not self.parts:
            self.parts = self.unit
        count = min(len(room), len(self.parts), self.left)
        room[:count], self.parts, self.left = self.parts[:count], self.parts[count:], self.left - count
        return count

began = time.process_time()
try:
    read_csv(Endless(eval(sys.argv[1]), eval(sys.argv[2])), "bomb.csv")
except BadInput as error:
    print(error)
    print(time.process_time() - began)
    peak = re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())  # of this program alone
    print(int(peak[1]) / 1024)
"""


def rows(text: str) -> list[tuple[str, ...]]:
    return read_csv(text.encode(), "answers.csv").rows


def refusal(content: bytes, **limits: int) -> str:
    """The sentence with which the content is refused."""
    with pytest.raises(BadInput) as refused:
        read_csv(content, "answers.csv", **limits)  # type: ignore[arg-type]  # limits are numbers
    return str(refused.value)


def test_cells_stay_the_texts_they_are() -> None:
    assert rows("a,b\nNone,N/A\n 007 ,TRUE\n=1+1,\n") == [("None", "N/A"), (" 007 ", "TRUE"), ("=1+1", "")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_line_ends_and_byte_order_mark_do_not_matter(delimiter: str, end: str, mark: str) -> None:
    lines = [delimiter.join(cells) for cells in (["id", "idea"], ["1", '"one, two; and ""three"""'], ["2", "Bänke"])]
    table = read_csv((mark + end.join(lines) + end).encode(), "answers.csv")

    assert table.header == ("id", "idea")
    assert table.rows == [("1", 'one, two; and "three"'), ("2", "Bänke")]


def test_only_the_header_line_decides_on_the_delimiter() -> None:
    assert rows("idea\nmore; of; this\n") == [("more; of; this",)]
    assert rows('"first, and last";b\n1;2\n') == [("1", "2")]


def test_line_numbers_are_those_an_editor_shows() -> None:
    table = read_csv(b'idea\nfirst\n\n"second\nin three\nlines"\nthird\n\n\n', "answers.csv")

    assert table.rows == [("first",), ("second\nin three\nlines",), ("third",)]
    assert list(table.line_numbers) == [2, 4, 7]


def test_a_header_may_have_empty_lines_above_blanks_around_and_lines_inside() -> None:
    table = read_csv(b'\n\n" What should\nwe do? ", name ,\n1,2,3\n', "answers.csv")

    assert table.header == ("What should we do?", "name", "column 3")
    assert list(table.line_numbers) == [5]


def test_columns_are_kept_in_the_order_asked_for() -> None:
    table = read_csv(b"a,b,c\n1,2,3\n", "answers.csv", only=["c", " a "])

    assert (table.header, table.rows) == (("c", "a"), [("3", "1")])


def test_only_the_columns_asked_for_need_a_name_of_their_own() -> None:
    assert read_csv(b"idea,why,why\na bus,x,y\n", "answers.csv", only=["idea"]).rows == [("a bus",)]
    with pytest.raises(BadInput, match="two columns called “why”"):
        read_csv(b"idea,why,why\na bus,x,y\n", "answers.csv", only=["idea", "why"])


def test_a_stream_is_left_open() -> None:
    stream = io.BytesIO(b"a\n1\n")

    read_csv(stream, "answers.csv")

    assert not stream.closed


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        open_csv(str(tmp_path / "absent.csv"))
    with pytest.raises(BadInput, match="is a folder"):
        open_csv(str(tmp_path))
    with pytest.raises(BadInput, match="cannot be opened"):
        open_csv(str(tmp_path / ("long" * 100)))
    with pytest.raises(BadInput, match="cannot be opened"):
        open_csv("half\0name")


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)

    with pytest.raises(BadInput, match="larger than 200 MB"):
        open_csv(str(path))
    assert "larger than 5 MB" in refusal(b"a\n" + b"x\n" * (5 << 19), most_bytes=5 << 20)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"a,b\n\n", "no rows below"),
        (b"text\r\nok\r\ncaf\xe9\r\n", "line 3 holds bytes that are no character"),
        (b"text\n" + b"a line of words\n" * 5000 + b"caf\xe9\n", "line 5,002 holds bytes"),
        (b"text\nends in half a character \xe2\x82", "line 2 holds bytes"),
        (b"text\nnothing\x00here\n", "line 2 holds a NUL"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00", "not a text file"),
        ("text\nhello\n".encode("utf-16"), "is UTF-16"),
        ("text\nhello\n".encode("utf-16-le"), "is UTF-16"),
        ("text\nhello\n".encode("utf-16-be"), "is UTF-16"),
        (b"PK\x03\x04 and so on", "is a spreadsheet"),
        (b"name, name\n1,2\n", "two columns called “name”"),
        (b"te\x1bxt\nhello\n", "no text"),
        (b"a,b\n1,2\n1,2,3\n", "Line 3 of “answers.csv” has 3 cells, but the header has 2 columns"),
        (b'a,b\n"1\n1",2\n1\n', "Line 4 of “answers.csv” has 1 cell,"),
        (b'a,b\n1,2\n3,"x\n4,5\n', "the quotation mark of line 3 is not closed"),
        (b'a,b\n1,2\n3,"x\n4,"hello","you"\n', "Line 4 .* goes on after a closing .* begins in line 3:"),
        (b'a,b\n1,"x"y\n', "begins in line 2:"),
        (b"a\n" + b"x" * (MOST_IN_CELL + 1) + b"\n", "Line 2 .* too long: .* 100,000 in one cell"),
        (b"a\n" + b"x" * 131_073 + b"\n", "Line 2 .* too long"),
        (b'a\n"' + b"x\n" * 131_073 + b'"\n', "begins in line 2 .* Is its closing quotation mark missing"),
        (b"a,b\n1," + b"1," * 600_000 + b"\n", "Line 2 .* too long: it has more characters than 1,000,000"),
        (b",".join(b"c%d" % number for number in range(1001)) + b"\n", "more than 1,000 columns"),
        (b",".join(b"c%d" % number for number in range(10**6)) + b"\n", "more than 1,000 columns"),
        (b"a\n" + b"b\n" * 11, "more than 10 rows"),
    ],
)
def test_p18b_what_cannot_be_read_is_refused_with_a_sentence_that_says_where(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        read_csv(content, "answers.csv", most_rows=10 if b"b\nb" in content else 10_000)

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 220


def test_p18b_an_unknown_column_is_answered_with_those_there_are() -> None:
    header = ",".join(["short", "x" * 300, *(f"c{number}" for number in range(98))])

    with pytest.raises(BadInput) as refused:
        read_csv(f"{header}\n{',' * 99}\n".encode(), "answers.csv", only=["answer"])

    assert "no column “answer”; it has “short”, “xxx" in str(refused.value)
    assert str(refused.value).endswith("“c5” and 92 more.")


def test_names_cannot_reach_the_terminal() -> None:
    with pytest.raises(BadInput) as refused:
        read_csv(b"", "\x1b[2J\n\u202eanswers.csv")

    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("head", "unit", "sentence"),
    [
        ('b","', 'b","', "more than 1,000 columns"),
        ('b"a,b\\n"', 'b","', "too long"),
        ('b"a"', 'b"a"', "too long"),
        ('b"a\\n"', 'b"\\0"', "NUL"),
        ("b'a,b\\n1,\"'", 'b"more\\n"', "closing quotation mark missing"),
        ("b'a,\"b\\n'", 'b"more\\n"', "closing quotation mark missing"),
        ("b'a\\n'", "b'\"'", "closing quotation mark missing"),
        ("b'\"'", "b'\\n'", "closing quotation mark missing"),
        ('b"a\\n"', 'b"\\n"', "more than 2,000,000 lines"),
        ('b"a\\n"', 'b"\\r"', "more than 2,000,000 lines"),
        ('b"a,b,c\\n"', 'b"ab,cd,ef\\n"', "more than 2,000,000 cells"),
        ('b"a,b\\n"', 'b"ab,a longer text\\n"', "more than 1,000,000 rows"),
    ],
)
def test_p18b_a_gigabyte_is_streamed_and_refused_in_5_s_and_256_mb(head: str, unit: str, sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOMBS, head, unit],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )

    said, seconds, megabytes = done.stdout.splitlines()
    assert sentence in said
    assert float(seconds) < 5
    assert float(megabytes) < 256
