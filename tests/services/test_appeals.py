"""Rejections looked at again: appeals, the brake on mass rejection, and money that is not there yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest
from litestar import Litestar

from assay.core.appeals import Appeal, NotYet, TooLate, Verdict
from assay.core.errors import Conflict, Forbidden, Invalid
from assay.core.postings import Engagement, MissingThing, WrongState
from assay.core.reputation import Dealing
from assay.faces.http import House
from assay.services import appeals, ledger, postings
from assay.store import appeals as rows
from assay.store.connection import Database
from harness import Organization, Person, Role
from market import Market, new_market

DAY = 86_400


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def rejected(market: Market, who: Person) -> Engagement:
    return await market.reject(await market.done(who, await market.post(await market.offer()), colour="blue"))


async def appeal(market: Market, who: Person, engagement: Engagement, words: str = "It is blue.") -> Appeal:
    async with market.organization.context_for(who) as context:
        return await appeals.open_(context, engagement.id, words)


async def rule(
    market: Market, found: Appeal, verdict: Verdict, who: Role | Person = "reviewer", home: Organization | None = None
) -> Appeal:
    async with (home or market.organization).context_for(who) as context:
        return await appeals.rule(context, found.id, verdict, "I looked.")


async def queue(market: Market) -> list[Appeal]:
    async with market.organization.context_for("reviewer") as context:
        return [case.appeal for case in await appeals.to_rule(context, limit=50)]


async def dealing(market: Market, who: Person) -> Dealing:
    async with market.books() as (_, room):
        row = await room.fetchrow(
            """select requester_id, submitted, approved, rejected, contested, reversed from dealings
            where organization_id = $1 and freelancer_id = $2""",
            who.worker_id,
        )
    assert row is not None
    return Dealing(**row)


def counts(found: Dealing) -> tuple[int, int, int, int]:
    return found.approved, found.rejected, found.contested, found.reversed


async def check(market: Market) -> None:
    """The market's own check, and that the books hold by the rules of `assay check-ledger`."""
    await market.check()
    async with market.organization.context_for("manager") as context:
        report = await ledger.check(context)
    assert report.holds, [finding for finding in report.findings if finding.broken]


async def test_what_is_overturned_is_paid_and_leaves_no_mark(market: Market) -> None:
    await market.settings(fee_basis_points=1000)
    ann = await market.freelancer()
    posting = await market.post(await market.offer())
    bad = await market.reject(await market.done(ann, posting, colour="blue"))
    assert counts(await dealing(market, ann)) == (0, 1, 0, 0)

    opened = await appeal(market, ann, bad)
    assert counts(await dealing(market, ann)) == (0, 0, 1, 0)
    assert await queue(market) == []
    with pytest.raises(NotYet, match="until 2026-"):
        await rule(market, opened, "overturn")
    market.organization.clock.advance(2 * DAY)
    assert [one.id for one in await queue(market)] == [opened.id]
    closed = await rule(market, opened, "overturn")
    await market.advance()

    assert (closed.state, closed.outcome, closed.reason) == ("closed", "overturned", "I looked.")
    assert (await market.engagement(bad.id)).state == "approved"
    assert counts(await dealing(market, ann)) == (1, 0, 0, 1)
    assert await market.balances(ann.worker_id) == {"earned": 100}
    assert await market.balances(market.requester.id) == {"available": 1_000_000 - 110, "fees": 10}
    assert (await market.task(posting))["state"] == "completed"
    assert await queue(market) == []
    for room in (market.organization, market.requester):
        assert sorted(await market.events(room, "appeal.")) == ["appeal.closed", "appeal.opened"]
    with pytest.raises(WrongState):
        await rule(market, opened, "uphold")
    await check(market)


async def test_what_is_upheld_counts_again_and_is_not_appealed_twice(market: Market) -> None:
    ann = await market.freelancer()
    bad = await rejected(market, ann)
    opened = await appeal(market, ann, bad)
    async with market.office() as context:
        answered = await appeals.answer(context, opened.id, "It is plainly red.")
    assert answered.answer == "It is plainly red."
    assert [one.id for one in await queue(market)] == [opened.id]

    closed = await rule(market, opened, "uphold")

    assert (closed.state, closed.outcome) == ("closed", "upheld")
    assert counts(await dealing(market, ann)) == (0, 1, 0, 0)
    assert await market.balances(ann.worker_id) == {}
    with pytest.raises(Conflict, match="once"):
        await appeal(market, ann, bad)
    async with market.organization.context_for(ann) as context:
        assert await appeals.mine(context, mode="live", limit=5) == [closed]
    async with market.office() as context:
        assert await appeals.against(context, mode="live", limit=5) == [closed]
        with pytest.raises(WrongState):
            await appeals.give_in(context, opened.id)
    await check(market)


