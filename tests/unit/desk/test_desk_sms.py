"""An SMS at the desk: once, with its ticket, its answer, and whoever else wants something from the same citizen."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depok_agi.desk import Desk, blocks, callbacks, sms, sms_queue, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.handed_over import Try
from depok_agi.sms.decision import Made
from depok_agi.sms.outgoing import STALE_AFTER, Filter, Kind, Outgoing, Status
from depok_agi.tickets.callback import AttemptResult, CallbackReason
from depok_agi.tickets.ticket import TicketChannel
from depok_agi.voice.left import Sms
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, desk_at

TEXT = "Sampah menumpuk di Margonda"


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True)


class Gateway:
    """Hands SMS over, each with a Call-ID of its own."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self.clock = clock
        self.count = 0

    async def __call__(self, text: str | None = TEXT, number: str | None = ANI, **later: float) -> Made | None:
        self.clock.later(**(later or {"minutes": 5}))
        self.count += 1
        return await sms.take(self.desk, Sms(f"{self.count}@gw", number, number or "TELKOMSEL", self.clock.at, text))


@pytest.fixture
def comes(desk: Desk, clock: Clock) -> Gateway:
    return Gateway(desk, clock)


async def queue(desk: Desk) -> list[Outgoing]:
    return (await sms_queue.listed(desk, wanted=Filter.ALL))[::-1]


async def kinds(desk: Desk) -> list[Kind]:
    return [one.kind for one in await queue(desk)]


async def rows(desk: Desk, query: str) -> list[tuple[Any, ...]]:
    async with desk.store.reader.execute(query) as cursor:
        return [tuple(row) for row in await cursor.fetchall()]


async def test_what_a_citizen_says_becomes_a_ticket_and_is_answered(desk: Desk, comes: Gateway) -> None:
    assert await comes() is Made.TICKET
    (ticket,) = await tickets.listed(desk)
    assert (ticket.channel, ticket.caller, ticket.text) == (TicketChannel.SMS, ANI, TEXT)
    (answer,) = await queue(desk)
    assert (answer.kind, answer.number, answer.ticket) == (Kind.TICKET, ANI, ticket.number)


async def test_an_sms_counts_from_when_it_came_and_not_from_when_it_could_be_taken(desk: Desk, clock: Clock) -> None:
    clock.later(hours=5)
    await sms.take(desk, Sms("1@gw", ANI, ANI, TEN, TEXT))
    (ticket,) = await tickets.listed(desk)
    assert ticket.opened_at == TEN


async def test_the_same_sip_message_is_taken_once(desk: Desk, clock: Clock) -> None:
    for _ in range(3):
        clock.later(hours=3)  # after the digests are gone, too
        await sms.take(desk, Sms("1@gw", ANI, ANI, clock.at, TEXT))
    assert len(await tickets.listed(desk)) == len(await queue(desk)) == 1


async def test_the_next_sms_goes_to_the_open_ticket_whichever_door_opened_it(desk: Desk, comes: Gateway) -> None:
    opened = await tickets.open_ticket(desk, Complaint("Lampu jalan mati", caller=ANI), "siti")
    assert await comes() is Made.APPENDED
    (ticket,) = await tickets.listed(desk)
    assert ticket.number == opened.number
    last = (await tickets.history(desk, ticket))[-1]
    assert (last.text, last.detail) == (TEXT, {"channel": "sms"})


async def test_a_secret_ticket_is_not_recognised_by_the_number_alone(desk: Desk, comes: Gateway) -> None:
    await tickets.open_ticket(desk, Complaint("Rahasia", caller=ANI, secret=True), "siti")
    assert await comes() is Made.TICKET


async def test_what_is_added_is_no_change_by_a_colleague(desk: Desk, comes: Gateway) -> None:
    await comes()
    (ticket,) = await tickets.listed(desk)
    await tickets.look(desk, ticket.number, "siti")
    await comes("Sudah tiga hari tidak diangkut")
    assert (await tickets.forward(desk, ticket.number, "DLHK", "siti")).opd == "DLHK"


