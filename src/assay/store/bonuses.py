"""Bonuses: what requesters added to rewards. Rows of the market's room, only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from assay.core import ledger as rules
from assay.core.ledger import Mode
from assay.store import ledger
from assay.store.connection import Tenant, queries

Origin: TypeAlias = Literal["requester", "top_up"]


@dataclass(frozen=True)
class Bonus:
    """Amounts are minor units of ``currency``. ``origin``: ``top_up`` for what was missing to the pay floor."""

    id: UUID
    mode: Mode
    requester_id: UUID
    freelancer_id: UUID
    posting_id: UUID
    engagement_id: UUID
    amount_minor: int
    fee_minor: int
    currency: str
    reason: str
    origin: Origin
    token: str | None
    paid_at: datetime


@dataclass(frozen=True)
class Rewardable:
    """An engagement, as far as a bonus for it asks."""

    posting_id: UUID
    project_id: UUID
    freelancer_id: UUID
    mode: Mode
    state: str
    currency: str


async def engagement(room: Tenant, requester_id: UUID, engagement_id: UUID) -> Rewardable | None:
    row = await room.fetchrow(queries("bonuses")["engagement"], engagement_id, requester_id)
    return None if row is None else Rewardable(**row)


async def pay(room: Tenant, bonus: Bonus, *, transfer_id: UUID) -> None:
    """Writes a bonus and moves its money, from the market's room. Raises ``InsufficientFunds``, and ``AlreadyExists``
    for a token that was used, after which the transaction is over."""
    await _insert(room, bonus)
    parties = bonus.requester_id, bonus.freelancer_id, bonus.posting_id, bonus.engagement_id
    transfer = rules.bonus(*parties, bonus.amount_minor, bonus.fee_minor, f"bonus:{bonus.id}").told(bonus.reason)
    await ledger.post(room, transfer, id=transfer_id, at=bonus.paid_at, mode=bonus.mode, currency=bonus.currency)


def told(bonus: Bonus) -> Mapping[str, object]:
    """What the event ``bonus.paid`` says of it."""
    return {
        "bonus_id": str(bonus.id),
        "engagement_id": str(bonus.engagement_id),
        "requester_id": str(bonus.requester_id),
        "freelancer_id": str(bonus.freelancer_id),
        "amount_minor": bonus.amount_minor,
        "currency": bonus.currency,
        "origin": bonus.origin,
    }


async def _insert(room: Tenant, bonus: Bonus) -> None:
    await room.execute(
        queries("bonuses")["insert"],
        bonus.id,
        bonus.mode,
        bonus.requester_id,
        bonus.freelancer_id,
        bonus.posting_id,
        bonus.engagement_id,
        bonus.amount_minor,
        bonus.fee_minor,
        bonus.currency,
        bonus.reason,
        bonus.origin,
        bonus.token,
        bonus.paid_at,
    )


async def with_token(room: Tenant, requester_id: UUID, mode: Mode, token: str) -> Bonus | None:
    row = await room.fetchrow(queries("bonuses")["with_token"], requester_id, mode, token)
    return None if row is None else Bonus(**row)


async def of_requester(
    room: Tenant,
    requester_id: UUID,
    mode: Mode,
    *,
    before: UUID | None,
    limit: int,
    posting_id: UUID | None = None,
    engagement_id: UUID | None = None,
) -> Sequence[Bonus]:
    """The newest first, older than ``before``."""
    arguments = requester_id, mode, before, posting_id, engagement_id, limit
    return [Bonus(**row) for row in await room.fetch(queries("bonuses")["of_requester"], *arguments)]
