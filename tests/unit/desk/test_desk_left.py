"""What callers left comes into the store once, with its call, in whatever order the two arrive."""

from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, callbacks, calls, taking, tickets
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import AttemptResult, CallbackReason
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket, TicketChannel
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest, Left
from depok_agi.voice.left import WAV_BYTES_PER_SECOND, WAV_HEADER_BYTES, Message, OpdRequest, Score, recording_of
from tests.unit.desk.made import ANI, TEN, Clock, call, content, desk_at

UNIQUEID = "1764000000.1"
MESSAGE = Message(UNIQUEID, ANI, "081100001234", TEN, Language.INDONESIAN, recording_of(UNIQUEID), seconds=23)
OPD = OpdRequest(UNIQUEID, ANI, "DLHK", TEN)
SCORE = Score(UNIQUEID, 4, TEN)
REQUEST = CallbackRequest(UNIQUEID, ANI, "081100001234", TEN, Language.INDONESIAN)


async def only_ticket(desk: Desk) -> Ticket:
    [ticket] = await tickets.listed(desk)
    return ticket


def record_seconds(folder: Path, seconds: float) -> Path:
    path = folder / MESSAGE.file
    path.write_bytes(b"\0" * (WAV_HEADER_BYTES + int(seconds * WAV_BYTES_PER_SECOND)))
    return path


class TestMessages:
    async def test_it_is_a_ticket_that_owes_a_call(self, desk: Desk, tmp_path: Path) -> None:
        assert await taking.take(desk, MESSAGE, tmp_path)
        ticket = await only_ticket(desk)
        assert (ticket.channel, ticket.caller, ticket.text) == (TicketChannel.MESSAGE, ANI, "Pesan suara, 23 detik")
        assert (ticket.status, ticket.recording) == (TicketStatus.NEW, MESSAGE.file)
        [debt] = await callbacks.listed(desk)
        assert (debt.caller, debt.debt.reason) == (ANI, CallbackReason.MESSAGE)
        assert await tickets.verify(desk) == []

    async def test_without_a_number_it_is_nobodys_and_owes_nothing(self, desk: Desk, tmp_path: Path) -> None:
        await taking.take(desk, Message(UNIQUEID, None, "", TEN, Language.ENGLISH, MESSAGE.file, 5), tmp_path)
        assert (await only_ticket(desk)).caller is None
        assert await callbacks.listed(desk) == []

    async def test_of_one_that_may_go_on_still_nothing_is_taken(self, tmp_path: Path) -> None:
        clock, recording = Clock(TEN), record_seconds(tmp_path, 12.5)
        going_on = Message(UNIQUEID, ANI, "", TEN, Language.INDONESIAN, MESSAGE.file)
        async with desk_at(tmp_path / "store.sqlite", clock) as desk:
            assert not await taking.take(desk, going_on, tmp_path)
            assert await tickets.listed(desk) == []
            clock.later(minutes=5)
            assert await taking.take(desk, going_on, tmp_path)
            assert (await only_ticket(desk)).text == "Pesan suara, 12 detik"
            assert recording.exists()

    @pytest.mark.parametrize("seconds", [None, 0])
    @pytest.mark.parametrize("recorded", [None, 0.9])
    async def test_one_without_a_word_leaves_nothing(
        self, tmp_path: Path, seconds: int | None, recorded: float | None
    ) -> None:
        if recorded is not None:
            record_seconds(tmp_path, recorded)
        empty = Message(UNIQUEID, ANI, "", TEN, Language.INDONESIAN, MESSAGE.file, seconds)
        async with desk_at(tmp_path / "store.sqlite", Clock(TEN + timedelta(hours=1))) as desk:
            assert await taking.take(desk, empty, tmp_path)
            assert await tickets.listed(desk) == []
        assert not (tmp_path / MESSAGE.file).exists()

    async def test_one_that_was_called_back_is_not_owed_again(self, desk: Desk, tmp_path: Path) -> None:
        await taking.take(desk, MESSAGE, tmp_path)
        [debt] = await callbacks.listed(desk)
        await callbacks.done(desk, debt.id, AttemptResult.REACHED, "siti", None)
        await taking.take(desk, MESSAGE, tmp_path)
        assert await callbacks.listed(desk) == []
        await only_ticket(desk)

    async def test_the_call_knows_its_recording(self, desk: Desk, tmp_path: Path) -> None:
        await taking.take(desk, MESSAGE, tmp_path)
        await calls.record(desk, [call(outcome=Outcome.LEFT_MENU)], [])
        record, ticket, callback = await calls.show(desk, "depok-1764000000.1")
        assert (record.recording, record.outcome) == (MESSAGE.file, Outcome.MESSAGE)
        assert (ticket is not None, callback is not None) == (True, True)
        [(listed, _, _)] = await calls.listed(desk)
        assert listed.recording == MESSAGE.file


