"""Members in and out: by hand, from a list, until they leave or are erased. They need no account."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from surveyapp import audit
from surveyapp.communities.models import Member, MemberGroup
from surveyapp.csv_file import Table
from surveyapp.errors import BadInput, Conflict
from surveyapp.text_gate import clean_line

NAME_CHARACTERS = 120
ADDRESS_CHARACTERS = 254
MOST_GROUPS = 10  # kinds of groups of one member
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
COLUMNS = {
    "name": {"name", "full name", "member", "person"},
    "address": {"address", "email", "e-mail", "mail", "email address", "e-mail address"},
    "language": {"language", "lang"},
    "joined_on": {"joined", "joined on", "joined_on", "member since", "since"},
}
"""What a column of a list is, by its name in small letters; every other column is a kind of group."""


class ListedAlready(Conflict):
    """Two members of a community would have the same address."""


@dataclass(frozen=True)
class About:
    """What is known of a member."""

    name: str = ""
    address: str | None = None
    language: str = ""
    joined_on: date | None = None
    groups: Mapping[str, str] = field(default_factory=dict)  # group by kind


@dataclass(frozen=True)
class Plan:
    """What taking in a list would do."""

    new: tuple[About, ...]
    known: tuple[tuple[int, About], ...]
    """Members who are listed already, found by their address, with what the list says of them."""
    refused: tuple[tuple[int, str], ...]
    """Lines that cannot be taken, each with the reason."""
    kinds: tuple[str, ...]
    """The kinds of groups that the list has."""


def read_address(typed: str) -> str | None:
    """An e-mail address as it is stored; None if nothing was typed.

    Raises:
        BadInput: It is none that mail can be sent to.
    """
    typed = clean_line(typed)
    if not typed:
        return None
    local, _, domain = typed.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    is_fine = LOCAL_PART.fullmatch(local) and DOMAIN.fullmatch(ascii_domain) and ".." not in local
    if not is_fine or len(typed) > ADDRESS_CHARACTERS or local.startswith(".") or local.endswith("."):
        raise BadInput(f"“{typed[:60]}” is no e-mail address like ada@example.org.")
    return f"{local}@{ascii_domain}"


def read_about(*, name: str, address: str, language: str, joined_on: str, groups: Mapping[str, str]) -> About:
    """What somebody typed about a member.

    Raises:
        BadInput: A part of it cannot be kept, or neither a name nor an address is there.
    """
    name, language = clean_line(name), clean_line(language).lower().replace("_", "-")
    if len(name) > NAME_CHARACTERS:
        raise BadInput(f"A name has at most {NAME_CHARACTERS} characters.")
    if language and not LANGUAGE.fullmatch(language):
        raise BadInput(f"“{language[:40]}” is no language like en, de or pt-br.")
    try:
        joined = date.fromisoformat(joined_on.strip()) if joined_on.strip() else None
    except ValueError:
        raise BadInput(f"“{clean_line(joined_on)[:40]}” is no day like 2026-11-30.") from None
    cleaned = {clean_line(kind)[:60]: clean_line(group)[:NAME_CHARACTERS] for kind, group in groups.items()}
    cleaned = {kind: group for kind, group in cleaned.items() if kind and group}
    if len(cleaned) > MOST_GROUPS:
        raise BadInput(f"A member has at most {MOST_GROUPS} groups.")
    about = About(name, read_address(address), language, joined, cleaned)
    if not about.name and about.address is None:
        raise BadInput("A member needs a name or an address.")
    return about


def admit(session: Session, community_id: int, about: About, *, user_id: int | None) -> Member:
    """Put a member on the list.

    Raises:
        ListedAlready: Somebody has this address.
    """
    _must_be_free(session, community_id, about.address)
    member = Member(community_id=community_id)
    _write(member, about)
    session.add(member)
    session.flush()
    _note(session, "admitted a member", member, user_id)
    return member


def revise(session: Session, member: Member, about: About) -> None:
    """Correct what is known of a member; another address may be tried again after the old one was refused.

    Raises:
        ListedAlready: Somebody else has this address.
    """
    if about.address != member.address:
        _must_be_free(session, member.community_id, about.address, but=member.id)
        member.bounced_on = None
    _write(member, about)


def leave(session: Session, member: Member, today: date, *, user_id: int | None) -> None:
    """Note that a member left: their links end, what they answered stays."""
    member.left_on = today
    audit.record(
        session, "noted that a member left", user_id=user_id, community_id=member.community_id, member=member.id
    )


def come_back(session: Session, member: Member, *, user_id: int | None) -> None:
    """Note that a member who left is back."""
    member.left_on = None
    audit.record(
        session, "noted that a member is back", user_id=user_id, community_id=member.community_id, member=member.id
    )


def erase(session: Session, member: Member, *, user_id: int | None) -> None:
    """Delete a member with all that leads to them; an answer that was linked to them stays, linked to nobody."""
    _note(session, "erased a member", member, user_id)
    session.delete(member)  # the database takes their links, mail and participation with them


def members(session: Session, community_id: int, *, search: str = "", page: int = 1, size: int = 100) -> list[Member]:
    """One page of the list, by name, with the groups of each; *search* is a part of a name or an address."""
    listed = (
        select(Member)
        .where(*_wanted(community_id, search))
        .order_by(Member.name, Member.address_key, Member.id)
        .options(selectinload(Member.groups))
    )
    return list(session.scalars(listed.offset((page - 1) * size).limit(size)))


def count_members(session: Session, community_id: int, *, search: str = "") -> int:
    """How many members are on the list, those who left included."""
    return session.scalar(select(func.count()).select_from(Member).where(*_wanted(community_id, search))) or 0


def plan(session: Session, community_id: int, table: Table) -> Plan:
    """Say what taking in a list would do.

    Raises:
        BadInput: The list has neither a column of names nor one of addresses.
    """
    place = _columns(table.header)
    kinds = [(i, clean_line(name)[:60]) for i, name in enumerate(table.header) if i not in place.values()]
    if len(kinds) > MOST_GROUPS:
        raise BadInput(f"Besides name, address, language and joined, a list has at most {MOST_GROUPS} columns.")
    listed = _by_address(session, community_id)
    new: list[About] = []
    known: list[tuple[int, About]] = []
    refused: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for line, cells in zip(table.line_numbers, table.rows, strict=True):
        typed = {name: cells[place[name]] if name in place else "" for name in COLUMNS}
        try:
            about = read_about(**typed, groups={kind: cells[i] for i, kind in kinds})
        except BadInput as error:
            refused.append((line, str(error)))
            continue
        key = address_key(about.address)
        if key is not None and key in seen:
            refused.append((line, f"The same address is in line {seen[key]}."))
        elif key is not None and key in listed:
            known.append((listed[key], about))
        else:
            new.append(about)
        if key is not None:
            seen.setdefault(key, line)
    return Plan(tuple(new), tuple(known), tuple(refused), tuple(kind for _, kind in kinds))


def take_in(session: Session, community_id: int, plan: Plan, *, is_updating: bool, user_id: int | None) -> int:
    """Put the new members of a list on ours, all of them, and bring those who are known up to date if that is wanted.

    Returns:
        How many members were added.
    """
    added = []
    for about in plan.new:
        member = Member(community_id=community_id)
        _write(member, about)
        added.append(member)
    session.add_all(added)
    if is_updating:
        wanted = [member_id for member_id, _ in plan.known]
        found = {
            member.id: member
            for member in session.scalars(
                select(Member)
                .where(Member.community_id == community_id, Member.id.in_(wanted))
                .options(selectinload(Member.groups))
            )
        }
        for member_id, about in plan.known:
            if member_id in found:
                _write(found[member_id], about, is_adding=True)
    session.flush()
    audit.record(
        session,
        "took in a list of members",
        user_id=user_id,
        community_id=community_id,
        added=len(added),
        updated=len(plan.known) if is_updating else 0,
        refused=len(plan.refused),
    )
    return len(added)


def address_key(address: str | None) -> str | None:
    """An address in the form by which two are told to be the same."""
    return address.casefold() if address else None


def _note(session: Session, action: str, member: Member, user_id: int | None) -> None:
    audit.record(session, action, user_id=user_id, community_id=member.community_id, member=member.id)


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().casefold() for name in header]
    place = {
        part: next((i for i, name in enumerate(names) if name in called), None) for part, called in COLUMNS.items()
    }
    found = {part: i for part, i in place.items() if i is not None}
    if not {"name", "address"} & set(found):
        raise BadInput("The list needs a column called “name” or “address” (or “e-mail”) in its first line.")
    return found


def _wanted(community_id: int, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Member.community_id == community_id]
    if search := clean_line(search):
        conditions.append(
            Member.name.icontains(search, autoescape=True) | Member.address.icontains(search, autoescape=True)
        )
    return conditions


def _by_address(session: Session, community_id: int) -> dict[str, int]:
    rows = session.execute(select(Member.address_key, Member.id).where(Member.community_id == community_id))
    return {key: member_id for key, member_id in rows if key is not None}


def _must_be_free(session: Session, community_id: int, address: str | None, *, but: int | None = None) -> None:
    if address is None:
        return
    taken = session.scalar(
        select(Member.id).where(Member.community_id == community_id, Member.address_key == address_key(address))
    )
    if taken is not None and taken != but:
        raise ListedAlready(f"{address} is on the list already.")


def _write(member: Member, about: About, *, is_adding: bool = False) -> None:
    """Write what is known; when *is_adding*, what is not said stays as it was."""
    member.name = about.name or (member.name if is_adding else "")
    member.address = about.address or (member.address if is_adding else None)
    member.address_key = address_key(member.address)
    member.language = about.language or (member.language if is_adding else "") or ""
    member.joined_on = about.joined_on or (member.joined_on if is_adding else None)
    groups = {group.kind: group.name for group in member.groups} if is_adding else {}
    wanted = groups | dict(about.groups)
    for group in list(member.groups):
        if group.kind not in wanted:
            member.groups.remove(group)
        else:
            group.name = wanted.pop(group.kind)
    member.groups += [MemberGroup(kind=kind, name=name) for kind, name in sorted(wanted.items())]
