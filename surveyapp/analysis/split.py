"""Free text to statements: the sentences and clauses that stand by themselves, as offsets into the answer."""

import re
from bisect import bisect_right
from collections.abc import Iterable

from surveyapp.analysis.words import STOP_WORDS, words

Span = tuple[int, int]
"""Start and end of a piece of the answer, in characters; the end is not part of it."""

FEWEST_WORDS = 2
"""A sentence with fewer words, or with none but stop words, does not stand by itself."""
FEWEST_WORDS_OF_CLAUSE = 4
"""Both sides of a cut inside a sentence have at least so many words."""
WRAPPED_LINE = 50
"""A line of at least so many characters may have been broken by its width and go on in the next."""
_LOOK = 300
"""Characters on either side of a possible cut that are looked at: the cost stays in step with the length."""

_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|st|rd|ave|blvd|ln|hwy|mt|ft|vs|etc|e\.?g|i\.?e|cf|no|nos|inc|ltd|co|corp|approx|est|"
    r"jr|sr|gov|sen|rep|prof|rev|gen|dept|min|max|hrs|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|[a-z]|(?:[a-z]\.)+[a-z])$",
    re.IGNORECASE,
)
_KEPT_WHOLE = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|«[^»\n]{1,400}»|\([^()\n]{1,400}\)|\[[^\[\]\n]{1,400}\]|"
    r"(?:https?://|www\.)\S{1,500}|\S{1,100}@\S{1,100}|\d[\d.,:]*\d"
)
_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"”»’')\]]*+(?=\s)|[。！？]++|[؟۔]++|(?<=[a-z]{3})[.!?]++(?=[A-Z][a-z])"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff]")  # Thai, Lao, Khmer, Chinese, Japanese
_NEXT_BEGINS = re.compile(r"\s*([^\W_]|[\"“«(\[#$£€@]|[^\w\s])", re.UNICODE)
_LINE = re.compile(r"[^\r\n\u2028\u2029\v\f]+")
_BULLET = re.compile(r"\s*(?:[-*+•–—·‣▪◦●]+\s+|[•‣▪◦●]|\(?\d{1,2}[.):]\s+|\(?[a-hA-H]\)\s+)")
_INLINE_BULLET = re.compile(r"[•‣▪◦●]")
_INLINE_NUMBER = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)]\s+(?=[^\W\d_])")
_FIRST_NUMBER = re.compile(r"\b1[.):]\s+$")
_SEMICOLON = re.compile(r";(?=\s)")
_SUBJECT = r"(?:we|they|you|i|he|she|there|people|everyone|(?:the|our)\s+[a-z]+(?:\s+[a-z]+)?)"
_MODAL = (
    r"(?:also\s+)?(?:need|needs|should|must|have\s+to|has\s+to|ought|want|wants|would\s+like|could\s+use|is|are|can)"
)
_NEXT_CLAUSE = re.compile(
    rf"(?:,|\s[-–—])?(?<!\s)\s++(?=(?:and|but|plus)\s+(?:also\s+)?{_SUBJECT}\s+{_MODAL}\b)", re.IGNORECASE
)
_HAS_MODAL = re.compile(rf"\b{_MODAL}\b", re.IGNORECASE)
_REFERS_BACK = re.compile(r"\b(?:it|its|they|them|their|this|that|those|these|he|she|him|her|ones?)\b", re.IGNORECASE)
_LEANS_ON_THE_LAST = re.compile(
    r"(?:(?:and|but|also|so|or|plus|then|maybe|perhaps|again|yes|no|well),?\s+)*"
    r"(?:this|that|it|its|it['’]s|they|they['’]re|these|those|he|she|him|her|his|them|their|which|such|because|cause|"
    r"otherwise|thus|therefore|hence|instead|neither|same|for\s+example|for\s+instance|e\.?g|i\.?e|especially|"
    r"including|like|not\s+only|not\s+just|if\s+so|if\s+not|why|how\s+come|so|then|who)\b",
    re.IGNORECASE,
)


def split(text: str) -> list[Span]:
    """Cut an answer into the pieces that each stand by themselves.

    A line of a list is a piece, so is a sentence, and a clause that has its own subject and verb. What leans on the
    sentence before it ("This would help.") stays with it. Quotations, brackets, numbers, addresses and abbreviations
    are never cut.

    Returns:
        Spans in order, without blanks around them; none for a blank text.
    """
    pieces: list[Span] = []
    for line in _lines(text):
        sentences = [span for item in _items(text, line) for span in _sentences(text, item)]
        pieces += _joined(text, [clause for sentence in sentences for clause in _clauses(text, sentence)])
    return _joined(text, pieces, lists=True)


