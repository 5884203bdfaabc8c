"""What the caller hears in each step, what their keys do, and that hanging up is always possible."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.errors import CallerGoneError, NotFoundError
from depok_agi.hours.schedule import Holiday, Schedule, Span, SpecialDay, WeeklyPattern
from depok_agi.tickets import number as ticket_number
from depok_agi.tickets.status import TicketStatus
from depok_agi.voice import callback, menu, status, steps
from depok_agi.voice.around import Around, Talk
from depok_agi.voice.blocks import Blocks
from depok_agi.voice.caller import CallerInfo, Language
from depok_agi.voice.centre import CallbackRequest, Centre, Left, TicketStanding
from depok_agi.voice.variables import KEYS, MENU, RESULT, TARGET, Result, StepName
from tests.unit.voice.fake_caller import ANI, SHIPPED_MENU, FakeCaller, digits

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Tuesday, 09:00 at Depok."""

WORK = (Span(9 * 3600, 16 * 3600),)
REST = (Span(12 * 3600, 13 * 3600),)
WEEK = WeeklyPattern(
    date(2026, 1, 1), None, "Usual", "Perpres", (WORK,) * 5 + ((),) * 2, (REST,) * 5 + ((),) * 2, False
)
SCHEDULE = Schedule(
    "Asia/Jakarta",
    weekly=(WEEK,),
    holidays=(Holiday(date(2026, 12, 25), "Natal", "SKB"),),
    days=(SpecialDay(date(2026, 12, 24), "Half day", "SE", ()),),
)
TICKET = ticket_number.make(100_001)
WITHHELD = replace(ANI, number=None)
OPERATOR = replace(ANI, number="1500664", arguments=("081100001234",))
DLHK = replace(ANI, arguments=("DLHK",))
INBOUND = replace(ANI, arguments=("inbound",))
NOBODY_BLOCKED = Blocks()
AROUND = Around(Path("/nowhere/recordings"), {"DLHK": "201"})
CALLED_BACK = replace(ANI, number="1500664", arguments=(f"{TICKET}-{ticket_number.make(100_002)}",))


@dataclass
class Desk:
    """The other side of the centre that a step sees."""

    now: datetime = NOW
    schedule: Schedule = SCHEDULE
    tickets: dict[str, str] | None = field(default_factory=lambda: {TICKET: "forwarded"})
    kept: list[Left] = field(default_factory=list)
    full: bool = False
    asked: list[str] = field(default_factory=list)
    with_opd: tuple[str | None, datetime | None] = (None, None)
    own: dict[str, str] = field(default_factory=dict)
    blocks: Blocks = NOBODY_BLOCKED
    around: Around = AROUND

    def leave(self, request: Left) -> None:
        if self.full:
            raise OSError("no space left")
        self.kept.append(request)

    async def ticket_status(self, number: str) -> TicketStanding | None:
        assert self.tickets is not None
        self.asked.append(number)
        state = self.tickets.get(number)
        return None if state is None else TicketStanding(TicketStatus(state), *self.with_opd)

    async def own_ticket(self, caller: str) -> str | None:
        return self.own.get(caller)

    @property
    def requests(self) -> list[CallbackRequest]:
        return [left for left in self.kept if isinstance(left, CallbackRequest)]

    @property
    def centre(self) -> Centre:
        lookup = None if self.tickets is None else self.ticket_status
        return Centre(
            self.schedule,
            lambda: self.now,
            self.leave,
            lookup,
            menu=SHIPPED_MENU,
            own_ticket=self.own_ticket,
            blocks=lambda: self.blocks,
            around=lambda: self.around,
        )


def run(step: StepName, caller: FakeCaller, desk: Desk | None = None) -> tuple[str, str]:
    """Run a step; its result and keys as the dialplan gets them."""
    asyncio.run(steps.run(step, caller, (desk or Desk()).centre))
    return caller.variables[RESULT], caller.variables[KEYS]


class TestRunning:
    def test_the_result_is_set_last(self) -> None:
        caller = FakeCaller("2")
        run(StepName.MENU, caller)
        assert list(caller.variables) == [TARGET, MENU, KEYS, RESULT]

    def test_a_step_that_leads_nowhere_in_particular_sets_no_more_than_it_must(self) -> None:
        caller = FakeCaller("2")
        run(StepName.LANGUAGE, caller)
        assert list(caller.variables) == [KEYS, RESULT]

    @pytest.mark.parametrize("name", ["", "no-such-step", "MENU", "menu ", "../menu"])
    def test_an_unknown_step_is_refused_without_a_word(self, name: str) -> None:
        caller = FakeCaller()
        with pytest.raises(NotFoundError):
            asyncio.run(steps.run(name, caller, Desk().centre))
        assert (caller.interactions, caller.variables) == (0, {})

    def test_every_step_has_a_name_for_the_dialplan(self) -> None:
        assert set(steps.STEPS) == set(StepName)


