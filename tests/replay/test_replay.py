"""Streams recorded on a real PBX (`python -m tests.lab.record`) give the records beside them, cut anywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner

from depok_agi.calls.call import Switchboard
from depok_agi.calls.events import parse
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord
from depok_agi.cli import root

HERE = Path(__file__).parent
SCENARIOS = sorted(folder.name for folder in HERE.iterdir() if (folder / "events.jsonl").exists())
BOARD = Switchboard("depok", frozenset({"trunk"}))

OUTCOMES = {
    "abandoned_in_queue": "abandoned",
    "answered": "answered",
    "callback_by_key": "callback",
    "closed_left_nothing": "closed",
    "internal_answered": "answered",
    "left_in_menu": "left_menu",
    "no_operator": "no_operator",
    "outbound_answered": "answered",
    "outbound_busy": "busy",
    "outbound_cancelled": "cancelled",
    "outbound_no_answer": "no_answer",
    "queue_timeout": "timeout",
    "ring_no_answer_then_answered": "answered",
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEPOK_AGI_CONFIG", str(tmp_path / "none.toml"))


def stream(name: str) -> Path:
    return HERE / name / "events.jsonl"


def expected(name: str) -> Any:
    return json.loads((HERE / name / "expected.json").read_text("utf-8"))


@cache
def events(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream(name).read_text("utf-8").splitlines()]


class Log:
    """What the store would hold."""

    def __init__(self, ledger: Ledger | None = None, kept: Iterable[CallRecord] = ()) -> None:
        self.ledger = ledger or Ledger(BOARD)
        self.records = {record.id: record for record in kept}

    def hear(self, stream: Iterable[dict[str, str]]) -> Self:
        for raw in stream:
            event = parse(raw)
            if event is None:
                continue
            self.ledger.apply(event)
            changed, dropped = self.ledger.changes()
            self.records |= {record.id: record for record in changed}
            for old in dropped:
                self.records.pop(old, None)
        return self


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_command_prints_the_record(name: str) -> None:
    done = CliRunner().invoke(root, ["calls", "replay", str(stream(name))])
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == expected(name)


def test_the_command_as_a_process_prints_the_same() -> None:
    path = stream("answered")
    done = subprocess.run(
        [sys.executable, "-m", "depok_agi", "calls", "replay", "-"],
        input=path.read_bytes(),
        capture_output=True,
        check=True,
        env=dict(os.environ),
    )
    assert json.loads(done.stdout) == expected("answered")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_one_call_with_its_outcome(name: str) -> None:
    (call,) = expected(name)
    assert call["outcome"] == OUTCOMES[name]


def test_no_scenario_is_missing() -> None:
    assert sorted(OUTCOMES) == SCENARIOS


def test_the_streams_hold_no_number_but_the_labs_own() -> None:
    numbers = {raw[key] for name in SCENARIOS for raw in events(name) for key in raw if key.endswith(("Num", "Exten"))}
    citizens = {number for number in numbers if number.isdigit() and len(number) > 7}
    assert citizens
    assert all(number.startswith("08110000") for number in citizens)


@pytest.mark.parametrize("name", SCENARIOS)
def test_begun_at_any_line_it_gives_at_most_one_record_of_the_call(name: str) -> None:
    (whole,) = expected(name)
    for first in range(len(events(name))):
        log = Log().hear(events(name)[first:])
        assert log.ledger.open == []
        assert len(log.records) <= 1
        for record in log.records.values():
            assert record.ended
            assert record.outcome in {whole["outcome"], "unknown"}
            assert set(record.uniqueids) <= set(whole["uniqueids"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_halves_heard_twice_give_the_same_record(name: str) -> None:
    whole = Log().hear(events(name)).records
    for middle in range(len(events(name))):
        first, second = events(name)[:middle], events(name)[middle:]
        assert Log().hear([*first, *first, *second, *second]).records == whole
        assert Log().hear([*first, *second, *first, *second]).records == whole


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_daemon_that_starts_again_between_two_events_writes_the_same_record(name: str) -> None:
    whole = Log().hear(events(name)).records
    for middle in range(len(events(name))):
        before = Log().hear(events(name)[:middle])
        ledger = Ledger(BOARD)
        ledger.resume(record for record in before.records.values() if not record.ended)
        assert Log(ledger, before.records.values()).hear(events(name)[middle:]).records == whole
