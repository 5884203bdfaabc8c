"""A working day, each role in a terminal of its own, with real calls: from the first callback to the last ticket."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab import media
from tests.lab.centre import REPOSITORY, Centre, wait_until
from tests.lab.pbx import AS_SHIPPED
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Step
from tests.lab.shell import Terminal

TO_AN_OPERATOR: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
MISSED, ANSWERED, CALLS_IN = "081100002001", "081100002002", "081100002003"
TALKS_FOR = 25


@pytest.fixture
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), queue=AS_SHIPPED) as centre:
        yield centre
        assert "Traceback" not in centre.daemon_text()


class HastyOperator(Operator):
    """One who does not listen to the whole number that is called: a key ends the reading."""

    def _talking(self, port: media.MediaPort) -> None:
        port.send(media.silence(1) + media.keys("#"))


@contextmanager
def at_terminal(centre: Centre, folder: Path, *who: str) -> Iterator[Terminal]:
    """Somebody's terminal. Without a name and a role it is the admin's, whose own the store is."""
    module = " ".join(("tests.lab.person", *who) if who else ("depok_agi",))
    command = f'depok-agi() {{ "{sys.executable}" -m {module} "$@"; }}'
    environment = {**centre.environment, "PYTHONPATH": str(REPOSITORY)}
    folder.mkdir()
    with Terminal(folder, environment, command) as terminal:
        yield terminal


def yesterday(centre: Centre) -> str:
    """Somebody called while nobody was there, and an OPD has answered a ticket; gives the ticket's number."""
    Citizen(centre.pbx, MISSED, steps=[*TO_AN_OPERATOR, Pause(6), HangUp()]).call()
    centre.calls(1)
    text = "Lampu jalan mati di Jalan Kemiri"
    ticket: str = centre.json("tickets", "new", "--caller", ANSWERED, "--name", "Eko", "--text", text)["number"]
    centre.command("tickets", "forward", ticket, "--opd", "DISHUB")
    centre.command("tickets", "answer", ticket, "--text", "Lampu sudah diganti")
    return ticket


def test_the_operators_day(centre: Centre, tmp_path: Path) -> None:
    answered = yesterday(centre)
    with at_terminal(centre, tmp_path / "siti", "siti", "operator") as siti:
        begins_the_day(siti)
        calls_back(centre, siti, answered)
        ticket = takes_a_call(centre, siti)
        ends_the_day(siti)
    shown = centre.json("tickets", "show", ticket)
    assert (shown["status"], shown["caller"], shown["opd"]) == ("forwarded", "+6281100002003", "DLHK")
    with at_terminal(centre, tmp_path / "ratna", "ratna", "supervisor") as ratna:
        the_supervisors_day(ratna, ticket)
    with at_terminal(centre, tmp_path / "admin") as admin:
        the_admins_day(centre, admin)


def begins_the_day(siti: Terminal) -> None:
    owed = siti.run("depok-agi callbacks list")
    for masked, why in (("x001", "missed"), ("x002", "answer")):
        # Not claimed yet, so not yet hers to see. At this width the number is folded after its second hyphen.
        assert re.search(rf"^ \d +0811-xxxx- +{why} .*\n +{masked} ", owed, re.MULTILINE), owed
    assert owed.endswith("Take one: depok-agi callbacks next, or: depok-agi callbacks claim ID")


def calls_back(centre: Centre, siti: Terminal, answered: str) -> None:
    """She dials both from her terminal; one is told an answer, so their ticket is closed."""
    for _ in range(2):
        taken = siti.run("depok-agi callbacks next")
        callback = re.search(r"depok-agi callbacks call (\d+)", taken)
        assert callback is not None, taken
        assert ("Lampu sudah diganti" in taken) == ("0811-0000-2002 (Eko)" in taken)
        with HastyOperator(centre.pbx, "101", after=0.5), OutsideCitizen(centre.pbx, after=1, talk_seconds=18):
            rung = siti.run(f"depok-agi callbacks call {callback[1]}", within=90)
        assert "ended: reached, 0:" in rung, rung
        if "Eko" in taken:
            assert "Was the citizen told?" in rung
            done = siti.run(f"depok-agi callbacks done {callback[1]} --result reached")
            assert f"callback {callback[1]} is done" in done, done
    assert siti.run("depok-agi callbacks next").startswith("Nobody is to be called now.")
    assert centre.json("tickets", "show", answered)["status"] == "closed"


