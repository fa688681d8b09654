"""Send mail through the installation's SMTP server: one connection, one message after the other.

What a message says is rendered from ``templates/mail/``: a text part and an HTML part. A server that says no for good
(5xx to the recipient) is told apart from one that cannot be reached, is slow or says "later": only the first is final.
"""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from surveyapp.db import now
from surveyapp.settings import Settings
from surveyapp.text_gate import clean_line

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "mail"
SECONDS = 15  # that a server may take for one answer
FINAL = range(500, 600)  # replies that no second try changes
CLOSING = 421  # the reply of a server that ends the connection


class Refused(Exception):
    """The server does not take this message, and never will; the text is what it said."""


class Unreachable(Exception):
    """The server cannot be reached, is too slow, or says "later"; the message can be sent again."""


class NotNow(Unreachable):
    """The server does not take a message for this address at the moment; others it may take."""


@dataclass(frozen=True)
class Mail:
    """One message to one person."""

    address: str
    name: str
    subject: str
    text: str
    html: str
    message_id: str  # the same for the same message however often it is sent, so that readers show it once
    unsubscribe: str = ""  # where one POST ends further mail (RFC 8058)
    language: str = "en"


def render(template: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """The text and the HTML of a message: ``templates/mail/<template>.txt`` and ``.html``."""
    return tuple(_templates().get_template(f"{template}.{kind}").render(words) for kind in ("txt", "html"))  # type: ignore[return-value]


def compose(mail: Mail, sender: str, sender_name: str) -> EmailMessage:
    """The message as it is sent. No word of a person's can add a header: header lines are cleaned and encoded."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=clean_line(sender_name)[:100], addr_spec=sender)
    message["To"] = Address(display_name=clean_line(mail.name)[:100], addr_spec=mail.address)
    message["Subject"] = clean_line(mail.subject)[:200]
    message["Date"] = format_datetime(now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.language  # set_content() drops what was said of the content before
    return message


class Server:
    """The connection to the SMTP server, opened when the first message goes out, and anew after it broke."""

    def __init__(self, settings: Settings, *, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Open nothing yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        self._hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand over one message; the server has it when this returns.

        Raises:
            Refused: It takes this message never.
            NotNow: It says "later" to this address.
            Unreachable: It takes none at the moment.
        """
        try:
            connection = self._connected()
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            self._reset_or_hang_up()
            raise (Refused if code in FINAL else Unreachable if code == CLOSING else NotNow)(
                _words(code, said)
            ) from None
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            self._hang_up()
            is_final = error.smtp_code in FINAL and isinstance(error, smtplib.SMTPDataError)
            raise (Refused if is_final else Unreachable)(_words(error.smtp_code, error.smtp_error)) from None
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise Unreachable(str(error) or type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            settings = self._settings
            where = (settings.mail_host, settings.mail_port)
            if settings.mail_encryption == "ssl":
                context = ssl.create_default_context()
                self._connection = smtplib.SMTP_SSL(*where, timeout=self._seconds, context=context)
            else:
                self._connection = smtplib.SMTP(*where, timeout=self._seconds)
            if settings.mail_encryption == "starttls":
                self._connection.starttls(context=ssl.create_default_context())
            if settings.mail_user:
                self._connection.login(settings.mail_user, settings.mail_password)
        return self._connection

    def _reset_or_hang_up(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close() if connection is not None else None


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return clean_line("".join(c if c.isprintable() else " " for c in f"{code} {text}"))[:300]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
