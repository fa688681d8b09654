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


@dataclass(frozen=True)
class PieceTable:
    """Vectors of word pieces, and the rule that cuts words into pieces."""

    name: str
    vectors: NDArray[np.float32]
    """One row per piece, shape (n_pieces, n_dims)."""
    tokenizer: Tokenizer
    _known: dict[str, list[int]] = field(default_factory=dict)
    """The pieces of words that were cut before."""

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """Row numbers of the pieces of each word."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        encoded = self.tokenizer.encode_batch_fast(new, add_special_tokens=False) if new else []
        cut = {word: list(found.ids) for word, found in zip(new, encoded, strict=True)}
        if len(self._known) < MOST_KNOWN:
            self._known.update(cut)
        return [cut[word] if word in cut else self._known[word] for word in words]


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
    return PieceTable("wordllama l2_supercat_256", vectors.astype(np.float32), tokenizer)
