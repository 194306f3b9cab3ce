"""Many at once at everything: nobody waits in a circle, nothing is given twice, and the books balance afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from assay.core.postings import Engagement, NoPlaceLeft, WrongState
from assay.core.review_policies import Plurality, Policies
from assay.faces.http import House
from assay.services import engagements
from assay.store.connection import Database
from harness import Person
from market import Market, new_market

PEOPLE = 16


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house, ["First", "Second"])
    yield made
    await made.close()


async def test_everybody_works_while_everything_is_decided(market: Market) -> None:
    """Two requesters post with and without rules; freelancers take, return and hand in, requesters approve and reject
    what they see at the same time, twice over."""
    await market.settings(fee_basis_points=1000)
    people = [await market.freelancer() for _ in range(PEOPLE)]
    rule = Policies(plurality=Plurality(["colour"], 50, approve_at=100, reject_below=1))
    wanted = []
    for requester in market.requesters:
        offer = await market.offer(requester)
        wanted.append(offer)
        for number in range(6):
            await market.post(offer, most=3, policies=rule if number % 2 else None)
    working = True

    async def work(number: int, who: Person) -> Counter[str]:
        did: Counter[str] = Counter()
        for round_ in range(12):
            try:
                engagement = await market.accept(who, wanted[(number + round_) % 2])
            except NoPlaceLeft:
                did["late"] += 1
                continue
            if (number + round_) % 4 == 0:
                await market.give_back(who, engagement)
                did["returned"] += 1
            else:
                await market.submit(who, engagement, colour="blue" if number % 3 else "red")
                did["submitted"] += 1
        return did

    async def decide(number: int) -> None:
        """Two of a requester's people, who see the same."""
        requester, offer = market.requesters[number % 2], wanted[number % 2]
        while working:
            async with market.office(requester) as context:
                found = await engagements.of_offer(context, offer.id, states=["submitted"], limit=20)
            await asyncio.gather(*(rule_on(one) for one in found[:4]))
            await asyncio.sleep(0.01)

    async def rule_on(one: Engagement) -> None:
        try:
            await (market.approve(one) if one.id.int % 3 else market.reject(one))
        except WrongState:
            # The other was faster, or the posting's rule was.
            return

    deciders = [asyncio.create_task(decide(number)) for number in range(4)]
    did = await asyncio.gather(*(work(number, who) for number, who in enumerate(people)))
    working = False
    await asyncio.gather(*deciders)
    await market.advance()

    total = sum(did, Counter[str]())
    assert total["submitted"] > 20
    await market.check()
    async with market.books() as (_, room):
        twice = await room.fetch("""
            select posting_id, freelancer_id from engagements
            where organization_id = $1 and state in ('submitted', 'approved', 'rejected', 'accepted')
            group by posting_id, freelancer_id having count(*) > 1""")
        handed_in = await room.fetchval("""
            select count(*) from engagements
            where organization_id = $1 and state in ('submitted', 'approved', 'rejected')""")
    assert (twice, handed_in) == ([], total["submitted"])
