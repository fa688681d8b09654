"""Which column of a file answers which question: the places there are, a first guess, and what a person says.

A place is a field of the survey's own form (surveys/kinds.py), so that a line of a file is
read as if it had been typed there. A mapping says for each place that is filled, by the
name of its field, which column fills it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.csv_out import FORMULA_BEGINS
from surveyapp.errors import BadInput
from surveyapp.surveys.choices import OTHER, has_other
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.surveys.proposals import HELP, PARTS, Proposals
from surveyapp.surveys.rules import name_of, options
from surveyapp.surveys.scales import SCALES
from surveyapp.text_gate import clean_line

NO_ANSWER = {"", "-", "–", "n/a", "not sure", "no answer", "no opinion"}  # to a question that is not free text
STEP = re.compile(r"([1-5])(?:[.,]0+)?(?:\W+[^\W\d]\D*)?")  # 4, 4.0, "4 - agree", "5 (very much)"
HINTS = {
    "important": {"important", "importance", "matter", "matters"},
    "lived": {"lived", "live", "living"},
    "idea": {"idea", "proposal", "suggestion", "goal"},
    "value": {"value"},
    "help": {"help"},
    "offer": {"offer"},
}
OF_IDEA = {"idea": "Idea {}", "value": "The value it serves, {}", "help": "Help, {}", "offer": "With what, {}"}
BY_OPTION = {Kind.MULTIPLE_CHOICE: "chosen", Kind.RANKING: "place"}  # kinds with a column for each option
CHOICES = (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE)
SOMETHING_ELSE = "Something else"
WRITTEN = (Kind.SHORT_TEXT, Kind.LONG_TEXT)
UNCLEAR = "unclear"  # refused by whatever reads it
YES, NO = {"yes", "y", "true", "1", "x", "checked", "selected"}, {"no", "n", "false", "0", "not selected", *NO_ANSWER}
FREE_TEXT = {"text", "answer", "answers", "comment", "comments", "statement", "response", "ideas"}


@dataclass(frozen=True)
class Place:
    """Where the cells of a column may go."""

    field: str  # the form's name of it
    code: str  # for the command line: "3.idea1"
    label: str
    question: Question
    part: str = ""  # of an idea (proposals.PARTS); "important" or "lived"; "chosen", "place" or "other"
    item: str = ""  # the number of the idea, the value that is rated, or the option
    number: int = 0  # of the question, from 1

    @property
    def title(self) -> str:
        """The name of its column in a file of ours."""
        name = f"{self.number}. {self.question.prompt}"
        return f"{name}: {self.label}" if self.part else name


def places(survey: Survey) -> list[Place]:
    """Every place, in the order in which the survey asks."""
    return [place for number, question in enumerate(survey.questions, start=1) for place in _places(number, question)]


def _places(number: int, question: Question) -> Iterator[Place]:
    rules = RULES[question.kind]
    if isinstance(rules, Proposals):
        for n in range(1, rules.most(question) + 1):
            for part in PARTS:
                label = OF_IDEA[part].format(n)
                yield Place(name_of(question, n, part), f"{number}.{part}{n}", label, question, part, str(n), number)
    elif question.kind is Kind.VALUE_RATINGS:
        for option in options(question):
            for scale in SCALES:
                code, label = f"{number}.{option['label']}.{scale}", f"{option['label']}, {scale}"
                field = name_of(question, option["key"], scale)
                yield Place(field, code, label, question, scale, option["label"], number)
    elif question.kind is not Kind.PROPOSAL_VOTE:  # votes are no answers
        if question.kind in BY_OPTION:
            for option in options(question):
                field, label = name_of(question, option["key"]), option["label"]
                yield Place(field, f"{number}.{label}", label, question, BY_OPTION[question.kind], label, number)
        else:
            yield Place(name_of(question), str(number), question.prompt, question, number=number)
        if question.kind in CHOICES and has_other(question):
            field = name_of(question, OTHER, "text")
            yield Place(field, f"{number}.{OTHER}", SOMETHING_ELSE, question, OTHER, SOMETHING_ELSE, number)


def guess(survey: Survey, header: Sequence[str]) -> dict[str, str]:
    """The mapping that the names of the columns suggest; a lone column of text holds ideas."""
    mapping: dict[str, str] = {}
    every = places(survey)
    titles = {clean_line(place.title): place.field for place in every}
    for column in header:
        if column in titles:  # a file of ours
            mapping[titles[column]] = column
            continue
        words = _words(column)
        fits = (place for place in every if place.field not in mapping and _suggests(words, place))
        if place := next(fits, None):
            mapping[place.field] = column
    free = [column for column in header if " ".join(_words(column)) in FREE_TEXT]
    lone = [*header] if len(header) == 1 else free if len(free) == 1 else []
    ideas = [place for place in every if place.part == "idea" or place.question.kind is Kind.LONG_TEXT]
    ideas.sort(key=lambda place: place.part != "idea")
    if lone and ideas and lone[0] not in mapping.values() and ideas[0].field not in mapping:
        mapping[ideas[0].field] = lone[0]
    return mapping


def _suggests(words: list[str], place: Place) -> bool:
    """Whether a column with these words in its name is meant for the place."""
    prompt = _words(place.question.prompt)
    if not place.part:
        return words == prompt
    if place.part in ("chosen", "place", OTHER):
        return words == [*prompt, *_words(place.item)]
    hints = HINTS[place.part]
    if place.question.kind is Kind.PROPOSALS:
        names = [[hint, place.item] for hint in hints]
        if place.part == "idea":
            names.append([*prompt, place.item])
        if place.item == "1":
            names += [[hint] for hint in hints] + [prompt] * (place.part == "idea")
        return words in names
    others = set().union(*(HINTS[scale] for scale in SCALES if scale != place.part))
    value = _words(place.item)
    said = set(words)
    return set(value) <= said and bool(hints & said - set(value)) and not others & said - set(value)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", text.casefold())


def mapping_of(survey: Survey, said: Iterable[str]) -> dict[str, str]:
    """The mapping that "COLUMN=PLACE" texts of a command line say; places go by their codes, in any case.

    Raises:
        BadInput: A text is malformed, or names what is not there; then it lists the places.
    """
    by_code = {place.code.casefold(): place.field for place in places(survey)}
    mapping = {}
    for text in said:
        column, mark, code = (part.strip() for part in text.rpartition("="))
        if not mark or not column:
            raise BadInput(f"“{text}” is not of the form COLUMN=PLACE, like answer=3.idea1.")
        if code.casefold() not in by_code:
            raise BadInput(f"This survey has no place “{code}”; it has {', '.join(p.code for p in places(survey))}.")
        if by_code[code.casefold()] in mapping:
            raise BadInput(f"The place “{code}” is filled twice.")
        mapping[by_code[code.casefold()]] = clean_line(column)
    return mapping


def checked(survey: Survey, header: Sequence[str], mapping: Mapping[str, str]) -> list[tuple[Place, int]]:
    """The places that are filled, each with the number of its column in the file.

    Raises:
        BadInput: Nothing is mapped, a column is not there or fills two places, or an idea is missing.
    """
    filled = [place for place in places(survey) if mapping.get(place.field)]
    if not filled:
        raise BadInput("No column is chosen. Say for at least one question which column answers it.")
    used: dict[str, Place] = {}
    for place in filled:
        column = mapping[place.field]
        if column not in header:
            raise BadInput(f"The file has no column “{column}”.")
        if earlier := used.get(column):
            raise BadInput(f"“{column}” is chosen twice: for “{earlier.label}” and for “{place.label}”.")
        used[column] = place
        if place.part in PARTS[1:] and not mapping.get(name_of(place.question, place.item, "idea")):
            raise BadInput(f"“{column}” says something about idea {place.item}: choose the column of that idea too.")
    return [(place, header.index(mapping[place.field])) for place in filled]


def as_typed(place: Place, cell: str) -> str:
    """What the cell means in the place, as it would have been typed; what means nothing there stays as it is."""
    if cell[:1] == "'" and cell[1:].startswith(FORMULA_BEGINS):
        cell = cell[1:]  # what csv_out.py puts before it, so that no spreadsheet takes it for a formula
    if place.part in ("idea", "offer", OTHER) or (not place.part and place.question.kind in WRITTEN):
        return cell
    said = " ".join(cell.split()).casefold()
    if known := _meanings(place).get(said):
        return known
    if place.part == "chosen" or place.question.kind is Kind.CONSENT:
        return "yes" if said in YES or (said and said == place.item.casefold()) else "" if said in NO else UNCLEAR
    if said in NO_ANSWER:
        return ""
    is_scale = place.part in SCALES or place.question.kind is Kind.RATING
    if is_scale and (step := STEP.fullmatch(said)):
        return step[1]
    return cell.strip()


def as_cell_of(place: Place, typed: str) -> str:
    """What stands in a cell of a file of ours for what would be typed in the place: what as_typed() reads again."""
    if not typed or place.part in ("idea", "offer", "chosen", "place", OTHER) or place.part in SCALES:
        return typed
    if place.part == "help":
        return HELP[typed]
    if place.part == "value" or place.question.kind is Kind.SINGLE_CHOICE:
        labels = {option["key"]: option["label"] for option in options(place.question)} | {OTHER: SOMETHING_ELSE}
        return str(labels[typed])
    return typed


def completed(place_of: Mapping[str, Place], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the choice of something else where its words are there."""
    whole = dict(typed)
    for field, place in place_of.items():
        if place.part == OTHER and typed[field].strip():
            if place.question.kind is Kind.MULTIPLE_CHOICE:
                whole[name_of(place.question, OTHER)] = "yes"
            elif whole.get(name_of(place.question), "") in ("", OTHER):
                whole[name_of(place.question)] = OTHER
    return whole


def _meanings(place: Place) -> dict[str, str]:
    """What words stand for in a place that is no free text."""
    if place.part == "help":
        return {key: key for key in HELP} | {label.casefold(): key for key, label in HELP.items()}
    if place.part in SCALES:
        return {}
    if place.question.kind is Kind.RATING:
        ends = (("low", "1"), ("high", "5"))
        return {place.question.settings[end].casefold(): step for end, step in ends if place.question.settings.get(end)}
    if place.part == "place":
        return {}
    named = options(place.question)
    if has_other(place.question):
        named = [*named, {"key": OTHER, "label": SOMETHING_ELSE}]
    return {o["key"].casefold(): o["key"] for o in named} | {o["label"].casefold(): o["key"] for o in named}
