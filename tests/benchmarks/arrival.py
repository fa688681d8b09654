"""Themes as answers arrive, on the labelled sets: `OMP_NUM_THREADS=1 python -m tests.benchmarks.arrival`.

Half of the texts of a set are grouped. The other half arrives: first one by one, as answers do between two runs
(placed), then by a run that goes on from the first (anchored), beside a run that groups all texts anew (fresh).

- AMI: adjusted mutual information with the labels; "of fresh" is that of the anchored run divided by the fresh one's.
- kept: share of the old members whose theme has the same id after the anchored run; "followed" counts those too whose
  theme has joined another and is found there by its alias. For the fresh run themes are paired by members first.
- Which half comes first is drawn by a hash, three times; the figures are means. Bars: of fresh 0.90, kept 0.80.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from surveyapp.analysis.anchor import Memory, go_on
from surveyapp.analysis.arrive import build_model, place
from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.match import match
from surveyapp.analysis.measure import agreement
from surveyapp.analysis.results import Statement
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.texts import Texts, different
from surveyapp.analysis.words import fold

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DRAWS = ("first", "second", "third")

Labelled = list[tuple[str, str]]
"""Texts with their labels."""


@dataclass(frozen=True)
class Row:
    """Figures of one set and one draw."""

    anchored: float
    fresh: float
    placed: float
    themes_before: float
    themes: float
    themes_fresh: float
    kept: float
    followed: float
    kept_fresh: float
    is_advised: float
    milliseconds: float  # one statement: split, vector, nearest theme and tone
    seconds: float  # of the anchored run
    size: float


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the shared sets."""
    with (SHARED_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sets() -> Iterator[tuple[str, list[Labelled]]]:
    """Name and parts of each set; the parts of one are grouped each by itself and their figures averaged."""
    green = [row for row in read("bowling_green_topics.csv") if row["n_topics"] == "1"]
    yield "Bowling Green", [[(row["text"], row["topic"]) for row in green]]
    motions: defaultdict[str, Labelled] = defaultdict(list)
    for row in read("keypoints_24_motions.csv"):
        motions[row["topic"]].append((row["text"], row["key_point"]))
    yield "key points, each motion", [motions[motion] for motion in sorted(motions)]
    yield "key points, all as one", [[pair for motion in sorted(motions) for pair in motions[motion]]]
    yield "Banking", [[(row["text"], row["label"]) for row in read("banking77_4000.csv")]]


def as_texts(texts: Sequence[str]) -> Texts:
    """The different ones, each taken as one idea."""
    kinds = {text: shared_analyser().analyze(text).kind for text in texts}
    statements = [
        Statement(i, "", str(i), 0, len(text), text, None, None, 0.0, 0.0, "unscored", kinds[text])
        for i, text in enumerate(texts)
    ]
    return different(statements)


def first_half(folded: Sequence[str], draw: str) -> set[str]:
    """A half of the texts that a hash chooses."""
    order = sorted(folded, key=lambda text: hashlib.blake2b(f"{draw} {text}".encode(), digest_size=8).digest())
    return set(order[: len(order) // 2])


def measured(labelled: Labelled, draw: str) -> Row:
    """Group one half, let the other arrive."""
    label_of = {fold(text): label for text, label in reversed(labelled)}
    texts = as_texts([text for text, _ in labelled])
    truth = np.unique([label_of[text] for text in texts.folded], return_inverse=True)[1]
    half = first_half(texts.folded, draw)
    is_old = np.array([text in half for text in texts.folded])
    before = as_texts([shown for shown, old in zip(texts.shown, is_old, strict=True) if old])
    space = learn_space(before.shown)
    old_vectors = space.vectors(before.shown)
    first = go_on(before, old_vectors, Memory())

    model = build_model(space, old_vectors, first.theme_of_text, other_language=before.other_language, whole_rows=True)
    place(model, before.shown[0])
    new = np.flatnonzero(~is_old)
    one_by_one = np.zeros(len(truth), dtype=np.int64)
    one_by_one[is_old] = first.theme_of_text
    began = perf_counter()
    for i in new.tolist():
        (placed,) = place(model, texts.shown[i])
        one_by_one[i] = -1 if placed.theme is None else placed.theme
    milliseconds = 1000 * (perf_counter() - began) / len(new)

    vectors = learn_space(texts.shown).vectors(texts.shown)
    began = perf_counter()
    update = go_on(texts, vectors, first.memory)
    seconds = perf_counter() - began
    fresh = go_on(texts, vectors, Memory())

    now, ago = update.theme_of_text[is_old], first.theme_of_text
    followed = np.array([update.memory.current(theme) for theme in ago.tolist()])
    anew = fresh.theme_of_text[is_old]
    paired = match(*([set(np.flatnonzero(side == theme)) for theme in np.unique(side)] for side in (ago, anew)))
    kept_fresh = sum(
        int(((anew == np.unique(anew)[i]) & (ago == np.unique(ago)[j])).sum()) for i, (j, _) in paired.items()
    )
    return Row(
        anchored=agreement(truth, update.found.labels + 1),
        fresh=agreement(truth, fresh.found.labels + 1),
        placed=agreement(truth, one_by_one + 1),
        themes_before=len(first.ids),
        themes=len(update.ids),
        themes_fresh=len(fresh.ids),
        kept=float((now == ago).mean()),
        followed=float((now == followed).mean()),
        kept_fresh=kept_fresh / len(ago),
        is_advised=float(update.advice.reason is not None),
        milliseconds=milliseconds,
        seconds=seconds,
        size=len(texts.folded),
    )


def main() -> None:
    """Print a table of all sets."""
    if not SHARED_DATA.is_dir():
        print("The folder shared/data with the labelled sets is not there: nothing to measure.")
        return
    print("                                 AMI                           themes           old members stay      adv-")
    print("set                         size anchored fresh placed of fresh before now fresh kept followed fresh  ised  ms/idea  s/run")  # fmt: skip  # noqa: E501 - one line of a table
    ratios = []
    for name, parts in sets():
        rows = np.array([astuple(measured(part, draw)) for part in parts for draw in DRAWS])
        mean = Row(*rows.mean(axis=0).tolist())
        ratios.append(mean.anchored / mean.fresh)
        print(
            f"{name:<26} {mean.size:>5.0f} {mean.anchored:>8.3f} {mean.fresh:>5.3f} {mean.placed:>6.3f} "
            f"{ratios[-1]:>8.3f} {mean.themes_before:>6.0f} {mean.themes:>3.0f} {mean.themes_fresh:>5.0f} "
            f"{mean.kept:>4.2f} {mean.followed:>8.2f} {mean.kept_fresh:>5.2f} {mean.is_advised:>5.2f} "
            f"{mean.milliseconds:>8.2f} {mean.seconds:>6.2f}",
            flush=True,
        )
    print(f"geometric mean of 'of fresh' {float(np.exp(np.mean(np.log(ratios)))):.3f}")


if __name__ == "__main__":
    main()
