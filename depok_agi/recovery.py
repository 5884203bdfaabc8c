"""Catches up with what was missed, from Asterisk's own journal through the same ledger as the live events.

While the daemon listens, it only notes how far the journal's files have grown. After a login it reads what was written
since the last note that is surely covered by live events, which is older than any link that could have been dead
without being noticed. What it reads twice changes nothing.
"""

import asyncio
import heapq
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from depok_agi.asterisk import journal_file
from depok_agi.asterisk.journal_file import Position
from depok_agi.calls import events as ev
from depok_agi.calls.call import QUEUE_LOG_NEAR
from depok_agi.calls.journal import NotUnderstoodError, parse_cel, parse_queue_log
from depok_agi.calls.ledger import REMEMBER
from depok_agi.calls.record import CallRecord, Outcome, Source
from depok_agi.desk.journal import Gap, Heard

log = logging.getLogger(__name__)

SURE_AFTER = 20.0
"""Seconds after which live events are surely taken: longer than a half-open link stays unnoticed (ping and pong)."""

SHORTEST_GAP = 2 * ev.MICROSECONDS
EVENTS_AT_ONCE = 500

CEL = "cel"
QUEUE_LOG = "queue_log"


def now() -> int:
    """The time in microseconds UTC."""
    return int(time.time() * ev.MICROSECONDS)


class Recovery:
    """What is covered, and catching up with the rest."""

    def __init__(self, pbx: str, files: Mapping[str, Path], heard: Heard | None) -> None:
        self._pbx = pbx
        self._files = files
        self._heard_until = heard.until if heard else None
        self._notes: deque[tuple[float, dict[str, Position]]] = deque()
        self._positions: dict[str, Position] = dict(heard.positions) if heard else {}
        self._listening = False
        self._gap_since: int | None = None
        self._touched: dict[str, CallRecord] = {}
        self._gaps: list[Gap] = []
        self._odd_lines = 0

    @property
    def ended_since(self) -> int:
        """Calls that ended since are to be taken up again at the start: what is read twice must find them."""
        return 0 if self._heard_until is None else self._heard_until - REMEMBER

    @property
    def is_listening(self) -> bool:
        """Is the link up, and is everything caught up with?"""
        return self._listening

    def link_down(self) -> None:
        """Nothing is heard from now on, and maybe not since a while."""
        self._listening = False
        self._notes.clear()

    def note(self) -> None:
        """Note how far the files have grown; to be called about once a second, when no event waits."""
        if not self._listening:
            return
        clock = time.monotonic()
        self._notes.append((clock, self._ends()))
        while self._notes and clock - self._notes[0][0] >= SURE_AFTER:
            self._positions = self._notes.popleft()[1]
        self._heard_until = now()

    def covered(self) -> Heard | None:
        """What may be written together with all calls that the ledger has given out; each gap is given out once."""
        if self._heard_until is None or not self._listening:
            return None
        heard = Heard(self._heard_until, self._positions, tuple(self._gaps))
        self._gaps.clear()
        return heard

    def give_back(self, heard: Heard) -> None:
        """It could not be written: its gaps are given out again."""
        self._gaps[:0] = heard.gaps

    async def catch_up(self, take: Callable[[ev.Event], None], give_out: Callable[[], None]) -> None:
        """Read what was written since the last time and put it through the ledger, which gives out in pieces."""
        self._touched.clear()
        if self._heard_until is None:
            self._positions = self._ends()  # what was before the first start is none of this log's
        else:
            self._gap_since = self._heard_until
        self._odd_lines = 0
        try:
            for count, event in enumerate(self._unread()):
                take(event)
                if count % EVENTS_AT_ONCE == 0:
                    give_out()
                    await asyncio.sleep(0)
        except OSError as error:
            log.warning("Asterisk's journal cannot be read: %s", error)
        if self._odd_lines:
            log.warning("%d lines of Asterisk's journal could not be understood", self._odd_lines)

    def touched(self, records: list[CallRecord]) -> None:
        """What changed while catching up."""
        if not self._listening:
            self._touched.update({record.id: record for record in records})

    def caught_up(self) -> None:
        """The channels that are up are known too: from now on the log is live."""
        until = now()
        if self._gap_since is not None and until - self._gap_since >= SHORTEST_GAP:
            ended = [record for record in self._touched.values() if record.ended]
            unknown = sum(record.outcome is Outcome.UNKNOWN for record in ended)
            recovered = sum(
                record.source is not Source.LIVE and record.outcome is not Outcome.UNKNOWN for record in ended
            )
            self._gaps.append(Gap(self._pbx, self._gap_since, until, recovered, unknown))
            seconds = (until - self._gap_since) // ev.MICROSECONDS
            log.info("nobody listened for %d s: %d calls recovered, %d unknown", seconds, recovered, unknown)
        self._gap_since = None
        self._touched.clear()
        self._listening = True
        self._heard_until = until

    def _ends(self) -> dict[str, Position]:
        ends = {name: journal_file.end(path) for name, path in self._files.items()}
        return {name: position for name, position in ends.items() if position is not None}

    def _unread(self) -> Iterator[ev.Event]:
        """The events of both files, by time; those of queue_log after whatever they can be about."""

        def moment(event: ev.Event) -> int:
            late = 0 if event.channel else QUEUE_LOG_NEAR
            return (event.at or 0) + late

        cel = self._events(CEL, parse_cel)
        queue_log = self._events(QUEUE_LOG, parse_queue_log)
        return heapq.merge(cel, queue_log, key=moment)

    def _events(self, name: str, parse: Callable[[str], list[ev.Event]]) -> Iterator[ev.Event]:
        for lines, position in journal_file.read(self._files[name], self._positions.get(name)):
            for line in lines:
                try:
                    yield from parse(line)
                except NotUnderstoodError:
                    self._odd_lines += 1
            self._positions[name] = position
