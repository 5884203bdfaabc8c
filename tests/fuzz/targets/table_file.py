"""A table that somebody made with a spreadsheet, as `tickets import` reads it."""

import io
from collections.abc import Iterator

from openpyxl import Workbook

from depok_agi.cli import table_file
from depok_agi.errors import RefusedError
from depok_agi.tickets.import_rows import heading_faults
from tests.fuzz.target import Target

ROWS = (
    ("channel", "date", "number", "name", "category", "area", "text"),
    ("letter", "2026-11-24", "081100001001", "Eko", "sampah", "Beji", "Sampah menumpuk"),
    ("web", "2026-11-24 09:30", "", "", "macet", "", 'Macet di "Margonda", tiap pagi\nsampai siang'),
)


def run(data: bytes) -> str:
    try:
        table = table_file.read(data)
    except RefusedError as error:
        return str(error)[:20]
    assert all(len(row) <= len(table.heading) for _, row in table.rows), "a cell of no column"
    assert [line for line, _ in table.rows] == sorted(line for line, _ in table.rows), "rows out of order"
    return f"{len(heading_faults(table.heading))} {min(len(table.rows), 3)}"


def seeds() -> Iterator[bytes]:
    for separator in ",;\t":
        yield "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in ROWS).encode("utf-8-sig")
    book = Workbook()
    for row in ROWS:
        book.worksheets[0].append(row)
    content = io.BytesIO()
    book.save(content)
    yield content.getvalue()


TARGET = Target(run, seeds, (b'"', b",", b";", b"\t", b"\r\n", b"PK\x03\x04", b"<row", b"=1+1"))
