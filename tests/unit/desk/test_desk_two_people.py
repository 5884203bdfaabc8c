"""Two people at one ticket: the second is told what changed, and nothing is overwritten."""

import asyncio
from pathlib import Path

import pytest

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.tickets.status import TicketStatus
from tests.unit.desk.made import ANI, Clock, content, desk_at


@pytest.fixture
async def number(desk: Desk) -> str:
    return (await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, category="sampah"), "siti")).number


async def test_whoever_looked_before_a_colleague_acted_is_told_and_changes_nothing(
    desk: Desk, clock: Clock, number: str, path: Path
) -> None:
    await tickets.look(desk, number, "budi")
    clock.later(minutes=3)
    await tickets.forward(desk, number, "DLHK", "siti")
    before = content(path)
    with pytest.raises(RefusedError, match=r"was changed since you looked at it: forward to DLHK by siti, 08-06 10:03"):
        await tickets.forward(desk, number, "DPUPR", "budi")
    with pytest.raises(RefusedError, match="forward to DLHK by siti"):
        await tickets.answer(desk, number, "Diangkut", "budi")
    assert content(path) == before


async def test_whoever_looks_again_may_decide(desk: Desk, number: str) -> None:
    await tickets.look(desk, number, "budi")
    await tickets.forward(desk, number, "DLHK", "siti")
    await tickets.look(desk, number, "budi")
    assert (await tickets.forward(desk, number, "DPUPR", "budi")).opd == "DPUPR"


async def test_a_ticket_is_not_taken_from_an_opd_unseen(desk: Desk, number: str) -> None:
    await tickets.forward(desk, number, "DLHK", "siti")
    with pytest.raises(RefusedError, match=f"ticket {number} is with DLHK already. Look at it first"):
        await tickets.forward(desk, number, "DPUPR", "budi")


async def test_a_note_of_a_colleague_is_news_too_ones_own_is_not(desk: Desk, number: str) -> None:
    await tickets.look(desk, number, "budi")
    await tickets.note(desk, number, "punya saya", "budi")
    await tickets.forward(desk, number, "DLHK", "budi")
    await tickets.note(desk, number, "Warga sudah pindah", "siti")
    with pytest.raises(RefusedError, match="note by siti"):
        await tickets.answer(desk, number, "Diangkut", "budi")


async def test_who_has_never_looked_is_held_by_the_rules_alone_and_told_who_was_first(desk: Desk, number: str) -> None:
    await tickets.answer(desk, number, "Diangkut", "siti")
    with pytest.raises(RefusedError, match=r"cannot answer: .*; last: answer by siti, 08-06 10:00"):
        await tickets.answer(desk, number, "Belum", "budi")


async def test_a_script_names_the_revision_that_it_knows(desk: Desk, number: str) -> None:
    known = (await tickets.show(desk, number)).revision
    await tickets.note(desk, number, "baru", "siti")
    with pytest.raises(RefusedError, match="note by siti"):
        await tickets.forward(desk, number, "DLHK", "skrip", revision=known)
    newer = (await tickets.show(desk, number)).revision
    assert (await tickets.forward(desk, number, "DLHK", "skrip", revision=newer)).status is TicketStatus.FORWARDED


async def test_of_many_at_once_one_is_first_and_the_others_are_told(desk: Desk, path: Path, number: str) -> None:
    people = [f"orang{place}" for place in range(8)]
    for person in people:
        await tickets.look(desk, number, person)

    async def forward(person: str, opd: str) -> str | None:
        async with desk_at(path) as elsewhere:
            try:
                return (await tickets.forward(elsewhere, number, opd, person)).opd
            except RefusedError as refused:
                assert "was changed since you looked at it" in str(refused)  # noqa: PT017 - the others are the point
                return None

    opds = ["DLHK", "DPUPR", "DISHUB", "DINKES"] * 2
    done = [opd for opd in await asyncio.gather(*map(forward, people, opds)) if opd]
    ticket = await tickets.show(desk, number)
    assert done == [ticket.opd]
    assert [entry.action for entry in await tickets.history(desk, ticket)] == ["open", "forward"]
