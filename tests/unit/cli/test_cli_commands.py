"""Every command helps, and what scripts read is what was promised to them."""

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click
import pytest

from depok_agi.calls.record import CallRecord, Direction, Outcome, Transfer, TransferKind
from depok_agi.desk import calls as desk_calls
from depok_agi.store.times import microseconds
from tests.unit import contract
from tests.unit.cli.command import Command, commands, in_process
from tests.unit.desk.made import ANI, TEN, call, desk_at

TICKET = [
    "number",
    "status",
    "opened_at",
    "channel",
    "caller",
    "name",
    "secret",
    "category",
    "area",
    "text",
    "opd",
    "forwarded_at",
    "due_at",
    "due_elapsed_at",
    "due_working_days_at",
    "answered_at",
    "answer",
    "closed_at",
    "overdue",
    "calls",
    "callback",
    "recording",
    "clock",
    "revision",
]
CALLBACK = [
    "id",
    "caller",
    "name",
    "reason",
    "status",
    "tickets",
    "calls",
    "owed_since",
    "due_at",
    "not_before",
    "claimed_by",
    "claimed_until",
    "attempts",
    "overdue",
    "causes",
]
ATTEMPT = ["at", "operator", "result", "call", "note"]
HOURS = ["at", "open", "reason", "rule", "next_change_at"]
LEG = ["channel", "party", "role", "started_at", "answered_at", "ended_at"]
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")
NEW = ("tickets", "new", "--caller", "0811-0000-1234", "--name", "Ani", "--category", "sampah", "--text", "Menumpuk")

LEAVES = sorted(words for words, found in commands().items() if not isinstance(found, click.Group))


def record(command: Command, *records: CallRecord) -> None:
    async def write() -> None:
        async with desk_at(command.store) as desk:
            await desk_calls.record(desk, list(records), [])

    asyncio.run(write())


def times_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            time
            for key, part in value.items()
            for time in ([part] if key.endswith(("_at", "at", "_since", "_until", "_before")) and part else [])
            + times_in(part)
            if isinstance(time, str)
        ]
    return [time for part in value for time in times_in(part)] if isinstance(value, list) else []


@pytest.fixture
def answered(command: Command) -> dict[str, Any]:
    """A ticket with an answer that its citizen is owed."""
    number = command.json(*NEW)["number"]
    command.ok("tickets", "forward", number)
    ticket: dict[str, Any] = command.json("tickets", "answer", number, "--text", "Diangkut")
    return ticket


class TestHelp:
    @pytest.mark.parametrize("words", sorted(commands()), ids=" ".join)
    def test_every_command_has_one(self, words: tuple[str, ...]) -> None:
        result = in_process(*words, "--help")
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: {' '.join(('depok-agi', *words))}")

    @pytest.mark.parametrize("words", LEAVES, ids=" ".join)
    def test_every_command_shows_an_example_of_itself(self, words: tuple[str, ...]) -> None:
        text = in_process(*words, "--help").stdout
        assert re.search(rf"Examples?:\n\s+depok-agi (--config \S+ )?{' '.join(words)}", text), text

    @pytest.mark.parametrize("words", LEAVES, ids=" ".join)
    def test_every_example_is_understood(self, words: tuple[str, ...], command: Command) -> None:
        """Its options exist and its arguments are of the right kind; whether there is such a ticket matters not."""
        import shlex  # noqa: PLC0415 - one use

        text = in_process(*words, "--help").stdout
        for example in re.findall(r"^ +depok-agi (.*)$", text.partition("Options:")[0], re.MULTILINE):
            if words in {("serve",), ("prompts", "make")}:
                continue  # they would really do it
            result = command.run(*shlex.split(example), given="[]")
            assert result.exit_code in {0, 1}, result.stderr

    def test_the_version_is_told(self) -> None:
        assert in_process("--version").stdout.startswith("depok-agi, version ")

    @pytest.mark.parametrize("noun", ["callbacks", "calls", "db", "hours", "opd", "prompts", "serve", "tickets"])
    def test_the_nouns_of_the_public_interface_are_there(self, noun: str) -> None:
        assert (noun,) in commands()
        assert noun in in_process("--help").stdout


