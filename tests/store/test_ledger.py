"""What the database itself holds of money, whoever writes: sums, cover, once for a key, and who sees what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from assay.core import ledger as rules
from assay.core.errors import AlreadyExists, InsufficientFunds
from assay.services.context import SYSTEM, Context
from assay.store import ledger
from assay.store.connection import Tenant
from harness import Organization

R, F, POSTING, ENGAGEMENT = uuid4(), uuid4(), uuid4(), uuid4()


@asynccontextmanager
async def books(market: Organization, party: UUID | None = None) -> AsyncIterator[tuple[Context, Tenant]]:
    async with market.context_for(SYSTEM) as context, context.tenant.room(market.id, party) as room:
        yield context, room


async def post(
    market: Organization, *transfers: rules.Transfer, party: UUID | None = None, mode: rules.Mode = "live"
) -> list[bool]:
    async with books(market, party) as (context, room):
        return [
            await ledger.post(room, one, id=context.new_id(), at=context.now, mode=mode, currency="USD")
            for one in transfers
        ]


async def balances(market: Organization, party: UUID, mode: rules.Mode = "live") -> dict[rules.Purpose, int]:
    async with books(market) as (_, room):
        return dict(await ledger.balances(room, party, mode, "USD"))


async def test_money_goes_from_outside_to_whoever_earned_it_and_out_again(organization: Organization) -> None:
    made = await post(
        organization,
        rules.fund(R, 1000, "wire 1"),
        rules.hold(R, POSTING, 330, "hold"),
        rules.pay(R, F, POSTING, ENGAGEMENT, 100, 10, "pay"),
        rules.release(R, POSTING, 110, "release"),
        rules.payout_start(F, 60, "ask"),
        rules.payout_finish(F, 60, "paid"),
    )

    assert made == [True] * 6
    assert await balances(organization, R) == {"outside": -1000, "available": 780, "held": 110, "fees": 10}
    assert await balances(organization, F) == {"earned": 40, "outside": 60}


async def test_a_transfer_happens_once_for_its_key(organization: Organization) -> None:
    assert await post(organization, rules.fund(R, 1000, "wire"), rules.fund(R, 1000, "wire")) == [True, False]
    assert await post(organization, rules.fund(R, 1000, "wire")) == [False]
    assert await post(organization, rules.fund(R, 500, "wire"), mode="test") == [True], "play money is another world"

    assert (await balances(organization, R))["available"] == 1000


async def test_an_engagement_is_paid_once_whatever_the_keys(organization: Organization) -> None:
    await post(organization, rules.fund(R, 1000, "wire"), rules.hold(R, POSTING, 300, "hold"))
    await post(organization, rules.pay(R, F, POSTING, ENGAGEMENT, 100, 0, "pay"))

    for again in (rules.pay, rules.pay_again):
        with pytest.raises(AlreadyExists):
            await post(organization, again(R, F, POSTING, ENGAGEMENT, 100, 0, "another key"))
    assert (await balances(organization, F)) == {"earned": 100}


@pytest.mark.parametrize(
    "taking",
    [
        rules.hold(R, POSTING, 101, "hold"),
        rules.withdraw(R, 101, "back"),
        rules.bonus(R, F, POSTING, ENGAGEMENT, 95, 6, "bonus"),
        rules.pay(R, F, POSTING, ENGAGEMENT, 1, 0, "pay"),
        rules.payout_start(F, 1, "ask"),
    ],
    ids=lambda transfer: transfer.kind,
)
async def test_nobody_spends_what_they_do_not_have(organization: Organization, taking: rules.Transfer) -> None:
    await post(organization, rules.fund(R, 100, "wire"))

    with pytest.raises(InsufficientFunds, match="This takes"):
        await post(organization, taking)

    assert await balances(organization, R) == {"outside": -100, "available": 100}
    assert await balances(organization, F) == {}


async def test_a_posting_is_not_paid_from_what_is_held_for_another(organization: Organization) -> None:
    other = uuid4()
    await post(organization, rules.fund(R, 100, "wire"), rules.hold(R, other, 100, "hold"))

    with pytest.raises(InsufficientFunds, match=r"0\.00 USD is held for this posting"):
        await post(organization, rules.pay(R, F, POSTING, ENGAGEMENT, 50, 0, "pay"))


async def test_what_lacks_funds_can_be_attempted_and_the_transaction_goes_on(organization: Organization) -> None:
    async with books(organization, R) as (context, room):
        transfer = rules.hold(R, POSTING, 5, "hold")
        with pytest.raises(InsufficientFunds):
            async with room.attempt():
                await ledger.post(room, transfer, id=context.new_id(), at=context.now, mode="live", currency="USD")
        seen = await room.fetchval("select current_setting('assay.party') where $1::uuid is not null")
        assert seen == str(R), "the requester's eyes are back"
    assert await post(organization, rules.fund(R, 5, "wire"), rules.hold(R, POSTING, 5, "hold")) == [True, True]


async def test_play_money_never_runs_out(organization: Organization) -> None:
    await post(
        organization,
        rules.hold(R, POSTING, 300, "hold"),
        rules.pay(R, F, POSTING, ENGAGEMENT, 100, 0, "pay"),
        mode="test",
    )

    assert await balances(organization, R, "test") == {"available": -300, "held": 200}
    assert await balances(organization, R) == {}
    with pytest.raises(InsufficientFunds):
        await post(organization, rules.payout_start(F, 101, "ask"), mode="test")


async def test_each_side_sees_its_own_accounts_and_what_passed_between_them(organization: Organization) -> None:
    stranger = uuid4()
    await post(organization, rules.fund(stranger, 7, "theirs"))
    await post(organization, rules.fund(R, 100, "wire"), rules.hold(R, POSTING, 50, "hold"), party=R)
    await post(organization, rules.pay(R, F, POSTING, ENGAGEMENT, 50, 0, "pay"), party=R)

    async def seen(party: UUID) -> tuple[set[str], set[str]]:
        async with books(organization, party) as (_, room):
            accounts = await room.fetch(
                "select purpose from accounts where organization_id = $1 and balance_minor <> 0"
            )
            transfers = await room.fetch("select kind from transfers where organization_id = $1")
            return {row["purpose"] for row in accounts}, {row["kind"] for row in transfers}

    assert await seen(R) == ({"available", "outside"}, {"fund", "hold", "pay"})
    assert await seen(F) == ({"earned"}, {"pay"})


async def test_a_freelancers_transaction_releases_what_a_posting_need_not_hold(organization: Organization) -> None:
    """Handing work back after the posting expired gives the requester money, of which the freelancer sees nothing."""
    await post(organization, rules.fund(R, 100, "wire"), rules.hold(R, POSTING, 50, "hold"))

    assert await post(organization, rules.release(R, POSTING, 50, "release"), party=F) == [True]

    assert (await balances(organization, R))["available"] == 100


async def test_entries_that_do_not_sum_to_zero_are_refused(organization: Organization) -> None:
    async with books(organization) as (context, room):
        id_ = context.new_id()
        await room.execute(
            "insert into transfers (organization_id, id, key, kind, mode, currency, requester_id, made_at)"
            " values ($1, $2, 'key', 'fund', 'live', 'USD', $3, now())",
            id_,
            R,
        )
        await room.connection.execute("savepoint here")
        with pytest.raises(asyncpg.CheckViolationError, match="sum to zero"):
            await room.execute(
                "insert into entries (organization_id, transfer_id, purpose, owner_id, requester_id, amount_minor)"
                " values ($1, $2, 'available', $3, $3, 5)",
                id_,
                R,
            )
        await room.connection.execute("rollback to savepoint here")


@pytest.mark.parametrize(
    "change",
    [
        "update accounts set balance_minor = 1000 where organization_id = $1",
        (
            "insert into accounts (organization_id, mode, currency, purpose, owner_id, freelancer_id, balance_minor)"
            f" select $1, 'live', 'USD', 'earned', '{F}', '{F}', 5"
        ),
        "delete from accounts where organization_id = $1",
        "update entries set amount_minor = 5 where organization_id = $1",
        "delete from entries where organization_id = $1",
        "update transfers set memo = 'x' where organization_id = $1",
        "delete from transfers where organization_id = $1",
    ],
    ids=["raise", "add account", "drop account", "change entry", "drop entry", "change transfer", "drop transfer"],
)
async def test_the_books_are_only_added_to(organization: Organization, change: str) -> None:
    await post(organization, rules.fund(R, 100, "wire"))

    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        async with books(organization) as (_, room):
            await room.execute(change)


async def test_what_was_booked_reads_back_and_can_be_taken_back(organization: Organization) -> None:
    booked = rules.bonus(R, F, POSTING, ENGAGEMENT, 40, 4, "bonus").told("For the long one")
    await post(organization, rules.fund(R, 100, "wire"), booked)

    async with books(organization) as (_, room):
        found = await ledger.transfer_with(room, "live", "bonus")
        assert await ledger.transfer_with(room, "test", "bonus") is None
    assert found is not None
    assert (found[1], set(found[2].entries), found[2].memo) == ("USD", set(booked.entries), "For the long one")
    await post(organization, rules.reversal(found[2], "bonus was a mistake"))
    assert await balances(organization, R) == {"outside": -100, "available": 100}
    assert await balances(organization, F) == {}
