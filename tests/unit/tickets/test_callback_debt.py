"""One call back per citizen: owed once, claimed by one, tried a few times, never in the night, and it ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.errors import RefusedError
from depok_agi.tickets.callback import (
    ENDED,
    AttemptResult,
    CallbackPolicy,
    CallbackReason,
    CallbackStatus,
    Cause,
    Debt,
    amend,
    attempt,
    called,
    claim,
    is_overdue,
    is_waiting,
    keep,
    lapse,
    owe,
    release,
    settle_by_call,
    urgency,
    withdraw,
)

CALL = "depok-1764000000.9"
WIB = ZoneInfo("Asia/Jakarta")
POLICY = CallbackPolicy()


def at(clock: str, day: int = 8) -> datetime:
    return datetime.combine(datetime(2026, 6, day, tzinfo=WIB), time.fromisoformat(clock), tzinfo=WIB)


TEN = at("10:00")


def owed(reason: CallbackReason = CallbackReason.MISSED, since: datetime = TEN) -> Debt:
    return owe(reason, since, None, POLICY)


class TestOwing:
    @pytest.mark.parametrize(
        ("reason", "due"),
        [
            (CallbackReason.MISSED, at("11:00")),
            (CallbackReason.REQUEST, at("14:00")),
            (CallbackReason.MESSAGE, at("14:00")),
            (CallbackReason.ANSWER, at("10:00", 9)),
        ],
    )
    def test_each_kind_has_its_time(self, reason: CallbackReason, due: datetime) -> None:
        debt = owed(reason)
        assert debt == Debt(CallbackStatus.PENDING, (Cause(reason, at("10:00"), due),))
        assert (debt.reason, debt.owed_since, debt.due_at) == (reason, at("10:00"), due)

    def test_what_came_in_overnight_waits_for_the_morning_and_is_not_late_by_then(self) -> None:
        debt = owed(CallbackReason.MESSAGE, at("22:00"))
        assert (debt.owed_since, debt.not_before, debt.due_at) == (at("22:00"), at("08:00", 9), at("12:00", 9))

    def test_what_would_be_due_in_the_night_is_due_in_the_morning(self) -> None:
        debt = owed(CallbackReason.REQUEST, at("18:00"))
        assert (debt.not_before, debt.due_at) == (None, at("08:00", 9))

    def test_repeats_merge_into_one_debt_that_is_as_old_as_the_first(self) -> None:
        debt = owe(CallbackReason.MISSED, at("10:30"), owed(), POLICY)
        assert debt == owed()

    @pytest.mark.parametrize(
        ("less", "more"),
        [
            (CallbackReason.MISSED, CallbackReason.MESSAGE),
            (CallbackReason.MESSAGE, CallbackReason.REQUEST),
            (CallbackReason.REQUEST, CallbackReason.ANSWER),
        ],
    )
    def test_the_more_serious_reason_wins_and_the_promise_never_moves_later(
        self, less: CallbackReason, more: CallbackReason
    ) -> None:
        first, second = owed(less), owed(more)
        for merged in (owe(more, at("10:00"), first, POLICY), owe(less, at("10:00"), second, POLICY)):
            assert merged.reason is more
            assert merged.due_at == min(first.due_at, second.due_at)

    def test_a_repeat_leaves_the_claim_with_the_operator_who_has_it(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        assert owe(CallbackReason.MISSED, at("10:06"), claimed, POLICY) == claimed
        answered = owe(CallbackReason.ANSWER, at("10:06"), claimed, POLICY)
        assert (answered.reason, answered.claimed_by) == (CallbackReason.ANSWER, "rina")

    def test_a_citizen_who_calls_again_need_not_wait_and_gets_all_tries(self) -> None:
        waiting = attempt(owed(), AttemptResult.BUSY, at("10:10"), POLICY)
        again = owe(CallbackReason.MISSED, at("10:12"), waiting, POLICY)
        assert (again.not_before, again.attempts) == (None, 0)

    @pytest.mark.parametrize("status", sorted(ENDED))
    def test_a_debt_that_ended_does_not_come_back_a_new_one_begins(self, status: CallbackStatus) -> None:
        ended = replace(owed(CallbackReason.ANSWER), status=status, attempts=5)
        assert owe(CallbackReason.MISSED, at("12:00"), ended, POLICY) == owed(since=at("12:00"))


class TestClaiming:
    def test_one_operator_has_it_for_the_time_of_the_lease(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        assert (claimed.status, claimed.claimed_by, claimed.claimed_until) == (
            CallbackStatus.CLAIMED,
            "rina",
            at("10:20"),
        )
        with pytest.raises(RefusedError, match="claimed by rina, until 10:20"):
            claim(claimed, "budi", at("10:19:59"), POLICY)

    def test_a_forgotten_claim_ends_by_itself(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        assert claim(claimed, "budi", at("10:20"), POLICY).claimed_by == "budi"
        assert lapse(claimed, at("10:19:59")) == claimed
        assert lapse(claimed, at("10:20")) == owed()

    def test_ones_own_claim_is_renewed(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        assert claim(claimed, "rina", at("10:10"), POLICY).claimed_until == at("10:25")

    def test_a_claim_is_given_back_by_its_owner_only(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        assert release(claimed, "rina", at("10:06")) == owed()
        with pytest.raises(RefusedError, match="claimed by rina: only they"):
            release(claimed, "budi", at("10:06"))
        with pytest.raises(RefusedError, match="not claimed"):
            release(claimed, "rina", at("10:20"))

    @pytest.mark.parametrize("status", sorted(ENDED))
    def test_what_ended_is_neither_claimed_nor_released_nor_tried(self, status: CallbackStatus) -> None:
        ended = replace(owed(), status=status)
        actions: tuple[Callable[[], Debt], ...] = (
            lambda: claim(ended, "rina", at("11:00"), POLICY),
            lambda: release(ended, "rina", at("11:00")),
            lambda: attempt(ended, AttemptResult.REACHED, at("11:00"), POLICY),
        )
        for action in actions:
            with pytest.raises(RefusedError, match=f"callback is {status}: nothing is owed any more"):
                action()


class TestTrying:
    @pytest.mark.parametrize(
        "result", [AttemptResult.REACHED, AttemptResult.DECLINED, AttemptResult.WRONG_NUMBER], ids=str
    )
    def test_a_result_that_ends_it(self, result: AttemptResult) -> None:
        done = attempt(claim(owed(), "rina", at("10:05"), POLICY), result, at("10:06"), POLICY)
        assert (done.status, done.attempts, done.claimed_by, done.owed) == (CallbackStatus.DONE, 1, None, ())
        assert [(cause.settled_at, cause.settled_by) for cause in done.causes] == [(at("10:06"), result.value)]

    def test_without_success_it_waits_longer_each_time_and_then_expires(self) -> None:
        debt, tried_at = owed(), at("10:00")
        waits = []
        while debt.status is CallbackStatus.PENDING:
            debt = attempt(claim(debt, "rina", tried_at, POLICY), AttemptResult.NO_ANSWER, tried_at, POLICY)
            if debt.not_before:
                assert debt.claimed_by is None
                waits.append(debt.not_before)
                tried_at = debt.not_before
        assert waits == [at("10:15"), at("11:15"), at("15:15"), at("15:15", 9)]
        assert (debt.status, debt.attempts) == (CallbackStatus.EXPIRED, 5)

    def test_the_last_gap_repeats(self) -> None:
        policy = replace(POLICY, gaps=(timedelta(minutes=5),))
        debt = attempt(owed(), AttemptResult.BUSY, at("10:00"), policy)
        assert attempt(debt, AttemptResult.BUSY, at("10:05"), policy).not_before == at("10:10")

    @pytest.mark.parametrize(
        ("tried_at", "not_before"),
        [
            (at("19:44:59"), at("19:59:59")),
            (at("19:45"), at("08:00", 9)),
            (at("23:50"), at("08:00", 9)),
            (at("07:44"), at("08:00")),
        ],
    )
    def test_nobody_is_called_in_the_night(self, tried_at: datetime, not_before: datetime) -> None:
        assert attempt(owed(), AttemptResult.NO_ANSWER, tried_at, POLICY).not_before == not_before

    def test_talking_settles_a_missed_call_and_nothing_else(self) -> None:
        claimed = claim(owed(), "rina", at("10:05"), POLICY)
        settled = settle_by_call(claimed, at("10:06"), CALL)
        assert (settled.status, settled.claimed_by, settled.attempts) == (CallbackStatus.DONE, None, 0)
        for reason in set(CallbackReason) - {CallbackReason.MISSED}:
            assert settle_by_call(owed(reason), at("10:06"), CALL) == owed(reason)
        expired = replace(owed(), status=CallbackStatus.EXPIRED)
        assert settle_by_call(expired, at("10:06"), CALL) == expired

    def test_a_talk_from_before_it_was_owed_settles_nothing(self) -> None:
        assert settle_by_call(owed(), at("09:59"), CALL) == owed()

    def test_talking_leaves_what_else_is_owed(self) -> None:
        both = owe(CallbackReason.REQUEST, at("10:01"), owed(), POLICY)
        left = settle_by_call(both, at("10:06"), CALL)
        assert (left.status, left.reason, left.owed_since) == (
            CallbackStatus.PENDING,
            CallbackReason.REQUEST,
            at("10:01"),
        )


ANSWERED = "1000015"
ALSO_ANSWERED = "1000023"


def answered(ticket: str = ANSWERED, since: datetime = TEN, existing: Debt | None = None) -> Debt:
    return owe(CallbackReason.ANSWER, since, existing, POLICY, ticket)


class TestWhatAClaimCovers:
    def test_an_answer_that_came_after_the_claim_was_not_told_and_stays_owed(self) -> None:
        claimed = claim(answered(), "rina", at("10:05"), POLICY)
        later = answered(ALSO_ANSWERED, at("10:07"), claimed)
        left = attempt(later, AttemptResult.REACHED, at("10:10"), POLICY)
        assert [cause.ticket for cause in left.owed] == [ALSO_ANSWERED]
        assert (left.status, left.claimed_by, left.not_before) == (CallbackStatus.PENDING, None, None)

    def test_whoever_claims_again_is_shown_it_and_tells_both(self) -> None:
        later = answered(ALSO_ANSWERED, at("10:07"), claim(answered(), "rina", at("10:05"), POLICY))
        again = claim(later, "rina", at("10:08"), POLICY)
        assert attempt(again, AttemptResult.REACHED, at("10:10"), POLICY).owed == ()

    def test_to_keep_a_claim_covers_nothing_new(self) -> None:
        later = answered(ALSO_ANSWERED, at("10:07"), claim(answered(), "rina", at("10:05"), POLICY))
        kept = keep(later, "rina", at("10:18"), POLICY)
        assert (kept.claimed_at, kept.claimed_until) == (at("10:05"), at("10:33"))
        assert keep(kept, "budi", at("10:19"), POLICY) == kept

    def test_a_wrong_number_is_called_for_nothing_any_more(self) -> None:
        later = answered(ALSO_ANSWERED, at("10:07"), claim(answered(), "rina", at("10:05"), POLICY))
        assert attempt(later, AttemptResult.WRONG_NUMBER, at("10:10"), POLICY).status is CallbackStatus.DONE


class TestWhatAsteriskTells:
    def test_a_talk_settles_a_request_but_an_answer_waits_for_the_operators_word(self) -> None:
        both = owe(CallbackReason.REQUEST, at("10:01"), answered(), POLICY)
        spoke = called(claim(both, "rina", at("10:05"), POLICY), AttemptResult.REACHED, CALL, at("10:15"), POLICY)
        assert [cause.ticket for cause in spoke.owed] == [ANSWERED]
        assert (spoke.status, spoke.claimed_by, spoke.claimed_until) == (CallbackStatus.CLAIMED, "rina", at("10:30"))
        told = amend(spoke, CALL, AttemptResult.REACHED, at("10:15"), at("10:16"), POLICY)
        assert (told.status, told.attempts, told.owed) == (CallbackStatus.DONE, 1, ())

    def test_a_talk_alone_ends_what_a_talk_can_end(self) -> None:
        for reason in (CallbackReason.MISSED, CallbackReason.REQUEST, CallbackReason.MESSAGE):
            spoke = called(owed(reason), AttemptResult.REACHED, CALL, at("10:15"), POLICY)
            assert (spoke.status, spoke.attempts) == (CallbackStatus.DONE, 1)

    def test_without_a_claim_an_answer_that_nobody_says_was_told_is_tried_again_later(self) -> None:
        spoke = called(answered(), AttemptResult.REACHED, CALL, at("10:15"), POLICY)
        assert (spoke.status, spoke.not_before, spoke.attempts) == (CallbackStatus.PENDING, at("10:30"), 1)

    def test_the_operators_word_counts_instead_of_what_events_said(self) -> None:
        spoke = called(owed(CallbackReason.REQUEST), AttemptResult.REACHED, CALL, at("10:15"), POLICY)
        machine = amend(spoke, CALL, AttemptResult.NO_ANSWER, at("10:15"), at("10:16"), POLICY)
        assert (machine.status, machine.attempts, machine.not_before) == (CallbackStatus.PENDING, 1, at("10:31"))
        wrong = amend(spoke, CALL, AttemptResult.WRONG_NUMBER, at("10:15"), at("10:16"), POLICY)
        assert (wrong.status, wrong.attempts) == (CallbackStatus.DONE, 1)
        assert [cause.settled_by for cause in wrong.causes] == ["wrong_number"]

    def test_what_came_in_after_the_call_was_not_told_in_it(self) -> None:
        spoke = called(answered(), AttemptResult.REACHED, CALL, at("10:15"), POLICY)
        later = answered(ALSO_ANSWERED, at("10:20"), spoke)
        told = amend(later, CALL, AttemptResult.REACHED, at("10:15"), at("10:21"), POLICY)
        assert [cause.ticket for cause in told.owed] == [ALSO_ANSWERED]

    def test_a_call_that_reached_nobody_is_a_try_like_any_other(self) -> None:
        for result in (AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.FAILED):
            tried = called(owed(), result, CALL, at("10:15"), POLICY)
            assert tried == attempt(owed(), result, at("10:15"), POLICY)
            assert tried.not_before == at("10:30")


class TestWithdrawing:
    def test_a_ticket_that_was_told_otherwise_leaves_the_rest_owed(self) -> None:
        both = owe(CallbackReason.REQUEST, at("10:01"), answered(), POLICY)
        left = withdraw(both, ANSWERED, at("10:30"), "told otherwise")
        assert (left.status, left.reason) == (CallbackStatus.PENDING, CallbackReason.REQUEST)
        assert withdraw(left, ANSWERED, at("10:31"), "told otherwise") == left

    def test_the_last_one_ends_the_debt_an_expired_one_too(self) -> None:
        for status in (CallbackStatus.PENDING, CallbackStatus.EXPIRED):
            debt = replace(answered(), status=status)
            assert withdraw(debt, ANSWERED, at("10:30"), "reopened").status is CallbackStatus.DONE

    def test_a_ticket_that_is_answered_anew_is_owed_anew(self) -> None:
        reopened = withdraw(owe(CallbackReason.REQUEST, TEN, answered(), POLICY), ANSWERED, at("10:30"), "reopened")
        again = answered(ANSWERED, at("11:00"), reopened)
        assert [(cause.ticket, cause.is_open) for cause in again.causes] == [
            (ANSWERED, False),
            (None, True),
            (ANSWERED, True),
        ]


def test_a_debt_without_a_cause_cannot_be() -> None:
    with pytest.raises(ValueError, match="has a cause"):
        Debt(CallbackStatus.PENDING, ())


class TestUrgency:
    def test_the_late_come_first_then_the_serious_then_the_sooner_due_and_those_that_wait_last(self) -> None:
        now = at("12:00")
        late_missed = owed(CallbackReason.MISSED, at("10:00"))
        answer = owed(CallbackReason.ANSWER, at("11:30"))
        request = owed(CallbackReason.REQUEST, at("10:00"))
        later_request = owed(CallbackReason.REQUEST, at("11:00"))
        message = owed(CallbackReason.MESSAGE, at("09:00"))
        waiting = replace(owed(CallbackReason.ANSWER, at("10:00", 5)), not_before=at("12:15"))
        expected = [late_missed, answer, request, later_request, message, waiting]
        mixed = [waiting, message, later_request, late_missed, request, answer]
        assert sorted(mixed, key=lambda debt: urgency(debt, now)) == expected

    def test_late_begins_after_the_due_moment_and_ends_with_the_debt(self) -> None:
        debt = owed()
        assert not is_overdue(debt, at("11:00"))
        assert is_overdue(debt, at("11:00:01"))
        assert not is_overdue(settle_by_call(debt, at("11:00"), CALL), at("11:00:01"))

    def test_waiting_ends_at_its_moment(self) -> None:
        debt = replace(owed(), not_before=at("10:15"))
        assert is_waiting(debt, at("10:14:59"))
        assert not is_waiting(debt, at("10:15"))


def test_moments_without_a_zone_are_refused() -> None:
    naive = datetime(2026, 6, 8, 10)  # noqa: DTZ001
    actions: tuple[Callable[[], object], ...] = (
        lambda: owe(CallbackReason.MISSED, naive, None, POLICY),
        lambda: claim(owed(), "rina", naive, POLICY),
        lambda: release(owed(), "rina", naive),
        lambda: attempt(owed(), AttemptResult.BUSY, naive, POLICY),
        lambda: urgency(owed(), naive),
        lambda: replace(owed(), not_before=naive),
        lambda: Cause(CallbackReason.MISSED, TEN, naive),
    )
    for action in actions:
        with pytest.raises(ValueError, match="time zone"):
            action()


@pytest.mark.parametrize(
    "change", [{"gaps": ()}, {"max_attempts": 0}, {"decent_from": time(21)}, {"decent_until": time(8)}]
)
def test_a_policy_that_cannot_work_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"callback policy|decent hours"):
        replace(POLICY, **change)  # type: ignore[arg-type]


Step = Callable[[Debt, datetime], Debt]

operators = st.sampled_from(["rina", "budi", "sari"])


def owing(reason: CallbackReason) -> Step:
    return lambda debt, now: owe(reason, now, debt, POLICY)


def claiming(operator: str) -> Step:
    return lambda debt, now: claim(debt, operator, now, POLICY)


def releasing(operator: str) -> Step:
    return lambda debt, now: release(debt, operator, now)


def trying(result: AttemptResult) -> Step:
    return lambda debt, now: attempt(debt, result, now, POLICY)


def talking(debt: Debt, now: datetime) -> Debt:
    return settle_by_call(debt, now, CALL)


steps = st.one_of(
    st.sampled_from(CallbackReason).map(owing),
    operators.map(claiming),
    operators.map(releasing),
    st.sampled_from([AttemptResult.NO_ANSWER, AttemptResult.BUSY, *AttemptResult]).map(trying),
    st.just(talking),
    st.just(lapse),
)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(CallbackReason),
    st.lists(st.tuples(steps, st.timedeltas(timedelta(), timedelta(hours=9))), max_size=40),
)
def test_whatever_people_do_a_debt_keeps_its_promises(
    reason: CallbackReason, story: list[tuple[Step, timedelta]]
) -> None:
    now = at("10:00")
    debt = owe(reason, now, None, POLICY)
    for step, pause in story:
        now += pause
        try:
            after = step(debt, now)
        except RefusedError:
            continue
        if debt.status in ENDED and after != debt:
            assert (after.owed_since, after.status, after.attempts) == (now, CallbackStatus.PENDING, 0)
        assert set(after.causes) >= {cause for cause in debt.causes if not cause.is_open} or debt.status in ENDED
        assert (after.status is CallbackStatus.DONE) == (not after.owed)
        assert after.attempts <= POLICY.max_attempts
        assert (after.status is CallbackStatus.EXPIRED) == (after.attempts == POLICY.max_attempts) or (
            after.status is CallbackStatus.DONE
        )
        assert (
            (after.claimed_by is None) == (after.claimed_until is None) == (after.status is not CallbackStatus.CLAIMED)
        )
        if after.not_before:
            assert time(8) <= after.not_before.astimezone(WIB).time() < time(20)
        debt = after
