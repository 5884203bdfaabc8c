"""What an installation changes on a host, in the order in which it is done."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from depok_agi.install.changes import Change, File, Folder, Group, Line, Link, Member, User
from depok_agi.install.host import Host

SERVICE = "depok-agi"
OPT = Path("/opt/depok-agi")
CURRENT = OPT / "current"
PROGRAM = CURRENT / "venv/bin/depok-agi"
SHARE = Path("/usr/share/depok-agi/dialplan")
SETTINGS = Path("/etc/depok-agi")
STATE = Path("/var/lib/depok-agi")
UNITS = Path("/etc/systemd/system")
SUDOERS = Path("/etc/sudoers.d/depok-agi")

ROLES = ("depok-operator", "depok-supervisor", "depok-admin")
AMI_USERS = {
    "depok-agi": "ami",
    "depok-agi-dial": "dial",
    "depok-agi-operators": "operators",
    "depok-agi-sms": "sms",
}
"""The manager's users, and the settings file's section for each."""

_NOT_IN_USE = '# Not in use. To have it, take the first "# " from each line of this section.\n\n'

FILES = Path(__file__).with_name("files")

_INCLUDED: dict[str, tuple[str, ...]] = {
    "extensions.conf": (),
    "queues.conf": ("general",),
    "cel.conf": ("general",),
    "cel_custom.conf": (),
    "cdr.conf": ("general", "csv"),
    "logger.conf": ("general",),
    "say.conf": (),
}
"""Asterisk's files that take one of ours in, and the sections that ours adds to."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the plan is made from, beside the host."""

    example: str
    """The shipped settings file."""
    passwords: Mapping[str, str]
    """Of the manager's users."""
    written: Mapping[str, str]
    """Path -> digest of what an earlier installation wrote there."""


def plan(host: Host, given: Given) -> list[Change]:
    """Every change, whether it is done already or not."""
    return [*_people(host), *_folders(host), *_settings(host, given), *_asterisk(host, given), *_system(host, given)]


def _people(host: Host) -> list[Change]:
    # In Asterisk's group it reads the journal and what callers leave; so Asterisk needs not be in any new group, which
    # would take a restart.
    return [*(Group(role) for role in ROLES), User(SERVICE, STATE), Member(SERVICE, host.group)]


def _folders(host: Host) -> list[Change]:
    shared = [Folder(STATE / name, SERVICE, host.group, 0o2770, data=True) for name in ("spool", "recordings")]
    return [
        # Asterisk's user goes through here to the folders that it shares, and can list nothing.
        Folder(STATE, SERVICE, host.group, 0o710, data=True),
        *shared,
        Folder(STATE / "published", SERVICE, host.group, 0o2750, data=True),
        Folder(STATE / "backups", SERVICE, SERVICE, 0o700, data=True),
        Folder(SETTINGS, "root", "root", 0o755),
        Folder(SETTINGS / "asterisk", "root", host.group, 0o750),
        Folder(host.log / "cel-custom", host.user, host.group, 0o750),  # who called whom is in there
        # What is recorded by people is among it.
        *(
            Folder(host.sounds / name, "root", "root", 0o755, data=True)
            for name in ("id/depok", "en/depok", "id/digits")
        ),
    ]


def _settings(host: Host, given: Given) -> list[Change]:
    kept = [
        File(
            SETTINGS / f"{section}.secret",
            f"{given.passwords[user]}\n",
            "root",
            SERVICE,
            0o640,
            settings=True,
            data=True,
        )
        for user, section in AMI_USERS.items()
    ]
    text = settings_text(given.example, host.log)
    return [File(SETTINGS / "depok-agi.toml", text, "root", SERVICE, 0o640, settings=True, data=True), *kept]


def settings_text(example: str, log: Path) -> str:
    """The shipped settings with the places of this host, and with [dial] and [operators] in use."""
    text = example.replace('"/var/log/asterisk/', f'"{log}/')
    return _in_use(_in_use(text, "dial"), "operators")


def _in_use(text: str, name: str) -> str:
    head, found, section = text.partition(f"{_NOT_IN_USE}# [{name}]\n")
    if not found:
        return text
    section, rest = section.split("\n\n\n", 1)
    used = [line.removeprefix("# ") if line != "#" else "" for line in section.splitlines()]
    return f"{head}[{name}]\n" + "\n".join(used) + f"\n\n\n{rest}"


def _asterisk(host: Host, given: Given) -> list[Change]:
    changes: list[Change] = [Link(host.agi / "depok-agi-step", CURRENT / "venv/bin/depok-agi-step")]
    for name, sections in _INCLUDED.items():
        ours = SHARE / "*.conf" if name == "extensions.conf" else SHARE / "asterisk" / name
        target = taken_in_by(host, name)
        if name == "cel_custom.conf" and _has_section(target, "mappings"):
            # A second [mappings] would be passed over by Asterisk; (+) adds to the one that is there.
            ours = SETTINGS / "asterisk" / name
            shipped = f"; Adds to the [mappings] of {target}\n[mappings](+)\n{mapping()}\n"
            changes.append(_file(given, ours, shipped, group=host.group))
        changes.append(Line(target, f'#include "{ours}"', sections))
    changes += _manager(host, given)
    return changes


