"""Numbers, times and terms as the console shows them. Times are aware; the zone is the centre's."""

from datetime import datetime, tzinfo

from depok_agi.calls.record import CallRecord, Direction
from depok_agi.cli.language import _
from depok_agi.cli.output import person, printable
from depok_agi.desk.secrecy import SECRET

DAY_AND_TIME = "%d-%m %H:%M"


def term(value: str) -> str:
    """A word of ours, such as a status, in the language of whoever looks."""
    return _(value).replace("_", " ")


def duration(seconds: float) -> str:
    """Minutes and seconds; hours too, where there are any."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"  # noqa: PLR2004


def since(at: int | None, now: datetime) -> str:
    """How long it is since then, in minutes and seconds; `at` is microseconds UTC. Nothing where that is not known."""
    return "" if at is None else duration(now.timestamp() - at / 1_000_000)


def moment_or_dash(at: datetime | None, zone: tzinfo) -> str:
    """Day and time."""
    return "-" if at is None else f"{at.astimezone(zone):{DAY_AND_TIME}}"


def plain(text: str | None) -> str:
    """What a citizen wrote or said, in one line, without anything that a terminal would obey."""
    return printable(" ".join((text or "").split()))


def in_a_list(number: str | None, name: str | None = None, raw: str = "") -> str:
    """A citizen in a list, who is masked or hidden already (`desk/showing.py`)."""
    shown = _("secret") if SECRET in (number, raw) else person(number, raw)
    return f"{shown} {plain(name)}" if name else shown


def in_full(number: str | None, name: str | None = None, raw: str = "") -> str:
    """A citizen whom the operator has to do with."""
    shown = _("secret") if SECRET in (number, raw) else person(number, raw)
    return f"{shown}  {plain(name)}" if name else shown


def number_of(call: CallRecord) -> tuple[str | None, str]:
    """The citizen's number of a call, in E.164 where it is one, and as the telephone network gave it."""
    return call.citizen, call.dialled if call.direction is Direction.OUTBOUND else call.caller_raw
