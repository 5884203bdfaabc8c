"""Who was erased is nowhere any more: not in the store, its log, its backups, the recordings, the spool or our log."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import Outcome
from depok_agi.config import Folders
from depok_agi.desk import Desk, calls, erasing, remains, tickets
from depok_agi.desk.remains import Remains
from depok_agi.errors import RefusedError, StoreError
from depok_agi.store import backup
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk import citizen
from tests.unit.desk.citizen import NAME, NATIONAL, NUMBER, SECRETS, found_in
from tests.unit.desk.made import BUDI, Clock, call, desk_at

ADMIN = Person("root", Role.ADMIN)
WHY = "surat 24 November"


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    return citizen.folders(tmp_path)


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True, origin="pbx pts/1")


async def erase(desk: Desk, places: Folders, tmp_path: Path, *, even_open: bool = False) -> Remains:
    made = await erasing.erase(desk, NUMBER, why=WHY, person=ADMIN, even_open=even_open)
    return await remains.destroy(desk, made, NUMBER, places, citizen.journal(tmp_path), lambda _: None)


async def test_nothing_of_an_erased_citizen_is_left_in_any_byte_of_any_file(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as the daemon does
    made = await citizen.comes_in(desk, clock, places)
    citizen.is_backed_up(places, clock)
    citizen.waits_in_the_spool(places, clock)
    missing = set(SECRETS) - {secret for _, secret in found_in(tmp_path)}
    assert missing == set(), "the test does not show what it should"

    left = await erase(desk, places, tmp_path)

    assert found_in(tmp_path) == []
    assert (left.left, left.recordings, left.spool, left.backups) == ([], 2, 2, 1)
    assert [secret for secret in SECRETS if secret in caplog.text.encode()] == []
    assert await tickets.verify(desk) == []
    for ticket in made:
        shown = await tickets.show(desk, ticket.number)
        assert (shown.caller, shown.name, shown.text, shown.answer, shown.recording) == (None,) * 5
        assert (shown.status, shown.category) == (TicketStatus.CLOSED, ticket.category)


async def test_a_backup_is_erased_as_the_store_is_and_can_be_gone_back_to(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    copy = citizen.is_backed_up(places, clock)
    await erase(desk, places, tmp_path)
    assert backup.faults(copy) == []
    assert [path.name for path in places.backups.iterdir()] == [copy.name]
    async with desk_at(copy, clock) as restored:
        assert await tickets.verify(restored) == []
        [erasure] = await erasing.listed(restored)
        assert (erasure.why, erasure.finished_at is not None) == (WHY, True)


async def test_what_others_are_about_stays(desk: Desk, clock: Clock, places: Folders, tmp_path: Path) -> None:
    await citizen.comes_in(desk, clock, places)
    await erase(desk, places, tmp_path)
    record, *_ = await calls.show(desk, "depok-1764000200.1")
    assert (record.caller, record.citizen) == (BUDI, BUDI)
    assert [transfer.to for transfer in record.transfers] == [""]
    assert len(record.legs) == 2


async def test_the_ledger_and_the_journal_bring_nothing_back(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    await erase(desk, places, tmp_path)
    abandoned = call("1764000100.1", number=NUMBER, began=clock.at)
    await calls.record(desk, [abandoned], [], None, {abandoned.id: NUMBER})
    await desk.store.clean()
    assert found_in(tmp_path) == []


async def test_who_calls_again_is_somebody_new(desk: Desk, clock: Clock, places: Folders, tmp_path: Path) -> None:
    await citizen.comes_in(desk, clock, places)
    await erase(desk, places, tmp_path)
    await calls.record(desk, [call("1764999999.1", Outcome.LEFT_MENU, number=NUMBER, began=clock.at)], [])
    assert [record.id for record, *_ in await calls.listed(desk, number=NUMBER)] == ["depok-1764999999.1"]
    await erase(desk, places, tmp_path)
    assert found_in(tmp_path) == []


class TestWhatIsOpen:
    @pytest.fixture
    async def opened(self, desk: Desk, clock: Clock, places: Folders) -> list[Ticket]:
        made = await citizen.comes_in(desk, clock, places)
        await calls.record(desk, [call("1764000700.1", number=NUMBER, began=clock.later(days=1))], [])
        await tickets.reopen(desk, made[0].number, "belum beres", "siti")
        await tickets.forward(desk, made[0].number, "DLHK", "siti")
        return made

    async def test_it_is_not_erased_by_the_way(
        self, desk: Desk, opened: list[Ticket], places: Folders, tmp_path: Path
    ) -> None:
        said = (
            rf"ticket {opened[0].number} \(forwarded\), callback \d+ \(pending\)\. Finish it first, or say --even-open"
        )
        with pytest.raises(RefusedError, match=said):
            await erase(desk, places, tmp_path)
        assert (await tickets.show(desk, opened[0].number)).caller == NUMBER

    async def test_it_ends_untold_where_a_person_decides_so(
        self, desk: Desk, opened: list[Ticket], places: Folders, tmp_path: Path
    ) -> None:
        left = await erase(desk, places, tmp_path, even_open=True)
        assert (left.left, found_in(tmp_path)) == ([], [])
        ticket = await tickets.show(desk, opened[0].number)
        last = (await tickets.history(desk, ticket))[-1]
        assert (ticket.status, last.action, last.detail) == (TicketStatus.CLOSED, "close", {"erased": True})
        assert await tickets.verify(desk) == []


async def test_nobody_is_erased_in_the_middle_of_a_call(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await calls.record(desk, [call(outcome=None, number=NUMBER, began=clock.at)], [])
    with pytest.raises(RefusedError, match="a call with this citizen is going on"):
        await erase(desk, places, tmp_path, even_open=True)


@pytest.mark.parametrize("why", [" ", f"diminta {NATIONAL}", f"surat {NAME.lower()}", "telepon 0811-0000-7391"])
async def test_the_reason_that_stays_may_not_be_empty_nor_name_the_citizen(
    desk: Desk, clock: Clock, places: Folders, why: str
) -> None:
    await citizen.comes_in(desk, clock, places)
    with pytest.raises(RefusedError, match="reason"):
        await erasing.erase(desk, NUMBER, why=why, person=ADMIN)


async def test_only_the_admin_erases_and_whoever_tries_is_written_down(
    desk: Desk, clock: Clock, places: Folders, path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    with pytest.raises(RefusedError, match="needs admin"):
        await erasing.erase(desk, NUMBER, why=WHY, person=Person("siti", Role.SUPERVISOR))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT actor, deed, allowed FROM access_log").fetchall()[-1] == ("siti", "erase", 0)


async def test_an_interrupted_erasure_is_finished_by_the_next_and_leaves_nothing_by_which_to_know_the_number(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    citizen.is_backed_up(places, clock)
    await erasing.erase(desk, NUMBER, why=WHY, person=ADMIN)  # and then the power goes
    assert found_in(tmp_path) != []
    assert await erasing.erase(desk, BUDI, why=WHY, person=ADMIN) != await erasing.listed(desk)

    left = await erase(desk, places, tmp_path)

    assert (left.left, left.recordings, left.backups, found_in(tmp_path)) == ([], 2, 1, [])
    of_budi, hers = await erasing.listed(desk)
    assert (hers.finished_at, hers.seal, of_budi.finished_at) == (clock.at, None, None)


async def test_a_backup_that_is_broken_keeps_it_from_being_finished(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    copy = citizen.is_backed_up(places, clock)
    content = copy.read_bytes()
    copy.write_bytes(content[: len(content) // 2])
    left = await erase(desk, places, tmp_path)
    assert [copy.name in line for line in left.left] == [True]
    [erasure] = await erasing.listed(desk)
    assert erasure.finished_at is None
    copy.unlink()
    assert (await erase(desk, places, tmp_path)).left == []
    assert found_in(tmp_path) == []


async def test_a_store_that_was_put_aside_is_erased_too(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    await citizen.comes_in(desk, clock, places)
    aside = citizen.is_backed_up(places, clock).rename(tmp_path / "store.sqlite.before-20260608-100000")
    left = await erase(desk, places, tmp_path)
    assert (left.backups, left.left, found_in(tmp_path)) == (1, [], [])
    assert backup.faults(aside) == []


async def test_whoever_reads_all_the_time_keeps_it_from_being_finished(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("depok_agi.store.database.CLEAN_SECONDS", 0)
    monkeypatch.setattr("depok_agi.store.database.BUSY_SECONDS", 0.1)
    await citizen.comes_in(desk, clock, places)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM citizens").fetchone()
        with pytest.raises(StoreError, match="read all the time"):
            await erase(desk, places, tmp_path)
        assert found_in(tmp_path) != []
    assert (await erase(desk, places, tmp_path)).left == []
    assert found_in(tmp_path) == []


async def test_what_another_tool_has_deleted_and_left_in_the_file_goes_too(
    desk: Desk, places: Folders, tmp_path: Path, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete = OFF")
        careless.executemany("INSERT INTO citizens (name) VALUES (?)", [(NAME * 50,)] * 100)
        careless.execute("DELETE FROM citizens")
        careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert found_in(tmp_path) != []
    await erase(desk, places, tmp_path)
    assert found_in(tmp_path) == []


async def test_what_it_cannot_reach_is_told(desk: Desk, clock: Clock, places: Folders, tmp_path: Path) -> None:
    await citizen.comes_in(desk, clock, places)
    other = await tickets.open_ticket(desk, tickets.Complaint("tetangga saya 0811 0000 7391", caller=BUDI), "siti")
    log = citizen.journal(tmp_path)
    log.cel.parent.mkdir()
    log.cel.write_text(f'CHAN_START,"{NATIONAL}"\nCHAN_END,"{NATIONAL}1"\n')
    left = await erase(desk, places, tmp_path)
    assert left.left == []
    assert left.mentioned == [f"ticket {other.number}"]
    assert left.journal == [f"{log.cel} has it in 1 line"]
