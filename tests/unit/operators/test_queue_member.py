"""What Asterisk's events tell of a member of the queue; recorded on Asterisk 22.10, and 16 says the same."""

import pytest

from depok_agi.operators.member import Gone, Member, Seen, Talked, listed, parse

AT = 1_795_623_613_822_656
STATUS = {
    "Event": "QueueMemberStatus",
    "Timestamp": "1795623613.822656",
    "Queue": "depok",
    "MemberName": "siti",
    "Interface": "PJSIP/101",
    "LastCall": "1795623613",
    "LastPause": "0",
    "InCall": "0",
    "Status": "1",
    "Paused": "0",
    "PausedReason": "",
}
LAST_CALL = 1_795_623_613_000_000


@pytest.mark.parametrize("event", ["QueueMemberStatus", "QueueMemberAdded", "QueueMemberPause"])
def test_each_of_the_three_tells_all_of_a_member(event: str) -> None:
    member = Member("PJSIP/101", "siti", 1, last_call=LAST_CALL)
    assert parse({**STATUS, "Event": event}, "depok") == Seen(AT, member)


def test_a_pause_has_its_reason_and_a_talk_its_sign() -> None:
    seen = parse({**STATUS, "Paused": "1", "PausedReason": "lunch", "InCall": "1", "LastCall": "0"}, "depok")
    assert seen == Seen(AT, Member("PJSIP/101", "siti", 1, paused=True, reason="lunch", in_call=True))


def test_who_leaves_and_whose_call_ends_is_told_by_the_device() -> None:
    assert parse({**STATUS, "Event": "QueueMemberRemoved"}, "depok") == Gone(AT, "PJSIP/101")
    assert parse({**STATUS, "Event": "AgentComplete"}, "depok") == Talked(AT, "PJSIP/101")


@pytest.mark.parametrize(
    "other", [{"Queue": "opd"}, {"Interface": ""}, {"Timestamp": ""}, {"Timestamp": "x"}, {"Event": "AgentCalled"}]
)
def test_another_queue_and_what_lacks_what_it_must_have_is_nothing(other: dict[str, str]) -> None:
    assert parse({**STATUS, **other}, "depok") is None


def test_the_answer_to_queue_status_lists_the_members_of_the_one_queue() -> None:
    line = {"Event": "QueueMember", "Queue": "depok", "Name": "siti", "Location": "PJSIP/101", "Status": "5"}
    answer = [{"Response": "Success"}, line, {**line, "Queue": "opd"}, {"Event": "QueueEntry", "Queue": "depok"}]
    assert listed(answer, "depok") == (Member("PJSIP/101", "siti", 5),)
