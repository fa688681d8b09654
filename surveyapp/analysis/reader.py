"""What a text, or a piece of one, tells by itself: found once in a run, in however many themes it stands.

A reader is made for one run and goes with it, so that no one's words stay in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.embed import FloatMatrix
from surveyapp.analysis.phrases import Phrases
from surveyapp.analysis.sides import SIDE_WORDS
from surveyapp.analysis.split import Span
from surveyapp.analysis.titles import is_about_the_poll, is_against, reading_ease, title_spans
from surveyapp.analysis.words import STOP_WORDS, stem, words

_SAY_NOT_WHAT = STOP_WORDS | SIDE_WORDS


class Carrying(NamedTuple):
    """The words of a piece that carry what it says."""

    stems: tuple[str, ...]
    """Their stems, each once, in the order of the alphabet."""
    n_places: int
    """How many words name a place that marks it out."""


class Reader:
    """Reads texts, and remembers what it has read."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self.spans: Callable[[str], list[Span]] = cache(title_spans)
        """Where the pieces of a text begin and end that could be a title, all of it first."""
        self.is_against: Callable[[str], bool] = cache(is_against)
        self.is_about_the_poll: Callable[[str], bool] = cache(is_about_the_poll)
        self.words: Callable[[str], list[str]] = cache(words)
        self.what_it_says: Callable[[str], frozenset[str]] = cache(self._what_it_says)
        """The stems of the words that carry what a text says, without those that only tell on which side it is."""
        self.carrying: Callable[[str], Carrying] = cache(self._carrying)
        self.ease: Callable[[str, bool], float] = cache(self._ease)
        """How well a piece reads as a title, and whether it may be about the survey."""

    def placed(
        self, pieces: Sequence[str], place: Callable[[Sequence[str]], FloatMatrix]
    ) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of pieces, among others; *place* gives those that are new, each of shape (n_dims,)."""
        new = [piece for piece in dict.fromkeys(pieces) if piece not in self._vectors]
        if new:
            self._vectors.update(zip(new, place(new), strict=True))
        return self._vectors

    def _carrying(self, piece: str) -> Carrying:
        said = set(self.words(piece))
        stems = {stem(word) for word in said if len(word) > 2 and word not in self.phrases.empty}
        places = said.intersection(self.phrases.places)
        return Carrying(tuple(sorted(stems)), sum(not self.phrases.is_usual(word) for word in places))

    def _ease(self, piece: str, of_the_poll: bool) -> float:
        return reading_ease(piece, self.phrases.often, said=self.words(piece), of_the_poll=of_the_poll)

    def first_said(self, text: str) -> str:
        """The stem of the first word that carries what a text says; "" where none does."""
        return next((stem(word) for word in self.words(text) if word not in _SAY_NOT_WHAT and len(word) > 2), "")

    def _what_it_says(self, text: str) -> frozenset[str]:
        return frozenset(stem(word) for word in self.words(text) if word not in _SAY_NOT_WHAT and len(word) > 2)
