"""Phones for the lab: SIPp does the SIP, a media port of our own does the sound and the keys.

A citizen calls from 127.0.0.2, an operator's phone is at 127.0.0.3, and a citizen who is called back is at 127.0.0.4.
Every phone is a context manager; afterwards its SIPp is gone.
"""

import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self
from urllib.parse import quote

from tests.lab import media
from tests.lab.media import loudest
from tests.lab.pbx import (
    ASTERISK_ADDRESS,
    CITIZEN_ADDRESS,
    OPERATOR_ADDRESS,
    OUTSIDE_ADDRESS,
    LabError,
    free_port,
)
from tests.lab.pbx_root import PbxRoot
from tests.lab.scenarios import Behaviour, call_scenario, phone_scenario, register_request

__all__ = ["Call", "Citizen", "HangUp", "Operator", "OutsideCitizen", "Pause", "Press", "Say", "Step", "loudest"]

HALF_A_SECOND_OF_VOICE = 0.5
# What is left over after the steps before the phone hangs up, so that the last key is surely heard.
SLACK = 0.1
KEPT_OPEN = 600.0
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'


@dataclass(frozen=True)
class Press:
    """Presses keys, one after the other."""

    digits: str


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Say:
    """Makes a sound, for as long as one who leaves a message."""

    seconds: float


@dataclass(frozen=True)
class HangUp:
    """Ends the call; steps after it are not taken."""


Step = Press | Pause | Say | HangUp


class Exchange(Protocol):
    """What a phone needs of the Asterisk that it calls: the lab's own, or one on an installed host."""

    root: PbxRoot
    """Whose SIPp it is."""
    folder: Path
    sip_port: int
    outside_port: int

    @property
    def alive(self) -> bool: ...

    def rx(self, command: str) -> str: ...


