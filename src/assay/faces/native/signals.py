"""What stands out among answers, for the market's reviewers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import integrity

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Signal(msgspec.Struct):
    """Something to look at, which decides nothing. ``kind``: ``same_answers`` of two freelancers more often than chance
    allows, ``same_text`` handed in again or by two, ``too_fast`` for the person and the postings. ``engagement_ids``:
    answers that show it. ``note``: what a reviewer made of it."""

    id: UUID
    offer_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    other_id: UUID | None
    kind: str
    reason: str
    engagement_ids: list[UUID]
    found_at: datetime
    seen_at: datetime | None
    note: str | None


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    note: str


@get("/market/signals", opt={"permission": "work.review"}, operation_id="list_signals", tags=["Market"])
async def list_signals(request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Page[Signal]:
    """What nobody has looked at yet, oldest first. For those who run the market."""
    async with enter(request) as context:
        context.require_live()
        rows = await integrity.unseen(context, after=id_cursor(cursor), limit=limit)
        return page_of([_told(row) for row in rows], limit, lambda one: str(one.id))


@post(
    "/market/signals/{signal_id:uuid}/seen",
    status_code=200,
    opt={"permission": "work.review"},
    operation_id="see_signal",
    tags=["Market"],
)
async def see_signal(request: AnyRequest, signal_id: FromPath[UUID], data: JSONBody[Seen]) -> Signal:
    """Notes what you made of it. It changes nothing else."""
    async with enter(request) as context:
        return _told(await integrity.see(context, signal_id, data.note))


HANDLERS = [list_signals, see_signal]


def _told(found: integrity.Found) -> Signal:
    return Signal(**{name: getattr(found, name) for name in Signal.__struct_fields__})
