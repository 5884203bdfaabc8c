"""The daemon's dialling: a small manager on a loopback socket plays Asterisk, all the rest is real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from depok_agi.calls.record import Direction, Outcome
from depok_agi.cli import callbacks_call, ids
from depok_agi.config import Settings, load
from depok_agi.desk import Desk, callbacks, dialling, tickets
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.dialling import Change, Order, OrderStatus
from depok_agi.dialling import NOT_REACHABLE, POLL_SECONDS, Dialling, answer, channel_id, originate
from depok_agi.errors import RefusedError, SettingsError
from depok_agi.tickets.callback import CallbackReason
from tests.unit.asterisk.test_ami import Pbx
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, call, desk_at

PATIENCE = 5
SETTINGS = """\
[ami]
port = {port}
secret = "not this one"
[dial]
secret = "{secret}"
ring_seconds = 25
"""


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


def accepted(number: str) -> bytes:
    return f"Response: Success\r\nActionID: {number}\r\nMessage: Originate successfully queued\r\n\r\n".encode()


def refused(number: str) -> bytes:
    return f"Response: Error\r\nActionID: {number}\r\nMessage: Permission denied\r\n\r\n".encode()


def settings(folder: Path, pbx: Pbx, *, is_wrong: bool = False) -> Settings:
    path = folder / "depok-agi.toml"
    path.write_text(SETTINGS.format(port=pbx.port, secret="wrong" if is_wrong else "correct"))
    return load(path)


@asynccontextmanager
async def running(given: Settings, desk: Desk) -> AsyncIterator[Dialling]:
    task = Dialling(given, desk)
    run = asyncio.create_task(task.run())
    try:
        yield task
    finally:
        await task.close()
        async with asyncio.timeout(PATIENCE):
            await run


async def ordered(desk: Desk, number: str = ANI, device: str = "PJSIP/101") -> Order:
    async with desk.store.transaction() as connection:
        callback = await callbacks.owe(desk, connection, number, CallbackReason.MISSED, desk.now())
    return (await dialling.place(desk, callback, "siti", device))[0]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens inside the code under test
            await asyncio.sleep(0.02)


async def becomes(desk: Desk, order: Order, status: OrderStatus) -> Order:
    async def has() -> bool:
        return (await dialling.show(desk, order.id)).status is status

    await until(has)
    return await dialling.show(desk, order.id)


def response(order: Order, *, success: bool = False, reason: int = 4) -> bytes:
    """What Asterisk says once the operator's phone has stopped ringing (`fast_originate` in manager.c)."""
    said = "Success" if success else "Failure"
    return (
        f"Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: depok-dial-{order.id}\r\nResponse: {said}\r\n"
        f"Channel: PJSIP/101-00000000\r\nReason: {reason}\r\nUniqueid: <null>\r\n\r\n"
    ).encode()


async def logged(desk: Desk, order: Order, outcome: Outcome | None, direction: Direction = Direction.OUTBOUND) -> None:
    found = await dialling.show(desk, order.id)
    assert found.uniqueid is not None
    record = call(found.uniqueid, outcome, direction=direction, began=desk.now(), seconds=20)
    await desk_calls.record(desk, [replace(record, id=found.uniqueid)], [])


