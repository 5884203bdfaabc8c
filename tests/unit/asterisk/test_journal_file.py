"""A file that Asterisk appends to is read to its end, each line once, whatever logrotate does to it."""

import gzip
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.asterisk import journal_file
from depok_agi.asterisk.journal_file import Position, end, read


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text("one\ntwo\n")
    return path


def lines(path: Path, since: Position | None, **settings: Any) -> tuple[list[str], Position | None]:
    found: list[str] = []
    for piece, position in read(path, since, **settings):
        found += piece
        since = position
    return found, since


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def rotate(path: Path) -> None:
    """As logrotate does without dateext: the higher the number, the older."""
    for number in range(9, 0, -1):
        for ending in ("", ".gz"):
            old = path.with_name(f"{path.name}.{number}{ending}")
            if old.exists():
                old.rename(path.with_name(f"{path.name}.{number + 1}{ending}"))
    path.rename(path.with_name(f"{path.name}.1"))


def compress(path: Path) -> None:
    """As logrotate does: another file of the same time."""
    status = path.stat()
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
    path.unlink()


def now() -> int:
    return time.time_ns() // 1000


NOON = 1_795_485_600
HOUR = 3_600_000_000
"""NOON in seconds, as files are stamped here; HOUR in microseconds, as positions have it."""


def age(path: Path, hours: int) -> None:
    at = time.time() - hours * 3600
    os.utime(path, (at, at))


def test_without_a_position_it_is_read_from_its_beginning(log: Path) -> None:
    assert lines(log, None) == (["one", "two"], end(log))


def test_from_a_position_only_what_came_after_it(log: Path) -> None:
    _, position = lines(log, None)
    append(log, "three\n")
    assert lines(log, position)[0] == ["three"]
    assert lines(log, end(log))[0] == []


def test_half_a_line_waits_for_its_other_half(log: Path) -> None:
    append(log, "thr")
    found, position = lines(log, None)
    assert found == ["one", "two"]
    append(log, "ee\n")
    assert lines(log, position)[0] == ["three"]


def test_a_rotated_file_is_read_to_its_end_first(log: Path) -> None:
    position = end(log)
    append(log, "three\n")
    log.rename(log.with_name("queue_log.1"))
    log.write_text("four\n")
    assert lines(log, position)[0] == ["three", "four"]


def test_a_rotated_file_without_a_new_one_yet(log: Path) -> None:
    position = end(log)
    append(log, "three\n")
    log.rename(log.with_name("queue_log-20261124"))
    found, position = lines(log, position)
    assert found == ["three"]
    log.write_text("four\n")
    assert lines(log, position)[0] == ["four"]


def test_a_truncated_file_is_read_from_its_new_beginning(log: Path) -> None:
    position = end(log)
    log.write_text("new\n")
    assert lines(log, position)[0] == ["new"]


def test_a_replaced_file_is_read_whole(log: Path) -> None:
    position = end(log)
    other = log.with_name("other")
    other.write_text("new\n")
    log.unlink()
    other.rename(log)
    assert lines(log, position)[0] == ["new"]


def test_a_missing_file_gives_nothing(tmp_path: Path) -> None:
    assert lines(tmp_path / "none", None) == ([], None)
    assert end(tmp_path / "none") is None


def test_broken_utf_8_and_odd_separators_stay_within_their_line(log: Path) -> None:
    log.write_bytes(b"a\xff\x0b\xe2\x80\xa8b\r\nc\n")
    assert lines(log, None)[0] == ["a\ufffd\x0b\u2028b\r", "c"]


def test_a_file_larger_than_a_piece_comes_in_pieces(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "MOST_AT_ONCE", 16)
    written = [f"line {number}" for number in range(50)]
    log.write_text("".join(f"{line}\n" for line in written))
    assert lines(log, None)[0] == written
    assert len(list(read(log, None))) > 10


def test_an_endless_line_does_not_stop_the_reading(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "MOST_AT_ONCE", 16)
    log.write_text("x" * 100 + "\nlast\n")
    assert lines(log, None)[0][-1] == "last"


