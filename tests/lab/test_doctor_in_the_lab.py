"""The doctor at a real Asterisk: nothing to say of a centre that is well, and each fault is found."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.centre import Centre
from tests.lab.pbx_root import PbxRoot

MANY_RIGHTS = "\n[depok-agi](+)\nwrite = reporting,command,originate\n"
WELL = (
    *("AMI", "rights of depok-agi", "rights of depok-agi-dial", "Asterisk", "dialplan", "FastAGI address", "FastAGI"),
    *("queue", "CEL settings", "prompts", "menu", "hours", "store", "daemon", "backup", "permissions", "spool folder"),
)


def _doctor(centre: Centre) -> dict[str, dict[str, str]]:
    folders = ("--script", "dialplan/prompts.toml", "--sounds", str(centre.pbx.sounds), "--dialplan", "dialplan")
    told = centre.command("doctor", *folders, "--json", check=False)
    assert "Traceback" not in told.stderr
    found: dict[str, dict[str, str]] = {one["check"]: one for one in json.loads(told.stdout)}
    assert (told.returncode == 1) is any(one["state"] == "failure" for one in found.values())
    return found


@pytest.fixture(scope="module", params=["pbx_root", "pbx_root_16"])
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """On the newest Asterisk that is supported, and on the oldest."""
    root: PbxRoot = request.getfixturevalue(request.param)
    with Centre(root, tmp_path_factory.mktemp("centre")) as centre:
        centre.command("db", "backup")
        yield centre


def test_of_a_centre_that_is_well_it_says_so_and_then_finds_each_fault(centre: Centre) -> None:
    well = _doctor(centre)
    assert [one for one in well.values() if one["state"] == "failure"] == []
    assert {check: well[check]["state"] for check in WELL} == dict.fromkeys(WELL, "ok")

    centre.pbx.rx("dialplan remove extension s@depok-survey")
    centre.pbx.rx("dialplan set global DEPOK_FASTAGI 127.0.0.1:9")
    centre.pbx.rx("dialplan set global DEPOK_QUEUE nowhere")
    manager = centre.pbx.folder / "etc" / "manager.conf"
    manager.write_text(manager.read_text() + MANY_RIGHTS)
    centre.pbx.rx("manager reload")
    centre.kill_daemon()
    ill = _doctor(centre)
    assert ill["dialplan"]["state"] == "warning"
    assert "depok-survey,s,1: not there" in ill["dialplan"]["text"]
    failing = {check for check, one in ill.items() if one["state"] == "failure"}
    assert {"rights of depok-agi", "FastAGI address", "FastAGI", "queue"} <= failing
    assert "Command, Originate" in ill["rights of depok-agi"]["text"]
    assert all(ill[check]["mend"] for check in failing)
