"""The city's tickets, and the one history of all of them, chained as the store chains it."""

import heapq
import itertools
import json
import random
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from depok_agi.store import history
from depok_agi.store.times import microseconds
from depok_agi.tickets import number as numbers
from depok_agi.tickets.status import TicketAction
from depok_agi.tickets.ticket import AREAS, TicketChannel
from tests.bench.bulk import Bulk
from tests.bench.city_calls import Heard
from tests.bench.city_lives import Ending, Life, Step
from tests.bench.city_people import OPERATORS, ORIGIN, SUBJECTS, someone
from tests.bench.city_times import DAY, HOUR, MINUTE, WorkingDays, moments

BY_PHONE = 0.75
WITH_NUMBER = 0.9
"""Of those that came in otherwise."""
OTHERWISE = tuple(channel for channel in TicketChannel if channel not in {TicketChannel.PHONE, TicketChannel.MESSAGE})

FLOOD = 0.015
"""Of all tickets: what came in during the last three days, by other ways than the phone."""
NEW, IN_TIME, LATE, ANSWERED = 0.0015, 0.011, 0.004, 0.005
"""Of all tickets: what is not closed. The first two are of the flood."""

CLOSED = (92, 8)
"""Of a hundred closed ones: how many an OPD has answered, and how many the centre at once."""

SECRET = 0.03

_COLUMNS = (
    "serial",
    "number",
    "opened_at",
    "citizen",
    "area",
    "opd",
    "clock",
    "forwarded_at",
    "due_at",
    "due_elapsed_at",
    "due_working_days_at",
    "answered_at",
    "closed_at",
    "forwarding",
    "revision",
)
"""Those that a `Life` has under the same names."""
_columns = attrgetter(*_COLUMNS)
_DETAIL = json.JSONEncoder(sort_keys=True)
"""As store/history.py writes it."""

_HISTORY = ("ticket", "at", "actor", "action", "detail", "text_digest", "origin", "previous", "hash")


class Told(NamedTuple):
    """An answer that a citizen was told, in this callback, or is to be told: then there is none yet."""

    ticket: int
    number: str
    citizen: int
    answered_at: int
    closed_at: int | None
    callback: int | None


class _Opened(NamedTuple):
    at: int
    ending: Ending
    heard: Heard | None


_Waiting = tuple[int, int, Step, Life, Iterator[Step]]
"""The next step of a ticket's life: its time, the ticket's serial, itself, and what follows it."""


def fill(
    bulk: Bulk, tickets: int, spoke: list[Heard], citizens: int, now: datetime, days: int, drawn: random.Random
) -> list[Told]:
    """So many tickets, most of them from calls in which people spoke. Gives the answers, as the tickets ended."""
    writer = _Writer(bulk, drawn)
    working_days, end = WorkingDays(now, days), microseconds(now)
    waiting: list[_Waiting] = []
    for life, ending in _lives(_opened(tickets, spoke, now, days, drawn), citizens, drawn):
        writer.write(waiting, life.opened_at)
        _wait(waiting, life, life.steps(ending, end, working_days, drawn))
    writer.write(waiting, end)
    writer.end()
    return writer.told


def _opened(tickets: int, spoke: list[Heard], now: datetime, days: int, drawn: random.Random) -> list[_Opened]:
    """When each was opened, in which call, and what is to become of it; in order."""
    end = microseconds(now)
    flood = sorted(end - int(drawn.uniform(10 * MINUTE, 70 * HOUR)) for _ in range(round(FLOOD * tickets)))
    new, in_time = round(NEW * tickets), round(IN_TIME * tickets)
    by_phone = min(round(BY_PHONE * tickets), len(spoke))
    others = moments(tickets - by_phone - len(flood), now, days, drawn)
    told = [*((heard.at, heard) for heard in drawn.sample(spoke, by_phone)), *((at, None) for at in others)]
    late = _some(told, end - 60 * DAY, end - 14 * DAY, round(LATE * tickets), drawn)
    answered = _some(told, end - 30 * DAY, end - 5 * DAY, round(ANSWERED * tickets), drawn) - late
    endings = dict.fromkeys(answered, Ending.ANSWERED) | dict.fromkeys(late, Ending.FORWARDED)
    closed = (Ending.TOLD, Ending.AT_ONCE)
    opened = [
        _Opened(at, endings.get(place) or drawn.choices(closed, CLOSED)[0], heard)
        for place, (at, heard) in enumerate(told)
    ]
    of_flood = [Ending.AT_ONCE] * (len(flood) - new - in_time) + [Ending.FORWARDED] * in_time + [Ending.NEW] * new
    opened += [_Opened(at, ending, None) for at, ending in zip(flood, of_flood, strict=True)]
    return sorted(opened, key=lambda one: one.at)


