"""Read a CSV of any program, from anybody: streamed, with bounds, and with one sentence where it cannot be read.

The format is RFC 4180 in UTF-8, with or without a byte order mark. Commas, semicolons or tabs part the cells,
whichever the header line has most of; nothing else is guessed, and every cell stays the text it is.
"""

import csv
import io
import os
import stat
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from surveyapp.errors import BadInput
from surveyapp.text_gate import clean_line

MOST_BYTES = 200 << 20
MOST_COLUMNS = 1_000
MOST_ROWS = 1_000_000
MOST_LINES = 2_000_000  # a row may have several
MOST_CELLS = 2_000_000  # that are kept
MOST_IN_CELL = 100_000  # characters; the csv module itself stops at 131,072
MOST_IN_ROW = 1_000_000
DELIMITERS = ",;\t"  # the first wins where the header has as many of two, or none of any
SHOWN_COLUMNS = 8
SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Table:
    """The cells of a file; lines that hold nothing at all are left out."""

    header: tuple[str, ...]
    """The names of the columns, each a clean line; one without a name is called "column 3"."""
    rows: list[tuple[str, ...]]
    """As many cells as columns in each, unchanged."""
    line_numbers: Sequence[int]
    """The line in which each row begins, from 1, as an editor shows it."""


def open_csv(path: str, *, most_bytes: int = MOST_BYTES) -> BinaryIO:
    """Open a file of the command line.

    Raises:
        BadInput: It is not there, not a file, not readable, or larger than *most_bytes*.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115  # whoever calls this closes it
    except FileNotFoundError:
        raise BadInput(f"There is no file {_shown(path)}.") from None
    except IsADirectoryError:
        raise BadInput(f"{_shown(path)} is a folder; name a CSV file in it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not one that a file can have"
        raise BadInput(f"{_shown(path)} cannot be opened: {reason}.") from None
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size > most_bytes:
        file.close()
        raise BadInput(_too_large(path, most_bytes))
    return file


def read_csv(
    source: bytes | BinaryIO,
    name: str,
    *,
    only: Sequence[str] = (),
    most_bytes: int = MOST_BYTES,
    most_columns: int = MOST_COLUMNS,
    most_rows: int = MOST_ROWS,
) -> Table:
    """Read a table whose first line names the columns.

    Args:
        source: The content, or where to read it from; a stream is left open.
        name: How the file is called in sentences.
        only: Columns to keep, in this order; all of them if empty.
        most_bytes: The largest content that is taken; a stream's is counted in characters.
        most_columns: The most columns that are taken.
        most_rows: The most rows below the header that are taken.

    Raises:
        BadInput: It is no such table; the sentence says where and what to change.
    """
    if isinstance(source, bytes) and len(source) > most_bytes:
        raise BadInput(_too_large(name, most_bytes))
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    buffer = io.BufferedReader(cast(io.RawIOBase, stream), 1 << 16)
    text = io.TextIOWrapper(buffer, encoding="utf-8-sig", newline="")
    try:
        _refuse_other_formats(buffer.peek(4096)[:4096], name)
        return _Records(text, name, most_bytes, most_columns).table(only, most_rows)
    finally:
        text.detach()
        buffer.detach()


class _Records:
    """The records of a file, one by one; never more of it is held than one record may have."""

    def __init__(self, text: io.TextIOWrapper, name: str, most_bytes: int, most_columns: int) -> None:
        self._text = text
        self._name = _shown(name)
        self._too_large = _too_large(name, most_bytes)
        self._most_bytes = most_bytes
        self._most_columns = most_columns
        self._read = 0  # characters so far
        self._line = 0  # number of the line read last
        self._begun = 1  # number of the line in which the record begins
        self._lines: list[str] = []  # those of the record so far
        self._length = 0  # their characters together
        self._is_done = False
        self._delimiter = DELIMITERS

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line with its end, as the csv module wants it."""
        try:
            line = self._text.readline(MOST_IN_ROW + 1)
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            number = self._line + 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
            raise BadInput(
                f"{self._name} is not UTF-8 text: line {number:,} holds bytes that are no character. "
                "Save it as “CSV UTF-8” and try again."
            ) from None
        if not line:
            self._is_done = True
            raise StopIteration
        self._line += 1
        self._lines.append(line)
        self._length += len(line)
        self._read += len(line)
        if "\0" in line:
            raise BadInput(f"{self._name} is not a text file: line {self._line:,} holds a NUL character.")
        if self._length > MOST_IN_ROW:
            raise BadInput(self._why_too_long())
        if self._line > MOST_LINES:
            raise BadInput(f"{self._name} has more than {MOST_LINES:,} lines. Split it, and take one part.")
        if self._read > self._most_bytes:
            raise BadInput(self._too_large)
        return line

    def table(self, only: Sequence[str], most_rows: int) -> Table:
        """All records: the header, and the rows below it."""
        header = self._header()
        kept = [_place(column, header, self._name) for column in only]
        wanted = [header[place] for place in kept] or header
        if twice := [column for column in wanted if header.count(column) > 1]:
            raise BadInput(f"{self._name} has two columns called {_shown(twice[0])}. Give each a name of its own.")
        rows: list[tuple[str, ...]] = []
        numbers = array("L")
        reader = csv.reader(self, delimiter=self._delimiter, strict=True)
        self._begin()
        while (cells := self._next(reader)) is not None:
            if cells:  # a line that holds nothing is no row
                if len(cells) != len(header):
                    raise BadInput(self._why_uneven(len(cells), len(header)))
                if len(rows) >= most_rows:
                    raise BadInput(f"{self._name} has more than {most_rows:,} rows. Split it, and take one part.")
                if (len(rows) + 1) * (len(kept) or len(header)) > MOST_CELLS:
                    raise BadInput(f"{self._name} has more than {MOST_CELLS:,} cells. Keep the columns that matter.")
                rows.append(tuple(cells[place] for place in kept) if kept else tuple(cells))
                numbers.append(self._begun)
            self._begin()
        if not rows:
            raise BadInput(f"{self._name} has a header line, but no rows below it.")
        return Table(tuple(header[place] for place in kept) if kept else header, rows, numbers)

    def _header(self) -> tuple[str, ...]:
        """The names of the columns; finds the delimiter."""
        marks = _Marks(DELIMITERS)
        for line in self:
            marks.follow(line, self._line)
            if not marks.is_open:
                if line.strip("\r\n"):
                    break
                self._begin()  # an empty line above the header
        if not self._lines:
            raise BadInput(f"{self._name} is empty.")
        self._delimiter = max(DELIMITERS, key=lambda mark: marks.counts[mark])
        cells = self._next(csv.reader(list(self._lines), delimiter=self._delimiter, strict=True)) or []
        if len(cells) > self._most_columns:
            raise BadInput(self._why_too_wide())
        try:
            return tuple(clean_line(cell) or f"column {number}" for number, cell in enumerate(cells, start=1))
        except BadInput:
            raise BadInput(f"The header of {self._name} holds characters that are no text. Is it a CSV file?") from None

    def _next(self, reader: Iterator[list[str]]) -> list[str] | None:
        """The cells of the next record; None after the last."""
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(self._why_malformed(is_too_long="limit" in str(error))) from None
        if cells and self._length > MOST_IN_CELL and max(map(len, cells)) > MOST_IN_CELL:
            raise BadInput(self._why_too_long())
        return cells

    def _begin(self) -> None:
        """Begin a new record."""
        self._lines.clear()
        self._length = 0
        self._begun = self._line + 1

    def _why_malformed(self, *, is_too_long: bool) -> str:
        if is_too_long:
            return self._why_too_long()
        marks = self._marks()
        if marks.is_open and self._is_done:
            return f"{self._name} ends inside a quoted text: the quotation mark of line {marks.opened:,} is not closed."
        return (
            f"Line {self._line:,} of {self._name} goes on after a closing quotation mark. The quoted text begins in "
            f"line {marks.opened:,}: close it there, or write quotation marks inside it twice."
        )

    def _why_too_long(self) -> str:
        seen = "".join(self._lines)
        if self._begun == 1 and max(seen.count(mark) for mark in DELIMITERS) >= self._most_columns:
            return self._why_too_wide()
        marks = self._marks()
        if marks.is_open:
            return (
                f"The quoted text that begins in line {marks.opened:,} of {self._name} is longer than "
                f"{MOST_IN_CELL:,} characters. Is its closing quotation mark missing?"
            )
        most = f"{MOST_IN_ROW:,}" if self._length > MOST_IN_ROW else f"{MOST_IN_CELL:,} in one cell"
        return f"Line {self._begun:,} of {self._name} is too long: it has more characters than {most}."

    def _marks(self) -> "_Marks":
        """The quotation marks of the record so far."""
        marks = _Marks(self._delimiter)
        for number, line in enumerate(self._lines, start=self._begun):
            marks.follow(line, number)
        return marks

    def _why_too_wide(self) -> str:
        return f"{self._name} has more than {self._most_columns:,} columns. Keep those that matter, and try again."

    def _why_uneven(self, cells: int, columns: int) -> str:
        return (
            f"Line {self._begun:,} of {self._name} has {_counted(cells, 'cell')}, but the header has "
            f"{_counted(columns, 'column')}. Put texts that hold the sign between cells in quotation marks."
        )