@pytest.mark.parametrize("found", [MESSAGE, OPD], ids=["a message", "a request to an OPD"])
async def test_what_is_taken_late_counts_from_when_it_was_left(found: Left, tmp_path: Path) -> None:
    async with desk_at(tmp_path / "store.sqlite", Clock(TEN + timedelta(hours=20))) as desk:
        await taking.take(desk, found, tmp_path)
        assert (await only_ticket(desk)).opened_at == TEN
        [owed] = await callbacks.listed(desk)
        assert owed.debt.owed_since == TEN
        assert await tickets.verify(desk) == []


async def test_of_an_opd_that_did_not_answer_there_is_a_ticket_and_a_call_owed(desk: Desk, tmp_path: Path) -> None:
    await taking.take(desk, OPD, tmp_path)
    ticket = await only_ticket(desk)
    assert (ticket.channel, ticket.status, ticket.opd) == (TicketChannel.PHONE, TicketStatus.NEW, None)
    assert ticket.text == "Minta disambungkan dengan DLHK, tidak terjawab"
    [debt] = await callbacks.listed(desk)
    assert (debt.debt.reason, debt.debt.owed_since) == (CallbackReason.REQUEST, TEN)


@pytest.mark.parametrize(("left", "outcome"), [(MESSAGE, "message"), (OPD, "callback"), (REQUEST, "callback")])
async def test_before_or_after_the_call_is_recorded_and_twice_it_is_all_the_same(
    tmp_path: Path, left: Left, outcome: str
) -> None:
    ended = call(outcome=Outcome.LEFT_MENU)
    orders = {
        "left-first": ["left", "call"],
        "call-first": ["call", "left"],
        "call-up-first": ["up", "left", "call"],
        "left-while-up-then-twice": ["up", "left", "left", "call", "call", "left"],
    }
    stores = {}
    for name, order in orders.items():
        path = tmp_path / f"{name}.sqlite"
        async with desk_at(path) as desk:
            for what in order:
                match what:
                    case "left":
                        assert await taking.take(desk, left, tmp_path)
                    case "call":
                        await calls.record(desk, [ended], [])
                    case "up":
                        await calls.record(desk, [call(outcome=None)], [])
            assert await tickets.verify(desk) == []
        stores[name] = {table: rows for table, rows in content(path).items() if table not in _SALTED}
    first = stores["left-first"]
    assert all(store == first for store in stores.values()), stores
    assert [row[2] for row in first["calls"]] == [outcome]
    assert [row[:2] for row in first["callback_calls"]] == [(1, "depok-1764000000.1")]


_SALTED = {"ticket_history", "ticket_texts", "history_end"}
"""Each store has salts of its own there."""


async def test_a_message_and_a_wish_to_be_called_back_in_one_call_are_one_debt(desk: Desk, tmp_path: Path) -> None:
    for left in (MESSAGE, REQUEST, OPD, SCORE) * 2:
        await taking.take(desk, left, tmp_path)
    [debt] = await callbacks.listed(desk)
    assert debt.debt.reason is CallbackReason.REQUEST
    assert len(await tickets.listed(desk)) == 2


async def test_the_first_word_on_how_content_somebody_was_counts_and_is_of_its_call(desk: Desk, tmp_path: Path) -> None:
    await taking.take(desk, SCORE, tmp_path)
    await taking.take(desk, Score(UNIQUEID, 1, TEN + timedelta(seconds=1)), tmp_path)
    await calls.record(desk, [call(outcome=Outcome.ANSWERED)], [])
    since, until = microseconds(TEN), microseconds(TEN + timedelta(days=1))
    rows = desk.store.queries.list_surveys(desk.store.reader, since=since, until=until)
    assert [(row["score"], row["call"]) async for row in rows] == [(4, "depok-1764000000.1")]
