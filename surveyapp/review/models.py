"""Tables of candidate goals, how they were judged and what was decided."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.db import Base, by_value
from surveyapp.themes.models import Theme


class Column(enum.Enum):
    """Where a candidate stands on the board."""

    NEW = "new"
    SHORTLISTED = "shortlisted"
    ADOPTED = "adopted"
    DECLINED = "declined"


class Origin(enum.Enum):
    """Who put a candidate forward (R5)."""

    MEMBERS = "members"
    ORGANISATION = "organisation"


class Criterion(enum.Enum):
    """What a goal must be (R2)."""

    ACHIEVABLE = "achievable"
    FINITE = "finite"
    BENEFICIAL = "beneficial"


class Verdict(enum.Enum):
    """How a manager judges a criterion."""

    YES = "yes"
    ALMOST = "almost"
    NO = "no"


class Candidate(Base):
    """A theme, or a proposal of the organisation, put forward for review."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "theme_id"], ["theme.community_id", "theme.id"]),
        CheckConstraint("theme_id IS NOT NULL OR title IS NOT NULL", name="says_what_it_is"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(unique=True)
    title: Mapped[str | None] = mapped_column(String(300))  # of the organisation's own; a theme brings its name
    origin: Mapped[Origin] = mapped_column(by_value(Origin), default=Origin.MEMBERS)
    column: Mapped[Column] = mapped_column(by_value(Column), default=Column.NEW)
    version: Mapped[int] = mapped_column(default=1)  # counts changes: two managers never overwrite each other

    theme: Mapped[Theme | None] = relationship()
    judgements: Mapped[list["Judgement"]] = relationship(back_populates="candidate")

    __mapper_args__ = {"version_id_col": version}


class Judgement(Base):
    """What one manager thinks of one criterion, and why."""

    __tablename__ = "judgement"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="has_a_reason"), {"sqlite_strict": True})

    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id"), primary_key=True)
    criterion: Mapped[Criterion] = mapped_column(by_value(Criterion), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(by_value(Verdict))
    reason: Mapped[str] = mapped_column(Text)
    judged_at: Mapped[datetime]

    candidate: Mapped[Candidate] = relationship(back_populates="judgements")


class Decision(Base):
    """One move of a candidate on the board: who, when, where to, why. Kept for good (R3)."""

    __tablename__ = "decision"
    __table_args__ = {"sqlite_strict": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    before: Mapped[Column] = mapped_column(by_value(Column, "before"))
    after: Mapped[Column] = mapped_column(by_value(Column, "after"))
    reason: Mapped[str] = mapped_column(Text)  # members can read it
    decided_at: Mapped[datetime]
