"""Tables of what the answers mean: one run of the analysis, its ideas, the themes and what it found of each."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, backref, deferred, mapped_column, relationship

from surveyapp.db import Base, by_value
from surveyapp.responses.models import Response, Why

WITHOUT_ORDER = {"sqlite_strict": True, "sqlite_with_rowid": False}
BATCH = 10  # so many new answers are taken in together, or more: what one person said never shows (P9c)
NOTHING = "says_nothing"  # the kind of a statement that is no idea: "no", "n/a"


class AnalysisRun(Base):
    """One pass of the analysis over the answers of a survey, with what it was told and what it used (R9)."""

    __tablename__ = "analysis_run"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    settings: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    people: Mapped[int] = mapped_column(default=0)  # responses taken into account
    people_with_ideas: Mapped[int] = mapped_column(default=0)  # who wrote at least one of the ideas
    ideas: Mapped[int] = mapped_column(default=0)  # that may form candidates, and say something
    ideas_other_language: Mapped[int] = mapped_column(default=0)  # of the ideas, those in languages it does not know
    people_other_language: Mapped[int] = mapped_column(default=0)  # who wrote at least one of these
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of closed questions, see themes/count.py
    course: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # how it goes on from the last run, see themes/memory.py
    arrived: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what came after it, see themes/arrivals.py
    model: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # what placing one more answer needs of it

    findings: Mapped[list["Finding"]] = relationship(back_populates="run", cascade="all, delete-orphan")


class AnalysedResponse(Base):
    """A response that a run took into account: the source of its figures (R9)."""

    __tablename__ = "analysed_response"
    __table_args__ = (WITHOUT_ORDER,)

    run_id: Mapped[int] = mapped_column(ForeignKey("analysis_run.id", ondelete="CASCADE"), primary_key=True)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True, index=True)

    response: Mapped[Response] = relationship(backref=backref("analysed", cascade="all, delete-orphan"))


class Arrival(Base):
    """An answer that came after a run: where its ideas stand, which themes they are nearest to, in what tone (R9).

    It holds no words, and comes with those of at least BATCH answers in one transaction.
    """

    __tablename__ = "arrival"
    __table_args__ = (WITHOUT_ORDER,)

    run_id: Mapped[int] = mapped_column(ForeignKey("analysis_run.id", ondelete="CASCADE"), primary_key=True)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True, index=True)
    ideas: Mapped[list[Any]]  # question_id, item, begin, end, theme_id, tone, kind of each

    response: Mapped[Response] = relationship(backref=backref("arrivals", cascade="all, delete-orphan"))


class Theme(Base):
    """Ideas that say the same thing; keeps its identity from run to run (R12), and the name a person gave it (R11)."""

    __tablename__ = "theme"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str | None] = mapped_column(String(300))  # given by a manager; else the newest finding's title
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))  # where it goes on: old links lead there


class Finding(Base):
    """What one run found of one theme, or of a part of one: its figures at that time.

    In the parts of a theme each of its people counts once, where most of what they said is: parts add up to the theme.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("0 <= low AND low <= share AND share <= high AND high <= 1", name="share_in_its_interval"),
        {"sqlite_strict": True},
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("analysis_run.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True, index=True)
    title: Mapped[str] = mapped_column(Text)  # an idea, verbatim
    keywords: Mapped[list[Any]]
    people: Mapped[int]
    ideas: Mapped[int]
    share: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    polarity: Mapped[float | None]
    polarity_low: Mapped[float | None]
    polarity_high: Mapped[float | None]
    positive: Mapped[int]
    neutral: Mapped[int]
    negative: Mapped[int]
    mixed: Mapped[int]
    unscored: Mapped[int]
    stability: Mapped[float | None]
    helpers_yes: Mapped[int]  # people who would help with one of its ideas
    helpers_maybe: Mapped[int]  # people who would perhaps, and said yes to none of them
    value_ids: Mapped[list[Any]]  # values its ideas were said to serve, most named first
    quotes: Mapped[list[Any]] = mapped_column(default=list)  # numbers of the statements that speak for it, best first
    goal: Mapped[str | None] = mapped_column(Text)  # a goal sentence that could be made of the title: a proposal
    opposite: Mapped[int | None]  # number of the statement that says best what the other side says
    opposite_share: Mapped[float | None]  # of what is said about the title's subject, as far as it takes sides
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))  # the theme it is a part of
    is_mixed: Mapped[bool] = mapped_column(default=False, server_default=false())  # its ideas are of many kinds

    run: Mapped[AnalysisRun] = relationship(back_populates="findings")
    theme: Mapped[Theme] = relationship(foreign_keys=[theme_id])


