"""The store opens or says why not, keeps all of a change or nothing, and waits politely for others."""

# ruff: noqa: ASYNC240 - nobody else runs in these loops

import asyncio
import re
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import aiosql
import pytest

from depok_agi.errors import StoreError
from depok_agi.store import database
from depok_agi.store.database import Queries, Store
from tests.unit.desk.made import content

Break = Callable[[Path], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(path, migrate=True)
    yield opened
    await opened.close()


async def make(path: Path) -> None:
    await (await Store.open(path, migrate=True)).close()


async def add(store: Store, name: str) -> None:
    async with store.transaction() as connection:
        await store.queries.add_citizen(connection, number=None, name=name)


async def names(store: Store) -> list[str]:
    async with store.reader.execute("SELECT name FROM citizens ORDER BY id") as cursor:
        return [row["name"] async for row in cursor]


def another(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=1)


def set_version(path: Path, version: int) -> None:
    with closing(another(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA user_version = {version}")


def add_migration(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    known = database._migrations()
    monkeypatch.setattr(database, "_migrations", lambda: [*known, (known[-1][0] + 1, script)])


class TestMigrating:
    async def test_a_new_file_becomes_a_store_with_the_departments_of_the_city(self, path: Path) -> None:
        await make(path)
        assert {row[0] for row in content(path)["opds"]} >= {"DISDUKCAPIL", "DPUPR", "DLHK"}

    async def test_twice_is_once(self, path: Path) -> None:
        await make(path)
        before = content(path)
        await make(path)
        assert content(path) == before

    async def test_what_is_in_the_store_stays(self, path: Path) -> None:
        store = await Store.open(path, migrate=True)
        await add(store, "Ani")
        await store.close()
        await make(path)
        assert [row[2] for row in content(path)["citizens"]] == ["Ani"]

    @pytest.mark.parametrize("at_first", [True, False])
    async def test_a_migration_that_fails_leaves_the_store_as_it_was(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, *, at_first: bool
    ) -> None:
        if not at_first:
            await make(path)
        before = content(path)
        known = len(database._migrations())
        add_migration(monkeypatch, "CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n")
        with pytest.raises(StoreError, match="no such table: nowhere"):
            await Store.open(path, migrate=True)
        assert content(path) == before
        with closing(another(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (0 if at_first else known,)

    async def test_a_second_migration_is_applied_to_a_store_that_has_the_first(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await make(path)
        add_migration(monkeypatch, "CREATE TABLE later (id INTEGER);\nINSERT INTO later VALUES (7);\n")
        with pytest.raises(StoreError, match="not up to date; `depok-agi db migrate`"):
            await Store.open(path)
        await make(path)
        await make(path)
        assert content(path)["later"] == [(7,)]

    async def test_two_that_migrate_at_once_make_one_store(self, path: Path) -> None:
        await asyncio.gather(*(make(path) for _ in range(5)))
        assert len(content(path)["opds"]) == len({row[0] for row in content(path)["opds"]})

    async def test_every_migration_has_a_number_of_its_own_in_order(self) -> None:
        numbers = [number for number, _ in database._migrations()]
        assert numbers == list(range(1, len(numbers) + 1))


class TestOpening:
    async def test_a_missing_store_says_how_to_make_one(self, path: Path) -> None:
        with pytest.raises(StoreError, match=r"there is no store at .*store\.sqlite; `depok-agi db migrate` makes one"):
            await Store.open(path)
        assert not path.exists()

    @pytest.mark.parametrize("migrate", [True, False])
    @pytest.mark.parametrize(
        ("break_it", "text"),
        [
            pytest.param(lambda path: set_version(path, 99), "is of a newer depok-agi .version 99", id="newer"),
            pytest.param(lambda path: path.write_text("no database " * 999), "file is not a database", id="garbage"),
            pytest.param(lambda path: path.mkdir(), "unable to open database file", id="folder"),
        ],
    )
    async def test_what_is_no_store_of_ours_is_named_and_left_alone(
        self, path: Path, break_it: Break, text: str, *, migrate: bool
    ) -> None:
        break_it(path)
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(StoreError, match=rf"{path.name}.*{text}"):
            await Store.open(path, migrate=migrate)
        assert (path.read_bytes() if path.is_file() else None) == before

    async def test_an_empty_file_is_not_up_to_date(self, path: Path) -> None:
        path.touch()
        with pytest.raises(StoreError, match="not up to date"):
            await Store.open(path)

    async def test_a_folder_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="unable to open database file"):
            await Store.open(tmp_path / "nowhere" / "store.sqlite", migrate=True)

    async def test_a_path_that_cannot_even_be_looked_at_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"cannot be reached: File name too long"):
            await Store.open(tmp_path / ("x" * 300))

    async def test_it_is_opened_so_that_a_power_cut_loses_nothing_that_was_kept(self, store: Store) -> None:
        async with store.transaction() as connection:
            for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)):
                async with connection.execute(f"PRAGMA {pragma}") as cursor:
                    assert tuple(await cursor.fetchone() or ()) == (value,)


class TestTransactions:
    async def test_all_of_it_is_kept(self, store: Store) -> None:
        await add(store, "Ani")
        assert await names(store) == ["Ani"]

    async def test_a_failure_in_the_middle_keeps_nothing_of_it(self, store: Store) -> None:
        await add(store, "Ani")
        with pytest.raises(RuntimeError, match="power cut"):
            await self._half(store)
        assert await names(store) == ["Ani"]
        await add(store, "Budi")
        assert await names(store) == ["Ani", "Budi"]

    async def _half(self, store: Store) -> None:
        async with store.transaction() as connection:
            await store.queries.add_citizen(connection, number=None, name="half")
            raise RuntimeError("power cut")

    async def test_a_refusal_by_the_database_keeps_nothing_of_it(self, store: Store) -> None:
        async def twice() -> None:
            async with store.transaction() as connection:
                await store.queries.add_citizen(connection, number="+6281100001234", name="first")
                await store.queries.add_citizen(connection, number="+6281100001234", name="second")

        with pytest.raises(sqlite3.IntegrityError):
            await twice()
        assert await names(store) == []

    async def test_foreign_keys_hold(self, store: Store) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            async with store.transaction() as connection:
                await store.queries.add_callback_call(connection, callback=7, call="depok-1.1", recorded_at=0)

    async def test_one_that_is_cancelled_keeps_nothing_and_hinders_nobody(self, store: Store) -> None:
        inside = asyncio.Event()

        async def slow() -> None:
            async with store.transaction() as connection:
                await store.queries.add_citizen(connection, number=None, name="half")
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(slow())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await add(store, "Ani")
        assert await names(store) == ["Ani"]

    async def test_one_that_is_cancelled_while_it_waits_for_another_process_hinders_nobody(
        self, path: Path, store: Store
    ) -> None:
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(add(store, "late"))
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.sleep(0)
            other.execute("ROLLBACK")
            with pytest.raises(asyncio.CancelledError):
                await task
        await add(store, "Ani")
        assert await names(store) == ["Ani"]

    async def test_those_of_one_process_come_one_after_the_other(self, store: Store) -> None:
        wanted = [f"citizen {number}" for number in range(30)]
        await asyncio.gather(*(add(store, name) for name in wanted))
        assert sorted(await names(store)) == sorted(wanted)


class TestOthersWhoUseTheStore:
    async def test_a_locked_store_is_busy_and_nothing_is_lost(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        store = await Store.open(path, migrate=True)
        await add(store, "Ani")
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("INSERT INTO citizens (name) VALUES ('theirs')")
            with pytest.raises(StoreError, match=r"store\.sqlite is busy: another process has held it for 0.2 s"):
                await add(store, "Budi")
            other.execute("COMMIT")
        await add(store, "Budi")
        assert await names(store) == ["Ani", "theirs", "Budi"]
        await store.close()

    async def test_migrating_a_locked_store_is_busy_too(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        await make(path)
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="busy"):
                await Store.open(path, migrate=True)

    async def test_a_short_hold_is_waited_for(self, path: Path, store: Store) -> None:
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(add(store, "Ani"))
            await asyncio.sleep(0.2)
            assert not task.done()
            other.execute("COMMIT")
            await task
        assert await names(store) == ["Ani"]

    async def test_readers_do_not_wait_for_a_writer(self, path: Path, store: Store) -> None:
        await add(store, "Ani")
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("INSERT INTO citizens (name) VALUES ('not yet')")
            began = time.monotonic()
            assert await names(store) == ["Ani"]
            assert time.monotonic() - began < 1

    async def test_a_locked_store_still_opens_for_reading(self, path: Path) -> None:
        await make(path)
        with closing(another(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            store = await Store.open(path)
            assert await names(store) == []
            await store.close()

    async def test_the_reader_cannot_write(self, store: Store) -> None:
        with pytest.raises(StoreError, match="readonly"), store.told():
            await store.queries.add_citizen(store.reader, number=None, name="smuggled")

    async def test_a_read_that_fails_is_told_as_a_fault_of_the_store(self, path: Path, store: Store) -> None:
        with closing(another(path)) as other:
            other.execute("DROP TABLE overrides")
        with pytest.raises(StoreError, match=r"store\.sqlite: no such table: overrides"), store.told():
            assert [row async for row in store.queries.list_overrides(store.reader, after=0)]

    async def test_the_generation_changes_when_another_has_written(self, path: Path, store: Store) -> None:
        before = await store.generation()
        assert await store.generation() == before
        with closing(another(path)) as other:
            other.execute("INSERT INTO citizens (name) VALUES ('theirs')")
        assert await store.generation() != before


def test_every_query_can_be_made_and_there_are_no_others() -> None:
    queries = Queries()
    known = aiosql.from_path(database.QUERIES, "aiosqlite", mandatory_parameters=False)
    assert sorted(dir(queries)) == sorted(name for name in known.available_queries if not name.endswith("_cursor"))
    for name in dir(queries):
        made, whole = getattr(queries, name), getattr(known, name)
        assert (made.sql, made.operation) == (whole.sql, whole.operation)
        assert getattr(queries, name) is made
        assert hasattr(queries, f"{name}_cursor") == hasattr(known, f"{name}_cursor")
    with pytest.raises(AttributeError, match="no query list_nothing"):
        queries.list_nothing  # noqa: B018 - the look is the test


async def test_a_new_store_is_closed_to_everyone_else(path: Path) -> None:
    store = await Store.open(path, migrate=True)
    files = [path, *path.parent.glob(f"{path.name}-*")]
    modes = {file.stat().st_mode & 0o777 for file in files}
    await store.close()
    assert len(files) > 1
    assert modes == {0o600}


def test_no_two_queries_have_the_same_name() -> None:
    texts = [file.read_text("utf-8") for file in database.QUERIES.glob("*.sql")]
    names = Counter(name for text in texts for name in re.findall(r"^-- name: (\w+)", text, re.MULTILINE))
    assert [name for name, times in names.items() if times > 1] == []
