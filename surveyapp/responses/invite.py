"""Personal links: one secret per member and survey, derived where it is needed and stored nowhere.

The database holds a random nonce, erased when the survey closes, and the hash of the secret that follows from the
nonce and the installation's secret key. So a reminder carries the same link, the list of links can be made again, and
whoever has the database alone has no link (R6, PROMISES 4.4).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.communities.models import Member, MemberGroup
from surveyapp.errors import Conflict, NotFound
from surveyapp.responses.collect import Giver, code_of_link, form_key_of
from surveyapp.responses.models import Invitation, Participation, Response, Source
from surveyapp.surveys.models import Anonymity, State, Survey

NONCE_BYTES = 32


@dataclass(frozen=True)
class Invited:
    """Who came by a personal link, and to which survey."""

    survey_id: int
    link: str  # of the survey
    secret: str
    member_id: int | None  # None in an anonymous survey: nobody downstream is told
    language: str  # that the member was given; "" if not known

    def code(self, survey: Survey) -> str:
        """The member's private code in an open survey."""
        if survey.answer_key is None:
            raise Conflict("This survey takes no answers at the moment.")
        return code_of_link(survey.answer_key, self.secret)

    @property
    def giver(self) -> Giver:
        """Where the answer comes from."""
        return Giver(Source.PERSONAL_LINK, self.member_id)


