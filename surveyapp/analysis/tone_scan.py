"""Tokens of a statement and the scopes they stand in: negation, contrast, emphasis, proposal. One pass, no tables."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from surveyapp.analysis.tone_topics import SUBJECTS, is_subject
from surveyapp.analysis.words import may_repeat

NEGATION_REACH: Final = 4  # words that a negator turns, unless a clause ends before
REACH_OF_OPINION: Final = 8  # "I don't think that the new hall is bad"
BEFORE_CONTRAST: Final = 0.5  # "nice, but ...": what was said before counts half
AFTER_CONTRAST: Final = 1.25
CONCEDED: Final = 0.5  # "although it is small, ..."
FORMER: Final = 0.25  # "it used to be great, ..."
IMAGINED: Final = 0.0  # "a bench would be lovely" praises what is not there
WISHED: Final = 0.6  # "fix the broken racks": in a wish, good and bad words name what it is about
LONGEST_OPENING: Final = 4  # fillers before the verb of "so maybe also just add benches"

_OTHER_TOKENS = (
    r"|\d+"
    r"|!!?|\?\??|[.,;()\n]"
    r"|[:;=]['-]?(?:[)(dp|\]\[](?![a-z])|/(?!/))|<3"  # emoticons, lower-cased; not the "://" of an address
)
_find_ascii_tokens = re.compile(r"[a-z]+(?:'[a-z]+)*" + _OTHER_TOKENS).findall
_find_tokens = re.compile(
    r"[^\W\d_]+(?:'[^\W\d_]+)*" + _OTHER_TOKENS + r"|[\u2600-\u27bf\U0001f300-\U0001faff]"  # emoji, one by one
).findall
_stretches = re.compile(r"(.)\1{2,}", re.DOTALL)


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(words.split())


NEGATORS = word_set(
    "not no never none nothing nobody nowhere neither nor without cannot hardly barely scarcely rarely seldom dont "
    "cant wont isnt wasnt arent werent didnt doesnt couldnt wouldnt shouldnt hasnt havent aint nowt don't can't "
    "won't isn't wasn't aren't weren't didn't doesn't couldn't wouldn't shouldn't hasn't haven't hadn't ain't "
    "mustn't needn't"
)
EMPHASIS = {
    "very": 1.3, "really": 1.25, "so": 1.15, "extremely": 1.5, "absolutely": 1.4, "incredibly": 1.4, "totally": 1.3,
    "completely": 1.3, "highly": 1.3, "particularly": 1.2, "especially": 1.2, "exceptionally": 1.5, "truly": 1.25,
    "slightly": 0.6, "somewhat": 0.7, "bit": 0.7, "little": 0.8, "fairly": 0.8,
}  # fmt: skip
_SENTENCE_ENDS = frozenset((".", ";", "\n", "!", "!!", "?", "??"))
PUNCTUATION = _SENTENCE_ENDS | frozenset(",()")
_CLAUSE_ENDS = PUNCTUATION | word_set(
    "because since which who if when whereas unless until but however although though except while whilst yet"
)
_CONTRASTS = word_set("but however yet except")
_CONCESSIONS = word_set("although though while whilst despite")
_UNABLE = word_set("can't cant cannot couldn't couldnt")
_FAULTLESS = {  # "can't wait", "couldn't have asked for more", "can't thank them enough": no negation, and praise
    **dict.fromkeys(word_set("beat complain fault wait"), frozenset()),
    **dict.fromkeys(
        word_set("be been"), word_set("better happier easier nicer kinder friendlier prouder simpler more")
    ),
    **dict.fromkeys(word_set("ask asked wish wished"), word_set("for")),
    **dict.fromkeys(word_set("praise thank recommend rate"), word_set("enough highly")),
}  # verb -> one of these has to follow it, if there are any
REACH_OF_PRAISE: Final = 6  # words between "thank" and "enough"
_IMAGINING = word_set("would could might")
_IMAGINED_VERBS = word_set("be have been make help improve benefit")
REACH_OF_IMAGINING: Final = 6
_OPINION_VERBS = word_set("think believe feel find say suppose imagine expect consider see")
_WISH_WORDS = word_set("please suggest suggestion propose proposal lets let's ought consider should need needs")
_NO_WISH_BEFORE = frozenset(("not", "have", "is", "was", "were"))
_WISH_PAIRS = {
    word: word_set(followers)
    for word, followers in (
        ("could", "we you they use be"), ("would", "like love be help prefer appreciate"), ("can", "we you"),
        ("i'd", "like love prefer"), ("want", "more a an to better"), ("why", "not"), ("how", "about"),
        ("what", "about"), ("recommend", "that adding having"), ("wish", "there we you they"), ("must", "be have"),
    )
}  # fmt: skip
_IMPERATIVES = word_set(
    "add address allow ask avoid ban bring build change clean consider continue control convert create cut decrease "
    "demolish develop don't dont do encourage enforce ensure establish expand explore extend facilitate figure fill "
    "find forgive fix focus fund get give have help hire hold improve include increase install introduce invest keep "
    "let light limit lower maintain make move offer open organise organize patch pay plan plant prioritise "
    "prioritize promote protect provide publish put quit raise reduce refocus remove renovate reopen repair repeal "
    "replace require respect restore revise rid rotate send set share shorten simplify start stay stick stop strive "
    "support take teach tell train treat trim try update upgrade use want widen work more less fewer better stricter "
    "stronger"
)
_NO_IMPERATIVE_BEFORE = PUNCTUATION - {",", "("} | word_set("is was are were from has have had than of up it")
_FILLERS = word_set("and also maybe perhaps just to so the a an yes no ( ) ,") | frozenset("0123456789")

# What a token does to its neighbours; most have no line here and are never looked at one by one.
_ENDS_SENTENCE, _IS_COMMA, _TURNS, _STRESSES, _WISHES, _OPENS_SCOPE, _IMAGINES, _MAY_BE_SUBJECT = (
    1 << bit for bit in range(8)
)
_ROLES: dict[str, int] = {}
for _role, _tokens in (
    (_ENDS_SENTENCE, _SENTENCE_ENDS),
    (_IS_COMMA, frozenset(",()")),
    (_TURNS, NEGATORS),
    (_STRESSES, frozenset(EMPHASIS)),
    (_WISHES, _WISH_WORDS | frozenset(_WISH_PAIRS) | _IMPERATIVES),
    (_IMAGINES, _IMAGINING),
    (_MAY_BE_SUBJECT, SUBJECTS),
    (_OPENS_SCOPE, _CONTRASTS | _CONCESSIONS | {"used", "too"}),
):
    for _token in _tokens:
        _ROLES[_token] = _ROLES.get(_token, 0) | _role


class Scan(NamedTuple):
    """The tokens of a text, in order, with what their surroundings do to them.

    ``words[i]`` counts ``strengths[i]`` times and is turned round where ``negated[i]``. A negator that governs a polar
    word is renamed: ``not^`` before a good one, ``not~`` before a bad one, so that "not good" and "no problem" are
    learned apart; ``too+`` is a "too" before a word.
    """

    words: list[str]
    strengths: list[float]
    negated: list[bool]
    n_words: int
    is_proposal: bool


def tokens_of(text: str) -> list[str]:
    """Split into lower-case words, numbers, punctuation and emoji; "sooooo" becomes "soo"."""
    text = text.lower()
    if may_repeat(text, 3):
        text = _stretches.sub(r"\1\1", text)
    if text.isascii():
        tokens: list[str] = _find_ascii_tokens(text)
    else:
        tokens = _find_tokens(text.replace("\u2019", "'").replace("\u2018", "'"))
    return tokens


def scan(tokens: list[str], polar: Mapping[str, int]) -> Scan:
    """Mark each token with its scopes.

    Args:
        tokens: From ``tokens_of``.
        polar: Sign of the words that are good (1) or bad (-1) by themselves.
    """
    size = len(tokens)
    words = tokens.copy()
    strengths = [1.0] * size
    negated = [False] * size
    n_words = size
    is_proposal = False
    sentence = 0  # where it began
    is_wish = False
    contrast = -1  # where it turns: "but"
    concession, discount = -1, 1.0  # where less weight began, and how much less
    tokens = [*tokens, "."]
    for place in [place for place, token in enumerate(tokens) if token in _ROLES]:
        token = tokens[place]
        role = _ROLES[token]
        if role & (_ENDS_SENTENCE | _IS_COMMA):
            n_words -= 1
            if concession >= 0:
                _weigh(strengths, concession, place, discount)
                concession = -1
            if role & _ENDS_SENTENCE:
                _weigh_sentence(strengths, sentence, contrast, place, is_wish)
                is_proposal = is_proposal or is_wish
                sentence, contrast, is_wish = place + 1, -1, False
            continue
        if role & _TURNS:
            _turn(tokens, words, strengths, negated, place, polar)
        if role & _STRESSES and place + 1 < size:
            strengths[place + 1] *= EMPHASIS[token]
        if role & _WISHES and not is_wish:
            is_wish = _is_wish(tokens, place, sentence)
        if role & _IMAGINES and tokens[place + 1] in _IMAGINED_VERBS:
            _imagine(tokens, strengths, place, polar)
        strengths[place] = 0.0 if role & _MAY_BE_SUBJECT and is_subject(tokens, place) else strengths[place]
        if role & _OPENS_SCOPE:
            if token in _CONTRASTS:
                contrast = place
            elif token == "too" and tokens[place + 1][0].isalpha():  # noqa: S105  a word
                words[place] = "too+"
            elif concession < 0 and (token in _CONCESSIONS or tokens[place + 1 : place + 3] == ["to", "be"]):
                concession, discount = place, CONCEDED if token in _CONCESSIONS else FORMER
    return Scan(words, strengths, negated, n_words + 1, is_proposal)


def _weigh_sentence(strengths: list[float], start: int, contrast: int, end: int, is_wish: bool) -> None:
    if contrast > start:
        _weigh(strengths, start, contrast, BEFORE_CONTRAST)
        _weigh(strengths, contrast, end, AFTER_CONTRAST)
    if is_wish:
        _weigh(strengths, start, end, WISHED)


def _weigh(strengths: list[float], start: int, end: int, factor: float) -> None:
    for place in range(start, end):
        strengths[place] *= factor


def _turn(
    tokens: list[str],
    words: list[str],
    strengths: list[float],
    negated: list[bool],
    place: int,
    polar: Mapping[str, int],
) -> None:
    """Mark what the negator at *place* turns, and rename it after the first polar word that it governs."""
    following = tokens[place + 1]
    if tokens[place] == "not" and following in ("only", "just"):
        return
    if verb := _faultless(tokens, place):
        words[place] = f"can't+{verb}"
        if tokens[place] == "not":  # "could not": one word
            strengths[place - 1] = 0.0
    is_named = bool(verb)
    reach = REACH_OF_OPINION if following in _OPINION_VERBS else NEGATION_REACH
    for governed in range(place + 1, min(place + 1 + reach, len(tokens))):
        token = tokens[governed]
        if token in _CLAUSE_ENDS or not token[0].isalnum():
            break
        if verb:
            strengths[governed] = 0.0
            continue
        negated[governed] = True
        if not is_named and (sign := polar.get(token)):
            words[place] = "not^" if sign > 0 else "not~"
            is_named = True


def _imagine(tokens: list[str], strengths: list[float], place: int, polar: Mapping[str, int]) -> None:
    """Let good words after the "would be" at *place* weigh less, to the end of their clause."""
    for imagined in range(place + 2, min(place + 2 + REACH_OF_IMAGINING, len(tokens))):
        token = tokens[imagined]
        if token in _CLAUSE_ENDS:
            break
        if polar.get(token, 0) > 0:
            strengths[imagined] *= IMAGINED


def _faultless(tokens: list[str], place: int) -> str:
    """The verb of the praise that the negator at *place* belongs to, or nothing: "could not have been better"."""
    negator = tokens[place]
    if negator not in _UNABLE and (negator != "not" or place == 0 or tokens[place - 1] not in ("can", "could")):
        return ""
    verb = place + 2 if tokens[place + 1] == "have" else place + 1
    needed = _FAULTLESS.get(tokens[verb])
    if needed is None or (needed and needed.isdisjoint(tokens[verb + 1 : verb + 1 + REACH_OF_PRAISE])):
        return ""
    return "be" if tokens[verb] == "been" else tokens[verb]


def _is_wish(tokens: list[str], place: int, sentence: int) -> bool:
    """Whether the token at *place* makes its sentence, which begins at *sentence*, a proposal."""
    token = tokens[place]
    following = tokens[place + 1]
    if token in _WISH_WORDS and following not in _NO_WISH_BEFORE:
        return True
    if following in _WISH_PAIRS.get(token, ()):
        return True
    return (
        token in _IMPERATIVES
        and place - sentence <= LONGEST_OPENING
        and following not in _NO_IMPERATIVE_BEFORE
        and all(opening in _FILLERS for opening in tokens[sentence:place])
    )
