"""What requesters write to a freelancer, and the freelancer to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import messages

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Letter(msgspec.Struct):
    """``sender`` is ``requester`` or ``freelancer``; ``engagement_id``: the turn it is about, if it is about one."""

    id: UUID
    requester_id: UUID
    engagement_id: UUID | None
    sender: str
    subject: str
    body: str
    sent_at: datetime
    read_at: datetime | None


class NewReply(msgspec.Struct, forbid_unknown_fields=True):
    body: str


@get("/messages", opt={"permission": "market.work"}, operation_id="list_letters", tags=["Engagements"])
async def list_letters(
    request: AnyRequest,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    mode: FromQuery[Literal["live", "test"] | None] = None,
) -> Page[Letter]:
    """What requesters wrote to you and you to them, newest first. What is listed counts as read."""
    async with enter(request) as context:
        rows = await messages.received(context, mode=mode, before=id_cursor(cursor), limit=limit)
        return page_of([_letter(row) for row in rows], limit, lambda letter: str(letter.id))


@get(
    "/engagements/{engagement_id:uuid}/messages",
    opt={"permission": "market.work"},
    operation_id="list_letters_of_engagement",
    tags=["Engagements"],
)
async def list_letters_of_engagement(
    request: AnyRequest, engagement_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Letter]:
    """What was written about one of your turns, newest first. What is listed counts as read."""
    async with enter(request) as context:
        rows = await messages.of_engagement(context, engagement_id, before=id_cursor(cursor), limit=limit)
        return page_of([_letter(row) for row in rows], limit, lambda letter: str(letter.id))


@post(
    "/engagements/{engagement_id:uuid}/messages",
    opt={"permission": "market.work"},
    operation_id="write_to_requester",
    tags=["Engagements"],
)
async def write_to_requester(request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[NewReply]) -> Letter:
    """Writes to the requester about one of your turns."""
    async with enter(request) as context:
        return _letter(await messages.write(context, engagement_id, data.body))


HANDLERS = [list_letters, list_letters_of_engagement, write_to_requester]


def _letter(row: messages.Message) -> Letter:
    return Letter(**{name: getattr(row, name) for name in Letter.__struct_fields__})
