"""`depok-agi mails`: what an admin sees of the queue, and how they hurry it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from depok_agi.cli.mails import mails
from depok_agi.desk import opds, tickets
from depok_agi.desk.tickets import Complaint
from tests.unit.desk.made import desk_at, new_store

FIELDS = [
    "id",
    "kind",
    "role",
    "opd",
    "report",
    "ticket",
    "address",
    "status",
    "queued_at",
    "next_try_at",
    "sent_at",
    "tries",
    "error",
]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "depok-agi.toml"
    path.write_text('[ami]\nsecret = "rahasia"\n[folders]\nstore = "store.sqlite"\n')
    new_store(tmp_path / "store.sqlite")
    return path


def run(settings: Path, *words: str) -> Result:
    result = CliRunner().invoke(mails, words, obj=settings)
    assert (result.exit_code, result.exception) == (0, None), result.output
    return result


def shown(settings: Path, *words: str) -> Any:
    return json.loads(run(settings, "list", *words, "--json").stdout)


@pytest.fixture
def number(settings: Path) -> str:
    """A ticket that was forwarded to an OPD with an address."""

    async def forward() -> str:
        async with desk_at(settings.parent / "store.sqlite") as desk:
            await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid"})
            ticket = await tickets.open_ticket(desk, Complaint("Sampah"), "siti")
            await tickets.forward(desk, ticket.number, "DLHK", "siti")
            return ticket.number

    return asyncio.run(forward())


def test_an_empty_queue_is_no_failure(settings: Path) -> None:
    assert shown(settings, "--status", "all") == []
    assert run(settings, "list").stderr.startswith("No e-mail waits")


def test_scripts_get_whom_an_e_mail_is_for_and_what_it_is_about(settings: Path, number: str) -> None:
    [mail] = shown(settings)
    assert list(mail) == FIELDS
    told = {key: mail[key] for key in ("kind", "role", "opd", "ticket", "address", "status", "tries", "error")}
    assert told == {
        "kind": "forwarded",
        "role": "officer",
        "opd": "DLHK",
        "ticket": number,
        "address": "pic@dlhk.invalid",
        "status": "waiting",
        "tries": 0,
        "error": None,
    }
    assert mail["queued_at"] == "2026-06-08T10:00:00+07:00" == mail["next_try_at"]
    assert shown(settings, "--status", "sent") == []


def test_people_get_a_line_each_and_why_nothing_goes(settings: Path, number: str) -> None:
    result = run(settings, "list", "--limit", "1")
    assert "pic@dlhk.invalid" in result.stdout
    assert number in result.stdout
    assert "There is no [mail] in the settings" in result.stderr
    assert "The newest 1; more with --limit." in result.stderr


def test_what_waits_can_be_tried_now(settings: Path, number: str) -> None:
    assert "no e-mails had to wait" in run(settings, "try-now").stderr

    async def put_off() -> None:
        async with desk_at(settings.parent / "store.sqlite") as desk, desk.store.transaction() as connection:
            await connection.execute("UPDATE mails SET next_try_at = 9000000000000000")

    asyncio.run(put_off())
    assert "1 e-mail had to wait" in run(settings, "try-now").stderr
    [mail] = shown(settings)
    assert (mail["ticket"], mail["next_try_at"] < "2200") == (number, True)


@pytest.mark.parametrize("words", [["list"], ["try-now"]])
def test_help_has_an_example(words: list[str]) -> None:
    text = CliRunner().invoke(mails, [*words, "--help"]).stdout
    assert f"depok-agi mails {words[0]}" in text
