"""What the e-mails about a ticket say: Indonesian, plain and short.

Nothing of the citizen is in them but what the complaint itself says, without which the OPD could not answer it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from depok_agi.notify.mail import Kind, Role, message_id
from depok_agi.notify.matter import Department, Matter
from depok_agi.notify.wording import lines, moment_text, one_line, span_text
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.deadline import ELAPSED_HOURS, WORKING_DAYS

CENTRE = "Pusat Panggilan Kota Depok 1500 664"
_LABEL_WIDTH = 15
_CLOCKS = {Clock.ELAPSED: f"{ELAPSED_HOURS // 24} x 24 jam", Clock.WORKING_DAYS: f"{WORKING_DAYS} hari kerja"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along. `subtype` is of the media type `maintype`."""

    name: str
    subtype: str
    content: bytes
    maintype: str = "application"


@dataclass(frozen=True, slots=True)
class Letter:
    """What an e-mail says. `subject` has no line ends."""

    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()


def about_ticket(kind: Kind, role: Role, opd: Department, matter: Matter, now: datetime, timezone: tzinfo) -> Letter:
    """What an e-mail about one ticket says at this moment."""
    what = ", ".join(one_line(part, 60) for part in (matter.category, matter.area) if part)
    secret = " [RAHASIA]" if matter.secret else ""
    subject = f"{_SUBJECTS[kind]} {matter.number}{secret}, {one_line(opd.code, 20)}{f': {what}' if what else ''}"
    paragraphs = (
        f"Yth. {_addressed(role, opd)},",
        _opening(kind, role, opd, matter, now, timezone),
        _facts(opd, matter, timezone),
        "RAHASIA: pelapor meminta kerahasiaan. Isi laporan ini hanya untuk petugas yang menanganinya."
        if matter.secret
        else "",
        f"Isi laporan:\n{lines(matter.text) if matter.text else '(isi laporan sudah dihapus)'}",
        _answering(opd, matter) if role is not Role.SUPERVISOR else "",
        f"Terima kasih.\n{CENTRE}\n(Surel ini dikirim secara otomatis.)",
    )
    return Letter(subject, "\n\n".join(filter(None, paragraphs)) + "\n")


def to_message(
    letter: Letter,
    *,
    key: str,
    follows: str | None,
    sender: str,
    recipient: str,
    now: datetime,
    timezone: tzinfo,
) -> bytes:
    """The e-mail as it goes to the server, in ASCII throughout, whatever it says.

    Args:
        letter: what it says.
        key: what it says to whom; the same key always gives the same Message-ID.
        follows: the key of an earlier one on the same matter, beside which a mail program shows this one.
        sender: the address it comes from, alone or as `Name <address>`.
        recipient: the one address it goes to; one that `is_address` takes.
        now: its date.
        timezone: the zone of its date.
    """
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(one_line(name), addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(now.astimezone(timezone))
    message["Message-ID"] = message_id(key, address)
    if follows is not None:
        message["References"] = message_id(follows, address)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice shall answer it
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    for file in letter.attachments:
        message.add_attachment(file.content, maintype=file.maintype, subtype=file.subtype, filename=file.name)
    return message.as_bytes()


_SUBJECTS = {
    Kind.FORWARDED: "Tiket",
    Kind.REMINDER: "Pengingat: tiket",
    Kind.DUE: "Jatuh tempo: tiket",
    Kind.LATE: "Terlambat: tiket",
}


def _addressed(role: Role, opd: Department) -> str:
    name = one_line(opd.name)
    match role:
        case Role.OFFICER:
            return f"Bapak/Ibu petugas {name}"
        case Role.HEAD:
            return f"Bapak/Ibu pimpinan {name}"
        case Role.SUPERVISOR | Role.RECIPIENT:
            return f"Bapak/Ibu pengawas {CENTRE}"


def _opening(kind: Kind, role: Role, opd: Department, matter: Matter, now: datetime, timezone: tzinfo) -> str:
    due, code = moment_text(matter.due_at, timezone), one_line(opd.code, 20)
    if kind is Kind.FORWARDED:
        return (
            f"{CENTRE} meneruskan laporan warga berikut kepada {one_line(opd.name)}. "
            f"Mohon jawabannya paling lambat {due}."
        )
    if kind is Kind.REMINDER:
        left = span_text(matter.due_at - now)
        return f"Laporan warga berikut belum kami terima jawabannya. Batasnya {due}, jadi waktunya tinggal {left}."
    late = now - matter.due_at
    past = f"{due}, terlambat {span_text(late)}" if late >= timedelta(minutes=1) else due
    if kind is Kind.DUE:
        return f"Laporan warga berikut belum kami terima jawabannya, dan batas waktunya sudah tiba ({due})."
    if role is Role.HEAD:
        return (
            f"Laporan warga berikut belum dijawab oleh {code} dan sudah melewati batas waktu ({past}). "
            "Mohon perhatian Bapak/Ibu agar laporan ini segera dijawab."
        )
    return f"{code} belum menjawab laporan warga berikut, yang sudah melewati batas waktu ({past})."


def _facts(opd: Department, matter: Matter, timezone: tzinfo) -> str:
    facts = [
        ("Nomor tiket", matter.number),
        ("OPD", f"{one_line(opd.code, 20)}, {one_line(opd.name)}"),
        ("Kategori", one_line(matter.category or "-")),
        ("Kecamatan", one_line(matter.area or "-")),
        ("Diteruskan", moment_text(matter.forwarded_at, timezone)),
        ("Batas jawaban", moment_text(matter.due_at, timezone)),
        ("", f"(yang berlaku: {_CLOCKS[matter.clock]})" if matter.clock else ""),
        (_CLOCKS[Clock.ELAPSED], moment_text(matter.due_elapsed_at, timezone)),
        (_CLOCKS[Clock.WORKING_DAYS], moment_text(matter.due_working_days_at, timezone)),
    ]
    return "\n".join(f"{label:{_LABEL_WIDTH}}{':' if label else ' '} {value}" for label, value in facts if value)


def _answering(opd: Department, matter: Matter) -> str:
    return (
        f"Mohon balas ke petugas pusat panggilan dengan menyebut nomor tiket {matter.number}. Warga akan kami hubungi, "
        f"jadi tidak perlu dihubungi langsung. Bila laporan ini bukan kewenangan {one_line(opd.code, 20)}, mohon beri "
        "tahu kami juga, agar diteruskan kepada yang berwenang."
    )
