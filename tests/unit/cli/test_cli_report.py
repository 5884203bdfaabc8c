"""`report` at the command: which period, in which form, and what it is not asked twice about."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from depok_agi.calls.record import CallRecord, Outcome
from depok_agi.cli.report_formats import BINARY, FORMATS
from depok_agi.desk import calls as desk_calls
from depok_agi.desk import utc_now
from tests.unit.cli.command import Command
from tests.unit.desk.made import TEN, WIB, Clock, call, desk_at, wib


def record(command: Command, *records: CallRecord, at: datetime = TEN) -> None:
    """Written down at this moment."""

    async def write() -> None:
        async with desk_at(command.store, Clock(at)) as desk:
            await desk_calls.record(desk, list(records), [])

    asyncio.run(write())


@pytest.mark.parametrize(
    ("words", "kind", "first"),
    [
        (("day", "2026-06-08"), "day", "2026-06-08"),
        (("month", "2026-06-08"), "month", "2026-06-01"),
        (("month", "2026-06"), "month", "2026-06-01"),
        (("year", "2026-06"), "year", "2026-01-01"),
        (("year", "2026"), "year", "2026-01-01"),
        (("day", "2024-02-29"), "day", "2024-02-29"),
    ],
)
def test_a_date_is_of_the_period_that_it_lies_in(
    command: Command, words: tuple[str, ...], kind: str, first: str
) -> None:
    made = command.json("report", *words)
    assert (made["period"], made["first"]) == (kind, first)


@pytest.mark.parametrize("kind", ["day", "month", "year"])
def test_without_a_date_it_is_the_one_that_runs(command: Command, kind: str) -> None:
    before = utc_now().astimezone(WIB)
    made = command.json("report", kind)
    after = utc_now().astimezone(WIB)
    starts = {
        "day": (before.date(), after.date()),
        "month": (before.date().replace(day=1), after.date().replace(day=1)),
        "year": (date(before.year, 1, 1), date(after.year, 1, 1)),
    }
    assert date.fromisoformat(made["first"]) in starts[kind]
    assert made["running"]


def test_yesterday_is_over(command: Command) -> None:
    yesterdays = {(utc_now().astimezone(WIB) - timedelta(days=1)).date().isoformat()}
    made = command.json("report", "day", "yesterday")
    yesterdays.add((utc_now().astimezone(WIB) - timedelta(days=1)).date().isoformat())
    assert made["first"] in yesterdays
    assert not made["running"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("day", "2026-06"), "2026-06 is no day: say which day of it"),
        (("month", "2026"), "2026 is no month: say which month of it"),
        (("day", "2026-02-30"), "is no date"),
        (("day", "dahulu kala"), "is no date"),
        (("day", "0000-01-01"), "is no date"),
        (("year", "0001"), "is no date"),
        (("year", "2200"), "is no date"),
        (("day", "2026-06-08", "--as-of", "noon"), "is no moment"),
        (("day", "--format", "papyrus"), "'papyrus' is not one of"),
    ],
)
def test_what_is_no_period_is_wrong_usage(command: Command, words: tuple[str, ...], why: str) -> None:
    assert why in command.refused("report", *words, code=2)


def test_what_is_to_come_is_refused_in_one_line(command: Command) -> None:
    assert "had not begun" in command.refused("report", "year", "2199")
    assert "is still to come" in command.refused("report", "day", "2026-06-08", "--as-of", "+2h")


def test_what_it_printed_can_be_made_again_by_the_moment_that_it_printed(command: Command) -> None:
    record(command, call("1.1"))
    then = command.json("report", "day", "2026-06-08")
    record(command, call("1.2", Outcome.ANSWERED), call("1.1", Outcome.TIMEOUT), at=utc_now())
    now = command.json("report", "day", "2026-06-08", "--as-of", then["as_of"])
    assert now == then


def test_as_of_a_past_moment_counts_what_was_known_then(command: Command) -> None:
    record(command, call())
    offered = [
        command.json("report", "day", "2026-06-08", "--as-of", moment)["sections"]["calls"]["figures"]["offered"]
        for moment in ("2026-06-08 10:00", "2026-06-08 10:01")
    ]
    assert [figure["value"] for figure in offered] == [0, 1]


def test_the_table_has_every_figure_and_says_as_of_when(command: Command) -> None:
    record(command, call(), call("1.2", Outcome.ANSWERED))
    told = command.ok("report", "day", "2026-06-08", "--language", "en")
    for words in (
        "8 June 2026",
        "Calls offered",
        "Service level",
        "50.0",
        "Tickets received",
        "Satisfaction index",
        "Gaps",
    ):
        assert words in told.stdout
    datetime.fromisoformat(told.stderr.strip().rpartition("--as-of ")[2])
    assert "Indeks" in command.ok("report", "day", "2026-06-08").stdout


@pytest.mark.parametrize("form", sorted(FORMATS.keys() - BINARY))
def test_a_file_has_what_standard_output_has_and_none_is_written_over(command: Command, form: str) -> None:
    record(command, call())
    words = ("report", "day", "2026-06-08", "--as-of", "2026-06-09", "--format", form)
    file = command.folder / "report"
    command.ok(*words, "--output", str(file))
    shown = command.ok(*words).stdout
    assert file.read_text("utf-8").splitlines() == shown.splitlines()
    assert "File exists" in command.refused(*words, "--output", str(file))


def test_a_table_is_for_the_terminal_alone(command: Command) -> None:
    assert "--format" in command.refused("report", "day", "--output", str(command.folder / "x"), code=2)


def test_under_sudo_no_file_is_written(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setattr("os.geteuid", lambda: 990)
    file = command.folder / "x"
    told = command.refused("report", "day", "--format", "csv", "--output", str(file), code=2)
    assert "not allowed under sudo" in told
    assert not file.exists()


def test_no_name_in_a_csv_is_run_by_a_spreadsheet_or_a_terminal(command: Command) -> None:
    spoke = call("1.1", Outcome.ANSWERED)
    record(command, replace(spoke, operator="=HYPERLINK(\x1b[2J1)"))
    shown = command.ok("report", "day", "2026-06-08", "--format", "csv").stdout
    names = {line["row"] for line in csv.DictReader(io.StringIO(shown)) if line["key"] == "calls_by_operator"}
    assert names == {"'=HYPERLINK([2J1)", "total"}


def test_the_service_levels_limit_is_a_setting(command: Command) -> None:
    record(command, call("1.1", Outcome.ANSWERED))
    settings = command.settings.read_text("utf-8")
    levels = []
    for seconds in (4, 5):
        command.settings.write_text(f"{settings}[reports]\nanswer_within_seconds = {seconds}\n", "utf-8")
        made = command.json("report", "day", "2026-06-08")
        levels.append(made["sections"]["calls"]["figures"]["service_level"]["value"])
    assert levels == [0.0, 1.0]


def test_definitions_are_told_in_both_languages(command: Command) -> None:
    assert "nearest rank" in command.ok("report", "definitions", "calls.wait_p90").stdout
    assert "peringkat terdekat" in command.ok("report", "definitions", "calls.wait_p90", "--indonesian").stdout
    of_sms = json.loads(command.ok("report", "definitions", "sms", "--json").stdout)
    assert [sorted(one) for one in of_sms] == [["en", "id", "key", "source"]] * 7
    assert "no figure has a key" in command.refused("report", "definitions", "papyrus", code=2)


def test_a_day_of_the_centre_begins_at_its_own_midnight(command: Command) -> None:
    record(command, call("1.1", began=wib("2026-06-08 00:00")), call("1.2", began=wib("2026-06-07 23:59")))
    made = command.json("report", "day", "2026-06-08")
    assert made["since"] == "2026-06-08T00:00:00+07:00"
    assert made["sections"]["calls"]["figures"]["offered"]["value"] == 1
