"""Each command is for those whose role may run it, lists are masked, and what is seen or refused is written down."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import click
import pytest

from depok_agi.access.roles import COMMANDS, Role, least_for, may_run
from depok_agi.calls.record import CallRecord, Direction, Leg, Outcome, Transfer, TransferKind
from depok_agi.calls.record import Role as LegRole
from depok_agi.store import database
from tests.unit.cli.command import Command, commands
from tests.unit.cli.people import People
from tests.unit.cli.test_cli_commands import record
from tests.unit.desk.made import ANI, BUDI, call

NUMBER = "0811-0000-1234"
MASKED = "0811-xxxx-x234"
NEW = ("tickets", "new", "--caller", NUMBER, "--name", "Ani Wijaya", "--category", "sampah", "--text", "Menumpuk")
LEAVES = sorted(words for words, found in commands().items() if not isinstance(found, click.Group))
LISTS = (
    ("calls", "list"),
    ("tickets", "list"),
    ("callbacks", "list"),
    ("numbers", "list"),
    ("sms", "list", "--status", "all"),
    ("sms", "received"),
    ("access", "list"),
)


def log(command: Command) -> list[dict[str, Any]]:
    """The access log as it stands in the store, newest first."""
    with closing(sqlite3.connect(command.store)) as store:
        store.row_factory = sqlite3.Row
        return [dict(row) for row in store.execute("SELECT * FROM access_log ORDER BY id DESC")]


def last(command: Command) -> tuple[str, str, int, str]:
    entry = log(command)[0]
    return entry["actor"], entry["deed"], entry["allowed"], entry["detail"]


def with_ani_everywhere(command: Command) -> str:
    """A ticket of Ani, a missed call, a callback, a block, SMS both ways; gives the ticket's number."""
    number = str(command.json(*NEW)["number"])
    command.ok("tickets", "answer", number, "--text", "Diangkut")
    out = call("1.2", Outcome.BUSY, direction=Direction.OUTBOUND)
    record(command, call("1.1"), out)
    command.ok("numbers", "block", NUMBER, "--until", "+1d", "--why", "prank calls")
    with closing(sqlite3.connect(command.store)) as store, store:
        citizen = store.execute("SELECT id FROM citizens WHERE number = ?", [ANI]).fetchone()[0]
        store.execute(
            "INSERT INTO sms_queue (key, kind, language, citizen, ticket, status, queued_at, next_try_at) "
            "SELECT 'k', 'answered', 'id', ?, max(serial), 'waiting', 1, 1 FROM tickets",
            [citizen],
        )
        store.execute(
            "INSERT INTO sms_received (uniqueid, at, citizen, made, looks_automatic, answered, recorded_at) "
            "VALUES ('9.1', 1, ?, 'ticket', 0, 0, 1)",
            [citizen],
        )
    return number


