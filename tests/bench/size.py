"""How big the streams are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """In events, lines and seconds."""

    ledger_events: int
    pipeline_events: int
    pipeline_rounds: int
    journal_lines: int
    load_seconds: int
    memory_events: int


FULL = Size(
    ledger_events=20_000,
    pipeline_events=40_000,
    pipeline_rounds=3,
    journal_lines=60_000,
    load_seconds=30,
    memory_events=2_000_000,
)
QUICK = Size(
    ledger_events=4_000,
    pipeline_events=4_000,
    pipeline_rounds=1,
    journal_lines=6_000,
    load_seconds=4,
    memory_events=300_000,
)
