"""The table of word pieces: the one place that knows which package the vectors come from.

The two files of the wordllama package (a tokenizer and 32,000 vectors of 256 numbers) are read as they are; its own
classes are not needed. Another table takes its place by another function that returns a `PieceTable`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
MOST_KNOWN = 100_000
"""Words whose pieces are kept in mind: more than people use, and some tens of megabytes where they are made up."""

CUT_AT_ONCE = 64
"""Words that are cut together: each by itself would take twice as long."""


@dataclass(frozen=True)
class PieceTable:
    """Vectors of word pieces, and the rule that cuts words into pieces."""

    name: str
    vectors: NDArray[np.float32]
    """One row per piece, shape (n_pieces, n_dims)."""
    tokenizer: Tokenizer
    first: frozenset[int]
    """The pieces that a word begins with."""
    _known: dict[str, list[int]] = field(default_factory=dict)
    """The pieces of words that were cut before."""

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """Row numbers of the pieces of each word."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        cut = dict(zip(new, self._cut(new), strict=True))
        if len(self._known) < MOST_KNOWN:
            self._known.update(cut)
        return [cut[word] if word in cut else self._known[word] for word in words]

    def _cut(self, words: Sequence[str]) -> list[list[int]]:
        """Cut words, some at a time: no piece reaches over a blank, and the first of each word begins with it."""
        rows = [" ".join(words[start : start + CUT_AT_ONCE]) for start in range(0, len(words), CUT_AT_ONCE)]
        found: list[list[int]] = []
        for row in self.tokenizer.encode_batch_fast(rows, add_special_tokens=False) if rows else ():
            for piece in row.ids:
                if piece in self.first:
                    found.append([])
                found[-1].append(piece)
        return found


@cache
def shared_table() -> PieceTable:
    """The table that comes with the installation, read once in a process.

    Raises:
        RuntimeError: The package with the table is not installed.
    """
    from safetensors.numpy import load_file

    package = find_spec("wordllama")
    if package is None or package.origin is None:
        raise RuntimeError("The package wordllama, which holds the word vectors, is not installed.")
    folder = Path(package.origin).parent
    (vectors,) = load_file(folder / _WEIGHTS).values()
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    first = frozenset(number for piece, number in tokenizer.get_vocab().items() if piece.startswith("▁"))
    return PieceTable("wordllama l2_supercat_256", vectors.astype(np.float32), tokenizer, first)