class _Phone:
    """A SIPp process with its scenario, and a thread that follows what it reports and plays the sound."""

    def __init__(self, pbx: Exchange, address: str, name: str, *, idle: Sequence[media.Frame]) -> None:
        self.pbx = pbx
        self.address = address
        phones = pbx.folder / "phones"
        phones.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=phones))
        self.heard = self.folder / "heard.wav"
        self.reports: list[str] = []
        self.exit_code: int | None = None
        self._idle = idle
        self._media: media.MediaPort | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        if self._process is not None:
            raise LabError("this phone is in use already")
        self._media = media.MediaPort(self.address, idle=self._idle)
        try:
            self._process = self._start_sipp(self._media.port)
            self._thread = threading.Thread(target=self._follow, name=self.folder.name, daemon=True)
            self._thread.start()
            self._make_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self, timeout: float = 60.0) -> int:
        """Waits until SIPp has ended by itself and returns its exit code, 0 when the call went as planned."""
        assert self._process is not None
        try:
            self.exit_code = self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise LabError(
                f"{self.folder.name} is not done after {timeout:.0f} s; it reports {self.reports}"
            ) from error
        self._end_thread()
        return self.exit_code

    def wait_for(self, report: str, timeout: float = 30.0) -> None:
        """Waits until the phone has reported something, such as `ringing` or `talking`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.count(report) > 0, timeout):
                raise LabError(f"{self.folder.name}: no {report!r} within {timeout:.0f} s, only {self.reports}")

    def count(self, report: str) -> int:
        return sum(line.split()[0] == report for line in self.reports)

    def stop(self) -> None:
        """Takes the phone out of the wall; safe to call twice."""
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
        if process is not None and self.exit_code is None:
            self.exit_code = process.wait()
        self._end_thread()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def messages(self) -> str:
        """Every SIP message of the phone, as SIPp writes them down."""
        log = self.folder / "messages.log"
        return log.read_text(errors="replace") if log.exists() else ""

    @property
    def errors(self) -> str:
        """What SIPp found unexpected; the end of a planned wait, which it lists as an error too, is left out."""
        log = self.folder / "errors.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        planned = ("The following events occurred", "receive timeout on message")
        return "\n".join(line for line in lines if line.strip() and not any(words in line for words in planned))

    def _scenario(self, media_port: int) -> str:
        raise NotImplementedError

    def _arguments(self) -> list[str | bytes | Path]:
        raise NotImplementedError

    def _make_ready(self) -> None:
        """Is called once SIPp has started; the phone is in use when it returns."""

    def _talking(self, port: media.MediaPort) -> None:
        """Is called when a conversation begins."""

    def _start_sipp(self, media_port: int) -> subprocess.Popen[bytes]:
        scenario = self.folder / "scenario.xml"
        scenario.write_text(self._scenario(media_port))
        command = self.pbx.root.command(
            "usr/bin/sipp",
            f"{ASTERISK_ADDRESS}:{self.pbx.sip_port}",
            *("-sf", scenario, "-i", self.address, "-mi", self.address),
            *("-ci", self.address, "-cp", str(free_port(socket.SOCK_DGRAM, self.address))),
            *("-trace_logs", "-log_file", self._log, "-trace_err", "-error_file", self.folder / "errors.log"),
            *("-trace_msg", "-message_file", self.folder / "messages.log"),
            *("-nostdin", "-skip_rlimit", "-timer_resol", "10", *self._arguments()),
        )
        with (self.folder / "screen.log").open("wb") as screen:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={"TERM": "dumb", "PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return self.folder / "reports.log"

    def _end_thread(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._media is not None:
            self._media.save(self.heard)
            self._media.close()
            self._media = None

    def _follow(self) -> None:
        """Keeps time: one tick every 20 ms, however long the tick itself took."""
        port, reports = self._media, Lines(self._log)
        assert port is not None
        due = time.monotonic()
        while not self._over.is_set():
            for line in reports.new():
                self._report(line, port)
            port.tick()
            due += media.TICK
            time.sleep(max(0.0, due - time.monotonic()))
        for line in reports.new():
            self._report(line, port)

    def _report(self, line: str, port: media.MediaPort) -> None:
        name, *details = line.split()
        if name in {"early", "talking"} and details and details[0].isdigit():
            port.talk_to(ASTERISK_ADDRESS, int(details[0]))
        if name == "talking":
            self._talking(port)
        if name in {"bye", "hung_up", "cancelled", "refused", "gave_up"}:
            port.fall_silent()
        with self._changed:
            self.reports.append(line)
            self._changed.notify_all()


class Lines:
    """Follows a file that SIPp writes, by whole lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0

    def new(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._position)
            whole, end, _ = file.read().rpartition(b"\n")
        self._position += len(whole) + len(end)
        return [line for line in whole.decode(errors="replace").splitlines() if line.strip()]


class Call(_Phone):
    """One call into Asterisk. It ends by hanging up after the steps, or waits for Asterisk to end it."""

    def __init__(
        self,
        pbx: Exchange,
        *,
        address: str,
        from_header: str | bytes,
        dial: str,
        steps: Sequence[Step] = (),
        wait_for_bye: bool = False,
        patience: float = 60.0,
        extra_headers: Sequence[str | bytes] = (),
        name: str = "call",
    ) -> None:
        super().__init__(pbx, address, name, idle=(media.SILENCE,))
        self.dial = dial
        self._from = from_header
        self._frames = _frames(steps)
        self._wait_for_bye = wait_for_bye
        self._patience = patience
        self._extra_headers = extra_headers

    def call(self, timeout: float = 60.0) -> Self:
        """Makes the whole call, from dialling to its end."""
        with self:
            self.wait(timeout)
        return self

    @property
    def answered(self) -> bool:
        return self.count("talking") > 0

    @property
    def ended_by(self) -> Literal["pbx", "phone"] | None:
        if self.count("bye") or self.count("refused"):
            return "pbx"
        return "phone" if self.count("hung_up") or self.count("gave_up") else None

    @property
    def refused_with(self) -> int | None:
        """The SIP answer with which Asterisk refused the call, such as 404."""
        codes = [line.split()[1] for line in self.reports if line.startswith("refused ")]
        return int(codes[0]) if codes else None

    def _talking(self, port: media.MediaPort) -> None:
        port.send(self._frames)

    def _scenario(self, media_port: int) -> str:
        lasts = KEPT_OPEN if self._wait_for_bye else len(self._frames) * media.TICK + SLACK
        return call_scenario(media_port, lasts=lasts, patience=self._patience, extra=bool(self._extra_headers))

    def _arguments(self) -> list[str | bytes | Path]:
        arguments: list[str | bytes | Path] = ["-m", "1", "-p", str(free_port(socket.SOCK_DGRAM, self.address))]
        keys = {
            "the_dialled": quote(self.dial, safe="*+"),
            "the_from": self._from,
            "the_branch": f"z9hG4bK-{uuid.uuid4().hex}",
            "the_extra": b"\r\n".join(_bytes(header) for header in self._extra_headers),
        }
        for key, value in keys.items():
            arguments += ["-key", key, _bytes(value)]
        return arguments