def takes_a_call(centre: Centre, siti: Terminal) -> str:
    """She signs in, a citizen comes through the queue, and she takes the complaint down while they talk."""
    with Operator(centre.pbx, "101", after=1, talk_seconds=TALKS_FOR):
        assert "siti is signed in: calls come to PJSIP/101." in siti.run("depok-agi operators in")
        with Citizen(centre.pbx, CALLS_IN, steps=TO_AN_OPERATOR, wait_for_bye=True) as citizen:
            wait_until(lambda: of(centre) == "on_call" or None, 30, lambda: f"no call came: {of(centre)}")
            new = "depok-agi tickets new --category sampah --area Beji --text 'Sampah menumpuk'"
            opened = siti.run(new)
            assert "of the call with 0811-0000-2003 on your phone" in opened, opened
            number = re.search(r"Ticket (\d+) is new\.", opened)
            assert number is not None, opened
            citizen.wait(60)
        wait_until(lambda: of(centre) == "wrap_up" or None, 10, lambda: f"not in wrap-up: {of(centre)}")
        forwarded = siti.run(f"depok-agi tickets forward {number[1]} --opd DLHK")
        assert f"Ticket {number[1]} is forwarded." in forwarded
        assert "DLHK has until" in forwarded
    return number[1]


def ends_the_day(siti: Terminal) -> None:
    said = siti.run("depok-agi operators pause --why prayer")
    assert "siti is paused: prayer. Back: depok-agi operators in" in said
    at_desk = siti.run("depok-agi operators list")
    assert re.search(r"^ siti +101 +paused: prayer +\d\d-\d\d \d\d:\d\d ", at_desk, re.MULTILINE), at_desk
    refused = siti.run("depok-agi operators out budi")
    assert says(refused, "you are operator here, and this needs supervisor"), refused
    assert "siti is signed out." in siti.run("depok-agi operators out")


def the_supervisors_day(ratna: Terminal, ticket: str) -> None:
    assert "tono sits at PJSIP/103." in ratna.run("depok-agi operators add tono 103")
    at_desk = ratna.run("depok-agi operators list")
    assert re.search(r"^ tono +103 +out ", at_desk, re.MULTILINE), at_desk
    assert "Nobody takes calls now." in at_desk
    late = ratna.run("depok-agi tickets list --overdue")
    assert late.startswith("There is no such ticket."), late
    assert ticket in ratna.run("depok-agi tickets list --opd DLHK")
    call = ratna.run("depok-agi calls list | grep 0811-xxxx-x003")
    assert re.search(r"inbound +0811-xxxx-x003 +answered +siti ", call), call
    times = ratna.run("depok-agi report day | grep -A6 'Waktu menurut petugas'")
    assert re.search(r"^ *siti +\d", times, re.MULTILINE), times


def the_admins_day(centre: Centre, admin: Terminal) -> None:
    folders = (
        f"--script {REPOSITORY}/dialplan/prompts.toml --sounds {centre.pbx.sounds} --dialplan {REPOSITORY}/dialplan"
    )
    checked = admin.run(f"depok-agi doctor {folders} | grep depok-agi-operators")
    assert says(checked, "enough, and no more"), checked
    assert "opened and found whole" in admin.run("depok-agi db backup")
    assert says(admin.run("depok-agi db check"), "is whole")


def of(centre: Centre) -> str:
    [state] = [one["state"] for one in centre.json("operators", "list") if one["operator"] == "siti"]
    return str(state)


def says(screen: str, text: str) -> bool:
    """Is it on the screen, wherever the terminal has folded it?"""
    return "".join(text.split()) in "".join(screen.split())
