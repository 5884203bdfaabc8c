"""The morning sheet of one OPD: the tickets that wait for its answer, the latest first, to be read and to be printed.

No cell of the workbook can run as a formula, whatever a complaint begins with: text is written as text, and marked so
that it stays text when somebody edits it (what others suffered: govuk-forms 906, iris 443).
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from depok_agi.notify.letter import CENTRE, Attachment, Letter
from depok_agi.notify.matter import Department, Matter
from depok_agi.notify.wording import day_text, lines, one_line, short_text, span_text

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_PRINTED = "RAHASIA, lihat surel tiket ini"
"""Instead of the text: a printed sheet lies about."""

_MOST_OF_A_TEXT = 200
_LONGEST_CELL = 32_000
"""Excel takes 32,767 characters; XlsxWriter leaves out the whole cell when it is longer."""

_A4 = 9
_MOMENT_FORMAT = "dd-mm-yyyy hh:mm"
_HOURS_FORMAT = "0.0;[Red]-0.0"


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    in_text: int
    """Its width, in characters."""
    in_workbook: int


_COLUMNS = (
    _Column("Nomor", 10, 12),
    _Column("Kategori", 18, 20),
    _Column("Kecamatan", 14, 16),
    _Column("Diteruskan", 18, 18),
    _Column("Batas jawaban", 18, 18),
    _Column("Sisa waktu", 24, 12),
)
_TEXT_COLUMN = _Column("Isi laporan", 0, 70)


def sheet(opd: Department, matters: Sequence[Matter], now: datetime, timezone: tzinfo) -> Letter:
    """The sheet at this moment, as text and as a workbook that goes along."""
    ordered = sorted(matters, key=lambda matter: (matter.due_at, matter.number))
    late = sum(matter.due_at < now for matter in ordered)
    day, code = day_text(now, timezone), one_line(opd.code, 20)
    count = f"{len(ordered)} tiket menunggu jawaban" + (f", {late} terlambat" if late else "")
    text = "\n\n".join(
        (
            f"Yth. Bapak/Ibu petugas {one_line(opd.name)},",
            f"Pada {day}, {code} memiliki {count}. Yang paling mendesak ada di atas; daftar lengkap terlampir (Excel).",
            _table(ordered, now, timezone),
            "Mohon balas ke petugas pusat panggilan dengan menyebut nomor tiket.",
            f"Terima kasih.\n{CENTRE}\n(Surel ini dikirim secara otomatis.)\n",
        )
    )
    name = re.sub(r"[^A-Za-z0-9]", "", opd.code)
    file = Attachment(
        f"tiket-{name}-{now.astimezone(timezone):%Y-%m-%d}.xlsx", XLSX, workbook(opd, ordered, now, timezone)
    )
    return Letter(f"{code}: {count}, {day}", text, (file,))


def _table(matters: Sequence[Matter], now: datetime, timezone: tzinfo) -> str:
    head = " ".join(f"{column.title:{column.in_text}}" for column in _COLUMNS).rstrip()
    rows = [head, "-" * (sum(column.in_text + 1 for column in _COLUMNS) - 1)]
    for matter in matters:
        cells = (
            matter.number,
            matter.category or "-",
            matter.area or "-",
            short_text(matter.forwarded_at, timezone),
            short_text(matter.due_at, timezone),
            _left(matter.due_at - now),
        )
        rows.append(
            " ".join(
                f"{one_line(cell, column.in_text):{column.in_text}}"
                for cell, column in zip(cells, _COLUMNS, strict=True)
            ).rstrip()
        )
        rows.append(f"  {one_line(_text(matter), _MOST_OF_A_TEXT)}")
    return "\n".join(rows)


def _left(span: timedelta) -> str:
    return f"TERLAMBAT {span_text(-span)}" if span < timedelta() else span_text(span)


def _text(matter: Matter) -> str:
    if matter.secret:
        return NOT_PRINTED
    return matter.text or "(isi laporan sudah dihapus)"


def workbook(opd: Department, matters: Sequence[Matter], now: datetime, timezone: tzinfo) -> bytes:
    """The XLSX file, for A4 across. Moments are those of `timezone`, which Excel does not know."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # noqa: PLC0415 - slow, and needed once a morning

    content = io.BytesIO()
    as_it_is = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(content, as_it_is)
    title = f"{one_line(opd.code, 20)}: tiket yang menunggu jawaban, {day_text(now, timezone)}"
    book.set_properties({"title": title, "created": now.astimezone(timezone).replace(tzinfo=None)})
    page = book.add_worksheet("Tiket")
    _lay_out(page, title)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    moment = book.add_format({"num_format": _MOMENT_FORMAT, "valign": "top", "align": "left"})
    hours = book.add_format({"num_format": _HOURS_FORMAT, "valign": "top"})
    for place, column in enumerate((*_COLUMNS, _TEXT_COLUMN)):
        page.set_column(place, place, column.in_workbook)
        unit = " (jam)" if column.title == "Sisa waktu" else ""
        page.write_string(0, place, column.title + unit, bold)
    for row, matter in enumerate(matters, 1):
        page.write_string(row, 0, matter.number, text)
        page.write_string(row, 1, one_line(matter.category or "-"), text)
        page.write_string(row, 2, one_line(matter.area or "-"), text)
        page.write_datetime(row, 3, matter.forwarded_at.astimezone(timezone).replace(tzinfo=None), moment)
        page.write_datetime(row, 4, matter.due_at.astimezone(timezone).replace(tzinfo=None), moment)
        page.write_number(row, 5, round((matter.due_at - now) / timedelta(hours=1), 1), hours)
        page.write_string(row, 6, lines(_text(matter))[:_LONGEST_CELL], text)
    book.close()
    return content.getvalue()


def _lay_out(page: Any, title: str) -> None:
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_header(f"&L{title[:200].replace('&', '&&')}")
    page.set_footer("&L1500 664&R&P/&N")
