"""A secret ticket's citizen is shown to those to whom it is assigned, by whatever door it is asked for."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click
import pytest

from depok_agi.access.roles import COMMANDS, Role, may_run
from depok_agi.calls.record import Direction, Leg, Outcome, Transfer, TransferKind
from depok_agi.calls.record import Role as LegRole
from depok_agi.desk import utc_now
from tests.unit.cli.command import Command, commands
from tests.unit.cli.people import People
from tests.unit.cli.test_cli_commands import record
from tests.unit.cli.test_cli_roles import last, log
from tests.unit.desk.made import ANI, BUDI, call

NUMBER = "0811-0000-1234"
TRACES = ("1234", "x234", "Ani", "A. W.", "preman", "tetangga", "dirahasiakan", "lewat saudara")
"""What would tell whose the ticket is: the number, also masked, the name, the texts."""
CALLS = ("depok-1.1", "depok-1.2", "depok-1.3")
READING = {
    "calls list": [(), ("--json",), ("--outcome", "answered"), ("--number", NUMBER), ("--number", NUMBER, "--json")],
    "calls show": [(call, *more) for call in CALLS for more in ((), ("--json",))],
    "calls live": [(), ("--json",)],
    "calls gaps": [()],
    "tickets list": [(), ("--json",), ("--status", "answered")],
    "tickets show": [("TICKET",), ("TICKET", "--json")],
    "tickets explain": [("TICKET",), ("TICKET", "--json")],
    "tickets note": [("TICKET", "--text", "x", "--json")],
    "callbacks list": [(), ("--json",), ("--all", "--json")],
    "callbacks uncallable": [(), ("--json",)],
    "mails list": [("--status", "all"), ("--status", "all", "--json")],
    "sms list": [("--status", "all"), ("--status", "all", "--json")],
    "sms received": [(), ("--json",)],
    "numbers list": [(), ("--json",)],
}
"""Every command with which an operator may look at something, and how."""
CHANGING = {
    "tickets new",
    "tickets forward",
    "tickets bounce",
    "tickets answer",
    "tickets close",
    "tickets reopen",
    "callbacks next",
    "callbacks claim",
    "callbacks release",
    "callbacks call",
    "callbacks done",
}
"""Those with which they act: a claim assigns, the others tell the ticket's status."""
ELSEWHERE = {"desk", "calls play", "tickets play"}
"""Those that have tests of their own for this: `unit/console`, `unit/desk/test_desk_recordings.py`."""
IMPERSONAL = {
    "operators list",
    "operators in",
    "operators out",
    "operators pause",
    "hours check",
    "hours week",
    "opd list",
    "categories list",
    "menu show",
    "report definitions",
    "prompts list",
}


@pytest.fixture
def ticket(command: Command, people: People) -> str:
    """Siti has taken it down while Ani called; it is answered, Ani was called in vain, and is owed a call."""
    began = utc_now() - timedelta(hours=1)
    inbound = call("1.1", Outcome.ANSWERED, began=began)
    record(
        command,
        replace(inbound, legs=(Leg(f"Local/{NUMBER}@x-00000001;1", None, LegRole.LOCAL, 1, 1, 1), *inbound.legs)),
    )
    people.act_as("siti", Role.OPERATOR)
    told = (
        "--text",
        "preman di depan rumah tetangga",
        "--call",
        "depok-1.1",
        "--category",
        "keamanan",
        "--area",
        "Beji",
    )
    number = str(command.json("tickets", "new", "--secret", "--name", "Ani Wijaya", *told)["number"])
    command.ok("tickets", "forward", number, "--opd", "DLHK")
    command.ok("tickets", "note", number, "--text", "lewat saudara")
    people.act_as("lia", Role.OPERATOR)
    command.ok("tickets", "answer", number, "--text", "akan dirahasiakan")
    handed = Transfer(TransferKind.BLIND, "siti", NUMBER, 1)
    tried = call("1.2", Outcome.BUSY, direction=Direction.OUTBOUND, began=began + timedelta(hours=2))
    record(command, replace(tried, transfers=(handed,)), call("1.3", began=began + timedelta(hours=3)))
    with closing(sqlite3.connect(command.store)) as store, store:
        citizen, serial = store.execute("SELECT citizen, serial FROM tickets").fetchone()
        for key, of_ticket, callback in (("a", serial, None), ("b", None, 1)):
            store.execute(
                "INSERT INTO sms_queue (key, kind, language, status, queued_at, next_try_at, citizen, ticket, callback)"
                " "
                "VALUES (?, 'answered', 'id', 'waiting', 1, 1, ?, ?, ?)",
                [key, citizen, of_ticket, callback],
            )
        store.execute(
            "INSERT INTO sms_received (uniqueid, at, citizen, made, ticket, looks_automatic, answered, recorded_at) "
            "VALUES ('9.1', 1, ?, 'ticket', ?, 0, 0, 1)",
            [citizen, serial],
        )
    people.act_as("budi", Role.OPERATOR)
    return number