class Citizen(Call):
    """Somebody who calls the city. Without a number, one who withholds it.

    A `from_header` is sent as it is, hostile or not; only the tag without which no call exists is added at its end.
    """

    def __init__(
        self,
        pbx: Exchange,
        number: str | None = "081100001234",
        name: str | None = None,
        dial: str = "1500664",
        steps: Sequence[Step] = (),
        *,
        wait_for_bye: bool = False,
        patience: float = 60.0,
        from_header: str | bytes | None = None,
        extra_headers: Sequence[str | bytes] = (),
    ) -> None:
        super().__init__(
            pbx,
            address=CITIZEN_ADDRESS,
            from_header=from_header if from_header is not None else _from_header(number, name),
            dial=dial,
            steps=steps,
            wait_for_bye=wait_for_bye,
            patience=patience,
            extra_headers=extra_headers,
            name="citizen",
        )


class _Answering(_Phone):
    """A phone that Asterisk calls, as often as it likes."""

    def __init__(
        self,
        pbx: Exchange,
        address: str,
        port: int,
        name: str,
        *,
        behaviour: Behaviour,
        after: float,
        talk_seconds: float | None,
        idle: Sequence[media.Frame],
        forwards_to: str | None = None,
    ) -> None:
        super().__init__(pbx, address, name, idle=idle)
        self._port = port
        self._behaviour = behaviour
        self._forwards_to = forwards_to
        self._after = after
        self._talk_seconds = talk_seconds

    @property
    def calls_taken(self) -> int:
        return self.count("talking")

    @property
    def calls_seen(self) -> int:
        return self.count("ringing")

    def _make_ready(self) -> None:
        deadline = time.monotonic() + 5
        while not _is_bound(self.address, self._port):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"{self.folder.name}: SIPp does not listen: {self.errors}")
            time.sleep(0.02)

    def _scenario(self, media_port: int) -> str:
        return phone_scenario(
            media_port,
            self._behaviour,
            after=self._after,
            talk_seconds=self._talk_seconds,
            forwards_to=self._forwards_to,
        )

    def _arguments(self) -> list[str | bytes | Path]:
        return ["-p", str(self._port)]


def _behaviour(*, answers: bool, busy: bool) -> Behaviour:
    return "busy" if busy else "answers" if answers else "rings"


