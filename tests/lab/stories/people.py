"""Siti and Budi are operators, Rina is a supervisor, Citra an admin, and Tamu nobody; each is a user of the host.

To be read from the top: what one has made, others try to get at.
"""

import io
import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.lab.host import PROGRAM, Host

PEOPLE = {"siti": "depok-operator", "budi": "depok-operator", "rina": "depok-supervisor", "citra": "depok-admin"}
ALL = (*PEOPLE, "tamu")
NUMBER = "0811-0000-1005"
STATE = "/var/lib/depok-agi"
SHADOW = "/etc/shadow"
MARK = "XMARKX"
"""Stands in each file that is to stay closed, so that it is known wherever it comes out."""

CLOSED = (
    f"{STATE}/depok-agi.sqlite",
    f"{STATE}/recordings/a.wav",
    f"{STATE}/spool/a.left",
    f"{STATE}/published/a.json",
    f"{STATE}/backups/depok-agi-20200101-000000.sqlite",
    "/etc/depok-agi/depok-agi.toml",
    "/etc/depok-agi/ami.secret",
    "/etc/depok-agi/dial.secret",
    "/etc/asterisk/manager.d/depok-agi.conf",
    "/var/log/asterisk/queue_log",
    "/var/log/asterisk/cel-custom/depok.csv",
    SHADOW,
)
_tickets: dict[str, str] = {}


def command(host: Host, user: str, *words: str, given: str = "") -> str:
    """What a person's command says, which must work."""
    done = host.run("depok-agi", *words, user=user, given=given)
    return done.stdout


def refused(host: Host, user: str, *words: str, env: dict[str, str] | None = None, given: str = "") -> str:
    """The one line of a refusal, or what click says of a wrong use."""
    done = host.run("depok-agi", *words, user=user, check=False, env=env, given=given)
    assert done.returncode in {1, 2}, f"{user} {words}: {done.stdout}"
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def log(host: Host) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(command(host, "citra", "access", "list", "--json", "--limit", "1000"))
    return found


def test_the_host_is_installed_and_its_people_are_in_their_groups(host: Host) -> None:
    host.script("install", "--wheels", "/wheels")
    host.connect()
    host.run("sed", "-i", 's/^language = "id"$/language = "en"/', "/etc/depok-agi/depok-agi.toml")
    for user, group in PEOPLE.items():
        if user != "siti":
            host.run("useradd", "--create-home", user)
        host.run("usermod", "--append", "--groups", group, user)
    host.run(PROGRAM, "db", "migrate", user="depok-agi")
    host.start_asterisk()
    host.start_daemon()
    host.run("depok-agi", "db", "backup")
    for file in CLOSED[1:5]:
        host.run("install", "-o", "depok-agi", "-g", "asterisk", "-m", "0640", "/dev/null", file)
        host.write(file, MARK)
    host.run("install", "-o", "asterisk", "-g", "asterisk", "/dev/null", CLOSED[-2])


def test_the_doctor_tells_what_of_asterisks_own_is_open_and_the_admin_closes_it(host: Host) -> None:
    found = json.loads(host.run("depok-agi", "doctor", "--json", check=False).stdout)
    [mend] = [one["mend"] for one in found if one["check"] == "log files"]
    assert mend == "chmod o= /var/log/asterisk"
    host.run(*mend.split())


def test_everybody_does_their_work(host: Host) -> None:
    told = ("--caller", NUMBER, "--name", "Eko", "--category", "sampah", "--text", f"Sampah {MARK}")
    for which, more in (("open", ()), ("secret", ("--secret",))):
        [_tickets[which]] = re.findall(r"\d{7,}", command(host, "siti", "tickets", "new", "--no-call", *told, *more))
    assert NUMBER in command(host, "budi", "tickets", "show", _tickets["open"])
    assert "0811-xxxx-x005" in command(host, "budi", "tickets", "list")
    assert NUMBER in command(host, "rina", "tickets", "list", "--unmask")
    command(host, "rina", "hours", "override", "open", "--until", "+1d", "--why", "the story is told at any hour")
    command(host, "citra", "opd", "edit", "DLHK", "--email", "pic@dlhk.example")
    command(host, "citra", "db", "check")
    assert '"number"' in command(host, "rina", "tickets", "list", "--json")


