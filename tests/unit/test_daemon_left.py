"""What the daemon takes out of the spool, and what it publishes beside the hours and the menu, without an Asterisk."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from depok_agi import daemon
from depok_agi.config import Ami, Folders, Recording, Secret, Settings
from depok_agi.daemon import Daemon
from depok_agi.desk import Desk, blocks, opds, tickets
from depok_agi.voice import published, published_around, spool, steps
from depok_agi.voice.caller import CallerInfo, Language
from depok_agi.voice.left import WAV_BYTES_PER_SECOND, Message, recording_of
from depok_agi.voice.variables import RESULT, TARGET, Result, StepName
from tests.unit.desk.made import ANI, TEN, Clock, desk_at
from tests.unit.voice.fake_caller import ANI as ANI_CALLS
from tests.unit.voice.fake_caller import FakeCaller

DLHK = replace(ANI_CALLS, arguments=("DLHK",))
INBOUND = replace(ANI_CALLS, arguments=("inbound",))


@pytest.fixture
def clock() -> Clock:
    return Clock(TEN)


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        yield desk


@pytest.fixture
def serving(desk: Desk, tmp_path: Path) -> Daemon:
    named = {name: tmp_path / name for name in ("spool", "published", "recordings")}
    settings = Settings(ami=Ami(secret=Secret("x")), folders=Folders(store=desk.store.path, **named))
    daemon._make_folders(settings)
    return Daemon(settings, desk, None, on_ready=print)


async def results(serving: Daemon, folder: Path, step: StepName, info: CallerInfo = ANI_CALLS) -> set[tuple[str, str]]:
    """How a step ends, and where it leads: over FastAGI, and in the forked script."""
    over_fastagi, forked = FakeCaller(info=info), FakeCaller(info=info)
    await serving._step(step)(over_fastagi)
    centre = published.load(folder / "published")
    await steps.run(step, forked, centre)
    return {(caller.variables[RESULT], caller.variables.get(TARGET, "")) for caller in (over_fastagi, forked)}


async def publish(serving: Daemon) -> None:
    await serving._publish()
    await serving._publish_around()


async def test_a_block_holds_both_ways_until_it_is_lifted(serving: Daemon, desk: Desk, tmp_path: Path) -> None:
    await publish(serving)
    assert await results(serving, tmp_path, StepName.BLOCK) == {(Result.FREE, "")}
    # The forked script goes by the real time.
    long_after = TEN + timedelta(days=40_000)
    await blocks.block(desk, ANI, until=long_after, why="prank calls", by="siti")
    await publish(serving)
    assert await results(serving, tmp_path, StepName.BLOCK) == {(Result.BLOCKED, "")}
    await blocks.unblock(desk, ANI)
    await publish(serving)
    assert await results(serving, tmp_path, StepName.BLOCK) == {(Result.FREE, "")}


async def test_a_block_that_is_over_is_published_no_more(
    serving: Daemon, desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "published" / published_around.BLOCKS
    await blocks.block(desk, ANI, until=TEN + timedelta(hours=1), why="prank calls", by="siti")
    await publish(serving)
    assert len(json.loads(file.read_text())["until"]) == 1
    clock.later(hours=1)
    await publish(serving)
    assert json.loads(file.read_text())["until"] == {}


async def test_nothing_is_written_anew_when_nothing_has_changed_but_what_is_gone_is(
    serving: Daemon, desk: Desk, tmp_path: Path
) -> None:
    await blocks.block(desk, ANI, until=TEN + timedelta(hours=1), why="prank calls", by="siti")
    await publish(serving)
    files = [tmp_path / "published" / name for name in (published_around.BLOCKS, published_around.AROUND)]
    before = [file.stat().st_ino for file in files]
    await publish(serving)
    assert [file.stat().st_ino for file in files] == before
    for file in files:
        file.unlink()
    await publish(serving)
    assert all(file.exists() for file in files)


async def test_an_opds_telephone_is_known_both_ways(serving: Daemon, desk: Desk, tmp_path: Path) -> None:
    await opds.edit(desk, "DLHK", {"phone": "201"})
    await publish(serving)
    centre = published.load(tmp_path / "published")
    assert centre.around() == serving._around
    caller = FakeCaller(info=DLHK)
    await serving._step(StepName.OPD)(caller)
    assert (caller.variables[RESULT], caller.variables[TARGET]) == (Result.DIAL, "201")


async def test_what_is_recorded_is_known_both_ways(serving: Daemon, tmp_path: Path) -> None:
    await publish(serving)
    assert await results(serving, tmp_path, StepName.RECORDING, INBOUND) == {(Result.UNRECORDED, "")}
    serving._settings = msgspec.structs.replace(serving._settings, recording=Recording(inbound=True))
    await publish(serving)
    assert await results(serving, tmp_path, StepName.RECORDING, INBOUND) == {(Result.RECORD, "")}


async def test_until_it_is_known_what_is_recorded_nothing_is(serving: Daemon) -> None:
    serving._settings = msgspec.structs.replace(serving._settings, recording=Recording(inbound=True))
    caller = FakeCaller(info=INBOUND)
    await serving._step(StepName.RECORDING)(caller)
    assert caller.variables[RESULT] == Result.UNRECORDED


async def test_empty_recordings_are_swept_away_from_the_start_and_trouble_is_told_once(
    serving: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daemon, "SWEEP_SECONDS", 0.01)
    empty = tmp_path / "recordings" / recording_of("depok-1.1")
    empty.touch()
    long_ago = (TEN - timedelta(days=1)).timestamp()
    os.utime(empty, (long_ago, long_ago))
    sweeping = asyncio.create_task(serving._sweep())
    async with asyncio.timeout(5):
        while empty.exists():  # noqa: ASYNC110 - what is waited for happens inside the code under test
            await asyncio.sleep(0.01)
        empty.parent.rmdir()
        while "not swept away" not in caplog.text:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    sweeping.cancel()
    assert caplog.text.count("empty recordings are not swept away") == 1


async def test_a_message_that_goes_on_still_waits_in_the_spool_and_is_taken_later(
    serving: Daemon, desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    message = Message("depok-1.1", ANI, "", TEN, Language.INDONESIAN, recording_of("depok-1.1"))
    spool.leave(tmp_path / "spool", message)
    (tmp_path / "recordings" / message.file).write_bytes(b"\0" * WAV_BYTES_PER_SECOND * 7)
    await serving._collect()
    assert len(list((tmp_path / "spool").glob("*.json"))) == 1
    assert await tickets.listed(desk) == []
    clock.later(minutes=5)
    await serving._collect()
    await serving._collect()
    assert list((tmp_path / "spool").iterdir()) == []
    [ticket] = await tickets.listed(desk)
    assert (ticket.recording, ticket.text) == (message.file, "Pesan suara, 6 detik")


async def test_what_cannot_be_understood_is_put_aside_and_what_cannot_be_read_told_once(
    serving: Daemon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool" / "odd.json").write_text('{"kind": "message", "file": "../x.wav"}')
    (tmp_path / "spool" / "loop.json").symlink_to("loop.json")
    for _ in range(3):
        await serving._collect()
    assert caplog.text.count("odd.json") == 1
    assert caplog.text.count("loop.json") == 1
    assert (tmp_path / "spool" / spool.REJECTED / "odd.json").exists()
