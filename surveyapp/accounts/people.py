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

LONGEST_NAME = 120  # characters


def email_address(text: str) -> str:
    """An e-mail address as it is stored.

    Raises:
        BadInput: If *text* is none.
    """
    try:
        return str(validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower())
    except EmailNotValidError:
        raise BadInput(f"“{text}” is not an e-mail address.") from None


def add_user(session: Session, *, email: str, name: str, password_hash: str, is_administrator: bool = False) -> User:
    """Add somebody with an account.

    Raises:
        BadInput: If the address is none, or the name too long.
        Conflict: If there is an account with it.
    """
    address, name = email_address(email), clean_line(name)
    if len(name) > LONGEST_NAME:
        raise BadInput(f"A name has at most {LONGEST_NAME} characters.")
    if session.scalar(select(User.id).where(User.email == address)):
        raise Conflict(f"There is an account for {address} already.")
    user = User(
        email=address,
        name=name or address.partition("@")[0],
        password=password_hash,
        is_administrator=is_administrator,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, "added an account", subject=user.id, is_administrator=is_administrator)
    return user
