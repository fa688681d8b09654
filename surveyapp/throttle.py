"""How often something may be tried: counters in the database, so that all workers and machines count together.

One row per key and window. A key names what is counted ("sign-in of an account") and a
keyed hash of whom, never an address. Counting is a transaction of its own.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from surveyapp.db import Base, now
from surveyapp.errors import TooMany


class Attempt(Base):
    """How often one thing was tried in one window of time."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    window_ends_at: Mapped[datetime] = mapped_column(primary_key=True)
    times: Mapped[int]


def key_of(secret: str, what: str, whom: str) -> str:
    """The name of a counter; *whom* cannot be read back from it without the *secret*."""
    return f"{what}:{hmac.new(secret.encode(), f'{what} {whom}'.encode(), hashlib.sha256).hexdigest()[:32]}"


def network(address: str | None) -> str:
    """The network an address belongs to: an IPv4 address itself, the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def count(session: Session, key: str, window: timedelta, at: datetime) -> int:
    """Count one more under *key*; give back how many there are in the window that *at* falls into."""
    ends = _end_of(window, at)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(delete(Attempt).where(Attempt.window_ends_at < at))
    statement = (
        insert(Attempt)
        .values(key=key, window_ends_at=ends, times=1)
        .on_conflict_do_update(index_elements=["key", "window_ends_at"], set_={"times": Attempt.times + 1})
        .returning(Attempt.times)
    )
    return session.scalars(statement).one()


def count_or_refuse(
    session: Session, key: str, limit: int, window: timedelta, message: str, at: datetime | None = None
) -> None:
    """Count one more under *key*, unless that is more than *limit* in the window that is running.

    Raises:
        TooMany: With the seconds until the window ends.
    """
    at = at or now()
    if count(session, key, window, at) > limit:
        raise TooMany(message, retry_after=max(1, int((_end_of(window, at) - at).total_seconds())))


def firsts(session: Session, keys: Sequence[str], window: timedelta, at: datetime) -> set[str]:
    """Count once under each of the *keys*, unless that was done before in the window; those where it was not."""
    if not keys:
        return set()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(delete(Attempt).where(Attempt.window_ends_at < at))
    statement = insert(Attempt).on_conflict_do_nothing().returning(Attempt.key)
    ends = _end_of(window, at)
    rows = [{"key": key, "window_ends_at": ends, "times": 1} for key in dict.fromkeys(keys)]
    return set(session.scalars(statement, rows))


def take_back(session: Session, keys: Iterable[str]) -> None:
    """Count one less under each of the *keys*: what was counted is not what the limit is for."""
    session.execute(
        update(Attempt).where(Attempt.key.in_(list(keys)), Attempt.times > 0).values(times=Attempt.times - 1)
    )


def tallies(sessions: sessionmaker[Session], key: str, *windows: timedelta, at: datetime | None = None) -> list[int]:
    """Count one more under *key* in several windows at once; how many there are in each."""
    with sessions.begin() as session:
        return [count(session, f"{key}:{number}", window, at or now()) for number, window in enumerate(windows)]


def _end_of(window: timedelta, at: datetime) -> datetime:
    """When the window ends that *at* falls into; windows begin at whole multiples of their length."""
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp((int(at.timestamp()) // seconds + 1) * seconds, at.tzinfo)
