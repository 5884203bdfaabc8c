"""Catches up with what was missed, from Asterisk's own journal through the same ledger as the live events.

While the daemon listens, it only notes how far the journal's files have grown. After a login it reads what was written
since the last note that is surely covered by live events, which is older than any link that could have been dead
without being noticed. What it reads twice changes nothing.
"""

import asyncio
import heapq
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from depok_agi.asterisk import journal_file
from depok_agi.asterisk.journal_file import Position
from depok_agi.calls import events as ev
from depok_agi.calls.call import QUEUE_LOG_NEAR
from depok_agi.calls.journal import NotUnderstoodError, parse_cdr, parse_cel, parse_queue_log
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
CDR = "cdr"
"""Read only where there is no CEL: it says less, and nothing of calls that were up when Asterisk crashed."""


def now() -> int:
    """The time in microseconds UTC."""
    return int(time.time() * ev.MICROSECONDS)


def turn(event: ev.Event) -> int:
    """When it is an event's turn among those of all journals: by time, but queue_log after whatever it can be about.

    And the CDR's last word of a call after what queue_log has of it.
    """
    late = 0 if event.channel else QUEUE_LOG_NEAR
    if isinstance(event, ev.CallDetailed):
        late = 2 * QUEUE_LOG_NEAR
    return (event.at or 0) + late


class Recovery:
    """What is covered, and catching up with the rest."""

    def __init__(self, pbx: str, files: Mapping[str, Path], heard: Heard | None) -> None:
        self._pbx = pbx
        self._files = files
        self._heard_until = heard.until if heard else None
        self._notes: deque[tuple[float, dict[str, Position]]] = deque()
        self._positions: dict[str, Position] = dict(heard.positions) if heard else {}
        self._listening = False
        self._gap: tuple[int, int | None] | None = None
        self._touched: dict[str, Outcome | None] = {}
        self._gaps: list[Gap] = []
        self._odd_lines = 0
        self._behind: set[str] = set()
        self._unfinished: tuple[int, int | None] | None = None

    @property
    def ended_since(self) -> int:
        """Calls that ended since are to be taken up again at the start: what is read twice must find them."""
        return 0 if self._heard_until is None else self._heard_until - REMEMBER

    @property
    def heard_until(self) -> int | None:
        """Until when events were heard (microseconds UTC); None before the first login ever."""
        return self._heard_until

    @property
    def is_listening(self) -> bool:
        """Is the link up, and is everything caught up with?"""
        return self._listening

    @property
    def is_behind(self) -> bool:
        """Could a journal not be read, so that there is something left to catch up with?"""
        return bool(self._behind)

    def link_down(self) -> None:
        """Nothing is heard from now on, and maybe not since a while."""
        if self._listening:
            self._heard_until = now()
        self._listening = False
        self._notes.clear()

    def note(self) -> None:
        """Note how far the files have grown; to be called about once a second, when no event waits."""
        if not self._listening:
            return
        clock = time.monotonic()
        self._notes.append((clock, self._ends()))
        while self._notes and clock - self._notes[0][0] >= SURE_AFTER:
            _, ends = self._notes.popleft()
            self._positions.update({name: end for name, end in ends.items() if name not in self._behind})
        self._heard_until = now()

    def covered(self) -> Heard | None:
        """What may be written together with all calls that the ledger has given out; each gap is given out once."""
        if self._heard_until is None or not self._listening:
            return None
        heard = Heard(self._heard_until, dict(self._positions), tuple(self._gaps))
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
        elif self._listening:
            self._gap = self._unfinished  # what could not be read then
        else:
            self._gap = self._heard_until, None
        self._odd_lines = 0
        for count, event in enumerate(self._unread(), 1):
            take(event)
            if count % EVENTS_AT_ONCE == 0:
                give_out()
                await asyncio.sleep(0)
        give_out()
        if self._odd_lines:
            log.warning("%d lines of Asterisk's journal could not be understood", self._odd_lines)

    def touched(self, records: list[CallRecord]) -> None:
        """What changed while catching up."""
        if not self._listening or self._gap is not None:
            missed = [r for r in records if r.source is not Source.LIVE or r.outcome is Outcome.UNKNOWN]
            self._touched.update({record.id: record.outcome for record in missed})

    def caught_up(self) -> None:
        """The channels that are up are known too: from now on the log is live."""
        self._heard_until = now()
        self._listening = True
        if self._gap is not None:
            since, until = self._gap[0], self._gap[1] or self._heard_until
            self._unfinished = (since, until) if self._behind else None
            if until - since >= SHORTEST_GAP:
                self._tell_gap(since, until)
        self._gap = None
        self._touched.clear()

    def _tell_gap(self, since: int, until: int) -> None:
        outcomes = Counter(outcome for outcome in self._touched.values() if outcome is not None)
        unknown = outcomes.pop(Outcome.UNKNOWN, 0)
        recovered = outcomes.total()
        self._gaps.append(Gap(self._pbx, since, until, recovered, unknown))
        seconds = (until - since) // ev.MICROSECONDS
        log.info("nobody listened for %d s: %d calls recovered, %d unknown", seconds, recovered, unknown)

    def _ends(self) -> dict[str, Position]:
        ends = {name: journal_file.end(path) for name, path in self._files.items()}
        return {name: position for name, position in ends.items() if position is not None}

    def _unread(self) -> Iterator[ev.Event]:
        """The events of all files, in the order in which the ledger is to have them."""
        if CEL in self._positions or self._files[CEL].exists():
            channels = self._events(CEL, parse_cel)
        else:
            channels = iter(sorted(self._events(CDR, parse_cdr), key=turn))  # written at the end of what it tells
        return heapq.merge(channels, self._events(QUEUE_LOG, parse_queue_log), key=turn)

    def _events(self, name: str, parse: Callable[[str], list[ev.Event]]) -> Iterator[ev.Event]:
        path = self._files[name]
        try:
            for lines, position in journal_file.read(
                path, self._positions.get(name), since_time=self._since_time(), note_unreadable=_say_unreadable
            ):
                for line in lines:
                    try:
                        yield from parse(line)
                    except NotUnderstoodError:
                        self._odd_lines += 1
                self._positions[name] = position
        except OSError as error:
            if name not in self._behind:
                _say_unreadable(path, error)
            self._behind.add(name)
        else:
            self._behind.discard(name)

    def _since_time(self) -> int | None:
        """Rotated files that are older than this were surely covered."""
        return None if self._heard_until is None else self._heard_until - 2 * int(SURE_AFTER) * ev.MICROSECONDS


def _say_unreadable(path: Path, error: OSError) -> None:
    log.warning("Asterisk's journal %s cannot be read: %s", path.name, error)
