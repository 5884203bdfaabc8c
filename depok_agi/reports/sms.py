"""The SMS centre: the tickets that came by SMS."""

from depok_agi.reports.report import Figure, Note, Section, Unit
from depok_agi.reports.tickets import Standing, Tickets
from depok_agi.tickets.ticket import TicketChannel


def figures(tickets: Tickets) -> tuple[Figure, ...]:
    """The figures of one period."""
    by_sms = tickets.by_channel.get(TicketChannel.SMS, Standing())
    return (
        Figure("received", "Tickets by SMS", Unit.COUNT, by_sms.received),
        Figure("answered", "Answered", Unit.COUNT, by_sms.answered),
        Figure("in_process", "In process", Unit.COUNT, by_sms.in_process),
        Figure("late", "In process and late", Unit.COUNT, by_sms.late),
    )


def section(compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared."""
    own = Note("These tickets are among all tickets. SMS that were sent are not counted here.")
    return Section("sms", "SMS", compared, (), (own,))
