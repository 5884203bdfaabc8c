"""The hours file becomes a schedule, or every fault in it is named at once with its line."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import depok_agi.hours
from depok_agi.errors import SettingsError
from depok_agi.hours.file import load
from depok_agi.hours.schedule import Reason, Schedule, Span

DEPOK_FILE = Path(depok_agi.hours.__file__).with_name("depok.toml")

USUAL = """\
[[weekly]]
title = "Jam kerja"
regulation = "Perpres 21/2023"
valid_from = 2023-01-01
monday = ["07:30-12:00", "13:00-16:00"]
"""


def read(text: str) -> Schedule:
    return load(text, "hours.toml", [2026])


def faults(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(text)
    return str(caught.value).splitlines()


class TestAGoodFile:
    def test_depoks_file_is_good(self) -> None:
        schedule = load(DEPOK_FILE.read_text(encoding="utf-8"), DEPOK_FILE.name, [2025, 2026])
        assert schedule.timezone == "Asia/Jakarta"
        usual, *ramadans = schedule.weekly
        assert usual.spans[4] == (Span(27_000, 59_400),)
        assert usual.breaks[4] == (Span(41_400, 46_800),)
        assert [row.valid_until for row in ramadans] == [date(2025, 3, 30), date(2026, 3, 20)]
        assert all(row.lines_open_in_break for row in schedule.weekly)

    def test_the_examples_in_its_comments_are_good_too(self) -> None:
        text = DEPOK_FILE.read_text(encoding="utf-8")
        schedule = load(text.replace("#   ", ""), DEPOK_FILE.name, [2026])
        assert schedule.working_day(date(2026, 4, 27)).rule == "Hari jadi Kota Depok (SE Wali Kota)"
        assert schedule.working_day(date(2026, 12, 24)).working
        assert schedule.working_day(date(2026, 12, 31)).reason is Reason.SPECIAL_DAY

    def test_a_short_file_gets_the_zone_the_holidays_and_open_breaks(self) -> None:
        schedule = read(USUAL)
        assert schedule.timezone == "Asia/Jakarta"
        assert schedule.working_day(date(2026, 3, 23)).reason is Reason.HOLIDAY
        assert schedule.weekly[0].lines_open_in_break
        assert schedule.weekly[0].spans[0] == (Span(27_000, 43_200), Span(46_800, 57_600))

    def test_the_lines_can_close_in_breaks_and_the_national_list_can_be_left_out(self) -> None:
        schedule = read("lines_open_in_break = false\nnational_holidays = false\n" + USUAL)
        assert not schedule.weekly[0].lines_open_in_break
        assert schedule.holidays == ()

    def test_a_decree_takes_a_day_off_away(self) -> None:
        schedule = read(USUAL + '[[working]]\nday = 2026-03-23\nregulation = "SKB perubahan"\n')
        assert schedule.working_day(date(2026, 3, 23)).working
        assert not schedule.working_day(date(2026, 3, 24)).working

    def test_a_local_name_wins_over_the_national_one(self) -> None:
        schedule = read(USUAL + '[[holiday]]\nday = 2026-03-23\nname = "Libur Depok"\nregulation = "SE"\n')
        assert schedule.working_day(date(2026, 3, 23)).rule == "Libur Depok (SE)"

    def test_a_day_without_hours_is_closed(self) -> None:
        schedule = read(USUAL + '[[day]]\nday = 2026-06-08\ntitle = "Pindahan"\nregulation = "SE"\n')
        assert not schedule.working_day(date(2026, 6, 8)).working

    def test_midnight_at_the_end_of_a_day_is_24_00(self) -> None:
        assert read(USUAL + 'tuesday = ["22:00-24:00"]\n').weekly[0].spans[1] == (Span(79_200, 86_400),)


class TestABadFile:
    @pytest.mark.parametrize(
        ("span", "says"),
        [
            ("16:00-07:30", "16:00-07:30 ends before it starts: a span cannot cross midnight, split it into two days"),
            ("22:00-00:00", "22:00-00:00 ends before it starts: write 24:00 for the end of the day"),
            ("08:00-08:00", "08:00-08:00 is empty"),
            ("07.30-16.00", "'07.30-16.00' is no span: write it as \"07:30-16:00\""),
            ("07:60-16:00", "07:60 is no time of day"),
            ("07:30-24:01", "24:01 is no time of day"),
            ("25:00-26:00", "25:00 is no time of day"),
        ],
    )
    def test_a_bad_span_is_named_with_its_line_and_place(self, span: str, says: str) -> None:
        (fault,) = faults(USUAL + f'tuesday = ["01:00-02:00", "{span}"]\n')
        assert fault.startswith(f"hours.toml:6: weekly[0].tuesday[1]: {says}")

    def test_spans_that_overlap_are_refused_and_spans_that_touch_are_not(self) -> None:
        (fault,) = faults(USUAL + 'tuesday = ["12:00-16:00", "07:30-12:01"]\n')
        assert fault == "hours.toml:6: weekly[0].tuesday: 12:00-16:00 and 07:30-12:01 overlap"
        assert read(USUAL + 'tuesday = ["12:00-16:00", "07:30-12:00"]\n').weekly[0].spans[1][0] == Span(27_000, 43_200)

    @pytest.mark.parametrize("rest", ["12:00-13:00", "15:30-16:30", "07:00-08:00"])
    def test_a_break_outside_of_the_open_hours_is_refused(self, rest: str) -> None:
        (fault,) = faults(USUAL + f'breaks.monday = ["{rest}"]\n')
        assert fault == f"hours.toml:6: weekly[0].breaks.monday[0]: {rest} is not within an open span"

    def test_a_row_that_ends_before_it_begins_is_refused(self) -> None:
        text = USUAL + USUAL + "valid_until = 2022-12-31\n"
        assert faults(text) == [
            "hours.toml:11: weekly[1].valid_until: 2022-12-31 is before valid_from, 2023-01-01",
        ]

    def test_two_rows_for_the_same_time_are_refused(self) -> None:
        (fault,) = faults(USUAL + "\n" + USUAL)
        assert fault == (
            "hours.toml:10: weekly[1].valid_from: "
            "from 2023-01-01 with no valid_until, exactly as weekly[0]: which one is meant?"
        )

    def test_hours_that_end_for_good_are_refused(self) -> None:
        (fault,) = faults(USUAL + "valid_until = 2026-12-31\n")
        assert fault == "hours.toml:1: weekly: one row must be open on some day and have no valid_until"
        assert faults("") == ["hours.toml:1: weekly: must be given"]

    def test_one_day_told_twice_or_both_ways_is_refused(self) -> None:
        off = '[[holiday]]\nday = 2026-06-08\nname = "A"\nregulation = "B"\n'
        on = '[[working]]\nday = 2026-06-08\nregulation = "B"\n'
        assert faults(USUAL + off + off + on) == [
            "hours.toml:11: holiday[1].day: 2026-06-08 is already holiday[0]",
            "hours.toml:15: working[0].day: 2026-06-08 is a day off by holiday[1]",
        ]

    def test_all_faults_come_at_once_in_the_order_of_the_file(self) -> None:
        text = """\
