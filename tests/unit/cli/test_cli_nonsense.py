"""Whatever nonsense stands in any one argument of any command, the answer is a clear line and an exit code."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.command import Command, commands

TREE = commands()
NOT_RUN = {("serve",), ("desk",), ("prompts", "make"), ("completion",)}
"""Those that do not end, or write sounds for minutes."""

LEAVES = sorted(words for words, found in TREE.items() if not isinstance(found, click.Group) and words not in NOT_RUN)

ODD = [
    "", " ", "-", "--", "--json", "-1", "0", "00", "7" * 30, "9" * 5000, "1e400", "NaN", "inf", "0x10", "½", "٣", "²",
    "a\nb", "\x1b]0;owned\x07\x1b[2J", "\u202eAni", "\x7f", "%s", "{}", "{0.__class__}", "'; DROP TABLE tickets; --",
    "\udcff", "\ud800", "💩" * 50, "..", "../../etc/passwd", "~", "a/b", "no-such.toml", "x" * 10_000, "*", "[", "(",
    "0001-01-01", "9999-12-31", "2026-02-30", "2026-13", "10000-01-01", "-999999999d", "99999d", "+99999d", "25:61",
    "today", "senin", "1000016", "10000150", "1,2", "depok-", "@file", "=1+1", "NULL", "true",
]  # fmt: skip
"""Numbers that are none or too large, letters that a terminal obeys, paths, templates, SQL, dates out of range."""

NONSENSE = st.sampled_from(ODD) | st.text(st.characters(exclude_characters="\0/"), max_size=12)

PLAUSIBLE = {
    "number": "1000015",
    "callback": "1",
    "call": "9.9",
    "caller": "0811-0000-1234",
    "category": "sampah",
    "area": "Beji",
    "opd": "DLHK",
    "code": "DLHK",
    "state": "open",
    "result": "busy",
    "until": "+1h",
    "since": "yesterday",
    "at": "10:00",
    "as_of": "yesterday",
    "outcome": "answered",
    "status": "new",
    "channel": "letter",
    "clock": "elapsed",
    "format": "csv",
    "email": "pic@dlhk.example",
    "limit": "5",
    "revision": "1",
    "month": "2026-09",
    "file": "depok-agi.toml",
    "into": "open-data",
    "output": "report.out",
    "form": "csv",
}


def plausible(parameter: click.Parameter) -> str:
    """A word that this argument could well have."""
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    return PLAUSIBLE.get(parameter.name or "", "x")


def is_flag(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count)


@st.composite
def arguments(draw: st.DrawFn, words: tuple[str, ...]) -> list[str]:
    """The command with what it needs, some of the rest, and nonsense in at most two places."""
    given_words: list[str] = []
    parameters = [one for one in TREE[words].params if not is_flag(one)]
    nonsensical = draw(st.sets(st.integers(0, max(0, len(parameters) - 1)), min_size=1, max_size=2))
    for place, parameter in enumerate(parameters):
        odd = place in nonsensical
        if not (odd or parameter.required or draw(st.booleans())):
            continue
        value = draw(NONSENSE) if odd else plausible(parameter)
        given_words += [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
    flags = [one.opts[0] for one in TREE[words].params if is_flag(one)]
    given_words += draw(st.lists(st.sampled_from(flags), max_size=2, unique=True)) if flags else []
    return [*words, *given_words, *([draw(NONSENSE)] if draw(st.integers(0, 9)) == 0 else [])]


@pytest.fixture
def centre(command: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """A centre with a little of everything, and its folder to work in."""
    command.ok("tickets", "new", "--caller", "0811-0000-1234", "--category", "sampah", "--text", "Sampah menumpuk")
    command.ok("tickets", "new", "--text", "Lampu mati")
    command.ok("tickets", "answer", "1000015", "--text", "Sudah diangkut")
    command.ok("numbers", "block", "0811-0000-5678", "--until", "+1d", "--why", "iseng")
    monkeypatch.chdir(command.folder)
    limit = sys.get_int_max_str_digits()
    yield command
    sys.set_int_max_str_digits(limit)


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_nonsense_in_any_argument_is_told_in_a_clear_line(centre: Command, words: tuple[str, ...]) -> None:
    @settings(
        deadline=None,
        max_examples=25,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(arguments(words), st.sampled_from([b"", b"text", b"\xff\x00", b'{"Event": 1}', b"[" * 5000]))
    def nonsense(given_words: list[str], typed: bytes) -> None:
        told(centre.run(*given_words, given=typed), given_words)

    nonsense()


def told(result: Result, words: list[str]) -> None:
    """It ended as a command may end, and whatever it said is fit for a terminal."""
    assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exc_info)
    assert result.exit_code in {0, 1, 2}, words
    assert "Traceback" not in result.output, words
    assert result.stderr.replace("\n", "").isprintable(), (words, result.stderr)
    if result.exit_code == 1:
        assert result.stderr.splitlines()[-1].startswith(("depok-agi: ", "  ")), (words, result.stderr)
    if result.exit_code == 2:
        *_, last = result.stderr.splitlines()
        assert last.startswith("Error: "), (words, result.stderr)
        assert len(last) < 1000, (words, last)


@pytest.mark.parametrize("words", [(), ("calls",), ("tickets",)], ids=" ".join)
@pytest.mark.parametrize("odd", ODD)
def test_nonsense_for_a_command_is_wrong_usage(command: Command, words: tuple[str, ...], odd: str) -> None:
    assert Path(command.settings).exists()
    result = command.run(*words, odd)
    assert result.exit_code in {0, 2}
    told(result, [*words, odd])
