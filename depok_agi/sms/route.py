"""By which way an SMS leaves: the manager action that has it sent, and its fields.

`MessageSend` hands a SIP MESSAGE to an endpoint of Asterisk, as GSM gateways take them. A USB modem has an action of
its channel driver, chan_dongle or its kin (`DongleSendSMS`, `QuectelSendSMS`). Both split a long text by themselves.
"""

import re
from base64 import b64encode
from dataclasses import dataclass

from depok_agi.calls.numbers import national

MESSAGE_SEND = "MessageSend"

NUMBER_FORMS = ("{number}", "{digits}", "{national}")
"""`+6281...`, `6281...` and `081...`: gateways differ in which one they take."""

_ADDRESS = re.compile(r"pjsip:[A-Za-z0-9_.-]+/sips?:[^\s<>\"]+")
_MODEM = re.compile(r"(Dongle|Quectel)/([A-Za-z0-9_-]+)")
_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Action:
    """A manager action with its fields."""

    name: str
    fields: dict[str, str]


def is_route(route: str) -> bool:
    """Whether an SMS can be sent there."""
    if _MODEM.fullmatch(route):
        return True
    rest = route
    for form in NUMBER_FORMS:
        rest = rest.replace(form, "")
    named = sum(route.count(form) for form in NUMBER_FORMS)
    return _ADDRESS.fullmatch(route) is not None and named == 1 and not re.search(r"[{}]", rest)


def action_name(route: str) -> str:
    """The manager action that a user needs to be allowed for this way."""
    modem = _MODEM.fullmatch(route)
    return f"{modem[1]}SendSMS" if modem else MESSAGE_SEND


def action(route: str, sender: str, number: str, text: str) -> Action:
    """How to send this text to this number (E.164)."""
    modem = _MODEM.fullmatch(route)
    if modem:
        fields = {"Device": modem[2], "Number": number, "Message": _LINE_ENDS.sub(" ", text)}
        return Action(action_name(route), fields)
    forms = dict(zip(NUMBER_FORMS, (number, number.lstrip("+"), re.sub(r"\D", "", national(number))), strict=True))
    to = route
    for form, value in forms.items():
        to = to.replace(form, value)
    # As base64, since a line end or a character that is no ASCII would have to pass the manager's lines unharmed.
    fields = {"To": to, "Base64Body": b64encode(text.encode()).decode()}
    return Action(action_name(route), {**fields, "From": sender} if sender else fields)
