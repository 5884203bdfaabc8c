"""What citizens are written, when, and by which way."""

from base64 import b64decode
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from depok_agi.sms.language import Language
from depok_agi.sms.length import is_gsm, parts
from depok_agi.sms.outgoing import NOTICES, Kind, earliest, gap, pause
from depok_agi.sms.route import action, is_route
from depok_agi.sms.wording import Facts, write
from depok_agi.tickets.status import TicketStatus

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 25, 20, 30, tzinfo=WIB)
DUE = datetime(2026, 11, 28, 10, 0, tzinfo=WIB)
OPENS = datetime(2026, 11, 26, 7, 30, tzinfo=WIB)
ANI = "+6281100001234"
EVERYTHING = [
    Facts(NOW, "1000015", status, opd, due, secret, opens)
    for status in TicketStatus
    for opd in (None, "DP3AP2KB")
    for due in (None, DUE, NOW - timedelta(days=1))
    for secret in (False, True)
    for opens in (None, OPENS)
]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", Language)
def test_every_text_is_of_the_7_bit_alphabet_and_two_sms_at_most(kind: Kind, language: Language) -> None:
    for facts in EVERYTHING:
        text = write(kind, language, facts)
        assert text is not None
        assert is_gsm(text)
        assert parts(text) <= 2
        assert "{" not in text
        assert len(text.encode()) < 700, "the manager's lines end at a thousand bytes"


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.APPENDED, Kind.STATUS, Kind.FORWARDED, Kind.ANSWERED])
def test_of_no_ticket_nothing_is_said(kind: Kind) -> None:
    assert write(kind, Language.INDONESIAN, Facts(NOW)) is None


def test_a_new_ticket_is_told_with_its_number_and_when_the_centre_opens() -> None:
    text = write(Kind.TICKET, Language.INDONESIAN, Facts(NOW, "1000015", TicketStatus.NEW, opens_at=OPENS))
    assert text == (
        "Depok 1500664: Laporan Anda kami terima, nomor tiket 1000015. Untuk mengecek balas: STATUS 1000015. "
        "Kami buka Kamis 26-11 07:30."
    )


def test_a_status_says_who_has_it_and_until_when() -> None:
    facts = Facts(NOW, "1000015", TicketStatus.FORWARDED, "DLHK", DUE)
    assert write(Kind.STATUS, Language.INDONESIAN, facts) == (
        "Depok 1500664: Tiket 1000015 sedang ditangani DLHK, jawaban paling lambat Sabtu 28-11 10:00."
    )
    late = Facts(DUE + timedelta(hours=1), "1000015", TicketStatus.FORWARDED, "DLHK", DUE)
    assert write(Kind.STATUS, Language.ENGLISH, late) == (
        "Depok 1500664: Ticket 1000015 is being dealt with by DLHK, its answer is overdue."
    )


@pytest.mark.parametrize("kind", [Kind.STATUS, Kind.FORWARDED])
def test_of_a_secret_ticket_neither_the_opd_nor_the_date_is_said(kind: Kind) -> None:
    facts = Facts(NOW, "1000015", TicketStatus.FORWARDED, "DP3AP2KB", DUE, secret=True)
    text = write(kind, Language.INDONESIAN, facts)
    assert text is not None
    assert "1000015" in text
    assert "DP3AP2KB" not in text
    assert "28-11" not in text


# ---- how long ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ü" * 70, 1),
        ("ć" * 70, 1),
        ("ć" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_a_text_takes_as_many_sms_as_its_alphabet_needs(text: str, count: int) -> None:
    assert parts(text) == count


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_longer_text_never_takes_fewer(one: str, more: str) -> None:
    assert 1 <= parts(one) <= parts(one + more)


# ---- when --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-25 07:59", "2026-11-25 08:00"),
        ("2026-11-25 08:00", "2026-11-25 08:00"),
        ("2026-11-25 19:59", "2026-11-25 19:59"),
        ("2026-11-25 20:00", "2026-11-26 08:00"),
        ("2026-11-25 23:59", "2026-11-26 08:00"),
        ("2026-11-26 00:00", "2026-11-26 08:00"),
    ],
)
def test_a_notice_waits_for_decent_hours_and_an_answer_does_not(now: str, first: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=WIB)
    expected = datetime.fromisoformat(first).replace(tzinfo=WIB)
    for kind in Kind:
        found = earliest(kind, at.astimezone(UTC), time(8), time(20), WIB)
        assert found == (expected if kind in NOTICES else at)


@given(st.integers(1, 6000), st.lists(st.floats(0, 5), min_size=1, max_size=200))
@example(per_minute=11, idle=[0.0] * 12)  # a minute divided by 11 has no end
def test_no_minute_has_more_than_the_limit(per_minute: int, idle: list[float]) -> None:
    now, last, sent = NOW, None, []
    for seconds in idle:
        now += timedelta(seconds=seconds)
        now += pause(last, now, per_minute)
        last = now
        sent.append(now)
    for at in sent:
        assert sum(at <= other < at + timedelta(minutes=1) for other in sent) <= per_minute


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    assert pause(NOW + timedelta(days=1), NOW, 20) == timedelta(seconds=3)


def test_the_waits_grow_and_the_longest_repeats() -> None:
    waits = [gap(tries) for tries in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == waits[-2] == timedelta(hours=4)


# ---- by which way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "to"),
    [("{number}", "+6281100001234"), ("{digits}", "6281100001234"), ("{national}", "081100001234")],
)
def test_a_gateway_gets_the_number_as_it_wants_it(form: str, to: str) -> None:
    found = action(f"pjsip:gw/sip:{form}@192.0.2.5:5060", "", ANI, "é\nbaris")
    assert found.name == "MessageSend"
    assert found.fields["To"] == f"pjsip:gw/sip:{to}@192.0.2.5:5060"
    assert b64decode(found.fields["Base64Body"]).decode() == "é\nbaris"
    assert "From" not in found.fields


def test_a_gateway_is_told_from_whom_where_it_asks() -> None:
    assert action("pjsip:gw/sip:{number}@192.0.2.5", "<sip:1500664@x>", ANI, "a").fields["From"] == "<sip:1500664@x>"


@pytest.mark.parametrize(("modem", "name"), [("Dongle/dongle0", "DongleSendSMS"), ("Quectel/q-1", "QuectelSendSMS")])
def test_a_modem_has_an_action_of_its_driver_and_no_line_ends(modem: str, name: str) -> None:
    found = action(modem, "", ANI, "a\r\nAction: Originate")
    assert found.name == name
    assert found.fields == {
        "Device": modem.partition("/")[2],
        "Number": ANI,
        "Message": "a Action: Originate",
    }


@pytest.mark.parametrize(
    "route",
    [
        "",
        "pjsip:gw",
        "pjsip:gw/sip:192.0.2.5",
        "pjsip:gw/sip:{number}{digits}@192.0.2.5",
        "pjsip:gw/sip:{number}@{number}",
        "pjsip:gw/sip:{nomor}@192.0.2.5",
        "pjsip:gw/sip:{number}@{host}",
        "sip:{number}@192.0.2.5",
        "pjsip:gw/sip:{number}@192.0.2.5\nAction: x",
        "Dongle/",
        "SMS/modem",
    ],
)
def test_no_other_way_is_one(route: str) -> None:
    assert not is_route(route)