def _some(told: list[tuple[int, Heard | None]], since: int, until: int, count: int, drawn: random.Random) -> set[int]:
    """The places of some that were told between two moments."""
    places = [place for place, (at, _) in enumerate(told) if since <= at < until]
    return set(drawn.sample(places, min(count, len(places))))


def _lives(opened: list[_Opened], citizens: int, drawn: random.Random) -> Iterator[tuple[Life, Ending]]:
    callbacks = itertools.count(1)
    for serial, (at, ending, heard) in enumerate(opened, numbers.FIRST_SERIAL):
        channel, citizen = TicketChannel.PHONE, None if heard is None else heard.citizen
        if heard is None:
            channel = drawn.choice(OTHERWISE)
            citizen = someone(citizens, drawn) if drawn.random() < WITH_NUMBER else None
        yield (
            Life(
                serial=serial,
                number=numbers.make(serial),
                opened_at=at,
                channel=channel,
                citizen=citizen,
                call=None if heard is None else heard.call,
                subject=drawn.choice(SUBJECTS),
                area=drawn.choice(AREAS),
                callback=next(callbacks) if ending is Ending.TOLD and citizen is not None else None,
            ),
            ending,
        )


def _wait(waiting: list[_Waiting], life: Life, steps: Iterator[Step]) -> bool:
    """The next step of a ticket's life waits for its time, if there is one."""
    step = next(steps, None)
    if step is None:
        return False
    heapq.heappush(waiting, (step.at, life.serial, step, life, steps))
    return True


class _Writer:
    """Writes what happens, as it happens, and each ticket when nothing more does."""

    def __init__(self, bulk: Bulk, drawn: random.Random) -> None:
        self.told: list[Told] = []
        self._bulk = bulk
        self._drawn = drawn
        self._entries, self._hash = 0, history.FIRST_HASH
        self._history = bulk.into("ticket_history", "id", *_HISTORY)
        self._texts = bulk.into("ticket_texts", "history", "salt", "text")
        self._tickets = bulk.into("tickets", "secret", "category", "channel", "status", *_COLUMNS)
        self._calls = bulk.into("ticket_calls", "ticket", "call")
        self._views = bulk.into("ticket_views", "ticket", "actor", "at", "revision")

    def write(self, waiting: list[_Waiting], until: int) -> None:
        """All that happened by this moment, in the order in which it did."""
        while waiting and waiting[0][0] <= until:
            _, _, step, life, steps = heapq.heappop(waiting)
            self._chain(life, step)
            if not _wait(waiting, life, steps):
                self._keep(life)

    def end(self) -> None:
        """The history ends here."""
        self._bulk.connection.execute("UPDATE history_end SET entries = ?, hash = ?", (self._entries, self._hash))

    def _chain(self, life: Life, step: Step) -> None:
        salt = f"{self._drawn.getrandbits(128):032x}"
        # Whoever took it down, or a colleague.
        actor = OPERATORS[(life.serial + (self._entries & 1)) % len(OPERATORS)]
        row = {
            "ticket": life.serial,
            "at": step.at,
            "actor": actor,
            "action": str(step.action),
            "detail": _DETAIL.encode(step.detail),
            "text_digest": None if step.text is None else history._digest(salt, step.text),
            "origin": ORIGIN,
            "previous": self._hash,
        }
        row["hash"] = self._hash = history._hash(row)
        self._entries += 1
        self._history.add(self._entries, *row.values())
        if step.text is not None:
            self._texts.add(self._entries, salt, step.text)
        if step.action == TicketAction.FORWARD:
            life.forwarding = self._entries
        life.revision = self._entries
        life.seen[actor] = step.at, self._entries

    def _keep(self, life: Life) -> None:
        secret = int(self._drawn.random() < SECRET)
        self._tickets.add(secret, life.subject.category, life.channel.value, life.status.value, *_columns(life))
        if life.call is not None:
            self._calls.add(life.serial, life.call)
        for actor, (at, revision) in life.seen.items():
            self._views.add(life.serial, actor, at, revision)
        if life.citizen is not None and life.answered_at is not None:
            told = Told(life.serial, life.number, life.citizen, life.answered_at, life.closed_at, life.callback)
            self.told.append(told)
