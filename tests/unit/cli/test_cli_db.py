"""`db`: an admin makes a backup, looks at them, goes back to one, and asks whether the store is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.command import Command


@pytest.fixture
def keeps_two(command: Command) -> Command:
    with command.settings.open("a") as file:
        file.write("[backup]\nkeep = 2\n")
    return command


def made(command: Command) -> Path:
    return Path(command.ok("db", "backup").stdout.strip())


def test_a_backup_says_where_it_is_and_the_list_names_it(keeps_two: Command) -> None:
    copy = made(keeps_two)
    assert copy.parent == keeps_two.folder / "backups"
    assert copy.exists()
    assert [one["name"] for one in keeps_two.json("db", "backups")] == [copy.name]
    listed = keeps_two.ok("db", "backups")
    assert copy.name in listed.stdout
    assert f"depok-agi db restore {copy.name}" in listed.stderr


def test_without_one_the_list_says_so(command: Command) -> None:
    assert "no backup yet" in command.ok("db", "backups").output
    assert command.json("db", "backups") == []


def test_only_so_many_are_kept(keeps_two: Command) -> None:
    folder = keeps_two.folder / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"depok-agi-2020010{day}-020000.sqlite").write_bytes(b"old")
    said = keeps_two.ok("db", "backup")
    assert "2 older than the newest 2 deleted" in said.stderr
    assert len(list(folder.iterdir())) == 2


def test_going_back_to_a_backup_brings_its_tickets_and_loses_none(keeps_two: Command) -> None:
    keeps_two.ok("tickets", "new", "--text", "Lampu padam", "--caller", "081100001001")
    copy = made(keeps_two)
    keeps_two.ok("tickets", "new", "--text", "Sampah", "--caller", "081100001002")
    said = keeps_two.ok("db", "restore", copy.name).stderr
    assert [ticket["text"] for ticket in keeps_two.json("tickets", "list")] == ["Lampu padam"]
    aside = next(keeps_two.folder.glob("store.sqlite.before-*"))
    assert str(aside) in said
    with closing(sqlite3.connect(aside)) as before:
        assert before.execute("SELECT count(*) FROM tickets").fetchone() == (2,)


@pytest.mark.parametrize(
    "name", ["../store.sqlite", "/etc/passwd", "store.sqlite", "", "depok-agi-20200101-000000.sqlite"]
)
def test_only_a_backup_can_be_restored(keeps_two: Command, name: str) -> None:
    assert "no backup" in keeps_two.refused("db", "restore", name)


def test_a_whole_store_is_whole(command: Command) -> None:
    command.ok("tickets", "new", "--text", "Lampu padam", "--caller", "081100001001")
    assert "is whole" in command.ok("db", "check").stderr
    assert command.json("db", "check")["faults"] == []


def test_a_store_that_somebody_changed_has_faults(command: Command) -> None:
    with closing(sqlite3.connect(command.store)) as store, store:
        store.execute("INSERT INTO ticket_calls (ticket, call) VALUES (77, 'depok-1.1')")
    checked = command.run("db", "check")
    assert checked.exit_code == 1
    assert "of ticket_calls belongs to a row of" in checked.stdout
    assert "fault" in checked.stderr