def reading(ticket: str) -> list[tuple[str, ...]]:
    return [
        (*words.split(), *(ticket if one == "TICKET" else one for one in more))
        for words, ways in READING.items()
        for more in ways
    ]


def test_every_command_that_an_operator_may_run_is_looked_at_here() -> None:
    operators = {words for words in COMMANDS if may_run(Role.OPERATOR, words)}
    assert operators == {*READING, *CHANGING, *IMPERSONAL, *ELSEWHERE}
    assert {" ".join(words) for words, of in commands().items() if not isinstance(of, click.Group)} >= operators


def test_no_command_tells_another_operator_who_it_is(command: Command, ticket: str) -> None:
    told = {}
    for words in reading(ticket):
        shown = command.ok(*words)
        if found := [trace for trace in TRACES if trace in shown.output.replace(f"{ticket}", "")]:
            told[words] = found, shown.output
    assert told == {}


def test_what_else_the_ticket_is_they_see(command: Command, ticket: str) -> None:
    shown = command.ok("tickets", "show", ticket)
    assert "answered, secret" in shown.stdout
    assert "keamanan, Beji" in shown.stdout
    assert "secret and not assigned to you" in shown.stderr
    [listed] = command.json("tickets", "list")
    assert (listed["number"], listed["caller"], listed["opd"]) == (ticket, "secret", "DLHK")
    assert (listed["name"], listed["text"], listed["answer"], listed["calls"]) == (None, None, None, [])
    [owed] = command.json("callbacks", "list")
    assert (owed["caller"], owed["tickets"], owed["calls"]) == ("secret", [], [])


def test_neither_ticket_nor_callback_leads_to_the_call_nor_back(command: Command, ticket: str) -> None:
    listed = {one["id"]: one for one in command.json("calls", "list")}
    assert set(listed) == set(CALLS)
    assert {(one["ticket"], one["callback"]) for one in listed.values()} == {(None, None)}
    assert {listed[inbound]["caller"] for inbound in ("depok-1.1", "depok-1.3")} == {"secret"}
    assert listed["depok-1.2"]["dialled"] == "secret"
    text = json.dumps([command.json("tickets", "show", ticket), command.json("callbacks", "list")])
    assert not any(one in text for one in CALLS)


def test_neither_does_another_ticket_of_the_same_citizen(command: Command, ticket: str) -> None:
    other = command.json("tickets", "new", "--caller", NUMBER, "--text", "Sampah")["number"]
    said = command.ok("tickets", "answer", other, "--text", "Diangkut").stderr
    assert "callback 1" in said
    [owed] = command.json("callbacks", "list")
    assert (owed["caller"], owed["tickets"]) == ("0811-xxxx-x234", [other])
    assert ticket not in json.dumps(owed)
    asked = [
        command.refused("tickets", "close", ticket),
        command.ok("tickets", "show", ticket).output,
        command.ok("tickets", "reopen", ticket, "--why", "x").output,
        command.ok("tickets", "answer", ticket, "--text", "Sudah").output,
    ]
    assert not any("callback 1" in one or "claim 1" in one for one in asked)
    command.ok("callbacks", "done", "1", "--result", "reached")
    [shown] = [command.json("tickets", "show", ticket)]
    assert (shown["status"], shown["callback"]) == ("closed", None)
    assert [entry["detail"] for entry in shown["history"] if entry["action"] == "close"] == [{}]


def test_a_colleague_who_tells_them_just_now_is_named_without_the_callback(
    command: Command, people: People, ticket: str
) -> None:
    command.ok("callbacks", "claim", "1")
    people.act_as("lia", Role.OPERATOR)
    assert "budi has claimed the callback and may be telling" in command.refused("tickets", "close", ticket, "--told")


def test_no_ticket_can_be_made_of_a_call_to_learn_its_number(command: Command, ticket: str) -> None:
    made = command.refused("tickets", "new", "--call", "1.1", "--text", "x", "--json")
    assert "a secret ticket was told" in made
    assert ticket not in made
    assert last(command) == ("budi", "secret", 0, "tickets new")


def test_a_call_that_leads_to_no_secret_ticket_is_found_by_its_number(command: Command, ticket: str) -> None:
    assert ticket
    record(command, call("1.9", number=BUDI, began=utc_now() - timedelta(minutes=9)))
    assert [one["id"] for one in command.json("calls", "list", "--number", BUDI)] == ["depok-1.9"]
    assert command.json("calls", "list", "--number", ANI) == []


