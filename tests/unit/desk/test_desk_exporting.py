"""A citizen gets all that there is of them, and who looked at it; of others they get nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from depok_agi.access import dossier_page
from depok_agi.access.dossier import Column, Dossier, Section, in_both
from depok_agi.access.roles import Deed, Person, Role
from depok_agi.calls.numbers import national
from depok_agi.config import Folders
from depok_agi.desk import Desk, exporting, tickets
from depok_agi.desk.access import allow
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from tests.unit.desk import citizen
from tests.unit.desk.citizen import NAME, NUMBER, WORDS
from tests.unit.desk.made import BUDI, TEN, Clock, desk_at

SUPERVISOR = Person("sri", Role.SUPERVISOR)
OF_OTHERS = "rahasia-orang-lain"


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    return citizen.folders(tmp_path)


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True, origin="pbx pts/1")


@pytest.fixture
async def dossier(desk: Desk, clock: Clock, places: Folders) -> Dossier:
    made = await citizen.comes_in(desk, clock, places)
    await tickets.open_ticket(desk, Complaint(OF_OTHERS, caller=BUDI, name=OF_OTHERS), "siti")
    async with desk.store.transaction() as connection:
        row = await desk.store.queries.get_citizen(connection, number=NUMBER)
    await allow(desk, Person("siti", Role.OPERATOR), Deed.SHOW, ticket=made[0].serial, detail="tickets show")
    await allow(desk, Person("budi", Role.OPERATOR), Deed.FIND, citizen=row, detail="calls list --number")
    return await exporting.dossier(desk, NUMBER, person=SUPERVISOR, recordings=places.recordings)


def rows(dossier: Dossier, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dossier.to_json()[key]
    return found


async def test_every_word_that_was_kept_is_in_it_as_page_and_as_json(dossier: Dossier) -> None:
    kept = (*WORDS[:13], WORDS[15])  # those between are what the daemon has not taken yet
    page, plain = dossier_page.write(dossier, national(NUMBER)), json.dumps(dossier.to_json())
    assert [word for word in kept if word not in page] == []
    assert [word for word in kept if word not in plain] == []
    assert NAME in page
    assert "0811-0000-7391" in page
    assert (dossier.number, dossier.name) == (NUMBER, NAME)


async def test_nothing_of_others_is_in_it(dossier: Dossier) -> None:
    page, plain = dossier_page.write(dossier, national(NUMBER)), json.dumps(dossier.to_json())
    for secret in (OF_OTHERS, BUDI.removeprefix("+62"), "pbx pts/1"):
        assert secret not in page
        assert secret not in plain


async def test_each_kind_is_there(dossier: Dossier) -> None:
    counts = {section.key: len(section.rows) for section in dossier.sections}
    assert counts == {
        "calls": 3,
        "calls_of_others": 1,
        "tickets": 6,
        "history": counts["history"],
        "callbacks": 1,
        "attempts": 2,
        "sms_received": 4,
        "sms_sent": counts["sms_sent"],
        "blocks": 1,
        "suspensions": 1,
        "surveys": 1,
        "recordings": 2,
        "access": 5,
    }
    assert counts["history"] == sum(entry["ticket"] is not None for entry in rows(dossier, "history")) > 15
    assert rows(dossier, "recordings")[0]["there"] is True
    assert rows(dossier, "surveys")[0]["score"] == 4


async def test_who_looked_is_told_by_ticket_and_by_citizen_and_so_is_this_very_export(dossier: Dossier) -> None:
    assert [(row["actor"], row["deed"], row["allowed"]) for row in rows(dossier, "access")] == [
        ("sri", "suspend", True),
        ("sri", "suspend", True),
        ("siti", "show", True),
        ("budi", "find", True),
        ("sri", "export", True),
    ]


async def test_an_operator_may_not_and_nobody_is_told_of_whom_there_is_nothing(desk: Desk, places: Folders) -> None:
    with pytest.raises(RefusedError, match="needs supervisor"):
        await exporting.dossier(desk, NUMBER, person=Person("siti", Role.OPERATOR), recordings=places.recordings)
    with pytest.raises(NotFoundError, match="knows nothing"):
        await exporting.dossier(desk, NUMBER, person=SUPERVISOR, recordings=places.recordings)


def test_what_a_citizen_wrote_is_no_markup() -> None:
    evil = "<script>alert(1)</script>"
    section = Section("tickets", "Complaints", (Column("text", "Complaint"),), [{"text": evil}])
    page = dossier_page.write(Dossier(NUMBER, evil, TEN, [section]), national(NUMBER))
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_the_page_needs_nothing_else_and_is_in_both_languages() -> None:
    page = dossier_page.write(Dossier(NUMBER, None, TEN, [Section("calls", "Calls", (), [])]), national(NUMBER))
    for elsewhere in ("http:", "https:", "src=", "@import", "<link"):
        assert elsewhere not in page
    assert in_both("Calls") == "Panggilan / Calls"
    assert "Panggilan / Calls" in page
