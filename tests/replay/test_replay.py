"""Streams recorded on a real PBX (`python -m tests.lab.record`) give the records beside them, cut anywhere.

Beside each stream lie Asterisk's own journals of the same calls, which give the same records again.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.calls.events import Event, HungUp, parse
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Outcome, Source
from depok_agi.cli import root
from tests.lab import agreement
from tests.lab.agreement import BOARD
from tests.lab.call_scenarios import SCENARIOS
from tests.lab.played import as_wanted

HERE = Path(__file__).parent
NAMES = list(SCENARIOS)
OPERATORS = """\
[pbx]
operators = { "PJSIP/101" = "siti", "PJSIP/102" = "budi", "PJSIP/103" = "tono" }
[ami]
secret = "not used"
"""


@pytest.fixture(autouse=True)
def _settings_of_the_lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "depok-agi.toml"
    settings.write_text(OPERATORS)
    monkeypatch.setenv("DEPOK_AGI_CONFIG", str(settings))


def stream(name: str) -> Path:
    return HERE / name / "events.jsonl"


def lines(name: str, file: str) -> list[str]:
    return (HERE / name / file).read_text("utf-8").splitlines()


@cache
def expected(name: str) -> Any:
    return json.loads((HERE / name / "expected.json").read_text("utf-8"))


@cache
def raw(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines(name, "events.jsonl")]


@cache
def events(name: str) -> list[Event]:
    return [event for one in raw(name) if (event := parse(one)) is not None]


class Log:
    """What the store would hold."""

    def __init__(self, ledger: Ledger | None = None, kept: Iterable[CallRecord] = ()) -> None:
        self.ledger = ledger or Ledger(BOARD)
        self.records = {record.id: record for record in kept}

    def hear(self, *streams: Sequence[Event], source: Source = Source.LIVE) -> dict[str, CallRecord]:
        """Each stream is written down at its end."""
        for one in streams:
            for event in one:
                self.ledger.apply(event, source)
            changed, dropped = self.ledger.changes()
            self.records |= {record.id: record for record in changed}
            for old in dropped:
                self.records.pop(old, None)
        return self.records


def test_every_scenario_is_recorded_and_no_other() -> None:
    assert sorted(folder.parent.name for folder in HERE.glob("*/events.jsonl")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_the_records(name: str) -> None:
    done = CliRunner().invoke(root, ["calls", "replay", str(stream(name))])
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == expected(name)


def test_the_command_as_a_process_prints_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "depok_agi", "calls", "replay", "-"],
        input=stream("answered").read_bytes(),
        capture_output=True,
        check=True,
        env=dict(os.environ),
    )
    assert json.loads(done.stdout) == expected("answered")


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_is_called_what_it_was(name: str) -> None:
    assert as_wanted(expected(name), SCENARIOS[name].wanted) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_journals_alone_give_the_same_calls(name: str) -> None:
    found = agreement.recovered(lines(name, "cel.csv"), lines(name, "queue_log"))
    assert len(found) == len(expected(name))
    for call, other in zip(expected(name), found, strict=True):
        assert agreement.differences(call, other) == []


@pytest.mark.parametrize("name", NAMES)
def test_queue_log_and_cdr_say_the_same(name: str) -> None:
    assert agreement.faults_by_queue_log(expected(name), lines(name, "queue_log")) == []
    assert agreement.faults_by_cdr(expected(name), lines(name, "cdr.csv")) == []


ONLY_CEL_TELLS = {
    "attended_transfer_to_application": "that the operator's second call is part of it",
    "attended_transfer_to_device": "which of the rows, all by one operator, came first",
    "attended_transfer_to_queue": "the same",
    "blonde_transfer_to_device": "who was rung for whom",
    "callback_placed": "when the operator had heard the number, and the talk began",
    "click_to_call_by_local_channel": "which of the rows is about a phone",
    "click_to_call_operator_away": "that nobody was dialled yet",
    "conference": "that those who were in one room belong together",
    "forwarded_by_the_phone": "who was behind the Local channel",
    "group_pickup": "who took the call",
    "parked_and_taken_back": "the same",
    "through_a_local_channel": "the same",
}
"""And the CDR cannot: there the calls are known, but less of them."""


@pytest.mark.parametrize("name", NAMES)
def test_where_cel_is_off_cdr_and_queue_log_still_have_every_call(name: str) -> None:
    found = {call["id"]: call for call in agreement.recovered([], lines(name, "queue_log"), lines(name, "cdr.csv"))}
    assert {call["id"] for call in expected(name)} <= set(found)
    for call in expected(name):
        other = found[call["id"]]
        if call["direction"] == "inbound":
            assert agreement.differences({"started_at": call["started_at"]}, {"started_at": other["started_at"]}) == []
            assert (other["direction"], other["caller_raw"]) == ("inbound", call["caller_raw"])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ONLY_CEL_TELLS])
def test_where_cel_is_off_cdr_and_queue_log_mostly_say_what_became_of_it(name: str) -> None:
    found = agreement.recovered([], lines(name, "queue_log"), lines(name, "cdr.csv"))
    assert len(found) == len(expected(name))
    for call, other in zip(expected(name), found, strict=True):
        assert other["outcome"] in {call["outcome"], *LESS_IS_KNOWN.get(call["outcome"], ())}
        if call["outcome"] == "answered":
            assert (other["operator"], other["wait_seconds"]) == (call["operator"], call["wait_seconds"])
            assert abs(other["talk_seconds"] - call["talk_seconds"]) <= 2


LESS_IS_KNOWN = {
    "closed": ("unknown",),
    "callback": ("unknown", "timeout", "abandoned"),
    "left_menu": ("unknown",),
    "full": ("unknown",),
    "cancelled": ("no_answer",),
    "abandoned": ("no_operator",),
    "failed": ("busy",),
    "no_operator": ("unknown",),
}
"""The CDR knows no menu steps, no queue that took nobody in, and no caller who gave up."""


def test_the_streams_hold_no_number_but_the_labs_own() -> None:
    numbers = {one[key] for name in NAMES for one in raw(name) for key in one if key.endswith(("Num", "Exten"))}
    citizens = {number for number in numbers if number.isdigit() and len(number) > 7}
    assert citizens
    assert all(number.startswith("08110000") for number in citizens)


@pytest.mark.parametrize("name", NAMES)
def test_begun_at_any_line_it_gives_honest_records_of_the_same_calls(name: str) -> None:
    whole = Log().hear(events(name))
    outcomes = {record.outcome for record in whole.values()} | {"unknown", "failed"}
    legs = {uniqueid for record in whole.values() for uniqueid in record.uniqueids}
    for first in range(len(events(name))):
        log = Log()
        records = log.hear(events(name)[first:])
        assert log.ledger.open == []
        seen = [uniqueid for record in records.values() for uniqueid in record.uniqueids]
        assert len(seen) == len(set(seen))
        assert set(seen) <= legs
        for record in records.values():
            assert record.ended
            assert record.outcome in outcomes | {"abandoned", "no_operator", "cancelled", "left_menu"}
            assert record.direction is not None
            if record.outcome == "answered":
                assert record.talks


@pytest.mark.parametrize("name", NAMES)
def test_halves_heard_twice_give_the_same_records(name: str) -> None:
    whole = Log().hear(events(name))
    for middle in range(len(events(name))):
        first, second = events(name)[:middle], events(name)[middle:]
        assert Log().hear([*first, *first], [*second, *second]) == whole
        assert Log().hear([*first, *second], first, second) == whole


@pytest.mark.parametrize("name", NAMES)
def test_a_daemon_that_starts_again_between_two_events_writes_the_same_records(name: str) -> None:
    whole = Log().hear(events(name))
    for middle in range(len(events(name))):
        before = Log()
        before.hear(events(name)[:middle])
        ledger = Ledger(BOARD)
        ledger.resume(before.ledger.states(before.records.values()).items())
        assert Log(ledger, before.records.values()).hear(events(name)[middle:]) == whole


@pytest.mark.parametrize("name", NAMES)
def test_live_until_anywhere_and_then_the_journal_is_the_same_call(name: str) -> None:
    """A daemon that is killed in mid-call reads all of that call's journal: half of it says nothing new."""
    journal = list(agreement.by_time(lines(name, "cel.csv"), lines(name, "queue_log")))
    for middle in range(0, len(events(name)), 3):
        log = Log()
        log.hear(events(name)[:middle])
        records = log.hear(journal, source=Source.RECOVERED)
        assert log.ledger.open == []
        found = [agreement.shown(record) for record in sorted(records.values(), key=lambda r: r.started_at or 0)]
        assert len(found) == len(expected(name))
        for call, other in zip(expected(name), found, strict=True):
            assert agreement.differences(call, other) == []


