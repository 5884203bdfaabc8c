"""The queue of e-mails is made anew for reports, and nothing of it is lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from depok_agi.store import database
from depok_agi.store.database import Store, _migrations

REPORTS = 9
MAIL = """
INSERT INTO mails (id, key, kind, role, opd, address, status, queued_at, next_try_at, tries, error)
VALUES (7, 'sheet:DLHK:2026-06-08', 'sheet', 'officer', 'DLHK', NULL, 'waiting', 1, 2, 3, 'no address')
"""


async def test_what_waits_before_waits_afterwards_and_a_report_needs_no_opd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, all_of_them = tmp_path / "store.sqlite", _migrations()
    monkeypatch.setattr(database, "_migrations", lambda: [one for one in all_of_them if one[0] < REPORTS])
    await (await Store.open(path, migrate=True)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(MAIL)
        connection.commit()
        before = connection.execute("SELECT * FROM mails").fetchall()
    monkeypatch.setattr(database, "_migrations", lambda: all_of_them)
    store = await Store.open(path, migrate=True)
    async with store.transaction() as connection:
        found = await connection.execute("SELECT * FROM mails")
        assert [tuple(row) for row in await found.fetchall()] == before
        assert await store.queries.add_mail(
            connection,
            key="report:month:2026-05-01:a@b.invalid",
            kind="report",
            role="recipient",
            opd=None,
            ticket=None,
            forwarding=None,
            address="a@b.invalid",
            queued_at=1,
            next_try_at=1,
        )
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            await connection.execute("UPDATE mails SET opd = 'NOBODY' WHERE id = 7")
    await store.close()
