"""Tables of what is asked."""

import enum
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
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
    SINGLE_CHOICE = "single_choice"
    RATING = "rating"
    LONG_TEXT = "long_text"


class Survey(Base):
    """Questions that a community asks its members, from draft to closed."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "round_id"], ["round.community_id", "round.id"]),
        CheckConstraint("smallest_group >= 3 AND quote_group >= smallest_group", name="shows_no_small_groups"),
        CheckConstraint("state = 'draft' OR opened_on IS NOT NULL", name="opened_on_a_day"),
        CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
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

    community: Mapped[Community] = relationship()
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
    ``{"options": [{"key": "a", "label": "Less than a year"}]}``.
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

    section: Mapped[Section] = relationship(back_populates="questions")