# ---- rotation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
def test_all_that_was_rotated_in_one_gap_is_read_oldest_first(log: Path, compressed: bool) -> None:
    position = end(log)
    for text in ("three\n", "four\n", "five\n"):
        append(log, text)
        rotate(log)
        if compressed:
            compress(log.with_name("queue_log.1"))
    log.write_text("six\n")
    assert lines(log, position)[0] == ["three", "four", "five", "six"]


@pytest.mark.parametrize(
    "names",
    [
        ["queue_log-20261124", "queue_log-20261125", "queue_log-20261201"],
        ["queue_log-20261124-1795485600", "queue_log-20261124-1795489200", "queue_log-20261125-1795500000"],
        ["queue_log.11", "queue_log.10", "queue_log.9"],
        ["queue_log.1795485600", "queue_log.1795489200", "queue_log.1795500000"],
    ],
)
def test_each_way_to_name_rotated_files_has_its_order(log: Path, names: list[str]) -> None:
    position = end(log)
    for text, name in zip(("three\n", "four\n", "five\n"), names, strict=True):
        append(log, text)
        log.rename(log.with_name(name))
        os.utime(log.with_name(name), (NOON, NOON))
    log.write_text("six\n")
    assert lines(log, position)[0] == ["three", "four", "five", "six"]


def test_the_time_tells_the_order_before_the_name(log: Path) -> None:
    position = end(log)
    for text, name in (("three\n", "queue_log.0"), ("four\n", "queue_log.1"), ("five\n", "queue_log.2")):
        append(log, text)  # `logger rotate` of Asterisk itself: the higher, the newer
        log.rename(log.with_name(name))
        age(log.with_name(name), 9 - int(name[-1]))
    log.write_text("six\n")
    assert lines(log, position)[0] == ["three", "four", "five", "six"]


def test_what_was_rotated_before_is_not_read_again(log: Path) -> None:
    rotate(log)
    log.write_text("three\n")
    position = end(log)
    append(log, "four\n")
    rotate(log)
    log.write_text("five\n")
    assert lines(log, position)[0] == ["four", "five"]


@pytest.mark.parametrize("name", ["queue_log2", "queue_log~", "cel", ".queue_log.swp"])
def test_other_files_are_left_alone(log: Path, name: str) -> None:
    log.with_name("queue_log.1").mkdir()
    log.with_name(name).write_text("foreign\n")
    position = end(log)
    log.rename(log.with_name("queue_log.2"))
    log.write_text("three\n")
    noted: list[Path] = []
    settings = {"since_time": 0, "note_unreadable": lambda path, _: noted.append(path)}
    assert lines(log, position, **settings)[0] == ["three"]
    assert lines(log, Position(1, 1), **settings)[0] == ["one", "two", "three"]
    assert noted == []


def test_a_file_that_was_read_in_part_and_then_compressed_goes_on_where_it_was(log: Path) -> None:
    append(log, "x" * 300 + "\n")
    position = end(log)
    append(log, "three\n")
    rotate(log)
    compress(log.with_name("queue_log.1"))
    log.write_text("four\n")
    assert lines(log, position)[0] == ["three", "four"]


def test_a_position_within_a_compressed_file_holds(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "MOST_AT_ONCE", 16)
    position = end(log)
    written = [f"line {number}" for number in range(20)]
    append(log, "".join(f"{line}\n" for line in written))
    rotate(log)
    compress(log.with_name("queue_log.1"))
    pieces = list(read(log, position))
    assert len(pieces) > 5
    for count in range(1, len(pieces)):
        given = [line for piece, _ in pieces[:count] for line in piece]
        assert given + lines(log, pieces[count - 1][1])[0] == written


