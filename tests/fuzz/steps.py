"""The real steps of the menu for hostile conversations, in a centre that keeps nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from depok_agi.asterisk.agi_protocol import COMMAND_BYTES
from depok_agi.desk import menus
from depok_agi.errors import DepokError
from depok_agi.hours import file
from depok_agi.tickets import number
from depok_agi.tickets.status import TicketStatus
from depok_agi.voice import menu_file, spool_content, steps
from depok_agi.voice.around import Around
from depok_agi.voice.blocks import of_numbers
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, Left, TicketStanding
from depok_agi.voice.variables import StepName
from tests.fuzz.corpus import SHIPPED
from tests.fuzz.folder import folder

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BLOCKED = "+6281100001009"
TICKET = number.make(number.FIRST_SERIAL)
ARGUMENTS = ("", TICKET, "recorded", "gone", "main/english", "DLHK", f"{TICKET}-{TICKET}")

HEADERS = (
    b"agi_network: yes\nagi_network_script: %s\nagi_request: agi://127.0.0.1/%s\nagi_channel: PJSIP/trunk-1\n"
    b"agi_language: id\nagi_type: PJSIP\nagi_uniqueid: depok-1795564606.0\nagi_callerid: 081100001001\n"
    b"agi_calleridname: Ani\nagi_dnid: 1500664\nagi_context: depok-centre\nagi_extension: s\n"
)
ANSWERS = (
    *(b"200 result=0\n" * 12, b"200 result=49\n" * 12, b"200 result=-1\n200 result=6\n", b"200 result=1\n" * 20),
    *(b"200 result=%s\n" % TICKET.encode() * 12, b"200 result= (timeout)\n" * 8, b"511 Command Not Permitted\n"),
    *(
        b"HANGUP\n200 result=-1\n",
        b"520-Invalid command syntax.\nusage\n520 End of proper usage.\n" * 4,
        b"100 Trying\n",
    ),
    *(b"200 result=48 endpos=8000\n" * 12, b"200 result=51\n200 result=50\n200 result=35\n" * 8, b"510 Invalid\n"),
)
WORDS = (
    b"200 result=",
    b"HANGUP\n",
    b"511 dead\n",
    b"520-",
    b"520 \n",
    b"100 \n",
    b"agi_arg_1: ",
    b" (hangup)",
    b"\n\n",
)

RESULT = b'SET VARIABLE "DEPOK_RESULT"'
DONE = "done"

_COMMANDS = ("STREAM FILE", "WAIT FOR DIGIT", "GET DATA", "SET VARIABLE", "CHANNEL STATUS", "GET FULL VARIABLE")
_COMMAND = re.compile(rf"(?:{'|'.join(_COMMANDS)})[^\0\r\n]*".encode())


def conversations(first: str) -> Iterator[bytes]:
    """What Asterisk says to each step; `first` is the line before, with the step's name in it."""
    for name in StepName:
        script = name.value.encode()
        for place, answers in enumerate(ANSWERS):
            argument = ARGUMENTS[place % len(ARGUMENTS)].encode()
            header = HEADERS % (script, script) + (b"agi_arg_1: %s\n" % argument if argument else b"")
            yield first.format(name.value).encode() + header + b"\n" + answers


async def tried(name: str, caller: Caller, told: list[str]) -> None:
    """Run the step; anything but what is documented goes on as a fault. Appends how it ended."""
    try:
        await steps.run(name, caller, centre())
    except DepokError as error:
        told.append(type(error).__name__)
        raise
    told.append(DONE)


def check_commands(sent: bytes, told: list[str]) -> None:
    """Nothing that Asterisk is sent can be anything but one of our commands, whatever a caller is called.

    A step that is done has said how it ended, last of all; one that failed has not.
    """
    lines = sent.split(b"\n")
    assert lines.pop() == b"", "a command without its end"
    for line in lines:
        assert _COMMAND.fullmatch(line), "a command that is none of ours"
        assert len(line) <= COMMAND_BYTES
    results = [place for place, line in enumerate(lines) if line.startswith(RESULT)]
    assert results in ([], [len(lines) - 1]), "a result that was not the last word"
    assert results or told != [DONE], "a step that is done, and no result"


@cache
def centre() -> Centre:
    menu = menu_file.load(menus.read(menus.SHIPPED_MENU), "menu")
    schedule = file.load((SHIPPED / "hours" / "depok.toml").read_text("utf-8"), "hours", (2026,))
    return Centre(
        schedule,
        now=lambda: AT,
        leave=_leave,
        ticket_status=_status,
        menu=menu,
        own_ticket=_own,
        blocks=lambda: of_numbers([(BLOCKED, AT)]),
        around=lambda: Around(folder(), {"DLHK": "201"}),
    )


def _leave(left: Left) -> None:
    assert spool_content.from_json(spool_content.to_json(left)) == left, "what was left could not be read again"


async def _status(ticket: str) -> TicketStanding | None:
    return TicketStanding(TicketStatus.FORWARDED, "DLHK", AT) if ticket == TICKET else None


async def _own(_caller: str) -> str | None:
    return TICKET
