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
COUNTS_DIMS = 100
COUNTS_TERMS = 5000
"""The most frequent words that are counted: the rest is too rare to tie texts together."""
MOST_LEARNT = 20_000
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
    """Words that weigh nothing: those of the question and those in most texts."""
    terms: dict[str, int]
    """Counted word stems and their columns; empty when counts are left out."""
    rarity: NDArray[np.float64]
    """Inverse document frequency of each term, shape (n_terms,)."""
    basis: NDArray[np.float64]
    """Main directions of the counts, shape (n_terms, at most COUNTS_DIMS)."""

    def vectors(self, texts: Sequence[str]) -> FloatMatrix:
        """Place texts: whole numbers on a grid of GRID steps, shape (n_texts, n_dims); every row has length GRID.

        A text without words gets zeros; one that has only words of the frame is placed by those.
        """
        return self.place([words(text) for text in texts])

    def place(self, said: Sequence[Sequence[str]]) -> FloatMatrix:
        """Place texts that are given as their words, as `vectors` does."""
        heard = _heard(said)
        meaning = _unit(_meaning(heard, self.table, self.weights, self.frame))
        meaning = _unit(np.where(meaning.any(axis=1, keepdims=True), meaning - self.mean, 0))
        if not self.terms:
            return _on_grid(meaning)
        counts = _unit(_counts(heard, self.terms, self.rarity) @ self.basis) * COUNTS_WEIGHT
        return _on_grid(_unit(np.hstack([meaning, counts])))


def learn_space(texts: Sequence[str], *, question: str = "", table: PieceTable | None = None) -> Space:
    """Learn from texts how to place them and others like them.

    Args:
        texts: Texts in an order that does not depend on their arrival.
        question: What was asked; its words weigh nothing.
        table: Vectors of word pieces; the installed ones if not given.
    """
    table = table or shared_table()
    texts = texts[:MOST_LEARNT]
    said = [words(text) for text in texts]
    frame = _frame_of(said, question, written_large(texts))
    heard = _heard(said)
    weights = _piece_weights(heard, table, frame)
    meaning = _unit(_meaning(heard, table, weights, frame))
    mean = meaning.mean(axis=0) if len(texts) else np.zeros(table.vectors.shape[1])
    terms, rarity = _terms_of(said, frame) if len(texts) >= FEWEST_FOR_COUNTS else ({}, np.zeros(0))
    basis = _main_directions(_counts(heard, terms, rarity)) if terms else np.zeros((0, 0))
    return Space(table, weights, mean, frame, terms, rarity, basis)


def _frame_of(said: Sequence[Sequence[str]], question: str, names: frozenset[str]) -> frozenset[str]:
    """Words of the question that are more than grammar, words in most texts, and names in many of them."""
    asked = {stem(word) for word in words(question)}
    present = Counter(word for text in said for word in set(text))
    often, known = (
        s * len(said) if len(said) >= FEWEST_FOR_COUNTS else len(said) + 1 for s in (FRAME_SHARE, NAME_SHARE)
    )
    return frozenset(
        word for word, n in present.items() if stem(word) in asked or n > often or (n > known and word in names)
    )


class _Heard(NamedTuple):
    """Texts as numbers of words: each different word is looked at once, however often it is said."""

    vocabulary: list[str]
    """The different words, in the order of the alphabet."""
    numbers: NDArray[np.int64]
    """Which of them are said: those of the first text in their order, of the second, and so on."""
    lengths: NDArray[np.int64]
    """How many words each text has, shape (n_texts,)."""

    def of_some(self, is_kept: NDArray[np.bool_]) -> Self:
        """The texts with those words alone that are kept, *is_kept* telling of each different word."""
        kept = is_kept[self.numbers]
        rows = np.repeat(np.arange(len(self.lengths)), self.lengths)
        return self._replace(numbers=self.numbers[kept], lengths=np.bincount(rows[kept], minlength=len(self.lengths)))


def _heard(said: Sequence[Sequence[str]]) -> _Heard:
    """Number the words of texts."""
    vocabulary = sorted(set(chain.from_iterable(said)))
    number = {word: i for i, word in enumerate(vocabulary)}
    numbers = np.fromiter(map(number.__getitem__, chain.from_iterable(said)), dtype=np.int64)
    return _Heard(vocabulary, numbers, np.fromiter(map(len, said), dtype=np.int64, count=len(said)))


