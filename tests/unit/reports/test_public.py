"""Open data: nobody in it, nothing to be worked out, each column described, the same in both formats."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.calls.record import Outcome
from depok_agi.errors import RefusedError
from depok_agi.language import Language
from depok_agi.reports.disclosure import SMALLEST
from depok_agi.reports.public import DESCRIPTIONS, MISSING, Dataset, datasets, files, running_text
from depok_agi.tickets.ticket import TicketChannel
from tests.unit.reports.made_up import report
from tests.unit.reports.public_month import Ticket, month, usual

TICKETS = st.lists(
    st.tuples(
        st.sampled_from(["DLHK", "DPUPR", None]),
        st.sampled_from(["sampah", "macet", "banjir", None]),
        st.sampled_from(["Beji", "Tapos"]),
        st.sampled_from([channel.value for channel in TicketChannel][:3]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=60,
)


def named(found: Sequence[Dataset]) -> dict[str, list[dict[str, Any]]]:
    return {dataset.name: dataset.records() for dataset in found}


class TestWhatIsPublished:
    def test_the_tables_of_the_month_and_their_totals_and_nothing_of_operators(self) -> None:
        found = named(datasets(usual()))
        assert list(found) == [
            "calls",
            "calls_by_outcome",
            "calls_by_weekday",
            "calls_by_hour",
            "tickets",
            "tickets_by_opd",
            "tickets_by_category",
            "tickets_by_area",
            "tickets_by_channel",
        ]
        assert found["calls"] == [{"month": "2026-09", "offered": 932}]
        assert "siti" not in "".join(files(datasets(usual()), "").values())

    def test_a_count_under_5_is_withheld_and_what_would_tell_it_too(self) -> None:
        outcomes = {row["outcome"]: row["offered"] for row in named(datasets(usual()))["calls_by_outcome"]}
        assert outcomes["answered"] == 900
        assert (outcomes["full"], outcomes["abandoned"]) == (None, None)
        assert outcomes["left_menu"] is None  # 0

    def test_few_complaints_of_a_name_are_put_together_and_named_by_nobody(self) -> None:
        tickets: list[Ticket] = [("DLHK", "sampah", "Beji", "phone", True, True, False)] * 20
        tickets += [("DISHUB", "bansos", "Limo", "phone", True, True, False)] * 3
        tickets += [("RSUD", "kesehatan", "Limo", "phone", True, True, False)] * 4
        found = named(datasets(month([], tickets)))
        assert [row["opd"] for row in found["tickets_by_opd"]] == ["DLHK", "other"]
        assert [row["received"] for row in found["tickets_by_opd"]] == [20, 7]
        assert "bansos" not in "".join(files(datasets(month([], tickets)), "").values())

    @pytest.mark.parametrize("given", [report(running=True), month([], [], running=True)])
    def test_a_month_that_is_not_over_is_not_published(self, given: Any) -> None:
        with pytest.raises(RefusedError, match="this one is not over"):
            datasets(given)

    def test_a_month_in_which_nothing_happened_tells_nothing(self) -> None:
        found = named(datasets(month([], [])))
        assert {value for rows in found.values() for row in rows for value in list(row.values())[2:]} == {None}
        assert found["calls"] == [{"month": "2026-09", "offered": None}]

    @settings(deadline=None, max_examples=60)
    @given(TICKETS)
    def test_no_count_follows_from_a_total_or_from_its_row(self, tickets: list[Ticket]) -> None:
        found = datasets(month([], tickets))
        totals = next((data.records()[0] for data in found if data.name == "tickets"), {})
        for data in found:
            if not data.name.startswith("tickets"):
                continue
            for row in data.records():
                three = [row["received"], row["answered"], row["in_process"]]
                assert three.count(None) != 1
                assert min((count for count in three if count is not None), default=SMALLEST) >= SMALLEST
            if data.dimension is None:
                continue
            for measure in data.measures:
                column = [row[measure] for row in data.records()]
                assert column.count(None) + (totals[measure] is None) != 1
                shown = sum(count or 0 for count in column)
                if None in column and totals[measure] is not None:
                    assert totals[measure] - shown >= SMALLEST


class TestFiles:
    def test_csv_and_json_say_the_same_and_mark_what_is_withheld(self) -> None:
        written = files(datasets(usual()), "one line")
        for name in ("calls_by_outcome", "tickets_by_opd", "tickets"):
            rows = list(csv.DictReader(io.StringIO(written[f"{name}-2026-09.csv"])))
            records = json.loads(written[f"{name}-2026-09.json"])
            assert rows == [
                {key: MISSING if value is None else str(value) for key, value in record.items()} for record in records
            ]
        assert f"2026-09,full,{MISSING}" in written["calls_by_outcome-2026-09.csv"]
        assert written["running-text.txt"] == "one line"

    def test_every_file_and_every_column_is_described_in_both_languages(self) -> None:
        found = datasets(usual())
        written = files(found, "")
        package = json.loads(written["datapackage.json"])
        assert {resource["path"] for resource in package["resources"]} == {
            name for name in written if name.endswith(("-2026-09.csv", "-2026-09.json"))
        }
        for resource in package["resources"]:
            assert resource["name"] == resource["name"].lower()
            if resource["format"] == "csv":
                head = written[resource["path"]].splitlines()[0].split(",")
                assert [field["name"] for field in resource["schema"]["fields"]] == head
                assert resource["schema"]["missingValues"] == [MISSING]
            for described in (resource, *resource["schema"]["fields"]):
                assert described["description"] != described["description_en"]

    def test_no_description_is_of_a_column_that_there_is_not(self) -> None:
        used = {name for dataset in datasets(usual()) for name in dataset.fields}
        assert used == set(DESCRIPTIONS)

    def test_a_name_cannot_run_in_a_spreadsheet(self) -> None:
        tickets: list[Ticket] = [("=1+1", "sampah", "Beji", "phone", True, True, False)] * 9
        assert "\n2026-09,'=1+1," in files(datasets(month([], tickets)), "")["tickets_by_opd-2026-09.csv"].replace(
            "\r", ""
        )


class TestRunningText:
    def test_it_is_one_line_in_either_language(self) -> None:
        assert running_text(usual(), Language.INDONESIAN) == "September: 453 pengaduan, 92% dijawab OPD dalam 3x24 jam"
        assert running_text(usual(), Language.ENGLISH) == (
            "September: 453 complaints, 92% answered by the departments within 3x24 hours"
        )

    def test_it_is_rounded_down_so_that_only_all_are_100_per_cent(self) -> None:
        tickets: list[Ticket] = [("DLHK", "sampah", "Beji", "phone", True, True, False)] * 1493
        tickets += [("DLHK", "sampah", "Beji", "phone", False, False, True)] * 7
        line = running_text(month([], tickets), Language.INDONESIAN)
        assert line == "September: 1.500 pengaduan, 99% dijawab OPD dalam 3x24 jam"

    def test_what_is_withheld_in_the_data_is_not_told_by_the_line(self) -> None:
        tickets: list[Ticket] = [("DLHK", "sampah", "Beji", "phone", True, True, False)] * 20
        two_open: list[Ticket] = [("DLHK", "sampah", "Beji", "phone", False, False, True)] * 2
        assert "%" not in running_text(month([], tickets + two_open), Language.INDONESIAN)
        assert running_text(month([], tickets[:4]), Language.INDONESIAN) == "September: hanya sedikit pengaduan"
        assert running_text(month([], []), Language.ENGLISH) == "September: only a few complaints"

    def test_the_outcomes_are_those_of_the_call_log(self) -> None:
        outcomes = [row["outcome"] for row in named(datasets(usual()))["calls_by_outcome"]]
        assert outcomes == [outcome.value for outcome in Outcome]
