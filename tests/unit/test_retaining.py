"""The daemon's daily run: at its time, once, made up for when it was missed; never by the mere start of a version."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from depok_agi.config import Ami, Folders, Retention, Secret, Settings
from depok_agi.desk import Desk, retention, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.retaining import WAITING, Retaining
from tests.unit.desk.made import ANI, Clock, desk_at, wib


@pytest.fixture
def clock() -> Clock:
    return Clock(wib("2026-06-08 02:00"))


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "store.sqlite", clock) as opened:
        yield opened


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    folders = Folders(tmp_path / "store.sqlite", recordings=tmp_path)
    return Settings(ami=Ami(secret=Secret("x")), folders=folders, retention=Retention(tickets_days=30))


async def began(desk: Desk) -> list[str]:
    return [f"{run.began_at.astimezone(desk.policy.zone):%d %H:%M}" for run in await retention.listed(desk)][::-1]


async def test_it_runs_once_a_day_at_its_time_and_makes_up_for_a_day_that_was_missed(
    desk: Desk, clock: Clock, given: Settings
) -> None:
    task = Retaining(given, desk)
    for hours in (0, 0.5, 0.5, 0.5, 20, 3.5, 60, 1):
        clock.later(hours=hours)
        await task.look()
    assert await began(desk) == ["08 03:00", "09 03:00", "11 15:00"]


async def test_a_new_version_destroys_nothing_when_it_starts(desk: Desk, clock: Clock, given: Settings) -> None:
    clock.at = wib("2026-06-08 10:00")
    task = Retaining(given, desk)
    clock.later(hours=16)
    await task.look()
    assert await began(desk) == []
    clock.later(hours=1)
    await task.look()
    assert await began(desk) == ["09 03:00"]


async def test_what_it_destroys_is_told_and_logged_as_the_services_own_deed(
    desk: Desk, clock: Clock, given: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    task = Retaining(given, desk)
    ticket = await tickets.open_ticket(desk, Complaint("Lampu jalan mati", caller=ANI), "siti")
    await tickets.close(desk, ticket.number, "siti")
    clock.later(days=31)
    await task.look()
    assert (await tickets.show(desk, ticket.number)).text is None
    assert "destroyed what is older than its retention time: 1 tickets, 1 citizens" in caplog.text
    with closing(sqlite3.connect(desk.store.path)) as connection:
        assert connection.execute("SELECT actor, deed FROM access_log").fetchall() == [("depok-agi", "retention")]


async def test_a_store_that_cannot_be_written_is_told_once_and_tried_again(
    desk: Desk, clock: Clock, given: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr("depok_agi.store.database.BUSY_SECONDS", 0)
    monkeypatch.setattr("depok_agi.retaining.LOOK_SECONDS", 0.01)
    task = Retaining(given, desk)
    clock.later(hours=2)
    with closing(sqlite3.connect(desk.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = asyncio.create_task(task.run())
        while WAITING not in caplog.text:  # noqa: ASYNC110 - the log has no event to wait for
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert caplog.text.count(WAITING) == 1
        other.execute("ROLLBACK")
    while "destroyed what is older" not in caplog.text:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await began(desk) == ["08 04:00"]
