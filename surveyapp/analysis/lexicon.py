"""What kind of word a word mostly is: the lexicon that comes with TextBlob, read as it is.

Each line holds a word and its most frequent tag (Brill 1992): NN a noun, NNS a plural, NNP a name, VB a verb as in
"to build", VBZ "builds", VBD and VBN "built", VBG "building", JJ an adjective, RB an adverb, IN a preposition.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LINE = re.compile(r"^([^;\s]\S*) (\S+)", re.MULTILINE)
_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "n", "al", "ity", "ness")
"""A word is known, too, when it is a known word with one of these endings."""


@cache
def shared_lexicon() -> dict[str, str]:
    """Word to its most frequent tag, read once in a process; names keep their capitals.

    Raises:
        RuntimeError: The package with the lexicon is not installed.
    """
    package = find_spec("textblob")
    if package is None or package.origin is None:
        raise RuntimeError("The package textblob, which holds the lexicon, is not installed.")
    return dict(_LINE.findall((Path(package.origin).parent / "en" / "en-lexicon.txt").read_text(encoding="utf-8")))


def tag(word: str) -> str:
    """The most frequent tag of a word, "" for one that the lexicon does not have."""
    lexicon = shared_lexicon()
    return lexicon.get(word) or lexicon.get(word.lower()) or ""


def exactly(word: str) -> str:
    """The most frequent tag of a word with just these capitals, "" for one that the lexicon does not have."""
    return shared_lexicon().get(word, "")


def is_spelt(word: str) -> bool:
    """Whether a word is one of the lexicon, as it stands or without a usual ending; any capitals."""
    lexicon = shared_lexicon()
    small = word.lower().replace("’", "'").replace("ise", "ize").replace("isa", "iza").replace("our", "or")
    if word.lower() in lexicon or small in lexicon or word in lexicon or small.capitalize() in lexicon:
        return True
    for ending in _ENDINGS:
        begin = small.removesuffix(ending)
        if begin != small and len(begin) > 2 and (begin in lexicon or f"{begin}e" in lexicon or begin[:-1] in lexicon):
            return True
    return False
