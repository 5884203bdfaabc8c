"""What AGI looks like on the wire, and what a citizen's `Caller` means in it. No socket, no library.

Both doors, FastAGI and the forked script, speak through `AgiCaller`, so that a step behaves the same behind either: a
door only carries one command to Asterisk and the reply back. The facts are those of Asterisk's `res/res_agi.c`.
"""

import itertools
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from depok_agi.errors import AsteriskError, CallerGoneError, SettingsError, StoreError
from depok_agi.voice.caller import CallerInfo, Language

PROMPT_FOLDER = "depok/"
COMMAND_BYTES = 2_000
"""Asterisk 16 reads a command into 2,048 bytes (`AGI_BUF_LEN`) and takes what is left over for a second command."""

MOST_DIGITS = 255
"""GET DATA hands its last argument on as the size of a buffer of 1,024 bytes without looking at it."""

HANGUP_LINE = "HANGUP"
"""FastAGI's sign that the caller hung up. It comes between replies and answers nothing."""

OK = 200
DEAD_CHANNEL = 511
USAGE = 520

_PROMPT = re.compile(r"[a-z0-9-]+")
_VARIABLE = re.compile(r"DEPOK_[A-Z_]+|CHANNEL\(language\)")
_KEYS = re.compile(r"[0-9*#A-D]*")
_READABLE = re.compile(r"MESSAGE\((?:body|from)\)|MESSAGE_DATA\([A-Za-z-]+\)|SMS(?:_BASE64)?")
_KEY_CODE = re.compile(r"[0-9]{1,3}")
_LINE_ENDS = str.maketrans("\r\n\0", "   ")
_REPLY = re.compile(r"(?P<code>[0-9]{3})(?P<more>[ -]|$)")
_RESULT = re.compile(r"\bresult=(?P<result>[^\s(]*)\s*(?:\((?P<data>.*?)\))?")
_VALUE = re.compile(r"\bresult=1 \((?P<value>.*)\)", re.DOTALL)

_LINE_END_IN_VALUE = "\x1e"
"""What stands for the end of a line in a value that Asterisk gives: a reply is one line, an SMS may be several."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of Asterisk, such as `200 result=49 endpos=1200` or `200 result= (timeout)`.

    Attributes:
        code: 200 done, 510 unknown command, 511 the channel is dead, 520 wrong arguments.
        result: what stands behind `result=`, mostly a number.
        data: what stands in brackets behind it.
        value: the same up to the line's last bracket: a variable's value, which may hold brackets of its own.
        goes_on: more lines of the same reply follow (`520-`), up to one that starts with `520 `.
    """

    code: int
    result: str = ""
    data: str = ""
    value: str = ""
    goes_on: bool = False


def parse_reply(line: str) -> Reply:
    """Read one reply line."""
    head = _REPLY.match(line)
    if head is None:
        raise AsteriskError("Asterisk sent an AGI reply that cannot be understood")
    body, value = _RESULT.search(line), _VALUE.search(line)
    return Reply(
        code=int(head["code"]),
        result=body["result"] if body else "",
        data=(body["data"] or "") if body else "",
        value=value["value"].replace(_LINE_END_IN_VALUE, "\n") if value else "",
        goes_on=head["more"] == "-",
    )


def ends_usage(line: str) -> bool:
    """Whether this line ends a usage reply of many lines. Taking it for one line puts all later replies out of step."""
    return line.startswith(f"{USAGE} ")


def quote(value: str) -> str:
    r"""Make one AGI argument out of any text.

    `parse_args` in res_agi.c takes `\` before any character as that character, and has no way to write the end of a
    line: such characters become spaces. Text that has no UTF-8 becomes question marks.
    """
    text = value.translate(_LINE_ENDS).encode("utf-8", "replace").decode("utf-8")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def command(*words: str) -> str:
    """Join a command and its arguments, which must be quoted already."""
    line = " ".join(words)
    if len(line.encode("utf-8")) > COMMAND_BYTES:
        raise AsteriskError("an AGI command is longer than {command_bytes} bytes", command_bytes=COMMAND_BYTES)
    return line


def stream_file(prompt: str, keys: str) -> str:
    """Play a prompt until one of the keys."""
    if not _KEYS.fullmatch(keys):
        raise AsteriskError("an AGI command names keys that no keypad has")
    return command("STREAM FILE", quote(prompt_file(prompt)), quote(keys))


def wait_for_digit(seconds: float) -> str:
    """Wait for one key."""
    return command("WAIT FOR DIGIT", _milliseconds(seconds))


def get_data(file: str, digits: int, seconds: float) -> str:
    """Play a file ("" for none) and collect keys."""
    if not 1 <= digits <= MOST_DIGITS:
        raise AsteriskError(
            "an AGI command asks for {digits} keys; 1 to {most_digits} are possible",
            digits=digits,
            most_digits=MOST_DIGITS,
        )
    return command("GET DATA", quote(file), _milliseconds(seconds), str(digits))


def set_variable(name: str, value: str) -> str:
    """Set one of our own variables: nothing else can be set, whatever a step asks for."""
    if not _VARIABLE.fullmatch(name):
        raise AsteriskError("an AGI command sets a variable that is not one of DEPOK_...")
    return command("SET VARIABLE", quote(name), quote(value))