def test_a_role_gets_no_more_than_is_its_own(host: Host) -> None:
    for user, words, least in (
        ("siti", ("tickets", "list", "--unmask"), "supervisor"),
        ("siti", ("access", "list"), "supervisor"),
        ("siti", ("numbers", "block", NUMBER, "--until", "+1d", "--why", "x"), "supervisor"),
        ("siti", ("opd", "edit", "DLHK", "--closed"), "admin"),
        ("siti", ("serve",), "admin"),
        ("siti", ("db", "restore", "depok-agi-20200101-000000.sqlite"), "admin"),
        ("rina", ("categories", "remove", "sampah"), "admin"),
        ("rina", ("db", "backup"), "admin"),
        ("rina", ("doctor",), "admin"),
    ):
        said = refused(host, user, *words)
        assert f"this needs {least}; that it was asked for is written down" in said
        # Her phone is not signed on here, and her commands tell Siti so as well.
        assert len([line for line in said.splitlines() if not line.startswith("You get no calls since")]) == 1
    assert "none of the groups" in refused(host, "tamu", "hours", "check")


def test_a_secret_ticket_is_shown_to_whoever_took_it_down_and_to_supervisors(host: Host) -> None:
    shown = {user: command(host, user, "tickets", "show", _tickets["secret"]) for user in PEOPLE}
    assert {user for user, text in shown.items() if NUMBER in text and MARK in text} == {"siti", "rina", "citra"}
    assert NUMBER.replace("-", "")[1:] not in command(host, "budi", "tickets", "show", _tickets["secret"], "--json")


@pytest.mark.parametrize("user", ALL)
def test_nobody_reads_what_is_closed_around_the_command(host: Host, user: str) -> None:
    for file in CLOSED:
        assert host.run("test", "-f", file, check=False).returncode == 0, f"{file} is not there to be read"
        for reader in (("cat", file), ("sh", "-c", f"ls -A {Path(file).parent}/ && cat {file}")):
            done = host.run(*reader, user=user, check=False)
            assert done.returncode != 0, f"{user} reads {file}"
        assert host.run("sh", "-c", f"echo >> {file}", user=user, check=False).returncode != 0, f"{user} writes {file}"


@pytest.mark.parametrize("user", ALL)
def test_sudo_gives_them_nothing_but_the_command(host: Host, user: str) -> None:
    closed = "/etc/depok-agi/ami.secret"
    python = f"{Path(PROGRAM).parent}/python"
    link = f"/home/{user}/depok-agi"
    host.run("ln", "--symbolic", "--force", "/bin/cat", link, user=user)
    for words in (
        ("-u", "depok-agi", "cat", closed),
        ("-u", "depok-agi", link, closed),
        ("-u", "depok-agi", python, "-c", "print(1)"),
        ("-u", "depok-agi", f"{PROGRAM}-step"),
        ("-u", "depok-agi", f"{PROGRAM}/../python", "-c", "print(1)"),
        ("-u", "depok-agi", "-s"),
        ("-u", "depok-agi", "-i"),
        ("-u", "root", PROGRAM, "hours", "check"),
        ("-u", "asterisk", PROGRAM, "hours", "check"),
        ("-u", "depok-agi", "-g", "root", PROGRAM, "hours", "check"),
        ("-u", "depok-agi", "-D", "/home", PROGRAM, "hours", "check"),
        ("-u", "depok-agi", "-e", closed),
        ("-u", "depok-agi", "SUDO_UID=0", PROGRAM, "db", "check"),
        ("-u", "depok-agi", "PYTHONPATH=/home", PROGRAM, "hours", "check"),
        ("-u", "depok-agi", "--preserve-env=PYTHONPATH", PROGRAM, "hours", "check"),
        ("-u", "depok-agi", "-E", PROGRAM, "hours", "check"),
        (PROGRAM, "hours", "check"),
        ("-l", "-U", "root"),
    ):
        env = {"PYTHONPATH": f"/home/{user}", "SUDO_EDITOR": "cat"}
        done = host.run("sudo", "-n", *words, user=user, check=False, env=env)
        assert done.returncode != 0, f"{user}: sudo {words}: {done.stdout}"
        assert MARK not in done.stdout


