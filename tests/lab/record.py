"""Records the streams of `tests/replay` on a real PBX: `python -m tests.lab.record [scenario ...]`.

Each scenario has an Asterisk and a daemon of its own. A second manager session writes down what the daemon hears, the
phones play the scenario, and the call records that the daemon stored must be those that a replay of the stream gives.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.calls import events
from tests.lab.centre import wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx
from tests.lab.pbx_root import PbxRoot, build
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press

STREAMS = Path(__file__).resolve().parents[1] / "replay"
PATIENCE = 20.0

UNDERSTOOD = events._PARSERS.keys()
KEPT_AS_WELL = {"AgentComplete", "AgentRingNoAnswer", "BridgeCreate", "Cdr", "HangupRequest"}
"""A few that the ledger has no use for, as it meets them in life."""

OF_THE_LIVE_LOG = ("ticket", "callback")
"""Fields that a replay cannot know."""


class Recorder:
    """A manager session of its own, in a thread of its own."""

    def __init__(self, pbx: Pbx) -> None:
        self.events: list[dict[str, str]] = []
        self._up = threading.Event()
        self._loop = asyncio.new_event_loop()
        login = AmiLogin(ASTERISK_ADDRESS, pbx.ami_port, pbx.ami_user, pbx.ami_secret)
        self._link = AmiLink(login, on_event=self._on_event, on_up=self._on_up, on_state=self._on_state)
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._link.run(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(PATIENCE):
            raise LabError("the recorder could not log in")
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._link.close(), self._loop)
        self._thread.join(PATIENCE)
        self._loop.close()

    @property
    def channels_left(self) -> int:
        """How many channels were seen to begin and not to end."""
        return sum({"Newchannel": 1, "Hangup": -1}.get(event["Event"], 0) for event in list(self.events))

    def _on_event(self, raw: dict[str, str]) -> None:
        if raw.get("Event") in UNDERSTOOD | KEPT_AS_WELL:
            self.events.append(raw)

    async def _on_up(self) -> None:
        self._up.set()

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is AmiState.REFUSED:
            raise LabError(reason)


class Lab:
    """A PBX with the daemon and the recorder beside it."""

    def __init__(self, pbx: Pbx, folder: Path) -> None:
        self.pbx = pbx
        self.settings = folder / "depok-agi.toml"
        self.settings.write_text(
            f'[ami]\nport = {pbx.ami_port}\nsecret = "{pbx.ami_secret}"\n'
            f"[fastagi]\nport = {pbx.fastagi_port}\n"
            '[folders]\nstore = "store.sqlite"\nspool = "spool"\npublished = "published"\n'
            "[callbacks]\ndecent_from = 00:00:00\ndecent_until = 23:59:59\n"
        )

    def command(self, *arguments: str) -> str:
        """Runs `depok-agi` and returns what it printed."""
        return subprocess.run(self._words(*arguments), capture_output=True, text=True, check=True).stdout

    def hours(self, state: str) -> None:
        """Opens or closes the centre, and waits until the daemon knows."""
        self.command("hours", "override", state, "--until", "+1h", "--why", "lab")
        time.sleep(1.5)

    @contextlib.contextmanager
    def daemon(self) -> Iterator[None]:
        """Serves, from ready to stopped."""
        with subprocess.Popen(self._words("serve"), stderr=subprocess.PIPE, text=True) as process:
            said: list[str] = []
            ready = threading.Event()

            def follow() -> None:
                assert process.stderr is not None
                for line in process.stderr:
                    said.append(line)
                    if line.startswith("ready:") and "AMI up" in line:
                        ready.set()

            thread = threading.Thread(target=follow, daemon=True)
            thread.start()
            try:
                if not ready.wait(PATIENCE):
                    raise LabError(f"the daemon is not ready: {''.join(said)}")
                yield
            finally:
                process.terminate()
                process.wait(PATIENCE)
                thread.join()

    def _words(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "depok_agi", "--config", str(self.settings), *arguments]


@dataclass(frozen=True)
class Scenario:
    """What the phones do, and what it must be called afterwards.

    Attributes:
        play: what the phones do.
        wanted: fields of the one call record.
        opening: the centre is `open` or `closed`.
        variables: dialplan globals.
    """

    play: Callable[[Pbx], None]
    wanted: Mapping[str, Any]
    opening: str = "open"
    variables: Mapping[str, str] = field(default_factory=dict)


def to_menu(*then: Press | Pause | HangUp) -> list[Press | Pause | HangUp]:
    """Chooses Indonesian, and goes on in the main menu."""
    return [Pause(2), Press("1"), Pause(2), *then]


def answered(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0, talk_seconds=3) as siti:
        Citizen(pbx, "081100001001", name="Ani", steps=to_menu(Press("2")), wait_for_bye=True).call(40)
        _must(siti.calls_taken == 1)


def abandoned_in_queue(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        Citizen(pbx, "081100001002", steps=to_menu(Press("0"), Pause(4), HangUp())).call(40)
        _must(siti.calls_seen == 1)


def closed_left_nothing(pbx: Pbx) -> None:
    Citizen(pbx, "081100001003", steps=[Pause(3), HangUp()]).call(30)


def callback_by_key(pbx: Pbx) -> None:
    steps = to_menu(Press("4"), Pause(2), Press("1"))
    Citizen(pbx, "081100001004", steps=steps, wait_for_bye=True).call(40)


def ring_no_answer_then_answered(pbx: Pbx) -> None:
    with (
        Operator(pbx, "102", answers=False) as budi,
        Citizen(pbx, "081100001005", steps=to_menu(Press("2")), wait_for_bye=True) as citizen,
    ):
        budi.wait_for("ringing", PATIENCE)
        with Operator(pbx, "101", after=1.0, talk_seconds=2):
            citizen.wait(60)


def queue_timeout(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False):
        Citizen(pbx, "081100001006", steps=to_menu(Press("2"), Pause(5), HangUp())).call(40)


def no_operator(pbx: Pbx) -> None:
    Citizen(pbx, "081100001007", steps=to_menu(Press("2"), Pause(3), HangUp())).call(40)


def left_in_menu(pbx: Pbx) -> None:
    Citizen(pbx, "081100001008", steps=to_menu(Press("9"), Pause(1), HangUp())).call(40)


def outbound_answered(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, after=2.0, talk_seconds=3) as ani:
        siti.call("081100002001", wait_for_bye=True).call(40)
        _must(ani.calls_taken == 1)


def outbound_busy(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, busy=True):
        siti.call("081100002002").call(40)


def outbound_no_answer(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, answers=False):
        siti.call("081100002003", patience=90).call(100)


def outbound_cancelled(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, answers=False):
        siti.call("081100002004", patience=3).call(40)


def internal_answered(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, Operator(pbx, "102", after=1.0, talk_seconds=3):
        siti.call("102", wait_for_bye=True).call(40)


SITI = {"outcome": "answered", "operator": "siti", "queue": "depok"}
NOBODY: dict[str, Any] = {"operator": None, "answered_at": None, "talk_seconds": None, "talks": []}

SCENARIOS: dict[str, Scenario] = {
    "answered": Scenario(answered, {**SITI, "direction": "inbound", "menu_path": "12", "caller": "+6281100001001"}),
    "abandoned_in_queue": Scenario(abandoned_in_queue, {**NOBODY, "outcome": "abandoned", "queue": "depok"}),
    "closed_left_nothing": Scenario(closed_left_nothing, {**NOBODY, "outcome": "closed"}, opening="closed"),
    "callback_by_key": Scenario(callback_by_key, {**NOBODY, "outcome": "callback", "menu_path": "141"}),
    "ring_no_answer_then_answered": Scenario(ring_no_answer_then_answered, SITI),
    "queue_timeout": Scenario(
        queue_timeout, {**NOBODY, "outcome": "timeout", "wait_seconds": 3}, variables={"DEPOK_QUEUE_SECONDS": "3"}
    ),
    "no_operator": Scenario(no_operator, {**NOBODY, "outcome": "no_operator"}),
    "left_in_menu": Scenario(left_in_menu, {**NOBODY, "outcome": "left_menu"}),
    "outbound_answered": Scenario(
        outbound_answered, {"outcome": "answered", "direction": "outbound", "dialled": "+6281100002001"}
    ),
    "outbound_busy": Scenario(outbound_busy, {"outcome": "busy", "direction": "outbound", "talks": []}),
    "outbound_no_answer": Scenario(outbound_no_answer, {"outcome": "no_answer", "direction": "outbound", "talks": []}),
    "outbound_cancelled": Scenario(outbound_cancelled, {"outcome": "cancelled", "direction": "outbound", "talks": []}),
    "internal_answered": Scenario(internal_answered, {"outcome": "answered", "direction": "internal"}),
}


def record(name: str, root: PbxRoot, folder: Path, streams: Path = STREAMS) -> None:
    """Plays one scenario and writes its folder.

    Raises:
        LabError: it did not come out as it must.
    """
    scenario = SCENARIOS[name]
    with Pbx(root, folder / "pbx", globals=scenario.variables) as pbx:
        lab = Lab(pbx, folder)
        with lab.daemon():
            lab.hours(scenario.opening)
            with Recorder(pbx) as recorder:
                scenario.play(pbx)
                wait_until(
                    lambda: True if recorder.events and recorder.channels_left == 0 else None,
                    PATIENCE,
                    lambda: "in vain: all channels are gone",
                )
                time.sleep(1)
        stored = json.loads(lab.command("calls", "list", "--json"))
    target = streams / name
    target.mkdir(parents=True, exist_ok=True)
    stream = target / "events.jsonl"
    stream.write_text("".join(f"{json.dumps(event)}\n" for event in recorder.events), "utf-8")
    printed = lab.command("calls", "replay", str(stream))
    (target / "expected.json").write_text(printed, "utf-8")
    replayed = json.loads(printed)
    _same(stored, replayed)
    for key, value in scenario.wanted.items():
        if replayed[0][key] != value:
            raise LabError(f"{name}: {key} is {replayed[0][key]!r}, not {value!r}")


def _same(stored: list[dict[str, Any]], replayed: list[dict[str, Any]]) -> None:
    if len(replayed) != 1:
        raise LabError(f"one call, but {len(replayed)} records: {replayed}")
    for records in (stored, replayed):
        for call in records:
            for key in OF_THE_LIVE_LOG:
                call.pop(key)
    if stored != replayed:
        raise LabError(f"the daemon stored {stored}, the replay gives {replayed}")


def _must(condition: bool) -> None:
    if not condition:
        raise LabError("the phones did not do what the scenario wants")


def main() -> None:
    names = sys.argv[1:] or list(SCENARIOS)
    root = build()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="depok-record-") as folder:
            record(name, root, Path(folder))
        print(f"{name}: recorded")


if __name__ == "__main__":
    main()
