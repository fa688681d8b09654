"""Text as the analysis reads it: words, a folded form that tells repeats, answers that say nothing."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

LONGEST_WORD = 40
"""Characters of one word that are looked at: longer ones are addresses or noise."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}
_WORD_OR_MARK = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()\[\]\"“”/–—]|\s-+\s")
_LATER_WORD = re.compile(r" (?<=[a-z,] )([^\W\d_]{2,40})")  # a pattern that begins with a blank is found faster
_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,200}>")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,500}")
_REPEATED = re.compile(r"(.)\1{3,}")

# pronouns and question words; to be, to have, to do, modal verbs; prepositions, conjunctions; words of any wish
_STOP = """
a an the this that these those i me my mine we us our ours you your yours he him his she her hers it its they them
their theirs who whom whose which what when where why how myself ourselves yourself themselves itself someone somebody
something anyone anybody anything everyone everybody everything nobody nothing one ones am is are was were be been
being have has had having do does did doing done can could shall should will would may might must ought cannot can't
couldn't shouldn't won't wouldn't don't doesn't didn't isn't aren't wasn't weren't haven't hasn't hadn't i'm i've i'd
i'll we're we've we'd we'll you're you've they're they've it's that's there's here's what's who's let's he's she's
dont doesnt didnt cant wont isnt arent im ive would've could've should've of in on at by for with about against
between into through during before after above below to from up down out off over under again further then once and
but or nor if because as until while so than too very without within along among around across behind beside besides
beyond despite except like near onto per since toward towards upon via though although unless whether either neither
both not no yes only just also even still yet ever never all any each every few more most other others some such own
same here there now much many lot lots bit less need needs needed want wants wanted wish make makes making made get
gets getting got give go goes going come comes keep put take see let please maybe perhaps really think feel believe
know say etc thing things way ways good great better best well new instead rather able sure always often enough quite
"""
STOP_WORDS = frozenset(_STOP.split())
"""Words that say nothing about a theme: they are no keywords and are not counted."""

_NOTHING = """
none | no | nope | nah | na | n a | nil | null | nan | nothing | nothing really | not really | nothing much
nothing at all | no comment | no comments | no specific comments | no further comments | no statement | no response
no reply | no answer | no opinion | no idea | no ideas | no preference | no suggestion | no suggestions | no thanks
no thank you | not applicable | not sure | unsure | not certain | i don't know | i dont know | don't know | dont know
do not know | i do not know | dunno | idk | i have no idea | no clue | not that i know of | not that i can think of
can't think of anything | cant think of anything | i can't think of anything | i cant think of anything
nothing comes to mind | nothing to add | nothing to say | nothing else | nothing else to add | nothing more | that's all
thats all | that is all | none at this time | not at this time | nothing at this time | none at the moment
nothing to add at this time | nothing at the moment | none that i can think of | nothing i can think of
nothing that i can think of | as above
see above | same as above | same | ditto | same answer | yes | yep | yeah | ok | okay | fine | thanks | thank you
thank you very much | pass | skip | next | test | testing | prefer not to say | prefer not to answer | rather not say
no more | other | hello | hi | xx | xxx | asdf | blah | blah blah | blah blah blah | lol | haha | hmm | whatever | idc
i don't care | i dont care | don't care | dont care
"""
_SAYS_NOTHING = frozenset(answer.strip() for line in _NOTHING.splitlines() for answer in line.split("|"))


def clean(text: str) -> str:
    """The text in one Unicode form, without control characters, markup and addresses, on one line."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "www." in text or "://" in text:
        text = _ADDRESS.sub(" ", text)
    return text


def may_repeat(text: str, times: int) -> bool:
    """Whether some character may stand so many times in a row, several times faster than by looking for it.

    Where a text equals itself one character later, the difference of the two, as numbers, has zero bytes.
    """
    if not text.isascii():
        return True
    number = int.from_bytes(text.encode())
    return bytes(times - 1) in (number ^ (number >> 8)).to_bytes(len(text))


def _small(text: str) -> str:
    """The text clean, in small letters, apostrophes straight, letters not drawn out."""
    text = clean(text).lower().replace("’", "'")
    return _REPEATED.sub(r"\1\1", text) if may_repeat(text, 4) else text


def lowered(text: str) -> str:
    """The text in small letters, each at its place: one that would become two stays."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def words(text: str) -> list[str]:
    """The words of a text in order, in small letters, apostrophes straight; long ones cut, letters not drawn out."""
    small = _small(text)
    is_plain = small.isascii() and "'" not in small  # then the same words are found in half the time
    said = small.translate(_BETWEEN_WORDS).split() if is_plain else _WORD.findall(small)
    return said if len(small) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in said]


def words_and_marks(text: str) -> list[str]:
    """The words as `words` gives them, and between them the marks at which a phrase ends."""
    return [word[:LONGEST_WORD] for word in _WORD_OR_MARK.findall(_small(text))]


def fold(text: str) -> str:
    """The form in which two texts are the same text: only their words count."""
    return " ".join(words(text)) or " ".join(text.split())


def fingerprint(text: str) -> bytes:
    """Eight bytes that stand for the text: a fixed order of texts that nobody chose and no arrival changes."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def says_nothing(text: str) -> bool:
    """Whether a text is blank, has fewer than two letters, or only says that there is nothing to say."""
    return not what_it_says(text)


def what_it_says(text: str) -> str:
    """The folded text; none where a text is blank, has fewer than two letters, or says that there is nothing to say."""
    folded = fold(text)
    has_two_letters = next(islice(filter(str.isalpha, folded), 1, None), None) is not None
    return folded if has_two_letters and folded not in _SAYS_NOTHING else ""


@lru_cache(maxsize=2**16)  # texts have many words, but few different ones
def stem(word: str) -> str:
    """The word without its plural or possessive ending: for counting, never for showing."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def written_large(texts: Iterable[str]) -> frozenset[str]:
    """Words, in small letters, that mostly have a capital where they do not begin a sentence: names, in English."""
    written: Counter[str] = Counter()
    for text in texts:
        written.update(_LATER_WORD.findall(text))
    large: Counter[str] = Counter()
    for word, n in written.items():
        large[word.lower()] += n if word[0].isupper() else -n
    return frozenset(word for word, surplus in large.items() if surplus > 0)
