"""Prepare and found a community: its mission is written once, at founding, and never again (R1)."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.accounts.people import email_address
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, Mission, RoleKind, Round, Value
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.text_gate import clean_line, clean_words

FOUNDED = "founded a community"
BEGUN = "began a community"
FOUNDING_LOCK = 7_504  # advisory lock: on PostgreSQL communities are founded one at a time
MOST_VALUES = 12
LONGEST_NAME, LONGEST_MISSION, LONGEST_ABOUT = 120, 500, 1_000  # characters
LONGEST_VALUE, LONGEST_MEANING = 60, 300  # of a value: its name; its meaning, and what one does when one lives it


@dataclass(frozen=True)
class ValueWords:
    """A value as somebody wrote it: its name, what it means, what one does when one lives it."""

    name: str
    meaning: str
    practice: str = ""


def prepare(
    session: Session,
    *,
    name: str,
    problem: str,
    contact: str = "",
    founder: User | None = None,
    today: date | None = None,
) -> Community:
    """Begin a community in preparation, without a mission; *founder* becomes its manager.

    Raises:
        BadInput: If the name or the problem is missing or too long, or the contact is no e-mail address.
        Conflict: If there is a community in preparation of this name with this problem: the form was sent twice.
    """
    name, problem = _named(name), _within(clean_words(problem), LONGEST_ABOUT, "A problem")
    if not problem:
        raise BadInput("Say in a few words which problem it is about: those who care about it read this.")
    _one_at_a_time(session)
    same = select(Community.id).outerjoin(Mission).where(Community.name == name, Community.about == problem)
    if session.scalar(same.where(Mission.words.is_(None))):
        raise Conflict("A community of this name is in preparation already, for this very problem.")
    community = _begin(session, name, problem, contact, founder, today or now().date())
    _record(session, BEGUN, founder, community)
    return community


def found(
    session: Session,
    *,
    name: str,
    mission: str,
    values: Sequence[ValueWords],
    about: str = "",
    contact: str = "",
    founder: User | None = None,
    today: date | None = None,
    prepared: Community | None = None,
) -> Community:
    """Found a community with its mission, first values and first round; *founder* becomes its manager.

    Args:
        session: The caller's.
        name: What it is called.
        mission: Why it exists, for good (R1).
        values: What its members believe in.
        about: One or two sentences below the mission.
        contact: An e-mail address for questions, or nothing.
        founder: Who founds it; None for the command line.
        today: The day, if not this one.
        prepared: The community in preparation that becomes this one; a new one if there is none.

    Raises:
        BadInput: If something is missing or too long, the contact is no e-mail address, or two values share a name.
        Conflict: If there is a community of this name with this mission: the form was sent twice; or if the one that
            was prepared is founded.
    """
    today = today or now().date()
    name = _named(name)
    mission = _within(clean_words(mission), LONGEST_MISSION, "A mission")
    if not mission:
        raise BadInput("A community needs a mission: why it exists, in one or two sentences.")
    values = _cleaned(values)
    about = _within(clean_words(about), LONGEST_ABOUT, "What is said about a community")
    _one_at_a_time(session)
    if prepared is not None:
        session.refresh(prepared, attribute_names=["mission"])
        if not prepared.is_in_preparation:
            raise Conflict("This community is founded: its mission stands.")
    if session.scalar(select(Community.id).join(Mission).where(Community.name == name, Mission.words == mission)):
        raise Conflict("There is a community of this name with this mission already.")
    if prepared is None:
        community = _begin(session, name, about, contact, founder, today)
    else:
        community = prepared
        community.name, community.about, community.contact = name, about, _contact(contact)
        community.founded_at = now()
    session.add(Mission(community_id=community.id, words=mission))
    session.add_all(
        Value(
            community_id=community.id,
            position=position,
            name=value.name,
            meaning=value.meaning,
            practice=value.practice,
            reviewed_on=today,
        )
        for position, value in enumerate(values, start=1)
    )
    session.flush()
    session.refresh(community, attribute_names=["mission", "values"])
    _record(session, FOUNDED, founder, community, mission=audit.fingerprint(mission))
    return community


def _begin(session: Session, name: str, about: str, contact: str, founder: User | None, today: date) -> Community:
    """A community with its first round, still without a mission; *founder* is its manager."""
    community = Community(
        slug=_free_slug(session, name), name=name, about=about, contact=_contact(contact), founded_at=now()
    )
    session.add(community)
    session.flush()
    session.add(Round(community_id=community.id, number=1, opened_on=today))
    if founder:
        give_role(session, founder, community, RoleKind.MANAGER)
    session.flush()
    return community


def _record(session: Session, action: str, founder: User | None, community: Community, **details: str) -> None:
    audit.record(session, action, user_id=founder.id if founder else None, community_id=community.id, **details)


def _one_at_a_time(session: Session) -> None:
    """Let nobody else found or prepare a community before this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(FOUNDING_LOCK)))


