"""The peer's side: cacofonisk, run by the Python of a virtual environment of its own.

It is fed as its own FileRunner does it: only the kinds of events that it has a handler for, one after the other, into
the EventHandler, which tells a reporter; this reporter does nothing.
"""

import logging
from collections import Counter
from typing import Any

from cacofonisk.handlers import EventHandler  # type: ignore[import-not-found] # not in our environment
from cacofonisk.reporters import BaseReporter  # type: ignore[import-not-found]

from tests.bench import best_of

quiet = logging.getLogger("cacofonisk")
quiet.setLevel(logging.CRITICAL)


class Counting(BaseReporter):  # type: ignore[misc] # not in our environment
    """Counts what it is told, before the clock runs, to see that the peer understood the calls."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    def on_up(self, caller: Any, target: Any) -> None:  # noqa: ARG002 - the peer's signature
        self.told["up"] += 1

    def on_hangup(self, caller: Any, reason: str) -> None:  # noqa: ARG002 - the peer's signature
        self.told["hangup"] += 1


def _feed(events: list[best_of.Event], reporter: Any) -> int:
    handler = EventHandler(reporter=reporter, logger=quiet)
    interesting, on_event = handler.event_handlers().keys(), handler.on_event
    for event in events:
        if event["Event"] in interesting:
            on_event(event)
    return len(handler._channels)


def handle(events: list[best_of.Event]) -> None:
    """One round, with a reporter that does nothing."""
    _feed(events, BaseReporter())


def check(events: list[best_of.Event]) -> dict[str, Any]:
    """What the peer tells of the calls."""
    counting = Counting()
    left = _feed(events, counting)
    return {**counting.told, "channels left": left}


if __name__ == "__main__":
    best_of.main(handle, check)
