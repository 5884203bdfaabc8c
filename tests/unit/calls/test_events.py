"""Raw manager events to typed ones, whatever Asterisk or anybody else sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls import events as ev
from depok_agi.calls.events import parse
from depok_agi.calls.record import iso
from tests.unit.calls.story import WIB, Story

BASE = {
    "Timestamp": "1795485600.250000",
    "Uniqueid": "depok-1795485600.1",
    "Linkedid": "depok-1795485600.0",
    "Channel": "PJSIP/101-00000001",
}
OTHER = {
    "DestUniqueid": "depok-1795485600.2",
    "DestLinkedid": "depok-1795485600.0",
    "DestChannel": "PJSIP/102-00000002",
}
TRANSFERER = {f"Transferer{key}": value for key, value in BASE.items() if key != "Timestamp"}
TRANSFEREE = {key.replace("Dest", "Transferee"): value for key, value in OTHER.items()}
FIRST = {f"OrigTransferer{key}": value for key, value in BASE.items() if key != "Timestamp"}
SECOND = {key.replace("Dest", "SecondTransferer"): value for key, value in OTHER.items()}
TARGET = {"TransfereeUniqueid": "depok-1795485600.3", "TransferTargetUniqueid": "depok-1795485600.4"}
PICKED = {key.replace("Dest", "Target"): value for key, value in OTHER.items()}
AT = 1_795_485_600_250_000
HEAD = (AT, "depok-1795485600.1", "depok-1795485600.0", "PJSIP/101-00000001")
REST = ("depok-1795485600.2", "depok-1795485600.0", "PJSIP/102-00000002")


@pytest.mark.parametrize(
    ("raw", "event"),
    [
        ({"Event": "Newchannel", "CallerIDNum": "0811", "Exten": "15"}, ev.ChannelCreated(*HEAD, "0811", "15")),
        ({"Event": "Newstate", "ChannelState": "6", "Exten": "102"}, ev.ChannelAnswered(*HEAD, "102")),
        ({"Event": "Hangup", "Cause": "16", "Exten": "s"}, ev.HungUp(*HEAD, 16, "s")),
        (
            {"Event": "DialBegin", "Exten": "102", "DestExten": "s", **OTHER},
            ev.DialBegun(*HEAD, *REST, "102", "s"),
        ),
        ({"Event": "DialEnd", "DialStatus": "BUSY", **OTHER}, ev.DialEnded(*HEAD, *REST, "BUSY")),
        (
            {"Event": "BridgeEnter", "BridgeUniqueid": "b", "BridgeTechnology": "simple_bridge", "Exten": "102"},
            ev.BridgeEntered(*HEAD, "b", holding=False, exten="102"),
        ),
        (
            {"Event": "BridgeLeave", "BridgeUniqueid": "b", "BridgeTechnology": "holding_bridge"},
            ev.BridgeLeft(*HEAD, "b", holding=True),
        ),
        (
            {"Event": "BlindTransfer", "Result": "Success", "Extension": "103", **TRANSFERER, **TRANSFEREE},
            ev.BlindTransferred(*HEAD, *REST, "103"),
        ),
        (
            {"Event": "AttendedTransfer", "Result": "Success", "DestApp": "Dial", **FIRST, **SECOND, **TARGET},
            ev.AttendedTransferred(*HEAD, *REST, "depok-1795485600.3", "depok-1795485600.4", "Dial"),
        ),
        ({"Event": "Pickup", **PICKED}, ev.PickedUp(*HEAD, *REST)),
        ({"Event": "QueueCallerJoin", "Queue": "depok"}, ev.QueueJoined(*HEAD, "depok")),
        ({"Event": "QueueCallerLeave", "Queue": "depok"}, ev.QueueLeft(*HEAD, "depok")),
        ({"Event": "AgentCalled", "MemberName": "siti", **OTHER}, ev.AgentRung(*HEAD, *REST, "siti")),
        (
            {"Event": "AgentConnect", "MemberName": "siti", "Queue": "depok", "HoldTime": "7", **OTHER},
            ev.AgentConnected(*HEAD, *REST, "siti", "depok", 7),
        ),
        (
            {"Event": "QueueCallerAbandon", "Queue": "depok", "HoldTime": "nonsense"},
            ev.QueueAbandoned(*HEAD, "depok", None),
        ),
        (
            {"Event": "UserEvent", "UserEvent": "DepokStep", "Step": "menu", "Result": "complaint", "Keys": "2"},
            ev.StepDone(*HEAD, "menu", "complaint", "2"),
        ),
        (
            {"Event": "UserEvent", "UserEvent": "DepokQueue", "Status": "FULL", "Queue": "depok"},
            ev.QueueEnded(*HEAD, "FULL", "depok"),
        ),
    ],
)
def test_every_event_that_the_ledger_knows(raw: dict[str, str], event: ev.Event) -> None:
    assert parse(BASE | raw) == event


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"Event": ""},
        {"Event": "VarSet"},
        {"Event": "RTCPSent"},
        {"Event": "AgentComplete"},
        {"Event": "Newstate", "ChannelState": "5"},
        {"Event": "BlindTransfer", "Result": "Fail", **TRANSFERER},
        {"Event": "AttendedTransfer", "Result": "Not Permitted", **FIRST, **SECOND},
        {"Event": "UserEvent", "UserEvent": "SomebodyElses"},
        {"Event": "UserEvent"},
    ],
)
def test_what_is_none_of_its_business_is_passed_over(raw: dict[str, str]) -> None:
    assert parse(BASE | raw) is None


def test_an_event_of_no_channel_is_passed_over() -> None:
    assert parse({"Event": "Hangup", "Cause": "16"}) is None
    assert parse({"Event": "DialBegin"}) is None


def test_an_originated_call_rings_without_a_first_leg() -> None:
    event = parse({"Event": "DialBegin", **OTHER})
    assert isinstance(event, ev.DialBegun)
    assert (event.uniqueid, event.other) == ("", "depok-1795485600.2")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1795485600", 1_795_485_600_000_000),
        ("1795485600.5", 1_795_485_600_500_000),
        ("1795485600.1234567", 1_795_485_600_123_456),
        ("", None),
        ("now", None),
        ("0", None),
        ("-5.0", None),
        ("1e9", None),
        ("9" * 30, None),
        ("9" * 5000, None),
    ],
)
def test_the_time_is_in_microseconds_and_null_when_it_is_none(text: str, at: int | None) -> None:
    event = parse(BASE | {"Event": "Hangup", "Timestamp": text})
    assert event is not None
    assert event.at == at


@given(st.integers(0, 1 << 70))
def test_every_time_that_is_taken_can_be_shown(seconds: int) -> None:
    event = parse(BASE | {"Event": "Hangup", "Timestamp": str(seconds)})
    assert event is not None
    assert event.at is None or iso(event.at, WIB)


def test_an_event_without_a_timestamp_has_no_time() -> None:
    story = Story(clock=False)
    story.inbound()
    assert {event.at for raw in story.events if (event := parse(raw))} == {None}


@pytest.mark.parametrize("cause", ["", "-1", "sixteen", "1" * 50, "²"])
def test_a_cause_that_is_no_number_is_null(cause: str) -> None:
    event = parse(BASE | {"Event": "Hangup", "Cause": cause})
    assert isinstance(event, ev.HungUp)
    assert event.cause is None


NAMES = st.sampled_from(
    [*ev._PARSERS, "VarSet"],
)
HEADERS = st.sampled_from(
    [
        *BASE,
        *OTHER,
        "ChannelState",
        "Cause",
        "DialStatus",
        "BridgeUniqueid",
        "Queue",
        "MemberName",
        "UserEvent",
        "Step",
        "Keys",
        "Status",
        "Result",
        "TransfererUniqueid",
        "OrigTransfererUniqueid",
        "SecondTransfererUniqueid",
        "TargetUniqueid",
        "BridgeTechnology",
    ]
)
VALUES = st.one_of(
    st.text(max_size=30), st.sampled_from(["6", "DepokStep", "DepokQueue", "Success", "1.5", "NaN", "1e400", "٣"])
)


@given(st.fixed_dictionaries({"Event": NAMES}), st.dictionaries(st.one_of(HEADERS, st.text(max_size=8)), VALUES))
def test_no_text_at_all_makes_it_raise(event: dict[str, str], headers: dict[str, str]) -> None:
    parsed = parse(headers | event)
    assert parsed is None or parsed.uniqueid or getattr(parsed, "other", "")


def test_the_channel_that_carries_all_sms_is_no_call() -> None:
    raw = {"Event": "Newchannel", **BASE, "Channel": "Message/ast_msg_queue"}
    assert parse(raw) is None
    assert parse({**raw, "Channel": "PJSIP/101-00000001"}) is not None
    shown = [{**raw, "Event": "CoreShowChannel"}, {**BASE, "Event": "CoreShowChannel"}]
    assert [one.channel for one in ev.listed(AT, shown, [], []).channels] == ["PJSIP/101-00000001"]
