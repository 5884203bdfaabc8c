"""What people do. Every door (phone, command, SMS) calls this; only this decides and writes together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from depok_agi.errors import SettingsError
from depok_agi.store.database import Store
from depok_agi.tickets.callback import CallbackPolicy

if TYPE_CHECKING:  # most commands need no calendar
    from depok_agi.hours.schedule import Schedule


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the people's actions work on.

    Attributes:
        store: where it is remembered.
        schedule_around: the hours file with the holidays of the years around a moment, without the overrides, which are
            in the store. Asked only when hours matter: most commands start faster without a calendar. Raises
            SettingsError when the hours file is wrong.
        policy: how citizens are called back.
        now: the clock.
        sends_sms: whether citizens are sent SMS; where they are not, none is queued.
        hours_fault: what is wrong with the hours file just now, while the last right one goes on counting.
        origin: from where it is worked at, such as a host and its terminal; it goes into the history of tickets.
    """

    store: Store
    schedule_around: "Callable[[datetime], Schedule]"
    policy: CallbackPolicy
    now: Callable[[], datetime] = utc_now
    origin: str | None = None
    sends_sms: bool = False
    hours_fault: Callable[[], SettingsError | None] = lambda: None
