"""The peer that the ledger is measured against, in a virtual environment of its own; `scripts/bench` makes it."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = REPOSITORY / ".cache" / "bench-peer" / "bin" / "python"


def is_there() -> bool:
    """Has it been made?"""
    return PYTHON.exists()
