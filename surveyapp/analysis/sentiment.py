"""The tone of a statement: how good or bad it sounds, whether it judges at all, and which words say so.

Plugs into TextBlob: ``TextBlob(text, analyzer=shared_analyser()).sentiment``. Read only ``.sentiment``:
TextBlob's ``.polarity`` and ``.subjectivity`` never ask the analyser. Loading TextBlob takes a second, so it is left to
those who want it.
"""

import sys
from functools import cache
from math import tanh
from typing import Final, NamedTuple

from surveyapp.analysis.language import is_foreign
from surveyapp.analysis.tone_scan import Scan, scan, tokens_of
from surveyapp.analysis.tone_table import ToneTable, shared_table

NEUTRAL_BELOW: Final = 0.25  # |polarity| of a neutral statement or wish
STRONG: Final = 1.7  # direction that each side of a mixed statement must have
SMALLER_SIDE: Final = 0.6  # of the larger side, at least, in a mixed statement
CLEAR_WORD: Final = 0.65  # direction from which a word counts for a side
LONGEST_REFUSAL: Final = 12  # tokens: an answer that says nothing is no longer
LENGTH_OFFSET: Final = 6  # words: keeps one word from deciding like ten
LENGTH_SCALE: Final = 3.0

ANY_TEXT: Final = "(any text)"  # the assessments that stand for no word
A_PROPOSAL: Final = "(a proposal)"

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


class SurveyAnalyzer:
    """Scores survey answers with a table of trained weights; without state once built.

    A ``textblob.base.BaseSentimentAnalyzer`` from the moment that one is built after TextBlob was loaded.
    """

    kind = "co"  # textblob.base.CONTINUOUS

    def __init__(self, table: ToneTable | None = None) -> None:
        self._table = table or shared_table()
        _tell_textblob()

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
        if len(tokens) <= LONGEST_REFUSAL and self._says_nothing(tokens):
            return _unscored("unscorable", keep_assessments)
        words, strengths, negated, n_words, is_proposal = found = scan(tokens, table.polar)

        direction = evaluative = good = bad = 0.0  # good, bad: the two sides of a mixed statement
        followers: dict[str, tuple[float, float]] | None = None
        for word, row, strength, is_negated in zip(words, map(table.rows.get, words), strengths, negated, strict=True):
            if followers is not None and word in followers:
                added, judging = followers[word]
                direction += added * strength
                evaluative += judging * strength
            if row is None:
                followers = None
                continue
            if is_negated:
                _, _, added, judging, followers = row
            else:
                added, judging, _, _, followers = row
            added *= strength
            direction += added
            evaluative += judging * strength
            if added > CLEAR_WORD:
                good += added
            elif added < -CLEAR_WORD:
                bad -= added
        if is_proposal:
            direction += table.proposal[0]
            evaluative += table.proposal[1]
        scale = LENGTH_SCALE / (n_words + LENGTH_OFFSET) ** 0.5
        return _judge(
            direction * scale + table.bias[0],
            evaluative * scale + table.bias[1],
            good,
            bad,
            is_proposal,
            self._assessments(found, scale) if keep_assessments else None,
        )

    def _says_nothing(self, tokens: list[str]) -> bool:
        """Whether only its question could tell what it means: "no", "as above", a single name, no known word."""
        words = [token for token in tokens if token[0].isalpha()]
        polar = self._table.polar
        if (len(words) == 1 and words[0] not in polar) or self._table.vocabulary.isdisjoint(words):
            words = []
        return (not words or " ".join(words) in _SAYS_NOTHING) and not any(
            token in polar for token in tokens if token not in words
        )

    def _assessments(self, found: Scan, scale: float) -> tuple[tuple[str, float], ...]:
        """What each phrase added to the direction: one entry per phrase, largest first, equal ones by the alphabet."""
        table = self._table
        parts = {ANY_TEXT: table.bias[0]}

        def note(phrase: str, added: float) -> None:
            if added:
                parts[phrase] = parts.get(phrase, 0.0) + added * scale

        if found.is_proposal:
            note(A_PROPOSAL, table.proposal[0])
        before = ""
        for word, strength, is_negated in zip(found.words, found.strengths, found.negated, strict=True):
            row = table.rows.get(word)
            followers = before and table.rows[before].followers
            if followers and word in followers:
                note(f"{before} {word}", followers[word][0] * strength)
            if row:
                added = row.negated_direction if is_negated else row.direction
                note(f"not {word}" if is_negated else word, added * strength)
            before = word if row else ""
        return tuple(sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0])))


def _judge(
    direction: float,
    evaluative: float,
    good_words: float,
    bad_words: float,
    is_proposal: bool,
    assessments: tuple[tuple[str, float], ...] | None,
) -> Sentiment:
    good, judging = _logistic(direction), _logistic(evaluative)
    polarity = (2 * good - 1) * judging
    smaller, larger = (bad_words, good_words) if bad_words < good_words else (good_words, bad_words)
    kind = "proposal" if is_proposal else "statement"
    if smaller > STRONG and smaller > SMALLER_SIDE * larger:
        polarity /= 2
        return Sentiment(polarity, judging, "mixed", judging * min(good, 1 - good) * 2, kind, assessments)
    if abs(polarity) < NEUTRAL_BELOW:
        return Sentiment(polarity, judging, "neutral", 1 - abs(polarity), kind, assessments)
    if polarity > 0:
        return Sentiment(polarity, judging, "positive", judging * good, kind, assessments)
    return Sentiment(polarity, judging, "negative", judging * (1 - good), kind, assessments)


def _unscored(kind: str, keep_assessments: bool) -> Sentiment:
    return Sentiment(0.0, 0.0, "unscored", 0.0, kind, () if keep_assessments else None)


def _logistic(score: float) -> float:
    return 0.5 + tanh(score / 2) / 2  # 1 / (1 + e**-score), without its overflow


def _tell_textblob() -> None:
    """Make the analyser one of TextBlob's, which asks for its own base class; only where TextBlob is loaded."""
    if base := sys.modules.get("textblob.base"):
        base.BaseSentimentAnalyzer.register(SurveyAnalyzer)


@cache
def _analyser_of_this_process() -> SurveyAnalyzer:
    return SurveyAnalyzer()


def shared_analyser() -> SurveyAnalyzer:
    """The one analyser of this process."""
    _tell_textblob()
    return _analyser_of_this_process()
