"""The page, read back as a browser and a screen reader would."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from depok_agi.reports.report import Report, Unit
from depok_agi.reports.writers import page
from depok_agi.reports.writers.wording import Wording
from tests.unit.reports.made_up import ENGLISH, INDONESIAN, LONG, NASTY, empty, report

VOID = {"meta", "line", "rect", "circle", "polyline"}


class _Reader(HTMLParser):
    """The elements, with their attributes and their text; every one that is opened is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"td", "th"}:
            self.tables[-1][-1][-1] += data.strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(given: Report, wording: Wording = INDONESIAN) -> _Reader:
    return _Reader(page.write(given, wording))


@pytest.fixture(scope="module")
def usual() -> _Reader:
    return read(report())


@pytest.mark.parametrize("given", [report(), empty(), report(opds=90, many=1000, first_name=LONG)])
@pytest.mark.parametrize("wording", [INDONESIAN, ENGLISH])
class TestEveryPage:
    def test_it_is_whole_and_says_its_language(self, given: Report, wording: Wording) -> None:
        read_back = read(given, wording)
        [root] = read_back.all("html")
        assert root["lang"] == wording.language
        ids = [attributes["id"] for _, attributes in read_back.elements if "id" in attributes]
        assert sorted(set(ids), key=str) == sorted(ids, key=str)

    def test_it_needs_nothing_from_elsewhere_and_runs_nothing(self, given: Report, wording: Wording) -> None:
        text = page.write(given, wording)
        read_back = _Reader(text)
        assert {tag for tag, _ in read_back.elements} & {"script", "link", "img", "iframe", "object", "form"} == set()
        links = [a[name] for _, a in read_back.elements for name in ("href", "src", "style") if name in a]
        assert [link for link in links if not str(link).startswith("#")] == []
        assert "url(" not in text
        assert "@import" not in text

    def test_each_picture_is_told_in_words(self, given: Report, wording: Wording) -> None:
        read_back = read(given, wording)
        ids = {attributes.get("id") for _, attributes in read_back.elements}
        for picture in read_back.all("svg"):
            assert picture["role"] == "img"
            assert set(str(picture["aria-labelledby"]).split()) < ids

    def test_each_table_has_a_caption_and_headers_for_columns_and_rows(self, given: Report, wording: Wording) -> None:
        read_back = read(given, wording)
        assert len(read_back.all("caption")) == len(read_back.all("table"))
        assert {heading["scope"] for heading in read_back.all("th")} == {"col", "row"}


class TestContent:
    def test_every_value_of_every_table_and_figure_is_in_it_as_it_is_worded(self, usual: _Reader) -> None:
        given = report()
        rows = [row for table in usual.tables for row in table]
        for section in given.sections:
            for figure in section.figures:
                said = [INDONESIAN.value(v, figure.unit) for v in (figure.value, figure.before, figure.year_before)]
                assert any(row[1:4] == said[: len(row) - 1] for row in rows if len(row) > 2), figure.key
            for table in section.tables:
                if table.key == "hours":
                    continue
                for row in table.rows:
                    assert INDONESIAN.row(row, table.columns) in rows
                assert table.total is None or INDONESIAN.total(table) in rows

    def test_the_heat_map_has_its_numbers_in_the_picture_and_by_hour_and_weekday(self, usual: _Reader) -> None:
        [table] = [table for table in report().sections[0].tables if table.key == "hours"]
        count = {(day, hour): value for day, hour, value in table.rows}
        found = next(rows for rows in usual.tables if rows[0][1:3] == ["Sen", "Sel"])
        assert [row[0] for row in found[1:]] == [INDONESIAN.value(hour, Unit.HOUR) for hour in range(7, 16)]
        for hour, row in zip(range(7, 16), found[1:], strict=True):
            assert row[1:] == [str(count[day, hour]) if (day, hour) in count else "" for day in range(1, 8)]

    def test_what_people_typed_cannot_become_markup(self) -> None:
        text = page.write(report(first_name=NASTY), ENGLISH)
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;" in text
        assert NASTY in [row[0] for table in _Reader(text).tables for row in table]

    def test_an_empty_period_is_told_and_has_no_pictures(self) -> None:
        text = page.write(empty(), ENGLISH)
        assert text.count("There is nothing to show.") == 6
        assert "<svg" not in text

    def test_a_period_with_nothing_to_compare_to_has_no_empty_columns(self) -> None:
        heads = [table[0] for table in read(empty(), ENGLISH).tables]
        assert {tuple(head) for head in heads} == {("Figure", "This period")}

    def test_definitions_are_given_for_what_is_in_the_report_alone(self) -> None:
        text = page.write(report(), ENGLISH, {"calls.service_level": "Answered in <20 s.", "calls.no_such": "Nothing."})
        assert "Answered in &lt;20 s." in text
        assert "Nothing." not in text
        assert "What the figures mean" not in page.write(report(), ENGLISH)

    def test_the_pictures_are_well_formed(self) -> None:
        pictures = re.findall(r"<svg.*?</svg>", page.write(report(opds=90), ENGLISH), re.DOTALL)
        assert len(pictures) == 7  # outcomes, weekdays and hours, hours, days, and 90 departments on three
        for picture in pictures:
            ET.fromstring(picture)  # noqa: S314 - written here
