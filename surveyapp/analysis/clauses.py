"""Where a sentence goes on to a further wish: "… and open the library", ", fewer cars", "but the hours are fine"."""

import re
from collections.abc import Callable

from surveyapp.analysis.words import STOP_WORDS

FEWEST_WORDS_OF_CLAUSE = 3
"""Both sides of a cut before a further subject and verb have at least so many words."""
_LOOK = 300
"""Characters on either side of a possible cut that are looked at: the cost stays in step with the length."""


def _any(listed: str) -> str:
    return "|".join(listed.split())


_AND = r"and|but|plus|&|\+|und|aber|y|pero|et|mais|oraz|ale|та|але"
_JOINT = re.compile(  # looks back for the beginning of the blanks: a pattern that begins with its marks is found faster
    rf"[,\s](?:(?<=,)(?<!\s,)\s++|(?<=\s)(?<!\s\s)\s*+(?:[-–—/]\s++|(?=(?:{_AND}|also)\s)|(?<=\.\.\s)|(?<=…\s)))"
    rf"(?:(?:{_AND})\s++)?(?:also\s++)?",
    re.IGNORECASE,
)
_NEXT_JOINT = re.compile(r",\s|\s[-–—&+]\s|\s(?:and|but|plus)\s", re.IGNORECASE)

_FINITE = (
    r"(?:is|are|was|were|has|have|can|could|should|must|needs?|will|would|does|do|did|wants?|ought|deserves?|cannot|"
    r"(?:is|are|was|were|has|have|ca|could|should|wo|would|does|do|did)n['’]?t|"
    r"keeps|comes|goes|takes|gets|makes|gives|seems|feels|knows|says|likes|loves|hates|becomes|went|came|became|took)"
)
_NO_PART = "who|which|that|and|or|but|to|if|when|so|because|we|you|i|they|he|she|it|us|me|them|everyone|everybody"
_NO_SUBJECT = rf"{_NO_PART}|what|how|why|where|as|for|in|on|at|of|with|not|then|may|might|never|just|only|now|still"
_SUBJECT = (
    r"(?:we|you|i|there|people|everyone|everybody|someone|somebody|nobody|no\s+one|"
    r"(?:the|our|my|your|an?|all|some|many|most|no|every|each|those|these|more|other|another)"
    rf"(?:\s+(?!(?:{_NO_PART})\b)[\w'’-]+){{1,5}}?|"
    rf"(?!(?:{_NO_SUBJECT}|{_FINITE})\b)[\w'’-]+(?:\s+(?!(?:{_NO_SUBJECT}|{_FINITE})\b)[\w'’-]+)?)"
)
_FOREIGN_SUBJECT = (
    r"(?:(?:der|die|das|den|unsere?|meine?|el|la|los|las|mi|nuestr[oa]s?|le|les|mon|notre|nos)(?:\s+[\w'’-]+){1,3}?|"
    r"wir|ich|man|es|nous|on|ils?|elles?)"
)
_FOREIGN_FINITE = (
    r"(?:ist|sind|hat|haben|war|waren|wird|werden|muss|müssen|soll(?:te|ten)?|kann|können|braucht|brauchen|fehlt|fehlen|"
    r"es|son|está|están|tienen?|hay|debería|deberían|necesitan?|faltan?|est|sont|ont|était|étaient|devrai(?:t|ent)|faut)"
)
_OWN_FOREIGN_SUBJECT = re.compile(rf"{_FOREIGN_SUBJECT}\s+{_FOREIGN_FINITE}\b", re.IGNORECASE)
_HAS_FOREIGN_FINITE = re.compile(rf"\b{_FOREIGN_FINITE}\b", re.IGNORECASE)
_OWN_SUBJECT = re.compile(rf"{_SUBJECT}\s+(?:(?:also|really|still|just|often|always)\s+)?{_FINITE}\b", re.IGNORECASE)
_SAME_SUBJECT = re.compile(r"(i|we|people)\s", re.IGNORECASE)
_OPENS = re.compile(r"\W*(?:as|since|while|once|after|before|by|with|without|for|in|at|on|given)\b", re.IGNORECASE)
_HAS_FINITE = re.compile(rf"\b{_FINITE}\b", re.IGNORECASE)