def test_a_file_that_is_just_being_compressed_is_read_once(log: Path) -> None:
    position = end(log)
    append(log, "three\n")
    rotate(log)
    log.with_name("queue_log.1.gz").write_bytes(gzip.compress(log.with_name("queue_log.1").read_bytes())[:12])
    log.write_text("four\n")
    noted: list[Path] = []
    assert lines(log, position, note_unreadable=lambda path, _: noted.append(path))[0] == ["three", "four"]
    assert noted == []


def copy_and_truncate(log: Path, name: str = "queue_log.1") -> None:
    shutil.copyfile(log, log.with_name(name))
    os.truncate(log, 0)


def test_what_was_copied_away_before_the_file_was_truncated_is_read(log: Path) -> None:
    position = end(log)
    append(log, "three\n")
    copy_and_truncate(log)
    append(log, "four\n")
    assert lines(log, position)[0] == ["three", "four"]


def test_a_truncated_file_that_grew_past_the_position_is_not_taken_for_the_old_one(log: Path) -> None:
    position = end(log)
    append(log, "three\n")
    copy_and_truncate(log)
    append(log, "four, and longer than before\n")
    assert lines(log, position)[0] == ["three", "four, and longer than before"]


def test_of_several_copies_the_last_goes_on_where_the_file_was(log: Path) -> None:
    position = end(log)
    shutil.copyfile(log, log.with_name("queue_log.bak"))
    age(log.with_name("queue_log.bak"), 1)
    append(log, "three\n")
    copy_and_truncate(log)
    append(log, "four\n")
    assert lines(log, position)[0] == ["three", "four"]


def test_a_file_that_someone_replaced_by_a_copy_is_read_before_the_copy(log: Path) -> None:
    position = end(log)
    shutil.copyfile(log, log.with_name("copy"))
    rotate(log)
    log.with_name("copy").rename(log)
    append(log.with_name("queue_log.1"), "three\n")
    append(log, "four\n")
    assert lines(log, position)[0] == ["three", "one", "two", "four"]


def test_a_file_that_lost_its_end_is_read_again(log: Path) -> None:
    append(log, "x" * 300 + "\n")
    position = end(log)
    os.truncate(log, 290)  # the power failed before all was on the disk
    append(log, "\nthree\n")
    assert lines(log, position)[0] == ["one", "two", "x" * 282, "three"]


def test_a_new_file_with_the_inode_of_a_deleted_one_is_read_from_its_beginning(log: Path) -> None:
    position = end(log)
    assert position is not None
    log.write_text("three, with the inode of the old file\n")
    assert end(log) != position
    assert log.stat().st_ino == position.inode
    assert lines(log, position)[0] == ["three, with the inode of the old file"]


def test_a_deleted_file_leaves_what_was_rotated_after_it(log: Path) -> None:
    log.with_name("queue_log.8").write_text("old\n")
    age(log.with_name("queue_log.8"), 5)
    position = end(log)
    log.unlink()
    for text in ("three\n", "four\n"):
        log.write_text(text)
        rotate(log)
    log.write_text("five\n")
    assert lines(log, position)[0] == ["three", "four", "five"]


