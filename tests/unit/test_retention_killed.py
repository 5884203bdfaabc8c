"""A run of the retention that is killed again and again destroys everything once, and its counts add up."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import city
from tests.bench.make_city import SETTINGS
from tests.bench.size import CitySize

SIZE = CitySize(calls=2_500, tickets=2_500, pending=20, days=730)
PERIODS = "[retention]\nrecordings_days = 30\ntickets_days = 30\ncalls_days = 30\nsms_days = 30\naccess_log_days = 30\n"
KILLS = 3
PATIENCE = 60.0

OLD = """
SELECT
    (SELECT count(*) FROM tickets WHERE closed_at < :before),
    (SELECT count(*) FROM calls WHERE ended = 1 AND started_at < :before)
"""
LEFT = """
SELECT
    (SELECT count(*) FROM tickets WHERE closed_at < :before AND (citizen IS NOT NULL OR erased_at IS NULL)),
    (SELECT count(*) FROM ticket_texts x JOIN ticket_history h ON h.id = x.history JOIN tickets t ON t.serial = h.ticket
        WHERE t.closed_at < :before),
    (SELECT count(*) FROM call_personal p JOIN calls c ON c.id = p.call WHERE c.started_at < :before)
"""
COUNTED = """
SELECT coalesce(sum(CASE kind WHEN 'tickets' THEN destroyed END), 0),
    coalesce(sum(CASE kind WHEN 'calls' THEN destroyed END), 0)
FROM retention_counts
"""


def asked(store: Path, query: str, **values: int) -> tuple[Any, ...]:
    with closing(sqlite3.connect(store, timeout=PATIENCE)) as connection:
        row: tuple[Any, ...] = connection.execute(query, values).fetchone()
        return row


def running(settings: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "depok_agi", "--config", str(settings), "subject", "retention"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "SUDO_UID": ""})


def test_it_is_killed_in_the_middle_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    store, settings, now = tmp_path / "city.sqlite", tmp_path / "depok-agi.toml", datetime.now(UTC)
    city.make(store, SIZE, now)
    settings.write_text(SETTINGS + PERIODS)
    before = int((now.timestamp() - 31 * 86_400) * 1_000_000)
    old = asked(store, OLD, before=before)
    seen = (0, 0)
    for _ in range(KILLS):
        process = running(settings)
        deadline = time.monotonic() + PATIENCE
        while (counted := asked(store, COUNTED)) == seen:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was through before it could be killed"
        seen = asked(store, COUNTED)
        assert seen >= counted
    assert running(settings).wait(PATIENCE) == 0
    assert asked(store, LEFT, before=before) == (0, 0, 0)
    tickets, calls = asked(store, COUNTED)
    assert tickets == asked(store, "SELECT count(*) FROM tickets WHERE erased_at IS NOT NULL")[0] >= old[0]
    without = "SELECT count(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM call_personal p WHERE p.call = c.id)"
    assert calls == asked(store, without)[0] >= old[1]
    assert asked(store, "SELECT count(*), min(ended_at) IS NOT NULL FROM retention_runs") == (1, 1)
    verify = [sys.executable, "-m", "depok_agi", "--config", str(settings), "tickets", "verify"]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0
