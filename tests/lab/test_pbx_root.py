"""How the roots are built, with stand-ins for mmdebstrap and without a network."""

import platform
import stat
import threading
from pathlib import Path

import pytest

from tests.lab import pbx_root
from tests.lab.pbx_root import LOADERS, PbxRoot, PbxRootError, Release

PROGRAMS = ("usr/sbin/asterisk", "usr/share/asterisk/sounds/en_US_f_Allison/hello-world.gsm", "usr/bin/sipp")


def put_mmdebstrap(monkeypatch: pytest.MonkeyPatch, folder: Path, *, works_for: str, holds: tuple[str, ...]) -> Path:
    """Puts a stand-in on PATH that writes a tar file for one suite only, and returns the file in which it counts."""
    folder.mkdir(exist_ok=True)
    made = folder / "root"
    for name in (*holds, "dev/null"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).touch()
    counted = folder / "counted"
    program = folder / "mmdebstrap"
    program.write_text(
        "#!/bin/sh\n"
        'while [ "$#" -gt 2 ]; do shift; done\n'
        f'echo "$1" >> {counted}\n'
        f'[ "$1" = {works_for} ] || {{ echo "E: no package asterisk in $1" >&2; exit 25; }}\n'
        f'tar -cf "$2" -C {made} .\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return counted


def loader() -> str:
    return "/".join(("lib", *LOADERS[platform.machine()]))


def everything() -> tuple[str, ...]:
    return (loader(), *PROGRAMS)


def test_it_is_built_once_and_then_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counted = put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything())
    first = pbx_root.build(tmp_path / "cache")
    assert pbx_root.build(tmp_path / "cache") == first
    assert counted.read_text() == "forky\n"
    assert (first.path / "usr/sbin/asterisk").exists()
    assert not (first.path / "dev").exists()


def test_two_that_start_at_once_build_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counted = put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything())
    builders = [threading.Thread(target=pbx_root.build, args=(tmp_path / "cache",)) for _ in range(2)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert counted.read_text() == "forky\n"


def test_sid_steps_in_when_forky_has_no_asterisk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="sid", holds=everything())
    assert pbx_root.build(tmp_path / "cache").path.name.startswith("pbx-sid-")


def test_a_root_that_lacks_a_program_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything()[:-1])
    with pytest.raises(PbxRootError, match=r"forky lacks usr/bin/sipp"):
        pbx_root.build(tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["pbx-root.lock"]


def test_what_mmdebstrap_said_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="none", holds=everything())
    with pytest.raises(PbxRootError, match=r"(?s)no package asterisk in forky.*no package asterisk in sid"):
        pbx_root.build(tmp_path / "cache")


def test_without_mmdebstrap_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PbxRootError, match="apt-get install -y mmdebstrap"):
        pbx_root.build(tmp_path / "cache")


def test_a_changed_recipe_is_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counted = put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything())
    first = pbx_root.build(tmp_path / "cache")
    monkeypatch.setattr(pbx_root, "RECIPE", (*pbx_root.RECIPE, "--include=another"))
    assert pbx_root.build(tmp_path / "cache") != first
    assert counted.read_text() == "forky\nforky\n"


def test_the_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEPOK_AGI_CACHE", str(tmp_path))
    assert pbx_root.cache_folder() == tmp_path


def test_an_unknown_machine_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(PbxRootError, match="not riscv64"):
        pbx_root.build(tmp_path / "cache")


def test_asterisk_16_has_a_root_of_its_own_and_the_other_ones_sipp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    put_mmdebstrap(monkeypatch, tmp_path / "new", works_for="forky", holds=everything())
    newer = pbx_root.build(cache)
    counted = put_mmdebstrap(monkeypatch, tmp_path / "old", works_for="bullseye", holds=everything()[:-1])
    older = pbx_root.build(cache, Release.ASTERISK_16)
    assert pbx_root.build(cache, Release.ASTERISK_16) == older
    assert pbx_root.build(cache) == newer
    assert counted.read_text() == "bullseye\n"
    assert older.path != newer.path
    assert older.command(pbx_root.SIPP) == newer.command(pbx_root.SIPP)
    assert older.command("usr/sbin/asterisk") != newer.command("usr/sbin/asterisk")


def test_asterisk_16_gets_the_root_with_sipp_built_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counted = put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything())
    with pytest.raises(PbxRootError, match="no package asterisk in bullseye"):
        pbx_root.build(tmp_path / "cache", Release.ASTERISK_16)
    assert counted.read_text() == "forky\nbullseye\n"


def test_the_root_that_the_demo_needs_is_built_and_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEPOK_AGI_CACHE", str(tmp_path / "cache"))
    put_mmdebstrap(monkeypatch, tmp_path / "bin", works_for="forky", holds=everything())
    assert pbx_root.main() == 0
    assert capsys.readouterr().out.splitlines() == [str(pbx_root.build().path)]


@pytest.mark.parametrize("folder", ["usr/lib/asterisk/modules", "usr/lib/{libraries}/asterisk/modules"])
def test_modules_are_found_where_either_debian_has_them(tmp_path: Path, folder: str) -> None:
    modules = tmp_path / folder.format(libraries=LOADERS[platform.machine()][0])
    modules.mkdir(parents=True)
    (modules / "cel_custom.so").touch()
    root = PbxRoot(tmp_path)
    assert root.modules == modules
    assert root.has_module("cel_custom")
    assert not root.has_module("res_cdrel_custom")


def test_programs_run_through_the_loader_of_the_root(tmp_path: Path) -> None:
    command = PbxRoot(tmp_path).command("usr/bin/sipp", "-v")
    assert command[0] == tmp_path / loader()
    assert command[-2:] == [tmp_path / "usr/bin/sipp", "-v"]
