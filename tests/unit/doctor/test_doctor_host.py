"""What the doctor says of a host: who can read what, where things are kept, and how full its disks are."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from depok_agi.config import Settings, load
from depok_agi.doctor import host
from depok_agi.doctor.finding import State

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "depok-agi.toml"
    path.write_text(
        '[ami]\nsecret_file = "ami.secret"\n'
        '[folders]\nstore = "store.sqlite"\nspool = "spool"\npublished = "published"\nrecordings = "recordings"\n'
        'backups = "backups"\n'
    )
    for name in ("ami.secret", "store.sqlite"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    return path


@pytest.fixture
def settings(settings_file: Path) -> Settings:
    return load(settings_file)


def test_closed_secrets_are_well(settings: Settings, settings_file: Path) -> None:
    assert [one.state for one in host.secrets(settings, settings_file)] == [State.OK]


@pytest.mark.parametrize("name", ["ami.secret", "store.sqlite", "store.sqlite-wal"])
def test_what_everybody_can_read_is_a_failure(settings: Settings, settings_file: Path, name: str) -> None:
    path = settings_file.with_name(name)
    path.touch()
    path.chmod(0o604)
    (found,) = host.secrets(settings, settings_file)
    assert (found.state, found.mend) == (State.FAILURE, f"chmod o= {path}")


def test_a_secret_in_the_settings_makes_them_one(tmp_path: Path) -> None:
    path = tmp_path / "depok-agi.toml"
    path.write_text('[ami]\nsecret = "rahasia"\n[folders]\nstore = "none.sqlite"\n')
    path.chmod(0o644)
    (found,) = host.secrets(load(path), path)
    assert found.state is State.FAILURE
    path.chmod(0o640)
    (found,) = host.secrets(load(path), path)
    assert found.state is State.OK


def test_a_secret_that_is_not_there_is_a_failure(settings: Settings, settings_file: Path) -> None:
    settings_file.with_name("ami.secret").unlink()
    assert State.FAILURE in {one.state for one in host.secrets(settings, settings_file)}


def test_folders_that_are_not_there_are_failures(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir(0o770)
    assert {one.check: one.state for one in host.folders(settings)} == {
        "spool folder": State.OK,
        "published folder": State.FAILURE,
        "recordings folder": State.FAILURE,
    }


@pytest.mark.parametrize("name", ["spool", "published", "recordings"])
def test_a_folder_that_others_can_look_into_is_a_failure(settings: Settings, tmp_path: Path, name: str) -> None:
    for each in ("spool", "published", "recordings"):
        (tmp_path / each).mkdir()
        (tmp_path / each).chmod(0o2755 if each == name else 0o2750)
    found = {one.check: one for one in host.folders(settings)}
    assert [check for check, one in found.items() if one.state is not State.OK] == [f"{name} folder"]
    assert found[f"{name} folder"].mend == f"chmod o= {tmp_path / name}"


@pytest.mark.parametrize(
    ("free", "state"),
    [(100_000_000, State.FAILURE), (5_000_000_000, State.WARNING), (50_000_000_000, State.OK)],
)
def test_a_disk_is_told_once_by_what_is_free(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(100_000_000_000, 0, free))
    assert [one.state for one in host.disks(settings)] == [state]


@pytest.mark.parametrize(("says", "state"), [("yes", State.OK), ("no", State.WARNING), ("", State.WARNING)])
def test_the_clock_is_well_when_ntp_keeps_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, state: State
) -> None:
    tool = tmp_path / "timedatectl"
    tool.write_text(f"#!/bin/sh\necho {says}\n")
    tool.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: str(tool))
    found = host.clock(settings, NOW)
    assert found.state is state
    assert "2026-11-25 09:00 Asia/Jakarta" in found.text


def test_without_the_tool_the_clock_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert host.clock(settings, NOW).state is State.WARNING


@pytest.fixture
def records(tmp_path: Path, settings_file: Path) -> Path:
    """A queue_log that everybody may read, in a folder of its own."""
    file = tmp_path / "log/queue_log"
    file.parent.mkdir()
    file.write_text("x")
    with settings_file.open("a") as settings:
        settings.write(f'[journal]\nqueue_log = "{file}"\ncel = "log/none.csv"\ncdr = "log/none.csv"\n')
    file.chmod(0o644)
    return file


def test_a_record_of_calls_that_everybody_can_read_is_told(
    records: Path, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "parents", property(lambda file: [file.parent]))  # pytest's own are closed to others
    for mode, state in ((0o755, State.WARNING), (0o750, State.OK)):
        records.parent.chmod(mode)
        (found,) = host.logs(load(settings_file))
        assert found.state is state
        assert (found.mend == f"chmod o= {records.parent}") is (state is State.WARNING)
    records.parent.chmod(0o755)
    records.chmod(0o640)
    (found,) = host.logs(load(settings_file))
    assert found.state is State.OK
