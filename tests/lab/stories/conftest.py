"""The host on which a story is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.host import Host
from tests.lab.pbx_root import build


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    root = os.environ.get("DEPOK_LAB_HOST")
    if root is None:
        pytest.skip("a story is told on a host of its own: tests/lab/test_install.py")
    host = Host(Path(root), os.environ["DEPOK_LAB_HOST_PYTHON"], build())
    yield host
    host.stop()