def _named(name: str) -> str:
    name = _within(clean_line(name), LONGEST_NAME, "A name")
    if not name:
        raise BadInput("A community needs a name.")
    return name


def _contact(contact: str) -> str:
    return email_address(contact) if contact.strip() else ""


def _cleaned(values: Sequence[ValueWords]) -> list[ValueWords]:
    """The values as they are stored."""
    if not 1 <= len(values) <= MOST_VALUES:
        raise BadInput(f"A community starts with one to {MOST_VALUES} values.")
    cleaned = [
        ValueWords(
            name=_within(clean_line(value.name), LONGEST_VALUE, "The name of a value"),
            meaning=_within(clean_words(value.meaning), LONGEST_MEANING, "The meaning of a value"),
            practice=_within(clean_words(value.practice), LONGEST_MEANING, "What one does when one lives a value"),
        )
        for value in values
    ]
    if not all(value.name for value in cleaned):
        raise BadInput("Each value needs a name.")
    if len({value.name.casefold() for value in cleaned}) < len(cleaned):
        raise BadInput("Two values have the same name.")
    return cleaned


def _within(words: str, most: int, what: str) -> str:
    if len(words) > most:
        raise BadInput(f"{what} has at most {most:,} characters.")
    return words


def mission_is_intact(session: Session, community: Community) -> bool:
    """Whether the mission is the one that was founded: its fingerprint is in the log, which nobody rewrites unseen.

    That of a community in preparation is, as long as neither holds one.
    """
    founding = session.scalar(
        select(audit.AuditEntry)
        .where(audit.AuditEntry.community_id == community.id, audit.AuditEntry.action == FOUNDED)
        .order_by(audit.AuditEntry.sequence)
        .limit(1)
    )
    if community.mission is None:
        return founding is None
    return (
        founding is not None
        and founding.details.get("mission") == audit.fingerprint(community.mission.words)
        and audit.follows(session, founding)
    )


def altered_missions(session: Session) -> list[str]:
    """The names of the communities whose mission is not the one that was founded (R1)."""
    communities = session.scalars(select(Community).order_by(Community.name))
    return [community.name for community in communities if not mission_is_intact(session, community)]


def current_values(session: Session, community_id: int) -> Sequence[Value]:
    """The values that hold now, each in its newest version, in the community's order."""
    superseded = select(Value.supersedes_id).where(Value.community_id == community_id, Value.supersedes_id.is_not(None))
    return session.scalars(
        select(Value)
        .where(Value.community_id == community_id, Value.retired_on.is_(None), Value.id.not_in(superseded))
        .order_by(Value.position)
    ).all()


def _free_slug(session: Session, name: str) -> str:
    """The name as part of an address, made different from those there are."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "community"
    taken = session.scalar(select(Community.id).where(Community.slug == slug))
    return f"{slug}-{secrets.token_hex(3)}" if taken else slug
