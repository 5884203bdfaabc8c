"""A month's report with the tables of which open data is made."""

from datetime import datetime
from fractions import Fraction

from depok_agi.calls.record import Outcome
from depok_agi.reports.report import Column, Figure, Report, Section, Table, Unit, Value
from depok_agi.tickets.ticket import TicketChannel
from tests.unit.desk.made import wib
from tests.unit.reports.made_up import SEPTEMBER

Ticket = tuple[str | None, str | None, str | None, str, bool, bool, bool]
"""Department, category, kecamatan, channel; answered, within 3 days, late."""

Call = tuple[str, int, int]
"""Outcome, weekday, hour."""

MEASURES = (
    Column("received", "Received", Unit.COUNT),
    Column("answered", "Answered", Unit.COUNT),
    Column("in_process", "In process", Unit.COUNT),
    Column("late", "Late", Unit.COUNT),
    Column("within_3_days", "Within 3 days", Unit.SHARE),
)


def _measures(tickets: list[Ticket]) -> tuple[Value, ...]:
    answered = [ticket for ticket in tickets if ticket[4]]
    within = sum(ticket[5] for ticket in answered)
    late = sum(ticket[6] for ticket in tickets if not ticket[4])
    share = float(Fraction(within, len(answered))) if answered else None
    return len(tickets), len(answered), len(tickets) - len(answered), late, share


def _tickets_by(key: str, place: int, unit: Unit, tickets: list[Ticket]) -> Table:
    names = sorted({ticket[place] for ticket in tickets}, key=str)
    rows = tuple((name, *_measures([t for t in tickets if t[place] == name])) for name in names)
    columns = (Column(key, key, unit), *MEASURES)
    return Table(f"tickets_by_{key}", key, columns, rows, ("total", *_measures(tickets)))


def _calls_by(key: str, unit: Unit, names: list[Value], found: list[Value]) -> Table:
    columns = (Column(key, key, unit), Column("offered", "Calls", Unit.COUNT))
    return Table(f"calls_by_{key}", key, columns, tuple((name, found.count(name)) for name in names))


def month(calls: list[Call], tickets: list[Ticket], as_of: datetime | None = None, *, running: bool = False) -> Report:
    """The report of September 2026."""
    operators = Table(
        "calls_by_operator",
        "Calls by operator",
        (Column("operator", "Operator", Unit.TEXT), Column("answered", "Answered", Unit.COUNT)),
        (("siti", 700),),
    )
    outcomes: list[Value] = [outcome.value for outcome in Outcome]
    sections = (
        Section(
            "calls",
            "Calls",
            (Figure("offered", "Calls", Unit.COUNT, len(calls)),),
            (
                _calls_by("outcome", Unit.TERM, outcomes, [call[0] for call in calls]),
                _calls_by("weekday", Unit.WEEKDAY, list(range(1, 8)), [call[1] for call in calls]),
                _calls_by("hour", Unit.HOUR, list(range(24)), [call[2] for call in calls]),
                operators,
            ),
        ),
        Section(
            "tickets",
            "Tickets",
            (),
            (
                _tickets_by("opd", 0, Unit.TEXT, tickets),
                _tickets_by("category", 1, Unit.TEXT, tickets),
                _tickets_by("area", 2, Unit.TEXT, tickets),
                _tickets_by("channel", 3, Unit.TERM, tickets),
            ),
        ),
    )
    return Report(SEPTEMBER, as_of or wib("2026-10-01 08:00"), running, sections)


def usual() -> Report:
    """453 complaints, of which departments got 450 and answered 414 in time."""
    calls = [(Outcome.ANSWERED.value, 1 + place % 5, 8 + place % 7) for place in range(900)]
    calls += [(Outcome.ABANDONED.value, 1, 9)] * 30 + [(Outcome.FULL.value, 2, 10)] * 2
    opds = ["DLHK", "DPUPR", "DISHUB"]
    tickets: list[Ticket] = []
    for place in range(450):
        answered = place < 430
        category, channel = ("sampah", "macet")[place % 2], (TicketChannel.PHONE, TicketChannel.SMS)[place % 3 == 0]
        tickets.append((opds[place % 3], category, "Beji", channel, answered, place < 414, not answered))
    tickets += [(None, None, "Tapos", TicketChannel.WEB, True, True, False)] * 3
    return month(calls, tickets)
