"""Values in words: one rounding, both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Note, Unit, Value
from depok_agi.reports.writers.wording import DASH, DECIMALS, NUMBERS, rounded
from tests.unit.reports.made_up import ENGLISH, INDONESIAN, report


@pytest.mark.parametrize(
    ("value", "unit", "indonesian", "english"),
    [
        (1234567, Unit.COUNT, "1.234.567", "1,234,567"),
        (0, Unit.COUNT, "0", "0"),
        (0.8915, Unit.SHARE, "89,2%", "89.2%"),
        (1, Unit.SHARE, "100,0%", "100.0%"),
        (0, Unit.SHARE, "0,0%", "0.0%"),
        (0.99996, Unit.SHARE, "99,9%", "99.9%"),
        (0.00001, Unit.SHARE, "0,1%", "0.1%"),
        (81.705, Unit.SCORE, "81,71", "81.71"),
        (2.675, Unit.SCORE, "2,68", "2.68"),
        (26.25, Unit.HOURS, "26,3 jam", "26.3 h"),
        (23.5, Unit.SECONDS, "24 dtk", "24 s"),
        (0.2, Unit.SECONDS, "0 dtk", "0 s"),
        (59.5, Unit.SECONDS, "1 mnt", "1 min"),
        (3605, Unit.SECONDS, "1 jam 5 dtk", "1 h 5 s"),
        (3_725_000, Unit.SECONDS, "1.034 jam 43 mnt 20 dtk", "1,034 h 43 min 20 s"),
        (-65, Unit.SECONDS, "-1 mnt 5 dtk", "-1 min 5 s"),
        ("2026-09-30", Unit.DAY, "30-09-2026", "30-09-2026"),
        ("2026-08", Unit.DAY, "Agustus 2026", "August 2026"),
        (datetime(2026, 9, 30, 17, 30, tzinfo=UTC), Unit.MOMENT, "01-10-2026 00.30", "01-10-2026 00:30"),
        (7, Unit.HOUR, "07.00", "07:00"),
        (1, Unit.WEEKDAY, "Senin", "Monday"),
        (7, Unit.WEEKDAY, "Minggu", "Sunday"),
        ("left_menu", Unit.TERM, "keluar di menu", "left menu"),
        ("left_menu", Unit.TEXT, "left_menu", "left_menu"),
        ("two\nlines\x1b[31m \u202e", Unit.TEXT, "two lines [31m", "two lines [31m"),
    ],
)
def test_a_value_is_said_as_its_readers_write_it(value: Value, unit: Unit, indonesian: str, english: str) -> None:
    assert (INDONESIAN.value(value, unit), ENGLISH.value(value, unit)) == (indonesian, english)


@pytest.mark.parametrize("unit", Unit)
def test_what_there_is_no_figure_for_is_a_dash_and_never_0(unit: Unit) -> None:
    assert INDONESIAN.value(None, unit) == DASH


@pytest.mark.parametrize("value", [None, "12", float("nan"), float("inf")])
def test_what_is_no_number_is_not_rounded(value: Value) -> None:
    with pytest.raises(ValueError, match="is no number"):
        rounded(value, Unit.COUNT)


@given(st.floats(-1e9, 1e9, allow_nan=False), st.sampled_from(sorted(NUMBERS - {Unit.SHARE})))
@example(0.5, Unit.COUNT)
@example(-0.5, Unit.COUNT)
def test_rounding_is_off_by_half_a_step_at_most_and_rounds_no_second_time(value: float, unit: Unit) -> None:
    shown = rounded(value, unit)
    step = Decimal(1).scaleb(-DECIMALS[unit])
    assert abs(Decimal(str(shown)) - Decimal(str(value))) <= step / 2
    assert rounded(shown, unit) == shown


@given(st.integers(0, 10_000), st.integers(1, 10_000))
@example(9_999, 10_000)
@example(1, 10_000)
def test_only_all_is_100_per_cent_and_only_none_is_0(part: int, whole: int) -> None:
    share = min(part / whole, 1.0)
    shown = rounded(share, Unit.SHARE)
    assert (shown == 1) == (share == 1)
    assert (shown == 0) == (share == 0)


@given(st.integers(0, 10_000_000))
def test_a_duration_adds_up_to_its_seconds(seconds: int) -> None:
    words = ENGLISH.value(seconds, Unit.SECONDS).replace(",", "").split()
    size = {"h": 3600, "min": 60, "s": 1}
    assert sum(int(count) * size[unit] for count, unit in zip(words[::2], words[1::2], strict=True)) == seconds


class TestSentences:
    def test_the_values_of_a_note_stand_in_it_as_its_reader_writes_them(self) -> None:
        at = datetime(2026, 9, 30, 17, 30, tzinfo=UTC)
        note = Note("{a} {b} {c} {d} {e}", (("a", 1234), ("b", 2.5), ("c", None), ("d", "{x}"), ("e", at)))
        assert INDONESIAN.note(note) == f"1.234 2,5 {DASH} {{x}} 01-10-2026 00.30"
        assert ENGLISH.note(note) == f"1,234 2.5 {DASH} {{x}} 01-10-2026 00:30"

    def test_a_round_number_has_no_decimals_and_keeps_its_zeros(self) -> None:
        assert ENGLISH.note(Note("{n}", (("n", 100.0),))) == "100"

    @pytest.mark.parametrize(
        ("kind", "indonesian"),
        [
            (PeriodKind.DAY, "Selasa, 1 September 2026"),
            (PeriodKind.MONTH, "September 2026"),
            (PeriodKind.YEAR, "2026"),
        ],
    )
    def test_a_period_has_its_name(self, kind: PeriodKind, indonesian: str) -> None:
        assert INDONESIAN.period(Period(kind, date(2026, 9, 1))) == indonesian

    def test_a_report_says_from_when_it_is_and_whether_its_period_was_over(self) -> None:
        assert INDONESIAN.as_of(report()) == "Keadaan per 01-10-2026 08.00 WIB."
        assert ENGLISH.as_of(report(running=True)) == "As of 01-10-2026 08:00 WIB. The period was not over then."
