"""`report schedule` and `report public`, as an admin types them."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from depok_agi.cli import report_public, report_schedule
from depok_agi.cli.report_schedule import schedule
from depok_agi.config import Settings
from depok_agi.desk import Desk, mails
from depok_agi.errors import RefusedError
from depok_agi.notify.tries import Answer, Verdict
from depok_agi.reports.period import Period
from depok_agi.reports.report import Report
from depok_agi.reports.schedule import SchedulePolicy
from tests.unit.desk.made import Clock, desk_at, new_store, wib
from tests.unit.reports.public_month import usual

READER = "sekda@depok.invalid"
NOW = wib("2026-10-07 12:00")


async def evaluated(_: Desk, __: Settings, period: Period, as_of: datetime) -> Report:
    assert as_of == wib("2026-10-01 08:00")
    assert period.first.isoformat() == "2026-09-01"
    return usual()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "depok-agi.toml"
    path.write_text(
        '[ami]\nsecret = "rahasia"\n[folders]\nstore = "store.sqlite"\n'
        f'[mail]\nsender = "pusat@depok.invalid"\n[reports]\nrecipients = ["{READER}"]\n'
    )
    new_store(tmp_path / "store.sqlite")
    monkeypatch.setattr(report_public, "utc_now", lambda: NOW.astimezone(UTC))
    return path


def run(command: click.Command, path: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(command, words, obj=path)
    assert result.exit_code == code, result.output
    return result


def queue(path: Path, *, send: bool) -> None:
    async def work() -> None:
        async with desk_at(path.parent / "store.sqlite", Clock(wib("2026-10-01 08:00"))) as desk:
            assert await mails.queue_reports(desk, SchedulePolicy(), [READER]) == 2
            if send:
                mail = (await mails.reports_listed(desk))[0]
                assert await mails.begin(desk, mail)
                await mails.finish(desk, mail, Answer(Verdict.TAKEN, "ok"), desk.now(), desk.now() - desk.now())

    asyncio.run(work())


class TestSchedule:
    def test_it_names_the_next_of_each_kind_and_what_was_queued_and_sent(self, path: Path) -> None:
        queue(path, send=True)
        rows: list[dict[str, Any]] = json.loads(run(schedule, path, "--json").stdout)
        assert [row["status"] for row in rows] == ["coming", "coming", "coming", "sent", "waiting"]
        assert [row["kind"] for row in rows] == ["day", "month", "year", "month", "day"]
        sent = rows[3]
        assert sent == {
            "kind": "month",
            "period": "2026-09",
            "due_at": "2026-10-01T08:00:00+07:00",
            "recipients": [READER],
            "status": "sent",
            "sent_at": "2026-10-01T08:00:00+07:00",
            "error": None,
        }

    def test_people_read_a_table(self, path: Path) -> None:
        queue(path, send=False)
        shown = run(schedule, path).stdout
        assert "month 2026-09" in shown
        assert "01-10-2026 08:00" in shown
        assert "waiting" in shown

    def test_without_recipients_it_says_that_none_is_mailed(self, path: Path) -> None:
        path.write_text(path.read_text().replace(f'"{READER}"', ""))
        result = run(schedule, path)
        assert "No recipients stand in [reports]" in result.stderr
        assert json.loads(run(schedule, path, "--json").stdout) == []


class TestPublic:
    command = report_public.public

    @pytest.fixture(autouse=True)
    def made_up_report(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report_public, "evaluated", evaluated)

    def test_the_running_text_of_the_last_month_comes_in_both_languages(self, path: Path) -> None:
        assert run(self.command, path).stdout == (
            "September: 453 pengaduan, 92% dijawab OPD dalam 3x24 jam\n"
            "September: 453 complaints, 92% answered by the departments within 3x24 hours\n"
        )

    def test_all_files_are_written_into_a_folder_and_again_over_themselves(self, path: Path) -> None:
        folder = path.parent / "open" / "data"
        for _ in range(2):
            run(self.command, path, "2026-09", "--into", str(folder))
        assert len(list(folder.iterdir())) == 9 * 2 + 2
        assert json.loads((folder / "calls-2026-09.json").read_text()) == [{"month": "2026-09", "offered": 932}]
        assert (folder / "calls-2026-09.csv").read_bytes() == b"month,offered\r\n2026-09,932\r\n"

    def test_one_file_is_printed(self, path: Path) -> None:
        assert run(self.command, path, "--file", "calls-2026-09.csv").stdout.splitlines() == [
            "month,offered",
            "2026-09,932",
        ]
        refused = run(self.command, path, "--file", "nothing.csv", code=2)
        assert "there is no nothing.csv; there are calls-2026-09.csv" in refused.stderr

    @pytest.mark.parametrize("month", ["2026", "2026-13", "September", "2026-09-01", "9999-12", "2026-10", "2027-01"])
    def test_what_is_no_month_or_is_not_over_is_refused(self, path: Path, month: str) -> None:
        run(self.command, path, month, code=2)

    def test_under_sudo_no_folder_is_written_with_the_services_rights(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SUDO_UID", "1000")
        monkeypatch.setattr(os, "geteuid", lambda: 998)
        refused = run(self.command, path, "--into", str(path.parent / "x"), code=2)
        assert "--into is not allowed under sudo" in refused.stderr
        assert not (path.parent / "x").exists()

    def test_a_refusal_of_the_figures_is_the_commands(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async def refuse(_: Desk, __: Settings, ___: Period, ____: datetime) -> Report:
            raise RefusedError("there are no records of it")

        monkeypatch.setattr(report_public, "evaluated", refuse)
        result = CliRunner().invoke(report_public.public, [], obj=path)
        assert isinstance(result.exception, RefusedError)


def test_the_schedule_is_a_command_of_its_name() -> None:
    assert report_schedule.schedule.name == "schedule"
