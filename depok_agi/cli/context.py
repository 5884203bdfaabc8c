"""What the commands share: the settings, the desk, and who is acting."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from depok_agi.config import Settings, load, settings_path
from depok_agi.desk import Desk
from depok_agi.desk.opening import open_desk

Got = TypeVar("Got")


def settings(context: click.Context) -> Settings:
    """The settings that this call of the command goes by. Raises SettingsError."""
    given: Path | None = context.find_root().obj
    return load(settings_path(given))


def at_desk(given: Settings, action: Callable[[Desk], Awaitable[Got]]) -> Got:
    """Run one action at the desk. Raises DepokError."""

    async def run() -> Got:
        async with open_desk(given, origin=origin()) as desk:
            return await action(desk)

    return asyncio.run(run())


def actor() -> str:
    """Who is acting: whoever called sudo, else whose process this is. Never an option or a variable of ours."""
    sudo = os.environ.get("SUDO_UID", "")
    uid = int(sudo) if sudo.isascii() and sudo.isdigit() else os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def origin() -> str:
    """From where: this host and the terminal, if there is one; it goes into the history of tickets."""
    host = os.uname().nodename
    for stream in (0, 1, 2):
        try:
            return f"{host} {os.ttyname(stream).removeprefix('/dev/')}"
        except OSError:
            continue
    return host
