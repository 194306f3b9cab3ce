"""How each worker of a project does, and who is kept from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from assay.core.errors import Conflict, Invalid
from assay.core.workforce import Standing
from assay.services.context import Context
from assay.store import due, events, projects, tasks
from assay.store import workforce as store
from assay.store.workforce import WorkerRecord

__all__ = ["WorkerRecord", "listed", "reinstate", "standing_of", "suspend"]

REASON_LENGTH_MAX: Final = 2000


async def listed(context: Context, project_id: UUID, *, after: UUID | None, limit: int) -> Sequence[WorkerRecord]:
    """Everyone who worked in the project; one more than ``limit`` where there are more. Raises ``NotFound``."""
    await projects.get(context.tenant, project_id)
    return await store.workers(context.tenant, project_id, after=after, limit=limit + 1)


def standing_of(record: WorkerRecord) -> Standing:
    """The record as core judges it: accuracy on golds and its interval."""
    return Standing(
        worker_id=record.id,
        golds_answered=record.golds_answered,
        golds_right=record.golds_right,
        suspended=record.suspended_at is not None,
    )


async def suspend(context: Context, project_id: UUID, worker_id: UUID, reason: str) -> WorkerRecord:
    """Keeps a worker from a project: they get no turns, and what they sent in unfinished tasks no longer counts.

    Those tasks are advanced, which ends the worker's turns and opens others. Raises ``NotFound``, ``Invalid`` for a
    reason, and ``Conflict`` for a worker who is suspended already.
    """
    reason = _checked_reason(reason)
    await projects.get(context.tenant, project_id)
    await store.lock_worker(context.tenant, worker_id)
    if (await store.worker(context.tenant, project_id, worker_id)).suspended_at is not None:
        raise Conflict("This worker is suspended in this project already.")
    touched = await tasks.suspend(context.tenant, context.new_id(), project_id, worker_id, reason, context.now)
    assert touched is not None, "nobody else suspends a worker who is locked"
    await due.mark(context.tenant, touched)
    await _record(context, "worker.suspended", project_id, {"worker_id": str(worker_id), "reason": reason})
    return await store.worker(context.tenant, project_id, worker_id)


async def reinstate(context: Context, project_id: UUID, worker_id: UUID, reason: str | None = None) -> WorkerRecord:
    """Lets a worker back in with a fresh record: golds answered until now no longer count against them.

    Raises ``NotFound``, ``Invalid`` for a reason, and ``Conflict`` for a worker who is not suspended.
    """
    reason = _checked_reason(reason) if reason is not None else None
    await projects.get(context.tenant, project_id)
    await store.lock_worker(context.tenant, worker_id)
    if not await store.lift_suspension(context.tenant, project_id, worker_id, context.now):
        raise Conflict("This worker is not suspended in this project.")
    touched = await tasks.touched_by(context.tenant, project_id, worker_id)
    await due.mark(context.tenant, touched)
    await _record(context, "worker.reinstated", project_id, {"worker_id": str(worker_id), "reason": reason})
    return await store.worker(context.tenant, project_id, worker_id)


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH_MAX or "\0" in reason:
        raise Invalid(f"must be 1 to {REASON_LENGTH_MAX} characters.", "reason")
    return reason


async def _record(context: Context, type: str, project_id: UUID, data: dict[str, Any]) -> None:
    event = events.NewEvent(context.new_id(), type, project_id=project_id, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
