"""An operator's day at the command: a ticket's ways, whom to call, and what an admin edits."""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depok_agi.calls.record import CallRecord, Leg, Outcome, Role
from depok_agi.cli.context import actor
from depok_agi.desk import calls as desk_calls
from depok_agi.desk import utc_now
from depok_agi.store.times import microseconds
from tests.unit.cli.command import Command
from tests.unit.desk.made import ANI, call, desk_at

NEW = ("tickets", "new", "--caller", "0811-0000-1234", "--name", "Ani", "--category", "sampah", "--text", "Menumpuk")


def record(command: Command, *records: CallRecord) -> None:
    async def write() -> None:
        async with desk_at(command.store) as desk:
            await desk_calls.record(desk, list(records), [])

    asyncio.run(write())


@pytest.fixture
def number(command: Command) -> str:
    return str(command.json(*NEW)["number"])


def live(device: str, **changes: Any) -> CallRecord:
    """A call with Ani that is up on somebody's phone."""
    began = utc_now() - timedelta(minutes=1)
    up = call("1.7", None, began=began)
    at = microseconds(began)
    phone = Leg(f"{device}-00000002", None, Role.OPERATOR, at, at, None)
    return replace(up, legs=(*up.legs, phone), **changes)


class TestTheCallOnTheOperatorsPhone:
    @pytest.fixture(autouse=True)
    def _my_phone_is_101(self, command: Command) -> None:
        command.settings.write_text(
            f'[pbx]\noperators = {{ "PJSIP/101" = "{actor()}", "PJSIP/102" = "budi" }}\n{command.settings.read_text()}'
        )

    def test_a_new_ticket_is_of_it_and_has_its_number(self, command: Command) -> None:
        record(command, live("PJSIP/101"))
        result = command.ok("tickets", "new", "--text", "Sampah")
        assert "of the call with 0811-0000-1234 on your phone" in result.stderr
        [ticket] = command.json("tickets", "list")
        assert (ticket["caller"], ticket["calls"]) == (ANI, ["depok-1.7"])

    def test_another_number_that_the_citizen_gave_counts(self, command: Command) -> None:
        record(command, live("PJSIP/101"))
        ticket = command.json("tickets", "new", "--caller", "0811-0000-5678", "--text", "Sampah")
        assert (ticket["caller"], ticket["calls"]) == ("+6281100005678", ["depok-1.7"])

    @pytest.mark.parametrize("more", [("--no-call",), ("--channel", "in_person")])
    def test_a_ticket_that_has_nothing_to_do_with_it_has_not(self, command: Command, more: tuple[str, ...]) -> None:
        record(command, live("PJSIP/101"))
        assert command.json("tickets", "new", "--text", "Sampah", *more)["calls"] == []

    def test_a_colleagues_call_and_one_that_is_over_are_not_mine(self, command: Command) -> None:
        over = live("PJSIP/101", uniqueids=("1.8",), id="depok-1.8")
        over = replace(over, ended=True, outcome=Outcome.LEFT_MENU, ended_at=microseconds(utc_now()))
        record(command, live("PJSIP/102"), over)
        assert command.json("tickets", "new", "--text", "Sampah")["calls"] == []

    def test_both_ways_of_naming_it_at_once_are_nonsense(self, command: Command) -> None:
        assert "--no-call" in command.refused("tickets", "new", "--call", "1", "--no-call", "--text", "x", code=2)