timezone = "Jakarta"
opening = 1
[[weekly]]
title = " "
valid_from = "2023-01-01"
monday = "07:30-16:00"
[[weekly]]
title = "Jam kerja"
regulation = "Perpres"
valid_from = 2023-01-01
tuesday = ["16:00-07:30"]
breaks.moonday = []
[holiday]
day = 2026-01-01
[[day]]
day = 2026-01-01T00:00:00
title = "A"
regulation = 7
"""
        listed = faults(text)
        assert [fault.split(": ")[:2] for fault in listed] == [
            ["hours.toml:1", "timezone"],
            ["hours.toml:2", "opening"],
            ["hours.toml:3", "weekly[0].regulation"],
            ["hours.toml:4", "weekly[0].title"],
            ["hours.toml:5", "weekly[0].valid_from"],
            ["hours.toml:6", "weekly[0].monday"],
            ["hours.toml:11", "weekly[1].tuesday[0]"],
            ["hours.toml:12", "weekly[1].breaks.moonday"],
            ["hours.toml:13", "holiday"],
            ["hours.toml:16", "day[0].day"],
            ["hours.toml:18", "day[0].regulation"],
        ]
        assert "hours.toml:2: opening: there is no such setting" in listed
        assert "hours.toml:3: weekly[0].regulation: must be given" in listed

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("timezone = 7", "timezone: must be text in quotes"),
            ('lines_open_in_break = "yes"', "lines_open_in_break: must be true or false"),
            ("national_holidays = 1", "national_holidays: must be true or false"),
            ('holiday = "2026-06-08"', "holiday: must be rows, each written below two brackets, such as [[weekly]]"),
            ("holiday = [2026-06-08]", "holiday[0]: must be a table"),
        ],
    )
    def test_a_value_of_another_kind_is_refused_in_plain_words(self, line: str, says: str) -> None:
        assert faults(f"{line}\n{USUAL}") == [f"hours.toml:1: {says}"]

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("tuesday = [7]", 'tuesday[0]: 7 is no span: write it as "07:30-16:00"'),
            ('tuesday = "07:30-16:00"', 'tuesday: must be a list, such as ["07:30-12:00", "13:00-16:00"]'),
            ("breaks = []", "breaks: must be a table"),
            ("valid_until = 2026-12-31T00:00:00", "valid_until: must be a date without quotes, such as 2026-02-19"),
            ("valid_until = true", "valid_until: must be a date without quotes, such as 2026-02-19"),
        ],
    )
    def test_so_is_one_in_a_row(self, line: str, says: str) -> None:
        assert faults(f"{USUAL}{line}\n") == [f"hours.toml:6: weekly[0].{says}"]

    def test_of_very_many_the_first_are_told_and_how_many_more_there_are(self) -> None:
        told = faults("".join(f"a{count} = 1\n" for count in range(9000)))
        assert len(told) == 201
        assert told[-1] == "hours.toml: and 8801 more faults"

    def test_what_is_not_toml_is_one_fault(self) -> None:
        assert len(faults("timezone = " + "[" * 9000)) == 1
        (fault,) = faults("timezone = \n")
        assert fault.startswith("hours.toml: ")
        assert "line 1" in fault


def test_reading_a_published_schedule_needs_neither_msgspec_nor_holidays() -> None:
    script = "import sys, depok_agi.hours.schedule, depok_agi.hours.holidays; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"msgspec", "holidays", "asyncio", "sqlite3"} & set(loaded)