class TestJson:
    @pytest.mark.parametrize("noun", ["calls", "tickets", "callbacks"])
    def test_an_empty_list_is_an_empty_array(self, command: Command, noun: str) -> None:
        result = command.ok(noun, "list", "--json")
        assert (result.stdout, result.stderr) == ("[]\n", "")

    @pytest.mark.parametrize("noun", ["calls", "tickets", "callbacks"])
    def test_for_people_an_empty_list_is_told_beside_it(self, command: Command, noun: str) -> None:
        result = command.ok(noun, "list")
        assert result.stdout == ""
        assert result.stderr

    def test_next_is_null_when_nobody_is_to_be_called(self, command: Command) -> None:
        assert command.json("callbacks", "next") is None

    def test_opds_have_their_clock(self, command: Command) -> None:
        found = command.json("opd", "list")
        assert {
            "code": "DLHK",
            "name": "Dinas Lingkungan Hidup dan Kebersihan",
            "clock": "elapsed",
            "email": None,
            "head_email": None,
            "active": True,
            "phone": None,
        } in found
        assert "DLHK" in command.ok("opd", "list").stdout

    def test_a_call_has_the_fields_that_were_promised(self, command: Command) -> None:
        record(command, call("1.1", Outcome.ANSWERED), call("1.2", Outcome.ABANDONED))
        shown = command.json("calls", "show", "1.1")
        assert list(shown) == contract.CALL
        assert [list(leg) for leg in shown["legs"]] == [LEG]
        assert {**shown, "legs": None} == {
            "id": "depok-1.1",
            "direction": "inbound",
            "caller": ANI,
            "caller_raw": ANI,
            "dialled": "1500664",
            "started_at": "2026-06-08T10:00:00+07:00",
            "answered_at": "2026-06-08T10:00:05+07:00",
            "ended_at": "2026-06-08T10:01:00+07:00",
            "outcome": "answered",
            "operator": "siti",
            "queue": "warga",
            "wait_seconds": 5,
            "talk_seconds": 55,
            "menu_path": "13",
            "ticket": None,
            "callback": None,
            "recording": None,
            "hangup_cause": 16,
            "source": "live",
            "uniqueids": ["1.1"],
            "linkedids": ["1.1"],
            "legs": None,
            "talks": [],
            "transfers": [],
        }
        listed = command.json("calls", "list")
        assert [list(found) for found in listed] == [contract.CALL, contract.CALL]
        assert {found["id"]: found["callback"] for found in listed} == {"depok-1.1": None, "depok-1.2": 1}

    def test_a_call_that_is_up_has_no_end_yet(self, command: Command) -> None:
        record(command, call(outcome=None))
        [found] = command.json("calls", "list")
        assert (found["ended_at"], found["outcome"]) == (None, None)

    def test_a_ticket_has_the_fields_that_were_promised(self, command: Command, answered: dict[str, Any]) -> None:
        assert list(answered) == TICKET
        assert [list(found) for found in command.json("tickets", "list")] == [TICKET]
        shown = command.json("tickets", "show", answered["number"])
        assert list(shown) == [*TICKET, "history"]
        assert [(entry["action"], entry["text"]) for entry in shown["history"]] == [
            ("open", "Menumpuk"),
            ("forward", None),
            ("answer", "Diangkut"),
        ]
        assert (shown["caller"], shown["name"], shown["opd"], shown["callback"]) == (ANI, "Ani", "DLHK", 1)
        assert (shown["secret"], shown["overdue"], shown["calls"]) == (False, False, [])
        forwarded, due = (datetime.fromisoformat(shown[name]) for name in ("forwarded_at", "due_elapsed_at"))
        assert due - forwarded == timedelta(hours=72)

    def test_a_callback_has_the_fields_that_were_promised(self, command: Command, answered: dict[str, Any]) -> None:
        [owed] = command.json("callbacks", "list")
        assert list(owed) == CALLBACK
        assert (owed["reason"], owed["status"], owed["tickets"]) == ("answer", "pending", [answered["number"]])
        claimed = command.json("callbacks", "next")
        assert (list(claimed), claimed["status"]) == (CALLBACK, "claimed")
        assert command.json("callbacks", "claim", "1")["claimed_by"] == claimed["claimed_by"]
        after = command.json("callbacks", "done", "1", "--result", "no_answer", "--note", "sore")
        assert [list(attempt) for attempt in after["attempts"]] == [ATTEMPT]
        assert (after["attempts"][0]["result"], after["attempts"][0]["note"]) == ("no_answer", "sore")
        command.ok("callbacks", "done", "1", "--result", "reached")
        assert command.json("callbacks", "list") == []
        assert [found["status"] for found in command.json("callbacks", "list", "--all")] == ["done"]
        assert command.json("tickets", "show", answered["number"])["status"] == "closed"

    def test_hours_have_the_fields_that_were_promised(self, command: Command) -> None:
        found = command.json("hours", "check", "--at", "2026-03-20 10:00")
        assert found == {
            "at": "2026-03-20T10:00:00+07:00",
            "open": False,
            "reason": "holiday",
            "rule": found["rule"],
            "next_change_at": "2026-03-25T07:30:00+07:00",
        }
        assert "SKB 3 Menteri" in found["rule"]
        assert list(command.json("hours", "check")) == HOURS

    @pytest.mark.usefixtures("answered")
    def test_all_times_are_of_the_centres_clock(self, command: Command) -> None:
        record(command, call("1.1", Outcome.ANSWERED))
        command.ok("callbacks", "next")
        shown = [
            command.json(*words)
            for words in (
                ("calls", "list"),
                ("tickets", "list"),
                ("tickets", "show", "1000015"),
                ("callbacks", "list"),
                ("hours", "check"),
            )
        ]
        found = times_in(shown)
        assert len(found) > 15
        assert [time for time in found if not LOCAL.fullmatch(time)] == []

    @pytest.mark.usefixtures("answered")
    def test_hints_never_stand_among_it(self, command: Command) -> None:
        for words in (("callbacks", "list"), ("callbacks", "next"), ("calls", "list", "--limit", "1")):
            command.json(*words)
        result = command.ok("callbacks", "list")
        assert "Take one:" not in result.stdout
        claimed = command.ok("callbacks", "claim", "1")
        assert "0811-0000-1234" in claimed.stdout
        assert "depok-agi callbacks done 1" in claimed.stderr


