"""Training tasks: what practising shows, and what managers make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from assay.core import training as rules
from assay.core.annotations.kind import Answer
from assay.core.errors import Conflict
from assay.core.training import Progress as Progress
from assay.services import practice
from assay.services.context import Context
from assay.store import events, projects, workforce
from assay.store import training as store
from assay.store.assignments import HeldTurn
from assay.store.training import AttemptTold as AttemptTold
from assay.store.training import Labeler as Labeler


@dataclass(frozen=True)
class Practised:
    """What an attempt came to. ``score`` within [0, 1]; ``answer`` is the right one."""

    score: float
    answer: Answer
    progress: Progress


async def progress(context: Context, project_id: UUID) -> Progress:
    """Where the caller stands in the training of a project."""
    version = (await projects.get(context.tenant, project_id)).current
    record = await store.record(context.tenant, project_id, context.worker_id)
    return rules.progress(record.attempts, record.course, version.policy.training)


async def practised(context: Context, turn: HeldTurn) -> Practised | None:
    """What the caller's attempt in this turn came to; none where it was no attempt, or is none yet."""
    score = await store.score_of(context.tenant, turn.id)
    if score is None:
        return None
    answer = await store.known_answer(context.tenant, turn.task_id)
    return Practised(score, answer, await progress(context, turn.project_id))


async def make_training(context: Context, project_id: UUID, task_id: UUID) -> None:
    """Makes a gold a task to practise on. From its first one on a project has a training, which comes first for
    everybody who has not passed it."""
    first = await store.make_training(context.tenant, project_id, task_id)
    said = [events.NewEvent(context.new_id(), "task.made_training", project_id, task_id)]
    if first:
        said.append(events.NewEvent(context.new_id(), "project.training_begun", project_id))
    await events.record(context.tenant, context.now, context.caller.actor, said)


async def let_pass(context: Context, project_id: UUID, worker_id: UUID) -> None:
    """A manager lets a worker into a project without its training. Raises ``NotFound`` and ``Conflict``."""
    await projects.get(context.tenant, project_id)
    await workforce.lock_worker(context.tenant, worker_id)
    if not await store.let_pass(context.tenant, project_id, worker_id, context.now, None):
        raise Conflict("This worker has passed the training already.")
    await practice.said(context, "training.waived", project_id, worker_id, {})


async def begin_again(context: Context, project_id: UUID, worker_id: UUID) -> None:
    """A manager has a worker do the training again: what they answered there no longer counts. Raises ``NotFound``."""
    await projects.get(context.tenant, project_id)
    await workforce.lock_worker(context.tenant, worker_id)
    await store.begin_again(context.tenant, project_id, worker_id, context.now)
    await practice.said(context, "training.begun_again", project_id, worker_id, {})


async def labelers(
    context: Context,
    *,
    emails: Sequence[str] | None = None,
    endings: Sequence[str] | None = None,
    after: str | None = None,
    limit: int,
) -> list[Labeler]:
    """Whoever attempted training tasks, by address; one more than ``limit`` where there are more. Raises ``Forbidden``
    for a test key."""
    context.require_live()
    return await store.labelers(context.tenant, emails=emails, endings=endings, after=after, limit=limit + 1)