class TestATicketsWays:
    def test_it_comes_back_from_an_opd_and_goes_to_another(self, command: Command, number: str) -> None:
        command.ok("tickets", "forward", number)
        assert "is new" in command.ok("tickets", "bounce", number, "--why", "bukan kewenangan").stdout
        assert command.json("tickets", "forward", number, "--opd", "dpupr")["opd"] == "DPUPR"
        shown = command.ok("tickets", "show", number).stdout
        assert "bukan kewenangan" in shown
        assert os.uname().nodename in shown  # from where it was done

    def test_an_answer_comes_from_a_file_or_from_standard_input(
        self, command: Command, number: str, tmp_path: Path
    ) -> None:
        (tmp_path / "jawaban.txt").write_text("Diangkut\r\nhari ini\n")
        answered = command.json("tickets", "answer", number, "--file", str(tmp_path / "jawaban.txt"))
        assert answered["answer"] == "Diangkut\nhari ini"
        command.ok("tickets", "reopen", number, "--why", "belum")
        assert command.json("tickets", "answer", number, "--file", "-", given="Sekarang sudah")["answer"] == (
            "Sekarang sudah"
        )

    def test_a_file_that_is_not_there_is_one_clear_line(self, command: Command, number: str, tmp_path: Path) -> None:
        assert "jawaban.txt" in command.refused("tickets", "answer", number, "--file", str(tmp_path / "jawaban.txt"))
        two = ("tickets", "answer", number, "--file", "-", "--text", "x")
        assert "either --text or --file" in command.refused(*two, code=2)

    def test_a_text_without_end_is_refused(self, command: Command, number: str) -> None:
        assert "longer than" in command.refused("tickets", "note", number, given="x" * 5_000_000)

    def test_a_note_is_there_for_the_next(self, command: Command, number: str) -> None:
        command.ok("tickets", "note", number, "--text", "Hubungi sore")
        assert "Hubungi sore" in command.ok("tickets", "show", number).stdout

    def test_who_cannot_be_told_is_closed_with_a_reason(self, command: Command, number: str) -> None:
        command.ok("tickets", "answer", number, "--text", "Sudah")
        assert "say why" in command.refused("tickets", "close", number, "--not-told", " ", code=2)
        assert "either" in command.refused("tickets", "close", number, "--told", "--not-told", "x", code=2)
        assert command.json("tickets", "close", number, "--not-told", "pindah")["status"] == "closed"

    def test_a_script_that_knows_an_old_revision_is_told_what_changed(self, command: Command, number: str) -> None:
        with closing(sqlite3.connect(command.store)) as connection:
            [[revision]] = connection.execute("SELECT revision FROM tickets")
        command.ok("tickets", "forward", number)
        with closing(sqlite3.connect(command.store)) as connection:  # as if a colleague had done it
            connection.execute("DROP TRIGGER ticket_history_is_not_changed")
            connection.execute("UPDATE ticket_history SET actor = 'budi' WHERE action = 'forward'")
            connection.commit()
        refusal = command.refused("tickets", "answer", number, "--text", "x", "--revision", str(revision))
        assert "forward to DLHK by budi" in refusal


class TestExplaining:
    def test_both_clocks_are_told_day_by_day(self, command: Command, number: str) -> None:
        command.ok("tickets", "forward", number)
        with closing(sqlite3.connect(command.store)) as connection:
            forwarded = 1_773_716_400_000_000  # 17 March 2026, 10:00 in Depok
            hours = 3_600_000_000
            connection.execute(
                "UPDATE tickets SET forwarded_at = ?, due_at = ?, due_elapsed_at = ?, due_working_days_at = ?",
                (forwarded, forwarded + 72 * hours, forwarded + 72 * hours, forwarded + 240 * hours),
            )
            connection.commit()
        told = command.ok("tickets", "explain", number).stdout
        for line in (
            "went to DLHK on Tue 17-03-2026 10:00:00",
            "72 hours        Fri 20-03-2026 10:00:00   <- binds this OPD",
            "3 working days  Fri 27-03-2026 10:00:00",
            "Wed 18-03-2026  skipped  Cuti Bersama Hari Suci Nyepi (SKB 3 Menteri, cuti bersama)",
            "Fri 27-03-2026  day 3    Hari dan jam kerja (Perpres 21/2023)",
        ):
            assert line in told
        found = command.json("tickets", "explain", number)
        assert (found["due_at"], len(found["days"])) == ("2026-03-20T10:00:00+07:00", 11)

    def test_no_clock_no_explanation(self, command: Command, number: str) -> None:
        assert "no clock runs" in command.refused("tickets", "explain", number)


class TestVerifying:
    def test_an_untouched_history_is_whole(self, command: Command, number: str) -> None:
        assert number
        assert "whole" in command.ok("tickets", "verify").stderr
        assert command.json("tickets", "verify") == []

    def test_a_row_that_was_changed_is_found_and_the_exit_code_says_so(self, command: Command, number: str) -> None:
        with closing(sqlite3.connect(command.store)) as connection:
            connection.execute("UPDATE tickets SET status = 'closed' WHERE number = ?", (number,))
            connection.commit()
        result = command.run("tickets", "verify")
        assert result.exit_code == 1
        assert f"ticket {number}: does not stand where its history left it" in result.stdout
        assert "1 fault" in result.stderr


