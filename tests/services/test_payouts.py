"""Earned money goes out: asked for, handed over, and settled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.core.errors import Conflict, Forbidden, InsufficientFunds, Invalid, NotFound
from assay.core.payouts import Outcome
from assay.faces import scale
from assay.faces.http import House
from assay.faces.jobs.payouts import hand_over_payouts
from assay.faces.jobs.workshop import Workshop
from assay.services import ledger, payouts
from assay.store.connection import Database
from harness import Person
from trading import Trading, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    yield made
    await made.market.close()
    await made.requester.close()


async def earned(trading: Trading, minor: int, mode: str = "live") -> Person:
    """Somebody who earned that much."""
    person = await trading.freelancer()
    if mode == "live":
        await trading.fund(minor, str(uuid4()))
    offer = await trading.offer(minor, mode=mode)  # type: ignore[arg-type]
    await trading.engagement(await trading.posting(offer, 1, minor, mode=mode), person)  # type: ignore[arg-type]
    return person


async def ask(
    trading: Trading, person: Person, amount: int | None = None, to: str = "CH93", mode: str = "live"
) -> UUID:
    async with trading.market.context_for(person) as context:
        return (await payouts.ask(context, to, amount, mode=mode)).id  # type: ignore[arg-type]


async def tell(trading: Trading, payout_id: UUID, outcome: Outcome) -> payouts.Payout:
    async with trading.market.context_for("manager") as context:
        return await payouts.tell(context, payout_id, outcome)


async def money(trading: Trading, person: Person, mode: str = "live") -> tuple[int, int, int]:
    """Earned, on its way, and paid out."""
    async with trading.market.context_for(person) as context:
        found = await ledger.freelancer_balance(context, mode)  # type: ignore[arg-type]
    return found.own_minor, found.aside_minor, found.out_minor


async def proved(trading: Trading) -> bool:
    async with trading.market.context_for("auditor") as context:
        return (await ledger.check(context)).holds


async def test_what_was_asked_for_is_paid_out(trading: Trading) -> None:
    ada = await earned(trading, 1000)
    payout = await ask(trading, ada, 600)
    assert await money(trading, ada) == (400, 600, 0)

    sent = await tell(trading, payout, Outcome("sent", "batch 7"))
    paid = await tell(trading, payout, Outcome("paid"))
    again = await tell(trading, payout, Outcome("paid", "another word"))

    assert (sent.state, paid.state, paid.reference, again) == ("sent", "paid", "batch 7", paid)
    assert await money(trading, ada) == (400, 0, 600)
    with pytest.raises(Conflict):
        await tell(trading, payout, Outcome("failed", None, "No"))
    assert await proved(trading)


async def test_what_did_not_arrive_is_earned_again(trading: Trading) -> None:
    ada = await earned(trading, 1000)
    payout = await ask(trading, ada)
    assert await money(trading, ada) == (0, 1000, 0)

    failed = await tell(trading, payout, Outcome("failed", None, "The account is closed."))

    assert (failed.failure, failed.ended_at) == ("The account is closed.", trading.market.clock())
    assert await money(trading, ada) == (1000, 0, 0)
    assert await proved(trading)


async def test_nobody_asks_for_what_they_have_not_earned(trading: Trading) -> None:
    await trading.settings(payout_minimum_minor=500)
    ada = await earned(trading, 1000)

    for amount, kind in ((1001, InsufficientFunds), (499, Invalid), (0, Invalid), (-5, Invalid)):
        with pytest.raises(kind):
            await ask(trading, ada, amount)
    await ask(trading, ada, 600)
    with pytest.raises(Conflict, match="not enough"):
        await ask(trading, ada)
    with pytest.raises(InsufficientFunds):
        await ask(trading, ada, 500)
    assert await money(trading, ada) == (400, 600, 0)


async def test_payouts_are_told_by_the_markets_people_and_shown_to_their_owner(trading: Trading) -> None:
    ada, bob = await earned(trading, 100), await earned(trading, 100)
    payout = await ask(trading, ada)

    async with trading.market.context_for(bob) as context:
        assert await payouts.mine(context) == []
        with pytest.raises(Forbidden):
            await payouts.page(context)
        with pytest.raises(Forbidden):
            await payouts.tell(context, payout, Outcome("paid"))
    async with trading.requester.context_for("manager") as context:
        with pytest.raises(Forbidden):
            await payouts.page(context)
    async with trading.market.context_for(ada) as context:
        assert [one.id for one in await payouts.mine(context)] == [payout]
    async with trading.market.context_for("auditor") as context:
        assert [one.id for one in await payouts.page(context, state="asked")] == [payout]
        assert await payouts.page(context, state="paid") == []
        with pytest.raises(NotFound):
            await payouts.tell(context, uuid4(), Outcome("paid"))


async def test_a_file_of_results_is_booked_whole_or_not_at_all(trading: Trading) -> None:
    people = [await earned(trading, 100) for _ in range(3)]
    asked = [await ask(trading, person) for person in people]

    with pytest.raises(NotFound):
        async with trading.market.context_for("manager") as context:
            await payouts.tell_all(context, [(asked[0], Outcome("paid")), (uuid4(), Outcome("paid"))])
    assert await money(trading, people[0]) == (0, 100, 0)
    async with trading.market.context_for("manager") as context:
        results = [
            (asked[0], Outcome("paid")),
            (asked[1], Outcome("failed", None, "Closed")),
            (asked[2], Outcome("paid")),
        ]
        assert len(await payouts.tell_all(context, results)) == 3

    assert [await money(trading, person) for person in people] == [(0, 0, 100), (100, 0, 0), (0, 0, 100)]
    assert await proved(trading)


@pytest.fixture
def shop(house: House) -> Workshop:
    egress = HttpEgress(EgressPolicy())
    return Workshop(house, egress, HttpCallbacks(egress), scale.SpokenCallbacks())


async def test_play_money_is_paid_by_itself_and_real_money_by_a_person(trading: Trading, shop: Workshop) -> None:
    ada = await earned(trading, 1000)
    real = await ask(trading, ada, 100)
    bob, cyd, dan = [await earned(trading, 1000, "test") for _ in range(3)]
    for person, to in ((bob, "mine"), (cyd, "slow"), (dan, "fail")):
        await ask(trading, person, 100, to, "test")

    await hand_over_payouts(shop, trading.market.id)
    first = [await money(trading, person, "test") for person in (bob, cyd, dan)]
    await hand_over_payouts(shop, trading.market.id)
    await hand_over_payouts(shop, trading.requester.id)
    second = [await money(trading, person, "test") for person in (bob, cyd, dan)]

    assert first == [(900, 0, 100), (900, 100, 0), (1000, 0, 0)]
    assert second == [(900, 0, 100), (900, 0, 100), (1000, 0, 0)]
    async with trading.market.context_for("auditor") as context:
        (waiting,) = await payouts.page(context)
    assert (waiting.id, waiting.state, waiting.provider) == (real, "sent", "manual")
    assert await proved(trading)


async def test_what_was_settled_by_hand_meanwhile_stays(trading: Trading, shop: Workshop) -> None:
    ada = await earned(trading, 1000)
    payout = await ask(trading, ada, 100)
    await tell(trading, payout, Outcome("failed", None, "Closed"))

    async with shop.enter(trading.market.id) as context:
        await payouts.record(context, payout, Outcome("paid"), "late")

    assert await money(trading, ada) == (1000, 0, 0)