async def test_a_long_text_in_parts_is_one_ticket_and_one_answer(desk: Desk, comes: Gateway) -> None:
    for part in (TEXT, "depan pasar dan di", "sepanjang kali"):
        await comes(part, seconds=2)
    (ticket,) = await tickets.listed(desk)
    assert [entry.text for entry in await tickets.history(desk, ticket)] == [
        TEXT,
        "depan pasar dan di",
        "sepanjang kali",
    ]
    assert await kinds(desk) == [Kind.TICKET]


async def test_a_call_that_is_asked_for_joins_the_one_that_is_owed(desk: Desk, comes: Gateway) -> None:
    async with desk.store.transaction() as connection:
        owed = await callbacks.owe(desk, connection, ANI, CallbackReason.MISSED, TEN)
    assert await comes("TELEPON") is Made.CALL
    (callback,) = await callbacks.listed(desk)
    assert callback.id == owed
    assert {cause.reason for cause in callback.debt.causes} == {CallbackReason.MISSED, CallbackReason.REQUEST}
    assert await kinds(desk) == [Kind.CALL]


async def test_a_status_is_told_of_the_ticket_that_is_named(desk: Desk, comes: Gateway) -> None:
    opened = await tickets.open_ticket(desk, Complaint("Lampu jalan mati", caller=BUDI), "siti")
    assert await comes(f"STATUS {opened.number}") is Made.STATUS
    (answer,) = await queue(desk)
    assert (answer.kind, answer.ticket, answer.number) == (Kind.STATUS, opened.number, ANI)


@pytest.mark.parametrize("number", ["1000023", "1000024", "100001", "123456789012345"])
async def test_a_number_that_no_ticket_has_is_told_so(desk: Desk, comes: Gateway, number: str) -> None:
    await comes(f"STATUS {number}")
    assert await kinds(desk) == [Kind.NOT_FOUND]


async def test_a_status_leaves_nothing_in_any_ticket(desk: Desk, comes: Gateway) -> None:
    await comes()
    await comes("STATUS")
    (ticket,) = await tickets.listed(desk)
    assert len(await tickets.history(desk, ticket)) == 1


async def test_who_is_blocked_leaves_nothing_and_gets_nothing(desk: Desk, comes: Gateway, clock: Clock) -> None:
    await blocks.block(desk, ANI, until=TEN + timedelta(days=1), why="prank", by="siti")
    assert await comes() is Made.BLOCKED
    assert (await tickets.listed(desk), await queue(desk)) == ([], [])
    assert await rows(desk, "SELECT text_digest, words_digest FROM sms_received") == [(None, None)]
    clock.later(days=1)
    assert await comes() is Made.TICKET


async def test_who_is_nobodys_number_is_noted_and_gets_nothing(desk: Desk, comes: Gateway) -> None:
    assert await comes("Beli pulsa", None) is Made.IGNORED
    assert (await tickets.listed(desk), await queue(desk)) == ([], [])
    (found,) = await sms.listed(desk)
    assert (found.sender, found.number, found.made) == ("TELKOMSEL", None, Made.IGNORED)


async def test_a_text_that_did_not_come_through_is_asked_for_again(desk: Desk, comes: Gateway) -> None:
    assert await comes(None) is Made.TOO_LONG
    assert await kinds(desk) == [Kind.TOO_LONG]


async def test_a_loop_ends_after_two_answers_and_all_of_it_is_in_the_ticket(desk: Desk, comes: Gateway) -> None:
    for n in range(6):
        await comes(f"Pesan otomatis {n}: kami sedang libur")
    (ticket,) = await tickets.listed(desk)
    assert len(await tickets.history(desk, ticket)) == 6
    assert await kinds(desk) == [Kind.TICKET, Kind.APPENDED]


