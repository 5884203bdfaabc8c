"""An admin installs depok-agi on a bare host without a network, people work there, it is upgraded and taken away again.

To be read from the top: each test goes on where the one before ended.
"""

import hashlib
import json
import re
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from tests.lab.centre import wait_until
from tests.lab.host import PROGRAM, Host
from tests.lab.phones import Citizen, Operator, Pause, Press

WHEELS = "/wheels"
CITIZEN = "081100001005"
INSTALLED = ("/etc", "/usr/local", "/usr/share/asterisk", "/usr/share/depok-agi", "/opt", "/var/lib")
KEPT = {"/opt/depok-agi/installed.json"}
STEPS = (Pause(1), Press("1"), Pause(1), Press("0"))
_before: dict[str, str] = {}


def files(host: Host) -> dict[str, str]:
    """What is in the host's files, by digest."""
    found = {}
    for top in INSTALLED:
        for path in sorted((host.path / top[1:]).rglob("*")):
            name = "/" + str(path.relative_to(host.path))
            if path.is_symlink():
                found[name] = f"link {path.readlink()}"
            elif path.is_file() and "__pycache__" not in path.parts:
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def ended(host: Host, count: int, user: str = "root") -> list[dict[str, Any]] | None:
    """The call log, newest first, once it holds this many calls that have all ended."""
    found = json.loads(host.run("depok-agi", "calls", "list", "--json", "--limit", "500", user=user).stdout)
    return found if len(found) == count and all(call["outcome"] for call in found) else None


def test_a_dry_run_shows_every_change_and_makes_none(host: Host) -> None:
    _before.update(files(host))
    said = host.script("install", "--dry-run", "--wheels", WHEELS)
    for word in ("group depok-operator", "user depok-agi", "/etc/depok-agi/depok-agi.toml", "sudoers.d", "#include"):
        assert word in said
    assert files(host) == _before


def test_it_installs_without_a_network(host: Host) -> None:
    said = host.script("install", "--wheels", WHEELS)
    assert "is in use" in said
    assert "systemd is not running here" in said
    now = files(host)
    changed = {name for name, content in _before.items() if now.get(name) != content}
    assert {name for name in changed if name.startswith("/etc/asterisk")} <= {
        f"/etc/asterisk/{name}.conf"
        for name in ("extensions", "queues", "cel", "cel_custom", "cdr", "logger", "say", "manager")
    }


def test_what_it_adds_to_asterisks_files_stands_at_their_end(host: Host) -> None:
    text = (host.path / "etc/asterisk/extensions.conf").read_text()
    assert text.count("depok") == 1
    assert text.endswith('#include "/usr/share/depok-agi/dialplan/*.conf"\n')


def test_a_second_run_changes_nothing(host: Host) -> None:
    before = files(host)
    said = host.script("install", "--wheels", WHEELS)
    assert not re.search(r"^(group|user|folder|file|link|at the end|building)", said, re.MULTILINE)
    now = files(host)
    assert {name for name in before if now[name] != before[name]} <= {
        name for name in before if name.startswith(("/var/lib/depok-agi/", "/opt/depok-agi/installed.json"))
    }


def test_settings_of_the_admin_are_never_overwritten(host: Host) -> None:
    host.connect()
    settings = host.path / "etc/depok-agi/depok-agi.toml"
    unit = host.path / "etc/systemd/system/depok-agi.service"
    unit.write_text(unit.read_text().replace("MemoryMax=1G", "MemoryMax=2G"))
    before = settings.read_text(), unit.read_text()
    host.script("install", "--wheels", WHEELS)
    assert (settings.read_text(), unit.read_text()) == before
    assert 'PJSIP/101" = "siti' in before[0]


def test_the_doctor_finds_the_host_well(host: Host) -> None:
    host.start_asterisk()
    host.start_daemon()
    host.run("depok-agi", "db", "backup")
    host.run("depok-agi", "hours", "override", "open", "--until", "+1d", "--why", "the story is told at any hour")
    said = host.run("depok-agi", "doctor", "--json", check=False)
    found = json.loads(said.stdout)
    assert [one for one in found if one["state"] == "failure"] == []
    assert said.returncode == 0


def test_a_citizen_reaches_an_operator_and_the_operator_sees_the_call(host: Host) -> None:
    with Operator(host, "101", talk_seconds=2):
        citizen = Citizen(host, CITIZEN, "Eko", steps=STEPS, wait_for_bye=True).call()
        assert citizen.answered
    calls = wait_until(lambda: ended(host, 1, user="siti"), 10, lambda: "the call is not in the log")
    assert [(call["outcome"], call["operator"]) for call in calls] == [("answered", "siti")]


def test_a_store_that_cannot_be_written_keeps_nobody_from_an_operator(host: Host) -> None:
    store = "/var/lib/depok-agi/depok-agi.sqlite"
    host.stop_daemon()
    host.run("chown", "root:root", store)
    host.run("chmod", "0444", store)
    refused = host.run(PROGRAM, "serve", user="depok-agi", check=False)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"depok-agi: basis data {store}")
    with Operator(host, "101", talk_seconds=2) as siti:
        Citizen(host, "081100001006", steps=STEPS, wait_for_bye=True).call()
        assert siti.calls_taken == 1
    # The files beside it, too: SQLite has made them with the rights of the store.
    host.run("sh", "-c", f"chown depok-agi:depok-agi {store}* && chmod 0600 {store}*")
    host.start_daemon()
    calls = wait_until(lambda: ended(host, 2), 20, lambda: host.run("depok-agi", "calls", "list").stdout)
    assert (calls[0]["outcome"], calls[0]["source"]) == ("answered", "recovered")


