"""Our side: the events through the parser and the ledger, with the changes taken out as the daemon does."""

from collections import Counter
from typing import Any

from depok_agi.calls import events as ev
from depok_agi.calls.call import Switchboard
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord
from tests.bench import best_of

EVENTS_AT_ONCE = 5_000
"""The daemon's writer takes the changes out every 0.2 s: at 25,000 events a second, so many have come in meanwhile."""


def board() -> Switchboard:
    """The lab's."""
    return Switchboard("depok", frozenset({"trunk"}), {"PJSIP/101": "siti", "PJSIP/102": "budi"})


def handle(events: list[best_of.Event]) -> list[CallRecord]:
    """One round; all that was given out, a call once for each time that it changed."""
    ledger = Ledger(board())
    parse, apply = ev.parse, ledger.apply
    given_out = []
    for first in range(0, len(events), EVENTS_AT_ONCE):
        for raw in events[first : first + EVENTS_AT_ONCE]:
            event = parse(raw)
            if event is not None:
                apply(event)
        given_out += ledger.changes()[0]
    return given_out


def check(events: list[best_of.Event]) -> dict[str, Any]:
    """What became of the calls."""
    given_out = handle(events)
    outcomes = {record.id: str(record.outcome) for record in given_out}
    return {"records given out": len(given_out), "outcomes": Counter(outcomes.values())}


if __name__ == "__main__":
    best_of.main(handle, check)