async def test_what_was_written_is_known_again_for_an_hour_and_then_no_more(desk: Desk, comes: Gateway) -> None:
    await comes()
    await comes("Halo halo halo", BUDI, hours=1, seconds=1)
    assert await rows(desk, "SELECT words_digest IS NULL FROM sms_received ORDER BY id") == [(1,), (0,)]


async def test_where_no_sms_are_sent_they_are_taken_and_none_is_queued(desk: Desk, comes: Gateway) -> None:
    comes.desk = replace(desk, sends_sms=False)
    assert await comes() is Made.TICKET
    assert await queue(desk) == []
    assert not (await sms.listed(desk))[0].answered


# ---- what citizens are told by themselves ------------------------------------------------------------------------


async def test_a_citizen_is_told_once_that_the_ticket_is_forwarded_and_answered(desk: Desk) -> None:
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=ANI), "siti")).number
    await tickets.forward(desk, number, "DLHK", "siti")
    await tickets.answer(desk, number, "Sudah diangkut", "siti")
    assert await kinds(desk) == [Kind.FORWARDED, Kind.ANSWERED]


async def test_each_forwarding_and_each_answer_is_news(desk: Desk) -> None:
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=ANI), "siti")).number
    for opd in ("DLHK", "DPUPR"):
        await tickets.forward(desk, number, opd, "siti")
        await tickets.answer(desk, number, "Sudah diangkut", "siti")
        await tickets.reopen(desk, number, "belum", "siti")
    assert await kinds(desk) == [Kind.FORWARDED, Kind.ANSWERED] * 2


@pytest.mark.parametrize("caller", [None, "021-7777777", "+6591234567"])
async def test_nobody_is_told_unasked_but_on_a_mobile_number_of_this_country(desk: Desk, caller: str | None) -> None:
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=caller), "siti")).number
    await tickets.forward(desk, number, "DLHK", "siti")
    assert await queue(desk) == []


async def test_three_calls_in_vain_are_told_once(desk: Desk, clock: Clock) -> None:
    async with desk.store.transaction() as connection:
        owed = await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, TEN)
    for tries, expected in ((2, []), (3, [Kind.UNREACHED]), (4, [Kind.UNREACHED])):
        while len((await callbacks.show(desk, owed)).attempts) < tries:
            clock.later(minutes=1)
            await callbacks.done(desk, owed, AttemptResult.NO_ANSWER, "siti", None)
        assert await kinds(desk) == expected


async def test_calls_that_asterisk_tells_of_count_too(desk: Desk, clock: Clock) -> None:
    async with desk.store.transaction() as connection:
        await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, TEN)
        for n in range(3):
            at = clock.later(minutes=20)
            await callbacks.called(
                desk, connection, ANI, AttemptResult.BUSY, call=f"c{n}", operator="siti", began_at=at, at=at
            )
    assert await kinds(desk) == [Kind.UNREACHED]


# ---- the queue ---------------------------------------------------------------------------------------------------


async def test_what_is_overtaken_is_not_said(desk: Desk) -> None:
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=ANI), "siti")).number
    await tickets.forward(desk, number, "DLHK", "siti")
    (forwarded,) = await queue(desk)
    assert await sms_queue.matter(desk, forwarded) is not None
    await tickets.answer(desk, number, "Sudah diangkut", "siti")
    assert await sms_queue.matter(desk, forwarded) is None
    await tickets.close(desk, number, "siti", told=True)
    assert [await sms_queue.matter(desk, one) for one in await queue(desk)] == [None, None]


async def test_of_two_forwardings_only_the_one_that_holds_is_told(desk: Desk) -> None:
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=ANI), "siti")).number
    for opd in ("DLHK", "DPUPR"):
        await tickets.forward(desk, number, opd, "siti")
        await tickets.look(desk, number, "siti")
    first, second = [await sms_queue.matter(desk, one) for one in await queue(desk)]
    assert first is None
    assert second is not None
    assert second.opd == "DPUPR"


