"""The console as operators have it: a real terminal, real calls, and the daemon restarted under it."""

import os
import pwd
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from depok_agi.config import load
from tests.lab.centre import REPOSITORY, Centre, wait_until
from tests.lab.manager import Manager
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, Operator, OutsideCitizen, Pause, Press, Step
from tests.lab.terminal import Terminal

NUMBER, SHOWN = "081100004001", "0811-0000-4001"
POP_WITHIN = 2.0
"""Seconds: generous, for this machine may be busy. What it takes on an idle one is half a second at most."""

TO_AN_OPERATOR: list[Step] = [Pause(2), Press("1"), Pause(2), Press("0")]


@pytest.fixture
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre in which phone 101 is that of whoever runs the tests."""
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        own = pwd.getpwuid(os.getuid()).pw_name
        centre.settings.write_text(centre.settings.read_text().replace('"siti"', f'"{own}"'))
        centre.start_daemon()
        yield centre
        assert "Traceback" not in centre.daemon_text()


@contextmanager
def console(centre: Centre) -> Iterator[Terminal]:
    command = f"cd {shlex.quote(str(REPOSITORY))} && {shlex.quote(sys.executable)} -m depok_agi desk"
    with Terminal(centre.folder, command, centre.environment) as terminal:
        terminal.until("Nobody is on your phone.")
        yield terminal


class AgentCalled:
    """Hears Asterisk say that an operator's phone is rung, and keeps when."""

    def __init__(self, centre: Centre) -> None:
        given = load(centre.settings)
        self._manager = Manager(given.ami.port, given.ami.username, centre.pbx.ami_secret)
        self._manager.ask("Events", EventMask="agent")
        self.at: float | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while self.at is None:
            if self._manager._message().get("Event") == "AgentCalled":
                self.at = time.time()

    def heard(self) -> float:
        return wait_until(lambda: self.at, 20, lambda: "Asterisk rang no operator")


@contextmanager
def listening(centre: Centre) -> Iterator[AgentCalled]:
    heard = AgentCalled(centre)
    with heard._manager:
        yield heard


def test_who_rings_is_shown_at_once_and_their_ticket_is_written_from_the_call(centre: Centre) -> None:
    centre.command("tickets", "new", "--caller", NUMBER, "--name", "Ani", "--text", "Lampu jalan mati", "--no-call")
    with console(centre) as terminal, listening(centre) as called, Operator(centre.pbx, "101", after=4) as phone:
        with Citizen(centre.pbx, NUMBER, steps=[*TO_AN_OPERATOR, Pause(25)]) as ani:
            shown_at = terminal.until(f"{SHOWN}  Ani", within=30)
            waited = shown_at - called.heard()
            print(f"the pop was on the terminal {waited * 1000:.0f} ms after AgentCalled")
            assert waited < POP_WITHIN
            assert phone.calls_taken == 0, "before anybody picked up"
            assert "RINGING" in terminal.text
            assert "Lampu jalan mati" in terminal.text
            terminal.until("TALKING")
            terminal.press("n")
            terminal.until("New ticket, of call")
            terminal.write("sampah")
            terminal.press("Tab", "Tab", "Tab")
            terminal.write("Sampah menumpuk di pasar")
            terminal.press("C-s")
            terminal.until("is new.")
            terminal.press("f")
            terminal.until("DLHK has until")
            ani.wait()
        terminal.press("F1")
        terminal.until("is over")
    (call,) = centre.calls(1)
    newest = centre.json("tickets", "list")[0]
    assert (newest["text"], newest["status"], newest["calls"]) == (
        "Sampah menumpuk di pasar",
        "forwarded",
        [call["id"]],
    )
    assert newest["caller"] == "+6281100004001"


def test_an_owed_citizen_is_taken_called_and_told_by_three_keys(centre: Centre) -> None:
    ticket = centre.json("tickets", "new", "--caller", NUMBER, "--text", "Sampah", "--no-call")["number"]
    centre.command("tickets", "answer", ticket, "--text", "Sudah diangkut")
    with (
        console(centre) as terminal,
        Operator(centre.pbx, "101", after=0.5) as operator,
        OutsideCitizen(centre.pbx, after=1, talk_seconds=35) as ani,
    ):
        terminal.press("F2")
        terminal.until("answer")
        terminal.press("Enter")
        terminal.until("tell: Sudah diangkut")
        terminal.until("talking ...", within=60)
        assert "0811-0000-4001" in terminal.text
        terminal.until("the call is over: reached", within=60)
        assert (operator.calls_taken, ani.calls_taken) == (1, 1)
        terminal.press("r")
        terminal.until("done")
    assert centre.json("tickets", "show", ticket)["status"] == "closed"
    assert centre.json("callbacks", "list") == []


def test_it_survives_the_daemons_restart_and_says_so_meanwhile(centre: Centre) -> None:
    with console(centre) as terminal, Operator(centre.pbx, "101", answers=False):
        centre.kill_daemon()
        terminal.until("The daemon is not running", within=40)
        centre.start_daemon()
        wait_until(lambda: "The daemon is not running" not in terminal.text or None, 20, lambda: terminal.text)
        with Citizen(centre.pbx, NUMBER, steps=[*TO_AN_OPERATOR, Pause(10)]):
            terminal.until(f"{SHOWN}", within=30)
        terminal.press("C-q")
        wait_until(lambda: "F1 Now" not in terminal.text or None, 10, lambda: terminal.text)
        assert "Traceback" not in terminal.text
