"""Catching up: what is covered, what is read again, and how a gap is told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from depok_agi import recovery
from depok_agi.asterisk import journal_file
from depok_agi.asterisk.journal_file import Position
from depok_agi.calls import events as ev
from depok_agi.calls.call import Switchboard
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Outcome, Source
from depok_agi.desk.journal import Heard
from depok_agi.recovery import CDR, CEL, QUEUE_LOG, Recovery

NOON = 1_795_485_600


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {CEL: tmp_path / "depok.csv", QUEUE_LOG: tmp_path / "queue_log", CDR: tmp_path / "Master.csv"}
    for path in found.values():
        path.touch()
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    time = {"at": float(NOON)}
    monkeypatch.setattr("depok_agi.recovery.time.time", lambda: time["at"])
    monkeypatch.setattr("depok_agi.recovery.time.monotonic", lambda: time["at"])
    return time


def call(files: dict[str, Path], count: int, at: float) -> None:
    """A citizen who calls and hangs up in the menu, as CEL has it."""
    uniqueid = f"depok-{NOON}.{count}"
    with files[CEL].open("a") as cel:
        for seconds, kind, extra in (
            (0, "CHAN_START", ""),
            (0.1, "ANSWER", ""),
            (5, "HANGUP", '{""hangupcause"":16}'),
        ):
            columns = (f"{at + seconds:.6f}", kind, uniqueid, uniqueid, f"PJSIP/trunk-{count}", "1500664", "", "", "")
            cel.write(",".join(f'"{column}"' for column in (*columns, "", extra)) + "\n")


class Listening:
    """A ledger with its recovery, as the daemon holds them."""

    def __init__(self, files: dict[str, Path], heard: Heard | None) -> None:
        self.ledger = Ledger(Switchboard("depok", frozenset({"trunk"})))
        self.recovery = Recovery("depok", files, heard)
        self.outcomes: dict[str, Outcome | None] = {}
        self.records: dict[str, CallRecord] = {}
        self.booted_at: int | None = None

    def give_out(self) -> None:
        records, _ = self.ledger.changes()
        self.recovery.touched(records)
        self.outcomes.update({record.id: record.outcome for record in records})
        self.records.update({record.id: record for record in records})

    def covered(self) -> Heard:
        covered = self.recovery.covered()
        assert covered is not None
        return covered

    async def log_in(self, *channels: ev.ListedChannel) -> None:
        self.ledger.apply(ev.LinkUp(recovery.now(), self.recovery.heard_until, self.booted_at))
        await self.catch_up_again(*channels)

    async def catch_up_again(self, *channels: ev.ListedChannel) -> None:
        await self.recovery.catch_up(lambda event: self.ledger.apply(event, Source.RECOVERED), self.give_out)
        self.ledger.apply(ev.ChannelsListed(recovery.now(), channels))
        self.give_out()
        self.recovery.caught_up()


async def test_what_was_before_the_first_start_is_none_of_this_log(files: dict[str, Path]) -> None:
    call(files, 1, NOON)
    first = Listening(files, None)
    await first.log_in()
    assert first.outcomes == {}
    heard = first.covered()
    assert heard.gaps == ()


async def test_calls_that_nobody_heard_are_recovered_and_the_gap_is_told(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.recovery.covered()
    for count in range(3):
        call(files, count, NOON + 60)
    clock["at"] += 300
    second = Listening(files, heard)
    await second.log_in()
    assert list(second.outcomes.values()) == [Outcome.LEFT_MENU] * 3
    covered = second.covered()
    (gap,) = covered.gaps
    assert (gap.since, gap.until) == (NOON * ev.MICROSECONDS, (NOON + 300) * ev.MICROSECONDS)
    assert (gap.recovered, gap.unknown) == (3, 0)


async def test_a_gap_is_given_out_once_unless_it_could_not_be_written(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.recovery.covered()
    clock["at"] += 10
    second = Listening(files, heard)
    await second.log_in()
    told = second.covered()
    assert len(told.gaps) == 1
    again = second.covered()
    assert again.gaps == ()
    second.recovery.give_back(told)
    once_more = second.covered()
    assert once_more.gaps == told.gaps


async def test_what_live_events_may_not_have_covered_yet_is_read_again(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    first = Listening(files, None)
    await first.log_in()
    first.recovery.note()
    call(files, 1, NOON)
    clock["at"] += 5
    first.recovery.note()
    heard = first.recovery.covered()
    second = Listening(files, heard)
    await second.log_in()
    assert list(second.outcomes.values()) == [Outcome.LEFT_MENU]


async def test_what_is_surely_covered_is_not_read_again(files: dict[str, Path], clock: dict[str, float]) -> None:
    first = Listening(files, None)
    await first.log_in()
    call(files, 1, NOON)
    for _ in range(30):
        clock["at"] += 1
        first.recovery.note()
    second = Listening(files, first.recovery.covered())
    await second.log_in()
    assert second.outcomes == {}


async def test_nothing_counts_as_covered_while_the_link_is_down(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    daemon = Listening(files, None)
    await daemon.log_in()
    daemon.recovery.link_down()
    assert daemon.recovery.covered() is None
    call(files, 1, NOON)
    for _ in range(30):
        clock["at"] += 1
        daemon.recovery.note()
    await daemon.log_in()
    assert list(daemon.outcomes.values()) == [Outcome.LEFT_MENU]


async def test_garbage_in_the_journal_is_passed_over(files: dict[str, Path], clock: dict[str, float]) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.recovery.covered()
    files[CEL].write_text('garbage\n"1","2"\n\n')
    files[QUEUE_LOG].write_bytes(b"\xff\xfe|||\n")
    call(files, 1, NOON)
    clock["at"] += 60
    second = Listening(files, heard)
    await second.log_in()
    assert list(second.outcomes.values()) == [Outcome.LEFT_MENU]


async def test_a_call_that_ended_unseen_by_all_counts_as_unknown(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    first = Listening(files, None)
    await first.log_in()
    begun = ev.ChannelCreated(NOON * ev.MICROSECONDS, "depok-1.1", "depok-1.1", "PJSIP/trunk-1", "", "1500664")
    first.ledger.apply(begun)
    records, _ = first.ledger.changes()
    heard = first.recovery.covered()
    clock["at"] += 60
    second = Listening(files, heard)
    second.ledger.resume(first.ledger.states(records).items())
    await second.log_in()
    assert list(second.outcomes.values()) == [Outcome.UNKNOWN]
    covered = second.covered()
    assert (covered.gaps[0].recovered, covered.gaps[0].unknown) == (0, 1)


async def test_a_call_that_only_the_journal_saw_begin_and_a_crash_ended_is_closed_at_the_last_sign_of_life(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.covered()
    call(files, 1, NOON + 10)
    with files[CEL].open("r+") as cel:  # Asterisk crashed before the hang-up
        lines = cel.readlines()
        cel.seek(0)
        cel.truncate()
        cel.writelines(lines[:-1])
    clock["at"] += 7200
    second = Listening(files, heard)
    second.booted_at = (NOON + 3600) * ev.MICROSECONDS
    await second.log_in()
    assert second.ledger.open == []
    (record,) = second.records.values()
    assert (record.outcome, record.ended_at) == (Outcome.UNKNOWN, round((NOON + 10.1) * ev.MICROSECONDS) + 1)


async def test_a_journal_that_cannot_be_read_is_read_later_and_the_gap_told_anew(
    files: dict[str, Path], clock: dict[str, float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.covered()
    call(files, 1, NOON + 60)
    clock["at"] += 300
    real = journal_file.read

    def refused(*_: object, **__: object) -> Iterator[tuple[list[str], Position]]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(journal_file, "read", refused)
    second = Listening(files, heard)
    await second.log_in()
    assert [second.recovery.is_behind] == [True]
    (gap,) = second.covered().gaps
    assert (gap.recovered, gap.unknown) == (0, 0)
    for _ in range(30):
        clock["at"] += 1
        second.recovery.note()
    monkeypatch.setattr(journal_file, "read", real)
    await second.catch_up_again()
    assert list(second.outcomes.values()) == [Outcome.LEFT_MENU]
    assert [second.recovery.is_behind] == [False]
    (anew,) = second.covered().gaps
    assert (anew.since, anew.until, anew.recovered) == (gap.since, gap.until, 1)
    assert caplog.text.count("cannot be read") == 2  # once for each file


def row(files: dict[str, Path], count: int, at: int, talked: int | None) -> None:
    """A call that siti makes to a citizen, as the CDR has it."""
    start, end = (datetime.fromtimestamp(at + after, UTC).strftime("%Y-%m-%d %H:%M:%S") for after in (0, 30))
    answer = "" if talked is None else datetime.fromtimestamp(at + 30 - talked, UTC).strftime("%Y-%m-%d %H:%M:%S")
    disposition = "BUSY" if talked is None else "ANSWERED"
    uniqueid = f"depok-{NOON}.{count}"
    columns = ("", "101", "081100002001", "depok-outbound", "Siti <101>", f"PJSIP/101-{count}", f"PJSIP/trunk-{count}")
    times = ("Dial", "PJSIP/081100002001@trunk", start, answer, end, "30", str(talked or 0), disposition)
    with files[CDR].open("a") as cdr:
        cdr.write(
            ",".join(f'"{c}"' for c in (*columns, *times, "DOCUMENTATION", uniqueid, "", "", uniqueid, "1")) + "\n"
        )


async def test_where_cel_is_off_the_cdr_says_who_called_when_and_whom_they_spoke_with(
    files: dict[str, Path], clock: dict[str, float]
) -> None:
    files[CEL].unlink()
    first = Listening(files, None)
    await first.log_in()
    heard = first.covered()
    row(files, 1, NOON + 60, talked=20)
    row(files, 2, NOON + 120, talked=None)
    clock["at"] += 300
    second = Listening(files, heard)
    await second.log_in()
    spoke, busy = second.records.values()
    assert (spoke.direction, spoke.outcome, spoke.operator, spoke.talk_seconds) == ("outbound", "answered", "101", 20)
    assert (spoke.dialled, spoke.citizen) == ("+6281100002001", "+6281100002001")
    assert spoke.started_at == (NOON + 60) * ev.MICROSECONDS
    assert spoke.ended_at == (NOON + 90) * ev.MICROSECONDS
    assert (busy.outcome, busy.talk_seconds) == ("busy", None)


async def test_where_there_is_cel_the_cdr_is_left_alone(files: dict[str, Path], clock: dict[str, float]) -> None:
    first = Listening(files, None)
    await first.log_in()
    heard = first.covered()
    row(files, 1, NOON + 60, talked=20)
    clock["at"] += 300
    second = Listening(files, heard)
    await second.log_in()
    assert second.records == {}
