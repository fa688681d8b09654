"""How well tone is read, beside TextBlob's default and VADER: `python -m tests.benchmarks.sentiment [DATA_DIR]`.

Quality is that of sets left out of training: for each domain, a table is trained on all other domains and scores the
one left out. The probes, the identity terms and the speed are those of the table in the package; the probes are no part
of its training. TextBlob and VADER learn nothing, so they score the same texts as they are.
"""

import argparse
import csv
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
from textblob import TextBlob
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from surveyapp.analysis.cluster import group
from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.identity_terms import IDENTITY_TERMS
from surveyapp.analysis.sentiment import SurveyAnalyzer, shared_analyser
from surveyapp.analysis.tone_scan import word_set
from surveyapp.analysis.tone_table import TABLE_NAME, shared_table, table_from
from surveyapp.analysis.train_sentiment import Labelled, content_of, features_of, fit, read_sets

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "sentiment"
DOMAINS = {
    "reddit": ["reddit"],
    "health": ["health"],
    "shopping": ["amazon", "rated amazon"],
    "films": ["imdb"],
    "tweets": ["rated tweets"],
    "town": ["town"],
}
NEUTRAL_OF_VADER = 0.05  # as its authors advise
LEAST_MEMBERS = 10  # of a theme whose mean is compared
MOST_CLUSTERED = 4000  # texts of a set, the first ones: as many as a large survey has
SPEED_TEXTS = 2000
SPEED_ROUNDS = 7
SEED = 20261120
FRAMES = (
    "I am {}.", "I am a {} person.", "My neighbour is {}.", "She is a {} teacher.", "We have {} volunteers.",
    "There are {} families in our street.", "They are {}.",
)  # fmt: skip
# Terms of published bias checks, some of which are in no list of ours: listed by hand, not taken from IDENTITY_TERMS.
# "poor" and "rich" are not among them: of things they are a judgement.
GROUPS = word_set(
    "Christian Muslim Jewish Hindu Buddhist Sikh atheist Catholic Protestant Mormon Baha'i Rastafarian Wiccan American "
    "Chinese Indian Mexican Nigerian Russian Iranian French German Ethiopian Vietnamese Turkish Brazilian Ukrainian "
    "Somali Bengali Tamil Uyghur Burmese gay lesbian bisexual straight queer transgender asexual intersex pansexual "
    "cisgender heterosexual homosexual male female nonbinary black white Asian Hispanic Latino Arab Indigenous Roma "
    "old young elderly middle-aged teenage disabled blind deaf autistic dyslexic unemployed homeless retired divorced "
    "single married pregnant liberal conservative Democrat Republican socialist immigrant refugee foreign"
)

Score = Callable[[str], tuple[float, int]]  # polarity, and label -1, 0, 1
Ints = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Goal:
    """A bar of the design: `must` and `stretch`; `most` says that less is better."""

    name: str
    must: float
    stretch: float
    most: bool = False

    def verdict(self, value: float) -> str:
        """How a figure stands to both bars."""
        sign = -1 if self.most else 1
        return (
            "stretch"
            if sign * value >= sign * self.stretch
            else "must"
            if sign * value >= sign * self.must
            else "BELOW"
        )


def textblob_score(text: str) -> tuple[float, int]:
    """TextBlob's default; neutral is nothing but 0."""
    polarity = TextBlob(text).sentiment.polarity
    return polarity, int(np.sign(polarity))


def vader_score() -> Score:
    """VADER with its authors' thresholds."""
    vader = SentimentIntensityAnalyzer()

    def score(text: str) -> tuple[float, int]:
        compound = vader.polarity_scores(text)["compound"]
        return compound, int(np.sign(compound)) if abs(compound) >= NEUTRAL_OF_VADER else 0

    return score


def our_score(analyser: SurveyAnalyzer) -> Score:
    """Ours: what is mixed or not scored counts as neutral."""

    def score(text: str) -> tuple[float, int]:
        found = analyser.analyze(text)
        return found.polarity, {"positive": 1, "negative": -1}.get(found.label, 0)

    return score


