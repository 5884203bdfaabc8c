"""SMS on a real Asterisk: SIP MESSAGE in from a gateway, by the daemon or without it, and out again."""

import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.gateway import Gateway, send_sms
from tests.lab.pbx_root import PbxRoot, Release, build

ODD = 'Halo :) : "kutip" \\ ${CHANNEL} $[1+1] (a) b) ; c, é 🙂\nbaris dua\n\nbaris empat'


@dataclass
class Lab:
    centre: Centre
    gateway: Gateway

    def received(self, count: int) -> list[dict[str, Any]]:
        """What came in, oldest first, once it is so much."""

        def look() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.centre.json("sms", "received")
            return found[::-1] if len(found) >= count else None

        return wait_until(look, 15, lambda: f"not {count} SMS: {self.centre.json('sms', 'received')}")

    def made_of_next(self, text: str, sender: str, **more: str) -> dict[str, Any]:
        """Hand one over; what the centre says of it."""
        before = len(self.centre.json("sms", "received"))
        self.gateway.hands_over(text, sender, **more)
        return self.received(before + 1)[-1]

    def ticket(self, number: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.centre.json("tickets", "show", number)
        return shown


@pytest.fixture(scope="module", params=[Release.ASTERISK_22, Release.ASTERISK_16], ids=["22", "16"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pbx_root: PbxRoot) -> Iterator[Lab]:
    root = pbx_root if request.param is Release.ASTERISK_22 else build(release=request.param)
    with ExitStack() as stack:
        centre = stack.enter_context(Centre(root, tmp_path_factory.mktemp("centre"), daemon=False))
        send_sms(centre)
        centre.start_daemon()
        yield Lab(centre, stack.enter_context(Gateway(centre.pbx)))


def test_an_sms_becomes_a_ticket_with_its_text_whole_and_the_answer_holds_its_number(lab: Lab) -> None:
    made = lab.made_of_next(ODD, "6281100001001")
    assert (made["made"], made["caller"]) == ("ticket", "+6281100001001")
    ticket = lab.ticket(made["ticket"])
    assert (ticket["channel"], ticket["text"]) == ("sms", ODD)
    (answer,) = lab.gateway.takes("+6281100001001")
    assert answer.startswith("Depok 1500664: ")
    assert made["ticket"] in answer


def test_the_longest_text_that_asterisk_takes_is_whole_and_a_longer_one_is_asked_for_in_parts(lab: Lab) -> None:
    longest = "Sampah " + "x" * 1016
    assert lab.ticket(lab.made_of_next(longest, "081100001002")["ticket"])["text"] == longest
    assert lab.made_of_next(longest + "y", "081100001003")["made"] == "too_long"
    assert "terlalu panjang" in lab.gateway.takes("+6281100001003")[0]


def test_a_repeat_of_the_same_sip_message_changes_nothing(lab: Lab) -> None:
    made = lab.made_of_next("Banjir di depan sekolah", "%2B6281100001004", call_id="repeat@gateway")
    lab.gateway.hands_over("Banjir di depan sekolah", "%2B6281100001004", call_id="repeat@gateway")
    after = lab.made_of_next("STATUS", "+6281100001004")
    assert (after["made"], after["id"]) == ("status", made["id"] + 1)
    assert len(lab.ticket(made["ticket"])["history"]) == 1
    assert len(lab.gateway.takes("+6281100001004", 2)) == 2


def test_a_status_is_told_and_an_opd_and_its_answer_are_news(lab: Lab) -> None:
    ticket = lab.made_of_next("Lampu jalan mati di Beji", "081100001005")["ticket"]
    lab.centre.command("tickets", "forward", ticket, "--opd", "DISHUB")
    lab.made_of_next(f"statsu {ticket}", "081100001006")
    assert f"Tiket {ticket} sedang ditangani DISHUB" in lab.gateway.takes("+6281100001006")[0]
    lab.centre.command("tickets", "answer", ticket, "--text", "Sudah menyala")
    _, forwarded, answered = lab.gateway.takes("+6281100001005", 3)
    assert "diteruskan ke DISHUB" in forwarded
    assert "sudah dijawab" in answered
    assert "menyala" not in answered


def test_a_company_is_ignored(lab: Lab) -> None:
    before = len(lab.gateway.taken())
    assert lab.made_of_next("Pulsa Anda hampir habis", "TELKOMSEL")["made"] == "ignored"
    assert len(lab.gateway.taken()) == before


def test_without_the_daemon_an_sms_is_kept_and_answered_once_it_is_back(lab: Lab) -> None:
    lab.centre.kill_daemon()
    lab.gateway.hands_over(ODD, "081100001007")
    wait_until(lambda: list(lab.centre.spool.glob("*.json")) or None, 10, lambda: "nothing is in the spool")
    lab.centre.start_daemon()
    (answer,) = lab.gateway.takes("+6281100001007")
    made = lab.received(1)[-1]
    assert made["ticket"] in answer
    assert lab.ticket(made["ticket"])["text"] == ODD


def test_what_asterisk_does_not_take_waits(lab: Lab) -> None:
    """A gateway that Asterisk does not know."""
    lab.centre.stop_daemon()
    right = lab.centre.settings.read_text()
    lab.centre.settings.write_text(right.replace("pjsip:sms-gateway/", "pjsip:nobody/"))
    lab.centre.start_daemon()
    try:
        lab.made_of_next("Pohon tumbang di jalan", "081100001008")

        def waits() -> list[dict[str, Any]] | None:
            found = [one for one in lab.centre.json("sms", "list") if one["tries"]]
            return found or None

        (one,) = wait_until(waits, 10, lambda: str(lab.centre.json("sms", "list", "--status", "all")))
        assert "refused" in one["error"]
    finally:
        lab.centre.stop_daemon()
        lab.centre.settings.write_text(right)
        with closing(sqlite3.connect(lab.centre.store)) as store, store:
            store.execute("UPDATE sms_queue SET next_try_at = 0 WHERE status = 'waiting'")
        lab.centre.start_daemon()
    assert len(lab.gateway.takes("+6281100001008")) == 1


def test_sms_are_no_calls(lab: Lab) -> None:
    assert lab.centre.json("calls", "list") == []


def test_an_sms_of_a_modems_channel_driver_comes_in_as_well(lab: Lab) -> None:
    """As chan_dongle does it: a channel of its own for each, the sender as its caller ID, the text as base64."""
    before = len(lab.centre.json("sms", "received"))
    encoded = b64encode(ODD.encode()).decode()
    order = lab.centre.pbx.spool / "sms.call"
    order.write_text(
        f"Channel: Local/sms@depok-sms/n\nCallerID: <081100001009>\nSetvar: __SMS_BASE64={encoded}\n"
        "Application: Wait\nData: 1\n"
    )
    outgoing = lab.centre.pbx.spool / "outgoing"
    outgoing.mkdir(exist_ok=True)
    order.rename(outgoing / order.name)  # whole, or not there
    made = lab.received(before + 1)[-1]
    assert (made["made"], made["caller"]) == ("ticket", "+6281100001009")
    assert lab.ticket(made["ticket"])["text"] == ODD


def test_the_user_that_sends_sms_can_do_nothing_else(lab: Lab) -> None:
    shown = lab.centre.pbx.rx("manager show user depok-agi-sms")
    assert "write perm: message" in " ".join(shown.split())
    assert "read perm: <none>" in " ".join(shown.split())
