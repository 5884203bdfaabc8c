"""Where the call log had gaps, and what came of them: whoever reads the calls' figures is to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from depok_agi.reports.report import Column, Figure, Note, Section, Table, Unit


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody listened to Asterisk; how many of its calls were recovered, and how many ended unknown."""

    pbx: str
    since: datetime
    until: datetime
    recovered: int
    unknown: int


def figures(gaps: Sequence[Gap], since: datetime, until: datetime) -> tuple[Figure, ...]:
    """The figures of one period, from its beginning until its end."""
    lasted = sum(int((min(gap.until, until) - max(gap.since, since)).total_seconds()) for gap in gaps)
    return (
        Figure("gaps", "Gaps in the call log", Unit.COUNT, len(gaps)),
        Figure("gap_seconds", "Time in gaps", Unit.SECONDS, lasted),
        Figure("gap_recovered", "Calls recovered", Unit.COUNT, sum(gap.recovered for gap in gaps)),
        Figure("gap_unknown", "Calls whose end is unknown", Unit.COUNT, sum(gap.unknown for gap in gaps)),
    )


def section(gaps: Sequence[Gap], compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared, and each gap of the period."""
    table = Table(
        "gaps_in_the_log",
        "Gaps in the call log",
        (
            Column("pbx", "PBX", Unit.TEXT),
            Column("since", "Since", Unit.MOMENT),
            Column("until", "Until", Unit.MOMENT),
            Column("gap_recovered", "Recovered", Unit.COUNT),
            Column("gap_unknown", "Unknown", Unit.COUNT),
        ),
        tuple((gap.pbx, gap.since, gap.until, gap.recovered, gap.unknown) for gap in gaps),
    )
    if not gaps:
        return Section(
            "gaps",
            "Gaps in the call log",
            compared,
            (table,),
            (Note("No gap in the call log is known of this period."),),
        )
    return Section("gaps", "Gaps in the call log", compared, (table,))
