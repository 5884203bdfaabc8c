"""Writes an e-mail of the queue, from what is so now."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from depok_agi.notify.letter import Letter, about_ticket
from depok_agi.notify.mail import Kind, Mail
from depok_agi.notify.matter import Department, Matter
from depok_agi.notify.sheet import sheet


def write(mail: Mail, opd: Department, matters: Sequence[Matter], now: datetime, timezone: tzinfo) -> Letter | None:
    """What it says about these tickets, the ones that it is about; None when there is nothing left to say."""
    if not matters:
        return None
    if mail.kind is Kind.SHEET:
        return sheet(opd, matters, now, timezone)
    return about_ticket(mail.kind, mail.role, opd, matters[0], now, timezone)