class Statement(Base):
    """One idea of a free-text answer: a verbatim piece of it, with its theme and tone in one run.

    ``number`` follows the hash of the text, never the order of answers.
    """

    __tablename__ = "statement"
    __table_args__ = (Index("ix_statement_run_theme", "run_id", "theme_id"), WITHOUT_ORDER)

    run_id: Mapped[int] = mapped_column(ForeignKey("analysis_run.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    item: Mapped[int]  # which proposal of the answer, from 0
    begin: Mapped[int]  # offsets in the answer's text
    end: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))  # None: in none that is shown
    group_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))  # its theme, shown or not: for the next run
    part_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))  # the part of the theme, where it has any
    fit: Mapped[float | None]
    is_weak: Mapped[bool] = mapped_column(default=False)  # it fits its theme worse than nearly all others do theirs
    polarity: Mapped[float]
    subjectivity: Mapped[float]
    tone: Mapped[str] = mapped_column(String(12))  # positive, neutral, negative, mixed, unscored
    kind: Mapped[str] = mapped_column(String(20))  # statement, proposal, unscorable, other_language, says_nothing
    value_id: Mapped[int | None] = mapped_column(ForeignKey("value.id"))  # the value its writer said it serves
    help: Mapped[str | None] = mapped_column(String(8))  # yes, maybe, no
    offer: Mapped[str | None] = mapped_column(Text)  # with what its writer would help, if that may be quoted
    may_quote: Mapped[bool]

    response: Mapped[Response] = relationship(backref=backref("statements", cascade="all, delete-orphan"))


class ThemeFlag(Base):
    """That somebody reported the words a theme is called by, shown to them as an idea like theirs (R6)."""

    __tablename__ = "theme_flag"
    __table_args__ = (WITHOUT_ORDER,)

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True, autoincrement=False)
    why: Mapped[Why] = mapped_column(by_value(Why), primary_key=True)
    is_settled: Mapped[bool] = mapped_column(default=False)  # a manager looked, and decided


class Way(enum.Enum):
    """How a person put ideas elsewhere than the machine had."""

    MERGE = "merge"
    MOVE = "move"
    SPLIT = "split"


class Correction(Base):
    """What a person put right: every later run holds to it, until it is undone (R11)."""

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        CheckConstraint("theme_id <> into_id", name="changes_something"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("analysis_run.id"))  # whose ideas the person looked at
    way: Mapped[Way] = mapped_column(by_value(Way))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"))  # where the ideas were
    into_id: Mapped[int] = mapped_column(ForeignKey("theme.id"))  # where they belong
    numbers: Mapped[list[Any]]  # of the run's statements; none where all of a theme is merged
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    theme: Mapped[Theme] = relationship(foreign_keys=[theme_id])
    into: Mapped[Theme] = relationship(foreign_keys=[into_id])


class Kinship(Base):
    """That a theme may be one of an earlier survey: proposed with its evidence, decided by a person (R12)."""

    __tablename__ = "kinship"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        UniqueConstraint("theme_id", "earlier_id"),
        ForeignKeyConstraint(["community_id", "theme_id"], ["theme.community_id", "theme.id"]),
        ForeignKeyConstraint(["community_id", "earlier_id"], ["theme.community_id", "theme.id"]),
        CheckConstraint("(is_same IS NULL) = (user_id IS NULL)", name="decided_by_somebody"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    theme_id: Mapped[int]
    earlier_id: Mapped[int] = mapped_column(index=True)
    alike: Mapped[float]  # cosine of their middles
    shared: Mapped[list[Any]]  # keywords that both have
    is_same: Mapped[bool | None]  # None: proposed
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
