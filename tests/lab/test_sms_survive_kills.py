"""SMS come in with repeats while the daemon and Asterisk's part are killed: one entry in a ticket and one answer each.

`DEPOK_AGI_SMS=10000` makes it as many as there are numbers for tests; the suite takes fewer.
"""

import os
import random
import re
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.lab.centre import REPOSITORY
from tests.lab.sms_sender import number_of, text_of
from tests.unit.cli.command import in_process

COUNT = int(os.environ.get("DEPOK_AGI_SMS", "300"))
SENDERS = 2
SEED = 20261125
BETWEEN_KILLS = (0.5, 3.0) if COUNT < 1000 else (4.0, 12.0)
"""Seconds. Of many SMS only as many kills, for a daemon that has just started has done little."""

SECONDS_PER_SMS = 0.5
"""So long may each take at most, on the busiest machine, the kills included."""

SETTINGS = """
[ami]
port = {ami}
secret = "none"

[sms]
secret = "none"
to = "pjsip:gateway/sip:{{number}}@127.0.0.5"
per_minute = 6000

[fastagi]
port = {fastagi}

[folders]
store = "store.sqlite"
spool = "spool"
published = "published"
recordings = "recordings"

[journal]
cel = "cel"
queue_log = "queue_log"
cdr = "cdr"
"""


class Manager(socketserver.ThreadingTCPServer):
    """Asterisk's manager: takes SMS of the user for SMS, and lets nobody else in."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.sent: Counter[tuple[str, str]] = Counter()
        self.lock = threading.Lock()


class Session(socketserver.StreamRequestHandler):
    server: Manager

    def handle(self) -> None:
        with suppress(ConnectionError):  # a daemon that was killed
            self._converse()

    def _converse(self) -> None:
        self.wfile.write(b"Asterisk Call Manager/9.0.0\r\n")
        action: dict[str, str] = {}
        for raw in self.rfile:
            line = raw.decode().strip()
            if line:
                name, _, value = line.partition(": ")
                action[name] = value
                continue
            if not self._answered(action):
                return
            action = {}

    def _answered(self, action: dict[str, str]) -> bool:
        allowed = action["Action"] != "Login" or action["Username"] == "depok-agi-sms"
        if action["Action"] == "MessageSend":
            number = re.sub(r".*/sip:|@.*", "", action["To"])
            with self.server.lock:
                self.server.sent[number, b64decode(action["Base64Body"]).decode()] += 1
        said = "Success" if allowed else "Error"
        self.wfile.write(f"Response: {said}\r\nActionID: {action['ActionID']}\r\nMessage: x\r\n\r\n".encode())
        return allowed


@pytest.fixture
def manager() -> Iterator[Manager]:
    with Manager() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Day:
    """The daemon and Asterisk's part, each a process that may be killed."""

    def __init__(self, folder: Path, manager: Manager) -> None:
        self.folder = folder
        self.fastagi = free_port()
        self.settings = folder / "depok-agi.toml"
        self.settings.write_text(SETTINGS.format(ami=manager.server_address[1], fastagi=self.fastagi))
        self.environment = {**os.environ, "DEPOK_AGI_CONFIG": str(self.settings)}
        self.kills = 0
        self.daemons = 0

    def start_daemon(self) -> "subprocess.Popen[bytes]":
        self.daemons += 1
        with (self.folder / "daemon.log").open("ab") as log:
            return self._start("depok_agi", "serve", log=log)

    def start_sender(self, which: int) -> "subprocess.Popen[bytes]":
        share = COUNT // SENDERS
        arguments = (which * share, share, SEED, self.fastagi, self.folder / "published", self.log_of(which))
        return self._start("tests.lab.sms_sender", *map(str, arguments), log=None)

    def _start(self, *command: str, log: Any) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def log_of(self, sender: int) -> Path:
        return self.folder / f"sender-{sender}.log"

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1

    def run(self) -> None:
        """Until every SMS is handed over, stored and answered; something is killed every few seconds."""
        chance = random.Random(SEED)  # noqa: S311 - a test's choice
        deadline = time.monotonic() + 120 + COUNT * SECONDS_PER_SMS
        daemon = self.start_daemon()
        self._until(self.is_up, deadline)
        senders = {which: self.start_sender(which) for which in range(SENDERS)}
        try:
            while senders or not self.all_is_done():
                assert time.monotonic() < deadline, "the SMS do not get through"
                time.sleep(chance.uniform(*BETWEEN_KILLS))
                for which, sender in list(senders.items()):
                    if sender.poll() is not None:
                        assert sender.returncode == 0, f"sender {which} failed"
                        del senders[which]
                victim = chance.choice([None, None, *senders])
                if victim is not None:
                    self.kill(senders[victim])
                    senders[victim] = self.start_sender(victim)
                elif self.is_up():
                    self.kill(daemon)
                    time.sleep(chance.uniform(0, 1))  # so long only the forked script takes SMS
                    daemon = self.start_daemon()
        finally:
            for process in (daemon, *senders.values()):
                process.terminate()
                process.wait(30)

    def is_up(self) -> bool:
        """Every daemon so far has got to work before it was killed."""
        return (self.folder / "daemon.log").read_bytes().count(b"ready:") == self.daemons

    def all_is_done(self) -> bool:
        waiting = self.rows("SELECT count(*) FROM sms_queue WHERE status IN ('waiting', 'sending')")[0][0]
        return not waiting and not list((self.folder / "spool").glob("*.json"))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "store.sqlite", timeout=30)) as connection:
            return connection.execute(query).fetchall()

    @staticmethod
    def _until(condition: Any, deadline: float) -> None:
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_each_sms_is_one_entry_and_one_answer_whatever_is_killed(
    tmp_path: Path, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day(tmp_path, manager)
    monkeypatch.setenv("DEPOK_AGI_CONFIG", str(day.settings))
    assert in_process("db", "migrate").exit_code == 0
    began = time.monotonic()
    day.run()

    everyone = range(COUNT // SENDERS * SENDERS)
    assert Counter(text for (text,) in day.rows("SELECT text FROM ticket_texts")) == {text_of(n): 1 for n in everyone}
    tickets = dict(day.rows("SELECT c.number, t.number FROM tickets t JOIN citizens c ON c.id = t.citizen"))
    assert tickets.keys() == {number_of(n) for n in everyone}
    answers = day.rows("SELECT c.number, q.kind, q.status FROM sms_queue q JOIN citizens c ON c.id = q.citizen")
    assert Counter(answers) == {(number_of(n), "ticket", "sent"): 1 for n in everyone}

    # What went out: to each, once, the number of their own ticket.
    assert Counter(number for number, _ in manager.sent.elements()) == dict.fromkeys(tickets, 1)
    for number, text in manager.sent:
        assert tickets[number] in text

    handed_over = sum(len(day.log_of(which).read_text().split()) for which in range(SENDERS))
    print(
        f"{len(everyone)} SMS, {handed_over - len(everyone)} repeats, {day.kills} kills, {day.daemons - 1} of the "
        f"daemon, {time.monotonic() - began:.0f} s"
    )
    assert handed_over > len(everyone)
    assert day.kills >= 3
    assert day.daemons >= 2
    assert day.rows("PRAGMA integrity_check") == [("ok",)]
    verified = in_process("tickets", "verify")
    assert verified.exit_code == 0, verified.output
