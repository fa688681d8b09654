"""What our own pages say to members, in the languages of page_words.tsv; a survey's own words are its translations.

The English words are the key. ``{}`` in them stands for a number that the text has there, ``{name}`` for something
that is put in. What is not in the table stays English, and is marked as such.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from surveyapp.surveys.translate import Spoken

TABLE = Path(__file__).with_name("page_words.tsv")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
OURS = "en"


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """The words by language, then by the English words."""
    languages, *rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines())
    return {language: {row[0]: row[at] for row in rows} for at, language in enumerate(languages)}


def said(words: str, language: str, **put_in: object) -> str:
    """Words of ours in a language, else in English.

    Args:
        words: In English, as page_words.tsv has them.
        language: Of the page, like ``pt-br``: without words of its own it has those of ``pt``.
        **put_in: What stands for ``{name}`` in the words.
    """
    if isinstance(words, Spoken) or not words:
        return words
    known = table()
    code = language if language in known else language.partition("-")[0]
    if code == OURS:
        return words.format(**put_in) if put_in else words
    here = known.get(code, {})
    if words in here:
        return here[words].format(**put_in) if put_in else here[words]
    if (pattern := NUMBER.sub("{}", words)) in here and pattern != words:
        return here[pattern].format(*NUMBER.findall(words))
    return Spoken(words.format(**put_in) if put_in else words, OURS)
