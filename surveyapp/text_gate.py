"""The gate for everything that people type: one rule for both databases and all screens."""

import re
import unicodedata

from surveyapp.errors import BadInput

# C0 and C1 controls but newline and tab; surrogates, which no encoding carries
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")
DECIMAL_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def clean_words(text: str) -> str:
    """Text of several lines as it is stored: NFC, unix line ends, no blanks around.

    Raises:
        BadInput: If it holds characters that are no text (NUL, control characters, half a character).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if bad := FORBIDDEN.search(text):
        raise BadInput(f"This holds a character that is no text (U+{ord(bad[0]):04X}). Please type it anew.")
    return unicodedata.normalize("NFC", text).strip()


def clean_line(text: str) -> str:
    """A name or title as it is stored: one line, single blanks, no characters that turn the direction of writing.

    Raises:
        BadInput: As for clean_words().
    """
    return " ".join(BIDI_CONTROLS.sub("", clean_words(text)).split())


def whole_number(text: str) -> int | None:
    """The whole number that *text* writes in ASCII digits; None if it writes none."""
    return int(text) if WHOLE_NUMBER.fullmatch(text.strip()) else None


def decimal_number(text: str) -> float | None:
    """The decimal number that *text* writes in ASCII digits, with a point or a comma; None if it writes none."""
    text = text.strip().replace(",", ".").replace("\u2212", "-")
    return float(text) if DECIMAL_NUMBER.fullmatch(text) else None
