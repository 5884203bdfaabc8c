"""What OPDs and supervisors read, and what must never get into it."""

import email
import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from depok_agi.calls.numbers import national
from depok_agi.notify.letter import Letter, about_ticket, to_message
from depok_agi.notify.mail import Kind, Role, due_key, forwarded_key, is_address, message_id, sheet_key
from depok_agi.notify.matter import HIDDEN, Department, Matter, without_number
from depok_agi.tickets.clock import Clock
from tests.unit.desk.made import ANI, TEN, WIB
from tests.unit.notify.matters import DLHK, DUE, MATTER, matter

SENDER = "Pusat Panggilan <tiket@depok.invalid>"


def letter(
    kind: Kind = Kind.FORWARDED, role: Role = Role.OFFICER, *, about: Matter = MATTER, hours: float = 0
) -> Letter:
    return about_ticket(kind, role, DLHK, about, TEN + timedelta(hours=hours), WIB)


def sent(given: Letter, *, sender: str = SENDER, key: str = "forwarded:1000016:1") -> EmailMessage:
    raw = to_message(given, key=key, follows=None, sender=sender, recipient="pic@dlhk.invalid", now=TEN, timezone=WIB)
    raw.decode("ascii")
    parsed = email.message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class TestWhatIsSaid:
    def test_a_forwarded_ticket_says_all_that_is_needed_for_an_answer(self) -> None:
        said = letter(about=matter(due_working_days_at=DUE + timedelta(days=1)))
        assert said.subject == "Tiket 1000016, DLHK: sampah, Beji"
        for fact in (
            "1000016",
            "Dinas Lingkungan Hidup dan Kebersihan",
            ": sampah",
            ": Beji",
            "Diteruskan     : Senin, 8 Juni 2026 pukul 10.00 WIB",
            "Batas jawaban  : Kamis, 11 Juni 2026 pukul 10.00 WIB",
            "(yang berlaku: 3 x 24 jam)",
            "3 x 24 jam     : Kamis, 11 Juni 2026 pukul 10.00 WIB",
            "3 hari kerja   : Jumat, 12 Juni 2026 pukul 10.00 WIB",
            "Sampah menumpuk di Jl. Margonda,\nsudah dua minggu.",
            "balas ke petugas pusat panggilan dengan menyebut nomor tiket 1000016",
            "bukan kewenangan DLHK",
        ):
            assert fact in said.text, fact

    def test_the_clock_that_binds_is_the_tickets_own(self) -> None:
        assert "(yang berlaku: 3 hari kerja)" in letter(about=matter(clock=Clock.WORKING_DAYS)).text

    def test_a_reminder_says_how_much_time_is_left(self) -> None:
        said = letter(Kind.REMINDER, hours=49.5)
        assert said.subject == "Pengingat: tiket 1000016, DLHK: sampah, Beji"
        assert "tinggal 22 jam" in said.text

    def test_at_the_due_date_it_is_said_that_it_has_come(self) -> None:
        assert "batas waktunya sudah tiba (Kamis, 11 Juni 2026 pukul 10.00 WIB)" in letter(Kind.DUE, hours=72).text

    def test_the_head_is_asked_to_see_to_it(self) -> None:
        said = letter(Kind.LATE, Role.HEAD, hours=75)
        assert said.text.startswith("Yth. Bapak/Ibu pimpinan Dinas Lingkungan Hidup dan Kebersihan,")
        assert "terlambat 3 jam). Mohon perhatian Bapak/Ibu" in said.text

    def test_a_supervisor_is_told_which_opd_is_late(self) -> None:
        said = letter(Kind.LATE, Role.SUPERVISOR, hours=72 + 49)
        assert "DLHK belum menjawab" in said.text
        assert "terlambat 2 hari 1 jam" in said.text
        assert "Mohon balas" not in said.text

    def test_a_secret_ticket_says_so_in_the_subject_too(self) -> None:
        said = letter(about=matter(secret=True))
        assert "[RAHASIA]" in said.subject
        assert "pelapor meminta kerahasiaan" in said.text

    def test_what_is_not_known_leaves_no_holes(self) -> None:
        said = letter(about=matter(category=None, area=None, text=None, clock=None))
        assert said.subject == "Tiket 1000016, DLHK"
        assert "(isi laporan sudah dihapus)" in said.text
        assert "None" not in said.text + said.subject


class TestTheCitizen:
    @pytest.mark.parametrize(
        "written",
        ["0811-0000-1234", "081100001234", "+6281100001234", "+62 811 0000 1234", "62 811-0000-1234", "0811.0000.1234"],
    )
    def test_their_own_number_is_taken_out_of_the_complaint(self, written: str) -> None:
        assert without_number(f"Hubungi {written}, terima kasih", ANI) == f"Hubungi {HIDDEN}, terima kasih"

    def test_other_numbers_stay(self) -> None:
        text = "Penipu memakai 0811-0000-9999; KTP 3276010101900001; RT 03/05, 2026-06-08"
        assert without_number(text, ANI) == text

    def test_without_a_known_number_nothing_is_touched(self) -> None:
        assert without_number(f"Hubungi {national(ANI)}", None) == f"Hubungi {national(ANI)}"