def whole(text: str) -> list[Span]:
    """The whole answer as its only piece; none for a blank text."""
    return [span] if (span := _trimmed(text, 0, len(text))) else []


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without blanks and control characters at its ends."""
    while start < end and not (text[start].isprintable() and text[start] != " "):
        start += 1
    while end > start and not (text[end - 1].isprintable() and text[end - 1] != " "):
        end -= 1
    return (start, end) if start < end else None


def _cut(text: str, span: Span, cuts: Iterable[tuple[int, int]]) -> list[Span]:
    """The pieces of a span that lie between cuts; each cut is itself a span that belongs to no piece."""
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
        if is_wrapped and not bullet and text[line[0]].islower():
            lines[-1] = (lines[-1][0], line[1])
        else:
            lines.append(line)
    return lines


def _items(text: str, span: Span) -> list[Span]:
    """Items of a list that is written in one line: "1. … 2. …", "• … • …"."""
    cuts = [found.span() for found in _INLINE_BULLET.finditer(text, *span)]
    has_first = _FIRST_NUMBER.search(text[max(0, span[0] - 8) : span[0]]) is not None
    first = 2 if has_first else 1
    numbers: list[Span] = []
    for found in _INLINE_NUMBER.finditer(text, *span):
        if int(found[1]) == first + len(numbers):
            numbers.append(found.span())
    if len(numbers) > (0 if has_first else 1):
        cuts = sorted(cuts + numbers)
    return _cut(text, span, cuts)


def _sentences(text: str, span: Span) -> list[Span]:
    """Sentences of a span, and the parts of one that are set apart by a semicolon."""
    kept = [found.span() for found in _KEPT_WHOLE.finditer(text, *span)]
    starts = [start for start, _ in kept]

    def is_kept(place: int) -> bool:
        at = bisect_right(starts, place) - 1
        return at >= 0 and kept[at][0] < place < kept[at][1]

    cuts = []
    for found in _SENTENCE_END.finditer(text, *span):
        before = text[max(span[0], found.start() - 12) : found.start()]
        is_abbreviation = found[0].startswith(".") and len(found[0]) == 1 and _ABBREVIATION.search(before)
        following = _NEXT_BEGINS.match(text, found.end(), span[1])
        trails_off = found[0].startswith(("...", "…")) and following is not None and not following[1].isupper()
        if following and not is_abbreviation and not trails_off and not is_kept(found.end() - 1):
            cuts.append((found.end(), found.end()))
    cuts += [found.span() for found in _SEMICOLON.finditer(text, *span) if not is_kept(found.start())]
    return _cut(text, span, sorted(cuts))


def _clauses(text: str, span: Span) -> list[Span]:
    """Clauses of a sentence that begin with "and we need", "but there should" and the like."""
    cuts = []
    start = span[0]
    for found in _NEXT_CLAUSE.finditer(text, *span):
        before = text[max(start, found.start() - _LOOK) : found.start()]
        after = text[found.end() : min(span[1], found.end() + _LOOK)]
        long_enough = min(len(before.split()), len(after.split()) - 1) >= FEWEST_WORDS_OF_CLAUSE
        stands = _HAS_MODAL.search(before) and not _leans(after) and not _REFERS_BACK.search(after)
        if long_enough and stands and before.count("(") == before.count(")"):
            cuts.append(found.span())
            start = found.end()
    return _cut(text, span, cuts)


def _leans(piece: str) -> bool:
    """Whether a piece needs the one before it to be understood."""
    return _LEANS_ON_THE_LAST.match(piece) is not None


def _joined(text: str, pieces: list[Span], *, lists: bool = False) -> list[Span]:
    """The pieces, with those that do not stand by themselves put to the one before (the first: to the one after).

    Args:
        text: The answer.
        pieces: Pieces in order.
        lists: The pieces are whole lines: a short one is an item of a list and stands, but not one without any word.
    """
    joined: list[Span] = []
    first_is_short = False
    for start, end in pieces:
        piece = text[start:end]
        said = words(piece)
        is_short = all(word in STOP_WORDS for word in said) or (
            len(said) < FEWEST_WORDS and not lists and not _UNSPACED.search(piece)
        )
        if joined and (is_short or first_is_short or (_leans(piece) and not lists)):
            joined[-1] = (joined[-1][0], end)
            first_is_short = first_is_short and is_short
        else:
            joined.append((start, end))
            first_is_short = is_short
    return joined
