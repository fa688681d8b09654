"""Whoever ended the mail to their address gets none, also once they were erased and are on a list again (P13).

Of the address no more is kept than a keyed hash, by which it is known again and from which it does not follow.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveyapp.communities.models import Member, NoMail
from surveyapp.throttle import key_of


def unsubscribe(session: Session, member: Member, secret_key: str) -> None:
    """End the mail to a member, and to the address whoever has it later."""
    member.is_unsubscribed = True
    if member.address_key:
        session.merge(
            NoMail(community_id=member.community_id, key=_key(member.community_id, member.address_key, secret_key))
        )


def mail_again(session: Session, member: Member, secret_key: str) -> None:
    """Let a member who asked for it get mail again."""
    member.is_unsubscribed = False
    key = _key(member.community_id, member.address_key or "", secret_key)
    session.execute(delete(NoMail).where(NoMail.community_id == member.community_id, NoMail.key == key))


def heed(session: Session, community_id: int, secret_key: str) -> None:
    """Note of members who were put on the list, or have another address, that they want no mail."""
    kept = set(session.scalars(select(NoMail.key).where(NoMail.community_id == community_id)))
    if not kept:
        return
    listed = session.execute(
        select(Member.id, Member.address_key).where(
            Member.community_id == community_id, Member.address_key.is_not(None), Member.is_unsubscribed.is_(False)
        )
    )
    found = [member_id for member_id, address in listed if _key(community_id, address or "", secret_key) in kept]
    if found:
        session.execute(update(Member).where(Member.id.in_(found)).values(is_unsubscribed=True))


def is_ended(session: Session, member: Member, secret_key: str) -> bool:
    """Whether a member wants no mail, or had ended it before."""
    if member.is_unsubscribed or not member.address_key:
        return member.is_unsubscribed
    key = _key(member.community_id, member.address_key, secret_key)
    return session.get(NoMail, (member.community_id, key)) is not None


def _key(community_id: int, address: str, secret_key: str) -> str:
    return key_of(secret_key, "no mail", f"{community_id} {address}")
