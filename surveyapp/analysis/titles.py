"""Which piece of a statement could stand as the title of a theme, and how well it reads as one."""

import re
from collections.abc import Container
from itertools import pairwise

from surveyapp.analysis.lexicon import is_spelt, tag
from surveyapp.analysis.split import Span
from surveyapp.analysis.tone_scan import word_set
from surveyapp.analysis.words import STOP_WORDS, lowered, words

BEST_LENGTH = (4, 13)
"""Words of a title: fewer say too little, more are not read at a glance."""
MOST_EASE = 0.20
"""What a wish is worth more than a bare thing: the most that the reading of a piece adds."""
LONGEST = 18
"""Words of a title at most, where a theme has any statement or clause as short as that."""

_TELLING = """
abolish add address adopt allow arrange ask attract ban beautify begin boost bring build buy celebrate change check
clean close collect complete connect construct continue cooperate create cut deal decrease defend demand develop
donate educate elect eliminate empower encourage end enforce ensure establish expand explain extend feed fill find
finish fix focus follow fund get give grow have hear help hire hold honor honour host house impeach implement improve
include increase install introduce invest join keep launch learn legalise legalize let light limit listen lower
maintain make mandate mend merge modernise modernize move offer open organise organize outlaw overturn paint pass pave
pay permit pick plan plant prevent prioritise prioritize promote protect provide publish pursue put raise reach read
record reduce reform refund register regulate relax relocate remove renovate reopen repaint repair repeal replace
replant require respect restore restrict rethink reuse revise reward rotate run save sell send serve set share show
simplify speak sponsor start stock stop strengthen support sync synchronise synchronize tackle take talk tax teach
tell thank tidy train treat trim trust try turn unite update upgrade use visit volunteer vote waive water welcome
widen work write
"""
IMPERATIVES = frozenset(_TELLING.split())
"""Verbs that tell what to do."""
_WISH_BEGINS = IMPERATIVES | frozenset(
    {"more", "better", "less", "fewer", "no", "free", "affordable", "please", "let's", "lets", "stronger", "bigger"}
)
# the patterns are looked for in small letters: that is several times faster than to pass over capitals
_WISH = re.compile(
    r"\b(?:needs?|should|must|wants?|would (?:like|love)|could use|ought to|ha(?:ve|s) to|let['’]s|i wish|deserves?|"
    r"it(?:['’]s| is) time|there (?:should|must|needs)|(?:is|are) (?:needed|wanted|required))\b",
)
_HAS_HAPPENED = re.compile(r"\b(?:would have|was|were|had|did|has been|have been|than \d+)\b")
_ABOUT_ONESELF = re.compile(
    r"(?:i|my|me|i['’](?:m|ve|d|ll)|mine|im|ive|we['’]ve|when i|as an? |speaking as|personally)\b"
)
_WISHES_ONESELF = re.compile(
    r"i(?:['’]d| would) (?:like|love)|i (?:want|wish)|i (?:think|believe|feel) (?:that )?(?:we|there|the)\b",
)
_SAYS_I = re.compile(r"\b(?:i|my|me|i['’](?:m|ve|d|ll)|mine|myself)\b")
_OPEN_BEGIN = re.compile(
    r"(?:if|when|while|since|as|because|although|though|unless|until|after|before|with|given|due|despite|whether|where|"
    r"and|but|or|so|also|plus|then|yes|well|this|that|these|those|it|its|it['’]s|they|their|he|she|such|which|who|"
    r"in order|instead|especially|regarding|concerning|to|by|for|from|of|not|even|like|just|maybe|however|than|"
    r"needs|should|must|is|are|was|has|want|wants)\b",
)
_OPEN_END = re.compile(
    r"\b(?:a|an|the|of|to|in|on|at|for|with|by|and|or|but|is|are|be|not|that|this|from|as|our|their|more|such|than|"
    r"if|when|because|very|so|thus|hence|therefore|however|also|need|needs|should|must|will|would|can|could|have|has|"
    r"its|his|her|my|your|who|which|both|either|like|pass)$|\b(?:e\.?g|i\.?e|etc|w/)$",
)
FIRST_WORDS = 100
"""Characters in which the first two words of a piece are looked for."""
LONGEST_END = 12
"""More characters than any of these words has."""
_HALF_OF_A_PAIR = re.compile(r"\b(?:both|either|neither|between|not only)\b")
_CUT = re.compile(  # what it begins with tells most places at once that nothing begins there
    r"(?=[\s;:()\[\]–—.!?,])(?:"
    r"\s*[;:()\[\]–—]+\s*|\s+-+\s+|\s*(?<!\.)[.!?]+(?<!\.\.)\s+|"
    r"\s*,\s*(?=(?:and |but |so )?(?:we|they|it|this|there|i)\b)|"
    r"\s*,\s*(?=(?:especially|including|such|rather|instead|for example|in order|which|who|while|because|since|so|but|"
    r"then|regardless|even|particularly|not|as|with)\b)|"
    r"\s+(?=(?:because|so that|so|since|which|while|but|and|unless|even|especially|rather than|in order|"
    r"instead of|such a|such as|including|for example|to help)\b))",
)
_GOES_ON = re.compile(
    r"\s*(?:,?\s*(?:and|or)\s)?(?:we|they|it|this|there|i|you|because|so|since|which|while|but|unless|even|not|let)\b",
)
"""What follows an "and" where the wish before it is whole: another clause, not another thing of a list."""
_GOES_ON_WITH_AND = re.compile(r"\s*,?\s*(?:and|or)\b")
_BEGINS_ANEW = re.compile(r"(?:we|there|the city|people)\s")
_REFERS_ELSEWHERE = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|these|those|he|she|him|her|ones|here|same|such|does|do so|as well|also|"
    r"something|else|too)\b",
)
_OF_THE_POLL = re.compile(
    r"\b(?:(?:this|the|these|your) (?:poll|survey|questionnaire|questions?|statements?|form)|(?:i|to) (?:dis)?agree|"
    r"agreed|answer(?:ed|ing)? (?:this|these))\b",
)
_WORDS_OF_THE_POLL = word_set(
    "poll survey questionnaire question questions statement statements form agree disagree agreed answer answered "
    "answering"
)
"""One of which is in every text that the pattern finds: most have none."""
_NOT = re.compile(r"\b(?:not|no|never|nor|none|stop|against|oppose|ban|without|cannot|[a-z]+n['’]t|dont)\b")
_ASKS = re.compile(r"(?:why|how|what|when|where|who|which|do|does|is|are|can|could|will|would|shall)\b")
_STUCK = re.compile(r"[^\W\d_][,;:!?&][^\W\d_]{2}|^&[^\W\d_]{2}")
"""Words without the blank that belongs between them: "earth,we"."""
_MARK_BEFORE_LETTER = re.compile(r"[,;:!?&][^\W\d_]")
_BROKEN = re.compile(r"\b(?:needs?|wants?|a|an|the|our|should|must) (?:at|en|of|from|is|are|and|or|an?)\b(?! all)")
"""Words that do not follow each other in a sentence: "we need at park"."""
_ENDS = ".,;:!-–—…"
_MARKS = frozenset('"“”()[]/#@$*&%=+<>|~')


