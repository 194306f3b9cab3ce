"""A worker in the training of a project: what several services ask of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from assay.core import training as rules
from assay.core.policy import Policy
from assay.services.context import Context
from assay.store import events
from assay.store import training as store


async def looked_at(
    context: Context, project_id: UUID, worker_id: UUID, policy: Policy
) -> tuple[store.Record, rules.Progress]:
    """Where a worker stands. One who has just got through is let into the project, once and for all."""
    record = await store.record(context.tenant, project_id, worker_id)
    progress = rules.progress(record.attempts, record.course, policy.training)
    through = record.passed_at is None and progress.state == "passed" and progress.wanted > 0
    if through and await store.let_pass(context.tenant, project_id, worker_id, context.now, progress.score):
        await said(context, "training.passed", project_id, worker_id, {"score": progress.score})
    return record, progress


async def said(context: Context, type: str, project_id: UUID, worker_id: UUID, data: dict[str, Any]) -> None:
    """Records what happened in a worker's training."""
    event = events.NewEvent(context.new_id(), type, project_id=project_id, data={"worker_id": str(worker_id), **data})
    await events.record(context.tenant, context.now, context.caller.actor, [event])
