"""Records the streams of `tests/replay` on a real PBX: `python -m tests.lab.record [scenario ...]`.

Each scenario is played at a centre with nothing before it. What the manager said goes into `events.jsonl`, Asterisk's
own journals into `cel.csv`, `queue_log` and `cdr.csv`, and the records that a replay gives, which must be those that
the daemon stored, into `expected.json`.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from depok_agi.calls.events import UNDERSTOOD
from tests.lab.call_scenarios import SCENARIOS
from tests.lab.centre import Centre
from tests.lab.pbx import LabError, scenario_dialplan
from tests.lab.pbx_root import PbxRoot, build
from tests.lab.played import Played, as_wanted, play
from tests.lab.recorder import Recorder

STREAMS = Path(__file__).resolve().parents[1] / "replay"

KEPT_AS_WELL = {"AgentComplete", "AgentRingNoAnswer", "BridgeCreate", "Cdr", "HangupRequest", "LocalBridge"}
"""A few that the ledger has no use for, as it meets them in life."""

OF_THE_LIVE_LOG = ("ticket", "callback")
"""Fields that a replay cannot know."""


def record(name: str, root: PbxRoot, folder: Path, streams: Path = STREAMS) -> None:
    """Plays one scenario and writes its folder.

    Raises:
        LabError: it did not come out as it must.
    """
    scenario = SCENARIOS[name]
    with (
        Centre(root, folder, dialplan=scenario_dialplan()) as centre,
        Recorder(centre.pbx) as recorder,
    ):
        played = play(centre, recorder, scenario)
        target = streams / name
        target.mkdir(parents=True, exist_ok=True)
        _write(target, played)
        replayed = centre.command("calls", "replay", str(target / "events.jsonl")).stdout
    (target / "expected.json").write_text(replayed, "utf-8")
    if faults := as_wanted(played.calls, scenario.wanted):
        raise LabError(f"{name}: {'; '.join(faults)}")
    _same(played.calls, json.loads(replayed))


def _write(target: Path, played: Played) -> None:
    kept = [event for event in played.events if event["Event"] in UNDERSTOOD | KEPT_AS_WELL]
    (target / "events.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in kept), "utf-8")
    for file, lines in (("cel.csv", played.cel), ("queue_log", played.queue_log), ("cdr.csv", played.cdr)):
        (target / file).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _same(stored: list[dict[str, Any]], replayed: list[dict[str, Any]]) -> None:
    for call in (*stored, *replayed):
        for key in OF_THE_LIVE_LOG:
            call.pop(key)
    if stored != replayed:
        raise LabError(f"the daemon stored {stored}, the replay gives {replayed}")


def main() -> None:
    names = sys.argv[1:] or list(SCENARIOS)
    root = build()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="depok-record-") as folder:
            record(name, root, Path(folder))
        print(f"{name}: recorded", flush=True)


if __name__ == "__main__":
    main()
