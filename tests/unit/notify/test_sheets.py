"""The morning sheet, read back as its receiver would."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from depok_agi.notify.matter import Department, Matter
from depok_agi.notify.sheet import NOT_PRINTED, sheet
from tests.unit.desk.made import TEN, WIB, wib
from tests.unit.notify.matters import DLHK, DUE, matter

LATE = matter(number="1000024", due_at=TEN - timedelta(hours=30), text="Got mampet", area="Tapos", category=None)
SOON = matter(number="1000032", due_at=TEN + timedelta(hours=2.5), text="Pohon tumbang", category="pohon tumbang")
LONGER = matter(number="1000016", due_at=DUE)


def page(matters: list[Matter], opd: Department = DLHK) -> Any:
    [file] = sheet(opd, matters, TEN, WIB).attachments
    return load_workbook(io.BytesIO(file.content)).active


class TestText:
    def test_the_latest_ticket_stands_first(self) -> None:
        said = sheet(DLHK, [LONGER, LATE, SOON], TEN, WIB)
        assert said.subject == "DLHK: 3 tiket menunggu jawaban, 1 terlambat, Senin, 8 Juni 2026"
        rows = [line for line in said.text.splitlines() if line[:3] == "100"]
        assert [" ".join(row.split()) for row in rows] == [
            "1000024 - Tapos 08-06-2026 10.00 07-06-2026 04.00 TERLAMBAT 1 hari 6 jam",
            "1000032 pohon tumbang Beji 08-06-2026 10.00 08-06-2026 12.30 2 jam",
            "1000016 sampah Beji 08-06-2026 10.00 11-06-2026 10.00 3 hari",
        ]
        assert "\n  Got mampet\n" in said.text

    def test_when_none_is_late_none_is_said_to_be(self) -> None:
        assert "terlambat" not in sheet(DLHK, [SOON, LONGER], TEN, WIB).subject

    def test_the_file_is_named_after_the_opd_and_the_day(self) -> None:
        [file] = sheet(Department("../X Y", "x"), [LONGER], wib("2026-06-08 00:30"), WIB).attachments
        assert file.name == "tiket-XY-2026-06-08.xlsx"


class TestWorkbook:
    def test_it_holds_every_ticket_with_dates_as_dates_and_numbers_as_text(self) -> None:
        rows = list(page([LONGER, LATE]).iter_rows(values_only=True))
        assert rows[0] == (
            "Nomor", "Kategori", "Kecamatan", "Diteruskan", "Batas jawaban", "Sisa waktu (jam)", "Isi laporan",
        )  # fmt: skip
        assert rows[1] == (
            "1000024", "-", "Tapos", datetime(2026, 6, 8, 10), datetime(2026, 6, 7, 4), -30, "Got mampet",  # noqa: DTZ001 - Excel has none
        )  # fmt: skip
        assert rows[2][6] == "Sampah menumpuk di Jl. Margonda,\nsudah dua minggu."

    def test_it_prints_on_a4_across_with_its_head_on_every_page(self) -> None:
        found = page([LONGER], Department("R&D", "Riset & Data"))
        assert (found.page_setup.orientation, found.page_setup.paperSize) == ("landscape", 9)
        assert (found.page_setup.fitToWidth or 1, found.page_setup.fitToHeight) == (1, 0)  # 1 when it is not said
        assert found.sheet_properties.pageSetUpPr.fitToPage
        assert (found.freeze_panes, found.print_title_rows) == ("A2", "$1:$1")
        assert found.oddHeader.left.text == "R&&D: tiket yang menunggu jawaban, Senin, 8 Juni 2026"
        assert found.column_dimensions["G"].width > found.column_dimensions["A"].width

    @pytest.mark.parametrize(
        "text", ['=HYPERLINK("http://127.0.0.1/","klik")', "+62811", "-1+1", "@SUM(A1)", "{=1+1}", "http://127.0.0.1/"]
    )
    def test_no_complaint_becomes_a_formula_or_a_link(self, text: str) -> None:
        row = page([matter(text=text, category=text, area=text)])[2]
        for cell in (row[1], row[2], row[6]):
            assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
            assert cell.quotePrefix  # nor when somebody edits it

    @settings(max_examples=40)
    @given(st.text(max_size=200), st.text(max_size=50))
    @example("a" * 40_000, "")
    @example("\ud800\x00\x1b\ufffe", "\x0b")
    def test_whatever_a_complaint_says_the_sheet_can_be_opened(self, text: str, category: str) -> None:
        rows = list(page([matter(text=text, category=category), LATE]).iter_rows(values_only=True))
        assert [row[0] for row in rows[1:]] == ["1000024", "1000016"]
        if len(text) > 32_000:
            assert len(str(rows[2][6])) == 32_000

    def test_the_text_of_a_secret_ticket_is_not_printed(self) -> None:
        said = sheet(DLHK, [matter(secret=True)], TEN, WIB)
        assert "Margonda" not in said.text
        assert page([matter(secret=True)])[2][6].value == NOT_PRINTED
