"""`db`: the store, and its backups."""

import asyncio
from datetime import datetime
from pathlib import Path

import click

from depok_agi.cli import fields
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, show_json, show_table
from depok_agi.cli.progress import working
from depok_agi.config import Settings
from depok_agi.desk import erasing, tickets, utc_now
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store import backup as backups_of
from depok_agi.store.database import Store


@click.group()
def db() -> None:
    """The store."""


@db.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Make the store, or bring it up to date; done already is done.

    \b
    Example:
      depok-agi db migrate
    """
    path = settings(ctx).folders.store
    _migrate(path)
    click.echo(_("the store {path} is up to date").format(path=path), err=True)


@db.command()
@json_option
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Check the whole store: the file, what belongs to what, and the history of tickets.

    Exit code 1 when it has faults. The daemon may go on meanwhile.

    \b
    Example:
      depok-agi db check
    """
    given = settings(ctx)
    path = given.folders.store
    with working(_("checking the store")):
        found = backups_of.faults(path)
        if not found:
            found = [f"history: {fault.what}" for fault in at_desk(given, tickets.verify)]
    if as_json:
        show_json({"store": str(path), "bytes": path.stat().st_size, "faults": found})
    else:
        click.echo("".join(f"{fault}\n" for fault in found), nl=False)
    if found:
        raise RefusedError(
            "the store {path} has {count} fault" if len(found) == 1 else "the store {path} has {count} faults",
            path=path,
            count=len(found),
        )
    if not as_json:
        hint(_("the store {path} is whole, {size}").format(path=path, size=_size(path)))


@db.command()
@click.pass_context
def backup(ctx: click.Context) -> None:
    """Copy the store while it is in use, check the copy, and delete the oldest copies.

    Into `folders.backups` of the settings; `backup.keep` says how many are kept. Recordings are not in the store: copy
    `folders.recordings` as any other folder.

    \b
    Example:
      depok-agi db backup
    """
    given = settings(ctx)
    with working(_("copying the store, and checking the copy")):
        made = backups_of.back_up(given.folders.store, given.folders.backups, _now(given))
    old = backups_of.forget_old(given.folders.backups, given.backup.keep)
    click.echo(str(made))
    gone = (
        _("; {count} older than the newest {keep} deleted").format(count=len(old), keep=given.backup.keep)
        if old
        else ""
    )
    hint(_("opened and found whole, {size}{gone}").format(size=_size(made), gone=gone))


@db.command()
@json_option
@csv_option
@click.pass_context
def backups(ctx: click.Context, *, as_json: bool, as_csv: bool) -> None:
    """List the backups, the newest first.

    \b
    Example:
      depok-agi db backups
    """
    found = backups_of.listed(settings(ctx).folders.backups)[::-1]
    if as_json or as_csv:
        records = [{"name": path.name, "bytes": path.stat().st_size} for path in found]
        show_records(records, fields.BACKUP, as_json=as_json, as_csv=as_csv)
        return
    show_table(
        [_("Backup"), _("Size")], [[path.name, _size(path)] for path in found], empty=_("there is no backup yet")
    )
    if found:
        hint(_("to go back to one: depok-agi db restore {name}").format(name=found[0].name))


@db.command()
@click.argument("name")
@click.pass_context
def restore(ctx: click.Context, name: str) -> None:
    """Put a backup in the store's place; the store as it was is kept beside it.

    The daemon must not run meanwhile. It reads the calls since the backup from Asterisk's own journal when it is back.

    \b
    Example:
      depok-agi db restore depok-agi-20261125-020000.sqlite
    """
    given = settings(ctx)
    folder = given.folders.backups
    if not backups_of.NAME.fullmatch(name):
        raise NotFoundError(
            "there is no backup {name!r} in {folder}; depok-agi db backups lists them", name=name, folder=folder
        )
    with working(_("checking the backup, and putting it in place")):
        aside = backups_of.restore(folder / name, given.folders.store, _now(given))
        _migrate(given.folders.store)
    kept = "" if aside is None else _("; what was there before is {aside}").format(aside=aside)
    click.echo(
        _("the store {store} is {name} now{kept}").format(store=given.folders.store, name=name, kept=kept), err=True
    )
    later = _erased_since(given, name)
    if later:
        hint(
            _(
                "{count} citizens were erased since: what they did after this backup comes back with Asterisk's "
                "journal. Erase them anew: depok-agi subject erasures"
            ).format(count=later)
        )
    hint(_("start the daemon again: it fetches the calls since then"))


def _erased_since(given: Settings, name: str) -> int:
    """How many citizens were erased after this backup was made: the erasures are in it, too."""
    made_at = backups_of.made_at(name, given.timezone)
    found = at_desk(given, lambda desk: erasing.listed(desk, limit=1_000_000))
    return sum(one.at > made_at for one in found)


def _migrate(path: Path) -> None:
    async def run() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        store = await Store.open(path, migrate=True)
        await store.close()

    asyncio.run(run())


def _now(given: Settings) -> datetime:
    return utc_now().astimezone(given.timezone)


def _size(path: Path) -> str:
    megabytes = path.stat().st_size / 1_000_000
    return f"{megabytes:.1f} MB"
