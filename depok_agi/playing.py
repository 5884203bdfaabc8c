"""Plays recordings to who ordered them: rings their phone, by the manager user that places calls.

The operator's command writes an order into the store; this sees it within `POLL_SECONDS`, asks Asterisk by one
Originate, and notes whether the phone was picked up. The rest is the dialplan's (`dialplan/65_listen.conf`). The file
is named by the daemon: nothing that a caller has sent is in its path.
"""

import asyncio
import contextlib
import logging
import re
from dataclasses import replace
from pathlib import Path

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.complaints import Complaints
from depok_agi.config import Settings, dial_secret
from depok_agi.desk import Desk, playing
from depok_agi.desk.playing import NO_NEWS_AFTER, PlayOrder, PlayStatus
from depok_agi.dialling import ANSWER_SECONDS, NOT_REACHABLE, POLL_SECONDS, RESPONSE, WHY
from depok_agi.errors import AsteriskError, DepokError, SettingsError
from depok_agi.voice import variables

log = logging.getLogger(__name__)

WAITING = "recordings to play wait"
CONTEXT = "depok-listen"
UNKNOWN = "unknown: the daemon or Asterisk went down meanwhile"

_OUR_ACTION = re.compile(r"depok-play-([0-9]{1,18})")


class Playing:
    """The daemon's task. The link to Asterisk is its own, and is up only while `run` runs.

    Raises:
        SettingsError: [dial] is not set, or its secret cannot be read.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        if settings.dial is None:
            raise SettingsError("[dial] is not set")
        self._desk = desk
        self._folder = settings.folders.recordings
        self._ring_seconds = settings.dial.ring_seconds
        self._username = settings.dial.username
        self._link = AmiLink(
            AmiLogin(settings.ami.host, settings.ami.port, settings.dial.username, dial_secret(settings)),
            on_event=self._on_event,
            on_up=self._on_up,
            on_state=self._on_state,
            wanted={RESPONSE},
        )
        self._why_down = ""
        self._responses: dict[int, str] = {}
        self._look = asyncio.Event()
        self._closing = False

    async def run(self) -> None:
        """Play until closed. Trouble with the store or with Asterisk never raises."""
        link = asyncio.create_task(self._link.run(), name="playing-link")
        try:
            await self._serve()
        finally:
            await self._link.close()
            await link

    async def close(self) -> None:
        """Take no more orders; what is being played goes on in Asterisk."""
        self._closing = True
        self._look.set()

    async def _serve(self) -> None:
        seen: int | None = None
        any_open = True
        complaints = Complaints(log)
        while not self._closing:
            try:
                written = await self._desk.store.generation()
                if written != seen or any_open:
                    any_open = await self._look_after_all()
                seen = written
            except DepokError as error:
                complaints.tell(WAITING, str(error))
            else:
                complaints.has_gone(WAITING)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_SECONDS)
            self._look.clear()

    async def _look_after_all(self) -> bool:
        """See to each open order; tells whether there are any."""
        orders = await playing.pending(self._desk)
        for order in orders:
            if order.status is PlayStatus.ORDERED:
                await self._ring(order)
            else:
                await self._follow(order)
        for gone in self._responses.keys() - {order.id for order in orders}:
            del self._responses[gone]
        return bool(orders)

    async def _ring(self, order: PlayOrder) -> None:
        state = self._link.state
        if state is AmiState.CONNECTING or self._closing:
            return
        if state is not AmiState.UP:
            await playing.fail(self._desk, order, self._why_down)
            return
        if not await playing.take(self._desk, order):
            return
        fields = originate(order, self._folder, self._ring_seconds)
        try:
            await self._link.action("Originate", seconds=ANSWER_SECONDS, **fields)
        except AsteriskError as error:
            log.error("order %d to play: %s", order.id, error)
            await playing.fail(self._desk, replace(order, status=PlayStatus.RINGING), str(error))
        else:
            log.info("order %d to play: %s is rung", order.id, order.device)

    async def _follow(self, order: PlayOrder) -> None:
        said = self._responses.get(order.id)
        if said == "":
            await playing.played(self._desk, order)
        elif said is not None:
            await playing.fail(self._desk, order, said)
        elif self._desk.now() - order.ordered_at > NO_NEWS_AFTER:
            await playing.fail(self._desk, order, UNKNOWN)

    def _on_event(self, event: dict[str, str]) -> None:
        """Asterisk tells every session of every Originate: only what carries our own ActionID is ours."""
        of = _OUR_ACTION.fullmatch(event.get("ActionID", ""))
        if of is not None:
            self._responses[int(of[1])] = why_not(event)
            self._look.set()

    async def _on_up(self) -> None:
        """Nothing has to be asked after a login."""

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is AmiState.REFUSED:
            self._why_down = f"Asterisk refuses the login of {self._username}: {reason}"
        elif state is not AmiState.UP:
            self._why_down = f"Asterisk is away: {reason}"


def originate(order: PlayOrder, folder: Path, ring_seconds: int) -> dict[str, str]:
    """The fields of the Originate."""
    return {
        "ActionID": f"depok-play-{order.id}",
        "Channel": order.device,
        "Context": CONTEXT,
        "Exten": "s",
        "Priority": "1",
        "Async": "true",
        "Timeout": str(ring_seconds * 1000),
        "CallerID": '"recording" <1500664>',
        "Variable": f"{variables.RECORDING}={folder / order.recording}",
    }


def why_not(event: dict[str, str]) -> str:
    """What an OriginateResponse says: why the phone was not picked up, empty when it was."""
    if event.get("Response") == "Success":
        return ""
    return WHY.get(event.get("Reason", ""), NOT_REACHABLE)
