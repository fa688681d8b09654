"""Statements to unit vectors: the meaning of their words, and which words they share.

The first part is a weighted mean of word vectors (smooth inverse frequency, Arora, Liang and Ma 2017: a word that is a
share p of all words weighs a / (a + p)), less the mean of all texts. The second part counts words (TF-IDF), brought to
few dimensions by a truncated singular value decomposition (randomised subspace iteration, Halko, Martinsson and Tropp
2011). Vectors are rounded to whole numbers at the end, so that products of them are exact and neither the number of
threads nor the order of a sum can change a result. No step before that leaves its arithmetic to a library that splits
it over threads.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from surveyapp.analysis.language import FUNCTION_WORDS
from surveyapp.analysis.pieces import PieceTable, shared_table
from surveyapp.analysis.words import STOP_WORDS, stem, words, written_large

FloatMatrix = NDArray[np.float32]

SIF = 1e-2
"""The a of a / (a + p): 1e-3 and 1e-1 gave less agreement with people's topics."""
FRAME_SHARE = 0.4
"""A word in more than this share of the texts is part of the question's frame ("our town needs") and weighs nothing."""
NAME_SHARE = 0.08
"""So does a name in more than this share of them: the town's own, which ties together what has nothing in common."""
FEWEST_FOR_COUNTS = 50
"""With fewer texts than this hardly a word repeats: the counts are left out, and no word is called frequent."""
COUNTS_WEIGHT = 0.4
"""Length of the part that counts words beside that of meaning (1)."""
FEWEST_FOREIGN_FOR_COUNTS = 15
FOREIGN_COUNTS_WEIGHT = 1.5
"""The same where most texts are in other languages, of which the table knows little more than how words are spelt."""
COUNTS_DIMS = 100
COUNTS_TERMS = 5000
"""The most frequent words that are counted: the rest is too rare to tie texts together."""
MOST_LEARNT = 10_000
"""Texts that the space is learnt from: weights, mean and directions hardly move with more."""
SUBSPACE_ROUNDS = 4
GRID = 2000
"""Steps of the grid from 0 to 1: a product of two vectors stays below 2**24, the last whole number exact in float32."""


@dataclass(frozen=True)
class Vectors:
    """Vectors of many texts in half the room: rows are taken out of it as a FloatMatrix."""

    numbers: NDArray[np.int16]
    """Whole numbers from -GRID to GRID, shape (n_texts, n_dims)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(n_texts, n_dims)."""
        return self.numbers.shape

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: slice | NDArray[np.int64] | NDArray[np.bool_]) -> FloatMatrix:
        return self.numbers[rows].astype(np.float32)


@dataclass(frozen=True)
class Space:
    """All that is needed to place a text, old or new, among the others: learnt from one set of texts."""

    table: PieceTable
    weights: NDArray[np.float64]
    """Weight of each word piece, shape (n_pieces,)."""
    mean: NDArray[np.float64]
    """Mean of the texts' vectors of meaning, shape (n_dims,)."""
    frame: frozenset[str]
    """Words that weigh nothing: those of the question, those in most texts, little words of other languages."""
    terms: dict[str, int]
    """Counted word stems and their columns; empty when counts are left out."""
    rarity: NDArray[np.float64]
    """Inverse document frequency of each term, shape (n_terms,)."""
    basis: NDArray[np.float64]
    """Main directions of the counts, shape (n_terms, at most COUNTS_DIMS)."""
    counts_weight: float = COUNTS_WEIGHT
    """Length of the part that counts words, beside that of meaning (1)."""

    def vectors(self, texts: Sequence[str]) -> FloatMatrix:
        """Place texts: whole numbers on a grid of GRID steps, shape (n_texts, n_dims); every row has length GRID.

        A text without words gets zeros; one that has only words of the frame is placed by those.
        """
        return self.place([words(text) for text in texts])

    def place(self, said: Sequence[Sequence[str]]) -> FloatMatrix:
        """Place texts that are given as their words, as `vectors` does."""
        heard = _heard(said)
        pieces = _pieces_of(heard.vocabulary, self.table)
        meaning = _unit(_meaning(_weighing(heard, self.frame), pieces, self.weights))
        return self._joined(meaning, _counts(heard, self.terms, self.rarity) if self.terms else None)

    def _joined(self, meaning: NDArray[np.float64], counts: sp.csr_array | None) -> FloatMatrix:
        """Vectors of texts.

        Args:
            meaning: What their words mean, rows of length 1, shape (n_texts, n_dims).
            counts: Which counted words they have, shape (n_texts, n_terms); None when counts are left out.
        """
        meaning = _unit(np.where(meaning.any(axis=1, keepdims=True), meaning - self.mean, 0))
        if counts is None:
            return _on_grid(meaning)
        return _on_grid(_unit(np.hstack([meaning, _unit(counts @ self.basis) * self.counts_weight])))


