"""An SMS at its door: who wrote, what, and what makes it the same SMS as its repeat."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls.sip_address import user_of
from depok_agi.voice import spool_content
from depok_agi.voice.caller import CallerInfo
from depok_agi.voice.left import Sms
from depok_agi.voice.variables import (
    SMS_CALL_ID,
    SMS_CSEQ,
    SMS_FROM,
    SMS_LENGTH,
    SMS_OF_MODEM,
    SMS_TEXT,
    Result,
    StepName,
)
from tests.unit.voice.fake_caller import ANI, FakeCaller
from tests.unit.voice.test_steps import Desk, run

ALL_MESSAGES = replace(ANI, uniqueid="depok-1795610871.0", number=None, name=None)
OF_MODEM = replace(ANI, uniqueid="depok-1795610999.7", number="081100005678")
GATEWAY = {
    SMS_FROM: "<sip:6281100001234@192.0.2.5>;tag=1",
    SMS_CALL_ID: "one@gateway",
    SMS_CSEQ: "1 MESSAGE",
    SMS_LENGTH: "18",
    SMS_TEXT: "Sampah di Margonda",
}


GONE_IN = Sms("one@gateway 1", "+6281100001234", "6281100001234", datetime(2026, 11, 25, 3, 0, tzinfo=UTC), "Banjir")


def kept() -> Sms:
    return kept_of(GATEWAY)


def kept_of(known: dict[str, str], info: CallerInfo = ALL_MESSAGES) -> Sms:
    desk = Desk()
    assert run(StepName.SMS, FakeCaller(info=info, known=known), desk) == (Result.KEPT, "")
    (sms,) = desk.kept
    assert isinstance(sms, Sms)
    return sms


def test_who_wrote_and_what_is_kept() -> None:
    sms = kept()
    assert (sms.number, sms.raw, sms.text) == ("+6281100001234", "6281100001234", "Sampah di Margonda")


def test_a_repeat_of_the_same_sip_message_is_the_same_sms_and_another_one_is_not() -> None:
    assert kept().uniqueid == kept().uniqueid
    assert kept_of(GATEWAY | {SMS_CALL_ID: "two@gateway"}).uniqueid != kept().uniqueid
    assert kept_of(GATEWAY | {SMS_CSEQ: "2 MESSAGE"}).uniqueid != kept().uniqueid


def test_a_text_that_was_too_long_for_asterisk_is_told_from_an_empty_one() -> None:
    assert kept_of(GATEWAY | {SMS_TEXT: "", SMS_LENGTH: "1500"}).text is None
    assert kept_of(GATEWAY | {SMS_TEXT: "", SMS_LENGTH: "0"}).text == ""
    assert kept_of(GATEWAY | {SMS_TEXT: "", SMS_LENGTH: ""}).text == ""


def test_the_sms_of_a_modem_is_decoded_and_known_by_its_channel() -> None:
    encoded = b64encode("Banjir 🙂\ndi Beji".encode()).decode()
    sms = kept_of({SMS_OF_MODEM: encoded}, OF_MODEM)
    assert (sms.number, sms.text, sms.uniqueid) == ("+6281100005678", "Banjir 🙂\ndi Beji", "depok-1795610999.7")


@pytest.mark.parametrize("broken", ["%%%", "abc", "////", "é"])
def test_a_text_that_is_not_well_encoded_is_an_sms_all_the_same(broken: str) -> None:
    assert kept_of({SMS_OF_MODEM: broken}, OF_MODEM).number == "+6281100005678"


@pytest.mark.parametrize("sender", ["TELKOMSEL", "118", "1500664", "anonymous", ""])
def test_a_company_or_a_short_code_is_nobody_who_could_be_answered(sender: str) -> None:
    sms = kept_of(GATEWAY | {SMS_FROM: f"<sip:{sender}@192.0.2.5>"})
    assert (sms.number, sms.raw) == (None, sender)


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("<sip:081100001234@192.0.2.5>;tag=a", "081100001234"),
        ("sip:+6281100001234@192.0.2.5:5060", "+6281100001234"),
        ("<sip:%2B6281100001234@192.0.2.5;user=phone>", "+6281100001234"),
        ("<sip:081100001234;phone-context=+62@192.0.2.5>", "081100001234"),
        ("<SIPS:081100001234:secret@192.0.2.5>", "081100001234"),
        ("<tel:+6281100001234;phone-context=x>", "+6281100001234"),
        ('"sip:081100009999@x (b)" <sip:081100001234@192.0.2.5>', "081100001234"),
        ('"a \\" sip:081100009999@x" <sip:081100001234@192.0.2.5>', "081100001234"),
        ("<sip:192.0.2.5>", ""),
        ("", ""),
    ],
)
def test_the_sender_is_the_user_of_the_address(header: str, user: str) -> None:
    assert user_of(header) == user


@given(st.text())
def test_no_header_whatever_raises(header: str) -> None:
    assert "@" not in user_of(header) or "%40" in header.lower()


@given(st.text(st.characters(codec="utf-8")))
def test_every_text_comes_back_from_the_spool_as_it_was(text: str) -> None:
    sms = replace(GONE_IN, text=text)
    assert spool_content.from_json(json.loads(json.dumps(spool_content.to_json(sms)))) == sms


@pytest.mark.parametrize(
    "wrong", [{"number": "0811"}, {"number": 1}, {"text": 1}, {"text": "\ud800"}, {"at": "2026-11-25T10:00:00"}]
)
def test_what_no_step_wrote_is_not_understood(wrong: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        spool_content.from_json({**spool_content.to_json(GONE_IN), **wrong})


def test_a_spool_that_is_full_fails_the_step_so_that_the_forked_script_tries() -> None:
    with pytest.raises(OSError, match="no space left"):
        run(StepName.SMS, FakeCaller(info=ALL_MESSAGES, known=GATEWAY), Desk(full=True))
