"""The city's store is one that the desk could have written."""

import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from depok_agi.desk import Desk, blocks, callbacks, calls, mails, sms, sms_queue, tickets
from depok_agi.notify.mail import Kind, MailFilter, forwarded_key
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.sms.outgoing import Filter
from depok_agi.store.database import QUERIES
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import CallbackReason, CallbackStatus, urgency
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import TicketChannel
from tests.bench import make_city, report_speed
from tests.bench.city import make
from tests.bench.size import CitySize
from tests.unit.cli.command import in_process
from tests.unit.desk.made import Clock, content, desk_at, new_store, wib
from tests.unit.reports.made import figure, report_of, values

NOW = wib("2026-06-08 10:00")
SMALL = CitySize(calls=2_000, tickets=400, pending=40)
ALL = 10_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("city") / "city.sqlite"
    make(made, SMALL, NOW)
    return made


@pytest.fixture
async def desk(path: Path) -> AsyncIterator[Desk]:
    async with desk_at(path, Clock(NOW)) as desk:
        yield desk


@pytest.fixture
def rows(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


async def test_it_is_as_big_as_was_asked_for_and_ends_now(desk: Desk) -> None:
    log = [call for call, _, _ in await calls.listed(desk, limit=ALL)]
    assert len(log) == SMALL.calls
    assert all(call.ended and call.outcome for call in log)
    assert max(call.started_at or 0 for call in log) <= microseconds(NOW)
    assert len(await tickets.listed(desk, limit=ALL)) == SMALL.tickets
    owed, _ = await callbacks.open_and_expired(desk)
    assert owed == SMALL.pending


async def test_most_tickets_are_closed_and_some_opds_are_late(desk: Desk) -> None:
    found = Counter(ticket.status for ticket in await tickets.listed(desk, limit=ALL))
    assert found.keys() == set(TicketStatus)
    assert found[TicketStatus.CLOSED] > 0.9 * SMALL.tickets
    late = await tickets.listed(desk, overdue=True, limit=ALL)
    assert 0 < len(late) < found[TicketStatus.FORWARDED]


async def test_its_history_is_whole_and_its_tickets_stand_where_it_left_them(desk: Desk) -> None:
    assert await tickets.verify(desk) == []


async def test_what_is_owed_is_what_the_causes_come_to(desk: Desk, rows: sqlite3.Connection) -> None:
    found = await callbacks.listed(desk, every=True, limit=ALL)
    kept = rows.execute("SELECT id, reason, owed_since, due_at FROM callbacks").fetchall()
    debts = {one.id: one.debt for one in found}
    come_to = {id_: (d.reason, microseconds(d.owed_since), microseconds(d.due_at)) for id_, d in debts.items()}
    assert {id_: tuple(rest) for id_, *rest in kept} == come_to
    waiting = [one.debt for one in found if one.is_open]
    assert {debt.reason for debt in waiting} == set(CallbackReason) - {CallbackReason.MESSAGE}
    assert waiting == sorted(waiting, key=lambda debt: urgency(debt, NOW))
    assert {debt.status for debt in debts.values()} == set(CallbackStatus)


async def test_operators_have_the_most_urgent_ones_and_the_next_is_another(desk: Desk) -> None:
    claimed = [one for one in await callbacks.listed(desk, limit=ALL) if one.debt.claimed_by is not None]
    taken = await callbacks.claim_next(desk, "nobody's colleague")
    assert claimed
    assert taken is not None
    assert taken.id not in {one.id for one in claimed}
    await callbacks.release(desk, taken.id, "nobody's colleague")


async def test_its_tickets_are_bounced_reopened_late_and_in_time_and_its_reports_say_so(desk: Desk) -> None:
    report = await report_of(desk, Period.around(PeriodKind.YEAR, NOW.date()), NOW)
    counts = "tickets.received", "tickets.bounced", "tickets.reopened", "callbacks.reached", "satisfaction.answers"
    assert all(isinstance(count, int) and count > 0 for count in values(report, *counts, "gaps.gaps"))
    [on_time] = values(report, "tickets.on_time_share")
    assert isinstance(on_time, float)
    assert 0.5 < on_time < 1
    earlier = await report_of(desk, Period.around(PeriodKind.YEAR, NOW.date()), NOW - timedelta(days=30))
    assert figure(earlier, "calls.offered").value < figure(report, "calls.offered").value  # type: ignore[operator]


async def test_what_it_wrote_and_was_written_is_about_its_tickets(desk: Desk) -> None:
    known = await tickets.listed(desk, limit=ALL)
    written = await mails.listed(desk, wanted=MailFilter.ALL, limit=ALL)
    forwardings = {forwarded_key(one.number, one.forwarding) for one in known if one.forwarding is not None}
    assert {mail.key for mail in written if mail.kind is Kind.FORWARDED} == forwardings
    assert {mail.kind for mail in written} == {Kind.FORWARDED, Kind.REMINDER, Kind.REPORT}
    by_sms = {one.number for one in known if one.channel is TicketChannel.SMS and one.caller is not None}
    assert {one.ticket for one in await sms.listed(desk, limit=ALL)} == by_sms
    assert by_sms < {one.ticket for one in await sms_queue.listed(desk, wanted=Filter.ALL, limit=ALL)}
    assert await blocks.listed(desk)


def test_what_the_report_counts_is_what_the_shell_would_count(rows: sqlite3.Connection) -> None:
    now = microseconds(NOW)
    asked = {"since": microseconds(NOW - timedelta(days=300)), "until": now, "as_of": now, "at": now, "end": now}
    plain, fast = (_queries(path) for path in (report_speed.IN_THE_SHELL, QUERIES / "reports.sql"))
    assert plain.keys() == fast.keys()
    for name in plain:
        counted = [sorted(rows.execute(queries[name], asked), key=repr) for queries in (plain, fast)]
        assert counted[0] == counted[1], name
        assert counted[0] or name == "operator_times", name  # nobody signs in at the queue of this city


def _queries(path: Path) -> dict[str, str]:
    return {found[1]: found[0] for found in report_speed.QUERY.finditer(path.read_text("utf-8"))}


def test_the_script_makes_one_with_settings_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["make-city", str(tmp_path / "new"), "--calls", "500", "--tickets", "100", "--years", "1"]
    monkeypatch.setattr("sys.argv", [*words, "--until", "2026-06-08 10:00"])
    assert make_city.main() == 0
    made = in_process("--config", str(tmp_path / "new" / "depok-agi.toml"), "report", "month", "2026-05", "--json")
    assert json.loads(made.stdout)["sections"]["calls"]["figures"]["offered"]["value"] > 0
    with pytest.raises(SystemExit):
        make_city.main()
    assert "there is a city at" in capsys.readouterr().err


def test_nothing_happens_after_now_or_out_of_order(rows: sqlite3.Connection) -> None:
    for column, table in (("ended_at", "calls"), ("at", "ticket_history"), ("at", "callback_attempts")):
        (latest,) = rows.execute(f"SELECT max({column}) FROM {table}").fetchone()  # noqa: S608 - names of ours
        assert latest <= microseconds(NOW), table
    history = [at for (at,) in rows.execute("SELECT at FROM ticket_history ORDER BY id")]
    assert history == sorted(history)


def test_every_reference_leads_somewhere(rows: sqlite3.Connection) -> None:
    assert rows.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in ("ticket_calls", "callback_calls", "call_uniqueids"):
        astray = f"SELECT count(*) FROM {table} WHERE call NOT IN (SELECT id FROM calls)"  # noqa: S608 - names of ours
        assert rows.execute(astray).fetchone() == (0,), table


def test_its_tables_and_indexes_are_those_of_the_migrations(rows: sqlite3.Connection, tmp_path: Path) -> None:
    everything = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    with closing(sqlite3.connect(new_store(tmp_path / "empty.sqlite"))) as empty:
        assert rows.execute(everything).fetchall() == empty.execute(everything).fetchall()
    assert rows.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("now", [NOW, wib("2026-06-08 03:00"), wib("2026-06-07 23:30")])
def test_the_same_seed_gives_the_same_city_at_any_hour(tmp_path: Path, now: datetime) -> None:
    for name in ("one", "two", "other"):
        make(tmp_path / name, CitySize(500, 100, 10), now, seed=len(name))
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert content(tmp_path / "one") != content(tmp_path / "other")
