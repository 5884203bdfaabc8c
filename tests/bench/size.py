"""How big everything is that is measured with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CitySize:
    """A store after some years; `pending` counts the citizens who wait for a call, `days` is how far back it goes."""

    calls: int
    tickets: int
    pending: int
    days: int = 730


@dataclass(frozen=True)
class Size:
    """In events, lines, seconds and rounds."""

    ledger_events: int
    pipeline_events: int
    pipeline_rounds: int
    journal_lines: int
    load_seconds: int
    memory_events: int
    city: CitySize
    command_rounds: int
    console_calls: int
    report_rounds: int
    steps: int
    forked_steps: int
    step_rounds: int
    first_words: int


FULL = Size(
    ledger_events=20_000,
    pipeline_events=40_000,
    pipeline_rounds=3,
    journal_lines=60_000,
    load_seconds=30,
    memory_events=2_000_000,
    city=CitySize(calls=1_000_000, tickets=200_000, pending=20_000),
    command_rounds=10,
    console_calls=10_000,
    report_rounds=3,
    steps=400,
    forked_steps=40,
    step_rounds=4,
    first_words=200,
)
QUICK = Size(
    ledger_events=4_000,
    pipeline_events=4_000,
    pipeline_rounds=1,
    journal_lines=6_000,
    load_seconds=4,
    memory_events=300_000,
    city=CitySize(calls=20_000, tickets=4_000, pending=400),
    command_rounds=3,
    console_calls=500,
    report_rounds=2,
    steps=100,
    forked_steps=10,
    step_rounds=2,
    first_words=40,
)
