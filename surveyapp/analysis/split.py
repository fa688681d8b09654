"""Free text to statements: the sentences and clauses that stand by themselves, as offsets into the answer."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter

from surveyapp.analysis.clauses import has_verb, joints
from surveyapp.analysis.words import STOP_WORDS, words

Span = tuple[int, int]
"""Start and end of a piece of the answer, in characters; the end is not part of it."""

FEWEST_WORDS = 2
"""A sentence with fewer words, or with none but stop words, does not stand by itself."""
WRAPPED_LINE = 50
"""A line of at least so many characters may have been broken by its width and go on in the next."""
_NOT_AT_THE_END = """
a an the of and or our my your their with from at to for on in by than because that
"""
_NEVER_LAST = frozenset(_NOT_AT_THE_END.split())

_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|drs?|st|rd|ave|blvd|ln|hwy|mt|ft|vs|etc|e\.?g|i\.?e|cf|no|nos|inc|ltd|co|corp|approx|est|appts?|"
    r"jr|sr|cllr|messrs|hon|capt|lt|sgt|ext|av|wk|wks|mo|yr|esp|incl|govt|gov|sen|rep|prof|rev|gen|dept|dev['’]t|univ|bldg|apt|min|max|hrs|yrs|tel|pp|para|fig|vol|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|sra|dra|ul|str|nr|ca|bzw|usw|ea|ky|tn|pkwy|rte|ctr|sq|mgmt|mgr|mtg|asst|assn|bros|"
    r"[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_])$",
    re.IGNORECASE,
)
_FOR_EXAMPLE = re.compile(r"(?:e\.?g|i\.?e|z\.?b)$", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\s+(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Stock|Etage|Klasse)\b"
)
_TIME_OF_DAY = re.compile(r"\b[ap]\.?\s?m$", re.IGNORECASE)
_NEXT_OF_TIME = re.compile(  # "at 7 p.m. Monday", "at 7 p.m. on Mondays"; with another capital a sentence begins
    r"\s*+(?:[^A-Z]|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[ECMP][SD]?T\b))"
)
_FIRST_WORD = re.compile(r"\s*([A-Z][a-z]*)\b")
_NAMES_TOO = frozenset({"a", "may", "will"})  # a capital makes these a name after an abbreviation: Dr. Will, J. A.
_KEPT_WHOLE = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|«[^»\n]{1,400}»|\([^()\n]{1,400}\)|\[[^\[\]\n]{1,400}\]|"
    r"(?:https?://|www\.)\S{1,500}(?<![.,;:!?)])|\S{1,100}@\S{1,100}(?<![.,;:!?)])|\d[\d.,:]*\d"
)
_SENTENCE_END = re.compile(  # each alternative looks back: a pattern that begins with its marks is found much faster
    r"[.!?…。！？؟۔](?:(?<=[。！？])[。！？]*+|(?<=[؟۔])[؟۔]*+|(?<![.!?…][.!?…])(?:[.!?…]*+[\"”»’')\]]*+(?=\s)|"
    r"(?<=[a-z]{3}[.!?])[.!?]*+(?=[A-Z][a-z])|(?<=[a-z]{3}[!?])[!?]*+(?=[a-z])|"
    r"(?<=[a-z]{3}\.)(?=[a-z]{3,20}\s)(?!(?:com|org|net|gov|edu|info|html?|pdf)\b)))"
)
_EMOJI_END = re.compile(
    "(?<=\\S\\s)(?:[\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*+)++(?=\\s)"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff]")  # Thai, Lao, Khmer, Chinese, Japanese
_NEXT_BEGINS = re.compile(r"\s*([^\W_]|[\"“«(\[#$£€@]|[^\w\s])", re.UNICODE)
_LINE = re.compile(r"[^\r\n\u2028\u2029\v\f]+")
_BULLET = re.compile(r"\s*(?:[-*+•–—·‣▪◦●]+\s+|[•‣▪◦●]|\(?\d{1,2}[.):]\s+|\(?[a-hA-H]\)\s+)")
_INLINE_BULLET = re.compile(r"[•‣▪◦●]")
_INLINE_STAR = re.compile(r"(?<=\s)\*(?=\s)")
_INLINE_NUMBER = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)]\s+(?=[^\W\d_])")
_NUMBERED = re.compile(r"\d[.)]\s")
_FIRST_NUMBER = re.compile(r"\b1[.):]\s+$")
_SEMICOLON = re.compile(r";(?=\s)")
_LEANS_ON_THE_LAST = re.compile(
    r"(?:(?:and|but|also|so|or|plus|then|maybe|perhaps|again|yes|no|well|surely|hopefully|clearly|obviously|certainly|"
    r"sadly|unfortunately|sometimes),?\s+)*"
    r"(?:this|that|it|its|it['’]s|they|they['’]re|these|those|he|she|him|her|his|them|their|theirs|ours|others|which|"
    r"such|because|cause|otherwise|thus|therefore|hence|instead|neither|same|likewise|for\s+example|for\s+instance|"
    r"e\.?g|i\.?e|especially|including|like|except|anything\s+(?:less|else)|not\s+only|not\s+just|if\s+so|if\s+not|"
    r"why|how\s+come|so|then|who)\b",
    re.IGNORECASE,
)


_IT_SAYS_NOTHING = re.compile(  # "it is time to", "it would be nice if"
    r"it(?:['’]s|\s+is|\s+was|\s+(?:would|will|should|might)\s+(?:also\s+|really\s+)?(?:be|help)|\s+seems|\s+takes)\s+"
    r"(?!(?:too|going|supposed|trying|about|used|starting|likely|able|not|never|also|just|up)\b|"
    r"(?:an?|the)\s+(?!(?:shame|pity|good\s+idea)\b))(?:[\w'’]+\s+){0,3}?"
    r"(?:to(?!\s+(?:the|an?|our|my|your|us|me|them|him|her)\b)|that|if|when|time)\b",
    re.IGNORECASE,
)
_MADE_SO = re.compile(r"\bit\s+(?:[\w'’]+\s+){1,2}(?:to|that|if|when|for)\b", re.IGNORECASE)  # "make it easy to"
_PREPOSITION = re.compile(r"(?:in|on|at|for|with|from|by|near|within|during|until|including)\b", re.IGNORECASE)
_ENDS_BACK = frozenset(["it", "them", "that", "this", "those", "one", "ones", "there"])
_SHORT = 5
"""In a sentence of at most so many words a last "it" or "there" points to what was said before."""
_ASIDE = 8
"""A sentence of at most so many words that begins with a preposition and has no verb only adds to the one before."""
_BACK = frozenset(["it", "it's", "its", "they", "them", "their", "theirs", "he", "she", "him", "her", "his"])
_MEANT = "everyone everybody people nobody someone somebody anyone anybody each who many most some others"
_PEOPLE = frozenset(_MEANT.split())
_GOES_ON = re.compile(
    r"\(|(?:would(?!\s+(?:like|love))|might|not\s+to|anything\s+but|reduces|helps|makes|adds|saves|brings|keeps|prevents|"
    r"an?\s+(?:place|way|shame|disgrace|waste|must)|the\s+one)\b(?![^.!?]*\?)",
    re.IGNORECASE,
)
_WITHOUT_SUBJECT = re.compile(  # "Was perfect.", "Needs to change!"; a question has one that follows
    r"(?:is|are|was|were|has|had|does|did|may|seems?|needs\s+to|(?:is|are|was|were|has|does|did)n['’]?t)\b(?![^.!]*\?)",
    re.IGNORECASE,
)
_THERE = re.compile(  # a place that was named before, not "there are" or "is there"
    r"\b(?<!is )(?<!are )(?<!was )(?<!were )there\b(?!\s+(?:\w+\s+)?(?:is|are|was|were|be|been|has|have|had|should|"
    r"must|needs?|will|would|can|could|may|might|ought|seems?|used|exists?|for|to|when|"
    r"(?:is|are|was|were|should)n['’]?t)\b)",
    re.IGNORECASE,
)
_BRIEF = 6
"""So many words without a subject tell nothing of their own; more may ("Was told to come back the next day")."""
_FIRST_WORDS = 5
"""A "there" among so many first words means a place of the sentence before."""
_POLITE = """
please thank thanks hello hi hey dear team sir madam regards sincerely cheers asking listening reading advance
guten tag hallo danke bitte hola gracias bonjour merci dzień dobry dziękuję proszę привіт дякую
"""
_COURTESY = frozenset(_POLITE.split())
_GREETING = re.compile(
    r"(?:(?:kind|best|warm|yours)\s+)?(?:regards|wishes|sincerely|cheers|dear|yours)\b", re.IGNORECASE
)


def split(text: str) -> list[Span]:
    """Cut an answer into the pieces that each stand by themselves.

    A line of a list is a piece (words that lead in to a list go with its first item), so is a sentence, and a clause
    as `clauses.joints` describes it. What leans on the sentence before it ("This would help.", "Make it longer.")
    stays with it, as do greetings and thanks. Blanks, marks, bullets and the "and" between two pieces belong to
    neither. Quotations, brackets, numbers, addresses and abbreviations are never cut.

    Returns:
        Spans in order, without blanks around them; none for a blank text.
    """
    pieces: list[Span] = []
    for line in _lines(text):
        is_kept = _kept_whole(text, line)
        sentences = [span for item in _items(text, line) for span in _sentences(text, item, is_kept)]
        clauses = [piece for span in sentences for piece in _cut(text, span, joints(text, *span, is_kept))]
        pieces += clauses if _is_row_of_names(text, clauses) else _joined(text, clauses)
    return _joined(text, pieces, lists=True)


def whole(text: str) -> list[Span]:
    """The whole answer as its only piece; none for a blank text."""
    return [span] if (span := _trimmed(text, 0, len(text))) else []


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without blanks and control characters at its ends."""
    while start < end and ((first := text[start]) == " " or not first.isprintable()):
        start += 1
    while end > start and ((last := text[end - 1]) == " " or not last.isprintable()):
        end -= 1
    return (start, end) if start < end else None


