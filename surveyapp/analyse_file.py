"""The main job on a file: answers in, themes out, as a table, as JSON and as a PDF; no database."""

import codecs
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from surveyapp.analysis.vector_kinds import VectorsMissing, check_vectors
from surveyapp.csv_file import open_csv, read_csv
from surveyapp.errors import BadInput
from surveyapp.reports.parts import Report
from surveyapp.text_gate import clean_line

MOST_IN_TITLE = 200  # characters, of a title or the name of a value
MOST_IN_MISSION = 1_000
MOST_IN_QUESTION = 10_000
STANDARD_OUTPUT = ("-", "/dev/stdout")  # the latter may be a file that is written to already: it must not be replaced
NARROWEST = 40  # characters of a title in the table, however narrow the terminal

Progress = Callable[[str, int, int], None]
"""Told the step in plain words, how many steps are done, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done with a file."""

    file: str
    """Its path; "-" is standard input."""
    texts: Sequence[str]
    """The columns that hold free text."""
    person: str | None = None
    """The column that tells people apart; without one, every row is a person."""
    question: str = ""
    whole_rows: bool = False
    title: str = ""
    mission: str = ""
    values: Sequence[str] = ()
    vectors: str = "static"
    pdf: str | None = None
    json: str | None = None
    """Where to write it; "-" is standard output."""

    @property
    def json_goes_out(self) -> bool:
        """Whether the JSON goes to standard output: then nothing else may."""
        return self.json in STANDARD_OUTPUT


def analyse_file(order: Order, progress: Progress | None = None) -> Report:
    """Do what is ordered: the files it names are written together at the end, or none of them is.

    Returns:
        What the PDF says, whether one was ordered or not.

    Raises:
        BadInput: The file, a column or a target cannot be used, or the vectors are not installed.
        ReportFailed: The PDF cannot be made.
    """
    try:
        check_vectors(order.vectors)
    except VectorsMissing as error:
        raise BadInput(str(error)) from None
    title = _line("The title", order.title, MOST_IN_TITLE)
    mission = _line("The mission", order.mission, MOST_IN_MISSION)
    question = _line("The question", order.question, MOST_IN_QUESTION)
    values = tuple(_line("The name of a value", value, MOST_IN_TITLE) for value in order.values)
    targets = _targets(order)
    columns = list(dict.fromkeys(clean_line(text) for text in order.texts))
    person = clean_line(order.person) if order.person is not None else None
    name = "standard input" if order.file == "-" else _printable(Path(order.file).name)
    if order.file == "-" and sys.stdin is None:
        raise BadInput("There is no standard input to read.")
    with nullcontext(sys.stdin.buffer) if order.file == "-" else closing(open_csv(order.file)) as source:
        table = read_csv(source, name, only=[*columns, *([person] if person is not None else [])])

    # loaded only now, as this takes longer than refusing a bad file
    from surveyapp.analysis.pipeline import STEPS, Answer, Settings, analyse
    from surveyapp.reports.build import from_analysis
    from surveyapp.reports.render import make_pdf

    people = _people([row[-1] for row in table.rows] if person is not None else [""] * len(table.rows))
    answers = [
        Answer(row=row, column=column, person=who, text=text)
        for row, (who, cells) in enumerate(zip(people, table.rows, strict=True))
        for column, text in zip(columns, cells, strict=False)  # the person's cell stands behind the texts
    ]
    steps = len(STEPS) + (order.pdf is not None)
    analysis = analyse(
        answers,
        Settings(vectors=order.vectors, whole_rows=order.whole_rows, question=question),
        progress=(lambda step, done, _: progress(step, done, steps)) if progress else None,
    )
    report = from_analysis(
        analysis,
        title=title or "What people wrote",
        mission=mission,
        values=values,
        source_name=name,
        dated=None,
    )
    told = {"text": columns, "person": person}
    contents: dict[Path, Iterable[bytes]] = {}
    if "json" in targets:
        contents[targets["json"]] = (piece.encode() for piece in analysis.json_pieces(told))
    if order.pdf is not None:
        if progress:
            progress("Making the PDF", steps - 1, steps)
        contents[targets["pdf"]] = [make_pdf(report)]
    write_together(contents)
    if order.json_goes_out:
        put_out(analysis.json_pieces(told))
    if progress:
        progress("Done", steps, steps)
    return report


