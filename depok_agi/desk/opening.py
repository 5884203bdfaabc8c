"""Opens the desk that the settings describe."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import resources

from depok_agi.config import Settings
from depok_agi.desk import Desk
from depok_agi.errors import SettingsError
from depok_agi.hours.schedule import Schedule
from depok_agi.store.database import Store


def base_schedule(settings: Settings, years: Iterable[int]) -> Schedule:
    """The hours file with the holidays of these years, without overrides.

    Raises:
        SettingsError: the hours file cannot be read or is wrong.
    """
    from depok_agi.hours import file  # noqa: PLC0415 - its model is heavy, and most commands do not need it

    path = settings.centre.hours
    if path is None:
        text, source = (resources.files("depok_agi.hours") / "depok.toml").read_text("utf-8"), "depok.toml"
    else:
        try:
            text, source = path.read_text("utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the hours file {path} cannot be read: {error}") from error
    return file.load(text, source, years)


def years_around(at: datetime) -> range:
    """The years whose holidays matter for a moment: `next_change_at` and due dates look ahead."""
    return range(at.year - 1, at.year + 3)


@asynccontextmanager
async def open_desk(settings: Settings, *, migrate: bool = False) -> AsyncIterator[Desk]:
    """The desk, while its store is open. Raises StoreError."""
    by_year: dict[int, Schedule] = {}

    def schedule_around(at: datetime) -> Schedule:
        if at.year not in by_year:
            by_year[at.year] = base_schedule(settings, years_around(at))
        return by_year[at.year]

    store = await Store.open(settings.folders.store, migrate=migrate)
    try:
        yield Desk(store, schedule_around, settings.callback_policy)
    finally:
        await store.close()
