"""Keeps the board of the desk: hears what Asterisk's queue says of its members, and writes their states down.

Membership is Asterisk's: whoever signs somebody in, by a command, a phone's feature code or Asterisk's console, is
told of by the same events, and nothing is believed before that. Commands order through the store
(`desk/operator_orders.py`); this asks Asterisk by a manager user that has the class `agent` alone. Who lets a phone
ring is paused by Asterisk itself (`autopause` in queues.conf), daemon or not.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.complaints import Complaints
from depok_agi.config import Settings, operators_secret
from depok_agi.desk import Desk, attendance, operator_orders, operators
from depok_agi.desk.operator_orders import Order, Wish
from depok_agi.errors import AsteriskError, DepokError
from depok_agi.operators import member
from depok_agi.operators.board import Board, Turn
from depok_agi.operators.member import Member, MemberEvent
from depok_agi.operators.state import SERVING, Standing
from depok_agi.store.times import microseconds

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
ANSWER_SECONDS = 5.0
RECENT = 10_000
"""Events that are remembered until the next list: what they tell may be newer than the list."""

NOBODY_LOOK_SECONDS = 5.0
NOBODY_FOR_SECONDS = 30.0
"""How long nobody may take calls in opening hours before it is told: two who change places are none."""

WAITING = "what operators do waits to be written down"
ALREADY_IN = "Already there"
NOT_IN = "Not there"
NOT_DYNAMIC = "Member not dynamic"
"""What Asterisk says where there is nothing to do (`manager_add_queue_member`, `manager_remove_queue_member`)."""

NO_MEMBER = "Interface not found"


@dataclass(frozen=True, slots=True)
class _Listed:
    """All members as Asterisk had them after `at`; `heard_until` is given after a gap: until when it was heard."""

    at: int
    members: tuple[Member, ...]
    heard_until: int | None


@dataclass(frozen=True, slots=True)
class _Resumed:
    """What is to be written after a gap."""

    there: Mapping[str, tuple[str, Standing]]
    heard_until: int
    at: int


class Attendance:
    """The daemon's task.

    `phones`, device to user, is kept as the store has it, for whoever else reads it; `is_open` tells whether the centre
    is open now.

    Raises:
        SettingsError: the secret of [operators] cannot be read.
    """

    def __init__(
        self, settings: Settings, desk: Desk, phones: MutableMapping[str, str], is_open: Callable[[], bool]
    ) -> None:
        self._desk = desk
        self._is_open = is_open
        self._queue = settings.pbx.queue
        self._given = dict(settings.pbx.operators)
        self._phones = phones
        self._board = Board()
        self._heard: deque[MemberEvent | _Listed] = deque()
        self._recent: deque[MemberEvent] = deque(maxlen=RECENT)
        self._unwritten: list[Turn | _Resumed] = []
        self._nobody_since: float | None = None
        self._nobody_asked_at = 0.0
        self._is_nobody = False
        self._look = asyncio.Event()
        self._closing = False
        self._why_down = "[operators] is not set in the settings of the daemon"
        self._link: AmiLink | None = None
        if settings.operators is not None:
            login = AmiLogin(
                settings.ami.host, settings.ami.port, settings.operators.username, operators_secret(settings)
            )
            self._link = AmiLink(login, on_event=lambda _: None, on_up=_nothing, on_state=self._on_state, wanted=())

    # ---- what the logger's link hears ---------------------------------------------------------------------------

    def hear(self, raw: Mapping[str, str]) -> None:
        """Take one of the events that tell of members."""
        event = member.parse(raw, self._queue)
        if event is not None:
            self._heard.append(event)
            self._look.set()

    def list_again(
        self, at: int, answer: Iterable[Mapping[str, str]], *, heard_until: int | None = None, after_gap: bool = False
    ) -> None:
        """Take the answer to a QueueStatus that was asked at this moment (microseconds UTC).

        After a gap, `heard_until` is until when Asterisk was heard before; None where it never was.
        """
        since = (at if heard_until is None else heard_until) if after_gap else None
        self._heard.append(_Listed(at, member.listed(answer, self._queue), since))
        self._look.set()

    def wraps_up_for(self, seconds: int) -> None:
        """So long does the queue not ring an operator after a call."""
        self._board.wrap_up_seconds = seconds

    @property
    def nobody_takes_calls(self) -> bool:
        """Has nobody taken calls in opening hours for some time, and been told of?"""
        return self._is_nobody

    # ---- the task ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the board until closed. Trouble with the store or with Asterisk never raises."""
        link = None if self._link is None else asyncio.create_task(self._link.run(), name="operators-link")
        try:
            await self._serve()
        finally:
            if self._link is not None and link is not None:
                await self._link.close()
                await link

    async def close(self) -> None:
        """Write what was heard, and end `run`."""
        self._closing = True
        self._look.set()

    async def _serve(self) -> None:
        seen: int | None = None
        any_ordered = True
        complaints = Complaints(log)
        while True:
            is_last = self._closing
            try:
                written = await self._desk.store.generation()
                if written != seen:
                    await self.load_phones()
                if written != seen or any_ordered:
                    any_ordered = await self._do_what_is_ordered()
                seen = written
                await self._write()
            except DepokError as error:
                complaints.tell(WAITING, str(error))
            else:
                complaints.has_gone(WAITING)
            if is_last:
                return
            self._tell_of_nobody()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_SECONDS)
            self._look.clear()

    async def load_phones(self) -> None:
        """Take over whose each phone is. Raises StoreError."""
        found = await operators.phones(self._desk, self._given)
        if found != self._phones:
            self._phones.clear()
            self._phones.update(found)

    async def _write(self) -> None:
        while self._heard:
            self._unwritten += self._taken(self._heard.popleft())
        self._unwritten += self._board.pass_time(microseconds(self._desk.now()))
        while self._unwritten:
            match self._unwritten[0]:
                case _Resumed(there, heard_until, at):
                    await attendance.resume(self._desk, there, self._phones, heard_until=heard_until, at=at)
                    done = 1
                case _:
                    turns = []
                    for turn in self._unwritten:
                        if isinstance(turn, _Resumed):
                            break
                        turns.append(turn)
                    await attendance.write(self._desk, turns, self._phones)
                    done = len(turns)
            del self._unwritten[:done]

    def _taken(self, heard: MemberEvent | _Listed) -> list[Turn | _Resumed]:
        if not isinstance(heard, _Listed):
            self._recent.append(heard)
            return list(self._board.apply(heard))
        turns = self._board.replace(heard.members, heard.at)
        # What was heard since it was asked for may be newer than the list; what is not is in the list already.
        since = [event for event in self._recent if event.at >= heard.at]
        self._recent.clear()
        if heard.heard_until is None:
            return [*turns, *(turn for event in since for turn in self._board.apply(event))]
        resumed = _Resumed(self._board.now(), heard.heard_until, heard.at)
        return [resumed, *(turn for event in since for turn in self._board.apply(event))]

    # ---- asking Asterisk ---------------------------------------------------------------------------------------

    async def _do_what_is_ordered(self) -> bool:
        """See to each order; tells whether some have to wait, since it is not known yet whether Asterisk is there."""
        for order in await operator_orders.pending(self._desk):
            if self._link is not None and self._link.state is AmiState.CONNECTING:
                return True
            fault = await self._do(order)
            await operator_orders.end(self._desk, order, fault)
            log.info("order %d: %s %s: %s", order.id, order.wish, order.device, fault or "done")
        return False

    async def _do(self, order: Order) -> str | None:
        """Have it done; what was wrong, where it was not."""
        try:
            match order.wish:
                case Wish.IN:
                    await self._sign_in(order)
                case Wish.OUT:
                    await self._ask("QueueRemove", order.device)
                case Wish.PAUSE:
                    await self._ask("QueuePause", order.device, Paused="true", Reason=str(order.reason))
        except AsteriskError as error:
            said = str(error)
            if NOT_DYNAMIC in said:
                return f"{order.device} stands in queues.conf and cannot sign out: pause instead"
            if NO_MEMBER in said:
                return f"{order.device} is not signed in"
            return None if NOT_IN in said and order.wish is Wish.OUT else said
        return None

    async def _sign_in(self, order: Order) -> None:
        try:
            await self._ask(
                "QueueAdd", order.device, MemberName=order.operator, StateInterface=order.device, Penalty="0"
            )
        except AsteriskError as error:
            if ALREADY_IN not in str(error):
                raise
            await self._ask("QueuePause", order.device, Paused="false")

    async def _ask(self, action: str, device: str, **fields: str) -> None:
        if self._link is None or self._link.state is not AmiState.UP:
            raise AsteriskError(self._why_down)
        await self._link.action(action, seconds=ANSWER_SECONDS, Queue=self._queue, Interface=device, **fields)

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is not AmiState.UP:
            self._why_down = f"the daemon cannot ask Asterisk: {reason}"

    def _tell_of_nobody(self) -> None:
        """In opening hours somebody has to take calls."""
        clock = asyncio.get_running_loop().time()
        if clock - self._nobody_asked_at < NOBODY_LOOK_SECONDS:
            return
        self._nobody_asked_at = clock
        there = self._board.now()
        if any(standing.state in SERVING for _, standing in there.values()) or not self._is_open():
            if self._is_nobody:
                log.info("somebody takes calls again, or the centre has closed")
            self._nobody_since, self._is_nobody = None, False
            return
        self._nobody_since = clock if self._nobody_since is None else self._nobody_since
        if not self._is_nobody and clock - self._nobody_since >= NOBODY_FOR_SECONDS:
            self._is_nobody = True
            how = f"all {len(there)} operators are paused or out of reach" if there else "no operator is signed in"
            log.warning("nobody takes calls, and the centre is open: %s", how)


async def _nothing() -> None:
    """Nothing has to be asked after a login."""
