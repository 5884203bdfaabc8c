"""Totals add up, and are what the call log and the tickets say; in JSON and CSV they are the same."""

import asyncio
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.calls.record import CallRecord, Direction, Outcome
from depok_agi.desk import Desk, calls, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import DepokError
from depok_agi.reports.as_csv import to_csv
from depok_agi.reports.as_json import to_json
from depok_agi.reports.report import Report, Table, Value
from depok_agi.store.times import microseconds
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import AREAS, TicketChannel
from tests.unit.desk.made import ANI, BUDI, WIB, Clock, call, desk_at, wib
from tests.unit.reports.made import column, month, report_of, rows, table, values

MONTH = month("2026-06")
BEGINS, ENDS = wib("2026-06-01 00:00"), wib("2026-07-01 00:00")
OUTCOMES = [Outcome.ANSWERED, Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.LEFT_MENU, Outcome.CLOSED, Outcome.FULL]
MOMENTS = st.datetimes(datetime(2026, 5, 30), datetime(2026, 7, 2)).map(lambda at: at.replace(tzinfo=WIB))  # noqa: DTZ001
ACTIONS = st.lists(st.sampled_from(["forward", "answer", "bounce", "reopen", "close"]), max_size=6)


@dataclass(frozen=True)
class Said:
    """A ticket, and what is tried with it."""

    complaint: Complaint
    actions: Sequence[str]


CALLS = st.lists(
    st.builds(
        lambda outcome, began, operator, direction, wait: replace(
            call("1.1", outcome, number=ANI, direction=direction, began=began),
            operator=operator if outcome is Outcome.ANSWERED else None,
            wait_seconds=wait,
        ),
        st.sampled_from(OUTCOMES),
        MOMENTS,
        st.sampled_from(["siti", "budi", None]),
        st.sampled_from([Direction.INBOUND, Direction.INBOUND, Direction.INTERNAL]),
        st.none() | st.integers(0, 60),
    ),
    max_size=12,
).map(lambda made: [_numbered(one, place) for place, one in enumerate(made)])
TICKETS = st.lists(
    st.builds(
        Said,
        st.builds(
            Complaint,
            text=st.just("Sampah"),
            channel=st.sampled_from(TicketChannel),
            caller=st.sampled_from([ANI, BUDI, None]),
            category=st.sampled_from(["sampah", "macet", None]),
            area=st.sampled_from([*AREAS[:2], None]),
            at=MOMENTS,
        ),
        ACTIONS,
    ),
    max_size=8,
)


def _numbered(one: CallRecord, place: int) -> CallRecord:
    return replace(one, id=f"depok-1.{place}", uniqueids=(f"1.{place}",))


async def live(desk: Desk, clock: Clock, log: list[CallRecord], said: list[Said]) -> None:
    """All of it, in July."""
    for one in log:
        await calls.record(desk, [one], [])
    for each in said:
        number = (await tickets.open_ticket(desk, each.complaint, "siti")).number
        for place, action in enumerate(each.actions):
            clock.later(hours=20)
            try:
                match action:
                    case "forward":
                        await tickets.forward(desk, number, ("DLHK", "DISHUB")[place % 2], "siti")
                    case "answer":
                        await tickets.answer(desk, number, "Sudah", "siti")
                    case "bounce":
                        await tickets.bounce(desk, number, "Bukan kami", "siti")
                    case "reopen":
                        await tickets.reopen(desk, number, "Belum", "siti")
                    case "close":
                        await tickets.close(desk, number, "siti", told=True)
            except DepokError:
                continue
    clock.later(seconds=1)


def count(value: Value) -> int:
    assert isinstance(value, int)
    return value


def adds_up(of: Table) -> None:
    """Each column of counts to its total."""
    assert of.total is not None
    for place, one in enumerate(of.columns):
        if one.unit == "count" and place > 0:
            assert sum(count(row[place]) for row in of.rows) == of.total[place], one.key


@settings(deadline=None, max_examples=60)
@given(CALLS, TICKETS)
def test_whatever_happens(log: list[CallRecord], said: list[Said]) -> None:
    async def check(path: Path) -> None:
        clock = Clock(wib("2026-07-03 08:00"))
        async with desk_at(path, clock) as desk:
            await live(desk, clock, log, said)
            report = await report_of(desk, MONTH)
            check_sums(report)
            await check_calls(desk, report)
            await check_tickets(desk, report, said, clock.at)
            check_written(report)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder) / "store.sqlite"))


