"""Long work is seen to go on at a terminal, and nowhere else."""

import io
import sys

import pytest

from depok_agi.cli.progress import working


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_a_terminal_it_says_what_goes_on_and_wipes_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with working("counting [red]sheep[/red]"):
        pass
    assert "counting [red]sheep[/red]" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_elsewhere_it_says_nothing(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO | None) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with working("counting"):
        pass
    assert stream is None or stream.getvalue() == ""


def test_what_goes_wrong_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with pytest.raises(ZeroDivisionError), working("counting"):
        _ = 1 / 0