class TestWhoMayRunWhat:
    def test_every_command_has_a_role_and_every_role_is_of_a_command(self) -> None:
        assert sorted(COMMANDS) == sorted(" ".join(words) for words in LEAVES)

    @pytest.mark.parametrize("words", [words for words in LEAVES if least_for(" ".join(words)) is not Role.OPERATOR])
    def test_whoever_is_below_is_refused_in_one_clear_line_and_it_is_written_down(
        self, command: Command, people: People, words: tuple[str, ...]
    ) -> None:
        least = least_for(" ".join(words))
        people.act_as("siti", Role.OPERATOR)
        said = command.refused(*words, *EXAMPLES.get(words, ()))
        assert (
            said == f"depok-agi: you are operator here, and this needs {least}; that it was asked for is written down\n"
        )
        assert last(command) == ("siti", "command", 0, " ".join(words))

    def test_a_supervisor_is_refused_what_is_the_admins(self, command: Command, people: People) -> None:
        people.act_as("rina", Role.SUPERVISOR)
        assert "you are supervisor here, and this needs admin" in command.refused("opd", "edit", "DLHK", "--closed")
        command.ok("report", "day")

    def test_who_is_in_no_group_may_run_nothing(self, command: Command, people: People) -> None:
        people.act_as("tamu", None)
        assert "tamu is in none of the groups depok-operator" in command.refused("hours", "check")

    def test_help_is_for_all(self, command: Command, people: People) -> None:
        people.act_as("tamu", None)
        assert "Usage:" in command.ok("db", "restore", "--help").stdout

    def test_a_refusal_that_cannot_be_written_down_is_one_all_the_same(self, command: Command, people: People) -> None:
        command.store.unlink()
        people.act_as("siti", Role.OPERATOR)
        assert command.refused("db", "migrate") == "depok-agi: you are operator here, and this needs admin\n"
        assert not command.store.exists()

    def test_what_a_command_would_do_is_not_done(self, command: Command, people: People) -> None:
        people.act_as("siti", Role.OPERATOR)
        command.refused("numbers", "block", NUMBER, "--until", "+1d", "--why", "x")
        command.refused("categories", "remove", "sampah")
        people.act_as("citra", Role.ADMIN)
        assert command.json("numbers", "list") == []
        assert "sampah" in command.ok("categories", "list").stdout

    def test_that_the_table_of_opds_was_changed_is_written_down(self, command: Command, people: People) -> None:
        people.act_as("citra", Role.ADMIN)
        command.ok("opd", "edit", "DLHK", "--email", "pic@dlhk.example")
        assert last(command) == ("citra", "opds", 1, "opd edit DLHK")
        command.ok("categories", "set", "sampah", "--opd", "DPUPR")
        assert last(command) == ("citra", "opds", 1, "categories set sampah")


EXAMPLES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("calls", "replay"): ("-",),
    ("categories", "remove"): ("sampah",),
    ("categories", "set"): ("sampah",),
    ("db", "restore"): ("depok-agi-20261125-020000.sqlite",),
    ("hours", "override"): ("closed", "--until", "+1h", "--why", "x"),
    ("numbers", "block"): (NUMBER, "--until", "+1h", "--why", "x"),
    ("numbers", "unblock"): (NUMBER,),
    ("opd", "add"): ("DISPUSIP", "--name", "Dinas"),
    ("opd", "edit"): ("DLHK", "--closed"),
    ("operators", "add"): ("siti", "101"),
    ("operators", "remove"): ("siti",),
    ("subject", "erase"): (NUMBER, "--why", "x", "--yes"),
    ("subject", "export"): (NUMBER,),
    ("subject", "resume"): (NUMBER,),
    ("subject", "suspend"): (NUMBER, "--why", "x"),
}
"""What a command needs to be understood."""