def test_that_they_asked_is_written_down_as_refused(command: Command, ticket: str) -> None:
    command.ok("tickets", "show", ticket)
    assert last(command) == ("budi", "secret", 0, "tickets show")
    command.ok("calls", "show", "1.1", "--json")
    assert last(command) == ("budi", "secret", 0, "calls show")
    assert log(command)[0]["call"] == "depok-1.1"


def test_whoever_took_it_down_sees_it(command: Command, people: People, ticket: str) -> None:
    people.act_as("siti", Role.OPERATOR)
    shown = command.ok("tickets", "show", ticket).stdout
    assert all(told in shown for told in (f"{NUMBER} Ani Wijaya", "preman", "lewat saudara", "dirahasiakan"))
    assert last(command) == ("siti", "show", 1, "tickets show")
    assert NUMBER in command.ok("calls", "show", "1.1").stdout
    assert "0811-xxxx-x234" in command.ok("tickets", "list").stdout


def test_whoever_claims_the_callback_sees_it_until_the_claim_is_over(command: Command, ticket: str) -> None:
    said = command.ok("callbacks", "claim", "1").stdout
    assert f"Call {NUMBER} (Ani Wijaya)" in said
    assert "dirahasiakan" in said
    assert last(command) == ("budi", "show", 1, "callbacks claim 1")
    assert NUMBER in command.ok("tickets", "show", ticket).stdout
    command.ok("callbacks", "release", "1")
    assert NUMBER not in command.ok("tickets", "show", ticket).stdout


def test_a_claim_whose_lease_is_over_gives_nothing_any_more(command: Command, ticket: str) -> None:
    command.ok("callbacks", "claim", "1")
    with closing(sqlite3.connect(command.store)) as store, store:
        store.execute("UPDATE callbacks SET claimed_until = claimed_at")
    assert NUMBER not in command.ok("tickets", "show", ticket).stdout


def test_a_colleagues_claim_is_not_ones_own(command: Command, people: People, ticket: str) -> None:
    command.ok("callbacks", "claim", "1")
    people.act_as("lia", Role.OPERATOR)
    assert NUMBER not in command.ok("tickets", "show", ticket).stdout
    assert "secret" in command.ok("callbacks", "list").stdout


def test_an_entered_result_ends_what_the_claim_gave(command: Command, ticket: str) -> None:
    command.ok("callbacks", "claim", "1")
    after = command.json("callbacks", "done", "1", "--result", "reached")
    assert command.json("tickets", "show", ticket)["status"] == "closed"
    assert (after["caller"], after["name"], after["tickets"]) == ("secret", None, [])


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
def test_a_supervisor_sees_it_and_that_is_written_down(
    command: Command, people: People, ticket: str, role: Role
) -> None:
    people.act_as("rina", role)
    assert NUMBER in command.ok("tickets", "show", ticket).stdout
    assert last(command) == ("rina", "secret", 1, "tickets show")
    shown = command.json("calls", "show", "1.1")
    assert (shown["caller"], shown["ticket"]) == (ANI, ticket)
    assert last(command) == ("rina", "secret", 1, "calls show")


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (("tickets", "list"), 1),
        (("callbacks", "list"), 1),
        (("calls", "list"), 3),
        (("sms", "list", "--status", "all"), 2),
        (("sms", "received"), 1),
    ],
)
def test_a_supervisors_list_has_it_only_unmasked(
    command: Command, people: People, ticket: str, words: tuple[str, ...], rows: int
) -> None:
    assert ticket
    people.act_as("rina", Role.SUPERVISOR)
    masked = command.ok(*words).stdout
    assert "secret" in masked
    assert "x234" not in masked
    assert NUMBER in command.ok(*words, "--unmask").stdout
    assert [last(command), log(command)[1]["deed"]] == [
        ("rina", "secret", 1, f"{words[0]} {words[1]}, rows of secret tickets: {rows}"),
        "unmask",
    ]


def test_the_access_log_keeps_it_too(command: Command, people: People, ticket: str) -> None:
    people.act_as("siti", Role.OPERATOR)
    command.ok("tickets", "show", ticket)
    people.act_as("rina", Role.SUPERVISOR)
    entry: dict[str, Any] = next(
        one for one in command.json("access", "list") if (one["actor"], one["detail"]) == ("siti", "tickets show")
    )
    assert entry["caller"] == ANI
    assert "x234" not in command.ok("access", "list", "--actor", "siti").stdout


def test_a_citizen_who_has_another_ticket_is_masked_there_and_not_hidden(command: Command, ticket: str) -> None:
    other = command.json("tickets", "new", "--caller", BUDI, "--text", "Sampah")["number"]
    listed = {one["number"]: one["caller"] for one in command.json("tickets", "list")}
    assert listed == {ticket: "secret", other: "0811-xxxx-x678"}