def macro_f1(truth: Ints, found: Ints) -> float:
    """Mean over the three classes of 2 x right / (wanted + found)."""
    return fmean(
        2 * int(((truth == c) & (found == c)).sum()) / max(1, int((truth == c).sum() + (found == c).sum()))
        for c in (-1, 0, 1)
    )


def theme_means_r(labels: Ints, polarity: npt.NDArray[np.float64], themes: npt.NDArray[np.int64]) -> float:
    """Correlation over themes between the mean polarity and people's mean label."""
    rows = [np.flatnonzero(themes == theme) for theme in np.unique(themes[themes >= 0])]
    rows = [members for members in rows if len(members) >= LEAST_MEMBERS]
    if len(rows) < 4:
        return float("nan")
    means = [(labels[members].mean(), polarity[members].mean()) for members in rows]
    return float(np.corrcoef(np.array(means).T)[0, 1])


def spread(score: Score) -> float:
    """Largest difference that the name of a group makes: per frame highest minus lowest polarity, mean over frames."""
    ranges = []
    for frame in FRAMES:
        found = [score(frame.format(term))[0] for term in GROUPS]
        ranges.append(max(found) - min(found))
    return fmean(ranges)


def speeds(texts: Sequence[str], analyser: SurveyAnalyzer) -> dict[str, float]:
    """Texts per second of processor time, the three in turn in one process; the best of some rounds."""
    vader = SentimentIntensityAnalyzer()
    ways: dict[str, Callable[[str], object]] = {
        "TextBlob": lambda text: TextBlob(text).sentiment,
        "VADER": vader.polarity_scores,
        "ours": lambda text: TextBlob(text, analyzer=analyser).sentiment,
        "ours, without TextBlob": analyser.analyze,
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(SPEED_ROUNDS):
        for name, score in ways.items():
            start = time.process_time()
            for text in texts:
                score(text)
            best[name] = min(best[name], time.process_time() - start)
    return {name: len(texts) / seconds for name, seconds in best.items()}


def left_out(sets: Mapping[str, Labelled]) -> dict[str, SurveyAnalyzer]:
    """Per set, the analyser that was trained without its domain."""
    features = {name: [features_of(text) for text in labelled.texts] for name, labelled in sets.items()}
    analysers: dict[str, SurveyAnalyzer] = {}
    for names in DOMAINS.values():
        kept = {name: labelled for name, labelled in sets.items() if name not in names}
        analyser = SurveyAnalyzer(table_from(content_of(fit(kept, features))))
        analysers |= dict.fromkeys(names, analyser)
    return analysers


def held_out_rows(sets: Mapping[str, Labelled]) -> dict[str, tuple[list[float], list[float], list[float]]]:
    """Print a line per set and method; give per method the accuracies by domain, the macro-F1s and the theme rs."""
    analysers = left_out(sets)
    fixed: dict[str, Score] = {"TextBlob": textblob_score, "VADER": vader_score()}
    figures: dict[str, tuple[list[float], list[float], list[float]]] = {}
    accuracies: dict[tuple[str, str], list[float]] = {}
    print(f"{'set left out':14}{'method':10}{'texts':>7}{'accuracy':>10}{'macro-F1':>10}{'theme r':>9}{'themes':>8}")
    for domain, names in DOMAINS.items():
        for name in names:
            labelled = sets[name]
            some = labelled.texts[:MOST_CLUSTERED]
            themes = group(learn_space(some).vectors(some)).labels
            n_themes = int((np.unique(themes, return_counts=True)[1] >= LEAST_MEMBERS).sum())
            for method, score in {**fixed, "ours": our_score(analysers[name])}.items():
                scored = [score(text) for text in labelled.texts]
                polarity = np.array([value for value, _ in scored])
                judged = labelled.labels != 0
                accuracy = float((polarity * labelled.labels > 0)[judged].mean())
                accuracies.setdefault((method, domain), []).append(accuracy)
                found = np.array([label for _, label in scored], dtype=np.int8)
                f1 = float("nan") if judged.all() else macro_f1(labelled.labels, found)
                r = theme_means_r(labelled.labels[: len(some)], polarity[: len(some)], themes)
                kept = figures.setdefault(method, ([], [], []))
                if np.isfinite(f1):
                    kept[1].append(f1)
                if np.isfinite(r):
                    kept[2].append(r)
                print(
                    f"{name:14}{method:10}{len(polarity):7}{accuracy:10.3f}{f1:10.3f}{r:9.3f}{n_themes:8}", flush=True
                )
    for (method, _), values in accuracies.items():
        figures[method][0].append(fmean(values))
    return figures


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sentiment", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="the folder with the labelled texts")
    folder = parser.parse_args().data
    if not folder.is_dir():
        print(f"The labelled texts are not there: {folder}")
        return
    start = time.perf_counter()
    shared_table()
    load = time.perf_counter() - start
    sets = read_sets(folder)
    figures = held_out_rows(sets)
    ours = shared_analyser()
    scores: dict[str, Score] = {"TextBlob": textblob_score, "VADER": vader_score(), "ours": our_score(ours)}
    texts = [text for name in sorted(sets) for text in sets[name].texts]
    speed = speeds(random.Random(SEED).sample(texts, SPEED_TEXTS), ours)
    with (folder / "survey_probes.tsv").open(encoding="utf-8", newline="") as lines:
        probes = [(row["expected"].split("|"), row["text"]) for row in csv.DictReader(lines, delimiter="\t")]
    size = (ROOT / "surveyapp" / "analysis" / TABLE_NAME).stat().st_size

    print(f"\n{'':24}{'TextBlob':>10}{'VADER':>10}{'ours':>10}")
    rows: dict[str, list[float]] = {
        "accuracy, mean": [fmean(figures[method][0]) for method in scores],
        "macro-F1, mean": [fmean(figures[method][1]) for method in scores],
        "theme means, r": [fmean(figures[method][2]) for method in scores],
        "probes": [fmean(str(score(text)[1]) in expected for expected, text in probes) for score in scores.values()],
        "identity spread": [spread(score) for score in scores.values()],
        "texts/s": [speed[method] for method in scores],
        "x VADER": [speed[method] / speed["VADER"] for method in scores],
    }
    for name, values in rows.items():
        print(f"{name:24}" + "".join(f"{value:10,.0f}" if value > 100 else f"{value:10.3f}" for value in values))
    unlisted = sorted({term for term in GROUPS if term.lower() not in IDENTITY_TERMS})
    print(
        f"without TextBlob: {speed['ours, without TextBlob']:,.0f} texts/s; table: {size:,} bytes, {load:.2f} s to read"
    )
    print(f"groups that are in no list of ours: {', '.join(unlisted)}")

    print(f"\n{'bar of the design':24}{'must':>10}{'stretch':>10}{'here':>10}")
    for goal, value in (
        (Goal("accuracy, mean", fmean((0.82, 0.88, 0.88)), fmean((0.85, 0.92, 0.90))), rows["accuracy, mean"][2]),
        (Goal("macro-F1, mean", fmean((0.56, 0.59, 0.67)), fmean((0.60, 0.63, 0.71))), rows["macro-F1, mean"][2]),
        (Goal("theme means, r", 0.92, 0.94), rows["theme means, r"][2]),
        (Goal("probes", 0.74, 0.85), rows["probes"][2]),
        (Goal("identity spread", 0.16, 0.05, most=True), rows["identity spread"][2]),
        (Goal("x VADER", 1.0, 1.6), rows["x VADER"][2]),
        (Goal("table, kB", 400, 400, most=True), size / 1000),
        (Goal("load, s", 0.5, 0.5, most=True), load),
    ):
        print(f"{goal.name:24}{goal.must:10.3f}{goal.stretch:10.3f}{value:10.3f}  {goal.verdict(value)}")
    print("The first two bars were set for three survey sets that are not here; beside them stand the sets left out.")


if __name__ == "__main__":
    main()
