"""What the phones do in each scenario of the call log, and what the log must say of it afterwards.

Every scenario is played on a real PBX: by `record.py`, which keeps what Asterisk said as `tests/replay/<scenario>`, and
by the tests, which hold the live log against Asterisk's own journal.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from depok_agi.asterisk.ami import AmiLink, AmiLogin
from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, Step
from tests.lab.transfer import attended, blind

PATIENCE = 20.0
A_WHILE = 2.0
"""Seconds of talk that no rounding can hide."""


@dataclass(frozen=True)
class Scenario:
    """What the phones do, and what it must be called afterwards.

    Attributes:
        play: what the phones do.
        wanted: for each call, oldest first, fields of its record. Under `talks` stands who could hear whom, as pairs
            of devices, one after the other; under `transfers` each kind, by whom and to whom.
        opening: the centre is `open` or `closed`.
        is_main: is it played on the oldest release of Asterisk, too?
    """

    play: Callable[[Pbx], None]
    wanted: Sequence[Mapping[str, Any]]
    opening: Literal["open", "closed"] = "open"
    is_main: bool = False


def to_menu(*then: Step) -> list[Step]:
    """Chooses Indonesian, and goes on in the main menu."""
    return [Pause(1), Press("1"), Pause(1), *then]


TO_OPERATOR = to_menu(Press("0"))


def answered(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0, talk_seconds=3) as siti:
        Citizen(pbx, "081100001001", name="Ani", steps=to_menu(Press("2")), wait_for_bye=True).call(40)
        _must(siti.calls_taken == 1)


def abandoned_in_queue(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        Citizen(pbx, "081100001002", steps=to_menu(Press("0"), Pause(8), HangUp())).call(40)
        _must(siti.calls_seen == 1)


def closed_left_nothing(pbx: Pbx) -> None:
    Citizen(pbx, "081100001003", steps=[Pause(3), HangUp()]).call(30)


def callback_by_key(pbx: Pbx) -> None:
    steps = to_menu(Press("4"), Pause(2), Press("1"))
    Citizen(pbx, "081100001004", steps=steps, wait_for_bye=True).call(40)


def ring_no_answer_then_answered(pbx: Pbx) -> None:
    with (
        Operator(pbx, "102", answers=False) as budi,
        Citizen(pbx, "081100001005", steps=to_menu(Press("2")), wait_for_bye=True) as citizen,
    ):
        budi.wait_for("ringing", PATIENCE)
        with Operator(pbx, "101", after=1.0, talk_seconds=2):
            citizen.wait(60)


def queue_timeout(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False):
        steps = to_menu(Press("2"), Pause(12), HangUp())
        Citizen(pbx, "081100001006", dial="1500675", steps=steps).call(40)


def no_operator(pbx: Pbx) -> None:
    Citizen(pbx, "081100001007", steps=to_menu(Press("2"), Pause(7), HangUp())).call(40)


def left_in_menu(pbx: Pbx) -> None:
    Citizen(pbx, "081100001008", steps=to_menu(Press("9"), Pause(1), HangUp())).call(40)


def exit_by_key(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        steps = to_menu(Press("2"), Pause(10), Press("1"), Pause(3), Press("1"))
        Citizen(pbx, "081100001009", steps=steps, wait_for_bye=True).call(60)
        _must(siti.calls_seen == 1)


def queue_full(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101", answers=False),
        Citizen(pbx, "081100001010", dial="1500673", steps=[Pause(6), HangUp()]) as first,
    ):
        time.sleep(2)
        Citizen(pbx, "081100001011", dial="1500673", steps=[Pause(4), HangUp()], wait_for_bye=True).call()
        first.wait()


def ring_all_answered(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False), Operator(pbx, "102", after=2.0, talk_seconds=2):
        Citizen(pbx, "081100001012", dial="1500673", steps=[Say(6)], wait_for_bye=True).call()


def withdrawn(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101", answers=False),
        Citizen(pbx, "081100001013", dial="1500673", wait_for_bye=True) as ani,
    ):
        time.sleep(3)
        _manager(pbx, "QueueWithdrawCaller", Queue="small", Caller=_channel(pbx, "PJSIP/trunk"))
        ani.wait()


def two_queues(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False), Operator(pbx, "103", after=1.0, talk_seconds=2) as tono:
        Citizen(pbx, "081100001014", dial="1500674", wait_for_bye=True).call()
        _must(tono.calls_taken == 1)


def ring_group(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False), Operator(pbx, "102", after=1.5, talk_seconds=2) as budi:
        Citizen(pbx, "081100001015", dial="1500670", wait_for_bye=True).call()
        _must(budi.calls_taken == 1)


def ring_group_in_vain(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False), Operator(pbx, "102", answers=False):
        Citizen(pbx, "081100001016", dial="1500670", wait_for_bye=True).call()


def ring_group_given_up(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False):
        Citizen(pbx, "081100001017", dial="1500670", patience=3).call()


def outbound_answered(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, after=2.0, talk_seconds=3) as ani:
        siti.call("081100002001", wait_for_bye=True).call(40)
        _must(ani.calls_taken == 1)


def outbound_busy(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, busy=True):
        siti.call("081100002002").call(40)


def outbound_no_answer(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, answers=False):
        siti.call("081100002003", patience=90).call(100)


def outbound_cancelled(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, answers=False):
        siti.call("081100002004", patience=3).call(40)


def internal_answered(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, Operator(pbx, "102", after=1.0, talk_seconds=3):
        siti.call("102", wait_for_bye=True).call(40)


def _with_siti(pbx: Pbx, number: str, then: Callable[[Operator], None], *, steps: Sequence[Step] = ()) -> None:
    """A citizen talks with siti for a while; what follows is the scenario's; it lasts until the citizen's call ends."""
    with (
        Operator(pbx, "101", after=0.5) as siti,
        Citizen(pbx, number, steps=[*TO_OPERATOR, *steps], wait_for_bye=HangUp() not in steps) as ani,
    ):
        siti.wait_for("talking", PATIENCE)
        time.sleep(A_WHILE)
        then(siti)
        ani.wait(60)


def blind_transfer_to_device(pbx: Pbx) -> None:
    with Operator(pbx, "103", after=1.0, talk_seconds=3) as tono:
        _with_siti(pbx, "081100001020", lambda siti: blind(siti, "103"))
        _must(tono.calls_taken == 1)


def blind_transfer_to_queue(pbx: Pbx) -> None:
    with Operator(pbx, "103", after=2.0, talk_seconds=3) as tono:
        _with_siti(pbx, "081100001021", lambda siti: blind(siti, "201"))
        _must(tono.calls_taken == 1)


def blind_transfer_to_application(pbx: Pbx) -> None:
    _with_siti(pbx, "081100001022", lambda siti: blind(siti, "300"))


def blind_transfer_to_absent_phone(pbx: Pbx) -> None:
    _with_siti(pbx, "081100001023", lambda siti: blind(siti, "103"))


def blind_transfer_given_up(pbx: Pbx) -> None:
    with Operator(pbx, "103", answers=False) as tono:
        _with_siti(pbx, "081100001024", lambda siti: blind(siti, "103"), steps=[Pause(14), HangUp()])
        _must(tono.calls_seen == 1)


def _consult(pbx: Pbx, number: str, extension: str, until: str, pause: float) -> None:
    def then(siti: Operator) -> None:
        with siti.call(extension, wait_for_bye=True) as second:
            second.wait_for(until, PATIENCE)
            time.sleep(pause)
            attended(siti, second)
            time.sleep(0.5)

    _with_siti(pbx, number, then)


def attended_transfer_to_device(pbx: Pbx) -> None:
    with Operator(pbx, "103", after=1.0, talk_seconds=7) as tono:
        _consult(pbx, "081100001025", "103", "talking", A_WHILE)
        _must(tono.calls_taken == 1)


def blonde_transfer_to_device(pbx: Pbx) -> None:
    with Operator(pbx, "103", after=4.0, talk_seconds=3) as tono:
        _consult(pbx, "081100001026", "103", "ringing", 1)
        _must(tono.calls_taken == 1)


def blind_transfer_to_busy_phone(pbx: Pbx) -> None:
    with Operator(pbx, "103", busy=True, after=3):
        _with_siti(pbx, "081100001027", lambda siti: blind(siti, "103"))


def attended_transfer_to_queue(pbx: Pbx) -> None:
    with Operator(pbx, "103", after=4.0, talk_seconds=3) as tono:
        _consult(pbx, "081100001028", "201", "ringing", 1)
        _must(tono.calls_taken == 1)


def attended_transfer_to_application(pbx: Pbx) -> None:
    _consult(pbx, "081100001029", "300", "talking", 1)


def outbound_then_transferred(pbx: Pbx) -> None:
    with (
        Operator(pbx, "103", after=1.0, talk_seconds=3),
        OutsideCitizen(pbx, after=1.0) as ani,
        Operator(pbx, "101") as siti,
        siti.call("081100002005", wait_for_bye=True) as first,
    ):
        first.wait_for("talking", PATIENCE)
        time.sleep(A_WHILE)
        blind(first, "103")
        ani.wait_for("bye", 60)


def group_pickup(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101", answers=False) as siti,
        Operator(pbx, "103") as tono,
        Citizen(pbx, "081100001030", dial="1500670", steps=[Pause(12), HangUp()]) as ani,
    ):
        siti.wait_for("ringing", PATIENCE)
        time.sleep(1)
        with tono.call("*8", steps=[Say(3), HangUp()]) as pickup:
            pickup.wait(40)
        ani.wait(40)


def forwarded_by_the_phone(pbx: Pbx) -> None:
    with Operator(pbx, "101", forwards_to="103"), Operator(pbx, "103", after=1.0, talk_seconds=3) as tono:
        Citizen(pbx, "081100001031", dial="1500670", wait_for_bye=True).call()
        _must(tono.calls_taken == 1)


def through_a_local_channel(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0, talk_seconds=4) as siti:
        Citizen(pbx, "081100001032", dial="1500671", steps=[Say(8)], wait_for_bye=True).call()
        _must(siti.calls_taken == 1)


def through_a_local_channel_that_stays(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0, talk_seconds=4) as siti:
        Citizen(pbx, "081100001033", dial="1500672", steps=[Say(8)], wait_for_bye=True).call()
        _must(siti.calls_taken == 1)


def click_to_call(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0) as siti, OutsideCitizen(pbx, after=2.0, talk_seconds=3):
        pbx.rx("channel originate PJSIP/101 extension 081100002006@depok-operators")
        siti.wait_for("bye", 40)  # not when the citizen hangs up: that has yet to be sent then


def click_to_call_operator_away(pbx: Pbx) -> None:
    with Operator(pbx, "101", busy=True) as siti:
        pbx.rx("channel originate PJSIP/101 extension 081100002007@depok-operators")
        siti.wait_for("ringing")
        time.sleep(1)


def click_to_call_in_vain(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0) as siti, OutsideCitizen(pbx, busy=True):
        pbx.rx("channel originate PJSIP/101 extension 081100002008@depok-operators")
        siti.wait_for("bye", 40)


def click_to_call_by_local_channel(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=1.0) as siti, OutsideCitizen(pbx, after=2.0, talk_seconds=4):
        pbx.rx("channel originate Local/101@depok-operators extension 081100002009@depok-operators")
        siti.wait_for("bye", 40)


def callback_placed(pbx: Pbx) -> None:
    """As the daemon places it for `callbacks call`: the operator hears the number first."""
    with (
        Operator(pbx, "101", after=1.0) as siti,
        OutsideCitizen(pbx, after=2.0, talk_seconds=3),
    ):
        pbx.rx("channel originate PJSIP/101 extension 081100002010@depok-callback-call")
        siti.wait_for("bye", 60)


def parked_and_taken_back(pbx: Pbx) -> None:
    def then(siti: Operator) -> None:
        blind(siti, "700")
        time.sleep(A_WHILE)
        with Operator(pbx, "103") as tono:
            tono.call("701", steps=[Say(4), HangUp()]).call()

    _with_siti(pbx, "081100001034", then)


def conference(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101") as siti,
        Operator(pbx, "102") as budi,
        Citizen(pbx, "081100001035", dial="1500676", steps=[Say(14), HangUp()]) as ani,
    ):
        time.sleep(1)
        with siti.call("400", steps=[Say(7), HangUp()]) as first:
            time.sleep(1)
            with budi.call("400", steps=[Say(9), HangUp()]) as second:
                first.wait()
                second.wait()
        ani.wait()


def two_at_once(pbx: Pbx) -> None:
    with (
        Operator(pbx, "101", after=1.0, talk_seconds=4),
        Operator(pbx, "102", after=1.0, talk_seconds=4),
        Citizen(pbx, "081100001036", steps=TO_OPERATOR, wait_for_bye=True) as ani,
        Citizen(pbx, "081100001037", steps=TO_OPERATOR, wait_for_bye=True) as eko,
    ):
        ani.wait()
        eko.wait()


def _channel(pbx: Pbx, begins: str) -> str:
    for line in pbx.rx("core show channels concise").splitlines():
        if line.startswith(begins):
            return line.partition("!")[0]
    raise LabError(f"no channel begins with {begins}")


def _manager(pbx: Pbx, action: str, **fields: str) -> None:
    """Sends one action on a manager session of its own."""

    async def send() -> None:
        up = asyncio.Event()

        async def on_up() -> None:
            up.set()

        login = AmiLogin(ASTERISK_ADDRESS, pbx.ami_port, pbx.ami_user, pbx.ami_secret)
        link = AmiLink(login, on_event=lambda _: None, on_up=on_up)
        running = asyncio.create_task(link.run())
        await asyncio.wait_for(up.wait(), PATIENCE)
        await link.action(action, seconds=PATIENCE, **fields)
        await link.close()
        await running

    asyncio.run(send())


def _must(condition: bool) -> None:
    if not condition:
        raise LabError("the phones did not do what the scenario wants")


def _inbound(outcome: str, operator: str | None = None, **fields: Any) -> dict[str, Any]:
    nobody: dict[str, Any] = {} if operator else {"answered_at": None, "talk_seconds": None, "talks": []}
    return {"direction": "inbound", "outcome": outcome, "operator": operator, "transfers": [], **nobody, **fields}


def _other(direction: str, outcome: str, operator: str | None = None, **fields: Any) -> dict[str, Any]:
    return _inbound(outcome, operator, **{"direction": direction, "queue": None, "wait_seconds": None, **fields})


ANI_SITI, ANI_BUDI, ANI_TONO = ("trunk", "101"), ("trunk", "102"), ("trunk", "103")
SITI_ANI, TONO_ANI = ("101", "trunk"), ("103", "trunk")


def _handed(kind: str, to: str, *talks: tuple[str, str], queue: str = "depok") -> dict[str, Any]:
    """A citizen whom siti spoke with, and handed on."""
    return _inbound("answered", "siti", queue=queue, transfers=[(kind, "siti", to)], talks=[ANI_SITI, *talks])


SCENARIOS: dict[str, Scenario] = {
    "answered": Scenario(
        answered,
        [_inbound("answered", "siti", menu_path="12", caller="+6281100001001", queue="depok", talks=[ANI_SITI])],
        is_main=True,
    ),
    "abandoned_in_queue": Scenario(abandoned_in_queue, [_inbound("abandoned", queue="depok")], is_main=True),
    "closed_left_nothing": Scenario(closed_left_nothing, [_inbound("closed")], opening="closed"),
    "callback_by_key": Scenario(callback_by_key, [_inbound("callback", menu_path="141", queue=None)], is_main=True),
    "ring_no_answer_then_answered": Scenario(
        ring_no_answer_then_answered, [_inbound("answered", "siti", queue="depok", talks=[ANI_SITI])], is_main=True
    ),
    "queue_timeout": Scenario(queue_timeout, [_inbound("timeout", wait_seconds=3)], is_main=True),
    "no_operator": Scenario(no_operator, [_inbound("no_operator", queue="depok", wait_seconds=None)], is_main=True),
    "left_in_menu": Scenario(left_in_menu, [_inbound("left_menu")]),
    "exit_by_key": Scenario(exit_by_key, [_inbound("callback", queue="depok", menu_path="121")]),
    "queue_full": Scenario(queue_full, [_inbound("abandoned", queue="small"), _inbound("full", queue="small")]),
    "ring_all_answered": Scenario(
        ring_all_answered, [_inbound("answered", "budi", queue="small", talks=[ANI_BUDI])], is_main=True
    ),
    "withdrawn": Scenario(withdrawn, [_inbound("no_operator", queue="small")]),
    "two_queues": Scenario(two_queues, [_inbound("answered", "tono", queue="opd", talks=[ANI_TONO])], is_main=True),
    "ring_group": Scenario(ring_group, [_inbound("answered", "budi", queue=None, talks=[ANI_BUDI])], is_main=True),
    "ring_group_in_vain": Scenario(ring_group_in_vain, [_inbound("no_operator", queue=None)]),
    "ring_group_given_up": Scenario(ring_group_given_up, [_inbound("abandoned", queue=None)]),
    "outbound_answered": Scenario(
        outbound_answered,
        [_other("outbound", "answered", "siti", dialled="+6281100002001", talks=[SITI_ANI])],
        is_main=True,
    ),
    "outbound_busy": Scenario(outbound_busy, [_other("outbound", "busy")], is_main=True),
    "outbound_no_answer": Scenario(outbound_no_answer, [_other("outbound", "no_answer")]),
    "outbound_cancelled": Scenario(outbound_cancelled, [_other("outbound", "cancelled")]),
    "internal_answered": Scenario(
        internal_answered, [_other("internal", "answered", "siti", dialled="102", talks=[("101", "102")])]
    ),
    "blind_transfer_to_device": Scenario(blind_transfer_to_device, [_handed("blind", "103", ANI_TONO)], is_main=True),
    "blind_transfer_to_queue": Scenario(
        blind_transfer_to_queue, [_handed("blind", "201", ANI_TONO, queue="opd")], is_main=True
    ),
    "blind_transfer_to_application": Scenario(blind_transfer_to_application, [_handed("blind", "300")]),
    "blind_transfer_to_absent_phone": Scenario(blind_transfer_to_absent_phone, [_handed("blind", "103")]),
    "blind_transfer_to_busy_phone": Scenario(blind_transfer_to_busy_phone, [_handed("blind", "103")]),
    "blind_transfer_given_up": Scenario(blind_transfer_given_up, [_handed("blind", "103")]),
    "attended_transfer_to_device": Scenario(
        attended_transfer_to_device, [_handed("attended", "tono", ("101", "103"), ANI_TONO)], is_main=True
    ),
    "blonde_transfer_to_device": Scenario(
        blonde_transfer_to_device, [_handed("attended", "103", ANI_TONO)], is_main=True
    ),
    "attended_transfer_to_queue": Scenario(
        attended_transfer_to_queue, [_handed("attended", "201", ANI_TONO, queue="opd")]
    ),
    "attended_transfer_to_application": Scenario(attended_transfer_to_application, [_handed("attended", "300")]),
    "outbound_then_transferred": Scenario(
        outbound_then_transferred,
        [
            _other(
                "outbound",
                "answered",
                "siti",
                dialled="+6281100002005",
                transfers=[("blind", "siti", "103")],
                talks=[SITI_ANI, ANI_TONO],
            )
        ],
    ),
    "group_pickup": Scenario(group_pickup, [_inbound("answered", "tono", queue=None, talks=[ANI_TONO])], is_main=True),
    "forwarded_by_the_phone": Scenario(
        forwarded_by_the_phone, [_inbound("answered", "tono", queue=None, talks=[ANI_TONO])], is_main=True
    ),
    "through_a_local_channel": Scenario(
        through_a_local_channel, [_inbound("answered", "siti", queue=None, talks=[ANI_SITI])], is_main=True
    ),
    "through_a_local_channel_that_stays": Scenario(
        through_a_local_channel_that_stays, [_inbound("answered", "siti", queue=None, talks=[ANI_SITI])]
    ),
    "click_to_call": Scenario(
        click_to_call,
        [_other("outbound", "answered", "siti", dialled="+6281100002006", talks=[SITI_ANI])],
        is_main=True,
    ),
    "click_to_call_operator_away": Scenario(click_to_call_operator_away, [_other("internal", "failed")]),
    "click_to_call_in_vain": Scenario(click_to_call_in_vain, [_other("outbound", "busy", dialled="+6281100002008")]),
    "click_to_call_by_local_channel": Scenario(
        click_to_call_by_local_channel,
        [_other("outbound", "answered", "siti", dialled="+6281100002009", talks=[SITI_ANI])],
    ),
    "callback_placed": Scenario(
        callback_placed, [_other("outbound", "answered", "siti", dialled="+6281100002010", talks=[SITI_ANI])]
    ),
    "parked_and_taken_back": Scenario(parked_and_taken_back, [_handed("blind", "700", ANI_TONO)]),
    "conference": Scenario(
        conference, [_inbound("answered", "siti", queue=None, talks=[ANI_SITI, ANI_BUDI, ("101", "102")])]
    ),
    "two_at_once": Scenario(
        two_at_once, [_inbound("answered", "siti|budi", queue="depok"), _inbound("answered", "siti|budi")]
    ),
}
