"""An SMS: the sender's header on the first line, its text below; what is made of it, and what it is answered."""

from collections.abc import Iterator
from datetime import UTC, datetime

from depok_agi.calls.numbers import to_e164
from depok_agi.calls.sip_address import user_of
from depok_agi.sms.decision import SAID, Decision, Made, Previous, Sender, decide
from depok_agi.sms.language import language_of
from depok_agi.sms.length import parts
from depok_agi.sms.loop import text_digest, words_digest
from depok_agi.sms.wording import Facts, write
from tests.fuzz.target import Target

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TICKET = "1000015"
MOST_BYTES = 65_536
"""Of a line of AGI, by which it comes: asyncio reads no longer ones."""
TEXTS = (
    "Lampu jalan di depan pasar Agung mati sejak Senin",
    "STATUS 1000015",
    "stauts 1000015",
    "BARU sampah menumpuk di Beji",
    "TELEPON",
    "bantuan",
    "terima kasih, pesan Anda sudah kami terima. Ini balasan otomatis.",
    "banjir \N{WATER WAVE} di Jl. Margonda \N{EM DASH} tinggi 1\N{VULGAR FRACTION ONE HALF} m",
)


def run(data: bytes) -> str:
    header, _, body = data[:MOST_BYTES].decode("utf-8", "replace").partition("\n")
    number = to_e164(user_of(header))
    first = decide(body, AT, Sender())
    blocked = decide(body, AT, Sender(blocked=True))
    assert (blocked.made, blocked.answer) == (Made.BLOCKED, None), "who is blocked is answered"
    before = Previous(
        AT, first.made, first.ticket, text_digest(body), words_digest(body), first.looks_automatic, answered=True
    )
    again = decide(body, AT, Sender(open_ticket=TICKET, earlier=(before,)))
    assert again.made is Made.REPEATED, "the same SMS counts twice"
    later = decide(f"{body} {body} dan lagi", AT, Sender(open_ticket=TICKET))
    assert (later.made not in SAID) or later.ticket is not None or later.made is Made.TICKET
    return f"{number is None} {_answered(first, body)} {_answered(later, body)}"


def _answered(decision: Decision, text: str) -> str:
    said = None
    if decision.answer is not None:
        said = write(decision.answer, language_of(text), Facts(AT, ticket=TICKET))
    assert said is None or parts(said) <= 3, "an answer that is too long"
    return f"{decision.made} {decision.answer} {said is None}"


def seeds() -> Iterator[bytes]:
    for place, text in enumerate(TEXTS):
        yield f'"Eko" <sip:08110000100{place}@127.0.0.2>;tag=1\n{text}'.encode()
    yield b"<sip:+6281100001001;phone-context=+62@gateway>\nSTATUS"
    yield b"tel:+6281100001001\nUREG 1000015"


TARGET = Target(run, seeds, (b"STATUS ", b"BARU ", b"1000015", b"sip:", b"tel:", b"@", b"%00", b";"))
