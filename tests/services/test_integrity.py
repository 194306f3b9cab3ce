"""Signals for the market's reviewers: kept, seen, told to nobody else, and deciding nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from assay.core.errors import Forbidden, Invalid
from assay.core.postings import MissingThing
from assay.faces.http import House
from assay.services import integrity
from assay.store.connection import Database
from harness import Person
from market import Market, new_market

BOAT = "As can be seen in the picture there is a boat on the lake, and it is blue."


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def pasted(market: Market) -> list[Person]:
    """Four freelancers write their own on six postings; the last one pastes the same each time."""
    people = [await market.freelancer() for _ in range(4)]
    offer = await market.offer()
    for number in range(6):
        posting = await market.post(offer, most=4)
        for place, person in enumerate(people):
            text = BOAT if place == 3 else f"I, number {place}, write about posting {number} in words of my own."
            turn = await market.accept(person, posting)
            market.organization.clock.advance(30)
            await market.submit(person, turn, why=text)
    return people


async def states(market: Market) -> list[tuple[object, ...]]:
    """Everything that a decision would change."""
    async with market.books() as (_, room):
        rows = await room.fetch("select to_jsonb(e)::text from engagements e where organization_id = $1 order by id")
        rows += await room.fetch("select to_jsonb(p)::text from postings p where organization_id = $1 order by id")
        rows += await room.fetch("select to_jsonb(a)::text from accounts a where organization_id = $1 order by 1")
        rows += await room.fetch("select to_jsonb(d)::text from dealings d where organization_id = $1 order by 1")
        rows += await room.fetch("select to_jsonb(b)::text from worker_blocks b where organization_id = $1 order by 1")
        rows += await room.fetch("select to_jsonb(f)::text from freelancers f where organization_id = $1 order by 1")
    return [tuple(row) for row in rows]


async def test_what_stands_out_is_put_before_reviewers_and_decides_nothing(market: Market) -> None:
    people = await pasted(market)
    before = await states(market)

    await market.tick(60)

    async with market.organization.context_for("reviewer") as context:
        (found,) = await integrity.unseen(context, limit=10)
    assert (found.kind, found.freelancer_id, found.other_id) == ("same_text", people[3].worker_id, None)
    assert "for 6 postings" in found.reason
    assert len(found.engagement_ids) == 6
    assert await states(market) == before
    assert await market.events(prefix="signal.") == ["signal.found"]
    assert await market.events(market.requester, "signal.") == []

    async with market.organization.context_for("reviewer") as context:
        with pytest.raises(Invalid):
            await integrity.see(context, found.id, " ")
    async with market.organization.context_for("reviewer") as context:
        seen = await integrity.see(context, found.id, "A form letter; fine.")
    await market.tick(60)

    assert seen.note == "A form letter; fine."
    async with market.organization.context_for("reviewer") as context:
        assert await integrity.unseen(context, limit=10) == []
    assert await states(market) == before
    assert sorted(await market.events(prefix="signal.")) == ["signal.found", "signal.seen"]
    await market.check()


async def test_only_the_markets_own_people_learn_of_it(market: Market) -> None:
    people = await pasted(market)
    await market.tick(60)

    for party in (market.requester.id, people[3].worker_id, people[0].worker_id):
        async with market.books(party) as (_, room):
            assert await room.fetch("select id from signals where organization_id = $1") == []
    for who in (people[3], people[0]):
        async with market.organization.context_for(who) as context:
            with pytest.raises(Forbidden):
                await integrity.unseen(context, limit=10)
    async with market.requester.context_for("owner") as context:
        with pytest.raises(Forbidden):
            await integrity.unseen(context, limit=10)
    async with market.organization.context_for("owner") as context:
        with pytest.raises(MissingThing):
            await integrity.see(context, market.requester.id, "Nothing")
