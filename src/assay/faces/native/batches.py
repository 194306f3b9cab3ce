"""Batches of a project: how far they are, letting them go, and what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.services import batches, callbacks, projects
from assay.services.batches import BatchState, Counts, Purpose, Search
from assay.services.context import Context

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class BatchGroup(msgspec.Struct):
    """A group of the project's workers."""

    id: UUID
    name: str


class Batch(msgspec.Struct, kw_only=True):
    """Tasks that came in together. Golds are not counted.

    ``state``: the tasks of a batch in staging wait until it is finalized. ``purpose``: every answer of a calibration
    batch is reviewed, and it comes first; a self-label batch is for owners and managers. ``priority``: of its tasks
    that say none, within [0, 100]; none where nobody said. ``rank``: its place among batches of one priority, the
    smallest first. ``set_aside``: of the ``open`` tasks, those that workers could not do and that wait for a manager.
    ``unreadable``: tasks whose photo cannot be had. ``groups``: whose people alone are offered its
    tasks; of none, everybody is. ``callback``: who is told when its tasks are done; ``called_back``: what became of the
    latest time that they were told.
    """

    id: UUID
    name: str
    state: BatchState
    purpose: Purpose
    priority: int | None
    rank: int | None
    tasks: int
    open: int
    set_aside: int
    completed: int
    unreadable: int
    cancelled: int
    groups: list[BatchGroup]
    callback: str | None
    called_back: Literal["pending", "delivered", "failed"] | None
    created_at: datetime
    completed_at: datetime | None


class Priority(msgspec.Struct, forbid_unknown_fields=True):
    """Within [0, 100], higher first."""

    priority: int


async def _told(context: Context, found: Sequence[batches.Batch]) -> list[Batch]:
    counts = await batches.counts(context, found)
    groups = await batches.kept_to(context, found)
    called_back = await callbacks.latest_of_batches(context, [batch.id for batch in found])
    return [_batch(one, counts[one.id], groups[one.id], called_back.get(one.id)) for one in found]


def _batch(
    batch: batches.Batch,
    counts: Counts,
    groups: Sequence[tuple[UUID, str]],
    called_back: callbacks.DeliveryState | None,
) -> Batch:
    return Batch(
        id=batch.id,
        name=batch.name,
        state=batch.state,
        purpose=batch.purpose,
        priority=batch.priority,
        rank=batch.rank,
        tasks=counts.total,
        open=counts.open,
        set_aside=counts.set_aside,
        completed=counts.completed,
        unreadable=counts.unreadable,
        cancelled=counts.cancelled,
        groups=[BatchGroup(id_, name) for id_, name in groups],
        callback=batch.callback,
        called_back=called_back,
        created_at=batch.created_at,
        completed_at=batch.completed_at,
    )


async def _again(context: Context, batch_id: UUID) -> Batch:
    (told,) = await _told(context, [await batches.get(context, batch_id)])
    return told


@get("/projects/{project_id:uuid}/batches", opt={"permission": "task.read"}, operation_id="list_batches")
async def list_batches(
    request: AnyRequest, project_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Batch]:
    """The project's batches, newest first."""
    async with enter(request) as context:
        await projects.get(context, project_id)
        wanted = Search(project_id=project_id, before=id_cursor(cursor))
        page = page_of(
            await batches.search(context, wanted, limit=limit + 1), limit, cursor=lambda batch: str(batch.id)
        )
        return Page(await _told(context, page.items), page.next_cursor)


@post(
    "/batches/{batch_id:uuid}/finalize",
    status_code=200,
    opt={"permission": "task.write"},
    operation_id="finalize_batch",
)
async def finalize_batch(request: AnyRequest, batch_id: FromPath[UUID]) -> Batch:
    """Lets the tasks of a batch in staging be worked on; any other batch stays as it is."""
    async with enter(request) as context:
        await batches.finalize(context, await batches.get(context, batch_id))
        answer = await _again(context, batch_id)
    house(request).ring()
    return answer


@put("/batches/{batch_id:uuid}/priority", opt={"permission": "task.write"}, operation_id="prioritize_batch")
async def prioritize_batch(request: AnyRequest, batch_id: FromPath[UUID], data: JSONBody[Priority]) -> Batch:
    """Gives a batch and all its unfinished tasks a priority."""
    async with enter(request) as context:
        await batches.prioritize(context, await batches.get(context, batch_id), data.priority)
        return await _again(context, batch_id)


router = Router(path="/", route_handlers=[list_batches, finalize_batch, prioritize_batch], tags=["Batches"])
