from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from depok_agi.desk import Desk
from tests.unit.desk.made import Clock, desk_at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
async def desk(path: Path) -> AsyncIterator[Desk]:
    async with desk_at(path, Clock()) as opened:
        yield opened
