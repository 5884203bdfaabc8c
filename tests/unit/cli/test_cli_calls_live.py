import asyncio
from datetime import timedelta

from depok_agi.access.roles import Role
from depok_agi.cli.calls_live import _minutes
from depok_agi.desk import journal, utc_now
from depok_agi.store.times import microseconds
from tests.unit.cli.command import Command
from tests.unit.cli.people import People
from tests.unit.contract import CALL
from tests.unit.desk.made import ANI, call, desk_at
from tests.unit.desk.test_desk_calls import record

SILENT = "The daemon is not running, or cut off from Asterisk: this may be out of date."


def ring(command: Command) -> None:
    """One call that began a while ago and is up, and one that is over."""

    async def log() -> None:
        async with desk_at(command.store) as desk:
            began = utc_now() - timedelta(seconds=90)
            await record(desk, call("1764000000.1", None, began=began), call("1764000000.2"))

    asyncio.run(log())


def listen(command: Command) -> None:
    async def heard() -> None:
        async with desk_at(command.store) as desk, desk.store.transaction() as connection:
            # Later than now, so that no slow machine makes it old.
            await journal.put(desk, connection, journal.Heard(microseconds(utc_now() + timedelta(hours=1)), {}))

    asyncio.run(heard())


def test_nobody_on_the_phone_is_said(command: Command) -> None:
    listen(command)
    result = command.ok("calls", "live")
    assert (result.stdout, result.stderr) == ("", "Nobody is on the phone.\n")


def test_a_call_is_shown_with_its_state_and_its_caller_masked(command: Command) -> None:
    ring(command)
    told = command.ok("calls", "live").stdout
    assert "in_menu" in told
    assert "1:" in told or "2:" in told
    assert ANI[-6:] not in told.replace("-", "")
    assert "1764000000.2" not in told


def test_scripts_get_the_fields_of_a_call_and_its_state(command: Command) -> None:
    ring(command)
    [found] = command.json("calls", "live")
    assert list(found) == [*CALL, "state", "state_since", "state_operators"]
    assert (found["id"], found["caller"], found["outcome"]) == ("depok-1764000000.1", ANI, None)
    assert (found["state"], found["state_since"], found["state_operators"]) == ("in_menu", found["started_at"], [])


def test_it_is_told_when_the_daemon_is_not_heard(command: Command) -> None:
    assert SILENT in command.ok("calls", "live").stderr
    listen(command)
    assert SILENT not in command.ok("calls", "live").stderr


def test_operators_see_it_masked_and_may_not_unmask(command: Command, people: People) -> None:
    ring(command)
    people.act_as("siti", Role.OPERATOR)
    assert ANI not in command.ok("calls", "live", "--json").stdout
    command.refused("calls", "live", "--unmask")


def test_a_clock_that_was_set_back_makes_no_time_negative() -> None:
    assert [_minutes(since, 90_000_000) for since in (None, 0, 90_000_001)] == ["-", "1:30", "0:00"]
