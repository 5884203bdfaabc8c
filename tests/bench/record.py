"""Records the templates of whole calls on a real PBX: `python -m tests.bench.record [name ...]`.

A manager session of its own, by the shipped AMI user, writes down everything that Asterisk sends about one call, also
what the ledger has no use for; beside it go the lines that Asterisk wrote into its own journal about the same call.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.templates import FOLDER
from tests.lab import transfer
from tests.lab.call_scenarios import to_menu
from tests.lab.centre import Centre
from tests.lab.pbx import Pbx
from tests.lab.pbx_root import PbxRoot, build
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press
from tests.lab.recorder import Recorder

LATE = 1.5
"""Seconds in which the last events of a call come: AgentComplete, Cdr, what becomes of the queue's member."""

OF_THE_CALL = 1.0
"""Seconds after the last hang-up whose events still belong to the call; what comes then is the phones signing off."""

OF_NO_CALL = "|NONE|NONE|NONE|"
"""queue_log's own start."""

CDR_MANAGER = "[general]\nenabled = yes\n"


def answered(pbx: Pbx) -> None:
    with Operator(pbx, "101", talk_seconds=3):
        Citizen(pbx, "081100001001", name="Ani", steps=to_menu(Press("0")), wait_for_bye=True).call()
        time.sleep(LATE)


def abandoned(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        Citizen(pbx, "081100001002", name="Bayu", steps=to_menu(Press("0"), Pause(9), HangUp())).call()
        siti.wait_for("cancelled")
        time.sleep(LATE)


def ring_no_answer_then_answered(pbx: Pbx) -> None:
    with (
        Operator(pbx, "102", answers=False) as budi,
        Citizen(pbx, "081100001003", name="Citra", steps=to_menu(Press("0")), wait_for_bye=True) as citizen,
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
    Citizen(pbx, "081100001005", name="Eko", steps=to_menu(Press("9"), Pause(1), HangUp())).call()
    time.sleep(LATE)


def blind_transfer(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101") as siti,
        Citizen(pbx, "081100001006", name="Fitri", steps=to_menu(Press("0")), wait_for_bye=True) as citizen,
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


def record(name: str, root: PbxRoot, folder: Path) -> None:
    """Play one call and write its template."""
    with Centre(root, folder) as centre:
        pbx = centre.pbx
        (pbx.folder / "etc" / "cdr_manager.conf").write_text(CDR_MANAGER)
        pbx.rx("module load cdr_manager.so")
        with Recorder(pbx) as recorder:
            CALLS[name](pbx)
            recorder.until_channels_are_gone()
        journals = {"cel": pbx.cel_csv, "queue_log": pbx.queue_log}
        lines = {
            kind: [line for line in path.read_text("utf-8").splitlines(keepends=True) if OF_NO_CALL not in line]
            for kind, path in journals.items()
        }
    call = cut(recorder.events)
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