def get_variable(name: str) -> str:
    """Ask for the text of an SMS, or what is told about it: nothing else of the channel is a step's business.

    The text was written by anybody and may hold anything. So it is named here and never put into another function's
    arguments, where its brackets and colons would count (`parse_variable_name` in pbx_variables.c): REPLACE looks the
    name up by itself. The line feed is escaped twice, for the separation of arguments takes one backslash away.
    """
    if not _READABLE.fullmatch(name):
        raise AsteriskError("an AGI command asks for a variable that is none of an SMS")
    return command("GET FULL VARIABLE", quote(f"${{REPLACE({name},\\\\n,{_LINE_END_IN_VALUE})}}"))


CHANNEL_STATUS = "CHANNEL STATUS"
"""After a hang-up Asterisk answers 511 to this, with AGISIGHUP=no as well; the state itself would still be up."""


def prompt_file(prompt: str) -> str:
    """Where a prompt lies below Asterisk's sounds of each language. Nothing can lead out of our own folder."""
    if not _PROMPT.fullmatch(prompt):
        raise AsteriskError("a prompt's name may only hold a-z, 0-9 and -")
    return PROMPT_FOLDER + prompt


def _milliseconds(seconds: float) -> str:
    """At least one: 0 makes GET DATA wait for the channel's own time, -1 makes WAIT FOR DIGIT wait for ever."""
    return str(max(1, round(seconds * 1000)))


def caller_info(variables: Mapping[str, str]) -> CallerInfo:
    """Read the `agi_...` lines that open an AGI conversation (`setup_env` in res_agi.c)."""
    language, _, _ = (_known(variables, "agi_language") or "").partition("_")
    return CallerInfo(
        uniqueid=variables.get("agi_uniqueid", ""),
        number=_known(variables, "agi_callerid"),
        name=_known(variables, "agi_calleridname"),
        dialled=_known(variables, "agi_dnid") or _known(variables, "agi_extension") or "",
        language=Language(language) if language in list(Language) else Language.INDONESIAN,
        arguments=tuple(_arguments(variables)),
    )


def _arguments(variables: Mapping[str, str]) -> Iterator[str]:
    """What AGI() was given behind the script's name: `agi_arg_1` and on (`setup_env` in res_agi.c)."""
    for place in itertools.count(1):
        argument = variables.get(f"agi_arg_{place}")
        if argument is None:
            return
        yield argument


def _known(variables: Mapping[str, str], name: str) -> str | None:
    """Asterisk writes `unknown` for what it does not know."""
    value = variables.get(name, "").strip()
    return None if value in {"", "unknown"} else value


def describe(error: BaseException) -> str:
    """Say what went wrong and where, for the log. The text of most errors may quote a citizen, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    said = f": {error}" if isinstance(error, AsteriskError | SettingsError | StoreError) else ""
    return f"{type(error).__name__}{where}{said}"


class AgiCaller:
    """`voice.Caller` in AGI commands. A door derives from it and carries commands."""

    def __init__(self, info: CallerInfo) -> None:
        self._info = info
        self._gone = False

    @property
    def info(self) -> CallerInfo:
        return self._info

    async def play(self, prompts: Sequence[str], keys: str = "") -> str:
        for prompt in prompts:
            result = await self._result(stream_file(prompt, keys))
            if result == "-1":
                await self._must_be_there()
            elif key := _key(result):
                return key
        return ""

    async def wait_key(self, seconds: float) -> str:
        return _key(await self._certain(wait_for_digit(seconds)))

    async def ask_digits(self, prompt: str, *, digits: int, seconds: float) -> str:
        result = await self._result(get_data(prompt_file(prompt), digits, seconds))
        if result == "-1":
            await self._must_be_there()
            result = await self._certain(get_data("", digits, seconds))
        return result

    async def set_language(self, language: Language) -> None:
        await self._certain(set_variable("CHANNEL(language)", Language(language).value))

    async def set_variable(self, name: str, value: str) -> None:
        await self._certain(set_variable(name, value))

    async def get_variable(self, name: str) -> str:
        return (await self._reply(get_variable(name))).value

    async def _exchange(self, line: str) -> Reply:
        """Carry one command to Asterisk and its reply back; CallerGoneError when the caller or the line is gone."""
        raise NotImplementedError

    async def _result(self, line: str) -> str:
        return (await self._reply(line)).result

    async def _reply(self, line: str) -> Reply:
        if self._gone:
            raise CallerGoneError("the caller hung up")
        try:
            reply = await self._exchange(line)
        except CallerGoneError:
            self._gone = True
            raise
        if reply.code == DEAD_CHANNEL or reply.data == "hangup":
            raise self._hung_up()
        if reply.code != OK:
            raise AsteriskError("Asterisk answered an AGI command with {code}", code=reply.code)
        return reply

    async def _certain(self, line: str) -> str:
        """The result of a command that fails only when the caller is gone."""
        result = await self._result(line)
        if result == "-1":
            raise self._hung_up()
        return result

    def _hung_up(self) -> CallerGoneError:
        """From now on nothing more is sent: Asterisk would still take a SET VARIABLE for a dead channel."""
        self._gone = True
        return CallerGoneError("the caller hung up")

    async def _must_be_there(self) -> None:
        """Tell a prompt that is missing from a caller who hung up: Asterisk says `result=-1` for both."""
        await self._certain(CHANNEL_STATUS)


def _key(result: str) -> str:
    """The key whose ASCII code Asterisk gives; 0 means none."""
    if not _KEY_CODE.fullmatch(result):
        return ""
    key = chr(int(result))
    return key if _KEYS.fullmatch(key) else ""
