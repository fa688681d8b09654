"""Themes beside BERTopic and k-means on the labelled sets: `python -m tests.benchmarks.themes --help`.

- Sets: Bowling Green (rows with one topic), the key points inside each of 24 motions, Banking; one text, one statement.
- BERTopic runs as it comes, with all-MiniLM-L6-v2, thrice (it is not seeded), as it is and with its outliers put to the
  nearest topic; k-means counts words (TF-IDF) and is told our number of themes. Their figures are means of the runs.
- AMI, ARI: adjusted mutual information, adjusted Rand index with the given labels; texts without a theme are one group.
- CPU: seconds of all threads and child processes, one thread allowed, after a warm-up; ours is all of `analyse`, with
  tone, names and intervals. Peak: the most memory of the process. Every software and set has a process of its own.
- Again: a run of everything (vectors, resolution, groups) on four fifths of the texts, AMI to the run on all of them.
- Stance: share of a theme's texts that are on the side of its majority, weighted by texts.

`--peer-python` names an interpreter that has `requirements.txt` beside this file; what the peers found is kept in
`--cache`, so that a second run is quick. Without such an interpreter and cache only k-means stands beside ours.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.labelled import SHARED_DATA, LabelledSet, labelled_sets, read, texts_for_cost

TESTS = Path(__file__).resolve().parent.parent
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
) | {"TOKENIZERS_PARALLELISM": "false"}
RUNS = 3
SUBSAMPLES = 5
SIZES = (1_000, 10_000, 100_000)
MEASURED = (10_000, 20_000)
"""Sizes up to which BERTopic is measured: 100,000 texts would take it a quarter of an hour."""

Labels = list[int]


@dataclass(frozen=True)
class Found:
    """What one software found in a set."""

    labels: list[list[Labels]]
    """Per list of texts, per run, the theme of each text; -1 for none."""
    cpu: float
    """Seconds for all lists, mean over the runs."""
    peak_mb: float


@dataclass(frozen=True)
class Score:
    """Means over the lists of a set."""

    ami: float
    ari: float
    themes: float
    without: float
    worst: float  # AMI of the worst list


# --- ours, in a process of its own -----------------------------------------------------------------------------------


def cpu_seconds() -> float:
    """Of this process with all its threads, and of the processes it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def work(vectors: str) -> None:
    """Analyse the lists of texts on stdin, write the themes to stdout."""
    from surveyapp.analysis.pipeline import Answer, Settings, analyse

    settings = Settings(vectors=vectors, whole_rows=True)

    def themes_of(texts: Sequence[str]) -> Labels:
        found = analyse([Answer(i, "text", str(i), text) for i, text in enumerate(texts)], settings)
        return [-1 if s.theme is None else s.theme for s in sorted(found.statements, key=lambda s: s.row)]

    task = json.load(sys.stdin)
    themes_of(task["lists"][0][:100])
    lists = []
    for texts in task["lists"]:
        began = cpu_seconds()
        labels = themes_of(texts)
        lists.append([{"labels": labels, "reassigned": labels, "cpu": cpu_seconds() - began}])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"lists": lists, "peak_mb": peak}, sys.stdout)


# --- asking ----------------------------------------------------------------------------------------------------------


def ask(command: Sequence[str], task: dict[str, Any], cached: Path | None = None) -> dict[str, Any] | None:
    """What a process answers to a task; None where it cannot run. An answer that is kept is not asked for again."""
    said = json.dumps(task)
    kept = None
    if cached is not None:
        key = hashlib.blake2b(f"{command[1:]} {said}".encode(), digest_size=10).hexdigest()
        kept = cached / f"{key}.json"
        if kept.is_file():
            return dict(json.loads(kept.read_text(encoding="utf-8")))
    done = subprocess.run(
        command, input=said, capture_output=True, text=True, env=os.environ | ONE_THREAD, cwd=TESTS.parent, check=False
    )
    if done.returncode:
        print(f"  ({' '.join(command[1:])}: {(done.stderr.strip() or 'no word').splitlines()[-1]})", flush=True)
        return None
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout, encoding="utf-8")
    return dict(json.loads(done.stdout))


