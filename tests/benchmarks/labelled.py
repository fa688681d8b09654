"""The sets of ../shared/data that themes are measured on, and texts of any number for measuring cost."""

import csv
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class LabelledSet:
    """Lists of texts that are grouped each by itself, and their labels; figures are means over the lists."""

    name: str
    lists: list[list[str]]
    labels: list[list[str]] = field(default_factory=list)
    stances: list[list[str]] = field(default_factory=list)
    is_survey: bool = True


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the shared sets."""
    with (SHARED_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labelled_sets() -> list[LabelledSet]:
    """The sets with labels."""
    green = [row for row in read("bowling_green_topics.csv") if row["n_topics"] == "1"]
    banking = read("banking77_4000.csv")
    motions: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read("keypoints_24_motions.csv"):
        motions[row["topic"]].append(row)
    inside = [motions[motion] for motion in sorted(motions)]

    def column(name: str) -> list[list[str]]:
        return [[row[name] for row in rows] for rows in inside]

    return [
        LabelledSet("Bowling Green", [[row["text"] for row in green]], [[row["topic"] for row in green]]),
        LabelledSet("key points", column("text"), column("key_point"), column("stance")),
        LabelledSet(
            "Banking", [[row["text"] for row in banking]], [[row["label"] for row in banking]], is_survey=False
        ),
    ]


@cache
def all_texts() -> tuple[str, ...]:
    """The different texts of all sets, in an order that a hash gives."""
    names = ("bowling_green_polis_unlabelled", "march_on_polis_unlabelled", "keypoints_24_motions", "banking77_4000")
    texts = {row["text"] for name in names for row in read(f"{name}.csv")}
    return tuple(sorted(texts, key=lambda text: hashlib.blake2b(text.encode(), digest_size=8).digest()))


def texts_for_cost(size: int) -> LabelledSet:
    """So many texts: real ones first, then such with a part of their words left out."""
    real = all_texts()
    texts = list(real[:size])
    random = np.random.default_rng(0)
    while len(texts) < size:
        words = real[len(texts) % len(real)].split()
        texts.append(
            " ".join(word for word, stays in zip(words, random.random(len(words)) > 0.15, strict=True) if stays)
        )
    return LabelledSet(f"{size:,} texts", [texts])
