"""A raw client on a loopback socket plays Asterisk; the server under test is the real one."""

import asyncio
import io
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from depok_agi.asterisk.fastagi import FastAgiServer, Step
from depok_agi.asterisk.forked_agi import PystCaller, drive
from depok_agi.errors import AsteriskError, CallerGoneError
from depok_agi.voice.caller import Caller, CallerInfo, Language

PATIENCE = 5
HEADERS = (
    b"agi_network: yes\nagi_network_script: %s\nagi_request: agi://127.0.0.1/x\nagi_uniqueid: 1700000000.1\n"
    b"agi_callerid: 081234567890\nagi_calleridname: %s\nagi_dnid: 1500500\nagi_extension: s\nagi_language: id\n\n"
)


class Asterisk:
    """One connection from Asterisk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def begin(self, script: str = "step", name: bytes = b"Siti") -> None:
        self.writer.write(HEADERS % (script.encode(), name))

    def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\n")

    async def hear(self) -> str:
        """The next command; "" when the server closed."""
        async with asyncio.timeout(PATIENCE):
            try:
                return (await self.reader.readline()).decode().removesuffix("\n")
            except ConnectionError:
                return ""

    async def converse(self, *replies: str) -> list[str]:
        heard = []
        for reply in replies:
            heard.append(await self.hear())
            self.say(reply)
        return heard


@asynccontextmanager
async def serving(step: Step, **settings: Any) -> AsyncIterator[tuple[FastAgiServer, int]]:
    server = FastAgiServer({"step": step}, **settings)
    port = await server.start("127.0.0.1", 0)
    try:
        yield server, port
    finally:
        await server.drain(0)


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Asterisk]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Asterisk(reader, writer)
    finally:
        writer.close()


class Tried:
    """Runs what a test wants of the caller as the step, and keeps how it ended."""

    def __init__(self, *calls: Any) -> None:
        self.calls = calls
        self.results: list[Any] = []
        self.info: CallerInfo | None = None
        self.error: BaseException | None = None
        self.ended = asyncio.Event()

    async def __call__(self, caller: Caller) -> None:
        self.info = caller.info
        try:
            for call in self.calls:
                self.results.append(await call(caller))
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.ended.set()

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.ended.wait()


async def test_a_step_talks_to_its_caller() -> None:
    tried = Tried(
        lambda caller: caller.play(["welcome", "menu-main"], "12"),
        lambda caller: caller.wait_key(4),
        lambda caller: caller.wait_key(4),
        lambda caller: caller.ask_digits("ask-number", digits=16, seconds=5),
        lambda caller: caller.ask_digits("ask-number", digits=16, seconds=5),
        lambda caller: caller.set_language(Language.ENGLISH),
        lambda caller: caller.set_variable("DEPOK_RESULT", "open"),
    )
    async with serving(tried) as (server, port), calling(port) as asterisk:
        asterisk.begin()
        heard = await asterisk.converse(
            "200 result=0 endpos=8000",
            "200 result=50 endpos=1200",
            "200 result=0",
            "200 result=35",
            "200 result=0812 (timeout)",
            "200 result= (timeout)",
            "200 result=1",
        )
        assert server.running == 1
        heard += await asterisk.converse("200 result=1")
        assert await asterisk.hear() == ""
        assert server.running == 0
    assert heard == [
        'STREAM FILE "depok/welcome" "12"',
        'STREAM FILE "depok/menu-main" "12"',
        "WAIT FOR DIGIT 4000",
        "WAIT FOR DIGIT 4000",
        'GET DATA "depok/ask-number" 5000 16',
        'GET DATA "depok/ask-number" 5000 16',
        'SET VARIABLE "CHANNEL(language)" "en"',
        'SET VARIABLE "DEPOK_RESULT" "open"',
    ]
    assert tried.results == ["2", "", "#", "0812", "", None, None]
    assert tried.info == CallerInfo("1700000000.1", "081234567890", "Siti", "1500500", Language.INDONESIAN)


async def test_the_step_is_named_by_the_path_without_a_query() -> None:
    tried = Tried()
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin("step?lang=id")
        await tried.wait()


async def test_a_port_scan_does_not_spin_the_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(Tried()) as (server, port):
        for first in (b"", b"agi_network: yes\n"):
            async with calling(port) as scanner:
                scanner.writer.write(first)
        busy = time.process_time()
        async with asyncio.timeout(PATIENCE):
            while server.never_spoke < 2:  # noqa: ASYNC110 - what is waited for happens inside the server
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert time.process_time() - busy < 0.08
        assert server.running == 0
    assert caplog.text == ""


async def test_a_slow_header_is_cut_off() -> None:
    async with serving(Tried(), header_seconds=0.03) as (server, port), calling(port) as asterisk:
        asterisk.say("agi_network: yes")
        assert await asterisk.hear() == ""
        assert server.never_spoke == 1


async def test_a_huge_header_is_cut_off() -> None:
    async with serving(Tried()) as (server, port), calling(port) as asterisk:
        asterisk.say("x" * 40_000)
        assert await asterisk.hear() == ""
        assert server.never_spoke == 1


async def test_garbage_bytes_are_closed_quietly() -> None:
    async with serving(Tried()) as (_, port):
        for garbage in (b"\x16\x03\x01\x02\x00\n\n", b"GET / HTTP/1.1\r\n\r\n\n\n", b"\n\n", b"\xff" * 100 + b"\n\n"):
            async with calling(port) as asterisk:
                asterisk.writer.write(garbage)
                assert await asterisk.hear() == ""


async def test_a_name_that_is_no_utf8_does_not_kill_the_step() -> None:
    tried = Tried()
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin(name=b"Jos\xe9")
        await tried.wait()
    assert tried.info is not None
    assert tried.info.name == "Jos\ufffd"


async def test_an_unknown_step_is_closed_with_one_line_and_no_number(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Tried()) as (_, port):
        for script in ("nonesuch", "0812 Siti"):
            async with calling(port) as asterisk:
                asterisk.begin(script)
                assert await asterisk.hear() == ""
    assert [record.message for record in caplog.records] == [
        "FastAGI has no step nonesuch",
        "FastAGI has no step of such a name",
    ]


async def test_a_step_that_raises_is_logged_without_the_caller_and_closed(caplog: pytest.LogCaptureFixture) -> None:
    async def step(caller: Caller) -> None:
        raise ValueError(f"bad number {caller.info.number}")

    async with serving(step) as (server, port), calling(port) as asterisk:
        asterisk.begin()
        assert await asterisk.hear() == ""
        assert server.running == 0
    assert "step step failed, call 1700000000.1: ValueError at test_fastagi.py:" in caplog.text
    assert "0812" not in caplog.text
    assert "Siti" not in caplog.text


async def test_a_hangup_line_is_no_reply_and_keeps_replies_in_step(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[object] = []

    async def step(caller: Caller) -> None:
        seen.append(await caller.wait_key(1))
        for _ in range(2):
            with pytest.raises(CallerGoneError):
                await caller.wait_key(1)
            seen.append("gone")
        raise CallerGoneError("the caller hung up")

    async with serving(step) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.converse("200 result=49")
        assert await asterisk.hear() == "WAIT FOR DIGIT 1000"
        asterisk.say("HANGUP")
        asterisk.say("511 Command Not Permitted on a dead channel or intercept routine")
        assert await asterisk.hear() == ""
    assert seen == ["1", "gone", "gone"]
    assert caplog.text == ""


async def test_a_hangup_line_before_a_good_reply_still_means_gone() -> None:
    tried = Tried(lambda caller: caller.set_variable("DEPOK_RESULT", "open"))
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        asterisk.say("HANGUP")
        assert await asterisk.converse("200 result=1") == ['SET VARIABLE "DEPOK_RESULT" "open"']
        await tried.wait()
    assert isinstance(tried.error, CallerGoneError)


@pytest.mark.parametrize("reply", ["200 result=-1", "200 result=-1 (hangup)", "511 Command Not Permitted"])
async def test_a_failed_wait_means_that_the_caller_is_gone_for_good(
    reply: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def step(caller: Caller) -> None:
        with pytest.raises(CallerGoneError):
            await caller.wait_key(1)
        await caller.set_variable("DEPOK_RESULT", "open")

    tried = Tried(step)
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.converse(reply)
        assert await asterisk.hear() == ""
    assert isinstance(tried.error, CallerGoneError)
    assert caplog.text == ""


async def test_the_end_of_the_stream_in_mid_step_means_that_the_caller_is_gone() -> None:
    tried = Tried(lambda caller: caller.wait_key(1))
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.hear()
        asterisk.writer.close()
        await tried.wait()
    assert isinstance(tried.error, CallerGoneError)


async def test_a_missing_prompt_is_passed_over() -> None:
    tried = Tried(
        lambda caller: caller.play(["missing", "menu-main"], "1"),
        lambda caller: caller.ask_digits("missing", digits=4, seconds=2),
    )
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        heard = await asterisk.converse(
            "200 result=-1 endpos=0",
            "200 result=6",
            "200 result=49 endpos=10",
            "200 result=-1",
            "200 result=6",
            "200 result=12",
        )
        await tried.wait()
    assert heard == [
        'STREAM FILE "depok/missing" "1"',
        "CHANNEL STATUS",
        'STREAM FILE "depok/menu-main" "1"',
        'GET DATA "depok/missing" 2000 4',
        "CHANNEL STATUS",
        'GET DATA "" 2000 4',
    ]
    assert tried.results == ["1", "12"]


@pytest.mark.parametrize("status", ["511 Command Not Permitted on a dead channel", "200 result=-1"])
async def test_a_prompt_that_a_hangup_ends_is_not_passed_over(status: str) -> None:
    tried = Tried(lambda caller: caller.play(["welcome", "menu-main"]))
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.converse("200 result=-1 endpos=900", status)
        assert await asterisk.hear() == ""
    assert isinstance(tried.error, CallerGoneError)


async def test_a_usage_reply_of_many_lines_keeps_replies_in_step() -> None:
    seen: list[str] = []

    async def step(caller: Caller) -> None:
        with pytest.raises(AsteriskError, match="520"):
            await caller.wait_key(1)
        seen.append(await caller.wait_key(1))

    async with serving(step) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        usage = "520-Invalid command syntax.  Proper usage follows:\nUsage: WAIT\n\n More\n520 End of proper usage."
        await asterisk.converse(usage, "200 result=50")
        assert await asterisk.hear() == ""
    assert seen == ["2"]


@pytest.mark.parametrize("line", ["nonsense", "", "x" * 40_000])
async def test_a_reply_that_cannot_be_understood_fails_the_step(line: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Tried(lambda caller: caller.wait_key(1))) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.converse(line)
        assert await asterisk.hear() == ""
    assert "an AGI reply that cannot be understood" in caplog.text


async def test_a_reply_that_does_not_come_fails_the_step(caplog: pytest.LogCaptureFixture) -> None:
    step = Tried(lambda caller: caller.wait_key(1))
    async with serving(step, reply_seconds=0.03) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        assert await asterisk.hear() == "WAIT FOR DIGIT 1000"
        assert await asterisk.hear() == ""
    assert "did not answer an AGI command within 0.03 s" in caplog.text


async def test_a_step_that_gave_up_a_reply_cannot_take_it_for_the_next_one() -> None:
    async def step(caller: Caller) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(caller.wait_key(1), 0.02)
        await caller.set_variable("DEPOK_RESULT", "open")

    tried = Tried(step)
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.hear()
        assert await asterisk.hear() == ""
    assert isinstance(tried.error, AsteriskError)


async def test_a_step_has_an_end(caplog: pytest.LogCaptureFixture) -> None:
    async def step(_caller: Caller) -> None:
        await asyncio.Event().wait()

    async with serving(step, step_seconds=0.03) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        assert await asterisk.hear() == ""
    assert "step step failed, call 1700000000.1: TimeoutError" in caplog.text


async def test_a_value_cannot_inject_a_command() -> None:
    evil = 'x"\nEXEC System "rm"\r\0\\'
    tried = Tried(lambda caller: caller.set_variable("DEPOK_NOTE", evil))
    async with serving(tried) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        heard = await asterisk.converse("200 result=1")
        assert await asterisk.hear() == ""
    assert heard == ['SET VARIABLE "DEPOK_NOTE" "x\\" EXEC System \\"rm\\"  \\\\"']


async def test_more_connections_than_allowed_are_turned_away() -> None:
    async with serving(Tried(), max_connections=1) as (_, port), calling(port), calling(port) as second:
        assert await second.hear() == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1", "::", "example.org", "localhost"])  # noqa: S104 - refused
async def test_only_a_loopback_address_is_listened_on(host: str) -> None:
    with pytest.raises(AsteriskError, match="loopback"):
        await FastAgiServer({}).start(host, 0)


async def test_a_port_in_use_is_one_clear_error() -> None:
    async with serving(Tried()) as (_, port):
        with pytest.raises(AsteriskError, match=f"cannot listen on 127.0.0.1:{port}"):
            await FastAgiServer({}).start("127.0.0.1", port)


async def test_drain_lets_a_running_step_finish_and_takes_no_more() -> None:
    tried = Tried(lambda caller: caller.wait_key(1), lambda caller: caller.set_variable("DEPOK_RESULT", "open"))
    async with serving(tried) as (server, port), calling(port) as asterisk, calling(port) as silent:
        asterisk.begin()
        await asterisk.hear()
        draining = asyncio.create_task(server.drain(PATIENCE))
        assert await silent.hear() == ""
        with pytest.raises(OSError, match="onnect"):
            await asyncio.open_connection("127.0.0.1", port)
        asterisk.say("200 result=0")
        assert await asterisk.converse("200 result=1") == ['SET VARIABLE "DEPOK_RESULT" "open"']
        async with asyncio.timeout(PATIENCE):
            await draining
    assert tried.error is None
    assert server.running == 0


async def test_drain_cancels_a_step_after_its_limit() -> None:
    tried = Tried(lambda caller: caller.wait_key(1))
    async with serving(tried) as (server, port), calling(port) as asterisk:
        asterisk.begin()
        await asterisk.hear()
        async with asyncio.timeout(PATIENCE):
            await server.drain(0.03)
        assert await asterisk.hear() == ""
        assert server.running == 0
    assert isinstance(tried.error, asyncio.CancelledError)


async def test_drain_before_start_is_nothing() -> None:
    server = FastAgiServer({})
    await server.drain(1)
    assert server.running == 0
    assert server.never_spoke == 0


async def test_both_doors_say_the_same_to_asterisk() -> None:
    async def step(caller: Caller) -> None:
        await caller.play(["welcome", "menu-main"], "123*#")
        await caller.wait_key(2.5)
        await caller.ask_digits("ask-number", digits=13, seconds=4)
        await caller.set_language(Language.ENGLISH)
        await caller.set_variable("DEPOK_RESULT", 'a "quoted"\nvalue\\')

    replies = ["200 result=0 endpos=1", "200 result=-1 endpos=0", "200 result=6", "200 result=0", "200 result=1"]
    replies += ["200 result=1", "200 result=1"]
    async with serving(step) as (_, port), calling(port) as asterisk:
        asterisk.begin()
        over_fastagi = await asterisk.converse(*replies)
        assert await asterisk.hear() == ""

    before = signal.getsignal(signal.SIGHUP)
    stdin = io.StringIO((HEADERS % (b"step", b"Siti")).decode() + "".join(f"{reply}\n" for reply in replies))
    stdout = io.StringIO()
    drive(step(PystCaller(stdin, stdout)))
    signal.signal(signal.SIGHUP, before)
    assert stdout.getvalue().splitlines() == over_fastagi
