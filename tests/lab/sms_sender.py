"""Asterisk's part while SMS come in, for a test that kills it at any moment: the daemon, else the forked script.

`python -m tests.lab.sms_sender FIRST COUNT SEED PORT PUBLISHED LOG` hands SMS over, some of them twice, with pauses,
and notes in LOG which are through. Started again it goes on from there, and the one that was cut off comes again, as
from a gateway that has heard no answer.
"""

import random
import re
import socket
import sys
import time
from pathlib import Path

from depok_agi.asterisk.forked_agi import drive
from depok_agi.voice import published, steps
from depok_agi.voice.variables import RESULT, SMS_CALL_ID, SMS_CSEQ, SMS_FROM, SMS_LENGTH, SMS_TEXT, StepName
from tests.unit.voice.fake_caller import FakeCaller

AGAIN = 0.2
"""How many of the SMS come twice."""

LONGEST_PAUSE = 0.02
_ASKED = re.compile(rb"GET FULL VARIABLE .*REPLACE\((.+?),")
_RESULT = re.compile(rb'SET VARIABLE "DEPOK_RESULT" "kept"')


def text_of(n: int) -> str:
    return f"Sampah menumpuk di gang nomor {n}\nsejak hari Minggu :)"


def number_of(n: int) -> str:
    return f"+628110000{n:04}"


def known_of(n: int) -> dict[str, str]:
    return {
        SMS_FROM: f"<sip:{number_of(n).lstrip('+')}@127.0.0.5>;tag={n}",
        SMS_CALL_ID: f"{n}@gateway",
        SMS_CSEQ: "1 MESSAGE",
        SMS_LENGTH: str(len(text_of(n))),
        SMS_TEXT: text_of(n),
    }


def by_the_daemon(port: int, known: dict[str, str]) -> bool:
    """The dialplan's AGI(agi://...): tells whether the step said that the SMS is kept."""
    kept = False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rwb") as stream:
            stream.write(b"agi_network_script: sms\nagi_uniqueid: depok-1795610871.0\nagi_callerid: unknown\n\n")
            stream.flush()
            while command := stream.readline():
                asked = _ASKED.search(command)
                value = known.get(asked[1].decode(), "").replace("\n", "\x1e") if asked else ""
                stream.write(f"200 result=1 ({value})\n".encode() if asked else b"200 result=1\n")
                stream.flush()
                kept = kept or _RESULT.search(command) is not None
    except OSError:
        return kept
    return kept


def by_the_forked_script(folder: Path, known: dict[str, str]) -> None:
    caller = FakeCaller(known=known)
    drive(steps.run(StepName.SMS, caller, published.load(folder)))
    assert caller.variables[RESULT] == "kept"


def main() -> None:
    first, count, seed, port = (int(argument) for argument in sys.argv[1:5])
    folder, log = Path(sys.argv[5]), Path(sys.argv[6])
    chance = random.Random(seed + first)  # noqa: S311 - a test's choice
    todo = list(range(first, first + count))
    todo += [n for n in todo if chance.random() < AGAIN]
    chance.shuffle(todo)
    done = len(log.read_text().split()) if log.exists() else 0
    pauses = random.Random()  # noqa: S311 - other ones each time
    with log.open("a") as noted:
        for n in todo[done:]:
            time.sleep(pauses.uniform(0, LONGEST_PAUSE))
            if not by_the_daemon(port, known_of(n)):
                by_the_forked_script(folder, known_of(n))
            noted.write(f"{n}\n")
            noted.flush()


if __name__ == "__main__":
    main()
