"""Asterisk, as its manager interface shows it, and what it writes down for the daemon.

By the daemon's own users and nothing else: so each check shows at the same time that they may do what they need to.
`ListCommands` (`manager.c`) names every action that the one who asks may do.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.config import Settings, ami_secret, dial_secret, operators_secret, sms_secret
from depok_agi.doctor import shipped_dialplan
from depok_agi.doctor.finding import Finding, failure, ok, warning
from depok_agi.errors import AsteriskError, SettingsError
from depok_agi.language import gettext_noop
from depok_agi.sms import route

LOGIN_SECONDS = 5.0
OLDEST = 16
NEEDED = {"CoreShowChannels", "BridgeList", "QueueStatus", "Ping"}
NEEDED_TO_DIAL = {"Originate", "Ping"}
NEEDED_TO_SIGN_IN = {"QueueAdd", "QueuePause", "QueueRemove", "Ping"}
READS_SETTINGS = "Getvar"
"""With the function AST_CONFIG it reads any configuration file of Asterisk. It comes with the class `reporting`,
without which nobody may ask which channels there are."""

TOO_MUCH = {
    "AGI",
    "Command",
    "DBPut",
    "GetConfig",
    "Hangup",
    "MixMonitor",
    "ModuleLoad",
    "Originate",
    "QueueAdd",
    "QueueRemove",
    "Redirect",
    "Reload",
    "Setvar",
    "UpdateConfig",
    "UserEvent",
}
"""What a program that listens must not be able to do to a PBX."""

OF_CLASS_CALL = {"Hangup", "MixMonitor", "Redirect", "Setvar"}
"""What comes with the class that the action of a modem's channel driver needs: nobody can have it without them."""

MANAGER_CONF = gettext_noop(
    "take the sections of dialplan/asterisk/manager.conf over into manager.conf, then: manager reload"
)


async def look(settings: Settings, dialplan: Path) -> list[Finding]:
    """Every check of the PBX; what cannot be asked is told once."""
    found = list(journals(settings))
    try:
        async with _link(settings, settings.ami.username, ami_secret(settings)) as link:
            found += [finding async for finding in _by_the_logger(settings, link, dialplan)]
    except (AsteriskError, SettingsError) as error:
        found.append(failure("AMI", error, MANAGER_CONF))
    if settings.dial is not None:
        user = settings.dial.username
        found.append(await _rights_of(settings, user, dial_secret, NEEDED_TO_DIAL, TOO_MUCH - NEEDED_TO_DIAL))
    if settings.operators is not None:
        user = settings.operators.username
        too_much = TOO_MUCH - NEEDED_TO_SIGN_IN
        found.append(await _rights_of(settings, user, operators_secret, NEEDED_TO_SIGN_IN, too_much))
    if settings.sms is not None:
        action = route.action_name(settings.sms.to)
        too_much = TOO_MUCH if action == route.MESSAGE_SEND else TOO_MUCH - OF_CLASS_CALL
        found.append(await _rights_of(settings, settings.sms.username, sms_secret, {action, "Ping"}, too_much))
    found.append(await fastagi(settings))
    return found


def journals(settings: Settings) -> Iterator[Finding]:
    """Can what Asterisk writes down be read? Without it, calls during a stop of the daemon are lost."""
    kept = (("CEL", settings.journal.cel), ("queue_log", settings.journal.queue_log))
    mend = gettext_noop(
        "dialplan/asterisk/cel.conf, cel_custom.conf and logger.conf; and let the service's user read Asterisk's logs"
    )
    for name, file in kept:
        if os.access(file, os.R_OK):
            yield ok(name, "{file}", file=file)
        elif file.exists():
            yield failure(name, "{file} cannot be read", mend, file=file)
        else:
            yield warning(name, "{file} is not there; it is made with the first call", mend, file=file)


async def _by_the_logger(settings: Settings, link: AmiLink, dialplan: Path) -> AsyncIterator[Finding]:
    yield ok(
        "AMI",
        "{username} is let in at {host}:{port}",
        username=settings.ami.username,
        host=settings.ami.host,
        port=settings.ami.port,
    )
    yield rights(settings.ami.username, await _may(link), NEEDED, TOO_MUCH)
    [core] = await link.action("CoreSettings")
    yield version(core.get("AsteriskVersion", ""))
    yield await _loaded(link, dialplan)
    given = (await _value(link, "DEPOK_FASTAGI")) or "127.0.0.1:4573"
    ours = f"{settings.fastagi.host}:{settings.fastagi.port}"
    if given == ours:
        yield ok("FastAGI address", "the dialplan asks at {given}", given=given)
    else:
        yield failure(
            "FastAGI address",
            "the dialplan asks at {given}, the daemon serves at {ours}",
            "set DEPOK_FASTAGI",
            given=given,
            ours=ours,
        )
    queue = (await _value(link, "DEPOK_QUEUE")) or "depok"
    if queue != settings.pbx.queue:
        yield failure(
            "queue",
            "the dialplan uses {queue}, the settings say {configured}",
            "set pbx.queue",
            queue=queue,
            configured=settings.pbx.queue,
        )
    elif await _value(link, f"QUEUE_EXISTS({queue})") == "1":
        yield ok("queue", "{queue} is there", queue=queue)
    else:
        yield failure(
            "queue",
            "Asterisk has no queue {queue}",
            "include dialplan/asterisk/queues.conf in queues.conf",
            queue=queue,
        )
    enabled = await _value(link, "AST_CONFIG(cel.conf,general,enable)")
    if enabled.lower() not in {"yes", "true", "1", "on"}:
        yield failure("CEL settings", "CEL is off", "include dialplan/asterisk/cel.conf in cel.conf")
    elif core.get("CoreCDRenabled", "").lower() != "yes":
        yield warning("CEL settings", "CEL is on, but CDR is off", "include dialplan/asterisk/cdr.conf in cdr.conf")
    else:
        yield ok("CEL settings", "CEL and CDR are on")


