"""The mail server, which takes what the OPDs must answer."""

import asyncio

from depok_agi.config import Mail
from depok_agi.doctor.finding import Finding, failure, ok

WAITS_SECONDS = 5.0
GREETING = b"220"
"""What a server begins with that takes mail (RFC 5321, 4.2)."""


async def look(mail: Mail) -> Finding:
    """Is it there, and does it speak SMTP? By TLS its greeting cannot be seen before, so a connection is enough."""
    where = f"{mail.host}:{mail.port}"
    mend = "see that the mail server runs, and that [mail] names it; e-mails wait in the store until then"
    try:
        async with asyncio.timeout(WAITS_SECONDS):
            reader, writer = await asyncio.open_connection(mail.host, mail.port)
            greeting = GREETING if mail.security == "tls" else await reader.read(64)
            writer.close()
    except (OSError, TimeoutError) as error:
        return failure(
            "mail", "{where}: {reason}", mend, where=where, reason=getattr(error, "strerror", None) or "no answer"
        )
    if not greeting.startswith(GREETING):
        return failure("mail", "{where} does not speak SMTP", mend, where=where)
    return ok("mail", "{where} takes mail", where=where)
