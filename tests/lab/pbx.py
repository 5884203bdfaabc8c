"""A real Asterisk with the project's own dialplan, in a folder of its own, on loopback alone.

An Asterisk that already runs on this machine is not disturbed: every folder, port and control socket is the lab's, and
several labs can run at the same time.
"""

import contextlib
import math
import random
import re
import secrets
import shutil
import socket
import string
import struct
import subprocess
import tempfile
import time
import wave
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.pbx_root import PbxRoot

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parents[1] / "dialplan"

ASTERISK_ADDRESS = "127.0.0.1"
CITIZEN_ADDRESS = "127.0.0.2"
OPERATOR_ADDRESS = "127.0.0.3"
OUTSIDE_ADDRESS = "127.0.0.4"
GATEWAY_ADDRESS = "127.0.0.5"

# Below the range from which the kernel hands out ports by itself, so that no other program takes one meanwhile.
PORTS = range(20000, 32000)
RTP_BLOCKS = range(12000, 20000, 200)
# Of no interest to the lab, but Asterisk complains when they are missing.
STOCK_FILES = ("acl", "ccss", "features", "indications", "pjproject", "stasis", "udptl")
AS_SHIPPED = ""
MANNED = """\
; Two are always there, get the next call at once, and are never paused: most tests are about something else.
wrapuptime = 0
autopause = no
member => PJSIP/101,0,siti,PJSIP/101
member => PJSIP/102,0,budi,PJSIP/102
"""
STARTS_WITHIN = 30.0
STOPS_WITHIN = 5.0


class LabError(Exception):
    """The lab did not do what it should; the message holds what Asterisk or SIPp said."""


class _Template(string.Template):
    """`~{name}`, since `$` belongs to Asterisk and `@` to SIP."""

    delimiter = "~"