def title_spans(statement: str) -> list[Span]:
    """Pieces of a statement that could be a title: all of it, and where it is long the clauses that can stand alone."""
    start, end = _bare(statement, (0, len(statement)))
    spans = [(start, end)] if start < end else []
    if len(statement[start:end].split()) <= BEST_LENGTH[1] - 3:
        return spans
    cuts = [found.span() for found in _CUT.finditer(lowered(statement), start, min(end, start + 1000))]
    bounds = [(start, start), *cuts, (end, end)]
    for i, (_, after_cut) in enumerate(bounds[:-1]):
        begin, _ = _bare(statement, (after_cut, end))
        if i > 0 and not (statement[begin : begin + 1].isupper() or _BEGINS_ANEW.match(statement, begin)):
            continue
        for stop, after in bounds[i + 1 : i + 5]:
            span = _bare(statement, (begin, stop))
            n = len(statement[slice(*span)].split())
            if n > BEST_LENGTH[1]:
                break
            if n >= BEST_LENGTH[0] and _stands_alone(statement, span, after):
                spans.append(span)
    return list(dict.fromkeys(spans))


def is_wish(piece: str, said: list[str] | None = None) -> bool:
    """Whether a piece asks for something: "we need", "should", "more", or a verb that tells what to do.

    Args:
        piece: A statement or a piece of one.
        said: Its words, or the first two, where they are known.
    """
    said = words(piece[:FIRST_WORDS]) if said is None else said
    if not said:
        return False
    small = piece.lower()
    is_thing = said[0] in _WISH_BEGINS and (said[0] in IMPERATIVES or _HAS_HAPPENED.search(small) is None)
    return is_thing or tells(said) or _WISH.search(small) is not None


def tells(said: list[str]) -> bool:
    """Whether words begin with a verb that tells what to do, and go on with what is to be done to what."""
    if len(said) < 2 or said[1] in {"is", "are", "was", "were", "has", "have", "will", "of", "should", "must", "needs"}:
        return False
    return said[0] in IMPERATIVES or (tag(said[0]) == "VB" and said[0] not in STOP_WORDS)


