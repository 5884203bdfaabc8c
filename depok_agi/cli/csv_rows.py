"""Listings for scripts and spreadsheets: as JSON, or the same fields as CSV (RFC 4180, UTF-8, with a header)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from depok_agi.cli.language import _
from depok_agi.cli.output import show_json

csv_option = click.option(
    "--csv", "as_csv", is_flag=True, help="For spreadsheets: CSV on standard output, with the fields of --json."
)


def show_records(records: Sequence[Mapping[str, Any]], fields: Sequence[str], *, as_json: bool, as_csv: bool) -> None:
    """Print a listing in the one form or the other; `fields` are those of a record, for when there is none.

    Raises:
        click.UsageError: both were asked for.
    """
    if as_json and as_csv:
        raise click.UsageError(_("--csv and --json are two ways to show the same: choose one"))
    if as_json:
        show_json(records)
    else:
        click.echo(to_csv(records, list(records[0]) if records else fields), nl=False)


def to_csv(records: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> str:
    """The records, a line each, with what a spreadsheet would run or change marked as text by an apostrophe.

    A list is joined by blanks; a list of objects is JSON in its cell. Line ends within a text become blanks. What is
    null is empty.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(fields)
    writer.writerows([_cell(record[field]) for field in fields] for record in records)
    return written.getvalue()


def _cell(value: Any) -> str | int | float:
    from depok_agi.reports.spreadsheet_text import kept  # noqa: PLC0415 - only when asked for

    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = " ".join(value)
    elif isinstance(value, (Mapping, list)):
        value = json.dumps(value, ensure_ascii=False)
    return kept(" ".join(str(value).splitlines()))
