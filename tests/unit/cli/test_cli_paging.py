"""Long output is shown page by page to whoever sits there, by a pager that can do nothing else."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from depok_agi.cli import paging
from tests.unit.cli.command import Command
from tests.unit.cli.test_cli_output import out

SPAWN = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
"""On a terminal of its own, as a shell would start it."""

with_less = pytest.mark.skipif(not paging.LESS.exists(), reason="there is no less here")


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In the place of less, what writes down what it was given; the file that it writes."""
    seen = tmp_path / "seen"
    fake = tmp_path / "less"
    fake.write_text(f'#!/bin/sh\n/usr/bin/env > "{seen}.env"\n/bin/cat > "{seen}"\n')
    fake.chmod(stat.S_IRWXU)
    monkeypatch.setattr(paging, "LESS", fake)
    monkeypatch.setattr(paging, "is_interactive", lambda: True)
    return seen


def test_what_is_longer_than_the_terminal_goes_through_the_pager(pager: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "10")
    with out(terminal=True) as stream:
        paging.show("line\n" * 20)
    assert stream.getvalue() == ""
    assert pager.read_text() == "line\n" * 20 + "\n"


def test_what_fits_is_printed(pager: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "10")
    with out(terminal=True) as stream:
        paging.show("line\nline")
    assert stream.getvalue() == "line\nline\n"
    assert not pager.exists()


def test_the_pager_is_told_to_be_secure_and_nothing_else_of_the_callers(
    pager: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LESS", "+!id"), ("LESSOPEN", "|id %s"), ("LESSSECURE", "0"), ("PAGER", "id"), ("LINES", "5")):
        monkeypatch.setenv(name, value)
    with out(terminal=True):
        paging.show("line\n" * 20)
    given = dict(line.split("=", 1) for line in Path(f"{pager}.env").read_text().splitlines())
    assert given["LESSSECURE"] == "1"
    assert given["LESS"] == "-FRX"
    assert not {"LESSOPEN", "PAGER", "HOME", "PATH"} & {name for name in given if given[name] == os.environ.get(name)}


@pytest.mark.parametrize("without", ["stdin", "stdout"])
def test_there_is_no_pager_without_somebody_at_the_keyboard(without: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with out(terminal=True) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert paging.is_interactive()
        monkeypatch.setattr(sys, without, None)
        assert not paging.is_interactive()


def on_terminal(*words: str, typed: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", SPAWN, sys.executable, "-m", "depok_agi", *words],
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "LINES": "12", "COLUMNS": "100", "TERM": "xterm"},
    )


@with_less
def test_less_shows_a_page_starts_no_shell_and_ends_by_q(command: Command) -> None:
    owned = command.folder / "owned"
    done = on_terminal("opd", "list", typed=f"!touch {owned}\n|$touch {owned}\n{'q' * 9}".encode())
    assert done.returncode == 0, done.stdout
    assert b"BAKESBANGPOL" in done.stdout
    assert b"SETWAN" not in done.stdout
    assert b"depok-agi opd edit" in done.stdout
    assert not owned.exists()


@with_less
def test_the_shell_would_have_been_started_by_a_less_that_is_not_secure(tmp_path: Path) -> None:
    owned, text = tmp_path / "owned", tmp_path / "text"
    text.write_text("line\n" * 100)
    less = shutil.which("less")
    assert less is not None
    subprocess.run(
        [sys.executable, "-c", SPAWN, less, str(text)],
        input=f"!touch {owned}\n\nq".encode(),
        capture_output=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "LINES": "12", "COLUMNS": "100", "TERM": "xterm", "SHELL": "/bin/sh"},
    )
    assert owned.exists()
