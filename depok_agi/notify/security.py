"""How e-mails are kept from others on their way to the mail server. The settings import this, so it imports little."""

from enum import StrEnum


class MailSecurity(StrEnum):
    """How what is sent is kept from others on its way to the mail server."""

    NONE = "none"
    """Not at all: only for a server on this machine."""
    STARTTLS = "starttls"
    """The connection is encrypted once the server has greeted."""
    TLS = "tls"
    """The connection is encrypted from its first byte."""