def forgeries(home: str) -> dict[str, dict[str, str]]:
    """What a user's environment may hold of lies about who they are, and of traps; by what they are meant for."""
    trap = f"touch {home}/trapped-$(id -un)"
    elsewhere = f"../../../../../../..{home}"
    kinds = {
        "sudo": {"SUDO_UID": "0", "SUDO_USER": "root", "SUDO_GID": "0", "USER": "root", "LOGNAME": "root"},
        "settings": {"DEPOK_AGI_CONFIG": f"{home}/depok-agi.toml", "DEPOK_AGI_PUBLISHED": home, "HOME": home},
        "python": {
            "PYTHONPATH": home, "PYTHONSTARTUP": f"{home}/sitecustomize.py", "PYTHONINSPECT": "1",
            "PYTHONUSERBASE": home, "PYTHONPYCACHEPREFIX": home, "PYTHONWARNINGS": "error",
        },
        "loader": {"LD_PRELOAD": f"{home}/none.so", "LD_LIBRARY_PATH": home, "GCONV_PATH": home, "TMPDIR": home},
        "language": {"LANGUAGE": elsewhere, "LC_ALL": elsewhere, "LOCPATH": home},
        "terminal": {
            "TERM": f"../..{home}", "TERMINFO": home, "COLUMNS": f"$({trap})", "LINES": f"$({trap})",
            "FORCE_COLOR": "1", "TEXTUAL_DRIVER": "sitecustomize:trap",
        },
        "programs": {
            "PAGER": trap, "MANPAGER": trap, "LESSOPEN": f"|{trap} %s", "LESS": "+!id", "EDITOR": trap, "VISUAL": trap,
            "BROWSER": trap, "ENV": f"{home}/trap.sh", "BASH_ENV": f"{home}/trap.sh", "SHELL": f"{home}/trap.sh",
        },
    }  # fmt: skip
    everything = {name: value for kind in kinds.values() for name, value in kind.items()}
    return {**kinds, "everything": everything}


@pytest.fixture
def trapped(host: Host) -> dict[str, dict[str, str]]:
    """Siti's home is full of traps: modules, settings, translations. Gives the environments that lead there."""
    home = "/home/siti"
    here = host.path / home[1:]
    trap = 'import os\nopen(f"/tmp/trapped-{os.geteuid()}", "w").close()\n'
    for name in ("sitecustomize.py", "usercustomize.py", "click.py", "depok_agi.py"):
        (here / name).write_text(trap)
    (here / "trap.sh").write_text("#!/bin/sh\ntouch /tmp/trapped-$(id -u)\n")
    (here / "depok-agi.toml").write_text(f'[ami]\nsecret_file = "{SHADOW}"\n[folders]\nstore = "{here}/store"\n')
    catalog = Catalog(locale="id")
    for text in ("No such command {name!r}.", "Error: {message}", "Usage:"):
        catalog.add(text, f"{MARK} {{name!r}}" if "name" in text else MARK)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    for domain in ("messages", "depok_agi"):
        (here / "LC_MESSAGES").mkdir(exist_ok=True)
        (here / f"LC_MESSAGES/{domain}.mo").write_bytes(compiled.getvalue())
    host.run("chown", "-R", "siti:siti", home)
    host.run("chmod", "-R", "a+rX", home)
    host.run("sh", "-c", "rm -f /tmp/trapped-*")
    return forgeries(home)


def traps_sprung(host: Host) -> list[str]:
    """By whom a trap was sprung; the person's own doing it with their own rights is nothing."""
    own = host.run("id", "-u", "siti").stdout.strip()
    made = [file.name.partition("-")[2] for file in (host.path / "tmp").glob("trapped-*")]
    made += [file.name.partition("-")[2] for file in (host.path / "home/siti").glob("trapped-*")]
    return [uid for uid in made if uid not in {own, "siti"}]


def test_nobody_forges_who_they_are_by_their_environment(host: Host, trapped: dict[str, dict[str, str]]) -> None:
    shell = 'cd /home/siti && exec depok-agi "$@"'
    for name, env in trapped.items():
        done = host.run("sh", "-c", shell, "sh", "opd", "edit", "DLHK", "--closed", user="siti", check=False, env=env)
        assert done.returncode == 1, (name, done.stdout, done.stderr)
        assert "you are operator here, and this needs admin" in done.stderr, name
        shown = host.run("sh", "-c", shell, "sh", "tickets", "list", user="siti", env=env).stdout
        assert "0811-xxxx-x005" in shown, name
        wrong = host.run("sh", "-c", shell, "sh", "nonsense", user="siti", check=False, env=env)
        assert (wrong.returncode, MARK in wrong.stderr) == (2, False), (name, wrong.stderr)
        assert traps_sprung(host) == [], name
    assert {entry["actor"] for entry in log(host)} <= set(PEOPLE)


