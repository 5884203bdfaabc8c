"""Every list with a time goes from one moment until another, as people type them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.cli.when import future, named_day, past
from tests.unit.cli.command import Command, commands

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 6, 10, 10, 30, 15, tzinfo=WIB)
"""A Wednesday."""

LISTS = sorted(
    words for words, command in commands().items() if any(parameter.name == "since" for parameter in command.params)
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("monday", "2026-06-08T00:00:00+07:00"),
        ("Senin", "2026-06-08T00:00:00+07:00"),
        ("wednesday", "2026-06-10T00:00:00+07:00"),
        ("rabu", "2026-06-10T00:00:00+07:00"),
        ("kamis", "2026-06-04T00:00:00+07:00"),
        ("jum'at", "2026-06-05T00:00:00+07:00"),
        ("minggu", "2026-06-07T00:00:00+07:00"),
        ("yesterday", "2026-06-09T00:00:00+07:00"),
        ("kemarin", "2026-06-09T00:00:00+07:00"),
        ("7d", "2026-06-03T10:30:15+07:00"),
        ("2h", "2026-06-10T08:30:15+07:00"),
        ("-2h", "2026-06-10T08:30:15+07:00"),
        ("90m", "2026-06-10T09:00:15+07:00"),
        ("2w", "2026-05-27T10:30:15+07:00"),
        ("10:00", "2026-06-10T10:00:00+07:00"),
        ("2026-06-01", "2026-06-01T00:00:00+07:00"),
    ],
)
def test_a_moment_of_the_past_is_read_as_people_type_it(text: str, meant: str) -> None:
    assert past(text, WIB, NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("friday", "2026-06-12T00:00:00+07:00"),
        ("Rabu", "2026-06-17T00:00:00+07:00"),
        ("selasa", "2026-06-16T00:00:00+07:00"),
        ("2h", "2026-06-10T12:30:15+07:00"),
        ("+2h", "2026-06-10T12:30:15+07:00"),
        ("1d", "2026-06-11T10:30:15+07:00"),
        ("15:00", "2026-06-10T15:00:00+07:00"),
        ("besok", "2026-06-11T00:00:00+07:00"),
    ],
)
def test_a_moment_of_the_future_is_read_as_people_type_it(text: str, meant: str) -> None:
    assert future(text, WIB, NOW) == datetime.fromisoformat(meant)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.sampled_from(["monday", "jumat", "sunday"]))  # noqa: DTZ001 - naive for hypothesis
def test_a_weekday_is_one_of_the_last_seven_days(at: datetime, word: str) -> None:
    now = at.replace(tzinfo=WIB)
    found = past(word, WIB, now)
    assert found.strftime("%A") == {"jumat": "Friday"}.get(word, word.capitalize())
    assert timedelta(0) <= now - found < timedelta(days=7)
    assert named_day(word, now.date()) == found.date()
    assert future(word, WIB, now) == found + timedelta(days=7)


@pytest.mark.parametrize("text", ["", "mon", "7", "d", "7y", "--2h", "99999w", "last monday", "2026-13-01"])
def test_nonsense_is_told_with_what_may_be_written(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no moment: write 2026-11-24"):
        past(text, WIB, NOW)


def test_these_lists_have_a_span() -> None:
    assert [" ".join(words) for words in LISTS] == [
        "access list",
        "callbacks list",
        "calls gaps",
        "calls list",
        "mails list",
        "numbers list",
        "sms list",
        "sms received",
        "tickets list",
    ]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
@pytest.mark.parametrize("span", [("--since", "kemarin"), ("--until", "-2h"), ("--since", "7d", "--until", "senin")])
def test_each_takes_either_end(command: Command, words: tuple[str, ...], span: tuple[str, ...]) -> None:
    found = command.json(*words, *span)
    assert found == [] or words == ("access", "list")  # that it is read stands in it


class TestWhatIsWithin:
    @pytest.fixture(autouse=True)
    def _a_ticket_and_a_block_of_now(self, command: Command) -> None:
        command.ok("tickets", "new", "--caller", "0811-0000-1234", "--text", "Lampu mati")
        command.ok("tickets", "answer", "1000015", "--text", "Sudah diganti")
        command.ok("numbers", "block", "0811-0000-5678", "--until", "+1d", "--why", "iseng")

    @pytest.mark.parametrize("words", [("tickets", "list"), ("callbacks", "list"), ("numbers", "list")])
    def test_it_is_since_a_moment_ago_and_not_until_then(self, command: Command, words: tuple[str, ...]) -> None:
        assert len(command.json(*words, "--since", "-2h")) == 1
        assert command.json(*words, "--until", "-2h") == []
        assert command.json(*words, "--since", "+1h") == []
        assert len(command.json(*words, "--until", "+1h")) == 1

    def test_together_with_other_wishes(self, command: Command) -> None:
        assert len(command.json("tickets", "list", "--since", "2h", "--status", "answered")) == 1
        assert command.json("tickets", "list", "--since", "2h", "--status", "new") == []
        assert command.json("tickets", "list", "--since", "2h", "--opd", "DLHK") == []
        assert command.json("tickets", "list", "--since", "2h", "--overdue") == []
        command.ok("callbacks", "claim", "1")
        command.ok("callbacks", "done", "1", "--result", "reached")
        assert command.json("callbacks", "list", "--since", "2h") == []
        assert len(command.json("callbacks", "list", "--since", "2h", "--all")) == 1


def test_a_report_is_of_the_day_that_is_meant(command: Command) -> None:
    assert command.json("report", "day", "kemarin")["period"] == command.json("report", "day", "yesterday")["period"]


def test_a_list_that_goes_on_says_so(command: Command) -> None:
    for text in ("Lampu mati", "Sampah"):
        command.ok("tickets", "new", "--text", text)
    assert "The first 1; more with --limit." in command.ok("tickets", "list", "--limit", "1").stderr
    assert command.ok("tickets", "list", "--limit", "3").stderr == ""
