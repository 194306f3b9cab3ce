"""Payouts: a freelancer asks for what they earned; somebody outside pays it; what became of it is booked.

What is asked for leaves what is earned at once, so it cannot be asked for twice, and comes back if it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from assay.core import ledger as rules
from assay.core.errors import Conflict
from assay.core.ledger import Mode
from assay.core.payouts import Outcome, PayoutState, advances, check_asked, check_outcome
from assay.core.payouts import Payout as Payout
from assay.services.context import Context
from assay.store import accounts, events, ledger, market_settings
from assay.store import payouts as store
from assay.store.connection import Tenant

# How many one round hands over.
HANDED_OVER_MAX: Final = 200


async def ask(
    context: Context, destination: str, amount_minor: int | None = None, *, mode: Mode | None = None
) -> Payout:
    """Asks for an amount of what the caller earned, or for all of it.

    Raises ``InsufficientFunds``, ``Conflict`` with nothing to pay or too many under way, ``Invalid``.
    """
    mode = context.mode(mode)
    freelancer = context.worker_id
    async with context.market() as room:
        settings = await market_settings.get(room)
        earned = await ledger.lock_balance(room, freelancer, "earned", mode, settings.currency)
        amount = earned if amount_minor is None else amount_minor
        if amount_minor is None and amount < settings.payout_minimum_minor:
            raise Conflict("There is not enough yet to be paid out; see the market's least payout.")
        under_way = await store.under_way(room, freelancer, mode)
        check_asked(amount, settings.currency, settings.payout_minimum_minor, destination, under_way)
        payout = Payout(
            id=context.new_id(),
            mode=mode,
            freelancer_id=freelancer,
            amount_minor=amount,
            currency=settings.currency,
            state="asked",
            destination=destination.strip(),
            provider=None,
            reference=None,
            failure=None,
            asked_at=context.now,
            sent_at=None,
            ended_at=None,
        )
        await store.insert(room, payout)
        await _book(context, room, payout, rules.payout_start(freelancer, amount, _key(payout, "start")))
        await _record(context, room, "payout.asked", payout)
    return payout


async def mine(
    context: Context, *, mode: Mode | None = None, before: UUID | None = None, limit: int = 50
) -> Sequence[Payout]:
    """The caller's own, the newest first; one more than ``limit`` where there is more."""
    mode = context.mode(mode)
    async with context.market() as room:
        return await store.page(room, mode, before=before, limit=limit + 1, freelancer_id=context.worker_id)


async def page(
    context: Context,
    *,
    mode: Mode | None = None,
    state: PayoutState | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> Sequence[Payout]:
    """Everybody's, for whoever runs the market. Raises ``Forbidden``."""
    mode = context.mode(mode)
    async with context.own_market() as room:
        return await store.page(room, mode, before=before, limit=limit + 1, state=state)


async def tell(context: Context, payout_id: UUID, outcome: Outcome) -> Payout:
    """What became of a payout, as whoever runs the market knows it. Saying it again changes nothing.

    Raises ``Conflict`` for one that ended in another way, ``NotFound``, ``Invalid``, ``Forbidden``.
    """
    async with context.own_market() as room:
        return await _settle(context, room, payout_id, outcome, None)


async def tell_all(context: Context, outcomes: Sequence[tuple[UUID, Outcome]]) -> Sequence[Payout]:
    """The same of several; all or none. In the order of freelancers, as those who book many do it."""
    async with context.own_market() as room:
        found = [(await store.lock(room, payout_id), outcome) for payout_id, outcome in sorted(outcomes, key=_first)]
        found.sort(key=lambda pair: (pair[0].freelancer_id, pair[0].id))
        return [await _settle(context, room, payout.id, outcome, None) for payout, outcome in found]


def _first(pair: tuple[UUID, Outcome]) -> UUID:
    return pair[0]


# --- for the job that hands over ----------------------------------------------------------------------------------


async def to_handle(context: Context, telling: Sequence[str], after: UUID | None = None) -> Sequence[Payout]:
    """What is to be handed to a provider, or asked about; nothing in an organization that is no market."""
    if await accounts.market_of(context.tenant) != context.organization_id:
        return ()
    return await store.to_handle(context.tenant, telling, after=after, limit=HANDED_OVER_MAX)


async def record(context: Context, payout_id: UUID, outcome: Outcome, provider: str) -> None:
    """What a provider said. What was settled otherwise meanwhile stays as it is."""
    payout = await store.lock(context.tenant, payout_id)
    if payout.state in ("asked", "sent"):
        await _settle(context, context.tenant, payout_id, outcome, provider)


# --- shared -------------------------------------------------------------------------------------------------------


async def _settle(context: Context, room: Tenant, payout_id: UUID, outcome: Outcome, provider: str | None) -> Payout:
    check_outcome(outcome)
    payout = await store.lock(room, payout_id)
    if not advances(payout.state, outcome.state):
        return payout
    await store.set_outcome(room, payout_id, outcome, provider, context.now)
    if outcome.state == "paid":
        transfer = rules.payout_finish(payout.freelancer_id, payout.amount_minor, _key(payout, "finish"))
        await _book(context, room, payout, transfer)
    if outcome.state == "failed":
        transfer = rules.payout_fail(payout.freelancer_id, payout.amount_minor, _key(payout, "fail"))
        await _book(context, room, payout, transfer)
    settled = await store.lock(room, payout_id)
    await _record(context, room, f"payout.{outcome.state}", settled)
    return settled


def _key(payout: Payout, what: str) -> str:
    return f"payout:{payout.id}:{what}"


async def _book(context: Context, room: Tenant, payout: Payout, transfer: rules.Transfer) -> None:
    made = await ledger.post(
        room, transfer, id=context.new_id(), at=context.now, mode=payout.mode, currency=payout.currency
    )
    assert made, "a payout moves once each way"


async def _record(context: Context, room: Tenant, type_: str, payout: Payout) -> None:
    data = {
        "payout_id": str(payout.id),
        "freelancer_id": str(payout.freelancer_id),
        "amount_minor": payout.amount_minor,
        "currency": payout.currency,
    }
    event = events.NewEvent(context.new_id(), type_, data=data)
    await events.record(room, context.now, context.caller.actor, [event])
