"""Batches of a project: how far they are, letting them go, and what comes first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody

from assay.faces.http import AnyRequest, Page, enter, house
from assay.services import batches, projects
from assay.services.batches import BatchState, Counts, Purpose, Search
from assay.services.context import Context

# The newest; nobody reads further in one list.
SHOWN_MAX = 1000


class Batch(msgspec.Struct, kw_only=True):
    """Tasks that came in together. Golds are not counted.

    ``state``: the tasks of a batch in staging wait until it is finalized. ``purpose``: every answer of a calibration
    batch is reviewed, and it comes first; a self-label batch is for owners and managers. ``priority``: of its tasks
    that say none, within [0, 100]; none where nobody said. ``rank``: its place among batches of one priority, the
    smallest first. ``unreadable``: tasks whose photo cannot be had.
    """

    id: UUID
    name: str
    state: BatchState
    purpose: Purpose
    priority: int | None
    rank: int | None
    tasks: int
    open: int
    completed: int
    unreadable: int
    cancelled: int
    created_at: datetime
    completed_at: datetime | None


class Priority(msgspec.Struct, forbid_unknown_fields=True):
    """Within [0, 100], higher first."""

    priority: int


def _told(batch: batches.Batch, counts: Counts) -> Batch:
    return Batch(
        id=batch.id,
        name=batch.name,
        state=batch.state,
        purpose=batch.purpose,
        priority=batch.priority,
        rank=batch.rank,
        tasks=counts.total,
        open=counts.open,
        completed=counts.completed,
        unreadable=counts.unreadable,
        cancelled=counts.cancelled,
        created_at=batch.created_at,
        completed_at=batch.completed_at,
    )


async def _again(context: Context, batch_id: UUID) -> Batch:
    batch = await batches.get(context, batch_id)
    return _told(batch, (await batches.counts(context, [batch]))[batch.id])


@get("/projects/{project_id:uuid}/batches", opt={"permission": "task.read"}, operation_id="list_batches")
async def list_batches(request: AnyRequest, project_id: FromPath[UUID]) -> Page[Batch]:
    """The project's batches, newest first."""
    async with enter(request) as context:
        await projects.get(context, project_id)
        found = await batches.search(context, Search(project_id=project_id), limit=SHOWN_MAX)
        counts = await batches.counts(context, found)
        return Page([_told(batch, counts[batch.id]) for batch in found])


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
