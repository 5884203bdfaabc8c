"""`db`: the store."""

import asyncio

import click

from depok_agi.cli.context import settings
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

    async def run() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        store = await Store.open(path, migrate=True)
        await store.close()

    asyncio.run(run())
    click.echo(f"the store {path} is up to date", err=True)
