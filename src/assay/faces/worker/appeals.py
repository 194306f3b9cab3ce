"""A freelancer appeals a rejection, and reads what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.appeals import Appeal
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import appeals

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class OwnAppeal(msgspec.Struct):
    """A rejection of your work that is looked at again. ``origin`` is ``freelancer`` where you appealed, and ``brake``
    where the market held it back, as its requester rejected so much. Until ``state`` is ``closed`` it counts nowhere;
    ``owed``: you are in the right, and are paid as soon as the requester has money. ``outcome``: ``upheld``,
    ``overturned`` by a reviewer of the market (``reason``), or ``yielded`` by the requester."""

    id: UUID
    engagement_id: UUID
    requester_id: UUID
    origin: str
    state: str
    outcome: str | None
    words: str | None
    opened_at: datetime
    answer: str | None
    answer_by: datetime
    answered_at: datetime | None
    reason: str | None
    ruled_at: datetime | None
    closed_at: datetime | None


class NewAppeal(msgspec.Struct, forbid_unknown_fields=True):
    """Why the rejection is wrong: the requester and a neutral reviewer read it."""

    words: str


@post(
    "/engagements/{engagement_id:uuid}/appeal",
    opt={"permission": "market.work"},
    operation_id="appeal_rejection",
    tags=["Engagements"],
)
async def appeal_rejection(request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[NewAppeal]) -> OwnAppeal:
    """Appeals the rejection of your work, once, within the days that the market gives. Somebody rules who has no part
    in it; if you are right you are paid, and nothing of the rejection stays."""
    async with enter(request) as context:
        return _told(await appeals.open_(context, engagement_id, data.words))


@get("/appeals", opt={"permission": "market.work"}, operation_id="list_own_appeals", tags=["Engagements"])
async def list_own_appeals(
    request: AnyRequest,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    mode: FromQuery[Literal["live", "test"] | None] = None,
) -> Page[OwnAppeal]:
    """Rejections of your work that are, or were, looked at again, newest first."""
    async with enter(request) as context:
        rows = await appeals.mine(context, mode=context.mode(mode), before=id_cursor(cursor), limit=limit)
        return page_of([_told(row) for row in rows], limit, lambda one: str(one.id))


HANDLERS = [appeal_rejection, list_own_appeals]


def _told(found: Appeal) -> OwnAppeal:
    return OwnAppeal(**{name: getattr(found, name) for name in OwnAppeal.__struct_fields__})
