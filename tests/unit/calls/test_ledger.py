"""The ledger, by the stories it must tell right, and by what must hold for any stream at all."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.calls import ledger as ledger_module
from depok_agi.calls.call import order
from depok_agi.calls.events import ChannelCreated, ChannelsListed, LinkUp, ListedChannel, Waiting, parse
from depok_agi.calls.facts import INBOUND_OUTCOMES, OTHER_OUTCOMES
from depok_agi.calls.ledger import REMEMBER, REMEMBER_AT_MOST, Ledger
from depok_agi.calls.record import CallRecord, Direction, Outcome, Role, Source, to_json
from tests.unit.calls.story import ANI, BOARD, START, WIB, Log, Raw, Story, a_day, told, us

ANI_E164 = "+6281100001234"


@pytest.fixture
def story() -> Story:
    return Story()


class TestInbound:
    def test_an_operator_answers_a_call_from_the_queue(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.wait(4).ring(caller, "101")
        story.wait(2).connect(caller, member, "101")
        story.wait(60).leave(member, caller)
        story.hang_up(member, caller)
        call = told(story)
        assert (call.direction, call.outcome, call.operator, call.queue) == ("inbound", "answered", "siti", "depok")
        assert (call.caller, call.caller_raw, call.dialled) == (ANI_E164, ANI, "1500664")
        assert (call.wait_seconds, call.talk_seconds, call.menu_path) == (6, 60, "12")
        assert [(leg.role, leg.party) for leg in call.legs] == [(Role.CALLER, ANI_E164), (Role.OPERATOR, "siti")]
        assert call.started_at == us(0)
        assert call.answered_at is not None
        assert call.answered_at > us(6)
        assert call.ended_at is not None
        assert call.ended_at > us(66)
        assert call.uniqueids == (caller, member)

    def test_one_operator_lets_it_ring_and_another_answers(self, story: Story) -> None:
        caller = story.to_queue()
        budi = story.ring(caller, "102")
        story.wait(15).no_answer(caller, budi)
        siti = story.wait(2).ring(caller, "101")
        story.wait(1).connect(caller, siti, "101")
        story.wait(10).hang_up(caller, siti)
        call = told(story)
        assert (call.outcome, call.operator, call.wait_seconds, call.talk_seconds) == ("answered", "siti", 18, 10)
        assert [leg.party for leg in call.legs] == [ANI_E164, "budi", "siti"]
        assert call.talks == (replace(call.talks[0], channels=(call.legs[0].channel, call.legs[2].channel)),)

    def test_the_wait_is_asterisks_own_count_where_it_says_one(self, story: Story) -> None:
        caller = story.to_queue()
        story.wait(7).say("QueueCallerAbandon", caller, Queue="depok", HoldTime="6")
        story.say("QueueCallerLeave", caller, Queue="depok")
        story.hang_up(caller)
        assert told(story).wait_seconds == 6

    def test_a_withheld_number_is_not_used_though_the_network_passes_it_on(self, story: Story) -> None:
        caller = story.inbound()
        story.step(caller, "caller", "withheld")
        story.join(caller)
        story.hang_up(caller)
        call = told(story)
        assert (call.outcome, call.caller, call.citizen, call.legs[0].party) == ("abandoned", None, None, None)
        assert call.caller_raw == ANI

    def test_a_caller_who_hangs_up_while_queueing_abandoned(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.wait(7).say("QueueCallerAbandon", caller)
        story.say("QueueCallerLeave", caller, Queue="depok")
        story.dial_ends(caller, member, "CANCEL")
        story.hang_up(caller, member)
        call = told(story)
        assert (call.outcome, call.operator, call.wait_seconds) == ("abandoned", None, 7)
        assert (call.answered_at, call.talk_seconds, call.talks) == (None, None, ())

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("TIMEOUT", Outcome.TIMEOUT),
            ("LEAVEEMPTY", Outcome.NO_OPERATOR),
            ("LEAVEUNAVAIL", Outcome.NO_OPERATOR),
            ("WITHDRAW", Outcome.NO_OPERATOR),
        ],
    )
    def test_the_queue_gave_the_caller_back(self, story: Story, status: str, outcome: Outcome) -> None:
        caller = story.to_queue()
        story.wait(30).say("QueueCallerAbandon", caller)
        story.say("QueueCallerLeave", caller)
        story.queue_gives_back(caller, status)
        story.hang_up(caller)
        assert (told(story).outcome, told(story).wait_seconds) == (outcome, 30)

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [("FULL", Outcome.FULL), ("JOINEMPTY", Outcome.NO_OPERATOR), ("JOINUNAVAIL", Outcome.NO_OPERATOR)],
    )
    def test_the_queue_did_not_let_the_caller_in(self, story: Story, status: str, outcome: Outcome) -> None:
        caller = story.inbound()
        story.step(caller, "menu", "operator", "0")
        story.queue_gives_back(caller, status)
        story.hang_up(caller)
        assert (told(story).outcome, told(story).wait_seconds, told(story).queue) == (outcome, None, None)

    def test_the_second_round_in_the_queue_is_what_counts(self, story: Story) -> None:
        caller = story.to_queue()
        story.wait(30).say("QueueCallerLeave", caller)
        story.queue_gives_back(caller, "TIMEOUT")
        story.step(caller, "callback", "declined")
        story.join(caller)
        story.wait(12).say("QueueCallerLeave", caller)
        story.hang_up(caller)
        assert (told(story).outcome, told(story).wait_seconds) == ("abandoned", 42)

    def test_out_of_hours_and_nothing_left(self, story: Story) -> None:
        caller = story.leg("trunk", ANI, "1500664")
        story.up(caller)
        story.step(caller, "hours", "closed")
        story.step(caller, "closed", "goodbye", "5")
        story.hang_up(caller)
        assert (told(story).outcome, told(story).menu_path) == ("closed", "5")

    @pytest.mark.parametrize("opened", ["open", "closed"])
    def test_a_call_back_is_asked_for_by_day_and_by_night(self, story: Story, opened: str) -> None:
        caller = story.leg("trunk", ANI, "1500664")
        story.up(caller)
        story.step(caller, "hours", opened)
        story.step(caller, "callback", "accepted", "1")
        story.hang_up(caller)
        assert told(story).outcome is Outcome.CALLBACK

    def test_a_call_back_after_waiting_in_vain(self, story: Story) -> None:
        caller = story.to_queue()
        story.wait(9).say("QueueCallerLeave", caller)
        story.queue_gives_back(caller, "TIMEOUT")
        story.step(caller, "callback", "accepted", "1")
        story.hang_up(caller)
        assert (told(story).outcome, told(story).wait_seconds, told(story).menu_path) == ("callback", 9, "121")

    def test_a_call_back_that_was_declined_is_none(self, story: Story) -> None:
        caller = story.inbound()
        story.step(caller, "callback", "declined", "2")
        story.hang_up(caller)
        assert told(story).outcome is Outcome.LEFT_MENU

    def test_left_in_the_menu(self, story: Story) -> None:
        caller = story.inbound()
        story.step(caller, "language", "chosen", "1")
        story.hang_up(caller)
        assert told(story).outcome is Outcome.LEFT_MENU

    @pytest.mark.parametrize("step", ["information", "status"])
    def test_who_got_an_announcement_served_themselves(self, story: Story, step: str) -> None:
        caller = story.inbound()
        story.step(caller, step, "told")
        story.hang_up(caller)
        assert told(story).outcome is Outcome.SELF_SERVICE

    def test_asterisk_never_answered(self, story: Story) -> None:
        story.hang_up(story.leg("trunk", ANI, "1500665"), cause="1")
        assert (told(story).outcome, told(story).hangup_cause) == ("failed", 1)

    def test_picking_up_is_not_yet_speaking(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.up(member)
        story.dial_ends(caller, member, "ANSWER")
        story.hang_up(caller, member)
        call = told(story)
        assert (call.outcome, call.answered_at, call.talks) == ("abandoned", None, ())

    def test_alone_in_a_bridge_is_not_a_conversation(self, story: Story) -> None:
        caller = story.to_queue()
        story.talk(caller)
        story.hang_up(caller)
        assert told(story).outcome is Outcome.ABANDONED

    @pytest.mark.parametrize("tech", ["Announcer/", "Recorder/", "CBAnn/", "Local/"])
    def test_asterisks_own_channels_are_nobody(self, story: Story, tech: str) -> None:
        caller = story.to_queue()
        other = story.leg("ARI", of=caller, tech=tech)
        story.talk(caller, other)
        story.hang_up(other, caller)
        call = told(story)
        assert (call.outcome, call.talks) == ("abandoned", ())
        assert (call.legs[1].role, call.legs[1].party) == (Role.LOCAL, None)

    def test_two_citizens_are_not_an_operator(self, story: Story) -> None:
        caller = story.to_queue()
        other = story.dial(caller, "trunk")
        story.talk(caller, other)
        story.wait(5).hang_up(other, caller)
        call = told(story)
        assert (call.outcome, call.operator, call.talk_seconds) == ("abandoned", None, None)

    def test_an_operator_whom_no_queue_named_has_the_name_of_the_settings(self, story: Story) -> None:
        caller = story.inbound()
        story.talk(caller, story.dial(caller, "103"))
        story.talk(caller, story.dial(caller, "104"), bridge="b2")
        assert [leg.party for leg in told(story).legs] == [ANI_E164, "tono", "104"]
        assert told(story).operator == "tono"

    @pytest.mark.parametrize("number", ["", "anonymous", "<unknown>", "1500664", "0811'; DROP TABLE calls", "🙂"])
    def test_a_number_that_cannot_be_called_is_kept_as_it_came(self, story: Story, number: str) -> None:
        story.hang_up(story.inbound(number))
        assert (told(story).caller, told(story).caller_raw, told(story).citizen) == (None, number, None)

    def test_only_keys_are_a_menu_path(self, story: Story) -> None:
        caller = story.inbound()
        story.step(caller, "menu", "", "1a2 *#\n🙂٣")
        assert told(story).menu_path == "12*#"


class TestOutboundAndInternal:
    def test_a_citizen_answers(self, story: Story) -> None:
        siti = story.leg("101", "101", "081100007777")
        ani = story.dial(siti, "trunk")
        story.wait(8).up(ani)
        story.dial_ends(siti, ani, "ANSWER")
        story.up(siti)
        story.talk(ani, siti)
        story.wait(20).leave(ani, siti)
        story.hang_up(ani, siti)
        call = told(story)
        assert (call.direction, call.outcome, call.operator) == ("outbound", "answered", "101")
        assert (call.citizen, call.dialled, call.caller) == ("+6281100007777", "+6281100007777", None)
        assert (call.wait_seconds, call.talk_seconds, call.queue) == (None, 20, None)
        assert [(leg.role, leg.party) for leg in call.legs] == [
            (Role.OPERATOR, "101"),
            (Role.CITIZEN, "+6281100007777"),
        ]

    @pytest.mark.parametrize("device", ["trunk", "102"])
    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("BUSY", Outcome.BUSY),
            ("NOANSWER", Outcome.NO_ANSWER),
            ("CONGESTION", Outcome.FAILED),
            ("CHANUNAVAIL", Outcome.FAILED),
            ("CANCEL", Outcome.CANCELLED),
            ("ANSWER", Outcome.CANCELLED),
            ("", Outcome.CANCELLED),
        ],
    )
    def test_nobody_spoke(self, story: Story, device: str, status: str, outcome: Outcome) -> None:
        siti = story.leg("101", "101", "081100007777" if device == "trunk" else "102")
        other = story.dial(siti, device)
        story.wait(5).dial_ends(siti, other, status)
        story.hang_up(other, siti)
        call = told(story)
        assert call.direction is (Direction.OUTBOUND if device == "trunk" else Direction.INTERNAL)
        assert (call.outcome, call.talk_seconds) == (outcome, None)

    def test_the_end_of_ringing_may_come_after_the_hang_ups(self, story: Story) -> None:
        siti = story.leg("101", "101", "081100007777")
        ani = story.dial(siti, "trunk")
        story.hang_up(ani, siti)
        story.dial_ends(siti, ani, "BUSY")
        assert told(story).outcome is Outcome.BUSY

    def test_a_second_try_forgets_how_the_first_one_ended(self, story: Story) -> None:
        siti = story.leg("101", "101", "081100007777")
        first = story.dial(siti, "trunk")
        story.dial_ends(siti, first, "BUSY")
        story.hang_up(first)
        second = story.dial(siti, "trunk")
        story.hang_up(siti, second)
        assert told(story).outcome is Outcome.CANCELLED

    def test_a_caller_who_gives_up_while_one_of_two_phones_rings_gave_up(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        first, second = story.dial(siti, "102"), story.dial(siti, "103")
        story.dial_ends(siti, first, "BUSY")
        story.dial_ends(siti, second, "CANCEL")
        story.hang_up(first, second, siti)
        assert told(story).outcome is Outcome.CANCELLED

    def test_two_operators_speak(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        budi = story.dial(siti, "102")
        story.talk(budi, siti)
        story.wait(3).hang_up(siti, budi)
        call = told(story)
        assert (call.direction, call.outcome, call.citizen, call.talk_seconds) == ("internal", "answered", None, 3)
        assert (call.operator, call.dialled) == ("101", "102")

    def test_operators_who_spoke_to_each_other_did_not_reach_the_citizen(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        budi = story.dial(siti, "102")
        story.talk(budi, siti)
        story.wait(3).leave(siti)
        ani = story.dial(budi, "trunk")
        story.dial_ends(budi, ani, "BUSY")
        story.hang_up(siti, ani, budi)
        call = told(story)
        assert (call.direction, call.outcome) == ("outbound", "busy")
        assert (call.answered_at, call.operator, call.talk_seconds) == (None, None, None)

    def test_an_originated_call_has_no_first_leg_at_the_ringing(self, story: Story) -> None:
        siti = story.leg("101", "", "081100007777")
        story.say("DialBegin", "", siti, DialString="101")
        story.up(siti)
        story.say("DialEnd", "", siti, DialStatus="ANSWER")
        ani = story.dial(siti, "trunk")
        story.talk(siti, ani)
        story.wait(4).hang_up(ani, siti)
        assert (told(story).outcome, told(story).direction) == ("answered", "outbound")


class TestOneCallWhateverItsIds:
    def test_two_halves_become_one_record_and_the_later_id_is_dropped(self, story: Story) -> None:
        caller = story.to_queue()
        consulting = story.leg("101", "101", "102")
        log = Log().hear(story.events)
        assert set(log.records) == {caller, consulting}
        told_so_far = len(story.events)
        budi = story.dial(consulting, "102")
        story.relink(budi, caller)
        story.talk(budi)
        story.talk(caller)
        log.hear(story.events[told_so_far:])
        assert (log.only.id, log.dropped) == (caller, [consulting])
        assert log.only.uniqueids == (caller, consulting, budi)
        assert log.only.linkedids == (caller, consulting)
        story.hang_up(consulting, budi, caller)
        log.hear(story.events[-3:])
        assert (log.only.outcome, log.only.operator) == ("answered", "102")

    def test_a_bridge_joins_calls_that_no_linkedid_joins(self, story: Story) -> None:
        caller, siti = story.to_queue(), story.leg("101")
        story.talk(caller, siti)
        assert told(story).uniqueids == (caller, siti)

    def test_a_half_that_had_ended_comes_back_to_life_with_the_other(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        story.hang_up(siti)
        caller = story.inbound()
        story.relink(caller, siti)
        story.step(caller, "menu", "operator", "0")
        log = Log().hear(story.events)
        assert (log.only.ended, log.only.ended_at, log.only.outcome) == (False, None, None)
        assert log.dropped == [caller]

    def test_the_later_half_gives_all_that_is_known_of_it(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        caller = story.to_queue()
        story.talk(caller, siti, bridge="b3")
        story.hang_up(siti, caller)
        call = told(story)
        assert (call.menu_path, call.queue, call.wait_seconds) == ("12", "depok", 0)
        assert set(call.facts) == {"in_menu", "queueing", "spoke", "up"}

    def test_leaving_another_bridge_ends_no_talk(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        story.wait(5).leave(caller, bridge="b0")
        story.wait(5).hang_up(caller, member)
        assert told(story).talk_seconds == 10

    def test_the_smallest_id_is_found_by_number(self) -> None:
        story = Story(first=9)
        second = story.leg("trunk", ANI, "1500664")
        first = story.leg("101", of=second)
        assert (order(second) < order(first), second < first) == (True, False)
        assert told(story).id == second

    def test_ids_without_the_pbx_get_its_name(self, story: Story) -> None:
        story.hang_up(story.inbound())
        events = [
            {key: value.removeprefix("depok-") if "id" in key else value for key, value in raw.items()}
            for raw in story.events
        ]
        call = Log().hear(events).only
        assert (call.id, call.uniqueids) == (f"depok-{START}.0", (f"{START}.0",))

    @pytest.mark.parametrize(
        ("less", "more"),
        [
            ("9.10", "10.2"),
            ("depok-1795485600.9", "depok-1795485600.10"),
            ("depok-9.1", "bogor-10.0"),
            ("depok-1795485600.1", "not an id"),
            ("1.1", "1.²"),
            ("1.1", f"1.{'1' * 5000}"),
        ],
    )
    def test_ids_are_compared_as_numbers(self, less: str, more: str) -> None:
        assert order(less) < order(more)

    def test_a_leg_with_a_smaller_id_gives_the_record_another_id(self, story: Story) -> None:
        first, second = story.leg("trunk", ANI), story.leg("101")
        story.talk(second, first)
        log = Log().hear(story.events[1:])
        assert (log.only.id, log.dropped) == (first, [second])


class TestFromTheMiddle:
    def test_a_hang_up_of_a_channel_never_seen_is_unknown(self, story: Story) -> None:
        story.hang_up(story.inbound())
        call = Log().hear(story.events[-1:]).only
        assert (call.direction, call.outcome, call.ended) == ("inbound", "unknown", True)
        assert (call.started_at, call.caller, call.caller_raw) == (us(0), None, "")

    def test_a_stream_that_begins_in_the_queue(self, story: Story) -> None:
        caller = story.to_queue()
        before = len(story.events)
        member = story.wait(3).ring(caller, "101")
        story.connect(caller, member, "101")
        story.wait(5).hang_up(caller, member)
        call = Log().hear(story.events[before:]).only
        assert (call.outcome, call.operator, call.talk_seconds) == ("answered", "siti", 5)
        assert (call.wait_seconds, call.queue, call.menu_path) == (None, "depok", "")

    def test_a_stream_that_begins_in_a_conversation_knows_it_by_how_it_ends(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        before = len(story.events)
        story.wait(5).leave(member, caller)
        story.hang_up(caller, member)
        call = Log().hear(story.events[before:]).only
        assert (call.outcome, call.answered_at, call.talk_seconds) == ("answered", None, None)
        assert [talk.started_at for talk in call.talks] == [None]

    def test_a_stream_that_begins_between_two_who_enter_a_bridge(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        before = len(story.events) - 1
        story.wait(5).leave(member, caller)
        story.hang_up(caller, member)
        call = Log().hear(story.events[before:]).only
        assert (call.outcome, call.talk_seconds) == ("answered", 5)

    def test_the_wait_ends_with_the_operator_even_when_leaving_the_queue_was_not_heard(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.wait(4).ring(caller, "101")
        story.connect(caller, member, "101")
        story.wait(50).hang_up(caller, member)
        call = Log().hear(raw for raw in story.events if raw["Event"] != "QueueCallerLeave").only
        assert (call.wait_seconds, call.talk_seconds) == (4, 50)

    def test_who_leaves_a_bridge_alone_spoke_to_nobody_known(self, story: Story) -> None:
        caller = story.inbound()
        story.leave(caller)
        story.hang_up(caller)
        assert Log().hear(story.events[-2:]).only.outcome is Outcome.UNKNOWN

    def test_the_ring_that_ended_unheard_of_is_counted(self, story: Story) -> None:
        siti = story.leg("101")
        story.dial_ends(siti, story.dial(siti, "102"), "BUSY")
        log = Log().hear(story.events[-1:])
        assert log.records == {}
        assert log.ledger.ignored == {"DialEnded": 1}


class TestAfterTheEnd:
    def test_late_events_neither_reopen_nor_raise(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        story.wait(5).hang_up(member, caller)
        log = Log().hear(story.events)
        before, told_so_far = log.only, len(story.events)
        story.leave(member, caller)
        story.dial_ends(caller, member, "ANSWER")
        story.up(caller)
        story.talk(caller, member)
        story.join(caller)
        story.step(caller, "menu", "operator", "0")
        story.queue_gives_back(caller, "TIMEOUT")
        story.ring(caller, "101")
        story.hang_up(caller, cause="99")
        late = [raw for raw in story.events[told_so_far:] if raw["Event"] != "Newchannel"]
        log.hear(raw for raw in late if raw.get("DestUniqueid", member) == member)
        assert log.only == before
        assert log.ledger.open == []
        assert log.ledger.ignored.total() > 0

    def test_everything_twice_is_everything_once(self) -> None:
        events = a_day()
        assert Log().hear([*events, *events]).records == Log().hear(events).records

    def test_an_ended_call_is_forgotten_after_a_while(self, story: Story) -> None:
        story.hang_up(story.inbound())
        log = Log().hear(story.events)
        assert log.ledger._calls
        story.wait(REMEMBER / 1_000_000 + 1).leg("trunk", ANI)
        log.hear(story.events[-1:])
        assert len(log.ledger._calls) == 1
        assert len(log.records) == 2

    def test_without_times_only_so_many_are_remembered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledger_module, "REMEMBER_AT_MOST", 10)
        story = Story(clock=False)
        for _ in range(50):
            story.hang_up(story.inbound())
        log = Log().hear(story.events)
        assert len(log.records) == 50
        assert len(log.ledger._calls) <= 10
        assert REMEMBER_AT_MOST > 10


class TestWithoutTimes:
    def test_all_times_and_durations_are_null(self) -> None:
        story = Story(clock=False)
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        story.leave(member, caller)
        story.hang_up(member, caller)
        call = told(story)
        assert (call.outcome, call.operator, call.ended) == ("answered", "siti", True)
        shown = to_json(call, WIB)
        times = [shown, *shown["legs"], *shown["talks"]]
        assert {one[key] for one in times for key in one if key.endswith("_at")} == {None}
        assert (call.wait_seconds, call.talk_seconds) == (None, None)


class TestAfterALogin:
    """LinkUp says that something may have been missed, ChannelsListed what there is."""

    def resync(self, log: Log, *alive: str, story: Story, talking: bool = False) -> None:
        now = us(story.now - START)
        log.ledger.apply(LinkUp(now))
        bridge = story._bridge(alive) if talking else ""
        rows = tuple(ListedChannel(leg, story._linkedids[leg], story._channels[leg], bridge) for leg in alive)
        log.ledger.apply(ChannelsListed(now, rows))
        log.take()

    def test_what_is_gone_ended_unseen(self, story: Story) -> None:
        story.to_queue()
        log = Log().hear(story.events)
        self.resync(log, story=story)
        last = max(event.at or 0 for raw in story.events if (event := parse(raw)))
        assert (log.only.outcome, log.only.ended_at) == ("unknown", last + 1)

    def test_what_is_gone_but_had_spoken_was_answered(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        log = Log().hear(story.events)
        self.resync(log, story=story)
        assert (log.only.outcome, log.only.operator) == ("answered", "siti")

    def test_what_is_there_goes_on(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        before = log.only
        self.resync(log, caller, story=story)
        assert log.only == before
        story.hang_up(caller)
        log.hear(story.events[-1:])
        assert log.only.outcome is Outcome.ABANDONED

    def test_one_leg_that_ended_unseen_does_not_make_the_call_unknown(self, story: Story) -> None:
        caller = story.to_queue()
        story.ring(caller, "102")
        log = Log().hear(story.events)
        self.resync(log, caller, story=story)
        story.say("QueueCallerLeave", caller)
        story.hang_up(caller)
        log.hear(story.events[-2:])
        assert log.only.outcome is Outcome.ABANDONED

    def test_a_call_that_went_on_in_another_leg_has_not_ended(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        other = story.leg("102", of=caller)
        self.resync(log, other, story=story)
        assert (log.only.ended, log.only.uniqueids) == (False, (caller, other))

    def test_what_nobody_saw_begin_is_taken_up(self, story: Story) -> None:
        caller = story.inbound()
        log = Log()
        self.resync(log, caller, story=story)
        assert (log.only.id, log.only.ended, log.only.started_at) == (caller, False, us(0))
        story.hang_up(caller)
        log.hear(story.events[-1:])
        assert log.only.outcome is Outcome.UNKNOWN

    def test_a_conversation_that_began_unseen_is_known_by_its_end(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        self.resync(log, caller, member, story=story, talking=True)
        before = len(story.events)
        story.wait(5).leave(member, caller)
        story.hang_up(member, caller)
        log.hear(story.events[before:])
        assert log.only.outcome is Outcome.ANSWERED

    def test_who_left_before_the_gap_did_not_talk_to_who_came_in_it(self, story: Story) -> None:
        caller = story.to_queue()
        siti = story.ring(caller, "101")
        story.connect(caller, siti, "101")
        story.wait(5).leave(siti)
        story.hang_up(siti)
        log = Log().hear(story.events)
        budi = story.leg("102", of=caller)
        self.resync(log, caller, budi, story=story, talking=True)
        before = len(story.events)
        story.wait(5).leave(budi, caller)
        story.hang_up(budi, caller)
        log.hear(story.events[before:])
        names = [leg.channel for leg in log.only.legs]
        assert [(set(talk.channels), talk.started_at is None) for talk in log.only.talks] == [
            ({names[0], names[2]}, True),
            ({names[0], names[1]}, False),
        ]

    def test_a_conversation_under_way_at_the_first_login_is_known(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        story.wait(60)
        log = Log()
        self.resync(log, caller, member, story=story, talking=True)
        assert [(talk.started_at, talk.ended_at) for talk in log.only.talks] == [(None, None)]
        assert log.only.started_at == us(0)
        before = len(story.events)
        story.wait(5).hang_up(member, caller)
        log.hear(story.events[before:])
        assert (log.only.outcome, log.only.operator, log.only.talk_seconds) == ("answered", "101", None)

    def test_who_is_listed_in_another_bridge_has_left_the_first_unseen(self, story: Story) -> None:
        caller = story.to_queue()
        siti = story.ring(caller, "101")
        story.connect(caller, siti, "101")
        log = Log().hear(story.events)
        story.wait(60)
        self.resync(log, caller, siti, story=story)
        story.wait(60).hang_up(siti, caller)
        log.hear(story.events[-2:])
        assert (log.only.outcome, log.only.talk_seconds) == ("answered", 0)

    def test_who_waits_unseen_is_known_to_wait_and_who_does_not_any_more_to_have_left(self, story: Story) -> None:
        caller = story.inbound()
        other = story.to_queue("081100005678")
        log = Log().hear(story.events)
        now = us(story.wait(60).now - START)
        rows = tuple(ListedChannel(leg, leg, story._channels[leg]) for leg in (caller, other))
        log.ledger.apply(LinkUp(now, heard_until=us(30)))
        log.ledger.apply(ChannelsListed(now, rows, (Waiting(caller, story._channels[caller], "depok", 20),)))
        log.take()
        story.wait(5).hang_up(caller, other)
        log.hear(story.events[-2:])
        assert [log.records[leg].outcome for leg in (caller, other)] == ["abandoned", "abandoned"]
        assert [log.records[leg].wait_seconds for leg in (caller, other)] == [25, 30]

    def test_what_asterisk_had_when_it_crashed_ended_with_its_last_sign_of_life(self, story: Story) -> None:
        caller = story.to_queue()
        member = story.ring(caller, "101")
        story.connect(caller, member, "101")
        log = Log().hear(story.events)
        log.ledger.apply(LinkUp(us(7200), heard_until=us(45), booted_at=us(3600)))
        after = ChannelCreated(us(7000), "depok-later.1", "depok-later.1", "PJSIP/trunk-1", "", "1500664")
        log.apply(after)
        log.ledger.apply(ChannelsListed(us(7200), (ListedChannel("depok-later.1", "depok-later.1", "PJSIP/trunk-1"),)))
        log.take()
        crashed = log.records[caller]
        assert (crashed.outcome, crashed.operator, crashed.talk_seconds) == ("answered", "siti", 45)
        assert crashed.ended_at == us(45) + 1
        assert not log.records["depok-later.1"].ended

    def test_the_journal_that_is_read_only_afterwards_says_when_it_ended_and_how(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        before = len(story.events)
        story.wait(20).say("QueueCallerAbandon", caller, Queue="depok", HoldTime="20")
        story.say("QueueCallerLeave", caller, Queue="depok")
        story.hang_up(caller)
        story.wait(60)
        self.resync(log, story=story)
        assert log.only.outcome is Outcome.UNKNOWN
        for raw in story.events[before:]:
            event = parse(raw)
            assert event is not None
            log.ledger.apply(event, Source.RECOVERED)
        log.take()
        last = parse(story.events[-1])
        assert last is not None
        assert (log.only.outcome, log.only.wait_seconds, log.only.ended_at) == ("abandoned", 20, last.at)

    def test_what_is_gone_without_a_restart_ended_when_it_was_last_heard_of_not_when_others_were(
        self, story: Story
    ) -> None:
        story.to_queue()
        log = Log().hear(story.events)
        last = max(event.at or 0 for raw in story.events if (event := parse(raw)))
        log.ledger.apply(LinkUp(us(100), heard_until=us(5), booted_at=us(-5000)))
        log.apply(ChannelCreated(us(101), "depok-later.1", "depok-later.1", "PJSIP/trunk-1", "", "1500664"))
        log.ledger.apply(ChannelsListed(us(100), ()))
        log.take()
        (gone,) = (record for record in log.records.values() if record.ended)
        assert last < us(5)
        assert gone.ended_at == us(5) + 1

    def test_ids_that_never_were_a_channel_are_forgotten_and_keep_no_call_from_ending(self, story: Story) -> None:
        story.to_queue()
        log = Log().hear([{"Event": "DialBegin", "Uniqueid": "depok-1.1"}, *story.events])
        self.resync(log, story=story)
        assert log.only.outcome is Outcome.UNKNOWN
        log.apply(ChannelCreated(us(0) + 2 * REMEMBER, "depok-later.1", "depok-later.1", "PJSIP/trunk-1", "", ""))
        assert set(log.ledger._calls) == {"depok-later.1"}

    def test_a_call_that_comes_back_had_not_ended(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        self.resync(log, story=story)
        assert [record.outcome for record in log.records.values()] == [Outcome.UNKNOWN]
        before = len(story.events)
        story.hang_up(story.leg("102", of=caller))
        log.hear(story.events[before:])
        assert log.only.outcome is Outcome.ABANDONED

    def test_a_half_that_ended_unseen_does_not_spoil_the_other(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        log = Log().hear(story.events)
        self.resync(log, story=story)
        before = len(story.events)
        budi = story.leg("102", "102", "081100007777")
        story.relink(budi, siti)
        ani = story.dial(budi, "trunk")
        story.dial_ends(budi, ani, "BUSY")
        story.hang_up(ani, budi)
        log.hear(story.events[before:])
        assert log.only.outcome is Outcome.BUSY

    def test_a_call_that_began_after_the_login_is_not_closed_by_the_list(self, story: Story) -> None:
        log = Log()
        log.ledger.apply(LinkUp())
        story.inbound()
        log.hear(story.events)
        log.ledger.apply(ChannelsListed(us(-1), ()))
        log.take()
        assert log.only.ended is False

    def test_a_hang_up_between_the_list_and_its_arrival_stands(self, story: Story) -> None:
        caller = story.to_queue()
        log = Log().hear(story.events)
        log.ledger.apply(LinkUp())
        story.hang_up(caller)
        log.hear(story.events[-1:])
        log.ledger.apply(ChannelsListed(us(1), (ListedChannel(caller, caller, "PJSIP/trunk-00000000"),)))
        log.take()
        assert log.only.outcome is Outcome.ABANDONED


class TestClocksThatJump:
    @pytest.mark.parametrize("jump", [-3600, 3600, -86400 * 400])
    @pytest.mark.parametrize("place", range(14))
    def test_a_clock_that_is_set_in_mid_call_spoils_times_and_their_order_only(
        self, story: Story, jump: int, place: int
    ) -> None:
        caller = story.to_queue()
        member = story.wait(4).ring(caller, "101")
        story.wait(2).connect(caller, member, "101")
        story.wait(60).leave(member, caller)
        story.hang_up(member, caller)
        for raw in story.events[place:]:
            raw["Timestamp"] = f"{float(raw['Timestamp']) + jump:.6f}"
        log = Log().hear(story.events)
        assert log.ledger.open == []
        call = log.only
        assert (call.outcome, call.operator, call.queue) == ("answered", "siti", "depok")
        assert sorted(call.menu_path) == ["1", "2"]
        assert (call.talk_seconds or 0) >= 0
        assert (call.wait_seconds or 0) >= 0

    def test_the_calls_after_it_are_not_touched(self, story: Story) -> None:
        story.hang_up(story.inbound())
        story.now -= 7200
        story.hang_up(story.inbound())
        story.now += 86400
        story.hang_up(story.inbound())
        assert len(Log().hear(story.events).records) == 3


RECORDS = Log().hear(a_day()).records


class TestResuming:
    @pytest.mark.parametrize("cut", range(len(a_day())))
    def test_a_new_ledger_goes_on_as_the_old_one_would_have(self, cut: int) -> None:
        events = a_day()
        before = Log().hear(events[:cut])
        after = Ledger(BOARD)
        after.resume(before.states())
        log = Log(after, before.records.values()).hear(events[cut:])
        assert log.records == RECORDS

    def test_what_operators_said_among_themselves_before_is_no_answer_of_the_citizen(self, story: Story) -> None:
        siti = story.leg("101", "101", "102")
        budi = story.dial(siti, "102")
        story.talk(budi, siti)
        ledger = Ledger(BOARD)
        ledger.resume(Log().hear(story.events).states())
        before = len(story.events)
        ani = story.dial(budi, "trunk")
        story.dial_ends(budi, ani, "BUSY")
        story.hang_up(siti, ani, budi)
        assert Log(ledger).hear(story.events[before:]).only.outcome is Outcome.BUSY

    def test_what_is_resumed_is_open(self, story: Story) -> None:
        story.to_queue()
        ledger = Ledger(BOARD)
        ledger.resume(Log().hear(story.events).states())
        assert ledger.open == [told(story)]
        assert ledger.changes() == ([], [])


def test_the_pool_has_a_call_of_every_usual_kind() -> None:
    assert {record.outcome for record in RECORDS.values()} >= {
        Outcome.ANSWERED,
        Outcome.ABANDONED,
        Outcome.CALLBACK,
        Outcome.LEFT_MENU,
        Outcome.CLOSED,
        Outcome.BUSY,
    }
    assert {record.direction for record in RECORDS.values()} == set(Direction)
    assert {record.operator for record in RECORDS.values()} >= {"siti", "101", None}


POOL = a_day()
INDEXES = st.integers(0, len(POOL) - 1)
SOME = st.lists(INDEXES, max_size=80)
TRUNCATED = st.tuples(INDEXES, INDEXES).map(lambda ends: list(range(min(ends), max(ends))))
LOSSY = st.sets(INDEXES, max_size=60).map(lambda lost: [n for n in range(len(POOL)) if n not in lost])
SHUFFLED = st.permutations(range(len(POOL)))
STREAMS = st.one_of(SOME, TRUNCATED, LOSSY, SHUFFLED)
"""Positions in the pool: any order, any part, anything twice or lost."""

ALLOWED = {
    Direction.INBOUND: {outcome for _, outcome in INBOUND_OUTCOMES} | {Outcome.FAILED},
    Direction.OUTBOUND: {outcome for _, outcome in OTHER_OUTCOMES} | {Outcome.FAILED},
    Direction.INTERNAL: {outcome for _, outcome in OTHER_OUTCOMES} | {Outcome.FAILED},
}


def without_times(events: Iterable[Raw]) -> list[Raw]:
    return [{key: value for key, value in raw.items() if key != "Timestamp"} for raw in events]


def shared(records: Iterable[CallRecord]) -> list[str]:
    """Uniqueids that are in more than one record."""
    ids = [uniqueid for record in records for uniqueid in record.uniqueids]
    return sorted({uniqueid for uniqueid in ids if ids.count(uniqueid) > 1})


@given(STREAMS, st.sampled_from([list, without_times]))
@settings(max_examples=100, deadline=None)
def test_any_stream_gives_one_record_a_call_with_one_outcome(
    stream: list[int], as_sent: Callable[[list[Raw]], list[Raw]]
) -> None:
    log = Log()
    for raw in as_sent([POOL[n] for n in stream]):
        log.hear([raw])
        assert shared(log.ledger.open) == []
    legs = {raw["Uniqueid"]: raw["Channel"] for raw in POOL if "Uniqueid" in raw}
    log.hear({"Event": "Hangup", "Uniqueid": leg, "Channel": name, "Linkedid": ""} for leg, name in legs.items())
    assert log.ledger.open == []
    assert shared(log.records.values()) == []
    for record in log.records.values():
        assert record.ended
        assert record.outcome in ALLOWED[record.direction]
        assert (record.outcome is Outcome.ANSWERED) >= (record.answered_at is not None)
        assert len(record.uniqueids) == len(record.legs)
        to_json(record, WIB)


@given(STREAMS, st.lists(st.integers(0, 1000), min_size=10, max_size=50))
@settings(max_examples=50, deadline=None)
def test_hearing_an_event_again_changes_nothing(stream: list[int], again: list[int]) -> None:
    once, twice = Log(), Log()
    taken: list[Raw] = []
    for position, n in enumerate(stream):
        once.hear([POOL[n]])
        before = twice.ledger.ignored.total()
        twice.hear([POOL[n]])
        if twice.ledger.ignored.total() == before:
            taken.append(POOL[n])
        back = again[position % len(again)]
        if back < len(taken):
            twice.hear([taken[-1 - back]])
    assert twice.records == once.records


@given(st.lists(STREAMS, max_size=3), st.lists(st.sets(INDEXES, max_size=5), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_logins_in_between_do_no_harm(streams: list[list[int]], alive: list[set[int]]) -> None:
    log = Log()
    for stream, there in zip(streams, alive, strict=False):
        log.hear(POOL[n] for n in stream)
        log.ledger.apply(LinkUp())
        rows = {tuple(POOL[n].get(name, "") for name in ("Uniqueid", "Linkedid", "Channel")) for n in there}
        log.ledger.apply(ChannelsListed(us(50), tuple(ListedChannel(*row) for row in sorted(rows))))
        log.take()
        assert shared(log.ledger.open) == []
        assert shared(log.records.values()) == []


def test_a_long_stream_does_not_grow() -> None:
    ledger, story = Ledger(BOARD), Story()
    sizes = []
    for _ in range(30):
        story.events.clear()
        for _ in range(10):
            caller = story.to_queue()
            member = story.wait(3).ring(caller, "101")
            story.connect(caller, member, "101")
            story.wait(5).leave(caller, member)
            story.hang_up(caller, member)
        for raw in story.events:
            event = parse(raw)
            if event is not None:
                ledger.apply(event)
        ledger.changes()
        sizes.append(sum(len(kept) for kept in vars(ledger).values() if hasattr(kept, "__len__")))
    assert max(sizes[5:]) <= max(sizes[:5])
