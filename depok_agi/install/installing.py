"""Installing and upgrading, in this order: the release beside the others, the changes to the host, then the switch."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from depok_agi.errors import RefusedError
from depok_agi.install import record, release
from depok_agi.install.changes import Change, File, run
from depok_agi.install.host import Host, recognise
from depok_agi.install.plan import CURRENT, PROGRAM, SERVICE, STATE, SUDOERS, Given, pages, passwords, plan

STORE = STATE / "depok-agi.sqlite"
OLDEST_ASTERISK = 16
PACKAGES = {"espeak-ng": "espeak-ng", "sox": "sox", "sudo": "sudo", "visudo": "sudo"}
"""Program -> the Debian package that has it."""

UNITS = ("depok-agi.service", "depok-agi-backup.timer")


@dataclass(frozen=True, slots=True)
class _Work:
    source: Path
    host: Host
    given: Given
    new: Path
    """The release of this source."""
    made: list[Change]
    """What earlier installations have changed."""


def install(source: Path, *, wheels: Path | None, dry_run: bool) -> None:
    """Bring this host to where this source wants it.

    Raises:
        RefusedError: it cannot be done here; what was done until then is recorded, and another run goes on.
    """
    host = recognise()
    _check(host)
    made = record.load()
    written = {str(change.path): change.written for change in made if isinstance(change, File) and change.written}
    example = (source / "depok_agi/example.toml").read_text("utf-8")
    work = _Work(source, host, Given(example, passwords(), written), release.folder(source, sys.executable), made)
    say(f"{host.kind.value}, version {host.version or 'unknown'}, run by {host.user}")
    if dry_run:
        _show(work)
        return
    _get_packages()
    if not release.is_whole(work.new):
        say(f"building {work.new} ...")
        release.build(source, work.new, sys.executable, wheels)
    _do(work, plan(host, work.given))
    say("man pages and shell completion ...")
    _do(work, pages(work.new, work.given), quiet=True)
    run("visudo", "--check", "--quiet", "--file", str(SUDOERS))
    _switch(work)
    _speak(host)
    _tell_asterisk(host)
    _last_words(host)


def _check(host: Host) -> None:
    if host.version is not None and host.version < OLDEST_ASTERISK:
        raise RefusedError(
            "Asterisk {version} is too old: it must be {oldest_asterisk} or newer",
            version=host.version,
            oldest_asterisk=OLDEST_ASTERISK,
        )


def _show(work: _Work) -> None:
    missing = _missing_packages()
    if missing:
        say(f"would install the packages {' '.join(missing)}")
    if not release.is_whole(work.new):
        say(f"would build {work.new}: a virtual environment with the locked dependencies, and the dialplan")
    elif left := [change for change in pages(work.new, work.given) if not change.is_done()]:
        say(f"would write {len(left)} man pages and completions")
    for change in plan(work.host, work.given):
        if not change.is_done():
            say(f"would make {change.describe()}")
    if release.in_use() != work.new:
        if STORE.exists():
            say("would back up the store, stop the daemon, bring the store up to date and start the daemon again")
        say(f"would let {CURRENT} lead to {work.new}")
    say("nothing was changed")


def _missing_packages() -> list[str]:
    missing = {package for program, package in PACKAGES.items() if shutil.which(program) is None}
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian has it in a package of its own
    except ImportError:
        missing.add(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    return sorted(missing)


def _get_packages() -> None:
    missing = _missing_packages()
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise RefusedError(
            "these are missing here; install them by this system's own means: {missing}", missing=", ".join(missing)
        )
    say(f"installing the packages {' '.join(missing)} ...")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)


def _do(work: _Work, changes: Sequence[Change], *, quiet: bool = False) -> None:
    """Make what is not there yet, and record each change at once, so that it can be undone whatever comes next."""
    for change in changes:
        ours = record.key(change) in {record.key(one) for one in work.made}
        if change.is_done():
            if not ours:
                continue
        else:
            if not quiet:
                say(change.describe())
            change.do()
        if ours:
            work.made[:] = [change if record.key(one) == record.key(change) else one for one in work.made]
        else:
            work.made.append(change)
        record.save(work.made)


def _switch(work: _Work) -> None:
    """From the old release to the new one: backup, stop, the store up to date, start.

    Calls go on meanwhile: the dialplan stands in for the daemon, which reads from Asterisk's journal what it missed.
    """
    old = release.in_use()
    if old == work.new:
        _start(work.host)
        return
    if old is not None and STORE.exists():
        say("backing up the store ...")
        run(str(PROGRAM), "db", "backup", user=SERVICE)
    if work.host.systemd and old is not None:
        run("systemctl", "stop", "depok-agi.service")
    release.use(work.new)
    try:
        run(str(PROGRAM), "db", "migrate", user=SERVICE)
    except RefusedError:
        if old is None:
            CURRENT.unlink()
        else:
            release.use(old)
            _start(work.host)
            say(f"{old.name} is in use again")
        raise
    _start(work.host)
    say(f"{work.new.name} is in use" + (f", after {old.name}" if old else ""))
    release.forget_all_but(work.new, old)


def _start(host: Host) -> None:
    if host.systemd:
        run("systemctl", "daemon-reload")
        run("systemctl", "enable", "--quiet", "--now", *UNITS)


def _speak(host: Host) -> None:
    """Synthesise what has no voice yet; a recorded file is left as it is."""
    say("making the prompts that nobody has recorded ...")
    run(str(PROGRAM), "prompts", "make", "--script", f"{CURRENT}/dialplan/prompts.toml", "--sounds", str(host.sounds))


def _tell_asterisk(host: Host) -> None:
    if host.running:
        run("asterisk", "-rx", "core reload")


def _last_words(host: Host) -> None:
    say("")
    if host.kind.writes_files:
        say(f"{host.kind.value}: its custom files take ours in; its queues and trunks are set in its web pages.")
    if not host.running:
        say("Asterisk is not running: it takes all this in when it starts.")
    if not host.systemd:
        say("systemd is not running here: start the daemon so that it is started with the host, for instance by")
        say(f"  setpriv --reuid {SERVICE} --regid {SERVICE} --init-groups {PROGRAM} serve")
        say(f"and make a backup each night as the same user: {PROGRAM} db backup")
    say("What only you know:")
    say("  /etc/depok-agi/depok-agi.toml  the trunk's endpoint; then restart the daemon")
    say("  pjsip.conf                     the trunk's context is depok-inbound, the phones' is depok-operators")
    say("  who answers                    depok-agi operators add siti 101; then each signs in: operators in, or *11")
    say("  say.conf                       mode = new in [general], so that Indonesian numbers are said right")
    say("  groups                         adduser NAME depok-operator  (or depok-supervisor, depok-admin)")
    say("Then `depok-agi doctor` says what is still wrong, with a mend for each.")


def say(text: str) -> None:
    """Tell the admin, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
