"""What stands in the files of the spool: one JSON object each, whose `kind` says what was left.

Whoever can write into the spool can write anything, so nothing is believed that was not looked at.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from depok_agi.voice.around import OPD_CODE
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest, Left
from depok_agi.voice.left import HIGHEST_SCORE, LOWEST_SCORE, Message, OpdRequest, Score, Sms

Content: TypeAlias = Mapping[str, object]

_NUMBER = re.compile(r"\+[0-9]{7,15}")
_FILE = re.compile(r"[0-9a-f]{32}\.wav")
MOST_SECONDS = 24 * 3600


def to_json(left: Left) -> dict[str, Any]:
    """What was left as plain JSON values, nothing lost."""
    same: dict[str, Any] = {"uniqueid": left.uniqueid, "at": left.at.isoformat()}
    match left:
        case CallbackRequest():
            return {"kind": "callback", **same, "number": left.number, "raw": left.raw, "language": left.language}
        case Message():
            caller = {"number": left.number, "raw": left.raw, "language": left.language}
            return {"kind": "message", **same, **caller, "file": left.file, "seconds": left.seconds}
        case Score():
            return {"kind": "survey", **same, "score": left.score}
        case OpdRequest():
            return {"kind": "opd", **same, "number": left.number, "opd": left.opd}
        case Sms():
            return {"kind": "sms", **same, "number": left.number, "raw": left.raw, "text": left.text}


def from_json(content: Content) -> Left:
    """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return _KINDS[_text(content["kind"])](content)


def _callback(content: Content) -> CallbackRequest:
    return CallbackRequest(
        uniqueid=_text(content["uniqueid"]),
        number=_matching(_NUMBER, content["number"]),
        raw=_text(content["raw"]),
        at=_moment(content["at"]),
        language=Language(_text(content["language"])),
    )


def _message(content: Content) -> Message:
    number, seconds = content["number"], content["seconds"]
    return Message(
        uniqueid=_text(content["uniqueid"]),
        number=None if number is None else _matching(_NUMBER, number),
        raw=_text(content["raw"]),
        at=_moment(content["at"]),
        language=Language(_text(content["language"])),
        file=_matching(_FILE, content["file"]),
        seconds=None if seconds is None else _whole(seconds, 0, MOST_SECONDS),
    )


def _survey(content: Content) -> Score:
    return Score(
        uniqueid=_text(content["uniqueid"]),
        score=_whole(content["score"], LOWEST_SCORE, HIGHEST_SCORE),
        at=_moment(content["at"]),
    )


def _opd(content: Content) -> OpdRequest:
    return OpdRequest(
        uniqueid=_text(content["uniqueid"]),
        number=_matching(_NUMBER, content["number"]),
        opd=_matching(OPD_CODE, content["opd"]),
        at=_moment(content["at"]),
    )


def _sms(content: Content) -> Sms:
    number, text = content["number"], content["text"]
    return Sms(
        uniqueid=_text(content["uniqueid"]),
        number=None if number is None else _matching(_NUMBER, number),
        raw=_text(content["raw"]),
        at=_moment(content["at"]),
        text=None if text is None else _text(text),
    )


_KINDS: Mapping[str, Callable[[Content], Left]] = {
    "callback": _callback,
    "message": _message,
    "survey": _survey,
    "opd": _opd,
    "sms": _sms,
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()  # half a character, which JSON can hold and no store can keep, is a ValueError
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    text = _text(value)
    if not pattern.fullmatch(text):
        raise ValueError("not what may stand there")
    return text


def _moment(value: object) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at


def _whole(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError("not a number that may stand there")
    return value
