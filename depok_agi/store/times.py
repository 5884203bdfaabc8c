"""Times in the store are microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EARLIEST, LATEST = 0, 2**63 - 1
"""For queries that never go without bounds, so that an index leads to the first row of an old year."""


def span(since: int | None, until: int | None) -> dict[str, int]:
    """The bounds of a list for its query, in microseconds, half-open: where one is not given, the widest."""
    return {"since": EARLIEST if since is None else since, "until": LATEST if until is None else until}


@overload
def moment(at: int) -> datetime: ...
@overload
def moment(at: None) -> None: ...
def moment(at: int | None) -> datetime | None:
    """The stored time as an aware datetime in UTC, exact to the microsecond."""
    return None if at is None else _EPOCH + at * _MICROSECOND


@overload
def microseconds(at: datetime) -> int: ...
@overload
def microseconds(at: None) -> None: ...
def microseconds(at: datetime | None) -> int | None:
    """An aware datetime as it is stored. Raises TypeError for a naive one."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND
