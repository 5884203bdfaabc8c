"""Many rows, one by one: fetched so many at once that neither time nor memory is lost."""

from collections.abc import AsyncIterator
from typing import Any

ROWS_AT_ONCE = 4096
"""So many are fetched together: each time costs a change of thread, and all of a year at once would cost memory."""


async def one_by_one(cursor: Any) -> AsyncIterator[Any]:
    """The rows of a query's cursor."""
    while some := await cursor.fetchmany(ROWS_AT_ONCE):
        for row in some:
            yield row
