"""What frames every view: who is on the phone and how the daemon is, the views, the keys. Pure: text out of data."""

from datetime import datetime

from rich.cells import cell_len

from depok_agi.cli.language import _
from depok_agi.console.fitting import fitted
from depok_agi.console.words import in_full, number_of, since
from depok_agi.desk.at_phone import OnPhone, PhoneState, listens

Key = tuple[str, str]
"""A key as it is named here, and what it does."""


def phone(on: OnPhone | None, name: str | None, now: datetime) -> str:
    """Who is on the phone; nothing when nobody is."""
    if on is None:
        return ""
    who = in_full(number_of(on.call)[0], name, number_of(on.call)[1])
    state = {
        PhoneState.RINGING: _("RINGING"),
        PhoneState.DIALLING: _("DIALLING"),
        PhoneState.TALKING: _("TALKING"),
    }[on.state]
    return f"{state} {since(on.since, now)}  {who}"


def silence(heard_until: datetime | None, now: datetime) -> str:
    """What is to be told where the daemon does not listen to Asterisk; nothing where it does."""
    if listens(heard_until, now):
        return ""
    return _("The daemon is not running, or cut off from Asterisk: calls are not shown")


def views(names: list[Key], current: str, width: int) -> str:
    """The views with their keys; the one that is shown stands in brackets."""
    shown = (f"[{key} {name}]" if name == current else f" {key} {name} " for key, name in names)
    return fitted("".join(shown), width).rstrip()


def keys(these: list[Key], width: int) -> str:
    """What can be done here, in as many lines as it takes; no key is parted from what it does."""
    found = [""]
    for key, what in these:
        more = f"{found[-1]}  {key} {what}".strip()
        if cell_len(more) <= width:
            found[-1] = more
        else:
            found.append(f"{key} {what}")
    return "\n".join(found)
