"""Found a community: its mission is written once, and never again (R1)."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, Mission, RoleKind, Round, Value
from surveyapp.db import now
from surveyapp.errors import BadInput
from surveyapp.text_gate import clean_line, clean_words

FOUNDED = "founded a community"
MOST_VALUES = 12


@dataclass(frozen=True)
class ValueWords:
    """A value as somebody wrote it: its name, what it means, what one does when one lives it."""

    name: str
    meaning: str
    practice: str = ""


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
) -> Community:
    """Found a community with its mission, first values and first round; *founder* becomes its manager.

    Raises:
        BadInput: If the name, the mission or a value's name is missing, or two values share a name.
    """
    name, mission = clean_line(name), clean_words(mission)
    today = today or now().date()
    if not name:
        raise BadInput("A community needs a name.")
    if not mission:
        raise BadInput("A community needs a mission: why it exists, in one or two sentences.")
    if not 1 <= len(values) <= MOST_VALUES:
        raise BadInput(f"A community starts with one to {MOST_VALUES} values.")
    names = [clean_line(value.name) for value in values]
    if "" in names:
        raise BadInput("Each value needs a name.")
    if len({value.casefold() for value in names}) < len(names):
        raise BadInput("Two values have the same name.")
    community = Community(
        slug=_free_slug(session, name),
        name=name,
        about=clean_words(about),
        contact=clean_line(contact),
        founded_at=now(),
        mission=Mission(words=mission),
    )
    session.add(community)
    session.flush()
    session.add(Round(community_id=community.id, number=1, opened_on=today))
    session.add_all(
        Value(
            community_id=community.id,
            position=position,
            name=value_name,
            meaning=clean_words(words.meaning),
            practice=clean_words(words.practice),
            reviewed_on=today,
        )
        for position, (value_name, words) in enumerate(zip(names, values, strict=True), start=1)
    )
    audit.record(
        session,
        FOUNDED,
        user_id=founder.id if founder else None,
        community_id=community.id,
        mission=audit.fingerprint(mission),
    )
    if founder:
        give_role(session, founder, community, RoleKind.MANAGER)
    session.flush()
    return community


def mission_is_intact(session: Session, community: Community) -> bool:
    """Whether the mission is the one that was founded: its fingerprint is in the log, which nobody rewrites unseen."""
    founding = session.scalar(
        select(audit.AuditEntry.details).where(
            audit.AuditEntry.community_id == community.id, audit.AuditEntry.action == FOUNDED
        )
    )
    return founding is not None and founding.get("mission") == audit.fingerprint(community.mission.words)


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
