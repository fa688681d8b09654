"""A survey that came from a file of another tool: what was read of it, what could not be taken, and making it a draft.

Texts are held by language: ``{"en": "How long?", "de": "Wie lange?"}``. A reader of a format (surveyjs.py,
limesurvey.py) gives a ForeignSurvey; build() makes the draft, checked like one that somebody typed.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import AppError, BadInput
from surveyapp.surveys.branching import problem_of
from surveyapp.surveys.compose import MOST_QUESTIONS, MOST_SECTIONS, free_key, value_options
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Layout, Question, Section, Survey
from surveyapp.surveys.portable import (
    HELP_CHARACTERS,
    LABEL_CHARACTERS,
    MOST_OPTIONS,
    PROMPT_CHARACTERS,
    from_data,
    new_link,
)
from surveyapp.surveys.translate import MOST_LANGUAGES, WORDS, texts, translate
from surveyapp.text_gate import clean_line, clean_words

Said = dict[str, str]  # words by language
MOST_TOLD = 300  # sentences about what could not be taken
BLOCK = re.compile(r"\s*</?(?:p|br|div|li|ul|ol|h\d|tr|table)\b[^<>]{0,2000}>\s*", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")


@dataclass
class ForeignQuestion:
    """A question as it was read; its condition names questions of the file."""

    name: str
    kind: Kind
    prompt: Said
    help: Said = field(default_factory=dict)
    is_required: bool = False
    settings: dict[str, Any] = field(default_factory=dict)  # without texts
    options: list[tuple[str, Said]] = field(default_factory=list)  # code in the file, label
    ends: dict[str, Said] = field(default_factory=dict)  # low, high, unit
    condition: dict[str, list[dict[str, Any]]] | None = None
    condition_words: str = ""  # as the file has it

    @property
    def label(self) -> str:
        """How it is called when it is told of."""
        return f"“{first(self.prompt)[:80] or self.name[:80]}”"


@dataclass
class ForeignPart:
    """A part of the survey."""

    title: Said
    intro: Said = field(default_factory=dict)
    questions: list[ForeignQuestion] = field(default_factory=list)


@dataclass
class ForeignSurvey:
    """A survey as it was read of a file, with what could not be taken, one sentence each."""

    title: Said
    language: str
    purpose: Said = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)
    parts: list[ForeignPart] = field(default_factory=list)
    layout: Layout = Layout.SECTION
    is_of_notes: bool = False
    left_out: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        """Note what could not be taken, once."""
        if sentence not in self.left_out and len(self.left_out) < MOST_TOLD:
            self.left_out.append(sentence)


def first(said: Mapping[str, str], language: str = "") -> str:
    """The words in a language, else in whichever there are."""
    return said.get(language) or next((words for words in said.values() if words), "")


def build(
    session: Session, community: Community, foreign: ForeignSurvey, *, smallest_group: int, quote_group: int
) -> Survey:
    """Make a draft of a survey that was read; what cannot be taken is added to its account.

    Raises:
        BadInput: No question of it can be taken.
    """
    own = foreign.language
    survey = Survey(
        community=community,
        title=_line(first(foreign.title, own), LABEL_CHARACTERS) or "A survey from a file",
        purpose=_words(first(foreign.purpose, own), WORDS),
        link=new_link(),
        smallest_group=smallest_group,
        quote_group=quote_group,
        layout=foreign.layout,
        is_of_notes=foreign.is_of_notes,
        language=own,
        languages=[one for one in foreign.languages if one != own][:MOST_LANGUAGES],
    )
    made: list[tuple[ForeignQuestion, Question, dict[str, str]]] = []
    sections: list[tuple[ForeignPart, Section]] = []
    for part in foreign.parts:
        section = Section(
            position=len(sections) + 1,
            title=_line(first(part.title, own), LABEL_CHARACTERS) or f"Part {len(sections) + 1}",
            intro=_words(first(part.intro, own), WORDS),
        )
        for asked in part.questions:
            taken = _question(session, community, foreign, asked)
            if taken is None:
                continue
            if len(made) >= MOST_QUESTIONS:
                foreign.tell(f"A survey has at most {MOST_QUESTIONS} questions; those that follow are left out.")
                break
            question, keys = taken
            question.position = len(section.questions) + 1
            section.questions.append(question)
            made.append((asked, question, keys))
        if section.questions and len(sections) < MOST_SECTIONS:
            sections.append((part, section))
    if not made:
        raise BadInput("This file holds no question that can be taken. " + " ".join(foreign.left_out[:5]))
    survey.sections = [section for _, section in sections]
    session.add(survey)
    session.flush()
    _connect(survey, foreign, made)
    _translate(session, survey, foreign, sections, made)
    session.flush()
    return survey


def _question(
    session: Session, community: Community, foreign: ForeignSurvey, asked: ForeignQuestion
) -> tuple[Question, dict[str, str]] | None:
    """The question and the keys of its options by their codes; None if it cannot be taken."""
    own, keys = foreign.language, dict[str, str]()
    settings = dict(asked.settings)
    if asked.kind in (Kind.VALUE_RATINGS, Kind.PROPOSALS):
        values = value_options(session, community.id)
        if not values:
            foreign.tell(f"{asked.label} asks about values, and the community has none at the moment.")
            return None
        if [first(label, own) for _, label in asked.options] not in ([], [value["label"] for value in values]):
            foreign.tell(f"{asked.label} asks about the values that hold now, instead of those of the file.")
        settings["options"] = values
    elif asked.options:
        if len(asked.options) > MOST_OPTIONS:
            foreign.tell(f"{asked.label} keeps the first {MOST_OPTIONS} of its {len(asked.options)} answers.")
        options = []
        for code, label in asked.options[:MOST_OPTIONS]:
            keys[code] = free_key(code, set(keys.values()))
            options.append({"key": keys[code], "label": _line(first(label, own) or code, LABEL_CHARACTERS)})
        settings["options"] = options
    settings |= {
        end: _line(first(said, own), LABEL_CHARACTERS) for end, said in asked.ends.items() if any(said.values())
    }
    try:
        question = from_data(
            {
                "kind": asked.kind.value,
                "prompt": _line(first(asked.prompt, own) or asked.name, PROMPT_CHARACTERS),
                "help": _words(first(asked.help, own), HELP_CHARACTERS),
                "is_required": asked.is_required,
                "settings": settings,
            }
        )
        if problem := RULES[asked.kind].problem_of(question):
            raise BadInput(problem)
    except AppError as error:
        foreign.tell(f"{asked.label} was left out. {error}")
        return None
    return question, keys


def _connect(
    survey: Survey, foreign: ForeignSurvey, made: list[tuple[ForeignQuestion, Question, dict[str, str]]]
) -> None:
    """Put the conditions in place; one that cannot be taken leaves its question to be asked of everybody."""
    by_name = {asked.name: (question, keys) for asked, question, keys in made}
    for asked, question, _ in made:
        if asked.condition:
            ((join, tests),) = asked.condition.items()
            named = [(by_name.get(test["question"]), test) for test in tests]
            if all(found for found, _ in named):
                question.condition = {
                    join: [
                        {"question": found[0].id, "is": test["is"], "value": _value(found[0], found[1], test["value"])}
                        for found, test in named
                        if found
                    ]
                }
                if problem_of(question, survey.questions):
                    question.condition = None
        if asked.condition_words and question.condition is None:
            foreign.tell(f"{asked.label} is asked of everybody: “{asked.condition_words[:120]}” could not be taken.")


def _value(question: Question, keys: Mapping[str, str], value: Any) -> Any:
    """What a test compares with: codes as our keys, numbers as numbers where the answer is one."""
    if question.kind is Kind.CONSENT:
        return value in (True, "true", "Y", "yes")
    if str(value) in keys:
        return keys[str(value)]
    if question.kind in (Kind.RATING, Kind.RECOMMENDATION, Kind.NUMBER) and isinstance(value, str):
        return (
            float(value) if re.fullmatch(r"-?\d{1,15}\.\d{1,6}", value) else int(value) if value.isdecimal() else value
        )
    return value


def _translate(
    session: Session,
    survey: Survey,
    foreign: ForeignSurvey,
    sections: list[tuple[ForeignPart, Section]],
    made: list[tuple[ForeignQuestion, Question, dict[str, str]]],
) -> None:
    said: dict[str, Said] = {"title": foreign.title, "purpose": foreign.purpose}
    for part, section in sections:
        said |= {f"section.{section.id}.title": part.title, f"section.{section.id}.intro": part.intro}
    for asked, question, keys in made:
        at = f"question.{question.id}"
        said |= {f"{at}.prompt": asked.prompt, f"{at}.help": asked.help}
        said |= {f"{at}.{end}": words for end, words in asked.ends.items()}
        codes = keys or {option["key"]: option["key"] for option in question.settings.get("options", [])}
        said |= {f"{at}.option.{codes[code]}": label for code, label in asked.options if code in codes}
    most = {text.place: text.most for text in texts(survey)}
    for language in survey.languages:
        typed = {
            place: _words(words[language], most[place])
            for place, words in said.items()
            if place in most and words.get(language)
        }
        for place, problem in translate(session, survey, language, typed, user_id=None).items():
            foreign.tell(f"The translation of {place} into {language} was left out. {problem}")


def plain(text: str) -> str:
    """Words without the marks of HTML."""
    return html.unescape(TAG.sub("", BLOCK.sub("\n", text))).replace("\u00a0", " ").strip()


def _line(text: str, most: int) -> str:
    return clean_line(text)[:most].strip()


def _words(text: str, most: int) -> str:
    return clean_words(text)[:most].strip()
