"""`scripts/bench [SECTION ...] [--quick] [--json FILE]`."""

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from tests.bench import desk_speed, journal, ledger, list_speed, load, memory, pipeline, report_speed, voice
from tests.bench.figures import Figure, print_table
from tests.bench.machine import this_machine
from tests.bench.size import FULL, QUICK, Size
from tests.lab.pbx import LabError
from tests.lab.pbx_root import PbxRootError

SECTIONS: dict[str, Callable[[Path, Size], Iterator[Figure]]] = {
    "ledger": ledger.measure,
    "pipeline": pipeline.measure,
    "journal": journal.measure,
    "load": load.measure,
    "memory": memory.measure,
    "desk": desk_speed.measure,
    "lists": list_speed.measure,
    "reports": report_speed.measure,
    "voice": voice.measure,
}

FAILURES = (RuntimeError, OSError, subprocess.SubprocessError, sqlite3.Error, LabError, PbxRootError)
"""What keeps one section from being measured, but not the others."""

WIDTH_OF_A_FILE = 140


def _interrupted(*_: object) -> NoReturn:
    """Everything that was started is ended on the way out."""
    sys.exit(130)


def main() -> int:
    """Measure, and print the table. A target that is missed is no failure of the bench."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures how fast it all is.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all of them without")
    parser.add_argument("--quick", action="store_true", help="smaller streams: less exact")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures there")
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    if unknown := set(given.sections) - SECTIONS.keys():
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    machine = this_machine()
    figures: list[Figure] = []
    failed = False
    progress = Console(stderr=True, highlight=False)
    for name, measure in SECTIONS.items():
        if given.sections and name not in given.sections:
            continue
        try:
            with progress.status(f"{name} ..."), tempfile.TemporaryDirectory(prefix=f"depok-bench-{name}-") as folder:
                figures.extend(measure(Path(folder), QUICK if given.quick else FULL))
        except FAILURES as error:
            progress.print(f"{name} could not be measured: {error}", style="red", markup=False)
            failed = True
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_OF_A_FILE
    print_table(console, str(machine), figures)
    if given.json is not None:
        whole = {"machine": machine.as_json(), "quick": given.quick, "figures": [f.as_json() for f in figures]}
        given.json.write_text(f"{json.dumps(whole, indent=2)}\n", "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
