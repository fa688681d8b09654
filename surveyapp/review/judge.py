"""Judge candidates, move them on the board, rename them: each with its reason, none lost to another's change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Judgement, Origin, Verdict
from surveyapp.text_gate import clean_line, clean_words

COLUMN_NAMES = {
    Column.NEW: "To review",
    Column.SHORTLISTED: "In discussion",
    Column.ADOPTED: "Adopted",
    Column.DECLINED: "Not now",
}
DECIDED = {Column.ADOPTED, Column.DECLINED}  # into and out of these a candidate moves with a public reason only (R3)
JUDGED, MOVED, RENAMED = "judged a candidate", "moved a candidate", "renamed a candidate"
REGROUPED = "regrouped a candidate"
MOST_TITLE, MOST_REASON = 300, 2000


class ChangedMeanwhile(Conflict):
    """Somebody else changed the candidate after the person had opened it; the text says what they did."""


class NeedsReason(BadInput):
    """A decision was to be made, or undone, without a reason that members can read (R3)."""


@dataclass(frozen=True)
class Change:
    """What somebody did to a candidate."""

    name: str
    at: datetime
    words: str  # "moved it to Not now: Set by the council."


def hold(session: Session, candidate: Candidate, version: int) -> None:
    """Make sure that *candidate* is as the person saw it, and let nobody else change it until the commit.

    Raises:
        ChangedMeanwhile: If its version is another by now.
    """
    session.refresh(candidate, with_for_update=True)
    if candidate.version != version:
        changes = changes_since(session, candidate, version)
        told = " ".join(f"{change.name} {change.words}" for change in changes)
        raise ChangedMeanwhile(told or "Somebody else changed this candidate. Look at it again before you decide.")


def changes_since(session: Session, candidate: Candidate, version: int) -> list[Change]:
    """What was done to *candidate* after it had this version, the oldest first."""
    rows = session.execute(
        select(AuditEntry, User.name)
        .join(User, User.id == AuditEntry.user_id)
        .where(
            AuditEntry.community_id == candidate.community_id,
            AuditEntry.action.in_((JUDGED, MOVED, RENAMED, REGROUPED)),
            AuditEntry.details["candidate"].as_integer() == candidate.id,
        )
        .order_by(AuditEntry.sequence)
    )
    return [
        Change(name, entry.at, _words(entry.action, entry.details))
        for entry, name in rows
        if entry.details["version"] > version
    ]


def _words(action: str, details: Mapping[str, Any]) -> str:
    """What an entry of the log says in a sentence."""
    if action == JUDGED:
        return f"judged “{details['criterion']}”: {details['verdict']}. {details['reason']}"
    if action == RENAMED:
        return f"renamed it to “{details['name']}”."
    if action == REGROUPED:
        return str(details["words"])
    return f"moved it to {COLUMN_NAMES[Column(details['after'])]}. {details['reason']}".rstrip()


def judge(
    session: Session, candidate: Candidate, criterion: Criterion, verdict: Verdict, reason: str, *, user_id: int
) -> None:
    """Keep what a manager thinks of one criterion; judging again replaces it, and the log keeps both.

    Raises:
        BadInput: If the reason is missing or too long.
    """
    reason = _checked_reason(reason)
    if not reason:
        raise NeedsReason(f"Say why it is {criterion.value}, or why not.")
    own = session.get(Judgement, (candidate.id, criterion, user_id))
    if own is not None and (own.verdict, own.reason) == (verdict, reason):
        return
    if own is None:
        own = Judgement(candidate_id=candidate.id, criterion=criterion, user_id=user_id)
        session.add(own)
    own.verdict, own.reason, own.judged_at = verdict, reason, now()
    _touched(session, candidate, JUDGED, user_id, criterion=criterion.value, verdict=verdict.value, reason=reason)


def move(session: Session, candidate: Candidate, to: Column, reason: str, *, user_id: int) -> None:
    """Move a candidate to another column, in the open; moving it back is the way to undo it.

    Raises:
        NeedsReason: If it is declined, or taken back from there, without a reason (R3).
        Conflict: If it is to become a goal, or is one: goals/ does that.
    """
    if Column.ADOPTED in (candidate.column, to):
        raise Conflict("Only adopting it makes a candidate a goal, and only retiring the goal undoes that.")
    decide(session, candidate, to, reason, user_id=user_id)


def decline(session: Session, candidate: Candidate, reason: str, *, user_id: int) -> None:
    """Say not now, with a reason that members can read (R3)."""
    move(session, candidate, Column.DECLINED, reason, user_id=user_id)


def decide(session: Session, candidate: Candidate, to: Column, reason: str, *, user_id: int) -> None:
    """Record a decision for good and let the candidate stand where it says; staying needs a reason to be recorded.

    Raises:
        NeedsReason: If a reason is missing where members are told one.
    """
    reason = _checked_reason(reason)
    before = candidate.column
    if not reason and before is to:
        return
    if not reason and {before, to} & DECIDED:
        raise NeedsReason("Say why. Members can read the reason.")
    session.add(
        Decision(candidate_id=candidate.id, user_id=user_id, before=before, after=to, reason=reason, decided_at=now())
    )
    candidate.column = to
    _touched(session, candidate, MOVED, user_id, before=before.value, after=to.value, reason=reason)


def rename(session: Session, candidate: Candidate, name: str, *, user_id: int) -> None:
    """Give a candidate a name that every later run keeps (R11).

    Raises:
        BadInput: If the name is empty or too long.
    """
    name = _checked_title(name)
    if candidate.theme is not None:
        candidate.theme.name = name
    else:
        candidate.title = name
    _touched(session, candidate, RENAMED, user_id, name=name)


def regrouped(session: Session, candidate: Candidate, words: str, *, user_id: int) -> None:
    """Note that somebody put its ideas elsewhere, in words that go on from their name: "moved 3 ideas to …"."""
    _touched(session, candidate, REGROUPED, user_id, words=words)


def put_forward(session: Session, community_id: int, title: str, *, user_id: int) -> Candidate:
    """Add a candidate of the organisation's own; it is marked as such wherever it stands (R5).

    Raises:
        BadInput: If the title is empty or too long.
    """
    candidate = Candidate(community_id=community_id, title=_checked_title(title), origin=Origin.ORGANISATION)
    session.add(candidate)
    session.flush()
    audit.record(
        session,
        "put a candidate forward",
        user_id=user_id,
        community_id=community_id,
        candidate=candidate.id,
        title=candidate.title,
    )
    return candidate


def _touched(session: Session, candidate: Candidate, action: str, user_id: int, **details: str) -> None:
    """Count the change, and say in the log who made it."""
    flag_modified(candidate, "column")  # a judgement or a name alone does not change the candidate's row
    session.flush()
    audit.record(
        session,
        action,
        user_id=user_id,
        community_id=candidate.community_id,
        candidate=candidate.id,
        version=candidate.version,
        **details,
    )


def _checked_title(title: str) -> str:
    title = clean_line(title)
    if not title:
        raise BadInput("Give it a title.")
    if len(title) > MOST_TITLE:
        raise BadInput(f"At most {MOST_TITLE} characters, please.")
    return title


def _checked_reason(reason: str) -> str:
    reason = clean_words(reason)
    if len(reason) > MOST_REASON:
        raise BadInput(f"At most {MOST_REASON:,} characters, please.")
    return reason
