"""`callbacks call` on a real PBX: the operator's phone, then the citizen's; each once, whatever happens in between."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from depok_agi.asterisk.ami import AmiLink, AmiLogin
from depok_agi.config import load
from depok_agi.desk import callbacks, dialling
from depok_agi.desk.dialling import OrderStatus
from depok_agi.desk.opening import open_desk
from depok_agi.dialling import NOT_REACHABLE
from depok_agi.errors import AsteriskError
from depok_agi.tickets.callback import CallbackReason
from tests.lab import media
from tests.lab.centre import REPOSITORY, Centre, wait_until
from tests.lab.media import longest_silence, loudest
from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, Operator, OutsideCitizen

SILENCE = 100
PATIENCE = 20
CENTRE = "sip:1500664@"
CALLERS = 14
UID = 40_000
"""Operators whom this machine does not know, so they are called `uid 40001` and so on."""


@pytest.fixture(scope="module")
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre")) as centre:
        yield centre
        assert "Traceback" not in centre.daemon_text()


@pytest.fixture(autouse=True)
def _daemon_is_up(centre: Centre) -> None:
    """Some tests end it; what a failed one leaves behind is not the next one's."""
    try:
        _ = centre.daemon_pid
    except LabError:
        centre.start_daemon()


class HastyOperator(Operator):
    """One who does not listen to the whole number that is called: a key ends the reading."""

    def _talking(self, port: media.MediaPort) -> None:
        port.send(media.silence(1) + media.keys("#"))


class PressingCitizen(OutsideCitizen):
    """A citizen who is called, listens for a while, and presses a key."""

    def __init__(self, pbx: Pbx, *, after_seconds: float, key: str, talk_seconds: float) -> None:
        super().__init__(pbx, talk_seconds=talk_seconds)
        self._frames = media.silence(after_seconds) + media.keys(key)

    def _talking(self, port: media.MediaPort) -> None:
        port.send(self._frames)


def owe(centre: Centre, number: str) -> int:
    """A citizen is owed a call for one that was missed; gives the callback's id."""

    async def run() -> int:
        async with open_desk(load(centre.settings)) as desk, desk.store.transaction() as connection:
            return await callbacks.owe(desk, connection, _e164(number), CallbackReason.MISSED, desk.now())

    return asyncio.run(run())


def answered_ticket(centre: Centre, number: str) -> tuple[int, str]:
    """A citizen is owed the answer to their ticket; gives the callback's id and the ticket's number."""
    ticket = centre.json("tickets", "new", "--caller", number, "--text", "Sampah menumpuk di Jalan Margonda")["number"]
    answered = centre.json("tickets", "answer", ticket, "--text", "Sampah sudah diangkut")
    return answered["callback"], ticket


def callback(centre: Centre, number: str) -> dict[str, Any]:
    (found,) = [one for one in centre.json("callbacks", "list", "--all") if one["caller"] == _e164(number)]
    return dict(found)


def orders(centre: Centre, status: OrderStatus) -> list[int]:
    """The ids of the orders that are in this state."""

    async def run() -> list[int]:
        async with open_desk(load(centre.settings)) as desk:
            return [order.id for order in await dialling.pending(desk) if order.status is status]

    return asyncio.run(run())


def _e164(number: str) -> str:
    return f"+62{number.removeprefix('0')}"


