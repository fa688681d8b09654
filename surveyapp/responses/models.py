"""Tables of what was answered.

An anonymous response holds nothing that leads to a person or a moment: no member,
address, browser, time or sequence; its key is random and its rows have no order
(R6, PROMISES 4.4). On SQLite such tables have no hidden rowid; on PostgreSQL the
rows are copied in random order when the survey closes (collect.seal).
"""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.db import Base, by_value

WITHOUT_ORDER = {"sqlite_strict": True, "sqlite_with_rowid": False}


class Source(enum.Enum):
    """By which way a response came; the ways are never mixed silently."""

    OPEN_LINK = "open link"
    TAKEN_IN = "taken in"


class UploadedFile(Base):
    """A file that somebody is about to take in: gone once it is taken in, and after a day in any case."""

    __tablename__ = "uploaded_file"
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        {"sqlite_strict": True},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # 128 random bits, hexadecimal
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))  # nobody else reads it
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime]


class TakeIn(Base):
    """One file of answers from another tool that was taken in, as a whole and once."""

    __tablename__ = "take_in"
    __table_args__ = (UniqueConstraint("survey_id", "sha256"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    taken_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Response(Base):
    """One member's answers to one survey: kept as typed, then sent, once (R8)."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("survey_id", "form_key"),
        CheckConstraint("(source = 'taken in') = (take_in_id IS NOT NULL)", name="taken_in_from_a_file"),
        WITHOUT_ORDER,
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # 128 random bits, hexadecimal
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    form_key: Mapped[str] = mapped_column(String(64))  # SHA-256 of the key that only the member's form holds
    source: Mapped[Source] = mapped_column(by_value(Source))
    take_in_id: Mapped[int | None] = mapped_column(ForeignKey("take_in.id"))
    is_sent: Mapped[bool] = mapped_column(default=False)  # False: still being written
    may_quote: Mapped[bool] = mapped_column(default=True)

    answers: Mapped[list["Answer"]] = relationship(cascade="all, delete-orphan")


class Answer(Base):
    """What one response says to one question; the shape of *content* is its kind's (surveys/kinds.py)."""

    __tablename__ = "answer"
    __table_args__ = (WITHOUT_ORDER,)

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, autoincrement=False)
    content: Mapped[Any] = mapped_column(JSON)
