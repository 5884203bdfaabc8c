"""What the daemon publishes for the forked script comes out as it went in, or not at all."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.errors import SettingsError
from depok_agi.hours.schedule import Holiday, Override, Schedule, Span, SpecialDay, WeeklyPattern, to_json
from depok_agi.voice import menu_file, menu_tree, published, spool
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
MENU = menu_file.load((resources.files("depok_agi.voice") / "depok_menu.toml").read_text("utf-8"), "depok_menu.toml")
DAY = (Span(27_000, 57_600),)
SCHEDULE = Schedule(
    "Asia/Jakarta",
    weekly=(WeeklyPattern(date(2026, 1, 1), None, "Usual", "Perpres", (DAY,) * 7, ((),) * 7, True),),
    holidays=(Holiday(date(2026, 12, 25), "Natal", "SKB"),),
    days=(SpecialDay(date(2026, 12, 24), "Half day", "SE", ()),),
    overrides=(Override(open=False, since=NOON, until=NOON + timedelta(hours=2), by="siti", why="listrik padam 🙂"),),
)


def test_the_hours_come_out_as_they_went_in(tmp_path: Path) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path / "spool", MENU)
    centre = published.load(tmp_path)
    assert centre.schedule == SCHEDULE
    assert centre.schedule.check(NOON).open is False
    assert centre.schedule.check(NOON + timedelta(hours=2)).open is True
    assert centre.now().utcoffset() == timedelta(0)


def test_the_menu_comes_out_as_it_went_in(tmp_path: Path) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path, MENU)
    assert published.load(tmp_path).menu == MENU


def test_what_an_older_version_has_published_still_tells_the_hours(tmp_path: Path) -> None:
    (tmp_path / published.FILE).write_text(json.dumps({"schedule": to_json(SCHEDULE), "spool": "spool"}))
    centre = published.load(tmp_path)
    assert (centre.schedule, centre.menu) == (SCHEDULE, None)


def test_the_store_is_out_of_reach(tmp_path: Path) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path, MENU)
    assert published.load(tmp_path).ticket_status is None


def test_a_request_goes_to_the_spool(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    published.publish(tmp_path, SCHEDULE, folder, MENU)
    request = CallbackRequest("depok-1.0", "+6281100001234", "", NOON, Language.INDONESIAN)
    published.load(tmp_path).leave(request)
    assert [found for _, found in spool.waiting(folder)] == [request]


def test_the_newest_counts_and_the_group_can_read_it(tmp_path: Path) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path, MENU)
    published.publish(tmp_path, replace(SCHEDULE, overrides=()), tmp_path, MENU)
    assert published.load(tmp_path).schedule.overrides == ()
    assert [path.name for path in tmp_path.iterdir()] == [published.FILE]
    assert (tmp_path / published.FILE).stat().st_mode & 0o777 == 0o640


def test_who_reads_while_it_is_replaced_reads_the_old_one_whole(tmp_path: Path) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path, MENU)
    with (tmp_path / published.FILE).open() as reader:
        published.publish(tmp_path, replace(SCHEDULE, overrides=()), tmp_path, MENU)
        assert json.load(reader)["schedule"] == to_json(SCHEDULE)


def test_what_cannot_be_published_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published.publish(tmp_path, SCHEDULE, tmp_path, MENU)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        published.publish(tmp_path, replace(SCHEDULE, overrides=()), tmp_path, MENU)
    assert published.load(tmp_path).schedule == SCHEDULE
    assert [path.name for path in tmp_path.iterdir()] == [published.FILE]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing usable is published"):
        published.load(tmp_path / "gone")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"schedule": {}, "spool": "x"}',
        b'{"schedule": [], "spool": "x"}',
    ],
)
def test_garbage_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / published.FILE).write_bytes(content)
    with pytest.raises(SettingsError, match="nothing usable is published"):
        published.load(tmp_path)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        found += places(inner, (*path, key))
    return found


CONTENT = {"schedule": to_json(SCHEDULE), "spool": "spool", "menu": menu_tree.to_json(MENU)}
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.just([]),
    st.just({}),
    st.just(["", 5]),
)


@given(st.sampled_from(places(CONTENT)[1:]), WRONG)
def test_one_wrong_value_is_told_or_understood(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], wrong: object
) -> None:
    folder = tmp_path_factory.mktemp("published")
    content = json.loads(json.dumps(CONTENT))
    inside = content
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = wrong
    (folder / published.FILE).write_text(json.dumps(content))
    with contextlib.suppress(SettingsError):
        published.load(folder)