def test_a_file_that_was_not_there_yet_and_was_rotated_since_is_read(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.with_name("queue_log.1").write_text("old\n")
    age(log.with_name("queue_log.1"), 5)
    since = now()
    log.write_text("one\n")
    rotate(log)
    log.write_text("two\n")
    assert lines(log, None, since_time=since)[0] == ["one", "two"]
    assert lines(log, None, since_time=since - 6 * HOUR)[0] == ["old", "one", "two"]
    assert lines(log, None)[0] == ["two"]


def test_a_file_that_was_empty_and_was_rotated_since_is_read(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.touch()
    position = end(log)
    append(log, "one\n")
    rotate(log)
    compress(log.with_name("queue_log.1"))
    log.write_text("two\n")
    assert lines(log, position)[0] == ["one", "two"]


def test_a_time_that_was_kept_in_whole_seconds_is_not_taken_for_older(log: Path) -> None:
    log.unlink()
    since = now()
    log.write_text("one\n")
    rotate(log)
    os.utime(log.with_name("queue_log.1"), (since // 1_000_000, since // 1_000_000))
    assert lines(log, None, since_time=since)[0] == ["one"]


def test_a_position_without_time_and_fingerprint_works_as_it_did(log: Path) -> None:
    status = log.stat()
    position = Position(status.st_ino, 4)
    assert lines(log, position)[0] == ["two"]
    rotate(log)
    log.write_text("three\n")
    assert lines(log, position)[0] == ["two", "three"]
    compress(log.with_name("queue_log.1"))
    assert lines(log, position)[0] == ["three"]
    assert lines(log, position, since_time=now() - HOUR)[0] == ["one", "two", "three"]
    assert lines(log, Position(status.st_ino, 0))[0] == ["three"]


def test_a_position_in_a_file_that_was_written_in_the_future_loses_nothing(log: Path) -> None:
    age(log, -5)  # the clock was wrong
    position = end(log)
    assert position is not None
    assert position.written_at is not None
    assert position.written_at <= now()
    log.unlink()
    log.write_text("three\n")
    rotate(log)
    assert lines(log, position)[0] == ["three"]


# ---- the end ----------------------------------------------------------------------------------------------------


def test_the_end_is_behind_a_whole_line(log: Path) -> None:
    append(log, "thr")
    position = end(log)
    append(log, "ee\n")
    assert lines(log, position)[0] == ["three"]


def test_the_end_of_an_endless_line_is_its_end(log: Path) -> None:
    append(log, "x" * 5000)
    position = end(log)
    append(log, "y\nthree\n")
    assert lines(log, position)[0] == ["y", "three"]


def test_the_end_of_an_empty_file_is_where_asterisk_may_still_be_writing(log: Path) -> None:
    rotate(log)
    log.touch()
    position = end(log)
    append(log.with_name("queue_log.1"), "three\n")  # until it is told to reload
    append(log, "four\n")
    assert lines(log, position)[0] == ["three", "four"]


def test_what_was_compressed_before_the_end_was_taken_is_not_read_again(log: Path) -> None:
    rotate(log)
    log.write_text("three\n")
    rotate(log)
    compress(log.with_name("queue_log.1"))
    age(log.with_name("queue_log.1.gz"), 1)
    age(log.with_name("queue_log.2"), 2)
    log.touch()
    position = end(log)
    append(log, "four\n")
    rotate(log)
    log.write_text("five\n")
    assert lines(log, position)[0] == ["four", "five"]


def test_the_end_of_a_file_that_cannot_be_read_yet_leaves_out_what_is_in_it(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_settings: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        position = end(log)
    append(log, "three\n")
    assert lines(log, position)[0] == ["three"]


def test_half_a_line_in_a_file_that_asterisk_left_is_a_line(log: Path) -> None:
    position = end(log)
    append(log, "three\nfo")
    rotate(log)
    found, position = lines(log, position)
    assert found == ["three"]  # it may still be writing there
    log.touch()
    assert lines(log, position)[0] == []
    append(log, "five\n")
    found, position = lines(log, position)
    assert found == ["fo", "five"]
    assert lines(log, position)[0] == []


def test_half_a_line_in_a_compressed_file_is_a_line(log: Path) -> None:
    position = end(log)
    append(log, "thr")
    rotate(log)
    compress(log.with_name("queue_log.1"))
    found, position = lines(log, position)
    assert found == ["thr"]
    assert lines(log, position)[0] == []


# ---- what cannot be read ----------------------------------------------------------------------------------------


def three_rotated(log: Path) -> Position | None:
    position = end(log)
    for text in ("three\n", "four\n", "five\n"):
        append(log, text)
        rotate(log)
    log.write_text("six\n")
    return position


FILLER = "".join(f"line {number}\n" for number in range(5000)).encode()


def damage(path: Path, how: str) -> Path:
    packed = path.with_name(f"{path.name}{'.xz' if how == 'another way' else '.gz'}")
    whole = gzip.compress(path.read_bytes() + FILLER)
    broken = {
        "cut in the middle": whole[: len(whole) // 2],
        "cut at once": whole[:12],
        "overwritten": whole[: len(whole) // 2] + b"\xff" * 5000,
        "overwritten at once": whole[:10] + b"\xff" * 5000,
        "not compressed": FILLER,
        "another way": whole,
    }
    packed.write_bytes(broken[how])
    status = path.stat()
    os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
    path.unlink()
    return packed


@pytest.mark.parametrize(
    "how",
    ["cut in the middle", "cut at once", "overwritten", "overwritten at once", "not compressed", "another way"],
)
def test_a_rotated_file_that_is_damaged_is_told_and_the_rest_is_read(log: Path, how: str) -> None:
    position = three_rotated(log)
    broken = damage(log.with_name("queue_log.2"), how)
    noted: list[Path] = []
    found, position = lines(log, position, note_unreadable=lambda path, _: noted.append(path))
    assert [line for line in found if "line" not in line] in (
        ["three", "five", "six"],
        ["three", "four", "five", "six"],  # what stands before the damage is not lost
    )
    assert ("four" in found) == ("line 100" in found) == (how in {"cut in the middle", "overwritten"})
    assert noted == [broken]
    assert lines(log, position)[0] == []


def meanwhile(monkeypatch: pytest.MonkeyPatch, *happens: Callable[[], object]) -> None:
    """What happens between looking for the rotated files and opening them, each time."""
    real = journal_file._rotated
    to_come = list(happens)

    def rotated(*args: Any) -> Any:
        found = real(*args)
        if to_come:
            to_come.pop(0)()
        return found

    monkeypatch.setattr(journal_file, "_rotated", rotated)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_rotated_file_that_is_deleted_as_it_is_looked_at_costs_no_other(
    log: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    position = three_rotated(log)
    meanwhile(monkeypatch, log.with_name(f"queue_log.{number}").unlink)
    noted: list[Path] = []
    expected = ["five", "four", "three"]
    del expected[number - 1]
    found = lines(log, position, note_unreadable=lambda path, _: noted.append(path))[0]
    assert found == [*reversed(expected), "six"]
    assert noted == []


def test_a_rotation_as_the_files_are_looked_at_costs_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    position = three_rotated(log)

    def rotate_all() -> None:
        rotate(log)
        compress(log.with_name("queue_log.3"))
        log.write_text("seven\n")

    meanwhile(monkeypatch, rotate_all, rotate_all)
    noted: list[Path] = []
    found, position = lines(log, position, note_unreadable=lambda path, _: noted.append(path))
    assert found == ["three", "four", "five", "six", "seven", "seven"]
    assert noted == []


def test_a_rotation_between_opening_and_looking_gives_nothing_twice(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    position = three_rotated(log)
    real = journal_file._rotated

    def rotated(*args: Any) -> Any:
        rotate(log)
        return real(*args)

    monkeypatch.setattr(journal_file, "_rotated", rotated)
    assert lines(log, position)[0] == ["three", "four", "five", "six"]


def test_rotated_files_that_are_never_where_they_were_seen_are_told(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    position = three_rotated(log)

    def rotate_all() -> None:
        rotate(log)
        log.write_text("more\n")

    meanwhile(monkeypatch, *[rotate_all] * journal_file.MOST_LOOKS)
    noted: list[str] = []
    assert lines(log, position, note_unreadable=lambda path, _: noted.append(path.name))[0] == ["more"]
    assert noted == ["queue_log.5", "queue_log.4", "queue_log.3", "queue_log.2", "queue_log.1"]


def test_the_present_file_that_cannot_be_read_is_an_error(log: Path) -> None:
    position = end(log)
    log.unlink()
    log.mkdir()
    with pytest.raises(IsADirectoryError):
        lines(log, position)


def test_the_present_file_that_breaks_while_it_is_read_is_an_error(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces(reader: journal_file._Reader, **_settings: Any) -> Any:
        raise OSError(5, "Input/output error", str(reader.file.path))

    position = end(log)
    rotate(log)
    log.write_text("three\n")
    monkeypatch.setattr(journal_file._Reader, "pieces", pieces)
    noted: list[Path] = []
    with pytest.raises(OSError, match="Input/output error"):
        lines(log, position, note_unreadable=lambda path, _: noted.append(path))
    assert noted == [log.with_name("queue_log.1")]


def test_a_folder_that_cannot_be_listed_is_told(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_folder: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    noted: list[Path] = []
    assert lines(log, None, note_unreadable=lambda path, _: noted.append(path))[0] == ["one", "two"]
    assert noted == [log.parent]


# ---- whatever happens -------------------------------------------------------------------------------------------


class Journal:
    """A journal that is written, rotated and read, with what was written into each of its files."""

    def __init__(self, path: Path, dates: str) -> None:
        self.path = path
        self.dates = dates
        self.since = now()
        self.position: Position | None = None
        self.written: list[list[str]] = [[]]
        self.found: list[str] = []
        self.half = ""
        self.count = 0

    def append(self) -> None:
        line = f"{self.half}{self.count}"
        append(self.path, f"{self.count}\n")
        self.count += 1
        self.written[-1].append(line)
        self.half = ""

    def crash(self) -> None:
        if not self.half:
            self.half = f"half {self.count} "
            append(self.path, self.half)

    def _make_room(self) -> Path:
        self.count += 1
        self.written.append([])
        self.half = ""
        if self.dates:
            return self.path.with_name(f"queue_log-{self.dates}{NOON + self.count}")
        if not self.path.exists():
            return self.path
        rotate(self.path)
        return self.path.with_name("queue_log.1")

    def rotate(self) -> None:
        if self.path.exists():
            rotated = self._make_room()
            if self.dates:
                self.path.rename(rotated)

    def rotate_and_create(self) -> None:
        self.rotate()
        self.path.touch()

    def copy_and_truncate(self) -> None:
        if self.path.exists():
            copy = self._make_room()
            if not self.dates:
                copy.rename(self.path)
            copy_and_truncate(self.path, copy.name)

    def compress(self) -> None:
        for path in self.path.parent.glob("queue_log[.-]*"):
            if path.suffix != ".gz":
                compress(path)

    def read(self) -> None:
        found, self.position = lines(self.path, self.position, since_time=self.since)
        self.found += found

    def hear(self) -> None:
        """The daemon is up: what is written now is heard live, and it notes the end."""
        self.read()
        self.found += self.whole()[len([line for line in self.found if line in set(self.whole())]) :]
        self.position = end(self.path) or self.position

    def whole(self) -> list[str]:
        return [line for file in self.written for line in file]


RENAMES = ["append", "crash", "rotate", "rotate_and_create", "read", "hear"]
SCHEMES = st.sampled_from(["", "2026", "20261124-"])


@given(st.lists(st.sampled_from(RENAMES), max_size=30), SCHEMES)
@settings(max_examples=100)
def test_where_files_are_only_renamed_every_line_is_given_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, actions: list[str], dates: str
) -> None:
    journal = Journal(tmp_path_factory.mktemp("log") / "queue_log", dates)
    for action in [*actions, "read", "read"]:
        getattr(journal, action)()
    whole = set(journal.whole())
    assert [line for line in journal.found if line in whole] == journal.whole()


@given(st.lists(st.sampled_from([*RENAMES, "copy_and_truncate", "compress"]), max_size=30), SCHEMES)
@settings(max_examples=200)
def test_whatever_is_done_to_the_files_every_line_is_given_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, actions: list[str], dates: str
) -> None:
    journal = Journal(tmp_path_factory.mktemp("log") / "queue_log", dates)
    for action in [*actions, "read", "read"]:
        getattr(journal, action)()
    for file in journal.written:
        given_first = [line for line in dict.fromkeys(journal.found) if line in file]
        assert given_first == file
