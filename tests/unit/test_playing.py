"""The daemon's playing: a small manager on a loopback socket plays Asterisk, all the rest is real."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from depok_agi.calls.recordings import name_of
from depok_agi.config import Settings, load
from depok_agi.desk import Desk, playing
from depok_agi.desk.playing import PlayOrder, PlayStatus
from depok_agi.dialling import NOT_REACHABLE, POLL_SECONDS
from depok_agi.errors import SettingsError
from depok_agi.playing import UNKNOWN, Playing
from tests.unit.asterisk.test_ami import Pbx
from tests.unit.desk.made import Clock, desk_at
from tests.unit.test_dialling import PATIENCE, accepted, refused, until
from tests.unit.test_dialling import settings as dial_settings

FILE = name_of("talk", "1764000000.1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        yield desk


@pytest.fixture
async def pbx() -> AsyncIterator[Pbx]:
    far_end = Pbx()
    far_end.answers["Originate"] = accepted
    await far_end.start()
    yield far_end
    await far_end.stop()


def settings(folder: Path, pbx: Pbx, *, is_wrong: bool = False) -> Settings:
    dial_settings(folder, pbx, is_wrong=is_wrong)
    path = folder / "depok-agi.toml"
    path.write_text(f'{path.read_text()}[folders]\nrecordings = "recordings"\n')
    return load(path)


@asynccontextmanager
async def running(given: Settings, desk: Desk) -> AsyncIterator[None]:
    task = Playing(given, desk)
    run = asyncio.create_task(task.run())
    try:
        yield
    finally:
        await task.close()
        async with asyncio.timeout(PATIENCE):
            await run


async def ordered(desk: Desk, device: str = "PJSIP/101") -> PlayOrder:
    return await playing.place(desk, "siti", device, FILE)


async def becomes(desk: Desk, order: PlayOrder, status: PlayStatus) -> PlayOrder:
    async def has() -> bool:
        return (await playing.show(desk, order.id)).status is status

    await until(has)
    return await playing.show(desk, order.id)


def response(order: PlayOrder, *, success: bool = False, reason: int = 4, action: str = "") -> bytes:
    said = "Success" if success else "Failure"
    return (
        f"Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: {action or f'depok-play-{order.id}'}\r\n"
        f"Response: {said}\r\nChannel: PJSIP/101-00000000\r\nReason: {reason}\r\nUniqueid: <null>\r\n\r\n"
    ).encode()


async def test_an_order_becomes_one_originate_towards_the_one_context(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), PlayStatus.RINGING)
        await asyncio.sleep(4 * POLL_SECONDS)
        pbx.say(response(order, success=True))
        await becomes(desk, order, PlayStatus.PLAYED)
    (action,) = pbx.actions("Originate")
    assert pbx.actions("Login")[0]["Username"] == "depok-agi-dial"
    assert action == {
        "Action": "Originate",
        "ActionID": f"depok-play-{order.id}",
        "Channel": "PJSIP/101",
        "Context": "depok-listen",
        "Exten": "s",
        "Priority": "1",
        "Async": "true",
        "Timeout": "25000",
        "CallerID": '"recording" <1500664>',
        "Variable": f"DEPOK_RECORDING={tmp_path / 'recordings' / FILE}",
    }


@pytest.mark.parametrize(("reason", "words"), [(0, NOT_REACHABLE), (3, "not picked up"), (5, "is busy")])
async def test_a_phone_that_is_not_picked_up_ends_it_with_the_reason(
    tmp_path: Path, desk: Desk, pbx: Pbx, reason: int, words: str
) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), PlayStatus.RINGING)
        pbx.say(response(order, reason=reason))
        assert words in ((await becomes(desk, order, PlayStatus.FAILED)).reason or "")


@pytest.mark.parametrize("action", ["1", "depok-dial-1", "depok-play-", "depok-play-1x"])
async def test_what_others_ask_for_is_passed_over(tmp_path: Path, desk: Desk, pbx: Pbx, action: str) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), PlayStatus.RINGING)
        pbx.say(response(order, success=True, action=action))
        await asyncio.sleep(3 * POLL_SECONDS)
        assert (await playing.show(desk, order.id)).status is PlayStatus.RINGING


async def test_what_asterisk_refuses_has_failed_at_once(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    pbx.answers["Originate"] = refused
    async with running(settings(tmp_path, pbx), desk):
        failed = await becomes(desk, await ordered(desk), PlayStatus.FAILED)
    assert "Permission denied" in (failed.reason or "")
    assert len(pbx.actions("Originate")) == 1


async def test_asterisk_away(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    await pbx.stop()
    async with running(settings(tmp_path, pbx), desk):
        failed = await becomes(desk, await ordered(desk), PlayStatus.FAILED)
    assert "Asterisk is away" in (failed.reason or "")


async def test_a_wrong_secret(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx, is_wrong=True), desk):
        failed = await becomes(desk, await ordered(desk), PlayStatus.FAILED)
    assert "refuses the login of depok-agi-dial" in (failed.reason or "")


async def test_what_an_earlier_daemon_asked_for_is_not_asked_again_and_given_up_in_time(
    tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
) -> None:
    order = await ordered(desk)
    assert await playing.take(desk, order)
    async with running(settings(tmp_path, pbx), desk):
        await asyncio.sleep(3 * POLL_SECONDS)
        assert (await playing.show(desk, order.id)).status is PlayStatus.RINGING
        clock.later(minutes=6)
        assert (await becomes(desk, order, PlayStatus.FAILED)).reason == UNKNOWN
    assert pbx.actions("Originate") == []


async def test_without_a_manager_user_that_dials_there_is_no_playing(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "depok-agi.toml"
    path.write_text('[ami]\nsecret = "x"\n')
    with pytest.raises(SettingsError):
        Playing(load(path), desk)
