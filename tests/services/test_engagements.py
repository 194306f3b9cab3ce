"""From an offer to a paid answer, through the services that people use."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from assay.core.errors import Conflict, InsufficientFunds, Invalid, LeaseLost
from assay.core.postings import HadBefore, LimitReached, MissingThing, NoPlaceLeft, NotEligible, WrongState
from assay.core.qualifications import APPROVED, Requirement
from assay.faces.http import House
from assay.services import blocks, engagements, offers
from assay.store.connection import Database, from_json
from market import Market, new_market


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def test_an_answer_is_taken_approved_paid_and_becomes_the_response(market: Market) -> None:
    await market.settings(fee_basis_points=2000)
    ann = await market.freelancer()
    offer = await market.offer()
    posting = await market.post(offer)
    assert await market.balances(market.requester.id) == {"available": 1_000_000 - 120, "held": 120}

    engagement = await market.accept(ann, offer)
    assert (await market.posting(posting.id)).status == "unassignable"
    submitted = await market.submit(ann, engagement, colour=" blue")
    assert (await market.posting(posting.id)).status == "reviewable"
    assert submitted.submitted_at is not None
    assert submitted.auto_approve_at == submitted.submitted_at + timedelta(days=3)
    approved = await market.approve(engagement, feedback="Thank you")
    await market.advance()

    assert (approved.state, approved.feedback, approved.automatic) == ("approved", "Thank you", False)
    assert await market.balances(market.requester.id) == {"available": 1_000_000 - 120, "fees": 20}
    assert await market.balances(ann.worker_id) == {"earned": 100}
    task = await market.task(posting)
    assert (task["state"], task["offered"], from_json(task["answer"])) == (
        "completed",
        "done",
        {"attributes": {"colour": " blue"}},
    )
    told = [
        "posting.created",
        "engagement.accepted",
        "engagement.submitted",
        "posting.reviewable",
        "engagement.approved",
    ]
    both = ("posting", "engagement")
    for room in (market.organization, market.requester):
        # The clock stands still, so they are in no order.
        assert sorted(name for name in await market.events(room) if name.startswith(both)) == sorted(told)
    await market.check()


async def test_several_approved_answers_are_merged_and_rejected_ones_do_not_count(market: Market) -> None:
    posting = await market.post(await market.offer(), most=4)
    for colour in ("blue", "blue", "red", "red"):
        done = await market.done(await market.freelancer(), posting, colour=colour)
        await (market.approve(done) if colour == "blue" else market.reject(done))
    assert (await market.task(posting))["state"] == "annotating"

    await market.advance()

    task = await market.task(posting)
    assert (task["state"], task["origin"]) == ("completed", "consensus")
    assert from_json(task["answer"]) == {"attributes": {"colour": "blue"}}
    await market.check()


async def test_fifty_who_ask_at_once_get_the_ten_places_and_nobody_two(market: Market) -> None:
    people = [await market.freelancer() for _ in range(50)]
    offer = await market.offer()
    posting = await market.post(offer, most=10)

    async def ask(number: int) -> str:
        try:
            await market.accept(people[number], posting if number % 2 else offer)
        except NoPlaceLeft:
            return "late"
        return "taken"

    outcomes = Counter(await asyncio.gather(*(ask(number) for number in range(50))))

    assert outcomes == {"taken": 10, "late": 40}
    assert (await market.posting(posting.id)).pending == 10
    await market.check()


async def test_one_freelancer_who_asks_fifty_times_at_once_gets_each_posting_once(market: Market) -> None:
    ann = await market.freelancer()
    offer = await market.offer()
    made = [await market.post(offer, most=2) for _ in range(3)]

    async def ask() -> str:
        try:
            return str((await market.accept(ann, offer)).posting_id)
        except NoPlaceLeft:
            return "nothing"

    outcomes = Counter(await asyncio.gather(*(ask() for _ in range(50))))

    assert outcomes == {**{str(posting.id): 1 for posting in made}, "nothing": 47}
    with pytest.raises(HadBefore):
        await market.accept(ann, made[0])
    await market.check()


async def test_a_returned_turn_costs_nothing_and_can_be_taken_again(market: Market) -> None:
    ann, bob = await market.freelancer(), await market.freelancer()
    posting = await market.post(await market.offer())
    first = await market.accept(ann, posting)

    assert (await market.give_back(ann, first)).state == "returned"
    assert (await market.give_back(ann, first)).state == "returned"

    again = await market.accept(ann, posting)
    assert again.id != first.id
    with pytest.raises(NoPlaceLeft):
        await market.accept(bob, posting)
    with pytest.raises(LeaseLost):
        await market.submit(ann, first, colour="blue")
    await market.check()


async def test_a_turn_is_abandoned_at_its_deadline_and_more_time_is_given_once(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer(duration_seconds=600))
    engagement = await market.accept(ann, posting)

    async with market.organization.context_for(ann) as context:
        extended = await engagements.extend_time(context, engagement.id)
    assert extended.deadline == engagement.deadline + timedelta(seconds=300)
    with pytest.raises(WrongState):
        async with market.organization.context_for(ann) as context:
            await engagements.extend_time(context, engagement.id)

    await market.tick(600)
    assert (await market.engagement(engagement.id)).state == "accepted"
    market.organization.clock.advance(300)
    with pytest.raises(LeaseLost):
        await market.submit(ann, engagement, colour="blue")
    await market.tick()

    assert (await market.engagement(engagement.id)).state == "abandoned"
    assert (await market.posting(posting.id)).status == "assignable"
    assert "engagement.abandoned" in await market.events(market.requester)
    await market.check()


async def test_what_nobody_decides_on_is_approved_by_itself(market: Market) -> None:
    ann = await market.freelancer()
    done = await market.done(ann, await market.post(await market.offer()), colour="blue")

    await market.tick(3 * 86_400 - 1)
    assert (await market.engagement(done.id)).state == "submitted"
    await market.tick(1)

    approved = await market.engagement(done.id)
    assert (approved.state, approved.automatic, approved.feedback) == ("approved", True, None)
    assert await market.balances(ann.worker_id) == {"earned": 100}
    await market.check()


async def test_an_offer_may_approve_at_once(market: Market) -> None:
    offer = await market.offer(auto_approval_seconds=0)

    done = await market.done(await market.freelancer(), await market.post(offer), colour="blue")

    assert (done.state, done.automatic) == ("approved", True)
    await market.check()


async def test_submitting_and_deciding_again_pays_nothing_twice(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer())
    done = await market.done(ann, posting, colour="blue")

    assert (await market.submit(ann, done, colour="blue")).id == done.id
    with pytest.raises(WrongState, match="Another answer"):
        await market.submit(ann, done, colour="red")

    async def approve() -> str:
        try:
            return (await market.approve(done)).state
        except WrongState as error:
            return f"refused: {error.state}"

    outcomes = Counter(await asyncio.gather(*(approve() for _ in range(5))))

    assert outcomes == {"approved": 1, "refused: approved": 4}
    with pytest.raises(WrongState):
        await market.reject(done)
    assert await market.balances(ann.worker_id) == {"earned": 100}
    await market.check()


async def test_a_rejection_gives_the_money_back_and_may_be_overridden_within_thirty_days(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer())
    done = await market.done(ann, posting, colour="blue")

    rejected = await market.reject(done, "It is red.")
    assert await market.balances(market.requester.id) == {"available": 1_000_000}
    with pytest.raises(WrongState):
        await market.approve(done)
    await market.tick(30 * 86_400)
    late = await market.approve(done, override=True)
    await market.advance()

    assert (rejected.state, rejected.feedback) == ("rejected", "It is red.")
    assert (late.state, late.rejected_at) == ("approved", rejected.rejected_at)
    assert await market.balances(ann.worker_id) == {"earned": 100}
    assert (await market.task(posting))["state"] == "completed"
    await market.check()


async def test_an_override_that_comes_too_late_is_refused(market: Market) -> None:
    done = await market.done(await market.freelancer(), await market.post(await market.offer()), colour="blue")
    await market.reject(done)
    market.organization.clock.advance(30 * 86_400 + 1)

    with pytest.raises(WrongState):
        await market.approve(done, override=True)


async def test_who_does_not_qualify_is_told_why_and_who_is_blocked_gets_nothing(market: Market) -> None:
    ann = await market.freelancer()
    wanted = Requirement(APPROVED, "at_least", [1])
    asking = await market.offer(requirements=[wanted])
    await market.post(asking)
    with pytest.raises(NotEligible) as raised:
        await market.accept(ann, asking)
    assert [one.way for one in raised.value.unmet] == ["work"]

    plain = await market.offer()
    await market.post(plain)
    await market.approve(await market.done(ann, plain, colour="blue"))
    assert (await market.accept(ann, asking)).state == "accepted"

    await market.post(plain)
    assert ann.worker_id is not None
    async with market.office() as context:
        await blocks.block(context, ann.worker_id, "Copies.", mode="live")
    with pytest.raises(NotEligible):
        await market.accept(ann, plain)


async def test_so_many_of_an_offer_and_so_many_turns_at_once(market: Market) -> None:
    ann = await market.freelancer()
    capped, free = await market.offer(per_worker_cap=2), await market.offer()
    for _ in range(3):
        await market.post(capped)
    for _ in range(25):
        await market.post(free)

    for _ in range(2):
        await market.accept(ann, capped)
    with pytest.raises(LimitReached) as cap:
        await market.accept(ann, capped)
    for _ in range(23):
        await market.accept(ann, free)
    with pytest.raises(LimitReached) as queue:
        await market.accept(ann, free)

    assert (cap.value.limit, queue.value.limit) == ("cap", "queue")


async def test_nothing_is_posted_that_cannot_be_paid(market: Market) -> None:
    offer = await market.offer(reward_minor=500_001)

    with pytest.raises(InsufficientFunds):
        await market.post(offer, most=2)

    assert await market.events(market.requester, "task.") == []
    assert await market.balances(market.requester.id) == {"available": 1_000_000}


async def test_play_money_pays_for_what_is_tried_out_and_worlds_do_not_meet(market: Market) -> None:
    ann = await market.freelancer()
    offer = await market.offer(mode="test")
    done = await market.done(ann, await market.post(offer), colour="blue")
    await market.approve(done)

    assert await market.balances(ann.worker_id) == {}
    assert await market.balances(ann.worker_id, "test") == {"earned": 100}
    await market.check()


async def test_equal_terms_are_one_offer_and_others_another(market: Market) -> None:
    first, again = await asyncio.gather(market.offer(), market.offer())
    other = await market.offer(reward_minor=101)

    assert first.id == again.id
    assert other.id != first.id
    assert (await market.offer(mode="test")).id != first.id


async def test_a_paused_offer_gives_nothing_new(market: Market) -> None:
    ann = await market.freelancer()
    offer = await market.offer()
    await market.post(offer)
    async with market.office() as context:
        await offers.set_state(context, offer.id, "paused")

    with pytest.raises(NoPlaceLeft):
        await market.accept(ann, offer)


async def test_nobody_reaches_what_is_anothers(market: Market) -> None:
    ann, bob = await market.freelancer(), await market.freelancer()
    stranger = await market.add_requester("Stranger")
    offer = await market.offer()
    posting = await market.post(offer)
    done = await market.done(ann, posting, colour="blue")

    for ask in (
        lambda context: engagements.approve(context, done.id),
        lambda context: engagements.get(context, done.id),
        lambda context: engagements.of_posting(context, posting.id, limit=10),
        lambda context: offers.get(context, offer.id),
    ):
        with pytest.raises(MissingThing):
            async with market.office(stranger) as context:
                await ask(context)
    for ask_own in (
        lambda context: engagements.work(context, done.id),
        lambda context: engagements.submit(context, done.id, {}),
        lambda context: engagements.give_back(context, done.id),
    ):
        with pytest.raises(MissingThing):
            async with market.organization.context_for(bob) as context:
                await ask_own(context)


async def test_a_draft_is_there_when_its_freelancer_comes_back(market: Market) -> None:
    ann = await market.freelancer()
    engagement = await market.accept(ann, await market.post(await market.offer()))

    async with market.organization.context_for(ann) as context:
        await engagements.save_draft(context, engagement.id, {"attributes": {"colour": "bl"}})
    async with market.organization.context_for(ann) as context:
        work = await engagements.work(context, engagement.id)

    assert work.asked.draft == {"attributes": {"colour": "bl"}}
    assert work.asked.content.page is not None
    assert work.version.instructions == "Look, and say which colour it is."


async def test_a_market_pays_its_own_people_too_and_their_turns_are_not_the_desks(market: Market) -> None:
    """The market trades on itself: freelancers are annotators of the very organization that offers the work."""
    from assay.services import labeling, routing

    market.requesters.insert(0, market.organization)
    await market.fund(1000)
    ann = await market.freelancer()
    posting = await market.post(await market.offer())
    engagement = await market.accept(ann, posting)

    async with market.organization.context_for(ann) as context:
        assert await routing.held_turns(context) == []
    with pytest.raises(Conflict):
        async with market.organization.context_for(ann) as context:
            await labeling.submit(context, engagement.id, {}, 1.0)
    done = await market.submit(ann, engagement, colour="blue")
    await market.approve(done)
    await market.advance()

    assert (await market.task(posting))["state"] == "completed"
    assert await market.balances(ann.worker_id) == {"earned": 100}
    market.requesters.pop(0)
    await market.check()


async def test_a_failure_in_the_middle_leaves_nothing(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer())

    async def both() -> None:
        async with market.organization.context_for(ann) as context:
            engagement = (await engagements.accept(context, posting.id)).engagement
            await engagements.submit(context, engagement.id, {"attributes": {"colour": 3}})

    with pytest.raises(Invalid):
        await both()

    assert (await market.posting(posting.id)).status == "assignable"
    await market.check()
