"""People with accounts: added by name and password. Members need none."""

import secrets

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.text_gate import clean_line


def add_user(session: Session, *, email: str, name: str, password_hash: str, is_administrator: bool = False) -> User:
    """Add somebody with an account.

    Raises:
        BadInput: If the address is none.
        Conflict: If there is an account with it.
    """
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise BadInput(f"{email!r} is not an e-mail address.") from None
    if session.scalar(select(User.id).where(User.email == address)):
        raise Conflict(f"There is an account for {address} already.")
    user = User(
        email=address,
        name=clean_line(name) or address.partition("@")[0],
        password=password_hash,
        is_administrator=is_administrator,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, "added an account", subject=user.id, is_administrator=is_administrator)
    return user
