"""A copy of the store is made while it is in use, counts only when it is whole, and can be put back."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from depok_agi.errors import NotFoundError, RefusedError, StoreError
from depok_agi.store import backup
from depok_agi.store.database import Store, newest_version

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
NAME = "depok-agi-20261125-020000.sqlite"


async def _new_store(path: Path) -> None:
    store = await Store.open(path, migrate=True)
    await store.close()


def note(store: Path, name: str) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("INSERT INTO citizens (number, name) VALUES (NULL, ?)", (name,))


def names(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM citizens ORDER BY id")]


def in_folder(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite"
    asyncio.run(_new_store(path))
    note(path, "Ani")
    return path


def test_a_copy_is_made_while_others_read_and_write(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO citizens (number, name) VALUES (NULL, 'half written')")
        made = backup.back_up(store, tmp_path / "backups", NOW)
        writer.execute("COMMIT")
    assert made == tmp_path / "backups" / NAME
    assert names(made) == ["Ani"], "what is not committed is in no copy"
    assert names(store) == ["Ani", "half written"]


def test_a_copy_is_one_file_for_its_owner_alone(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    assert names(made) == ["Ani"]
    assert in_folder(tmp_path / "backups") == [NAME]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700


def test_a_store_that_is_broken_leaves_no_copy(store: Path, tmp_path: Path) -> None:
    note(store, "x" * 100_000)
    content = bytearray(store.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    store.write_bytes(content)
    with pytest.raises(StoreError, match=r"not whole|malformed"):
        backup.back_up(store, tmp_path / "backups", NOW)
    assert in_folder(tmp_path / "backups") == []


def test_only_the_newest_are_kept_and_nothing_else_is_touched(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [backup.back_up(store, folder, NOW + timedelta(days=day)) for day in range(4)]
    (folder / "important.sqlite").write_text("not ours")
    assert backup.forget_old(folder, keep=2) == made[:2]
    assert backup.listed(folder) == made[2:]
    assert (folder / "important.sqlite").exists()


def test_a_second_one_in_the_same_second_is_refused(store: Path, tmp_path: Path) -> None:
    backup.back_up(store, tmp_path, NOW)
    with pytest.raises(RefusedError, match="already"):
        backup.back_up(store, tmp_path, NOW)


def test_going_back_keeps_what_was_there(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    note(store, "Budi")
    aside = backup.restore(made, store, NOW)
    assert names(store) == ["Ani"]
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert aside is not None
    assert names(aside) == ["Ani", "Budi"]
    assert names(made) == ["Ani"], "the backup is there still"


def test_where_there_is_no_store_nothing_is_put_aside(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    assert backup.restore(made, tmp_path / "new.sqlite", NOW) is None
    assert names(tmp_path / "new.sqlite") == ["Ani"]


def test_a_store_in_use_is_not_replaced(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    note(store, "Budi")
    with closing(sqlite3.connect(store)) as daemon:
        assert daemon.execute("SELECT count(*) FROM citizens").fetchone() == (2,)
        with pytest.raises(RefusedError, match="in use: stop the daemon"):
            backup.restore(made, store, NOW)
    assert names(store) == ["Ani", "Budi"]
    assert in_folder(tmp_path) == ["backups", "store.sqlite"]


def test_a_broken_store_can_be_replaced(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    store.write_bytes(b"\xff" * 5000)
    aside = backup.restore(made, store, NOW)
    assert aside is not None
    assert aside.read_bytes() == b"\xff" * 5000
    assert names(store) == ["Ani"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000), "malformed|not a database"),
        (lambda path: path.write_bytes(b""), "no store of depok-agi"),
        (lambda path: path.write_bytes(path.read_bytes()[:9000]), "malformed|Page|never used|invalid"),
    ],
    ids=["rubbish", "empty", "cut off"],
)
def test_a_broken_backup_is_refused_and_the_store_stays(store: Path, tmp_path: Path, spoil: object, said: str) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    assert callable(spoil)
    spoil(made)
    with pytest.raises(RefusedError, match=said):
        backup.restore(made, store, NOW)
    assert names(store) == ["Ani"]
    assert in_folder(tmp_path) == ["backups", "store.sqlite"]


def test_one_of_a_newer_software_is_refused(store: Path, tmp_path: Path) -> None:
    made = backup.back_up(store, tmp_path / "backups", NOW)
    with closing(sqlite3.connect(made)) as connection:
        connection.execute(f"PRAGMA user_version = {newest_version() + 1}")
    with pytest.raises(RefusedError, match="newer depok-agi"):
        backup.restore(made, store, NOW)
    assert names(store) == ["Ani"]


def test_one_that_is_not_there_is_said_to_be_so(store: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no backup"):
        backup.restore(tmp_path / NAME, store, NOW)


def test_a_row_that_belongs_to_nothing_is_a_fault(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("INSERT INTO ticket_calls (ticket, call) VALUES (77, 'depok-1.1')")
    (fault, *_) = backup.faults(store)
    assert "of ticket_calls belongs to a row of" in fault


def test_a_full_disk_is_told_and_leaves_nothing(store: Path) -> None:
    with pytest.raises(StoreError):
        backup.back_up(store, Path("/dev/full/backups"), NOW)
    assert names(store) == ["Ani"]
