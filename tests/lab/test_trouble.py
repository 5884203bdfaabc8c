"""What may befall a host: a full disk, a store that is held, a clock that is set back, floods of connections.

Whatever it is: nobody who calls is refused, what happened meanwhile is in the log afterwards, once, and the daemon goes
on by itself and says what was wrong.
"""

import contextlib
import resource
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press

ANI = "081100001001"
TO_AN_OPERATOR = (Pause(1), Press("1"), Pause(1), Press("0"))
ASKS_TO_BE_CALLED_BACK = (Pause(1), Press("1"), Pause(1), Press("4"), Pause(1), Press("1"), Pause(6), HangUp())
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
SECONDS_OF_A_LOCK = 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, with all of a centre on it but what its telephones keep."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=220m", "tmpfs", str(folder)], check=True)
    (tmp_path / "phones").mkdir()
    (folder / "centre/pbx").mkdir(parents=True)
    (folder / "centre/pbx/phones").symlink_to(tmp_path / "phones")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def talks(centre: Centre, number: str = ANI) -> None:
    """Somebody calls and speaks with an operator."""
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=1) as siti:
        citizen = Citizen(centre.pbx, number, steps=TO_AN_OPERATOR, wait_for_bye=True).call()
        assert citizen.answered
        assert siti.calls_taken == 1


def fill(disk: Path) -> Path:
    """Write until nothing more goes on it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_with_a_full_disk_callers_are_served_and_their_calls_are_in_the_log_once_there_is_room(
    pbx_root: PbxRoot, disk: Path
) -> None:
    with (
        Centre(pbx_root, disk / "centre") as centre,
        Operator(centre.pbx, "101", after=0.5, talk_seconds=1) as siti,
    ):
        Citizen(centre.pbx, ANI, steps=TO_AN_OPERATOR, wait_for_bye=True).call()
        ballast = fill(disk)
        Citizen(centre.pbx, "081100001002", steps=TO_AN_OPERATOR, wait_for_bye=True).call()
        # What cannot be kept is not promised: a human instead.
        Citizen(centre.pbx, "081100001003", steps=ASKS_TO_BE_CALLED_BACK[:-2], wait_for_bye=True).call()
        assert siti.calls_taken == 3
        ballast.unlink()
        calls = centre.calls(3, within=30)
        assert [(call["outcome"], call["caller"][-4:]) for call in calls] == [
            ("answered", "1001"),
            ("answered", "1002"),
            ("answered", "1003"),
        ]
        assert "full" in centre.daemon_text()
        assert "Traceback" not in centre.daemon_text()


def test_with_the_store_locked_for_a_minute_nothing_that_was_left_is_lost(centre: Centre) -> None:
    holder = sqlite3.connect(centre.store, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    until = time.monotonic() + SECONDS_OF_A_LOCK
    talks(centre)
    Citizen(centre.pbx, "081100001002", steps=ASKS_TO_BE_CALLED_BACK).call()
    while time.monotonic() < until:
        talks(centre, "081100001003")
    holder.execute("ROLLBACK")
    holder.close()
    calls = wait_until(
        lambda: [c for c in centre.json("calls", "list") if c["outcome"]] if centre.json("callbacks", "list") else None,
        30,
        lambda: "nothing is stored",
    )
    assert {call["outcome"] for call in calls} == {"answered", "callback"}
    assert [callback["caller"][-4:] for callback in centre.json("callbacks", "list")] == ["1002"]
    assert "busy" in centre.daemon_text()


def test_a_clock_that_is_set_back_an_hour_loses_no_call_and_makes_none_negative(
    pbx_root: PbxRoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(FAKETIME).exists(), "scripts/prepare installs it"
    clock = tmp_path / "clock"
    clock.write_text("+1h")
    faked = (
        ("LD_PRELOAD", FAKETIME),
        ("FAKETIME_TIMESTAMP_FILE", str(clock)),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    )
    with Centre(pbx_root, tmp_path / "centre", daemon=False) as centre:
        with monkeypatch.context() as environment:
            for name, value in faked:
                environment.setenv(name, value)
            centre.start_daemon()  # alone: Asterisk takes no key while its clock is faked
        talks(centre)
        with (
            Operator(centre.pbx, "101", after=0.5, talk_seconds=4) as siti,
            Citizen(centre.pbx, "081100001002", steps=TO_AN_OPERATOR, wait_for_bye=True) as citizen,
        ):
            siti.wait_for("talking")
            clock.write_text("+0")  # in the middle of a talk
            citizen.wait()
        talks(centre, "081100001003")
        Citizen(centre.pbx, "081100001004", steps=ASKS_TO_BE_CALLED_BACK).call()
        calls = wait_until(
            lambda: (
                found if len(found := centre.json("calls", "list")) == 4 and all(c["outcome"] for c in found) else None
            ),
            15,
            lambda: str(centre.json("calls", "list")),
        )
        assert sorted((call["caller"][-4:], call["outcome"]) for call in calls) == [
            ("1001", "answered"),
            ("1002", "answered"),
            ("1003", "answered"),
            ("1004", "callback"),
        ]
        for call in calls:
            assert (call["talk_seconds"] or 0) >= 0
            assert (call["wait_seconds"] or 0) >= 0
        assert [callback["caller"][-4:] for callback in centre.json("callbacks", "list")] == ["1004"]
        centre.stop_daemon()
        hours = [line[:2] for line in centre.daemon_text().splitlines() if line[2:3] == ":"]
        assert hours[0] != hours[-1], "the clock was not set back"
        assert "Traceback" not in centre.daemon_text()


def test_a_thousand_connections_that_say_nothing_and_little_memory_leave_callers_unharmed(
    pbx_root: PbxRoot, tmp_path: Path
) -> None:
    with Centre(pbx_root, tmp_path / "centre") as centre:
        resource.prlimit(centre.daemon_pid, resource.RLIMIT_AS, (1 << 30, 1 << 30))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        with contextlib.ExitStack() as held:
            held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
            for _ in range(1000):
                held.enter_context(socket.create_connection(("127.0.0.1", centre.pbx.fastagi_port), timeout=5))
            talks(centre)
        talks(centre, "081100001002")
        assert [call["outcome"] for call in centre.calls(2)] == ["answered", "answered"]
        assert "Traceback" not in centre.daemon_text()


def test_ten_thousand_port_scans_leave_callers_unharmed(centre: Centre) -> None:
    def scan(count: int) -> None:
        for number in range(count):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as one:
                if number % 2:
                    one.sendall(b"GET / HTTP/1.0\r\n\r\n")

    port = centre.pbx.fastagi_port
    scanners = [threading.Thread(target=scan, args=(2500,)) for _ in range(4)]
    for scanner in scanners:
        scanner.start()
    talks(centre)
    for scanner in scanners:
        scanner.join()
    talks(centre, "081100001002")
    assert [call["outcome"] for call in centre.calls(2)] == ["answered", "answered"]
    assert "Traceback" not in centre.daemon_text()
