"""What requesters and the clock do with postings, the money that follows, and the rules that look by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from assay.core.errors import InsufficientFunds, Invalid
from assay.core.offers import OfferTerms
from assay.core.pages import ExternalPage, HtmlPage
from assay.core.postings import MissingThing, NoPlaceLeft, TooMany, WrongState
from assay.core.qualifications import APPROVED, Requirement
from assay.core.review_policies import KnownAnswers, Plurality, Policies
from assay.faces.http import House
from assay.services import engagements, offers, postings, projects
from assay.services.context import SYSTEM
from assay.store.connection import Database, from_json
from market import LIFETIME, TERMS, Market, new_market
from street import answer, box, new_street


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def test_a_posting_ends_when_its_time_has_come_and_what_nobody_took_is_given_back(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer(duration_seconds=3600), most=3, lifetime=600)
    engagement = await market.accept(ann, posting)

    await market.tick(600)

    ended = await market.posting(posting.id)
    assert (ended.status, ended.available) == ("unassignable", 2)
    assert (await market.balances(market.requester.id))["held"] == 100
    with pytest.raises(NoPlaceLeft):
        await market.accept(await market.freelancer(), posting)

    await market.submit(ann, engagement, colour="blue")
    await market.approve(engagement)
    await market.advance()
    assert (await market.posting(posting.id)).status == "reviewable"
    assert (await market.task(posting))["state"] == "completed"
    assert {"posting.expired", "posting.reviewable"} <= set(await market.events(market.requester))
    await market.check()


async def test_a_new_end_lets_an_ended_posting_go_on_and_takes_its_answer_back(market: Market) -> None:
    posting = await market.post(await market.offer(), most=2)
    await market.approve(await market.done(await market.freelancer(), posting, colour="blue"))
    async with market.office() as context:
        await postings.end_at(context, posting.id, context.now - timedelta(days=1))
    await market.advance()
    assert ((await market.posting(posting.id)).status, (await market.task(posting))["state"]) == (
        "reviewable",
        "completed",
    )
    assert "held" not in await market.balances(market.requester.id)

    async with market.office() as context:
        await postings.end_at(context, posting.id, context.now + timedelta(days=1))
    await market.advance()

    assert ((await market.posting(posting.id)).status, (await market.task(posting))["state"]) == (
        "assignable",
        "annotating",
    )
    assert (await market.balances(market.requester.id))["held"] == 100
    await market.approve(await market.done(await market.freelancer(), posting, colour="blue"))
    await market.advance()
    task = await market.task(posting)
    assert (task["state"], task["origin"]) == ("completed", "consensus")
    await market.check()


async def test_more_places_cost_what_they_promise_and_reopen_the_task(market: Market) -> None:
    posting = await market.post(await market.offer())
    await market.approve(await market.done(await market.freelancer(), posting, colour="blue"))
    await market.advance()

    async with market.office() as context:
        extended = await postings.extend(context, posting.id, 2)
    await market.advance()

    assert (extended.max_engagements, extended.first_max, extended.status) == (3, 1, "assignable")
    assert (await market.balances(market.requester.id))["held"] == 200
    assert (await market.task(posting))["state"] == "annotating"
    with pytest.raises(InsufficientFunds):
        async with market.office() as context:
            await postings.extend(context, posting.id, 1_000_000)
    assert (await market.posting(posting.id)).max_engagements == 3
    await market.check()


async def test_a_small_posting_stays_small_where_the_market_is_strict(market: Market) -> None:
    posting = await market.post(await market.offer(), most=9)
    await market.settings(strict_limits=True)

    with pytest.raises(TooMany):
        async with market.office() as context:
            await postings.extend(context, posting.id, 1)

    await market.settings(strict_limits=False)
    async with market.office() as context:
        assert (await postings.extend(context, posting.id, 1)).max_engagements == 10


async def test_the_mark_of_a_requester_and_putting_away(market: Market) -> None:
    ann = await market.freelancer()
    posting = await market.post(await market.offer())

    async def mark(reviewing: bool) -> str:
        async with market.office() as context:
            return (await postings.set_reviewing(context, posting.id, reviewing)).status

    async def dispose() -> str:
        async with market.office() as context:
            return (await postings.dispose(context, posting.id)).status

    for refused in (mark(True), mark(False), dispose()):
        with pytest.raises(WrongState) as raised:
            await refused
        assert raised.value.state == "assignable"
    done = await market.done(ann, posting, colour="blue")
    with pytest.raises(WrongState) as raised:
        await dispose()
    assert (raised.value.state, raised.value.allowed) == ("reviewable", ("reviewing", "reviewable"))

    assert await mark(True) == "reviewing"
    assert await mark(False) == "reviewable"
    await mark(True)
    await market.reject(done)
    assert await dispose() == "disposed"
    await market.advance()

    assert (await market.task(posting))["state"] == "cancelled"
    with pytest.raises(WrongState) as raised:
        await dispose()
    assert raised.value.state == "disposed"
    with pytest.raises(WrongState):
        await market.approve(done, override=True)
    async with market.office() as context:
        assert await postings.listed(context, mode="live", limit=10) == []
        assert len(await postings.listed(context, mode="live", statuses=["disposed"], limit=10)) == 1
    await market.check()


async def test_extending_takes_the_mark_away(market: Market) -> None:
    posting = await market.post(await market.offer())
    await market.done(await market.freelancer(), posting, colour="blue")
    async with market.office() as context:
        await postings.set_reviewing(context, posting.id, True)
        assert (await postings.extend(context, posting.id, 1)).status == "assignable"


async def test_old_postings_are_put_away_by_themselves(market: Market) -> None:
    posting = await market.post(await market.offer(auto_approval_seconds=0), lifetime=600)
    waiting = await market.post(await market.offer(), lifetime=119 * 86_400)
    await market.done(await market.freelancer(), posting, colour="blue")

    await market.tick(600)
    assert (await market.posting(posting.id)).status == "reviewable"
    await market.tick(120 * 86_400)

    assert (await market.posting(posting.id)).status == "disposed"
    assert (await market.task(posting))["state"] == "completed"
    assert (await market.posting(waiting.id)).status == "disposed"
    assert (await market.task(waiting))["state"] == "cancelled"
    await market.check()


async def test_a_posting_moves_to_another_offer_until_somebody_began(market: Market) -> None:
    dear = await market.offer(reward_minor=300)
    posting = await market.post(await market.offer(), most=2)

    async with market.office() as context:
        moved = await postings.move(context, posting.id, dear.id)
    assert (moved.offer_id, moved.reward_minor) == (dear.id, 300)
    assert (await market.balances(market.requester.id))["held"] == 600

    ann = await market.freelancer()
    await market.give_back(ann, await market.accept(ann, posting))
    with pytest.raises(WrongState):
        async with market.office() as context:
            await postings.move(context, posting.id, posting.offer_id)
    await market.check()


async def test_lists_come_newest_first_by_status_by_offer_and_by_what_is_required(market: Market) -> None:
    wanted = Requirement(APPROVED, "at_least", [5])
    asking, plain = await market.offer(requirements=[wanted]), await market.offer()
    made = []
    for offer in (asking, plain, plain):
        market.organization.clock.advance(1)
        made.append((await market.post(offer)).id)

    async with market.office() as context:
        everything = await postings.listed(context, mode="live", limit=2)
        rest = await postings.listed(context, mode="live", before=made[1], limit=2)
        of_offer = await postings.listed(context, mode="live", offer_id=asking.id, limit=5)
        reviewable = await postings.listed(context, mode="live", statuses=["reviewable"], limit=5)
        wanting = await postings.wanting(context, APPROVED, mode="live", limit=5)
        shown = await postings.told(context, made)

    assert [one.id for one in everything] == made[::-1]
    assert [one.id for one in rest] == made[:1]
    assert [one.id for one in of_offer] == [one.id for one in wanting] == made[:1]
    assert reviewable == []
    assert isinstance(shown[made[0]].page, HtmlPage)


async def test_nothing_wrong_is_posted(market: Market) -> None:
    offer = await market.offer()
    policies = Policies(plurality=Plurality([], 50))

    with pytest.raises(Invalid) as raised:
        await market.post(offer, most=0, lifetime=29, page=ExternalPage("x"), policies=policies, annotation="a" * 256)

    fields = {problem.field for problem in raised.value.problems}
    assert fields == {
        "page.url",
        "max_engagements",
        "lifetime_seconds",
        "annotation",
        "policies.plurality.questions",
    }
    with pytest.raises(Invalid) as raised:
        await market.offer(
            title="", description="", duration_seconds=29, auto_approval_seconds=2_592_001, keywords="k" * 1001
        )
    assert len(raised.value.problems) == 5


async def test_pay_below_the_floor_is_not_posted(market: Market) -> None:
    """A hundred cents for ten minutes are six dollars an hour."""
    await market.settings(pay_floor_minor=700)
    offer = await market.offer()

    with pytest.raises(Invalid, match=r"1\.17 USD"):
        async with market.office() as context:
            await postings.publish(
                context, offer.id, HtmlPage("<form>"), lifetime_seconds=LIFETIME, estimate_seconds=600
            )


# --- a project of any kind ----------------------------------------------------------------------------------------


async def test_a_projects_tasks_are_done_by_freelancers_and_by_nobody_else(market: Market) -> None:
    """Photos with two opinions each: the project's open turns close, and what freelancers draw is merged."""
    street = await new_street(market.requester, overlap=2)
    await street.add_tasks("a.jpg", "b.jpg")
    terms = OfferTerms(**{name: getattr(TERMS, name) for name in OfferTerms.__struct_fields__})
    async with market.office() as context:
        offer = await offers.create(context, street.project_id, terms)
    async with market.office() as context:
        posted = await postings.publish_tasks(context, offer.id, lifetime_seconds=LIFETIME, max_engagements=2)
    await market.advance()

    assert sorted(posted) == sorted(street.tasks.values())
    assert (await market.balances(market.requester.id))["held"] == 400
    async with market.requester.context_for(SYSTEM) as context:
        progress = await projects.progress(context, street.project_id)
        assert progress.open_annotate == 0
    drawn = answer(box("a", 10, 20, 50, 80))
    for _ in range(2):
        ann = await market.freelancer()
        engagement = await market.accept(ann, offer)
        async with market.organization.context_for(ann) as context:
            work = await engagements.work(context, engagement.id)
            assert work.asked.photo is not None
            assert work.version.taxonomy.labels
            await engagements.submit(context, engagement.id, drawn, seconds=12.5)
        await market.approve(engagement)
    await market.advance()

    first = await market.task(await market.posting(posted[0]))
    assert (first["state"], first["origin"], len(from_json(first["answer"])["annotations"])) == (
        "completed",
        "consensus",
        1,
    )
    async with market.office() as context:
        assert await postings.publish_tasks(context, offer.id, lifetime_seconds=LIFETIME) == []
    await street.add_tasks("c.jpg")
    async with market.requester.context_for(SYSTEM) as context:
        assert (await projects.progress(context, street.project_id)).open_annotate == 0
    await market.check()


