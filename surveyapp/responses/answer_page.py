"""One screen of a survey as it is shown, posted and read: what is asked, what was typed, what is wrong with that."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from surveyapp.errors import NotFound
from surveyapp.responses.screens import Block, Screen, after, before, has_conditions, is_quotable, screens
from surveyapp.responses.vote import Ballot
from surveyapp.surveys.choices import MultipleChoice, has_other
from surveyapp.surveys.conditions import asked
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Layout, Question, Survey
from surveyapp.surveys.proposals import Proposals
from surveyapp.surveys.rules import Reading, keys, name_of

MISSING = "Please answer this question."
SEEN = re.compile(r"([0-9]{1,9})\.([0-9]{1,6})")  # in the field "seen": a question's number, and its version
UNTOUCHED = {"may_quote": "yes"}  # what is typed into a page before anybody types
POSITION = {Layout.SECTION: "Part", Layout.QUESTION: "Question"}


@dataclass(frozen=True)
class Asked:
    """A question as its page shows it: with what was typed, and what is wrong with that."""

    question: Question
    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    wanted: int = 1  # boxes for ideas
    ballot: Ballot | None = None  # what is voted on next

    def name(self, *parts: str | int) -> str:
        """The name of a field."""
        return name_of(self.question, *parts)

    def setting(self, key: str, default: Any = "") -> Any:
        """What the question's author settled."""
        return self.question.settings.get(key, default)

    @property
    def is_open(self) -> bool:
        """Whether something else may be answered, in one's own words."""
        return has_other(self.question)

    @property
    def boxes(self) -> int:
        """How many boxes for ideas are shown."""
        rules = RULES[self.question.kind]
        return rules.boxes(self.question, self.typed, self.wanted) if isinstance(rules, Proposals) else 0

    @property
    def most(self) -> int:
        """How many ideas one person may give."""
        rules = RULES[self.question.kind]
        return rules.most(self.question) if isinstance(rules, Proposals) else 0

    @property
    def bounds(self) -> str:
        """How many answers may be chosen, in words; "" if as many as one likes."""
        rules = RULES[self.question.kind]
        if not isinstance(rules, MultipleChoice):
            return ""
        least, most = rules.bounds(self.question)
        there_are = len(keys(self.question)) + self.is_open
        if least == most:
            return f"Choose {most}."
        if most < there_are:
            return f"Choose {least} to {most}." if least > 1 else f"Choose up to {most}."
        return f"Choose {least} or more." if least > 1 else "Choose all that apply."

    def control(self, name: str) -> str:
        """The id of the control that a message about the field *name* leads to."""
        if name != self.name() or self.question.kind not in (Kind.VALUE_RATINGS, Kind.RANKING, Kind.PROPOSALS):
            return name
        if self.question.kind is Kind.PROPOSALS:
            return self.name(1, "idea")
        first = keys(self.question)[:1]
        return self.name(*first, "important") if self.question.kind is Kind.VALUE_RATINGS else self.name(*first)


