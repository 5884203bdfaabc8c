"""A small manager on a loopback socket plays Asterisk; the link under test is the real one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panoramisk.message import Message

from depok_agi.asterisk import ami
from depok_agi.asterisk.ami import MESSAGE_BYTES, AmiLink, AmiLogin, AmiState
from depok_agi.errors import AsteriskError

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
PATIENCE = 5


class Pbx:
    """The far end: accepts logins, keeps what it was sent, says what it is told to say."""

    def __init__(self, *, accepts: str = "correct") -> None:
        self.accepts = accepts
        self.deaf = False
        self.connections = 0
        self.received: list[dict[str, str]] = []
        self.writer: asyncio.StreamWriter | None = None
        self.answers: dict[str, Callable[[str], bytes]] = {}
        self.after_login: Callable[[], Awaitable[None]] | None = None
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    def say(self, data: bytes) -> None:
        assert self.writer is not None
        self.writer.write(data)

    def hang_up(self) -> None:
        assert self.writer is not None
        self.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writer = writer
        self._writers.add(writer)
        writer.write(BANNER)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
        self._writers.discard(writer)
        writer.close()

    async def _answer(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        action = dict(line.split(": ", 1) for line in raw.decode().split("\r\n") if ": " in line)
        self.received.append(action)
        name, number = action["Action"], action["ActionID"]
        if name == "Login":
            await self._login(action, number, writer)
        elif name == "Ping" and not self.deaf:
            writer.write(f"Response: Success\r\nActionID: {number}\r\nPing: Pong\r\n\r\n".encode())
        elif name in self.answers:
            writer.write(self.answers[name](number))

    async def _login(self, action: dict[str, str], number: str, writer: asyncio.StreamWriter) -> None:
        if action["Secret"] != self.accepts:
            text = "Response: Error\r\nActionID: {}\r\nMessage: Authentication failed\r\n\r\n"
            writer.write(text.format(number).encode())
            writer.close()
            return
        text = "Response: Success\r\nActionID: {}\r\nMessage: Authentication accepted\r\n\r\n"
        writer.write(text.format(number).encode())
        if self.after_login is not None:
            await self.after_login()

    def actions(self, name: str) -> list[dict[str, str]]:
        return [action for action in self.received if action["Action"] == name]


class Listener:
    """What the link told its owner."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self.states: list[tuple[AmiState, str]] = []
        self.ups = 0

    def on_event(self, event: dict[str, str]) -> None:
        self.events.append(event)

    def on_state(self, state: AmiState, reason: str) -> None:
        self.states.append((state, reason))

    async def on_up(self) -> None:
        self.ups += 1


@asynccontextmanager
async def link_to(pbx: Pbx, listener: Listener, **settings: Any) -> AsyncIterator[AmiLink]:
    defaults: dict[str, Any] = {"on_event": listener.on_event, "on_up": listener.on_up, "backoff": (0.01, 0.05)}
    settings = defaults | settings
    login = AmiLogin("127.0.0.1", pbx.port, "depok", settings.pop("says", "correct"))
    link = AmiLink(login, on_state=listener.on_state, **settings)
    running = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        await link.close()
        async with asyncio.timeout(PATIENCE):
            await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens inside the code under test
            await asyncio.sleep(0.002)


@pytest.fixture
async def pbx() -> AsyncIterator[Pbx]:
    far_end = Pbx()
    await far_end.start()
    yield far_end
    await far_end.stop()


@pytest.fixture
def listener() -> Listener:
    return Listener()


