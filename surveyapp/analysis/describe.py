"""What a theme is called, which words tell it from the others, who says it best."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.embed import GRID, FloatMatrix
from surveyapp.analysis.goal_sentence import propose
from surveyapp.analysis.titles import denies, is_against, leans, reading_ease, title_spans
from surveyapp.analysis.words import STOP_WORDS, clean, stem, words, written_large

MOST_KEYWORDS = 4
MOST_QUOTES = 3
COVERAGE = 0.07
"""A keyword stands in at least this share of the theme's texts, and in FEWEST_WITH_KEYWORD of them."""
FEWEST_WITH_KEYWORD = 3
MOST_COMMON = 0.15
"""What stands in more than this share of all texts tells no theme from another."""
LONGER_PHRASE = 0.35
"""A phrase says more than a word: what each word beyond the first adds to its score."""
INSIDE_PHRASE = frozenset({"of", "and"})
"""The stop words that a phrase of three words may have in its middle: "quality of life"."""
TITLES_LOOKED_AT = 60
"""Statements of a theme that are considered for its title and quotes: those nearest its middle."""
KEYWORD_IN_TITLE = 0.05
"""What a keyword adds to the score of a title that has it, as cosine."""
MINORITY_SIDE = 0.15
"""What a title loses when it is against something most of the theme is not against, as cosine; or the other way."""
UNQUOTED = "Ideas that may not be quoted"
"""What a theme is called that has neither a text that may be quoted nor keywords."""
OTHER_SIDE = 0.1
"""From this share on of those who speak of it, what the other side says is shown beside the title."""
SAME_WORDS = 0.75
"""A text speaks of the same thing as the title when it has so many of the words that carry what the title says."""
QUOTE_UNLIKE_OTHERS = 0.5
"""How much a quote loses for being like one already chosen, per cosine."""

_PHRASE_ENDS = re.compile(r"[.,;:!?()\[\]\"“”/–—]+|\s-+\s")


@dataclass(frozen=True)
class Description:
    """How a theme is shown."""

    title: str
    """A statement of the theme, or a piece of one, verbatim but for marks at its ends."""
    keywords: tuple[str, ...]
    quotes: tuple[int, ...]
    """Row numbers of texts, the most telling first."""
    goal: str | None = None
    """The title as a goal sentence, where grammar is sure."""
    opposite: tuple[int, float] | None = None
    """Row number of the text that says the opposite best, and the share of the theme's texts on its side."""


@dataclass(frozen=True)
class Phrases:
    """Words and short phrases of every text, counted by their stems."""

    of_text: list[frozenset[str]]
    in_texts: Counter[str]
    shown_as: dict[str, str]
    """Most frequent written form of a stem phrase."""


def count_phrases(texts: Sequence[str], frame: frozenset[str]) -> Phrases:
    """Find the phrases of one to three words that neither begin nor end with a stop word or a word of the frame.

    Args:
        texts: Distinct texts.
        frame: Words that weigh nothing, such as those of the question.
    """
    empty = STOP_WORDS | frame
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    of_text = []
    for text in texts:
        found = set()
        for part in _PHRASE_ENDS.split(clean(text)):
            said = words(part)
            for length in (1, 2, 3):
                for start in range(len(said) - length + 1):
                    phrase = said[start : start + length]
                    if any(word in empty or word.isdigit() or len(word) < 2 for word in (phrase[0], phrase[-1])):
                        continue
                    if length == 1 and len(phrase[0]) < 3:
                        continue
                    if length == 3 and phrase[1] in empty and phrase[1] not in INSIDE_PHRASE:
                        continue
                    stems = " ".join(map(stem, phrase))
                    forms[stems][" ".join(phrase)] += 1
                    found.add(stems)
        of_text.append(frozenset(found))
    shown_as = {stems: min(written, key=lambda w: (-written[w], w)) for stems, written in forms.items()}
    return Phrases(of_text, Counter(stems for found in of_text for stems in found), shown_as)


def keywords(phrases: Phrases, rows: Labels) -> list[str]:
    """Stem phrases that stand in much of a theme and little elsewhere, best first, no word twice.

    The score is the root of the share of the theme's texts that have it, times the logarithm of how many times that
    is its share of the other texts; longer phrases are favoured.

    Args:
        phrases: Phrases of all texts.
        rows: The theme's texts.
    """
    inside = Counter(stems for row in rows for stems in phrases.of_text[row])
    n_inside, n_all = len(rows), len(phrases.of_text)
    enough = max(min(FEWEST_WITH_KEYWORD, n_inside, 2 if n_inside < 30 else 3), COVERAGE * n_inside)
    scores = {}
    for stems, n in inside.items():
        outside = phrases.in_texts[stems] - n
        if n < enough or (phrases.in_texts[stems] > MOST_COMMON * n_all and n_inside < n_all / 2 and n_all >= 20):
            continue
        lift = np.log((n / n_inside) / ((outside + 0.5) / (n_all - n_inside + 1)))
        if lift > 0:
            scores[stems] = float(np.sqrt(n / n_inside) * lift * (1 + LONGER_PHRASE * stems.count(" ")))
    chosen: list[str] = []
    taken: set[str] = set()
    for stems in sorted(scores, key=lambda s: (-scores[s], s)):
        if taken.isdisjoint(stems.split()):
            chosen.append(stems)
            taken |= set(stems.split())
        if len(chosen) == MOST_KEYWORDS:
            break
    return chosen


