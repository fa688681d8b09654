"""Which piece of a statement could stand as the title of a theme, and how well it reads as one."""

import re
from itertools import pairwise

from surveyapp.analysis.split import Span
from surveyapp.analysis.words import words

BEST_LENGTH = (4, 14)
"""Words of a title: fewer say too little, more are not read at a glance."""
LONGEST = 24
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
_WISH = re.compile(
    r"\b(?:needs?|should|must|wants?|would (?:like|love)|could use|ought to|ha(?:ve|s) to|let['’]s|i wish|deserves?|"
    r"it(?:['’]s| is) time|there (?:should|must|needs))\b",
    re.IGNORECASE,
)
_OWN_STORY = re.compile(r"(?:i|my|me|i['’]m|i['’]ve|mine|im|we've|when i|as an? )\b", re.IGNORECASE)
_OPEN_BEGIN = re.compile(
    r"(?:if|when|while|since|as|because|although|though|unless|until|after|before|with|given|due|despite|whether|where|"
    r"and|but|or|so|also|plus|then|yes|well|this|that|these|those|it|its|it['’]s|they|their|he|she|such|which|who|"
    r"in order|instead|especially|regarding|concerning|to|by|for|from|of|not|even|like|just|maybe)\b",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"\b(?:a|an|the|of|to|in|on|at|for|with|by|and|or|but|is|are|be|not|that|this|from|as|our|their|more|such|than|"
    r"if|when|because|very|so|thus|hence|therefore|however|also|need|needs|should|must|will|would|can|could|have|has|its|his|her|my|your|who|which)$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*[,;:()\[\]–—]+\s*|\s+-+\s+|\s*[.!?…]+\s+|"
    r"\s+(?=(?:because|so that|so|since|which|while|but|and|unless|even|especially|rather than|in order|"
    r"instead of|such a|such as|including|for example|to help)\b)",
    re.IGNORECASE,
)
_REFERS_ELSEWHERE = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|these|those|he|she|him|her|one|ones|here|same|such|does|do so|as well)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|no|never|nor|none|stop|against|oppose|ban|without|cannot|[a-z]+n['’]t|dont)\b", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(?:should|must|do|does|did|can|need|would|could|will|ought|is)(?: definitely| really| absolutely)?"
    r"(?:n['’]?t| not| never)\b|\bcannot\b|^\W*(?:no more|no new|not|never|stop|against|dont)\b|"
    r"\b(?:definitely|really|absolutely) (?:does|do|should|is) not\b|\b(?:oppose|reject|not in favou?r|not support)\b",
    re.IGNORECASE,
)
_ENDS = " \t.,;:!-–—…"


def title_spans(statement: str) -> list[Span]:
    """Pieces of a statement that could be a title: all of it, and where it is long the clauses that can stand alone."""
    start, end = _bare(statement, (0, len(statement)))
    spans = [(start, end)] if start < end else []
    if len(statement[start:end].split()) <= BEST_LENGTH[1]:
        return spans
    cuts = [found.span() for found in _CUT.finditer(statement, start, min(end, start + 1000))]
    bounds = [(start, start), *cuts, (end, end)]
    begins = [begin for _, begin in bounds[:-1]]
    for i, begin in enumerate(begins):
        for stop, _ in bounds[i + 1 : i + 5]:
            span = _bare(statement, (begin, stop))
            if span[0] < span[1] and _stands_alone(statement[span[0] : span[1]], is_first=i == 0):
                spans.append(span)
    return list(dict.fromkeys(spans))


def is_wish(piece: str) -> bool:
    """Whether a piece asks for something: "we need", "should", "more", or a verb that tells what to do."""
    said = words(piece)
    return bool(said) and (said[0] in _WISH_BEGINS or _WISH.search(piece) is not None)


def leans(statement: str) -> bool:
    """Whether a statement begins or goes on in a way that needs what was said before it."""
    return bool(_OPEN_BEGIN.match(statement) or _REFERS_ELSEWHERE.search(statement[:40]) or not statement[:1].isupper())


def is_against(piece: str) -> bool:
    """Whether a piece says that something should not be, as far as its words tell."""
    return _NOT.search(piece) is not None


def denies(piece: str) -> bool:
    """Whether the main clause of a piece is denied: "should not be", "does not need", "no more", "stop"."""
    return _DENIES.search(piece) is not None


def reading_ease(piece: str) -> float:
    """How well a piece reads as a title, as an amount to add to its cosine: 0 is a plain noun phrase of good length."""
    said = words(piece)
    n = len(said)
    score = 0.10 if is_wish(piece) else 0.0
    score -= 0.04 * max(0, n - BEST_LENGTH[1]) + 0.08 * max(0, BEST_LENGTH[0] - n)
    score -= 0.30 * (n > LONGEST)
    score -= 0.08 * (_REFERS_ELSEWHERE.search(piece) is not None)
    score -= 0.10 * ("?" in piece)
    score -= 0.12 * (_OWN_STORY.match(piece) is not None)
    score -= 0.15 * (_OPEN_BEGIN.match(piece) is not None)
    score -= 0.06 * any(c in piece for c in '"“”()[]/#@$*&%=+<>|~')
    score -= 0.04 * (not piece[:1].isupper())
    score -= 0.06 * ("!" in piece)
    score -= 0.03 * (", " in piece)
    shouted = sum(len(word) > 3 and word.isupper() for word in piece.split())
    score -= 0.12 * (shouted > n / 3) + 0.03 * (shouted > 0)
    return score - 0.05 * sum(a == b for a, b in pairwise(said))


def _bare(text: str, span: Span) -> Span:
    """The span without blanks and closing marks around it; a question mark stays."""
    start, end = span
    while start < end and text[start] in _ENDS:
        start += 1
    while end > start and text[end - 1] in _ENDS:
        end -= 1
    return start, end


def _stands_alone(piece: str, *, is_first: bool) -> bool:
    """Whether a clause cut from a statement is a whole wish by itself."""
    n = len(piece.split())
    if not BEST_LENGTH[0] <= n <= BEST_LENGTH[1] or piece.count('"') % 2 or piece.count("(") != piece.count(")"):
        return False
    if _OPEN_BEGIN.match(piece) or _OPEN_END.search(piece) or not is_wish(piece):
        return False
    return is_first or piece[0].isupper() or re.match(r"(?:we|there|the city|people)\s", piece) is not None
