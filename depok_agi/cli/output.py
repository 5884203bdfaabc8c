"""How results are shown: tables for people, JSON for scripts. Hints go to stderr."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

from depok_agi.calls.numbers import national

json_option = click.option("--json", "as_json", is_flag=True, help="For scripts: JSON on standard output.")


def show_json(value: Any) -> None:
    """Print JSON: as it is read best, or in ASCII where a terminal would stumble over something or obey it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if (sys.stdout.encoding or "").lower() not in {"utf-8", "utf8"} or not text.replace("\n", "").isprintable():
        text = json.dumps(value, indent=2)
    click.echo(text)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print a table that fits the terminal; `empty` says what it means that there is nothing to show."""
    if not rows:
        click.echo(empty, err=True)
        return
    from rich import box  # noqa: PLC0415 - not needed for JSON
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*[Text(printable(cell), style="bold red" if cell.startswith("! ") else "") for cell in row])
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def hint(text: str) -> None:
    """Tell what to do next."""
    click.echo(text, err=True)


def when(at: datetime | None, timezone: tzinfo) -> str:
    """A moment as people read it here."""
    return "-" if at is None else f"{at.astimezone(timezone):%d-%m %H:%M}"


def late(text: str, *, overdue: bool) -> str:
    """Mark what is late by sign, so that it is seen without colour too."""
    return f"! {text}" if overdue else text


def person(number: str | None, raw: str = "") -> str:
    """A caller as people read it."""
    if number:
        return national(number)
    return printable(raw) or "withheld"


def printable(text: str) -> str:
    """Text of a caller without anything that a terminal would obey."""
    return "".join(character for character in text if character.isprintable())
