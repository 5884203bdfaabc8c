"""An SMS comes in. It is kept and nothing else: one thread of Asterisk carries all messages, and others wait."""

import binascii
from base64 import b64decode

from depok_agi.calls.numbers import to_e164
from depok_agi.calls.sip_address import user_of
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.left import Sms
from depok_agi.voice.variables import (
    SMS_CALL_ID,
    SMS_CSEQ,
    SMS_FROM,
    SMS_LENGTH,
    SMS_OF_MODEM,
    SMS_TEXT,
    Result,
)


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`kept` once the SMS is on the disk. A repeat of the same SIP MESSAGE is the same SMS."""
    header = await caller.get_variable(SMS_FROM)
    sms = await (_of_modem(caller, centre) if not header else _of_gateway(caller, centre, header))
    centre.leave(sms)
    return StepResult(Result.KEPT)


async def _of_gateway(caller: Caller, centre: Centre, header: str) -> Sms:
    """All SMS have the same channel, and so its uniqueid: what tells them apart is in the SIP MESSAGE."""
    call_id = await caller.get_variable(SMS_CALL_ID)
    cseq = await caller.get_variable(SMS_CSEQ)
    text = await caller.get_variable(SMS_TEXT)
    too_long = not text and await caller.get_variable(SMS_LENGTH) not in {"", "0"}
    return _sms(centre, f"{call_id} {cseq}", user_of(header), None if too_long else text)


async def _of_modem(caller: Caller, centre: Centre) -> Sms:
    """Each SMS has a channel of its own there, whose caller ID is the sender."""
    encoded = await caller.get_variable(SMS_OF_MODEM)
    try:
        text = b64decode(encoded, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        text = ""
    return _sms(centre, caller.info.uniqueid, caller.info.number or "", text)


def _sms(centre: Centre, uniqueid: str, sender: str, text: str | None) -> Sms:
    return Sms(uniqueid=uniqueid, number=to_e164(sender), raw=sender, at=centre.now(), text=text)
