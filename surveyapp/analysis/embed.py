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
from typing import NamedTuple

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
SUBSPACE_ROUNDS = 4
GRID = 2000
"""Steps of the grid from 0 to 1: a product of two vectors stays below 2**24, the last whole number exact in float32."""


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
        said = [words(text) for text in texts]
        meaning = _unit(_meaning(said, self.table, self.weights, self.frame))
        meaning = _unit(np.where(meaning.any(axis=1, keepdims=True), meaning - self.mean, 0))
        if not self.terms:
            return _on_grid(meaning)
        counts = _unit(_counts(said, self.terms, self.rarity) @ self.basis) * COUNTS_WEIGHT
        return _on_grid(_unit(np.hstack([meaning, counts])))


def learn_space(texts: Sequence[str], *, question: str = "", table: PieceTable | None = None) -> Space:
    """Learn from texts how to place them and others like them.

    Args:
        texts: Texts in an order that does not depend on their arrival.
        question: What was asked; its words weigh nothing.
        table: Vectors of word pieces; the installed ones if not given.
    """
    table = table or shared_table()
    said = [words(text) for text in texts]
    frame = _frame_of(said, question, written_large(texts))
    weights = _piece_weights(said, table, frame)
    meaning = _unit(_meaning(said, table, weights, frame))
    mean = meaning.mean(axis=0) if len(texts) else np.zeros(table.vectors.shape[1])
    terms, rarity = _terms_of(said, frame) if len(texts) >= FEWEST_FOR_COUNTS else ({}, np.zeros(0))
    basis = _main_directions(_counts(said, terms, rarity)) if terms else np.zeros((0, 0))
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


class _Bag(NamedTuple):
    """How often texts have word pieces."""

    counts: sp.csr_array
    """Shape (n_texts, n_pieces that occur)."""
    pieces: NDArray[np.int64]
    """Which piece each column counts, shape (n_pieces that occur,)."""


def _piece_bag(said: Sequence[Sequence[str]], table: PieceTable, frame: frozenset[str]) -> _Bag:
    """Count the pieces of each text, without those of words of the frame where it has other words."""
    said = [[word for word in text if word not in frame] or text for text in said]
    vocabulary = sorted({word for text in said for word in text})
    number = {word: i for i, word in enumerate(vocabulary)}
    pieces_of = table.pieces(vocabulary) if vocabulary else []
    occurring, columns = np.unique(
        np.array([p for word in pieces_of for p in word], dtype=np.int64), return_inverse=True
    )
    pieces = _count_matrix(columns, list(map(len, pieces_of)), len(occurring))
    numbers = np.array([number[word] for text in said for word in text], dtype=np.int64)
    return _Bag(_count_matrix(numbers, list(map(len, said)), len(vocabulary)) @ pieces, occurring)


def _count_matrix(columns: NDArray[np.int64], lengths: Sequence[int], n_columns: int) -> sp.csr_array:
    """Count columns per row.

    Args:
        columns: Columns of the first row, of the second, and so on, as often as they count.
        lengths: How many of them each row has.
        n_columns: Width of the matrix.
    """
    ends = np.cumsum([0, *lengths])
    counts = sp.csr_array((np.ones(len(columns)), columns, ends), shape=(len(lengths), n_columns))
    counts.sum_duplicates()
    return counts


def _piece_weights(said: Sequence[Sequence[str]], table: PieceTable, frame: frozenset[str]) -> NDArray[np.float64]:
    """The weight a / (a + p) of each piece, p being its share of all pieces; shape (n_pieces,)."""
    bag = _piece_bag(said, table, frame)
    share = np.zeros(len(table.vectors))
    share[bag.pieces] = np.asarray(bag.counts.sum(axis=0)).ravel() / max(bag.counts.sum(), 1)
    return SIF / (SIF + share)


def _meaning(
    said: Sequence[Sequence[str]], table: PieceTable, weights: NDArray[np.float64], frame: frozenset[str]
) -> NDArray[np.float64]:
    """Weighted sum of the vectors of each text's pieces; shape (n_texts, n_dims)."""
    bag = _piece_bag(said, table, frame)
    weighted = table.vectors[bag.pieces] * weights[bag.pieces, None]
    return np.asarray(bag.counts @ weighted, dtype=np.float64)


def _terms_of(said: Sequence[Sequence[str]], frame: frozenset[str]) -> tuple[dict[str, int], NDArray[np.float64]]:
    """The counted stems with their columns, and ln((1 + n) / (1 + texts with it)) + 1 for each."""
    present = Counter(
        term for text in said for term in {stem(w) for w in text if w not in STOP_WORDS and w not in frame}
    )
    repeated = sorted((-n, term) for term, n in present.items() if n >= 2)[:COUNTS_TERMS]
    terms = {term: i for i, term in enumerate(sorted(term for _, term in repeated))}
    n_texts = np.array([present[term] for term in terms])
    return terms, np.log((1 + len(said)) / (1 + n_texts)) + 1


def _counts(said: Sequence[Sequence[str]], terms: dict[str, int], rarity: NDArray[np.float64]) -> sp.csr_array:
    """(1 + ln count) x rarity of each term, every row of length 1; shape (n_texts, n_terms)."""
    found = [[terms[s] for s in map(stem, text) if s in terms] for text in said]
    columns = np.array([term for text in found for term in text], dtype=np.int64)
    counts = _count_matrix(columns, list(map(len, found)), len(terms))
    counts.data = 1 + np.log(counts.data)
    counts = counts @ sp.diags_array(rarity)
    length = np.sqrt(np.asarray(counts.power(2).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.maximum(length, 1e-9)) @ counts)


def _main_directions(counts: sp.csr_array) -> NDArray[np.float64]:
    """An orthonormal basis of the space of the strongest singular vectors; shape (n_terms, n_directions)."""
    n_directions = min(COUNTS_DIMS, *counts.shape)
    start = np.random.default_rng(0).choice([-1.0, 1.0], (counts.shape[1], n_directions))
    basis = _orthonormal(start)
    for _ in range(SUBSPACE_ROUNDS):
        basis = _orthonormal(counts.T @ (counts @ basis))
    return basis


def _orthonormal(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The columns made orthonormal one after the other (Gram and Schmidt, twice, for accuracy)."""
    done = np.zeros(columns.shape[::-1])
    for i, column in enumerate(columns.T):
        rest = column.copy()
        for _ in range(2):
            along = (done[:i] * rest).sum(axis=1)
            rest -= (done[:i] * along[:, None]).sum(axis=0)
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
