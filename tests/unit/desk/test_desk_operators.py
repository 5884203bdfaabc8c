"""Who sits at which phone, and orders to the queue: who may, and what becomes of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.desk import Desk, operator_orders, operators
from depok_agi.desk.operator_orders import NOT_TAKEN, OrderStatus, Wish
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.operators.state import PauseReason
from tests.unit.desk.made import Clock, desk_at

SETTINGS = {"PJSIP/101": "siti", "PJSIP/102": "budi"}
SITI = Person("siti", Role.OPERATOR)
RATNA = Person("ratna", Role.SUPERVISOR)


class TestWhoSitsWhere:
    async def test_the_settings_count_until_somebody_enters_something_else(self, desk: Desk) -> None:
        assert await operators.phones(desk, SETTINGS) == SETTINGS
        await operators.add(desk, RATNA, "siti", "103", SETTINGS)
        assert await operators.phones(desk, SETTINGS) == {"PJSIP/102": "budi", "PJSIP/103": "siti"}

    async def test_who_is_taken_off_is_none_though_the_settings_name_them(self, desk: Desk) -> None:
        await operators.remove(desk, RATNA, "siti", SETTINGS)
        assert await operators.phones(desk, SETTINGS) == {"PJSIP/102": "budi"}
        with pytest.raises(NotFoundError, match="no operator siti"):
            await operators.remove(desk, RATNA, "siti", SETTINGS)

    async def test_a_colleagues_phone_is_refused_until_it_is_free(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="PJSIP/102 is budi's"):
            await operators.add(desk, RATNA, "siti", "102", SETTINGS)
        await operators.remove(desk, RATNA, "budi", SETTINGS)
        assert await operators.add(desk, RATNA, "siti", "PJSIP/102", SETTINGS) == "PJSIP/102"

    @pytest.mark.parametrize("phone", ["", "101&PJSIP/trunk", "PJSIP/", "10 1", "Local/1@x", "101\nAction: Originate"])
    async def test_what_is_no_phone_is_refused(self, desk: Desk, phone: str) -> None:
        with pytest.raises(RefusedError, match="is no phone"):
            await operators.add(desk, RATNA, "siti", phone, SETTINGS)

    @pytest.mark.parametrize("user", ["", "si ti", "1siti", "siti\n"])
    async def test_what_is_no_user_is_refused(self, desk: Desk, user: str) -> None:
        with pytest.raises(RefusedError, match="is no user's name"):
            await operators.add(desk, RATNA, user, "101", {})

    async def test_an_operator_enters_nobody_and_takes_nobody_off(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="this needs supervisor"):
            await operators.add(desk, SITI, "siti", "103", SETTINGS)
        with pytest.raises(RefusedError, match="this needs supervisor"):
            await operators.remove(desk, SITI, "budi", SETTINGS)
        assert await operators.phones(desk, SETTINGS) == SETTINGS


class TestOrders:
    async def test_one_signs_in_with_ones_own_phone(self, desk: Desk) -> None:
        order = await operator_orders.place(desk, SITI, "siti", Wish.IN, SETTINGS)
        assert (order.device, order.wish, order.status) == ("PJSIP/101", Wish.IN, OrderStatus.ORDERED)
        assert await operator_orders.pending(desk) == [order]

    async def test_a_colleague_is_signed_out_by_a_supervisor_alone(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="this needs supervisor"):
            await operator_orders.place(desk, SITI, "budi", Wish.OUT, SETTINGS)
        assert await operator_orders.pending(desk) == []
        order = await operator_orders.place(desk, RATNA, "budi", Wish.OUT, SETTINGS)
        assert order.device == "PJSIP/102"

    async def test_without_a_phone_or_with_two_nobody_signs_in(self, desk: Desk) -> None:
        with pytest.raises(NotFoundError, match="ratna has no phone here"):
            await operator_orders.place(desk, RATNA, "ratna", Wish.IN, SETTINGS)
        with pytest.raises(NotFoundError, match="several phones: PJSIP/101, PJSIP/103"):
            await operator_orders.place(desk, SITI, "siti", Wish.IN, {**SETTINGS, "PJSIP/103": "siti"})

    @pytest.mark.parametrize(
        ("wish", "reason"),
        [(Wish.PAUSE, None), (Wish.PAUSE, PauseReason.UNANSWERED), (Wish.IN, PauseReason.LUNCH)],
    )
    async def test_a_pause_has_a_reason_of_people_and_nothing_else_has_one(
        self, desk: Desk, wish: Wish, reason: PauseReason | None
    ) -> None:
        with pytest.raises(RefusedError, match="a pause needs a reason"):
            await operator_orders.place(desk, SITI, "siti", wish, SETTINGS, reason)

    async def test_it_ends_once(self, desk: Desk) -> None:
        order = await operator_orders.place(desk, SITI, "siti", Wish.PAUSE, SETTINGS, PauseReason.LUNCH)
        assert await operator_orders.end(desk, order, None)
        assert not await operator_orders.end(desk, order, "too late")
        after = await operator_orders.show(desk, order.id)
        assert after == replace(order, status=OrderStatus.DONE)
        with pytest.raises(NotFoundError):
            await operator_orders.show(desk, 99)

    async def test_nobody_is_signed_in_for_what_was_asked_over_a_minute_ago(self, desk: Desk, clock: Clock) -> None:
        order = await operator_orders.place(desk, SITI, "siti", Wish.IN, SETTINGS)
        clock.later(seconds=61)
        assert await operator_orders.pending(desk) == []
        assert (await operator_orders.show(desk, order.id)).fault == NOT_TAKEN

    async def test_an_order_is_seen_by_another_process(self, desk: Desk, path: Path, clock: Clock) -> None:
        async with desk_at(path, clock) as other:
            seen = await other.store.generation()
            await operator_orders.place(desk, SITI, "siti", Wish.IN, SETTINGS)
            assert await other.store.generation() != seen
            assert [order.operator for order in await operator_orders.pending(other)] == ["siti"]
