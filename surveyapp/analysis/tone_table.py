"""The trained weights behind the tone of a statement: one row per word, kept as a file in the package."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

TABLE_NAME = "tone_table.json.gz"
SCALE = 1000  # weights are kept as whole thousandths


class Row(NamedTuple):
    """What one word adds: to good against bad, to judging against stating; and the same where it is negated."""

    direction: float
    evaluative: float
    negated_direction: float
    negated_evaluative: float
    followers: dict[str, tuple[float, float]] | None  # next word -> what the pair adds to direction, evaluative


@dataclass(frozen=True, slots=True)
class ToneTable:
    """All weights, as the analyser uses them."""

    rows: dict[str, Row]
    polar: dict[str, int]  # sign of the words that are good or bad by themselves
    vocabulary: frozenset[str]  # English words seen in training, weighty or not
    bias: tuple[float, float]  # direction, evaluative: what a text has before its first word
    proposal: tuple[float, float]  # what a text that makes a proposal has besides


def table_from(content: dict[str, Any]) -> ToneTable:
    """Build the table from the content of its file, as ``train_sentiment.content_of`` lays it out."""
    followers: dict[str, dict[str, tuple[float, float]]] = {}
    for pair, (direction, evaluative) in content["pairs"].items():
        first, second = pair.split(" ")
        followers.setdefault(first, {})[second] = (direction / SCALE, evaluative / SCALE)
    words: dict[str, list[int]] = content["words"]
    nothing = [0, 0, 0, 0]
    rows = {}
    for word in [*words, *(first for first in followers if first not in words)]:
        plain, plain_evaluative, negated, negated_evaluative = (weight / SCALE for weight in words.get(word, nothing))
        rows[word] = Row(plain, plain_evaluative, negated, negated_evaluative, followers.get(word))
    polar = dict.fromkeys(content["good"].split(), 1) | dict.fromkeys(content["bad"].split(), -1)
    return ToneTable(
        rows=rows,
        polar=polar,
        vocabulary=frozenset(content["weightless"].split()) | frozenset(words) | frozenset(polar),
        bias=_in_units(content["bias"]),
        proposal=_in_units(content["proposal"]),
    )


def _in_units(thousandths: list[int]) -> tuple[float, float]:
    direction, evaluative = thousandths
    return direction / SCALE, evaluative / SCALE


@cache
def shared_table() -> ToneTable:
    """The table of the package, read once per process."""
    packed = files("surveyapp.analysis").joinpath(TABLE_NAME).read_bytes()
    return table_from(json.loads(gzip.decompress(packed)))