class Pbx:
    """One Asterisk. Use it as a context manager: nothing is left of it afterwards but its folder."""

    def __init__(
        self,
        root: PbxRoot,
        folder: Path,
        *,
        globals: Mapping[str, str] | None = None,  # noqa: A002 - Asterisk's own word for them
        dialplan: str | None = None,
        queue: str = MANNED,
    ) -> None:
        """Chooses ports and writes the folder; `start` starts it.

        Args:
            root: Where Asterisk and SIPp are.
            folder: Where everything goes; it is made when missing.
            globals: Dialplan variables that are set before the shipped dialplan is read.
            dialplan: Extensions that take the place of the shipped `dialplan/NN_*.conf`.
            queue: What the lab adds to the shipped queue; AS_SHIPPED for nothing.
        """
        self.root = root
        self.folder = folder.resolve()
        self.sip_port = free_port(socket.SOCK_DGRAM, ASTERISK_ADDRESS)
        self.ami_port = free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS)
        self.fastagi_port = free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS)
        self.outside_port = free_port(socket.SOCK_DGRAM, OUTSIDE_ADDRESS)
        self.gateway_port = free_port(socket.SOCK_DGRAM, GATEWAY_ADDRESS)
        self.ami_user = "depok-agi"
        self.ami_secret = secrets.token_urlsafe(18)
        self.config = self.folder / "etc" / "asterisk.conf"
        self.log = self.folder / "log" / "full"
        self.queue_log = self.folder / "log" / "queue_log"
        self.cdr_csv = self.folder / "log" / "cdr-csv" / "Master.csv"
        self.cel_csv = self.folder / "log" / "cel-custom" / "depok.csv"
        self.sounds = self.folder / "data" / "sounds"
        self.agi_bin = self.folder / "agi-bin"
        self.spool = self.folder / "spool"
        self.globals = {"DEPOK_FASTAGI": f"{ASTERISK_ADDRESS}:{self.fastagi_port}", **(globals or {})}
        self._dialplan = dialplan
        self._queue = queue
        self._process: subprocess.Popen[bytes] | None = None
        self._run: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        if self._process is None:
            raise LabError("Asterisk is not running")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when Asterisk is fully booted and its manager port is open."""
        if self._process is not None:
            raise LabError("Asterisk is already running")
        # Its own short path: the name of a control socket may have 107 characters, and a test's folder may be deep.
        self._run = Path(tempfile.mkdtemp(prefix="depok-lab-"))
        try:
            self._write_folder()
            self._process = self._start_asterisk()
            self._wait_until_booted(time.monotonic() + STARTS_WITHIN)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends Asterisk, politely first; safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(LabError):
                self.rx("core stop now")
            for insist in (None, process.terminate, process.kill):
                if insist is not None:
                    insist()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOPS_WITHIN)
                    break
        if self._run is not None:
            shutil.rmtree(self._run, ignore_errors=True)
            self._run = None

    def crash(self) -> None:
        """Kills Asterisk as a power cut would; `start` starts it again on the same folder and ports."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def rx(self, command: str) -> str:
        """Runs one command on Asterisk's console and returns what it prints."""
        try:
            done = subprocess.run(
                self.root.command("usr/sbin/asterisk", "-C", self.config, "-rx", command),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=STARTS_WITHIN,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"Asterisk did not answer to {command!r}") from error
        if done.returncode:
            raise LabError(f"{command!r}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _start_asterisk(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log" / "console").open("ab") as console:
            return subprocess.Popen(
                self.root.command("usr/sbin/asterisk", "-C", self.config, "-f"),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    def _wait_until_booted(self, deadline: float) -> None:
        assert self._process is not None
        assert self._run is not None
        socket_file = self._run / "asterisk.ctl"
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise LabError(f"Asterisk ended with {self._process.returncode}:\n{self._complaints()}")
            if socket_file.exists() and self._is_booted():
                return
            time.sleep(0.02)
        raise LabError(f"Asterisk was not ready after {STARTS_WITHIN:.0f} s:\n{self._complaints()}")

    def _is_booted(self) -> bool:
        with contextlib.suppress(LabError, OSError):
            booted = "fully booted" in self.rx("core waitfullybooted")
            if booted:
                socket.create_connection((ASTERISK_ADDRESS, self.ami_port), timeout=1).close()
            return booted
        return False

    def _complaints(self) -> str:
        lines = [line for line in self.log_text().splitlines() if "ERROR" in line or "WARNING" in line]
        console = self.folder / "log" / "console"
        if console.exists():
            lines += console.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def _write_folder(self) -> None:
        names = ("etc", "lib/keys", "agi-bin", "spool", "cache", "moh", "log/cdr-csv", "log/cel-custom", "data/sounds")
        for name in names:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._link_data()
        _write_tone(self.folder / "moh" / "waiting.wav")
        values = self._values()
        for template in sorted((HERE / "etc").glob("*.conf")):
            text = _Template(template.read_text()).substitute(values)
            (self.folder / "etc" / template.name).write_text(text)
        for name in STOCK_FILES:
            _link(self.folder / "etc" / f"{name}.conf", self.root.path / "etc" / "asterisk" / f"{name}.conf")

    def _link_data(self) -> None:
        """Links what the root's Asterisk needs, but keeps the folders of the prompts the lab's own."""
        for entry in self.root.data.iterdir():
            if entry.name != "sounds":
                _link(self.folder / "data" / entry.name, entry)
        for language in ("id", "en"):
            (self.sounds / language / "depok").mkdir(parents=True, exist_ok=True)
        for entry in self.root.english_sounds.iterdir():
            _link(self.sounds / "en" / entry.name, entry)

    def _values(self) -> dict[str, str]:
        first = random.choice(RTP_BLOCKS)  # noqa: S311 - Asterisk passes over a port that is taken
        return {
            "folder": str(self.folder),
            "modules": str(self.root.modules),
            "cel_writer": "load = res_cdrel_custom.so" if self.root.has_module("res_cdrel_custom") else "",
            "run": str(self._run),
            "shipped": str(SHIPPED),
            "sip_port": str(self.sip_port),
            "ami_port": str(self.ami_port),
            "ami_secret": self.ami_secret,
            "rtp_start": str(first),
            "rtp_end": str(first + RTP_BLOCKS.step - 1),
            "outside_port": str(self.outside_port),
            "gateway_port": str(self.gateway_port),
            "queue": self._queue,
            "globals": "\n".join(f"{name} = {_value(text)}" for name, text in self.globals.items()),
            "dialplan": self._dialplan if self._dialplan is not None else shipped_includes(),
        }


_handed_out: deque[int] = deque(maxlen=4000)
"""Ports that somebody may be about to bind."""


def free_port(kind: socket.SocketKind, address: str) -> int:
    """Returns a port that nothing has at the moment, and that was given to nobody lately."""
    for port in random.sample(PORTS, 400):
        if port in _handed_out:
            continue
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind((address, port))
            _handed_out.append(port)
            return port
    raise LabError(f"no free port on {address}")


def shipped_includes() -> str:
    files = sorted(path for path in SHIPPED.glob("*.conf") if re.match(r"\d\d_", path.name))
    return "\n".join(f'#include "{path}"' for path in files)


def scenario_dialplan() -> str:
    """The shipped dialplan, and what a city may have beside it: ring groups, parking and the like."""
    return f'{shipped_includes()}\n#include "lab_extensions.conf"'


def _value(text: str) -> str:
    """Escapes a value for a configuration file, where `;` starts a comment and a line ends a value."""
    if "\n" in text or "\r" in text:
        raise LabError(f"a dialplan global holds one line: {text!r}")
    return text.replace(";", "\\;")


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink() and not link.exists():
        link.symlink_to(target)


def _write_tone(path: Path, *, hertz: float = 300.0, seconds: float = 2.0) -> None:
    rate = 8000
    samples = (int(3000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
