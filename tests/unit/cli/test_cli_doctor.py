"""`doctor`: one line a check, a mend where there is a fault, and an exit code for scripts."""

import json
import logging

from tests.unit.cli.command import Command


def test_a_host_without_asterisk_fails_and_is_told_what_to_do(command: Command) -> None:
    text = command.settings.read_text().replace("[ami]\n", "[ami]\nport = 1\n")
    command.settings.write_text(text + "[fastagi]\nport = 1\n")
    told = command.run("doctor")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    (ami,) = (place for place, line in enumerate(lines) if line.split()[2:3] == ["AMI"])
    assert lines[ami].startswith("X FAILURE")
    assert lines[ami + 1].lstrip().startswith("-> ")
    assert "checks fail" in told.stderr
    assert "rahasia" not in told.output


def test_afterwards_the_log_is_as_it_was(command: Command) -> None:
    before = logging.getLogger("depok_agi").level
    command.run("doctor")
    assert logging.getLogger("depok_agi").level == before


def test_for_scripts_it_is_json_all_the_same(command: Command) -> None:
    text = command.settings.read_text().replace("[ami]\n", "[ami]\nport = 1\n")
    command.settings.write_text(text)
    told = command.run("doctor", "--json")
    assert told.exit_code == 1
    found = {one["check"]: one for one in json.loads(told.stdout)}
    assert found["AMI"]["state"] == "failure"
    assert found["store"] == {"check": "store", "state": "ok", "text": found["store"]["text"], "mend": ""}
