"""Tables for other programs: CSV that no spreadsheet takes for formulas (PROMISES P18a)."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BLANKS = " \t\r\n\0\u00a0\u3000"
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread letters beyond ASCII


def as_cell(value: object) -> str:
    """A value as the text of a cell: one that a spreadsheet could take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = str(value).replace("\0", "")
    if isinstance(value, int | float):
        return text
    is_dangerous = text.lstrip(BLANKS).startswith(FORMULA_BEGINS) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_dangerous else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8, every cell in quotation marks (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([as_cell(name) for name in header])
    writer.writerows([as_cell(value) for value in row] for row in rows)
    return (BYTE_ORDER_MARK + out.getvalue()).encode()
