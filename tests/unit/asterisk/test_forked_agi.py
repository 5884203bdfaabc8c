"""The forked script, with text files for Asterisk's pipes, and once as a process of its own."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.asterisk.fastagi import FastAgiCaller, _Request
from depok_agi.asterisk.forked_agi import PystCaller, drive, main
from depok_agi.errors import AsteriskError, CallerGoneError, NotFoundError
from depok_agi.voice.caller import Caller, CallerInfo, Language

OPENING = (
    "agi_request: depok-agi-step\nagi_uniqueid: 1700000000.1\nagi_callerid: 081234567890\n"
    "agi_calleridname: Siti: binti O'Brien\nagi_dnid: 1500500\nagi_extension: s\nagi_language: en\n\n"
)
Try = Callable[[Caller], Awaitable[Any]]


@pytest.fixture(autouse=True)
def _restore_sighup() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def pipes(*replies: str) -> tuple[io.StringIO, io.StringIO]:
    return io.StringIO(OPENING + "".join(f"{reply}\n" for reply in replies)), io.StringIO()


async def call(what: Try, caller: Caller) -> Any:
    return await what(caller)


def run(what: Try, *replies: str) -> tuple[Any, list[str]]:
    stdin, stdout = pipes(*replies)
    result = drive(call(what, PystCaller(stdin, stdout)))
    return result, stdout.getvalue().splitlines()


def test_the_caller_is_read_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    caller = PystCaller(*pipes())
    assert caller.info == CallerInfo("1700000000.1", "081234567890", "Siti: binti O'Brien", "1500500", Language.ENGLISH)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("what", "replies", "result", "commands"),
    [
        (lambda c: c.play(["a", "b"], "1"), ["200 result=0", "200 result=49 endpos=9"], "1", 2),
        (lambda c: c.play(["missing", "b"]), ["200 result=-1 endpos=0", "200 result=6", "200 result=0"], "", 3),
        (lambda c: c.wait_key(1), ["200 result=0"], "", 1),
        (lambda c: c.ask_digits("a", digits=4, seconds=1), ["200 result= (timeout)"], "", 1),
        (lambda c: c.ask_digits("a", digits=4, seconds=1), ["200 result=-1", "200 result=6", "200 result=12"], "12", 3),
        (lambda c: c.set_language(Language.ENGLISH), ["200 result=1"], None, 1),
        (lambda c: c.set_variable("DEPOK_RESULT", "open"), ["200 result=1"], None, 1),
    ],
)
def test_a_step_talks_to_its_caller(what: Try, replies: list[str], result: object, commands: int) -> None:
    answer, sent = run(what, *replies)
    assert answer == result
    assert len(sent) == commands


def test_a_value_cannot_inject_a_command() -> None:
    evil = 'x"\nEXEC System "rm"\r\0\\'
    _, sent = run(lambda c: c.set_variable("DEPOK_NOTE", evil), "200 result=1")
    assert sent == ['SET VARIABLE "DEPOK_NOTE" "x\\" EXEC System \\"rm\\"  \\\\"']


def test_the_librarys_own_quoting_is_mended_too() -> None:
    assert PystCaller(*pipes())._agi._quote('a"\nb') == '"a\\" b"'


@pytest.mark.parametrize(
    "replies",
    [
        (),
        ("HANGUP",),
        ("200 result=-1",),
        ("200 result=-1 (hangup)",),
        ("511 Command Not Permitted on a dead channel",),
        ("520-Invalid command syntax.  Proper usage follows:", "Usage: WAIT FOR DIGIT"),
    ],
)
def test_every_sign_of_a_hangup_is_one_error(replies: tuple[str, ...]) -> None:
    with pytest.raises(CallerGoneError):
        run(lambda c: c.wait_key(1), *replies)


def test_a_prompt_that_a_hangup_ends_is_not_passed_over() -> None:
    with pytest.raises(CallerGoneError):
        run(lambda c: c.play(["a", "b"]), "200 result=-1 endpos=9", "511 Command Not Permitted on a dead channel")


@pytest.mark.parametrize("reply", ["510 Invalid or unknown command", "nonsense", "520 Invalid command syntax."])
def test_a_refused_command_is_not_taken_for_a_hangup(reply: str) -> None:
    with pytest.raises(AsteriskError):
        run(lambda c: c.wait_key(1), reply)


def test_sighup_is_a_hangup() -> None:
    stdin, stdout = pipes("200 result=1")
    caller = PystCaller(stdin, stdout)
    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(CallerGoneError):
        drive(caller.set_variable("DEPOK_RESULT", "open"))
    assert stdout.getvalue() == ""


class BrokenPipe(io.StringIO):
    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_broken_pipe_is_a_hangup() -> None:
    caller = PystCaller(pipes()[0], BrokenPipe())
    with pytest.raises(CallerGoneError):
        drive(caller.wait_key(1))


def test_a_closed_output_is_a_hangup() -> None:
    stdin, stdout = pipes()
    caller = PystCaller(stdin, stdout)
    stdout.close()
    with pytest.raises(CallerGoneError):
        drive(caller.wait_key(1))


def test_it_works_outside_of_the_main_thread() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(PystCaller(*pipes()).info.uniqueid))
    thread.start()
    thread.join()
    assert found == ["1700000000.1"]


def test_drive_gives_the_result_and_refuses_a_real_wait() -> None:
    class Wait:
        def __await__(self) -> Generator[None, None, None]:
            yield None

    async def waits() -> None:
        await Wait()

    async def answers() -> int:
        return 7

    assert drive(answers()) == 7
    with pytest.raises(RuntimeError, match="waits for something other"):
        drive(waits())


class Sink:
    """The writer of a connection, in memory."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        self.sent += data

    async def drain(self) -> None:
        pass


