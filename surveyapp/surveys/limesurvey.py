"""LimeSurvey's tab-separated structure file as a survey (docs/surveys.md names what is taken).

A row is a setting (S, SL), a group (G), a question (Q), one of its subquestions (SQ) or answers (A), in one
language; the same row stands again for each further language.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.foreign import ForeignPart, ForeignQuestion, ForeignSurvey, Said, first, plain
from surveyapp.surveys.languages import read_language
from surveyapp.surveys.models import Kind

MOST_BYTES = 1 << 20
MOST_ROWS = 20_000
MOST_CELL = 100_000  # characters
HEADER = {"class", "type/scale", "name", "text"}
CLASSES = {"S", "SL", "G", "Q", "SQ", "A"}
SIMPLE = {
    "L": Kind.SINGLE_CHOICE,
    "!": Kind.SINGLE_CHOICE,
    "O": Kind.SINGLE_CHOICE,
    "M": Kind.MULTIPLE_CHOICE,
    "P": Kind.MULTIPLE_CHOICE,
    "5": Kind.RATING,
    "N": Kind.NUMBER,
    "D": Kind.DATE,
    "S": Kind.SHORT_TEXT,
    "T": Kind.LONG_TEXT,
    "U": Kind.LONG_TEXT,
    "R": Kind.RANKING,
    "Y": Kind.SINGLE_CHOICE,
    "G": Kind.SINGLE_CHOICE,
}
FIXED = {
    "Y": [("Y", "Yes"), ("N", "No")],
    "G": [("F", "Female"), ("M", "Male")],
    "C": [("Y", "Yes"), ("U", "Uncertain"), ("N", "No")],
    "E": [("I", "Increase"), ("S", "Same"), ("D", "Decrease")],
}
ROWS = {  # of a grid, or of several fields: what each becomes
    "F": Kind.SINGLE_CHOICE,
    "H": Kind.SINGLE_CHOICE,
    "C": Kind.SINGLE_CHOICE,
    "E": Kind.SINGLE_CHOICE,
    "A": Kind.RATING,
    "B": Kind.NUMBER,
    "Q": Kind.SHORT_TEXT,
    "K": Kind.NUMBER,
}
TYPES = {
    "*": "equation",
    "|": "file upload",
    "I": "choice of a language",
    "1": "grid with two scales",
    ":": "grid of numbers",
    ";": "grid of texts",
}
TEST = re.compile(
    r"([A-Za-z][A-Za-z0-9_]{0,60})(?:\.(?:NAOK|value|code))?\s*(==|=|>=|eq|ge)\s*"
    r"(\"[^\"]*\"|'[^']*'|-?\d{1,15}(?:\.\d{1,6})?)"
)
Row = Mapping[str, str]


def read_limesurvey(content: bytes) -> ForeignSurvey:
    """What a structure file holds.

    Raises:
        BadInput: It is no such file.
    """
    rows = _rows(content)
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    own = _language(settings.get("language", "")) or next((code for row in rows if (code := _code(row))), "en")
    found = ForeignSurvey(title={}, language=own)
    for row in rows:
        if row["class"] == "SL":
            code = _code(row) or own
            if row["name"] == "surveyls_title":
                found.title[code] = plain(row["text"])
            elif row["name"] in ("surveyls_welcometext", "surveyls_description") and row["text"].strip():
                found.purpose.setdefault(code, plain(row["text"]))
    others = [_language(code) for code in settings.get("additional_languages", "").split()]
    seen = [_code(row) for row in rows]
    found.languages = [code for code in dict.fromkeys([*others, *seen]) if code and code != own]
    if unknown := sorted({row["class"][:20] for row in rows} - CLASSES - {""}):
        found.tell(f"Rows of the classes {', '.join(unknown[:10])} were left out: quotas, assessments and the like.")
    _read_parts(found, rows, own)
    return found


def _rows(content: bytes) -> list[Row]:
    if len(content) > MOST_BYTES:
        raise BadInput("This file is larger than any survey: at most 1 MB can be read.")
    try:
        text = content.decode("utf-8-sig")
        old = csv.field_size_limit(MOST_CELL)
        try:
            lines = [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter="\t") if any(cells)]
        finally:
            csv.field_size_limit(old)
    except (UnicodeDecodeError, csv.Error):
        raise BadInput("This is no tab-separated text in UTF-8. Export the structure once more.") from None
    header = [cell.strip().casefold() for cell in lines[0]] if lines else []
    if not set(header) >= HEADER:
        raise BadInput(
            "This is no LimeSurvey structure: its first line names class, type/scale, name, relevance, text …"
        )
    if len(lines) > MOST_ROWS:
        raise BadInput(f"This file has more than {MOST_ROWS:,} lines; no survey is as long.")
    names = {*HEADER, "relevance", "help", "language", "mandatory", "other"}
    rows = [dict.fromkeys(names, "") | dict(zip(header, cells, strict=False)) for cells in lines[1:]]
    return [row | {"class": row["class"].strip().upper()} for row in rows]


def _read_parts(found: ForeignSurvey, rows: list[Row], own: str) -> None:
    """Group, question and answer rows: those in other languages add their words to what is there already."""
    parts: dict[str, ForeignPart] = {}
    questions: dict[str, _Lime] = {}
    part = parts[""] = ForeignPart({own: ""})  # of what stands before the first group
    lime: _Lime | None = None
    order: dict[str, int] = {}  # groups of a language, counted: their names are translated
    for row in rows:
        code, words, name = _code(row) or own, plain(row["text"]), row["name"].strip()
        if row["class"] == "G":
            order[code] = order.get(code, 0) + 1
            key = row["type/scale"].strip() or str(order[code])
            part = parts.setdefault(key, ForeignPart({}))
            part.title[code], part.intro[code] = plain(name), words
        elif row["class"] == "Q":
            if name not in questions:
                questions[name] = _Lime(name, row, own, part)
            lime = questions[name]
            lime.prompt[code], lime.help[code] = words, plain(row["help"])
        elif row["class"] in ("SQ", "A") and lime is not None:
            into = lime.answers if row["class"] == "A" else lime.rows
            if row["type/scale"].strip() not in ("", "0") and lime.type not in ("R",):
                lime.has_scales = True
                continue
            into.setdefault(name, {})[code] = words
    for one in questions.values():
        one.part.questions += one.questions(found)
    found.parts = [one for one in parts.values() if one.questions]


class _Lime:
    """A question with its rows, as they are gathered over the languages."""

    def __init__(self, name: str, row: Row, own: str, part: ForeignPart) -> None:
        self.name, self.row, self.own, self.part = name, row, own, part
        self.type = row["type/scale"].strip()
        self.prompt: Said = {}
        self.help: Said = {}
        self.answers: dict[str, Said] = {}
        self.rows: dict[str, Said] = {}
        self.has_scales = False

    @property
    def label(self) -> str:
        """How it is called when it is told of."""
        return f"“{first(self.prompt, self.own)[:80].strip() or self.name[:80]}”"

    def questions(self, found: ForeignSurvey) -> list[ForeignQuestion]:
        """The questions that it becomes: one, or one for each of its rows; none if it cannot be taken."""
        if self.type == "X":
            for code, words in self.prompt.items():
                self.part.intro[code] = f"{self.part.intro.get(code, '')}\n{words}".strip()
            found.tell(f"{self.label} is a text without an answer: it stands in the introduction of its part.")
            return []
        if self.has_scales:
            found.tell(f"{self.label} keeps its first scale only.")
        self._account(found)
        if self.type in ROWS:
            return self._of_rows(found)
        if self.type not in SIMPLE:
            kind = TYPES.get(self.type, f"type “{self.type[:10]}”")
            found.tell(f"{self.label} was left out: we have no question of this kind ({kind}).")
            return []
        listed = self.rows if self.type in ("M", "P") else self.answers or self.rows
        options = [(code, {self.own: label}) for code, label in FIXED.get(self.type, [])] or list(listed.items())
        asked = self._asked(self.name, SIMPLE[self.type], self.prompt, self.help)
        if asked.kind in (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.RANKING):
            asked.options = options
            if self.row["other"].strip().upper() == "Y":
                asked.settings["other"] = True
        if self.type in ("O", "P"):
            found.tell(f"{self.label} has no line for comments any more.")
        if self.type == "5":
            asked.ends = {}
        asked.settings |= self._bounds(asked.kind)
        return [asked]

    def _of_rows(self, found: ForeignSurvey) -> list[ForeignQuestion]:
        found.tell(f"{self.label} had several rows: each of them is a question now.")
        kind = ROWS[self.type]
        options = [(code, {self.own: label}) for code, label in FIXED.get(self.type, [])] or list(self.answers.items())
        made = []
        for number, (code, words) in enumerate(self.rows.items()):
            said = words if any(words.values()) else self.prompt
            asked = self._asked(f"{self.name}_{code}", kind, said, self.prompt if number == 0 else {})
            asked.options = options if kind is Kind.SINGLE_CHOICE else []
            asked.settings |= {"least": 1, "most": 10, "is_whole": True} if self.type == "B" else self._bounds(kind)
            made.append(asked)
        return made

    def _asked(self, name: str, kind: Kind, prompt: Said, help_text: Said) -> ForeignQuestion:
        asked = ForeignQuestion(name, kind, dict(prompt), dict(help_text))
        asked.is_required = self.row["mandatory"].strip().upper() in ("Y", "S")
        relevance = self.row["relevance"].strip()
        if relevance not in ("", "1"):
            asked.condition, asked.condition_words = read_relevance(relevance), relevance
        return asked

    def _bounds(self, kind: Kind) -> dict[str, Any]:
        pairs: dict[Kind, list[tuple[str, str, Callable[[str], Any]]]] = {
            Kind.MULTIPLE_CHOICE: [("min_answers", "least", _whole), ("max_answers", "most", _whole)],
            Kind.NUMBER: [("min_num_value_n", "least", _whole), ("max_num_value_n", "most", _whole)],
            Kind.DATE: [("date_min", "earliest", _day), ("date_max", "latest", _day)],
        }
        read = {to: of(self.row.get(at, "") or "") for at, to, of in pairs.get(kind, [])}
        if kind is Kind.NUMBER and (self.row.get("num_value_int_only") or "").strip() == "1":
            read["is_whole"] = True
        return {to: value for to, value in read.items() if value is not None}

    def _account(self, found: ForeignSurvey) -> None:
        taken = {*HEADER, "id", "related_id", "relevance", "help", "language", "mandatory", "other", "same_default"} | {
            *("min_answers", "max_answers", "min_num_value_n", "max_num_value_n", "num_value_int_only"),
            *("date_min", "date_max"),
        }
        said = (name for name, cell in self.row.items() if name and name not in taken and (cell or "").strip())
        if unknown := sorted(name[:40] for name in said):
            found.tell(f"{self.label}: {', '.join(unknown[:10])} {'was' if len(unknown) == 1 else 'were'} left out.")


def read_relevance(text: str) -> dict[str, list[dict[str, Any]]] | None:
    """A simple relevance as a condition by names; None if it says more than a condition of ours can."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and text.count("(") == 1 + text[1:-1].count("("):
        if "(" in text[1:-1] and text[1:-1].find(")") < text[1:-1].find("("):
            break
        text = text[1:-1].strip()
    join = "any" if re.search(r"\s(?:or|\|\|)\s", text, re.IGNORECASE) else "all"
    between = r"\s+(?:or|\|\|)\s+" if join == "any" else r"\s+(?:and|&&)\s+"
    tests = []
    for part in re.split(between, text, flags=re.IGNORECASE):
        match = TEST.fullmatch(part.strip().removeprefix("(").removesuffix(")").strip())
        if match is None:
            return None
        name, operator, value = match.groups()
        read: Any = value[1:-1] if value[0] in "'\"" else float(value)
        if isinstance(read, float) and read.is_integer():
            read = int(read)
        question, _, row = name.partition("_")
        if row and read == "Y":
            tests.append({"question": question, "is": "contains", "value": row})
        else:
            tests.append({"question": name, "is": "at_least" if operator in (">=", "ge") else "equals", "value": read})
    return {join: tests}


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text.strip(), re.ASCII) else None


def _day(text: str) -> str | None:
    return text.strip()[:10] if re.match(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII) else None


def _code(row: Row) -> str:
    return _language(row["language"])


def _language(code: str) -> str:
    try:
        return read_language(code.partition("-informal")[0]) if code.strip() else ""
    except BadInput:
        return ""
