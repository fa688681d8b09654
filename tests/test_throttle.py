"""Counters: one per thing and window, whoever counts, and no address in them (P6, P20)."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.errors import TooMany
from surveyapp.throttle import Attempt, count, count_or_refuse, key_of, network, take_back, tallies

NOON = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_the_limit_passes_and_one_more_does_not(session: Session) -> None:
    for _ in range(3):
        count_or_refuse(session, "a", 3, QUARTER, "Wait.", NOON)
    with pytest.raises(TooMany, match="Wait") as refused:
        count_or_refuse(session, "a", 3, QUARTER, "Wait.", NOON)
    assert refused.value.retry_after == 15 * 60 - 1
    count_or_refuse(session, "b", 3, QUARTER, "Wait.", NOON)


def test_p20_a_new_window_begins_from_nothing_and_old_counters_go(session: Session) -> None:
    for _ in range(4):
        count(session, "a", QUARTER, NOON)
    assert count(session, "a", QUARTER, NOON + QUARTER) == 1
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_p20_a_clock_that_jumps_releases_within_one_window(session: Session) -> None:
    for moment in (NOON, NOON + timedelta(hours=24), NOON - timedelta(hours=24), datetime(2028, 2, 29, tzinfo=UTC)):
        for _ in range(2):
            count(session, "a", QUARTER, moment)
        assert count(session, "a", QUARTER, moment + QUARTER) == 1


def test_what_is_taken_back_is_not_counted_and_never_below_nothing(session: Session) -> None:
    for _ in range(2):
        count_or_refuse(session, "a", 2, QUARTER, "Wait.", NOON)
        take_back(session, ["a", "absent"])
    assert count(session, "a", QUARTER, NOON) == 1
    take_back(session, ["a"])
    take_back(session, ["a"])
    assert session.scalars(select(Attempt.times)).all() == [0]


def test_all_who_count_at_once_are_counted(sessions: sessionmaker[Session]) -> None:
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.extend(tallies(sessions, "a", QUARTER, at=NOON))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 9))


def test_a_key_tells_nobody_whom_it_counts() -> None:
    key = key_of("secret", "sign-in from", "203.0.113.5")
    assert "203" not in key.partition(":")[2][:3] or key != key_of("other", "sign-in from", "203.0.113.5")
    assert key == key_of("secret", "sign-in from", "203.0.113.5")
    assert (
        len({key, key_of("other", "sign-in from", "203.0.113.5"), key_of("secret", "sign-in of", "203.0.113.5")}) == 3
    )
    assert len(key) <= 80


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", "unknown"),
        (None, "unknown"),
        ("203.0.113.5, 10.0.0.1", "unknown"),
        ("evil", "unknown"),
    ],
)
def test_a_network_is_an_address_or_what_one_household_has(address: str | None, whose: str) -> None:
    assert network(address) == whose
