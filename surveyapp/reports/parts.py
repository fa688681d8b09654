"""The parts of a report: figures and words, no HTML.

A part that a survey has nothing to say about is None or empty, and the report then leaves its chapter out. A figure
that must not be shown because too few people stand behind it is None too, and the report says "fewer than 10" (R7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from surveyapp.analysis.figures import Share, Tone, gap
from surveyapp.analysis.votes import VoteFigure

STABLE, FAIRLY_STABLE = 0.85, 0.60
"""From which share of repeats in which its ideas stay together a group counts as stable, or as fairly stable."""


@dataclass(frozen=True)
class GroupFigure:
    """How many of one group answered; None where the group is too small to show."""

    name: str
    answered: Share | None


@dataclass(frozen=True, kw_only=True)
class Participation:
    """Who was asked and who answered."""

    answers: int
    invited: int | None = None  # None: an open link or a file, nobody knows how many were asked
    opened_on: date | None = None
    closed_on: date | None = None
    how: str = ""  # one sentence: how people were asked
    is_of_notes: bool = False  # each answer is the notes of a conversation, whose number of people does not count
    groups: tuple[GroupFigure, ...] = ()

    @property
    def rate(self) -> Share | None:
        """Give the answers as a share of the people invited, where that number is known."""
        return Share(self.answers, self.invited) if self.invited else None


@dataclass(frozen=True, kw_only=True)
class ValueFigure:
    """How many chose 4 or 5 of 5 for *this matters to me* and for *we live it*."""

    name: str
    important: Share | None  # None: fewer people than may be shown
    lived: Share | None
    goals: tuple[str, ...] = ()  # titles of the active and achieved goals that serve it

    @property
    def gap(self) -> int | None:
        """Give how much more it matters than it is lived, in points."""
        return gap(self.important, self.lived)


@dataclass(frozen=True)
class Choice:
    """One option of a question and how many chose it; None where that is too few to show."""

    label: str
    people: int | None
    detail: str = ""  # what else is told of it, in words


@dataclass(frozen=True)
class ChoiceFigure:
    """How the answers to a closed question are spread."""

    question: str
    people: int  # who answered this question
    choices: tuple[Choice, ...]
    summary: tuple[tuple[str, str], ...] = ()  # what is told, and the figure


@dataclass(frozen=True)
class Quote:
    """A verbatim piece of an answer, and where it is found."""

    text: str
    row: str = ""  # as the ledger names it: "12"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided about a candidate, with the reason that members can read."""

    outcome: str  # "Adopted", "Not now", "In discussion"
    reason: str
    decided_on: date | None = None
    compromise: str = ""  # R5: why this goes before a candidate with more members behind it


@dataclass(frozen=True)
class PartFigure:
    """A part of a candidate: what it is about, and how many people."""

    title: str
    people: int


@dataclass(frozen=True)
class OtherSide:
    """What those say who want the opposite, verbatim."""

    text: str
    percent: int | None = None  # of what is said about it and takes sides; None where that may not be told


@dataclass(frozen=True, kw_only=True)
class CandidateFigure:
    """One candidate goal: who stands behind it, in what tone, in whose words."""

    key: str  # stays the same from report to report: the theme's number
    rank: int
    title: str
    people: int | None  # None: fewer than may be shown, and then neither share nor tone is given
    share: float | None = None  # of the people who answered, 0 to 1
    low: float | None = None
    high: float | None = None
    ideas: int | None = None
    tone: Tone | None = None
    stability: float | None = None  # 0 to 1: how often its ideas stay together when the grouping is repeated
    is_mixed: bool = False  # its ideas are of many kinds: the title speaks for the largest part of them
    keywords: tuple[str, ...] = ()
    parts: tuple[PartFigure, ...] = ()  # those with most people first
    other_side: OtherSide | None = None
    quotes: tuple[Quote, ...] = ()
    rows: tuple[str, ...] = ()  # where its ideas are found, as the ledger names them
    state: str = ""  # "To review", "In discussion", "Adopted", "Not now"
    values: tuple[str, ...] = ()
    is_from_organisation: bool = False
    decision: Decision | None = None
    agree: Share | None = None  # of those who agreed or disagreed in a vote
    helpers: int | None = None

    @property
    def net(self) -> int | None:
        """Give the net tone, where enough ideas could be scored."""
        return self.tone.net if self.tone and self.tone.is_known else None

    @property
    def is_unscored(self) -> bool:
        """Whether there is no net tone because its ideas could not be scored, and not because they are few."""
        return self.tone is not None and self.tone.is_unscored

    @property
    def steadiness(self) -> str:
        """Say in a word how stable the group is."""
        if self.stability is None:
            return ""
        return "Stable" if self.stability >= STABLE else "Fairly stable" if self.stability >= FAIRLY_STABLE else "Loose"


