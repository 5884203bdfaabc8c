"""The odd cases count as the definitions say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from depok_agi.calls.record import Direction, Outcome, Source
from depok_agi.desk import Desk, callbacks, calls, opds, taking, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.reports.calls import Calls, Load
from depok_agi.reports.calls import section as calls_section
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Report, Value
from depok_agi.store import history
from depok_agi.tickets.callback import AttemptResult
from depok_agi.tickets.clock import Clock as Deadline
from depok_agi.tickets.history import DUE, SERVICE
from depok_agi.tickets.ticket import HistoryEntry
from depok_agi.voice.left import Score
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, call, wib
from tests.unit.reports.made import day, figure, month, report_of, rows, table, values

MONDAY = day("2026-06-08")
THREE_DAYS = timedelta(hours=72)


async def opened(desk: Desk, *, category: str = "sampah", caller: str | None = ANI) -> str:
    return (await tickets.open_ticket(desk, Complaint("x", caller=caller, category=category), "siti")).number


def opd_rows(report: Report) -> dict[Value, Value]:
    return {opd: row["received"] for opd, row in rows(table(report, "tickets_by_opd")).items()}


class TestPeriods:
    async def test_an_empty_one_has_zeros_and_dashes_and_every_hour(self, desk: Desk, clock: Clock) -> None:
        clock.later(days=1)
        report = await report_of(desk, MONDAY)
        assert values(report, "calls.offered", "tickets.received", "callbacks.made") == (0, 0, 0)
        assert values(report, "calls.service_level", "calls.wait_p90", "tickets.on_time_share") == (None, None, None)
        assert len(table(report, "calls_by_hour").rows) == 24
        assert [note.text for note in report.notes] == ["There are no records yet."]

    async def test_one_that_runs_says_so_and_counts_what_has_happened(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call()], [])
        clock.later(minutes=1)
        report = await report_of(desk, month("2026-06"))
        assert report.running
        assert values(report, "calls.offered") == (1,)
        assert any("not over" in note.text for note in report.notes)
        clock.later(days=30)
        assert not (await report_of(desk, month("2026-06"))).running

    async def test_one_that_has_not_begun_is_refused(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="had not begun at 2026-06-08 10:00"):
            await report_of(desk, month("2026-07"))
        with pytest.raises(RefusedError, match="had not begun"):
            await report_of(desk, MONDAY, wib("2026-06-07 12:00"))

    async def test_nobody_knows_what_is_to_come(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="2026-06-08 10:01 is still to come"):
            await report_of(desk, MONDAY, TEN + timedelta(minutes=1))

    async def test_in_the_first_year_there_is_nothing_to_compare(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call(began=TEN - timedelta(days=1))], [])
        clock.later(hours=1)
        offered = figure(await report_of(desk, MONDAY), "calls.offered")
        assert (offered.value, offered.before, offered.year_before) == (0, 1, None)
        report = await report_of(desk, day("2026-06-07"))
        assert figure(report, "calls.offered").before is None
        assert [dict(note.values) for note in report.notes] == [{"day": "2026-06-07"}]

    async def test_the_same_day_a_year_before_is_beside_it(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1", began=wib("2025-06-08 10:00"))], [])
        await calls.record(desk, [call("1.2"), call("1.3", number=BUDI)], [])
        clock.later(hours=1)
        offered = figure(await report_of(desk, MONDAY), "calls.offered")
        assert (offered.value, offered.before, offered.year_before) == (2, 0, 1)

    async def test_a_leap_day_has_no_year_before_and_its_february_a_day_more(self, desk: Desk, clock: Clock) -> None:
        leap = wib("2028-02-29 10:00")
        await calls.record(desk, [call("1.1", began=wib("2027-02-28 10:00")), call("1.2", began=leap)], [])
        clock.at = leap + timedelta(hours=1)
        report = await report_of(desk, day("2028-02-29"))
        assert figure(report, "calls.offered").year_before is None
        assert any("No other year" in note.text for note in report.notes)
        february = await report_of(desk, month("2028-02"))
        assert len(table(february, "calls_by_day").rows) == 29
        assert figure(february, "calls.offered").year_before == 1

    async def test_the_year_before_the_year_is_the_year_before(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1", began=wib("2025-03-01 10:00")), call("1.2")], [])
        clock.later(hours=1)
        year = await report_of(desk, Period.around(PeriodKind.YEAR, TEN.date()))
        offered = figure(year, "calls.offered")
        assert (offered.value, offered.before, offered.year_before) == (1, 1, 1)
        assert len(table(year, "calls_by_month").rows) == 12

    def test_hours_are_those_of_the_wall_clock_also_where_it_is_changed(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        begun = [datetime(2026, 3, 29, hour, 15, tzinfo=UTC) for hour in (0, 1)]
        quarters = {int(at.timestamp()) // 900: Load(calls) for calls, at in enumerate(begun, 1)}
        tables = calls_section(Calls(quarters=quarters), (), day("2026-03-29"), berlin, 20).tables
        [by_hour] = [one for one in tables if one.key == "calls_by_hour"]
        # 00:15 UTC is 01:15 before the change, 01:15 UTC is 03:15 after it.
        assert {row[0]: row[1] for row in by_hour.rows if row[1]} == {1: 1, 3: 2}


class TestCalls:
    async def test_one_that_is_up_counts_once_it_has_ended(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call(outcome=None)], [])
        clock.later(minutes=1)
        up = clock.at
        assert values(await report_of(desk, MONDAY), "calls.offered") == (0,)
        await calls.record(desk, [call()], [])
        clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY), "calls.offered") == (1,)
        assert values(await report_of(desk, MONDAY, up), "calls.offered") == (0,)

    async def test_one_that_is_recovered_later_was_not_known_before(self, desk: Desk, clock: Clock) -> None:
        clock.later(hours=3)
        asked = clock.at
        clock.later(hours=1)
        await calls.record(desk, [replace(call(), source=Source.RECOVERED)], [])
        clock.later(hours=1)
        assert values(await report_of(desk, MONDAY), "calls.offered", "calls.recovered") == (1, 1)
        assert values(await report_of(desk, MONDAY, asked), "calls.offered", "calls.recovered") == (0, 0)

    async def test_two_that_turn_out_to_be_one_were_two(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1"), call("1.2", Outcome.LEFT_MENU)], [])
        clock.later(minutes=1)
        two = clock.at
        await calls.record(desk, [call("1.1", more_channels=("1.2",))], ["depok-1.2"])
        clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY), "calls.offered") == (1,)
        assert values(await report_of(desk, MONDAY, two), "calls.offered") == (2,)

    async def test_writing_the_same_again_changes_nothing_of_when_it_was_known(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call()], [])
        clock.later(minutes=1)
        known = clock.at
        clock.later(hours=1)
        await calls.record(desk, [call()], [])
        clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY, known), "calls.offered") == (1,)

    async def test_the_abandoned_are_called_back_when_somebody_tries_after_the_call(
        self, desk: Desk, clock: Clock
    ) -> None:
        clock.later(minutes=5)
        await calls.record(desk, [call("1.1"), call("1.2", number=BUDI), call("1.3", number=None)], [])
        first = await callbacks.claim_next(desk, "siti")
        assert first is not None
        await callbacks.done(desk, first.id, AttemptResult.NO_ANSWER, "siti", None)
        clock.later(minutes=30)
        tried = clock.at
        keys = ("calls.abandoned", "calls.called_back", "calls.called_back_reached", "callbacks.reached")
        assert values(await report_of(desk, MONDAY), *keys) == (3, 1, 0, 0)
        await callbacks.done(desk, first.id, AttemptResult.REACHED, "siti", None)
        clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY), *keys) == (3, 1, 1, 1)
        assert values(await report_of(desk, MONDAY, tried), *keys) == (3, 1, 0, 0)

    async def test_who_calls_again_by_themselves_was_not_called_back(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1")], [])
        await calls.record(desk, [call("1.2", Outcome.ANSWERED, began=TEN + timedelta(minutes=5))], [])
        clock.later(hours=1)
        report = await report_of(desk, MONDAY)
        assert values(report, "calls.abandoned", "calls.called_back", "callbacks.done") == (1, 0, 1)

    async def test_an_operators_word_counts_from_when_it_was_entered(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1", Outcome.LEFT_MENU)], [])
        number = await opened(desk)
        await tickets.answer(desk, number, "Sudah", "siti")
        owed = await callbacks.claim_next(desk, "siti")
        assert owed is not None
        began = clock.later(minutes=1)
        outbound = call("1.2", Outcome.ANSWERED, direction=Direction.OUTBOUND, began=began)
        clock.later(minutes=2)
        await calls.record(desk, [outbound], [])
        clock.later(minutes=1)
        by_events = clock.at
        await callbacks.done(desk, owed.id, AttemptResult.DECLINED, "siti", None)
        clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY), "callbacks.made", "callbacks.reached") == (1, 0)
        assert values(await report_of(desk, MONDAY, by_events), "callbacks.made", "callbacks.reached") == (1, 1)

    async def test_the_first_score_of_a_call_counts_from_when_it_was_taken(self, desk: Desk, clock: Clock) -> None:
        clock.later(hours=2)
        before = clock.at
        clock.later(hours=1)
        await taking.take_score(desk, Score("1.1", 4, TEN))
        await taking.take_score(desk, Score("1.1", 1, TEN))
        clock.later(hours=1)
        keys = ("satisfaction.answers", "satisfaction.index", "satisfaction.grade")
        assert values(await report_of(desk, MONDAY), *keys) == (1, 100.0, "A")
        assert values(await report_of(desk, MONDAY, before), *keys) == (0, None, None)

    async def test_a_call_of_ours_that_is_recovered_later_was_no_try_before(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1")], [])
        began = clock.later(minutes=5)
        clock.later(hours=1)
        before = clock.at
        outbound = call("1.2", Outcome.BUSY, direction=Direction.OUTBOUND, began=began)
        await calls.record(desk, [replace(outbound, source=Source.RECOVERED)], [])
        clock.later(minutes=1)
        keys = ("callbacks.made", "calls.called_back")
        assert values(await report_of(desk, MONDAY), *keys) == (1, 1)
        assert values(await report_of(desk, MONDAY, before), *keys) == (0, 0)

    async def test_a_part_of_another_call_was_called_back_as_a_call_of_its_own(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1"), call("1.2", Outcome.LEFT_MENU)], [])
        owed = await callbacks.claim_next(desk, "siti")
        assert owed is not None
        clock.later(minutes=5)
        await callbacks.done(desk, owed.id, AttemptResult.REACHED, "siti", None)
        clock.later(minutes=1)
        apart = clock.at
        await calls.record(desk, [call("1.2", Outcome.ANSWERED, more_channels=("1.1",))], ["depok-1.1"])
        clock.later(minutes=1)
        keys = ("calls.offered", "calls.abandoned", "calls.called_back", "calls.called_back_reached")
        assert values(await report_of(desk, MONDAY), *keys) == (1, 0, 0, 0)
        assert values(await report_of(desk, MONDAY, apart), *keys) == (2, 1, 1, 1)

    async def test_an_earlier_call_that_is_recovered_later_moves_when_the_records_begin(
        self, desk: Desk, clock: Clock
    ) -> None:
        await calls.record(desk, [call("1.1")], [])
        clock.later(minutes=5)
        before = clock.at
        await calls.record(desk, [call("1.2", began=TEN - timedelta(days=1))], [])
        clock.later(minutes=5)
        offered = [figure(await report_of(desk, MONDAY, as_of), "calls.offered").before for as_of in (None, before)]
        assert offered == [1, None]

    async def test_what_turns_out_otherwise_counts_once(self, desk: Desk, clock: Clock) -> None:
        for outcome in (Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.ABANDONED):
            await calls.record(desk, [call(outcome=outcome)], [])
            clock.later(minutes=1)
        assert values(await report_of(desk, MONDAY), "calls.offered", "calls.abandoned") == (1, 1)
        second = TEN + timedelta(minutes=2)
        assert values(await report_of(desk, MONDAY, second), "calls.offered", "calls.abandoned") == (1, 0)


class TestCallbacks:
    async def test_what_is_owed_at_the_end_is_what_was_owed_then(self, desk: Desk, clock: Clock) -> None:
        await calls.record(desk, [call("1.1"), call("1.2", number=BUDI)], [])
        clock.later(days=1)
        owed = await callbacks.claim_next(desk, "siti")
        assert owed is not None
        await callbacks.done(desk, owed.id, AttemptResult.REACHED, "siti", None)
        clock.later(minutes=1)
        keys = ("callbacks.owed_at_end", "callbacks.late_at_end", "callbacks.oldest_owed")
        since = TEN + timedelta(minutes=1)
        assert values(await report_of(desk, MONDAY), *keys) == (2, 2, since)
        assert values(await report_of(desk, day("2026-06-09")), *keys) == (1, 1, since)
        assert values(await report_of(desk, MONDAY), "callbacks.done", "callbacks.still_owed") == (1, 1)


class TestTickets:
    async def test_at_the_second_that_it_is_due_it_is_in_time_and_late_after_it(self, desk: Desk, clock: Clock) -> None:
        number = await opened(desk)
        await tickets.forward(desk, number, None, "siti")
        clock.at = TEN + THREE_DAYS
        assert values(await report_of(desk, MONDAY), "tickets.in_process", "tickets.late") == (1, 0)
        clock.later(seconds=1)
        assert values(await report_of(desk, MONDAY), "tickets.in_process", "tickets.late") == (1, 1)
        await tickets.answer(desk, number, "Sudah", "siti")
        clock.later(seconds=1)
        keys = ("tickets.in_process", "tickets.late", "tickets.on_time_share", "tickets.within_3_days")
        assert values(await report_of(desk, MONDAY), *keys) == (0, 0, 0.0, 0.0)

    async def test_a_bounced_one_counts_for_the_next_opd_and_with_its_clock(self, desk: Desk, clock: Clock) -> None:
        number = await opened(desk)
        await tickets.forward(desk, number, "DLHK", "siti")
        clock.later(hours=80)
        await tickets.bounce(desk, number, "Bukan kami", "siti")
        clock.later(hours=1)
        report = await report_of(desk, MONDAY)
        assert values(report, "tickets.bounced", "tickets.late") == (1, 0)
        assert opd_rows(report) == {None: 1}
        await tickets.forward(desk, number, "DISHUB", "siti")
        clock.later(hours=10)
        await tickets.answer(desk, number, "Sudah", "siti")
        clock.later(hours=1)
        report = await report_of(desk, MONDAY)
        assert opd_rows(report) == {"DISHUB": 1}
        # In time by the last OPD's clock, and yet the citizen has waited for longer than three days.
        assert values(report, "tickets.on_time_share", "tickets.within_3_days") == (1.0, 0.0)
        assert values(report, "tickets.answer_median") == (91.0,)

    async def test_a_reopened_one_is_in_process_until_it_is_answered_again(self, desk: Desk, clock: Clock) -> None:
        number = await opened(desk)
        await tickets.forward(desk, number, None, "siti")
        clock.later(hours=5)
        await tickets.answer(desk, number, "Sudah", "siti")
        clock.later(hours=1)
        answered = clock.at
        await tickets.reopen(desk, number, "Belum", "siti")
        clock.later(hours=80)
        keys = ("tickets.answered", "tickets.in_process", "tickets.late", "tickets.reopened", "tickets.answer_median")
        assert values(await report_of(desk, MONDAY), *keys) == (0, 1, 0, 1, None)
        assert values(await report_of(desk, MONDAY, answered), *keys) == (1, 0, 0, 0, 5.0)
        await tickets.answer(desk, number, "Sekarang", "siti")
        clock.later(hours=1)
        assert values(await report_of(desk, MONDAY), *keys) == (1, 0, 0, 1, 86.0)

    async def test_one_that_the_centre_closes_at_once_is_answered_and_has_no_due_date(
        self, desk: Desk, clock: Clock
    ) -> None:
        number = await opened(desk)
        clock.later(minutes=6)
        await tickets.close(desk, number, "siti")
        clock.later(minutes=1)
        keys = ("tickets.answered", "tickets.answer_median", "tickets.on_time_share", "tickets.within_24_hours")
        assert values(await report_of(desk, MONDAY), *keys) == (1, 0.1, None, 1.0)

    async def test_one_that_was_left_before_it_was_taken_down_is_of_the_earlier_day_and_not_known_there(
        self, desk: Desk, clock: Clock
    ) -> None:
        sunday = day("2026-06-07")
        left = Complaint("x", caller=ANI, at=TEN - timedelta(days=1))
        clock.later(minutes=1)
        before = clock.at
        clock.later(minutes=1)
        await tickets.open_ticket(desk, left, "depok-agi")
        clock.later(minutes=1)
        assert values(await report_of(desk, sunday), "tickets.received") == (1,)
        assert values(await report_of(desk, sunday, before), "tickets.received") == (0,)

    async def test_the_backlog_is_what_was_open_at_the_end_whenever_it_came(self, desk: Desk, clock: Clock) -> None:
        await opened(desk)
        clock.later(days=1)
        other = await opened(desk, caller=BUDI)
        clock.later(days=1)
        await tickets.close(desk, other, "siti")
        clock.later(hours=1)
        keys = ("tickets.received", "tickets.open_at_end", "tickets.oldest_open")
        assert values(await report_of(desk, MONDAY), *keys) == (1, 1, TEN)
        assert values(await report_of(desk, day("2026-06-09")), *keys) == (1, 2, TEN)
        assert values(await report_of(desk, day("2026-06-10")), *keys) == (0, 1, TEN)

    async def test_a_date_that_was_moved_counts_from_when_it_was_moved(self, desk: Desk, clock: Clock) -> None:
        """By hand here, as deadlines.recompute writes it: the new date is later than the old one."""
        await opds.edit(desk, "DLHK", {"clock": Deadline.WORKING_DAYS})
        number = await opened(desk)
        await tickets.forward(desk, number, None, "siti")
        clock.at = TEN + timedelta(days=3, hours=1)
        late = clock.at
        assert values(await report_of(desk, MONDAY), "tickets.late") == (1,)
        async with desk.store.transaction() as connection:
            ticket = await tickets.show(desk, number)
            moved = HistoryEntry(
                clock.later(hours=1), SERVICE, DUE, {"due_at": "2026-06-20T10:00:00+07:00"}, None, None
            )
            await history.add(desk.store, connection, ticket.serial, moved)
        clock.later(hours=1)
        assert values(await report_of(desk, MONDAY), "tickets.late") == (0,)
        assert values(await report_of(desk, MONDAY, late), "tickets.late") == (1,)
