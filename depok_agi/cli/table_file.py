"""A table that somebody made with a spreadsheet: CSV or XLSX, whichever it is by its content."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from depok_agi.errors import RefusedError

MOST_BYTES = 20_000_000
_ZIP = b"PK\x03\x04"
_MOST_UNPACKED = 200_000_000
"""A workbook is a zip file: a small one can hold what no memory does."""


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and each row that is not empty with its place, the heading being 1."""

    heading: Sequence[str]
    rows: Sequence[tuple[int, dict[str, Any]]]


def read(content: bytes) -> Table:
    """Read it.

    Raises:
        RefusedError: it is neither, is empty, or is damaged.
    """
    if len(content) > MOST_BYTES:
        raise RefusedError("the file is larger than {most_bytes} MB", most_bytes=MOST_BYTES // 1000000)
    lines = _of_workbook(content) if content.startswith(_ZIP) else _of_csv(content)
    numbered = [(line, row) for line, row in lines if any(cell not in {None, ""} for cell in row)]
    if not numbered:
        raise RefusedError("the file is empty")
    _, first = numbered[0]
    heading = ["" if cell is None else str(cell).strip().lower() for cell in first]
    while heading and not heading[-1]:
        heading.pop()
    rows = []
    for line, row in numbered[1:]:
        if any(cell not in {None, ""} for cell in row[len(heading) :]):
            raise RefusedError("row {line} has more cells than the heading has columns", line=line)
        rows.append((line, dict(zip(heading, row, strict=False))))
    return Table(heading, rows)


def _of_csv(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """With `,`, `;` or tabs between: which one, the heading tells. The place is that of the row's last line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RefusedError("line {line} is not UTF-8: save the file as `CSV UTF-8`, or as XLSX", line=line) from None
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise RefusedError("line {line_num} is no CSV: {error}", line_num=reader.line_num, error=error) from None


def _of_workbook(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """The first sheet, values only: what formulas gave when it was saved."""
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and few import workbooks

    if _unpacked(content) > _MOST_UNPACKED:
        raise RefusedError("the workbook is too large")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        yield from enumerate(sheet.iter_rows(values_only=True), 1)
    except Exception as error:  # noqa: BLE001 - a damaged file fails in any of its many parts
        raise RefusedError("the workbook cannot be read: {name}", name=type(error).__name__) from None


def _unpacked(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        raise RefusedError("the workbook is damaged") from None