def learn_space(
    texts: Sequence[str],
    *,
    question: str = "",
    table: PieceTable | None = None,
    foreign: NDArray[np.bool_] | None = None,
) -> Space:
    """Learn from texts how to place them and others like them.

    Args:
        texts: Texts in an order that does not depend on their arrival.
        question: What was asked; its words weigh nothing.
        table: Vectors of word pieces; the installed ones if not given.
        foreign: Whether each text is in another language than English, shape (n_texts,); none is, if not given.
    """
    texts = texts[:MOST_LEARNT]
    said = list(map(words, texts))
    return learn_and_place(said, written_large(texts), question=question, table=table, foreign=foreign)[0]


def learn_and_place(
    said: Sequence[Sequence[str]],
    names: frozenset[str],
    *,
    question: str = "",
    table: PieceTable | None = None,
    foreign: NDArray[np.bool_] | None = None,
) -> tuple[Space, FloatMatrix]:
    """Learn from texts how to place them and others like them, and place them.

    Args:
        said: The words of texts, in an order that does not depend on their arrival; at most MOST_LEARNT are of use.
        names: Words that are mostly written with a capital.
        question: What was asked; its words weigh nothing.
        table: Vectors of word pieces; the installed ones if not given.
        foreign: Whether each text is in another language than English, shape (at least n_texts,); none is, if not
            given. The little words that mostly these use weigh nothing.

    Returns:
        The space, and what its `place` gives for these texts.
    """
    table = table or shared_table()
    heard = _heard(said)
    frame = _frame_of(heard, question, names)
    if foreign is not None:
        frame |= _little_words(said, foreign[: len(said)], heard)
    pieces = _pieces_of(heard.vocabulary, table)
    weighing = _weighing(heard, frame)
    weights = _piece_weights(weighing, pieces, len(table.vectors))
    meaning = _unit(_meaning(weighing, pieces, weights))
    mean = meaning.mean(axis=0) if len(said) else np.zeros(table.vectors.shape[1])
    is_foreign = foreign is not None and 2 * int(foreign[: len(said)].sum()) > len(said)
    fewest = FEWEST_FOREIGN_FOR_COUNTS if is_foreign else FEWEST_FOR_COUNTS
    terms, rarity = _terms_of(heard, frame) if len(said) >= fewest else ({}, np.zeros(0))
    counts = _counts(heard, terms, rarity) if terms else None
    basis = np.zeros((0, 0)) if counts is None else _main_directions(counts)
    counts_weight = FOREIGN_COUNTS_WEIGHT if is_foreign else COUNTS_WEIGHT
    space = Space(table, weights, mean, frame, terms, rarity, basis, counts_weight)
    return space, space._joined(meaning, counts)


def _frame_of(heard: "_Heard", question: str, names: frozenset[str]) -> frozenset[str]:
    """Words of the question that are more than grammar, words in most texts, and names in many of them."""
    n = len(heard.lengths)
    asked = {stem(word) for word in words(question)}
    often, known = (s * n if n >= FEWEST_FOR_COUNTS else n + 1 for s in (FRAME_SHARE, NAME_SHARE))
    return frozenset(
        word
        for word, times in zip(heard.vocabulary, heard.texts_with().tolist(), strict=True)
        if times > often or (times > known and word in names) or (asked and stem(word) in asked)
    )