class TestHours:
    @pytest.mark.parametrize(
        ("hours", "result"),
        [(0, Result.OPEN), (-1, Result.CLOSED), (3, Result.CLOSED), (4, Result.OPEN), (7, Result.CLOSED)],
    )
    def test_open_or_closed_in_silence(self, hours: int, result: Result) -> None:
        caller = FakeCaller()
        assert run(StepName.HOURS, caller, Desk(NOW + timedelta(hours=hours))) == (result, "")
        assert caller.played == []


class TestLanguage:
    @pytest.mark.parametrize(
        ("answers", "language", "keys"),
        [
            (["1"], Language.INDONESIAN, "1"),
            (["2"], Language.ENGLISH, "2"),
            (["", "2"], Language.ENGLISH, "2"),
            (["", ""], Language.INDONESIAN, ""),
            (["", "7"], Language.INDONESIAN, "7"),
        ],
    )
    def test_one_key_chooses_and_indonesian_is_the_default(
        self, answers: list[str], language: Language, keys: str
    ) -> None:
        caller = FakeCaller(*answers)
        assert run(StepName.LANGUAGE, caller) == (Result.CHOSEN, keys)
        assert caller.languages == [language]

    def test_the_choice_is_offered_after_the_welcome(self) -> None:
        caller = FakeCaller()
        run(StepName.LANGUAGE, caller)
        assert caller.played[0] == "welcome"
        assert len(caller.played) > 1


class TestInformation:
    @pytest.mark.parametrize("answers", [[], ["5"]])
    def test_it_is_told_and_any_key_ends_it(self, answers: list[str]) -> None:
        caller = FakeCaller(*answers)
        assert run(StepName.INFORMATION, caller) == (Result.TOLD, "")
        assert caller.played == ["information"]


class TestCallback:
    def test_on_the_number_that_the_caller_has(self) -> None:
        caller, desk = FakeCaller("1"), Desk()
        assert run(StepName.CALLBACK, caller, desk) == (Result.ACCEPTED, "1")
        assert desk.kept == [CallbackRequest(ANI.uniqueid, "+6281100001234", "081100001234", NOW, Language.INDONESIAN)]
        assert caller.played[-2:] == ["callback-accepted", "goodbye"]

    def test_the_number_is_read_as_people_say_it(self) -> None:
        caller = FakeCaller()
        run(StepName.CALLBACK, caller)
        assert caller.played == ["callback-number", *digits("081100001234"), "callback-confirm"]

    @pytest.mark.parametrize("answers", [[], ["", "9"], ["", "#"]])
    def test_who_does_not_confirm_does_not_want_it(self, answers: list[str]) -> None:
        desk = Desk()
        assert run(StepName.CALLBACK, FakeCaller(*answers), desk) == (Result.DECLINED, "".join(answers))
        assert desk.kept == []

    def test_on_another_number(self) -> None:
        caller, desk = FakeCaller("2", "081100005678#", "", "1"), Desk()
        assert run(StepName.CALLBACK, caller, desk) == (Result.ACCEPTED, "21")
        assert [(one.number, one.raw) for one in desk.requests] == [("+6281100005678", "081100001234")]
        assert "".join(name[-1] for name in caller.played if name.startswith("digit-")) == "081100005678"

    def test_who_withholds_their_number_is_asked_for_one(self) -> None:
        caller, desk = FakeCaller("081100005678", "1", info=WITHHELD), Desk()
        assert run(StepName.CALLBACK, caller, desk) == (Result.ACCEPTED, "1")
        assert caller.played[0] == "callback-type-number"
        assert [(one.number, one.raw) for one in desk.requests] == [("+6281100005678", "")]

    @pytest.mark.parametrize("typed", ["", "12", "1500664", "112", "999999999999999"])
    def test_three_numbers_that_are_none_and_it_is_over(self, typed: str) -> None:
        caller, desk = FakeCaller(typed, typed, typed, "081100005678", info=WITHHELD), Desk()
        assert run(StepName.CALLBACK, caller, desk) == (Result.DECLINED, "")
        assert caller.played == ["callback-type-number", "callback-wrong-number"] * callback.TRIES
        assert desk.kept == []

    def test_the_language_is_kept_for_the_operator(self) -> None:
        desk = Desk()
        run(StepName.CALLBACK, FakeCaller("1", info=replace(ANI, language=Language.ENGLISH)), desk)
        assert desk.requests[0].language is Language.ENGLISH

    def test_what_cannot_be_kept_is_not_promised(self) -> None:
        caller = FakeCaller("1")
        with pytest.raises(OSError, match="no space left"):
            run(StepName.CALLBACK, caller, Desk(full=True))
        assert "callback-accepted" not in caller.played
        assert RESULT not in caller.variables

    @pytest.mark.parametrize("extra", [2, 3, 4])
    def test_who_confirms_and_hangs_up_is_called_back(self, extra: int) -> None:
        caller, desk = FakeCaller("1", hangs_up_at=extra), Desk()
        with pytest.raises(CallerGoneError):
            run(StepName.CALLBACK, caller, desk)
        assert [one.number for one in desk.requests] == ["+6281100001234"]
        assert RESULT not in caller.variables


