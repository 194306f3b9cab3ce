"""Hands payouts to whoever pays, and asks what became of them."""

from __future__ import annotations

from uuid import UUID

import structlog

from assay.core.errors import Unavailable
from assay.faces.jobs.workshop import Workshop
from assay.services import payouts

log = structlog.get_logger()


async def hand_over_payouts(shop: Workshop, organization_id: UUID) -> None:
    """A provider may take its time, so no transaction stays open over it; one that was asked and not written down is
    asked again, and pays once."""
    providers = shop.home.payouts
    telling = [provider.name for provider in providers.values() if provider.tells]
    after = None
    while True:
        async with shop.enter(organization_id) as context:
            found = await payouts.to_handle(context, telling, after)
        for payout in found:
            after = payout.id
            provider = providers[payout.mode]
            try:
                outcome = await (provider.send(payout) if payout.state == "asked" else provider.look(payout))
            except Unavailable as error:
                log.warning("a payout waits", payout_id=str(payout.id), provider=provider.name, error=error.message)
                continue
            async with shop.enter(organization_id) as context:
                await payouts.record(context, payout.id, outcome, provider.name)
        if len(found) < payouts.HANDED_OVER_MAX:
            return
