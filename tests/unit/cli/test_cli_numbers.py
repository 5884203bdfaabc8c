"""Who is refused for a time, and the OPDs' telephones, as the command says them."""

import getpass

from tests.unit.cli.command import Command

NUMBER = "0811-0000-1234"
E164 = "+6281100001234"


class TestBlocks:
    def test_one_is_made_listed_and_lifted(self, command: Command) -> None:
        assert command.json("numbers", "list") == []
        assert "Nobody is blocked." in command.ok("numbers", "list").stderr
        made = command.json("numbers", "block", NUMBER, "--until", "+1d", "--why", "prank calls")
        assert (made["number"], made["by"], made["why"]) == (E164, getpass.getuser(), "prank calls")
        assert made["until"].endswith("+07:00")
        assert command.json("numbers", "list") == [made]
        assert "0811-xxxx-x234" in command.ok("numbers", "list").stdout
        assert NUMBER in command.ok("numbers", "list", "--unmask").stdout
        assert "is not blocked any more" in command.ok("numbers", "unblock", NUMBER).stderr
        assert command.json("numbers", "list") == []
        assert [one["number"] for one in command.json("numbers", "list", "--all")] == [E164]
        assert "is not blocked" in command.refused("numbers", "unblock", NUMBER)

    def test_it_needs_an_end_a_reason_and_a_citizens_number(self, command: Command) -> None:
        command.refused("numbers", "block", NUMBER, "--why", "prank calls", code=2)
        command.refused("numbers", "block", NUMBER, "--until", "+1d", code=2)
        assert "future" in command.refused("numbers", "block", NUMBER, "--until", "2020-01-01", "--why", "x")
        assert "no telephone number" in command.refused("numbers", "block", "101", "--until", "+1d", "--why", "x")


class TestTelephones:
    def test_an_opd_has_one(self, command: Command) -> None:
        assert command.json("opd", "edit", "DLHK", "--phone", "201")["phone"] == "201"
        assert "201" in command.ok("opd", "list").stdout
        assert command.json("opd", "edit", "DLHK", "--phone", "")["phone"] is None
        added = command.json("opd", "add", "DISPUSIP", "--name", "Dinas Perpustakaan", "--phone", "202")
        assert added["phone"] == "202"

    def test_nothing_but_an_extension_is_one(self, command: Command) -> None:
        for wrong in ("2", "081100001234", "201&PJSIP/trunk"):
            assert "is no extension" in command.refused("opd", "edit", "DLHK", "--phone", wrong)
