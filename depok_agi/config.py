"""The settings: one TOML file, checked as a whole. Every fault is told at once, with its path."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, field
from msgspec.structs import replace

from depok_agi.access.retention import Periods
from depok_agi.errors import SettingsError
from depok_agi.language import Language
from depok_agi.notify.security import MailSecurity
from depok_agi.reports.schedule import SchedulePolicy
from depok_agi.settings_file import ENVIRONMENT
from depok_agi.tickets.callback import CallbackPolicy
from depok_agi.toml_file import Fault, Table, parse, read, text
from depok_agi.voice.around import Talk

LEAST_DAYS = 30
"""What is younger is needed for the day's work yet: who is to be called back, what was meant, last month's report."""

MOST_DAYS = 36_500

_Sized = TypeVar("_Sized", str, list[Any])

_NAMED = re.compile(r"[^\s()<>@,;:\\\"\[\]][^()<>@,;:\\\"\[\]]* <(.+)>")


class Secret:
    """A password. It is shown nowhere: not in a trace, not in a log."""

    __slots__ = ("_text",)

    def __init__(self, given: str) -> None:
        self._text = given

    def reveal(self) -> str:
        """The password itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def _not_empty(given: _Sized) -> _Sized:
    if not given:
        raise ValueError("must not be empty")
    return given


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _loopback(host: str) -> str:
    if not _is_loopback(host):
        raise ValueError("must be a loopback address such as 127.0.0.1: neither AMI nor FastAGI is safe on a network")
    return host


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


def _time_of_day(given: object) -> time:
    if isinstance(given, str):
        with suppress(ValueError):
            given = time.fromisoformat(given)
    if not isinstance(given, time) or given.tzinfo is not None:
        raise ValueError("write it as 08:00:00, by the clock of the centre")
    return given


def _address(given: str) -> str:
    from depok_agi.notify.mail import is_address  # noqa: PLC0415 - only where there is mail

    if not is_address(given):
        raise ValueError("must be an e-mail address")
    return given


def _sms_route(given: str) -> str:
    from depok_agi.sms.route import is_route  # noqa: PLC0415 - only where SMS are sent

    if not is_route(given):
        raise ValueError(
            'must be "pjsip:ENDPOINT/sip:{number}@HOST" with {number}, {digits} or {national} in it once, '
            'or a modem such as "Dongle/dongle0"'
        )
    return given


def _sender(given: str) -> str:
    named = _NAMED.fullmatch(given)
    try:
        _address(named[1] if named and given.isprintable() else given)
    except ValueError:
        raise ValueError('must be an e-mail address, alone or as "Name <address>"') from None
    return given


