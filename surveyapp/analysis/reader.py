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
from surveyapp.analysis.sides import SIDE_WORDS, Side, side
from surveyapp.analysis.titles import is_about_the_poll, is_against, is_wish, leans, reading_ease, title_spans
from surveyapp.analysis.words import STOP_WORDS, stem, words

_SAY_NOT_WHAT = STOP_WORDS | SIDE_WORDS


class Carrying(NamedTuple):
    """The words of a piece that carry what it says."""

    stems: tuple[str, ...]
    """Their stems, each once, in the order of the alphabet."""
    n_places: int
    """How many words name a place that marks it out."""


class Piece(NamedTuple):
    """What could be a title."""

    text: str
    row: int
    """Where it comes from."""
    is_cut: bool
    """Whether it is less than the whole text, so that the text's vector is not its own."""


class _Stems(dict[str, str]):
    """The stem of each word that carries what is said, "" of others; looked at once."""

    def __init__(self, empty: frozenset[str]) -> None:
        self._empty = empty

    def __missing__(self, word: str) -> str:
        self[word] = stem(word) if len(word) > 2 and word not in self._empty else ""
        return self[word]

    def of(self, said: Sequence[str]) -> set[str]:
        """The stems of some words, each once."""
        found = set(map(self.__getitem__, said))
        found.discard("")
        return found


class Reader:
    """Reads texts, and remembers what it has read."""

    def __init__(self, phrases: Phrases, said: Mapping[str, list[str]] | None = None) -> None:
        """Begin to read.

        Args:
            phrases: Of the texts.
            said: The words of texts, as far as they are known.
        """
        self.phrases = phrases
        self._said = dict(said or {})
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._carried = _Stems(phrases.empty)
        self._told = _Stems(_SAY_NOT_WHAT)
        self._pieces: dict[int, list[Piece]] = {}
        self.is_wish: Callable[[str], bool] = cache(is_wish)
        self.side: Callable[[str], Side] = cache(side)
        self.is_against: Callable[[str], bool] = cache(is_against)
        self.what_it_says: Callable[[str], set[str]] = cache(self._what_it_says)
        """The stems of the words that carry what a text says, without those that only tell on which side it is."""
        self.carrying: Callable[[str], Carrying] = cache(self._carrying)
        self.ease: Callable[[str, bool], float] = cache(self._ease)
        """How well a piece reads as a title, and whether it may be about the survey."""
        self.quotes_well: Callable[[str], float] = cache(quotes_well)

    def words(self, text: str) -> list[str]:
        """The words of a text or a piece of one."""
        if text not in self._said:
            self._said[text] = words(text)
        return self._said[text]

    def pieces(self, text: str, row: int) -> list[Piece]:
        """The pieces of the text of a row that could be a title, all of it first."""
        if row not in self._pieces:
            spans = title_spans(text)
            self._pieces[row] = [Piece(text[start:end], row, i > 0) for i, (start, end) in enumerate(spans)]
            for whole in self._pieces[row][:1]:  # what it lacks at its ends are marks
                self._said[whole.text] = self.words(text)
        return self._pieces[row]

    def is_about_the_poll(self, text: str) -> bool:
        """Whether a text is about the survey in which it was written."""
        return is_about_the_poll(text, self.words(text))

    def placed(
        self, pieces: Sequence[str], place: Callable[[Sequence[Sequence[str]]], FloatMatrix]
    ) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of pieces, among others; *place* gives those that are new, each of shape (n_dims,)."""
        new = [piece for piece in dict.fromkeys(pieces) if piece not in self._vectors]
        if new:
            self._vectors.update(zip(new, place(list(map(self.words, new))), strict=True))
        return self._vectors

    def _carrying(self, piece: str) -> Carrying:
        said = self.words(piece)
        places = self.phrases.places.intersection(said)
        return Carrying(tuple(sorted(self._carried.of(said))), sum(not self.phrases.is_usual(word) for word in places))

    def _ease(self, piece: str, of_the_poll: bool) -> float:
        return reading_ease(piece, self.phrases.often, said=self.words(piece), of_the_poll=of_the_poll)

    def first_said(self, text: str) -> str:
        """The stem of the first word that carries what a text says; "" where none does."""
        return next(filter(None, map(self._told.__getitem__, self.words(text))), "")

    def _what_it_says(self, text: str) -> set[str]:
        return self._told.of(self.words(text))


def quotes_well(text: str) -> float:
    """How well a text stands by itself as a quote, as an amount to add to its cosine: at most 0."""
    n = len(text.split())
    return -0.01 * max(n - 40, 0) - 0.04 * max(7 - n, 0) - 0.2 * leans(text)
