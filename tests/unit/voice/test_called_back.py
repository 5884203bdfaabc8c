"""A call back that the daemon dials: what the operator hears first, and then the citizen."""

import asyncio
from dataclasses import replace

import pytest

from depok_agi.errors import CallerGoneError
from depok_agi.tickets import number as ticket_number
from depok_agi.voice import steps
from depok_agi.voice.variables import KEYS, RESULT, Result, StepName
from tests.unit.voice.fake_caller import ANI, FakeCaller, digits
from tests.unit.voice.test_steps import CALLED_BACK, OPERATOR, TICKET, Desk

SECOND = ticket_number.make(100_002)
TOLD = ["status-ticket", *digits(TICKET), "status-answered"]
TOLD_SECOND = ["status-ticket", *digits(SECOND), "status-answered"]


def answered() -> Desk:
    return Desk(tickets={TICKET: "answered", SECOND: "answered"})


def run(step: StepName, caller: FakeCaller, desk: Desk | None = None) -> tuple[str, str]:
    asyncio.run(steps.run(step, caller, (desk or answered()).centre))
    return caller.variables[RESULT], caller.variables[KEYS]


class TestTheOperator:
    def test_hears_which_number_is_called(self) -> None:
        siti = FakeCaller(info=OPERATOR)
        assert run(StepName.CALLING, siti) == (Result.TOLD, "")
        assert siti.played == ["calling-number", *digits("081100001234")]

    def test_hears_it_in_groups_with_a_pause_after_each(self) -> None:
        siti = FakeCaller(info=OPERATOR)
        run(StepName.CALLING, siti)
        assert siti.interactions == 1 + 3 * 2 + 2, "the words, 0811 0000 1234 each with its pause, and the result"

    @pytest.mark.parametrize("answers", [["#"], ["", "", "5"], ["", "0"]])
    def test_ends_it_with_any_key(self, answers: list[str]) -> None:
        siti = FakeCaller(*answers, info=OPERATOR)
        assert run(StepName.CALLING, siti) == (Result.TOLD, "")
        assert "".join(name[-1] for name in siti.played if name.startswith("digit-")) != "081100001234"

    @pytest.mark.parametrize("arguments", [(), ("",), ("PJSIP/101",), ("500&PJSIP/itsp",)])
    def test_hears_nothing_of_what_is_no_number(self, arguments: tuple[str, ...]) -> None:
        siti = FakeCaller(info=replace(OPERATOR, arguments=arguments))
        assert run(StepName.CALLING, siti) == (Result.TOLD, "")
        assert siti.played == []


class TestTheCitizen:
    def test_hears_who_calls_and_gets_the_operator_without_doing_anything(self) -> None:
        ani = FakeCaller(info=CALLED_BACK)
        assert run(StepName.CALLED, ani) == (Result.OPERATOR, "")
        assert ani.played == ["called-greeting"]

    @pytest.mark.parametrize("answers", [["1"], ["", "1"]])
    def test_hears_how_each_ticket_stands_for_one_key_during_or_after_the_words(self, answers: list[str]) -> None:
        ani = FakeCaller(*answers, info=CALLED_BACK)
        assert run(StepName.CALLED, ani) == (Result.TOLD, "1")
        assert ani.played == ["called-greeting", *TOLD, *TOLD_SECOND, "to-operator"]

    def test_goes_on_to_the_operator_with_any_key_while_it_is_told(self) -> None:
        ani = FakeCaller("1", "#", info=CALLED_BACK)
        assert run(StepName.CALLED, ani) == (Result.TOLD, "1")
        assert ani.played == ["called-greeting", "status-ticket", "to-operator"]

    def test_is_told_of_the_tickets_that_there_are(self) -> None:
        ani = FakeCaller("1", info=CALLED_BACK)
        run(StepName.CALLED, ani, Desk(tickets={SECOND: "answered"}))
        assert ani.played == ["called-greeting", *TOLD_SECOND, "to-operator"]

    @pytest.mark.parametrize("keys", [["2"], ["", "#"], ["", "0"]])
    def test_with_another_key_gets_the_operator(self, keys: list[str]) -> None:
        ani, desk = FakeCaller(*keys, info=CALLED_BACK), answered()
        assert run(StepName.CALLED, ani, desk)[0] == Result.OPERATOR
        assert desk.asked == []

    @pytest.mark.parametrize("joined", ["", "-", "12", "abc", TICKET[:-1], "1234567", "'; DROP TABLE tickets; --"])
    def test_is_offered_nothing_where_there_is_no_ticket(self, joined: str) -> None:
        ani = FakeCaller("1", info=replace(ANI, arguments=(joined,)))
        assert run(StepName.CALLED, ani) == (Result.OPERATOR, "")
        assert ani.played == []

    def test_is_offered_nothing_while_the_store_is_out_of_reach(self) -> None:
        ani = FakeCaller("1", info=CALLED_BACK)
        assert run(StepName.CALLED, ani, Desk(tickets=None)) == (Result.OPERATOR, "")
        assert ani.played == []

    def test_may_hang_up_at_any_point(self) -> None:
        for point in range(1, 6):
            ani = FakeCaller("1", info=CALLED_BACK, hangs_up_at=point)
            with pytest.raises(CallerGoneError):
                run(StepName.CALLED, ani)
            assert RESULT not in ani.variables
