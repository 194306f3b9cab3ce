"""What the clock does on a market: postings end, turns are abandoned, and what nobody decided on is approved.

Each is a transaction of its own, so that one that cannot be done keeps no other waiting, and so that what is decided
elsewhere meanwhile is never waited for with other rows in hand. All of it is safe to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from assay.core.errors import AssayError
from assay.faces.jobs.workshop import Workshop
from assay.services import appeals, engagements, integrity, postings
from assay.services.context import Context

log = structlog.get_logger()

# In one round; what is left comes in the next.
TOGETHER: Final = 500


async def end_postings(shop: Workshop, organization_id: UUID) -> None:
    await _each(shop, organization_id, postings.to_expire, postings.expire)


async def abandon_turns(shop: Workshop, organization_id: UUID) -> None:
    await _each(shop, organization_id, engagements.overdue, engagements.abandon)


async def approve_overdue(shop: Workshop, organization_id: UUID) -> None:
    await _each(shop, organization_id, engagements.to_approve, engagements.approve_overdue)


async def pay_owed(shop: Workshop, organization_id: UUID) -> None:
    await _each(shop, organization_id, appeals.owed, appeals.pay_owed)


async def dispose_postings(shop: Workshop, organization_id: UUID) -> None:
    await _each(shop, organization_id, postings.to_dispose, postings.dispose_old)


async def look_for_signals(shop: Workshop, organization_id: UUID) -> None:
    """Nothing is held open while answers are compared, which can take seconds."""
    async with shop.enter(organization_id) as context:
        if not await postings.trades(context):
            return
        lately = await integrity.lately(context)
    for offer_id, requester_id in lately:
        async with shop.enter(organization_id) as context:
            given = await integrity.given(context, offer_id, requester_id)
        found = await asyncio.to_thread(integrity.signals, given)
        if found:
            async with shop.enter(organization_id) as context:
                await integrity.keep(context, offer_id, requester_id, found)


async def _each(
    shop: Workshop,
    organization_id: UUID,
    find: Callable[[Context, int], Awaitable[Sequence[UUID]]],
    do: Callable[[Context, UUID], Awaitable[None]],
) -> None:
    async with shop.enter(organization_id) as context:
        if not await postings.trades(context):
            return
        found = await find(context, TOGETHER)
    for id_ in found:
        try:
            async with shop.enter(organization_id) as context:
                await do(context, id_)
        except AssayError as error:
            log.warning("the market's clock could not do this now; it tries again", id=str(id_), error=error.message)
    if found:
        # Tasks may have become due.
        shop.home.ring()


MARKET_ROUNDS: Final[Mapping[Callable[[Workshop, UUID], Awaitable[None]], timedelta]] = {
    end_postings: timedelta(seconds=2),
    abandon_turns: timedelta(seconds=2),
    approve_overdue: timedelta(seconds=5),
    pay_owed: timedelta(seconds=5),
    dispose_postings: timedelta(hours=1),
    look_for_signals: timedelta(hours=1),
}