async def test_a_notice_of_the_night_waits_for_the_morning_and_an_answer_does_not(
    desk: Desk, comes: Gateway, clock: Clock
) -> None:
    clock.later(hours=12)
    number = (await tickets.open_ticket(desk, Complaint(TEXT, caller=BUDI), "siti")).number
    await tickets.forward(desk, number, "DLHK", "siti")
    await comes()
    assert [one.kind for one in await sms_queue.to_send(desk)] == [Kind.TICKET]
    clock.later(hours=10)
    assert {one.kind for one in await sms_queue.to_send(desk)} == {Kind.TICKET, Kind.FORWARDED}


async def test_one_that_asterisk_does_not_take_waits_longer_each_time_and_is_given_up(
    desk: Desk, comes: Gateway, clock: Clock
) -> None:
    await comes()
    waits = []
    for _ in range(3):
        (one,) = await sms_queue.to_send(desk)
        assert await sms_queue.begin(desk, one)
        wait = await sms_queue.is_not_sent(desk, one, clock.at, "refused", 3)
        assert await sms_queue.to_send(desk) == []
        waits.append(wait)
        clock.later(days=1)
    assert waits == [timedelta(minutes=1), timedelta(minutes=5), None]
    (one,) = await queue(desk)
    assert (one.status, one.tries, one.error) == (Status.DROPPED, 3, "refused")


async def test_what_was_about_to_be_sent_when_the_service_was_killed_is_sent_then(desk: Desk, comes: Gateway) -> None:
    await comes()
    (one,) = await sms_queue.to_send(desk)
    assert await sms_queue.begin(desk, one)
    assert not await sms_queue.begin(desk, one), "two may not send the same"
    assert await sms_queue.to_send(desk) == []
    assert await sms_queue.resume(desk, None) == 1
    (again,) = await sms_queue.to_send(desk)
    assert (again.id, again.tries) == (one.id, 0)


async def test_what_asterisk_was_given_when_the_service_was_killed_counts_as_sent(desk: Desk, comes: Gateway) -> None:
    await comes()
    (one,) = await sms_queue.to_send(desk)
    await sms_queue.begin(desk, one)
    assert await sms_queue.resume(desk, Try(one.id, 1)) == 0
    (sent,) = await queue(desk)
    assert (sent.status, sent.error) == (Status.SENT, sms_queue.INTERRUPTED)


async def test_what_is_sent_is_not_sent_again(desk: Desk, comes: Gateway, clock: Clock) -> None:
    await comes()
    (one,) = await sms_queue.to_send(desk)
    await sms_queue.begin(desk, one)
    await sms_queue.is_sent(desk, one, clock.at)
    assert await sms_queue.resume(desk, None) == 0
    assert await sms_queue.to_send(desk) == []
    assert await sms_queue.last_sent_at(desk) == clock.at


async def test_news_of_days_ago_is_not_sent(desk: Desk, comes: Gateway, clock: Clock) -> None:
    await comes()
    clock.at += STALE_AFTER + timedelta(seconds=1)
    assert await sms_queue.to_send(desk) == []
    assert [one.status for one in await queue(desk)] == [Status.DROPPED]


async def test_an_erased_citizen_is_not_written_to(desk: Desk, comes: Gateway) -> None:
    await comes()
    async with desk.store.transaction() as connection:
        await connection.execute("UPDATE citizens SET number = NULL")
    assert await sms_queue.to_send(desk) == []
    assert [one.error for one in await queue(desk)] == [sms_queue.ERASED]


async def test_the_store_holds_the_text_in_the_ticket_alone(desk: Desk, comes: Gateway) -> None:
    await comes()
    await comes("STATUS tolong")
    dumped = []
    for table in ("sms_received", "sms_queue"):
        dumped += [str(row) for row in await rows(desk, f"SELECT * FROM {table}")]  # noqa: S608 - two known names
    assert len(dumped) == 4
    assert not any("Margonda" in row or ANI in row or "tolong" in row for row in dumped)
