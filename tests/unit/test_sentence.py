"""A sentence is English by itself and another language where it is shown."""

import pickle
from enum import StrEnum

import pytest

from depok_agi.errors import AsteriskError, DepokError, RefusedError
from depok_agi.language import Language, translate
from depok_agi.sentence import Joined, Sentence


class Colour(StrEnum):
    RED = "red"


INDONESIAN = {
    "ticket {number} is {colour}": "tiket {number} berwarna {colour}",
    "red": "merah",
    "{inner}; last: {last}": "{inner}; terakhir: {last}",
    "nobody answers": "tidak ada yang menjawab",
}


def indonesian(text: str) -> str:
    return INDONESIAN.get(text, text)


def test_it_is_english_by_itself_and_translated_with_its_values_and_words_where_it_is_shown() -> None:
    sentence = Sentence("ticket {number} is {colour}", {"number": 7, "colour": Colour.RED})
    assert str(sentence) == "ticket 7 is red"
    assert sentence.text(indonesian) == "tiket 7 berwarna merah"


def test_a_sentence_and_an_error_among_the_values_are_translated_too_and_other_errors_stay() -> None:
    inner = RefusedError("ticket {number} is {colour}", number=7, colour=Colour.RED)
    error = RefusedError("{inner}; last: {last}", inner=inner, last=Sentence("nobody answers"))
    assert str(error) == "ticket 7 is red; last: nobody answers"
    assert error.text(indonesian) == "tiket 7 berwarna merah; terakhir: tidak ada yang menjawab"
    assert RefusedError("{inner}", inner=OSError("disk full")).text(indonesian) == "disk full"


def test_several_sentences_are_translated_one_by_one() -> None:
    joined = Joined("; ", [Sentence("nobody answers"), Sentence("red")])
    assert (str(joined), joined.text(indonesian)) == ("nobody answers; red", "tidak ada yang menjawab; merah")


@pytest.mark.parametrize("text", ["{", "a } b", "{name}", "{0} {}"])
def test_text_without_values_is_as_it_is_braces_and_all(text: str) -> None:
    assert (str(DepokError(text)), DepokError(text).text(indonesian)) == (text, text)


def test_an_error_comes_out_of_another_process_as_it_went_in() -> None:
    error = AsteriskError("ticket {number} is {colour}", number=7, colour=Colour.RED)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert isinstance(again, AsteriskError)
    assert (str(again), again.text(indonesian)) == (str(error), error.text(indonesian))


def test_two_sentences_are_the_same_when_source_and_values_are() -> None:
    assert Sentence("a {b}", {"b": 1}) == Sentence("a {b}", {"b": 1})
    assert len({Sentence("a {b}", {"b": 1}), Sentence("a {b}", {"b": 2}), Sentence("a {b}", {"b": 1})}) == 2


def test_a_real_error_is_in_indonesian_where_it_is_shown() -> None:
    error = RefusedError("ticket {number} has no category that leads to an OPD: name one by --opd", number="1000015")
    assert error.text(lambda text: translate(text, Language.INDONESIAN)) == (
        "tiket 1000015 tidak memiliki kategori yang menuju OPD: sebut OPD dengan --opd"
    )
