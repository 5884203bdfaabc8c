"""What an operator is doing, in words; and whoever was paused without wanting it is told with their next command."""

from datetime import tzinfo

import click

from depok_agi.cli.language import _
from depok_agi.cli.output import hint, when
from depok_agi.config import Settings
from depok_agi.desk import Desk, presence
from depok_agi.desk.presence import Present
from depok_agi.operators.state import NOT_CHOSEN, PauseReason, State

_TOLD = "depok_agi.told"


def state_in_words(present: Present) -> str:
    """Such as `paused: lunch`."""
    words = _(present.state).replace("_", " ")
    return words if present.reason is None else f"{words}: {reason_in_words(present.reason)}"


def reason_in_words(reason: PauseReason) -> str:
    """Why somebody is paused."""
    return _(reason).replace("_", " ")


def say_nothing_of_a_pause(context: click.Context) -> None:
    """For commands that show or change what one is doing."""
    context.meta[_TOLD] = True


async def tell_of_a_pause(desk: Desk, operator: str, given: Settings) -> None:
    """After the command's own words: that the operator gets no calls, where nobody asked for that."""
    context = click.get_current_context(silent=True)
    if context is None or _TOLD in context.meta:
        return
    context.meta[_TOLD] = True
    told = not_chosen_in_words(await presence.of(desk, operator), given.timezone)
    if told:
        context.find_root().call_on_close(lambda: hint(told))


def not_chosen_in_words(now: Present | None, timezone: tzinfo) -> str:
    """That somebody gets no calls, where nobody asked for that; nothing where it is not so."""
    if now is None:
        return ""
    if now.state is State.UNREACHABLE:
        text = _("You get no calls since {since}: your phone cannot be reached. Is it plugged in and signed on?")
    elif now.reason in NOT_CHOSEN:
        text = _("You are paused since {since}: your phone was not picked up. Back: depok-agi operators in, or *11")
    else:
        return ""
    return text.format(since=when(now.since, timezone))