async def over_fastagi(calls: list[tuple[Any, ...]], replies: bytes) -> str:
    reader, sink = asyncio.StreamReader(), Sink()
    reader.feed_data(replies)
    request = _Request(app=None, headers={}, reader=reader, writer=sink, encoding="utf-8")
    await script(FastAgiCaller(request, reply_seconds=5), calls)
    return sink.sent.decode()


NAMES = st.text(alphabet="abcxyz019-", min_size=1, max_size=8)
CALLS = st.one_of(
    st.tuples(st.just("play"), st.lists(NAMES, max_size=3), st.text(alphabet="0123456789*#", max_size=3)),
    st.tuples(st.just("wait_key"), st.floats(0, 60)),
    st.tuples(st.just("ask_digits"), NAMES, st.integers(1, 255), st.floats(0, 60)),
    st.tuples(st.just("set_language"), st.sampled_from(Language)),
    st.tuples(st.just("set_variable"), st.sampled_from(["DEPOK_RESULT", "DEPOK_KEYS"]), st.text(max_size=50)),
)


async def script(caller: Caller, calls: list[tuple[Any, ...]]) -> None:
    for name, *arguments in calls:
        if name == "ask_digits":
            await caller.ask_digits(arguments[0], digits=arguments[1], seconds=arguments[2])
        else:
            await getattr(caller, name)(*arguments)


@given(st.lists(CALLS, max_size=5))
def test_a_step_says_the_same_through_both_doors(calls: list[tuple[Any, ...]]) -> None:
    replies = "200 result=0\n" * 15
    stdin, stdout = io.StringIO(OPENING + replies), io.StringIO()
    drive(script(PystCaller(stdin, stdout), calls))
    assert stdout.getvalue() == asyncio.run(over_fastagi(calls, replies.encode()))


def stand_ins(monkeypatch: pytest.MonkeyPatch, run_step: Callable[..., Any]) -> list[Path]:
    """Put modules of our own where `main` imports the steps from."""
    folders: list[Path] = []
    voice = sys.modules["depok_agi.voice"]
    published, steps = ModuleType("depok_agi.voice.published"), ModuleType("depok_agi.voice.steps")
    published.load = folders.append  # type: ignore[attr-defined]
    steps.run = run_step  # type: ignore[attr-defined]
    for module in (published, steps):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(voice, module.__name__.rpartition(".")[2], module, raising=False)
    return folders


def asterisk_starts(monkeypatch: pytest.MonkeyPatch, opening: bytes = OPENING.encode()) -> io.BytesIO:
    sent = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(opening + b"200 result=1\n"), encoding="ascii"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(sent, encoding="ascii"))
    return sent


