"""From when until when a list goes: `--since` and `--until`."""

from collections.abc import Callable
from typing import Any

import click

from depok_agi.cli.when import past
from depok_agi.config import Settings
from depok_agi.desk import utc_now
from depok_agi.store.times import microseconds

Command = Callable[..., Any]


def span_options(what: str) -> Callable[[Command], Command]:
    """Both options; `what` says which moment of which things counts, such as `Calls that began`."""

    def decorate(command: Command) -> Command:
        until = click.option("--until", help=f"{what} before this moment.")
        since = click.option(
            "--since",
            help=f"{what} at this moment or later: today, yesterday, monday, kemarin, -2h, 7d, 10:00, 2026-11-24.",
        )
        return since(until(command))

    return decorate


def span(given: Settings, since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Both moments in microseconds UTC, half-open: from `since`, and before `until`. Raises click.BadParameter."""
    now = utc_now()
    start, end = (None if text is None else microseconds(past(text, given.timezone, now)) for text in (since, until))
    return start, end
