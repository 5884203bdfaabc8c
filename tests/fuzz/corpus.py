"""Real inputs: what the lab's calls left, and what ships."""

import json
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path for path in (REPOSITORY / "tests" / "replay").iterdir() if path.is_dir())
SHIPPED = REPOSITORY / "depok_agi"

MESSAGES = 12
"""How many events of a recorded stream make one seed: short ones are mutated and read fast."""


def events(scenario: Path) -> list[dict[str, str]]:
    """The recorded AMI events of a call."""
    lines = (scenario / "events.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def windows(stream: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """The stream in parts, and the whole of it."""
    for start in range(0, len(stream), MESSAGES):
        yield stream[start : start + MESSAGES]
    yield stream


def parts(text: str, mark: str) -> Iterator[bytes]:
    """A TOML file, and each of its tables by itself."""
    yield text.encode()
    tables = text.split(f"\n{mark}")
    for table in tables[1:]:
        yield f"{mark}{table}".encode()