class Operator(_Answering):
    """An operator's phone: answers after some seconds of ringing, or rings in vain, is always busy, or is forwarded."""

    def __init__(
        self,
        pbx: Exchange,
        number: str,
        *,
        answers: bool = True,
        busy: bool = False,
        after: float = 1.0,
        talk_seconds: float | None = None,
        forwards_to: str | None = None,
    ) -> None:
        super().__init__(
            pbx,
            OPERATOR_ADDRESS,
            free_port(socket.SOCK_DGRAM, OPERATOR_ADDRESS),
            f"operator-{number}",
            behaviour="forwards" if forwards_to else _behaviour(answers=answers, busy=busy),
            after=after,
            talk_seconds=talk_seconds,
            idle=media.tone(800, HALF_A_SECOND_OF_VOICE),
            forwards_to=forwards_to,
        )
        self.number = number
        self._signed_on = False

    def _make_ready(self) -> None:
        """Returns when Asterisk knows that the phone is there, so that the queue can count on it."""
        super()._make_ready()
        self._register(expires=3600)
        self._signed_on = True
        self._until_no_queue_says("Unavailable")

    def stop(self) -> None:
        """Signs off, and returns when Asterisk knows that the phone is gone."""
        super().stop()
        if self._signed_on and self.pbx.alive:
            self._signed_on = False
            self._register(expires=0)
            self._until_no_queue_says("Not in use")

    def unplug(self) -> None:
        """Takes the phone away without a word: Asterisk still believes that it is there."""
        super().stop()

    def call(
        self, number: str, steps: Sequence[Step] = (), *, wait_for_bye: bool = False, patience: float = 60.0
    ) -> Call:
        """Returns a call that the operator dials, not yet begun."""
        return Call(
            self.pbx,
            address=OPERATOR_ADDRESS,
            from_header=_from_header(self.number, None),
            dial=number,
            steps=steps,
            wait_for_bye=wait_for_bye,
            patience=patience,
            name=f"call-by-{self.number}",
        )

    def _register(self, *, expires: int) -> None:
        request = register_request(self.number, self.address, self._port, expires=expires)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.bind((self.address, 0))
            line.settimeout(2)
            line.sendto(request.encode(), (ASTERISK_ADDRESS, self.pbx.sip_port))
            try:
                answer = line.recv(4096).decode(errors="replace")
            except TimeoutError as error:
                raise LabError(f"{self.folder.name}: Asterisk does not answer a REGISTER") from error
        if not answer.startswith("SIP/2.0 200 "):
            raise LabError(f"{self.folder.name}: Asterisk answers a REGISTER with {answer.splitlines()[0]}")

    def _until_no_queue_says(self, outdated: str) -> None:
        """Queues learn of a phone a moment after the phone has signed on or off."""
        member = re.compile(rf"PJSIP/{self.number}\).*\({outdated}\)")
        deadline = time.monotonic() + 5
        while member.search(self.pbx.rx("queue show")):
            if time.monotonic() > deadline:
                raise LabError(f"{self.folder.name}: a queue still takes the phone for {outdated.lower()}")
            time.sleep(0.02)


class OutsideCitizen(_Answering):
    """A citizen who is called by the city, by way of the trunk."""

    def __init__(
        self,
        pbx: Exchange,
        *,
        answers: bool = True,
        busy: bool = False,
        after: float = 1.0,
        talk_seconds: float | None = None,
    ) -> None:
        super().__init__(
            pbx,
            OUTSIDE_ADDRESS,
            pbx.outside_port,
            "outside",
            behaviour=_behaviour(answers=answers, busy=busy),
            after=after,
            talk_seconds=talk_seconds,
            idle=media.tone(600, HALF_A_SECOND_OF_VOICE),
        )


def _frames(steps: Sequence[Step]) -> list[media.Frame]:
    frames: list[media.Frame] = []
    for step in steps:
        match step:
            case Press(digits):
                frames += media.keys(digits)
            case Pause(seconds):
                frames += media.silence(seconds)
            case Say(seconds):
                frames += media.tone(500, seconds)
            case HangUp():
                break
    return frames


def _from_header(number: str | None, name: str | None) -> str:
    if number is None:
        return ANONYMOUS
    shown = "" if name is None else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" '
    return f"{shown}<sip:{quote(number, safe='+*')}@{CITIZEN_ADDRESS}>"


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _is_bound(address: str, port: int) -> bool:
    """Asks the kernel's list: to try the port would be to hold it at the moment when SIPp wants it."""
    local = f"{int.from_bytes(socket.inet_aton(address), sys.byteorder):08X}:{port:04X}"
    return any(line.split()[1] == local for line in Path("/proc/net/udp").read_text().splitlines())
