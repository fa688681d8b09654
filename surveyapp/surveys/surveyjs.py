"""A survey as SurveyJS JSON, and such JSON as a survey (docs/surveys.md names the subset).

What SurveyJS has no word for stands in a property ``surveyapp`` of the element, which SurveyJS passes over.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from surveyapp.errors import BadInput
from surveyapp.surveys.choices import has_other
from surveyapp.surveys.foreign import ForeignPart, ForeignQuestion, ForeignSurvey, Said
from surveyapp.surveys.languages import read_language
from surveyapp.surveys.models import Kind, Layout, Question, Survey
from surveyapp.surveys.proposals import HELP, OFFER_CHARACTERS, PARTS
from surveyapp.surveys.rules import STEPS, options
from surveyapp.surveys.scales import SCALES

MOST_BYTES = 1 << 20
WOULD_HELP = "{panel.help} = 'yes' or {panel.help} = 'maybe'"
YES_NO = (("True", "Yes"), ("False", "No"))
MOST_DEPTH = 12  # of panels in panels
LAYOUTS = {Layout.QUESTION: "questionPerPage", Layout.SECTION: "standard", Layout.SURVEY: "singlePage"}
OPERATORS = {"equals": "=", "contains": "contains", "at_least": ">="}
HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # of a character that JSON writes in two, which may lack the other half
TEST = re.compile(r"\{([^{}]{1,100})\}\s*(==|=|>=|contains)\s*('[^']*'|\"[^\"]*\"|-?\d{1,15}(?:\.\d{1,6})?|true)")
KNOWN = {"type", "name", "title", "description", "isRequired", "visibleIf", "surveyapp"}
CHOICES = {"choices", "showOtherItem", "hasOther"}
OF_TYPE: Mapping[str, set[str]] = {
    "radiogroup": CHOICES,
    "dropdown": CHOICES,
    "buttongroup": CHOICES,
    "checkbox": CHOICES | {"minSelectedChoices", "maxSelectedChoices"},
    "tagbox": CHOICES | {"minSelectedChoices", "maxSelectedChoices"},
    "ranking": {"choices", "selectToRankEnabled"},
    "rating": {"rateMin", "rateMax", "minRateDescription", "maxRateDescription"},
    "text": {"inputType", "min", "max", "step"},
    "comment": set(),
    "boolean": {"renderAs", "labelTrue", "labelFalse"},
    "matrixdropdown": {"rows", "columns"},
    "paneldynamic": {"templateElements", "maxPanelCount", "panelCount"},
    "matrix": {"rows", "columns"},
    "html": {"html"},
}


def write_surveyjs(survey: Survey, translated: Mapping[str, Mapping[str, str]]) -> bytes:
    """A survey as a file; *translated* holds texts by language, then by place."""

    def said(place: str, words: str) -> Any:
        others = {code: texts[place] for code, texts in translated.items() if texts.get(place)}
        return {"default": words, **others} if others else words

    names = {question.id: f"q{number}" for number, question in enumerate(survey.questions, start=1)}
    pages = [
        {
            "name": f"part{section.position}",
            "title": said(f"section.{section.id}.title", section.title),
            **({"description": said(f"section.{section.id}.intro", section.intro)} if section.intro else {}),
            "elements": [_element(question, names, said) for question in section.questions],
        }
        for section in survey.sections
    ]
    model = {
        "title": said("title", survey.title),
        **({"description": said("purpose", survey.purpose)} if survey.purpose else {}),
        "locale": survey.language,
        "questionsOnPageMode": LAYOUTS[survey.layout],
        "surveyapp": {"languages": survey.languages} | ({"isOfNotes": True} if survey.is_of_notes else {}),
        "pages": pages,
    }
    return json.dumps(model, ensure_ascii=False, indent=2).encode()


def _element(question: Question, names: Mapping[int, str], said: Any) -> dict[str, Any]:  # noqa: PLR0912 - one case per kind
    at, settings = f"question.{question.id}", question.settings
    element: dict[str, Any] = {"type": "", "name": names[question.id], "title": said(f"{at}.prompt", question.prompt)}
    if question.help:
        element["description"] = said(f"{at}.help", question.help)
    if question.is_required:
        element["isRequired"] = True
    if question.condition:
        element["visibleIf"] = _visible_if(question.condition, names)
    listed = [{"value": o["key"], "text": said(f"{at}.option.{o['key']}", o["label"])} for o in options(question)]
    more: dict[str, Any] = {"surveyapp": {"kind": question.kind.value}}
    match question.kind:
        case Kind.SINGLE_CHOICE:
            element |= {"type": "radiogroup", "choices": listed}
        case Kind.MULTIPLE_CHOICE:
            element |= {"type": "checkbox", "choices": listed}
            element |= _present(settings, least="minSelectedChoices", most="maxSelectedChoices")
        case Kind.RANKING:
            element |= {"type": "ranking", "choices": listed, "selectToRankEnabled": True}
        case Kind.RATING | Kind.RECOMMENDATION:
            low, high = (1, 5) if question.kind is Kind.RATING else (0, 10)
            element |= {"type": "rating", "rateMin": low, "rateMax": high}
            for end, name in (("low", "minRateDescription"), ("high", "maxRateDescription")):
                if settings.get(end):
                    element[name] = said(f"{at}.{end}", settings[end])
        case Kind.NUMBER:
            element |= {"type": "text", "inputType": "number"} | _present(settings, least="min", most="max")
            element |= {"step": 1} if settings.get("is_whole") else {}
            if settings.get("unit"):
                more["surveyapp"]["unit"] = said(f"{at}.unit", settings["unit"])
        case Kind.DATE:
            element |= {"type": "text", "inputType": "date"} | _present(settings, earliest="min", latest="max")
        case Kind.SHORT_TEXT:
            element["type"] = "text"
        case Kind.LONG_TEXT:
            element["type"] = "comment"
        case Kind.CONSENT:
            element |= {"type": "boolean", "renderAs": "checkbox"}
        case Kind.VALUE_RATINGS:
            steps = list(STEPS)
            columns = [
                {"name": name, "title": title, "cellType": "radiogroup", "choices": steps}
                for name, title in SCALES.items()
            ]
            element |= {"type": "matrixdropdown", "rows": listed, "columns": columns}
        case Kind.PROPOSALS:
            parts = [
                {"type": "comment", "name": "idea"},
                {"type": "dropdown", "name": "value", "choices": listed},
                {"type": "radiogroup", "name": "help", "choices": [{"value": k, "text": v} for k, v in HELP.items()]},
                {"type": "text", "name": "offer", "maxLength": OFFER_CHARACTERS, "visibleIf": WOULD_HELP},
            ]
            element |= {"type": "paneldynamic", "templateElements": parts} | _present(settings, most="maxPanelCount")
        case Kind.PROPOSAL_VOTE:
            element |= {"type": "html", "html": question.prompt}
    return element | ({"showOtherItem": True} if has_other(question) else {}) | more


def _present(settings: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {name: settings[ours] for ours, name in names.items() if settings.get(ours) is not None}


def _visible_if(condition: Mapping[str, Any], names: Mapping[int, str]) -> str:
    ((join, tests),) = condition.items()
    said = []
    for test in tests:
        value = test["value"]
        text = json.dumps(value) if isinstance(value, bool | int | float) else f"'{str(value).replace(chr(39), '’')}'"
        said.append(f"{{{names.get(test['question'], 'gone')}}} {OPERATORS[test['is']]} {text}")
    return {"all": " and ", "any": " or "}[join].join(said)


# Reading


def read_surveyjs(content: bytes) -> ForeignSurvey:
    """What a SurveyJS file holds.

    Raises:
        BadInput: It is no such file.
    """
    if len(content) > MOST_BYTES:
        raise BadInput("This file is larger than any survey: at most 1 MB can be read.")
    try:
        model = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
        if HALF.search(content):
            model = json.loads(json.dumps(model, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise BadInput("This is no JSON file in UTF-8. Export the survey as JSON once more.") from None
    if not isinstance(model, dict):
        raise BadInput("This JSON file holds no survey.")
    own = _language(model.get("locale")) or "en"
    found = ForeignSurvey(title={}, language=own)
    found.title, found.purpose = _said(model.get("title"), own), _said(model.get("description"), own)
    mode = model.get("questionsOnPageMode")
    found.layout = next((layout for layout, name in LAYOUTS.items() if name == mode), Layout.SECTION)
    ours = model.get("surveyapp")
    found.is_of_notes = isinstance(ours, dict) and ours.get("isOfNotes") is True
    _account(found, "The survey", model, KNOWN | {"locale", "questionsOnPageMode", "pages", "elements", "questions"})
    pages = model.get("pages")
    if not isinstance(pages, list):
        pages = [{"elements": model.get("elements") or model.get("questions"), "title": model.get("title")}]
    for page in pages:
        if not isinstance(page, dict):
            continue
        part = ForeignPart(_said(page.get("title") or page.get("name"), own), _said(page.get("description"), own))
        _account(found, "A page", page, KNOWN - {"visibleIf", "isRequired"} | {"elements", "questions"})
        part.questions = list(_questions(found, page.get("elements") or page.get("questions"), MOST_DEPTH))
        found.parts.append(part)
    ours = model.get("surveyapp")
    listed = ours.get("languages") if isinstance(ours, dict) else None
    named = listed if isinstance(listed, list) else []
    seen = {code for part in found.parts for q in part.questions for code in q.prompt} | set(found.title)
    found.languages = [
        *dict.fromkeys(code for one in [*named, *sorted(seen)] if (code := _language(one)) and code != own)
    ]
    return found


def _questions(found: ForeignSurvey, elements: Any, depth: int) -> Iterable[ForeignQuestion]:
    for element in elements if isinstance(elements, list) else []:
        if not isinstance(element, dict):
            continue
        if element.get("type") == "panel":
            if depth == 0:
                found.tell("Panels that lie too deep in one another were left out.")
                continue
            found.tell(
                f"The panel “{str(element.get('title') or element.get('name'))[:80]}” was opened: its questions "
                "stand in the part itself, without a condition of the panel."
            )
            yield from _questions(found, element.get("elements"), depth - 1)
            continue
        yield from _asked(found, element)


def _asked(found: ForeignSurvey, element: Mapping[str, Any]) -> Iterable[ForeignQuestion]:
    own, kind_of = found.language, str(element.get("type"))
    name = str(element.get("name", ""))[:100]
    asked = ForeignQuestion(
        name,
        Kind.SHORT_TEXT,
        _said(element.get("title") or name, own),
        help=_said(element.get("description"), own),
        is_required=element.get("isRequired") is True,
        options=_options(element.get("choices"), own),
    )
    if isinstance(condition := element.get("visibleIf"), str) and condition.strip():
        asked.condition, asked.condition_words = read_condition(condition), condition
    ours = element.get("surveyapp")
    ours = ours if isinstance(ours, dict) else {}
    if kind_of not in OF_TYPE or (kind_of == "html" and ours.get("kind") != Kind.PROPOSAL_VOTE.value):
        found.tell(f"{asked.label} was left out: we have no question of the type “{kind_of[:40]}”.")
        return
    _account(found, asked.label, element, KNOWN | OF_TYPE[kind_of])
    if kind_of == "matrix":
        found.tell(f"{asked.label} was a grid: each of its rows is a question now.")
        columns = _options(element.get("columns"), own)
        for number, (code, label) in enumerate(_options(element.get("rows"), own), start=1):
            yield ForeignQuestion(
                f"{name}.{code}", Kind.SINGLE_CHOICE, label, help=asked.prompt if number == 1 else {}, options=columns
            )
        return
    _settle(found, asked, kind_of, element, ours)
    yield asked


def _settle(
    found: ForeignSurvey, asked: ForeignQuestion, type_: str, element: Mapping[str, Any], ours: Mapping[str, Any]
) -> None:
    """Say which kind it is, and what that kind needs."""
    if element.get("showOtherItem") is True or element.get("hasOther") is True:
        asked.settings["other"] = True
    simple = {
        "radiogroup": Kind.SINGLE_CHOICE,
        "dropdown": Kind.SINGLE_CHOICE,
        "buttongroup": Kind.SINGLE_CHOICE,
        "checkbox": Kind.MULTIPLE_CHOICE,
        "tagbox": Kind.MULTIPLE_CHOICE,
        "ranking": Kind.RANKING,
        "comment": Kind.LONG_TEXT,
        "html": Kind.PROPOSAL_VOTE,
    }
    if type_ in simple:
        asked.kind = simple[type_]
        if asked.kind is Kind.MULTIPLE_CHOICE:
            asked.settings |= _numbers(element, minSelectedChoices="least", maxSelectedChoices="most")
    elif type_ == "rating":
        _settle_rating(found, asked, element)
    elif type_ == "text":
        _settle_text(found, asked, element, ours)
    elif type_ == "boolean":
        _settle_boolean(found, asked, element)
    else:
        _settle_list(found, asked, type_, element)


def _settle_rating(found: ForeignSurvey, asked: ForeignQuestion, element: Mapping[str, Any]) -> None:
    low, high = element.get("rateMin", 1), element.get("rateMax", 5)
    if (low, high) not in ((0, 10), (1, 5)):
        asked.kind = Kind.NUMBER
        asked.settings |= _numbers({"a": low, "b": high}, a="least", b="most") | {"is_whole": True}
        scale = f"{str(low)[:9]} to {str(high)[:9]}"
        found.tell(f"{asked.label} asks for a number from {scale}: our scales have 1 to 5, or 0 to 10.")
        return
    asked.kind = Kind.RECOMMENDATION if low == 0 else Kind.RATING
    ends = (("low", "minRateDescription"), ("high", "maxRateDescription"))
    asked.ends = {end: _said(element.get(name), found.language) for end, name in ends}


def _settle_text(
    found: ForeignSurvey, asked: ForeignQuestion, element: Mapping[str, Any], ours: Mapping[str, Any]
) -> None:
    match element.get("inputType"):
        case "number":
            asked.kind = Kind.NUMBER
            asked.settings |= _numbers(element, min="least", max="most")
            if element.get("step") == 1:
                asked.settings["is_whole"] = True
            if ours.get("unit"):
                asked.ends = {"unit": _said(ours["unit"], found.language)}
        case "date":
            asked.kind = Kind.DATE
            bounds = (("min", "earliest"), ("max", "latest"))
            asked.settings |= {to: element[at][:10] for at, to in bounds if isinstance(element.get(at), str)}
        case None | "text":
            pass
        case other:
            found.tell(f"{asked.label} is a line of text: “{str(other)[:40]}” is not checked.")


def _settle_boolean(found: ForeignSurvey, asked: ForeignQuestion, element: Mapping[str, Any]) -> None:
    if element.get("renderAs") == "checkbox":
        asked.kind = Kind.CONSENT
        return
    asked.kind = Kind.SINGLE_CHOICE
    yes, no = (_said(element.get(f"label{word}") or english, found.language) for word, english in YES_NO)
    asked.options = [("true", yes), ("false", no)]


def _settle_list(found: ForeignSurvey, asked: ForeignQuestion, type_: str, element: Mapping[str, Any]) -> None:
    """Values to rate, or ideas: lists whose columns are ours."""
    inner = element.get("columns" if type_ == "matrixdropdown" else "templateElements")
    parts = [part for part in inner if isinstance(part, dict)] if isinstance(inner, list) else []
    names = [part.get("name") for part in parts]
    if type_ == "matrixdropdown":
        asked.kind, asked.options = Kind.VALUE_RATINGS, _options(element.get("rows"), found.language)
        if names != list(SCALES):
            found.tell(f"{asked.label} was a grid: it asks how much each value matters and how well it is lived.")
        return
    asked.kind = Kind.PROPOSALS
    asked.settings |= _numbers(element, maxPanelCount="most")
    values = next((part.get("choices") for part in parts if part.get("name") == "value"), None)
    asked.options = _options(values, found.language)
    if names not in (list(PARTS), list(PARTS[:3])):  # files of ours, and those before people said with what
        found.tell(f"{asked.label} asks for ideas, their values, and who would help with what: we have no other lists.")


def read_condition(text: str) -> dict[str, list[dict[str, Any]]] | None:
    """A simple ``visibleIf`` as a condition by names; None if it says more than a condition of ours can."""
    text = text.strip()
    join = "any" if re.search(r"\s(?:or|\|\|)\s", text) else "all"
    parts = re.split(r"\s+(?:or|\|\|)\s+" if join == "any" else r"\s+(?:and|&&)\s+", text)
    tests = []
    for part in parts:
        match = TEST.fullmatch(part.strip())
        if match is None:
            return None
        name, operator, value = match.groups()
        read: Any = True if value == "true" else value[1:-1] if value[0] in "'\"" else float(value)
        if isinstance(read, float) and read.is_integer():
            read = int(read)
        is_ = {"=": "equals", "==": "equals", ">=": "at_least"}.get(operator, operator)
        tests.append({"question": name.strip(), "is": is_, "value": read})
    return {join: tests}


def _said(value: Any, own: str) -> Said:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return {own: str(value)}
    if not isinstance(value, dict):
        return {}
    texts = {own if code == "default" else _language(code): words for code, words in value.items()}
    return {code: words for code, words in texts.items() if code and isinstance(words, str)}


def _options(value: Any, own: str) -> list[tuple[str, Said]]:
    found: dict[str, Said] = {}
    for one in value if isinstance(value, list) else []:
        item = one if isinstance(one, dict) else {"value": one}
        code = item.get("value")
        if isinstance(code, str | int | float) and str(code).strip():
            found.setdefault(str(code), _said(item.get("text"), own) or {own: str(code)})
    return list(found.items())


def _numbers(element: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {
        to: element[at]
        for at, to in names.items()
        if isinstance(element.get(at), int | float) and not isinstance(element[at], bool) and abs(element[at]) < 1e15
    }


def _language(code: Any) -> str:
    try:
        return read_language(code) if isinstance(code, str) else ""
    except BadInput:
        return ""


def _account(found: ForeignSurvey, label: str, element: Mapping[str, Any], known: set[str]) -> None:
    """Tell which properties of an element say something that we do not take."""
    if unknown := sorted(str(name)[:40] for name in set(element) - known):
        found.tell(f"{label}: {', '.join(unknown[:10])} {'was' if len(unknown) == 1 else 'were'} left out.")


def _no_number(text: str) -> None:
    raise ValueError(text)
