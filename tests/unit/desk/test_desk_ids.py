"""What is typed for an id finds what is meant, or says what may be."""

from pathlib import Path

import pytest

from depok_agi.desk import Desk, callbacks, ids, tickets
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.tickets.callback import CallbackReason
from depok_agi.tickets.number import make
from tests.unit.desk.made import TEN, call, desk_at
from tests.unit.desk.test_desk_calls import record


async def opened(desk: Desk, count: int) -> list[str]:
    return [
        (await tickets.open_ticket(desk, tickets.Complaint(f"Laporan {one}"), "siti")).number for one in range(count)
    ]


async def owed(desk: Desk, *wanted: int) -> None:
    """Callbacks with these ids."""
    async with desk.store.transaction() as connection:
        for one in wanted:
            made = await callbacks.owe(desk, connection, f"+62811000{one:05}", CallbackReason.REQUEST, TEN)
            await connection.execute("PRAGMA defer_foreign_keys = ON")
            for table, column in (("callbacks", "id"), ("callback_causes", "callback")):
                await connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (one, made))  # noqa: S608


class TestTickets:
    async def test_a_whole_number_is_itself_however_it_is_written(self, desk: Desk) -> None:
        [number] = await opened(desk, 1)
        assert await ids.ticket(desk, f" {number[:3]} {number[3:]} ") == number

    async def test_a_beginning_that_only_one_has_is_enough(self, desk: Desk) -> None:
        numbers = await opened(desk, 12)
        assert await ids.ticket(desk, numbers[9][:6]) == numbers[9]

    async def test_of_several_that_begin_so_some_are_named(self, desk: Desk) -> None:
        numbers = await opened(desk, 12)
        with pytest.raises(RefusedError, match=f"several tickets begin with '10000': {numbers[0]}, .* and others;"):
            await ids.ticket(desk, "10000")

    async def test_fewer_than_four_digits_are_rather_something_elses_id(self, desk: Desk) -> None:
        await opened(desk, 1)
        with pytest.raises(RefusedError, match="is no ticket number"):
            await ids.ticket(desk, "100")

    async def test_where_none_begins_so_there_is_none(self, desk: Desk) -> None:
        await opened(desk, 1)
        with pytest.raises(NotFoundError, match="there is no ticket that begins with 9999"):
            await ids.ticket(desk, "9999")

    async def test_a_mistyped_number_is_never_a_beginning_and_the_one_that_is_meant_is_named(self, desk: Desk) -> None:
        [number] = await opened(desk, 1)
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        with pytest.raises(RefusedError, match=f"mistyped; do you mean {number}\\?"):
            await ids.ticket(desk, wrong)

    async def test_an_unknown_number_names_those_that_are_nearly_it(self, desk: Desk) -> None:
        [number] = await opened(desk, 1)
        with pytest.raises(NotFoundError, match=f"there is no ticket .*; do you mean {number}\\?"):
            await tickets.show(desk, f"{number}0")

    async def test_nothing_is_said_of_tickets_that_are_not_near(self, desk: Desk) -> None:
        await opened(desk, 1)
        with pytest.raises(NotFoundError, match="`depok-agi tickets list` shows them"):
            await tickets.show(desk, make(900_000))


class TestCallbacks:
    async def test_the_whole_id_wins_over_a_longer_one(self, desk: Desk) -> None:
        await owed(desk, 94, 948)
        assert await ids.callback(desk, 94) == 94

    async def test_a_beginning_that_only_one_has_is_enough(self, desk: Desk) -> None:
        await owed(desk, 948, 9501)
        assert await ids.callback(desk, 94) == 948
        assert await ids.callback(desk, 95) == 9501

    async def test_of_several_that_begin_so_all_are_named(self, desk: Desk) -> None:
        await owed(desk, 948, 9501)
        with pytest.raises(RefusedError, match="several callbacks begin with '9': 948, 9501; type more of it"):
            await ids.callback(desk, 9)

    async def test_what_is_not_owed_any_more_needs_its_whole_id(self, desk: Desk) -> None:
        await owed(desk, 948)
        async with desk.store.transaction() as connection:
            await connection.execute("UPDATE callbacks SET status = 'done'")
        assert await ids.callback(desk, 948) == 948
        with pytest.raises(NotFoundError, match="there is no callback 94;"):
            await ids.callback(desk, 94)

    @pytest.mark.parametrize("given", [1, 10**17, 10**18, 2**63 - 1])
    async def test_the_largest_ids_are_looked_for_too(self, desk: Desk, given: int) -> None:
        with pytest.raises(NotFoundError):
            await ids.callback(desk, given)


class TestCalls:
    async def test_the_name_of_this_pbx_may_be_left_out(self, desk: Desk) -> None:
        await record(desk, call("1764000000.1"), call("1764000000.12"))
        assert await ids.call(desk, "1764000000.1", "depok") == "depok-1764000000.1"
        assert await ids.call(desk, "1764000000.12", "depok") == "depok-1764000000.12"

    async def test_the_uniqueid_of_any_of_its_channels_finds_it(self, desk: Desk) -> None:
        await record(desk, call("1764000000.1", more_channels=("1764000005.2",)))
        assert await ids.call(desk, "1764000005.2") == "depok-1764000000.1"
        assert await ids.call(desk, "1764000005") == "depok-1764000000.1"

    async def test_an_end_is_looked_for_among_the_newest_alone(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await record(desk, call("1.77"), call("2.88"))
        assert await ids.call(desk, ".77") == "depok-1.77"
        monkeypatch.setattr(ids, "NEWEST", 1)
        with pytest.raises(NotFoundError):
            await ids.call(desk, ".77")

    async def test_nothing_is_no_part_of_a_single_call(self, desk: Desk) -> None:
        await record(desk, call("1.1"), call("1.2"))
        with pytest.raises(RefusedError, match="type more of it"):
            await ids.call(desk, "")


async def test_each_search_goes_along_a_key(tmp_path: Path) -> None:
    async with desk_at(tmp_path / "store.sqlite") as desk:
        for query, given in (
            ("tickets_beginning", {"first": "1", "after": "2", "limit": 5}),
            ("tickets_among", {"numbers": "[]", "limit": 5}),
            ("open_callbacks_between", {"first": 1, "after": 2, "limit": 5}),
            ("calls_beginning", {"first": "1", "after": "2", "limit": 5}),
            ("calls_of_channels_beginning", {"first": "1", "after": "2", "limit": 5}),
        ):
            text = getattr(desk.store.queries, query).sql
            rows = await desk.store.reader.execute_fetchall(f"EXPLAIN QUERY PLAN {text}", given)
            plan = " ".join(str(row["detail"]) for row in rows)
            assert "SEARCH" in plan, (query, plan)
            assert "SCAN tickets" not in plan, (query, plan)
            assert "SCAN calls" not in plan, (query, plan)
