"""What freelancers are told of requesters."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from assay.core.offers import Mode
from assay.core.reputation import RequesterFigures as RequesterFigures
from assay.services.context import Context
from assay.store import accounts
from assay.store import requester_figures as store

REFRESHED_EVERY: Final = timedelta(minutes=5)
# As many requesters at once as take a moment; the rest comes with the next round.
AT_ONCE: Final = 50
# Medians are of so many latest answers.
ANSWERS: Final = 500


async def figures(context: Context, requester_id: UUID, *, mode: Mode) -> RequesterFigures | None:
    """Of a requester of the caller's market; none where there is nothing to tell yet."""
    async with context.market() as room:
        return await store.get(room, requester_id, mode)


async def refresh(context: Context) -> int:
    """Works out anew what is told of requesters whose figures are old; how many. For the market itself: nothing happens
    in an organization that is none."""
    tenant = context.tenant
    if await accounts.market_of(tenant) != tenant.organization_id:
        return 0
    old = await store.stale(tenant, context.now - REFRESHED_EVERY, AT_ONCE)
    for requester_id, mode in old:
        async with tenant.room(requester_id) as theirs:
            name = (await accounts.organization(theirs)).name
        await store.refresh(tenant, requester_id, mode, name, context.now, ANSWERS)
    return len(old)
