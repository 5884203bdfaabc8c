"""Whose data is suspended is called by nobody and listed nowhere; what they do is kept, and goes on later."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.desk import Desk, callbacks, calls, dialling, mails, opds, sms_queue, suspending, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.notify.reminders import MailPolicy
from depok_agi.tickets.callback import CallbackStatus
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk.made import ANI, BUDI, Clock, call, desk_at

SRI = Person("sri", Role.SUPERVISOR)


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True)


@pytest.fixture
async def hers(desk: Desk, clock: Clock) -> Ticket:
    """Of Ani and of Budi the same: a call that was missed, and a complaint that is with an OPD."""
    await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid"})
    for place, number in enumerate((ANI, BUDI)):
        await calls.record(desk, [call(f"1764000000.{place}", number=number, began=clock.at)], [])
        ticket = await tickets.open_ticket(desk, Complaint(f"keluhan {number}", caller=number), "siti")
        await tickets.forward(desk, ticket.number, "DLHK", "siti")
    return (await tickets.listed(desk))[-1]


async def in_lists(desk: Desk) -> list[set[str | None]]:
    """Whose calls, tickets and callbacks are listed, and who is sent SMS."""
    return [
        {record.citizen for record, *_ in await calls.listed(desk)},
        {ticket.caller for ticket in await tickets.listed(desk)},
        {owed.caller for owed in await callbacks.listed(desk, every=True)},
        {owed.caller for owed in await callbacks.listed(desk, since=0)},
        {one.number for one in await sms_queue.to_send(desk)},
    ]


async def test_a_suspended_citizen_is_in_no_list_and_is_sent_nothing_until_it_ends(desk: Desk, hers: Ticket) -> None:
    assert hers.caller == ANI
    assert await in_lists(desk) == [{ANI, BUDI}] * 5
    await suspending.suspend(desk, ANI, why="surat", person=SRI)
    assert await in_lists(desk) == [{BUDI}] * 5
    await suspending.resume(desk, ANI, person=SRI)
    assert await in_lists(desk) == [{ANI, BUDI}] * 5


async def test_nobody_calls_them_not_even_who_had_them_claimed(desk: Desk, hers: Ticket) -> None:
    [owed] = [one for one in await callbacks.listed(desk) if one.caller == hers.caller]
    await callbacks.claim(desk, owed.id, "siti")
    await suspending.suspend(desk, ANI, why="surat", person=SRI)
    assert (await callbacks.show(desk, owed.id)).debt.status is CallbackStatus.PENDING
    following = await callbacks.claim_next(desk, "siti")
    assert following is not None
    assert following.caller == BUDI
    for action in (callbacks.claim(desk, owed.id, "budi"), dialling.place(desk, owed.id, "budi", "PJSIP/102")):
        with pytest.raises(RefusedError, match="suspended: they are not called"):
            await action


async def test_no_opd_is_written_about_them(desk: Desk, hers: Ticket) -> None:
    both = {ticket.number for ticket in await tickets.listed(desk)}
    assert {mail.number for mail in await mails.to_send(desk, MailPolicy())} == both
    await suspending.suspend(desk, ANI, why="surat", person=SRI)
    assert {mail.number for mail in await mails.to_send(desk, MailPolicy())} == both - {hers.number}


@pytest.mark.usefixtures("hers")
async def test_what_they_do_is_kept_and_what_they_are_owed_stays_owed(desk: Desk, clock: Clock) -> None:
    await suspending.suspend(desk, ANI, why="surat", person=SRI)
    await calls.record(desk, [call("1764000900.1", number=ANI, began=clock.later(hours=1))], [])
    with pytest.raises(RefusedError, match="calls are not listed"):
        await calls.listed(desk, number=ANI)
    await suspending.resume(desk, ANI, person=SRI)
    assert len(await calls.listed(desk, number=ANI)) == 2
    [owed] = [one for one in await callbacks.listed(desk) if one.caller == ANI]
    assert set(owed.calls) == {"depok-1764000000.0", "depok-1764000900.1"}


@pytest.mark.usefixtures("hers")
async def test_it_is_refused_without_a_reason_twice_and_to_operators(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="needs a reason"):
        await suspending.suspend(desk, ANI, why=" ", person=SRI)
    with pytest.raises(RefusedError, match="needs supervisor"):
        await suspending.suspend(desk, ANI, why="surat", person=Person("siti", Role.OPERATOR))
    with pytest.raises(RefusedError, match="needs supervisor"):
        await suspending.listed(desk, person=Person("siti", Role.OPERATOR))
    with pytest.raises(NotFoundError, match="is not suspended"):
        await suspending.resume(desk, ANI, person=SRI)
    await suspending.suspend(desk, ANI, why="surat", person=SRI)
    with pytest.raises(RefusedError, match="already, by sri"):
        await suspending.suspend(desk, ANI, why="surat", person=SRI)
    with pytest.raises(NotFoundError, match="knows nothing"):
        await suspending.suspend(desk, "+6281100009999", why="surat", person=SRI)


@pytest.mark.usefixtures("hers")
async def test_nobody_is_suspended_in_the_middle_of_the_call_back(desk: Desk) -> None:
    [owed] = [one for one in await callbacks.listed(desk) if one.caller == ANI]
    await dialling.place(desk, owed.id, "siti", "PJSIP/101")
    with pytest.raises(RefusedError, match="being called back just now"):
        await suspending.suspend(desk, ANI, why="surat", person=SRI)
