"""Lines of CEL and queue_log become the events that the manager interface would have given."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls import events as ev
from depok_agi.calls.call import Switchboard
from depok_agi.calls.journal import NotUnderstoodError, parse_cel, parse_queue_log
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Outcome, Source

ANI, SITI = "depok-1795485600.0", "depok-1795485600.1"
AT = 1_795_485_600_250_000
BASE = (AT, ANI, ANI, "PJSIP/trunk-00000000")


def cel(kind: str, *, seconds: float = 0.25, uniqueid: str = ANI, channel: str = BASE[3], extra: object = None) -> str:
    line = io.StringIO()
    columns = [f"{1795485600 + seconds:.6f}", kind, uniqueid, ANI, channel, "1500664", "depok-inbound", "", "0811"]
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([*columns, "", json.dumps(extra) if extra is not None else ""])
    return line.getvalue().rstrip("\r\n")


def queue_log(kind: str, *data: str, seconds: int = 0, uniqueid: str = ANI, agent: str = "NONE") -> str:
    return "|".join([str(1795485600 + seconds), uniqueid, "depok", agent, kind, *data])


MEMBER = "PJSIP/101-00000001"


@pytest.mark.parametrize(
    ("line", "events"),
    [
        (cel("CHAN_START"), [ev.ChannelCreated(*BASE, "0811", "1500664")]),
        (cel("ANSWER"), [ev.ChannelAnswered(*BASE, "1500664")]),
        (cel("BRIDGE_ENTER", extra={"bridge_id": "b"}), [ev.BridgeEntered(*BASE, "b", exten="1500664")]),
        (cel("BRIDGE_EXIT", extra={"bridge_id": "b"}), [ev.BridgeLeft(*BASE, "b")]),
        (
            cel("BRIDGE_EXIT", extra={"bridge_id": "b", "bridge_technology": "holding_bridge"}),
            [ev.BridgeLeft(*BASE, "b", holding=True)],
        ),
        (
            cel(
                "BLINDTRANSFER",
                extra={"extension": "103", "transferee_channel_uniqueid": SITI, "transferee_channel_name": MEMBER},
            ),
            [ev.BlindTransferred(*BASE, SITI, "", MEMBER, "103")],
        ),
        (
            cel(
                "ATTENDEDTRANSFER",
                extra={
                    "channel2_uniqueid": SITI,
                    "channel2_name": MEMBER,
                    "app": "Dial",
                    "transferee_channel_uniqueid": ANI,
                    "transfer_target_channel_uniqueid": "N/A",
                },
            ),
            [ev.AttendedTransferred(*BASE, SITI, "", MEMBER, ANI, "", "Dial")],
        ),
        (
            cel("PICKUP", extra={"pickup_channel": MEMBER, "pickup_channel_uniqueid": SITI}),
            [ev.PickedUp(BASE[0], SITI, "", MEMBER, *BASE[1:])],
        ),
        (cel("HANGUP", extra={"hangupcause": 16, "dialstatus": ""}), [ev.HungUp(*BASE, 16, "1500664")]),
        (
            cel("HANGUP", extra={"hangupcause": 17, "dialstatus": "BUSY"}),
            [ev.DialEnded(*BASE, "", "", "", "BUSY"), ev.HungUp(*BASE, 17, "1500664")],
        ),
        (cel("DepokStep", extra={"extra": "menu/operator/90"}), [ev.StepDone(*BASE, "menu", "operator", "90")]),
        (cel("DepokQueue", extra={"extra": "TIMEOUT/depok"}), [ev.QueueEnded(*BASE, "TIMEOUT", "depok")]),
        (cel("LINKEDID_END"), []),
    ],
)
def test_a_line_of_cel(line: str, events: list[ev.Event]) -> None:
    assert parse_cel(line) == events


@pytest.mark.parametrize(
    ("line", "events"),
    [
        (queue_log("ENTERQUEUE", "", "0811", "1"), [ev.QueueJoined(AT - 250_000, ANI, "", "", "depok")]),
        (
            queue_log("CONNECT", "7", SITI, "2", agent="siti"),
            [ev.AgentConnected(AT - 250_000, ANI, "", "", SITI, "", "", "siti", "depok", 7)],
        ),
        (queue_log("ABANDON", "1", "1", "9"), [ev.QueueAbandoned(AT - 250_000, ANI, "", "", "depok", 9)]),
        (
            queue_log("EXITWITHTIMEOUT", "1", "1", "6"),
            [
                ev.QueueAbandoned(AT - 250_000, ANI, "", "", "depok", 6),
                ev.QueueEnded(AT - 250_000, ANI, "", "", "TIMEOUT", "depok"),
            ],
        ),
        (queue_log("EXITWITHKEY", "1", "1", "1", "4"), [ev.QueueAbandoned(AT - 250_000, ANI, "", "", "depok", 4)]),
        (
            queue_log("WITHDRAW", "1", "1", "20", ""),
            [
                ev.QueueAbandoned(AT - 250_000, ANI, "", "", "depok", 20),
                ev.QueueEnded(AT - 250_000, ANI, "", "", "WITHDRAW", "depok"),
            ],
        ),
        (queue_log("QUEUESTART"), []),
        (queue_log("COMPLETEAGENT", "1", "3", "1"), []),
    ],
)
def test_a_line_of_queue_log(line: str, events: list[ev.Event]) -> None:
    assert parse_queue_log(line) == events


@pytest.mark.parametrize("line", ["", "garbage", '"1","2"', cel("HANGUP")[:-1] + '"{"', "x|y|z", "no time|a|b|c|d"])
def test_a_damaged_line_is_refused_and_nothing_worse(line: str) -> None:
    for parse in (parse_cel, parse_queue_log):
        with pytest.raises(NotUnderstoodError):
            parse(line)


@given(st.text() | st.lists(st.text(), min_size=5, max_size=11).map('","'.join))
def test_no_text_does_any_harm(line: str) -> None:
    for parse in (parse_cel, parse_queue_log):
        try:
            parse(line)
        except NotUnderstoodError:
            continue


ANSWERED = [
    (cel("CHAN_START"), parse_cel),
    (cel("ANSWER"), parse_cel),
    (cel("DepokStep", seconds=0.5, extra={"extra": "menu/operator/0"}), parse_cel),
    (cel("CHAN_START", seconds=1.1, uniqueid=SITI, channel=MEMBER), parse_cel),
    (queue_log("ENTERQUEUE", seconds=1), parse_queue_log),
    (cel("BRIDGE_ENTER", seconds=3.2, uniqueid=SITI, channel=MEMBER, extra={"bridge_id": "b"}), parse_cel),
    (cel("BRIDGE_ENTER", seconds=3.2, extra={"bridge_id": "b"}), parse_cel),
    (queue_log("CONNECT", "2", SITI, "1", seconds=3, agent="siti"), parse_queue_log),
    (cel("BRIDGE_EXIT", seconds=8.2, uniqueid=SITI, channel=MEMBER, extra={"bridge_id": "b"}), parse_cel),
    (cel("BRIDGE_EXIT", seconds=8.2, extra={"bridge_id": "b"}), parse_cel),
    (cel("HANGUP", seconds=8.3, uniqueid=SITI, channel=MEMBER, extra={"hangupcause": 16}), parse_cel),
    (cel("HANGUP", seconds=8.3, extra={"hangupcause": 16}), parse_cel),
]


def hear(ledger: Ledger, lines: list[int], source: Source) -> CallRecord:
    for index in lines:
        line, parse = ANSWERED[index]
        for event in parse(line):
            ledger.apply(event, source)
    (record,), _ = ledger.changes()
    return record


def board() -> Switchboard:
    return Switchboard("depok", frozenset({"trunk"}))


def test_a_call_that_only_the_journal_saw_is_whole_and_says_so() -> None:
    record = hear(Ledger(board()), list(range(len(ANSWERED))), Source.RECOVERED)
    assert (record.outcome, record.operator, record.source) == (Outcome.ANSWERED, "siti", Source.RECOVERED)
    assert (record.wait_seconds, record.talk_seconds, record.menu_path) == (2, 5, "0")


def test_the_queue_log_may_be_read_after_everything_else() -> None:
    in_order = hear(Ledger(board()), list(range(len(ANSWERED))), Source.RECOVERED)
    of_queue = [i for i, (_, parse) in enumerate(ANSWERED) if parse is parse_queue_log]
    late = [i for i in range(len(ANSWERED)) if i not in of_queue] + of_queue
    assert hear(Ledger(board()), late, Source.RECOVERED) == in_order


@given(st.integers(0, len(ANSWERED)), st.integers(0, len(ANSWERED)))
def test_live_until_somewhere_and_the_journal_from_before_that_give_the_same_call(cut: int, overlap: int) -> None:
    ledger = Ledger(board())
    whole = hear(Ledger(board()), list(range(len(ANSWERED))), Source.LIVE)
    for index in range(cut):
        line, parse = ANSWERED[index]
        for event in parse(line):
            ledger.apply(event, Source.LIVE)
    record = hear_all(ledger, max(0, cut - overlap))
    assert {**fields(record), "source": None} == {**fields(whole), "source": None}
    assert record.source is (Source.RECOVERED if cut == 0 else Source.LIVE if cut == len(ANSWERED) else Source.MIXED)


def hear_all(ledger: Ledger, since: int) -> CallRecord:
    """The journal's times differ a little from the live ones."""
    for index in range(since, len(ANSWERED)):
        line, parse = ANSWERED[index]
        shifted = line.replace(".250000", ".250300").replace(".200000", ".200200").replace(".300000", ".300100")
        for event in parse(shifted):
            ledger.apply(event, Source.RECOVERED)
    ledger.apply(ev.LinkUp())
    (record,), _ = ledger.changes()
    return record


def fields(record: CallRecord) -> dict[str, object]:
    """What people see of a call; times in whole seconds."""
    names = ("id", "outcome", "operator", "queue", "wait_seconds", "talk_seconds", "menu_path", "uniqueids", "source")
    seen: dict[str, object] = {name: getattr(record, name) for name in names}
    ended_at = record.ended_at or 0
    return {**seen, "ended": ended_at // ev.MICROSECONDS, "talks": len(record.talks), "visits": len(record.visits)}


def test_the_channel_that_carries_all_sms_is_no_call() -> None:
    line = '"1795611858.781517","CHAN_START","depok-1795611858.0","depok-1795611858.0","{}","s","default","","","",""'
    assert parse_cel(line.format("Message/ast_msg_queue")) == []
    assert len(parse_cel(line.format("PJSIP/101-00000001"))) == 1