def mapping() -> str:
    """The shipped line of cel_custom.conf."""
    shipped = (FILES.parents[2] / "dialplan/asterisk/cel_custom.conf").read_text("utf-8")
    return next(line for line in shipped.splitlines() if "=>" in line)


def _has_section(file: Path, section: str) -> bool:
    return file.is_file() and any(
        line.strip().startswith(f"[{section}]") for line in file.read_text("utf-8", "replace").splitlines()
    )


def taken_in_by(host: Host, name: str) -> Path:
    """The file that ours is included from: the custom one where a web interface writes the others anew."""
    stem = name.removesuffix(".conf")
    for included in host.includes(name):
        if host.kind.writes_files and "custom" in included and "logfiles" not in included and stem in included:
            return host.etc / included
    return host.etc / name


def _manager(host: Host, given: Given) -> list[Change]:
    text = manager_text(given.passwords, enabled=_manager_is_enabled(host))
    if any(included.startswith("manager.d/") for included in host.includes("manager.conf")):
        return [_file(given, host.etc / "manager.d/depok-agi.conf", text, group=host.group, mode=0o640)]
    file = SETTINGS / "asterisk/manager.conf"
    return [
        _file(given, file, text, group=host.group, mode=0o640),
        Line(taken_in_by(host, "manager.conf"), f'#include "{file}"', ("general",)),
    ]


def _manager_is_enabled(host: Host) -> bool:
    file = host.etc / "manager.conf"
    return (
        file.is_file()
        and re.search(
            r"^\s*enabled\s*=>?\s*(yes|true|on|1|y|t)\b",
            file.read_text("utf-8", "replace"),
            re.MULTILINE | re.IGNORECASE,
        )
        is not None
    )


def manager_text(passwords: Mapping[str, str], *, enabled: bool) -> str:
    """Our part of manager.conf. What the host's own [general] says stays, unless the manager is off there."""
    general = ["[general](+)", "timestampevents = yes"]
    if not enabled:
        general += ["enabled = yes", "bindaddr = 127.0.0.1"]
    users = [line for user, password in passwords.items() for line in ("", f"[{user}](+)", f"secret = {password}")]
    head = "; The call centre's users of the manager, and their passwords. Written by its installation."
    return "\n".join([head, f'#include "{SHARE}/asterisk/manager.conf"', "", *general, *users, ""])


def passwords() -> dict[str, str]:
    """The passwords of the manager's users: those of an earlier installation, else new ones."""
    found = {}
    for user, section in AMI_USERS.items():
        file = SETTINGS / f"{section}.secret"
        found[user] = file.read_text("utf-8").strip() if file.is_file() else secrets.token_urlsafe(24)
    return found


def _system(host: Host, given: Given) -> list[Change]:
    rotated = (FILES / "logrotate").read_text("utf-8")
    for name, value in (("@LOG@", str(host.log)), ("@USER@", host.user), ("@GROUP@", host.group)):
        rotated = rotated.replace(name, value)
    units = ("depok-agi.service", "depok-agi-backup.service", "depok-agi-backup.timer")
    return [
        *(_file(given, UNITS / name, (FILES / name).read_text("utf-8")) for name in units),
        _file(given, Path("/etc/logrotate.d/depok-agi"), rotated),
        _file(given, SUDOERS, (FILES / "sudoers").read_text("utf-8"), mode=0o440),
        _file(given, Path("/usr/local/bin/depok-agi"), (FILES / "depok-agi.sh").read_text("utf-8"), mode=0o755),
        Link(SHARE, CURRENT / "dialplan"),
    ]


def pages(release: Path, given: Given) -> list[Change]:
    """The man pages and shell completion of a release that is built."""
    places = {
        "completion/bash": Path("/usr/share/bash-completion/completions/depok-agi"),
        "completion/zsh": Path("/usr/share/zsh/vendor-completions/_depok-agi"),
        "completion/fish": Path("/usr/share/fish/vendor_completions.d/depok-agi.fish"),
    }
    places |= {
        f"man/{page.name}": Path("/usr/local/share/man/man1") / page.name for page in sorted(release.glob("man/*.1"))
    }
    return [_file(given, path, (release / name).read_text("utf-8")) for name, path in places.items()]


def _file(given: Given, path: Path, text: str, *, group: str = "root", mode: int = 0o644) -> File:
    return File(path, text, "root", group, mode, written=given.written.get(str(path)))