def themes_table(report: Report, *, width: int | None = None) -> str:
    """The themes as a table for a terminal of *width* characters: if not given, its own; into a file, whole titles."""
    from surveyapp.reports.charts import brief, counted, signed

    own = shutil.get_terminal_size((100, 24)).columns if sys.stdout and sys.stdout.isatty() else MOST_IN_TITLE
    room = (width or own) - 37
    people = report.participation.answers if report.participation else 0
    ideas = report.ideas.ideas if report.ideas else 0
    candidates = report.candidates
    lines = [f"{counted(people, 'person', 'people')}, {counted(ideas, 'idea')}, {counted(len(candidates), 'theme')}"]
    if others := report.ideas.in_other_languages if report.ideas else 0:
        is_are = "is" if others == 1 else "are"
        lines.append(
            f"{counted(others, 'idea')} {is_are} in other languages than English: grouped by words, not scored"
        )
    if not candidates:
        return "\n".join(lines)
    lines += ["", f"{'#':>4}  {'people':>7}  {'share':<14}  {'tone':>4}  theme"]
    for candidate in candidates:
        share = f"{_percent(candidate.share):>2} % ({_percent(candidate.low)}–{_percent(candidate.high)})"
        tone = "" if candidate.net is None else signed(candidate.net)
        theme = brief(candidate.title, max(NARROWEST, room))
        lines.append(f"{candidate.rank:>4}  {candidate.people:>7,}  {share:<14}  {tone:>4}  {theme}")
    lines += ["", "share: of all people, with its 95 % interval; tone: % of ideas positive minus % negative"]
    return "\n".join(lines)


def put_out(pieces: Iterable[str]) -> None:
    """Write a text, in pieces, to standard output, where there is one; what its encoding lacks becomes a question mark.

    Raises:
        BadInput: It takes no more.
        BrokenPipeError: Whoever reads it has seen enough.
    """
    if sys.stdout is None:
        return
    named = codecs.lookup(sys.stdout.encoding).name
    encoding = "utf-8" if named == "ascii" else named  # ASCII is what a system says that was told nothing
    try:
        sys.stdout.buffer.writelines(piece.encode(encoding, "replace") for piece in pieces)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(f"Standard output cannot be written to: {error.strerror}.") from None


def write_together(contents: Mapping[Path, Iterable[bytes]]) -> None:
    """Write files so that each is complete or not there: under another name in its folder first, then renamed.

    Raises:
        BadInput: One cannot be written; then none is changed.
    """
    written: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in contents.items():
            written[path] = path.with_name(f".{secrets.token_hex(8)}.part")
            with open(written[path], "xb") as file:
                file.writelines(content)
                file.flush()
                os.fsync(file.fileno())
        for path, part in written.items():
            part.replace(path)
    except OSError as error:
        raise BadInput(f"{_quoted(path)} cannot be written: {error.strerror}.") from None
    finally:
        for part in written.values():
            part.unlink(missing_ok=True)


def _targets(order: Order) -> dict[str, Path]:
    """Where to write what, checked before any work is done."""
    targets: dict[str, Path] = {}
    for kind, name in (("json", order.json), ("pdf", order.pdf)):
        if name is None or (kind == "json" and order.json_goes_out):
            continue
        if name in STANDARD_OUTPUT:
            raise BadInput("A PDF does not go to standard output; name a file to write.")
        path = Path(os.path.realpath(name))
        try:
            mode = path.stat().st_mode if path.exists() else None
            has_folder = path.parent.is_dir()
        except (OSError, ValueError):
            raise BadInput(f"{_quoted(path)} is no name for a file.") from None
        if not has_folder:
            raise BadInput(f"There is no folder {_quoted(path.parent)} to write to.")
        if mode is not None and not stat.S_ISREG(mode):
            raise BadInput(
                f"{_quoted(path)} is {'a folder' if stat.S_ISDIR(mode) else 'no file'}; name a file to write."
            )
        if not os.access(path.parent, os.W_OK):
            raise BadInput(f"Nothing may be written to the folder {_quoted(path.parent)}.")
        if path in targets.values() or (order.file != "-" and path == Path(os.path.realpath(order.file))):
            raise BadInput(f"{_quoted(path)} is named twice: give each file a name of its own.")
        targets[kind] = path
    return targets


def _people(names: Sequence[str]) -> list[str]:
    """A number for each row's person, so that no name or address goes further; whoever has no name is alone."""
    numbers: dict[str, str] = {}
    return [
        numbers.setdefault(name.strip() or f"\n{row}", f"person {len(numbers) + 1}") for row, name in enumerate(names)
    ]


def _line(what: str, text: str, most: int) -> str:
    line = clean_line(text)
    if len(line) > most:
        raise BadInput(f"{what} has more than {most:,} characters.")
    return line


def _percent(share: float | None) -> int:
    return round(100 * (share or 0))


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else " " for character in name).strip() or "the file"


def _quoted(path: Path) -> str:
    return f"“{_printable(str(path))}”"
