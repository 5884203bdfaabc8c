"""The one door to a mail server: hands one e-mail over and says in our words how that ended."""

import contextlib
import ssl
from dataclasses import dataclass, field

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from depok_agi.notify.security import MailSecurity
from depok_agi.notify.tries import Answer, Verdict
from depok_agi.notify.wording import one_line

DATA_SECONDS = 600.0
"""How long the server may take for its last word: RFC 5321, 4.5.3.2.6, has 10 minutes. Whoever gives up sooner sends
again what the server may have taken."""

QUIT_SECONDS = 3.0
MOST_OF_A_REPLY = 300

SHUTTING_DOWN = 421
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our e-mails.

    Attributes:
        timeout: seconds for each step but the last.
        tls: what is trusted instead of what the system trusts. Certificates are always checked.
    """

    host: str
    port: int
    security: MailSecurity
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    data_timeout: float = DATA_SECONDS
    tls: ssl.SSLContext | None = field(default=None, repr=False)


class MailDoor:
    """A connection to the server, opened when there is something to hand over and kept for what follows."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: SMTP | None = None

    async def hand_over(self, message: bytes, sender: str, recipient: str) -> Answer:
        """Hand one e-mail over. Whatever goes wrong on the way is an answer and no exception.

        Args:
            message: the whole e-mail, in ASCII.
            sender: whom the server tells when it cannot deliver; an address alone.
            recipient: the one address it goes to.
        """
        smtp = self._smtp
        refusal = None if smtp is None else await self._address(smtp, sender, recipient)
        if smtp is None or (refusal is not None and refusal.verdict is Verdict.AWAY):
            # Servers end a connection after some time or some e-mails. Nothing of this one is with it yet.
            self.drop()
            connected = await self._connect()
            if isinstance(connected, Answer):
                return connected
            smtp = self._smtp = connected
            refusal = await self._address(smtp, sender, recipient)
        answer = refusal or await self._give(smtp, message)
        if answer.verdict is not Verdict.TAKEN:
            await self._start_over(smtp)
        return answer

    async def close(self) -> None:
        """Say goodbye, if there is a connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await smtp.quit(timeout=QUIT_SECONDS)
            smtp.close()

    def drop(self) -> None:
        """Let go of the connection without waiting for anyone."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    async def _connect(self) -> SMTP | Answer:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout,
            use_tls=server.security is MailSecurity.TLS,
            start_tls=server.security is MailSecurity.STARTTLS,
            tls_context=server.tls,
        )
        try:
            await smtp.connect()
            if server.username is not None:
                await _log_in(smtp, server.username, server.password or "")
        except (SMTPException, OSError, ValueError) as error:
            smtp.close()
            return _not_let_in(error)
        return smtp

    async def _address(self, smtp: SMTP, sender: str, recipient: str) -> Answer | None:
        """From whom and to whom; None when the server agrees."""
        try:
            await smtp.mail(sender)
            await smtp.rcpt(recipient)
        except ValueError as error:  # an address that cannot be written to a server
            return Answer(Verdict.REFUSED, _said(str(error)))
        except (SMTPException, OSError) as error:
            return _not_taken(error)
        return None

    async def _give(self, smtp: SMTP, message: bytes) -> Answer:
        try:
            response = await smtp.data(message, timeout=self._server.data_timeout)
        except (SMTPException, OSError) as error:
            return _not_taken(error)
        return Answer(Verdict.TAKEN, _said(response.message))

    async def _start_over(self, smtp: SMTP) -> None:
        """Leave nothing of a failed e-mail behind for the next one."""
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            self.drop()


async def _log_in(smtp: SMTP, username: str, password: str) -> None:
    """Log in once. aiosmtplib's own tries every way there is (5.1), and servers lock out who guesses that often."""
    await smtp.ehlo()
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    for name, log_in in ways.items():
        if name in smtp.server_auth_methods:
            await log_in(username, password)
            return
    raise SMTPException("the server has no way to log in that is known here")


def _not_taken(error: SMTPException | OSError) -> Answer:
    """What it means that an e-mail was not taken once we were let in."""
    said = _said(str(getattr(error, "message", error)))
    if not isinstance(error, SMTPResponseException) or error.code == SHUTTING_DOWN or error.code < 0:
        return Answer(Verdict.AWAY, said)
    said = f"{error.code} {said}"
    permanent = error.code >= PERMANENT
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        # The sender is the same for all: the fault is none of this one's.
        return Answer(Verdict.BARRED if permanent else Verdict.AWAY, said)
    return Answer(Verdict.REFUSED if permanent else Verdict.LATER, said)


def _not_let_in(error: SMTPException | OSError | ValueError) -> Answer:
    """What it means that there is no connection to hand anything over on."""
    said = _said(str(getattr(error, "message", error)))
    if isinstance(error, SMTPResponseException):
        barred = error.code >= PERMANENT
        return Answer(Verdict.BARRED if barred else Verdict.AWAY, f"{error.code} {said}")
    untrusted = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
    # What is no fault of the network is a server without STARTTLS or login, or a name that cannot be looked up.
    away = isinstance(error, OSError) and not untrusted
    return Answer(Verdict.AWAY if away else Verdict.BARRED, said)


def _said(reply: str) -> str:
    return one_line(reply, MOST_OF_A_REPLY)
