"""What of a survey stands on one screen, and which screens somebody sees who gave certain answers.

Screens are numbered from 1 for all members alike: one on which nothing is asked of somebody is passed over, forwards
and backwards. The last one sends, so it is never passed over: where all its questions depend on
earlier answers, a screen without questions follows it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from surveyapp.surveys.models import Kind, Layout, Question, Survey

WRITTEN = {Kind.PROPOSALS, Kind.SHORT_TEXT, Kind.LONG_TEXT}  # kinds whose answers may be quoted
END = "That was all"


@dataclass(frozen=True)
class Block:
    """Questions under one heading."""

    title: str
    intro: str
    questions: Sequence[Question]


@dataclass(frozen=True)
class Screen:
    """What is shown at once."""

    title: str
    blocks: Sequence[Block]

    @cached_property
    def questions(self) -> list[Question]:
        """Its questions, in their order."""
        return [question for block in self.blocks for question in block.questions]


def screens(survey: Survey) -> list[Screen]:
    """The screens of a survey, as its author lays it out."""
    blocks = [Block(section.title, section.intro, section.questions) for section in survey.sections]
    match survey.layout:
        case Layout.SURVEY:
            found = [Screen(survey.title, blocks)]
        case Layout.SECTION:
            found = [Screen(block.title, [block]) for block in blocks]
        case Layout.QUESTION:
            found = [
                Screen(block.title, [Block(block.title, block.intro if number == 0 else "", [question])])
                for block in blocks
                for number, question in enumerate(block.questions)
            ]
    if not found or all(question.condition for question in found[-1].questions):
        found.append(Screen(END, []))
    return found


def has_conditions(survey: Survey) -> bool:
    """Whether some questions are asked of some members only."""
    return any(question.condition for question in survey.questions)


def is_quotable(survey: Survey) -> bool:
    """Whether members write something in their own words."""
    return any(question.kind in WRITTEN or question.settings.get("other") for question in survey.questions)


def after(shown: Sequence[Screen], number: int, asked: Collection[int]) -> int:
    """The screen that follows the screen *number* for somebody who is *asked* these questions; the last, at most."""
    return next((n for n in range(number + 1, len(shown)) if _has_any(shown[n - 1], asked)), len(shown))


def before(shown: Sequence[Screen], number: int, asked: Collection[int]) -> int:
    """The screen before it; 0 is the first page of the survey."""
    return next((n for n in range(number - 1, 0, -1) if _has_any(shown[n - 1], asked)), 0)


def _has_any(screen: Screen, asked: Collection[int]) -> bool:
    return any(question.id in asked for question in screen.questions)
