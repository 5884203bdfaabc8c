"""Where bars, squares and points are."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from depok_agi.reports.report import Chart, Table, Unit, Value
from depok_agi.reports.writers import charts
from tests.unit.reports.made_up import ENGLISH, LONG, column, table_of

COUNTS = st.lists(st.none() | st.integers(0, 10**7), min_size=1, max_size=90)


def heat(*rows: tuple[int, int, int]) -> Table:
    columns = (column("Weekday", Unit.WEEKDAY), column("Hour", Unit.HOUR), column("Calls", Unit.COUNT))
    return Table("hours", "Calls by hour and weekday", columns, rows, chart=Chart.HEAT_MAP)


class TestBars:
    def test_they_are_as_long_as_their_values_the_greatest_fills_the_room(self) -> None:
        [picture] = charts.bars(table_of(Unit.COUNT, 10, 5, 0, None), ENGLISH)
        widths = [bar.width for bar in picture.bars]
        assert widths == [widths[0], widths[0] / 2, 0, 0]
        assert [bar.text for bar in picture.bars] == ["10", "5", "0", "\N{EN DASH}"]

    def test_a_share_is_drawn_against_the_whole(self) -> None:
        [half] = charts.bars(table_of(Unit.SHARE, 0.5), ENGLISH)
        [whole] = charts.bars(table_of(Unit.SHARE, 1.0), ENGLISH)
        assert half.bars[0].width == whole.bars[0].width / 2

    def test_a_long_name_is_cut_beside_its_bar_and_whole_when_it_is_read_out(self) -> None:
        table = table_of(Unit.COUNT, 1)
        [picture] = charts.bars(replace(table, rows=((LONG, 1),)), ENGLISH)
        assert picture.bars[0].name == LONG
        assert picture.bars[0].label == "Dinas Pemberdayaan P\N{HORIZONTAL ELLIPSIS}"

    @given(COUNTS)
    @example([0])
    @example([None])
    def test_every_row_has_its_bar_within_the_picture(self, counts: list[Value]) -> None:
        pictures = list(charts.bars(table_of(Unit.COUNT, *counts), ENGLISH))
        drawn = [bar for picture in pictures for bar in picture.bars]
        assert [bar.text for bar in drawn] == [ENGLISH.value(count, Unit.COUNT) for count in counts]
        for picture in pictures:
            for bar in picture.bars:
                assert bar.width >= 0
                assert bar.x + bar.width <= charts.BARS_WIDTH
                assert bar.y + charts.BAR_STEP <= picture.height + 2

    def test_a_column_that_is_not_there_cannot_be_drawn(self) -> None:
        table = table_of(Unit.COUNT, 1)
        with pytest.raises(ValueError, match="table some has no column nothing to be drawn"):
            list(charts.bars(replace(table, drawn="nothing"), ENGLISH))


class TestHeatMap:
    def test_it_goes_from_the_first_hour_with_a_call_to_the_last(self) -> None:
        picture = charts.heat_map(heat((1, 0, 0), (1, 7, 3), (5, 9, 12)), ENGLISH)
        assert [text for text, _ in picture.hours] == ["07", "08", "09"]
        assert [square.text for square in picture.squares if square.text] == ["3", "12"]
        assert len(picture.squares) == 3 * 7

    def test_more_calls_are_darker_one_is_never_white_and_dark_squares_have_light_numbers(self) -> None:
        shades = [charts.shade(number, 100) for number in (0, 1, 30, 60, 100)]
        assert shades == [0, 1, 1, 2, 4]
        picture = charts.heat_map(heat((1, 7, 1), (2, 7, 100)), ENGLISH)
        assert [square.is_dark for square in picture.squares[:2]] == [False, True]

    def test_it_says_in_words_when_most_call(self) -> None:
        told = charts.heat_map(heat((1, 7, 3), (5, 9, 1200)), ENGLISH).description
        assert told.startswith("Highest: Friday 09:00, 1,200; lowest: Monday 07:00, 3.")


class TestTrend:
    @given(COUNTS)
    @example([0])
    @example([None, None])
    @example([1])
    def test_the_line_is_within_its_levels_and_has_a_point_for_each_figure(self, counts: list[int | None]) -> None:
        picture = charts.trend(table_of(Unit.COUNT, *counts, chart=Chart.TREND), ENGLISH)
        points = [point for line in picture.lines for point in line]
        assert len(points) == sum(count is not None for count in counts)
        lowest, _, highest = (y for _, y in picture.levels)
        assert all(highest <= point.y <= lowest for point in points)
        assert all(charts.TREND_LEFT <= point.x <= charts.TREND_RIGHT for point in points)
        assert len(picture.dates) <= 8

    def test_it_is_broken_where_there_is_no_figure(self) -> None:
        picture = charts.trend(table_of(Unit.COUNT, 1, 2, None, 4, chart=Chart.TREND), ENGLISH)
        assert [len(line) for line in picture.lines] == [2, 1]

    def test_the_greatest_and_the_last_are_written_at_it(self) -> None:
        picture = charts.trend(table_of(Unit.COUNT, 1, 1900, 4, 5, 6, 7, chart=Chart.TREND), ENGLISH)
        assert [point.text for line in picture.lines for point in line if point.text] == ["1,900", "7"]

    @pytest.mark.parametrize(
        ("most", "levels"),
        [(0, ["0", "1", "2"]), (1, ["0", "1", "2"]), (73, ["0", "40", "80"]), (101, ["0", "100", "200"])],
    )
    def test_its_levels_are_round_numbers(self, most: int, levels: list[str]) -> None:
        picture = charts.trend(table_of(Unit.COUNT, most, chart=Chart.TREND), ENGLISH)
        assert [text for text, _ in picture.levels] == levels
