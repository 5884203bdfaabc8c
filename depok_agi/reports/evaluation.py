"""The evaluation of a day, month or year: all sections together, beside the period before and the year before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from depok_agi.calls.record import Outcome
from depok_agi.reports import callbacks, calls, gaps, operators, satisfaction, sms, tickets
from depok_agi.reports.callbacks import Callbacks
from depok_agi.reports.calls import Calls
from depok_agi.reports.gaps import Gap
from depok_agi.reports.operators import Times
from depok_agi.reports.period import Period
from depok_agi.reports.report import Figure, Note, Report, Section
from depok_agi.reports.satisfaction import Scores
from depok_agi.reports.sms import Messages
from depok_agi.reports.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted of one period, as it was known at the report's moment."""

    period: Period
    calls: Calls = field(default_factory=Calls)
    tickets: Tickets = field(default_factory=Tickets)
    callbacks: Callbacks = field(default_factory=Callbacks)
    scores: Scores = field(default_factory=dict)
    gaps: Sequence[Gap] = ()
    messages: Messages = field(default_factory=Messages)
    times: Times = field(default_factory=Times)


def evaluation(
    counted: Counted,
    before: Counted | None,
    year_before: Counted | None,
    *,
    as_of: datetime,
    begins: datetime | None,
    timezone: tzinfo,
    answer_within: int,
) -> Report:
    """Put the report together.

    Args:
        counted: of the period itself.
        before: of the period before; None where it is from before the records begin.
        year_before: of the same period a year earlier; None likewise, and where there is none (29 February).
        as_of: the moment whose knowledge it tells.
        begins: when the records begin, as known then; None where there are none.
        timezone: the wall clock of the centre.
        answer_within: the service level's limit, in seconds.
    """
    own = _figures(counted, timezone, answer_within)
    earlier = {} if before is None else _figures(before, timezone, answer_within)
    last_year = {} if year_before is None else _figures(year_before, timezone, answer_within)
    compared = {key: _compared(own[key], earlier.get(key), last_year.get(key)) for key in own}
    sections: tuple[Section, ...] = (
        calls.section(counted.calls, compared["calls"], counted.period, timezone, answer_within),
        operators.section(counted.times, compared["operators"]),
        tickets.section(counted.tickets, compared["tickets"]),
        callbacks.section(counted.callbacks, compared["callbacks"]),
        sms.section(compared["sms"]),
        satisfaction.section(counted.scores, compared["satisfaction"]),
        gaps.section(counted.gaps, compared["gaps"]),
    )
    running = as_of < counted.period.until(timezone)
    return Report(counted.period, as_of, running, sections, _notes(counted.period, begins, timezone, running=running))


def _figures(one: Counted, timezone: tzinfo, answer_within: int) -> dict[str, tuple[Figure, ...]]:
    """The figures of each section."""
    return {
        "calls": calls.figures(one.calls, answer_within),
        "operators": operators.figures(one.times),
        "tickets": tickets.figures(one.tickets),
        "callbacks": callbacks.figures(one.callbacks),
        "sms": sms.figures(one.messages, one.tickets),
        "satisfaction": satisfaction.figures(one.scores, one.calls.of(Outcome.ANSWERED)),
        "gaps": gaps.figures(one.gaps, one.period.since(timezone), one.period.until(timezone)),
    }


def _compared(
    own: tuple[Figure, ...], before: tuple[Figure, ...] | None, year_before: tuple[Figure, ...] | None
) -> tuple[Figure, ...]:
    return tuple(
        replace(
            figure,
            before=None if before is None else before[place].value,
            year_before=None if year_before is None else year_before[place].value,
        )
        for place, figure in enumerate(own)
    )


def _notes(period: Period, begins: datetime | None, timezone: tzinfo, *, running: bool) -> tuple[Note, ...]:
    notes = []
    if running:
        notes.append(Note("The period is not over yet; the figures beside it are of whole periods."))
    if begins is None:
        notes.append(Note("There are no records yet."))
    elif begins > period.before.since(timezone) or _is_first_year(period, begins, timezone):
        notes.append(
            Note(
                "The records begin on {day}: earlier than that there is nothing to compare.",
                (("day", begins.date().isoformat()),),
            )
        )
    if period.year_before is None:
        notes.append(Note("No other year beside has this day: there is no figure of the year before."))
    return tuple(notes)


def _is_first_year(period: Period, begins: datetime, timezone: tzinfo) -> bool:
    year_before = period.year_before
    return year_before is not None and begins > year_before.since(timezone)
