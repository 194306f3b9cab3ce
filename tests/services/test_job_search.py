"""Finding work: what is open, what it pays, who may take it, and what comes next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar

from assay.core.errors import Conflict
from assay.core.freelancers import NotJoined, ProfileChange
from assay.core.job_ranking import Filter
from assay.core.postings import MissingThing
from assay.core.qualifications import APPROVED, LOCALE, Locale, Requirement
from assay.faces.http import House
from assay.services import blocks, freelancers, job_search, reputation
from assay.services.context import SYSTEM
from assay.services.job_search import Found
from assay.store.connection import Database
from harness import Person
from trading import Trading, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    await made.fund(1_000_000)
    yield made
    await made.market.close()
    await made.requester.close()


@pytest.fixture
async def ann(trading: Trading) -> Person:
    return await joined(trading)


async def joined(trading: Trading) -> Person:
    person = await trading.freelancer()
    async with trading.market.context_for(person) as context:
        await freelancers.join(context, ProfileChange(country="DE"))
    return person


async def offered(trading: Trading, title: str, reward: int = 100, *requirements: Requirement, most: int = 3) -> UUID:
    """An offer with one posting."""
    offer = await trading.offer(reward, title=title)
    await change(trading, offer, "requirements", msgspec.json.encode(requirements).decode())
    await trading.posting(offer, most, reward)
    return offer


async def change(trading: Trading, offer: UUID, column: str, value: Any) -> None:
    async with trading.books() as (_, room):
        await room.execute(f"update offers set {column} = $3 where organization_id = $1 and id = $2", offer, value)


async def timed(trading: Trading, offer: UUID, reward: int, *seconds: float, state: str = "submitted") -> None:
    """Answers by others, which took so long."""
    for each in seconds:
        await trading.engagement(await trading.posting(offer, 1, reward), await joined(trading), state, seconds=each)


async def search(trading: Trading, who: Person, **wanted: Any) -> list[Found]:
    async with trading.market.context_for(who) as context:
        return await job_search.search(context, Filter(**wanted), mode="live", limit=50)


def titles(found: list[Found]) -> list[str]:
    return [one.opening.title for one in found]


async def test_what_can_be_taken_comes_first_and_the_rest_says_why_not(trading: Trading, ann: Person) -> None:
    await offered(trading, "For India", 900, Requirement(LOCALE, "equal", locales=[Locale("IN")]))
    await offered(trading, "For all", 10)
    await offered(trading, "For old hands", 500, Requirement(APPROVED, "at_least", [1000]))
    await offered(trading, "Hidden", 999, Requirement(APPROVED, "at_least", [1], guards="discover"))

    found = await search(trading, ann)

    assert titles(found) == ["For all", "For India", "For old hands"]
    assert [one.eligible for one in found] == [True, False, False]
    assert found[1].why_not == [
        (
            "This is for people in IN; your profile says DE.",
            "If you live elsewhere now, bring your profile up to date.",
        )
    ]
    assert found[2].unmet[0].way == "work"
    assert titles(await search(trading, ann, eligible_only=True)) == ["For all"]


async def test_what_an_hour_pays_is_the_median_of_real_times(trading: Trading, ann: Person) -> None:
    known = await offered(trading, "Known", 100)
    await offered(trading, "Untried", 100)
    await timed(trading, known, 100, 20, 30, 4000)

    found = {one.opening.title: one for one in await search(trading, ann)}

    assert (found["Known"].hourly_minor, found["Known"].opening.timed) == (100 * 3600 // 30, 3)
    assert found["Untried"].hourly_minor is None
    assert titles(await search(trading, ann, hourly_min_minor=12_001)) == ["Untried"]


async def test_searches_narrow_and_sort(trading: Trading, ann: Person) -> None:
    short = await offered(trading, "Box cats", 5, most=9)
    await change(trading, short, "duration_seconds", 60)
    await offered(trading, "Read receipts", 50)

    assert titles(await search(trading, ann, query="CAT box")) == ["Box cats"]
    assert titles(await search(trading, ann, query="50% cats")) == []
    assert titles(await search(trading, ann, reward_min_minor=6)) == ["Read receipts"]
    assert titles(await search(trading, ann, duration_max_seconds=60)) == ["Box cats"]
    assert titles(await search(trading, ann, requester_id=trading.requester.id, sort="most"))[0] == "Box cats"
    assert titles(await search(trading, ann, requester_id=UUID(int=5))) == []
    assert titles(await search(trading, ann, sort="reward")) == ["Read receipts", "Box cats"]
    assert titles(await search(trading, ann, sort="newest"))[0] in ("Read receipts", "Box cats")


async def test_pages_follow_each_other(trading: Trading, ann: Person) -> None:
    for number in range(5):
        await offered(trading, f"Number {number}", 10 * number + 10)

    seen: list[str] = []
    for skip in (0, 2, 4):
        async with trading.market.context_for(ann) as context:
            page = await job_search.search(context, Filter(sort="reward"), mode="live", skip=skip, limit=2)
        assert len(page) == (3 if skip < 3 else 1)
        seen += titles(page[:2])
    assert seen == [f"Number {number}" for number in (4, 3, 2, 1, 0)]


async def test_what_is_done_paused_over_or_full_is_not_found(trading: Trading, ann: Person) -> None:
    done = await offered(trading, "Done", most=1)
    paused = await offered(trading, "Paused")
    await change(trading, paused, "state", "paused")
    gone = await trading.offer(100, title="No postings")
    full = await offered(trading, "Full", most=1)
    async with trading.books() as (_, room):
        rows = await room.fetch("select offer_id, id from postings where organization_id = $1")
    postings = {row["offer_id"]: row["id"] for row in rows}
    await trading.engagement(postings[done], ann, "submitted")
    await trading.engagement(postings[full], await joined(trading), "accepted", seconds=None)
    ours = await offered(trading, "Partly done")
    await trading.engagement(await trading.posting(ours, 5), ann, "submitted")

    (found,) = await search(trading, ann)

    assert (found.opening.title, found.opening.places, found.opening.own_turns) == ("Partly done", 3, 1)
    async with trading.market.context_for(ann) as context:
        for offer in (done, paused, gone, full):
            with pytest.raises(MissingThing):
                await job_search.job(context, offer, mode="live")
    trading.market.clock.advance(8 * 86_400)
    assert await search(trading, ann) == []


async def test_caps_and_blocks_are_told(trading: Trading, ann: Person) -> None:
    capped = await offered(trading, "Capped")
    await change(trading, capped, "per_worker_cap", 1)
    await trading.engagement(await trading.posting(capped, 5), ann, "submitted")
    assert ann.worker_id is not None

    (found,) = await search(trading, ann)
    assert [why for why, _ in found.why_not] == ["One person may do 1 of these, and you have."]
    assert found.may_preview
    async with trading.requester.context_for("manager") as context:
        await blocks.block(context, ann.worker_id, "Secret reason", mode="live")
    (found,) = await search(trading, ann)
    assert next(why for why, _ in found.why_not) == "This requester gives you no more work."
    assert not found.may_preview
    async with trading.requester.context_for("manager") as context:
        await blocks.unblock(context, ann.worker_id, mode="live")
        await blocks.unblock(context, ann.worker_id, mode="live")
        assert await blocks.blocks(context, mode="live", limit=5) == []
    (found,) = await search(trading, ann)
    assert len(found.why_not) == 1


async def test_the_next_best_is_likely_the_one_that_pays_and_sometimes_another(trading: Trading, ann: Person) -> None:
    rich, poor = await offered(trading, "Rich", 100), await offered(trading, "Poor", 5)
    await timed(trading, rich, 100, 30, 30, 30)
    await timed(trading, poor, 5, 30, 30, 30)
    await offered(trading, "Not yours", 9000, Requirement(APPROVED, "more", [5]))
    chosen: list[str] = []

    for _ in range(60):
        async with trading.market.context_for(ann) as context:
            one = await job_search.next_best(context, Filter(), mode="live")
        assert one is not None
        chosen.append(one.opening.title)

    assert chosen.count("Rich") > 45
    assert set(chosen) == {"Rich", "Poor"}
    async with trading.market.context_for(ann) as context:
        assert await job_search.next_best(context, Filter(query="nothing"), mode="live") is None


async def test_a_preview_is_kept_from_those_it_guards_against(trading: Trading, ann: Person) -> None:
    plain = await offered(trading, "Plain", 10, Requirement(APPROVED, "more", [5]))
    guarded = await offered(trading, "Guarded", 10, Requirement(APPROVED, "more", [5], guards="preview"))

    async with trading.market.context_for(ann) as context:
        assert await job_search.preview(context, plain, mode="live")
        with pytest.raises(Conflict, match="6 more approved answers"):
            await job_search.preview(context, guarded, mode="live")


async def test_searches_are_kept_by_name(trading: Trading, ann: Person) -> None:
    async with trading.market.context_for(ann) as context:
        first = await job_search.save_filter(context, "Well paid", Filter(hourly_min_minor=1500), mode="live")
        again = await job_search.save_filter(context, " Well paid ", Filter(hourly_min_minor=2000), mode="live")
        assert first.id == again.id
        assert [one.filter.hourly_min_minor for one in await job_search.filters(context, mode="live")] == [2000]
    bob = await joined(trading)
    async with trading.market.context_for(bob) as context:
        assert await job_search.filters(context, mode="live") == []
        with pytest.raises(MissingThing):
            await job_search.delete_filter(context, first.id)
    async with trading.market.context_for(ann) as context:
        await job_search.delete_filter(context, first.id)
        assert await job_search.filters(context, mode="live") == []


async def test_whoever_has_not_joined_is_asked_to(trading: Trading) -> None:
    stranger = await trading.freelancer()

    with pytest.raises(NotJoined):
        await search(trading, stranger)


async def test_what_is_told_of_a_requester_follows_from_its_answers(trading: Trading, ann: Person) -> None:
    offer = await offered(trading, "Work", 100)
    await timed(trading, offer, 100, 20, 30, 4000, state="approved")
    await timed(trading, offer, 100, 10, state="rejected")

    async with trading.market.context_for(SYSTEM) as context:
        assert await reputation.refresh(context) == 1
        assert await reputation.refresh(context) == 0
    async with trading.requester.context_for(SYSTEM) as context:
        assert await reputation.refresh(context) == 0
    async with trading.market.context_for(ann) as context:
        told = await reputation.figures(context, trading.requester.id, mode="live")

    assert told is not None
    assert (told.name, told.approved, told.rejected, told.freelancers) == ("Requester", 3, 1, 4)
    assert (told.timed, told.hourly_minor, told.currency, told.seconds_to_pay) == (3, 12_000, "USD", 0.0)
    (found,) = await search(trading, ann)
    assert found.opening.figures == told