def test_who_is_in_no_group_can_use_nothing_and_read_nothing(host: Host) -> None:
    refused = host.run("depok-agi", "calls", "list", user="tamu", check=False)
    assert refused.returncode == 1
    assert "depok-operator" in refused.stderr
    assert host.run("sudo", "-n", "-u", "depok-agi", PROGRAM, "calls", "list", user="tamu", check=False).returncode != 0
    for user in ("siti", "tamu"):
        for secret in (
            "/var/lib/depok-agi/depok-agi.sqlite",
            "/var/lib/depok-agi/recordings",
            "/var/lib/depok-agi/backups",
            "/etc/depok-agi/ami.secret",
            "/etc/asterisk/manager.d/depok-agi.conf",
        ):
            shown = host.run("sh", "-c", f"cat {secret} || ls {secret}/", user=user, check=False)
            assert shown.returncode != 0, f"{user} can read {secret}"
    elsewhere = host.run("sudo", "-n", "-u", "depok-agi", "cat", "/etc/depok-agi/ami.secret", user="siti", check=False)
    assert elsewhere.returncode != 0


def test_who_acts_is_who_called_sudo_whatever_they_say(host: Host) -> None:
    forged = host.run(
        "depok-agi", "tickets", "new", "--category", "sampah", "--text", "Sampah", user="siti",
        env={"SUDO_UID": "0", "SUDO_USER": "root", "USER": "root", "LOGNAME": "root"},
    )  # fmt: skip
    number = re.findall(r"\d{4,}", forged.stdout)[0]
    shown = json.loads(host.run("depok-agi", "tickets", "show", number, "--json", user="siti").stdout)
    assert shown["history"][0]["actor"] == "siti"
    for option in ("--config", "--script"):
        refused = host.run("depok-agi", option, "/etc/depok-agi/ami.secret", "calls", "list", user="siti", check=False)
        assert refused.returncode == 2


def test_an_upgrade_loses_no_call(host: Host) -> None:
    before = len(json.loads(host.run("depok-agi", "calls", "list", "--json", "--limit", "500").stdout))
    old = (host.path / "opt/depok-agi/current").readlink()
    over = threading.Event()
    calls: list[Citizen] = []

    def ring() -> None:
        while not over.wait(3.0):  # 20 calls a minute
            number = f"08110000{2000 + len(calls)}"
            calls.append(Citizen(host, number, steps=[Pause(1), Press("1"), Pause(1)]).start())

    ringing = threading.Thread(target=ring)
    ringing.start()
    try:
        version = host.source / "depok_agi/__init__.py"
        version.write_text(version.read_text().replace('__version__ = "', '__version__ = "9.'))
        time.sleep(6)
        said = host.script("install", "--wheels", WHEELS)
        host.stop_daemon()  # what systemd does by itself
        time.sleep(4)
        host.start_daemon()
        time.sleep(6)
    finally:
        over.set()
        ringing.join()
    for call in calls:
        assert call.wait() == 0, f"{call.folder.name}: {call.messages}"
        assert call.answered
    assert "backing up the store" in said
    assert (host.path / "opt/depok-agi/current").readlink() != old
    assert host.run("depok-agi", "--version").stdout.split()[-1].startswith("9.")
    everything = before + len(calls)
    logged = wait_until(lambda: ended(host, everything), 30, lambda: host.run("depok-agi", "calls", "list").stdout)
    assert "unknown" not in {call["outcome"] for call in logged}


def test_its_backup_of_before_the_upgrade_is_whole(host: Host) -> None:
    copies = sorted((host.path / "var/lib/depok-agi/backups").iterdir())
    assert len(copies) == 2
    with sqlite3.connect(copies[-1]) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_uninstalling_puts_asterisks_files_back_and_keeps_what_the_centre_remembers(host: Host) -> None:
    host.stop()
    said = host.script("uninstall", "--dry-run")
    assert "nothing was changed" in said
    said = host.script("uninstall")
    now = files(host)
    new = {name for name in now if name not in _before}
    assert not {
        name for name in new if name.startswith(("/opt/", "/usr/")) and name not in KEPT and "/sounds/" not in name
    }
    assert "/var/lib/depok-agi/depok-agi.sqlite" in now
    own = {"/etc/asterisk/pjsip.conf", "/etc/asterisk/queues.conf"}
    for name, content in _before.items():
        if name.startswith("/etc/asterisk/") and name not in own:
            assert now[name] == content, f"{name} is not as it was"


def test_purging_leaves_nothing_of_it(host: Host) -> None:
    host.script("uninstall", "--purge")
    assert {name for name in files(host) if "depok" in name} == set()
    assert not Path(host.path / "var/lib/depok-agi").exists()
    assert "depok" not in (host.path / "etc/passwd").read_text()
