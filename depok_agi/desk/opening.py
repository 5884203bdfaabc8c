"""Opens the desk that the settings describe."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from depok_agi.config import Settings
from depok_agi.desk import Desk
from depok_agi.desk.file_version import NO_FILE, Version, file_version
from depok_agi.errors import SettingsError
from depok_agi.store.database import Store

if TYPE_CHECKING:  # most commands need no calendar
    from depok_agi.hours.schedule import Schedule

SHIPPED_HOURS = Path(__file__).parents[1] / "hours" / "depok.toml"


def base_schedule(settings: Settings, years: Iterable[int]) -> "Schedule":
    """The hours file with the holidays of these years, without overrides.

    Raises:
        SettingsError: the hours file cannot be read or is wrong.
    """
    from depok_agi.hours import file  # noqa: PLC0415 - heavy, and most commands do not need it

    path = settings.centre.hours
    if path is None:
        text, source = SHIPPED_HOURS.read_text("utf-8"), SHIPPED_HOURS.name
    else:
        try:
            text, source = path.read_text("utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("the hours file {path} cannot be read: {error}", path=path, error=error) from error
    return file.load(text, source, years)


def years_around(at: datetime) -> range:
    """The years whose holidays matter for a moment: `next_change_at` and due dates look ahead."""
    return range(at.year - 1, at.year + 3)


class HoursFile:
    """The hours of the years around any moment, as the file has them now: an edited file is read again.

    A daemon that runs goes on with what it knew when the file is broken meanwhile; the fault is kept to be told.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[int, tuple[Version, Schedule]] = {}
        self.fault: SettingsError | None = None

    def around(self, at: datetime) -> "Schedule":
        """The schedule with the holidays of the years around a moment.

        Raises:
            SettingsError: the hours file cannot be read or is wrong, and never was right in this process.
        """
        path = self._settings.centre.hours
        version = NO_FILE if path is None else file_version(path)
        known = self._known.get(at.year)
        if known is not None and known[0] == version:
            return known[1]
        try:
            schedule = base_schedule(self._settings, years_around(at))
        except SettingsError as error:
            last = known or next(iter(self._known.values()), None)
            if last is None:
                raise
            self.fault = error
            # Not asked again before the file changes: the next moment of this year would fail the same way.
            self._known[at.year] = (version, last[1])
            return last[1]
        self.fault = None
        self._known[at.year] = (version, schedule)
        return schedule


@asynccontextmanager
async def open_desk(settings: Settings, *, migrate: bool = False, origin: str | None = None) -> AsyncIterator[Desk]:
    """The desk, while its store is open; `origin` says from where it is worked at. Raises StoreError."""
    hours = HoursFile(settings)
    store = await Store.open(settings.folders.store, migrate=migrate)
    try:
        yield Desk(
            store,
            hours.around,
            settings.callback_policy,
            origin=origin,
            sends_sms=settings.sms is not None,
            hours_fault=lambda: hours.fault,
        )
    finally:
        await store.close()