def _cut(text: str, span: Span, cuts: Sequence[Span]) -> list[Span]:
    """The pieces of a span that lie between cuts; each cut is itself a span that belongs to no piece."""
    if not cuts:
        return [piece] if (piece := _trimmed(text, *span)) else []
    pieces, start = [], span[0]
    for end, following in [*cuts, (span[1], span[1])]:
        if end >= start and (piece := _trimmed(text, start, end)):
            pieces.append(piece)
        start = max(start, following)
    return pieces


def _lines(text: str) -> list[Span]:
    """Lines, without bullets and numbers; a line that only goes on from the one before it is part of that one."""
    lines: list[Span] = []
    for found in _LINE.finditer(text):
        bullet = _BULLET.match(text, found.start(), found.end())
        line = _trimmed(text, bullet.end() if bullet else found.start(), found.end())
        if line is None:
            continue
        is_wrapped = (
            bool(lines) and lines[-1][1] - lines[-1][0] >= WRAPPED_LINE and text[lines[-1][1] - 1] not in ".!?:;"
        )
        if not bullet and text[line[0]].islower() and (is_wrapped or (lines and _goes_on(text, lines[-1]))):
            lines[-1] = (lines[-1][0], line[1])
        else:
            lines.append(line)
    return lines


def _goes_on(text: str, line: Span) -> bool:
    """Whether a line ends in a word that no sentence ends in: "longer hours on"."""
    return text[max(line[0], line[1] - 20) : line[1]].rpartition(" ")[2].lower() in _NEVER_LAST


