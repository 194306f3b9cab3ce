"""A market at work, for tests: requesters with money, freelancers who joined, and the services they use.

market = await new_market(database, app, house)        # one funded requester
ann = await market.freelancer()
offer = await market.offer(reward_minor=100)
posting = await market.post(offer, most=3)
engagement = await market.accept(ann, offer)
await market.submit(ann, engagement, colour="blue")
await market.approve(engagement)
await market.tick(60)                                  # a minute passes, and the clock's work is done
await market.check()                                   # nothing is lost, held or paid that should not be
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from litestar import Litestar

from assay.core.freelancers import ProfileChange, changed, pseudonym
from assay.core.ledger import Purpose
from assay.core.offers import Mode, OfferTerms
from assay.core.pages import HtmlPage, Page
from assay.core.postings import Engagement, Posting
from assay.core.review_policies import Policies
from assay.faces.http import House
from assay.faces.jobs.market import MARKET_ROUNDS
from assay.faces.jobs.workshop import Workshop
from assay.services import engagements, ledger, offers, postings, resolution
from assay.services.context import SYSTEM, Caller, Context
from assay.store import accounts, due, freelancers, market_settings
from assay.store import engagements as engagement_rows
from assay.store import ledger as books
from assay.store import postings as posting_rows
from assay.store.connection import Database, Tenant
from assay.store.postings import Offer
from harness import Organization, Person, new_organization

PAGE = HtmlPage("<form><input name='colour'></form>")
TERMS = OfferTerms("Name the colour", "Look, and say which colour it is.", 100, "USD", 3600, 3 * 86_400, "colour, look")
LIFETIME = 7 * 86_400


@dataclass
class Market:
    """``organization`` is the market's own; its annotators are freelancers. ``requesters``: who trade there."""

    organization: Organization
    requesters: list[Organization] = field(default_factory=list)

    @property
    def requester(self) -> Organization:
        return self.requesters[0]

    async def add_requester(self, name: str = "Requester", *, minor: int = 1_000_000) -> Organization:
        """One more, with so much money."""
        home = self.organization
        made = await new_organization(home.database, home.app, home.house, name)
        async with made.context_for(SYSTEM) as context:
            await accounts.join_market(context.tenant, home.id)
        self.requesters.append(made)
        if minor:
            await self.fund(minor, made)
        return made

    async def fund(self, minor: int, requester: Organization | None = None) -> None:
        async with self.organization.context_for("manager") as context:
            reference = context.random_bytes(8).hex()
            await ledger.fund(context, (requester or self.requester).id, minor, reference)

    async def freelancer(self, **profile: Any) -> Person:
        """One more, who joined with this profile."""
        person = await self.organization.add("annotator")
        assert person.worker_id is not None, "annotators are workers"
        async with self.books() as (context, room):
            shown_name = pseudonym(self.organization.id, person.worker_id)
            await freelancers.insert(room, person.worker_id, shown_name, context.now)
            joined = await freelancers.lock(room, person.worker_id)
            await freelancers.update(room, changed(joined, ProfileChange(**profile)), context.now)
        return person

    async def settings(self, **changed: object) -> None:
        """As they were, but for what is given."""
        async with self.books() as (context, room):
            before = await market_settings.get(room)
            await market_settings.put(room, type(before)(**(vars(before) | changed)), context.now)

    @asynccontextmanager
    async def books(self, party: UUID | None = None) -> AsyncIterator[tuple[Context, Tenant]]:
        """The market's room, as a party of it sees it or as itself."""
        async with (
            self.organization.context_for(SYSTEM) as context,
            context.tenant.room(context.organization_id, party) as room,
        ):
            yield context, room

    # --- what requesters do ---

    @asynccontextmanager
    async def office(self, requester: Organization | None = None, mode: Mode = "live") -> AsyncIterator[Context]:
        """A manager of a requester at work."""
        home = requester or self.requester
        manager = home.person("manager").caller
        caller = manager if mode == "live" else Caller("member", "manager", manager.member_id, mode=mode)
        async with home.context_for(caller) as context:
            yield context

    async def offer(self, requester: Organization | None = None, *, mode: Mode = "live", **terms: Any) -> Offer:
        """An offer of pages; terms that are not given are those of ``TERMS``."""
        wanted = OfferTerms(**({name: getattr(TERMS, name) for name in TERMS.__struct_fields__} | terms))
        async with self.office(requester, mode) as context:
            return await offers.ensure(context, wanted, mode=mode)

    async def post(
        self,
        offer: Offer,
        most: int = 1,
        *,
        page: Page = PAGE,
        lifetime: int = LIFETIME,
        policies: Policies | None = None,
        annotation: str | None = None,
    ) -> Posting:
        """A page of its offer, so many times."""
        async with self.office(self._of(offer.requester_id), offer.mode) as context:
            return await postings.publish(
                context,
                offer.id,
                page,
                lifetime_seconds=lifetime,
                max_engagements=most,
                policies=policies,
                annotation=annotation,
            )

    async def approve(
        self, engagement: Engagement, *, override: bool = False, feedback: str | None = None
    ) -> Engagement:
        async with self.office(self._of(engagement.requester_id)) as context:
            return await engagements.approve(context, engagement.id, override=override, feedback=feedback)

    async def reject(self, engagement: Engagement, feedback: str = "Not this.") -> Engagement:
        async with self.office(self._of(engagement.requester_id)) as context:
            return await engagements.reject(context, engagement.id, feedback=feedback)

    # --- what freelancers do ---

    async def accept(self, who: Person, what: Offer | Posting) -> Engagement:
        """The next turn of an offer, or one of this posting."""
        async with self.organization.context_for(who) as context:
            if isinstance(what, Offer):
                return (await engagements.accept_next(context, what.id)).engagement
            return (await engagements.accept(context, what.id)).engagement

    async def submit(self, who: Person, engagement: Engagement, **fields: str | list[str]) -> Engagement:
        async with self.organization.context_for(who) as context:
            return await engagements.submit(context, engagement.id, {"attributes": fields})

    async def give_back(self, who: Person, engagement: Engagement) -> Engagement:
        async with self.organization.context_for(who) as context:
            return await engagements.give_back(context, engagement.id)

    async def done(self, who: Person, what: Offer | Posting, **fields: str | list[str]) -> Engagement:
        """Accepted and submitted."""
        return await self.submit(who, await self.accept(who, what), **fields)

    # --- what happens by itself ---

    async def tick(self, seconds: float = 0) -> None:
        """Time passes, and what the clock and the job runner would do is done."""
        self.organization.clock.advance(seconds)
        shop = Workshop(self.organization.house, None, None, None)  # type: ignore[arg-type]
        for work in MARKET_ROUNDS:
            await work(shop, self.organization.id)
        await self.advance()

    async def advance(self) -> None:
        """Tasks that are due advance, in all rooms."""
        for home in [self.organization, *self.requesters]:
            async with home.context_for(SYSTEM) as context:
                taken = await due.take(context.tenant, 0, 1000)
                await resolution.advance_all(context, taken.task_ids)

    # --- looking ---

    async def posting(self, posting_id: UUID) -> Posting:
        async with self.books() as (_, room):
            return await posting_rows.get(room, posting_id)

    async def engagement(self, engagement_id: UUID) -> Engagement:
        async with self.books() as (_, room):
            return await engagement_rows.get(room, engagement_id)

    async def task(self, posting: Posting) -> dict[str, Any]:
        """State, offer and response of a posting's task, in its requester's room."""
        async with self._of(posting.requester_id).context_for(SYSTEM) as context:
            row = await context.tenant.fetchrow(
                """select task.state, task.offered, response.answer, response.confidence, response.origin
                from tasks task left join responses response
                    on response.organization_id = $1 and response.task_id = task.id
                where task.organization_id = $1 and task.id = $2""",
                posting.id,
            )
        assert row is not None
        return dict(row)

    async def balances(self, party: UUID | None, mode: Mode = "live") -> dict[Purpose, int]:
        """What a party has within the market."""
        assert party is not None
        async with self.books() as (_, room):
            found = await books.balances(room, party, mode, "USD")
        return {purpose: minor for purpose, minor in found.items() if purpose != "outside"}

    async def events(self, organization: Organization | None = None, prefix: str = "") -> list[str]:
        """Types of what was recorded in a room, oldest first: the market's, unless another is given."""
        async with (organization or self.organization).context_for(SYSTEM) as context:
            rows = await context.tenant.fetch("select type from events where organization_id = $1 order by at, id")
        return [row["type"] for row in rows if row["type"].startswith(prefix)]

    async def check(self) -> None:
        """Counts are what engagements say, what is held is what is promised, each approval is paid once, and each
        engagement has its turn. ``tests/faces`` and load tests end with it."""
        async with self.books() as (_, room):
            rows = await room.fetch("""
                select posting.*, counted.pending as p, counted.submitted as s, counted.approved as a,
                       counted.rejected as r
                from postings posting
                cross join lateral (
                    select count(*) filter (where state = 'accepted') as pending,
                           count(*) filter (where state = 'submitted') as submitted,
                           count(*) filter (where state = 'approved') as approved,
                           count(*) filter (where state = 'rejected') as rejected
                    from engagements where organization_id = $1 and posting_id = posting.id) counted
                where posting.organization_id = $1""")
            for row in rows:
                posting = posting_rows.posting_from(row)
                counts = (posting.pending, posting.submitted, posting.approved, posting.rejected)
                assert counts == (row["p"], row["s"], row["a"], row["r"]), posting
                assert posting.status == row["status"], posting
                assert await books.held_for(room, posting.id, posting.mode) == posting.promised_minor, posting
            wrong = await room.fetch("""
                select engagement.id from engagements engagement
                where engagement.organization_id = $1
                    and (engagement.state = 'approved' and engagement.reward_minor > 0) <> exists (
                        select from transfers transfer
                        where transfer.organization_id = $1 and transfer.engagement_id = engagement.id
                            and transfer.kind in ('pay', 'pay_again'))""")
            assert wrong == []
            unbalanced = await room.fetch("""
                select transfer_id from entries where organization_id = $1
                group by transfer_id having sum(amount_minor) <> 0""")
            assert unbalanced == []

    def _of(self, requester_id: UUID) -> Organization:
        return next(home for home in [self.organization, *self.requesters] if home.id == requester_id)

    async def close(self) -> None:
        for home in [self.organization, *self.requesters]:
            await home.close()


async def new_market(
    database: Database,
    app: Litestar,
    house: House,
    requesters: Sequence[str] = ("Requester",),
    *,
    minor: int = 1_000_000,
) -> Market:
    """A market and organizations that trade on it, each with so much money; the market trades on itself too."""
    home = await new_organization(database, app, house, "Market")
    async with home.context_for(SYSTEM) as context:
        await accounts.join_market(context.tenant, home.id)
    market = Market(home)
    for name in requesters:
        await market.add_requester(name, minor=minor)
    return market
