"""What the commands share: the settings, the desk, and who is acting."""

import asyncio
import grp
import os
import pwd
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from depok_agi.access.roles import Person, Role, highest
from depok_agi.cli.attending import tell_of_a_pause
from depok_agi.config import Settings, load
from depok_agi.desk import Desk
from depok_agi.desk.opening import open_desk
from depok_agi.errors import RefusedError
from depok_agi.settings_file import settings_path

Got = TypeVar("Got")


def settings(context: click.Context) -> Settings:
    """The settings that this call of the command goes by. Raises SettingsError."""
    given: Path | None = context.find_root().obj
    return load(settings_path(given))


def at_desk(given: Settings, action: Callable[[Desk], Awaitable[Got]]) -> Got:
    """Run one action at the desk. Raises DepokError."""

    async def run() -> Got:
        async with open_desk(given, origin=origin()) as desk:
            got = await action(desk)
            await tell_of_a_pause(desk, actor(), given)
            return got

    return asyncio.run(run())


def actor() -> str:
    """Who is acting: whoever called sudo, else whose process this is. Never an option or a variable of ours."""
    uid = _acting_uid()
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return f"uid {uid}"


def acting() -> Person:
    """Who is acting, with the role that their Unix groups give them.

    Whose own file the store is, such as in the demo, is its admin, and so is whoever may become root: nothing would be
    kept from them.

    Raises:
        RefusedError: whoever called sudo is in none of the groups.
    """
    uid, name = _acting_uid(), actor()
    if os.geteuid() == 0 or uid in {0, os.geteuid()}:
        return Person(name, Role.ADMIN)
    try:
        found = os.getgrouplist(name, pwd.getpwuid(uid).pw_gid)
    except (KeyError, OverflowError):
        found = []
    role = highest({role.group for role in Role if _gid(role.group) in found})
    if role is None:
        groups = ", ".join(role.group for role in Role)
        raise RefusedError(
            "{name} is in none of the groups {groups}; ask the admin of this host", name=name, groups=groups
        )
    return Person(name, role)


def command_words() -> str:
    """The words of the command that runs, such as `calls list`; they go into the access log."""
    return click.get_current_context().command_path.partition(" ")[2]


def _gid(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def _acting_uid() -> int:
    sudo = os.environ.get("SUDO_UID", "")
    return int(sudo) if sudo.isascii() and sudo.isdigit() else os.getuid()


def origin() -> str:
    """From where: this host and the terminal, if there is one; it goes into the history of tickets."""
    host = os.uname().nodename
    for stream in (0, 1, 2):
        try:
            return f"{host} {os.ttyname(stream).removeprefix('/dev/')}"
        except OSError:
            continue
    return host
