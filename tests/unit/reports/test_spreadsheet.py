"""The workbook, read back as its receiver would."""

import io
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from depok_agi.reports.report import Column, Report, Table, Unit, Value
from depok_agi.reports.writers import spreadsheet
from depok_agi.reports.writers.wording import NUMBERS, Wording, one_line, rounded
from tests.unit.reports.made_up import ENGLISH, INDONESIAN, LONG, NASTY, empty, report, table_of

FIRST_ROW = 5
PHONE = "081100001234"


def book(given: Report, wording: Wording = ENGLISH, **more: Any) -> Any:
    return load_workbook(io.BytesIO(spreadsheet.write(given, wording, **more)), rich_text=False)


def with_table(*tables: Table) -> Report:
    whole = report()
    return replace(whole, sections=(replace(whole.sections[0], tables=tables),))


def one_column(*values: Value, unit: Unit = Unit.TEXT) -> Table:
    return Table("t", "Tickets by OPD", (Column("c", "OPD", unit),), tuple((value,) for value in values))


def same(cell: object, value: Value, unit: Unit) -> bool:
    """Does a cell say what the page says?"""
    if value is None:
        return cell is None
    if unit is Unit.SECONDS:
        moment = cell if isinstance(cell, timedelta) else timedelta()
        if isinstance(cell, time):
            moment = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
        return moment == timedelta(seconds=rounded(value, unit))
    if unit in NUMBERS:
        return cell == rounded(value, unit)
    if isinstance(cell, datetime):
        return ENGLISH.value(cell.replace(tzinfo=ENGLISH.timezone), Unit.MOMENT).startswith(ENGLISH.value(value, unit))
    return cell == ENGLISH.value(value, unit)


class TestFigures:
    def test_every_table_has_a_sheet_and_every_cell_says_what_the_page_says(self) -> None:
        sheets = book(report())
        tables = [table for section in report().sections for table in section.tables]
        assert sheets.sheetnames == ["Key figures", *(table.title for table in tables)]
        for table in tables:
            page = sheets[table.title]
            for place, row in enumerate(table.rows):
                cells = [cell.value for cell in page[FIRST_ROW + place]]
                for cell, value, column in zip(cells, row, table.columns, strict=True):
                    assert same(cell, value, column.unit), (cell, value)

    def test_a_total_is_one_more_row_in_the_readers_words(self) -> None:
        page = book(report(), INDONESIAN).worksheets[1]
        assert [cell.value for cell in page[FIRST_ROW + 4]] == ["Jumlah", 1472, 1]

    def test_key_figures_stand_beside_those_of_the_periods_before(self) -> None:
        page = book(report())["Key figures"]
        rows = {row[0]: row[1:] for row in page.iter_rows(min_row=FIRST_ROW, max_col=4, values_only=True)}
        assert rows["Calls offered"] == (1472, 1390, 1204)
        assert rows["Service level"] == (0.892, 0.86, None)
        assert rows["Oldest open ticket"] == (datetime(2026, 8, 3, 7, 45), None, None)  # noqa: DTZ001 - Excel's

    def test_numbers_are_shown_as_the_page_shows_them(self) -> None:
        page = book(report())["Key figures"]
        formats = {row[0].value: row[1].number_format for row in page.iter_rows(min_row=FIRST_ROW, max_col=2)}
        assert formats["Calls offered"] == "#,##0"
        assert formats["Service level"] == "0.0%"
        assert formats["Mean wait"] == "[h]:mm:ss"
        assert formats["Satisfaction index"] == "0.00"
        assert formats["Median time to answer"] == "#,##0.0"

    def test_an_empty_report_has_its_sheets_and_no_zeros_for_what_is_not_known(self) -> None:
        page = book(empty())["Key figures"]
        rows = {row[0]: row[1] for row in page.iter_rows(min_row=FIRST_ROW, max_col=2, values_only=True)}
        assert rows["Calls offered"] == 0
        assert rows["Service level"] is None

    def test_definitions_have_a_sheet_when_there_are_any(self) -> None:
        assert "What the figures mean" not in book(report()).sheetnames
        page = book(report(), definitions={"calls.service_level": "=1+1", "tickets.service_level": "x"})[
            "What the figures mean"
        ]
        rows = list(page.iter_rows(min_row=FIRST_ROW, max_col=2, values_only=True))
        assert rows == [("Service level", "=1+1")]


class TestText:
    @settings(deadline=None, max_examples=40)
    @given(st.text(max_size=300) | st.sampled_from(["=1+1", "+6281100001234", "-1", "@SUM(A1)", "\t=1", "http://x.y"]))
    def test_no_cell_can_run_and_text_stays_what_it_was(self, text: str) -> None:
        cell = book(with_table(one_column(text)))["Tickets by OPD"].cell(FIRST_ROW, 1)
        assert cell.data_type in {"s", "n"}
        assert (cell.value or "") == one_line(text)
        assert cell.hyperlink is None
        assert cell.quotePrefix

    def test_a_telephone_number_keeps_its_zero_and_its_plus(self) -> None:
        page = book(with_table(one_column(PHONE, "+6281100001234")))["Tickets by OPD"]
        assert [page.cell(FIRST_ROW + line, 1).value for line in range(2)] == [PHONE, "+6281100001234"]

    def test_nothing_in_the_file_is_a_formula_or_a_link(self) -> None:
        written = spreadsheet.write(report(first_name=NASTY), INDONESIAN)
        sheets = load_workbook(io.BytesIO(written))
        cells = [cell for page in sheets for row in page.iter_rows() for cell in row]
        assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []

    def test_a_text_longer_than_a_cell_is_cut_and_not_lost(self) -> None:
        value = book(with_table(one_column("x" * 40_000)))["Tickets by OPD"].cell(FIRST_ROW, 1).value
        assert value == "x" * 32_000


class TestSheets:
    @pytest.mark.parametrize("title", ["", "[a]:b*c?d/e\\f'", "'x'", LONG, "x" * 31])
    def test_names_are_such_as_excel_takes_and_no_two_are_the_same(self, title: str) -> None:
        tables = [replace(table_of(Unit.COUNT, 1), title=given) for given in (title, title.upper(), title)]
        names = book(with_table(*tables)).sheetnames
        assert len({name.casefold() for name in names}) == len(names) == 4
        assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in names)

    def test_each_prints_on_a4_as_wide_as_the_page_with_its_head_on_every_page(self) -> None:
        sheets = book(report())
        for page in sheets:
            assert page.page_setup.paperSize == 9
            assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) in {(1, 0), (None, 0)}
            assert page.sheet_properties.pageSetUpPr.fitToPage
            assert page.print_title_rows == "$4:$4"
            assert page.freeze_panes == "B5"
        assert sheets["Tickets by OPD"].page_setup.orientation == "landscape"
        assert sheets["Calls by day"].page_setup.orientation != "landscape"

    def test_the_same_report_is_the_same_file(self) -> None:
        assert spreadsheet.write(report(), INDONESIAN) == spreadsheet.write(report(), INDONESIAN)
