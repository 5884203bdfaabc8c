"""Moments, spans and citizens' words as an Indonesian e-mail shows them."""

from datetime import datetime, timedelta, tzinfo

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_MINUTES_AN_HOUR = 60
_HOURS_A_DAY = 24


def day_text(at: datetime, timezone: tzinfo) -> str:
    """Such as `Kamis, 11 Juni 2026`."""
    local = at.astimezone(timezone)
    return f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"


def moment_text(at: datetime, timezone: tzinfo) -> str:
    """Such as `Kamis, 11 Juni 2026 pukul 10.00 WIB`."""
    local = at.astimezone(timezone)
    return f"{day_text(local, timezone)} pukul {local:%H.%M} {local.tzname()}"


def short_text(at: datetime, timezone: tzinfo) -> str:
    """Such as `11-06-2026 10.00`, for tables."""
    return f"{at.astimezone(timezone):%d-%m-%Y %H.%M}"


def span_text(span: timedelta) -> str:
    """Such as `2 hari 5 jam`, `5 jam` or `40 menit`; begun minutes do not count, and it is never negative."""
    minutes = max(int(span / timedelta(minutes=1)), 0)
    hours = minutes // _MINUTES_AN_HOUR
    if not hours:
        return f"{minutes} menit"
    days, hours = divmod(hours, _HOURS_A_DAY)
    return " ".join(filter(None, (f"{days} hari" if days else "", f"{hours} jam" if hours or not days else "")))


def one_line(text: str, most: int = 200) -> str:
    """The text as one line of at most so many characters, without anything that is not shown.

    So it can stand in a header: it has no line ends left that would begin another one.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def lines(text: str) -> str:
    """The text with its lines, each without anything that is not shown."""
    cleaned = ("".join(c if c.isprintable() else " " for c in line).rstrip() for line in text.splitlines())
    return "\n".join(cleaned).strip("\n")
