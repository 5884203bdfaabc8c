"""The daemon's log lines: for systemd's journal where they go there, and for people everywhere else."""

import io
import logging
import os
from pathlib import Path

import pytest

from depok_agi import journald


def said(handler: logging.Handler, level: int, text: str, error: Exception | None = None) -> None:
    info = None if error is None else (type(error), error, error.__traceback__)
    handler.handle(logging.LogRecord("depok_agi.daemon", level, __file__, 1, text, (), info))


def test_in_the_journal_each_line_says_how_grave_it_is_and_not_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        there = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{there.st_dev}:{there.st_ino}")
        handler = journald.handler(stream)
        said(handler, logging.INFO, "call depok-1.1 inbound answered")
        said(handler, logging.ERROR, "broken")
        stream.seek(0)
        assert stream.read() == "<6>call depok-1.1 inbound answered\n<3>broken\n"


def test_every_line_of_a_trace_is_as_grave_as_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        there = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{there.st_dev}:{there.st_ino}")
        said(journald.handler(stream), logging.CRITICAL, "this is a defect", ValueError("one\ntwo"))
        stream.seek(0)
        lines = stream.read().splitlines()
    assert len(lines) > 2
    assert all(line.startswith("<2>") for line in lines)


@pytest.mark.parametrize("variable", [None, "1:2", "", "nonsense"])
def test_elsewhere_it_has_the_time_and_the_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    if variable is not None:
        monkeypatch.setenv("JOURNAL_STREAM", variable)
    with (tmp_path / "log").open("w+") as stream:
        said(journald.handler(stream), logging.WARNING, "odd")
        stream.seek(0)
        text = stream.read()
    assert text[2] == text[5] == ":"
    assert text.endswith(" WARNING odd\n")


def test_a_stream_that_is_no_file_is_no_journal() -> None:
    assert not journald.is_journal(io.StringIO())