class TestWhomToCall:
    def test_who_has_no_number_is_listed_apart(self, command: Command) -> None:
        letter = command.json("tickets", "new", "--channel", "letter", "--text", "Surat")["number"]
        command.ok("tickets", "answer", letter, "--text", "Sudah")
        record(command, call("1.3", number=None, began=utc_now() - timedelta(hours=1)))
        listed = command.ok("callbacks", "list")
        assert "Nobody is owed a call." in listed.stderr
        assert "2 wait and have no number" in listed.stderr
        told = command.ok("callbacks", "uncallable").stdout
        assert f"ticket {letter}" in told
        assert "call depok-1.3" in told
        assert [list(found) for found in command.json("callbacks", "uncallable")] == [
            ["ticket", "call", "at", "why"]
        ] * 2

    def test_a_long_list_is_cut_and_says_so(self, command: Command) -> None:
        began = utc_now() - timedelta(hours=1)
        record(command, *(call(f"1.{place}", number=f"+62811000091{place:02}", began=began) for place in range(1, 8)))
        cut = command.ok("callbacks", "list", "--limit", "3")
        assert "7 are owed a call; these are the 3 most urgent" in cut.stderr
        assert len(command.json("callbacks", "list")) == 7

    def test_who_was_never_reached_is_not_forgotten(self, command: Command, number: str) -> None:
        command.ok("tickets", "answer", number, "--text", "Sudah")
        for _ in range(5):
            command.ok("callbacks", "done", "1", "--result", "no_answer")
        assert "1 expired with nobody reached" in command.ok("callbacks", "list").stderr
        assert command.json("callbacks", "list", "--all")[0]["status"] == "expired"

    def test_what_only_asterisk_can_know_cannot_be_entered(self, command: Command) -> None:
        assert "failed" in command.refused("callbacks", "done", "1", "--result", "failed", code=2)


class TestWhatAnAdminEdits:
    def test_an_opd_has_people_to_write_to(self, command: Command) -> None:
        assert "have no e-mail address" in command.ok("opd", "list").stderr
        changed = command.json("opd", "edit", "dlhk", "--email", "pic@dlhk.example", "--clock", "working_days")
        assert (changed["email"], changed["clock"]) == ("pic@dlhk.example", "working_days")
        assert "pic@dlhk.example" in command.ok("opd", "list").stdout
        assert command.json("opd", "edit", "DLHK", "--email", "")["email"] is None
        assert "say what to change" in command.refused("opd", "edit", "DLHK", code=2)
        assert "no e-mail address" in command.refused("opd", "edit", "DLHK", "--head-email", "kepala")

    def test_a_new_opd_and_a_closed_one(self, command: Command, number: str) -> None:
        command.ok("opd", "add", "DISPUSIP", "--name", "Dinas Perpustakaan")
        command.ok("opd", "edit", "DLHK", "--closed")
        assert "DLHK (closed)" in command.ok("opd", "list").stdout
        assert "gets no tickets any more" in command.refused("tickets", "forward", number)

    def test_a_category_leads_to_an_opd(self, command: Command, number: str) -> None:
        command.ok("categories", "set", "sampah", "--opd", "DPUPR")
        assert {"name": "sampah", "opd": "DPUPR"} in command.json("categories", "list")
        assert command.json("tickets", "forward", number)["opd"] == "DPUPR"
        assert "is off the list" in command.ok("categories", "remove", "macet").stderr
        assert "macet" not in command.ok("categories", "list").stdout


class TestTheWeek:
    def test_it_is_drawn_day_by_day_with_its_rules(self, command: Command) -> None:
        drawn = command.ok("hours", "week", "2026-03-17").stdout.splitlines()
        assert drawn[1] == f"Mon 16-03    {'.' * 13}{'#' * 15}{'.' * 20}  06:30-14:00"
        assert drawn[2].strip() == "Jam kerja Ramadan 1447 H (SE 800/77/Org/2026)"
        assert any(line.startswith(f"Thu 19-03    {'.' * 48}  closed") for line in drawn)

    def test_for_scripts_it_is_seven_days(self, command: Command) -> None:
        found = command.json("hours", "week", "2026-06-10")
        assert [day["day"] for day in found] == [f"2026-06-{day:02}" for day in range(8, 15)]
        assert found[0]["open"] == [["2026-06-08T07:30:00+07:00", "2026-06-08T16:00:00+07:00"]]

    def test_an_override_is_in_it(self, command: Command) -> None:
        command.ok("hours", "override", "closed", "--until", "+1h", "--why", "listrik padam")
        assert "listrik padam" in command.ok("hours", "week").stdout
