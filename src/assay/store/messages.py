"""What requesters and freelancers write to each other: rows of the market's room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from assay.core.offers import Mode
from assay.store.connection import Tenant, queries

Sender: TypeAlias = Literal["requester", "freelancer"]


@dataclass(frozen=True)
class Message:
    """``engagement_id``: the turn that it is about, if it is about one. ``read_at``: when the other first saw it."""

    id: UUID
    requester_id: UUID
    freelancer_id: UUID
    mode: Mode
    engagement_id: UUID | None
    sender: Sender
    subject: str
    body: str
    sent_at: datetime
    read_at: datetime | None = None


async def insert(room: Tenant, message: Message) -> None:
    await room.execute(
        queries("messages")["insert"],
        message.id,
        message.requester_id,
        message.freelancer_id,
        message.mode,
        message.engagement_id,
        message.sender,
        message.subject,
        message.body,
        message.sent_at,
    )


async def worked_for(room: Tenant, requester_id: UUID, mode: Mode, freelancer_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of these freelancers those whose work the requester has decided on."""
    rows = await room.fetch(queries("messages")["worked_for"], requester_id, mode, list(freelancer_ids))
    return frozenset(row["freelancer_id"] for row in rows)


async def listed(
    room: Tenant,
    requester_id: UUID | None,
    freelancer_id: UUID | None,
    mode: Mode,
    *,
    engagement_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Message]:
    """Those of a requester or of a freelancer, the newest first."""
    rows = await room.fetch(
        queries("messages")["listed"], requester_id, freelancer_id, mode, engagement_id, before, limit
    )
    return [Message(**row) for row in rows]


async def mark_read(room: Tenant, ids: Sequence[UUID], now: datetime) -> None:
    await room.execute(queries("messages")["mark_read"], list(ids), now)


async def count_since(
    room: Tenant, requester_id: UUID, freelancer_id: UUID, mode: Mode, sender: Sender, since: datetime
) -> int:
    return int(
        await room.fetchval(queries("messages")["count_today"], requester_id, freelancer_id, mode, sender, since)
    )