@dataclass
class Page:
    """One screen of a survey, as it is shown and as it was posted.

    ``kept`` is the content kept so far, of all screens, by question; a survey without conditions can do without it.
    """

    survey: Survey
    number: int  # of the screen, from 1
    kept: Mapping[int, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    wanted: Mapping[int, int] = field(default_factory=dict)  # boxes for ideas, by question
    ballots: Mapping[int, Ballot] = field(default_factory=dict)  # by question that is a vote
    is_change: bool = False  # of what was sent
    shows_all: bool = False  # also what is asked of some members only: a preview

    def __post_init__(self) -> None:
        if not 1 <= self.number <= len(self.screens):
            raise NotFound("This survey has no such part.")

    @cached_property
    def questions(self) -> list[Question]:
        """All questions of the survey."""
        return self.survey.questions

    @cached_property
    def has_conditions(self) -> bool:
        """Whether some questions are asked of some members only."""
        return has_conditions(self.survey)

    @cached_property
    def screens(self) -> list[Screen]:
        """All screens of the survey."""
        return screens(self.survey)

    @cached_property
    def screen(self) -> Screen:
        """This one."""
        return self.screens[self.number - 1]

    @property
    def votes(self) -> list[Question]:
        """Its questions that are votes on proposals."""
        return [question for question in self.screen.questions if question.kind is Kind.PROPOSAL_VOTE]

    @property
    def is_last(self) -> bool:
        """Whether this screen sends the answers."""
        return self.number == len(self.screens)

    @property
    def is_for_everybody(self) -> bool:
        """Whether it shows nothing that depends on one member: nobody wrote into it, kept anything or votes on it."""
        is_theirs = self.kept or self.readings or self.wanted or self.is_change or self.shows_all or self.votes
        return not is_theirs and self.typed == UNTOUCHED

    @property
    def asks_to_quote(self) -> bool:
        """Whether this screen asks if words may be quoted."""
        return self.is_last and is_quotable(self.survey)

    @property
    def position(self) -> str:
        """Where the screen stands: "Part 2 of 3"; "" where that would say nothing."""
        word = POSITION.get(self.survey.layout)
        if word is None or not self.screen.questions:
            return ""
        total = sum(1 for screen in self.screens if screen.questions)
        return f"{word} {self.number} of {'at most ' if self.has_conditions else ''}{total}"

    @property
    def has_steps(self) -> bool:
        """Whether the parts are few and fixed, so that a row of steps tells the truth."""
        return self.survey.layout is Layout.SECTION and not self.has_conditions and len(self.screens) <= 8

    # what is asked

    @property
    def answers(self) -> dict[int, Any]:
        """What is answered so far, with what was just read, by question."""
        read = {question: reading.content for question, reading in self.readings.items()}
        return {**self.kept, **read}

    def asked_ids(self) -> set[int]:
        """The questions of the whole survey that are asked of this member, as far as is known."""
        if self.shows_all or not self.has_conditions:
            return {question.id for question in self.questions}
        return {question.id for question in asked(self.questions, self.answers)}

    @property
    def seen(self) -> dict[int, int]:
        """The version of each question that the posted page showed; all of the screen, if the page does not say."""
        own = {question.id: question.version for question in self.screen.questions}
        if "seen" not in self.typed:
            return own
        said = {int(number): int(version) for number, version in SEEN.findall(self.typed["seen"])}
        return {number: max(1, min(said[number], own[number])) for number in own if number in said}

    @property
    def as_seen(self) -> str:
        """What the field "seen" of the page says."""
        return "-".join(f"{one.question.id}.{one.question.version}" for _, block in self.blocks() for one in block)

    def blocks(self) -> list[tuple[Block, list[Asked]]]:
        """The questions of the screen, under their headings: those that are asked, and those that were just posted."""
        shown = self.asked_ids() | set(self.readings)
        found = [
            (block, [self._asked(question) for question in block.questions if question.id in shown])
            for block in self.screen.blocks
        ]
        return [(block, questions) for block, questions in found if questions]

    def _asked(self, question: Question) -> Asked:
        reading = self.readings.get(question.id, Reading())
        wanted, ballot = self.wanted.get(question.id, 1), self.ballots.get(question.id)
        return Asked(question, self.typed, reading.problems, wanted, ballot)

    def new_questions(self) -> list[Question]:
        """Questions of this screen that came to be asked by what was posted, which did not show them."""
        asked_now = self.asked_ids()
        return [q for q in self.screen.questions if q.id in asked_now and q.id not in self.readings]

    # what was posted

    def read(self, *, is_complete: bool) -> None:
        """Read what was typed; what is required must be there only when the screen *is_complete*."""
        seen = self.seen
        readings = {q.id: RULES[q.kind].read(q, self.typed) for q in self.screen.questions if q.id in seen}
        self.readings = readings
        asked_now = self.asked_ids()
        for q in self.screen.questions:
            if q.id not in seen:
                continue
            if q.id not in asked_now:
                readings[q.id] = Reading(readings[q.id].content)  # what is wrong with it matters no more
            elif is_complete and _must_be_answered(q) and readings[q.id] == Reading():
                readings[q.id] = Reading(problems={name_of(q): MISSING})

    def problems(self) -> list[tuple[str, str, str]]:
        """What is wrong with what was typed: id of the control, question, one sentence."""
        if not any(reading.problems for reading in self.readings.values()):
            return []
        return [
            (asked.control(name), asked.question.prompt, problem)
            for _, block in self.blocks()
            for asked in block
            for name, problem in asked.problems.items()
        ]

    def missing(self) -> list[tuple[int, str, str]]:
        """What is required on other screens and not answered: number of the screen, id of the control, question."""
        asked_now, answers = self.asked_ids(), self.answers
        return [
            (number, Asked(question, {}).control(name_of(question)), question.prompt)
            for number, screen in enumerate(self.screens, start=1)
            for question in screen.questions
            if number != self.number
            and _must_be_answered(question)
            and question.id in asked_now
            and answers.get(question.id) is None
        ]

    @property
    def needs_kept(self) -> bool:
        """Whether what was kept of other screens decides what happens to this one."""
        others = (q for screen in self.screens if screen is not self.screen for q in screen.questions)
        return self.has_conditions or (self.is_last and any(map(_must_be_answered, others)))

    def contents(self, *, is_final: bool) -> dict[int, Any]:
        """What is to be stored, by question; *is_final*: without answers to questions that are not asked any more."""
        found = {question: reading.content for question, reading in self.readings.items()}
        if not is_final or not self.has_conditions:
            return found
        asked_now = self.asked_ids()
        unasked: Iterable[int] = (q.id for q in self.questions if q.id not in asked_now)
        return {**found, **dict.fromkeys(unasked)}

    def next(self) -> int:
        """The screen that follows for this member."""
        return after(self.screens, self.number, self.asked_ids())

    def previous(self) -> int:
        """The screen before, for this member; 0 is the first page."""
        return before(self.screens, self.number, self.asked_ids())

    def is_passed_over(self) -> bool:
        """Whether nothing here is asked of this member."""
        return not self.is_last and not any(q.id in self.asked_ids() for q in self.screen.questions)


def _must_be_answered(question: Question) -> bool:
    """Whether nobody goes on without an answer; votes are no answer, and always free."""
    return question.is_required and question.kind is not Kind.PROPOSAL_VOTE