async def test_only_the_requesters_own_project_is_offered(market: Market) -> None:
    stranger = await market.add_requester("Stranger")
    offer = await market.offer()

    with pytest.raises(MissingThing):
        async with market.office(stranger) as context:
            await postings.publish(context, offer.id, HtmlPage("<form>"), lifetime_seconds=LIFETIME)


# --- rules --------------------------------------------------------------------------------------------------------


async def test_known_answers_approve_reject_and_ask_for_one_more(market: Market) -> None:
    rule = KnownAnswers(
        {"colour": ["blue"]}, approve_at=100, reject_below=100, reject_reason="It is blue.", extend_below=100
    )
    posting = await market.post(await market.offer(), policies=Policies(known_answers=rule))

    wrong = await market.done(await market.freelancer(), posting, colour="red")
    market.organization.clock.advance(1)
    right = await market.done(await market.freelancer(), posting, colour="blue")

    assert (wrong.state, wrong.feedback, wrong.reason_code, wrong.automatic) == (
        "rejected",
        "It is blue.",
        "known_answers_missed",
        True,
    )
    assert (right.state, right.automatic) == ("approved", True)
    after = await market.posting(posting.id)
    assert (after.max_engagements, after.status) == (2, "reviewable")
    async with market.office() as context:
        policies, looks = await postings.looks(context, posting.id)
    assert policies.known_answers == rule
    assert [look.engagement_id for look in looks] == [wrong.id, right.id]
    assert [(action.name, action.status) for action in looks[0].report.actions] == [
        ("reject", "succeeded"),
        ("extend", "succeeded"),
    ]
    await market.advance()
    assert (await market.task(posting))["state"] == "completed"
    await market.check()