def rights(user: str, may: set[str], needed: set[str], too_much: set[str]) -> Finding:
    """Are the user's rights enough, and no more than that?"""
    lacks, more = sorted(needed - may), sorted(may & too_much)
    check = gettext_noop("rights of {user}")
    if lacks:
        return failure(check, "may not {lacks}", MANAGER_CONF, user=user, lacks=", ".join(lacks))
    if more:
        return failure(check, "may {more}, which it has no need for", MANAGER_CONF, user=user, more=", ".join(more))
    if READS_SETTINGS in may:
        return ok(check, "enough; Asterisk lets it read configuration files too, so keep its secret", user=user)
    return ok(check, "enough, and no more", user=user)


def version(named: str) -> Finding:
    """Is it a release that is supported?"""
    major = named.partition(".")[0]
    if major.isdigit() and int(major) >= OLDEST:
        return ok("Asterisk", named)
    return failure(
        "Asterisk", "version {named}", "Asterisk {oldest} or later is needed", named=named or "unknown", oldest=OLDEST
    )


async def _loaded(link: AmiLink, folder: Path) -> Finding:
    try:
        shipped = shipped_dialplan.load(folder)
    except SettingsError as error:
        return warning("dialplan", str(error), "name the shipped dialplan's folder by --dialplan")
    there: dict[shipped_dialplan.Place, str] = {}
    for context in dict.fromkeys(context for context, *_ in shipped):
        try:
            there |= shipped_dialplan.loaded(await link.action("ShowDialPlan", Context=context))
        except AsteriskError:
            continue  # it has no such context: told as the difference that it is
    found = shipped_dialplan.differences(shipped, there)
    if not there:
        return failure(
            "dialplan", "is not loaded", "#include the files of dialplan/ in extensions.conf, then: dialplan reload"
        )
    if found:
        return warning(
            "dialplan",
            "{count} lines differ: {found}",
            "dialplan reload, or take the change back",
            count=len(found),
            found=found[0],
        )
    return ok("dialplan", "loaded, and the {count} lines that were shipped", count=len(shipped))


async def _rights_of(
    settings: Settings, user: str, secret: Callable[[Settings], str], needed: set[str], too_much: set[str]
) -> Finding:
    """The rights of a user that does one thing."""
    try:
        async with _link(settings, user, secret(settings)) as link:
            return rights(user, await _may(link), needed, too_much)
    except (AsteriskError, SettingsError) as error:
        return failure("rights of {user}", error, MANAGER_CONF, user=user)


async def fastagi(settings: Settings) -> Finding:
    """Does the daemon take connections?"""
    where = f"{settings.fastagi.host}:{settings.fastagi.port}"
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            _, writer = await asyncio.open_connection(settings.fastagi.host, settings.fastagi.port)
            writer.close()
    except (OSError, TimeoutError):
        return failure(
            "FastAGI", "nobody answers at {where}", "start the daemon; until then the forked script runs", where=where
        )
    return ok("FastAGI", "answers at {where}", where=where)


async def _may(link: AmiLink) -> set[str]:
    [commands] = await link.action("ListCommands")
    return set(commands)


async def _value(link: AmiLink, variable: str) -> str:
    answer: Mapping[str, str] = (await link.action("Getvar", Variable=variable))[0]
    return answer.get("Value", "")


@asynccontextmanager
async def _link(settings: Settings, user: str, secret: str) -> AsyncIterator[AmiLink]:
    """Logged in as this user. Raises AsteriskError: nobody is there, or the user is not let in."""
    up, told = asyncio.Event(), asyncio.Event()
    why = ""

    async def on_up() -> None:
        up.set()
        told.set()

    def on_state(state: AmiState, reason: str) -> None:
        nonlocal why
        if state in {AmiState.REFUSED, AmiState.DOWN} and not up.is_set():
            why = reason
            told.set()

    login = AmiLogin(settings.ami.host, settings.ami.port, user, secret)
    link = AmiLink(login, on_event=lambda _: None, on_up=on_up, on_state=on_state)
    running = asyncio.create_task(link.run())
    try:
        try:
            await asyncio.wait_for(told.wait(), LOGIN_SECONDS)
        except TimeoutError:
            why = "no answer"
        if not up.is_set():
            raise AsteriskError(
                "{user} cannot log in at {host}:{port}: {why}",
                user=user,
                host=settings.ami.host,
                port=settings.ami.port,
                why=why,
            )
        yield link
    finally:
        await link.close()
        await running
