"""The centre itself: its hours, its menu, its prompts, its store and backups, and is the daemon at work?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from depok_agi import prompt_check, prompts
from depok_agi.config import Settings
from depok_agi.desk import erasing, journal
from depok_agi.desk.menus import MenuFile
from depok_agi.desk.opening import base_schedule, open_desk
from depok_agi.doctor.finding import Finding, failure, ok, warning
from depok_agi.errors import DepokError, SettingsError
from depok_agi.hours.holidays import ESTIMATED
from depok_agi.language import gettext_noop
from depok_agi.store import backup
from depok_agi.store.times import moment

SILENT_AFTER = timedelta(minutes=1)
"""The daemon notes every five seconds that it listens (`daemon.py`)."""

BACKUP_AFTER = timedelta(hours=26)
"""One a night, and some slack."""

A_YEAR = timedelta(days=365)


async def look(settings: Settings, script: Path, sounds: Path, now: datetime) -> list[Finding]:
    """Every check of the centre."""
    found = [*hours(settings, now), menu(settings), *spoken(script, sounds), *store(settings)]
    found.append(await daemon(settings, now))
    return [*found, *await erasures(settings), last_backup(settings, now)]


def hours(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Do the hours reach a year ahead, holidays included?"""
    ahead = now.astimezone(settings.timezone) + A_YEAR
    try:
        schedule = base_schedule(settings, range(now.year, ahead.year + 1))
    except SettingsError as error:
        yield failure("hours", error, "correct the hours file; depok-agi hours check says when it is right")
        return
    if schedule.check(ahead).rule:
        yield ok("hours", "known until {ahead:%d-%m-%Y}", ahead=ahead)
    coming = [day for day in schedule.holidays if now.date() <= day.day <= ahead.date()]
    guessed = [day for day in coming if day.regulation == ESTIMATED]
    if not coming:
        yield failure(
            "holidays", "none is known for the coming year", "upgrade depok-agi, or add them to the hours file"
        )
    elif guessed:
        yield warning(
            "holidays",
            "{guessed} of {coming} in the coming year are estimates, {day:%d-%m-%Y} the first",
            "upgrade depok-agi once the joint decree (SKB 3 Menteri) is out, or put its days into the hours file",
            guessed=len(guessed),
            coming=len(coming),
            day=guessed[0].day,
        )
    else:
        yield ok("holidays", "{count} in the coming year, all by decree", count=len(coming))


def menu(settings: Settings) -> Finding:
    """Is the menu right?"""
    file = MenuFile(settings)
    tree = file.now()
    if file.fault is not None:
        return failure("menu", file.fault, "correct the menu file; depok-agi menu check names every fault")
    return ok("menu", "{count} menus", count=len(tree.menus))


def spoken(script: Path, sounds: Path) -> Iterator[Finding]:
    """Is every prompt there, in every language?"""
    try:
        found = prompt_check.check(prompts.load(script), sounds)
    except (DepokError, OSError) as error:
        yield failure("prompts", error, "name the prompts' script by --script and Asterisk's sounds by --sounds")
        return
    grave = [one for one in found if one.fault in prompt_check.NOT_HEARD]
    if grave:
        named = ", ".join(sorted({one.name for one in grave})[:3])
        yield failure(
            "prompts", "{count} cannot be heard: {named} ...", "depok-agi prompts make", count=len(grave), named=named
        )
    elif found:
        yield warning("prompts", "{count} are clipped or say another text", "depok-agi prompts check", count=len(found))
    else:
        yield ok("prompts", "complete in every language")


def store(settings: Settings) -> Iterator[Finding]:
    """Is the store whole?"""
    path = settings.folders.store
    try:
        found = backup.faults(path)
    except DepokError as error:
        yield failure("store", error, "depok-agi db migrate makes one; depok-agi db restore brings one back")
        return
    if found:
        yield failure(
            "store",
            "{count} faults: {found}",
            "stop the daemon, then depok-agi db restore",
            count=len(found),
            found=found[0],
        )
    else:
        yield ok("store", "whole, {megabytes:.1f} MB", megabytes=path.stat().st_size / 1e6)


async def daemon(settings: Settings, now: datetime) -> Finding:
    """Does it listen, and since when has it not?"""
    try:
        async with open_desk(settings) as desk:
            heard = await journal.load(desk)
    except DepokError as error:
        return failure("daemon", error, "depok-agi db migrate, then start the daemon")
    start = gettext_noop("systemctl start depok-agi, or depok-agi serve; its log says why it stopped")
    if heard is None:
        return failure("daemon", "has never listened to Asterisk", start)
    last = moment(heard.until)
    if now - last > SILENT_AFTER:
        return failure("daemon", "has heard nothing since {time}", start, time=_local(settings, last))
    return ok("daemon", "listens to Asterisk, heard until {time}", time=_local(settings, last))


async def erasures(settings: Settings) -> list[Finding]:
    """Is everybody erased who was to be?"""
    try:
        async with open_desk(settings) as desk:
            with desk.store.told():
                left = await erasing.unfinished(desk, desk.store.reader)
    except DepokError:
        return []  # the checks before have told it
    if not left:
        return []
    numbers = ", ".join(str(one.id) for one in left)
    mend = "run depok-agi subject erase again for that number; depok-agi subject erasures has the reason"
    return [failure("erasures", "{count} not finished: {numbers}", mend, count=len(left), numbers=numbers)]


def last_backup(settings: Settings, now: datetime) -> Finding:
    """Is there a fresh one?"""
    mend = gettext_noop("depok-agi db backup, every night")
    try:
        found = backup.listed(settings.folders.backups)
    except DepokError as error:
        return warning("backup", error, mend)
    times = [at for path in found if (at := _made_at(path, settings)) is not None]
    if not times:
        return warning("backup", "there is none in {backups}", mend, backups=settings.folders.backups)
    text, newest = gettext_noop("the newest is of {time}"), _local(settings, max(times))
    if now - max(times) <= BACKUP_AFTER:
        return ok("backup", text, time=newest)
    return warning("backup", text, mend, time=newest)


def _made_at(path: Path, settings: Settings) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(path.stem, "depok-agi-%Y%m%d-%H%M%S").replace(tzinfo=settings.timezone)
    return None


def _local(settings: Settings, at: datetime) -> str:
    return f"{at.astimezone(settings.timezone):%d-%m-%Y %H:%M:%S}"
