"""The times of the day at which people may be disturbed."""

from datetime import datetime, time, timedelta, tzinfo


def decent(at: datetime, begin: time, end: time, zone: tzinfo) -> datetime:
    """Give the moment itself, or the morning after it when it is one of the night, by the wall clock of `zone`.

    Args:
        at: aware.
        begin: when the morning begins; this time belongs to the day.
        end: when the night begins; this time belongs to it.
        zone: of the wall clock.
    """
    local = at.astimezone(zone)
    if begin <= local.time() < end:
        return at
    ahead = timedelta(days=0 if local.time() < begin else 1)
    return datetime.combine(local.date() + ahead, begin, tzinfo=zone)
