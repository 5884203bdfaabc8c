"""Records the templates of whole calls on a real PBX: `python -m tests.bench.record [name ...]`.

A manager session of its own, by the shipped AMI user, writes down everything that Asterisk sends about one call, also
what the ledger has no use for; beside it go the lines that Asterisk wrote into its own journal about the same call.
"""

import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.bench.templates import FOLDER
from tests.lab import transfer
from tests.lab.centre import Centre, wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx
from tests.lab.pbx_root import PbxRoot, build
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Step

PATIENCE = 20.0
LATE = 1.5
"""Seconds in which the last events of a call come: AgentComplete, Cdr, what becomes of the queue's member."""

OF_THE_CALL = 1.0
"""Seconds after the last hang-up whose events still belong to the call; what comes then is the phones signing off."""

OF_NO_CALL = "|NONE|NONE|NONE|"
"""queue_log's own start."""

CDR_MANAGER = "[general]\nenabled = yes\n"


def keys(*then: Step) -> list[Step]:
    """Chooses Indonesian, and goes on in the main menu."""
    return [Pause(1), Press("1"), Pause(1), *then]


def answered(pbx: Pbx) -> None:
    with Operator(pbx, "101", talk_seconds=3):
        Citizen(pbx, "081100001001", name="Ani", steps=keys(Press("0")), wait_for_bye=True).call()
        time.sleep(LATE)


def abandoned(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        Citizen(pbx, "081100001002", name="Bayu", steps=keys(Press("0"), Pause(9), HangUp())).call()
        siti.wait_for("cancelled")
        time.sleep(LATE)


def ring_no_answer_then_answered(pbx: Pbx) -> None:
    with (
        Operator(pbx, "102", answers=False) as budi,
        Citizen(pbx, "081100001003", name="Citra", steps=keys(Press("0")), wait_for_bye=True) as citizen,
    ):
        budi.wait_for("ringing")
        with Operator(pbx, "101", talk_seconds=2):
            citizen.wait()
            time.sleep(LATE)


def outbound(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, after=2.0, talk_seconds=3):
        siti.call("081100002001", wait_for_bye=True).call()
        time.sleep(LATE)


def left_in_menu(pbx: Pbx) -> None:
    Citizen(pbx, "081100001005", name="Eko", steps=keys(Press("9"), Pause(1), HangUp())).call()
    time.sleep(LATE)


def blind_transfer(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101") as siti,
        Citizen(pbx, "081100001006", name="Fitri", steps=keys(Press("0")), wait_for_bye=True) as citizen,
    ):
        siti.wait_for("talking")
        with Operator(pbx, "102", talk_seconds=2):
            time.sleep(2)
            transfer.blind(siti, "102")
            citizen.wait()
            time.sleep(LATE)


CALLS: dict[str, Callable[[Pbx], None]] = {
    "answered": answered,
    "abandoned": abandoned,
    "ring_no_answer_then_answered": ring_no_answer_then_answered,
    "outbound": outbound,
    "left_in_menu": left_in_menu,
    "blind_transfer": blind_transfer,
}


class Listener:
    """A manager session on a bare socket: every event as Asterisk sends it, header by header."""

    def __init__(self, pbx: Pbx) -> None:
        self.events: list[dict[str, str]] = []
        self._socket = socket.create_connection((ASTERISK_ADDRESS, pbx.ami_port), PATIENCE)
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        login = ("Action: Login", f"Username: {pbx.ami_user}", f"Secret: {pbx.ami_secret}", "Events: on", "", "")
        self._socket.sendall("\r\n".join(login).encode())

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(PATIENCE):
            raise LabError("the listener could not log in")
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._socket.close()

    @property
    def channels_left(self) -> int | None:
        """How many channels were seen to begin and not to end; None before the first."""
        kinds = [event["Event"] for event in list(self.events)]
        return kinds.count("Newchannel") - kinds.count("Hangup") if "Newchannel" in kinds else None

    def _follow(self) -> None:
        self._socket.settimeout(None)
        with self._socket.makefile("r", encoding="utf-8", newline="\r\n") as lines:
            lines.readline()  # the banner
            message: dict[str, str] = {}
            for line in lines:
                name, colon, value = line.removesuffix("\r\n").partition(": ")
                if colon:
                    if name in message:
                        raise LabError(f"the header {name} comes twice in {message}")
                    message[name] = value
                elif message:
                    self._take(message)
                    message = {}

    def _take(self, message: dict[str, str]) -> None:
        if message.get("Response") == "Success":
            self._up.set()
        elif "Event" in message:
            self.events.append(message)


def record(name: str, root: PbxRoot, folder: Path) -> None:
    """Play one call and write its template."""
    with Centre(root, folder) as centre:
        pbx = centre.pbx
        (pbx.folder / "etc" / "cdr_manager.conf").write_text(CDR_MANAGER)
        pbx.rx("module load cdr_manager.so")
        with Listener(pbx) as listener:
            CALLS[name](pbx)
            wait_until(lambda: listener.channels_left == 0 or None, PATIENCE, lambda: "channels are still up")
        journals = {"cel": pbx.cel_csv, "queue_log": pbx.queue_log}
        lines = {
            kind: [line for line in path.read_text("utf-8").splitlines(keepends=True) if OF_NO_CALL not in line]
            for kind, path in journals.items()
        }
    call = cut(listener.events)
    stream = FOLDER / f"{name}.jsonl"
    stream.write_text("".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in call), "utf-8")
    for kind, found in lines.items():
        (FOLDER / f"{name}.{kind}").write_text("".join(found), "utf-8")


def cut(events: list[dict[str, str]]) -> list[dict[str, str]]:
    """From the call's first channel to what follows its last hang-up."""
    first = next(index for index, event in enumerate(events) if event["Event"] == "Newchannel")
    ended = max(float(event["Timestamp"]) for event in events if event["Event"] == "Hangup")
    return [event for event in events[first:] if float(event["Timestamp"]) - ended < OF_THE_CALL]


def main() -> None:
    names = sys.argv[1:] or list(CALLS)
    root = build()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="depok-bench-") as folder:
            record(name, root, Path(folder))
        print(f"{name}: recorded")


if __name__ == "__main__":
    main()
