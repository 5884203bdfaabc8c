from pathlib import Path

import pytest

from tests.unit.cli.command import Command
from tests.unit.cli.people import People
from tests.unit.desk.made import new_store


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command at a centre with an empty store; citizens may be called at any hour at which the tests run."""
    for variable in ("SUDO_UID", "SUDO_USER"):
        monkeypatch.delenv(variable, raising=False)
    settings = tmp_path / "depok-agi.toml"
    settings.write_text(
        '[ami]\nsecret = "rahasia"\n[folders]\nstore = "store.sqlite"\nspool = "spool"\npublished = "published"\n'
        'recordings = "recordings"\nbackups = "backups"\n'
        "[callbacks]\ndecent_from = 00:00:00\ndecent_until = 23:59:59.999999\n"
    )
    monkeypatch.setenv("DEPOK_AGI_CONFIG", str(settings))
    new_store(tmp_path / "store.sqlite")
    return Command(tmp_path)


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> People:
    """Whoever calls sudo at this command."""
    return People(monkeypatch)