@contextmanager
def calling(
    centre: Centre, callback: int, phone: str = "101", *, uid: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The operator's command, under way."""
    process = start(centre, "callbacks", "call", str(callback), "--phone", phone, uid=uid)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def start(centre: Centre, *arguments: str, uid: int | None = None) -> subprocess.Popen[str]:
    environment = centre.environment | ({} if uid is None else {"SUDO_UID": str(uid)})
    return subprocess.Popen(
        [sys.executable, "-m", "depok_agi", *arguments],
        env=environment,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(centre: Centre, callback: int, phone: str = "101", *, exit_code: int = 0, within: float = 90) -> list[str]:
    """The whole command: the lines that it says."""
    with calling(centre, callback, phone) as process:
        out, said = process.communicate(timeout=within)
    assert process.returncode == exit_code, f"{out}{said}"
    return said.splitlines()


def are_talking(centre: Centre) -> bool:
    """Are two channels in one bridge?"""
    return re.search(r"\s2 +\w+ +\w+", centre.pbx.rx("bridge show all")) is not None


def played(centre: Centre, prompt: str, since: int = 0) -> int:
    return centre.pbx.log_text()[since:].count(f"depok/{prompt}")


def test_operator_and_citizen_talk_and_the_rest_is_noted_by_itself(centre: Centre) -> None:
    number = "081100003001"
    owed = owe(centre, number)
    since = len(centre.pbx.log_text())
    with Operator(centre.pbx, "101", after=0.5) as siti, OutsideCitizen(centre.pbx, after=1.5, talk_seconds=3) as ani:
        said = call(centre, owed)
        assert (siti.calls_taken, ani.calls_taken) == (1, 1)
        siti.stop()
        ani.stop()
    assert [line.split(" (")[0] for line in said] == [
        "ringing your phone 101 ...",
        "calling 0811-0000-3001 ...",
        "talking ...",
        "ended: reached, 0:03",
    ]
    assert played(centre, "calling-number", since) == 1
    assert played(centre, "called-greeting", since) == 0, "there is no ticket of which something could be told"
    assert loudest(siti.heard) > SILENCE
    assert f'"callback {owed}" <sip:{number}@' in siti.messages
    assert CENTRE in ani.messages
    assert "callback" not in ani.messages.lower()
    assert "siti" not in ani.messages.lower()
    after = callback(centre, number)
    (attempt,) = after["attempts"]
    assert (after["status"], attempt["result"]) == ("done", "reached")
    logged = centre.json("calls", "show", attempt["call"])
    assert (logged["direction"], logged["outcome"], logged["operator"]) == ("outbound", "answered", "siti")
    assert (logged["dialled"], logged["talk_seconds"], logged["callback"]) == (_e164(number), 3, owed)


def test_a_citizen_who_presses_1_hears_how_their_ticket_stands_and_then_the_operator(centre: Centre) -> None:
    number = "081100003002"
    owed, ticket = answered_ticket(centre, number)
    since = len(centre.pbx.log_text())
    with (
        HastyOperator(centre.pbx, "101", after=0.5) as siti,
        PressingCitizen(centre.pbx, after_seconds=3, key="1", talk_seconds=18) as ani,
    ):
        said = call(centre, owed)
        siti.stop()
        ani.stop()
    assert loudest(ani.heard) > SILENCE
    for prompt in ("called-greeting", "status-ticket", "status-answered", "to-operator"):
        assert played(centre, prompt, since) == 1, prompt
    assert longest_silence(siti.heard) < 4.5, "ringing while the citizen listens"
    assert said[-2].startswith("ended: reached")
    assert said[-1] == f"Was the citizen told? depok-agi callbacks done {owed} --result reached"
    assert centre.json("tickets", "show", ticket)["status"] == "answered", "only the operator knows what was told"
    after = centre.json("callbacks", "done", str(owed), "--result", "reached")
    assert [attempt["result"] for attempt in after["attempts"]] == ["reached"]
    assert centre.json("tickets", "show", ticket)["status"] == "closed"
    (logged,) = [one for one in centre.json("calls", "list") if one["callback"] == owed]
    assert (logged["outcome"], logged["menu_path"], logged["direction"]) == ("answered", "", "outbound")


def test_a_citizen_who_presses_nothing_is_not_kept_from_the_operator(centre: Centre) -> None:
    number = "081100003003"
    owed, _ = answered_ticket(centre, number)
    with HastyOperator(centre.pbx, "101", after=0.2), OutsideCitizen(centre.pbx, after=0.5, talk_seconds=20):
        said = call(centre, owed)
    assert said[-2].startswith("ended: reached")


def test_a_daemon_that_is_gone_when_the_citizen_picks_up_costs_nobody_a_second(centre: Centre) -> None:
    number = "081100003004"
    owed, _ = answered_ticket(centre, number)
    with (
        HastyOperator(centre.pbx, "101", after=0.2) as siti,
        OutsideCitizen(centre.pbx, after=2.0, talk_seconds=4) as ani,
        calling(centre, owed) as command,
    ):
        ani.wait_for("ringing", PATIENCE)
        centre.kill_daemon()
        ani.wait_for("talking", PATIENCE)
        wait_until(lambda: are_talking(centre) or None, 1, lambda: "a second later they are not connected")
        siti.wait_for("bye", PATIENCE)
        centre.start_daemon()
        _, said = command.communicate(timeout=30)
    assert command.returncode == 0, said
    assert "ended: reached, 0:04" in said
    assert (siti.calls_seen, ani.calls_seen) == (1, 1)


def test_a_busy_citizen_waits_for_another_try(centre: Centre) -> None:
    number = "081100003005"
    owed = owe(centre, number)
    with HastyOperator(centre.pbx, "101", after=0.2), OutsideCitizen(centre.pbx, busy=True):
        process = start(centre, "callbacks", "call", str(owed), "--phone", "PJSIP/101", "--json")
        out, said = process.communicate(timeout=60)
    told = json.loads(out)
    assert said.splitlines()[-1] == f"ended: busy (call {told['order']['call']})"
    assert told["order"] == {
        "id": told["order"]["id"],
        "phone": "PJSIP/101",
        "status": "ended",
        "reason": None,
        "call": told["attempts"][0]["call"],
    }
    after = callback(centre, number)
    assert (after["status"], [one["result"] for one in after["attempts"]]) == ("pending", ["busy"])


def test_a_citizen_who_does_not_answer_and_an_operator_who_does_not_watch(centre: Centre) -> None:
    number = "081100003006"
    owed = owe(centre, number)
    with HastyOperator(centre.pbx, "101", after=0.2) as siti, OutsideCitizen(centre.pbx, answers=False) as ani:
        with calling(centre, owed) as command:
            ani.wait_for("ringing", PATIENCE)
            command.send_signal(signal.SIGINT)
            _, said = command.communicate(timeout=10)
        assert command.returncode == 130
        assert "The call goes on without this command" in said
        ani.wait_for("cancelled", 60)
        siti.wait_for("bye", PATIENCE)
        after = wait_until(
            lambda: found if (found := callback(centre, number))["attempts"] else None, 10, lambda: "no try is noted"
        )
    assert [one["result"] for one in after["attempts"]] == ["no_answer"]


def test_an_operators_phone_that_rings_in_vain_leaves_the_citizen_in_peace(centre: Centre) -> None:
    number = "081100003007"
    owed = owe(centre, number)
    with OutsideCitizen(centre.pbx) as ani:
        with Operator(centre.pbx, "101", answers=False):
            said = call(centre, owed, exit_code=1)
        assert "your phone was not picked up" in said[-1]
        assert f"Callback {owed} stays yours until" in said[-1]
        with Operator(centre.pbx, "101", busy=True):
            assert NOT_REACHABLE in call(centre, owed, exit_code=1)[-1]
        assert NOT_REACHABLE in call(centre, owed, exit_code=1)[-1], "not signed on"
        assert ani.calls_seen == 0
    after = callback(centre, number)
    assert (after["status"], after["attempts"]) == ("claimed", [])


def test_an_operator_who_hangs_up_at_once_leaves_the_citizen_in_peace(centre: Centre) -> None:
    owed = owe(centre, "081100003008")
    with Operator(centre.pbx, "101", after=0.2, talk_seconds=1), OutsideCitizen(centre.pbx) as ani:
        said = call(centre, owed, exit_code=1)
        assert ani.calls_seen == 0
    assert "hung up before the citizen was called" in said[-1]


def test_of_twenty_who_want_one_citizen_one_dials(centre: Centre) -> None:
    number = "081100003009"
    owed = owe(centre, number)
    with (
        HastyOperator(centre.pbx, "101", after=0.5),
        HastyOperator(centre.pbx, "102", after=0.5),
        HastyOperator(centre.pbx, "103", after=0.5),
        OutsideCitizen(centre.pbx, after=0.5, talk_seconds=2) as ani,
    ):
        processes = [
            start(centre, "callbacks", "call", str(owed), "--phone", f"10{1 + count % 3}", uid=UID + count)
            for count in range(CALLERS)
        ] + [start(centre, "callbacks", "next", "--json", uid=UID + count) for count in range(CALLERS, 20)]
        ended = [(process.communicate(timeout=90), process.returncode) for process in processes]
        dialled = ani.calls_seen
    callers = [said for (_, said), code in ended[:CALLERS] if code == 0]
    takers = [out for (out, _), code in ended[CALLERS:] if code == 0 and f'"id": {owed},' in out]
    assert (len(callers), len(takers), dialled) in [(1, 0, 1), (0, 1, 0)], ended


def test_without_a_daemon_nothing_rings_and_the_order_is_taken_back(centre: Centre) -> None:
    number = "081100003010"
    owed = owe(centre, number)
    centre.kill_daemon()
    with Operator(centre.pbx, "101") as siti:
        said = call(centre, owed, exit_code=1)
        assert "no phone rings: the daemon did not take the order" in said[-1]
        centre.start_daemon()
        time.sleep(2)
        assert siti.calls_seen == 0


def test_a_daemon_that_is_killed_before_it_asks_asterisk_has_the_next_one_ask_once(centre: Centre) -> None:
    number = "081100003011"
    owed = owe(centre, number)
    with (
        HastyOperator(centre.pbx, "101", after=0.2) as siti,
        OutsideCitizen(centre.pbx, after=0.5, talk_seconds=2) as ani,
    ):
        centre.freeze_daemon()
        with calling(centre, owed) as command:
            wait_until(lambda: orders(centre, OrderStatus.ORDERED) or None, 10, lambda: "nothing was ordered")
            centre.kill_daemon()
            centre.start_daemon()
            _, said = command.communicate(timeout=40)
        assert command.returncode == 0, said
        assert (siti.calls_seen, ani.calls_seen) == (1, 1)


def test_a_daemon_that_is_killed_after_it_asked_has_the_next_one_follow_and_not_ask(centre: Centre) -> None:
    number = "081100003012"
    owed = owe(centre, number)
    with (
        HastyOperator(centre.pbx, "101", after=4.0) as siti,
        OutsideCitizen(centre.pbx, after=2.0, talk_seconds=3) as ani,
    ):
        with calling(centre, owed) as command:
            siti.wait_for("ringing", PATIENCE)
            centre.kill_daemon()
            centre.start_daemon()
            _, said = command.communicate(timeout=40)
        assert command.returncode == 0, said
        assert "ended: reached, 0:03" in said
        assert (siti.calls_seen, ani.calls_seen) == (1, 1)


def test_the_trunk_and_the_phones_do_not_reach_the_context(centre: Centre) -> None:
    ani = Citizen(centre.pbx, "081100003013", dial="081100003001").call()
    assert ani.refused_with == 404
    leading_there = [line for line in centre.pbx.rx("dialplan show").splitlines() if "depok-callback-call" in line]
    assert leading_there, "the context is there"
    assert all(line.startswith("[ Context 'depok-callback-call'") for line in leading_there), leading_there


HARMFUL: list[tuple[str, dict[str, str]]] = [
    ("Command", {"Command": "core show channels"}),
    ("Getvar", {"Variable": "DEPOK_FASTAGI"}),
    ("Setvar", {"Variable": "DEPOK_FASTAGI", "Value": "127.0.0.1:1"}),
    ("GetConfig", {"Filename": "manager.conf"}),
    ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
    ("ModuleLoad", {"LoadType": "load", "Module": "app_system.so"}),
    ("DBPut", {"Family": "depok", "Key": "x", "Val": "y"}),
    ("Redirect", {"Channel": "PJSIP/101-00000000", "Context": "depok-operators", "Exten": "102", "Priority": "1"}),
    ("Hangup", {"Channel": "/.*/"}),
    ("CoreShowChannels", {}),
    ("QueueAdd", {"Queue": "depok", "Interface": "PJSIP/101"}),
    ("UserEvent", {"UserEvent": "DepokStep"}),
    ("Originate", {"Channel": "PJSIP/101", "Application": "System", "Data": "id", "Async": "true"}),
    ("Originate", {"Channel": "PJSIP/101", "Application": "AGI", "Data": "x", "Async": "true"}),
    ("Originate", {"Channel": "PJSIP/101", "Application": "MixMonitor", "Data": "x.wav,,id", "Async": "true"}),
]


def test_the_user_that_dials_can_do_nothing_else(centre: Centre) -> None:
    login = AmiLogin(ASTERISK_ADDRESS, centre.pbx.ami_port, "depok-agi-dial", centre.pbx.ami_secret)
    heard: list[dict[str, str]] = []

    async def try_all() -> tuple[list[str], list[str]]:
        up = asyncio.Event()

        async def on_up() -> None:
            up.set()

        link = AmiLink(login, on_event=heard.append, on_up=on_up)
        running = asyncio.create_task(link.run())
        await asyncio.wait_for(up.wait(), PATIENCE)
        said = []
        for name, fields in HARMFUL:
            try:
                await link.action(name, seconds=PATIENCE, **fields)
                said.append(f"{name} {fields}: done")
            except AsteriskError as error:
                said.append(str(error))
        listed = (await link.action("ListCommands"))[0]
        await link.close()
        await running
        return said, [name for name, what in listed.items() if "(Priv: " in what and "(Priv: <none>)" not in what]

    refusals, allowed = asyncio.run(try_all())
    assert [said for said in refusals if not re.search(r"Permission denied|Forbidden", said)] == []
    assert allowed == ["Originate"], "of all that Asterisk asks a right for"
    assert heard == [], "and hears of no call but its own"
