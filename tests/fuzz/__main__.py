"""`scripts/fuzz [TARGET ...] [--inputs N] [--seed S]`, and `scripts/fuzz TARGET --again FILE`."""

import argparse
import signal
import sys
from pathlib import Path
from typing import NoReturn

from tests.fuzz.corpus import REPOSITORY
from tests.fuzz.engine import attempt
from tests.fuzz.target import load, names
from tests.fuzz.watched import fuzz_apart

FAULTS = REPOSITORY / ".cache" / "fuzz"
INPUTS = 100_000
"""For each target: with all of them more than a million."""


def main() -> int:
    """Fuzz, one line for each target; exit code 1 when there was a fault."""
    known = names()
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz", description="Hostile input for all that reads what others wrote."
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(known)}; all of them without")
    parser.add_argument("--inputs", type=int, default=INPUTS, metavar="N", help=f"for each target, {INPUTS} without")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another one makes other inputs")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try one saved input, and show what comes of it")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(known):
        parser.error(f"there is no target {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if given.again is not None:
        if len(given.targets) != 1:
            parser.error("--again needs the one target that reads the file")
        return _again(given.targets[0], given.again)
    signal.signal(signal.SIGTERM, _interrupted)
    failed = [_fuzzed(name, given.inputs, given.seed) for name in given.targets or known]
    return 1 if any(failed) else 0


def _interrupted(*_: object) -> NoReturn:
    """The process that was started is ended on the way out."""
    sys.exit(130)


def _fuzzed(name: str, inputs: int, seed: int) -> bool:
    tried = fuzz_apart(name, inputs=inputs, seed=seed)
    speed = tried.inputs / max(tried.seconds, 0.001)
    print(
        f"{name:15} {tried.inputs:9,} inputs {tried.seconds:7.1f} s {speed:7,.0f} a second "
        f"{tried.memory / 1e6:5.0f} MB  {len(tried.faults)} faults",
        flush=True,
    )
    for fault in tried.faults:
        file = FAULTS / name / fault.name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(fault.data)
        shown = file.relative_to(REPOSITORY)
        print(f"  {fault.where}\n    {shown}, again by: scripts/fuzz {name} --again {shown}", flush=True)
    return bool(tried.faults)


def _again(name: str, file: Path) -> int:
    target, data = load(name), file.read_bytes()
    _, where = attempt(target, data)
    if where is None:
        print(f"{name} reads {file} as it should")
        return 0
    print(where)
    target.run(data)
    return 1


if __name__ == "__main__":
    sys.exit(main())
