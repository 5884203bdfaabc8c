"""The roles of people on the PBX host, and what each may do with personal data.

The roles are Unix groups (`depok-operator`, `depok-supervisor`, `depok-admin`); who is in several has the highest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """The lowest first: each may do all that those before it may."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def group(self) -> str:
        """The Unix group that gives the role."""
        return f"depok-{self}"


class Deed(StrEnum):
    """What is written into the access log, whether it was allowed or refused."""

    SHOW = "show"
    """One citizen's data was shown: a ticket, a call, a claimed callback."""
    FIND = "find"
    """A list was asked for by a citizen's number or name."""
    UNMASK = "unmask"
    """A list was shown with whole numbers."""
    SECRET = "secret"  # noqa: S105 - a secret ticket's citizen was shown
    """The citizen of a secret ticket was shown to somebody to whom it is not assigned."""
    LISTEN = "listen"
    """A recording was played."""
    EXPORT = "export"
    """A citizen's data was put together for them."""
    ERASE = "erase"
    """A citizen's data was destroyed."""
    SUSPEND = "suspend"
    """The use of a citizen's data was suspended, or begun again."""
    RETENTION = "retention"
    """What is older than its retention time was destroyed."""
    OPDS = "opds"
    """The table of OPDs or categories was changed."""
    OPERATORS = "operators"
    """Who sits at which phone was changed, or somebody else was signed in or out or paused."""
    READ_ACCESS_LOG = "read_access_log"
    """The access log itself was read."""
    COMMAND = "command"
    """A command was asked for and refused. What others do with personal data has deeds of its own."""


LEAST: Mapping[Deed, Role] = MappingProxyType(
    {
        Deed.SHOW: Role.OPERATOR,
        Deed.FIND: Role.OPERATOR,
        Deed.UNMASK: Role.SUPERVISOR,
        Deed.SECRET: Role.SUPERVISOR,
        Deed.LISTEN: Role.OPERATOR,
        Deed.EXPORT: Role.SUPERVISOR,
        Deed.ERASE: Role.ADMIN,
        Deed.SUSPEND: Role.SUPERVISOR,
        Deed.RETENTION: Role.ADMIN,
        Deed.OPDS: Role.ADMIN,
        Deed.OPERATORS: Role.SUPERVISOR,
        Deed.READ_ACCESS_LOG: Role.SUPERVISOR,
        Deed.COMMAND: Role.OPERATOR,
    }
)
"""The lowest role that may do each deed."""

COMMANDS: Mapping[str, Role] = MappingProxyType(
    {
        "serve": Role.ADMIN,
        "doctor": Role.ADMIN,
        "desk": Role.OPERATOR,
        "calls list": Role.OPERATOR,
        "calls show": Role.OPERATOR,
        "calls live": Role.OPERATOR,
        "calls gaps": Role.OPERATOR,
        "calls play": Role.OPERATOR,
        "calls replay": Role.ADMIN,
        "tickets new": Role.OPERATOR,
        "tickets list": Role.OPERATOR,
        "tickets show": Role.OPERATOR,
        "tickets note": Role.OPERATOR,
        "tickets forward": Role.OPERATOR,
        "tickets bounce": Role.OPERATOR,
        "tickets answer": Role.OPERATOR,
        "tickets close": Role.OPERATOR,
        "tickets reopen": Role.OPERATOR,
        "tickets explain": Role.OPERATOR,
        "tickets play": Role.OPERATOR,
        "tickets verify": Role.SUPERVISOR,
        "tickets import": Role.SUPERVISOR,
        "callbacks list": Role.OPERATOR,
        "callbacks uncallable": Role.OPERATOR,
        "callbacks next": Role.OPERATOR,
        "callbacks claim": Role.OPERATOR,
        "callbacks release": Role.OPERATOR,
        "callbacks call": Role.OPERATOR,
        "callbacks done": Role.OPERATOR,
        "operators list": Role.OPERATOR,
        "operators in": Role.OPERATOR,
        "operators out": Role.OPERATOR,
        "operators pause": Role.OPERATOR,
        "operators add": Role.SUPERVISOR,
        "operators remove": Role.SUPERVISOR,
        "hours check": Role.OPERATOR,
        "hours week": Role.OPERATOR,
        "hours override": Role.SUPERVISOR,
        "hours clear": Role.SUPERVISOR,
        "opd list": Role.OPERATOR,
        "opd add": Role.ADMIN,
        "opd edit": Role.ADMIN,
        "categories list": Role.OPERATOR,
        "categories set": Role.ADMIN,
        "categories remove": Role.ADMIN,
        "mails list": Role.OPERATOR,
        "mails try-now": Role.SUPERVISOR,
        "sms list": Role.OPERATOR,
        "sms received": Role.OPERATOR,
        "menu show": Role.OPERATOR,
        "menu check": Role.ADMIN,
        "numbers list": Role.OPERATOR,
        "numbers block": Role.SUPERVISOR,
        "numbers unblock": Role.SUPERVISOR,
        "subject export": Role.SUPERVISOR,
        "subject suspend": Role.SUPERVISOR,
        "subject resume": Role.SUPERVISOR,
        "subject suspensions": Role.SUPERVISOR,
        "subject erase": Role.ADMIN,
        "subject erasures": Role.ADMIN,
        "subject retention": Role.ADMIN,
        "report day": Role.SUPERVISOR,
        "report month": Role.SUPERVISOR,
        "report year": Role.SUPERVISOR,
        "report definitions": Role.OPERATOR,
        "report public": Role.SUPERVISOR,
        "report schedule": Role.SUPERVISOR,
        "prompts list": Role.OPERATOR,
        "prompts check": Role.ADMIN,
        "prompts make": Role.ADMIN,
        "access list": Role.SUPERVISOR,
        "db migrate": Role.ADMIN,
        "db check": Role.ADMIN,
        "db backup": Role.ADMIN,
        "db backups": Role.ADMIN,
        "db restore": Role.ADMIN,
    }
)
"""The lowest role that may run each command, by its words. What is not here is the admin's alone."""

_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the user's name on this host, and their role."""

    name: str
    role: Role


def may(role: Role, deed: Deed) -> bool:
    """May somebody of this role do this?"""
    return _reaches(role, LEAST[deed])


def may_run(role: Role, command: str) -> bool:
    """May somebody of this role run this command, such as `calls list`?"""
    return _reaches(role, least_for(command))


def least_for(command: str) -> Role:
    """The lowest role that may run this command."""
    return COMMANDS.get(command, Role.ADMIN)


def _reaches(role: Role, least: Role) -> bool:
    return _ORDER.index(role) >= _ORDER.index(least)


def highest(groups: set[str]) -> Role | None:
    """The highest role that membership in these Unix groups gives, if any."""
    return next((role for role in reversed(_ORDER) if role.group in groups), None)
