"""The words of AGI, without any door."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.asterisk import agi_protocol
from depok_agi.asterisk.agi_protocol import Reply, caller_info, parse_reply, quote
from depok_agi.errors import AsteriskError, NotFoundError
from depok_agi.voice.caller import CallerInfo, Language


def arguments(line: str) -> list[str]:
    """What `parse_args` in Asterisk's res_agi.c makes of a line, character by character."""
    found: list[str] = []
    quoted = escaped = False
    blank = True
    for character in line:
        if character == '"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                found.append("")
                blank = False
        elif character in " \t" and not quoted and not escaped:
            blank = True
        elif character == "\\" and not escaped:
            escaped = True
            continue
        else:
            if blank:
                found.append("")
                blank = False
            found[-1] += character
        escaped = False
    return found


@given(st.text())
def test_a_quoted_value_is_one_argument_and_one_line(value: str) -> None:
    quoted = quote(value)
    assert not set(quoted) & set("\r\n\0")
    expected = value.translate(str.maketrans("\r\n\0", "   ")).encode("utf-8", "replace").decode()
    assert arguments(f"SET VARIABLE x {quoted}") == ["SET", "VARIABLE", "x", expected]


@given(st.text(alphabet='"\\\n\r\0 a\ud800', max_size=20))
def test_a_quoted_value_holds_no_unescaped_quote(value: str) -> None:
    inside = quote(value)[1:-1]
    assert '"' not in inside.replace("\\\\", "").replace('\\"', "")
    assert inside.encode("utf-8").decode("utf-8") == inside


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=0", Reply(200, "0")),
        ("200 result=49 endpos=1200", Reply(200, "49")),
        ("200 result=-1 endpos=0", Reply(200, "-1")),
        ("200 result=", Reply(200, "")),
        ("200 result= (timeout)", Reply(200, "", "timeout")),
        ("200 result=12 (timeout)", Reply(200, "12", "timeout")),
        ("200 result=*12", Reply(200, "*12")),
        ("200 result=-1 (hangup)", Reply(200, "-1", "hangup")),
        ("510 Invalid or unknown command", Reply(510)),
        ("511 Command Not Permitted on a dead channel or intercept routine", Reply(511)),
        ("520-Invalid command syntax.  Proper usage follows:", Reply(520, goes_on=True)),
        ("520 Invalid command syntax.  Proper usage not available.", Reply(520)),
    ],
)
def test_replies_are_understood(line: str, reply: Reply) -> None:
    assert parse_reply(line) == reply


@pytest.mark.parametrize("line", ["", "HANGUP", "result=0", "2000 result=1", "hello"])
def test_anything_else_is_refused(line: str) -> None:
    with pytest.raises(AsteriskError, match="cannot be understood"):
        parse_reply(line)


@given(st.text())
def test_any_line_is_understood_or_refused(line: str) -> None:
    with suppress(AsteriskError):
        assert 0 <= parse_reply(line).code <= 999


@pytest.mark.parametrize("name", ["", "../secret", "a/b", "Menu", "a b", "a&b", "menu\n", "mênu", "a.wav"])
def test_a_prompt_cannot_lead_out_of_its_folder(name: str) -> None:
    with pytest.raises(AsteriskError, match="prompt's name"):
        agi_protocol.stream_file(name, "")


@pytest.mark.parametrize(
    "name", ["", "PATH", "DEPOK_", "DEPOK_a", "SHELL(ls)", "CHANNEL(hangup)", "DEPOK_A\n", "CHANNEL(language)x"]
)
def test_only_our_own_variables_can_be_set(name: str) -> None:
    with pytest.raises(AsteriskError, match="DEPOK_"):
        agi_protocol.set_variable(name, "x")


def test_commands_read_as_asterisk_wants_them() -> None:
    assert agi_protocol.stream_file("menu-main", "12#") == 'STREAM FILE "depok/menu-main" "12#"'
    assert agi_protocol.wait_for_digit(2.5) == "WAIT FOR DIGIT 2500"
    assert agi_protocol.get_data("depok/ask", 16, 5) == 'GET DATA "depok/ask" 5000 16'
    assert agi_protocol.set_variable("DEPOK_RESULT", 'a"b') == 'SET VARIABLE "DEPOK_RESULT" "a\\"b"'


@pytest.mark.parametrize("seconds", [0, -1, 0.0001])
def test_a_wait_always_ends(seconds: float) -> None:
    assert agi_protocol.wait_for_digit(seconds) == "WAIT FOR DIGIT 1"


