"""Tables of what was answered.

An anonymous response holds nothing that leads to a person or a moment: no member,
address, browser, time or sequence; its key is random and its rows have no order
(R6, PROMISES 4.4). On SQLite such tables have no hidden rowid; on PostgreSQL the
rows are written anew in random order when the survey closes (seal.py). That a member took
part is told by another table, written apart from the answers and in batches.

What finds a response is the member's private code alone: ``form_key`` is its HMAC under the
survey's key, which is erased when the survey closes; ``fate_key`` is its hash, by which the
member, and nobody else, still reads afterwards what became of the ideas.
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from surveyapp.db import Base, by_value

WITHOUT_ORDER = {"sqlite_strict": True, "sqlite_with_rowid": False}


class Source(enum.Enum):
    """By which way a response came; the ways are never mixed silently."""

    OPEN_LINK = "open link"
    PERSONAL_LINK = "personal link"
    CONVERSATION = "conversation"  # what was said in an interview or a focus group, entered by a manager
    TAKEN_IN = "taken in"


class Talk(enum.Enum):
    """What kind of conversation was held."""

    INTERVIEW = "interview"
    FOCUS_GROUP = "focus group"
    MEETING = "meeting"
    OTHER = "something else"


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
    form_key: Mapped[str] = mapped_column(String(64))  # HMAC of the private code; noise once the survey is closed
    fate_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # SHA-256 of the private code
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True
    )  # never in an anonymous survey
    source: Mapped[Source] = mapped_column(by_value(Source))
    take_in_id: Mapped[int | None] = mapped_column(ForeignKey("take_in.id"))
    is_sent: Mapped[bool] = mapped_column(default=False)  # False: still being written
    may_quote: Mapped[bool] = mapped_column(default=True)
    marks: Mapped[list[Any]] = mapped_column(default=list)  # what makes it look like abuse, see marks.py
    is_trusted: Mapped[bool] = mapped_column(default=False)  # a manager looked, and counts it in spite of its marks

    answers: Mapped[list["Answer"]] = relationship(cascade="all, delete-orphan")
    votes: Mapped[list["Vote"]] = relationship(cascade="all, delete-orphan")


class Conversation(Base):
    """Notes of what was said in a conversation: who entered them and when is no secret, who said what is not in them.

    What was said is a response, of a survey that holds nothing else: triggers keep notes and members' answers apart,
    so that notes never lift a group of members over the smallest one (R7).
    """

    __tablename__ = "conversation"
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        CheckConstraint("people >= 1", name="was_held_by_somebody"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), unique=True)
    talk: Mapped[Talk] = mapped_column(by_value(Talk))
    people: Mapped[int]  # who were there
    held_on: Mapped[date]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who entered the notes
    entered_at: Mapped[datetime]

    response: Mapped[Response] = relationship(
        backref=backref("conversation", cascade="all, delete-orphan", uselist=False)
    )


class Answer(Base):
    """What one response says to one question; the shape of *content* is its kind's (surveys/kinds.py)."""

    __tablename__ = "answer"
    __table_args__ = (WITHOUT_ORDER,)

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, autoincrement=False)
    content: Mapped[Any] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)  # of the question's words that were seen


class Proposal(Base):
    """Something that members vote on: put there by a manager, or by a member who answers."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("question_id", "text"),
        CheckConstraint("telling BETWEEN 0 AND 1", name="telling_is_a_share"),
        WITHOUT_ORDER,
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # 128 random bits, hexadecimal
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    is_shown: Mapped[bool] = mapped_column(default=True)  # False: taken off by a manager
    why_hidden: Mapped[str | None] = mapped_column(Text)  # why a manager took it off; whoever proposed it reads this
    is_by_member: Mapped[bool] = mapped_column(default=False)  # proposed while answering
    author_key: Mapped[str | None] = mapped_column(
        String(64)
    )  # SHA-256 of its id with the private code of whoever proposed it: only that code tells whose it is
    telling: Mapped[float] = mapped_column(
        default=0.0
    )  # 0 to 1: how far it divides the last run's groups, or joins them


class Why(enum.Enum):
    """What is wrong with words of others, as somebody reports them."""

    HATEFUL = "hateful"
    NAMES_SOMEBODY = "names somebody"
    NO_PROPOSAL = "no proposal"


class ProposalFlag(Base):
    """That somebody reported a proposal: not who, when, or how many did (R6)."""

    __tablename__ = "proposal_flag"
    __table_args__ = (WITHOUT_ORDER,)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    why: Mapped[Why] = mapped_column(by_value(Why), primary_key=True)
    is_settled: Mapped[bool] = mapped_column(default=False)  # a manager looked, and decided


class Vote(Base):
    """What one response says to one proposal: agree (1), disagree (-1), pass (0); the last word counts."""

    __tablename__ = "vote"
    __table_args__ = (CheckConstraint("choice IN (-1, 0, 1)", name="is_a_choice"), WITHOUT_ORDER)

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposal.id"), primary_key=True, index=True)
    choice: Mapped[int]


class Invitation(Base):
    """A personal link to one survey for one member.

    The link's secret is derived from ``nonce`` with the installation's secret key, so it is stored nowhere and a
    reminder can carry the same one; the nonce is erased when the survey closes.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("survey_id", "member_id"),
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        ForeignKeyConstraint(["community_id", "member_id"], ["member.community_id", "member.id"], ondelete="CASCADE"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int]
    member_id: Mapped[int] = mapped_column(index=True)
    nonce: Mapped[str | None] = mapped_column(String(64))  # 256 random bits, hexadecimal
    link_key: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the link's secret
    is_revoked: Mapped[bool] = mapped_column(default=False)


class Participation(Base):
    """That a member took part in a survey: noted apart from what was said, in shuffled batches (PROMISES 4.4)."""

    __tablename__ = "participation"
    __table_args__ = (WITHOUT_ORDER,)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    noted_on: Mapped[date]  # the day of the batch, not of the answer


class MessageState(enum.Enum):
    """How far a message is."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # by the member's server, for good
    STOPPED = "stopped"  # no longer wanted: answered, unsubscribed, closed


class Message(Base):
    """One mail of one campaign to one member: written with what makes it necessary, sent by a job, once."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("campaign", "member_id"),
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        ForeignKeyConstraint(["community_id", "member_id"], ["member.community_id", "member.id"], ondelete="CASCADE"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    survey_id: Mapped[int] = mapped_column(index=True)
    member_id: Mapped[int] = mapped_column(index=True)
    campaign: Mapped[str] = mapped_column(String(80))  # "survey 7 invitation", "survey 7 reminder 2026-11-30"
    state: Mapped[MessageState] = mapped_column(by_value(MessageState), default=MessageState.WAITING)
    sent_on: Mapped[date | None]
    problem: Mapped[str] = mapped_column(Text, default="")  # what the server said, for the manager


class Reminder(Base):
    """A day on which those who have not answered are reminded."""

    __tablename__ = "reminder"
    __table_args__ = ({"sqlite_strict": True},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    is_by_hand: Mapped[bool] = mapped_column(default=False)
    begun_on: Mapped[date | None]  # the day on which it was sent
