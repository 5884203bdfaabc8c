"""Many rows into a store at once, without what makes single writes safe: a bench's store that breaks is made again."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROWS_AT_ONCE = 20_000
CACHE_KILOBYTES = 512 * 1024


class Rows:
    """Rows on their way into one table."""

    def __init__(self, connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> None:
        marks = ", ".join("?" * len(columns))
        self._insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - the bench's own
        self._connection = connection
        self._waiting: list[Sequence[Any]] = []

    def add(self, *values: object) -> None:
        """One row, with a value for each column; plain strings go in much faster than enums."""
        self._waiting.append(values)
        if len(self._waiting) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Put in what waits."""
        self._connection.executemany(self._insert, self._waiting)
        self._waiting.clear()


class Bulk:
    """A store that is being filled."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._tables: list[Rows] = []

    def into(self, table: str, *columns: str) -> Rows:
        """Where to put rows of a table: with these columns of it."""
        rows = Rows(self.connection, table, columns)
        self._tables.append(rows)
        return rows

    def flush(self) -> None:
        """Put in what waits for any table."""
        for rows in self._tables:
            rows.flush()


@contextmanager
def filling(path: Path) -> Iterator[Bulk]:
    """Fill the store there, in one transaction; its indexes are made anew afterwards, which is faster."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KILOBYTES}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN EXCLUSIVE")
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid"
        indexes = connection.execute(found).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        bulk = Bulk(connection)
        yield bulk
        bulk.flush()
        for _, made_by in indexes:
            connection.execute(made_by)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
