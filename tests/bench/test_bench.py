"""The bench itself runs, and what is a proof rather than a speed is one: memory is flat, and no event is lost."""

import json
import subprocess
import sys
from pathlib import Path

from tests.bench import memory
from tests.bench.size import FULL


def test_two_million_events_leave_the_memory_flat(tmp_path: Path) -> None:
    (figure,) = memory.measure(tmp_path, FULL)
    assert FULL.memory_events == 2_000_000
    assert figure.ratio is not None
    assert figure.ratio <= memory.TARGET


def test_a_quick_run_measures_and_no_call_is_lost_at_that_rate(tmp_path: Path) -> None:
    raw = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--json", str(raw), "pipeline", "journal", "load"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(raw.read_text("utf-8"))["figures"]
    stored = [figure for figure in figures if figure["what"] == "calls in the store, ended"]
    assert [(figure["section"], figure["ratio"]) for figure in stored] == [
        ("pipeline", 1.0),
        ("journal", 1.0),
        ("load", 1.0),
    ]
