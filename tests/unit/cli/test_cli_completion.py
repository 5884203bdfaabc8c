"""The Tab key in bash, zsh and fish, as the installer sets it up."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from depok_agi.install.release import _COMPLETION
from tests.unit.cli.test_cli_paging import SPAWN

REPOSITORY = Path(__file__).parents[3]
TYPED = {
    "tick\tlist --over\t": "tickets list --overdue",
    "tickets list --status forw\t": "tickets list --status forwarded",
    "tickets new --area Bej\t": "tickets new --area Beji",
    "callb\tuncal\t": "callbacks uncallable",
    "callbacks done 1 --result wr\t": "callbacks done 1 --result wrong_number",
    "calls list --outcome aban\t": "calls list --outcome abandoned",
    "sms li\t": "sms list",
}
"""What is typed after the command's name, and what is run when it is."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the command, which completes as the real one does and only writes down what it is run with."""
    command = tmp_path / "depok-agi"
    command.write_text(
        f'#!/bin/sh\n[ -n "$_DEPOK_AGI_COMPLETE" ] && exec "{sys.executable}" -m depok_agi "$@"\n'
        f'echo "$*" >> "{tmp_path}/ran"\n'
    )
    command.chmod(stat.S_IRWXU)
    return tmp_path


def source(shell: str, folder: Path) -> Path:
    """The file that the installer writes for this shell."""
    written = subprocess.run(
        [sys.executable, "-c", _COMPLETION, shell], cwd=REPOSITORY, capture_output=True, timeout=60, check=True
    )
    file = folder / f"completion.{shell}"
    file.write_bytes(written.stdout)
    return file


def environment(folder: Path) -> dict[str, str]:
    """Without any settings: the store is out of reach of whoever presses the key."""
    return {
        "PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY), "DEPOK_AGI_CONFIG": "/nonexistent", "LINES": "40", "COLUMNS": "200",
    }  # fmt: skip


def typed(folder: Path, shell: list[str], keys: str) -> list[str]:
    """Type at a shell on a terminal of its own; the commands that it has then run."""
    subprocess.run(
        [sys.executable, "-c", SPAWN, *shell],
        input=keys.encode(),
        capture_output=True,
        timeout=120,
        check=False,
        cwd=folder,
        env=environment(folder),
    )
    return (folder / "ran").read_text().splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_tab_key_completes_what_is_begun(folder: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    file = source(shell, folder)
    start = {
        "bash": (["bash", "--norc", "--noprofile", "-i"], f"source {file}\n"),
        "zsh": (["zsh", "-f", "-i"], f"autoload -Uz compinit; compinit -u -D; source {file}\n"),
    }
    words, first = start[shell]
    keys = "".join(f"depok-agi {line}\n" for line in TYPED)
    assert typed(folder, words, f"{first}{keys}exit\n") == list(TYPED.values())


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
@pytest.mark.parametrize(("keys", "whole"), TYPED.items())
def test_fish_offers_it_when_asked(folder: Path, keys: str, whole: str) -> None:
    line = keys.rstrip("\t").replace("tick\tlist", "tickets list").replace("callb\t", "callbacks ")
    done = subprocess.run(
        ["fish", "--no-config", "-c", f'source {source("fish", folder)}; complete -C "depok-agi {line}"'],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=environment(folder),
    )
    offered = [option.split("\t")[0] for option in done.stdout.splitlines()]
    assert offered == [whole.rsplit(maxsplit=1)[-1]]
