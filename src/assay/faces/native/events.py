"""The record of what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromQuery, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import delivery
from assay.services.delivery import Recorded

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class Actor(msgspec.Struct):
    """Who did it. ``name`` is as of now; none for the system."""

    kind: Literal["member", "worker", "key", "system"]
    id: UUID | None
    name: str | None


class Event(msgspec.Struct):
    """``type`` is like `task.completed`; ``data`` depends on it."""

    id: UUID
    type: str
    at: datetime
    actor: Actor
    project_id: UUID | None
    task_id: UUID | None
    data: dict[str, Any]


def event_of(row: Recorded) -> Event:
    """An event as it goes over the wire."""
    actor = Actor(row.actor_kind, row.actor_id, row.actor_name)  # type: ignore[arg-type]
    return Event(row.id, row.type, row.at, actor, row.project_id, row.task_id, row.data)


@get("/events", opt={"permission": "event.read"}, operation_id="list_events", tags=["Events"])
async def list_events(
    request: AnyRequest,
    type: FromQuery[str | None] = None,
    project: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Event]:
    """What happened in the organization, newest first."""
    async with enter(request) as context:
        rows = await delivery.events(context, before=id_cursor(cursor), type=type, project_id=project, limit=limit)
        return page_of([event_of(row) for row in rows], limit, lambda event: str(event.id))


HANDLERS = [list_events]
