"""A table looks the same whether it fits the terminal, or is wider and has to be folded."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.cli import output
from tests.unit.cli.command import Command

COLUMNS = ("ID", "Due", "About")
ROWS = (("1", "! 25-11 10:02", "Lampu mati\N{HORIZONTAL ELLIPSIS}"), ("12", "25-11 10:02", ""))

cells = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12) | st.sampled_from(ROWS[0])


class _Out(io.StringIO):
    """Standard output."""

    def __init__(self, encoding: str, *, terminal: bool) -> None:
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@contextmanager
def out(*, encoding: str = "utf-8", terminal: bool = False, columns: int = 80) -> Iterator[_Out]:
    with pytest.MonkeyPatch.context() as patch:
        stream = _Out(encoding, terminal=terminal)
        patch.setattr(sys, "stdout", stream)
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        yield stream


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in click.unstyle(text).split("\n")]


def test_what_fits_is_lined_up() -> None:
    with out() as stream:
        output.show_table(COLUMNS, ROWS, empty="nothing")
    assert stream.getvalue().replace("\N{BOX DRAWINGS LIGHT HORIZONTAL}", "-") == (
        "\n"
        " ID   Due             About\n"
        " --------------------------------\n"
        " 1    ! 25-11 10:02   Lampu mati\N{HORIZONTAL ELLIPSIS}\n"
        " 12   25-11 10:02\n"
        "\n"
    )


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5))
def test_it_looks_as_it_does_when_rich_draws_it(rows: list[tuple[str, str, str]]) -> None:
    with out() as stream:
        output.show_table(COLUMNS, rows, empty="nothing")
    with out() as by_rich:
        output._show_folded(COLUMNS, [[output.printable(cell) for cell in row] for row in rows], 200)
    assert lines(stream.getvalue()) == lines(by_rich.getvalue())


def test_what_is_late_is_red_on_a_terminal_unless_colours_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    red = "\x1b[31m\x1b[1m! 25-11 10:02\x1b[0m"
    with out(terminal=True) as stream:
        output.show_table(COLUMNS, ROWS, empty="nothing")
        assert red in stream.getvalue()
        monkeypatch.setenv("NO_COLOR", "1")
        output.show_table(COLUMNS, ROWS, empty="nothing")
    assert stream.getvalue().count(red) == 1
    assert stream.getvalue().count("! 25-11 10:02") == 2


@pytest.mark.parametrize("columns", [31, 32, 33, 34])
def test_what_is_wider_than_the_terminal_is_folded(columns: int) -> None:
    with out(terminal=True, columns=columns) as stream:
        output.show_table(COLUMNS, ROWS, empty="nothing")
    told = lines(stream.getvalue())
    assert max(map(len, told)) <= columns
    assert len(told) == (7 if columns > 32 else 8)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5), st.integers(30, 60))
def test_folding_loses_no_letter(rows: list[tuple[str, str, str]], columns: int) -> None:
    with out(terminal=True, columns=columns) as stream:
        output.show_table(COLUMNS, rows, empty="nothing")
    shown = sorted("".join(lines(stream.getvalue())[3:]).replace(" ", ""))
    given_ = sorted("".join(output.printable(cell) for row in rows for cell in row).replace(" ", ""))
    assert [letter for letter in shown if letter != "\N{BOX DRAWINGS LIGHT HORIZONTAL}"] == given_


def test_letters_of_two_columns_are_left_to_rich() -> None:
    with out() as stream:
        output.show_table(COLUMNS, [("1", "\N{CJK UNIFIED IDEOGRAPH-4E00}", "x"), ("2", "ab", "x")], empty="nothing")
    told = lines(stream.getvalue())
    assert told[3].index("x") == told[4].index("x") - 1


def test_where_there_are_no_lines_to_draw_there_are_dashes() -> None:
    with out(encoding="latin-1") as stream:
        output.show_table(COLUMNS, ROWS, empty="nothing")
    assert lines(stream.getvalue())[2] == " " + "-" * 32


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_whoever_closes_standard_output_sees_nothing(command: Command, more: list[str]) -> None:
    assert command.settings.exists()
    shell = f'exec "{sys.executable}" -m depok_agi opd list {" ".join(more)} >&-'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, timeout=20, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


@pytest.mark.parametrize("noun", ["callbacks", "tickets", "calls"])
def test_a_list_that_fits_starts_nothing_slow(command: Command, noun: str) -> None:
    for caller in ("0811-0000-1234", "(021) 7700-0000"):
        command.ok("tickets", "new", "--channel", "message", "--caller", caller, "--text", "Lampu mati")
    slow = {"rich", "phonenumbers", "holidays", "panoramisk"}
    slow |= {f"depok_agi.{room}" for room in ("calls.ledger", "calls.events", "hours.file", "asterisk.journal_file")}
    code = (
        "import sys\n"
        "from depok_agi.cli import main\n"
        "try:\n"
        f"    main([{noun!r}, 'list', '--unmask'])\n"
        "finally:\n"
        f"    print(sorted({slow!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
    if noun != "calls":
        assert "0811-0000-1234" in done.stdout
        assert "(021) 77000000" in done.stdout
