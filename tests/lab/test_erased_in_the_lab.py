"""A citizen who called and left a message is erased while the daemon goes on, and nothing of it comes back."""

from pathlib import Path

from tests.lab.centre import Centre, wait_until
from tests.lab.phones import Citizen, HangUp, Pause, Press, Say
from tests.lab.test_left_in_the_lab import MESSAGE, SPEAK_AFTER

NUMBER = "081100007391"
SECRETS = (b"81100007391", b"Kuswandari", b"Lampu jalan mati")


def holding(centre: Centre) -> list[Path]:
    """The files in which any of it stands, but those that Asterisk itself writes."""
    files = [path for path in centre.folder.rglob("*") if path.is_file() and centre.pbx.folder not in path.parents]
    return [path for path in files if any(secret in path.read_bytes() for secret in SECRETS)]


def test_nothing_of_an_erased_citizen_is_left_while_calls_go_on(centre: Centre) -> None:
    leaves = Citizen(centre.pbx, NUMBER, steps=[*MESSAGE, Pause(SPEAK_AFTER), Say(2.5), Press("#")])
    leaves.call()
    Citizen(centre.pbx, NUMBER, steps=[Pause(1), Press("1"), Pause(1), HangUp()]).call()
    centre.calls(2)
    wait_until(lambda: centre.json("tickets", "list") or None, 10, lambda: "the message is no ticket")
    [message] = centre.json("tickets", "list")
    new = ("tickets", "new", "--caller", NUMBER, "--name", "Kuswandari", "--text", "Lampu jalan mati")
    complaint = centre.json(*new)["number"]
    for ticket in (message["number"], complaint):
        centre.command("tickets", "close", ticket)
    [owed] = centre.json("callbacks", "list")
    centre.command("callbacks", "done", str(owed["id"]), "--result", "declined", "--note", "Lampu jalan mati")
    centre.command("db", "backup")
    recording = centre.folder / "recordings" / message["recording"]
    assert recording.exists()
    assert len(holding(centre)) >= 2

    erased = centre.json("subject", "erase", NUMBER, "--why", "surat", "--yes")

    assert (erased["finished"], erased["recordings"], erased["backups"]) == (True, 1, 1)
    assert erased["destroyed"]["calls"] == 2
    assert any(str(centre.pbx.cel_csv) in line for line in erased["journal"]), "Asterisk's own log is told of"
    assert not recording.exists()
    assert holding(centre) == []

    another = Citizen(centre.pbx, "081100001234", steps=[Pause(1), Press("1"), Pause(1), HangUp()])
    another.call()
    calls = centre.calls(3)
    assert [call["caller"] for call in calls] == [None, None, "+6281100001234"]
    centre.kill_daemon()
    centre.start_daemon()
    assert len(centre.calls(3)) == 3
    assert holding(centre) == []
    centre.command("tickets", "verify")
    assert "Traceback" not in centre.daemon_text()
