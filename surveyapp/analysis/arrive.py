"""One new answer among themes that are there: what it says, which theme each idea is nearest to, in what tone.

A `Model` holds what a finished run has learnt, in a few hundred kilobytes to about two megabytes. It does not change
until the next run: were words weighed anew with every answer, similarities would drift.

How `themes/` uses it: after a run `learn_model(analysis, theme_ids)` (or `build_model`, where space and vectors are at
hand), `model.to_bytes()` in a column of the run; in the job of a new answer `place(model, text)` with a model that the
process keeps, `Model.from_bytes(...)`. What it returns is provisional: the next run (`anchor.go_on`) begins with it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import middles
from surveyapp.analysis.embed import COUNTS_WEIGHT, GRID, FloatMatrix, Space, learn_space
from surveyapp.analysis.membership import LEAST_RESEMBLANCE
from surveyapp.analysis.pieces import shared_table
from surveyapp.analysis.results import Analysis
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.split import split, whole
from surveyapp.analysis.texts import different, is_set_apart
from surveyapp.analysis.words import says_nothing, stem, words

_HEAD = b"surveyapp model 1\n"
_ARRAYS = {
    "pieces": "<i4",
    "weights": "<f4",
    "mean": "<f4",
    "rarity": "<f4",
    "basis": "<f2",
    "centres": "<i2",
    "ids": "<i8",
    "set_apart": "|b1",
}


@dataclass(frozen=True, eq=False)
class Model:
    """What a run has learnt, as far as placing one more answer needs it."""

    table: str
    """Name of the table of word pieces that the numbers below go with."""
    whole_rows: bool
    """Answers are not split."""
    counts_weight: float
    """Length of the part that counts words, beside that of meaning."""
    frame: tuple[str, ...]
    """Words that weigh nothing, in order."""
    terms: tuple[str, ...]
    """Counted word stems, in order; none when counts are left out."""
    pieces: NDArray[np.int32]
    """Word pieces that occur, shape (n_occurring,); all others weigh 1."""
    weights: NDArray[np.float32]
    """Their weights, shape (n_occurring,)."""
    mean: NDArray[np.float32]
    """Mean vector of meaning, shape (n_meaning,)."""
    rarity: NDArray[np.float32]
    """Inverse document frequency, shape (n_terms,)."""
    basis: NDArray[np.float16]
    """Main directions of the counts, shape (n_terms, n_directions)."""
    centres: NDArray[np.int16]
    """Middles of the themes on the grid, shape (n_themes, n_meaning + n_directions)."""
    ids: NDArray[np.int64]
    """Their ids, shape (n_themes,); -1 for a theme that is not shown."""
    set_apart: NDArray[np.bool_]
    """Themes of texts in other languages, shape (n_themes,)."""

    def to_bytes(self) -> bytes:
        """The model as bytes: the same model gives the same bytes everywhere."""
        arrays = {name: np.ascontiguousarray(getattr(self, name), dtype=kind) for name, kind in _ARRAYS.items()}
        described: dict[str, Any] = {
            "table": self.table,
            "whole_rows": self.whole_rows,
            "counts_weight": self.counts_weight,
            "frame": self.frame,
            "terms": self.terms,
            "shapes": {name: array.shape for name, array in arrays.items()},
        }
        head = json.dumps(described, sort_keys=True).encode()
        return b"".join([_HEAD, len(head).to_bytes(8, "little"), head, *(array.tobytes() for array in arrays.values())])

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The model that to_bytes() wrote.

        Raises:
            ValueError: The bytes are not a model of this version, or go with another table of word pieces.
        """
        if not data.startswith(_HEAD):
            raise ValueError("These bytes are no model that this version can read: run the analysis again.")
        at = len(_HEAD) + 8
        size = int.from_bytes(data[len(_HEAD) : at], "little")
        described = json.loads(data[at : at + size])
        if described["table"] != shared_table().name:
            raise ValueError(f"The model goes with the table {described['table']!r}, which is not installed.")
        at += size
        arrays: dict[str, Any] = {}
        for name, kind in _ARRAYS.items():
            shape = tuple(described["shapes"][name])
            count = int(np.prod(shape, dtype=np.int64))
            arrays[name] = np.frombuffer(data, dtype=kind, count=count, offset=at).reshape(shape)
            at += arrays[name].nbytes
        return cls(
            described["table"],
            described["whole_rows"],
            described.get("counts_weight", COUNTS_WEIGHT),  # models of before do not tell
            tuple(described["frame"]),
            tuple(described["terms"]),
            **arrays,
        )

    def vector(self, text: str) -> NDArray[np.float32]:
        """The text on the grid, shape (n_meaning + n_directions,), as `Space.vectors` places it but for rounding."""
        said = words(text)
        heard = [word for word in said if word not in self._frame] or said
        table = shared_table()
        pieces = [piece for word in table.pieces(heard) for piece in word]
        meaning = (table.vectors[pieces] * self._weight[pieces, None]).sum(axis=0, dtype=np.float64)
        meaning = _unit(meaning)
        if meaning.any():
            meaning = _unit(meaning - self.mean)
        if self.terms:
            meaning = _unit(np.concatenate([meaning, self._counts(said) * self.counts_weight]))
        return np.rint(meaning * GRID).astype(np.float32)

    def _counts(self, said: Sequence[str]) -> NDArray[np.float64]:
        """The counted words in the main directions, at length 1."""
        times: dict[int, int] = {}
        for word in said:
            if (column := self._column.get(stem(word))) is not None:
                times[column] = times.get(column, 0) + 1
        columns = sorted(times)
        counted = np.array([1 + log(times[column]) for column in columns]) * self.rarity[columns]
        return _unit((self.basis[columns].astype(np.float64) * counted[:, None]).sum(axis=0))

    def nearest(self, text: str, kind: str) -> tuple[int | None, float]:
        """The id of the theme that a text is nearest to, and the cosine to its middle.

        As in a run, texts in English and texts in other languages have themes of their own; where there are none, a
        text joins what it resembles. The id is None where it resembles nothing, or the theme is not shown.

        Args:
            text: A statement that says something.
            kind: What the reading of its tone found it to be.
        """
        is_foreign = is_set_apart(text, kind) or (kind == "other_language" and 2 * self.set_apart.sum() > len(self.ids))
        own = self.set_apart if is_foreign else ~self.set_apart
        if not len(own):
            return None, 0.0
        alike = self._middles @ self.vector(text) / GRID**2
        if own.any():
            alike = np.where(own, alike, -np.inf)
        best = int(alike.argmax())
        fit = min(1.0, float(alike[best]))  # rounded vectors are a little too long
        if not own.any() and fit < LEAST_RESEMBLANCE:
            return None, fit
        return (int(self.ids[best]) if self.ids[best] >= 0 else None), fit

    @cached_property
    def _frame(self) -> frozenset[str]:
        return frozenset(self.frame)

    @cached_property
    def _column(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.terms)}

    @cached_property
    def _weight(self) -> NDArray[np.float64]:
        weight = np.ones(len(shared_table().vectors))
        weight[self.pieces] = self.weights
        return weight

    @cached_property
    def _middles(self) -> FloatMatrix:
        return self.centres.astype(np.float32)


