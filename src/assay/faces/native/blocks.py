"""Whom a requester gives no more work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody

from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.faces.native.market import AskedMode, Limit, mode_of
from assay.services import blocks


class Block(msgspec.Struct):
    """The reason is yours; the freelancer is not told it."""

    freelancer_id: UUID
    reason: str
    created_at: datetime


class NewBlock(msgspec.Struct, forbid_unknown_fields=True):
    reason: str


@get("/market/blocks", opt={"permission": "market.read"}, operation_id="list_blocks", tags=["Qualifications"])
async def list_blocks(
    request: AnyRequest, mode: AskedMode = None, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Block]:
    """Whom you give no more work."""
    async with enter(request) as context:
        rows = await blocks.blocks(context, mode=mode_of(context, mode), after=id_cursor(cursor), limit=limit)
        found = [Block(row.freelancer_id, row.reason, row.created_at) for row in rows]
        return page_of(found, limit, lambda one: str(one.freelancer_id))


@put(
    "/market/blocks/{freelancer_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="block_freelancer",
    tags=["Qualifications"],
    status_code=204,
)
async def block_freelancer(
    request: AnyRequest, freelancer_id: FromPath[UUID], data: JSONBody[NewBlock], mode: AskedMode = None
) -> None:
    """Gives somebody no more work; what they have begun they may finish."""
    async with enter(request) as context:
        await blocks.block(context, freelancer_id, data.reason, mode=mode_of(context, mode))


@delete(
    "/market/blocks/{freelancer_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="unblock_freelancer",
    tags=["Qualifications"],
    status_code=204,
)
async def unblock_freelancer(request: AnyRequest, freelancer_id: FromPath[UUID], mode: AskedMode = None) -> None:
    """Lets somebody work for you again."""
    async with enter(request) as context:
        await blocks.unblock(context, freelancer_id, mode=mode_of(context, mode))


HANDLERS = [list_blocks, block_freelancer, unblock_freelancer]
