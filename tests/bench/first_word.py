"""From the answer to the first word that is heard, at 20 calls a second: one SIPp calls, one port hears for all.

The port that Asterisk talks from tells whose sound it is.
"""

import contextlib
import socket
import statistics
import struct
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.bench.figures import Figure
from tests.bench.size import Size
from tests.lab.centre import Centre
from tests.lab.media import ALAW, SAMPLES, SILENCE, TICK, is_audible
from tests.lab.pbx import ASTERISK_ADDRESS, CITIZEN_ADDRESS, Pbx, free_port
from tests.lab.pbx_root import build
from tests.lab.phones import Lines
from tests.lab.scenarios import SDP

CALLS_A_SECOND = 20
LISTENS = 2.0
"""How long each caller stays, in seconds: the first word has come by then, or it is late indeed."""

WANTED = 0.3
LATE = 0.99
"""The share of calls that the figure speaks for: of a hundred the worst one is left out."""

WITHIN = 120.0

SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="first word">
  <send retrans="500"><![CDATA[
      INVITE sip:1500664@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
      To: <sip:1500664@[remote_ip]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:lab@[local_ip]:[local_port]>
      Max-Forwards: 70
      {sdp}
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200">
    <action>
      <gettimeofday assign_to="seconds,microseconds"/>
      <ereg regexp="m=audio ([0-9]+)" search_in="body" assign_to="line,port"/>
      <log message="[$port],[$seconds],[$microseconds]"/>
    </action>
  </recv>
  <send><![CDATA[
      ACK sip:1500664@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Contact: <sip:lab@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <pause milliseconds="{listens}"/>
  <send retrans="500"><![CDATA[
      BYE sip:1500664@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
      To: <sip:1500664@[remote_ip]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 2 BYE
      Contact: <sip:lab@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <Reference variables="line,port,seconds,microseconds"/>
</scenario>
"""


class _Phones:
    """The sound of all callers by one port: sends silence to who has answered, and notes who is heard, and when.

    Asterisk waits for the first sound of a caller before it goes on after the answer (`main/channel.c`).

    Attributes:
        answers: Asterisk's port of each call, and when it answered, as SIPp wrote them down.
        heard: when a packet that can be heard came, by the port that it came from.
    """

    def __init__(self, log: Path) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind((CITIZEN_ADDRESS, 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self.answers: list[tuple[int, float]] = []
        self.heard: dict[int, list[float]] = defaultdict(list)
        self._log = log
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._listen, self._speak)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                packet, (_, port) = self._socket.recvfrom(2048)
            except OSError:  # nothing for now, or a port has just been closed
                continue
            at = time.time()
            if is_audible(packet):
                self.heard[port].append(at)

    def _speak(self) -> None:
        lines, ticks, due = Lines(self._log), 0, time.monotonic()
        while not self._over.is_set():
            for line in lines.new():
                said, seconds, microseconds = line.split(",")
                self.answers.append((int(said), float(seconds) + float(microseconds) / 1e6))
            ticks += 1
            header = struct.pack("!BBHII", 0x80, ALAW, ticks % 2**16, ticks * SAMPLES, 1)
            for port, answered in self.answers:
                if time.time() - answered < LISTENS:
                    with contextlib.suppress(OSError):
                        self._socket.sendto(header + SILENCE.payload, (ASTERISK_ADDRESS, port))
            due += TICK
            self._over.wait(max(0.0, due - time.monotonic()))


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """The shipped dialplan with its daemon and prompts."""
    log = folder / "answers.log"
    with Centre(build(), folder / "centre") as centre, _Phones(log) as phones:
        _call(centre.pbx, folder, log, phones.port, size.first_words)
    waits = sorted(waited(phones.answers, phones.heard))
    if len(waits) != size.first_words:
        raise RuntimeError(f"{size.first_words - len(waits)} of {size.first_words} callers heard nothing")
    late = waits[min(len(waits) - 1, int(LATE * len(waits)))]
    yield Figure(
        "voice",
        f"answer to first word, {CALLS_A_SECOND} calls a second, {LATE:.0%} of them",
        f"{late * 1000:.0f} ms",
        f"{WANTED * 1000:.0f} ms; median {statistics.median(waits) * 1000:.0f}, longest {waits[-1] * 1000:.0f}",
        late / WANTED,
        1.0,
        at_least=False,
        raw={"seconds": waits},
    )


def waited(answers: Sequence[tuple[int, float]], heard: Mapping[int, Sequence[float]]) -> list[float]:
    """Seconds from each answer (port and time) to the first sound from there; later calls have used ports again."""
    found = []
    for port, answered in answers:
        after = [at for at in heard.get(port, ()) if answered <= at < answered + LISTENS]
        if after:
            found.append(after[0] - answered)
    return found


def _call(pbx: Pbx, folder: Path, log: Path, media_port: int, calls: int) -> None:
    scenario, numbers = folder / "first-word.xml", folder / "numbers.csv"
    scenario.write_text(SCENARIO.format(sdp=SDP.format(media_port=media_port), listens=int(LISTENS * 1000)))
    numbers.write_text("SEQUENTIAL\n" + "".join(f"08110000{number:04}\n" for number in range(calls)))
    command = pbx.root.command(
        "usr/bin/sipp",
        f"{ASTERISK_ADDRESS}:{pbx.sip_port}",
        *("-sf", scenario, "-inf", numbers, "-i", CITIZEN_ADDRESS),
        *("-p", str(free_port(socket.SOCK_DGRAM, CITIZEN_ADDRESS))),
        *("-ci", CITIZEN_ADDRESS, "-cp", str(free_port(socket.SOCK_DGRAM, CITIZEN_ADDRESS))),
        *("-r", str(CALLS_A_SECOND), "-m", str(calls), "-l", str(calls)),
        *("-trace_logs", "-log_file", log, "-nostdin", "-skip_rlimit", "-timer_resol", "10"),
    )
    done = subprocess.run(
        command,
        cwd=folder,
        env={"TERM": "dumb", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=WITHIN,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"SIPp ended with {done.returncode}: {done.stderr[-500:]}")
