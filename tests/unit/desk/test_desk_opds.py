"""Who answers for what: the table that an admin edits."""

import pytest

from depok_agi.desk import Desk, opds, tickets
from depok_agi.desk.opds import Opd
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.tickets.clock import Clock


async def test_a_new_opd_gets_tickets(desk: Desk) -> None:
    added = await opds.add(desk, Opd("dispusip", "Dinas Perpustakaan", Clock.WORKING_DAYS, "pic@dispusip.example"))
    assert added.code == "DISPUSIP"
    ticket = await tickets.open_ticket(desk, Complaint("Buku"), "siti")
    assert (await tickets.forward(desk, ticket.number, "dispusip", "siti")).clock is Clock.WORKING_DAYS


async def test_it_is_added_once(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="there is an OPD DLHK already"):
        await opds.add(desk, Opd("DLHK", "Lagi"))


@pytest.mark.parametrize("code", ["", "D", "D LHK", "dlhk;", "9LIVES", "X" * 21])
async def test_a_code_is_short_and_plain(desk: Desk, code: str) -> None:
    with pytest.raises(RefusedError, match="is no code"):
        await opds.add(desk, Opd(code, "Dinas"))


@pytest.mark.parametrize(
    "address", ["dlhk", "a@b", "a b@c.example", "A <a@b.example>", "a@b.example\nBcc: c@d.example"]
)
async def test_an_address_is_one_and_only_one(desk: Desk, address: str) -> None:
    with pytest.raises(RefusedError, match="is no e-mail address"):
        await opds.edit(desk, "DLHK", {"email": address})


@pytest.mark.parametrize("name", ["", " ", "Dinas\nX"])
async def test_a_name_is_one_line(desk: Desk, name: str) -> None:
    with pytest.raises(RefusedError, match="needs a name"):
        await opds.edit(desk, "DLHK", {"name": name})


async def test_only_what_is_given_changes_and_an_empty_address_takes_it_away(desk: Desk) -> None:
    await opds.edit(desk, "dlhk", {"email": "pic@dlhk.example", "head_email": "kepala@dlhk.example"})
    changed = await opds.edit(desk, "DLHK", {"email": ""})
    assert (changed.email, changed.head_email) == (None, "kepala@dlhk.example")
    assert changed.name == "Dinas Lingkungan Hidup dan Kebersihan"


async def test_a_closed_opd_gets_no_tickets_and_keeps_what_it_owes(desk: Desk) -> None:
    first = await tickets.open_ticket(desk, Complaint("Sampah"), "siti")
    await tickets.forward(desk, first.number, "DLHK", "siti")
    await opds.edit(desk, "DLHK", {"active": False})
    second = await tickets.open_ticket(desk, Complaint("Sampah"), "siti")
    with pytest.raises(RefusedError, match="gets no tickets any more"):
        await tickets.forward(desk, second.number, "DLHK", "siti")
    assert (await tickets.answer(desk, first.number, "Sudah", "siti")).opd == "DLHK"


async def test_a_category_leads_where_the_admin_says(desk: Desk) -> None:
    await opds.put_category(desk, "SAMPAH", "dpupr")
    assert (await opds.categories(desk))["sampah"] == "DPUPR"
    await opds.put_category(desk, "kucing liar", "DKP3")
    ticket = await tickets.open_ticket(desk, Complaint("Kucing", category="Kucing Liar"), "siti")
    assert (await tickets.forward(desk, ticket.number, None, "siti")).opd == "DKP3"
    await opds.put_category(desk, "kucing liar", None)
    another = await tickets.open_ticket(desk, Complaint("Kucing", category="kucing liar"), "siti")
    with pytest.raises(RefusedError, match="no category that leads to an OPD"):
        await tickets.forward(desk, another.number, None, "siti")


async def test_a_category_that_is_dropped_stays_with_its_tickets(desk: Desk) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Pohon", category="pohon tumbang"), "siti")
    assert await opds.drop_category(desk, "Pohon Tumbang") == "pohon tumbang"
    assert (await tickets.show(desk, ticket.number)).category == "pohon tumbang"
    with pytest.raises(NotFoundError, match="there is no category"):
        await opds.drop_category(desk, "pohon tumbang")


@pytest.mark.parametrize("name", ["", "  ", "a\nb"])
async def test_a_category_has_a_name(desk: Desk, name: str) -> None:
    with pytest.raises(RefusedError, match="needs a name"):
        await opds.put_category(desk, name, None)


class TestTelephones:
    async def test_an_opd_has_an_extension_that_the_menu_can_ring(self, desk: Desk) -> None:
        assert (await opds.edit(desk, "dlhk", {"phone": "201"})).phone == "201"
        await opds.edit(desk, "DPUPR", {"phone": "202"})
        await opds.edit(desk, "DISHUB", {"phone": "203", "active": False})
        assert await opds.phones(desk) == {"DLHK": "201", "DPUPR": "202"}
        await opds.edit(desk, "DLHK", {"phone": ""})
        assert await opds.phones(desk) == {"DPUPR": "202"}

    @pytest.mark.parametrize(
        "phone", ["1", "1234567", "20a", "201&PJSIP/trunk", "+62", "0811-0000-1234", "201\n", "٢٠١"]
    )
    async def test_nothing_else_is_one(self, desk: Desk, phone: str) -> None:
        with pytest.raises(RefusedError, match="is no extension of the PBX"):
            await opds.edit(desk, "DLHK", {"phone": phone})
