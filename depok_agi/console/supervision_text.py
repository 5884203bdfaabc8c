"""What a supervisor watches, as lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from depok_agi.calls.record import CallRecord
from depok_agi.cli.attending import state_in_words
from depok_agi.cli.language import _
from depok_agi.console.fitting import INDENT, indented, wrapped
from depok_agi.console.words import duration, in_a_list, moment_or_dash, number_of, since, term
from depok_agi.desk.at_phone import OperatorNow, waiting_since
from depok_agi.desk.presence import Present
from depok_agi.desk.supervising import LateOpd, Owed, Today

MOST_LINES = 8
"""Of each kind: a supervisor sees the beginning of a long list, and how many more there are."""


def lines(
    calls: Sequence[CallRecord],
    operators: Sequence[OperatorNow],
    present: Mapping[str, Present],
    today: Today,
    owed: Owed,
    late: Sequence[LateOpd],
    answer_within: int,
    now: datetime,
    zone: tzinfo,
    width: int,
) -> list[str]:
    """Everything; the calls that wait longest come first. `present` is by operator; who is not there has signed out."""
    return [
        *_today(today, owed, answer_within, width),
        *_calls(calls, now, width),
        *_operators(operators, present, now, width),
        *_late(late, zone, width),
    ]


def _today(today: Today, owed: Owed, answer_within: int, width: int) -> list[str]:
    level = "-" if today.service_level is None else f"{today.service_level:.0%}"
    return [
        _("Today: {offered} calls, {answered} answered, {missed} wanted a person and got none").format(
            offered=today.offered, answered=today.answered, missed=today.missed
        ),
        *wrapped(
            _("service level {level}: answered within {seconds} s, by all answered or abandoned").format(
                level=level, seconds=answer_within
            ),
            width,
        ),
        INDENT + _("{open} are owed a call, {late} of those late").format(open=owed.open, late=owed.late),
    ]


def _calls(calls: Sequence[CallRecord], now: datetime, width: int) -> list[str]:
    def first(call: CallRecord) -> tuple[bool, int]:
        waits = waiting_since(call)
        return waits is None, waits if waits is not None else call.started_at or 0

    ordered = sorted(calls, key=first)
    waits = [at for call in calls if (at := waiting_since(call)) is not None]
    found = [_("Calls now: {up}, waiting: {waiting}").format(up=len(calls), waiting=len(waits))]
    if waits:
        found[0] += ", " + _("the longest for {time}").format(time=since(min(waits), now))
    return [*found, *_shortened([_call(call, now, width) for call in ordered])]


def _call(call: CallRecord, now: datetime, width: int) -> str:
    waits = waiting_since(call)
    if waits is not None:
        state, at = _("waits"), waits
    elif call.answered_at is not None:
        state, at = _("talking"), call.answered_at
    else:
        state, at = _("in the menu") if call.direction == "inbound" else _("dialling"), call.started_at or 0
    number, raw = number_of(call)
    cells = (state, since(at, now), in_a_list(number, None, raw), call.queue or "-", call.operator or "-")
    return indented(cells, (12, 8, 16, 14, 0), width)


def _operators(
    operators: Sequence[OperatorNow], present: Mapping[str, Present], now: datetime, width: int
) -> list[str]:
    rows = [
        indented(
            (one.operator, term(one.state), since(one.since, now), _present(present.get(one.operator), now)),
            (16, 12, 9, 0),
            width,
        )
        for one in operators
    ]
    return [_("Operators: {count}").format(count=len(rows)), *rows]


def _present(one: Present | None, now: datetime) -> str:
    """What the queue knows of an operator, and for how long."""
    return _("out") if one is None else f"{state_in_words(one)}  {duration((now - one.since).total_seconds())}"


def _late(late: Sequence[LateOpd], zone: tzinfo, width: int) -> list[str]:
    rows = [
        indented(
            (
                one.opd,
                _("! {count} late").format(count=one.late),
                _("the oldest since {time}").format(time=moment_or_dash(one.since, zone)),
            ),
            (14, 16, 0),
            width,
        )
        for one in late
    ]
    return [_("Late by OPD: {count}").format(count=sum(one.late for one in late)), *_shortened(rows)]


def _shortened(rows: list[str]) -> list[str]:
    more = len(rows) - MOST_LINES
    return rows if more <= 0 else [*rows[:MOST_LINES], INDENT + _("and {count} more").format(count=more)]
