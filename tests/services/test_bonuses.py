"""Bonuses, and pay below the floor topped up by them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from litestar import Litestar

from assay.core.errors import Conflict, InsufficientFunds, Invalid, NotFound
from assay.faces.http import House
from assay.services import bonuses, pay_floor
from assay.services.context import Caller
from assay.store.connection import Database
from harness import new_organization
from trading import Trading, joined, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    yield made
    await made.market.close()
    await made.requester.close()


async def test_a_bonus_is_earned_at_once_and_charged_with_its_fee(trading: Trading) -> None:
    await trading.settings(fee_basis_points=2000)
    await trading.fund(1000)
    ada = await trading.freelancer()
    engagement = await trading.engagement(await trading.posting(await trading.offer(), 1), ada)

    async with trading.requester.context_for("manager") as context:
        bonus = await bonuses.send(context, engagement, 50, "Well done", freelancer_id=ada.worker_id)
        listed = await bonuses.page(context, engagement_id=engagement)

    assert (bonus.amount_minor, bonus.fee_minor, bonus.currency) == (50, 10, "USD")
    assert listed == [bonus]
    assert ada.worker_id is not None
    assert await trading.balances(ada.worker_id) == {"earned": 150}
    assert await trading.balances(trading.requester.id) == {"outside": -1000, "available": 840, "fees": 10}


async def test_a_bonus_is_paid_once_for_its_token(trading: Trading) -> None:
    await trading.fund(1000)
    ada = await trading.freelancer()
    engagement = await trading.engagement(await trading.posting(await trading.offer(), 1), ada)
    async with trading.requester.context_for("manager") as context:
        first = await bonuses.send(context, engagement, 50, "Well done", token="t1")

    with pytest.raises(bonuses.BonusRepeated) as repeated:
        async with trading.requester.context_for("manager") as context:
            await bonuses.send(context, engagement, 50, "Well done", token="t1")

    assert repeated.value.bonus == first
    assert ada.worker_id is not None
    assert await trading.balances(ada.worker_id) == {"earned": 150}


@pytest.mark.parametrize("state", ["submitted", "approved", "rejected", "returned", "abandoned"])
async def test_work_that_ended_can_be_given_a_bonus_whatever_became_of_it(trading: Trading, state: str) -> None:
    await trading.fund(1000)
    engagement = await trading.engagement(
        await trading.posting(await trading.offer(), 1), await trading.freelancer(), state
    )

    async with trading.requester.context_for("manager") as context:
        assert (await bonuses.send(context, engagement, 5, "For the trouble")).amount_minor == 5


async def test_what_may_not_be_given_is_refused_and_nothing_is_paid(trading: Trading) -> None:
    await trading.fund(200)
    ada, bob = await trading.freelancer(), await trading.freelancer()
    posting = await trading.posting(await trading.offer(), 2)
    done = await trading.engagement(posting, ada)
    under_way = await trading.engagement(posting, bob, "accepted", seconds=None)
    other = await new_organization(trading.market.database, trading.market.app, trading.market.house, "Other")
    await joined(other, trading.market)

    async def refused(kind: type[Exception], *given: object, by: object = None, **named: object) -> None:
        with pytest.raises(kind):
            async with (by or trading.requester).context_for("manager") as context:  # type: ignore[attr-defined]
                await bonuses.send(context, *given, **named)  # type: ignore[arg-type]

    await refused(InsufficientFunds, done, 1, "Nothing is left")
    await refused(Conflict, under_way, 1, "Not yet")
    await refused(NotFound, done, 1, "Another's", freelancer_id=bob.worker_id)
    await refused(NotFound, done, 1, "Not mine", by=other)
    await refused(NotFound, uuid4(), 1, "Nobody's")
    for wrong in ((done, 0, "x"), (done, -5, "x"), (done, 1, "x" * 4001), (done, 1, "\x00")):
        await refused(Invalid, *wrong)
    await refused(Invalid, done, 1, "x", token="")
    await other.close()
    assert ada.worker_id is not None
    assert await trading.balances(ada.worker_id) == {"earned": 100}


async def test_a_test_key_gives_play_money_only(trading: Trading) -> None:
    ada = await trading.freelancer()
    offer = await trading.offer(mode="test")
    played = await trading.engagement(await trading.posting(offer, 1, mode="test"), ada)
    await trading.fund(200)
    real = await trading.engagement(await trading.posting(await trading.offer(), 1), ada)
    key = Caller("key", "manager", mode="test", key_id=uuid4())

    async with trading.requester.context_for(key) as context:
        assert (await bonuses.send(context, played, 500, "Play")).mode == "test"
        with pytest.raises(NotFound):
            await bonuses.send(context, real, 5, "Real")
        assert [bonus.mode for bonus in await bonuses.page(context)] == ["test"]


# --- the pay floor ------------------------------------------------------------------------------------------------


async def test_one_click_pays_what_is_missing_to_the_floor(trading: Trading) -> None:
    """12.00 an hour are 20 cents a minute. Five took 120 seconds in the middle, so each must bring 40: 30 are missing
    of those paid 10, but 25 for the one who had 5 more already, and nothing for the one rejected."""
    await trading.settings(pay_floor_minor=1200, fee_basis_points=1000)
    await trading.fund(1000)
    offer = await trading.offer(10)
    posting = await trading.posting(offer, 6, 10, 1)
    people = [await trading.freelancer() for _ in range(6)]
    seconds = [20, 110, 120, 130, 9000]
    done = [
        await trading.engagement(posting, person, seconds=took)
        for person, took in zip(people[:5], seconds, strict=True)
    ]
    await trading.engagement(posting, people[5], "rejected", seconds=120)
    async with trading.requester.context_for("manager") as context:
        await bonuses.send(context, done[0], 5, "Quick")

    async with trading.requester.context_for("manager") as context:
        (seen,) = await pay_floor.page(context)
        topped = await pay_floor.top_up(context, offer)
        (after,) = await pay_floor.page(context)
        again = await pay_floor.top_up(context, offer)

    assert (seen.pace.median_seconds, seen.pace.hourly_minor, seen.least_minor) == (120, 300, 40)
    assert (seen.short, seen.missing_minor) == (5, 145)
    assert sorted(bonus.amount_minor for bonus in topped.bonuses) == [25, 30, 30, 30, 30]
    assert {bonus.origin for bonus in topped.bonuses} == {"top_up"}
    assert (topped.left, after.short, again.bonuses) == (0, 0, [])
    for person in people[:5]:
        assert person.worker_id is not None
        assert await trading.balances(person.worker_id) == {"earned": 40}


async def test_all_or_none_are_topped_up(trading: Trading) -> None:
    await trading.settings(pay_floor_minor=36_000)
    await trading.fund(520)
    offer = await trading.offer(100)
    posting = await trading.posting(offer, 5)
    for _ in range(5):
        await trading.engagement(posting, await trading.freelancer(), seconds=15)

    with pytest.raises(InsufficientFunds):
        async with trading.requester.context_for("manager") as context:
            await pay_floor.top_up(context, offer)

    assert (await trading.balances(trading.requester.id))["available"] == 20


async def test_nothing_is_owed_without_a_floor_or_before_enough_is_known(trading: Trading) -> None:
    await trading.fund(1000)
    offer = await trading.offer(1)
    posting = await trading.posting(offer, 5, 1)
    for _ in range(4):
        await trading.engagement(posting, await trading.freelancer(), seconds=500)

    async def owed() -> tuple[int | None, int]:
        async with trading.requester.context_for("manager") as context:
            (one,) = await pay_floor.page(context)
            assert len((await pay_floor.top_up(context, offer)).bonuses) == one.short
            return one.least_minor, one.short

    assert await owed() == (None, 0)
    await trading.settings(pay_floor_minor=720)
    assert await owed() == (None, 0), "four times say too little"
    await trading.engagement(posting, await trading.freelancer(), seconds=500)
    assert await owed() == (100, 5)


async def test_another_requesters_offer_is_not_there(trading: Trading) -> None:
    offer = await trading.offer()
    with pytest.raises(NotFound):
        async with trading.market.context_for("manager") as context:
            await pay_floor.top_up(context, offer)
