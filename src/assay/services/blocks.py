"""Whom a requester gives no more work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from assay.core.errors import Invalid
from assay.core.offers import Mode
from assay.core.qualification_types import check_reason
from assay.services.context import Context
from assay.store import blocks as store
from assay.store import events, freelancers
from assay.store.blocks import Block as Block
from assay.store.connection import Tenant

BLOCKS_MAX: Final = 100_000


async def block(context: Context, freelancer_id: UUID, reason: str, *, mode: Mode) -> None:
    """Gives somebody no more work of the caller's organization; what they have begun they may finish. The reason stays
    with the requester. Raises ``MissingThing`` for no freelancer, ``Invalid`` for the reason or too many blocks."""
    check_reason(reason)
    async with context.market() as room:
        if await store.count(room, context.organization_id, mode) >= BLOCKS_MAX:
            raise Invalid(f"At most {BLOCKS_MAX} blocks; take some away first.", "freelancer_id")
        await store.block(room, context.organization_id, freelancer_id, mode, reason, context.now)
        await _record(context, room, "worker.blocked", freelancer_id, {"mode": mode, "reason": reason})


async def unblock(context: Context, freelancer_id: UUID, reason: str | None = None, *, mode: Mode) -> None:
    """Lets somebody work for the caller's organization again; nothing happens where they may already. Raises
    ``MissingThing`` for no freelancer."""
    check_reason(reason)
    async with context.market() as room:
        # Whether there is such a freelancer is no secret of theirs, but their row is out of a requester's sight.
        async with room.room(room.organization_id) as whole:
            await freelancers.get(whole, freelancer_id)
        if await store.unblock(room, context.organization_id, freelancer_id, mode):
            await _record(context, room, "worker.unblocked", freelancer_id, {"mode": mode, "reason": reason})


async def blocks(context: Context, *, mode: Mode, after: UUID | None = None, limit: int) -> Sequence[Block]:
    """By freelancer; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await store.blocks(room, context.organization_id, mode, after=after, limit=limit + 1)


async def _record(context: Context, room: Tenant, type: str, freelancer_id: UUID, data: dict[str, object]) -> None:
    told = {"requester_id": str(context.organization_id), "freelancer_id": str(freelancer_id), **data}
    event = events.NewEvent(context.new_id(), type, data=told)
    await events.record(room, context.now, context.caller.actor, [event])
