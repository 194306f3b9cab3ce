"""Whom a requester gives no more work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.store.connection import Tenant, queries


@dataclass(frozen=True)
class Block:
    freelancer_id: UUID
    reason: str
    created_at: datetime


async def block(room: Tenant, requester_id: UUID, freelancer_id: UUID, mode: Mode, reason: str, now: datetime) -> None:
    """Again with another reason: that reason. Raises ``MissingThing``; the transaction goes on."""
    try:
        async with room.attempt():
            await room.execute(queries("blocks")["block"], requester_id, freelancer_id, mode, reason, now)
    except NotFound as error:
        raise MissingThing("freelancer") from error


async def unblock(room: Tenant, requester_id: UUID, freelancer_id: UUID, mode: Mode) -> bool:
    """Whether there was one."""
    return await room.execute(queries("blocks")["unblock"], requester_id, freelancer_id, mode) > 0


async def blocks(room: Tenant, requester_id: UUID, mode: Mode, *, after: UUID | None, limit: int) -> Sequence[Block]:
    """A requester's, by freelancer."""
    rows = await room.fetch(queries("blocks")["blocks"], requester_id, mode, after, limit)
    return [Block(**row) for row in rows]


async def count(room: Tenant, requester_id: UUID, mode: Mode) -> int:
    found: int = await room.fetchval(queries("blocks")["count_blocks"], requester_id, mode)
    return found


async def is_blocked(room: Tenant, requester_id: UUID, freelancer_id: UUID, mode: Mode) -> bool:
    """Whether a requester gives a freelancer no more work; either of them may ask."""
    found: bool = await room.fetchval(queries("blocks")["is_blocked"], requester_id, freelancer_id, mode)
    return found


async def blocked_by(room: Tenant, freelancer_id: UUID, mode: Mode) -> frozenset[UUID]:
    """The requesters that give a freelancer no more work."""
    rows = await room.fetch(queries("blocks")["blocked_by"], freelancer_id, mode)
    return frozenset(row["requester_id"] for row in rows)
