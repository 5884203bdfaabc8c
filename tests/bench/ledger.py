"""The ledger alone: a stream in memory, ours against cacofonisk's event handler."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import peer
from tests.bench.figures import Figure
from tests.bench.size import Size
from tests.bench.stream import Stream, calls_for

TARGET = 1.0
ROUNDS = 5
WITHIN = 60.0


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """With one call at a time, and with many."""
    for at_once, what in ((1, "1 call at a time"), (50, "50 calls at once")):
        paths = [
            _write(folder / f"{at_once}-{turn}.jsonl", Stream(calls_for(size.ledger_events), at_once, seed=turn))
            for turn in range(1 + ROUNDS)
        ]
        ours = _time(sys.executable, "tests.bench.feed_ledger", paths)
        if not peer.is_there():
            reason = "cacofonisk is not installed: scripts/bench does it"
            yield Figure("ledger", what, f"{_best(ours):,.0f} events/s", reason, None, TARGET)
            continue
        theirs = _time(str(peer.PYTHON), "tests.bench.feed_cacofonisk", paths)
        yield Figure(
            "ledger",
            what,
            f"{_best(ours):,.0f} events/s",
            f"cacofonisk {_best(theirs):,.0f} events/s",
            _best(ours) / _best(theirs),
            TARGET,
            raw={"ours": ours, "cacofonisk": theirs},
        )


def _write(path: Path, stream: Stream) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(event)}\n" for event in stream.events())
    return path


def _best(timed: dict[str, Any]) -> float:
    """Events a second."""
    return max(float(turn["events"] / turn["seconds"]) for turn in timed["rounds"])


def _time(python: str, module: str, paths: list[Path]) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-m", module, *map(str, paths)],
        cwd=peer.REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr.strip()}")
    timed: dict[str, Any] = json.loads(done.stdout)
    return timed