class TestTheDaysWork:
    def test_a_complaint_is_taken_down_from_standard_input(self, command: Command) -> None:
        ticket = command.json("tickets", "new", given="Jalan berlubang\ndi depan sekolah\n")
        assert (ticket["text"], ticket["channel"]) == ("Jalan berlubang\ndi depan sekolah", "phone")

    def test_what_is_not_utf8_is_taken_down_as_far_as_it_goes(self, command: Command) -> None:
        assert (
            command.json("tickets", "new", given=b"Jalan \xff rusak")["text"] == "Jalan \N{REPLACEMENT CHARACTER} rusak"
        )

    def test_the_call_gives_the_number(self, command: Command) -> None:
        record(command, call("1764000000.1"))
        ticket = command.json("tickets", "new", "--call", "000.1", "--text", "x")
        assert (ticket["caller"], ticket["calls"]) == (ANI, ["depok-1764000000.1"])
        assert command.json("calls", "list")[0]["ticket"] == ticket["number"]

    def test_calls_are_found_by_the_number_as_people_write_it(self, command: Command) -> None:
        record(command, call("1.1"), call("1.2", number="+6281100005678"))
        assert [found["id"] for found in command.json("calls", "list", "--number", "0811 0000 1234")] == ["depok-1.1"]
        assert "is no telephone number" in command.refused("calls", "list", "--number", "siti", code=2)

    def test_calls_are_found_by_time_and_outcome(self, command: Command) -> None:
        record(command, call("1.1"), call("1.2", Outcome.ANSWERED, began=TEN + timedelta(hours=1)))
        for words, wanted in (
            (("--since", "2026-06-08 10:30"), ["depok-1.2"]),
            (("--until", "2026-06-08 11:00"), ["depok-1.1"]),
            (("--since", "2026-06-09"), []),
            (("--outcome", "answered"), ["depok-1.2"]),
            (("--limit", "1"), ["depok-1.2"]),
        ):
            assert [found["id"] for found in command.json("calls", "list", *words)] == wanted

    def test_late_tickets_are_marked_by_a_sign_too(self, command: Command) -> None:
        number = command.json(*NEW)["number"]
        command.ok("tickets", "forward", number)
        assert command.json("tickets", "list", "--overdue") == []
        with closing(sqlite3.connect(command.store)) as connection:
            connection.execute("UPDATE tickets SET due_at = 0")
            connection.commit()
        assert [ticket["overdue"] for ticket in command.json("tickets", "list", "--overdue")] == [True]
        assert "! 01-01 07:00" in command.ok("tickets", "list").stdout

    def test_closing_is_refused_while_the_call_is_owed(self, command: Command, answered: dict[str, Any]) -> None:
        assert "callbacks claim 1" in command.refused("tickets", "close", answered["number"])
        assert command.json("tickets", "close", answered["number"], "--told")["status"] == "closed"

    def test_the_centre_can_be_closed_and_opened_again(self, command: Command) -> None:
        command.ok("hours", "override", "closed", "--until", "+2h", "--why", "listrik padam")
        found = command.json("hours", "check")
        assert (found["open"], found["reason"]) == (False, "override")
        assert "listrik padam" in command.ok("hours", "check").stdout
        assert "1 override ended" in command.ok("hours", "clear").stderr
        assert command.json("hours", "check")["reason"] != "override"
        assert "in the future" in command.refused("hours", "override", "open", "--until", "yesterday", "--why", "x")

    def test_an_hours_file_of_ones_own_is_read(self, command: Command) -> None:
        (command.folder / "hours.toml").write_text(
            '[[weekly]]\ntitle = "Posko"\nregulation = "SE"\nvalid_from = 2020-01-01\nsunday = ["00:00-24:00"]\n'
        )
        command.settings.write_text('[centre]\nhours = "hours.toml"\n' + command.settings.read_text())
        assert command.json("hours", "check", "--at", "2026-06-07 03:00")["rule"] == "Posko (SE)"

    def test_a_callback_can_be_given_back(self, command: Command, answered: dict[str, Any]) -> None:
        assert answered["callback"] == 1
        command.ok("callbacks", "next")
        command.ok("callbacks", "release", "1")
        assert command.json("callbacks", "list")[0]["status"] == "pending"

    def test_a_call_is_shown_to_people_with_its_legs(self, command: Command) -> None:
        record(command, call("1.1", Outcome.ANSWERED), call("1.2", Outcome.BUSY, direction=Direction.OUTBOUND))
        shown = command.ok("calls", "show", "1.1").stdout
        assert "0811-0000-1234" in shown
        assert "PJSIP/trunk-00000000" in shown
        listed = command.ok("calls", "list").stdout
        assert "answered" in listed
        assert "busy" in listed

    def test_who_handed_a_call_on_to_whom_is_shown(self, command: Command) -> None:
        handed = Transfer(TransferKind.BLIND, "siti", "103", microseconds(TEN))
        record(command, replace(call("1.1", Outcome.ANSWERED), transfers=(handed,)))
        assert "transfer  blind by siti to 103, 08-06 10:00" in command.ok("calls", "show", "1.1").stdout
        (transfer,) = command.json("calls", "show", "1.1")["transfers"]
        assert transfer == {"kind": "blind", "by": "siti", "to": "103", "at": "2026-06-08T10:00:00+07:00"}

    def test_a_ticket_is_shown_to_people_with_its_history(self, command: Command, answered: dict[str, Any]) -> None:
        shown = command.ok("tickets", "show", answered["number"]).stdout
        for wanted in ("0811-0000-1234 Ani", "72 hours:", "3 working days:", "Menumpuk", "Diangkut", "answer by"):
            assert wanted in shown

    def test_migrating_makes_the_folder_and_the_store_and_twice_is_once(self, command: Command) -> None:
        command.settings.write_text(command.settings.read_text().replace("store.sqlite", "new/folder/store.sqlite"))
        assert "db migrate" in command.refused("calls", "list")
        command.ok("db", "migrate")
        command.ok("db", "migrate")
        assert command.json("calls", "list") == []
