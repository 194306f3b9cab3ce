from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, Conflict, Forbidden
from assay.core.permissions import (
    KEY_ROLES,
    PERMISSIONS,
    ROLES,
    Role,
    check_appointment,
    check_disabling,
    check_handling,
    check_key,
    check_role_change,
    may,
    outranks,
    permissions_of,
    require,
)

roles = st.sampled_from(ROLES)


def allowed(check: object, *arguments: object, **options: object) -> bool:
    assert callable(check)
    try:
        check(*arguments, **options)
    except AssayError:
        return False
    return True


def at_most(role: Role, other: Role) -> bool:
    return role == other or outranks(other, role)


# --- what each may do ---


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    assert permissions_of("auditor") == {p for p in PERMISSIONS if p.endswith(".read")} | {"review.queue"}


def test_an_annotator_sees_only_themselves_and_their_own_work() -> None:
    assert permissions_of("annotator") == {"self.read", "work.annotate", "market.work"}


def test_a_missing_permission_is_named_with_who_has_it() -> None:
    require("reviewer", "work.review")
    with pytest.raises(Forbidden, match=r"member\.write.*owner or manager"):
        require("reviewer", "member.write")


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_an_owner_may_do_everything(permission: str) -> None:
    assert permission in permissions_of("owner")


# --- the lattice ---


@given(roles, roles, roles)
def test_outranking_is_a_strict_order(a: Role, b: Role, c: Role) -> None:
    assert not outranks(a, a)
    assert not (outranks(a, b) and outranks(b, a))
    assert not (outranks(a, b) and outranks(b, c)) or outranks(a, c)


@given(roles, roles)
def test_who_stands_above_may_do_all_that_stands_below(a: Role, b: Role) -> None:
    assert not outranks(a, b) or permissions_of(a) >= permissions_of(b)


@given(roles, roles)
def test_nobody_appoints_above_themselves(actor: Role, role: Role) -> None:
    assert not allowed(check_appointment, actor, role) or at_most(role, actor)


@given(roles, roles, roles, st.integers(1, 5), st.booleans())
def test_no_change_of_role_leads_above_the_one_who_makes_it(
    actor: Role, current: Role, new: Role, owners: int, own: bool
) -> None:
    if own:
        current = actor
    if allowed(check_role_change, actor, current, new, own=own, owners=owners):
        assert at_most(new, actor)
        assert own or at_most(current, actor)


@given(roles, roles, st.integers(1, 5))
def test_nobody_raises_their_own_role(actor: Role, new: Role, owners: int) -> None:
    if allowed(check_role_change, actor, actor, new, own=True, owners=owners):
        assert at_most(new, actor)


@given(roles, roles, roles, st.booleans())
def test_the_last_owner_stays(actor: Role, new: Role, subject: Role, own: bool) -> None:
    if own:
        actor = "owner"
    if new != "owner":
        assert not allowed(check_role_change, actor, "owner", new, own=own, owners=1)
    assert not allowed(check_disabling, actor, "owner", own=own, owners=1)


@given(st.data())
def test_no_chain_of_acts_by_managers_and_below_makes_a_manager_or_touches_one(data: st.DataObject) -> None:
    """A team without the owner acting: whatever order they try things in, the set above them never changes."""
    team: list[Role] = ["owner", "manager", "manager", "reviewer", "annotator", "auditor"]
    for _ in range(data.draw(st.integers(1, 20))):
        actor, subject = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 5))
        new = data.draw(roles)
        own = actor == subject
        if allowed(check_role_change, team[actor], team[subject], new, own=own, owners=team.count("owner")):
            assert own or team[subject] not in ("owner", "manager")
            team[subject] = new

    assert team.count("owner") == 1
    assert team.count("manager") <= 2


@pytest.mark.parametrize(("subject", "new"), list(product(["owner", "manager"], ROLES)))
def test_a_manager_changes_neither_owners_nor_managers(subject: Role, new: Role) -> None:
    assert not allowed(check_role_change, "manager", subject, new, own=False, owners=2)
    assert not allowed(check_disabling, "manager", subject, own=False, owners=2)
    assert not allowed(check_handling, "manager", subject)


def test_an_owner_may_step_down_when_another_stays() -> None:
    check_role_change("owner", "owner", "annotator", own=True, owners=2)
    with pytest.raises(Conflict, match="last owner"):
        check_role_change("owner", "owner", "annotator", own=True, owners=1)


def test_an_owner_may_appoint_another_owner() -> None:
    check_role_change("owner", "manager", "owner", own=False, owners=1)


@given(roles, roles)
def test_a_key_cannot_exceed_its_maker(maker: Role, role: Role) -> None:
    if allowed(check_key, maker, role):
        assert permissions_of(role) <= permissions_of(maker)
        assert may(maker, "key.write")
        assert role in KEY_ROLES


def test_no_key_is_an_owner() -> None:
    with pytest.raises(Forbidden, match="most it can be is manager"):
        check_key("owner", "owner")
