"""Looking at tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assay.core.annotations.kind import Answer
from assay.core.content import KeptItem, photos_in
from assay.core.errors import Invalid, NotFound
from assay.core.photos import StoredPhoto
from assay.services.context import Context
from assay.store import attachments, audits, events, projects
from assay.store import tasks as store
from assay.store.audits import Audit as Audit
from assay.store.connection import from_json, queries
from assay.store.tasks import Filters as Filters
from assay.store.tasks import Task as Task


@dataclass(frozen=True)
class WholeTask:
    """A task and everything that belongs to it, oldest first."""

    task: Task
    gold: Answer | None
    assignments: Sequence[Any]
    submissions: Sequence[Any]
    consensus: Any | None
    reviews: Sequence[Any]
    audits: Sequence[Audit]
    response: Any | None
    events: Sequence[events.Event]


async def listed(
    context: Context, project_id: UUID, filters: Filters, *, order: str, cursor: str | None, limit: int
) -> tuple[list[Task], str | None]:
    """A page of tasks and where the next one starts. Raises ``NotFound`` and ``Invalid``."""
    await projects.get(context.tenant, project_id)
    for name in ("batch", "search"):
        if "\x00" in (getattr(filters, name) or ""):
            raise Invalid("Text must not contain the NUL character.", name)
    if filters.agreement_max is not None and not 0 <= filters.agreement_max <= 1:
        raise Invalid("Must be within 0 and 1.", "agreement_max")
    after = store.check_cursor(cursor, order)
    found = await store.listed(context.tenant, project_id, filters, order=order, after=after, limit=limit + 1)
    more = len(found) > limit
    return found[:limit], store.cursor_of(found[limit - 1], order) if more else None


async def get(context: Context, task_id: UUID) -> Task:
    """Raises ``NotFound``."""
    return await store.get(context.tenant, task_id)


async def whole(context: Context, task_id: UUID) -> WholeTask:
    """Everything about one task. Raises ``NotFound``."""
    tenant, sql = context.tenant, queries("tasks")
    task = await store.get(tenant, task_id)
    return WholeTask(
        task=task,
        gold=from_json(await tenant.fetchval(sql["task_gold"], task_id)) if task.is_gold else None,
        assignments=await tenant.fetch(sql["task_assignments"], task_id),
        submissions=await tenant.fetch(sql["task_submissions"], task_id),
        consensus=await tenant.fetchrow(sql["task_consensus"], task_id),
        reviews=await tenant.fetch(sql["task_reviews"], task_id),
        audits=await audits.of_task(tenant, task_id),
        response=await tenant.fetchrow(sql["task_response"], task_id),
        events=(await events.listed(tenant, before=None, limit=500, task_id=task_id))[::-1],
    )


async def audit(context: Context, task_id: UUID, audit_id: UUID) -> Audit:
    """One audit of a task. Raises ``NotFound``."""
    for found in await audits.of_task(context.tenant, task_id):
        if found.id == audit_id:
            return found
    raise NotFound("No such audit of this task.")


async def photos_shown(context: Context, items: Sequence[KeptItem] | None) -> Mapping[UUID, StoredPhoto]:
    """The photos that a task's content shows."""
    ids = photos_in(items)
    return await attachments.photos(context.tenant, ids) if ids else {}
