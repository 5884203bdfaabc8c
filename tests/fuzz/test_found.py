"""What fuzzing once found stays mended: `found/<target>/` holds the inputs."""

from pathlib import Path

import pytest

from tests.fuzz import target
from tests.fuzz.engine import attempt

FOUND = Path(__file__).parent / "found"
INPUTS = sorted(FOUND.glob("*/*"))


def test_every_folder_is_of_a_target() -> None:
    assert {path.name for path in FOUND.iterdir()} <= set(target.names())


@pytest.mark.parametrize("file", INPUTS, ids=[f"{file.parent.name}-{file.name}" for file in INPUTS])
def test_what_was_found_does_no_harm_any_more(file: Path) -> None:
    _, where = attempt(target.load(file.parent.name), file.read_bytes())
    assert where is None
