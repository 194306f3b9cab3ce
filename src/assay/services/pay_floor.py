"""Pay below the market's floor: seen by offer, and topped up with one click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core.ledger import Mode
from assay.core.pay_floor import Pace, least_reward
from assay.services.context import Context
from assay.store import bonuses, events, market_settings
from assay.store import pay_floor as store
from assay.store.bonuses import Bonus

# Bonuses of one click; what is left takes another.
TOP_UPS_MAX: Final = 500


@dataclass(frozen=True)
class OfferPay:
    """What an offer pays beside the floor. ``least_minor``: what one engagement must bring, none where that is not
    known or there is no floor. ``short``: approved engagements that brought less, by ``missing_minor`` together."""

    title: str
    pace: Pace
    least_minor: int | None = None
    short: int = 0
    missing_minor: int = 0


@dataclass(frozen=True)
class TopUp:
    """What one click paid, fees included, and how many engagements are still short."""

    bonuses: Sequence[Bonus]
    left: int


async def page(
    context: Context, *, mode: Mode | None = None, before: UUID | None = None, limit: int = 50
) -> Sequence[OfferPay]:
    """The requester's offers with what they pay, the newest first; one more than ``limit`` where there is more."""
    mode = context.mode(mode)
    found = []
    async with context.market() as room:
        floor = (await market_settings.get(room)).pay_floor_minor
        for title, pace in await store.paces(room, context.organization_id, mode, before=before, limit=limit + 1):
            if floor is None or pace.seconds is None:
                found.append(OfferPay(title, pace))
                continue
            least = least_reward(floor, pace.seconds)
            found.append(OfferPay(title, pace, least, *await store.owed(room, pace.offer_id, least)))
    return found


async def top_up(context: Context, offer_id: UUID, *, mode: Mode | None = None) -> TopUp:
    """Pays every approved engagement of an offer what is missing to the floor, as bonuses, as many as
    ``TOP_UPS_MAX``. Nothing is owed where there is no floor or too few times are known.

    Raises ``NotFound``, and ``InsufficientFunds`` unless there is enough for all of these.
    """
    mode = context.mode(mode)
    requester = context.organization_id
    async with context.market() as room:
        await store.lock_offer(room, requester, mode, offer_id)
        settings = await market_settings.get(room)
        pace = await store.pace(room, requester, mode, offer_id)
        if settings.pay_floor_minor is None or pace.seconds is None:
            return TopUp((), 0)
        least = least_reward(settings.pay_floor_minor, pace.seconds)
        paid = []
        for one in await store.shortfalls(room, offer_id, least, limit=TOP_UPS_MAX):
            bonus = Bonus(
                id=context.new_id(),
                mode=mode,
                requester_id=requester,
                freelancer_id=one.freelancer_id,
                posting_id=one.posting_id,
                engagement_id=one.engagement_id,
                amount_minor=one.missing_minor,
                fee_minor=settings.fee(one.missing_minor),
                currency=pace.currency,
                reason="Topped up to the market's least pay for an hour.",
                origin="top_up",
                token=None,
                paid_at=context.now,
            )
            await bonuses.pay(room, bonus, transfer_id=context.new_id())
            paid.append(bonus)
        made = [events.NewEvent(context.new_id(), "bonus.paid", data=bonuses.told(bonus)) for bonus in paid]
        await events.record(room, context.now, context.caller.actor, made)
        left, _ = await store.owed(room, offer_id, least)
        elsewhere = room.organization_id != requester
    if elsewhere and paid:
        total = sum(bonus.amount_minor + bonus.fee_minor for bonus in paid)
        data = {"offer_id": str(offer_id), "bonuses": len(paid), "total_minor": total, "currency": pace.currency}
        await events.record(
            context.tenant,
            context.now,
            context.caller.actor,
            [events.NewEvent(context.new_id(), "pay.topped_up", data=data)],
        )
    return TopUp(paid, left)
