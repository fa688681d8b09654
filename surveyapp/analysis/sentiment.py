"""The tone of a statement: how good or bad it sounds, whether it judges at all, and which words say so.

Plugs into TextBlob: ``TextBlob(text, analyzer=shared_analyser()).sentiment``. Read only ``.sentiment``:
TextBlob's ``.polarity`` and ``.subjectivity`` never ask the analyser.
"""

from collections.abc import Callable
from functools import cache
from math import tanh
from typing import Final, NamedTuple

from textblob.base import CONTINUOUS, BaseSentimentAnalyzer

from surveyapp.analysis.language import is_foreign
from surveyapp.analysis.tone_scan import Scan, scan, tokens_of
from surveyapp.analysis.tone_table import ToneTable, shared_table

NEUTRAL_BELOW: Final = 0.10  # |polarity| of a neutral statement
NEUTRAL_PROPOSAL_BELOW: Final = 0.20  # a wish has to praise or complain more clearly
STRONG: Final = 1.3  # direction that each side of a mixed statement must have
SMALLER_SIDE: Final = 0.6  # of the larger side, at least, in a mixed statement
CLEAR_WORD: Final = 0.5  # direction from which a word counts for a side
LONGEST_REFUSAL: Final = 12  # tokens: an answer that says nothing is no longer
LENGTH_OFFSET: Final = 6  # words: keeps one word from deciding like ten
LENGTH_SCALE: Final = 3.0

ANY_TEXT: Final = "(any text)"  # the assessment that stands for no word

_SAYS_NOTHING = frozenset(
    (
        "", "nothing", "nothing really", "nothing much", "nothing else", "nothing at all", "no", "nope", "none", "nil",
        "n a", "na", "yes", "yep", "yeah", "y", "n", "as above", "see above", "same as above", "as before", "ditto",
        "same", "same again", "no comment", "no comments", "nothing to add", "nothing to say", "not applicable",
        "ok", "don't know", "dont know", "do not know", "i don't know", "i dont know", "idk", "maybe", "no thanks",
        "no thank you", "nothing comes to mind", "nothing i can think of", "can't think of anything",
        "everything", "all", "all of it", "all of the above", "anything", "any", "none of the above", "other", "both",
    )
)  # fmt: skip


class Sentiment(NamedTuple):
    """The tone of one statement."""

    polarity: float  # [-1, 1]: probability of good minus probability of bad
    subjectivity: float  # [0, 1]: probability that it judges at all
    label: str  # "positive", "neutral", "negative", "mixed", or "unscored"
    confidence: float  # [0, 1]: probability of the label
    kind: str  # "statement", "proposal", "unscorable" or "other_language"
    assessments: tuple[tuple[str, float], ...] | None  # what moved the direction score, largest first, if asked for


class _Sums(NamedTuple):
    """The linear scores of a text and its two sides."""

    direction: float
    evaluative: float
    good: float
    bad: float


class SurveyAnalyzer(BaseSentimentAnalyzer):  # type: ignore[misc]  # textblob has no types
    """Scores survey answers with a table of trained weights; without state once built."""

    kind = CONTINUOUS

    def __init__(self, table: ToneTable | None = None) -> None:
        super().__init__()
        self._table = table or shared_table()

    def analyze(self, text: str, keep_assessments: bool = False) -> Sentiment:
        """Score *text*.

        Args:
            text: One statement, any length.
            keep_assessments: Whether to list what each word added to the direction score.
        """
        table = self._table
        tokens = tokens_of(text)
        if is_foreign(text, tokens, table.vocabulary):
            return _unscored("other_language", keep_assessments)
        if self._says_nothing(tokens):
            return _unscored("unscorable", keep_assessments)
        found = scan(tokens, table.polar)
        scale = LENGTH_SCALE / (found.n_words + LENGTH_OFFSET) ** 0.5
        parts: list[tuple[str, float]] = []
        sums = self._add_up(found, scale, parts.append if keep_assessments else None)
        return _judge(sums, found.is_proposal, _merged(parts) if keep_assessments else None)

    def _says_nothing(self, tokens: list[str]) -> bool:
        """Whether only its question could tell what the answer means: "no", "as above", a single name."""
        if len(tokens) > LONGEST_REFUSAL:
            return False
        words = [token for token in tokens if token[0].isalpha()]
        polar = self._table.polar
        if len(words) == 1 and words[0] not in polar:
            words = []
        return (not words or " ".join(words) in _SAYS_NOTHING) and not any(
            token in polar for token in tokens if token not in words
        )

    def _add_up(self, found: Scan, scale: float, note: Callable[[tuple[str, float]], None] | None) -> _Sums:
        direction = evaluative = good = bad = 0.0
        followers: dict[str, tuple[float, float]] | None = None
        before = ""
        for word, entry, strength, is_negated in zip(
            found.words, map(self._table.entries.get, found.words), found.strengths, found.negated, strict=True
        ):
            if followers is not None and word in followers:
                pair = followers[word]
                direction += pair[0] * strength
                evaluative += pair[1] * strength
                if note:
                    note((f"{before} {word}", pair[0] * strength * scale))
            if entry is None:
                followers = None
                continue
            plain, plain_evaluative, turned, turned_evaluative, followers = entry
            if is_negated:
                added = turned * strength
                evaluative += turned_evaluative * strength
            else:
                added = plain * strength
                evaluative += plain_evaluative * strength
            direction += added
            if added > CLEAR_WORD:
                good += added
            elif added < -CLEAR_WORD:
                bad -= added
            if note:
                note((f"not {word}" if is_negated else word, added * scale))
                before = word
        direction = direction * scale + self._table.bias[0]
        evaluative = evaluative * scale + self._table.bias[1]
        if note:
            note((ANY_TEXT, self._table.bias[0]))
        return _Sums(direction, evaluative, good, bad)


def _judge(sums: _Sums, is_proposal: bool, assessments: tuple[tuple[str, float], ...] | None) -> Sentiment:
    good, judging = _logistic(sums.direction), _logistic(sums.evaluative)
    polarity = (2 * good - 1) * judging
    smaller, larger = min(sums.good, sums.bad), max(sums.good, sums.bad)
    kind = "proposal" if is_proposal else "statement"
    if smaller > STRONG and smaller > SMALLER_SIDE * larger:
        polarity /= 2
        return Sentiment(polarity, judging, "mixed", judging * min(good, 1 - good) * 2, kind, assessments)
    if abs(polarity) < (NEUTRAL_PROPOSAL_BELOW if is_proposal else NEUTRAL_BELOW):
        return Sentiment(polarity, judging, "neutral", 1 - abs(polarity), kind, assessments)
    if polarity > 0:
        return Sentiment(polarity, judging, "positive", judging * good, kind, assessments)
    return Sentiment(polarity, judging, "negative", judging * (1 - good), kind, assessments)


def _unscored(kind: str, keep_assessments: bool) -> Sentiment:
    return Sentiment(0.0, 0.0, "unscored", 0.0, kind, () if keep_assessments else None)


def _logistic(score: float) -> float:
    return 0.5 + tanh(score / 2) / 2  # 1 / (1 + e**-score), without its overflow


def _merged(parts: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """One entry per phrase, largest first; equal ones by the alphabet."""
    sums: dict[str, float] = {}
    for phrase, added in parts:
        sums[phrase] = sums.get(phrase, 0.0) + added
    return tuple(sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0])))


@cache
def shared_analyser() -> SurveyAnalyzer:
    """The one analyser of this process."""
    return SurveyAnalyzer()
