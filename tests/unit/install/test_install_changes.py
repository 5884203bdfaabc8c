"""Each change knows whether it is done, and leaves what is not ours alone."""

import getpass
import grp
import os
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.errors import RefusedError
from depok_agi.install.changes import File, Folder, Line, Link, digest, run

ME = getpass.getuser()
GROUP = grp.getgrgid(os.getgid()).gr_name


def file(path: Path, text: str, *, settings: bool = False, written: str | None = None) -> File:
    return File(path, text, ME, GROUP, 0o640, settings=settings, written=written and digest(written))


def test_a_file_is_written_with_its_mode_and_then_done(tmp_path: Path) -> None:
    change = file(tmp_path / "unit", "one\n")
    assert not change.is_done()
    change.do()
    assert change.is_done()
    assert (tmp_path / "unit").stat().st_mode & 0o777 == 0o640


def test_a_file_that_nobody_has_changed_is_brought_up_to_date(tmp_path: Path) -> None:
    file(tmp_path / "unit", "one\n").do()
    file(tmp_path / "unit", "two\n", written="one\n").do()
    assert (tmp_path / "unit").read_text() == "two\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "unit"]


@pytest.mark.parametrize("written", ["one\n", None])
def test_a_file_that_somebody_has_changed_or_made_stays_and_the_new_one_lies_beside_it(
    tmp_path: Path, written: str | None
) -> None:
    (tmp_path / "unit").write_text("my own\n")
    change = file(tmp_path / "unit", "two\n", written=written)
    assert not change.is_done()
    change.do()
    assert (tmp_path / "unit").read_text() == "my own\n"
    assert (tmp_path / "unit.depok-agi-new").read_text() == "two\n"
    assert change.is_done()
    change.undo()
    assert (tmp_path / "unit").read_text() == "my own\n"
    assert not (tmp_path / "unit.depok-agi-new").exists()


def test_settings_are_written_once(tmp_path: Path) -> None:
    (tmp_path / "depok-agi.toml").write_text("[pbx]\n")
    assert file(tmp_path / "depok-agi.toml", "[centre]\n", settings=True).is_done()


def test_a_line_is_added_once_and_taken_away_alone(tmp_path: Path) -> None:
    path = tmp_path / "extensions.conf"
    path.write_bytes(b"[general]\nexten => 1,1,NoOp() ; caf\xe9")
    path.chmod(0o640)
    before = path.read_bytes()
    change = Line(path, '#include "ours"')
    change.do()
    assert path.read_bytes() == before + b'\n#include "ours"\n'
    assert path.stat().st_mode & 0o777 == 0o640
    assert change.is_done()
    change.undo()
    assert path.read_bytes() == before + b"\n"


def test_a_line_brings_the_sections_that_it_needs_and_lack(tmp_path: Path) -> None:
    path = tmp_path / "cdr.conf"
    path.write_text("[general]\n; [csv]\n")
    Line(path, '#include "ours"', ("general", "csv")).do()
    assert path.read_text() == '[general]\n; [csv]\n[csv]\n#include "ours"\n'


def test_a_file_that_is_missing_is_made_with_the_sections(tmp_path: Path) -> None:
    Line(tmp_path / "cel.conf", '#include "ours"', ("general",)).do()
    assert (tmp_path / "cel.conf").read_text() == '[general]\n#include "ours"\n'


def test_a_line_goes_where_a_link_leads_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real.conf").write_text("[general]\n")
    (tmp_path / "link.conf").symlink_to("real.conf")
    Line(tmp_path / "link.conf", "x = y").do()
    assert (tmp_path / "link.conf").is_symlink()
    assert (tmp_path / "real.conf").read_text() == "[general]\nx = y\n"


def test_a_link_takes_the_place_of_an_older_one_but_never_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "step").symlink_to("old")
    Link(tmp_path / "step", Path("new")).do()
    assert (tmp_path / "step").readlink() == Path("new")
    (tmp_path / "other").write_text("an admin's own\n")
    with pytest.raises(RefusedError, match="is there already and is not ours"):
        Link(tmp_path / "other", Path("new")).do()


def test_a_folder_that_holds_something_is_not_taken_away_unless_it_is_data(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "kept", ME, GROUP, 0o750)
    folder.do()
    assert folder.is_done()
    (tmp_path / "kept/file").touch()
    folder.undo()
    assert (tmp_path / "kept/file").exists()
    replace(folder, data=True).undo()
    assert not (tmp_path / "kept").exists()


def test_a_program_that_fails_is_told_by_its_last_line() -> None:
    with pytest.raises(RefusedError, match=r"sh -c .* failed: no such thing"):
        run("sh", "-c", "echo first >&2; echo no such thing >&2; exit 3")
    with pytest.raises(RefusedError, match="cannot be run"):
        run("/nowhere/program")
