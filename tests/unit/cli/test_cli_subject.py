"""`depok-agi subject`: a citizen's own data is erased at one's word."""

from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.desk.erasing import DETAIL
from tests.unit.cli.command import Command
from tests.unit.desk.citizen import found_in

NUMBER = "0811-0000-7391"
SECRETS = (b"81100007391", b"Kuswandari", b"Lampu jalan mati")


def complains(command: Command) -> str:
    """A ticket that is closed."""
    ticket = command.json(
        *("tickets", "new", "--caller", NUMBER, "--name", "Kuswandari", "--text", "Lampu jalan mati")
    )["number"]
    command.ok("tickets", "close", ticket)
    return str(ticket)


def test_a_citizen_is_erased_and_the_history_stays_whole(command: Command) -> None:
    ticket = complains(command)
    command.ok("db", "backup")
    told = command.json("subject", "erase", NUMBER, "--why", "surat", "--yes")
    assert (told["finished"], told["backups"], told["left"]) == (True, 1, [])
    assert (told["destroyed"]["tickets"], told["destroyed"]["texts"]) == (1, 1)
    assert found_in(command.folder, SECRETS) == []
    command.ok("tickets", "verify")
    command.ok("db", "check")
    shown = command.json("tickets", "show", ticket)
    assert (shown["caller"], shown["name"], shown["text"], shown["status"]) == (None, None, None, "closed")


def test_it_asks_first_and_no_is_no(command: Command) -> None:
    ticket = complains(command)
    result = command.run("subject", "erase", NUMBER, "--why", "surat", given="n\n")
    assert result.exit_code == 1
    assert "in 0 calls, 1 tickets and 0 callbacks" in result.stderr
    assert NUMBER not in result.output
    assert command.json("tickets", "show", ticket)["name"] == "Kuswandari"


def test_what_is_open_is_refused_unless_said_so(command: Command) -> None:
    ticket = command.json("tickets", "new", "--caller", NUMBER, "--text", "Lampu jalan mati")["number"]
    assert f"ticket {ticket} (new)" in command.refused("subject", "erase", NUMBER, "--why", "surat", "--yes")
    command.ok("subject", "erase", NUMBER, "--why", "surat", "--yes", "--even-open")
    assert command.json("tickets", "show", ticket)["history"][-1]["detail"] == DETAIL


def test_what_was_erased_is_listed_without_whom(command: Command) -> None:
    assert command.json("subject", "erasures") == []
    assert "Nobody was erased." in command.ok("subject", "erasures").stderr
    complains(command)
    command.ok("subject", "erase", NUMBER, "--why", "surat", "--yes")
    [erasure] = command.json("subject", "erasures")
    assert (erasure["why"], erasure["destroyed"]["texts"]) == ("surat", 1)
    assert erasure["finished_at"] is not None
    assert "surat" in command.ok("subject", "erasures").stdout


def test_what_is_no_number_is_refused(command: Command) -> None:
    assert "is no telephone number of a citizen" in command.refused("subject", "erase", "110", "--why", "x", "--yes")


def test_a_citizen_gets_one_file_with_all_that_there_is(command: Command) -> None:
    ticket = complains(command)
    page = command.ok("subject", "export", NUMBER).stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "Lampu jalan mati" in page
    data = command.json("subject", "export", NUMBER)
    assert [row["number"] for row in data["tickets"]] == [ticket]
    assert [row["deed"] for row in data["access"]] == ["show", "export", "export"]


def test_the_file_is_for_ones_own_eyes_and_never_over_another(command: Command) -> None:
    complains(command)
    output = command.folder / "data.html"
    command.ok("subject", "export", NUMBER, "--output", str(output))
    assert "Lampu jalan mati" in output.read_text("utf-8")
    assert output.stat().st_mode & 0o777 == 0o600
    assert "exists" in command.refused("subject", "export", NUMBER, "--output", str(output))


def test_of_a_number_that_is_not_known_there_is_nothing(command: Command) -> None:
    assert "knows nothing of this number" in command.refused("subject", "export", NUMBER)


def test_what_would_be_destroyed_is_told_and_then_destroyed_and_listed(command: Command) -> None:
    complains(command)
    assert command.json("subject", "retention", "--list") == []
    assert command.json("subject", "retention", "--dry-run")["tickets"] == 0
    assert "would be destroyed: nothing" in command.ok("subject", "retention", "--dry-run").stdout
    assert "destroyed: nothing" in command.ok("subject", "retention").stdout
    [run] = command.json("subject", "retention", "--list")
    assert (run["destroyed"]["tickets"], run["ended_at"] is not None) == (0, True)
    assert "nothing" in command.ok("subject", "retention", "--list").stdout
    assert "exclude" in command.refused("subject", "retention", "--list", "--dry-run", code=2)


def test_a_citizen_is_suspended_and_resumed(command: Command) -> None:
    complains(command)
    assert command.json("subject", "suspensions") == []
    told = command.ok("subject", "suspend", NUMBER, "--why", "surat").stderr
    assert "is suspended" in told
    assert NUMBER not in told
    assert command.json("tickets", "list") == []
    [suspension] = command.json("subject", "suspensions")
    assert (suspension["number"], suspension["why"], suspension["until"]) == ("+6281100007391", "surat", None)
    assert NUMBER in command.ok("subject", "suspensions").stdout
    command.ok("subject", "resume", NUMBER)
    assert len(command.json("tickets", "list")) == 1
    assert command.json("subject", "suspensions") == []
    assert len(command.json("subject", "suspensions", "--all")) == 1


def test_whoever_goes_back_to_a_backup_is_told_of_those_who_were_erased_since(command: Command) -> None:
    complains(command)
    backup = Path(command.ok("db", "backup").stdout.strip())
    aged = backup.rename(backup.with_name("depok-agi-20200101-020000.sqlite"))
    assert "erased since" not in command.ok("db", "restore", aged.name).stderr
    command.ok("subject", "erase", NUMBER, "--why", "surat", "--yes")
    assert "1 citizens were erased since" in command.ok("db", "restore", aged.name).stderr
    assert command.json("tickets", "list")[0]["caller"] is None


def test_who_may_not_erase_is_not_asked_and_learns_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    complains(command)
    monkeypatch.setattr("depok_agi.cli.subject_erase.acting", lambda: Person("siti", Role.OPERATOR))
    said = command.refused("subject", "erase", NUMBER, "--why", "surat")
    assert "needs admin" in said
    assert "tickets" not in said