def check_sums(report: Report) -> None:
    for section in report.sections:
        for one in section.tables:
            if one.total is not None:
                adds_up(one)
    offered, answered, abandoned = values(report, "calls.offered", "calls.answered", "calls.abandoned")
    for key in ("calls_by_hour", "calls_by_weekday", "calls_by_day"):
        assert (table(report, key).total or ())[1:] == (offered, answered, abandoned)
    assert (table(report, "calls_by_outcome").total or ())[1] == offered
    assert (table(report, "calls_by_operator").total or ())[1] == answered
    assert sum(map(count, column(table(report, "calls_by_weekday_and_hour"), "offered"))) == offered
    received, stand, process = values(report, "tickets.received", "tickets.answered", "tickets.in_process")
    for key in ("tickets_by_opd", "tickets_by_category", "tickets_by_area", "tickets_by_channel"):
        assert (table(report, key).total or ())[1:4] == (received, stand, process)
    owed, *parts = values(report, "callbacks.owed", "callbacks.done", "callbacks.expired", "callbacks.still_owed")
    assert owed == sum(map(count, parts))


async def check_calls(desk: Desk, report: Report) -> None:
    """What `calls list` says of the month."""
    listed = await calls.listed(desk, since=microseconds(BEGINS), until=microseconds(ENDS), limit=1000)
    inbound = [one for one, _, _ in listed if one.direction is Direction.INBOUND]
    by_outcome = Counter(one.outcome for one in inbound)
    found = {name: row["offered"] for name, row in rows(table(report, "calls_by_outcome")).items() if row["offered"]}
    assert found == by_outcome
    answered = [one for one in inbound if one.outcome is Outcome.ANSWERED]
    by_operator = {name: row["answered"] for name, row in rows(table(report, "calls_by_operator")).items()}
    assert by_operator == Counter(one.operator for one in answered)
    hours = Counter(datetime.fromtimestamp((one.started_at or 0) / 1e6, WIB).hour for one in inbound)
    by_hour = rows(table(report, "calls_by_hour"))
    assert {hour: row["offered"] for hour, row in by_hour.items() if row["offered"]} == hours
    in_time = sum((one.wait_seconds or 0) <= 20 for one in answered)
    counting = len(answered) + by_outcome[Outcome.ABANDONED]
    assert values(report, "calls.service_level") == (in_time / counting if counting else None,)


async def check_tickets(desk: Desk, report: Report, said: list[Said], now: datetime) -> None:
    """What `tickets list` says of those that were left in the month: the present is what the history comes to."""
    of_month = [ticket for ticket in await tickets.listed(desk, limit=1000) if BEGINS <= ticket.opened_at < ENDS]
    assert values(report, "tickets.received") == (len(of_month),)
    assert len(of_month) == sum(BEGINS <= (one.complaint.at or now) < ENDS for one in said)
    answered = [one for one in of_month if one.status in {TicketStatus.ANSWERED, TicketStatus.CLOSED}]
    late = [one for one in of_month if one.status is TicketStatus.FORWARDED and one.due_at and one.due_at < now]
    assert values(report, "tickets.answered", "tickets.late") == (len(answered), len(late))
    by_opd = rows(table(report, "tickets_by_opd"))
    assert {opd: row["received"] for opd, row in by_opd.items()} == Counter(one.opd for one in of_month)


def check_written(report: Report) -> None:
    """The same values in JSON and in CSV."""
    as_json: Any = to_json(report, WIB)
    lines = list(csv.DictReader(io.StringIO(to_csv(report, WIB))))
    for section in report.sections:
        for figure in section.figures:
            [line] = [one for one in lines if (one["section"], one["key"]) == (section.key, figure.key)]
            written = as_json["sections"][section.key]["figures"][figure.key]
            for name in ("value", "before", "year_before"):
                assert line[name] == ("" if written[name] is None else str(written[name]))
        for one in section.tables:
            cells = [line for line in lines if (line["section"], line["key"]) == (section.key, one.key)]
            in_json = as_json["sections"][section.key]["tables"][one.key]
            whole = [*in_json["rows"], *([in_json["total"]] if in_json["total"] else [])]
            about = len(one.columns) - len({cell["column"] for cell in cells}) if cells else 0
            expected = [str("" if value is None else value) for row in whole for value in list(row.values())[about:]]
            assert [cell["value"] for cell in cells] == expected


def test_a_call_a_second_before_the_month_and_one_at_its_first_moment_are_told_apart(tmp_path: Path) -> None:
    async def check() -> None:
        clock = Clock(wib("2026-07-03 08:00"))
        async with desk_at(tmp_path / "store.sqlite", clock) as desk:
            for place, began in enumerate([BEGINS - timedelta(microseconds=1), BEGINS, ENDS]):
                await calls.record(desk, [_numbered(call(began=began), place)], [])
            clock.later(seconds=1)
            assert values(await report_of(desk, MONTH), "calls.offered") == (1,)

    asyncio.run(check())