def _little_words(said: Sequence[Sequence[str]], foreign: NDArray[np.bool_], heard: "_Heard") -> frozenset[str]:
    """Function words of other languages that at least as many foreign texts have as English ones."""
    rows = np.flatnonzero(foreign).tolist()
    of_foreign = Counter(word for row in rows for word in FUNCTION_WORDS.intersection(said[row]))
    if not of_foreign:
        return frozenset()
    in_all = dict(zip(heard.vocabulary, heard.texts_with().tolist(), strict=True))
    return frozenset(word for word, n in of_foreign.items() if 2 * n >= in_all[word])


class _Heard(NamedTuple):
    """Texts as numbers of words: each different word is looked at once, however often it is said."""

    vocabulary: list[str]
    """The different words, in the order of the alphabet."""
    numbers: NDArray[np.int64]
    """Which of them are said: those of the first text in their order, of the second, and so on."""
    lengths: NDArray[np.int64]
    """How many words each text has, shape (n_texts,)."""

    def renamed(self, numbers: NDArray[np.int64], vocabulary: list[str]) -> Self:
        """The texts in another vocabulary, *numbers* telling of each different word which one it is; -1 for none."""
        renamed = numbers[self.numbers]
        kept = renamed >= 0
        rows = np.repeat(np.arange(len(self.lengths)), self.lengths)
        return type(self)(vocabulary, renamed[kept], np.bincount(rows[kept], minlength=len(self.lengths)))

    def counts(self) -> sp.csr_array:
        """How often each text has each word, shape (n_texts, n_words)."""
        return _count_matrix(self.numbers, self.lengths, len(self.vocabulary))

    def texts_with(self) -> NDArray[np.int64]:
        """How many texts have each word, shape (n_words,)."""
        return np.bincount(self.counts().indices, minlength=len(self.vocabulary))


def _heard(said: Sequence[Sequence[str]]) -> _Heard:
    """Number the words of texts."""
    vocabulary = sorted(set(chain.from_iterable(said)))
    number = {word: i for i, word in enumerate(vocabulary)}
    numbers = np.fromiter(map(number.__getitem__, chain.from_iterable(said)), dtype=np.int64)
    return _Heard(vocabulary, numbers, np.fromiter(map(len, said), dtype=np.int64, count=len(said)))


def _weighing(heard: _Heard, frame: frozenset[str]) -> sp.csr_array:
    """How often texts have words, without those of the frame where they have others; shape (n_texts, n_words)."""
    own = np.array([-1 if word in frame else i for i, word in enumerate(heard.vocabulary)], dtype=np.int64)
    others = heard.renamed(own, heard.vocabulary)
    only = (others.lengths == 0) & (heard.lengths > 0)
    if not only.any():
        return others.counts()
    of_frame = heard._replace(
        numbers=heard.numbers[np.repeat(only, heard.lengths)], lengths=np.where(only, heard.lengths, 0)
    )
    return others.counts() + of_frame.counts()


class _Pieces(NamedTuple):
    """The pieces of words."""

    of_words: sp.csr_array
    """How often words have them, shape (n_words, n_pieces that occur)."""
    vectors: NDArray[np.float32]
    """Of those that occur, shape (n_pieces that occur, n_dims)."""
    occurring: NDArray[np.int64]
    """Which piece of the table each is."""


def _pieces_of(vocabulary: Sequence[str], table: PieceTable) -> _Pieces:
    """The pieces of words."""
    pieces_of = table.pieces(vocabulary) if vocabulary else []
    said = np.fromiter(chain.from_iterable(pieces_of), dtype=np.int64)
    occurring = np.flatnonzero(np.bincount(said, minlength=1))
    column = np.zeros(len(table.vectors), dtype=np.int64)
    column[occurring] = np.arange(len(occurring))
    of_words = _count_matrix(column[said], list(map(len, pieces_of)), len(occurring))
    return _Pieces(of_words, table.vectors[occurring], occurring)


def _count_matrix(
    columns: NDArray[np.int64], lengths: Sequence[int] | NDArray[np.int64], n_columns: int
) -> sp.csr_array:
    """Count columns per row.

    Args:
        columns: Columns of the first row, of the second, and so on, as often as they count.
        lengths: How many of them each row has.
        n_columns: Width of the matrix.
    """
    ends = np.append(0, np.cumsum(lengths, dtype=np.int64))
    counts = sp.csr_array((np.ones(len(columns)), columns.copy(), ends), shape=(len(lengths), n_columns))
    counts.sum_duplicates()  # in place
    return counts