WAYS: Sequence[tuple[StepName, list[str], CallerInfo, Desk]] = [
    (StepName.HOURS, [], ANI, Desk()),
    (StepName.CLOSED, [], ANI, Desk()),
    (StepName.CLOSED, ["1"], ANI, Desk()),
    (StepName.LANGUAGE, [], ANI, Desk()),
    (StepName.LANGUAGE, ["2"], ANI, Desk()),
    (StepName.MENU, [], ANI, Desk()),
    (StepName.MENU, ["9", "", "", "2"], ANI, Desk()),
    (StepName.INFORMATION, [], ANI, Desk()),
    (StepName.STATUS, [TICKET], ANI, Desk()),
    (StepName.STATUS, ["", "1", ticket_number.make(100_002)], ANI, Desk()),
    (StepName.STATUS, [], ANI, Desk(tickets=None)),
    (StepName.CALLBACK, [], ANI, Desk()),
    (StepName.CALLBACK, ["1"], ANI, Desk()),
    (StepName.CALLBACK, ["2", "081100005678", "2", "12", "081100005678"], ANI, Desk()),
    (StepName.CALLBACK, ["1", "2", "3"], WITHHELD, Desk()),
    (StepName.CALLING, [], OPERATOR, Desk()),
    (StepName.CALLED, [], CALLED_BACK, Desk()),
    (StepName.CALLED, ["1"], CALLED_BACK, Desk()),
    (StepName.BLOCK, [], ANI, Desk()),
    (StepName.MESSAGE, [], ANI, Desk()),
    (StepName.MESSAGE, [], replace(ANI, arguments=("recorded",)), Desk()),
    (StepName.SURVEY, [], ANI, Desk()),
    (StepName.SURVEY, ["4"], ANI, Desk()),
    (StepName.OPD, [], DLHK, Desk()),
    (StepName.OPD, [], replace(ANI, arguments=("DPUPR",)), Desk()),
    (StepName.OPD_UNANSWERED, [], DLHK, Desk()),
    (StepName.OPD_UNANSWERED, [], replace(DLHK, number=None), Desk()),
    (StepName.SMS, [], ANI, Desk()),
    (StepName.RECORDING, [], INBOUND, Desk()),
    (StepName.RECORDING, [], INBOUND, Desk(around=replace(AROUND, recorded=frozenset(Talk)))),
]


def points() -> list[tuple[StepName, list[str], CallerInfo, Desk, int]]:
    """Every interaction of every way through every step."""
    found = []
    for step, answers, info, desk in WAYS:
        caller = FakeCaller(*answers, info=info)
        run(step, caller, replace(desk, kept=[], asked=[]))
        found += [(step, answers, info, desk, n) for n in range(1, caller.interactions + 1)]
    return found


@pytest.mark.parametrize(("step", "answers", "info", "desk", "point"), points())
def test_hanging_up_is_possible_at_every_point(
    step: StepName, answers: list[str], info: CallerInfo, desk: Desk, point: int
) -> None:
    caller = FakeCaller(*answers, info=info, hangs_up_at=point)
    with pytest.raises(CallerGoneError):
        run(step, caller, replace(desk, kept=[], asked=[]))
    assert RESULT not in caller.variables
    assert caller.interactions == point


def test_the_ways_go_through_every_step() -> None:
    assert {step for step, *_ in WAYS} == set(StepName)


