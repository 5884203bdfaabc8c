"""Nothing in a test hangs on the language of this machine: the command speaks English unless a test says otherwise."""

from collections.abc import Iterator

import pytest

from depok_agi.cli.language import speak
from depok_agi.language import Language


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    speak(Language.ENGLISH)
    for variable in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield
    speak(Language.ENGLISH)