def test_the_program_itself_gives_nobody_more_than_they_have(host: Host) -> None:
    """Called without sudo it runs with their own rights, whatever they say who they are."""
    own = host.path / "home/siti/own.toml"
    settings = (host.path / "etc/depok-agi/depok-agi.toml").read_text()
    own.write_text(re.sub(r'secret_file = "ami.secret"', 'secret = "x"', settings))
    lies: list[dict[str, str]] = [{}, {"SUDO_UID": "0"}]
    for more in (*lies, {"DEPOK_AGI_CONFIG": "/home/siti/own.toml", "SUDO_UID": "0"}):
        done = host.run(PROGRAM, "tickets", "list", user="siti", check=False, env=more)
        assert (done.returncode, done.stdout) == (1, ""), more
        assert "Traceback" not in done.stderr
    fake = "mkdir -p bin && printf '#!/bin/sh\\necho depok-agi' > bin/id && chmod +x bin/id"
    host.run("sh", "-c", f"cd /home/siti && {fake}", user="siti")
    path = {"PATH": "/home/siti/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    done = host.run("/usr/local/bin/depok-agi", "tickets", "list", user="siti", check=False, env=path)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("user", PEOPLE)
def test_nobody_reads_or_writes_another_file_through_the_command(host: Host, user: str) -> None:
    link = f"/home/{user}/link"
    host.run("ln", "--symbolic", "--force", f"{STATE}/recordings/a.wav", link, user=user)
    out = f"{STATE}/out-{user}"
    before = host.run("sha256sum", *CLOSED[1:]).stdout
    reading: list[tuple[str, ...]] = [
        ("--config", SHADOW, "tickets", "list"),
        ("tickets", "import", SHADOW),
        ("tickets", "import", "--check", SHADOW),
        ("tickets", "answer", _tickets["open"], "--file", SHADOW),
        ("calls", "replay", SHADOW),
        ("menu", "check", SHADOW),
        ("menu", "show", SHADOW),
        ("menu", "check", "-", "--script", SHADOW),
        ("prompts", "list", "--script", SHADOW),
        ("prompts", "check", "--sounds", SHADOW),
        ("doctor", "--dialplan", SHADOW),
    ]
    files = (link, f"{STATE}/recordings/a.wav", "/dev/stdin", "/dev/fd/0", "/proc/self/environ")
    reading += [("tickets", "answer", _tickets["open"], "--file", file) for file in files]
    for words in reading:
        said = refused(host, user, *words, given=MARK)
        assert "not allowed under sudo" in said, words
        assert MARK not in said, words
    writing: list[tuple[str, ...]] = [
        ("report", "day", "--format", "csv", "--output", out),
        ("report", "public", "--into", out),
        ("prompts", "make", "--sounds", out),
        ("db", "restore", "../../../etc/shadow"),
        ("db", "restore", "/etc/depok-agi/ami.secret"),
    ]
    for words in writing:
        refused(host, user, *words)
    assert host.run("test", "-e", out, check=False).returncode != 0
    assert host.run("sha256sum", *CLOSED[1:]).stdout == before


def test_what_a_person_opens_themselves_may_be_given(host: Host) -> None:
    rows = f"channel,text\nletter,Lampu jalan mati di Beji {MARK}\n"
    assert re.fullmatch(r"\d{7,}\n", command(host, "rina", "tickets", "import", "-", given=rows))
    shell = f"depok-agi tickets note {_tickets['open']} < {SHADOW}"
    assert host.run("sh", "-c", shell, user="siti", check=False).returncode != 0


def test_a_terminal_gives_no_shell_of_the_services(host: Host, trapped: dict[str, dict[str, str]]) -> None:
    """A list that is longer than the terminal, and what one types at pagers and editors."""
    for place in range(8):
        command(host, "siti", "tickets", "new", "--no-call", "--text", f"Lubang {place}")
    typed = "!touch /tmp/trapped-$(id -u)\n:!touch /tmp/trapped-$(id -u)\n|$touch /tmp/trapped-$(id -u)\nv\nq\n:q!\nq\n"
    usual = {"TERM": "xterm", "LINES": "5", "COLUMNS": "60"}
    for env in (usual, {**trapped["programs"], **usual}):
        seen = host.on_terminal("depok-agi", "tickets", "list", user="siti", typed=typed, env=env)
        assert b"Lubang" in seen
        assert traps_sprung(host) == []


def test_the_access_log_has_all_of_it(host: Host) -> None:
    entries = [(entry["actor"], entry["deed"], entry["allowed"]) for entry in log(host)]
    for expected in (
        ("siti", "command", False),
        ("siti", "unmask", False),
        ("rina", "unmask", True),
        ("rina", "command", False),
        ("rina", "secret", True),
        ("budi", "secret", False),
        ("budi", "show", True),
        ("citra", "opds", True),
        ("citra", "read_access_log", True),
    ):
        assert expected in entries
    assert "tamu" not in {actor for actor, _, _ in entries}