@pytest.mark.parametrize("way", ["yields", "overrides"])
async def test_a_requester_can_give_in(market: Market, way: str) -> None:
    ann = await market.freelancer()
    bad = await rejected(market, ann)
    opened = await appeal(market, ann, bad)

    if way == "yields":
        async with market.office() as context:
            await appeals.give_in(context, opened.id)
    else:
        await market.approve(bad, override=True)

    async with market.books() as (_, room):
        closed = await rows.get(room, opened.id)
    assert (closed.state, closed.outcome, closed.ruled_by) == ("closed", "yielded", None)
    assert counts(await dealing(market, ann)) == (1, 0, 0, 1)
    assert await market.balances(ann.worker_id) == {"earned": 100}
    await check(market)


async def test_what_a_requester_cannot_pay_is_owed_until_there_is_money(market: Market) -> None:
    poor = await market.add_requester("Poor", minor=100)
    ann = await market.freelancer()
    posting = await market.post(await market.offer(poor))
    bad = await market.reject(await market.done(ann, posting, colour="blue"))
    async with market.organization.context_for("manager") as context:
        await ledger.give_back(context, poor.id, 60, "back")
    opened = await appeal(market, ann, bad)
    market.organization.clock.advance(2 * DAY)

    owed = await rule(market, opened, "overturn")

    assert (owed.state, owed.outcome) == ("owed", "overturned")
    assert (await market.engagement(bad.id)).state == "rejected"
    assert counts(await dealing(market, ann)) == (0, 0, 1, 0)
    for _ in range(3):
        await market.tick(60)
    assert await market.balances(ann.worker_id) == {}
    assert "appeal.owed" in await market.events(poor)
    assert (await market.events(poor)).count("appeal.owed") == 1
    await check(market)

    await market.fund(60, poor)
    await market.tick(60)
    await market.tick(60)

    assert await market.balances(ann.worker_id) == {"earned": 100}
    assert await market.balances(poor.id) == {}
    assert (await market.engagement(bad.id)).state == "approved"
    assert counts(await dealing(market, ann)) == (1, 0, 0, 1)
    async with market.books() as (_, room):
        paid = await rows.get(room, opened.id)
    assert (paid.state, paid.outcome, paid.reason) == ("closed", "overturned", "I looked.")
    await check(market)


async def test_an_appeal_has_its_time_and_is_for_what_is_ones_own_and_rejected(market: Market) -> None:
    ann, bob = await market.freelancer(), await market.freelancer()
    late, bad = await rejected(market, ann), await rejected(market, ann)
    good = await market.done(ann, await market.post(await market.offer()), colour="blue")
    with pytest.raises(MissingThing):
        await appeal(market, bob, bad)
    with pytest.raises(WrongState):
        await appeal(market, ann, good)
    for words in ("", " ", "x" * 4001, "a\x00b"):
        with pytest.raises(Invalid):
            await appeal(market, ann, bad, words)

    market.organization.clock.advance(7 * DAY)
    await appeal(market, ann, bad)
    market.organization.clock.advance(1)
    with pytest.raises(TooLate, match="7 days"):
        await appeal(market, ann, late)
    await check(market)


async def test_a_posting_put_away_does_not_end_the_right_to_appeal(market: Market) -> None:
    ann = await market.freelancer()
    bad = await rejected(market, ann)
    async with market.office() as context:
        await postings.dispose(context, bad.posting_id)
    opened = await appeal(market, ann, bad)
    market.organization.clock.advance(2 * DAY)

    await rule(market, opened, "overturn")
    await market.advance()

    assert await market.balances(ann.worker_id) == {"earned": 100}
    await check(market)


