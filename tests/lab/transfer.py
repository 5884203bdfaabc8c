"""The transfer key of a lab phone: a REFER in a dialog that SIPp holds (RFC 3515, RFC 3891).

One SIPp knows one call, and an attended transfer is about two, so the REFER is put together here from what SIPp has
written down of both. Asterisk knows the dialog by its ids, whatever port a request in it comes from.
"""

import re
import socket
import uuid
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from tests.lab.pbx import ASTERISK_ADDRESS, LabError
from tests.lab.phones import Call, Exchange, Operator

_MESSAGE = re.compile(r"^-{10,}[^\n]*\n[^\n]*\n\n(.*?)(?=^-{10,}|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Dialog:
    """One call of a phone: who we are in it, who Asterisk is, and where each of the two takes requests."""

    call_id: str
    us: str
    them: str
    target: str
    contact: str

    @classmethod
    def of(cls, phone: Operator | Call) -> Self:
        """The phone's newest call that Asterisk has answered at least by ringing."""
        found = None
        for text in _MESSAGE.findall(phone.messages.replace("\r\n", "\n")):
            header = dict(re.findall(r"^(Call-ID|From|To|CSeq|Contact): *(.*)$", text, re.MULTILINE))
            if not header.get("CSeq", "").endswith(" INVITE") or "tag=" not in header["To"]:
                continue
            asterisk = header.get("Contact", "")
            if isinstance(phone, Operator):  # its own answer: where Asterisk is, the INVITE said
                us, them, asterisk = header["To"], header["From"], _asterisk_in(phone, header["Call-ID"])
            else:
                us, them = header["From"], header["To"]
            target = re.search(r"sip:[^>;]+", asterisk)
            if target:
                found = cls(header["Call-ID"], us, them, target[0], _contact(phone))
        if found is None:
            raise LabError(f"{phone.folder.name} has no call to transfer")
        return found

    @property
    def replaces(self) -> str:
        """The dialog as the header `Replaces` names it: to-tag is that of the other side, from-tag our own."""
        return f"{self.call_id};to-tag={_tag(self.them)};from-tag={_tag(self.us)}"


def blind(phone: Operator | Call, to: str) -> None:
    """Sends the other side of the phone's call to an extension."""
    _refer(phone.pbx, phone.address, Dialog.of(phone), f"<sip:{to}@{ASTERISK_ADDRESS}:{phone.pbx.sip_port}>")


def attended(phone: Operator | Call, second: Call) -> None:
    """Joins the other sides of the phone's call and of its second call; blonde where that one still rings."""
    replaces = quote(Dialog.of(second).replaces, safe="")
    to = f"<sip:{second.dial}@{ASTERISK_ADDRESS}:{phone.pbx.sip_port}?Replaces={replaces}>"
    _refer(phone.pbx, phone.address, Dialog.of(phone), to)


def _refer(pbx: Exchange, address: str, dialog: Dialog, to: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((address, 0))
        line.settimeout(3)
        lines = (
            f"REFER {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {address}:{line.getsockname()[1]};rport;branch=z9hG4bK-{uuid.uuid4().hex}",
            f"From: {dialog.us}",
            f"To: {dialog.them}",
            f"Call-ID: {dialog.call_id}",
            "CSeq: 50 REFER",
            f"Contact: {dialog.contact}",
            f"Refer-To: {to}",
            f"Referred-By: <sip:lab@{address}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        line.sendto("\r\n".join((*lines, "", "")).encode(), (ASTERISK_ADDRESS, pbx.sip_port))
        try:
            answer = line.recv(4096).decode(errors="replace")
        except TimeoutError as error:
            raise LabError("Asterisk does not answer a REFER") from error
    if not answer.startswith("SIP/2.0 202 "):
        raise LabError(f"Asterisk answers a REFER with {answer.splitlines()[0]}")


def _asterisk_in(phone: Operator, call_id: str) -> str:
    for text in _MESSAGE.findall(phone.messages.replace("\r\n", "\n")):
        if text.startswith("INVITE ") and f"Call-ID: {call_id}\n" in text:
            found = re.search(r"^Contact: *(.*)$", text, re.MULTILINE)
            if found:
                return found[1]
    raise LabError(f"{phone.folder.name} never saw an INVITE of {call_id}")


def _contact(phone: Operator | Call) -> str:
    found = re.search(r"^Contact: *(<sip:lab@.*>)", phone.messages.replace("\r\n", "\n"), re.MULTILINE)
    if found is None:
        raise LabError(f"{phone.folder.name} has not said where it is")
    return found[1]


def _tag(header: str) -> str:
    found = re.search(r";tag=([^;>\s]+)", header)
    if found is None:
        raise LabError(f"no tag in {header!r}")
    return found[1]
