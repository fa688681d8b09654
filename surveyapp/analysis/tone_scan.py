"""Tokens of a statement and the scopes they stand in: negation, contrast, emphasis, proposal. One pass, no tables."""

import re
from collections.abc import Mapping
from typing import NamedTuple

NEGATION_REACH = 4  # words that a negator turns, unless a clause ends before
BEFORE_CONTRAST = 0.5  # "nice, but ...": what was said before counts half
AFTER_CONTRAST = 1.25
CONCEDED = 0.5  # "although it is small, ..."
FORMER = 0.25  # "it used to be great, ..."

BREAK = ""  # stands between two words that no pair may join

_find_tokens = re.compile(
    r"[^\W\d_]+(?:'[^\W\d_]+)*"  # words, with their apostrophes
    r"|\d+"
    r"|[!?]+|[.,;()\n]"
    r"|[:;=]['-]?(?:[)(dp|\]\[](?![a-z])|/(?!/))|<3"  # emoticons, lower-cased; not the "://" of an address
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"  # emoji, one by one
).findall
_has_stretch = re.compile(r"(.)\1\1", re.DOTALL).search
_stretches = re.compile(r"(.)\1{2,}", re.DOTALL)

# What a word does to its neighbours, as bits: most words have none and take the short way through scan().
_ENDS_SENTENCE, _ENDS_CLAUSE, _CONTRASTS, _CONCEDES, _NEGATES, _EMPHASISES, _WISHES, _OPENS_WISH, _SPECIAL = (
    1 << bit for bit in range(9)
)

NEGATORS = frozenset(
    "not no never none nothing nobody nowhere neither nor without cannot hardly barely scarcely rarely seldom "
    "dont cant wont isnt wasnt arent werent didnt doesnt couldnt wouldnt shouldnt hasnt havent aint nowt "
    "don't can't won't isn't wasn't aren't weren't didn't doesn't couldn't wouldn't shouldn't hasn't haven't hadn't "
    "ain't mustn't needn't".split()
)
EMPHASIS = {
    "very": 1.3, "really": 1.25, "so": 1.15, "extremely": 1.5, "absolutely": 1.4, "incredibly": 1.4, "totally": 1.3,
    "completely": 1.3, "highly": 1.3, "particularly": 1.2, "especially": 1.2, "exceptionally": 1.5, "truly": 1.25,
    "slightly": 0.6, "somewhat": 0.7, "bit": 0.7, "little": 0.8, "fairly": 0.8,
}  # fmt: skip
_CLAUSE_ENDS = frozenset(
    "because since which who if when whereas unless until but however although though except while whilst yet".split()
)
_CONTRAST = frozenset("but however yet except".split())
_CONCESSION = frozenset("although though while whilst despite".split())
_WISH_WORDS = frozenset("please suggest suggestion propose proposal lets let's ought consider should".split())
_WISH_PAIRS = {
    "need": "to more better a an some new less fewer", "needs": "to more better a an some new less fewer",
    "could": "we you they use be", "would": "like love be help prefer appreciate", "i'd": "like love prefer",
    "want": "more a an to better", "why": "not", "how": "about", "what": "about", "can": "we you",
    "recommend": "that adding having", "wish": "there we you they", "must": "be have", "it'd": "be",
}  # fmt: skip
_IMPERATIVES = frozenset(
    "add allow ban bring build change clean consider continue control create cut decrease do encourage enforce ensure "
    "establish expand explore extend fill find fix focus fund get give have help hire hold improve include increase "
    "install introduce invest keep let limit lower maintain make move offer open organise organize patch pay plan "
    "plant prioritise prioritize promote protect provide publish put quit raise reduce remove renovate repair replace "
    "require restore set share shorten simplify start stop support teach train trim try update upgrade use more less "
    "fewer better stricter stronger".split()
)
_NOT_AN_IMPERATIVE_BEFORE = frozenset("is was are were from has have had than and of were up ! it .".split())
_FILLERS = frozenset("and also maybe perhaps just to so the a an ( yes no".split())


def _roles() -> dict[str, int]:
    roles: dict[str, int] = {}
    for bit, words in (
        (_ENDS_SENTENCE, frozenset(".;\n")),
        (_ENDS_CLAUSE, _CLAUSE_ENDS | frozenset(",()")),
        (_CONTRASTS, _CONTRAST),
        (_CONCEDES, _CONCESSION),
        (_NEGATES, NEGATORS),
        (_EMPHASISES, frozenset(EMPHASIS)),
        (_WISHES, _WISH_WORDS),
        (_OPENS_WISH, frozenset(_WISH_PAIRS)),
        (_SPECIAL, frozenset(("too", "used"))),
    ):
        for word in words:
            roles[word] = roles.get(word, 0) | bit
    return roles


