"""Tables of the people who run communities, and of where they are signed in."""

from datetime import datetime
from typing import Any

from flask_security.core import UserMixin
from flask_security.utils import verify_password
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db import Base


class User(Base, UserMixin):
    """Somebody with an account: an administrator, or a leader or manager of communities."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)  # changes with the password: ends all sessions
    created_at: Mapped[datetime]

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]  # roles are held per community, see communities.Role
        """No installation-wide roles: what somebody may do is asked of policy.py."""
        return []

    def verify_and_update_password(self, password: str) -> bool:
        """Whether *password* is this user's; its hash stays as it is."""
        return bool(verify_password(password, self.password))


class SignIn(Base):
    """One browser in which a user is signed in: signing out, or time, ends it on the server."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