@pytest.mark.parametrize("digits", [0, -1, 256, 100_000])
def test_asterisks_buffer_for_keys_cannot_be_overrun(digits: int) -> None:
    with pytest.raises(AsteriskError, match="1 to 255"):
        agi_protocol.get_data("depok/ask", digits, 5)


def test_keys_come_from_a_keypad() -> None:
    with pytest.raises(AsteriskError, match="keypad"):
        agi_protocol.stream_file("menu", '1"2')


def test_a_command_longer_than_asterisk_16_reads_is_refused() -> None:
    head = len('SET VARIABLE "DEPOK_NOTE" ""')
    assert agi_protocol.set_variable("DEPOK_NOTE", "x" * (2_000 - head))
    with pytest.raises(AsteriskError, match="2000 bytes"):
        agi_protocol.set_variable("DEPOK_NOTE", "x" * (2_001 - head))
    with pytest.raises(AsteriskError, match="2000 bytes"):
        agi_protocol.set_variable("DEPOK_NOTE", "ñ" * 1_000)


def test_the_caller_is_read_from_the_opening_lines() -> None:
    lines = {
        "agi_uniqueid": "pbx-1700000000.1",
        "agi_callerid": "+62812",
        "agi_calleridname": "Siti",
        "agi_extension": "s",
        "agi_dnid": "1500500",
        "agi_language": "en_GB",
    }
    assert caller_info(lines) == CallerInfo("pbx-1700000000.1", "+62812", "Siti", "1500500", Language.ENGLISH)


@pytest.mark.parametrize("nothing", ["unknown", "", " "])
def test_what_asterisk_does_not_know_is_none(nothing: str) -> None:
    lines = {"agi_callerid": nothing, "agi_calleridname": nothing, "agi_dnid": nothing, "agi_extension": "1500500"}
    assert caller_info(lines) == CallerInfo("", None, None, "1500500", Language.INDONESIAN)


@pytest.mark.parametrize("language", ["fr", "", "unknown", "english"])
def test_any_other_language_is_indonesian(language: str) -> None:
    assert caller_info({"agi_language": language}).language is Language.INDONESIAN


def test_a_failure_is_described_without_quoting_a_citizen() -> None:
    def fail(error: Exception) -> str:
        try:
            raise error  # noqa: TRY301 - described is what was raised
        except Exception as caught:  # noqa: BLE001 - any error
            return agi_protocol.describe(caught)

    assert fail(ValueError("081234567890")).startswith("ValueError at test_agi_protocol.py:")
    assert "0812" not in fail(ValueError("081234567890")) + fail(NotFoundError("no ticket of 081234567890"))
    assert fail(AsteriskError("no answer")).endswith(": no answer")
    assert agi_protocol.describe(KeyError("x")) == "KeyError"


def test_what_the_dialplan_asks_a_step_with_is_known_in_its_order() -> None:
    given = {"agi_uniqueid": "1.1", "agi_arg_1": "0811", "agi_arg_2": "", "agi_arg_3": "x", "agi_arg_5": "lost"}
    assert caller_info(given).arguments == ("0811", "", "x")
    assert caller_info({"agi_uniqueid": "1.1"}).arguments == ()


def test_the_text_of_an_sms_is_asked_for_by_its_name_so_that_nothing_in_it_counts() -> None:
    # Each backslash is escaped once more for the AGI command itself.
    assert agi_protocol.get_variable("MESSAGE(body)") == (
        'GET FULL VARIABLE "${REPLACE(MESSAGE(body),\\\\\\\\n,\x1e)}"'
    )


@pytest.mark.parametrize("name", ["", "DEPOK_RESULT", "MESSAGE(custom_data)", "SHELL(id)", "SMS}${SHELL(id)", "AMI"])
def test_nothing_but_an_sms_can_be_read(name: str) -> None:
    with pytest.raises(AsteriskError):
        agi_protocol.get_variable(name)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x1e\n")))
def test_a_value_is_whole_whatever_brackets_are_in_it(value: str) -> None:
    assert parse_reply(f"200 result=1 ({value})").value == value


def test_the_lines_of_a_value_are_its_own_again() -> None:
    assert parse_reply("200 result=1 (one :)\x1etwo \r)").value == "one :)\ntwo \r"
    assert parse_reply("200 result=1 ()").value == ""
    assert parse_reply("200 result=0").value == ""