_ROLES = _roles()
_WISH_FOLLOWERS = {word: frozenset(followers.split()) for word, followers in _WISH_PAIRS.items()}


class Scan(NamedTuple):
    """The tokens of a text, in order, with what their surroundings do to them.

    ``words[i]`` counts ``strengths[i]`` times and is turned round where ``negated[i]``. ``BREAK`` stands where
    punctuation keeps two words apart. A negator that governs a polar word is renamed: ``not^`` before a good one,
    ``not~`` before a bad one, so that "not good" and "no problem" are learned apart; ``too+`` is a "too" before a word.
    """

    words: list[str]
    strengths: list[float]
    negated: list[bool]
    n_words: int
    is_proposal: bool


def tokens_of(text: str) -> list[str]:
    """Split into lower-case words, numbers, punctuation and emoji; "sooooo" becomes "soo"."""
    text = text.lower()
    if not text.isascii():
        text = text.replace("\u2019", "'").replace("\u2018", "'")
    if _has_stretch(text):
        text = _stretches.sub(r"\1\1", text)
    tokens: list[str] = _find_tokens(text)
    return tokens


def scan(tokens: list[str], polar: Mapping[str, int]) -> Scan:
    """Mark each token with its scopes.

    Args:
        tokens: From ``tokens_of``.
        polar: Sign of the words that are good (1) or bad (-1) by themselves.
    """
    words: list[str] = []
    strengths: list[float] = []
    negated: list[bool] = []
    role_of, sign_of = _ROLES.get, polar.get
    reach = 0  # how many more words the last negator turns
    negator = -1  # where that negator stands, while it has met no polar word
    clause = 1.0
    emphasis = 1.0
    sentence = 0  # where the sentence began in words
    n_words = 0
    is_proposal = False
    at_start = True
    last = len(tokens) - 1
    for index, token in enumerate(tokens):
        role = role_of(token, 0)
        mark = token[0] in "!?"
        if role & _ENDS_SENTENCE or mark:
            words.append(token if mark else BREAK)
            strengths.append(1.0)
            negated.append(False)
            if mark:
                words.append(BREAK)
                strengths.append(1.0)
                negated.append(False)
            reach, clause, emphasis, sentence, at_start = 0, 1.0, 1.0, len(words), True
            continue
        following = tokens[index + 1] if index < last else "."
        if role & _ENDS_CLAUSE:
            reach = 0
            if token in ",()":
                if clause < 1.0:
                    clause = 1.0
                words.append(BREAK)
                strengths.append(1.0)
                negated.append(False)
                continue
            if role & _CONTRASTS and len(words) > sentence:
                for row in range(sentence, len(words)):
                    strengths[row] *= BEFORE_CONTRAST
                clause = AFTER_CONTRAST
        if role & _CONCEDES:
            clause = CONCEDED
        n_words += 1
        if at_start and token not in _FILLERS and not token.isdigit():
            at_start = False
            if token in _IMPERATIVES and following not in _NOT_AN_IMPERATIVE_BEFORE and following not in ";\n?":
                is_proposal = True
        if role:
            if (role & _WISHES and following not in ("not", "have")) or (
                role & _OPENS_WISH and following in _WISH_FOLLOWERS[token]
            ):
                is_proposal = True
            if role & _SPECIAL:
                if token == "used" and following == "to" and index + 2 <= last and tokens[index + 2] in ("be", "have"):
                    clause = FORMER
                elif token == "too" and following[0].isalpha():
                    token = "too+"
        if reach and negator >= 0:
            sign = sign_of(token)
            if sign is not None:
                words[negator] = "not^" if sign > 0 else "not~"
                negator = -1
        words.append(token)
        strengths.append(clause * emphasis)
        negated.append(reach > 0)
        emphasis = EMPHASIS[token] if role & _EMPHASISES else 1.0
        if role & _NEGATES and not (token == "not" and following in ("only", "just")):
            reach, negator = NEGATION_REACH, len(words) - 1
        elif reach:
            reach -= 1
    return Scan(words, strengths, negated, n_words, is_proposal)