@dataclass(frozen=True)
class Placed:
    """One idea of a new answer: `text` is the answer from `start` to `end`."""

    start: int
    end: int
    text: str
    theme: int | None
    """Id of the theme; None where it says nothing, resembles none, or the theme is not shown."""
    fit: float | None
    """Cosine to the middle of the theme; None without one."""
    polarity: float
    subjectivity: float
    tone: str
    kind: str


def place(model: Model, text: str) -> list[Placed]:
    """Split one new answer, and find theme and tone of each of its ideas; nothing else is touched.

    A blank answer gives one idea that is empty, as in a run.
    """
    analyser = shared_analyser()
    cut = whole if model.whole_rows else split
    placed = []
    for start, end in cut(text) or [(0, 0)]:
        said = text[start:end]
        tone = analyser.analyze(said)
        theme, fit = (None, 0.0) if says_nothing(said) else model.nearest(said, tone.kind)
        placed.append(
            Placed(
                start,
                end,
                said,
                theme,
                None if theme is None else fit,
                tone.polarity,
                tone.subjectivity,
                tone.label,
                tone.kind,
            )
        )
    return placed


def learn_model(analysis: Analysis, theme_ids: Mapping[int, int] | None = None) -> Model:
    """Keep what a run has learnt.

    Args:
        analysis: A finished run.
        theme_ids: Under which id the themes of the run are known; those that are missing are not shown, but new
            answers that belong there go to no other theme. The run's own numbers if not given.
    """
    texts = different(analysis.statements)
    space = learn_space(texts.shown, question=analysis.settings.question, foreign=texts.other_language)
    labels = np.full(len(texts.shown), -1)
    for text, statement in zip(texts.of.tolist(), analysis.statements, strict=True):
        if text >= 0 and statement.theme is not None:
            labels[text] = statement.theme
    found = np.unique(labels[labels >= 0]).tolist()
    ids = {theme: theme if theme_ids is None else theme_ids.get(theme, -1) for theme in found}
    return build_model(
        space,
        space.vectors(texts.shown),
        labels,
        other_language=texts.other_language,
        ids=ids,
        whole_rows=analysis.settings.whole_rows,
    )


def build_model(
    space: Space,
    vectors: FloatMatrix,
    labels: NDArray[np.int64],
    *,
    other_language: NDArray[np.bool_],
    ids: Mapping[int, int] | None = None,
    whole_rows: bool = False,
) -> Model:
    """Keep what a run has learnt.

    Args:
        space: In which the texts were placed.
        vectors: Of the different texts, shape (n_texts, n_dims). Of hybrid ones the static part, at their end, is kept:
            a new answer does not wait for the sentence model.
        labels: Theme of each, shape (n_texts,); -1 for none.
        other_language: Whether each is in another language, shape (n_texts,).
        ids: Id of each theme among the labels, -1 for one that is not shown; the labels themselves if not given.
        whole_rows: Whether answers are not split.
    """
    placed = np.flatnonzero(labels >= 0)
    themes, number = np.unique(labels[placed], return_inverse=True)
    foreign = np.bincount(number, weights=other_language[placed], minlength=len(themes))
    occurring = np.flatnonzero(space.weights < 1)
    static = vectors[placed][:, -(len(space.mean) + space.basis.shape[1]) :]
    return Model(
        table=space.table.name,
        whole_rows=whole_rows,
        counts_weight=space.counts_weight,
        frame=tuple(sorted(space.frame)),
        terms=tuple(space.terms),
        pieces=occurring.astype(np.int32),
        weights=space.weights[occurring].astype(np.float32),
        mean=space.mean.astype(np.float32),
        rarity=space.rarity.astype(np.float32),
        basis=space.basis.astype(np.float16),
        centres=middles(static, number).astype(np.int16),
        ids=np.array([ids[theme] if ids else theme for theme in themes.tolist()], dtype=np.int64),
        set_apart=2 * foreign > np.bincount(number, minlength=len(themes)),
    )


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vector at length 1; one of zeros stays."""
    return vector / max(sqrt(float((vector * vector).sum())), 1e-9)
