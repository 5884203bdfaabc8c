"""Taking it away again: what the record says was changed, backwards."""

import contextlib
import shutil
from pathlib import Path

from depok_agi.errors import RefusedError
from depok_agi.install import record
from depok_agi.install.changes import Change, File, run
from depok_agi.install.installing import UNITS, say
from depok_agi.install.plan import OPT


def remove(*, purge: bool, dry_run: bool) -> None:
    """Undo the installation. Without `purge`, what the centre remembers stays, and so does its user.

    Raises:
        RefusedError: a change cannot be undone; those that were are no longer on the record.
    """
    made = record.load()
    if not made:
        say("nothing is installed here")
    elif dry_run:
        _show(made, purge=purge)
    else:
        _undo(made, purge=purge)
        _delete_releases(made)


def _gone(made: list[Change], *, purge: bool) -> list[Change]:
    return [change for change in reversed(made) if purge or not change.data]


def _show(made: list[Change], *, purge: bool) -> None:
    for change in _gone(made, purge=purge):
        say(f"would take away {change.describe()}")
    say(f"would delete the releases in {OPT}")
    say("nothing was changed")


def _undo(made: list[Change], *, purge: bool) -> None:
    systemd = Path("/run/systemd/system").is_dir()
    if systemd:
        run("systemctl", "disable", "--quiet", "--now", *UNITS)
    for change in _gone(made, purge=purge):
        say(f"taking away {change.describe()}")
        change.undo()
        if purge and isinstance(change, File):
            change.path.unlink(missing_ok=True)
        if not (isinstance(change, File) and change.path.exists()):  # one that somebody has changed stays
            made.remove(change)
            record.save(made)
    if systemd:
        run("systemctl", "daemon-reload")
    with contextlib.suppress(RefusedError):  # it may not be running
        run("asterisk", "-rx", "core reload")


def _delete_releases(kept: list[Change]) -> None:
    for found in OPT.iterdir():
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        elif found != record.RECORD or not kept:
            found.unlink()
    if kept:
        say(
            "kept, since it is data or was changed here: "
            + ", ".join(str(getattr(change, "path", getattr(change, "name", ""))) for change in kept)
        )
        say("`scripts/uninstall --purge` deletes that, too")
    else:
        OPT.rmdir()