def secret_of(secret_key: str, nonce: str) -> str:
    """The secret of a personal link: 256 bits, as 43 letters that stand in an address."""
    derived = hmac.digest(secret_key.encode(), f"invitation {nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(derived).decode().rstrip("=")


def link_key_of(secret: str) -> str:
    """What the database holds of it."""
    return hashlib.sha256(f"invitation {secret}".encode()).hexdigest()


def find_invitation(session: Session, secret: str) -> Invited:
    """Whom a personal link was made for.

    Raises:
        NotFound: It was made for nobody, taken back, or its member has left.
    """
    row = session.execute(
        select(Survey.id, Survey.link, Survey.anonymity, Member.id.label("member_id"), Member.language)
        .select_from(Invitation)
        .join(Survey, Survey.id == Invitation.survey_id)
        .join(Member, Member.id == Invitation.member_id)
        .where(Invitation.link_key == link_key_of(secret), Invitation.is_revoked.is_(False), Member.left_on.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound("This personal link is not known here. It may be incomplete, or it was taken back.")
    member_id = None if row.anonymity is Anonymity.ANONYMOUS else row.member_id
    return Invited(row.id, row.link, secret, member_id, row.language)


def invite(
    session: Session, survey: Survey, secret_key: str, members: Iterable[int] | None = None, *, user_id: int | None
) -> list[int]:
    """Give members a personal link each, if they have none; the numbers of those who got one.

    Args:
        session: The caller's.
        survey: An open survey.
        secret_key: The installation's.
        members: Whom; None for all members of the community who have not left.
        user_id: Who invites.

    Raises:
        Conflict: The survey is not open.
    """
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())  # of two who invite, one waits
    if survey.state is not State.OPEN:
        raise Conflict("Open the survey first: a personal link leads to an open survey.")
    if survey.is_of_notes:
        raise Conflict("Nobody answers this survey: it holds notes of conversations.")
    have_one = select(Invitation.member_id).where(Invitation.survey_id == survey.id)
    wanted = select(Member.id).where(
        Member.community_id == survey.community_id, Member.left_on.is_(None), Member.id.not_in(have_one)
    )
    if members is not None:
        wanted = wanted.where(Member.id.in_(list(members)))
    chosen = list(session.scalars(wanted.order_by(Member.id)))
    if not chosen:
        return []
    rows = []
    for member_id in chosen:
        nonce = secrets.token_hex(NONCE_BYTES)
        rows.append({"member_id": member_id, "nonce": nonce, "link_key": link_key_of(secret_of(secret_key, nonce))})
    common = {"community_id": survey.community_id, "survey_id": survey.id, "is_revoked": False}
    session.execute(insert(Invitation), [common | row for row in rows])
    audit.record(
        session,
        "invited members",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        members=len(chosen),
    )
    return chosen


def links(session: Session, survey: Survey, secret_key: str) -> list[tuple[Member, str]]:
    """Every member who has a link to an open survey, with its secret, by name."""
    rows = session.execute(
        select(Member, Invitation.nonce)
        .join(Invitation, Invitation.member_id == Member.id)
        .where(Invitation.survey_id == survey.id, Invitation.is_revoked.is_(False), Invitation.nonce.is_not(None))
        .order_by(Member.name, Member.id)
    )
    return [(member, secret_of(secret_key, nonce)) for member, nonce in rows if nonce]


def count_invited(session: Session, survey_id: int) -> int:
    """How many members have a personal link to a survey."""
    count = select(func.count()).select_from(Invitation)
    return session.scalar(count.where(Invitation.survey_id == survey_id, Invitation.is_revoked.is_(False))) or 0


def answered_by_link(session: Session, survey: Survey, secret_key: str) -> set[int]:
    """The members whose personal link led to an answer that was sent; known only while the survey is open.

    For a confidential or named survey the answers say so themselves; for an anonymous one each link is followed the
    way its member follows it. Nothing of this is stored here.
    """
    if survey.anonymity is not Anonymity.ANONYMOUS:
        sent = select(Response.member_id).where(
            Response.survey_id == survey.id, Response.is_sent, Response.member_id.is_not(None)
        )
        return {member_id for member_id in session.scalars(sent) if member_id is not None}
    key = survey.answer_key
    if key is None:
        return set()
    rows = session.execute(
        select(Invitation.member_id, Invitation.nonce).where(
            Invitation.survey_id == survey.id, Invitation.nonce.is_not(None)
        )
    ).all()
    by_link = select(Response.form_key).where(
        Response.survey_id == survey.id, Response.is_sent, Response.source == Source.PERSONAL_LINK
    )
    sent_keys = set(session.scalars(by_link))
    return {
        member_id
        for member_id, nonce in rows
        if nonce and form_key_of(key, code_of_link(key, secret_of(secret_key, nonce))) in sent_keys
    }


def noted(session: Session, survey_id: int) -> set[int]:
    """The members of whom it was noted that they took part."""
    return set(session.scalars(select(Participation.member_id).where(Participation.survey_id == survey_id)))


def participation_by_group(session: Session, survey: Survey, kind: str) -> Mapping[str, tuple[int, int]]:
    """Per group of one kind, how many members of it are noted, and how many were invited; before disclosure (R7)."""
    rows = session.execute(
        select(MemberGroup.name, func.count(Participation.member_id), func.count(Invitation.id))
        .select_from(Invitation)
        .join(MemberGroup, (MemberGroup.member_id == Invitation.member_id) & (MemberGroup.kind == kind))
        .outerjoin(
            Participation,
            (Participation.member_id == Invitation.member_id) & (Participation.survey_id == Invitation.survey_id),
        )
        .where(Invitation.survey_id == survey.id, Invitation.is_revoked.is_(False))
        .group_by(MemberGroup.name)
        .order_by(MemberGroup.name)
    )
    return {name: (answered, invited) for name, answered, invited in rows}


def participation_of_all(session: Session, survey_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Per survey, how many of those who are invited are noted, and how many are invited; before disclosure (R7)."""
    rows = session.execute(
        select(Invitation.survey_id, func.count(Participation.member_id), func.count(Invitation.id))
        .outerjoin(
            Participation,
            (Participation.member_id == Invitation.member_id) & (Participation.survey_id == Invitation.survey_id),
        )
        .where(Invitation.survey_id.in_(survey_ids), Invitation.is_revoked.is_(False))
        .group_by(Invitation.survey_id)
    )
    return dict.fromkeys(survey_ids, (0, 0)) | {key: (noted, invited) for key, noted, invited in rows}


def erase_member(session: Session, member_id: int) -> None:
    """Delete what leads to a member in this feature: links, participation, mail; a named answer loses its name."""
    session.execute(update(Response).where(Response.member_id == member_id).values(member_id=None))
    session.execute(delete(Participation).where(Participation.member_id == member_id))
    session.execute(delete(Invitation).where(Invitation.member_id == member_id))
