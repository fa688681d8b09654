"""A real SMTP server on this machine, with manners that a test chooses: it accepts, refuses, is slow, or is away."""

import asyncio
import socket
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

Manner = Callable[[str], str]
"""What the server answers to a recipient: "250 OK", "550 …", "451 …"."""


def accept(address: str) -> str:
    return "250 OK"


class PostOffice:
    """Keeps what it was sent, in the order of arrival."""

    def __init__(self, manner: Manner = accept, seconds: float = 0) -> None:
        self.manner = manner
        self.seconds = seconds  # that it takes for each message
        self.mails: list[EmailMessage] = []
        self.port = free_port()
        self._controller: Controller | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.manner(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self.seconds)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 Kept"

    def __enter__(self) -> "PostOffice":
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def addresses(self) -> list[str]:
        """To whom the mails were, in the order of arrival."""
        return [str(mail["To"].addresses[0].addr_spec) for mail in self.mails]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
