"""The daemon at the queue: a small manager on a loopback socket plays Asterisk, all the rest is real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.attendance import NOBODY_FOR_SECONDS, Attendance
from depok_agi.config import Settings, load
from depok_agi.desk import Desk, attendance, operator_orders, operators, presence
from depok_agi.desk.operator_orders import Order, OrderStatus, Wish
from depok_agi.errors import SettingsError
from depok_agi.operators.state import PauseReason, State
from depok_agi.store.times import microseconds
from tests.unit.asterisk.test_ami import Pbx
from tests.unit.desk.made import TEN, Clock, desk_at

PATIENCE = 5
SETTINGS = """\
[pbx]
operators = {{ "PJSIP/101" = "siti" }}
[ami]
port = {port}
secret = "not this one"
"""
WITH_USER = '[operators]\nsecret = "{secret}"\n'
PHONES = {"PJSIP/101": "siti"}
SITI = Person("siti", Role.OPERATOR)
RATNA = Person("ratna", Role.SUPERVISOR)


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
    for action in ("QueueAdd", "QueueRemove", "QueuePause"):
        far_end.answers[action] = says("Success", "done")
    await far_end.start()
    yield far_end
    await far_end.stop()


def says(response: str, message: str) -> Callable[[str], bytes]:
    return lambda number: f"Response: {response}\r\nActionID: {number}\r\nMessage: {message}\r\n\r\n".encode()


def settings(folder: Path, pbx: Pbx, *, given: str | None = "correct") -> Settings:
    path = folder / "depok-agi.toml"
    path.write_text(SETTINGS.format(port=pbx.port) + ("" if given is None else WITH_USER.format(secret=given)))
    return load(path)


@asynccontextmanager
async def running(
    given: Settings, desk: Desk, *, is_open: bool = True, phones: dict[str, str] | None = None
) -> AsyncIterator[Attendance]:
    task = Attendance(given, desk, {} if phones is None else phones, lambda: is_open)
    run = asyncio.create_task(task.run())
    try:
        yield task
    finally:
        await task.close()
        async with asyncio.timeout(PATIENCE):
            await run


def event(at: float = 0, name: str = "QueueMemberStatus", **fields: str) -> dict[str, str]:
    moment = (TEN + timedelta(seconds=at)).timestamp()
    told = {"Queue": "depok", "Interface": "PJSIP/101", "MemberName": "siti", "Status": "1", "Paused": "0"}
    return {"Event": name, "Timestamp": f"{moment:.6f}", **told, **fields}


def line(**fields: str) -> dict[str, str]:
    told = {"Queue": "depok", "Location": "PJSIP/101", "Name": "siti", "Status": "1", "Paused": "0"}
    return {"Event": "QueueMember", **told, **fields}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens inside the code under test
            await asyncio.sleep(0.02)


async def becomes(desk: Desk, state: State | None, operator: str = "siti") -> None:
    async def has() -> bool:
        now = await presence.of(desk, operator)
        return (None if now is None else now.state) is state

    await until(has)


async def ended(desk: Desk, order: Order) -> Order:
    async def has() -> bool:
        return (await operator_orders.show(desk, order.id)).status is not OrderStatus.ORDERED

    await until(has)
    return await operator_orders.show(desk, order.id)


async def asked(desk: Desk, wish: Wish, reason: PauseReason | None = None) -> Order:
    return await ended(desk, await operator_orders.place(desk, SITI, "siti", wish, PHONES, reason))


def sent(pbx: Pbx, action: str) -> list[dict[str, str]]:
    return [{key: value for key, value in one.items() if key != "ActionID"} for one in pbx.actions(action)]


class TestOrders:
    async def test_to_sign_in_is_to_become_a_member_with_ones_own_name(
        self, tmp_path: Path, desk: Desk, pbx: Pbx
    ) -> None:
        async with running(settings(tmp_path, pbx), desk):
            assert (await asked(desk, Wish.IN)).status is OrderStatus.DONE
        assert pbx.actions("Login")[0]["Username"] == "depok-agi-operators"
        where = {"Queue": "depok", "Interface": "PJSIP/101"}
        who = {"MemberName": "siti", "StateInterface": "PJSIP/101", "Penalty": "0"}
        assert sent(pbx, "QueueAdd") == [{"Action": "QueueAdd", **where, **who}]
        assert sent(pbx, "QueuePause") == []

    async def test_who_is_in_already_is_back_from_a_pause(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        pbx.answers["QueueAdd"] = says("Error", "Unable to add interface: Already there")
        async with running(settings(tmp_path, pbx), desk):
            assert (await asked(desk, Wish.IN)).status is OrderStatus.DONE
        assert [one["Paused"] for one in sent(pbx, "QueuePause")] == ["false"]

    async def test_a_pause_bears_its_reason(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        async with running(settings(tmp_path, pbx), desk):
            assert (await asked(desk, Wish.PAUSE, PauseReason.LUNCH)).status is OrderStatus.DONE
        assert [(one["Paused"], one["Reason"]) for one in sent(pbx, "QueuePause")] == [("true", "lunch")]

    async def test_who_is_out_already_has_signed_out(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        pbx.answers["QueueRemove"] = says("Error", "Unable to remove interface: Not there")
        async with running(settings(tmp_path, pbx), desk):
            assert (await asked(desk, Wish.OUT)).status is OrderStatus.DONE

    @pytest.mark.parametrize(
        ("action", "wish", "message", "fault"),
        [
            ("QueueRemove", Wish.OUT, "Unable to remove interface: Member not dynamic", "stands in queues.conf"),
            ("QueuePause", Wish.PAUSE, "Interface not found", "PJSIP/101 is not signed in"),
            ("QueueAdd", Wish.IN, "Unable to add interface: No such queue", "No such queue"),
            ("QueueAdd", Wish.IN, "Permission denied", "Permission denied"),
        ],
    )
    async def test_what_asterisk_refuses_is_told_in_plain_words(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, action: str, wish: Wish, message: str, fault: str
    ) -> None:
        pbx.answers[action] = says("Error", message)
        async with running(settings(tmp_path, pbx), desk):
            order = await asked(desk, wish, PauseReason.LUNCH if wish is Wish.PAUSE else None)
        assert order.status is OrderStatus.FAILED
        assert fault in (order.fault or "")

    async def test_without_the_user_or_with_a_wrong_secret_it_is_told(
        self, tmp_path: Path, desk: Desk, pbx: Pbx
    ) -> None:
        async with running(settings(tmp_path, pbx, given=None), desk):
            assert "[operators] is not set" in ((await asked(desk, Wish.IN)).fault or "")
        async with running(settings(tmp_path, pbx, given="wrong"), desk):
            assert "cannot ask Asterisk" in ((await asked(desk, Wish.IN)).fault or "")

    def test_a_secret_that_cannot_be_read_is_told_at_the_start(self, tmp_path: Path) -> None:
        path = tmp_path / "depok-agi.toml"
        path.write_text('[ami]\nsecret = "x"\n[operators]\nsecret_file = "missing"\n')
        with pytest.raises(SettingsError, match=r"operators\.secret_file"):
            Attendance(load(path), None, {}, lambda: True)  # type: ignore[arg-type]

    async def test_one_that_an_earlier_daemon_left_is_done(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        order = await operator_orders.place(desk, SITI, "siti", Wish.IN, PHONES)
        async with running(settings(tmp_path, pbx), desk):
            assert (await ended(desk, order)).status is OrderStatus.DONE


class TestStates:
    async def test_what_the_queue_says_is_written_down(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        async with running(settings(tmp_path, pbx), desk) as task:
            task.hear(event(0, "QueueMemberAdded"))
            await becomes(desk, State.IN)
            task.hear(event(5, Status="2"))
            await becomes(desk, State.ON_CALL)
            task.hear(event(9, "QueueMemberRemoved"))
            await becomes(desk, None)
            task.hear(event(10, "QueueMemberAdded", Queue="opd"))
        assert await presence.of(desk, "siti") is None

    async def test_wrap_up_ends_by_itself(self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock) -> None:
        async with running(settings(tmp_path, pbx), desk) as task:
            task.wraps_up_for(15)
            task.hear(event(0, LastCall=str(int(TEN.timestamp()))))
            await becomes(desk, State.WRAP_UP)
            clock.later(seconds=16)
            await becomes(desk, State.IN)
        now = await presence.of(desk, "siti")
        assert now is not None
        assert now.since == TEN + timedelta(seconds=15)

    async def test_after_a_gap_what_was_not_heard_is_unknown(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        given = settings(tmp_path, pbx)
        async with running(given, desk) as task:
            task.hear(event(0))
            await becomes(desk, State.IN)
        later = microseconds(TEN + timedelta(hours=1))
        async with running(given, desk) as task:
            heard = microseconds(TEN + timedelta(seconds=30))
            task.list_again(later, [line(Paused="1", PausedReason="lunch")], heard_until=heard, after_gap=True)
            await becomes(desk, State.PAUSED)
        clock.later(hours=1, minutes=1)
        siti = (await attendance.listed(desk, PHONES, TEN))[0]
        assert siti.seconds == {State.IN: 30, State.UNKNOWN: 3570, State.PAUSED: 60}

    async def test_what_was_heard_while_the_list_was_on_its_way_counts(
        self, tmp_path: Path, desk: Desk, pbx: Pbx
    ) -> None:
        async with running(settings(tmp_path, pbx), desk) as task:
            task.hear(event(10, Status="2"))
            task.list_again(microseconds(TEN + timedelta(seconds=9)), [line()])
            await becomes(desk, State.ON_CALL)

    async def test_what_was_heard_last_is_written_before_the_end(self, tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
        async with running(settings(tmp_path, pbx), desk) as task:
            task.hear(event())
            await task.close()
        assert await presence.of(desk, "siti") is not None

    async def test_phones_that_are_entered_are_known_to_all_at_once(
        self, tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
    ) -> None:
        phones: dict[str, str] = {}
        async with (
            running(settings(tmp_path, pbx), desk, phones=phones) as task,
            desk_at(tmp_path / "store.sqlite", clock) as other,
        ):

            async def known(expected: dict[str, str]) -> None:
                async def has() -> bool:
                    return phones == expected

                await until(has)

            await known(PHONES)
            await operators.add(other, RATNA, "budi", "102", PHONES)
            await known({**PHONES, "PJSIP/102": "budi"})
            task.hear(event(0, Interface="PJSIP/102", MemberName="PJSIP/102"))
            await becomes(desk, State.IN, "budi")


class TestNobody:
    @pytest.mark.parametrize(
        ("is_open", "status", "paused", "expected"),
        [(True, "1", "1", True), (True, "5", "0", True), (True, "1", "0", False), (False, "1", "1", False)],
    )
    async def test_that_nobody_takes_calls_while_it_is_open_is_told(
        self,
        tmp_path: Path,
        desk: Desk,
        pbx: Pbx,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
        is_open: bool,
        status: str,
        paused: str,
        expected: bool,
    ) -> None:
        monkeypatch.setattr("depok_agi.attendance.NOBODY_LOOK_SECONDS", 0)
        monkeypatch.setattr("depok_agi.attendance.NOBODY_FOR_SECONDS", 0.1)
        assert NOBODY_FOR_SECONDS > 0.1
        async with running(settings(tmp_path, pbx, given=None), desk, is_open=is_open) as task:
            task.hear(event(0, Status=status, Paused=paused))
            await asyncio.sleep(1)
            assert task.nobody_takes_calls is expected
            if expected:
                assert caplog.text.count("nobody takes calls") == 1
                task.hear(event(5))
                await becomes(desk, State.IN)

                async def has() -> bool:
                    return not task.nobody_takes_calls

                await until(has)
