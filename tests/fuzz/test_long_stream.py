"""A ledger that hears nothing but damaged events, without an end, keeps no more than it may."""

import json
from collections.abc import Iterator

import pytest

from depok_agi.calls import events as ev
from depok_agi.calls import ledger as ledger_module
from depok_agi.calls.ledger import Ledger
from tests.fuzz.ledger_rules import BOARD, check
from tests.fuzz.mutation import Mutator
from tests.fuzz.targets import replay

INPUTS = 1_200
A_LISTING_EVERY = 100
"""Inputs; of a running centre, a minute (`daemon.AUDIT_SECONDS`)."""

REMEMBERED = 50


def test_a_long_stream_of_damaged_events_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "REMEMBER_AT_MOST", REMEMBERED)
    ledger = Ledger(BOARD)
    kept: list[int] = []
    heard = 0
    for count, event in enumerate(_damaged(), 1):
        ledger.apply(event)
        heard += 1
        if count % A_LISTING_EVERY == 0:
            check(ledger)
            ledger.apply(ev.ChannelsListed(ev.LATEST, ()))
            assert ledger.open == []
            kept.append(len({id(call) for call in ledger._calls.values()}))
    assert heard > INPUTS
    assert len(kept) > 20
    assert max(kept) <= REMEMBERED + A_LISTING_EVERY


def _damaged() -> Iterator[ev.Event]:
    mutator = Mutator("long stream")
    known = [seed for seed in replay.seeds() if not seed.startswith(b"[")]
    for _ in range(INPUTS):
        for line in mutator.pick(known).split(b"\n"):
            try:
                raw = json.loads(line)
            except (ValueError, RecursionError):
                continue
            event = ev.parse({key: str(value) for key, value in raw.items()}) if isinstance(raw, dict) else None
            if event is not None:
                yield event