def leans(statement: str) -> bool:
    """Whether a statement begins or goes on in a way that needs what was said before it."""
    small = statement[:40].lower()
    return bool(_OPEN_BEGIN.match(small) or _REFERS_ELSEWHERE.search(small) or not statement[:1].isupper())


def is_against(piece: str) -> bool:
    """Whether a piece says that something should not be, as far as its words tell."""
    return _NOT.search(piece.lower()) is not None


def is_about_the_poll(piece: str, said: list[str]) -> bool:
    """Whether a piece, with these words, is about the survey in which it was written."""
    return not _WORDS_OF_THE_POLL.isdisjoint(said) and _OF_THE_POLL.search(piece.lower()) is not None


def reading_ease(
    piece: str, known: Container[str] = frozenset(), *, said: list[str] | None = None, of_the_poll: bool = False
) -> float:
    """How well a piece reads as a title, as an amount to add to its cosine: 0 is a plain noun phrase of good length.

    Args:
        piece: A statement or a piece of one.
        known: Words in small letters that are written right, besides those of the lexicon.
        said: The words of the piece, where they are known.
        of_the_poll: Whether a title may be about the survey itself.
    """
    said, small = words(piece) if said is None else said, piece.lower()
    n = len(said)
    score = MOST_EASE if is_wish(piece, said) else 0.0
    score -= 0.04 * max(0, n - BEST_LENGTH[1]) + 0.08 * max(0, BEST_LENGTH[0] - n)
    score -= 0.30 * (n > LONGEST)
    score -= 0.10 * (_REFERS_ELSEWHERE.search(small) is not None)
    score -= 0.16 * ("?" in piece or _ASKS.match(small) is not None)
    score -= 0.15 * (not of_the_poll and is_about_the_poll(piece, said))
    if _SAYS_I.search(small):
        score -= 0.06 if _WISHES_ONESELF.match(small) else 0.20 if _ABOUT_ONESELF.match(small) else 0.12
    score -= 0.15 * (_OPEN_BEGIN.match(small) is not None)
    score -= 0.15 * (_OPEN_END.search(small[-LONGEST_END:]) is not None)
    score -= 0.06 * (not _MARKS.isdisjoint(piece))
    score -= 0.12 * (not piece[:1].isupper())
    score -= 0.08 * ("!" in piece or ". " in piece)
    score -= 0.04 * min(3, piece.count(", "))
    shouted = sum(len(word) > 3 and word.isupper() for word in piece.split())
    score -= 0.12 * (shouted > n / 3) + 0.05 * (shouted > 0)
    score -= 0.14 * min(3, n_slips(piece, known))
    carrying = [word for word in said if word not in STOP_WORDS]
    score -= 0.06 * (len(carrying) - len(set(carrying)))  # a play on words: "all lives matter, black lives matter"
    return score - 0.05 * sum(a == b for a, b in pairwise(said))


def n_slips(piece: str, known: Container[str]) -> int:
    """How many words of a piece look like slips of the pen: unknown to the lexicon and to the other texts."""
    slips = len(_BROKEN.findall(piece.lower()))
    may_stick = _MARK_BEFORE_LETTER.search(piece) is not None
    for word in piece.split():
        if may_stick and _STUCK.search(word):
            slips += 1
            continue
        bare = word.strip(" \t.,;:!?-–—…\"'“”‘’()[]*&/%$#")
        small = bare.lower().replace("’", "'")
        too_short = len(bare) < 3 and small not in STOP_WORDS and bare.islower()
        if not bare.isalpha() or (small in known and not too_short) or (bare[:1].isupper() and not bare.isupper()):
            continue
        slips += too_short or (not is_spelt(bare) and not bare.isupper())
    return slips


def _bare(text: str, span: Span) -> Span:
    """The span without blanks and closing marks around it; a question mark stays."""
    start, end = span
    while start < end and (text[start] in _ENDS or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _ENDS or text[end - 1].isspace()):
        end -= 1
    return start, end


def _stands_alone(statement: str, span: Span, after: int) -> bool:
    """Whether a clause cut from a statement is a whole wish by itself.

    Args:
        statement: Where it is cut from.
        span: The clause, which begins as a statement does.
        after: Where the statement goes on.
    """
    piece, rest = statement[span[0] : span[1]], statement[span[1] : after + 40]
    if piece.count('"') % 2 or piece.count("(") != piece.count(")"):
        return False
    small = piece.lower()
    if _OPEN_BEGIN.match(small) or _OPEN_END.search(small[-LONGEST_END:]) or not is_wish(piece):
        return False
    goes_on_with_and = _GOES_ON_WITH_AND.match(rest)
    return not (goes_on_with_and and (_HALF_OF_A_PAIR.search(small) or not _GOES_ON.match(rest.lower())))