HOSTILE = ['"', "'; DROP TABLE calls; --", "a\r\nEXEC System rm", "🙂", "\0", "\ud800", "x" * 5000, "", "unknown"]


@pytest.mark.parametrize("step", StepName)
@pytest.mark.parametrize("text", [None, *HOSTILE])
def test_what_the_caller_says_of_themselves_does_no_harm(step: StepName, text: str | None) -> None:
    caller, desk = (
        FakeCaller("1", "2", "1", info=CallerInfo(text or "", text, text, text or "", arguments=(text or "",))),
        Desk(),
    )
    run(step, caller, desk)
    without_a_word = {StepName.MESSAGE, StepName.SURVEY, StepName.SMS}
    assert desk.kept == [] or step in without_a_word, "these need no word of the caller"
    assert all(value.isascii() and value.isprintable() for value in caller.variables.values())
    assert all(name.replace("-", "").isalnum() and name.isascii() for name in caller.played)


ANSWERS = st.lists(
    st.one_of(st.sampled_from(["", *"0123456789*#", TICKET, "081100005678"]), st.text("0123456789", max_size=20))
)
INFOS = st.builds(
    CallerInfo,
    st.text(),
    st.one_of(st.none(), st.text(), st.just("081100001234")),
    st.one_of(st.none(), st.text()),
    st.text(),
    st.sampled_from(Language),
    st.lists(st.one_of(st.text(), st.sampled_from([TICKET, "081100001234"])), max_size=2).map(tuple),
)
KEEPING = {Result.ACCEPTED, Result.RECORD, Result.KEPT, Result.EMPTY, Result.SCORED}
TREE: dict[StepName, set[Result]] = {
    StepName.HOURS: {Result.OPEN, Result.CLOSED},
    StepName.CLOSED: {Result.CALLBACK, Result.MESSAGE, Result.GOODBYE},
    StepName.LANGUAGE: {Result.CHOSEN},
    StepName.MENU: set(menu.ENDINGS.values()),
    StepName.INFORMATION: {Result.TOLD},
    StepName.STATUS: {Result.TOLD, Result.OPERATOR},
    StepName.CALLBACK: {Result.ACCEPTED, Result.DECLINED},
    StepName.CALLING: {Result.TOLD},
    StepName.CALLED: {Result.TOLD, Result.OPERATOR},
    StepName.BLOCK: {Result.FREE, Result.BLOCKED},
    StepName.MESSAGE: {Result.RECORD, Result.KEPT, Result.EMPTY},
    StepName.SURVEY: {Result.SCORED, Result.GOODBYE},
    StepName.OPD: {Result.DIAL, Result.OPERATOR},
    StepName.OPD_UNANSWERED: {Result.KEPT, Result.OPERATOR},
    StepName.SMS: {Result.KEPT},
    StepName.RECORDING: {Result.UNRECORDED},
}


@given(st.sampled_from(StepName), ANSWERS, INFOS)
@settings(max_examples=200)
def test_whatever_is_pressed_every_step_ends_in_a_result_that_the_dialplan_knows(
    step: StepName, answers: list[str], info: CallerInfo
) -> None:
    caller, desk = FakeCaller(*answers, info=info), Desk()
    result, _ = run(step, caller, desk)
    assert result in TREE[step]
    assert (result in KEEPING) == bool(desk.kept)
    assert caller.interactions < (20 if step is not StepName.MENU else 3 * 2 * menu.MOST_KEYS)


@pytest.mark.parametrize("check", [status.TRIES, callback.TRIES, *(menu.tries for menu in SHIPPED_MENU.menus.values())])
def test_nobody_is_asked_more_than_three_times(check: int) -> None:
    assert check == 3


class TestLastTry:
    def test_a_number_typed_right_on_the_third_try_is_still_confirmed(self) -> None:
        caller = FakeCaller("1", "2", "081100005678", "1", info=WITHHELD)
        assert run(StepName.CALLBACK, caller, Desk())[0] == Result.ACCEPTED

    def test_a_foreign_number_that_no_operator_can_dial_is_not_promised_a_call(self) -> None:
        caller, desk = FakeCaller(*["+442079460000"] * 3, info=WITHHELD), Desk()
        assert run(StepName.CALLBACK, caller, desk)[0] == Result.DECLINED

    def test_a_key_that_means_nothing_is_not_the_end(self) -> None:
        caller, desk = FakeCaller("9", "1"), Desk()
        assert run(StepName.CALLBACK, caller, desk)[0] == Result.ACCEPTED
