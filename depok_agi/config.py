"""The settings: one TOML file, checked as a whole. Every fault is told at once, with its path."""

import os
import tomllib
from collections.abc import Iterable
from datetime import time, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from depok_agi.errors import SettingsError
from depok_agi.tickets.callback import CallbackPolicy

DEFAULT_PATH = Path("/etc/depok-agi/depok-agi.toml")
ENVIRONMENT = "DEPOK_AGI_CONFIG"


def _loopback(host: str) -> str:
    try:
        if ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise ValueError("must be a loopback address such as 127.0.0.1: neither AMI nor FastAGI is safe on a network")


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


def _no_number(given: Any) -> Any:
    if isinstance(given, int | float):
        raise ValueError("write it as 08:00:00")  # noqa: TRY004 - pydantic would take a number for seconds
    return given


def _no_zone(given: time) -> time:
    if given.tzinfo is not None:
        raise ValueError("write it as 08:00:00, by the clock of the centre")
    return given


Loopback = Annotated[str, AfterValidator(_loopback)]
TimeOfDay = Annotated[time, BeforeValidator(_no_number), AfterValidator(_no_zone)]
Port = Annotated[int, Field(ge=1, le=65535)]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 30)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Centre(_Section):
    """The centre itself."""

    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Jakarta"
    hours: Path | None = None
    """The hours file; the shipped pattern of Depok when not given."""


class Pbx(_Section):
    """The PBX as its calls show it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")] = "depok"
    trunks: Annotated[list[str], Field(min_length=1)] = ["trunk"]
    operators: dict[str, str] = {}


class Ami(_Section):
    """The Asterisk Manager Interface, for the logger's own user."""

    host: Loopback = "127.0.0.1"
    port: Port = 5038
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "depok-agi"
    secret: Annotated[SecretStr, Field(min_length=1)] | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("give either secret or secret_file")
        return self


class FastAgi(_Section):
    """Where the steps of the menu are served."""

    host: Loopback = "127.0.0.1"
    port: Port = 4573


class Folders(_Section):
    """Where things are kept. `spool` must be writable and `published` readable for Asterisk's user."""

    store: Path = Path("/var/lib/depok-agi/depok-agi.sqlite")
    spool: Path = Path("/var/lib/depok-agi/spool")
    published: Path = Path("/var/lib/depok-agi/published")


class Journal(_Section):
    """Asterisk's own records, which tell what the daemon missed."""

    cel: Path = Path("/var/log/asterisk/cel-custom/depok.csv")
    queue_log: Path = Path("/var/log/asterisk/queue_log")
    cdr: Path = Path("/var/log/asterisk/cdr-csv/Master.csv")


class Callbacks(_Section):
    """How citizens are called back (guesses of the field, to be set by the centre)."""

    lease_minutes: Minutes = 15
    gap_minutes: Annotated[list[Minutes], Field(min_length=1)] = [15, 60, 240, 1440]
    most_attempts: Annotated[int, Field(ge=1, le=50)] = 5
    decent_from: TimeOfDay = time(8)
    """Nobody is called before this, by the centre's clock."""
    decent_until: TimeOfDay = time(20)

    @model_validator(mode="after")
    def _decent_hours(self) -> Self:
        if self.decent_from >= self.decent_until:
            raise ValueError("decent_until must be later than decent_from")
        return self


class Settings(_Section):
    """All settings."""

    centre: Centre = Centre()
    pbx: Pbx = Pbx()
    ami: Ami
    fastagi: FastAgi = FastAgi()
    folders: Folders = Folders()
    journal: Journal = Journal()
    callbacks: Callbacks = Callbacks()

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The time zone that people read."""
        return ZoneInfo(self.centre.timezone)

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


def settings_path(given: Path | None) -> Path:
    """The file to read: the one given, else the environment's, else the usual one."""
    if given is not None:
        return given
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_PATH)


def load(path: Path) -> Settings:
    """Read and check the settings. Paths in it are relative to its folder.

    Raises:
        SettingsError: it cannot be read, or something in it is wrong; every fault is listed.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"there are no settings at {path}; name another file by --config or by {ENVIRONMENT}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings {path} cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"the settings {path} are not TOML: {error}") from error
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise SettingsError("\n".join(_faults(path, error))) from None
    return _anchored(settings, path.parent.resolve())


def ami_secret(settings: Settings) -> str:
    """The AMI secret.

    Raises:
        SettingsError: its file cannot be read or is empty.
    """
    if settings.ami.secret is not None:
        return settings.ami.secret.get_secret_value()
    assert settings.ami.secret_file is not None  # noqa: S101 - the model has checked it
    try:
        secret = settings.ami.secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"ami.secret_file: {error}") from error
    if not secret:
        raise SettingsError(f"ami.secret_file: {settings.ami.secret_file} is empty")
    return secret


def _faults(path: Path, error: ValidationError) -> Iterable[str]:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    yield f"the settings {path} have {len(faults)} fault{'s' if len(faults) > 1 else ''}:"
    for fault in faults:
        where = ".".join(str(part) for part in fault["loc"]) or "(the whole file)"
        what = {"extra_forbidden": "there is no such setting", "missing": "must be given"}.get(
            fault["type"], fault["msg"].removeprefix("Value error, ")
        )
        yield f"  {where}: {what}"


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths count from the settings file's folder."""
    centre = settings.centre
    if centre.hours is not None:
        centre = centre.model_copy(update={"hours": folder / centre.hours})
    ami = settings.ami
    if ami.secret_file is not None:
        ami = ami.model_copy(update={"secret_file": folder / ami.secret_file})
    folders = settings.folders.model_copy(
        update={name: folder / getattr(settings.folders, name) for name in Folders.model_fields}
    )
    journal = settings.journal.model_copy(
        update={name: folder / getattr(settings.journal, name) for name in Journal.model_fields}
    )
    return settings.model_copy(update={"centre": centre, "ami": ami, "folders": folders, "journal": journal})