def _days(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not (given == 0 or LEAST_DAYS <= given <= MOST_DAYS):
        raise ValueError(f"must be a whole number from {LEAST_DAYS} to {MOST_DAYS}, or 0 for ever")
    return given


def _whole(least: int, most: int) -> Meta:
    return Meta(ge=least, le=most, description=f"a whole number from {least} to {most}")


Loopback = Annotated[str, text, _loopback]
TimeOfDay = Annotated[time, _time_of_day]
File = Annotated[Path, text, Path]
Port = Annotated[int, _whole(1, 65535)]
Minutes = Annotated[int, _whole(1, 60 * 24 * 30)]
AmiUser = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", description="a name in letters, digits, _ and -")]


class Centre(Table, frozen=True):
    """The centre itself."""

    timezone: Annotated[str, text, _timezone] = "Asia/Jakarta"
    language: Language = Language.INDONESIAN
    """The language of reports, when none is asked for, and of the command, where the settings name one."""
    hours: File | None = None
    """The hours file; the shipped pattern of Depok when not given."""
    menu: File | None = None
    """The menu file; the shipped menu when not given."""


class Pbx(Table, frozen=True):
    """The PBX as its calls show it."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\Z", description="a name in letters, digits and _")] = "depok"
    trunks: Annotated[list[str], _not_empty] = field(default_factory=lambda: ["trunk"])
    queue: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]+\Z", description="a name in letters, digits, _, . and -")] = (
        "depok"
    )
    """The operators' queue, of which operators are members while they are signed in."""
    operators: dict[str, str] = field(default_factory=dict)


class _AmiUser(Table, frozen=True):
    secret: Annotated[Secret, text, _not_empty, Secret] | None = None
    secret_file: File | None = None

    def faults(self) -> Iterator[Fault]:
        if (self.secret is None) == (self.secret_file is None):
            yield Fault((), "give either secret or secret_file")


class Ami(_AmiUser, frozen=True):
    """The Asterisk Manager Interface, for the logger's own user."""

    host: Loopback = "127.0.0.1"
    port: Port = 5038
    username: AmiUser = "depok-agi"


class Dial(_AmiUser, frozen=True):
    """How the daemon places the calls that operators order, as a second user of the same interface."""

    username: AmiUser = "depok-agi-dial"
    ring_seconds: Annotated[int, _whole(5, 120)] = 25
    """How long the operator's own phone rings."""


class Operators(_AmiUser, frozen=True):
    """How the daemon signs operators in and out and pauses them, as one more user of the same interface."""

    username: AmiUser = "depok-agi-operators"


class Sms(_AmiUser, frozen=True, kw_only=True):
    """How citizens are sent SMS, as one more user of the same interface that can do nothing else."""

    username: AmiUser = "depok-agi-sms"
    to: Annotated[str, text, _sms_route]
    """Where an SMS goes: an address of `MessageSend` with the number in it, or a modem."""
    sender: Annotated[str, Meta(pattern=r"^[^\r\n\0]*\Z", description="one line")] = ""
    """From whom, for gateways that ask for it; empty leaves it to Asterisk."""
    per_minute: Annotated[int, _whole(1, 6000)] = 20
    most_tries: Annotated[int, _whole(1, 50)] = 8


class FastAgi(Table, frozen=True):
    """Where the steps of the menu are served."""

    host: Loopback = "127.0.0.1"
    port: Port = 4573


class Folders(Table, frozen=True):
    """Where things are kept. Asterisk's user must be able to write `spool` and `recordings`, and read `published`."""

    store: File = Path("/var/lib/depok-agi/depok-agi.sqlite")
    spool: File = Path("/var/lib/depok-agi/spool")
    published: File = Path("/var/lib/depok-agi/published")
    recordings: File = Path("/var/lib/depok-agi/recordings")
    backups: File = Path("/var/lib/depok-agi/backups")


class Backup(Table, frozen=True):
    """The copies of the store that `db backup` makes in `folders.backups`."""

    keep: Annotated[int, _whole(1, 1000)] = 14
    """The newest of them; older ones are deleted once a new one is there."""


class Journal(Table, frozen=True):
    """Asterisk's own records, which tell what the daemon missed."""

    cel: File = Path("/var/log/asterisk/cel-custom/depok.csv")
    queue_log: File = Path("/var/log/asterisk/queue_log")
    cdr: File = Path("/var/log/asterisk/cdr-csv/Master.csv")


class _DecentHours(Table, frozen=True):
    decent_from: TimeOfDay
    """Nobody is called or written to before this, by the centre's clock."""
    decent_until: TimeOfDay

    def faults(self) -> Iterator[Fault]:
        if self.decent_from >= self.decent_until:
            yield Fault((), "decent_until must be later than decent_from")


class Callbacks(_DecentHours, frozen=True):
    """How citizens are called back (guesses of the field, to be set by the centre)."""

    lease_minutes: Minutes = 15
    gap_minutes: Annotated[list[Minutes], _not_empty] = field(default_factory=lambda: [15, 60, 240, 1440])
    most_attempts: Annotated[int, _whole(1, 50)] = 5
    decent_from: TimeOfDay = time(8)
    decent_until: TimeOfDay = time(20)


class Mail(_DecentHours, frozen=True, kw_only=True):
    """The mail server that takes the e-mails to the OPDs, and when they are sent."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:_-]+\Z", description="a host's name or address")] = "127.0.0.1"
    port: Port = 25
    security: MailSecurity = MailSecurity.NONE
    username: Annotated[str, text, _not_empty] | None = None
    password_file: File | None = None
    sender: Annotated[str, text, _sender]
    supervisors: list[Annotated[str, text, _address]] = field(default_factory=list)
    reminder_hours: Annotated[int, _whole(1, 240)] = 24
    """How long before the due date the OPD is reminded."""
    decent_from: TimeOfDay = time(7)
    decent_until: TimeOfDay = time(18)
    sheet_at: TimeOfDay = time(7, 30)
    """When each OPD gets its morning sheet."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between its settings, each of which is right by itself."""
        yield from super().faults()
        if self.security is MailSecurity.NONE and not _is_loopback(self.host):
            must = "must be starttls or tls: only to a server at an address of this machine, such as 127.0.0.1, may"
            yield Fault(("security",), f"{must} passwords and complaints go in the clear")
        if (self.username is None) != (self.password_file is None):
            yield Fault((), "give both username and password_file, or neither")
        if self.decent_from < self.decent_until and not self.decent_from <= self.sheet_at < self.decent_until:
            yield Fault(("sheet_at",), "must be within the decent hours")


class Recording(Table, frozen=True):
    """Which talks are recorded. Of each that is, the citizen is told beforehand."""

    inbound: bool = False
    """With operators and OPDs, of citizens who call."""
    callbacks: bool = False
    """Of the calls back that are placed for operators (`Dial`)."""


class Reports(Table, frozen=True):
    """The evaluation's reports, and to whom they are mailed when."""

    answer_within_seconds: Annotated[int, _whole(1, 3600)] = 20
    """The service level's limit: 20 seconds is what call centres commonly promise."""
    recipients: list[Annotated[str, text, _address]] = field(default_factory=list)
    """Nothing is mailed where there is none."""
    day_at: TimeOfDay = time(17)
    """When a working day's report is made, on that day."""
    month_at: TimeOfDay = time(8)
    """When a month's report is made, on the 1st of the next, and a year's, on 2 January."""


class Retention(Table, frozen=True):
    """How many days personal data is kept; 0 for ever. The law leaves the times to the centre: these are guesses."""

    recordings_days: Annotated[int, _days] = 90
    tickets_days: Annotated[int, _days] = 730
    """From their closing on."""
    calls_days: Annotated[int, _days] = 365
    """Of calls, callbacks and blocks."""
    sms_days: Annotated[int, _days] = 365
    access_log_days: Annotated[int, _days] = 1825
    at: TimeOfDay = time(3)
    """When the daemon destroys each day what is older."""


class Metrics(Table, frozen=True):
    """Where Prometheus finds what the daemon counts."""

    host: Loopback = "127.0.0.1"
    port: Port = 9664


class Settings(Table, frozen=True, kw_only=True):
    """All settings."""

    centre: Centre = Centre()
    pbx: Pbx = Pbx()
    ami: Ami
    dial: Dial | None = None
    """None where operators cannot have calls placed."""
    operators: Operators | None = None
    """None where operators sign in by their phones alone."""
    sms: Sms | None = None
    """None where no citizen is sent an SMS."""
    fastagi: FastAgi = FastAgi()
    folders: Folders = Folders()
    backup: Backup = Backup()
    journal: Journal = Journal()
    callbacks: Callbacks = Callbacks()
    mail: Mail | None = None
    """None where no e-mails are sent."""
    recording: Recording = Recording()
    reports: Reports = Reports()
    retention: Retention = Retention()
    metrics: Metrics | None = None
    """None where nobody watches."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between the sections, each of which is right by itself."""
        if self.dial is not None and self.dial.username == self.ami.username:
            yield Fault(("dial", "username"), "must be another than ami.username: the logger's may place no calls")
        others = {self.ami.username} | ({self.dial.username} if self.dial is not None else set())
        if self.operators is not None:
            if self.operators.username in others:
                yield Fault(("operators", "username"), "must be another than those of [ami] and [dial]")
            others.add(self.operators.username)
        if self.sms is not None and self.sms.username in others:
            yield Fault(("sms", "username"), "must be another than those of the other users, which may send no SMS")
        if self.reports.recipients and self.mail is None:
            yield Fault(("reports", "recipients"), "needs [mail], by which they are sent")

    @property
    def timezone(self) -> ZoneInfo:
        """The time zone that people read."""
        return ZoneInfo(self.centre.timezone)

    @property
    def recorded(self) -> frozenset[Talk]:
        """The kinds of talks that are recorded."""
        chosen = {Talk.INBOUND: self.recording.inbound, Talk.CALLBACK: self.recording.callbacks}
        return frozenset(talk for talk, is_recorded in chosen.items() if is_recorded)

    @property
    def schedule_policy(self) -> SchedulePolicy:
        """When reports are due."""
        return SchedulePolicy(self.reports.day_at, self.reports.month_at, self.centre.timezone)

    @property
    def retention_periods(self) -> Periods:
        """How long personal data is kept."""
        given = self.retention
        return Periods(
            recordings=given.recordings_days,
            tickets=given.tickets_days,
            calls=given.calls_days,
            sms=given.sms_days,
            access_log=given.access_log_days,
        )

    @property
    def callback_policy(self) -> CallbackPolicy:
        """How citizens are called back."""
        given = self.callbacks
        return CallbackPolicy(
            lease=timedelta(minutes=given.lease_minutes),
            gaps=tuple(timedelta(minutes=minutes) for minutes in given.gap_minutes),
            max_attempts=given.most_attempts,
            decent_from=given.decent_from,
            decent_until=given.decent_until,
            timezone=self.centre.timezone,
        )


def load(path: Path) -> Settings:
    """Read and check the settings. Paths in it are relative to its folder.

    Raises:
        SettingsError: it cannot be read, or something in it is wrong; every fault is listed.
    """
    try:
        content = parse(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            "there are no settings at {path}; name another file by --config or by {environment}",
            path=path,
            environment=ENVIRONMENT,
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("the settings {path} cannot be read: {error}", path=path, error=error) from error
    except ValueError as error:
        raise SettingsError("the settings {path} are not TOML: {error}", path=path, error=error) from error
    faults: list[Fault] = []
    settings = read(Settings, content, (), faults)
    if settings is None or faults:
        raise SettingsError(
            "the settings {path} have {count} faults:{faults}"
            if len(faults) > 1
            else "the settings {path} have {count} fault:{faults}",
            path=path,
            count=len(faults),
            faults="".join(f"\n  {'.'.join(map(str, fault.path))}: {fault.text}" for fault in faults),
        )
    return _anchored(settings, path.parent.resolve())


def ami_secret(settings: Settings) -> str:
    """The AMI secret of the logger's user.

    Raises:
        SettingsError: its file cannot be read or is empty.
    """
    return _secret_of(settings.ami, "ami")


def dial_secret(settings: Settings) -> str:
    """The AMI secret of the user that places calls.

    Raises:
        SettingsError: its file cannot be read or is empty, or there is no such user.
    """
    if settings.dial is None:
        raise SettingsError("dial: must be given to have calls placed")
    return _secret_of(settings.dial, "dial")


def operators_secret(settings: Settings) -> str:
    """The AMI secret of the user that signs operators in and out.

    Raises:
        SettingsError: its file cannot be read or is empty, or there is no such user.
    """
    if settings.operators is None:
        raise SettingsError("operators: must be given to have operators signed in")
    return _secret_of(settings.operators, "operators")


def sms_secret(settings: Settings) -> str:
    """The AMI secret of the user that sends SMS.

    Raises:
        SettingsError: its file cannot be read or is empty, or there is no such user.
    """
    if settings.sms is None:
        raise SettingsError("sms: must be given to have SMS sent")
    return _secret_of(settings.sms, "sms")


def mail_password(settings: Settings) -> str | None:
    """The password for the mail server; None where it asks for none.

    Raises:
        SettingsError: its file cannot be read or is empty.
    """
    if settings.mail is None or settings.mail.password_file is None:
        return None
    return _content(settings.mail.password_file, "mail.password_file")


def _secret_of(user: _AmiUser, section: str) -> str:
    if user.secret is not None:
        return user.secret.reveal()
    assert user.secret_file is not None  # noqa: S101 - `faults` has checked it
    return _content(user.secret_file, f"{section}.secret_file")


def _content(file: Path, setting: str) -> str:
    try:
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("{setting}: {error}", setting=setting, error=error) from error
    if not secret:
        raise SettingsError("{setting}: {file} is empty", setting=setting, file=file)
    return secret


_Table = TypeVar("_Table", bound=Table)


def _anchored(table: _Table, folder: Path) -> _Table:
    """Relative paths count from the settings file's folder."""
    moved: dict[str, Any] = {}
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, Path):
            moved[name] = folder / value
        elif isinstance(value, Table):
            moved[name] = _anchored(value, folder)
    return replace(table, **moved)
