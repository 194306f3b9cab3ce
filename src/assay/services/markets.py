"""How a market trades: read by everybody on it, decided by whoever runs it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from assay.core.errors import Conflict
from assay.core.market_settings import MarketSettings, check
from assay.services.context import Context
from assay.store import accounts, events, ledger, market_settings


async def settings(context: Context) -> MarketSettings:
    """Of the market that the caller's organization trades on. Raises ``NotFound``."""
    async with context.market() as room:
        return await market_settings.get(room)


async def change(context: Context, changed: dict[str, Any]) -> MarketSettings:
    """Changes what is given. What was promised and paid before stays as it was.

    Raises ``Invalid`` naming every setting that is out of bounds, ``Conflict`` for another currency once there is money
    in this one, and ``Forbidden`` for those who only trade here.
    """
    context.require_live()
    async with context.own_market() as room:
        before = await market_settings.get(room)
        after = replace(before, **changed)
        check(after)
        if after.currency != before.currency and await ledger.is_used(room):
            raise Conflict(
                f"There is money in {before.currency} already; a market stays with its currency.", "currency"
            )
        await market_settings.put(room, after, context.now)
        told = {name: value for name, value in asdict(after).items() if getattr(before, name) != value}
        if told:
            event = events.NewEvent(context.new_id(), "market.settings_changed", data=told)
            await events.record(room, context.now, context.caller.actor, [event])
    return after


# --- by whoever runs the installation -----------------------------------------------------------------------------


async def open_here(context: Context) -> bool:
    """Makes the organization a market; false when it is one. It trades on itself, so that it can offer work to its own
    people. Raises ``Conflict`` for one that trades elsewhere."""
    return await join(context, context.organization_id)


async def join(context: Context, market_id: UUID) -> bool:
    """The organization trades on this market from now on; false when it does already.

    Raises ``Conflict`` for one that trades on another: what it promised there must be kept there.
    """
    before = await accounts.market_of(context.tenant)
    if before == market_id:
        return False
    if before is not None:
        raise Conflict("This organization trades on another market already, and keeps what it promised there.")
    await accounts.join_market(context.tenant, market_id)
    type_ = "market.opened" if market_id == context.organization_id else "market.joined"
    event = events.NewEvent(context.new_id(), type_, data={"market_id": str(market_id)})
    await events.record(context.tenant, context.now, context.caller.actor, [event])
    return True