async def test_an_order_becomes_one_originate_towards_the_one_context(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
        await asyncio.sleep(4 * POLL_SECONDS)
    (action,) = pbx.actions("Originate")
    assert pbx.actions("Login")[0]["Username"] == "depok-agi-dial"
    assert action == {
        "Action": "Originate",
        "ActionID": f"depok-dial-{order.id}",
        "Channel": "PJSIP/101",
        "ChannelId": order.uniqueid,
        "Context": "depok-callback-call",
        "Exten": "081100001234",
        "Priority": "1",
        "Async": "true",
        "Timeout": "25000",
        "CallerID": '"callback 1" <081100001234>',
        "Variable": "DEPOK_CALLBACK=1",
    }


async def test_from_the_order_to_its_end(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
        await logged(desk, order, None, Direction.INTERNAL)
        pbx.say(response(order, success=True))
        await becomes(desk, order, OrderStatus.CONNECTED)
        await logged(desk, order, Outcome.ANSWERED)
        await becomes(desk, order, OrderStatus.ENDED)
    assert (await callbacks.show(desk, 1)).attempts[0].call == order.uniqueid


async def test_without_a_word_of_asterisk_the_call_log_tells(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
        await logged(desk, order, None)
        await becomes(desk, order, OrderStatus.CONNECTED)


@pytest.mark.parametrize(
    ("reason", "words"),
    [(0, NOT_REACHABLE), (1, "not picked up"), (3, "not picked up"), (5, "is busy"), (8, NOT_REACHABLE)],
)
async def test_a_phone_that_is_not_picked_up_ends_it_with_the_reason(
    tmp_path: Path, desk: Desk, pbx: Pbx, reason: int, words: str
) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
        pbx.say(response(order, reason=reason))
        failed = await becomes(desk, order, OrderStatus.FAILED)
    assert words in (failed.reason or "")
    assert (await callbacks.show(desk, 1)).attempts == ()


@pytest.mark.parametrize("action_id", ["1", "depok-dial-", "depok-dial-1x", "somebody-else-1"])
async def test_what_others_dial_is_passed_over(tmp_path: Path, desk: Desk, pbx: Pbx, action_id: str) -> None:
    async with running(settings(tmp_path, pbx), desk):
        order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
        pbx.say(response(order, reason=5).replace(b"depok-dial-1\r", action_id.encode() + b"\r"))
        await asyncio.sleep(3 * POLL_SECONDS)
        assert (await dialling.show(desk, order.id)).status is OrderStatus.RINGING


async def test_two_orders_at_once_are_two_calls(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk):
        first, second = await ordered(desk), await ordered(desk, BUDI, "PJSIP/102")
        await becomes(desk, first, OrderStatus.RINGING)
        await becomes(desk, second, OrderStatus.RINGING)
        pbx.say(response(second, reason=5))
        await becomes(desk, second, OrderStatus.FAILED)
        assert (await dialling.show(desk, first.id)).status is OrderStatus.RINGING
    assert [action["Exten"] for action in pbx.actions("Originate")] == ["081100001234", "081100005678"]


class TestTrouble:
    async def test_asterisk_away(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        await pbx.stop()
        async with running(settings(tmp_path, pbx), desk):
            failed = await becomes(desk, await ordered(desk), OrderStatus.FAILED)
        assert "Asterisk is away: cannot connect" in (failed.reason or "")

    async def test_a_wrong_secret(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        async with running(settings(tmp_path, pbx, is_wrong=True), desk):
            failed = await becomes(desk, await ordered(desk), OrderStatus.FAILED)
        assert "Asterisk refuses the login of depok-agi-dial" in (failed.reason or "")
        assert pbx.actions("Originate") == []

    async def test_what_asterisk_refuses_has_failed_at_once(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        pbx.answers["Originate"] = refused
        async with running(settings(tmp_path, pbx), desk):
            failed = await becomes(desk, await ordered(desk), OrderStatus.FAILED)
        assert "Permission denied" in (failed.reason or "")
        assert len(pbx.actions("Originate")) == 1

    async def test_what_asterisk_does_not_answer_may_have_been_done(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("depok_agi.dialling.ANSWER_SECONDS", 0.2)
        pbx.answers["Originate"] = lambda _: b""
        async with running(settings(tmp_path, pbx), desk):
            order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
            await asyncio.sleep(4 * POLL_SECONDS)
            assert (await dialling.show(desk, order.id)).status is OrderStatus.RINGING
            clock.later(seconds=11)
            failed = await becomes(desk, order, OrderStatus.FAILED)
        assert "did not answer" in (failed.reason or "")
        assert len(pbx.actions("Originate")) == 1

    async def test_a_link_that_breaks_in_mid_originate_is_not_asked_again(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        def hang_up(_: str) -> bytes:
            pbx.hang_up()
            return b""

        pbx.answers["Originate"] = hang_up
        async with running(settings(tmp_path, pbx), desk):
            order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)

            async def is_back() -> bool:
                return len(pbx.actions("Login")) > 1

            await until(is_back)
            clock.later(seconds=11)
            await becomes(desk, order, OrderStatus.FAILED)
        assert len(pbx.actions("Originate")) == 1

    async def test_a_link_that_breaks_although_asterisk_has_begun_ends_with_the_call(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        pbx.answers["Originate"] = lambda _: pbx.hang_up() or b""  # type: ignore[func-returns-value]
        async with running(settings(tmp_path, pbx), desk):
            order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
            await logged(desk, order, None)
            clock.later(seconds=60)
            await becomes(desk, order, OrderStatus.CONNECTED)
            await logged(desk, order, Outcome.BUSY)
            await becomes(desk, order, OrderStatus.ENDED)

    async def test_a_phone_that_rings_is_waited_for(self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock) -> None:
        async with running(settings(tmp_path, pbx), desk):
            order = await becomes(desk, await ordered(desk), OrderStatus.RINGING)
            clock.later(seconds=30)
            await asyncio.sleep(2 * POLL_SECONDS)
            assert (await dialling.show(desk, order.id)).status is OrderStatus.RINGING
            clock.later(seconds=10)
            assert (await becomes(desk, order, OrderStatus.FAILED)).reason == dialling.UNKNOWN.reason

    async def test_an_order_of_a_minute_ago_is_not_dialled(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        order = await ordered(desk)
        clock.later(seconds=61)
        async with running(settings(tmp_path, pbx), desk):
            assert (await becomes(desk, order, OrderStatus.FAILED)).reason == dialling.NOT_TAKEN.reason
        assert pbx.actions("Originate") == []

    async def test_one_odd_order_is_not_in_the_way_of_another(
        self,
        tmp_path: Path,
        desk: Desk,
        pbx: Pbx,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async def breaks(*_: object) -> None:
            raise ZeroDivisionError

        first = await ordered(desk)
        await dialling.take(desk, first, channel_id("depok", first.id, TEN))
        monkeypatch.setattr(dialling, "hold", breaks)
        second = await ordered(desk, BUDI, "PJSIP/102")
        async with running(settings(tmp_path, pbx), desk):
            await becomes(desk, second, OrderStatus.RINGING)
            await asyncio.sleep(3 * POLL_SECONDS)
        assert caplog.text.count("order 1 cannot be seen to") == 1


class TestAfterACrash:
    """The daemon before this one had written `ringing`, and then was gone."""

    async def test_an_order_that_asterisk_never_got_is_not_sent_again(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        order = await ordered(desk)
        await dialling.take(desk, order, channel_id("depok", order.id, TEN))
        async with running(settings(tmp_path, pbx), desk):
            await asyncio.sleep(2 * POLL_SECONDS)
            clock.later(seconds=11)
            assert (await becomes(desk, order, OrderStatus.FAILED)).reason == dialling.UNKNOWN.reason
        assert pbx.actions("Originate") == []

    async def test_one_that_it_got_is_followed_to_its_end(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        order = await ordered(desk)
        await dialling.take(desk, order, channel_id("depok", order.id, TEN))
        await logged(desk, order, None)
        async with running(settings(tmp_path, pbx), desk):
            await becomes(desk, order, OrderStatus.CONNECTED)
            with pytest.raises(RefusedError, match="is being called already"):
                await dialling.place(desk, 1, "siti", "PJSIP/102")
            await logged(desk, order, Outcome.ANSWERED)
            await becomes(desk, order, OrderStatus.ENDED)
        assert pbx.actions("Originate") == []


def test_without_dial_in_the_settings_there_is_nothing_to_run(tmp_path: Path) -> None:
    path = tmp_path / "depok-agi.toml"
    path.write_text('[ami]\nsecret = "x"\n')
    with pytest.raises(SettingsError, match="dial"):
        Dialling(load(path), Desk(None, None, None))  # type: ignore[arg-type]


def test_without_dial_in_the_settings_an_operator_is_told_to_dial_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "at_desk", lambda _given, _action: 12)  # as if there were such a callback
    path = tmp_path / "depok-agi.toml"
    path.write_text('[ami]\nsecret = "x"\n')
    told = CliRunner().invoke(callbacks_call.call, ["12"], obj=path)
    assert isinstance(told.exception, RefusedError)
    assert "Dial by hand: depok-agi callbacks claim 12" in str(told.exception)


async def test_the_dialplan_is_told_of_the_answers_that_are_owed_and_no_more_than_a_line_holds(
    desk: Desk, clock: Clock
) -> None:
    complaint = tickets.Complaint("Sampah menumpuk", caller=ANI)
    numbers = []
    for _ in range(25):
        numbers.append((await tickets.open_ticket(desk, complaint, "siti")).number)
        await tickets.answer(desk, numbers[-1], "Sudah diangkut", "siti")
    order, callback = await dialling.place(desk, 1, "siti", "PJSIP/101")
    fields = originate(order, callback, channel_id("depok", order.id, clock()), 25)
    assert fields["Variable"] == f"DEPOK_CALLBACK=1,DEPOK_TICKETS={'-'.join(numbers[:20])}"
    assert len(fields["Variable"]) < 1000


def test_a_channels_id_is_one_of_a_kind_and_older_than_any_that_asterisk_makes_then() -> None:
    assert channel_id("depok", 12, TEN) == f"depok-{int(TEN.timestamp()) - 1}.1000000012"
    assert len({channel_id("depok", order, TEN + timedelta(seconds=order)) for order in range(50)}) == 50


def test_an_answer_that_says_nothing_known_is_a_phone_that_cannot_be_reached() -> None:
    assert answer({}) == Change(OrderStatus.FAILED, NOT_REACHABLE)
