"""`python -m tests.lab.person NAME ROLE ARGUMENT...`: the command as somebody with a role gives it by sudo.

This machine has neither the users nor the groups, so the user database says here that it has, and that the command runs
as a user of its own. All that follows from it, the command finds out as it does on a PBX host.
"""

import grp
import os
import pwd
import sys

from depok_agi.access.roles import Role
from depok_agi.cli import main

UID, GID = 40_001, 40_001
SERVICE_UID = 40_000


def become(name: str, role: Role) -> None:
    """From here on whoever called sudo is this one, in the group of this role."""

    def group_named(name: str) -> grp.struct_group:
        if name != group.gr_name:
            raise KeyError(name)
        return group

    user = pwd.struct_passwd((name, "x", UID, GID, "", "/", "/bin/sh"))
    group = grp.struct_group((role.group, "x", GID, [name]))
    pwd.getpwuid = lambda _: user
    grp.getgrnam = group_named
    os.getgrouplist = lambda *_: [GID]
    os.geteuid = lambda: SERVICE_UID
    os.environ["SUDO_UID"] = str(UID)


if __name__ == "__main__":
    become(sys.argv[1], Role(sys.argv[2]))
    main(sys.argv[3:])
