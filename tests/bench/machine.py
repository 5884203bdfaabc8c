"""The machine that a figure was measured on: without it the figure says nothing."""

import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """What may make another figure elsewhere."""

    cores: int
    cpu: str
    python: str
    sqlite: str
    system: str
    load: float
    """What was going on besides, when the bench began: the load average of the last minute."""

    def __str__(self) -> str:
        return (
            f"{self.cores} cores of {self.cpu}, Python {self.python}, SQLite {self.sqlite}, {self.system}, "
            f"load {self.load:.2f} at the start"
        )

    def as_json(self) -> dict[str, object]:
        """For scripts."""
        return asdict(self)


def this_machine() -> Machine:
    """The one that this runs on."""
    return Machine(
        cores=os.cpu_count() or 1,
        cpu=_cpu_model(),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
    )


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