class TestMasks:
    @pytest.mark.parametrize(
        ("words", "role"),
        [(words, role) for words in LISTS for role in Role if may_run(role, " ".join(words[:2]))],
    )
    def test_a_list_shows_nobody_a_whole_number_or_name(
        self, command: Command, people: People, words: tuple[str, ...], role: Role
    ) -> None:
        command.ok("tickets", "show", with_ani_everywhere(command))
        people.act_as("siti", role)
        shown = command.ok(*words).stdout
        assert MASKED in shown
        assert NUMBER not in shown
        assert "Ani" not in shown

    @pytest.mark.parametrize("words", LISTS, ids=" ".join)
    def test_a_supervisor_may_ask_for_whole_numbers_and_that_is_written_down_with_how_many(
        self, command: Command, people: People, words: tuple[str, ...]
    ) -> None:
        command.ok("tickets", "show", with_ani_everywhere(command))
        people.act_as("rina", Role.SUPERVISOR)
        assert NUMBER in command.ok(*words, "--unmask").stdout
        actor, deed, allowed, detail = last(command)
        assert (actor, deed, allowed) == ("rina", "unmask", 1)
        assert re.fullmatch(rf"{words[0]} {words[1]}, rows: [1-9]\d*", detail)

    @pytest.mark.parametrize("words", [words for words in LISTS if words[0] != "access"], ids=" ".join)
    @pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "json"])
    def test_an_operator_may_not(
        self, command: Command, people: People, words: tuple[str, ...], more: tuple[str, ...]
    ) -> None:
        people.act_as("siti", Role.OPERATOR)
        assert "this needs supervisor" in command.refused(*words, "--unmask", *more)
        assert last(command) == ("siti", "unmask", 0, f"{words[0]} {words[1]}, rows: 0")

    @pytest.mark.parametrize("words", [words for words in LISTS if words[0] != "access"], ids=" ".join)
    def test_for_scripts_a_list_is_whole_but_for_an_operators(
        self, command: Command, people: People, words: tuple[str, ...]
    ) -> None:
        with_ani_everywhere(command)
        people.act_as("rina", Role.SUPERVISOR)
        assert ANI in command.ok(*words, "--json").stdout
        assert last(command)[:3] == ("rina", "unmask", 1)
        before = len(log(command))
        people.act_as("siti", Role.OPERATOR)
        result = command.ok(*words, "--json")
        assert MASKED in result.stdout
        assert "1100001234" not in result.stdout
        assert "numbers and names are masked" in result.stderr
        assert len(log(command)) == before

    def test_a_call_is_masked_wherever_a_number_stands(self, command: Command, people: People) -> None:
        local = Leg(f"Local/{NUMBER.replace('-', '')}@depok-operators-00000001;1", None, LegRole.LOCAL, 1, 1, 1)
        party = Leg("PJSIP/trunk-00000009", ANI, LegRole.CITIZEN, 1, 1, 1)
        out = call("1.2", Outcome.BUSY, direction=Direction.OUTBOUND)
        handed = Transfer(TransferKind.BLIND, "siti", NUMBER.replace("-", ""), 1)
        record(command, CallRecord(**{**fields(out), "legs": (local, party), "transfers": (handed,)}))
        people.act_as("siti", Role.OPERATOR)
        shown = command.ok("calls", "list", "--json").stdout
        assert "00001234" not in shown
        [found] = json.loads(shown)
        assert found["dialled"] == MASKED
        assert [leg["channel"] for leg in found["legs"]] == [
            "Local/0811xxxxx234@depok-operators-00000001;1",
            "PJSIP/trunk-00000009",
        ]
        assert found["transfers"][0]["to"] == "0811xxxxx234"

    def test_numbers_in_what_was_written_are_masked_too_and_other_digits_are_not(
        self, command: Command, people: People
    ) -> None:
        text = "Hubungi 0811 0000 5678 atau 081100005678, sejak 2026-06-08 10:00, RT 03/05, KTP 3276010101900001"
        number = command.json("tickets", "new", "--text", text)["number"]
        command.ok("numbers", "block", BUDI, "--until", "+1d", "--why", text)
        people.act_as("siti", Role.OPERATOR)
        masked = "Hubungi 0811 xxxx x678 atau 0811xxxxx678, sejak 2026-06-08 10:00, RT 03/05, KTP 3276010101900001"
        assert command.json("tickets", "list")[0]["text"] == masked
        assert command.json("numbers", "list")[0]["why"] == masked
        assert text in command.ok("tickets", "show", number).stdout

    def test_a_masked_list_is_shown_though_nothing_can_be_written(
        self, command: Command, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_ani_everywhere(command)
        people.act_as("rina", Role.SUPERVISOR)
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        with closing(sqlite3.connect(command.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert MASKED in command.ok("callbacks", "list").stdout
            for unlogged in (("callbacks", "list", "--unmask"), ("calls", "list", "--number", NUMBER)):
                assert "is busy" in command.refused(*unlogged)
            other.execute("ROLLBACK")


def fields(call: CallRecord) -> dict[str, Any]:
    return {name: getattr(call, name) for name in CallRecord.__dataclass_fields__}


class TestTheAccessLog:
    def test_one_citizen_at_a_time_is_whole_and_each_look_is_written_down(
        self, command: Command, people: People
    ) -> None:
        number = with_ani_everywhere(command)
        people.act_as("siti", Role.OPERATOR)
        for words, detail in (
            (("tickets", "show", number), "tickets show"),
            (("calls", "show", "1.1"), "calls show"),
            (("callbacks", "claim", "1"), "callbacks claim 1"),
            (("callbacks", "next"), "callbacks next 1"),
        ):
            assert NUMBER in command.ok(*words).stdout
            assert last(command) == ("siti", "show", 1, detail)
        shown = log(command)[:4]
        assert len({entry["citizen"] for entry in shown}) == 1
        assert [(entry["ticket"], entry["call"]) for entry in shown] == [
            (None, None),
            (None, None),
            (None, "depok-1.1"),
            (100001, None),
        ]

    def test_what_is_not_written_down_is_not_shown(
        self, command: Command, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = with_ani_everywhere(command)
        people.act_as("siti", Role.OPERATOR)
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        with closing(sqlite3.connect(command.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "is busy" in command.refused("tickets", "show", number)
            assert "is busy" in command.refused("calls", "show", "1.1")
            other.execute("ROLLBACK")

    def test_a_change_that_tells_whose_ticket_it_is_is_a_look_at_them(self, command: Command, people: People) -> None:
        number = with_ani_everywhere(command)
        people.act_as("siti", Role.OPERATOR)
        before = len(log(command))
        command.ok("tickets", "note", number, "--text", "sore")
        assert len(log(command)) == before
        assert command.json("tickets", "note", number, "--text", "pagi")["caller"] == ANI
        assert last(command) == ("siti", "show", 1, "tickets note")

    def test_to_look_for_a_number_is_written_down_whether_there_is_one_or_not(
        self, command: Command, people: People
    ) -> None:
        with_ani_everywhere(command)
        people.act_as("siti", Role.OPERATOR)
        command.ok("calls", "list", "--number", NUMBER)
        assert last(command) == ("siti", "find", 1, "calls list")
        assert log(command)[0]["citizen"] is not None
        command.ok("calls", "list", "--number", BUDI)
        assert last(command) == ("siti", "find", 1, "calls list, of nobody who is known here")

    def test_it_is_listed_by_who_what_when_and_whom(self, command: Command, people: People) -> None:
        number = with_ani_everywhere(command)
        people.act_as("siti", Role.OPERATOR)
        command.ok("tickets", "show", number)
        command.refused("calls", "list", "--unmask")
        people.act_as("budi", Role.OPERATOR)
        command.ok("calls", "list", "--number", NUMBER)
        people.act_as("rina", Role.SUPERVISOR)

        def found(*more: str) -> list[tuple[str, str]]:
            listed = command.json("access", "list", *more)
            return [(one["actor"], one["deed"]) for one in listed if one["actor"] != "rina"]

        expected = [("budi", "find"), ("siti", "unmask"), ("siti", "show")]
        assert found("--since", "today")[:3] == expected
        assert found("--actor", "siti") == expected[1:]
        assert found("--refused") == [("siti", "unmask")]
        assert found("--number", NUMBER)[:2] == [expected[0], expected[2]]
        assert found("--number", BUDI) == []
        assert found("--until", "2020-01-01") == []
        [show] = [one for one in command.json("access", "list", "--actor", "siti") if one["deed"] == "show"]
        assert (show["caller"], show["ticket"], show["allowed"], show["role"]) == (ANI, number, True, "operator")
        assert "unmask: refused" in command.ok("access", "list", "--refused").stdout

    def test_that_it_is_read_stands_in_it(self, command: Command, people: People) -> None:
        people.act_as("rina", Role.SUPERVISOR)
        [entry] = command.json("access", "list")
        assert (entry["actor"], entry["deed"], entry["detail"]) == ("rina", "read_access_log", "access list")
        assert "no telephone number" in command.refused("access", "list", "--number", "siti", code=2)

    def test_nothing_personal_stands_in_it(self, command: Command, people: People) -> None:
        number = with_ani_everywhere(command)
        people.act_as("rina", Role.SUPERVISOR)
        for words in (("calls", "list", "--number", NUMBER), ("tickets", "show", number), ("callbacks", "next")):
            command.ok(*words, "--json")
        text = json.dumps(log(command))
        assert not re.search(r"1100001234|Ani|Menumpuk", text)
