import sqlite3
from contextlib import closing

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, calls, citizens, tickets
from depok_agi.desk.citizens import Known
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError
from tests.unit.desk.made import ANI, BUDI, Clock, call

SITI = Person("siti", Role.OPERATOR)
WINDA = Person("winda", Role.SUPERVISOR)


async def known(desk: Desk, number: str) -> Known:
    found = await citizens.by_number(desk, number)
    assert found is not None
    return found


async def test_a_citizens_file_has_calls_open_tickets_and_what_is_owed(desk: Desk, clock: Clock) -> None:
    first = await tickets.open_ticket(desk, Complaint("Lampu mati", caller=ANI, name="Ani"), "siti")
    await tickets.close(desk, first.number, "siti")
    second = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI), "siti")
    clock.later(minutes=1)
    await calls.record(
        desk, [call("1764000000.1"), call("1764000000.2", Outcome.CLOSED), call("1764000000.3", number=BUDI)], []
    )
    file = await citizens.file_of(desk, await known(desk, ANI), SITI)
    assert file.known == Known(1, ANI, "Ani")
    assert [ticket.number for ticket in file.tickets] == [second.number]
    assert (file.closed, file.hidden) == (1, 0)
    assert {record.id for record, _, _ in file.calls} == {"depok-1764000000.1", "depok-1764000000.2"}
    assert [callback.debt.reason for callback in file.callbacks] == ["missed"]


async def test_a_secret_ticket_is_counted_for_an_operator_and_shown_to_whoever_took_it_down_and_to_a_supervisor(
    desk: Desk,
) -> None:
    await tickets.open_ticket(desk, Complaint("Pungli", caller=ANI, secret=True), "budi")
    ani = await known(desk, ANI)
    assert not await citizens.sees_secret(desk, ani, SITI)
    assert await citizens.sees_secret(desk, ani, WINDA)
    seen = await citizens.file_of(desk, ani, SITI)
    whole = await citizens.file_of(desk, ani, WINDA, secret_too=True)
    assert (seen.tickets, seen.hidden) == ((), 1)
    own = await citizens.file_of(desk, ani, Person("budi", Role.OPERATOR))
    for file in (whole, own):
        assert ([ticket.text for ticket in file.tickets], file.hidden) == (["Pungli"], 0)


async def test_a_citizen_is_found_by_number_as_people_write_it_or_by_letters_of_the_name(desk: Desk) -> None:
    await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, name="Ani Lestari"), "siti")
    await tickets.open_ticket(desk, Complaint("Macet", caller=BUDI, name="Budi 100%"), "siti")
    for wanted, found in (
        ("0811-0000-1234", ["Ani Lestari"]),
        ("lest", ["Ani Lestari"]),
        ("00%", ["Budi 100%"]),
        ("%%%", []),
        ("___", []),
        ("0811-0000-9999", []),
    ):
        assert [one.name for one in await citizens.find(desk, wanted, SITI)] == found, wanted


async def test_a_search_is_written_down_without_what_was_searched_for(desk: Desk) -> None:
    await citizens.find(desk, "lestari", SITI)
    await citizens.find(desk, "0811-0000-1234", SITI)
    with closing(sqlite3.connect(desk.store.path)) as connection:
        log = connection.execute("SELECT actor, deed, allowed, detail FROM access_log ORDER BY id").fetchall()
    assert log == [
        ("siti", "find", 1, "desk: by name"),
        ("siti", "find", 1, "desk: by number, of nobody who is known here"),
    ]


async def test_two_letters_find_nobody(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="3 letters"):
        await citizens.find(desk, "an", SITI)


async def test_own_tickets_are_those_one_has_opened_the_late_ones_first(desk: Desk, clock: Clock) -> None:
    late = await tickets.open_ticket(desk, Complaint("Sampah", category="sampah"), "siti")
    await tickets.forward(desk, late.number, None, "siti")
    clock.later(days=5)
    new = await tickets.open_ticket(desk, Complaint("Macet"), "siti")
    await tickets.open_ticket(desk, Complaint("Banjir"), "budi")
    closed = await tickets.open_ticket(desk, Complaint("Salah sambung"), "siti")
    await tickets.close(desk, closed.number, "siti")
    assert [ticket.number for ticket in await tickets.opened_by(desk, "siti")] == [late.number, new.number]
