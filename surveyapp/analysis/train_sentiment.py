"""Train the table of tone: ``python -m surveyapp.analysis.train_sentiment DATA_DIR [--out FILE]``.

Two linear models, good against bad and judging against stating, are fitted on word features and folded into one row of
weights per word. The same data gives the same file. Needs scikit-learn and vaderSentiment (test dependencies); the
texts stay where they are.
"""

import argparse
import csv
import gzip
import json
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import textblob
import vaderSentiment
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from surveyapp.analysis.identity_terms import IDENTITY_TERMS
from surveyapp.analysis.sentiment import LENGTH_OFFSET, LENGTH_SCALE
from surveyapp.analysis.tone_scan import NEGATORS, PUNCTUATION, scan, tokens_of
from surveyapp.analysis.tone_table import SCALE, TABLE_NAME
from surveyapp.analysis.tone_words import (
    BAD_EMOJI,
    BAD_WORDS,
    FIXED_NEGATIONS,
    GOOD_EMOJI,
    GOOD_WORDS,
    TURNS_OF_PHRASE,
    VALUES,
)

Floats = npt.NDArray[np.float64]

LEAST_TEXTS: Final = 3  # that hold a feature
BACK_OFF: Final = 0.6  # of a word's weight, turned round, is what its negation starts from
INCONSISTENT: Final = 0.35  # scale of a word whose sign is not the same in two sets
INVERSE_PENALTY: Final = 0.15  # C of both regressions
CONFIDENCE: Final = 1.3  # gives back what the penalty takes: left-out domains lie steeper by 1.34, their geometric mean
SET_EXPONENT: Final = 0.75  # a set of n texts counts n ** 0.75
POLAR_FROM: Final = 0.15  # lexicon value that makes a word polar
LIGHTEST: Final = 20  # thousandths: a row with less in every place is left out
NEGATED_GOOD: Final = 0.55  # the floor of negation, see floored()
NEGATED_BAD: Final = 0.3
NOT_BAD: Final = 0.0  # what the negator before a bad word adds, at least
CLEAR: Final = 0.3
LONGEST_WORD: Final = 20  # letters: what is longer is no word of a vocabulary
ANSWERS_JUDGE: Final = 1.0  # log-odds by which answers judge more often than texts of training, whose classes balance
PROPOSAL: Final = (-0.5, -0.9)  # direction and judging of a wish: it tells what is missed, a little, and seldom judges

OWN_VALUE: Final = 0.6  # of a word in tone_words
EMOJI_VALUE: Final = 1.6


_MARKS = frozenset(("!", "!!", "?", "??"))
_WEIGHTLESS = IDENTITY_TERMS | VALUES
_SILENT = PUNCTUATION | _WEIGHTLESS


class Labelled(NamedTuple):
    """One set of texts from one place, with labels -1, 0, 1 and how much each text counts."""

    texts: list[str]
    labels: npt.NDArray[np.int8]
    weights: Floats


def read_sets(folder: Path) -> dict[str, Labelled]:
    """Read the labelled sets of the data folder, by name."""
    rows: dict[str, list[tuple[str, int, float]]] = {}
    for name, file in (
        ("reddit", "goemotions_3class_train.tsv.gz"),
        ("health", "nhs_fft_phase1.tsv.gz"),
        ("", "sls_amazon_imdb.tsv.gz"),
        ("rated ", "vader_gt_amazon_tweets.tsv.gz"),
        ("town", "austin_community.tsv"),
    ):
        path = folder / file
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                weight = abs(float(row["mean_rating"])) if "mean_rating" in row else 1.0
                rows.setdefault(name + row.get("src", ""), []).append((row["text"], int(row["y"]), weight))
    return {
        name: Labelled(
            [text for text, _, _ in items],
            np.array([label for _, label, _ in items], dtype=np.int8),
            np.array([weight for _, _, weight in items]),
        )
        for name, items in rows.items()
    }