@st.composite
def garbled(draw: st.DrawFn) -> tuple[str, list[Event]]:
    """A recorded stream out of order, cut off, with events lost and events twice."""
    name = draw(st.sampled_from(NAMES))
    whole = events(name)
    positions = st.integers(0, len(whole) - 1)
    order = draw(
        st.one_of(
            st.permutations(range(len(whole))),
            st.lists(positions, max_size=2 * len(whole)),
            st.tuples(positions, positions).map(lambda ends: list(range(min(ends), max(ends) + 1))),
            st.sets(positions).map(lambda lost: [n for n in range(len(whole)) if n not in lost]),
        )
    )
    return name, [whole[n] for n in order]


@given(garbled(), st.lists(st.integers(0, 200), max_size=4))
@settings(max_examples=200, deadline=None)
def test_in_any_order_with_any_part_lost_or_twice_every_call_is_one_record_with_one_outcome(
    given_: tuple[str, list[Event]], written_at: list[int]
) -> None:
    name, stream = given_
    log = Log()
    cuts = sorted({min(cut, len(stream)) for cut in written_at} | {0, len(stream)})
    log.hear(*(stream[first:last] for first, last in pairwise(cuts)))
    hung_up = [HungUp(None, leg, "", channel, 16) for leg, channel in legs(name).items()]
    records = log.hear(hung_up).values()
    assert log.ledger.open == []
    seen = [uniqueid for record in records for uniqueid in record.uniqueids]
    assert len(seen) == len(set(seen))
    assert set(seen) == set(legs(name))
    outcomes = Counter(record.outcome for record in records)
    assert outcomes.total() == len(records)
    assert None not in outcomes
    assert set(outcomes) <= set(Outcome)


@cache
def legs(name: str) -> dict[str, str]:
    return {event.uniqueid: event.channel for event in events(name) if event.uniqueid}