def _items(text: str, span: Span) -> list[Span]:
    """Items of a list that is written in one line: "1. … 2. …", "• … • …"."""
    cuts = [found.span() for found in _INLINE_BULLET.finditer(text, *span)]
    if text[max(0, span[0] - 2) : span[0]].strip() == "*":  # the line begins with one
        cuts += [found.span() for found in _INLINE_STAR.finditer(text, *span)]
    has_first = _FIRST_NUMBER.search(text[max(0, span[0] - 8) : span[0]]) is not None
    first = 2 if has_first else 1
    numbers: list[Span] = []
    if not _NUMBERED.search(text, *span):
        return _cut(text, span, cuts)
    for found in _INLINE_NUMBER.finditer(text, *span):
        if int(found[1]) == first + len(numbers):
            numbers.append(found.span())
    if len(numbers) > (0 if has_first else 1):
        leads_in = text[span[0] : numbers[0][0]].strip()[-1:] not in {"", *".!?;"}
        cuts = sorted(cuts + (numbers[1:] if leads_in and not has_first else numbers))
    return _cut(text, span, cuts)


def _kept_whole(text: str, span: Span) -> Callable[[int], bool]:
    """Tells whether a place of the span is inside a quotation, bracket, number or address."""
    kept: list[Span] | None = None  # most lines have no place to ask about

    def is_kept(place: int) -> bool:
        nonlocal kept
        if kept is None:
            kept = [match.span() for match in _KEPT_WHOLE.finditer(text, *span)]
        at = bisect_right(kept, place, key=itemgetter(0)) - 1
        return at >= 0 and kept[at][0] < place < kept[at][1]

    return is_kept


