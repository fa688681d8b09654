"""A question as plain data: to copy it, to bring it back after it was removed, to take it into another survey."""

import secrets
from collections.abc import Mapping
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Question, Section, Survey
from surveyapp.surveys.rules import must_be
from surveyapp.text_gate import clean_line, clean_words

PROMPT_CHARACTERS = 500
HELP_CHARACTERS = 1_000
LABEL_CHARACTERS = 200
MOST_OPTIONS = 50
LINK_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on a poster
LINK_LENGTH = 10  # of an open link: short enough to type, too many to try
NUMBERS = {"least": (int, float), "most": (int, float)}
TEXTS = ("low", "high", "earliest", "latest", "unit")
FLAGS = ("other", "is_whole")


def new_link() -> str:
    """The part of an open link's address that nobody can guess."""
    return "".join(secrets.choice(LINK_LETTERS) for _ in range(LINK_LENGTH))


def as_data(question: Question) -> dict[str, Any]:
    """A question as plain data; its condition, which names other questions, is left to the caller."""
    return {
        "kind": question.kind.value,
        "prompt": question.prompt,
        "help": question.help,
        "is_required": question.is_required,
        "settings": question.settings,
    }


def from_data(data: Mapping[str, Any]) -> Question:
    """A question from plain data of whatever source, checked like one that somebody typed.

    Raises:
        BadInput: It is no question of ours.
    """
    data = must_be(dict, data)
    try:
        kind = Kind(data.get("kind"))
    except ValueError:
        raise BadInput(f"There is no kind of question called {str(data.get('kind'))[:40]!r}.") from None
    prompt = clean_line(must_be(str, data.get("prompt", "")))
    help_text = clean_words(must_be(str, data.get("help", "")))
    if not prompt or len(prompt) > PROMPT_CHARACTERS or len(help_text) > HELP_CHARACTERS:
        raise BadInput(f"A question has words, at most {PROMPT_CHARACTERS} characters of them.")
    question = Question(
        kind=kind,
        prompt=prompt,
        help=help_text,
        is_required=data.get("is_required") is True,
        settings=_settings(must_be(dict, data.get("settings", {}))),
    )
    RULES[kind].problem_of(question)
    return question


def copied(survey: Survey, *, title: str) -> Survey:
    """A draft with the same sections, questions, conditions and translations, for another round.

    The copy must be flushed with ``connect()`` afterwards: what names questions by number is put in place then.
    """
    return Survey(
        community_id=survey.community_id,
        title=title,
        purpose=survey.purpose,
        link=new_link(),
        anonymity=survey.anonymity,
        smallest_group=survey.smallest_group,
        quote_group=survey.quote_group,
        layout=survey.layout,
        is_of_notes=survey.is_of_notes,
        language=survey.language,
        languages=list(survey.languages),
        sections=[
            Section(
                position=section.position,
                title=section.title,
                intro=section.intro,
                questions=[_copy(question) for question in section.questions],
            )
            for section in survey.sections
        ],
    )


def connect(copy: Survey, source: Survey) -> None:
    """Let the conditions of a flushed copy name its own questions; what named a removed one still does (-1)."""
    own = {old.id: new.id for old, new in zip(source.questions, copy.questions, strict=True)}
    for old, new in zip(source.questions, copy.questions, strict=True):
        if old.condition:
            ((join, tests),) = old.condition.items()
            new.condition = {join: [{**test, "question": own.get(test["question"], -1)} for test in tests]}


def places_of(copy: Survey, source: Survey) -> dict[str, str]:
    """Where the texts of a flushed copy stand, by where they stand in its source (see models.Translation)."""
    pairs = {"title": "title", "purpose": "purpose"}
    for old, new in zip(source.sections, copy.sections, strict=True):
        pairs |= {f"section.{old.id}.{part}": f"section.{new.id}.{part}" for part in ("title", "intro")}
    for asked, again in zip(source.questions, copy.questions, strict=True):
        parts = ["prompt", "help", "low", "high", "unit"]
        parts += [f"{part}.{o['key']}" for o in asked.settings.get("options", []) for part in ("option", "note")]
        pairs |= {f"question.{asked.id}.{part}": f"question.{again.id}.{part}" for part in parts}
    return pairs


def _copy(question: Question) -> Question:
    return Question(**as_data(question) | {"kind": question.kind}, position=question.position)


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a kind needs to know, checked one by one; anything else is dropped."""
    settings: dict[str, Any] = {}
    if "options" in data:
        settings["options"] = [_option(one) for one in must_be(list, data["options"])[:MOST_OPTIONS]]
        keys = [one["key"] for one in settings["options"]]
        if len(set(keys)) < len(keys):
            raise BadInput("Two options of a question are the same.")
    for name, kinds in NUMBERS.items():
        if isinstance(data.get(name), kinds) and not isinstance(data[name], bool):
            settings[name] = data[name]
    for name in TEXTS:
        if isinstance(data.get(name), str):
            settings[name] = clean_line(data[name])[:LABEL_CHARACTERS]
    return settings | {name: True for name in FLAGS if data.get(name) is True}


def _option(data: Any) -> dict[str, Any]:
    data = must_be(dict, data)
    key, label = (clean_line(must_be(str, data.get(name, ""))) for name in ("key", "label"))
    is_key = key.isascii() and key.replace("_", "").isalnum() and len(key) <= LABEL_CHARACTERS
    if not is_key or not label or len(label) > LABEL_CHARACTERS:
        raise BadInput(f"An option needs words, at most {LABEL_CHARACTERS} characters of them.")
    option: dict[str, Any] = {"key": key, "label": label}
    if isinstance(data.get("value_id"), int):
        option |= {"value_id": data["value_id"], "note": clean_words(str(data.get("note", "")))[:HELP_CHARACTERS]}
    return option