class _Marks:
    """Follows quotation marks and delimiters through the lines of a record."""

    def __init__(self, delimiters: str) -> None:
        self.counts: Counter[str] = Counter()  # of each delimiter, outside quotation marks
        self.opened = 0  # the line of the quotation mark that was opened last
        self.is_open = False
        self._delimiters = delimiters
        self._before = "start"  # of a cell; or inside a "plain" or "quoted" one, or "closed" behind its mark

    def follow(self, line: str, number: int) -> None:
        """Go through the next line, up to where it is malformed."""
        for character in line:
            if self.is_open:
                if character == '"':
                    self.is_open, self._before = False, "closed"
            elif character == '"' and self._before == "closed":  # doubled: the text goes on
                self.is_open = True
            elif character == '"' and self._before == "start":
                self.is_open, self.opened = True, number
            elif character in self._delimiters:
                self.counts[character] += 1
                self._before = "start"
            elif character in "\r\n":
                self._before = "start"
            elif self._before == "closed":
                return
            else:
                self._before = "plain"


def _refuse_other_formats(head: bytes, name: str) -> None:
    """Name what people send most often instead of a CSV."""
    if not head:
        raise BadInput(f"{_shown(name)} is empty.")
    nuls = head[::2].count(0), head[1::2].count(0)
    is_wide = min(nuls) == 0 and max(nuls) > len(head) // 4  # every other byte of Latin letters
    if is_wide or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{_shown(name)} is UTF-16 text. Save it as “CSV UTF-8” and try again.")
    if head.startswith(b"PK\x03\x04"):
        raise BadInput(f"{_shown(name)} is a spreadsheet or an archive. Save it as “CSV UTF-8” and try again.")
    if b"\0" in head:
        line = 1 + head[: head.index(0)].count(b"\n")
        raise BadInput(f"{_shown(name)} is not a text file: line {line:,} holds a NUL character.")


def _place(column: str, header: Sequence[str], name: str) -> int:
    """Which column is called so."""
    wanted = clean_line(column)
    if wanted in header:
        return header.index(wanted)
    listed = ", ".join(_shown(known) for known in header[:SHOWN_COLUMNS])
    more = f" and {len(header) - SHOWN_COLUMNS:,} more" if len(header) > SHOWN_COLUMNS else ""
    raise BadInput(f"{name} has no column {_shown(column)}; it has {listed}{more}.")


def _shown(name: str) -> str:
    """A name in a sentence: in quotation marks, in one line that a terminal cannot take for a command."""
    line = "".join(character if character.isprintable() else " " for character in name)
    short = line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"
    return f"“{short}”"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _too_large(name: str, most_bytes: int) -> str:
    return f"{_shown(name)} is larger than {most_bytes >> 20} MB. Split it, and take one part."
