"""What is changed on the hosts that there are: Debian's Asterisk, one from source, FreePBX and Issabel."""

import tomllib
from pathlib import Path

import pytest

from depok_agi.install import record
from depok_agi.install.changes import Change, File, Folder, Group, Line, Link, Member, User
from depok_agi.install.host import Host, Kind
from depok_agi.install.plan import FILES, Given, manager_text, plan, settings_text

EXAMPLE = (FILES.parents[1] / "example.toml").read_text("utf-8")
PASSWORDS = {"depok-agi": "one", "depok-agi-dial": "two", "depok-agi-operators": "four", "depok-agi-sms": "three"}


def host(etc: Path, kind: Kind) -> Host:
    return Host(
        kind=kind,
        etc=etc,
        version=20,
        user="asterisk",
        group="asterisk",
        agi=Path("/var/lib/asterisk/agi-bin"),
        sounds=Path("/var/lib/asterisk/sounds"),
        log=Path("/srv/log/asterisk"),
        systemd=True,
        running=True,
    )


def planned(etc: Path, kind: Kind) -> list[Change]:
    return plan(host(etc, kind), Given(EXAMPLE, PASSWORDS, {}))


def lines(changes: list[Change]) -> dict[str, str]:
    return {change.path.name: change.line for change in changes if isinstance(change, Line)}


def files(changes: list[Change]) -> dict[str, File]:
    return {str(change.path): change for change in changes if isinstance(change, File)}


def test_debians_manager_has_a_folder_for_ours(tmp_path: Path) -> None:
    (tmp_path / "manager.conf").write_text('[general]\nenabled = yes\n#include "manager.d/*.conf"\n')
    changes = planned(tmp_path, Kind.DEBIAN)
    ours = files(changes)[str(tmp_path / "manager.d/depok-agi.conf")]
    assert ours.mode == 0o640
    assert "manager.conf" not in lines(changes)


def test_a_source_build_gets_a_line_in_each_file(tmp_path: Path) -> None:
    changes = planned(tmp_path, Kind.SOURCE)
    assert set(lines(changes)) == {
        f"{name}.conf" for name in ("extensions", "queues", "cel", "cel_custom", "cdr", "logger", "say", "manager")
    }


@pytest.mark.parametrize("kind", [Kind.FREEPBX, Kind.ISSABEL])
def test_where_a_web_interface_writes_the_files_only_the_custom_ones_are_touched(tmp_path: Path, kind: Kind) -> None:
    (tmp_path / "extensions.conf").write_text("#include extensions_additional.conf\n#include extensions_custom.conf\n")
    (tmp_path / "manager.conf").write_text("[general]\nenabled = yes\n#include manager_custom.conf\n")
    (tmp_path / "logger.conf").write_text(
        "[general]\n#include logger_general_custom.conf\n[logfiles]\n#include logger_logfiles_custom.conf\n"
    )
    found = lines(planned(tmp_path, kind))
    assert {"extensions_custom.conf", "manager_custom.conf", "logger_general_custom.conf"} <= set(found)
    assert not {"extensions.conf", "manager.conf", "logger.conf", "logger_logfiles_custom.conf"} & set(found)


def test_a_mapping_of_the_hosts_own_is_added_to_since_asterisk_reads_one_section_only(tmp_path: Path) -> None:
    (tmp_path / "cel_custom.conf").write_text("[mappings]\nMaster.csv => ${CSV_QUOTE(${eventtype})}\n")
    changes = planned(tmp_path, Kind.DEBIAN)
    ours = files(changes)["/etc/depok-agi/asterisk/cel_custom.conf"]
    assert "[mappings](+)\ndepok.csv => " in ours.text
    assert lines(changes)["cel_custom.conf"] == '#include "/etc/depok-agi/asterisk/cel_custom.conf"'


def test_a_manager_that_is_off_is_switched_on_for_this_machine_alone() -> None:
    assert "bindaddr = 127.0.0.1" in manager_text(PASSWORDS, enabled=False)
    assert "bindaddr" not in manager_text(PASSWORDS, enabled=True)


def test_the_settings_say_where_this_host_has_its_files_and_use_what_is_installed(tmp_path: Path) -> None:
    text = settings_text(EXAMPLE, Path("/srv/log/asterisk"))
    read = tomllib.loads(text)
    assert read["journal"]["queue_log"] == "/srv/log/asterisk/queue_log"
    assert read["dial"]["ring_seconds"] == 25
    assert read["operators"] == {"username": "depok-agi-operators", "secret_file": "operators.secret"}
    assert "mail" not in read
    assert "\n# How calls are placed for operators" in text
    assert files(planned(tmp_path, Kind.DEBIAN))["/etc/depok-agi/depok-agi.toml"].settings


def test_no_secret_and_no_store_is_for_everybody(tmp_path: Path) -> None:
    changes = planned(tmp_path, Kind.SOURCE)
    for change in changes:
        if isinstance(change, File) and ("secret" in change.path.name or "one" in change.text.split()):
            assert change.mode & 0o007 == 0, change.path
        if isinstance(change, Folder) and str(change.path).startswith("/var/lib"):
            assert change.mode & 0o007 == 0 or "sounds" in str(change.path), change.path


def test_what_was_done_is_recorded_and_read_again_without_what_files_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RECORD", tmp_path / "installed.json")
    changes = planned(tmp_path, Kind.SOURCE)
    assert {type(change) for change in changes} == {Group, User, Member, Folder, File, Line, Link}
    record.save(changes)
    assert "two" not in (tmp_path / "installed.json").read_text().split('"')
    read = record.load()
    assert [record.key(change) for change in read] == [record.key(change) for change in changes]
    assert [change for change in read if not isinstance(change, File)] == [
        change for change in changes if not isinstance(change, File)
    ]
