"""Bytes of the manager interface, as they come out of the socket, down to the records of the call log."""

import asyncio
import zlib
from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any

from panoramisk import utils

from depok_agi.asterisk.ami import AmiLogin, _Action, _Connection, _Protocol
from depok_agi.calls import events as ev
from tests.fuzz import ledger_rules
from tests.fuzz.corpus import SCENARIOS, events, windows
from tests.fuzz.mutation import Mutator
from tests.fuzz.target import Target

LOGIN = AmiLogin("127.0.0.1", 5038, "depok-agi", "secret")
LOGIN_ID = "action/fuzz/1/1"
ACTION_ID = "listing"
BANNER = b"Asterisk Call Manager/9.0.0\r\n"
MOST_PIECES = 4


class _Transport:
    """The far end of nothing."""

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\r\n\r\n")

    def abort(self) -> None:
        """There is nobody."""

    close = abort


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


def run(data: bytes) -> Hashable:
    return _runner().run(_heard(data))


async def _heard(data: bytes) -> Hashable:
    ledger = ledger_rules.new()
    failed: list[Exception] = []

    def take(raw: dict[str, str]) -> None:
        """As the daemon's: the link takes what the listener raises for none of its business, so it is kept here."""
        try:
            event = ev.parse(raw)
            if event is not None:
                ledger.apply(event)
        except Exception as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    protocol = _connected(take)
    for piece in Mutator(zlib.crc32(data)).cuts(data, MOST_PIECES):
        if not protocol.closed:
            protocol.data_received(piece)
    protocol.connection_lost(None)
    if failed:
        raise failed[0]
    answered = b"ActionID" in data
    assert answered or protocol.passed_over == 0, "an event that was lost on the way"
    seen = ledger_rules.check(ledger)
    ledger_rules.check_forgotten(ledger)
    return seen, protocol.reason[:20], min(2, protocol.passed_over)


def _connected(take: Any) -> Any:
    utils.IdGenerator.reset("fuzz")
    transport, protocol = _Transport(), _Protocol()
    protocol.connection_made(transport)
    connection = _Connection(LOGIN, take, None)
    opened = asyncio.get_running_loop().create_future()
    opened.set_result((transport, protocol))
    connection.connection_made(opened)
    connection.pinger.cancel()
    connection.send_action(_Action({"Action": "CoreShowChannels", "ActionID": ACTION_ID}))
    return protocol


def seeds() -> Iterator[bytes]:
    yield BANNER + _message({"Response": "Success", "ActionID": LOGIN_ID, "Message": "Authentication accepted"})
    yield b"".join(map(_message, _listing()))
    for scenario in SCENARIOS:
        for part in windows(events(scenario)):
            yield b"".join(map(_message, part))


def _listing() -> Iterator[dict[str, str]]:
    yield {"Response": "Success", "ActionID": ACTION_ID, "EventList": "start", "Message": "Channels will follow"}
    yield {"Event": "CoreShowChannel", "ActionID": ACTION_ID, "Uniqueid": "depok-1795564606.0", "BridgeId": ""}
    yield {"Event": "CoreShowChannelsComplete", "ActionID": ACTION_ID, "EventList": "Complete", "ListItems": "1"}


def _message(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


WORDS = (
    b"Event: ",
    b"Uniqueid: ",
    b"Linkedid: ",
    b"Timestamp: ",
    b"DestUniqueid: ",
    b"Channel: \r\n",
    b"Response: Fail",
)
MORE = (b"Event: Shutdown", f"ActionID: {ACTION_ID}".encode(), f"ActionID: {LOGIN_ID}".encode(), b"BridgeUniqueid: x")
TARGET = Target(run, seeds, WORDS + MORE)
