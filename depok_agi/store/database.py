"""Opening the store, its transactions, its migrations.

SQLite in WAL mode: readers never wait for the writer. Two connections: one writes, in short transactions one after the
other; one only reads, so that a caller who asks for a ticket's status never waits for a write.
"""

import asyncio
import contextlib
import os
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import aiosql
import aiosqlite

from depok_agi.errors import StoreError

BUSY_SECONDS = 5
"""How long a write waits for another process's write."""

CLEAN_SECONDS = 30
"""How long it is waited for readers to be through, so that the write-ahead log can be emptied."""

QUERIES = Path(__file__).with_name("queries")
MIGRATIONS = Path(__file__).with_name("migrations")

_QUERY = re.compile(r"^-- name: (\w+).*?(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


class Store:
    """The store, open. `queries` are the named queries of the .sql files, each taking a connection first."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self.reader = reader
        self.queries = Queries()
        self._writer = writer
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, migrate: bool = False) -> Self:
        """Open the store; with `migrate`, make it or bring it up to date first.

        Raises:
            StoreError: it is missing, not a store, older or newer than this software, or cannot be opened.
        """
        if not migrate:
            try:
                path.stat()  # noqa: ASYNC240 - once, at the start
            except FileNotFoundError:
                raise StoreError("there is no store at {path}; `depok-agi db migrate` makes one", path=path) from None
            except OSError as error:
                raise StoreError(
                    "the store {path} cannot be reached: {strerror}", path=path, strerror=error.strerror
                ) from error
        with _told(path):
            if migrate:
                _make_private(path)
            writer = await _connect(path)
        try:
            with _told(path):
                if migrate:
                    await _migrate(writer)
                await _check_version(writer, path)
                reader = await _connect(path)
                await reader.execute("PRAGMA query_only = ON")
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Close both connections."""
        await self.reader.close()
        await self._writer.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction that may write. All of it is kept, or nothing.

        Raises:
            StoreError: another process holds the store for longer than `BUSY_SECONDS`, or the disk refuses.
        """
        async with self._lock:
            with _told(self.path):
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield self._writer
                    await self._writer.commit()
                except BaseException:
                    await self._writer.rollback()
                    raise

    async def clean(self) -> None:
        """Write the file anew, and empty the write-ahead log: what was deleted is in neither any more.

        Meanwhile others can read and nobody can write: some seconds for each gigabyte. Needs the size of the store once
        more beside it, and in the folder for temporary files.

        Raises:
            StoreError: others do not let go of the store, or the disk refuses.
        """
        async with self._lock:
            with _told(self.path):
                await self._writer.execute("VACUUM")
                deadline = time.monotonic() + CLEAN_SECONDS
                while not await _emptied(self._writer):
                    if time.monotonic() > deadline:
                        raise StoreError(
                            "the store {path} is read all the time: its log cannot be emptied now", path=self.path
                        )
                    await asyncio.sleep(0.1)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns SQLite's errors into `StoreError` around reads."""
        with _told(self.path):
            yield

    async def generation(self) -> int:
        """A number that changes when another connection, such as an operator's command, has written."""
        with self.told():
            cursor = await self.reader.execute("PRAGMA data_version")
            row = await cursor.fetchone()
            await cursor.close()
        assert row is not None  # noqa: S101 - the pragma always gives one row
        return int(row[0])


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a defect or a lost race: the desk's to understand
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise StoreError(
                "the store {path} is busy: another process has held it for {busy_seconds} s",
                path=path,
                busy_seconds=BUSY_SECONDS,
            ) from error
        raise StoreError("the store {path}: {error}", path=path, error=error) from error


async def _connect(path: Path) -> aiosqlite.Connection:
    # Opened here and not by aiosqlite, whose thread outlives a failure and then speaks to a loop that is closed (0.22).
    opened = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    connection = await aiosqlite.Connection(lambda: opened, iter_chunk_size=64)
    connection.row_factory = aiosqlite.Row
    try:
        await _use_wal(connection)
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            await connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """Make a new store readable for its owner alone; SQLite's other files take that over."""
    with contextlib.suppress(OSError):  # what is wrong with the path, SQLite says next
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Switch a new store to WAL. SQLite does not wait for others there, whatever the time-out: so this does."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            return


async def _emptied(connection: aiosqlite.Connection) -> bool:
    """Empty the write-ahead log; False where somebody reads from it still."""
    async with connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
        row = await cursor.fetchone()
    return row is not None and row[0] == 0


class Queries:
    """The named queries of the .sql files. Each is made when it is first asked for: to make them all takes 25 ms."""

    def __init__(self) -> None:
        texts = [file.read_text("utf-8") for file in sorted(QUERIES.glob("*.sql"))]
        self._texts = {found[1]: found[0] for text in texts for found in _QUERY.finditer(text)}

    def __getattr__(self, name: str) -> Any:
        text = self._texts.get(name) or self._texts.get(name.removesuffix("_cursor"))
        if text is None:
            raise AttributeError(f"there is no query {name}")
        query = getattr(aiosql.from_str(text, "aiosqlite", mandatory_parameters=False), name)
        setattr(self, name, query)
        return query

    def __dir__(self) -> list[str]:
        return list(self._texts)


def _migrations() -> list[tuple[int, str]]:
    files = sorted(MIGRATIONS.glob("*.sql"))
    return [(int(file.name.partition("_")[0]), file.read_text("utf-8")) for file in files]


def newest_version() -> int:
    """The version of the store that this software makes."""
    return _migrations()[-1][0]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


async def _version(connection: aiosqlite.Connection) -> int:
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _migrate(connection: aiosqlite.Connection) -> None:
    """Bring the store up to date in one transaction: a failure leaves it as it was."""
    await connection.execute("BEGIN IMMEDIATE")
    try:
        done = await _version(connection)
        for version, script in _migrations():
            if version > done:
                for statement in _statements(script):
                    await connection.execute(statement)
                await connection.execute(f"PRAGMA user_version = {version}")
        if done == newest_version():
            # Written though it stands there: else one that can only be read is found when the first call is to be kept.
            await connection.execute(f"PRAGMA user_version = {done}")
        await connection.commit()
    except BaseException:
        await connection.rollback()
        raise


async def _check_version(connection: aiosqlite.Connection, path: Path) -> None:
    found, newest = await _version(connection), newest_version()
    if found > newest:
        raise StoreError(
            "the store {path} is of a newer depok-agi (version {found}; this one knows {newest})",
            path=path,
            found=found,
            newest=newest,
        )
    if found < newest:
        raise StoreError("the store {path} is not up to date; `depok-agi db migrate` brings it there", path=path)
