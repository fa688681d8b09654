"""Real objects for tests, made by the same functions that the application uses; each commits what it makes."""

from datetime import date
from functools import cache
from itertools import count

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.accounts.people import add_user
from surveyapp.communities.found import ValueWords, found
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, RoleKind

PASSWORD = "a long and quiet password"
numbers = count(1)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once, with the least work that argon2 allows."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_user(
    session: Session,
    *,
    community: Community | None = None,
    kind: RoleKind = RoleKind.MANAGER,
    is_administrator: bool = False,
) -> User:
    """Somebody with an account whose password is PASSWORD, and a role if a community is given."""
    number = next(numbers)
    user = add_user(
        session,
        email=f"person{number}@example.org",
        name=f"Person {number}",
        password_hash=password_hash(),
        is_administrator=is_administrator,
    )
    if community:
        give_role(session, user, community, kind)
    session.commit()
    return user


def make_community(session: Session, *, mission: str = "Nobody in the valley grows old alone.") -> Community:
    """A community with three values: Welcome, Care and Openness."""
    community = found(
        session,
        name=f"Valley {next(numbers)}",
        mission=mission,
        values=[
            ValueWords("Welcome", "Everybody can take part.", "We greet whoever is new."),
            ValueWords("Care", "We look after each other."),
            ValueWords("Openness", "We decide in the open and say why."),
        ],
        today=date(2026, 3, 1),
    )
    session.commit()
    return community
