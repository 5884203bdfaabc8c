"""The catalogue of translations is whole, and is what the software reads."""

import re
from collections.abc import Sequence

import pytest

from depok_agi.calls.record import Direction, Outcome
from depok_agi.language import Language, gettext_noop, translate, translations
from depok_agi.operators.state import PauseReason, State
from depok_agi.reports.terms import TERMS
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import TicketChannel
from tests.translate import (
    TRANSLATED,
    compiled,
    in_line,
    is_translated,
    of_python,
    path_of,
    read,
    source_strings,
    text_of,
)

NAMES = re.compile(r"\{(\w*(?:![rsa])?(?::[^{}]*)?)\}")


def _last(text: str | Sequence[str]) -> str:
    """The string, or the one for many: in Indonesian it serves for one, too."""
    return text if isinstance(text, str) else text[-1]


@pytest.mark.parametrize("language", TRANSLATED)
class TestTheCatalogue:
    def test_it_has_a_translation_of_every_source_string(self, language: Language) -> None:
        translated = {
            str(message.id) for message in read(language) if is_translated(message.string) and not message.fuzzy
        }
        assert sorted(set(map(str, source_strings())) - translated) == []

    def test_it_is_what_scripts_translate_would_write(self, language: Language) -> None:
        again = text_of(in_line(read(language), source_strings()), language)
        assert path_of(language, ".po").read_text("utf-8") == again

    def test_the_compiled_file_is_that_of_the_edited_one(self, language: Language) -> None:
        assert path_of(language, ".mo").read_bytes() == compiled(read(language))

    def test_a_translation_names_the_same_values_as_its_source(self, language: Language) -> None:
        different = [
            message.id
            for message in read(language)
            if set(NAMES.findall(_last(message.id))) != set(NAMES.findall(_last(message.string)))
        ]
        assert different == []


def test_a_string_is_found_where_it_stands_in_the_code_in_a_page_and_as_a_title() -> None:
    assert {"Wednesday", "Key figures", "Highest: {most}; lowest: {least}. The table beside it has every number."} < (
        source_strings()
    )


def test_a_string_of_a_call_within_another_is_found_and_what_is_no_text_is_passed_over() -> None:
    code = (
        """Table(key, "Tickets", (Column("a", "Late" " ones", x), Column(*more)), f"{self.gettext('h')}", Note(text))"""
    )
    assert sorted(of_python(code)) == ["Late ones", "Tickets", "h"]


def test_a_translation_that_is_not_used_comes_back_with_its_string() -> None:
    old = read(Language.INDONESIAN)
    without = in_line(old, source_strings() - {"Wednesday"})
    assert without.get("Wednesday") is None
    message = in_line(without, source_strings()).get("Wednesday")
    assert message is not None
    assert message.string == "Rabu"


def test_every_value_of_an_enum_that_a_report_shows_is_a_known_term() -> None:
    calls = (Outcome, Direction, AttemptResult)
    shown = (*calls, TicketChannel, TicketStatus, CallbackReason, CallbackStatus, State, PauseReason)
    assert {value.value for enum in shown for value in enum} == TERMS


def test_english_is_the_source_string_and_nothing_is_nothing_in_any_language() -> None:
    assert translate("Wednesday", Language.ENGLISH) == "Wednesday"
    assert translate("Wednesday", Language.INDONESIAN) == "Rabu"
    assert [translate("", language) for language in Language] == ["", ""]
    assert gettext_noop("Wednesday") == "Wednesday"


def test_a_catalogue_is_read_once() -> None:
    assert translations(Language.INDONESIAN) is translations(Language.INDONESIAN)
