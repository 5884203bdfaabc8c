"""A file that Asterisk appends to is read to its end, each line once, whatever logrotate does to it."""

from pathlib import Path

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


def lines(path: Path, since: Position | None) -> tuple[list[str], Position | None]:
    found: list[str] = []
    for piece, position in read(path, since):
        found += piece
        since = position
    return found, since


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


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


ACTIONS = st.lists(st.sampled_from(["append", "half", "rotate", "read"]), max_size=30)


@given(ACTIONS)
@settings(max_examples=60)
def test_every_line_is_read_once_and_in_order(tmp_path_factory: pytest.TempPathFactory, actions: list[str]) -> None:
    path = tmp_path_factory.mktemp("log") / "queue_log"
    path.touch()
    written, found, position, open_half = 0, [], end(path), False
    for count, action in enumerate([*actions, "read"]):
        if action == "append":
            append(path, f"{'' if open_half else written}\n")
            written, open_half = written + 1, False
        elif action == "half" and not open_half:
            append(path, f"{written}")
            open_half = True
        elif action == "rotate" and not open_half:
            fresh, position = lines(path, position)  # the daemon reads at least once between two rotations
            found += fresh
            path.rename(path.with_name(f"queue_log.{count}"))
            path.touch()
        elif action == "read":
            fresh, position = lines(path, position)
            found += fresh
    assert found == [str(number) for number in range(written)]
