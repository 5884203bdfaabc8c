"""Who may do what."""

import pytest

from depok_agi.access.roles import COMMANDS, LEAST, Deed, Role, highest, least_for, may, may_run


def test_every_deed_has_a_least_role() -> None:
    assert set(LEAST) == set(Deed)


@pytest.mark.parametrize("deed", Deed)
def test_whoever_is_above_the_least_role_may_too(deed: Deed) -> None:
    allowed = [may(role, deed) for role in Role]
    assert allowed == sorted(allowed)
    assert may(LEAST[deed], deed)
    assert may(Role.ADMIN, deed)


@pytest.mark.parametrize("deed", [Deed.UNMASK, Deed.SECRET, Deed.ERASE, Deed.OPDS, Deed.EXPORT])
def test_an_operator_may_not_do_what_touches_many_citizens_or_the_house(deed: Deed) -> None:
    assert not may(Role.OPERATOR, deed)


def test_a_command_that_has_no_role_is_the_admins_alone() -> None:
    assert least_for("calls everything") is Role.ADMIN
    assert not may_run(Role.SUPERVISOR, "calls everything")
    assert may_run(Role.ADMIN, "calls everything")


def test_each_role_may_run_what_those_below_it_may() -> None:
    runs = [{command for command in COMMANDS if may_run(role, command)} for role in Role]
    assert runs[0] < runs[1] < runs[2] == set(COMMANDS)


def test_the_highest_group_counts_and_others_give_no_role() -> None:
    assert highest({"staff", "depok-operator", "depok-admin"}) is Role.ADMIN
    assert highest({"depok-operator"}) is Role.OPERATOR
    assert highest({"staff", "depok-agi", "depok-operators"}) is None
