"""A GSM gateway that speaks SIP MESSAGE, played by SIPp at 127.0.0.5: it hands SMS over, and takes what goes out."""

import re
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.centre import Centre, wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, GATEWAY_ADDRESS, LabError, Pbx, free_port

SENDS = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="sms">
  <send retrans="200"><![CDATA[
      MESSAGE sip:1500664@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: [the_from];tag=[pid]-[call_number]
      To: <sip:1500664@[remote_ip]>
      Call-ID: [call_id]
      CSeq: 1 MESSAGE
      Max-Forwards: 70
      Content-Type: text/plain;charset=UTF-8
      Content-Length: [len]

      [the_text]]]></send>
  <recv response="202"/>
</scenario>
"""

TAKES = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="gateway">
  <recv request="MESSAGE"/>
  <send><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]-[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

  ]]></send>
</scenario>
"""

_RECEIVED = re.compile(rb"UDP message received \[[0-9]+\] bytes ?:\s*\n\n")
_LENGTH = re.compile(rb"^Content-Length:\s*([0-9]+)", re.MULTILINE)
_TO = re.compile(rb"MESSAGE sip:([^@\s]+)@")


@dataclass(frozen=True)
class Taken:
    """An SMS that Asterisk had the gateway send."""

    number: str
    text: str


class Gateway:
    """The gateway. Use it as a context manager."""

    def __init__(self, pbx: Pbx) -> None:
        self.pbx = pbx
        folder = pbx.folder / "phones"
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-", dir=folder))
        self._messages = self.folder / "messages.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        scenario = self.folder / "takes.xml"
        scenario.write_text(TAKES)
        trace = ("-trace_msg", "-message_file", str(self._messages))
        self._process = self._sipp(scenario, "-p", str(self.pbx.gateway_port), *trace)
        wait_until(lambda: self._is_up() or None, 10, lambda: "the gateway does not come up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hands_over(self, text: str, sender: str, *, call_id: str | None = None) -> None:
        """An SMS comes in by this gateway; returns when Asterisk has accepted it.

        `sender` is the user of the From header; with a `call_id` that was there before it is a repeat.
        """
        scenario = self.folder / "sends.xml"
        scenario.write_text(SENDS)
        port = str(free_port(socket.SOCK_DGRAM, GATEWAY_ADDRESS))
        keys = ("-key", "the_from", f"<sip:{sender}@{GATEWAY_ADDRESS}>", "-key", "the_text", text)
        cid = () if call_id is None else ("-cid_str", call_id)
        process = self._sipp(scenario, "-p", port, "-m", "1", "-timeout", "10", *cid, *keys)
        if process.wait(30):
            raise LabError(f"Asterisk does not take an SMS: {(self.folder / 'screen.log').read_text()[-2000:]}")

    def taken(self) -> list[Taken]:
        """All that went out by this gateway so far, in order."""
        content = self._messages.read_bytes() if self._messages.exists() else b""
        found = []
        for message in _RECEIVED.split(content)[1:]:
            head, _, rest = message.partition(b"\r\n\r\n")
            length, to = _LENGTH.search(head), _TO.match(head)
            if length is not None and to is not None:
                found.append(Taken(to[1].decode(), rest[: int(length[1])].decode()))
        return found

    def takes(self, number: str, count: int = 1, within: float = 15) -> list[str]:
        """The texts to a number, once there are so many."""

        def look() -> list[str] | None:
            texts = [one.text for one in self.taken() if one.number == number]
            return texts if len(texts) >= count else None

        return wait_until(look, within, lambda: f"not {count} SMS to {number}: {self.taken()}")

    def _is_up(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((GATEWAY_ADDRESS, self.pbx.gateway_port))
            except OSError:
                return True
        return False

    def _sipp(self, scenario: Path, *arguments: str) -> subprocess.Popen[bytes]:
        command = self.pbx.root.command(
            "usr/bin/sipp",
            f"{ASTERISK_ADDRESS}:{self.pbx.sip_port}",
            *("-sf", scenario, "-i", GATEWAY_ADDRESS, "-nostdin", "-skip_rlimit", "-timer_resol", "10"),
            *("-ci", GATEWAY_ADDRESS, "-cp", str(free_port(socket.SOCK_DGRAM, GATEWAY_ADDRESS))),
            *arguments,
        )
        with (self.folder / "screen.log").open("ab") as screen:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={"TERM": "dumb", "PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )


def send_sms(centre: Centre) -> None:
    """Put `[sms]` into a centre's settings, towards this gateway; before its daemon is started."""
    with centre.settings.open("a") as settings:
        settings.write(
            "[sms]\n"
            'secret_file = "ami.secret"\n'
            f'to = "pjsip:sms-gateway/sip:{{number}}@{GATEWAY_ADDRESS}:{centre.pbx.gateway_port}"\n'
            "per_minute = 600\n"
        )
