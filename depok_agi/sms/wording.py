"""The words of each SMS, in both languages, in the 7-bit alphabet.

Of a secret ticket nothing is said but its number and whether there is news: a telephone has other readers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from depok_agi.sms.language import Language
from depok_agi.sms.loop import SIGNATURE
from depok_agi.sms.outgoing import Kind
from depok_agi.tickets.status import TicketStatus

_DAYS: Mapping[Language, tuple[str, ...]] = {
    Language.INDONESIAN: ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}

_ID, _EN = Language.INDONESIAN, Language.ENGLISH

_TEXTS: Mapping[Kind, Mapping[Language, str]] = {
    Kind.TICKET: {
        _ID: "Laporan Anda kami terima, nomor tiket {ticket}. Untuk mengecek balas: STATUS {ticket}.",
        _EN: "We have got your report, ticket number {ticket}. To check on it reply: STATUS {ticket}.",
    },
    Kind.APPENDED: {
        _ID: "Pesan Anda kami tambahkan ke tiket {ticket}. Untuk hal lain awali dengan kata BARU.",
        _EN: "We have added your message to ticket {ticket}. For another matter begin with NEW.",
    },
    Kind.NOT_FOUND: {
        _ID: "Nomor tiket itu tidak ada pada kami. Periksa lagi, lalu balas: STATUS dan nomor tiket.",
        _EN: "We have no ticket of that number. Please check it and reply: STATUS and the number.",
    },
    Kind.HELP: {
        _ID: "Tulis laporan Anda dengan lokasinya. STATUS dan nomor tiket: perkembangannya. "
        "TELEPON: kami menelepon Anda.",
        _EN: "Write what is wrong and where. STATUS and a ticket number: how it stands. CALL: we call you back.",
    },
    Kind.CALL: {
        _ID: "Permintaan Anda kami terima, kami akan menelepon Anda.",
        _EN: "We have got your request and will call you.",
    },
    Kind.TOO_LONG: {
        _ID: "SMS Anda terlalu panjang dan tidak sampai. Kirim lagi dalam beberapa SMS yang lebih pendek.",
        _EN: "Your SMS was too long and did not come through. Please send it again in shorter ones.",
    },
    Kind.FORWARDED: {
        _ID: "Tiket {ticket} diteruskan{to_opd}{until}.",
        _EN: "Ticket {ticket} was passed on{to_opd}{until}.",
    },
    Kind.ANSWERED: {
        _ID: "Tiket {ticket} sudah dijawab. Kami akan menelepon Anda, atau hubungi 1500664.",
        _EN: "Ticket {ticket} has been answered. We will call you, or call 1500664.",
    },
    Kind.UNREACHED: {
        _ID: "Kami sudah tiga kali menelepon Anda dan belum tersambung. Silakan hubungi 1500664.",
        _EN: "We have called you three times in vain. Please call 1500664.",
    },
}

_STATUS: Mapping[TicketStatus, Mapping[Language, str]] = {
    TicketStatus.NEW: {
        _ID: "Tiket {ticket} sedang kami periksa.",
        _EN: "Ticket {ticket} is being looked at.",
    },
    TicketStatus.FORWARDED: {
        _ID: "Tiket {ticket} sedang ditangani{by_opd}{until}.",
        _EN: "Ticket {ticket} is being dealt with{by_opd}{until}.",
    },
    TicketStatus.ANSWERED: {
        _ID: "Tiket {ticket} sudah dijawab. Kami akan menelepon Anda.",
        _EN: "Ticket {ticket} has been answered. We will call you.",
    },
    TicketStatus.CLOSED: {
        _ID: "Tiket {ticket} sudah selesai.",
        _EN: "Ticket {ticket} is closed.",
    },
}

_UNTIL = {_ID: ", jawaban paling lambat {at}", _EN: ", to be answered by {at}"}
_LATE = {_ID: ", jawabannya sudah lewat batas waktu", _EN: ", its answer is overdue"}
_TO_OPD = {_ID: " ke {opd}", _EN: " to {opd}"}
_BY_OPD = {_ID: " {opd}", _EN: " by {opd}"}
_OPENS = {_ID: " Kami buka {at}.", _EN: " We open {at}."}

SAYS_WHEN_OPEN = frozenset({Kind.TICKET, Kind.APPENDED, Kind.CALL, Kind.HELP})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words are made of, as it is when they are made.

    Attributes:
        ticket: the ticket's number.
        opd: the code of the OPD that has it.
        due_at: when that has to answer, by the centre's wall clock.
        opens_at: when the centre opens, by its wall clock; None when it is open, or nobody knows.
        now: by the same clock.
    """

    now: datetime
    ticket: str | None = None
    status: TicketStatus | None = None
    opd: str | None = None
    due_at: datetime | None = None
    secret: bool = False
    opens_at: datetime | None = None


def write(kind: Kind, language: Language, facts: Facts) -> str | None:
    """The whole text; None when there is nothing (more) to say, such as of a ticket that is not there."""
    if kind is Kind.STATUS:
        if facts.status is None or facts.ticket is None:
            return None
        text = _STATUS[facts.status][language]
    else:
        text = _TEXTS[kind][language]
    if facts.ticket is None and "{ticket}" in text:
        return None
    opens = ""
    if facts.opens_at is not None and kind in SAYS_WHEN_OPEN:
        opens = _OPENS[language].format(at=_moment(facts.opens_at, language))
    words = text.format(
        ticket=facts.ticket,
        to_opd=_opd(_TO_OPD[language], facts),
        by_opd=_opd(_BY_OPD[language], facts),
        until=_until(facts, language),
    )
    return f"{SIGNATURE} {words}{opens}"


def _opd(words: str, facts: Facts) -> str:
    return "" if facts.opd is None or facts.secret else words.format(opd=facts.opd)


def _until(facts: Facts, language: Language) -> str:
    if facts.due_at is None or facts.secret:
        return ""
    if facts.now > facts.due_at:
        return _LATE[language]
    return _UNTIL[language].format(at=_moment(facts.due_at, language))


def _moment(at: datetime, language: Language) -> str:
    return f"{_DAYS[language][at.weekday()]} {at:%d-%m %H:%M}"