def test_main_runs_the_step_on_what_was_published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[object] = []

    async def run_step(name: str, caller: Caller, _centre: object) -> None:
        seen.extend([name, caller.info.name])
        await caller.set_variable("DEPOK_RESULT", "señorita")

    folders = stand_ins(monkeypatch, run_step)
    sent = asterisk_starts(monkeypatch, OPENING.encode().replace(b"Siti", b"Jos\xe9"))
    monkeypatch.setenv("DEPOK_AGI_PUBLISHED", str(tmp_path))
    assert main(["hours"]) == 0
    assert seen == ["hours", "Jos\ufffd: binti O'Brien"]
    assert folders == [tmp_path]
    assert sent.getvalue() == 'SET VARIABLE "DEPOK_RESULT" "señorita"\n'.encode()


def test_a_step_gets_its_argument_as_it_does_over_fastagi(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    async def run_step(name: str, caller: Caller, _centre: object) -> None:
        seen.extend([name, caller.info.arguments])

    stand_ins(monkeypatch, run_step)
    asterisk_starts(monkeypatch, OPENING.encode().replace(b"\n\n", b"\nagi_arg_1: menu\nagi_arg_2: main/opd\n\n"))
    assert main(["menu", "main/opd"]) == 0
    assert seen == ["menu", ("main/opd",)]


def test_main_finds_the_folder_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_step(*_: object) -> None:
        pass

    folders = stand_ins(monkeypatch, run_step)
    asterisk_starts(monkeypatch)
    monkeypatch.delenv("DEPOK_AGI_PUBLISHED", raising=False)
    assert main(["hours"]) == 0
    asterisk_starts(monkeypatch)
    monkeypatch.setenv("DEPOK_AGI_PUBLISHED", "elsewhere")
    assert main(["hours"]) == 0
    assert folders == [Path("/var/lib/depok-agi/published"), Path("elsewhere")]


@pytest.mark.parametrize("error", [NotFoundError("no step of 081234567890"), ValueError("081234567890")])
def test_main_says_a_failure_in_one_line_without_the_caller(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run_step(*_: object) -> None:
        raise error

    stand_ins(monkeypatch, run_step)
    asterisk_starts(monkeypatch)
    assert main(["hours"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"depok-agi-step failed: {type(error).__name__} at test_forked_agi.py:")
    assert said.count("\n") == 1
    assert "0812" not in said


def test_main_is_silent_when_the_caller_is_gone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run_step(_name: str, caller: Caller, _centre: object) -> None:
        await caller.set_variable("DEPOK_KEYS", "1")
        await caller.set_variable("DEPOK_RESULT", "open")

    stand_ins(monkeypatch, run_step)
    asterisk_starts(monkeypatch)
    assert main(["hours"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"]])
def test_main_refuses_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: depok-agi-step" in capsys.readouterr().err


def test_main_by_hand_says_that_asterisk_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run_step(*_: object) -> None:
        pass

    stand_ins(monkeypatch, run_step)
    asterisk_starts(monkeypatch, b"")
    assert main(["hours"]) == 1
    assert "not started by Asterisk" in capsys.readouterr().err


def test_imports_stay_small() -> None:
    heavy = {"asyncio", "click", "panoramisk", "msgspec", "aiosqlite", "rich", "holidays"}
    code = f"import sys, depok_agi.asterisk.forked_agi; print(*sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_process_whose_asterisk_is_gone_ends_in_silence() -> None:
    code = (
        "import sys, types\n"
        "from depok_agi import voice\n"
        "from depok_agi.asterisk.forked_agi import main\n"
        "async def run(name, caller, centre): await caller.wait_key(1)\n"
        "for name, what in (('steps', {'run': run}), ('published', {'load': str})):\n"
        "    module = types.SimpleNamespace(**what)\n"
        "    sys.modules['depok_agi.voice.' + name] = module\n"
        "    setattr(voice, name, module)\n"
        "sys.exit(main(['hours']))\n"
    )
    read_end, write_end = os.pipe()
    os.close(read_end)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=OPENING.encode(),
        stdout=write_end,
        stderr=subprocess.PIPE,
        env=buffered,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")
