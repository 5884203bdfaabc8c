"""What an SMS asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.sms.keyword import Asks, Command, parse
from depok_agi.sms.language import Language, language_of
from depok_agi.sms.spelling import is_nearly

NUMBER = "1000015"


@pytest.mark.parametrize(
    "text",
    [
        f"STATUS {NUMBER}",
        f"status {NUMBER}",
        f" Status: {NUMBER}.",
        f"status{NUMBER}",
        f"STATUS#{NUMBER}",
        "status 1000 015",
        "status 1.000.015",
        "status 1000-015",
        f"statsu {NUMBER}",
        f"sttaus {NUMBER}",
        f"stats {NUMBER}",
        f"stattus {NUMBER}",
        f"cek {NUMBER}",
        f"Check {NUMBER}",
        f"status tiket saya {NUMBER}",
        NUMBER,
        f"{NUMBER}?",
    ],
)
def test_a_status_is_asked_for_in_many_ways(text: str) -> None:
    assert parse(text) == Command(Asks.STATUS, NUMBER)


@pytest.mark.parametrize("text", ["STATUS", "status?", "status laporan saya", "cek"])
def test_a_status_without_a_number_is_of_the_senders_own_ticket(text: str) -> None:
    assert parse(text) == Command(Asks.STATUS)


@pytest.mark.parametrize(
    "text",
    [
        "Status jalan rusak di Margonda belum diperbaiki juga",
        "Cek lampu jalan mati depan pasar tolong hubungi saya 081100001234",
        "Tolong jalan Margonda berlubang",
        "Sampah menumpuk sejak 24-11-2026",
        "Help! There is a flood in my street",
        "Saya menelepon pemadam tidak diangkat",
        "Lapar dan haus di puskesmas Beji",
        "New street lamp is broken again near the school",
    ],
)
def test_a_sentence_is_what_the_citizen_wants_to_say_whatever_its_first_word(text: str) -> None:
    assert parse(text).asks in {Asks.SAYS, Asks.NEW}


@pytest.mark.parametrize(
    "text", ["BARU lampu jalan mati", "lapor: banjir di Beji", "Lapro banjir di Beji", "NEW flood"]
)
def test_a_word_before_a_text_makes_it_a_new_matter(text: str) -> None:
    expected = Asks.UNCLEAR if text == "NEW flood" else Asks.NEW
    assert parse(text).asks is expected


@pytest.mark.parametrize("text", ["BANTUAN", "bantaun", "Help", "help!", "INFO"])
def test_help_is_asked_for_by_one_word(text: str) -> None:
    assert parse(text).asks is Asks.HELP


@pytest.mark.parametrize("text", ["TELEPON", "telepon saya", "Telefon", "CALL me", "hubungi saya"])
def test_a_call_is_asked_for_by_a_word_or_two(text: str) -> None:
    assert parse(text).asks is Asks.CALL


@pytest.mark.parametrize("text", ["", " ", "p", "halo", "???", "🙂", "tes 123", "BARU"])
def test_too_little_is_unclear(text: str) -> None:
    assert parse(text).asks is Asks.UNCLEAR


@given(st.text())
def test_every_text_asks_for_something(text: str) -> None:
    number = parse(text).number
    assert number is None or (number.isascii() and number.isdigit())


WORDS = st.text("abcdefg", min_size=5, max_size=9)


@given(WORDS, st.data())
def test_one_slip_is_forgiven_whichever_it_is(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefgh"))
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ]
    for slip in slips:
        assert is_nearly(slip, word)
        assert is_nearly(word, slip)


@given(WORDS, WORDS)
def test_what_is_forgiven_is_at_most_one_swap_or_one_letter(one: str, other: str) -> None:
    if is_nearly(one, other):
        assert abs(len(one) - len(other)) <= 1
        different = sum(a != b for a, b in zip(one, other, strict=False))
        assert len(one) != len(other) or different <= 2


def test_two_slips_are_another_word() -> None:
    assert not is_nearly("stuast", "status")
    assert not is_nearly("lampu", "lapor")
    assert not is_nearly("satu", "status")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sampah menumpuk di Jalan Margonda", Language.INDONESIAN),
        ("There is a flood in my street", Language.ENGLISH),
        ("check 1000015", Language.ENGLISH),
        ("STATUS 1000015", Language.INDONESIAN),
        ("🙂", Language.INDONESIAN),
    ],
)
def test_who_writes_english_is_answered_in_english(text: str, language: Language) -> None:
    assert language_of(text) is language