def event(name: str, **headers: str) -> bytes:
    lines = [f"Event: {name}", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def test_the_secret_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(AmiLogin("127.0.0.1", 5038, "depok", "hunter2"))


async def test_events_are_on_and_arrive_in_order_as_asterisk_wrote_them(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        assert pbx.actions("Login")[0]["Events"] == "on"
        for number in range(50):
            pbx.say(event("Newchannel", Uniqueid=str(number), CallerIDName="", AccountCode=""))
        await until(lambda: len(listener.events) == 50)
    assert listener.events[0] == {"Event": "Newchannel", "Uniqueid": "0", "CallerIDName": "", "AccountCode": ""}
    assert [one["Uniqueid"] for one in listener.events] == [str(number) for number in range(50)]


async def test_a_character_split_over_packets_survives_at_every_byte(pbx: Pbx, listener: Listener) -> None:
    whole = event("Newchannel", CallerIDName="Ibu Señorita ☎️ 🙏🏽")
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        for cut in range(1, len(whole)):
            pbx.say(whole[:cut])
            await asyncio.sleep(0.001)
            pbx.say(whole[cut:])
            await until(lambda cut=cut: len(listener.events) == cut)  # type: ignore[misc]
    assert {one["CallerIDName"] for one in listener.events} == {"Ibu Señorita ☎️ 🙏🏽"}


async def test_bytes_that_are_no_utf8_become_replacement_characters(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"Event: Newchannel\r\nCallerIDName: Jos\xe9\r\n\r\n")
        await until(lambda: bool(listener.events))
    assert listener.events[0]["CallerIDName"] == "Jos\ufffd"


async def test_repeated_headers_are_joined_not_lost(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"Event: Newchannel\r\nChanVariable: A=1\r\nChanVariable: B=2\r\n\r\n")
        await until(lambda: bool(listener.events))
    assert listener.events[0]["ChanVariable"] == "A=1\nB=2"


async def test_a_duplicate_event_header_does_not_disconnect(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"Event: UserEvent\r\nEvent: Shutdown\r\nActionID: 1\r\nActionID: 2\r\n\r\n" + event("Hangup"))
        await until(lambda: len(listener.events) == 2)
        assert listener.events[0]["Event"] == "UserEvent\nShutdown"
    assert pbx.connections == 1


async def test_a_value_is_given_as_asterisk_wrote_it(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(event("UserEvent", Result="100%25 ", Text="a: b"))
        await until(lambda: bool(listener.events))
    assert listener.events[0] == {"Event": "UserEvent", "Result": "100%25 ", "Text": "a: b"}


NAMES = st.text("xYz-_0", min_size=1, max_size=3)  # no two that differ in case alone: there the library drops one
ODD_LINES = st.text("xYz: \t", max_size=6)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.lists(ODD_LINES, max_size=2))
def test_an_event_is_parsed_as_the_library_would(headers: list[tuple[str, str]], odd: list[str]) -> None:
    text = "\r\n".join(["Event: Newchannel", *(f"{name}: {value}" for name, value in headers), *odd])
    assert ami._headers(text) == ami._plain(Message.from_line(text))


async def test_events_that_nobody_wants_are_passed_over_unparsed(
    pbx: Pbx, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    real = ami._headers

    def headers(text: str) -> dict[str, str]:
        parsed.append(text)
        return real(text)

    monkeypatch.setattr("depok_agi.asterisk.ami._headers", headers)
    async with link_to(pbx, listener, wanted=["Newchannel", "Hangup"]) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(event("VarSet", Value="Newchannel") + event("Newchannels") + event("New") + b"Event: RTCPSent\r\n\r\n")
        pbx.say(event("Newchannel", CallerIDName="") + b"Event: VarSet\r\nEvent: Hangup\r\n\r\n")
        pbx.say(b"Event: Hangup\r\n\r\n")
        await until(lambda: len(listener.events) == 2)
    assert listener.events == [{"Event": "Newchannel", "CallerIDName": ""}, {"Event": "Hangup"}]
    assert [text for text in parsed if text.startswith("Event")] == [
        "Event: Newchannel\r\nCallerIDName: ",
        "Event: Hangup",
    ]


async def test_an_event_whose_name_comes_late_is_looked_at_whole(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener, wanted={"Hangup"}) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"Privilege: call,all\r\nEvent: VarSet\r\n\r\n\r\nPrivilege: call,all\r\nEvent: Hangup\r\n\r\n")
        await until(lambda: bool(listener.events))
    assert listener.events == [{"Privilege": "call,all", "Event": "Hangup"}]


async def test_the_rows_of_a_list_reach_their_action_wanted_or_not(pbx: Pbx, listener: Listener) -> None:
    def channels(number: str) -> bytes:
        head = f"Response: Success\r\nActionID: {number}\r\nEventList: start\r\n\r\n".encode()
        foreign = event("CoreShowChannel", ActionID="another", Uniqueid="x") + event("VarSet", ActionID="another")
        row = event("CoreShowChannel", ActionID=number, Uniqueid="1")
        return head + foreign + row + event("CoreShowChannelsComplete", ActionID=number, EventList="Complete")

    pbx.answers["CoreShowChannels"] = channels
    async with link_to(pbx, listener, wanted={"Hangup"}) as link:
        await until(lambda: link.state is AmiState.UP)
        messages = await link.action("CoreShowChannels")
        pbx.say(event("Hangup"))
        await until(lambda: bool(listener.events))
    assert [one.get("Uniqueid") for one in messages] == [None, "1", None]
    assert [one["Event"] for one in listener.events] == ["Hangup"]


async def test_a_shutdown_is_heeded_but_not_handed_over_when_nobody_wants_it(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener, wanted={"Hangup"}):
        await until(lambda: listener.ups == 1)
        pbx.say(event("Hangup") + event("Shutdown", Shutdown="Cleanly") + event("Hangup"))
        await until(lambda: listener.ups == 2)
    assert (AmiState.DOWN, "Asterisk is shutting down") in listener.states
    assert listener.events == [{"Event": "Hangup"}]


async def test_a_stream_arrives_whole_however_it_is_cut(pbx: Pbx, listener: Listener) -> None:
    stream = b"".join(event("Newchannel", Uniqueid=str(number), CallerIDName="Señorita 🙏🏽") for number in range(40))
    cuts = [0, *range(1, 200, 7), *range(200, len(stream), 613), len(stream)]
    async with link_to(pbx, listener, wanted={"Newchannel"}) as link:
        await until(lambda: link.state is AmiState.UP)
        for start, stop in pairwise(cuts):
            pbx.say(stream[start:stop])
            await asyncio.sleep(0.001)
        await until(lambda: len(listener.events) == 40)
    assert [one["Uniqueid"] for one in listener.events] == [str(number) for number in range(40)]
    assert {one["CallerIDName"] for one in listener.events} == {"Señorita 🙏🏽"}


async def test_a_listener_that_raises_does_not_disconnect(
    pbx: Pbx, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    def on_event(one: dict[str, str]) -> None:
        listener.on_event(one)
        raise ValueError("081234567890")

    async with link_to(pbx, listener, on_event=on_event) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(event("Newchannel") + event("Hangup"))
        await until(lambda: len(listener.events) == 2)
        assert link.state is AmiState.UP
    assert pbx.connections == 1
    assert "the listener failed on an AMI event: ValueError" in caplog.text
    assert "081234567890" not in caplog.text


async def test_a_refused_login_is_said_once_and_tried_again(
    pbx: Pbx, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    async with link_to(pbx, listener, says="wrong") as link:
        await until(lambda: pbx.connections >= 4)
        assert link.state is AmiState.REFUSED
        with pytest.raises(AsteriskError, match="no AMI link"):
            await link.action("CoreStatus")
        pbx.accepts = "wrong"
        await until(lambda: link.state is AmiState.UP)
    said = [record for record in caplog.records if "refused the login" in record.message]
    assert len(said) == 1
    assert said[0].levelno == logging.ERROR
    assert f"of user depok at 127.0.0.1:{pbx.port}: Authentication failed (check secret" in said[0].message
    assert [state for state, _ in listener.states] == [AmiState.REFUSED, AmiState.UP, AmiState.DOWN]


async def test_a_manager_that_is_not_there_is_said_once_and_tried_again(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    pbx = Pbx()
    await pbx.start()
    await pbx.stop()
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.DOWN)
        await asyncio.sleep(0.1)
        await pbx.start()
        await until(lambda: link.state is AmiState.UP)
        await pbx.stop()
    assert caplog.text.count("cannot connect") == 1


async def test_a_half_open_link_is_noticed_and_made_anew(pbx: Pbx, listener: Listener) -> None:
    pbx.deaf = True
    async with link_to(pbx, listener, ping_seconds=0.02, pong_seconds=0.03):
        await until(lambda: pbx.connections >= 2)
    assert (AmiState.DOWN, "no answer to a Ping within 0.03 s") in listener.states


async def test_a_link_whose_pings_are_answered_stays(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener, ping_seconds=0.01, pong_seconds=0.03):
        await until(lambda: len(pbx.actions("Ping")) >= 4)
    assert pbx.connections == 1
    assert listener.events == []


@pytest.mark.parametrize("bad", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b"])
async def test_line_ends_cannot_inject_an_action(pbx: Pbx, listener: Listener, bad: str) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        for attempt in (
            link.action(bad),
            link.action("Originate", Channel=bad),
            link.action("Originate", seconds=1, **{f"Channel{bad}": "x"}),
            link.action("Originate", seconds=1, **{"Channel: x": "y"}),
        ):
            with pytest.raises(AsteriskError, match="may"):
                await attempt
    assert {one["Action"] for one in pbx.received} == {"Login"}


def test_a_secret_with_a_line_end_is_refused(listener: Listener) -> None:
    login = AmiLogin("127.0.0.1", 1, "depok", "a\r\nAction: Originate")
    with pytest.raises(AsteriskError, match="Secret may not hold a line end"):
        AmiLink(login, on_event=listener.on_event, on_up=listener.on_up)


async def test_a_line_longer_than_asterisk_reads_is_refused(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        with pytest.raises(AsteriskError, match="longer than"):
            await link.action("Originate", Channel="x" * 1_001)


async def test_an_action_without_a_link_fails_plainly(listener: Listener) -> None:
    link = AmiLink(AmiLogin("127.0.0.1", 1, "depok", "x"), on_event=listener.on_event, on_up=listener.on_up)
    with pytest.raises(AsteriskError, match="no AMI link"):
        await link.action("CoreStatus")


async def test_a_list_comes_back_whole_and_not_as_events(pbx: Pbx, listener: Listener) -> None:
    def channels(number: str) -> bytes:
        head = f"Response: Success\r\nActionID: {number}\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
        rows = b"".join(event("CoreShowChannel", ActionID=number, Uniqueid=str(row)) for row in range(3))
        return head.encode() + rows + event("CoreShowChannelsComplete", ActionID=number, EventList="Complete")

    pbx.answers["CoreShowChannels"] = channels
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        messages = await link.action("CoreShowChannels")
        pbx.say(event("Hangup"))
        await until(lambda: bool(listener.events))
    assert messages[0]["Response"] == "Success"
    assert [one.get("Uniqueid") for one in messages[1:]] == ["0", "1", "2", None]
    assert [one["Event"] for one in listener.events] == ["Hangup"]


async def test_an_originate_without_async_is_answered(pbx: Pbx, listener: Listener) -> None:
    def queued(number: str) -> bytes:
        answer = f"Response: Success\r\nActionID: {number}\r\nMessage: Originate successfully queued\r\n\r\n"
        return answer.encode() + event("OriginateResponse", ActionID=number, Response="Failure", Reason="5")

    pbx.answers["Originate"] = queued
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        assert (await link.action("Originate", Channel="PJSIP/101"))[0]["Response"] == "Success"
        await until(lambda: bool(listener.events))
    assert listener.events[0]["Reason"] == "5"
    assert pbx.connections == 1


async def test_a_refused_action_says_why(pbx: Pbx, listener: Listener) -> None:
    pbx.answers["CoreStatus"] = lambda number: (
        f"Response: Error\r\nActionID: {number}\r\nMessage: Permission denied\r\n\r\n".encode()
    )
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        with pytest.raises(AsteriskError, match="refused the AMI action CoreStatus: Permission denied"):
            await link.action("CoreStatus")


async def test_an_action_has_its_time_and_a_late_answer_is_no_event(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        with pytest.raises(AsteriskError, match=r"within 0\.02 s"):
            await link.action("QueueStatus", seconds=0.02)
        number = pbx.actions("QueueStatus")[0]["ActionID"]
        pbx.say(f"Response: Success\r\nActionID: {number}\r\nEventList: start\r\n\r\n".encode())
        pbx.say(event("QueueParams", ActionID=number) + event("Done", ActionID=number, EventList="Complete"))
        pbx.say(event("Hangup"))
        await until(lambda: bool(listener.events))
    assert [one["Event"] for one in listener.events] == ["Hangup"]


async def test_an_action_in_flight_fails_with_the_link_and_is_never_sent_again(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        under_way = asyncio.create_task(link.action("Originate", Channel="PJSIP/101"))
        await until(lambda: bool(pbx.actions("Originate")))
        pbx.hang_up()
        with pytest.raises(AsteriskError, match="link was lost"):
            await under_way
        await until(lambda: listener.ups == 2)
        pbx.say(event("FullyBooted", Status="Fully Booted"))
        await until(lambda: bool(listener.events))
        await asyncio.sleep(0.02)
    assert len(pbx.actions("Originate")) == 1


async def test_reconnects_follow_growing_gaps_that_have_an_end(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await real_sleep(0)

    pbx = Pbx()
    await pbx.start()
    await pbx.stop()
    monkeypatch.setattr("depok_agi.asterisk.ami.asyncio.sleep", sleep)
    monkeypatch.setattr("depok_agi.asterisk.ami.random.uniform", lambda _low, high: high)
    async with link_to(pbx, listener, backoff=(0.5, 30)):
        async with asyncio.timeout(PATIENCE):
            while len(pauses) < 9:
                await real_sleep(0.001)
    assert pauses[:9] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_login_that_lasted_starts_the_gaps_anew_and_a_short_one_does_not(
    pbx: Pbx, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps: list[float] = []

    def note(_low: float, high: float) -> float:
        return high

    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds in {0.01, 0.02, 0.04, 0.08}:
            gaps.append(seconds)
        await real_sleep(seconds)

    monkeypatch.setattr("depok_agi.asterisk.ami.random.uniform", note)
    monkeypatch.setattr("depok_agi.asterisk.ami.asyncio.sleep", sleep)
    async with link_to(pbx, listener, backoff=(0.01, 1), ping_seconds=0.25):
        for count in (1, 2, 3):
            await until(lambda count=count: listener.ups == count)  # type: ignore[misc]
            pbx.hang_up()
        await until(lambda: listener.ups == 4)
        await real_sleep(0.28)
        pbx.hang_up()
        await until(lambda: listener.ups == 5)
    assert gaps == [0.01, 0.02, 0.04, 0.01]


async def test_shutdown_and_end_of_stream_reconnect_and_greet_again(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener):
        await until(lambda: listener.ups == 1)
        pbx.say(event("Shutdown", Shutdown="Cleanly", Restart="True"))
        await until(lambda: listener.ups == 2)
        pbx.hang_up()
        await until(lambda: listener.ups == 3)
    assert [one["Event"] for one in listener.events] == ["Shutdown"]
    assert (AmiState.DOWN, "Asterisk is shutting down") in listener.states


async def test_what_follows_a_login_may_send_actions_and_may_fail(
    pbx: Pbx, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.answers["CoreStatus"] = lambda number: f"Response: Success\r\nActionID: {number}\r\n\r\n".encode()
    links: list[AmiLink] = []

    async def on_up() -> None:
        await links[0].action("CoreStatus")
        raise ValueError("081234567890")

    async with link_to(pbx, listener, on_up=on_up) as link:
        links.append(link)
        await until(lambda: "what follows an AMI login failed: ValueError" in caplog.text)
        assert link.state is AmiState.UP
    assert "081234567890" not in caplog.text


async def test_a_failed_resync_drops_the_link_and_is_tried_again(
    pbx: Pbx, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    async def on_up() -> None:
        await listener.on_up()
        if listener.ups < 3:
            raise AsteriskError("the channels cannot be listed")

    async with link_to(pbx, listener, on_up=on_up) as link:
        await until(lambda: listener.ups == 3)
        await asyncio.sleep(0.05)
        assert link.state is AmiState.UP
    assert pbx.connections == 3
    failed = (AmiState.DOWN, "what follows the login failed: the channels cannot be listed")
    up = (AmiState.UP, "logged in")
    assert listener.states == [up, failed, up, failed, up, (AmiState.DOWN, "closed")]
    assert "is down: what follows the login failed: the channels cannot be listed; trying again" in caplog.text


async def test_failed_resyncs_follow_growing_gaps_however_long_they_take(
    pbx: Pbx, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds in {0.01, 0.02, 0.04}:
            gaps.append(seconds)
        await real_sleep(seconds)

    async def on_up() -> None:
        await listener.on_up()
        await real_sleep(0.03)
        raise AsteriskError("no answer")

    monkeypatch.setattr("depok_agi.asterisk.ami.random.uniform", lambda _low, high: high)
    monkeypatch.setattr("depok_agi.asterisk.ami.asyncio.sleep", sleep)
    async with link_to(pbx, listener, on_up=on_up, backoff=(0.01, 1), ping_seconds=0.025, pong_seconds=0.5):
        await until(lambda: listener.ups == 4)
    assert gaps == [0.01, 0.02, 0.04]


async def test_a_resync_that_fails_with_the_link_leaves_the_reason_of_the_link(pbx: Pbx, listener: Listener) -> None:
    links: list[AmiLink] = []

    async def on_up() -> None:
        await listener.on_up()
        if listener.ups == 1:
            await links[0].action("CoreShowChannels")

    async with link_to(pbx, listener, on_up=on_up) as link:
        links.append(link)
        await until(lambda: bool(pbx.actions("CoreShowChannels")))
        pbx.hang_up()
        await until(lambda: listener.ups == 2)
    assert listener.states[1] == (AmiState.DOWN, "Asterisk closed the connection")


async def test_a_listener_that_lost_track_has_the_connection_made_anew(
    pbx: Pbx, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: listener.ups == 1)
        link.reconnect("events were lost")
        assert listener.states[-1] == (AmiState.DOWN, "events were lost")
        link.reconnect("again")
        with pytest.raises(AsteriskError, match="no AMI link"):
            await link.action("CoreStatus")
        await until(lambda: listener.ups == 2)
        assert link.state is AmiState.UP
    assert pbx.connections == 2
    assert [reason for _, reason in listener.states] == ["logged in", "events were lost", "logged in", "closed"]
    assert f" to 127.0.0.1:{pbx.port} is down: events were lost; trying again" in caplog.text


async def test_nothing_of_the_old_connection_comes_after_the_listener_gave_it_up(pbx: Pbx, listener: Listener) -> None:
    links: list[AmiLink] = []

    def on_event(one: dict[str, str]) -> None:
        listener.on_event(one)
        if one["Event"] == "Newchannel":
            links[0].reconnect("events were lost")

    async with link_to(pbx, listener, on_event=on_event) as link:
        links.append(link)
        await until(lambda: listener.ups == 1)
        under_way = asyncio.create_task(link.action("CoreStatus"))
        await until(lambda: bool(pbx.actions("CoreStatus")))
        pbx.say(event("Newchannel") + event("Hangup"))
        with pytest.raises(AsteriskError, match="link was lost"):
            await under_way
        await until(lambda: listener.ups == 2)
        pbx.say(event("Newstate"))
        await until(lambda: len(listener.events) == 2)
    assert [one["Event"] for one in listener.events] == ["Newchannel", "Newstate"]


async def test_to_give_up_a_connection_that_is_not_there_does_nothing(pbx: Pbx, listener: Listener) -> None:
    link = AmiLink(AmiLogin("127.0.0.1", pbx.port, "depok", "x"), on_event=listener.on_event, on_up=listener.on_up)
    link.reconnect("before run")
    assert link.state is AmiState.CONNECTING
    async with link_to(pbx, listener, says="wrong", backoff=(60, 60)) as link:
        await until(lambda: link.state is AmiState.REFUSED)
        link.reconnect("refused")
        assert link.state is AmiState.REFUSED
    assert pbx.connections == 1
    async with link_to(pbx, listener) as link:
        pbx.accepts = "correct"
        await until(lambda: link.state is AmiState.UP)
    link.reconnect("after close")
    await asyncio.sleep(0.1)
    assert pbx.connections == 2
    assert listener.states[-1] == (AmiState.DOWN, "closed")


async def test_what_follows_a_login_is_cancelled_when_the_link_is_lost(pbx: Pbx, listener: Listener) -> None:
    cancelled = asyncio.Event()

    async def on_up() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with link_to(pbx, listener, on_up=on_up) as link:
        await until(lambda: link.state is AmiState.UP)
        await asyncio.sleep(0.01)
        pbx.hang_up()
        async with asyncio.timeout(PATIENCE):
            await cancelled.wait()


async def test_a_message_without_end_drops_the_link(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"Event: Endless\r\nX: " + b"x" * (MESSAGE_BYTES + 10))
        await until(lambda: pbx.connections == 2)
    assert any("a message of more than" in reason for _, reason in listener.states)


async def test_a_message_that_cannot_be_taken_does_not_disconnect(
    pbx: Pbx, listener: Listener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = ami._headers

    def headers(text: str) -> dict[str, str]:
        if "Bad" in text:
            raise AttributeError("081234567890")
        return real(text)

    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        monkeypatch.setattr("depok_agi.asterisk.ami._headers", headers)
        pbx.say(event("Bad") + event("Hangup"))
        await until(lambda: bool(listener.events))
    assert pbx.connections == 1
    assert "an AMI message was passed over: AttributeError" in caplog.text
    assert "0812" not in caplog.text


async def test_an_answer_that_the_library_chokes_on_does_not_disconnect(
    pbx: Pbx, listener: Listener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = Message.from_line

    def from_line(line: str) -> Any:
        if "Bad" in line:
            raise AttributeError("081234567890")
        return real(line)

    pbx.answers["CoreStatus"] = lambda number: f"Response: Success\r\nActionID: {number}\r\nBad: x\r\n\r\n".encode()
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        monkeypatch.setattr(Message, "from_line", from_line)
        with pytest.raises(AsteriskError, match="did not answer"):
            await link.action("CoreStatus", seconds=0.05)
        pbx.say(event("Hangup"))
        await until(lambda: bool(listener.events))
    assert pbx.connections == 1
    assert "an AMI message was passed over: AttributeError" in caplog.text
    assert "0812" not in caplog.text


async def test_garbage_between_messages_is_passed_over(pbx: Pbx, listener: Listener) -> None:
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
        pbx.say(b"\r\n\r\n\xff\xfe no header\r\n\r\n: \r\n\r\nResponse: Success\r\n\r\n" + event("Hangup"))
        await until(lambda: bool(listener.events))
    assert [one["Event"] for one in listener.events] == ["Hangup"]
    assert pbx.connections == 1


async def test_a_manager_that_closes_before_the_login_is_answered_is_tried_again(listener: Listener) -> None:
    connections = 0

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pbx = Pbx()
    pbx.port = server.sockets[0].getsockname()[1]
    async with link_to(pbx, listener) as link:
        await until(lambda: connections >= 3)
        assert link.state is AmiState.DOWN
    server.close()


async def test_close_leaves_no_reconnect_and_no_task(pbx: Pbx, listener: Listener) -> None:
    before = asyncio.all_tasks()
    async with link_to(pbx, listener) as link:
        await until(lambda: link.state is AmiState.UP)
    assert link.state is AmiState.DOWN
    await pbx.stop()
    await asyncio.sleep(0.1)
    assert pbx.connections == 1
    assert asyncio.all_tasks() == before


async def test_close_during_a_pause_ends_at_once(listener: Listener) -> None:
    pbx = Pbx()
    await pbx.start()
    await pbx.stop()
    async with link_to(pbx, listener, backoff=(60, 60)) as link:
        await until(lambda: link.state is AmiState.DOWN)
        async with asyncio.timeout(0.2):
            await link.close()
    await link.run()
    assert link.state is AmiState.DOWN


async def test_a_cancelled_run_ends_and_leaves_nothing(pbx: Pbx, listener: Listener) -> None:
    before = asyncio.all_tasks()
    login = AmiLogin("127.0.0.1", pbx.port, "depok", "correct")
    link = AmiLink(login, on_event=listener.on_event, on_up=listener.on_up)
    running = asyncio.create_task(link.run())
    await until(lambda: link.state is AmiState.UP)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await pbx.stop()
    await until(lambda: asyncio.all_tasks() == before)
    assert pbx.connections == 1
