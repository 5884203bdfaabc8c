"""How results are shown: tables for people, JSON for scripts. Hints go to stderr."""

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

import click

from depok_agi.calls.numbers import national
from depok_agi.cli import paging
from depok_agi.cli.clear_text import clear
from depok_agi.cli.language import _
from depok_agi.language import gettext_noop

json_option = click.option("--json", "as_json", is_flag=True, help="For scripts: JSON on standard output.")


WIDTH_OF_A_PIPE = 200
GAP = "   "
LATE = "! "
WEEKDAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)
NARROWEST = 6
"""Columns. Text that is folded into less than this cannot be read."""

COMMAND = "depok-agi "
_hinted = False

EACH_ONE_WIDE = re.compile("[ -~\u00a1-\u02ff\u2010-\u2027]*")
"""Text of which every letter takes one column: letters of Europe, and signs such as an ellipsis."""


def show_json(value: Any) -> None:
    """Print JSON: as it is read best, or in ASCII where a terminal would stumble over something or obey it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if not is_utf8() or not text.replace("\n", "").isprintable():
        text = json.dumps(value, indent=2)
    click.echo(text)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print a table that fits the terminal; `empty` says what it means that there is nothing to show."""
    if not rows:
        click.echo(empty, err=True)
        return
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    lines_up = all(EACH_ONE_WIDE.fullmatch(cell) for row in cells for cell in row)
    fitted = _fitted(widths, room - len(GAP) * (len(widths) - 1) - 1)
    if lines_up and fitted is not None:
        _show_lines(columns, cells, fitted)
    else:
        _show_folded(columns, cells, room)


def _fitted(widths: list[int], room: int) -> list[int] | None:
    """The widths of the columns, the widest of them narrower until all fit; None where that would be of no use."""
    fitted = list(widths)
    for _column in range(max(0, sum(widths) - room)):
        widest = max(range(len(fitted)), key=fitted.__getitem__)
        fitted[widest] -= 1
    return fitted if min(fitted) >= min(*widths, NARROWEST) else None


def _show_lines(columns: Sequence[str], rows: list[list[str]], widths: list[int]) -> None:
    """Needs no rich, which takes longer to start than all the rest."""
    dash = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" if is_utf8() else "-"
    line = dash * (sum(widths) + len(GAP) * (len(widths) - 1))
    head = [click.style(GAP.join(line).rstrip(), bold=True) for line in _folded(columns, widths)]
    body = [
        GAP.join(_marked(cell, line) for cell, line in zip(row, cells, strict=True)).rstrip()
        for row in rows
        for cells in _folded(row, widths)
    ]
    paging.show("\n".join(["", *(f" {text}" for text in head), f" {line}", *(f" {text}" for text in body), ""]))


def _folded(row: Sequence[str], widths: list[int]) -> list[list[str]]:
    """The lines of a row, each a list of cells that are as wide as their columns."""
    parts = [[cell] if len(cell) <= width else _lines(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, parts))
    return [
        [(part[line] if line < len(part) else "").ljust(width) for part, width in zip(parts, widths, strict=True)]
        for line in range(height)
    ]


def _lines(text: str, width: int) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - only for what does not fit

    return wrap(text, width, break_on_hyphens=False) or [""]


def _marked(cell: str, line: str) -> str:
    """A line of a cell, in red when the cell is late."""
    if not cell.startswith(LATE):
        return line
    return click.style(line, bold=True, fg=None if os.environ.get("NO_COLOR") else "red")


def _show_folded(columns: Sequence[str], rows: list[list[str]], room: int) -> None:
    from rich import box  # noqa: PLC0415 - see above
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell, style="bold red" if cell.startswith(LATE) else "") for cell in row])
    console = Console(highlight=False, emoji=False, width=room)
    with console.capture() as captured:
        console.print(table)
    paging.show(captured.get().removesuffix("\n"))


def is_utf8() -> bool:
    """Can standard output show more than ASCII?"""
    return (sys.stdout.encoding or "").lower() in {"utf-8", "utf8"}


def hint(text: str) -> None:
    """Tell what to do next."""
    global _hinted  # noqa: PLW0603 - one command is run by one process
    _hinted = _hinted or COMMAND in text
    click.echo(clear(text), err=True)


def hinted(*, anew: bool = False) -> bool:
    """Has a command been named as the next one by now? `anew`: forget it, for another command."""
    global _hinted
    found, _hinted = _hinted, _hinted and not anew
    return found


def when(at: datetime | None, timezone: tzinfo) -> str:
    """A moment as people read it here."""
    return "-" if at is None else f"{at.astimezone(timezone):%d-%m %H:%M}"


def weekday(day: date) -> str:
    """The day of the week, in three letters."""
    return _(WEEKDAYS[day.weekday()])


def late(text: str, *, overdue: bool) -> str:
    """Mark what is late by sign, so that it is seen without colour too."""
    return f"{LATE}{text}" if overdue else text


def person(number: str | None, raw: str = "") -> str:
    """A caller as people read it; one that is masked already stays as it is."""
    if number:
        return national(number) if number.startswith("+") else printable(number)
    return printable(raw) or _("withheld")


def printable(text: str) -> str:
    """Text of a caller without anything that a terminal would obey."""
    return "".join(character for character in text if character.isprintable())
