"""Every command runs only for those whose role may run it: the table is in `access/roles.py`."""

import copy
import functools
from collections.abc import Callable
from typing import Any, NoReturn

import click

from depok_agi.access.roles import Deed, Person, least_for, may_run
from depok_agi.errors import StoreError


def guarded(command: click.Command, words: str) -> click.Command:
    """The same command, with those below it, for those who may; `words` lead to it. Help and completion are for all."""
    same = copy.copy(command)
    if isinstance(same, click.Group):
        below = same.get_command

        def get_command(ctx: click.Context, cmd_name: str) -> click.Command | None:
            found = below(ctx, cmd_name)
            return None if found is None else guarded(found, f"{words} {found.name}")

        same.get_command = get_command  # type: ignore[method-assign] # whatever kind of group it is
    elif same.callback is not None:
        same.callback = _for_those_who_may(same.callback, words)
    return same


def _for_those_who_may(callback: Callable[..., Any], words: str) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*given: Any, **named: Any) -> Any:
        from depok_agi.cli.context import acting  # noqa: PLC0415 - `--help` starts without it

        person = acting()
        if not may_run(person.role, words):
            _refuse(person, words)
        return callback(*given, **named)

    return run


def _refuse(person: Person, words: str) -> NoReturn:
    """Raises RefusedError, always: a store that cannot be written lets nobody through."""
    from depok_agi.cli.context import at_desk, settings  # noqa: PLC0415 - as above
    from depok_agi.desk.access import refusal, write_down  # noqa: PLC0415 - the same

    given, written = settings(click.get_current_context()), True
    try:
        at_desk(given, lambda desk: write_down(desk, person, Deed.COMMAND, allowed=False, detail=words))
    except StoreError:
        written = False
    raise refusal(person, least_for(words), written=written)
