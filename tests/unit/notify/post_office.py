"""A real SMTP server on this machine, which takes, refuses or drops what it is given as a test says."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"
CUT = "cut"
"""Instead of a reply: the line goes dead."""


class PostOffice:
    """What arrives, and what it says to those who bring it.

    Attributes:
        received: what it took for itself, or took in and then lost the line before it said so.
        connections: how many there were.
        to_recipient: what it answers to an address.
        to_data: what it answers once it has an e-mail.
        at_data: what happens when it has an e-mail, before it answers.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.connections = 0
        self.logins: list[tuple[str, str]] = []
        self.to_recipient: Callable[[str], str] = lambda _: TAKEN
        self.to_data: Callable[[EmailMessage], str] = lambda _: TAKEN
        self.at_data: Callable[[EmailMessage], None] = lambda _: None
        self.most_per_connection = 1_000_000
        self.is_slow = asyncio.Event()
        self.is_slow.set()
        self.port = 0
        self.options: dict[str, Any] = {}
        self.tls_from_the_start: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._lines: list[SMTP] = []

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.received]

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.received]

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, "127.0.0.1", self.port, ssl=self.tls_from_the_start)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for line in self._lines:
                _abort(line)
            self._lines.clear()
            await asyncio.sleep(0)
            self._server = None

    def authenticate(self, *given: object) -> AuthResult:
        login = given[-1]
        assert isinstance(login, LoginPassword)
        self.logins.append((login.login.decode(), login.password.decode()))
        is_known = self.logins[-1] == ("depok", "rahasia")
        return AuthResult(success=is_known, handled=is_known)  # what is not handled it refuses itself

    def _line(self) -> SMTP:
        self.connections += 1
        line = SMTP(self, hostname="penerima.invalid", **self.options)
        self._lines.append(line)
        return line

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        reply = self.to_recipient(address)
        if reply == TAKEN:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"]]
        self.at_data(message)
        await self.is_slow.wait()
        reply = self.to_data(message)
        if reply in {TAKEN, CUT}:
            self.received.append(message)
        if reply == CUT:
            _abort(server)
        taken = getattr(session, "taken", 0) + 1
        session.taken = taken  # type: ignore[attr-defined] # counted here
        return reply

    async def handle_MAIL(self, _: SMTP, session: Session, envelope: Envelope, address: str, __: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if getattr(session, "taken", 0) >= self.most_per_connection:
            return "421 too many in one go"
        envelope.mail_from = address
        return TAKEN


def _abort(line: SMTP) -> None:
    if isinstance(line.transport, asyncio.WriteTransport):
        line.transport.abort()


@asynccontextmanager
async def open_office(office: PostOffice | None = None) -> AsyncIterator[PostOffice]:
    office = office or PostOffice()
    await office.open()
    try:
        yield office
    finally:
        await office.close()
