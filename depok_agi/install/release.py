"""A release: one version of the software in a folder of its own, with its virtual environment and dialplan.

`/opt/depok-agi/current` leads to the one in use, so a new one is complete before anything leads to it, and the one
before stays for the way back.
"""

import hashlib
import os
import shutil
from pathlib import Path

from depok_agi import __version__
from depok_agi.errors import RefusedError
from depok_agi.install.changes import run
from depok_agi.install.plan import CURRENT, OPT

RELEASES = OPT / "releases"
WHOLE = "complete"
"""The file that tells that a release was built to its end."""

SOURCES = ("depok_agi", "dialplan", "pyproject.toml", "setup.cfg", "README.md", "LICENSE", "requirements.lock")
_PASSED_OVER = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
SHELLS = ("bash", "zsh", "fish")
_MAN = """
import sys
from click_man.core import write_man_pages
from depok_agi.cli import root
def whole(group):  # each command is imported when it is asked for
    group.commands = {name: group.get_command(None, name) for name in group.list_commands(None)}
    for command in group.commands.values():
        if hasattr(command, "commands"):
            whole(command)
whole(root)
write_man_pages("depok-agi", root, version=sys.argv[1], target_dir=sys.argv[2])
"""
_COMPLETION = """
import sys
from click.shell_completion import get_completion_class
from depok_agi.cli import root
print(get_completion_class(sys.argv[1])(root, {}, "depok-agi", "_DEPOK_AGI_COMPLETE").source())
"""


def folder(source: Path, python: str) -> Path:
    """Where this source, with this Python, has its release."""
    found = hashlib.sha256(os.fsencode(os.path.realpath(python)))
    for file in _files(source):
        found.update(str(file.relative_to(source)).encode())
        found.update(file.read_bytes())
    return RELEASES / f"{__version__}-{found.hexdigest()[:12]}"


def _files(source: Path) -> list[Path]:
    files: list[Path] = []
    for name in SOURCES:
        top = source / name
        if not top.exists():
            raise RefusedError("{top} is missing: this is no whole copy of the software", top=top)
        files += [top] if top.is_file() else sorted(f for f in top.rglob("*") if f.is_file())
    return [file for file in files if "__pycache__" not in file.parts and not file.name.startswith(".")]


def is_whole(release: Path) -> bool:
    """Was it built to its end?"""
    return (release / WHOLE).exists()


def build(source: Path, release: Path, python: str, wheels: Path | None) -> None:
    """Build a release beside the others; nothing leads to it yet.

    Args:
        source: a copy of the repository.
        release: where it goes.
        python: the interpreter of its virtual environment.
        wheels: a folder that `scripts/wheels` has filled, for a host without a network.

    Raises:
        RefusedError: something that it needs cannot be had; the half-built folder is gone then.
    """
    shutil.rmtree(release, ignore_errors=True)
    release.mkdir(parents=True)
    try:
        _fill(source, release, python, wheels)
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise
    (release / WHOLE).touch()


def _fill(source: Path, release: Path, python: str, wheels: Path | None) -> None:
    copy = release / "source"
    copy.mkdir()
    for name in SOURCES:
        if (source / name).is_dir():
            shutil.copytree(source / name, copy / name, ignore=_PASSED_OVER)
        else:
            shutil.copyfile(source / name, copy / name)
    shutil.copytree(copy / "dialplan", release / "dialplan")
    environment = release / "venv"
    run(python, "-m", "venv", str(environment))
    pip = (str(environment / "bin/pip"), "--quiet", "--disable-pip-version-check", "install", "--no-cache-dir")
    where = () if wheels is None else ("--no-index", "--find-links", str(wheels))
    run(*pip, *where, "--require-hashes", "--requirement", str(copy / "requirements.lock"))
    run(*pip, *where, "--no-deps", str(copy))
    shutil.rmtree(copy)
    _write_pages(release, environment / "bin")
    run("chmod", "--recursive", "a+rX,go-w", str(release))


def _write_pages(release: Path, programs: Path) -> None:
    """The man pages and the shells' completion, both from the commands themselves."""
    (release / "man").mkdir()
    run(str(programs / "python"), "-c", _MAN, __version__, str(release / "man"))
    (release / "completion").mkdir()
    for shell in SHELLS:
        text = run(str(programs / "python"), "-c", _COMPLETION, shell)
        (release / "completion" / shell).write_text(text, "utf-8")


def in_use() -> Path | None:
    """The release that `current` leads to."""
    return CURRENT.resolve() if CURRENT.is_symlink() and CURRENT.exists() else None


def use(release: Path) -> None:
    """Let `current` lead to it, in one step."""
    temporary = CURRENT.with_name(".current.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release)
    temporary.replace(CURRENT)


def forget_all_but(*kept: Path | None) -> None:
    """Delete the releases that are neither in use nor the one before."""
    if RELEASES.is_dir():
        for found in RELEASES.iterdir():
            if found not in kept:
                shutil.rmtree(found, ignore_errors=True)
