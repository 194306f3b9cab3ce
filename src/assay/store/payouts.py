"""Payouts. Rows of the market's room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.ledger import Mode
from assay.core.payouts import Outcome, Payout, PayoutState
from assay.store.connection import Tenant, queries


async def insert(room: Tenant, payout: Payout) -> None:
    await room.execute(
        queries("payouts")["insert"],
        payout.id,
        payout.mode,
        payout.freelancer_id,
        payout.amount_minor,
        payout.currency,
        payout.destination,
        payout.asked_at,
    )


async def under_way(room: Tenant, freelancer_id: UUID, mode: Mode) -> int:
    """How many of a freelancer's have not ended."""
    found: int = await room.fetchval(queries("payouts")["count_under_way"], freelancer_id, mode)
    return found


async def lock(room: Tenant, payout_id: UUID) -> Payout:
    """The payout, which nobody else changes until this transaction ends. Raises ``NotFound``."""
    row = await room.fetchrow(queries("payouts")["lock"], payout_id)
    if row is None:
        raise NotFound("There is no such payout.")
    return Payout(**row)


async def set_outcome(room: Tenant, payout_id: UUID, outcome: Outcome, provider: str | None, now: datetime) -> None:
    """``provider``: who paid, where that is known now."""
    await room.execute(
        queries("payouts")["set_outcome"],
        payout_id,
        outcome.state,
        provider,
        outcome.reference,
        outcome.failure,
        now,
    )


async def page(
    room: Tenant,
    mode: Mode,
    *,
    before: UUID | None,
    limit: int,
    freelancer_id: UUID | None = None,
    state: PayoutState | None = None,
) -> Sequence[Payout]:
    """The newest first, older than ``before``."""
    rows = await room.fetch(queries("payouts")["page"], mode, before, freelancer_id, state, limit)
    return [Payout(**row) for row in rows]


async def to_handle(room: Tenant, telling: Sequence[str], *, after: UUID | None, limit: int) -> Sequence[Payout]:
    """Those that were asked for, and those sent by providers that tell what became of them (``telling``); the oldest
    first."""
    rows = await room.fetch(queries("payouts")["to_handle"], telling, after or UUID(int=0), limit)
    return [Payout(**row) for row in rows]