def _piece_weights(counts: sp.csr_array, pieces: _Pieces, n_pieces: int) -> NDArray[np.float64]:
    """The weight a / (a + p) of each piece of the table, p being its share of all pieces; shape (n_pieces,)."""
    times = np.asarray(counts.sum(axis=0)).ravel() @ pieces.of_words
    share = np.zeros(n_pieces)
    share[pieces.occurring] = times / max(times.sum(), 1)
    return SIF / (SIF + share)


def _meaning(counts: sp.csr_array, pieces: _Pieces, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum of the vectors of each text's words, which are those of their pieces; shape (n_texts, n_dims)."""
    of_words = pieces.of_words @ (pieces.vectors * weights[pieces.occurring, None])
    return np.asarray(counts @ of_words, dtype=np.float64)


def _terms_of(heard: _Heard, frame: frozenset[str]) -> tuple[dict[str, int], NDArray[np.float64]]:
    """The counted stems with their columns, and ln((1 + n) / (1 + texts with it)) + 1 for each."""
    number: dict[str, int] = {}
    stem_of = [
        -1 if word in STOP_WORDS or word in frame else number.setdefault(stem(word), len(number))
        for word in heard.vocabulary
    ]
    said = heard.renamed(np.array(stem_of, dtype=np.int64), list(number))
    present = dict(zip(number, said.texts_with().tolist(), strict=True))
    repeated = sorted((-n, term) for term, n in present.items() if n >= 2)[:COUNTS_TERMS]
    terms = {term: i for i, term in enumerate(sorted(term for _, term in repeated))}
    n_texts = np.array([present[term] for term in terms])
    return terms, np.log((1 + len(heard.lengths)) / (1 + n_texts)) + 1


def _counts(heard: _Heard, terms: dict[str, int], rarity: NDArray[np.float64]) -> sp.csr_array:
    """(1 + ln count) x rarity of each term, every row of length 1; shape (n_texts, n_terms)."""
    column = np.array([terms.get(stem(word), -1) for word in heard.vocabulary], dtype=np.int64)
    counts = heard.renamed(column, list(terms)).counts()
    counts.data = (1 + np.log(counts.data)) * rarity[counts.indices]
    length = np.sqrt(np.asarray(counts.power(2).sum(axis=1)).ravel())
    counts.data *= np.repeat(1 / np.maximum(length, 1e-9), np.diff(counts.indptr))
    return counts


def _main_directions(counts: sp.csr_array) -> NDArray[np.float64]:
    """An orthonormal basis of the space of the strongest singular vectors; shape (n_terms, n_directions)."""
    n_directions = min(COUNTS_DIMS, *counts.shape)
    back = counts.T.tocsr()
    basis = np.random.default_rng(0).choice([-1.0, 1.0], (counts.shape[1], n_directions))
    for done in range(1, SUBSPACE_ROUNDS + 1):
        basis = back @ (counts @ basis)
        if done % 2 == 0:  # it would give the same directions to do so each time, at the price of as much again
            basis = _orthonormal(basis, times=2 if done == SUBSPACE_ROUNDS else 1)
    return basis


def _orthonormal(columns: NDArray[np.float64], times: int = 1) -> NDArray[np.float64]:
    """The columns made orthonormal one after the other (Gram and Schmidt); twice for accuracy.

    By `einsum`, whose sums have one order, whatever the number of threads.
    """
    done = np.zeros(columns.shape[::-1])
    for i, column in enumerate(columns.T):
        rest = column.copy()
        for _ in range(times):
            along = np.einsum("ij,j->i", done[:i], rest)
            rest -= np.einsum("ij,i->j", done[:i], along)
        length = np.sqrt((rest * rest).sum())
        done[i] = rest / length if length > 1e-9 else 0
    return done.T


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows at length 1; rows of zeros stay."""
    length: NDArray[np.float64] = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return rows / np.maximum(length, 1e-9)


def _on_grid(rows: NDArray[np.float64]) -> FloatMatrix:
    """The rows rounded to whole numbers, 1.0 being GRID."""
    return np.rint(rows * GRID).astype(np.float32)