@dataclass(frozen=True, kw_only=True)
class GoalFigure:
    """A goal with its finish line, and how far it is."""

    title: str
    measure: str  # what is counted: "pairs matched"
    baseline: float
    target: float
    level: float
    state: str  # "On track", "Behind", "Recruiting", "Achieved", "Retired"
    due_on: date | None = None
    helpers: int | None = None
    values: tuple[str, ...] = ()
    ended_on: date | None = None
    ending: str = ""  # the reason, or the impact

    @property
    def percent(self) -> int:
        """Give how much of the way from baseline to target is gone, from 0 to 100."""
        way = self.target - self.baseline
        return max(0, min(100, round(100 * (self.level - self.baseline) / way))) if way else 100


@dataclass(frozen=True, kw_only=True)
class IdeaFigure:
    """What people wrote, counted."""

    people: int  # who wrote at least one idea
    ideas: int
    in_candidates: int
    no_answer: int = 0  # texts that say nothing: "no", "n/a"
    other_language: int = 0  # in a language the analysis does not know, and in no candidate
    in_other_languages: int = 0  # in such languages, in a candidate or not
    tone: Tone | None = None

    @property
    def alone(self) -> int:
        """Count the ideas that belong to no candidate goal."""
        return self.ideas - self.in_candidates


@dataclass(frozen=True)
class Run:
    """The analysis run behind the figures (R9)."""

    name: str  # "Run 12", or the name of the file
    settings: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Headline:
    """One of the four figures on the first page."""

    name: str
    figure: str
    note: str
    sources: tuple[str, ...] = ()  # keys of ledger entries


@dataclass(frozen=True)
class Finding:
    """Something that stands out, said from figures."""

    head: str
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToDecide:
    """A question the figures put to the leaders."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class MethodNote:
    """A paragraph on how the figures were made."""

    title: str
    text: str


@dataclass(frozen=True)
class LedgerEntry:
    """Where a figure comes from: which run, how many people, which rows (R9)."""

    key: str
    what: str
    text: str
    rows: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything a report says. ``build.complete`` writes what follows from the figures."""

    title: str
    mission: str
    run: Run
    source: str  # the survey or the file the answers come from
    organisation: str = ""
    dated: date | None = (
        None  # the day of the last answer; also the date in the file, so that a rerun gives the same bytes
    )
    language: str = "en"
    values_named: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()  # what was asked
    participation: Participation | None = None
    values: tuple[ValueFigure, ...] = ()
    choices: tuple[ChoiceFigure, ...] = ()
    votes: tuple[VoteFigure, ...] = ()
    ideas: IdeaFigure | None = None
    candidates: tuple[CandidateFigure, ...] = ()
    goals: tuple[GoalFigure, ...] | None = None  # empty: the community has none; None: the report does not say
    figure_group: int = 1  # no figure for fewer people
    quote_group: int = 1  # no quote of a group of fewer people
    row_word: str = "row"  # what the ledger calls the place of an idea
    rows_note: str = ""  # one sentence: how rows are counted, and where they are found
    headlines: tuple[Headline, ...] = ()
    findings: tuple[Finding, ...] = ()
    to_decide: tuple[ToDecide, ...] = ()
    methods: tuple[MethodNote, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
