"""Tables of goals."""

import enum
from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.communities.models import Value
from surveyapp.db import Base, by_value
from surveyapp.review.models import Candidate


class Ending(enum.Enum):
    """How a goal ends (R3)."""

    ACHIEVED = "achieved"
    RETIRED = "retired"


goal_value = Table(
    "goal_value",
    Base.metadata,
    Column("goal_id", ForeignKey("goal.id"), primary_key=True),
    Column("value_id", ForeignKey("value.id"), primary_key=True),
    sqlite_strict=True,
)


class Goal(Base):
    """An adopted candidate: it has a finish line (R2), and ends with a reason (R3)."""

    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "candidate_id"], ["candidate.community_id", "candidate.id"]),
        CheckConstraint("target <> baseline", name="has_a_finish_line"),
        CheckConstraint("(ended_on IS NULL) = (ending IS NULL)", name="ends_in_a_way"),
        CheckConstraint("(ended_on IS NULL) = (ending_reason IS NULL)", name="ends_with_a_reason"),
        Index(  # of several goals that came of one candidate, all but one were retired
            "ix_goal_candidate_id",
            "candidate_id",
            unique=True,
            sqlite_where=text("ending IS NULL OR ending = 'achieved'"),
            postgresql_where=text("ending IS NULL OR ending = 'achieved'"),
        ),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    candidate_id: Mapped[int]
    sentence: Mapped[str] = mapped_column(String(300))  # verb and object: "Open a tool library"
    measure: Mapped[str] = mapped_column(String(200))  # what is counted: "repair Saturdays held"
    unit: Mapped[str] = mapped_column(String(40))  # of baseline, target and level: "Saturdays"
    baseline: Mapped[float]
    target: Mapped[float]
    level: Mapped[float]  # where it stands now, in the same unit
    due_on: Mapped[date]
    serves_mission: Mapped[str] = mapped_column(Text, default="")  # why, where no value is named
    compromise: Mapped[str] = mapped_column(Text, default="")  # why it goes before a better-supported one (R5)
    adopted_on: Mapped[date]
    ended_on: Mapped[date | None]
    ending: Mapped[Ending | None] = mapped_column(by_value(Ending))
    ending_reason: Mapped[str | None] = mapped_column(Text)

    candidate: Mapped[Candidate] = relationship()
    values: Mapped[list[Value]] = relationship(secondary=goal_value, order_by=Value.position)

    @property
    def progress(self) -> float:
        """How much of the way from baseline to target has gone; 1.0 is there."""
        return (self.level - self.baseline) / (self.target - self.baseline)
