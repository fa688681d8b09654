import os
import subprocess
import sys
from pathlib import Path

import pytest

from surveyapp.analysis import ideas, side_processes
from surveyapp.analysis.ideas import Ideas, read_answers
from surveyapp.analysis.results import Answer
from surveyapp.analysis.side_processes import map_blocks

ANSWERS = [
    Answer(row, "a", str(row % 40), f"Plant {row % 70} trees. The {['old', 'new'][row % 2]} bus is always late!")
    for row in range(300)
] + [Answer(300, "a", "x", ""), Answer(301, "a", "y", "none"), Answer(302, "b", "z", "\ud800 más árboles para todos")]


def columns(found: Ideas) -> list[object]:
    return [
        column.tolist() if hasattr(column, "tolist") else column
        for column in (
            found.answer_of, found.starts, found.ends, found.texts, found.said, found.set_apart,
            found.polarity, found.subjectivity, found.tones, found.kinds,
        )
    ]  # fmt: skip


def process_of(block: int) -> tuple[int, int]:
    print("whatever is printed goes elsewhere")
    return block, os.getpid()


def divided(block: int) -> float:
    return 1 / block


def killed_elsewhere(home: int) -> int:
    if os.getpid() != home:
        os._exit(1)
    return home


def test_blocks_are_worked_out_in_other_processes_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_processes, "cores", lambda: 2)

    found = list(map_blocks(process_of, range(20)))

    assert [block for block, _ in found] == list(range(20))
    assert os.getpid() not in {process for _, process in found}


def test_with_one_core_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_processes, "cores", lambda: 1)

    assert list(map_blocks(process_of, range(3))) == [(block, os.getpid()) for block in range(3)]


def test_an_error_in_another_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_processes, "cores", lambda: 2)

    with pytest.raises(ZeroDivisionError):
        list(map_blocks(divided, [2, 1, 0, 4]))


def test_what_a_process_that_dies_leaves_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_processes, "cores", lambda: 2)

    assert list(map_blocks(killed_elsewhere, [os.getpid()] * 5)) == [os.getpid()] * 5


def test_nobody_is_left_behind_by_who_stops_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_processes, "cores", lambda: 2)
    found = map_blocks(process_of, range(9))
    _, process = next(found)
    found.close()  # type: ignore[attr-defined]  # it is a generator

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_answers_are_read_alike_here_and_in_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = columns(read_answers(ANSWERS))
    monkeypatch.setattr(side_processes, "cores", lambda: 3)
    monkeypatch.setattr(ideas, "FEWEST_FOR_PROCESSES", 1)
    for size in (7, 100):
        monkeypatch.setattr(ideas, "BLOCK", size)

        assert columns(read_answers(ANSWERS)) == here


def test_a_script_without_a_guard_may_analyse_many_answers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from surveyapp.analysis import ideas, side_processes\n"
        "from surveyapp.analysis.results import Answer\n"
        "side_processes.cores = lambda: 2\n"
        "ideas.FEWEST_FOR_PROCESSES = 1\n"
        "print(len(ideas.read_answers([Answer(0, 'a', 'x', 'Plant trees. Mend the old roads.')])))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, env=environment)

    assert (run.stdout, run.stderr) == ("2\n", "")