def as_found(answer: dict[str, Any] | None, which: str = "labels") -> Found | None:
    """The answer of a process as a record."""
    if answer is None:
        return None
    return Found(
        [[run[which] for run in runs] for runs in answer["lists"]],
        sum(float(np.mean([run["cpu"] for run in runs])) for runs in answer["lists"]),
        answer["peak_mb"],
    )


@cache
def is_there(vectors: str) -> bool:
    """Whether ours can use such vectors; says why not."""
    return (
        ask([sys.executable, "-m", "tests.benchmarks.themes", "--work", vectors], {"lists": [["A word"]]}) is not None
    )


def ours(vectors: str, lists: list[list[str]]) -> Found | None:
    """Themes of ours; None where such vectors are not there."""
    if not is_there(vectors):
        return None
    return as_found(ask([sys.executable, "-m", "tests.benchmarks.themes", "--work", vectors], {"lists": lists}))


def peer(
    name: str, python: str, lists: list[list[str]], topics: list[int], cached: Path, runs: int = RUNS
) -> dict[str, Any] | None:
    """What a peer found."""
    command = [python, str(Path("tests", "benchmarks", "peers.py")), name]
    return ask(command, {"lists": lists, "runs": runs, "topics": topics}, cached)


# --- scores ----------------------------------------------------------------------------------------------------------


def numbers(labels: Sequence[object]) -> Any:
    """Labels as numbers from 0."""
    return np.unique(np.array(labels), return_inverse=True)[1].ravel()


def scored(asked: LabelledSet, found: Found) -> Score:
    """Agreement with the labels, mean over the runs and then over the lists."""
    from sklearn.metrics import adjusted_rand_score

    from surveyapp.analysis.measure import agreement

    per_list = []
    for truth, runs in zip(asked.labels, found.labels, strict=True):
        t = numbers(truth)
        figures = [
            (
                agreement(t, numbers(run)),
                adjusted_rand_score(t, numbers(run)),
                len(set(run) - {-1}),
                run.count(-1) / len(run),
            )
            for run in runs
        ]
        per_list.append(np.mean(figures, axis=0))
    ami, ari, themes, without = np.mean(per_list, axis=0).tolist()
    return Score(ami, ari, themes, without, worst=float(min(figures[0] for figures in per_list)))


def majority_stance(asked: LabelledSet, found: Found) -> tuple[float, float]:
    """Share of texts on the side of their theme's majority; and of their list's, for comparison."""
    inside = outside = total = 0
    for stances, runs in zip(asked.stances, found.labels, strict=True):
        sides: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for theme, stance in zip(runs[0], stances, strict=True):
            sides[theme][stance] += 1
        inside += sum(max(side.values()) for side in sides.values())
        outside += max(Counter(stances).values())
        total += len(stances)
    return inside / total, outside / total


