"""Lists stay fast however many years the store holds: none goes through all rows of what grows without end."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from depok_agi.store.database import QUERIES, Store

GROWING = frozenset(
    {
        "access_log",
        "call_personal",
        "call_uniqueids",
        "call_versions",
        "callback_attempts",
        "callback_calls",
        "callback_causes",
        "callback_requests",
        "callback_versions",
        "callbacks",
        "calls",
        "citizens",
        "imported_rows",
        "left_behind",
        "mails",
        "sms_queue",
        "sms_received",
        "surveys",
        "ticket_calls",
        "ticket_history",
        "ticket_texts",
        "ticket_views",
        "tickets",
    }
)

NEWEST_FIRST = {"newest_calls_ending": "calls"}
"""They read an index or the table backwards and leave nothing out, or next to nothing, so they end at their limit."""

ALL = {
    "all_history": "is what `tickets verify` is for",
    "all_standings": "likewise",
    "find_calls": "has only a part of an id, which may be its end",
    "find_citizens_by_name": "has only a part of a name",
    "calls_with_digits": "looks for a number in texts, when a citizen is erased",
    "texts_with_digits": "likewise",
    "notes_with_digits": "likewise",
    "access_to_citizen": "is exported, once, and entries name a citizen in three ways",
}
"""They need every row, and why."""

PARTIAL = re.compile(r"CREATE (?:UNIQUE )?INDEX (\w+) ON \w+ \(.*?\)\s+WHERE (?!.*(?:IS NOT NULL|'sent'))", re.DOTALL)
"""An index of what is open, waiting or rare: to go through all of it is to go through a few."""

_QUERY = re.compile(r"^-- name: (\w+)[^\n]*\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_ALIAS = re.compile(r"\b(?:FROM|JOIN) (\w+)(?: (?!ON\b|WHERE\b|ORDER\b|SET\b|LEFT\b|JOIN\b|GROUP\b)(\w+))?")


NAMED = dict(
    named
    for file in sorted(QUERIES.glob("*.sql"))
    if file.name != "reports.sql"  # they count a period: tests/bench times them
    for named in _QUERY.findall(file.read_text("utf-8"))
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / "store.sqlite"
    asyncio.run(_made(path))
    with closing(sqlite3.connect(path)) as connection:
        yield connection


async def _made(path: Path) -> None:
    await (await Store.open(path, migrate=True)).close()


def _gone_through(connection: sqlite3.Connection, text: str) -> set[str]:
    """The growing tables of which a query reads all rows, or all entries of an index that is not partial."""
    partial = {
        name
        for name, made_by in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
        if made_by and PARTIAL.match(made_by)
    }
    tables: dict[str, str] = {alias or table: table for table, alias in _ALIAS.findall(text)}
    values = dict.fromkeys(re.findall(r"(?<!:):(\w+)", text), 1)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]
    scans = [found for step in steps if (found := _SCAN.match(step))]
    names = [str(scan[1]) for scan in scans if scan[2] not in partial]
    return {tables.get(name, name) for name in names} & GROWING


@pytest.mark.parametrize("name", NAMED)
def test_no_query_goes_through_all_of_what_grows(empty: sqlite3.Connection, name: str) -> None:
    found = _gone_through(empty, NAMED[name])
    if name in ALL:
        assert found
    else:
        assert found == ({NEWEST_FIRST[name]} if name in NEWEST_FIRST else set())


def test_a_query_that_does_is_found(empty: sqlite3.Connection) -> None:
    bad = "SELECT id FROM calls c WHERE (:since IS NULL OR c.started_at >= :since) ORDER BY c.started_at DESC LIMIT 5"
    assert _gone_through(empty, bad) == {"calls"}
    good = "SELECT id FROM calls c WHERE c.started_at >= :since ORDER BY c.started_at DESC LIMIT 5"
    assert _gone_through(empty, good) == set()