@cache
def lexicons() -> dict[str, dict[str, float]]:
    """The word lists that come with VADER and with TextBlob, and our own; values in [-1, 1]."""
    vader: dict[str, float] = {}
    listed = Path(vaderSentiment.__file__).with_name("vader_lexicon.txt").read_text(encoding="utf-8")
    for line in listed.splitlines():
        word, _, rest = line.partition("\t")
        tokens = tokens_of(word)
        if rest and len(tokens) == 1 and len(tokens[0]) == len(word):
            vader.setdefault(tokens[0], float(rest.split("\t")[0]) / 4)
    senses: dict[str, list[float]] = {}
    pattern = Path(textblob.__file__).parent / "en" / "en-sentiment.xml"
    for element in ET.parse(pattern).getroot().iter("word"):  # noqa: S314  a file of an installed package
        senses.setdefault(element.attrib["form"].lower(), []).append(float(element.attrib["polarity"]))
    means = {word: sum(values) / len(values) for word, values in senses.items()}
    own = dict.fromkeys(GOOD_WORDS, OWN_VALUE) | dict.fromkeys(BAD_WORDS, -OWN_VALUE)
    own |= dict.fromkeys(GOOD_EMOJI, EMOJI_VALUE) | dict.fromkeys(BAD_EMOJI, -EMOJI_VALUE)
    return {
        name: {word: value for word, value in words.items() if value and word not in _SILENT}
        for name, words in (("vader", vader), ("pattern", means), ("own", own))
    }


@cache
def lexicon_values() -> dict[str, list[tuple[str, float]]]:
    """Per word, the lexicons that hold it and its value there."""
    values: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, words in lexicons().items():
        for word, value in words.items():
            values[word].append((name, value))
    return dict(values)


@cache
def polar_words() -> dict[str, int]:
    """Sign of every word that a lexicon calls clearly good or bad; VADER's word counts where they differ."""
    return {
        word: 1 if value > 0 else -1
        for name in ("pattern", "own", "vader")
        for word, value in lexicons()[name].items()
        if abs(value) >= POLAR_FROM
    }


def features_of(text: str) -> dict[str, float]:
    """The features of a text; each is a sum over its words, so that fitted weights fold into one row per word.

    ``w`` a word, ``!w`` a negated one, ``v w`` a pair, ``#vader+`` a lexicon's good words (``#vadern+`` negated).
    A negated word also takes ``BACK_OFF`` from ``w``, so that rare negations are known too. ``#proposal`` keeps what
    wishes have in common out of their words; its own weight tells what was asked, so the table has ``PROPOSAL``.
    """
    found = scan(tokens_of(text), polar_words())
    features: dict[str, float] = defaultdict(float)
    before = ""
    for word, strength, is_negated in zip(found.words, found.strengths, found.negated, strict=True):
        if word in _SILENT:
            before = ""
            if word not in _MARKS:
                continue
        features[word] += -BACK_OFF * strength if is_negated else strength
        if is_negated:
            features["!" + word] += strength
        if before:
            features[f"{before} {word}"] += strength
        for name, value in lexicon_values().get(word, ()):
            features[f"#{name}{'n' if is_negated else ''}{'+' if value > 0 else '-'}"] += value * strength
        before = "" if word in _MARKS else word
    if found.is_proposal:
        features["#proposal"] = 1.0
    scale = LENGTH_SCALE / (found.n_words + LENGTH_OFFSET) ** 0.5
    return {feature: value * scale for feature, value in features.items()}


def matrix_of(rows: Sequence[Mapping[str, float]], columns: Mapping[str, int]) -> sparse.csr_matrix:
    """Features as a matrix, shape (n_texts, n_columns); unknown features are left out."""
    starts, places, values = [0], [], []
    for row in rows:
        for feature, value in row.items():
            if (place := columns.get(feature)) is not None:
                places.append(place)
                values.append(value)
        starts.append(len(places))
    return sparse.csr_matrix((values, places, starts), shape=(len(rows), len(columns)))