def subsamples(texts: Sequence[str]) -> list[list[int]]:
    """Rows of SUBSAMPLES random samples of four fifths."""
    drawn = [np.random.default_rng(seed).permutation(len(texts))[: len(texts) * 4 // 5] for seed in range(SUBSAMPLES)]
    return [sorted(rows.tolist()) for rows in drawn]


def comes_back(vectors: str, lists: list[list[str]]) -> float | None:
    """AMI of runs on four fifths of the texts to the run on all of them; mean over samples and lists."""
    from surveyapp.analysis.measure import agreement

    samples = [(number, rows) for number, texts in enumerate(lists) for rows in subsamples(texts)]
    parts = [[lists[number][row] for row in rows] for number, rows in samples]
    found = ours(vectors, [*lists, *parts])
    if found is None:
        return None
    whole = found.labels[: len(lists)]
    again = found.labels[len(lists) :]
    same = [
        agreement(numbers([whole[number][0][row] for row in rows]), numbers(runs[0]))
        for (number, rows), runs in zip(samples, again, strict=True)
    ]
    return float(np.mean(same))


def geometric(values: Sequence[float]) -> float:
    """Geometric mean."""
    return float(np.exp(np.mean(np.log(np.maximum(values, 1e-9)))))


# --- the tables ------------------------------------------------------------------------------------------------------

Scores = dict[tuple[str, str], Score]
"""By software and set."""


def quality(python: str, cached: Path) -> tuple[Scores, dict[str, list[float]]]:
    """Print the table of quality; also gives the AMI of each single list by software, survey sets and others alike."""
    print("set            software                AMI    ARI  worst    k  without     CPU s  peak MB")
    scores: Scores = {}
    lists: defaultdict[str, list[float]] = defaultdict(list)
    for asked in labelled_sets():
        static = ours("static", asked.lists)
        hybrid = ours("hybrid", asked.lists)
        known = [len(set(runs[0])) for runs in static.labels] if static else [10] * len(asked.lists)
        bertopic = peer("bertopic", python, asked.lists, [0] * len(asked.lists), cached)
        kmeans = peer("tfidf-kmeans", sys.executable, asked.lists, known, cached)
        rows = {
            "ours, static": static,
            "ours, hybrid": hybrid,
            "BERTopic": as_found(bertopic),
            "BERTopic, reassigned": as_found(bertopic, "reassigned"),
            "TF-IDF + k-means": as_found(kmeans),
        }
        for name, found in rows.items():
            if found is None:
                print(f"{asked.name:<14} {name:<20} not installed or not there")
                continue
            s = scores[name, asked.name] = scored(asked, found)
            print(
                f"{asked.name:<14} {name:<20} {s.ami:>6.3f} {s.ari:>6.3f} {s.worst:>6.3f} {s.themes:>4.1f} "
                f"{s.without:>8.3f} {found.cpu:>9.2f} {found.peak_mb:>8.0f}",
                flush=True,
            )
            if asked.stances and name.startswith("ours"):
                inside, outside = majority_stance(asked, found)
                lists[f"stance {name}"] = [inside, outside]
    return scores, lists


def ratio(scores: Scores, first: str, second: str, sets: Sequence[str]) -> list[float]:
    """AMI of the first software divided by that of the second, per set; empty where one of them is not there."""
    if any((name, one) not in scores for name in (first, second) for one in sets):
        return []
    return [scores[first, one].ami / max(scores[second, one].ami, 1e-9) for one in sets]


def tell(what: str, value: float | None, must: float) -> None:
    """One closing line: a figure beside its bar."""
    if value is None:
        print(f"{what:<66}     - (must {must})")
    else:
        print(f"{what:<66} {value:>6.3f} (must {must}) {'' if value >= must else 'NOT MET'}", flush=True)


def closing(scores: Scores, stances: dict[str, list[float]]) -> None:
    """Print the ratios beside their bars."""
    sets = [one.name for one in labelled_sets()]
    surveys = [one.name for one in labelled_sets() if one.is_survey]
    bars = [
        ("ours, static", "BERTopic, reassigned", 0.97),
        ("ours, hybrid", "BERTopic, reassigned", 1.03),
        ("ours, hybrid", "BERTopic", 1.08),
    ]
    print()
    for first, second, must in bars:
        for which, chosen in (("all sets", sets), ("survey sets", surveys)):
            found = ratio(scores, first, second, chosen)
            tell(f"AMI {first} / {second}, geometric mean, {which}", geometric(found) if found else None, must)
        found = ratio(scores, first, second, sets)
        if second != "BERTopic":
            tell(f"AMI {first} / {second}, worst single set", min(found) if found else None, 0.90)
    for first in ("ours, static", "ours, hybrid"):
        found = ratio(scores, first, "TF-IDF + k-means", surveys)
        tell(f"AMI {first} / TF-IDF + k-means, survey sets", geometric(found) if found else None, 1.8)
        if stance := stances.get(f"stance {first}"):
            tell(f"majority stance in a theme, {first} (in the motion {stance[1]:.3f})", stance[0], 0.85)


def repeats() -> None:
    """Print how well the whole pipeline comes back on four fifths of the texts."""
    sets = {one.name: one.lists for one in labelled_sets()}
    for name in ("bowling_green_polis_unlabelled.csv", "march_on_polis_unlabelled.csv"):
        sets[name.removesuffix("_polis_unlabelled.csv").replace("_", " ") + ", all"] = [[r["text"] for r in read(name)]]
    print()
    for vectors in ("static", "hybrid"):
        found = {name: comes_back(vectors, lists) for name, lists in sets.items()}
        for name, value in found.items():
            tell(f"AMI of four fifths to all, {vectors}, {name}", value, 0.70)
        known = [value for value in found.values() if value is not None]
        tell(f"AMI of four fifths to all, {vectors}, mean", float(np.mean(known)) if known else None, 0.70)


def _on_the_line(size: int, measured: Sequence[Found | None]) -> float | None:
    """CPU seconds of a size on the line through those of the sizes MEASURED."""
    first, second = (found.cpu if found else None for found in measured)
    if first is None or second is None:
        return None
    return first + (second - first) * (size - MEASURED[0]) / (MEASURED[1] - MEASURED[0])


def costs(python: str, cached: Path, most: int) -> None:
    """Print CPU seconds beside BERTopic's; beyond MEASURED its are on the line through those at the last two sizes."""
    musts = {"static": {1_000: 20.0, 10_000: 11.0}, "hybrid": {1_000: 2.0, 10_000: 5.0, 100_000: 40.0}}
    print("\nCPU seconds       BERTopic  static  hybrid   peak MB: BERTopic  static  hybrid")
    closing_lines: list[tuple[str, float | None, float]] = []
    of_bertopic: dict[int, Found | None] = {}
    for size in SIZES:
        if size > most:
            continue
        asked = texts_for_cost(size)
        own = {vectors: ours(vectors, asked.lists) for vectors in ("static", "hybrid")}
        for measured in MEASURED if size > max(MEASURED) else (size,):
            if measured not in of_bertopic:
                runs = RUNS if measured < max(MEASURED) else 1
                lists = texts_for_cost(measured).lists
                of_bertopic[measured] = as_found(peer("bertopic", python, lists, [0], cached, runs))
        last = of_bertopic.get(size)
        theirs = last.cpu if last else _on_the_line(size, [of_bertopic.get(measured) for measured in MEASURED])
        cpu = [theirs, *(found.cpu if found else None for found in own.values())]
        peak = [last.peak_mb if last else None]
        peak += [found.peak_mb if found else None for found in own.values()]
        text = [f"{value:>8.1f}" if value is not None else "       -" for value in [*cpu, *peak]]
        extrapolated = "" if last else f" (BERTopic extrapolated from {' and '.join(f'{n:,}' for n in MEASURED)})"
        print(f"{asked.name:<16} {' '.join(text)}{extrapolated}", flush=True)
        for vectors, must in musts.items():
            if size in must:
                found = own[vectors]
                share = theirs / found.cpu if theirs and found else None
                closing_lines.append((f"CPU BERTopic / {vectors}, {size:,} texts", share, must[size]))
    for line in closing_lines:
        tell(*line)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Measure the themes beside those of other software.")
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter with the benchmark's requirements")
    parser.add_argument("--cache", type=Path, default=Path("instance", "benchmarks"), help="keeps what peers found")
    parser.add_argument("--most", type=int, default=max(SIZES), help="texts in the largest measurement of cost")
    parser.add_argument("--only", choices=("quality", "repeats", "costs"), help="one of the parts")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return
    if not SHARED_DATA.is_dir():
        print("The folder shared/data with the labelled sets is not there: nothing to measure.")
        return
    if options.only in (None, "quality"):
        closing(*quality(options.peer_python, options.cache))
    if options.only in (None, "repeats"):
        repeats()
    if options.only in (None, "costs"):
        costs(options.peer_python, options.cache, options.most)


if __name__ == "__main__":
    main()
