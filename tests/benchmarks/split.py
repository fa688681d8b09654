"""How well answers are cut into statements, beside cutting after every mark: `python -m tests.benchmarks.split`.

How the answers were labelled: a cut is where something begins that a stranger understands without the rest.

- A sentence is a statement, unless it points back to what it cannot be read without ("It is dark there.", "Make it
  longer.", "Because …", "Not to tenants.") or is only a greeting, thanks or a single word beside a sentence.
- A clause is one where both sides have a verb of their own and nothing points back, hangs on an "if" or gives the
  reason of the other: "mend the roof and open the library", not "mend the roof and the door".
- A wish whose head is said again is one: "more trees and fewer cars", not "more trees and hedges".
- Each item of a list with bullets, numbers or line breaks is one; words that lead in to it belong to the first item.
- Never inside a quotation, bracket, number, address or abbreviation.
- Blanks, marks, bullets and "and", "but", "also" between two statements belong to neither: cuts are compared by where
  the words of the next statement begin.
"""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from surveyapp.analysis.split import Span, split

TESTS = Path(__file__).resolve().parent.parent
SHARED_DATA = TESTS.parent.parent / "shared" / "data"
_BETWEEN = re.compile(
    r"(?:[\W_]++|\d{1,2}[.):](?=\s)|[a-h]\)\s|(?:and|but|or|plus|also|und|aber|oder|y|pero|et|mais|ale|oraz|та|але)\s)*+",
    re.IGNORECASE,
)
_MARK = re.compile(r"[.!?\n]")


@dataclass(frozen=True)
class Labelled:
    """An answer with the places where a person cut it: each is the first character of a further statement."""

    text: str
    cuts: tuple[int, ...]
    is_for_tuning: bool  # errors were looked at in this half only, the other half is the one to believe


@dataclass(frozen=True)
class Score:
    """Cuts that were found beside those that were wanted."""

    answers: int
    wanted: int
    made: int
    right: int
    exact: int  # answers with all cuts of theirs and no other

    @property
    def precision(self) -> float:
        """Share of the cuts made that were wanted."""
        return self.right / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        """Share of the cuts wanted that were made."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def _is_for_tuning(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 0


def own_answers() -> list[Labelled]:
    """The answers that were written for this test."""
    lines = (TESTS / "analysis" / "cuts_own.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Labelled(row["text"], tuple(row["cuts"]), _is_for_tuning(row["text"])) for row in found]


def held_out_answers() -> list[Labelled]:
    """Answers of other kinds, written when the rules were done: figures on them came before any look at errors.

    Of 173 the errors were looked at afterwards; 47 that are marked unseen were written after that and only counted.
    """
    lines = (TESTS / "analysis" / "cuts_held_out.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Labelled(row["text"], tuple(row["cuts"]), not row.get("unseen", False)) for row in found]


@cache
def _texts(name: str) -> tuple[str, ...]:
    with (SHARED_DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(row["text"] for row in csv.DictReader(file))


def polis_answers() -> list[Labelled]:
    """Real statements: the repository holds only where they are cut.

    Raises:
        FileNotFoundError: The shared data is not there.
    """
    lines = (TESTS / "analysis" / "cuts_polis.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        Labelled(_texts(row["file"])[row["row"]], tuple(row["cuts"]), _is_for_tuning(f"{row['file']} {row['row']}"))
        for row in found
    ]


def naive(text: str) -> list[Span]:
    """What is cut by hand when nobody thinks: after every full stop, question or exclamation mark and line break."""
    ends = [*(found.end() for found in _MARK.finditer(text)), len(text)]
    spans = zip([0, *ends[:-1]], ends, strict=True)
    return [span for span in spans if text[slice(*span)].strip()]


def said_from(text: str, cuts: Iterable[int]) -> set[int]:
    """Where the next statement's own words begin: blanks, marks, bullets, "and" and "but" belong to no side."""
    starts = (found.end() for cut in cuts if (found := _BETWEEN.match(text, cut)))
    return {start for start in starts if start < len(text)}


def score(answers: Iterable[Labelled], splitter: Callable[[str], list[Span]] = split) -> Score:
    """Count the cuts of a splitter that a person made too."""
    total = wanted = made = right = exact = 0
    for answer in answers:
        should = said_from(answer.text, answer.cuts)
        does = said_from(answer.text, [start for start, _ in splitter(answer.text)[1:]])
        total += 1
        wanted += len(should)
        made += len(does)
        right += len(should & does)
        exact += should == does
    return Score(total, wanted, made, right, exact)


def main() -> None:
    """Print a table of both sets, both halves, both ways of cutting."""
    sets = {"own": own_answers(), "other": held_out_answers()}
    if SHARED_DATA.is_dir():
        sets["Polis"] = polis_answers()
    else:
        print("The folder shared/data with the Polis statements is not there: own answers only.")
    print("set    half     way    answers  cuts  prec. recall     F1  exact")
    for name, answers in sets.items():
        for half, kept in (("tuning", [True]), ("held out", [False]), ("all", [True, False])):
            part = [answer for answer in answers if answer.is_for_tuning in kept]
            for way, splitter in (("ours", split), ("naive", naive)):
                s = score(part, splitter)
                figures = f"{s.precision:6.3f} {s.recall:6.3f} {s.f1:6.3f} {s.exact / max(s.answers, 1):6.3f}"
                print(f"{name:<6} {half:<8} {way:<6} {s.answers:>7} {s.wanted:>5} {figures}")


if __name__ == "__main__":
    main()
