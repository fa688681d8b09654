"""Count what was answered to the closed questions, and give back only what may be shown (R7).

A run keeps the raw counts (``count_answers``), so that the figures of one run never change.
Screens, reports and exports read them through ``shown``: one definition, one function, one value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.analysis.disclose import disclose
from surveyapp.analysis.figures import Share, gap
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.scales import HIGH
from surveyapp.themes.spread import Line, Spread, count_spread, nothing_shown, shown_spread

HELP = {"yes": "Yes, count me in", "maybe": "Maybe, tell me more", "no": "Not this time", "": "No answer"}
"""What people offer for their ideas, the readiest first."""


@dataclass(frozen=True)
class ValueFigure:
    """How many people say that a value matters to them, and how many that it is lived; None where too few answered."""

    value_id: int
    name: str
    important: Share | None
    lived: Share | None

    @property
    def gap(self) -> int | None:
        """How much more it matters than it is lived, in points."""
        return gap(self.important, self.lived)


@dataclass(frozen=True)
class OptionFigure:
    """How many people chose an option; None where that is too few to show."""

    label: str
    people: int | None
    detail: str = ""  # what else is told of it, in words


@dataclass(frozen=True)
class QuestionFigure:
    """What was answered to one closed question."""

    question_id: int
    kind: Kind
    prompt: str
    people: int | None  # who answered it; None where that is too few to show
    values: tuple[ValueFigure, ...] = ()
    options: tuple[OptionFigure, ...] = ()
    summary: tuple[tuple[str, str], ...] = ()  # what is told, and the figure


def count_answers(
    questions: Iterable[Question], contents: Mapping[int, Sequence[Any]], people: int = 0
) -> dict[str, Any]:
    """Count the answers to the closed questions.

    Args:
        questions: All questions of the survey.
        contents: Per question its answers' contents, in any order.
        people: How many people answered the survey.

    Returns:
        Per question number, as text, a dictionary of counts fit for JSON.
    """
    counted: dict[str, Any] = {}
    for question in questions:
        answers = contents.get(question.id, ())
        match question.kind:
            case Kind.VALUE_RATINGS:
                counted[str(question.id)] = {"people": len(answers), "values": _count_values(question, answers)}
            case Kind.PROPOSALS:
                helping = Counter(_readiest(idea.get("help") for idea in ideas) for ideas in answers)
                chosen = {key: helping[key] for key in HELP}
                counted[str(question.id)] = {"people": len(answers), "options": chosen}
            case _:
                if (spread := count_spread(question, answers, people)) is not None:
                    counted[str(question.id)] = spread
    return counted


def _readiest(offers: Iterable[str | None]) -> str:
    """The most that somebody offers over all their ideas."""
    said = {offer or "" for offer in offers}
    return next(key for key in HELP if key in said)


def _count_values(question: Question, answers: Sequence[Any]) -> dict[str, dict[str, list[int]]]:
    """Per option and scale, how many rated it at least HIGH, and how many rated it."""
    counts: dict[str, dict[str, list[int]]] = {}
    for option in question.settings["options"]:
        ratings = [answer[option["key"]] for answer in answers if option["key"] in answer]
        counts[option["key"]] = {
            scale: [
                sum(rating[scale] >= HIGH for rating in ratings if scale in rating),
                sum(scale in rating for rating in ratings),
            ]
            for scale in ("important", "lived")
        }
    return counts


def shown(questions: Iterable[Question], figures: Mapping[str, Any], smallest_group: int) -> list[QuestionFigure]:
    """The figures of a run's closed questions, those of too small groups withheld.

    Args:
        questions: All questions of the survey, in order.
        figures: What count_answers() gave, as the run keeps it.
        smallest_group: Fewest people of a group that is shown.
    """
    return [
        _shown_question(question, figures[str(question.id)], smallest_group)
        for question in questions
        if str(question.id) in figures and question.kind is not Kind.PROPOSAL_VOTE
    ]


def _shown_question(question: Question, counted: Mapping[str, Any], k: int) -> QuestionFigure:
    people = counted["people"] if counted["people"] >= k else None
    if question.kind is Kind.VALUE_RATINGS:
        return QuestionFigure(
            question.id,
            question.kind,
            question.prompt,
            people,
            values=tuple(
                ValueFigure(
                    option["value_id"],
                    option["label"],
                    important=_shown_share(counted["values"][option["key"]]["important"], k),
                    lived=_shown_share(counted["values"][option["key"]]["lived"], k),
                )
                for option in question.settings["options"]
            ),
        )
    if question.kind is Kind.PROPOSALS:
        numbers = [counted["options"].get(key, 0) for key in HELP]
        visible = disclose(numbers, k) if people is not None else (None,) * len(numbers)
        spread = Spread(tuple(Line(label, count) for label, count in zip(HELP.values(), visible, strict=True)))
    else:
        spread = shown_spread(question, counted, k) if people is not None else nothing_shown(question)
    return QuestionFigure(
        question.id,
        question.kind,
        question.prompt,
        people,
        options=tuple(OptionFigure(line.label, line.people, line.detail) for line in spread.lines),
        summary=spread.summary,
    )


def _shown_share(counts: Sequence[int], k: int) -> Share | None:
    """The share, unless those who chose so, or all the others, are too few: either would tell of single people."""
    high, rated = counts
    return Share(high, rated) if min(high, rated - high) >= k else None
