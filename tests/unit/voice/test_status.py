"""How a ticket stands, by keypad: only a ticket whose number was typed, or that of the number that calls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.errors import CallerGoneError
from depok_agi.tickets import number as ticket_number
from depok_agi.voice import spoken
from depok_agi.voice.caller import Language
from depok_agi.voice.variables import RESULT, Result, StepName
from tests.unit.voice.fake_caller import ANI, FakeCaller, digits
from tests.unit.voice.test_steps import NOW, TICKET, WITHHELD, Desk, run

OTHER = ticket_number.make(100_002)
DUE = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
"""Friday, 10:00 at Depok."""

OWN = {"+6281100001234": TICKET}
OWN_OFFER = ["status-own", *digits(TICKET), "status-own-or-other"]


def told(desk: Desk, language: Language = Language.INDONESIAN) -> list[str]:
    """What is said behind the number of the ticket."""
    caller = FakeCaller(TICKET, info=replace(ANI, language=language))
    assert run(StepName.STATUS, caller, desk) == (Result.TOLD, "")
    assert caller.played[: 2 + len(TICKET)] == ["status-ask", "status-ticket", *digits(TICKET)]
    return caller.played[2 + len(TICKET) :]


class TestWhatIsTold:
    @pytest.mark.parametrize("state", ["new", "forwarded", "answered", "closed"])
    def test_the_status(self, state: str) -> None:
        assert told(Desk(tickets={TICKET: state})) == [f"status-{state}"]

    def test_which_opd_has_it_and_until_when_that_has_to_answer(self) -> None:
        assert told(Desk(with_opd=("DLHK", DUE))) == [
            *("status-forwarded", "opd-dlhk", "status-due"),
            *("weekday-friday", "number-20", "digit-7", "month-november", "time-at", "number-10"),
        ]

    def test_the_same_in_english(self) -> None:
        assert told(Desk(with_opd=("DLHK", DUE)), Language.ENGLISH)[3:] == [
            *("weekday-friday", "month-november", "number-20", "digit-7", "time-at", "number-10", "time-oclock"),
        ]

    def test_that_an_opd_is_late_is_not_hidden(self) -> None:
        assert told(Desk(with_opd=("DLHK", NOW - timedelta(days=1))))[2:4] == ["status-overdue", "weekday-monday"]

    def test_no_opd_and_no_date_of_a_ticket_that_waits_for_nobody(self) -> None:
        desk = Desk(tickets={TICKET: "answered"}, with_opd=("DLHK", DUE))
        assert told(desk) == ["status-answered"]

    def test_the_number_is_read_in_groups_with_a_pause_between_them(self) -> None:
        caller = FakeCaller(TICKET)
        run(StepName.STATUS, caller, Desk(tickets={TICKET: "new"}))
        assert spoken.ticket(TICKET) == [digits(TICKET[:3]), digits(TICKET[3:])]
        assert caller.interactions == 1 + 3 + 1 + 2, "the question, two groups and a pause, the status, the result"

    @pytest.mark.parametrize("answers", [["5"], ["", "#"], ["", "", "0"], ["", "", "", "1"]])
    def test_any_key_ends_it(self, answers: list[str]) -> None:
        caller = FakeCaller(TICKET, *answers)
        assert run(StepName.STATUS, caller, Desk(with_opd=("DLHK", DUE))) == (Result.TOLD, "")
        assert "status-due" not in caller.played


class TestWhoMayHear:
    def test_a_wrong_check_digit_is_nobodys_ticket(self) -> None:
        desk, wrong = Desk(), TICKET[:-1] + str((int(TICKET[-1]) + 1) % 10)
        caller = FakeCaller(wrong, TICKET)
        assert run(StepName.STATUS, caller, desk) == (Result.TOLD, "")
        assert caller.played[:3] == ["status-ask", "status-wrong-number", "status-ask"]
        assert desk.asked == [TICKET]

    def test_an_unknown_ticket(self) -> None:
        caller = FakeCaller(OTHER, TICKET)
        assert run(StepName.STATUS, caller) == (Result.TOLD, "")
        assert caller.played[1] == "status-not-found"

    @pytest.mark.parametrize("typed", ["", "*", "12", "0000000", "77777777777777777777"])
    def test_three_tries_and_a_human_comes(self, typed: str) -> None:
        caller = FakeCaller(typed, typed, typed, TICKET)
        assert run(StepName.STATUS, caller) == (Result.OPERATOR, "")
        assert caller.played == ["status-ask", "status-wrong-number"] * 3 + ["to-operator"]

    def test_without_the_store_a_human_comes(self) -> None:
        caller = FakeCaller(TICKET)
        assert run(StepName.STATUS, caller, Desk(tickets=None, own=OWN)) == (Result.OPERATOR, "")
        assert caller.played == ["status-unavailable", "to-operator"]


class TestTheCallersOwnTicket:
    def test_is_offered_and_told_for_one_key(self) -> None:
        caller, desk = FakeCaller("", "", "", "", "1"), Desk(own=OWN)
        assert run(StepName.STATUS, caller, desk) == (Result.TOLD, "")
        assert caller.played == [*OWN_OFFER, "status-ticket", *digits(TICKET), "status-forwarded"]

    def test_is_told_for_that_key_in_the_middle_of_the_words_too(self) -> None:
        caller = FakeCaller("1")
        assert run(StepName.STATUS, caller, Desk(own=OWN)) == (Result.TOLD, "")
        assert caller.played[:2] == ["status-own", "status-ticket"]

    @pytest.mark.parametrize("pauses", [0, 1, 2, 3, 4])
    def test_another_one_can_be_typed_although_it_begins_with_the_same_key(self, pauses: int) -> None:
        caller, desk = FakeCaller(*[""] * pauses, *OTHER, "#"), Desk(own=OWN, tickets={OTHER: "closed"})
        assert run(StepName.STATUS, caller, desk) == (Result.TOLD, "")
        assert desk.asked == [OTHER]
        assert caller.played[-1] == "status-closed"

    def test_is_offered_once_and_then_a_number_is_asked_for(self) -> None:
        caller = FakeCaller("", "", "", "", "", OTHER, "1")
        assert run(StepName.STATUS, caller, Desk(own=OWN)) == (Result.OPERATOR, "")
        assert caller.played == [
            *(*OWN_OFFER, "status-wrong-number", "status-ask", "status-not-found", "status-ask"),
            *("status-wrong-number", "to-operator"),
        ]

    @pytest.mark.parametrize("info", [WITHHELD, replace(ANI, number="081100005678"), replace(ANI, number="1500664")])
    def test_is_not_offered_to_another_number(self, info: FakeCaller) -> None:
        caller = FakeCaller("1", info=info)  # type: ignore[arg-type]
        run(StepName.STATUS, caller, Desk(own=OWN))
        assert caller.played[0] == "status-ask"

    @given(st.lists(st.sampled_from(["", *"0123456789*#"]), max_size=40))
    def test_whatever_is_pressed_it_comes_to_an_end(self, answers: list[str]) -> None:
        caller = FakeCaller(*answers)
        assert run(StepName.STATUS, caller, Desk(own=OWN))[0] in {Result.TOLD, Result.OPERATOR}
        assert caller.interactions < 30

    @pytest.mark.parametrize("point", range(1, 13))
    def test_hanging_up_is_possible_at_every_point(self, point: int) -> None:
        caller = FakeCaller("", "", "", "", "1", info=ANI, hangs_up_at=point)
        with pytest.raises(CallerGoneError):
            run(StepName.STATUS, caller, Desk(own=OWN))
        assert RESULT not in caller.variables