def _sentences(text: str, span: Span, is_kept: Callable[[int], bool]) -> list[Span]:
    """Sentences of a span, and the parts of one that are set apart by a semicolon or an emoji."""
    cuts = []
    for found in _SENTENCE_END.finditer(text, *span):
        following = _NEXT_BEGINS.match(text, found.end(), span[1])
        trails_off = found[0].startswith(("...", "…")) and following is not None and not following[1].isupper()
        if following and not trails_off and not is_kept(found.end() - 1):
            is_full_stop = found[0] != "." or not _is_abbreviated(text, span[0], found.start())
            cuts += [(found.end(), found.end())] if is_full_stop else []
    cuts += [found.span() for found in _SEMICOLON.finditer(text, *span) if not is_kept(found.start())]
    if not text.isascii():
        cuts += [(found.end(),) * 2 for found in _EMOJI_END.finditer(text, *span) if not is_kept(found.start())]
    return _cut(text, span, sorted(cuts))


def _is_abbreviated(text: str, start: int, stop: int) -> bool:
    """Whether a full stop shortens the word before it and does not end a sentence too."""
    before = text[max(start, stop - 12) : stop]
    if before[-1:].isdigit():
        return _ORDINAL.match(text, stop + 1) is not None
    if not _ABBREVIATION.search(before):
        return False
    if _TIME_OF_DAY.search(before):
        return _NEXT_OF_TIME.match(text, stop + 1) is not None
    following = _FIRST_WORD.match(text, stop + 1, stop + 20)
    begins = following is not None and following[1].lower() in STOP_WORDS - _NAMES_TOO and len(following[1]) > 1
    return not begins or _FOR_EXAMPLE.search(before) is not None


def _is_row_of_names(text: str, pieces: list[Span]) -> bool:
    """Whether a line is a list whose items end in full stops: "Choir. Theatre. Film night."."""
    said = [words(text[slice(*piece)]) for piece in pieces] if len(pieces) > 2 else []
    return bool(said) and len({*map(tuple, said)}) == len(said) and all(_is_name(item) for item in said)


def _is_name(said: list[str]) -> bool:
    return 1 <= len(said) <= 2 and not any(word in STOP_WORDS or word in _COURTESY for word in said)


def _leans(piece: str, said: list[str]) -> bool:
    """Whether a piece needs the one before it to be understood."""
    if _IT_SAYS_NOTHING.match(piece):
        return False
    if _LEANS_ON_THE_LAST.match(piece) or _GOES_ON.match(piece):
        return True
    if len(said) <= _SHORT and said[-1] in _ENDS_BACK:
        return True
    if len(said) <= _BRIEF and (_WITHOUT_SUBJECT.match(piece) or _is_denial(piece, said)):
        return True
    if "there" in said[:_FIRST_WORDS] and _THERE.search(piece):
        return True
    return _points_back(piece, said) or (
        len(said) <= _ASIDE and bool(_PREPOSITION.match(piece)) and not has_verb(piece)
    )


def _is_denial(piece: str, said: list[str]) -> bool:
    """Whether a piece only denies what was said: "Not acceptable!"; "not enough seats" is a thing that is missed."""
    return said[0] == "not" and said[1:2] != ["enough"] and not has_verb(piece)


def _points_back(piece: str, said: list[str]) -> bool:
    """Whether "it", "them" or "their" comes before anything that it could stand for: "We should make them welcome"."""
    at = next((place for place, word in enumerate(said) if word in _BACK), 0)
    if at == 0 or any(word not in STOP_WORDS or word in _PEOPLE for word in said[1:at]):
        return False
    if said[0] in _PEOPLE or not (said[0] in STOP_WORDS or said[0].endswith("ing") or has_verb(said[0])):
        return False
    dummy = _IT_SAYS_NOTHING.search(piece) or _MADE_SO.search(piece)
    return dummy is None or words(piece[: dummy.start()]) != said[:at]


def _joined(text: str, pieces: list[Span], *, lists: bool = False) -> list[Span]:
    """The pieces, with those that do not stand by themselves put to the one before (the first: to the one after).

    Args:
        text: The answer.
        pieces: Pieces in order.
        lists: The pieces are whole lines: a short one is an item of a list and stands, but not one without any word.
    """
    if len(pieces) < 2:
        return pieces
    joined: list[Span] = []
    first_is_short = False
    for start, end in pieces:
        piece = text[start:end]
        said = words(piece)
        is_short = (
            all(word in STOP_WORDS or word in _COURTESY for word in said)
            or (len(said) < FEWEST_WORDS and not lists and not _UNSPACED.search(piece))
            or (len(said) < 5 and _GREETING.match(piece) is not None)
        )
        leads_in = bool(joined) and text[joined[-1][1] - 1] == ":"
        if joined and (is_short or first_is_short or leads_in or (not lists and _leans(piece, said))):
            joined[-1] = (joined[-1][0], end)
            first_is_short = first_is_short and is_short
        else:
            joined.append((start, end))
            first_is_short = is_short
    return joined
