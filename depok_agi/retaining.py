"""The daemon's task that destroys, each day, what is older than its retention time."""

import asyncio
import logging
from dataclasses import replace

from depok_agi.access.retention import is_due
from depok_agi.access.roles import Person, Role
from depok_agi.complaints import Complaints
from depok_agi.config import Settings
from depok_agi.desk import Desk, retention
from depok_agi.desk.opening import open_desk
from depok_agi.errors import DepokError
from depok_agi.tickets.history import SERVICE

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
WAITING = "what is older than its retention time waits to be destroyed"


class Retaining:
    """Looks now and then whether the day's run is due.

    Nothing is destroyed by the mere start of a new version: the first run of all waits for its time of the day.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._settings = settings
        self._desk = desk
        self._started_at = desk.now()
        self._complaints = Complaints(log)

    async def run(self) -> None:
        """Run until cancelled; the next one goes on with a run. Trouble with the store never raises."""
        while True:
            try:
                await self.look()
            except DepokError as error:
                self._complaints.tell(WAITING, str(error))
            except Exception as error:  # whatever it is, it may not take the log of calls down
                if self._complaints.tell(WAITING, repr(error)):
                    log.exception("this is a defect")
            else:
                self._complaints.has_gone(WAITING)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Destroy what is to be destroyed, if it is time. Raises DepokError."""
        given = self._settings
        last = await retention.last_began_at(self._desk) or self._started_at
        if not is_due(last, self._desk.now(), given.retention.at, given.timezone):
            return
        person = Person(SERVICE, Role.ADMIN)
        # By connections of its own, so that no step waits for one of its queries.
        async with open_desk(given, origin=self._desk.origin) as desk:
            own = replace(desk, now=self._desk.now)
            run = await retention.run(own, given.retention_periods, given.folders.recordings, person)
        told = ", ".join(f"{count} {kind}" for kind, count in run.destroyed.items() if count)
        log.info("destroyed what is older than its retention time: %s", told or "nothing")