async def test_a_plurality_approves_those_who_agree_and_extends_until_its_bound(market: Market) -> None:
    rule = Plurality(["colour"], 50, approve_at=100, extend_below=100, extend_max=3, extend_seconds=3600)
    posting = await market.post(await market.offer(), most=2, policies=Policies(plurality=rule))

    blue = await market.done(await market.freelancer(), posting, colour="blue")
    red = await market.done(await market.freelancer(), posting, colour="red")
    assert ((await market.posting(posting.id)).max_engagements, (await market.engagement(blue.id)).state) == (
        3,
        "submitted",
    )
    market.organization.clock.advance(1)
    third = await market.done(await market.freelancer(), posting, colour="blue")

    assert [(await market.engagement(one.id)).state for one in (blue, red, third)] == [
        "approved",
        "submitted",
        "approved",
    ]
    async with market.office() as context:
        _, looks = await postings.looks(context, posting.id)
    assert [[action.name for action in look.report.actions] for look in looks] == [["extend"], ["approve", "approve"]]
    assert {found.value for found in looks[1].report.found if found.key == "answer_agreement"} == {"66"}
    await market.check()


async def test_what_a_rule_cannot_do_is_told_and_undoes_nothing_else(market: Market) -> None:
    """No money is left for another place: the extension fails, the rejection stands."""
    rule = KnownAnswers({"colour": ["blue"]}, extend_below=100)
    poor = await market.add_requester("Poor", minor=100)
    posting = await market.post(await market.offer(poor), policies=Policies(known_answers=rule))

    wrong = await market.done(await market.freelancer(), posting, colour="red")

    assert wrong.state == "submitted"
    async with market.office(poor) as context:
        _, (look,) = await postings.looks(context, posting.id)
    assert [(action.name, action.status, action.error) for action in look.report.actions] == [
        ("extend", "failed", "insufficient_funds")
    ]
    assert (await market.posting(posting.id)).max_engagements == 1
    await market.check()
