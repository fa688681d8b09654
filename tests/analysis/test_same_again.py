"""The same answers give the same JSON: in whatever order, process, number of threads and seed of hashes (R9)."""

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from surveyapp.csv_file import read_csv
from tests.analysis.test_pipeline import survey

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
REAL = {
    "bowling_green_polis_unlabelled.csv": 892,
    "march_on_polis_unlabelled.csv": 2138,
    "bowling_green_topics.csv": 607,
    "keypoints_24_motions.csv": 3662,
    "banking77_4000.csv": 4000,
}


def written(path: Path, rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([row] for row in rows)])
    return path


def found_by(path: Path, *, threads: int, seed: int) -> dict[str, Any]:
    """What a process of its own finds in a file, without the times."""
    out = path.with_suffix(".json")
    number = str(threads)
    environment = os.environ | {
        "PYTHONHASHSEED": str(seed),
        "OMP_NUM_THREADS": number,
        "OPENBLAS_NUM_THREADS": number,
        "MKL_NUM_THREADS": number,
        "RAYON_NUM_THREADS": number,  # of the tokenizer
    }
    command = [sys.executable, "-m", "surveyapp", "analyse", str(path), "--text", "text", "--json", str(out)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    del found["run"]["seconds"]
    return found


def with_rows(found: dict[str, Any], row_of: list[int]) -> dict[str, Any]:
    """What was found, each row under the number it has in *row_of*, statements in the order of rows."""
    for statement in found["statements"]:
        statement["row"] = row_of[statement["row"]]
    for theme in found["themes"]:
        for said in [*theme["quotes"], *([theme["opposite"]] if theme["opposite"] else [])]:
            said["row"] = row_of[said["row"]]
    found["statements"].sort(key=lambda statement: (statement["row"], statement["start"]))
    return found


def is_the_same_in_any_order(folder: Path, rows: list[str]) -> None:
    order = list(range(len(rows)))
    random.Random(7).shuffle(order)
    first_with = {text: row for row, text in reversed(list(enumerate(rows)))}  # rows that say the same are one
    straight = found_by(written(folder / "straight.csv", rows), threads=1, seed=0)
    again = found_by(written(folder / "again.csv", rows), threads=2, seed=1)
    mixed = found_by(written(folder / "mixed.csv", [rows[old] for old in order]), threads=2, seed=7)

    assert json.dumps(again) == json.dumps(straight)  # to the letter
    assert with_rows(mixed, [first_with[rows[old]] for old in order]) == with_rows(
        straight, [first_with[text] for text in rows]
    )


def test_r9_planted_wishes_in_any_order_process_and_number_of_threads_give_the_same(tmp_path: Path) -> None:
    rows = [answer.text for answer in survey()[0]]
    others = [
        "",
        "None",
        "Faltan bancos en la plaza",
        "🌳",
        "More trees. Mend the road and open the pool!",
        "\x1b[2J",
        "<b>",
    ]

    is_the_same_in_any_order(tmp_path, rows + others * 3)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data with the real statements is not there")
@pytest.mark.parametrize("name", REAL)
def test_r9_real_statements_in_any_order_process_and_number_of_threads_give_the_same(name: str, tmp_path: Path) -> None:
    rows = [row[0] for row in read_csv((DATA / name).read_bytes(), name, only=["text"]).rows]

    assert len(rows) == REAL[name]
    is_the_same_in_any_order(tmp_path, rows)