async def test_nobody_rules_in_their_own_cause(market: Market) -> None:
    ann = await market.freelancer()
    opened = await appeal(market, ann, await rejected(market, ann))
    # The market's own work, rejected by one of its own people.
    own = market.organization
    await market.fund(1000, own)
    offer = await market.offer(own)
    mine = await market.reject(await market.done(ann, await market.post(offer), colour="blue"))
    on_own = await appeal(market, ann, mine)
    market.organization.clock.advance(2 * DAY)

    with pytest.raises(Forbidden):
        await rule(market, opened, "uphold", "manager", market.requester)
    async with market.requester.context_for("manager") as context:
        # One who works for both sides, known by the address.
        await context.tenant.execute(
            "update members set email = $2 where organization_id = $1 and id = $3",
            own.person("reviewer").email,
            market.requester.person("auditor").caller.member_id,
        )
    with pytest.raises(Forbidden, match="have a part"):
        await rule(market, opened, "uphold", "reviewer")
    with pytest.raises(Forbidden, match="have a part"):
        await rule(market, on_own, "uphold", "manager")
    assert (await rule(market, on_own, "overturn", "reviewer")).outcome == "overturned"
    assert (await rule(market, opened, "uphold", await own.add("reviewer"))).outcome == "upheld"
    await check(market)


async def test_parties_see_their_own_appeals_and_no_others(market: Market) -> None:
    other = await market.add_requester("Other")
    ann, bob = await market.freelancer(), await market.freelancer()
    opened = await appeal(market, ann, await rejected(market, ann))

    for party, expected in (
        (ann.worker_id, 1),
        (market.requester.id, 1),
        (bob.worker_id, 0),
        (other.id, 0),
        (None, 1),
    ):
        async with market.books(party) as (_, room):
            assert await room.fetchval("select count(*) from appeals where organization_id = $1") == expected
    async with market.office(other) as context:
        with pytest.raises(MissingThing):
            await appeals.answer(context, opened.id, "No.")
        with pytest.raises(MissingThing):
            await appeals.give_in(context, opened.id)


# --- the brake ----------------------------------------------------------------------------------------------------


async def reject_many(market: Market, people: Iterable[Person], most: int) -> list[Engagement]:
    posting = await market.post(await market.offer(), most=most)
    return [await market.reject(await market.done(one, posting, colour="blue")) for one in people]


async def test_rejections_past_the_brake_touch_nobody_until_the_market_looked(market: Market) -> None:
    await market.settings(brake_count=3, brake_percent=50, brake_days=7)
    people = [await market.freelancer() for _ in range(5)]

    bad = await reject_many(market, people, 5)

    assert [one.state for one in bad] == ["rejected"] * 5
    assert [counts(await dealing(market, one)) for one in people] == [(0, 1, 0, 0)] * 3 + [(0, 0, 1, 0)] * 2
    # The clock stands still, so they come in no order.
    held = sorted(await queue(market), key=lambda one: one.engagement_id != bad[3].id)
    assert [(one.engagement_id, one.origin, one.words) for one in held] == [
        (bad[3].id, "brake", None),
        (bad[4].id, "brake", None),
    ]
    with pytest.raises(Conflict, match="looks at this"):
        await appeal(market, people[4], bad[4])
    await check(market)

    market.organization.clock.advance(10 * DAY)
    assert (await rule(market, held[0], "overturn")).outcome == "overturned"
    assert (await rule(market, held[1], "uphold")).outcome == "upheld"

    assert [counts(await dealing(market, one)) for one in people[3:]] == [(1, 0, 0, 1), (0, 1, 0, 0)]
    assert await market.balances(people[3].worker_id) == {"earned": 100}
    assert await market.balances(people[4].worker_id) == {}
    # What stands now is appealed like any other, though it was rejected ten days ago.
    assert (await appeal(market, people[4], bad[4])).origin == "freelancer"
    await check(market)


async def test_the_brake_leaves_those_alone_who_approve_more_than_they_reject(market: Market) -> None:
    await market.settings(brake_count=2, brake_percent=50, brake_days=7)
    people = [await market.freelancer() for _ in range(8)]
    posting = await market.post(await market.offer(), most=8)
    for one in people[:4]:
        await market.approve(await market.done(one, posting, colour="blue"))
    for one in people[4:]:
        await market.reject(await market.done(one, posting, colour="red"))
    assert await queue(market) == []

    # One more is past the half; a week later nothing of this is lately.
    ann = await market.freelancer()
    await rejected(market, ann)
    assert len(await queue(market)) == 1
    market.organization.clock.advance(7 * DAY + 1)
    await rejected(market, await market.freelancer())
    assert len(await queue(market)) == 1


async def test_a_hundred_percent_turns_the_brake_off(market: Market) -> None:
    await market.settings(brake_count=0, brake_percent=100)
    await reject_many(market, [await market.freelancer() for _ in range(3)], 3)
    assert await queue(market) == []
