"""A market with one requester and its freelancers, at the level of rows: work as it stands after it was done, with the
money booked as the services book it. For tests of money; how work is done is tested where that is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from litestar import Litestar

from assay.core import ledger as rules
from assay.faces.http import House
from assay.services import ledger as services
from assay.services.context import SYSTEM, Caller, Context
from assay.store import accounts, ledger, market_settings
from assay.store.connection import Database, Tenant
from harness import Organization, Person, new_organization

_OFFER = """
    insert into offers (organization_id, id, requester_id, project_id, mode, title, description, keywords,
        reward_minor, currency, duration_seconds, auto_approval_seconds, requirements, fingerprint, created_at)
    values ($1, $2, $3, $2, $4, $5, 'Work', '', $6, 'USD', 3600, 3600, '[]', $8, $7)"""
_POSTING = """
    insert into postings (organization_id, id, offer_id, requester_id, project_id, mode, max_engagements, first_max,
        reward_minor, fee_minor, currency, expires_at, created_at)
    values ($1, $2, $3, $4, $3, $5, $6, $6, $7, $8, 'USD', $9, $9)"""
_ENGAGEMENT = """
    insert into engagements (organization_id, id, posting_id, offer_id, requester_id, freelancer_id, mode, state,
        reward_minor, fee_minor, currency, accepted_at, deadline, submitted_at, auto_approve_at, decided_at,
        decided_kind, rejected_at, closed_at, seconds)
    select $1, $2, posting.id, posting.offer_id, posting.requester_id, $4, posting.mode, $5, posting.reward_minor,
        posting.fee_minor, posting.currency, $6::timestamptz, $6 + interval '1 hour',
        case when $5 in ('submitted', 'approved', 'rejected') then $6 end,
        case when $5 in ('submitted', 'approved', 'rejected') then $6 end,
        case when $5 in ('approved', 'rejected') then $6 end,
        case when $5 in ('approved', 'rejected') then 'system' end,
        case when $5 = 'rejected' then $6 end, case when $5 in ('returned', 'abandoned') then $6 end, $7
    from postings posting where posting.organization_id = $1 and posting.id = $3"""


@dataclass
class Trading:
    """``market`` and ``requester`` are organizations with a member of each role; the market's annotators are its
    freelancers."""

    market: Organization
    requester: Organization

    @asynccontextmanager
    async def books(self, party: UUID | None = None) -> AsyncIterator[tuple[Context, Tenant]]:
        """The market's room, as a party of it sees it or as itself."""
        async with self.market.context_for(SYSTEM) as context, context.tenant.room(self.market.id, party) as room:
            yield context.at(room), room

    def office(self) -> Caller:
        """Whoever runs the market."""
        return self.market.person("manager").caller

    async def freelancer(self) -> Person:
        return await self.market.add("annotator")

    async def fund(self, minor: int, reference: str = "wire") -> None:
        async with self.market.context_for("manager") as context:
            await services.fund(context, self.requester.id, minor, reference)

    async def settings(self, **changed: object) -> None:
        """As they were, but for what is given."""
        async with self.books() as (context, room):
            before = await market_settings.get(room)
            await market_settings.put(room, type(before)(**(vars(before) | changed)), context.now)

    async def post(self, *transfers: rules.Transfer, mode: rules.Mode = "live") -> None:
        # Ids of one millisecond are in no order.
        self.market.clock.advance(1)
        async with self.books() as (context, room):
            for one in transfers:
                await ledger.post(room, one, id=context.new_id(), at=context.now, mode=mode, currency="USD")

    async def offer(self, reward: int = 100, *, title: str = "Read receipts", mode: rules.Mode = "live") -> UUID:
        async with self.books() as (context, room):
            id_ = context.new_id()
            await room.execute(_OFFER, id_, self.requester.id, mode, title, reward, context.now, id_.bytes * 2)
            return id_

    async def posting(
        self, offer_id: UUID, most: int, reward: int = 100, fee: int = 0, *, mode: rules.Mode = "live"
    ) -> UUID:
        """With what it promises held."""
        async with self.books() as (context, room):
            id_ = context.new_id()
            end = context.now + timedelta(days=7)
            await room.execute(_POSTING, id_, offer_id, self.requester.id, mode, most, reward, fee, end)
        await self.post(rules.hold(self.requester.id, id_, most * (reward + fee), f"publish:{id_}"), mode=mode)
        return id_

    async def engagement(
        self, posting_id: UUID, freelancer: Person, state: str = "approved", *, seconds: float | None = 60
    ) -> UUID:
        """Work in this state: paid if it is approved, released if it was rejected."""
        async with self.books() as (context, room):
            id_ = context.new_id()
            await room.execute(_ENGAGEMENT, id_, posting_id, freelancer.worker_id, state, context.now, seconds)
            row = await room.fetchrow(
                "select reward_minor, fee_minor, mode from postings where organization_id = $1 and id = $2", posting_id
            )
        assert row is not None
        assert freelancer.worker_id is not None
        if state == "approved":
            parties = self.requester.id, freelancer.worker_id, posting_id, id_
            await self.post(rules.pay(*parties, row["reward_minor"], row["fee_minor"], f"pay:{id_}"), mode=row["mode"])
        if state == "rejected":
            back = row["reward_minor"] + row["fee_minor"]
            await self.post(rules.release(self.requester.id, posting_id, back, f"reject:{id_}"), mode=row["mode"])
        return id_

    async def balances(self, party: UUID, mode: rules.Mode = "live") -> dict[rules.Purpose, int]:
        async with self.books() as (_, room):
            return dict(await ledger.balances(room, party, mode, "USD"))


async def new_trading(database: Database, app: Litestar, house: House) -> Trading:
    market = await new_organization(database, app, house, "Market")
    requester = await new_organization(database, app, house, "Requester")
    for one in (market, requester):
        await joined(one, market)
    return Trading(market, requester)


async def joined(organization: Organization, market: Organization) -> None:
    async with organization.context_for(SYSTEM) as context:
        await accounts.join_market(context.tenant, market.id)