class TestTheEnvelope:
    def test_it_is_from_the_centre_to_one_person_and_answers_no_holiday_notice(self) -> None:
        message = sent(letter())
        assert (message["From"], message["To"]) == (SENDER, "pic@dlhk.invalid")
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"] == "Mon, 08 Jun 2026 10:00:00 +0700"
        assert body(message).replace("\r\n", "\n") == letter().text

    def test_the_same_thing_to_the_same_person_always_has_the_same_id(self) -> None:
        keys = [
            forwarded_key("1000016", 7),
            forwarded_key("1000016", 8),
            sheet_key("DLHK", TEN.date()),
            sheet_key("DISHUB", TEN.date()),
            *(due_key(kind, Role.OFFICER, "1000016", 7, 1) for kind in (Kind.REMINDER, Kind.DUE)),
            due_key(Kind.DUE, Role.OFFICER, "1000016", 7, 2),
            due_key(Kind.LATE, Role.HEAD, "1000016", 7, 1),
            *(
                due_key(Kind.LATE, Role.SUPERVISOR, "1000016", 7, 1, to)
                for to in ("a@depok.invalid", "b@depok.invalid")
            ),
        ]
        ids = {message_id(key, "tiket@depok.invalid") for key in keys}
        assert len(ids) == len(set(keys)) == len(keys)
        assert all(re.fullmatch(r"<[0-9a-f]{40}@depok\.invalid>", found) for found in ids)
        assert sent(letter(), key=keys[0])["Message-ID"] == sent(letter(hours=9), key=keys[0])["Message-ID"]

    def test_a_reminder_stands_beside_the_first_e_mail_in_a_mail_program(self) -> None:
        first = forwarded_key("1000016", 7)
        raw = to_message(
            letter(Kind.REMINDER, hours=50),
            key="reminder:1000016:7:1",
            follows=first,
            sender=SENDER,
            recipient="pic@dlhk.invalid",
            now=TEN,
            timezone=WIB,
        )
        assert email.message_from_bytes(raw)["References"] == message_id(first, "tiket@depok.invalid")

    @pytest.mark.parametrize("address", ["pic@dlhk.invalid", "kepala.dinas+depok@sub.dlhk.depok.invalid", "a@b"])
    def test_plain_addresses_are_taken(self, address: str) -> None:
        assert is_address(address)

    @pytest.mark.parametrize(
        "address",
        [
            "", "pic", "@dlhk.invalid", "pic@", "a b@c.invalid", "a@b.invalid\r\nBcc: x@y.invalid", "a@b.invalid>",
            "<a@b.invalid>", "a@b.invalid, c@d.invalid", '"a b"@c.invalid', ".a@b.invalid", "a@b..invalid",
            "p\N{LATIN SMALL LETTER I WITH ACUTE}c@b.invalid", "a" * 250 + "@b.invalid",
        ],
    )  # fmt: skip
    def test_what_could_do_harm_on_the_way_is_not(self, address: str) -> None:
        assert not is_address(address)


HARM = "x\r\nBcc: semua@dlhk.invalid\r\n\r\nisi palsu"
WORDS = st.text(max_size=60) | st.just(HARM)


class TestInjection:
    @given(category=WORDS, area=WORDS, code=WORDS, name=WORDS, text=st.text(max_size=300))
    @example(HARM, HARM, HARM, HARM, HARM)
    @example("\ud800", "\x00", "\u2028", "=?utf-8?q?x?=", "\ud800 \x00 \x1b[2J")
    def test_no_name_or_text_adds_a_header_or_a_recipient(
        self, category: str, area: str, code: str, name: str, text: str
    ) -> None:
        about = matter(category=category, area=area, text=text)
        said = about_ticket(Kind.FORWARDED, Role.OFFICER, Department(code, name), about, TEN, WIB)
        message = sent(said, sender="tiket@depok.invalid")
        assert sorted(message.keys()) == sorted(
            [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ]
        )  # fmt: skip
        assert message["To"] == "pic@dlhk.invalid"
        assert "\n" not in message["Subject"]
        assert body(message).replace("\r\n", "\n") == said.text

    @given(st.text())
    def test_a_long_complaint_arrives_whole_and_readable(self, text: str) -> None:
        said = letter(about=matter(text=f"awal {text * 20} akhir"))
        assert "awal" in said.text
        assert "akhir" in said.text
        assert all(c.isprintable() or c == "\n" for c in said.text)
        assert max(len(line) for line in sent(said).as_bytes().splitlines()) <= 998
