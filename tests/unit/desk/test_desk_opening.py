"""The hours file is read again when somebody edits it, and a broken one stops nobody who is at work."""

import os
from pathlib import Path

import pytest

from depok_agi.config import Settings, load
from depok_agi.desk.opening import HoursFile
from depok_agi.errors import SettingsError
from tests.unit.desk.made import wib

HOURS = """
timezone = "Asia/Jakarta"
lines_open_in_break = true
national_holidays = false
[[weekly]]
title = "Usual"
regulation = "Perpres 21/2023"
valid_from = 2023-01-01
monday = ["07:30-{until}"]
"""
MONDAY = wib("2026-06-08 15:00")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "depok-agi.toml").write_text('[centre]\nhours = "hours.toml"\n[ami]\nsecret = "x"\n')
    write(tmp_path, "16:00")
    return load(tmp_path / "depok-agi.toml")


def write(folder: Path, until: str, *, age: int = 0) -> None:
    path = folder / "hours.toml"
    path.write_text(HOURS.format(until=until))
    written = path.stat().st_mtime_ns + age * 1_000_000_000
    os.utime(path, ns=(written, written))


def test_an_edited_file_counts_from_then_on(settings: Settings, tmp_path: Path) -> None:
    hours = HoursFile(settings)
    assert hours.around(MONDAY).check(MONDAY).open
    write(tmp_path, "14:00", age=1)
    assert not hours.around(MONDAY).check(MONDAY).open


def test_the_last_right_one_stands_while_the_file_is_broken_and_the_fault_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    hours = HoursFile(settings)
    hours.around(MONDAY)
    write(tmp_path, "nonsense", age=1)
    assert hours.around(MONDAY).check(MONDAY).open
    assert hours.fault is not None
    write(tmp_path, "14:00", age=2)
    assert not hours.around(MONDAY).check(MONDAY).open
    assert hours.fault is None


def test_a_new_year_with_a_broken_file_goes_on_with_what_is_known(settings: Settings, tmp_path: Path) -> None:
    hours = HoursFile(settings)
    hours.around(MONDAY)
    write(tmp_path, "nonsense", age=1)
    new_year = wib("2027-01-04 10:00")
    assert hours.around(new_year).check(new_year).open


def test_a_file_that_never_was_right_is_refused(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path, "nonsense")
    with pytest.raises(SettingsError):
        HoursFile(settings).around(MONDAY)
