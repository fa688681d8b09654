"""Tables of communities: the mission, who leads them, what they value, in which round they are."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.db import Base, by_value


class Community(Base):
    """A group with one mission, its values, members and goals."""

    __tablename__ = "community"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)  # its part of an address: /c/<slug>
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, default="")  # one or two sentences below the mission
    contact: Mapped[str] = mapped_column(String(254), default="")  # an e-mail address members can write to
    founded_at: Mapped[datetime]  # or begun, as long as it is in preparation

    mission: Mapped["Mission | None"] = relationship(back_populates="community")  # None: it is in preparation
    values: Mapped[list["Value"]] = relationship(order_by="Value.position", viewonly=True)

    @property
    def is_in_preparation(self) -> bool:
        """Whether it has no mission yet: those who care about a problem are asked how to word it (R1)."""
        return self.mission is None


class Mission(Base):
    """Why a community exists: written when it is founded. Triggers refuse every change, and a second one (R1)."""

    __tablename__ = "mission"

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)

    community: Mapped[Community] = relationship(back_populates="mission")


class RoleKind(enum.Enum):
    """What somebody may do in one community; a manager may all that a leader may."""

    LEADER = "leader"
    MANAGER = "manager"


class Role(Base):
    """A user's role in one community."""

    __tablename__ = "role"

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[RoleKind] = mapped_column(by_value(RoleKind))

    community: Mapped[Community] = relationship()


class Value(Base):
    """One version of a belief the members share, worded so that one can act on it."""

    __tablename__ = "value"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        ForeignKeyConstraint(["community_id", "supersedes_id"], ["value.community_id", "value.id"]),
        CheckConstraint("version >= 1", name="counts_from_one"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    meaning: Mapped[str] = mapped_column(Text)
    practice: Mapped[str] = mapped_column(Text, default="")  # what one does when one lives it
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[int | None] = mapped_column(unique=True)
    reviewed_on: Mapped[date]
    retired_on: Mapped[date | None]


class Round(Base):
    """One turn of the cycle: it opens with surveys and ends when its goals are chosen."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        UniqueConstraint("community_id", "number"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    number: Mapped[int]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class Member(Base):
    """Somebody who belongs to a community and can be invited; needs no account."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("community_id", "id"),
        UniqueConstraint("community_id", "address_key"),
        CheckConstraint("(address IS NULL) = (address_key IS NULL)", name="is_known_by_its_address"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str | None] = mapped_column(String(254))  # for e-mail, as it was given
    address_key: Mapped[str | None] = mapped_column(String(254))  # the same in one form: nobody is listed twice
    language: Mapped[str] = mapped_column(String(12), default="")  # "": not known
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    is_unsubscribed: Mapped[bool] = mapped_column(default=False)  # wants no mail
    bounced_on: Mapped[date | None]  # the day on which their server refused the address for good

    groups: Mapped[list["MemberGroup"]] = relationship(
        cascade="all, delete-orphan", order_by="MemberGroup.kind", passive_deletes=True
    )


class NoMail(Base):
    """An address to which its owner ended the mail, known again by a keyed hash, also when the member is erased."""

    __tablename__ = "no_mail"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)


class MemberGroup(Base):
    """A group that a member was given, of one kind: tenure, place, or whatever the community looks at."""

    __tablename__ = "member_group"
    __table_args__ = ({"sqlite_strict": True},)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