def describe(
    texts: Sequence[str],
    vectors: FloatMatrix,
    labels: Labels,
    *,
    quotable: NDArray[np.bool_],
    centres: FloatMatrix,
    phrases: Phrases,
    place: Callable[[Sequence[str]], FloatMatrix],
) -> list[Description]:
    """Title, keywords and quotes of each theme.

    Args:
        texts: Distinct texts.
        vectors: Where they are, on the grid, shape (n_texts, n_dims).
        labels: Theme of each text, shape (n_texts,); -1 belongs to none.
        quotable: Whether the text may be a title or a quote, shape (n_texts,). A theme without such a text is called
            by its keywords.
        centres: Middle of each theme, shape (n_themes, n_dims).
        phrases: Phrases of the texts.
        place: Gives vectors of pieces of texts.
    """
    typical = [
        _typical(vectors, np.flatnonzero((labels == theme) & quotable), centre) for theme, centre in enumerate(centres)
    ]
    pieces = [
        [(texts[i][start:end], i) for i in rows.tolist() for start, end in title_spans(texts[i])] for rows in typical
    ]
    placed = place([piece for group in pieces for piece, _ in group]).astype(np.float64)
    small = frozenset(word for text in texts for word in words(text)) - written_large(texts)
    described, first = [], 0
    for theme, centre in enumerate(centres):
        vectors_here = placed[first : first + len(pieces[theme])]
        first += len(pieces[theme])
        alike = vectors_here @ centre.astype(np.float64) / GRID**2
        rows = np.flatnonzero(labels == theme)
        telling = keywords(phrases, rows)
        against = float(np.mean([is_against(texts[i]) for i in rows.tolist()]))
        shown = tuple(phrases.shown_as[stems] for stems in telling)
        if not len(typical[theme]):
            described.append(Description(", ".join(shown) or UNQUOTED, shown, ()))
            continue
        nearest = int(typical[theme][0])
        title, source = _title(pieces[theme], alike, telling, against) or (texts[nearest], nearest)
        goal = propose(title, small)
        described.append(
            Description(
                title,
                shown,
                _quotes(texts, vectors, typical[theme], centre, source),
                goal.words if goal else None,
                _opposite(texts, typical[theme], title),
            )
        )
    return described


def _opposite(texts: Sequence[str], rows: Labels, title: str) -> tuple[int, float] | None:
    """The text nearest the middle that denies what the title says, if enough of those who speak of it do.

    A text speaks of it when it has most of the title's own words; it is on the other side when it denies its main
    clause ("should not be", "does not need") and the title does not, or the other way round.
    """
    about = _own_stems(title)
    if not about:
        return None
    speaking = [int(row) for row in rows if len(about & _own_stems(texts[row])) >= SAME_WORDS * len(about)]
    others = [row for row in speaking if denies(texts[row]) != denies(title)]
    share = len(others) / max(1, len(speaking))
    return (others[0], share) if others and share >= OTHER_SIDE else None


def _own_stems(text: str) -> set[str]:
    """The stems of the words that carry what a text says."""
    return {stem(word) for word in words(text) if word not in STOP_WORDS and len(word) > 2}


def _typical(vectors: FloatMatrix, rows: Labels, centre: FloatMatrix) -> Labels:
    """The rows nearest to a middle, nearest first; shape (at most TITLES_LOOKED_AT,)."""
    alike = vectors[rows].astype(np.float64) @ centre.astype(np.float64)
    return rows[np.argsort(-alike, kind="stable")[:TITLES_LOOKED_AT]]


def _title(
    pieces: Sequence[tuple[str, int]], alike: NDArray[np.float64], telling: Sequence[str], against: float
) -> tuple[str, int] | None:
    """The piece that is near the middle, says a wish and reads well, and the text it comes from; None without pieces.

    Args:
        pieces: Pieces of texts, each with the number of its text.
        alike: Cosine of each piece to the middle of the theme, shape (n_pieces,).
        telling: Keywords as stems.
        against: Share of the theme's texts that are against something.
    """
    best, best_score = None, -np.inf
    for (piece, source), cosine in zip(pieces, alike.tolist(), strict=True):
        said = f" {' '.join(map(stem, words(piece)))} "
        has = sum(f" {stems} " in said for stems in telling)
        score = cosine + KEYWORD_IN_TITLE * has + reading_ease(piece)
        score -= MINORITY_SIDE * (is_against(piece) != (against > 0.5))
        if score > best_score + 1e-9:
            best, best_score = (piece, source), score
    return best


def _quotes(
    texts: Sequence[str], vectors: FloatMatrix, rows: Labels, centre: FloatMatrix, titled: int
) -> tuple[int, ...]:
    """Texts near the middle and unlike each other; the one that gave the title only where there are too few."""
    left = [int(row) for row in rows if row != titled]
    if len(left) < MOST_QUOTES:
        left.append(titled)
    alike = vectors[left].astype(np.float64) @ centre.astype(np.float64) / GRID**2
    n_words = np.array([len(texts[row].split()) for row in left])
    score = alike - 0.01 * np.maximum(n_words - 40, 0) - 0.04 * np.maximum(7 - n_words, 0)
    score -= 0.2 * np.array([leans(texts[row]) for row in left])
    like_chosen = np.zeros(len(left))
    chosen: list[int] = []
    while len(chosen) < min(MOST_QUOTES, len(left)):
        open_score = score - QUOTE_UNLIKE_OTHERS * like_chosen
        open_score[[left.index(row) for row in chosen]] = -np.inf
        chosen.append(left[int(np.argmax(open_score))])
        like = vectors[left].astype(np.float64) @ vectors[chosen[-1]].astype(np.float64) / GRID**2
        like_chosen = np.maximum(like_chosen, like)
    return tuple(chosen)
