"""What every lab test shares: the root with Asterisk and SIPp."""

import pytest

from tests.lab.pbx_root import PbxRoot, build


@pytest.fixture(scope="session")
def pbx_root() -> PbxRoot:
    """Builds the root when this machine has none yet. Without it the lab proves nothing, so a failure is a failure."""
    return build()