# words that ask for something to be done, and are hardly ever anything but a verb
_VERB = _any(
    """add build buy create provide improve reduce remove stop make allow encourage keep give bring fix enforce expand
    hire ban lower raise increase install introduce replace organise organize invite offer teach pay publish print
    restore enable ensure protect promote develop establish eliminate get let legalise legalize abolish federalize
    federalise mend ask send put prevent thank translate involve educate extend upgrade renovate widen pave invest
    attract require connect find revitalise revitalize beautify spend include recognise recognize treat elect build
    simplify shorten strengthen modernise modernize insulate hand sell learn"""
)
# words that are as often a noun: they are a verb before "the", "more" and the like
_VERB_OR_NOUN = _any(
    """plant open close clean paint end hold lock tax share fund support train repair plan use change help test host run
    show move light cut set start turn display cook limit control design celebrate listen lend feed water mix welcome"""
)
_AFTER_VERB = r"(?:the|an?|our|my|your|all|more|new|some|every|each|better|another|no|less|fewer|local|people|council)"
_HAS_VERB = re.compile(rf"\b(?:{_VERB}|{_VERB_OR_NOUN})\b", re.IGNORECASE)
_SHORTENED_VERB = re.compile(r"\w['’](?:m|re|ve|ll|s|d)\b", re.IGNORECASE)
_OWN_VERB = re.compile(
    rf"(?:please\s+)?(?:(?:{_VERB})\s+(?!and\b|or\b)\S|(?:{_VERB_OR_NOUN})\s+{_AFTER_VERB}\s)", re.IGNORECASE
)
_FIRST_VERB = re.compile(
    rf"(?:^\W*|[,:]\s+|\b(?:please|also|should|must|let['’]?s|(?:need|needs|want|wants|have|has|ought|like|love)\s+to)\s+)"
    rf"(?:please\s+|also\s+)?(?:{_VERB}|{_VERB_OR_NOUN})\s+",
    re.IGNORECASE,
)
_FOR_A_PURPOSE = re.compile(
    rf"\b(?:to\s+(?!{_AFTER_VERB}\b)\w|(?:can|will|by|from)\s+(?:\w+\s+)?(?:{_VERB}|{_VERB_OR_NOUN})\b)", re.IGNORECASE
)

# a wish for more or less of something, which is said again before the next one
_HEAD = (
    r"(?:more|less|fewer|better|no|not\s+enough|too\s+(?:many|few|much|little)|cheaper|safer|cleaner|slower|faster|longer|shorter|later|earlier|quieter|bigger|"
    r"smaller|lower|higher|stronger|wider|warmer|mehr|weniger|bessere?|keine?|más|menos|mejor(?:es)?|więcej|mniej|"
    r"lepsz[eay]|більше|менше|plus\s+de|moins\s+de)"
)
_AGAIN_A_HEAD = re.compile(rf"{_HEAD}\s+(?!(?:for|of|than|and|or|in|to|on|so)\b)[^\W\d_]", re.IGNORECASE)
_HAS_A_HEAD = re.compile(
    rf"(?:^\W*|:\s+|\b(?:need|needs|want|wants|like|love|see|have|with|brauchen|wollen|queremos|quiero|necesitamos|"
    rf"faut|voulons|voudrais|potrzebujemy|chcemy|потрібно)\s+){_HEAD}\s+",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"\W*([\w'’]+)")

