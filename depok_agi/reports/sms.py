"""The SMS centre: what came in and went out, and the tickets that came by SMS."""

from dataclasses import dataclass

from depok_agi.reports.report import Figure, Note, Section, Unit
from depok_agi.reports.tickets import Standing, Tickets
from depok_agi.tickets.ticket import TicketChannel


@dataclass(frozen=True, slots=True)
class Messages:
    """How many SMS came in, each once; how many Asterisk took to send; how many were given up."""

    received: int = 0
    sent: int = 0
    dropped: int = 0


def figures(messages: Messages, tickets: Tickets) -> tuple[Figure, ...]:
    """The figures of one period."""
    by_sms = tickets.by_channel.get(TicketChannel.SMS, Standing())
    return (
        Figure("messages_received", "SMS received", Unit.COUNT, messages.received),
        Figure("messages_sent", "SMS sent", Unit.COUNT, messages.sent),
        Figure("messages_dropped", "SMS given up", Unit.COUNT, messages.dropped),
        Figure("received", "Tickets by SMS", Unit.COUNT, by_sms.received),
        Figure("answered", "Answered", Unit.COUNT, by_sms.answered),
        Figure("in_process", "In process", Unit.COUNT, by_sms.in_process),
        Figure("late", "In process and late", Unit.COUNT, by_sms.late),
    )


def section(compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared."""
    return Section("sms", "SMS", compared, (), (Note("These tickets are among all tickets."),))