def consistency(counts: Sequence[tuple[Floats, Floats]], columns: Mapping[str, int], totals: Floats) -> Floats:
    """Scale of each column: 1 where a word points the same way in two sets or is in a lexicon, else less.

    Args:
        counts: Per set, in how many bad and how many good texts each feature stands.
        totals: Bad and good texts per set, shape (n_sets, 2).
    """
    good_sets = np.zeros(len(columns), dtype=int)
    bad_sets = np.zeros(len(columns), dtype=int)
    for (bad, good), (all_bad, all_good) in zip(counts, totals, strict=True):
        lean = np.log((good + 1) / (all_good + 2)) - np.log((bad + 1) / (all_bad + 2))
        lean[bad + good < 3] = 0
        good_sets += lean > 0.15
        bad_sets += lean < -0.15
    most, least = np.maximum(good_sets, bad_sets), np.minimum(good_sets, bad_sets)
    scale = np.where(((most >= 2) & (least == 0)) | ((most >= 3) & (least <= 1)), 1.0, INCONSISTENT)
    trusted = NEGATORS | {"not^", "not~", "too+"}
    for feature, place in columns.items():
        word = feature.lstrip("!")
        if feature[0] == "#" or word in trusted or word in lexicon_values():
            scale[place] = 1.0
    return scale


@dataclass(frozen=True)
class Model:
    """Two fitted regressions over the same features."""

    columns: dict[str, int]
    direction: Floats  # shape (n_columns,)
    evaluative: Floats
    bias: tuple[float, float]
    vocabulary: list[str]  # every word of the texts, also those too rare to be weighed

    def weights(self, feature: str) -> tuple[float, float]:
        """Direction and evaluative weight of a feature; nothing for one that was not learned."""
        place = self.columns.get(feature)
        return (0.0, 0.0) if place is None else (float(self.direction[place]), float(self.evaluative[place]))


def row_weights(sets: Sequence[Labelled], classes: Sequence[npt.NDArray[np.bool_]], used: Floats) -> Floats:
    """Weight of each text: sets by their size to the 0.75, both classes of a set alike, texts by their own weight."""
    weights = []
    start = 0
    for labelled, positive in zip(sets, classes, strict=True):
        mask = used[start : start + len(positive)] > 0
        start += len(positive)
        own = np.where(mask, labelled.weights, 0.0)
        own = np.where(labelled.labels == 0, np.where(mask, 1.0, 0.0), own)
        total = mask.sum() ** SET_EXPONENT
        for side in (positive, ~positive):
            if own[side].sum():
                own[side] *= total / 2 / own[side].sum()
        weights.append(own)
    merged: Floats = np.concatenate(weights)
    merged /= merged[merged > 0].mean()
    return merged


def fit(sets: Mapping[str, Labelled], features: Mapping[str, Sequence[Mapping[str, float]]]) -> Model:
    """Fit both models on the given sets; sets without neutral texts teach only the direction."""
    names = sorted(sets)
    chosen = [sets[name] for name in names]
    rows = [row for name in names for row in features[name]]
    labels = np.concatenate([labelled.labels for labelled in chosen])
    seen = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature, count in seen.items() if count >= LEAST_TEXTS or feature[0] == "#")
    columns = {feature: place for place, feature in enumerate(kept)}
    matrix = matrix_of(rows, columns)
    owner = np.repeat(np.arange(len(names)), [len(labelled.texts) for labelled in chosen])
    holds = (matrix != 0).astype(np.float64)
    counts, totals = [], []
    for number in range(len(names)):
        sides = [(owner == number) & (labels == sign) for sign in (-1, 1)]
        bad, good = (np.asarray(holds[side].sum(axis=0)).ravel() for side in sides)
        counts.append((bad, good))
        totals.append([side.sum() for side in sides])
    scale = consistency(counts, columns, np.array(totals, dtype=float))
    scaled = (matrix @ sparse.diags(scale)).tocsr()

    judged = (labels != 0).astype(float)
    has_neutral = np.concatenate([np.full(len(each.labels), float((each.labels == 0).any())) for each in chosen])
    fitted = []
    for target, used in ((labels > 0, judged), (labels != 0, has_neutral)):
        classes = np.split(target, np.cumsum([len(each.labels) for each in chosen])[:-1])
        weights = row_weights(chosen, classes, used)
        mask = weights > 0
        regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=300, tol=1e-4)
        with threadpool_limits(limits=1):  # so that sums are taken in one order; it is faster, too
            fitted.append(regression.fit(scaled[mask], target[mask], sample_weight=weights[mask]))
    return Model(
        columns=columns,
        direction=fitted[0].coef_[0] * scale,
        evaluative=fitted[1].coef_[0] * scale,
        bias=(float(fitted[0].intercept_[0]), float(fitted[1].intercept_[0])),
        vocabulary=[feature for feature in sorted(seen) if _is_plain_word(feature)],
    )