_HANGS_ON = re.compile(
    r"\b(?:if|when|because|unless|although|though|so|that|who|where|whether|either|until)\b", re.IGNORECASE
)
_HANGS_ON_LOOSELY = re.compile(
    r"\b(?:since|as|which|whose|while|how|what|why|both|between|than|lead|leads|means|for\s+people\s+to)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"\b(?:it|its|it['’]s|they|them|their|theirs|he|she|him|her|his|ones?)\b|"
    rf"\b(?:this|that|these|those)(?=\s+{_FINITE}\b|\s*[.,!?]|\s*$)",
    re.IGNORECASE,
)


def has_verb(clause: str) -> bool:
    """Whether some word of a short clause is, or may well be, a verb."""
    return bool(_HAS_FINITE.search(clause) or _HAS_VERB.search(clause) or _SHORTENED_VERB.search(clause))


def joints(text: str, start: int, end: int, is_kept: Callable[[int], bool]) -> list[tuple[int, int]]:
    """The blanks, marks and "and" between clauses of a sentence that each stand by themselves.

    A clause stands where it has its own subject and verb, its own verb and object ("and open the library"), or says
    the head of the wish again ("more trees and fewer cars"), and has no word that points back.

    Args:
        text: The answer.
        start: Where the sentence begins.
        end: Where it ends.
        is_kept: Whether a place is inside a quotation, bracket, number or address.
    """
    found = []
    for joint in _JOINT.finditer(text, start, end):
        before = text[max(start, joint.start() - _LOOK) : joint.start()]
        after = text[joint.end() : min(end, joint.end() + _LOOK)]
        if _is_cut(before, after, joint[0].strip()) and not is_kept(joint.start()):
            found.append(joint.span())
            start = joint.end()
    return found


def _is_cut(before: str, after: str, joint: str) -> bool:
    """Whether both sides of a joint stand by themselves."""
    stands = (
        _says_the_head_again(before, after) or _has_own_verb(before, after) or _has_own_subject(before, after, joint)
    )
    if not stands or before.count("(") != before.count(")") or _HANGS_ON.search(before):
        return False
    following = _NEXT_JOINT.search(after)
    return not _REFERS_BACK.search(after, 0, following.start() if following else len(after))


def _has_own_subject(before: str, after: str, joint: str) -> bool:
    has_word = joint.strip(" ,-–—&+") != ""
    again = _SAME_SUBJECT.match(after)
    if (
        has_word
        and again
        and before.lower().startswith((f"{again[1].lower()} ", f"{again[1].lower()}'", f"{again[1].lower()}’"))
    ):
        return len(after.split()) >= FEWEST_WORDS_OF_CLAUSE
    is_foreign = has_word and _OWN_FOREIGN_SUBJECT.match(after) is not None
    if not is_foreign and not _OWN_SUBJECT.match(after):
        return False
    said = before if has_word and "," in joint else before.rpartition(",")[2]
    if not has_word and (joint not in {",", ""} or _OPENS.match(before)):
        return False  # "the hall is cold – the heating is old" explains, "&" joins nouns, "In winter, …" sets the scene
    said = said.rpartition(":")[2]
    has_finite = (_HAS_FOREIGN_FINITE if is_foreign else _HAS_FINITE).search(said) is not None
    return has_finite and min(len(said.split()), len(after.split())) >= FEWEST_WORDS_OF_CLAUSE


def _has_own_verb(before: str, after: str) -> bool:
    if not _OWN_VERB.match(after) or _HANGS_ON_LOOSELY.search(before):
        return False
    end = max((found.end() for found in _FIRST_VERB.finditer(before)), default=len(before))
    wished = before[end:]
    return _has_content(wished) and not _FOR_A_PURPOSE.search(wished) and len(after.split()) > 1


def _says_the_head_again(before: str, after: str) -> bool:
    if _AGAIN_A_HEAD.match(after):
        found = _HAS_A_HEAD.search(before)
        return found is not None and _has_content(before[found.end() :]) and not _HANGS_ON_LOOSELY.search(before)
    first, again = _FIRST_WORD.match(before), _FIRST_WORD.match(after)
    if first is None or again is None or first[1].lower() != again[1].lower() or first[1].lower() in STOP_WORDS:
        return False
    if min(len(first[1]), len(before.rpartition(",")[2].split()), len(after.split())) < 2:
        return False
    return not any(pattern.search(side) for pattern in (_HANGS_ON_LOOSELY, _HAS_FINITE) for side in (before, after))


def _has_content(words: str) -> bool:
    """Whether some word says what it is about."""
    return any(word.strip(".,!?\"'").lower() not in STOP_WORDS for word in words.split())
