"""What the doctor says of the centre: hours, menu, prompts, store, daemon and backups."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.config import Settings, load
from depok_agi.desk import erasing, journal
from depok_agi.desk.opening import base_schedule, open_desk
from depok_agi.doctor import centre
from depok_agi.doctor.finding import State
from depok_agi.store.times import microseconds
from tests.unit.desk.made import new_store

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SETTINGS = """\
[ami]
secret = "rahasia"
[folders]
store = "store.sqlite"
backups = "backups"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "depok-agi.toml").write_text(SETTINGS)
    new_store(tmp_path / "store.sqlite")
    return load(tmp_path / "depok-agi.toml")


def with_centre(folder: Path, line: str) -> Settings:
    (folder / "depok-agi.toml").write_text(f"[centre]\n{line}\n{SETTINGS}")
    return load(folder / "depok-agi.toml")


def test_the_shipped_hours_reach_a_year_ahead(settings: Settings) -> None:
    found = {one.check: one for one in centre.hours(settings, NOW)}
    assert (found["hours"].state, found["hours"].text) == (State.OK, "known until 25-11-2027")
    assert found["holidays"].state in {State.OK, State.WARNING}


def test_years_without_holidays_are_a_failure(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = base_schedule(settings, range(2026, 2028))
    monkeypatch.setattr("depok_agi.doctor.centre.base_schedule", lambda *_: type(real)("Asia/Jakarta", real.weekly))
    found = {one.check: one.state for one in centre.hours(settings, NOW)}
    assert found["holidays"] is State.FAILURE


def test_estimated_holidays_are_a_warning(settings: Settings) -> None:
    far = NOW.replace(year=2028)
    (found,) = (one for one in centre.hours(settings, far) if one.check == "holidays")
    assert found.state is State.WARNING
    assert "estimates" in found.text


def test_a_broken_hours_file_is_a_failure_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "hours.toml").write_text("[[weekly]]\nfrom = 1\n")
    (found,) = centre.hours(with_centre(tmp_path, 'hours = "hours.toml"'), NOW)
    assert found.state is State.FAILURE
    assert "\n" not in found.text


def test_a_menu_is_well_or_named(settings: Settings, tmp_path: Path) -> None:
    assert centre.menu(settings).state is State.OK
    (tmp_path / "menu.toml").write_text("start = 1")
    assert centre.menu(with_centre(tmp_path, 'menu = "menu.toml"')).state is State.FAILURE


def test_prompts_that_nobody_made_are_a_failure(tmp_path: Path) -> None:
    script = Path(__file__).parents[3] / "dialplan" / "prompts.toml"
    (found,) = centre.spoken(script, tmp_path)
    assert (found.state, found.mend) == (State.FAILURE, "depok-agi prompts make")
    (found,) = centre.spoken(tmp_path / "none.toml", tmp_path)
    assert found.state is State.FAILURE


def test_a_store_is_whole_broken_or_not_there(settings: Settings) -> None:
    assert [one.state for one in centre.store(settings)] == [State.OK]
    settings.folders.store.write_bytes(b"\xff" * 5000)
    assert [one.state for one in centre.store(settings)] == [State.FAILURE]
    settings.folders.store.unlink()
    (found,) = centre.store(settings)
    assert "db migrate" in found.mend


def heard(settings: Settings, at: datetime) -> None:
    async def put() -> None:
        async with open_desk(settings) as desk, desk.store.transaction() as connection:
            await journal.put(desk, connection, journal.Heard(microseconds(at), {}))

    asyncio.run(put())


@pytest.mark.parametrize(("ago", "state"), [(timedelta(seconds=5), State.OK), (timedelta(minutes=5), State.FAILURE)])
def test_a_daemon_is_at_work_that_has_just_listened(settings: Settings, ago: timedelta, state: State) -> None:
    heard(settings, NOW - ago)
    found = asyncio.run(centre.daemon(settings, NOW))
    assert found.state is state, found


def test_one_that_never_listened_is_a_failure(settings: Settings) -> None:
    assert "never" in asyncio.run(centre.daemon(settings, NOW)).text


def test_a_backup_of_last_night_is_well_and_an_older_one_a_warning(settings: Settings) -> None:
    assert centre.last_backup(settings, NOW).state is State.WARNING
    folder = settings.folders.backups
    folder.mkdir()
    (folder / "depok-agi-20261123-020000.sqlite").touch()
    assert centre.last_backup(settings, NOW).state is State.WARNING
    (folder / "depok-agi-20261125-020000.sqlite").touch()
    found = centre.last_backup(settings, NOW)
    assert (found.state, found.text) == (State.OK, "the newest is of 25-11-2026 02:00:00")


async def test_an_erasure_that_was_interrupted_is_a_failure_until_it_is_finished(settings: Settings) -> None:
    assert await centre.erasures(settings) == []
    async with open_desk(settings) as desk:
        made = await erasing.erase(desk, "+6281100007391", why="surat", person=Person("root", Role.ADMIN))
        (found,) = await centre.erasures(settings)
        assert (found.state, found.text) == (State.FAILURE, "1 not finished: 1")
        await erasing.finish(desk, made)
    assert await centre.erasures(settings) == []
