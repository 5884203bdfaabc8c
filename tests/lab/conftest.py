"""What every lab test shares: the root with Asterisk and SIPp, and a call centre on it."""

from collections.abc import Iterator

import pytest

from tests.lab.centre import Centre
from tests.lab.pbx_root import PbxRoot, Release, build


@pytest.fixture(scope="session")
def pbx_root() -> PbxRoot:
    """Builds the root when this machine has none yet. Without it the lab proves nothing, so a failure is a failure."""
    return build()


@pytest.fixture(scope="session")
def pbx_root_16() -> PbxRoot:
    """The same with the oldest Asterisk that is supported."""
    return build(release=Release.ASTERISK_16)


@pytest.fixture
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A call centre of the test's own, open and with its daemon."""
    with Centre(pbx_root, tmp_path_factory.mktemp("centre")) as centre:
        yield centre
