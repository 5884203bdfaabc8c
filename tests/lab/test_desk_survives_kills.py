"""The daemon and the operators' commands are killed at random: nothing is lost, nothing is done twice."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from depok_agi.notify.mail import message_id
from tests.lab.centre import REPOSITORY
from tests.unit.cli.command import in_process

OPERATIONS = 500
CLERKS = ("siti", "budi", "tono")
SEED = 20261125
SETTINGS = """
[ami]
port = {ami}
secret = "none"

[fastagi]
port = {fastagi}

[folders]
store = "store.sqlite"
spool = "spool"
published = "published"

[journal]
cel = "cel"
queue_log = "queue_log"
cdr = "cdr"

[mail]
host = "127.0.0.1"
port = {smtp}
sender = "Pusat Panggilan <centre@depok.example>"
"""


class Mailbox:
    """Takes every message and keeps its id."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        self.ids[message_from_bytes(content)["Message-ID"]] += 1
        return "250 kept"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


class Morning:
    """Clerks and a daemon, each a process that may be killed."""

    def __init__(self, folder: Path, smtp: int) -> None:
        self.folder = folder
        self.settings = folder / "depok-agi.toml"
        self.settings.write_text(SETTINGS.format(ami=free_port(), fastagi=free_port(), smtp=smtp))
        self.environment = {**os.environ, "DEPOK_AGI_CONFIG": str(self.settings)}
        (folder / "spool").mkdir()
        self.kills = 0
        self.daemons = 0

    def start_daemon(self) -> "subprocess.Popen[bytes]":
        self.daemons += 1
        with (self.folder / "daemon.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "depok_agi", "serve"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_clerk(self, name: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.lab.clerk", name, str(SEED), str(OPERATIONS // len(CLERKS) + 1)]
        return subprocess.Popen(
            [*command, str(self.log_of(name))], cwd=REPOSITORY, env=self.environment, start_new_session=True
        )

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1

    def run(self) -> None:
        """Until every clerk is through; something is killed two or three times a second."""
        chance = random.Random(SEED)  # noqa: S311 - a test's choice
        daemon = self.start_daemon()
        clerks = {name: self.start_clerk(name) for name in CLERKS}
        deadline = time.monotonic() + 240
        try:
            while clerks:
                assert time.monotonic() < deadline, "the clerks do not get through"
                time.sleep(chance.uniform(0.1, 0.6))
                for name, clerk in list(clerks.items()):
                    if clerk.poll() is not None:
                        assert clerk.returncode == 0, f"{name} failed"
                        del clerks[name]
                victim = chance.choice([None, *clerks])
                if victim is not None:
                    self.kill(clerks[victim])
                    clerks[victim] = self.start_clerk(victim)
                elif self.is_up():
                    self.kill(daemon)
                    daemon = self.start_daemon()
            self.until_all_is_taken_in()
        finally:
            for process in (daemon, *clerks.values()):
                process.terminate()
                process.wait(20)

    def is_up(self) -> bool:
        """Every daemon so far has got to work before it was killed."""
        return (self.folder / "daemon.log").read_bytes().count(b"ready:") == self.daemons

    def until_all_is_taken_in(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            waiting = self.rows("SELECT count(*) FROM mails WHERE status IN ('waiting', 'sending')")[0][0]
            unaddressed = self.rows("SELECT count(*) FROM mails WHERE error LIKE '%no address%'")[0][0]
            if not list((self.folder / "spool").glob("*.json")) and waiting == unaddressed:
                return
            time.sleep(0.5)
        raise AssertionError("the daemon has not taken everything in")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "store.sqlite")) as connection:
            return connection.execute(query).fetchall()


def outcomes(morning: Morning) -> dict[str, dict[str, Any]]:
    """What each clerk knows of each operation, by its mark: the last line counts."""
    found: dict[str, dict[str, Any]] = {}
    for name in CLERKS:
        for line in morning.log_of(name).read_text().splitlines():
            entry = json.loads(line)
            found[entry["mark"]] = {**found.get(entry["mark"], {}), **entry}
    return found


def test_500_operations_while_the_daemon_and_the_commands_are_killed(
    tmp_path: Path, mailbox: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, smtp = mailbox
    morning = Morning(tmp_path, smtp)
    monkeypatch.setenv("DEPOK_AGI_CONFIG", str(morning.settings))
    assert in_process("db", "migrate").exit_code == 0
    for opd in ("DLHK", "DPUPR"):  # DISHUB has no address: what is for it waits
        assert in_process("opd", "edit", opd, "--email", f"pic@{opd.lower()}.example").exit_code == 0
    morning.run()

    known = outcomes(morning)
    assert len(known) >= OPERATIONS
    assert morning.kills >= 20
    states = Counter(entry["state"] for entry in known.values())
    assert morning.daemons >= 5
    print(f"{morning.kills} kills, {morning.daemons - 1} of the daemon; operations {dict(states)}")

    # Every text and note is there once where the command said that it was done, never twice, and never when refused.
    said = Counter(text for (text,) in morning.rows("SELECT text FROM ticket_texts"))
    said.update(note for (note,) in morning.rows("SELECT note FROM callback_attempts WHERE note IS NOT NULL"))
    said.update(uniqueid for (uniqueid,) in morning.rows("SELECT uniqueid FROM callback_requests"))
    for mark, entry in known.items():
        if entry["kind"] == "forward":
            continue
        expected = {"done": {1}, "refused": {0}, "begun": {0, 1}}[entry["state"]]
        if entry["kind"] == "close":  # of a new ticket, or of one without an answer to tell
            expected |= {0}
        assert said[mark] in expected, entry

    # A forwarding has no text of its own: as many as were done, or cut off.
    forwarded = Counter(
        number
        for (number,) in morning.rows(
            "SELECT t.number FROM ticket_history h JOIN tickets t ON t.serial = h.ticket WHERE h.action = 'forward'"
        )
    )
    done: defaultdict[str, int] = defaultdict(int)
    cut_off: defaultdict[str, int] = defaultdict(int)
    for entry in known.values():
        if entry["kind"] == "forward":
            (done if entry["state"] == "done" else cut_off)[entry["ticket"]] += entry["state"] != "refused"
    for number in {*forwarded, *done}:
        assert done[number] <= forwarded[number] <= done[number] + cut_off[number], number

    # Each forwarding is one e-mail, sent once. After a kill in its very middle it may come again, under the same id; or
    # its ticket is answered by then, and it is dropped though it has arrived.
    assert morning.rows(
        "SELECT count(*) FROM ticket_history h WHERE h.action = 'forward' AND NOT EXISTS "
        "(SELECT 1 FROM mails m WHERE m.kind = 'forwarded' AND m.ticket = h.ticket AND m.forwarding = h.id)"
    ) == [(0,)]
    sent = {
        message_id(key, "centre@depok.example")
        for (key,) in morning.rows("SELECT key FROM mails WHERE status = 'sent'")
    }
    assert sent <= set(box.ids)
    again = sum(box.ids.values()) - len(box.ids)
    print(f"{len(sent)} e-mails, {again} of them twice, {len(box.ids) - len(sent)} dropped that had arrived")
    assert again + len(box.ids) - len(sent) <= morning.daemons

    # Nobody is owed two calls, and the chain is whole.
    assert (
        morning.rows(
            "SELECT citizen FROM callbacks WHERE status IN ('pending', 'claimed') GROUP BY citizen HAVING count(*) > 1"
        )
        == []
    )
    assert morning.rows("PRAGMA integrity_check") == [("ok",)]
    verified = in_process("tickets", "verify")
    assert verified.exit_code == 0, verified.output
