"""Tables of what is asked."""

import enum
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.communities.models import Community
from surveyapp.db import Base, by_value


class State(enum.Enum):
    """A survey is a draft, then open, then closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Anonymity(enum.Enum):
    """What members are promised before they answer (R6)."""

    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    NAMED = "named"


class Kind(enum.Enum):
    """What kind of answer a question asks for."""

    VALUE_RATINGS = "value_ratings"
    PROPOSALS = "proposals"
    PROPOSAL_VOTE = "proposal_vote"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    RANKING = "ranking"
    RATING = "rating"
    RECOMMENDATION = "recommendation"
    NUMBER = "number"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    CONSENT = "consent"


class Layout(enum.Enum):
    """How much of a survey stands on one screen."""

    QUESTION = "question"  # one question
    SECTION = "section"
    SURVEY = "survey"  # all of it


class Survey(Base):
    """Questions that a community asks its members, from draft to closed."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "round_id"], ["round.community_id", "round.id"]),
        CheckConstraint("smallest_group >= 3 AND quote_group >= smallest_group", name="shows_no_small_groups"),
        CheckConstraint("state = 'draft' OR opened_on IS NOT NULL", name="opened_on_a_day"),
        CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        CheckConstraint("(state = 'open') = (answer_key IS NOT NULL)", name="has_a_key_while_open"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    round_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text, default="")  # why we ask, on the first page
    link: Mapped[str] = mapped_column(String(32), unique=True)  # the open link's part of an address: /s/<link>
    state: Mapped[State] = mapped_column(by_value(State), default=State.DRAFT)
    anonymity: Mapped[Anonymity] = mapped_column(by_value(Anonymity), default=Anonymity.ANONYMOUS)
    smallest_group: Mapped[int]
    quote_group: Mapped[int]
    opened_on: Mapped[date | None]
    closes_on: Mapped[date | None]  # announced; the last day on which answers are taken
    closed_on: Mapped[date | None]
    answer_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the HMACs that find a response; gone at closing
    layout: Mapped[Layout] = mapped_column(by_value(Layout), default=Layout.SECTION)
    is_of_notes: Mapped[bool] = mapped_column(default=False, server_default=false())  # no link leads here
    language: Mapped[str] = mapped_column(String(12), default="en")  # that its own texts are in
    languages: Mapped[list[Any]] = mapped_column(default=list)  # further ones that it is offered in
    revision: Mapped[int] = mapped_column(default=1, server_default="1")  # the database counts what members read anew

    community: Mapped[Community] = relationship()
    translations: Mapped[list["Translation"]] = relationship(cascade="all, delete-orphan")
    sections: Mapped[list["Section"]] = relationship(
        back_populates="survey", order_by="Section.position", cascade="all, delete-orphan"
    )

    @property
    def questions(self) -> list["Question"]:
        """All questions, in the order in which they are asked."""
        return [question for section in self.sections for question in section.questions]


class Section(Base):
    """Questions that stand on one page."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("survey_id", "position"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    position: Mapped[int]  # from 1
    title: Mapped[str] = mapped_column(String(200))
    intro: Mapped[str] = mapped_column(Text, default="")

    survey: Mapped[Survey] = relationship(back_populates="sections")
    questions: Mapped[list["Question"]] = relationship(
        back_populates="section", order_by="Question.position", cascade="all, delete-orphan"
    )


class Question(Base):
    """One thing that is asked.

    ``settings`` holds what its kind needs, see kinds.py: for example
    ``{"options": [{"key": "a", "label": "Less than a year"}]}``. ``condition`` says when it is asked,
    see conditions.py; None: always.
    """

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("section_id", "position"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    position: Mapped[int]  # from 1, in its section
    kind: Mapped[Kind] = mapped_column(by_value(Kind))
    prompt: Mapped[str] = mapped_column(String(500))
    help: Mapped[str] = mapped_column(Text, default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    condition: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)  # of its words; grows when it is reworded while the survey is open

    section: Mapped[Section] = relationship(back_populates="questions")


class Wording(Base):
    """What a question said in an earlier version, and why it was reworded while members answered."""

    __tablename__ = "wording"
    __table_args__ = ({"sqlite_strict": True},)

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prompt: Mapped[str] = mapped_column(String(500))
    help: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)  # why its words were changed afterwards
    until: Mapped[date]  # the day on which they were


class Translation(Base):
    """One text of a survey in another language.

    ``place`` says which: ``title``, ``purpose``, ``section.3.title``, ``section.3.intro``, ``question.7.prompt``,
    ``question.7.help``, ``question.7.option.a`` and ``question.7.note.a`` (the option's key), ``question.7.low``.
    """

    __tablename__ = "translation"
    __table_args__ = ({"sqlite_strict": True},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    place: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
