"""People of different roles at one command, as sudo tells it who they are."""

import grp
import os
import pwd

import pytest

from depok_agi.access.roles import Role

SERVICE = 990_000
"""The user whose store it is, of whom this host has never heard."""


class People:
    """The users of a host: who acts is who has called sudo last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def act_as(self, name: str, role: Role | None) -> None:
        """From now on it is this user who calls sudo; without a role they are in none of the groups."""
        patch = self._monkeypatch
        uid, gids = 991_000, {role: 992_000 + place for place, role in enumerate(Role)}
        of_group = {role.group: gid for role, gid in gids.items()}
        patch.setenv("SUDO_UID", str(uid))
        patch.setattr(os, "geteuid", lambda: SERVICE)
        patch.setattr(os, "getgrouplist", lambda *_: [100] if role is None else [100, gids[role]])
        user = pwd.struct_passwd((name, "x", uid, 100, "", "/home", "/bin/sh"))
        patch.setattr(pwd, "getpwuid", lambda _: user)
        patch.setattr(grp, "getgrnam", lambda group: grp.struct_group((group, "x", of_group[group], [])))
