"""What a citizen left: kept once, read in order, and never a way in."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.voice import spool
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest, Left
from depok_agi.voice.left import Message, OpdRequest, Score

REQUEST = CallbackRequest(
    uniqueid="depok-1795485600.0",
    number="+6281100001234",
    raw="081100001234",
    at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    language=Language.ENGLISH,
)
GOOD: dict[str, Any] = {
    "kind": "callback",
    "uniqueid": "depok-1795485600.0",
    "number": "+6281100001234",
    "raw": "081100001234",
    "at": "2026-11-24T02:00:00+00:00",
    "language": "en",
}


def waiting(folder: Path) -> list[Left | None]:
    return [left for _, left in spool.waiting(folder)]


def requests(folder: Path) -> list[CallbackRequest]:
    return [left for left in waiting(folder) if isinstance(left, CallbackRequest)]


def test_what_is_left_is_found(tmp_path: Path) -> None:
    spool.leave(tmp_path, REQUEST)
    assert waiting(tmp_path) == [REQUEST]


def test_leaving_twice_is_leaving_once_and_the_last_word_counts(tmp_path: Path) -> None:
    spool.leave(tmp_path, REQUEST)
    spool.leave(tmp_path, replace(REQUEST, number="+6281100005678"))
    assert [request.number for request in requests(tmp_path)] == ["+6281100005678"]


def test_an_empty_spool_has_nothing(tmp_path: Path) -> None:
    assert waiting(tmp_path) == []


def test_the_oldest_comes_first(tmp_path: Path) -> None:
    for n, age in enumerate([30, 10, 20]):
        before = set(tmp_path.iterdir())
        spool.leave(tmp_path, replace(REQUEST, uniqueid=f"depok-1.{n}"))
        (new,) = set(tmp_path.iterdir()) - before
        os.utime(new, (1_000_000 - age, 1_000_000 - age))
    assert [request.uniqueid for request in requests(tmp_path)] == ["depok-1.0", "depok-1.2", "depok-1.1"]


@pytest.mark.parametrize("text", ["../../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000, "🙂", '"', "", "\n"])
def test_no_text_of_the_caller_is_in_a_path(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    request = replace(REQUEST, uniqueid=text, raw=text)
    spool.leave(folder, request)
    (path,) = folder.iterdir()
    assert path.stem.isalnum()
    assert len(path.stem) == 32
    assert waiting(folder) == [request]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        *(
            json.dumps(GOOD | wrong).encode()
            for wrong in (
                {"kind": "other"},
                {"at": "2026-11-24T02:00:00"},
                {"at": "yesterday"},
                {"at": 5},
                {"uniqueid": None},
                {"number": 81100001234},
                {"number": "112"},
                {"number": "+6281100001234\r\nExten: 500"},
                {"number": "anonymous"},
                {"raw": ["0811"]},
                {"raw": "\ud800"},
                {"language": "fr"},
            )
        ),
        *(json.dumps({key: value for key, value in GOOD.items() if key != gone}).encode() for gone in GOOD),
    ],
)
def test_garbage_is_given_as_none_and_put_aside(tmp_path: Path, content: bytes) -> None:
    spool.leave(tmp_path, REQUEST)
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    found = dict(spool.waiting(tmp_path))
    assert len(found) == 2
    assert found[bad] is None
    spool.reject(bad)
    assert waiting(tmp_path) == [REQUEST]
    assert (tmp_path / spool.REJECTED / "bad.json").read_bytes() == content


def test_the_good_one_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    assert waiting(tmp_path) == [REQUEST]


def test_a_folder_with_a_files_name_does_not_hold_up_the_others(tmp_path: Path) -> None:
    (tmp_path / "odd.json").mkdir()
    spool.leave(tmp_path, REQUEST)
    found = dict(spool.waiting(tmp_path))
    assert found[tmp_path / "odd.json"] is None
    assert REQUEST in found.values()
    spool.reject(tmp_path / "odd.json")
    assert waiting(tmp_path) == [REQUEST]


def test_a_file_that_is_taken_away_meanwhile_is_passed_over(tmp_path: Path) -> None:
    spool.leave(tmp_path, REQUEST)
    spool.leave(tmp_path, replace(REQUEST, uniqueid="another"))
    found = []
    for path, request in spool.waiting(tmp_path):
        found.append(request)
        for other in tmp_path.glob("*.json"):
            if other != path:
                other.unlink()
    assert len(found) == 1


def test_a_half_written_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", power_cut)
        with pytest.raises(KeyboardInterrupt):
            spool.leave(tmp_path, REQUEST)
    assert len(list(tmp_path.iterdir())) == 1
    assert waiting(tmp_path) == []
    spool.leave(tmp_path, REQUEST)
    assert waiting(tmp_path) == [REQUEST]


def test_what_cannot_be_written_raises_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        spool.leave(tmp_path, REQUEST)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_spool_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        spool.leave(tmp_path / "gone", REQUEST)


def test_an_old_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with path.open() as reader:
        spool.write_whole(path, "new", mode=0o600)
        assert (reader.read(), path.read_text()) == ("old", "new")
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_value_in_a_file_makes_reading_raise(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = tmp_path_factory.mktemp("spool")
    for n, key in enumerate(GOOD):
        (folder / f"{n}.json").write_text(json.dumps(GOOD | {key: value}))
    assert len(waiting(folder)) == len(GOOD)


def test_a_file_that_cannot_be_read_is_complained_about_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    told: set[str] = set()
    for _ in range(3):
        assert list(spool.waiting(tmp_path, told)) == []
    assert caplog.text.count("cannot be read and stays there: loop.json") == 1


def test_a_file_that_cannot_be_read_stays_and_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    assert list(spool.waiting(tmp_path)) == []
    assert (tmp_path / "loop.json").is_symlink()


def test_a_file_can_be_read_by_those_it_is_for_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        spool.write_whole(tmp_path / "a.json", "{}", mode=0o660)
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o660


MESSAGE = Message(
    uniqueid="depok-1795485600.0",
    number="+6281100001234",
    raw="081100001234",
    at=REQUEST.at,
    language=Language.INDONESIAN,
    file="0123456789abcdef0123456789abcdef.wav",
)
OPD_REQUEST = OpdRequest("depok-1795485600.0", "+6281100001234", "DLHK", REQUEST.at)
SCORE = Score("depok-1795485600.0", 4, REQUEST.at)


def test_each_thing_that_was_left_in_one_call_has_a_file_of_its_own(tmp_path: Path) -> None:
    everything: list[Left] = [REQUEST, MESSAGE, OPD_REQUEST, SCORE]
    for left in everything * 2:
        spool.leave(tmp_path, left)
    found = waiting(tmp_path)
    assert len(found) == len(everything)
    assert all(left in found for left in everything)


@pytest.mark.parametrize("seconds", [None, 0, 23])
@pytest.mark.parametrize("number", [None, "+6281100001234"])
def test_the_last_word_on_a_message_counts(tmp_path: Path, number: str | None, seconds: int | None) -> None:
    spool.leave(tmp_path, MESSAGE)
    last = replace(MESSAGE, number=number, seconds=seconds)
    spool.leave(tmp_path, last)
    assert waiting(tmp_path) == [last]


@pytest.mark.parametrize(
    ("left", "wrong"),
    [
        (MESSAGE, {"file": "../../etc/passwd"}),
        (MESSAGE, {"file": "0123456789abcdef0123456789abcdef.wav\n"}),
        (MESSAGE, {"file": "/0123456789abcdef0123456789abcde.wav"}),
        (MESSAGE, {"seconds": -1}),
        (MESSAGE, {"seconds": 10**9}),
        (MESSAGE, {"seconds": True}),
        (MESSAGE, {"seconds": "5"}),
        (MESSAGE, {"number": ""}),
        (OPD_REQUEST, {"opd": "DLHK; rm"}),
        (OPD_REQUEST, {"opd": "dlhk"}),
        (OPD_REQUEST, {"number": None}),
        (SCORE, {"score": 0}),
        (SCORE, {"score": 5}),
        (SCORE, {"score": 2.5}),
        (SCORE, {"score": None}),
        (SCORE, {"at": "2026-11-24T02:00:00"}),
    ],
)
def test_what_nobody_can_have_left_is_put_aside(tmp_path: Path, left: Left, wrong: dict[str, object]) -> None:
    spool.leave(tmp_path, left)
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    assert waiting(tmp_path) == [None]
