"""What is made of an SMS, and when it is not answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.sms.decision import CONTINUED_WITHIN, REPEATED_WITHIN, Decision, Made, Previous, Sender, decide
from depok_agi.sms.loop import MOST_IN_WINDOW, SIGNATURE, WINDOW, text_digest, words_digest
from depok_agi.sms.outgoing import Kind

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
TEXT = "Sampah menumpuk di Margonda"
TICKET = "1000015"
LATER = timedelta(minutes=5)


class Conversation:
    """What one number sends, and what it is answered."""

    def __init__(self, *, open_ticket: str | None = None) -> None:
        self.at = NOW
        self.open_ticket = open_ticket
        self.earlier: list[Previous] = []

    def sends(self, text: str, after: timedelta = LATER) -> Decision:
        self.at += after
        recent = [one for one in self.earlier if one.at >= self.at - WINDOW]
        decision = decide(text, self.at, Sender(open_ticket=self.open_ticket, earlier=recent))
        if decision.made is Made.TICKET:
            self.open_ticket = TICKET
        self.earlier.insert(
            0,
            Previous(
                self.at,
                decision.made,
                self.open_ticket,
                text_digest(text),
                words_digest(text),
                decision.looks_automatic,
                decision.answer is not None,
            ),
        )
        return decision


def answers(conversation: Conversation, texts: Sequence[str], after: timedelta = LATER) -> list[bool]:
    return [conversation.sends(text, after).answer is not None for text in texts]


def test_the_first_word_of_a_citizen_opens_a_ticket_and_the_next_goes_to_it() -> None:
    citizen = Conversation()
    assert citizen.sends(TEXT) == Decision(Made.TICKET, None, Kind.TICKET)
    assert citizen.sends("Sudah tiga hari") == Decision(Made.APPENDED, TICKET, Kind.APPENDED)
    assert citizen.sends("BARU lampu jalan mati") == Decision(Made.TICKET, None, Kind.TICKET)
    assert citizen.sends("ok") == Decision(Made.APPENDED, TICKET, Kind.APPENDED)


def test_a_few_letters_of_who_has_no_ticket_get_the_help_text() -> None:
    assert Conversation().sends("halo") == Decision(Made.HELP, None, Kind.HELP)


def test_an_empty_sms_never_goes_to_a_ticket() -> None:
    assert Conversation(open_ticket=TICKET).sends(" ").made is Made.HELP


def test_who_is_blocked_is_not_answered() -> None:
    assert decide(TEXT, NOW, Sender(blocked=True)) == Decision(Made.BLOCKED)


def test_a_text_that_did_not_come_through_is_asked_for_again() -> None:
    assert decide(None, NOW, Sender(open_ticket=TICKET)) == Decision(Made.TOO_LONG, None, Kind.TOO_LONG)


def test_a_status_is_of_the_ticket_that_is_named_else_of_ones_own_else_help_is_of_more_use() -> None:
    assert Conversation(open_ticket=TICKET).sends("STATUS 1000023").ticket == "1000023"
    assert Conversation(open_ticket=TICKET).sends("STATUS") == Decision(Made.STATUS, TICKET, Kind.STATUS)
    assert Conversation().sends("STATUS") == Decision(Made.STATUS, None, Kind.HELP)


@pytest.mark.parametrize(("after", "made"), [(REPEATED_WITHIN, Made.REPEATED), (REPEATED_WITHIN * 2, Made.APPENDED)])
def test_the_same_text_is_a_repeat_only_for_a_while(after: timedelta, made: Made) -> None:
    citizen = Conversation()
    citizen.sends(TEXT)
    assert citizen.sends(TEXT, after).made is made


def test_a_status_of_another_ticket_is_no_repeat() -> None:
    citizen = Conversation()
    citizen.sends("STATUS 1000015")
    assert citizen.sends("STATUS 1000023", timedelta(seconds=5)).answer is Kind.STATUS


def test_the_rest_of_a_long_text_goes_to_the_same_ticket_and_has_no_answer_of_its_own() -> None:
    citizen = Conversation()
    citizen.sends(TEXT)
    for part in ("depan pasar, sudah tiga", "BARU diangkut", "hari"):
        assert citizen.sends(part, timedelta(seconds=2)) == Decision(Made.CONTINUED, TICKET)
    assert citizen.sends("Masih ada", CONTINUED_WITHIN + timedelta(seconds=1)).made is Made.APPENDED


def test_parts_that_overtake_each_other_are_parts_all_the_same() -> None:
    citizen = Conversation()
    citizen.sends(TEXT)
    assert citizen.sends("bagian pertama dari pesan", -timedelta(seconds=3)).made is Made.CONTINUED


def test_what_is_asked_in_the_middle_is_answered() -> None:
    citizen = Conversation()
    citizen.sends(TEXT)
    assert citizen.sends("STATUS", timedelta(seconds=10)).answer is Kind.STATUS


# ---- loops -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, pesan Anda nomor {n} kami terima",
        "Pesan otomatis nomor {n}: kami sedang cuti",
        "AUTO-REPLY {n}: I am out of the office",
        f'RE: "{SIGNATURE} Laporan Anda kami terima" no. {{n}}',
    ],
)
def test_a_loop_with_another_automatic_system_ends_after_two_answers(text: str) -> None:
    other = Conversation()
    said = answers(other, [text.format(n=n) for n in range(50)], timedelta(seconds=40))
    assert said[:2] == [True, True]
    assert not any(said[2:])


def test_a_system_that_writes_something_else_each_time_ends_at_the_limit() -> None:
    other = Conversation()
    texts = [f"kata{chr(97 + n // 26)}{chr(97 + n % 26)} berbeda setiap kali" for n in range(60)]
    assert sum(answers(other, texts, timedelta(seconds=45))) == MOST_IN_WINDOW


def test_a_person_who_writes_different_things_is_answered() -> None:
    texts = ["Sampah menumpuk", "Di Jalan Margonda", "Depan pasar", "STATUS", "Terima kasih banyak"]
    assert all(answers(Conversation(), texts))


def test_a_person_begins_anew_after_a_loop() -> None:
    other = Conversation()
    assert answers(other, ["Kami libur 1", "Kami libur 2", "Kami libur 3"]) == [True, True, False]
    assert other.sends("Tolong sampahnya diangkut").answer is Kind.APPENDED


def test_what_is_not_answered_is_taken_down_all_the_same() -> None:
    other = Conversation()
    for n in range(5):
        other.sends(f"Kami libur {n}")
    assert [one.made for one in other.earlier] == [Made.APPENDED] * 4 + [Made.TICKET]


def test_after_the_window_the_same_words_are_answered_again() -> None:
    other = Conversation()
    answers(other, [TEXT, f"{TEXT} 2", f"{TEXT} 3"])
    assert other.sends(TEXT, WINDOW + LATER).answer is Kind.APPENDED


TEXTS = st.sampled_from(
    [TEXT, "ok", "STATUS", "STATUS 1000015", "BARU lampu jalan mati", "Pesan otomatis", "telepon", ""]
)


@given(st.lists(st.tuples(TEXTS, st.integers(0, 4000)), max_size=40))
def test_however_it_goes_on_nobody_gets_more_than_the_limit_within_an_hour(sent: list[tuple[str, int]]) -> None:
    conversation = Conversation()
    answered = []
    for text, seconds in sent:
        if conversation.sends(text, timedelta(seconds=seconds)).answer is not None:
            answered.append(conversation.at)
    for at in answered:
        assert sum(at <= other < at + WINDOW for other in answered) <= MOST_IN_WINDOW


@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_three_answers_in_a_row_need_a_person_between(automatic: list[bool]) -> None:
    earlier = [
        Previous(NOW - timedelta(minutes=n), Made.APPENDED, TICKET, "", "", looks, answered=True)
        for n, looks in enumerate(automatic)
    ]
    decision = decide("Pesan otomatis kami", NOW + LATER, Sender(open_ticket=TICKET, earlier=earlier))
    assert (decision.answer is None) == automatic[0]
    assert replace(decision, answer=None).made is Made.APPENDED
