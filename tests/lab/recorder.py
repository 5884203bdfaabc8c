"""A second manager session beside the daemon's, which writes down what Asterisk says."""

import asyncio
import threading
from typing import Self

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from tests.lab.centre import wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx

PATIENCE = 20.0


class Recorder:
    """A manager session of its own, in a thread of its own."""

    def __init__(self, pbx: Pbx) -> None:
        self.events: list[dict[str, str]] = []
        self._up = threading.Event()
        self._refused = ""
        self._loop = asyncio.new_event_loop()
        login = AmiLogin(ASTERISK_ADDRESS, pbx.ami_port, pbx.ami_user, pbx.ami_secret)
        self._link = AmiLink(login, on_event=self.events.append, on_up=self._on_up, on_state=self._on_state)
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._link.run(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(PATIENCE) or self._refused:
            raise LabError(f"the recorder could not log in: {self._refused}")
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._link.close(), self._loop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def until_channels_are_gone(self, since: int = 0) -> None:
        """Wait until, from this event on, some channels were seen to begin and all of them to end."""

        def gone() -> bool | None:
            kinds = [event["Event"] for event in self.events[since:]]
            return ("Newchannel" in kinds and kinds.count("Newchannel") == kinds.count("Hangup")) or None

        wait_until(gone, PATIENCE, lambda: "not all channels are gone")

    async def _on_up(self) -> None:
        self._up.set()

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is AmiState.REFUSED:
            self._refused = reason
            self._up.set()
