"""What size costs: `python -m tests.benchmarks.scale [SIZE ...]`; 1,000 to 1,000,000 answers if none is given.

Answers are made of the texts of the shared sets, the same every time: each is a real text of which 8 % of the words are
dropped and 8 % swapped for words of other texts; 25 % go on with a second, likewise changed text. They are split, so
there are more ideas than answers. Each size is analysed in a process of its own, up to WARM answers twice: then the
second time counts. Seconds are those of the clock for each stage and in all, and of processors, in that process (here)
and in those it started (beside); memory is the most of that process with the answers, and of all together at one
moment. The second table tells how many times the seconds grow when the answers grow tenfold.
"""

import csv
import json
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time, sleep

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = (
    "bowling_green_polis_unlabelled.csv",
    "march_on_polis_unlabelled.csv",
    "keypoints_24_motions.csv",
    "banking77_4000.csv",
)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
DROPPED = SWAPPED = 0.08
SECOND_PART = 0.25
WARM = 10_000
"""Up to so many answers are analysed twice: a service has its tables read when an analysis begins."""
SEED = 20


def real_texts() -> list[str]:
    """The different texts of the shared sets, in their order."""
    texts = []
    for name in FILES:
        with (SHARED_DATA / name).open(encoding="utf-8", newline="") as file:
            texts += [row["text"] for row in csv.DictReader(file)]
    return list(dict.fromkeys(texts))


def made_texts(n: int) -> Iterator[str]:
    """So many texts like the real ones, the same every time."""
    draw = random.Random(SEED)
    real = [text.split() for text in real_texts()]
    words = [word for text in real for word in text]

    def changed() -> str:
        said = [draw.choice(words) if draw.random() < SWAPPED else word for word in draw.choice(real)]
        return " ".join(word for word in said if draw.random() >= DROPPED)

    for _ in range(n):
        first = changed()
        yield f"{first.rstrip('.')}. {changed()}" if draw.random() < SECOND_PART else first


def _measure(n: int) -> dict[str, float]:
    """Seconds by stage, and memory in MB, of an analysis in this process."""
    from surveyapp.analysis.pipeline import Answer, analyse

    answers = [Answer(row, "text", str(row), text) for row, text in enumerate(made_texts(n))]
    for _ in range(2 if n <= WARM else 1):
        began, began_here, began_beside = perf_counter(), process_time(), _seconds_beside()
        found = analyse(answers)
        took, here, beside = perf_counter() - began, process_time() - began_here, _seconds_beside() - began_beside
    return {
        "answers": n,
        "ideas": len(found.statements),
        "groups": sum(theme.parent is None for theme in found.themes),
        **found.seconds,
        "all": took,
        "here": here,
        "beside": beside,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _seconds_beside() -> float:
    """Processor seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _measured_apart(n: int) -> dict[str, float]:
    """The same in a process of its own, with the most that it and its helpers held together."""
    began = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.scale", "--here", str(n)], stdout=subprocess.PIPE, text=True
    )
    most = 0.0
    with ThreadPoolExecutor(1) as readers:
        told = readers.submit(lambda: began.communicate()[0])
        while not told.done():
            most = max(most, _megabytes_of(began.pid))
            sleep(0.2)
    row: dict[str, float] = json.loads(told.result())
    return row | {"together MB": max(most, row["peak MB"])}


def _megabytes_of(pid: int) -> float:
    """Memory that a process and those it started hold now, in MB; 0 where the system does not tell."""
    try:
        own = next(
            int(line.split()[1]) / 1024
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if line.startswith("VmRSS")
        )
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, StopIteration):
        return 0.0
    return own + sum(_megabytes_of(int(child)) for child in children)


def main(arguments: list[str]) -> None:
    """Print seconds and memory for each size, then how the seconds grow."""
    if not SHARED_DATA.is_dir():
        print("The folder shared/data with the real texts is not there: nothing to measure.")
        return
    if arguments[:1] == ["--here"]:
        print(json.dumps(_measure(int(arguments[1]))))
        return
    rows: list[dict[str, float]] = []
    for n in map(int, arguments or SIZES):
        rows.append(_measured_apart(n))
        if len(rows) == 1:
            print("".join(f"{name:>12}" for name in rows[0]))
        print("".join(f"{cell:>12,.{0 if cell == int(cell) else 2}f}" for cell in rows[-1].values()), flush=True)
    for less, more in pairwise(rows):
        if more["answers"] == 10 * less["answers"]:
            print(f"\n{less['answers']:,} to {more['answers']:,} answers: times as many seconds")
            stages = [name for name in less if name not in {"answers", "groups"} and not name.endswith("MB")]
            print("  ".join(f"{name} {more[name] / max(less[name], 1e-3):.1f}" for name in stages))


if __name__ == "__main__":
    main(sys.argv[1:])
