"""The ids that a command is given: the whole of one, or enough of it. It is looked up once all else is well typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.language import _
from depok_agi.config import Settings
from depok_agi.desk import ids
from depok_agi.errors import RefusedError
from depok_agi.tickets import number as numbers

MOST = 2**63 - 1
"""The largest id that the store can keep."""

Command = Callable[..., None]


def ticket_argument(command: Command) -> Command:
    """The argument `number`: a ticket's number, or the first digits of it. The command gets the whole."""

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        given["number"] = _ticket(given["number"])
        command(*args, **given)

    return click.argument("number")(run)


def callback_argument(command: Command) -> Command:
    """The argument `callback`: the id of one, or the first digits of it. The command gets the whole."""

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        meant = given["callback"]
        given["callback"] = at_desk(settings(click.get_current_context()), lambda desk: ids.callback(desk, meant))
        command(*args, **given)

    return click.argument("callback", metavar="ID", type=_CallbackId())(run)


def _ticket(typed: str) -> str:
    """Raises RefusedError, NotFoundError."""
    try:
        return numbers.parse(typed)
    except RefusedError:  # only what is no whole number needs the store
        return at_desk(settings(click.get_current_context()), lambda desk: ids.ticket(desk, typed))


class _CallbackId(click.ParamType[int]):
    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < len(str(MOST)) and int(digits)):
            text = _("{given!r} is no callback's id: it is a whole number, as `depok-agi callbacks list` shows it")
            self.fail(text.format(given=value), param, ctx)
        return int(digits)


def short_call_id(whole: str, given: Settings) -> str:
    """A call's id as it is listed and can be typed: without the name of this PBX."""
    return whole.removeprefix(f"{given.pbx.name}-")
