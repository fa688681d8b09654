"""Signing in: Flask-Security does the work; what it is told, and what we add, stands here.

Added are throttling by account and network, and a register of sign-ins: a session's cookie counts only while its
row in ``sign_in`` exists and is neither idle nor old, so signing out ends a copied cookie too.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Response, after_this_request, current_app, request, session
from flask_login import current_user, logout_user, user_logged_out
from flask_security.core import RoleMixin, Security
from flask_security.datastore import UserDatastore
from flask_security.forms import LoginForm
from flask_security.signals import user_authenticated
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import SignIn, User
from surveyapp.accounts.passwords import HASHER
from surveyapp.db import now, reading
from surveyapp.settings import Settings
from surveyapp.throttle import count_or_refuse, key_of, network, take_back

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10  # in one window
FAILURES_PER_NETWORK = 30
KNOWN_FOR = timedelta(days=180)
SEEN_EVERY = timedelta(minutes=1)  # how exactly idleness is noted
SPENT = "Too many attempts to sign in. Wait a quarter of an hour, then try again."


class Accounts(UserDatastore):
    """Flask-Security's view of our users, on the request's session."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        super().__init__(User, RoleMixin)  # roles are held per community: none is ever made here
        self._sessions = sessions

    def find_user(self, case_insensitive: bool = False, **by: Any) -> User | None:
        """The user with this ``email`` or ``fs_uniquifier``; addresses are stored in lower case."""
        ((attribute, value),) = by.items()
        with reading(self._sessions) as reader:
            wanted = str(value).lower() if attribute == "email" else value
            return reader.scalar(select(User).where(getattr(User, attribute) == wanted))

    def commit(self) -> None:
        """Nothing of ours is written by Flask-Security."""

    def put(self, model: User) -> User:
        """Take a user as it is."""
        return model


class SignInForm(LoginForm):
    """E-mail and password; refused for a while after too many failures. No "remember me": sessions end."""

    remember = None

    def validate_next(self, field: Any) -> None:
        """Forget a place elsewhere, and sign in all the same: web.py lets nobody be led there (P25)."""

    def validate(self, **kwargs: Any) -> bool:
        """Check the password, unless this account or network has failed too often."""
        settings = cast(Settings, current_app.extensions["surveyapp"].settings)
        sessions = cast("sessionmaker[Session]", current_app.extensions["surveyapp"].sessions)
        email = (self.email.data or "").strip().lower()
        browser = _known_browser(settings, email)
        account = key_of(settings.secret_key, "sign-in of", f"{email} {browser}".rstrip())
        network_key = key_of(settings.secret_key, "sign-in from", network(request.remote_addr))
        limits = {account: FAILURES_PER_ACCOUNT, network_key: FAILURES_PER_NETWORK}
        with sessions.begin() as writer:  # counted before the password is looked at, so that haste wins nothing
            for key, limit in limits.items():
                count_or_refuse(writer, key, limit, WINDOW, SPENT)
        is_known = bool(super().validate(**kwargs))
        if is_known:
            with sessions.begin() as writer:
                take_back(writer, limits)
            if not browser:
                after_this_request(lambda response: _know_browser(settings, email, response))
        return is_known


def init_app(app: Flask, settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Set Flask-Security up, and keep the register of sign-ins."""
    app.config.update(
        SECURITY_PASSWORD_SALT=hashlib.sha256(f"password salt {settings.secret_key}".encode()).hexdigest(),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method
        SECURITY_PASSWORD_SINGLE_HASH=True,  # passwords.py hashes for the command line too
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={  # the same work where there is no such account (P7e)
            "argon2__time_cost": HASHER.time_cost,
            "argon2__memory_cost": HASHER.memory_cost,
            "argon2__parallelism": HASHER.parallelism,
        },
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=("That email and password don’t match", "error"),
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_LOGIN_USER_TEMPLATE="accounts/login.html",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_AUTO_LOGIN_AFTER_CONFIRM=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_PASSWORD_LENGTH_MIN=8,
    )
    security = Security(app, Accounts(sessions), login_form=SignInForm)
    security.want_json(lambda _: False)  # nor JSON, nor tokens in headers: the register knows cookies alone
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]  # Flask-Security sets it
    app.before_request(lambda: _end_if_over(settings, sessions))

    @user_authenticated.connect_via(app)
    def begin(sender: Flask, **extra: Any) -> None:
        _begin(sessions, extra["user"].id)

    def end(sender: Flask, **extra: Any) -> None:
        _end(sessions, session.pop("sign_in", None))

    user_logged_out.connect(end, app, weak=False)


# A browser in which somebody has signed in is known afterwards by a cookie of its own. It opens nothing, but its
# failures are counted apart: no stranger can lock a person out by failing on purpose.


def _known_browser(settings: Settings, email: str) -> str:
    """The name of this browser, if the person with this address has signed in with it; else empty."""
    name, _, seal = request.cookies.get(_browser_cookie(settings), "").partition(".")
    return name if secrets.compare_digest(seal.encode(), _browser_seal(settings, name, email).encode()) else ""


def _know_browser(settings: Settings, email: str, response: Response) -> Response:
    name = secrets.token_urlsafe(16)
    response.set_cookie(
        _browser_cookie(settings),
        f"{name}.{_browser_seal(settings, name, email)}",
        max_age=KNOWN_FOR,
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _browser_cookie(settings: Settings) -> str:
    return "__Host-browser" if settings.is_https else "browser"


def _browser_seal(settings: Settings, name: str, email: str) -> str:
    return key_of(settings.secret_key, "browser of", f"{name} {email}").partition(":")[2]


def _hash(token: str) -> str:
    return hashlib.sha256(f"sign-in {token}".encode()).hexdigest()


def _begin(sessions: sessionmaker[Session], user_id: int) -> None:
    """Give this browser a new session, with a row of its own."""
    kept = {name: session[name] for name in ("_user_id", "_fresh", "_id") if name in session}
    session.clear()  # a new token for forms, too: what was there before signing in is not carried over
    session.update(kept)
    session["sign_in"] = token = secrets.token_urlsafe(32)
    with sessions.begin() as writer:
        moment = now()
        writer.execute(delete(SignIn).where(SignIn.seen_at < moment - timedelta(days=1)))
        writer.add(SignIn(token_hash=_hash(token), user_id=user_id, began_at=moment, seen_at=moment))


def _end(sessions: sessionmaker[Session], token: str | None) -> None:
    if token:
        with sessions.begin() as writer:
            writer.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def _end_if_over(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Sign out whoever was idle too long, signed in long ago, or signed out elsewhere with this cookie."""
    if "_user_id" not in session or request.endpoint == "static":
        return
    token, moment = session.get("sign_in", ""), now()
    with reading(sessions) as reader:
        row = reader.get(SignIn, _hash(token))
    if row is None or not _is_current(row, settings, moment):
        logout_user()
        session.clear()
    elif moment - row.seen_at > SEEN_EVERY:
        with sessions.begin() as writer:
            writer.execute(update(SignIn).where(SignIn.token_hash == row.token_hash).values(seen_at=moment))


def _is_current(row: SignIn, settings: Settings, moment: datetime) -> bool:
    is_idle = moment - row.seen_at > timedelta(minutes=settings.idle_minutes)
    is_old = moment - row.began_at > timedelta(hours=settings.signed_in_hours)
    return not (is_idle or is_old) and bool(current_user.is_authenticated) and row.user_id == current_user.id
