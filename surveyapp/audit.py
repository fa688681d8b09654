"""Who did what, and why: a log that is only ever added to, each entry sealed by the one before.

An entry's hash is SHA-256 over the previous hash and the entry as canonical JSON, so a
change, a swap or a gap shows in ``first_broken()``. Triggers refuse UPDATE and DELETE. It
holds no answers, no secrets and nothing about people who answer.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveyapp.db import Base, now

BEFORE_THE_FIRST = "0" * 64
LOCK = 7_502  # advisory lock under which PostgreSQL appends, one at a time


class AuditEntry(Base):
    """One thing that somebody did."""

    __tablename__ = "audit_entry"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: the command line, or the service
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))


def record(
    session: Session, action: str, *, user_id: int | None = None, community_id: int | None = None, **details: Any
) -> None:
    """Add an entry in the caller's transaction: *action* in two or three words, *details* as JSON values."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).one_or_none()
    entry = AuditEntry(
        sequence=last.sequence + 1 if last else 1,
        at=now(),
        user_id=user_id,
        community_id=community_id,
        action=action,
        details=details,
    )
    entry.hash = _sealed(last.hash if last else BEFORE_THE_FIRST, entry)
    session.add(entry)
    session.flush()


def first_broken(session: Session) -> int | None:
    """The number of the first entry that does not follow from those before it; None if all do."""
    previous, expected = BEFORE_THE_FIRST, 1
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)):
        if entry.sequence != expected or entry.hash != _sealed(previous, entry):
            return expected
        previous, expected = entry.hash, expected + 1
    return None


def follows(session: Session, entry: AuditEntry) -> bool:
    """Whether one entry is sealed by the one before it, as first_broken() asks of all."""
    before = session.scalar(select(AuditEntry.hash).where(AuditEntry.sequence == entry.sequence - 1))
    return entry.hash == _sealed(before or BEFORE_THE_FIRST, entry)


def fingerprint(words: str) -> str:
    """SHA-256 of a text, as the log holds it of a mission: what was written shows without being repeated."""
    return hashlib.sha256(words.encode()).hexdigest()


def _sealed(previous: str, entry: AuditEntry) -> str:
    content = {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(timespec="microseconds"),
        "user_id": entry.user_id,
        "community_id": entry.community_id,
        "action": entry.action,
        "details": entry.details,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
