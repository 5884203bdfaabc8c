"""Who listens to which recording, and that it is written down first."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import CallRecord, Outcome, Recording
from depok_agi.calls.recordings import name_of
from depok_agi.desk import Desk, calls, recordings, taking, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError, StoreError
from depok_agi.voice.caller import Language
from depok_agi.voice.left import Message, recording_of
from tests.unit.desk.made import ANI, TEN, call

SITI = Person("siti", Role.OPERATOR)
RINI = Person("rini", Role.SUPERVISOR)
CALL = "depok-1764000000.1"
FILE = name_of("talk", "1764000000.1")
EMPTY = b"\0" * 44


def recorded(uniqueid: str = "1764000000.1", file: str = FILE, **changes: Any) -> CallRecord:
    talk = call(uniqueid, Outcome.ANSWERED, **changes)
    return replace(talk, recordings=(Recording(uniqueid, file),), recording=file)


def write(folder: Path, name: str = FILE, content: bytes = b"RIFF and more") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def accesses(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as store:
        return list(store.execute("SELECT actor, deed, allowed, citizen, ticket, call, detail FROM access_log"))


async def listened(desk: Desk, folder: Path, person: Person = SITI, given: str = CALL) -> Path:
    return await recordings.listen(desk, person, await recordings.of_call(desk, given), folder, "calls play")


class TestCalls:
    async def test_a_recorded_talk_is_known_by_its_call(self, desk: Desk) -> None:
        await calls.record(desk, [recorded()], [])
        record, _, _ = await calls.show(desk, CALL)
        [(listed, _, _)] = await calls.listed(desk)
        assert record.recording == listed.recording == FILE

    async def test_listening_is_written_down(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        await calls.record(desk, [recorded()], [])
        file = write(tmp_path)
        assert await listened(desk, tmp_path) == file
        assert accesses(path) == [("siti", "listen", 1, 1, None, CALL, "calls play")]

    async def test_what_cannot_be_written_down_is_not_heard(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        await calls.record(desk, [recorded()], [])
        write(tmp_path)
        with closing(sqlite3.connect(path)) as store:
            store.execute("DROP TABLE access_log")
        with pytest.raises(StoreError):
            await listened(desk, tmp_path)

    async def test_a_talk_that_was_not_recorded_is_told(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        await calls.record(desk, [call(outcome=Outcome.ANSWERED)], [])
        with pytest.raises(NotFoundError, match=f"no recording of call {CALL}: none was made, or it was destroyed"):
            await listened(desk, tmp_path)
        assert accesses(path) == []

    async def test_a_file_that_is_gone_is_told_and_nobody_listened(
        self, desk: Desk, path: Path, tmp_path: Path
    ) -> None:
        await calls.record(desk, [recorded()], [])
        with pytest.raises(NotFoundError, match="is not in its folder"):
            await listened(desk, tmp_path)
        assert accesses(path) == []

    async def test_a_file_elsewhere_is_never_given(self, desk: Desk, tmp_path: Path) -> None:
        write(tmp_path, "secret.wav")
        (tmp_path / "recordings").mkdir()
        await calls.record(desk, [recorded(file="../secret.wav")], [])
        with pytest.raises(NotFoundError):
            await listened(desk, tmp_path / "recordings")

    async def test_after_two_recorded_calls_became_one_its_recording_is_the_first(self, desk: Desk) -> None:
        first, second = recorded(), recorded("1764000000.5", name_of("talk", "1764000000.5"))
        await calls.record(desk, [second], [])
        both = replace(
            first, uniqueids=("1764000000.1", "1764000000.5"), recordings=first.recordings + second.recordings
        )
        both = replace(both, legs=first.legs + second.legs)
        await calls.record(desk, [both], [second.id])
        assert (await calls.show(desk, CALL))[0].recording == FILE

    async def test_written_twice_it_is_one_recording(self, desk: Desk, path: Path) -> None:
        for _ in range(2):
            await calls.record(desk, [recorded()], [])
        with closing(sqlite3.connect(path)) as store:
            assert store.execute("SELECT count(*) FROM talk_recordings").fetchall() == [(1,)]


class TestTickets:
    async def ticket(self, desk: Desk, *, secret: bool = False, call: str | None = CALL, by: str = "siti") -> str:
        complaint = Complaint("Sampah menumpuk", caller=ANI, secret=secret, call=call)
        return (await tickets.open_ticket(desk, complaint, by)).number

    async def test_a_message_is_what_is_heard_of_its_ticket(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        uniqueid = "1764000000.1"
        await calls.record(desk, [recorded()], [])
        message = Message(uniqueid, ANI, "", TEN, Language.INDONESIAN, recording_of(uniqueid), seconds=5)
        await taking.take(desk, message, tmp_path)
        [ticket] = await tickets.listed(desk)
        file = write(tmp_path, message.file)
        found = await recordings.of_ticket(desk, ticket.number)
        assert await recordings.listen(desk, SITI, found, tmp_path, "tickets play") == file
        assert accesses(path) == [("siti", "listen", 1, ticket.citizen, ticket.serial, None, "tickets play")]

    async def test_else_the_newest_recorded_talk_about_it_is(self, desk: Desk) -> None:
        later = recorded("1764000900.1", name_of("talk", "later"), began=TEN + timedelta(minutes=15))
        silent = call("1764009900.1", Outcome.ANSWERED, began=TEN + timedelta(hours=1))
        await calls.record(desk, [recorded(), later, silent], [])
        number = await self.ticket(desk)
        async with desk.store.transaction() as connection:
            for one in (later, silent):
                await desk.store.queries.add_ticket_call(connection, ticket=100_001, call=one.id)
        ticket = await tickets.show(desk, number)
        assert set(ticket.calls) == {CALL, later.id, silent.id}
        assert (await recordings.of_ticket(desk, number)).name == name_of("talk", "later")

    async def test_without_any_it_is_told(self, desk: Desk) -> None:
        number = await self.ticket(desk, call=None)
        with pytest.raises(NotFoundError, match=f"no recording of ticket {number}"):
            await recordings.of_ticket(desk, number)

    async def test_the_voice_of_a_secret_tickets_citizen_is_not_for_every_operator(
        self, desk: Desk, path: Path, tmp_path: Path
    ) -> None:
        await calls.record(desk, [recorded()], [])
        number = await self.ticket(desk, secret=True, by="budi")
        write(tmp_path)
        by_ticket = await recordings.of_ticket(desk, number)
        with pytest.raises(RefusedError, match="needs supervisor"):
            await listened(desk, tmp_path)
        with pytest.raises(RefusedError, match="needs supervisor"):
            await recordings.listen(desk, SITI, by_ticket, tmp_path, "tickets play")
        await listened(desk, tmp_path, RINI)
        assert [(actor, deed, allowed) for actor, deed, allowed, *_ in accesses(path)] == [
            ("siti", "secret", 0),
            ("siti", "secret", 0),
            ("rini", "secret", 1),
            ("rini", "listen", 1),
        ]

    async def test_whoever_took_a_secret_ticket_down_may_hear_its_talk(
        self, desk: Desk, path: Path, tmp_path: Path
    ) -> None:
        await calls.record(desk, [recorded()], [])
        number = await self.ticket(desk, secret=True)
        write(tmp_path)
        await recordings.listen(desk, SITI, await recordings.of_ticket(desk, number), tmp_path, "tickets play")
        assert [(actor, deed, allowed) for actor, deed, allowed, *_ in accesses(path)] == [("siti", "listen", 1)]


class TestSweeping:
    def made(self, folder: Path, name: str, content: bytes, hours: float) -> Path:
        path = write(folder, name, content)
        at = (TEN - timedelta(hours=hours)).timestamp()
        os.utime(path, (at, at))
        return path

    def test_old_files_without_a_sound_go_and_all_others_stay(self, tmp_path: Path) -> None:
        gone = [self.made(tmp_path, name_of("talk", str(n)), EMPTY[:n], 3.1) for n in (0, 44)]
        kept = [
            self.made(tmp_path, name_of("talk", "young"), EMPTY, 2.9),
            self.made(tmp_path, name_of("talk", "with a sound"), EMPTY + b"\1\1", 100),
            self.made(tmp_path, "notes.txt", b"", 100),
        ]
        assert recordings.sweep(tmp_path, TEN) == len(gone)
        assert sorted(tmp_path.iterdir()) == sorted(kept)