def _weighing(heard: _Heard, frame: frozenset[str]) -> sp.csr_array:
    """How often texts have words, without those of the frame where they have others; shape (n_texts, n_words)."""
    is_kept = np.array([word not in frame for word in heard.vocabulary], dtype=np.bool_)
    others = heard.of_some(is_kept)
    counts = _count_matrix(others.numbers, others.lengths, len(heard.vocabulary))
    only = (others.lengths == 0) & (heard.lengths > 0)
    if only.any():
        lengths = np.where(only, heard.lengths, 0)
        counts = counts + _count_matrix(heard.numbers[np.repeat(only, heard.lengths)], lengths, len(heard.vocabulary))
    return counts


def _pieces_of(vocabulary: Sequence[str], table: PieceTable) -> tuple[sp.csr_array, NDArray[np.int64]]:
    """How often words have pieces, shape (n_words, n_pieces that occur), and which piece each column counts."""
    pieces_of = table.pieces(vocabulary) if vocabulary else []
    occurring, columns = np.unique(np.fromiter(chain.from_iterable(pieces_of), dtype=np.int64), return_inverse=True)
    return _count_matrix(columns, list(map(len, pieces_of)), len(occurring)), occurring


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
    counts = sp.csr_array((np.ones(len(columns)), columns, ends), shape=(len(lengths), n_columns))
    counts.sum_duplicates()
    return counts


def _piece_weights(heard: _Heard, table: PieceTable, frame: frozenset[str]) -> NDArray[np.float64]:
    """The weight a / (a + p) of each piece, p being its share of all pieces; shape (n_pieces,)."""
    pieces, occurring = _pieces_of(heard.vocabulary, table)
    times = np.asarray(_weighing(heard, frame).sum(axis=0)).ravel() @ pieces
    share = np.zeros(len(table.vectors))
    share[occurring] = times / max(times.sum(), 1)
    return SIF / (SIF + share)


def _meaning(
    heard: _Heard, table: PieceTable, weights: NDArray[np.float64], frame: frozenset[str]
) -> NDArray[np.float64]:
    """Weighted sum of the vectors of each text's words, which are those of their pieces; shape (n_texts, n_dims)."""
    pieces, occurring = _pieces_of(heard.vocabulary, table)
    of_words = pieces @ (table.vectors[occurring] * weights[occurring, None])
    return np.asarray(_weighing(heard, frame) @ of_words, dtype=np.float64)


def _terms_of(said: Sequence[Sequence[str]], frame: frozenset[str]) -> tuple[dict[str, int], NDArray[np.float64]]:
    """The counted stems with their columns, and ln((1 + n) / (1 + texts with it)) + 1 for each."""
    present = Counter(
        term for text in said for term in {stem(w) for w in text if w not in STOP_WORDS and w not in frame}
    )
    repeated = sorted((-n, term) for term, n in present.items() if n >= 2)[:COUNTS_TERMS]
    terms = {term: i for i, term in enumerate(sorted(term for _, term in repeated))}
    n_texts = np.array([present[term] for term in terms])
    return terms, np.log((1 + len(said)) / (1 + n_texts)) + 1


def _counts(heard: _Heard, terms: dict[str, int], rarity: NDArray[np.float64]) -> sp.csr_array:
    """(1 + ln count) x rarity of each term, every row of length 1; shape (n_texts, n_terms)."""
    column = np.array([terms.get(stem(word), -1) for word in heard.vocabulary], dtype=np.int64)
    found = heard.of_some(column >= 0)
    counts = _count_matrix(column[found.numbers], found.lengths, len(terms))
    counts.data = 1 + np.log(counts.data)
    counts = counts @ sp.diags_array(rarity)
    length = np.sqrt(np.asarray(counts.power(2).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.maximum(length, 1e-9)) @ counts)


def _main_directions(counts: sp.csr_array) -> NDArray[np.float64]:
    """An orthonormal basis of the space of the strongest singular vectors; shape (n_terms, n_directions)."""
    n_directions = min(COUNTS_DIMS, *counts.shape)
    start = np.random.default_rng(0).choice([-1.0, 1.0], (counts.shape[1], n_directions))
    basis = _orthonormal(start)
    for done in range(SUBSPACE_ROUNDS):
        basis = _orthonormal(counts.T @ (counts @ basis), times=2 if done == SUBSPACE_ROUNDS - 1 else 1)
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
