from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from depok_agi.cli.language import speak
from depok_agi.console import app
from depok_agi.desk import Desk
from depok_agi.language import Language
from tests.unit.desk.made import Clock, desk_at, new_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_store(tmp_path / "store.sqlite")


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    """What the daemon and colleagues write by, beside the console."""
    async with desk_at(path, clock) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for lists here."""
    monkeypatch.setattr(app, "LISTS_SECONDS", 0.1)
    monkeypatch.setattr(app, "RETRY_SECONDS", 0.1)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    speak(Language.ENGLISH)
    yield
    speak(Language.ENGLISH)
