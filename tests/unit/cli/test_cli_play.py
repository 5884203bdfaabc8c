"""`calls play` and `tickets play`: on a phone, or as a file; each listening is written down."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from depok_agi.cli import listening
from depok_agi.cli.context import actor
from tests.unit.cli.command import Command
from tests.unit.cli.test_cli_desk import record
from tests.unit.desk.test_desk_recordings import CALL, FILE, recorded

PLAY = [sys.executable, "-m", "depok_agi", "calls", "play", CALL, "--output", "-"]
SOUND = b"RIFF" + bytes(range(256))


@pytest.fixture
def file(command: Command) -> Path:
    """Of a talk that is in the call log."""
    record(command, recorded())
    path = command.folder / "recordings" / FILE
    path.parent.mkdir()
    path.write_bytes(SOUND)
    return path


def store(command: Command, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(command.store, isolation_level=None)) as connection:
        return list(connection.execute(query))


def listened(command: Command) -> list[tuple[Any, ...]]:
    return store(command, "SELECT actor, deed, call, detail FROM access_log WHERE deed = 'listen'")


@pytest.mark.usefixtures("file")
class TestAsAFile:
    def test_standard_output_gets_the_sound_and_nothing_else(self, command: Command) -> None:
        done = command.process("calls", "play", CALL, "--output", "-")
        assert (done.returncode, done.stdout, done.stderr) == (0, SOUND, b"")
        assert listened(command) == [(actor(), "listen", CALL, "calls play")]

    def test_a_file_is_for_its_owner_alone(self, command: Command, tmp_path: Path) -> None:
        output = tmp_path / "talk.wav"
        command.ok("calls", "play", CALL, "--output", str(output))
        assert output.read_bytes() == SOUND
        assert output.stat().st_mode & 0o777 == 0o600

    def test_a_folder_that_there_is_not_is_told(self, command: Command, tmp_path: Path) -> None:
        assert "cannot be written: No such file" in command.refused(
            "calls", "play", CALL, "--output", str(tmp_path / "none" / "talk.wav")
        )

    def test_under_sudo_no_file_is_written_with_the_services_rights(
        self, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SUDO_UID", "1000")
        monkeypatch.setattr(os, "geteuid", lambda: 999)
        output = tmp_path / "talk.wav"
        assert "--output is not allowed" in command.refused("calls", "play", CALL, "--output", str(output), code=2)
        assert not output.exists()
        assert listened(command) == []

    def test_a_terminal_is_spared_and_nobody_listened(self, command: Command) -> None:
        ours, theirs = os.openpty()
        try:
            done = subprocess.run(PLAY, stdout=theirs, stderr=subprocess.PIPE, check=False)
        finally:
            os.close(theirs)
            os.close(ours)
        assert done.returncode == 1
        assert b"a terminal cannot play it" in done.stderr
        assert listened(command) == []

    def test_nobody_at_the_other_end_is_no_trouble(self, command: Command) -> None:
        done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *PLAY], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(listened(command)) == 1

    def test_of_a_ticket_it_is_the_talk_about_it(self, command: Command) -> None:
        number = command.json("tickets", "new", "--call", CALL, "--text", "Sampah")["number"]
        done = command.process("tickets", "play", number, "--output", "-")
        assert (done.returncode, done.stdout) == (0, SOUND)
        assert listened(command) == [(actor(), "listen", CALL, "tickets play")]

    def test_a_phone_and_a_file_are_one_too_many(self, command: Command) -> None:
        assert "--phone" in command.refused("calls", "play", CALL, "--phone", "101", "--output", "-", code=2)
        assert listened(command) == []


def test_a_recording_that_is_gone_is_one_clear_line(command: Command, file: Path) -> None:
    file.unlink()
    assert f"the recording {FILE} is not in its folder" in command.refused("calls", "play", CALL, "--output", "-")
    assert listened(command) == []


def test_the_call_shows_its_recording(command: Command, file: Path) -> None:
    assert f"recording {file.name}" in command.ok("calls", "show", CALL).stdout
    assert command.json("calls", "show", CALL)["recording"] == file.name


@pytest.mark.usefixtures("file")
class TestOnAPhone:
    @pytest.fixture(autouse=True)
    def _dials(self, command: Command) -> None:
        command.settings.write_text(
            f'[dial]\nsecret = "x"\n[pbx]\noperators = {{ "PJSIP/101" = "{actor()}" }}\n{command.settings.read_text()}'
        )

    def played(self, command: Command, changes: list[str]) -> threading.Thread:
        """Plays the daemon: the order goes through these changes."""

        def play() -> None:
            deadline = time.monotonic() + 20
            while not store(command, "SELECT id FROM play_orders") and time.monotonic() < deadline:
                time.sleep(0.02)
            for change in changes:
                store(command, f"UPDATE play_orders SET {change}")  # noqa: S608 - the test's own words
                time.sleep(3 * listening.LOOK_SECONDS)

        thread = threading.Thread(target=play)
        thread.start()
        return thread

    def test_the_phone_rings_and_it_is_said_how_to_go_back(self, command: Command) -> None:
        daemon = self.played(command, ["status = 'ringing'", "status = 'played'"])
        done = command.ok("calls", "play", CALL)
        daemon.join()
        assert done.stderr == "ringing your phone 101 ...\nplaying: # goes forward, * back, 0 pauses\n"
        assert store(command, "SELECT operator, device, recording FROM play_orders") == [(actor(), "PJSIP/101", FILE)]
        assert listened(command) == [(actor(), "listen", CALL, "calls play")]

    def test_a_phone_that_is_not_picked_up_is_told(self, command: Command) -> None:
        daemon = self.played(command, ["status = 'failed', reason = 'your phone was not picked up'"])
        assert "your phone was not picked up" in command.refused("calls", "play", CALL)
        daemon.join()

    def test_without_a_daemon_no_phone_rings_later(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listening, "TAKEN_WITHIN", 0.1)
        assert "no phone rings: the daemon did not take the order" in command.refused("calls", "play", CALL)
        assert store(command, "SELECT status FROM play_orders") == [("failed",)]

    def test_a_phone_that_is_nobodys_is_refused_before_anything_is_written_down(self, command: Command) -> None:
        assert "999 is no operator's phone" in command.refused("calls", "play", CALL, "--phone", "999")
        assert listened(command) == []


def test_where_nobody_dials_the_file_is_offered(command: Command, file: Path) -> None:
    assert "--output" in command.refused("calls", "play", CALL)
    assert file.exists()
