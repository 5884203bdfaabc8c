"""From the list of owed calls to the result, by keys alone."""

from dataclasses import replace
from pathlib import Path

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import Direction, Outcome
from depok_agi.desk import Desk, callbacks, dialling, suspending, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.store.times import microseconds
from tests.unit.console.made import Screen, console_at, log
from tests.unit.desk.made import ANI, BUDI, Clock, call

CHANNEL = "depok-1780000000.1000000001"


async def owe(desk: Desk) -> str:
    """An answer for Ani, who is to be told it; and a missed call of Budi's. Gives the ticket's number."""
    ticket = await tickets.open_ticket(desk, Complaint("Sampah menumpuk", caller=ANI, name="Ani"), "budi")
    await tickets.answer(desk, ticket.number, "Sudah diangkut", "budi")
    await log(desk, call("1764000000.1", number=BUDI))
    return ticket.number


async def open_list(screen: Screen) -> None:
    await screen.press("f2")
    await screen.until("[F2 Callbacks]")
    await screen.until("Citizen")


async def test_owed_calls_are_listed_most_urgent_first_with_masked_numbers_and_a_sign_for_late_ones(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await owe(desk)
    clock.later(hours=2)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("missed")
        assert screen.lines()[2:5] == [
            " ID      Citizen                      Why         Due            Status",
            " 2       0811-xxxx-x678               missed      ! 08-06 11:01  pending",
            " 1       0811-xxxx-x234 A.            answer      09-06 10:00    pending",
        ]


async def test_one_key_takes_the_citizen_and_has_them_called_and_one_more_enters_the_result(
    path: Path, desk: Desk, clock: Clock
) -> None:
    number = await owe(desk)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("answer")
        await screen.press("enter")
        await screen.until("waiting for the daemon ...")
        assert "0811-0000-1234  Ani  answer" in screen.text
        assert "tell: Sudah diangkut" in screen.text
        (order,) = await dialling.pending(desk)
        assert (order.device, order.operator) == ("PJSIP/101", "siti")
        assert await dialling.take(desk, order, CHANNEL) is not None
        await screen.until("ringing your phone ...")
        order = await dialling.show(desk, order.id)
        spoke = replace(call(CHANNEL, Outcome.ANSWERED, direction=Direction.OUTBOUND, began=clock()), id=CHANNEL)
        up = replace(spoke, ended=False, ended_at=None, outcome=None)
        await log(desk, up)
        await dialling.change(desk, order, dialling.Change(dialling.OrderStatus.CONNECTED))
        await screen.until("talking ...")
        order = await dialling.show(desk, order.id)
        clock.later(minutes=2)
        await log(desk, spoke)
        await dialling.change(desk, order, dialling.Change(dialling.OrderStatus.ENDED))
        await screen.until("the call is over: reached")
        await screen.press("r")
        await screen.until("callback 1: done")
        assert "Ani" not in screen.text
    assert (await tickets.show(desk, number)).status == "closed"


async def test_who_dials_by_hand_takes_enters_a_note_and_the_result(path: Path, desk: Desk, clock: Clock) -> None:
    await owe(desk)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("missed")
        await screen.press("down", "t")
        await screen.until("taken by siti until 10:15")
        await screen.press("e")
        await screen.until("Note is written")
        await screen.write("ibunya yang angkat")
        await screen.press("enter", "a")
        await screen.until("callback 2 waits for another try, not before 08-06 10:15")
    after = await callbacks.show(desk, 2)
    assert [(one.operator, one.result, one.note) for one in after.attempts] == [
        ("siti", "no_answer", "ibunya yang angkat")
    ]
    assert await dialling.pending(desk) == []


async def test_a_colleagues_callback_is_refused_in_one_line(path: Path, desk: Desk, clock: Clock) -> None:
    await owe(desk)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("answer")
        await callbacks.claim(desk, 1, "budi")
        await screen.press("enter")
        await screen.until("claimed by budi, until 10:15")
        assert screen.status == "callback is claimed by budi, until 10:15: take the next one"
        assert "0811-0000-1234" not in screen.text


async def test_a_taken_one_can_be_given_back(path: Path, desk: Desk, clock: Clock) -> None:
    await owe(desk)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("answer")
        await screen.press("t")
        await screen.until("taken by siti")
        await screen.press("x")
        await screen.until("callback 1 is free for others again")
    assert (await callbacks.show(desk, 1)).debt.claimed_by is None


async def test_where_nobody_dials_the_citizen_is_taken_all_the_same(path: Path, desk: Desk, clock: Clock) -> None:
    await owe(desk)
    async with console_at(path, clock, dial=False) as screen:
        await open_list(screen)
        await screen.until("answer")
        await screen.press("enter")
        await screen.until("0811-0000-1234  Ani  answer")
        assert screen.status == "nobody dials for you here ([dial] is not set): dial by hand, then enter the result"
    assert (await callbacks.show(desk, 1)).debt.claimed_by == "siti"


async def test_the_chosen_row_stays_chosen_when_a_more_urgent_one_comes_in(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await log(desk, call("1764000000.1", number=BUDI))
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("0811-xxxx-x678")
        ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI), "budi")
        await tickets.answer(desk, ticket.number, "Sudah", "budi")
        await screen.until("answer")
        await screen.press("t")
        await screen.until("0811-0000-5678  missed")


async def test_the_chosen_row_is_told_without_colours(path: Path, desk: Desk, clock: Clock) -> None:
    await owe(desk)
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("missed")
        assert screen.reversed_rows() == [3]
        await screen.press("down")
        assert screen.reversed_rows() == [4]


async def test_a_call_that_ended_meanwhile_leaves_the_list(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk, call("1764000000.1", number=BUDI))
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("0811-xxxx-x678")
        clock.later(minutes=5)
        back = call("1764000000.2", Outcome.ANSWERED, number=BUDI, began=clock())
        await log(desk, back)
        assert microseconds(clock()) == back.started_at
        await screen.until("Nobody is owed a call.")


async def test_the_citizen_of_a_secret_ticket_is_hidden_from_others_until_they_take_the_callback(
    path: Path, desk: Desk, clock: Clock
) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Pungli", caller=ANI, name="Ani", secret=True), "budi")
    await tickets.answer(desk, ticket.number, "Sudah diperiksa", "budi")
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("answer")
        assert screen.lines()[3].split()[:2] == ["1", "secret"]
        assert "0811-" not in screen.text
        await screen.press("t")
        await screen.until("0811-0000-1234  Ani")
        await screen.until("tell: Sudah diperiksa")
        await callbacks.release(desk, 1, "siti")
        await screen.until_gone("0811-0000-1234")
        assert "Sudah diperiksa" not in screen.text


async def test_a_suspended_citizen_is_in_no_list(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk, call("1764000000.1", number=BUDI))
    await tickets.open_ticket(desk, Complaint("Sampah", caller=BUDI), "siti")
    async with console_at(path, clock) as screen:
        await open_list(screen)
        await screen.until("0811-xxxx-x678")
        await suspending.suspend(desk, BUDI, why="surat", person=Person("sri", Role.ADMIN))
        await screen.until("Nobody is owed a call.")
        await screen.press("f3")
        await screen.until("No ticket that you have opened is open.")
