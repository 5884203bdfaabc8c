"""`tickets import`: files as people make them, all rows or none, and never twice."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from depok_agi.access.roles import Role
from depok_agi.cli import table_file
from depok_agi.desk import importing
from depok_agi.errors import RefusedError
from tests.unit.cli.command import Command
from tests.unit.cli.people import People

HEADING = ["channel", "text", "caller", "received_at", "reference"]
ROWS: list[list[Any]] = [
    ["letter", "Lampu jalan mati", "0811-0000-1234", "2026-01-05", "A-1"],
    ["twitter", "Sampah, menumpuk; di\ndepan pasar", "", "05-01-2026 10:30", ""],
]


def csv_of(rows: list[list[Any]], separator: str = ",") -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows([HEADING, *rows])
    return written.getvalue().encode()


def xlsx_of(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in [HEADING, *rows]:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def texts(command: Command) -> list[str]:
    return [ticket["text"] for ticket in command.json("tickets", "list")][::-1]


@pytest.mark.parametrize(
    "content", [csv_of(ROWS), csv_of(ROWS, ";"), csv_of(ROWS, "\t"), b"\xef\xbb\xbf" + csv_of(ROWS), xlsx_of(ROWS)]
)
def test_every_kind_of_file_gives_the_same_tickets(command: Command, content: bytes) -> None:
    numbers = command.ok("tickets", "import", "-", given=content).stdout.split()
    assert len(numbers) == 2
    first = command.json("tickets", "show", numbers[0])
    assert (first["channel"], first["caller"], first["text"]) == ("letter", "+6281100001234", "Lampu jalan mati")
    assert first["opened_at"] == "2026-01-05T00:00:00+07:00"
    second = command.json("tickets", "show", numbers[1])
    assert (second["channel"], second["text"]) == ("social", "Sampah, menumpuk; di\ndepan pasar")


def test_the_same_file_is_imported_once_and_a_longer_one_only_what_is_new(command: Command) -> None:
    first = command.json("tickets", "import", "-", given=csv_of(ROWS))
    assert command.json("tickets", "import", "-", given=xlsx_of(ROWS)) == {"imported": [], "known": first["imported"]}
    longer = csv_of([*ROWS, ["web", "Banjir di Beji", "", "", ""]])
    found = command.json("tickets", "import", "-", given=longer)
    assert found["known"] == first["imported"]
    assert len(found["imported"]) == 1
    assert len(texts(command)) == 3


def test_one_wrong_row_and_nothing_is_imported(command: Command) -> None:
    wrong = [*ROWS, ["pigeon", "", "12", "besok", ""]]
    result = command.run("tickets", "import", "-", given=csv_of(wrong))
    assert (result.exit_code, result.stdout) == (1, "")
    # The place is that in the file: a text of two lines is before it.
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "row 5, channel",
        "row 5, text",
        "row 5, caller",
        "row 5, received_at",
        "depok-agi",
    ]
    assert "1 of 3 rows are wrong: nothing was imported" in result.stderr
    assert texts(command) == []


def test_a_check_imports_nothing(command: Command) -> None:
    result = command.ok("tickets", "import", "-", "--check", given=csv_of(ROWS))
    assert "2 rows, all of them right" in result.stderr
    assert texts(command) == []


def test_the_template_can_be_imported_as_it_is(command: Command) -> None:
    template = command.ok("tickets", "import", "--template").stdout
    assert len(command.ok("tickets", "import", "-", given=template).stdout.split()) == 2


def test_a_file_is_read_by_its_name(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "laporan.xlsx"
    file.write_bytes(xlsx_of(ROWS))
    assert len(command.ok("tickets", "import", str(file)).stdout.split()) == 2


def test_under_sudo_only_standard_input_is_read(command: Command, tmp_path: Path, people: People) -> None:
    people.act_as("rina", Role.SUPERVISOR)
    (tmp_path / "a.csv").write_bytes(csv_of(ROWS))
    assert "not allowed under sudo" in command.refused("tickets", "import", str(tmp_path / "a.csv"), code=2)
    assert len(command.ok("tickets", "import", "-", given=csv_of(ROWS)).stdout.split()) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"channel,text\n", "no rows but the heading"),
        (b"channel,text\nletter,\xff\n", "line 2 is not UTF-8"),
        (b'channel,text\nletter,"open', "is no CSV"),
        (b"channel,text\nletter,a,b\n", "row 2 has more cells than the heading"),
        (b"PK\x03\x04 no workbook", "the workbook is damaged"),
        (xlsx_of(ROWS)[:-30], "the workbook is damaged"),
        (b"channel,text\n" + b"".join(b"web,%d\n" % n for n in range(importing.MOST_ROWS + 1)), "too many at once"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(command: Command, content: bytes, why: str) -> None:
    assert why in command.refused("tickets", "import", "-", given=content)


@pytest.mark.parametrize("heading", [b"channel,isi", b"text", b"channel;text|caller"])
def test_a_heading_that_is_wrong_is_told(command: Command, heading: bytes) -> None:
    result = command.run("tickets", "import", "-", given=heading + b"\nletter\n")
    assert result.exit_code == 1
    assert "nothing was imported" in result.stderr


def test_without_a_file_the_usage_is_told(command: Command) -> None:
    assert "Missing argument" in command.refused("tickets", "import", code=2)
    assert "either" in command.refused("tickets", "import", "--template", "x.csv", code=2)


def test_a_workbook_says_numbers_and_moments_in_its_own_way() -> None:
    at = datetime(2026, 1, 5, 10, 30)  # noqa: DTZ001 - a workbook knows no zones
    table = table_file.read(xlsx_of([["web", "Banjir", 81100001234, at, None], [None] * 5, ["web", "b", "", "", ""]]))
    assert [(line, row["caller"], row["received_at"]) for line, row in table.rows] == [
        (2, 81100001234, at),
        (4, None, None),
    ]


def test_a_workbook_that_unpacks_into_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "_MOST_UNPACKED", 100)
    with pytest.raises(RefusedError, match="too large"):
        table_file.read(xlsx_of(ROWS))