def floored(word: str, row: tuple[float, ...]) -> tuple[float, ...]:
    """Make sure that a negation turns: no rare "not" + good word stays good, nor "not" + bad word bad."""
    direction, evaluative, negated, negated_evaluative = row
    sign = polar_words().get(word, 0)
    if word == "not~":
        direction = max(direction, NOT_BAD)
    elif sign > 0 and direction > CLEAR:
        negated = min(negated, -NEGATED_GOOD * direction)
    elif sign < 0 and direction < -CLEAR:
        negated = max(negated, -NEGATED_BAD * direction)
    return direction, evaluative, negated, negated_evaluative


def word_row(model: Model, word: str) -> tuple[float, ...]:
    """Fold what the model knows of a word into direction, evaluative, and both when negated."""
    if fixed := FIXED_NEGATIONS.get(word):
        return (*fixed, 0.0, 0.0)
    plain, turned = model.weights(word), model.weights("!" + word)
    row = [*plain, *(-BACK_OFF * weight + extra for weight, extra in zip(plain, turned, strict=True))]
    for name, value in lexicon_values().get(word, ()):
        for place, mark in ((0, ""), (2, "n")):
            for head, weight in enumerate(model.weights(f"#{name}{mark}{'+' if value > 0 else '-'}")):
                row[place + head] += value * weight
    return floored(word, tuple(row))


def content_of(model: Model) -> dict[str, Any]:
    """Lay the folded model out as the content of its file: whole thousandths, by the alphabet."""
    listed = {word for word in lexicon_values() if " " not in word} | set(FIXED_NEGATIONS)
    alone = {feature for feature in model.columns if feature in _MARKS or not (" " in feature or feature[0] in "#!")}
    words = {}
    for word in sorted(listed | alone):
        if row := _thousandths(word_row(model, word)):
            words[word] = row
    pairs = {}
    for feature in sorted(set(model.columns) | set(TURNS_OF_PHRASE)):
        if " " in feature and (row := _thousandths(TURNS_OF_PHRASE.get(feature) or model.weights(feature))):
            pairs[feature] = row
    polar = polar_words()
    return {
        "bad": " ".join(sorted(word for word, sign in polar.items() if sign < 0)),
        "bias": _thousandths((model.bias[0], model.bias[1] + ANSWERS_JUDGE)),
        "good": " ".join(sorted(word for word, sign in polar.items() if sign > 0)),
        "pairs": pairs,
        "proposal": _thousandths(PROPOSAL),
        "weightless": " ".join(sorted((set(model.vocabulary) | _WEIGHTLESS) - set(words))),
        "words": words,
    }


def _is_plain_word(feature: str) -> bool:
    return feature.replace("'", "").isalpha() and feature.isascii() and len(feature) <= LONGEST_WORD


def _thousandths(row: Iterable[float]) -> list[int]:
    whole = [round(weight * CONFIDENCE * SCALE) for weight in row]
    return whole if max(map(abs, whole)) >= LIGHTEST else []


def packed(content: dict[str, Any]) -> bytes:
    """The bytes of the file: the same content gives the same bytes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def train(sets: Mapping[str, Labelled]) -> dict[str, Any]:
    """Fit on *sets* and fold."""
    return content_of(fit(sets, {name: [features_of(text) for text in sets[name].texts] for name in sets}))


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m surveyapp.analysis.train_sentiment", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with the labelled texts")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(TABLE_NAME), help="the table to write")
    options = parser.parse_args()
    content = packed(train(read_sets(options.data)))
    options.out.write_bytes(content)
    print(f"{options.out}: {len(content):,} bytes")


if __name__ == "__main__":
    _main()
