"""Batches: made, looked at, let go, and put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from assay.core import batches as rules
from assay.core.batches import BatchState as BatchState
from assay.core.batches import Purpose as Purpose
from assay.core.customer_tasks import checked_metadata
from assay.core.errors import AlreadyExists, Conflict, Invalid, NotFound
from assay.core.routing import PRIORITY_MAX, RANK_MAX
from assay.services.context import Context
from assay.store import batches as store
from assay.store import events, projects, teams
from assay.store.batches import Batch as Batch
from assay.store.batches import Counts as Counts
from assay.store.batches import Entered as Entered
from assay.store.batches import Search as Search


async def create(
    context: Context,
    project: projects.Project,
    name: str,
    *,
    purpose: Purpose = "production",
    staged: bool = False,
    metadata: Mapping[str, Any] | None = None,
    callback: str | None = None,
) -> Batch:
    """A new batch, whose name no other of the caller's mode has that was made so.

    ``staged``: its tasks are kept back until it is finalized. A calibration batch is served before all others. Raises
    ``Invalid``, ``Conflict`` (archived project), and ``AlreadyExists`` for a name that is taken, after which the
    transaction is over.
    """
    if project.state == "archived":
        raise Conflict("This project is archived. Make it active before adding to it.", "project")
    batch = Batch(
        id=context.new_id(),
        project_id=project.id,
        project_name=project.handle or project.name,
        name=rules.checked_name(name, "name"),
        state="staging" if staged else "in_progress",
        purpose=purpose,
        staged=staged,
        priority=None,
        rank=0 if purpose == "calibration" else None,
        metadata=dict(metadata or {}),
        callback=callback,
        created_at=context.now,
        completed_at=None,
        archived=False,
    )
    text = checked_metadata(batch.metadata)
    try:
        await store.insert(context.tenant, batch, unique_among=context.caller.mode, metadata=text)
    except AlreadyExists as error:
        raise AlreadyExists(f"There is a batch {batch.name!r} already. Choose another name.", "name") from error
    if purpose == "self_label":
        await store.note_keeping(context.tenant, project.id)
    await _record(context, "batch.created", batch, {"purpose": purpose, "staged": staged})
    return batch


async def called(context: Context, name: str) -> Batch:
    """The batch of the caller's mode that programs call so, or that people named so. Raises ``NotFound``."""
    return await store.called(context.tenant, name, context.caller.mode)


async def entered(context: Context, name: str) -> Entered:
    """The same, to put a task into it in this transaction, during which it stays as it is. Raises ``NotFound``."""
    return await store.entered_by_name(context.tenant, name, context.caller.mode)


async def get(context: Context, batch_id: UUID) -> Batch:
    """Raises ``NotFound``."""
    return await store.get(context.tenant, batch_id)


async def search(
    context: Context, wanted: Search, *, limit: int | None, offset: int = 0, in_order: bool = False
) -> Sequence[Batch]:
    """Batches, the newest first; ``in_order``: as they are served, those without a place last."""
    return await store.found(context.tenant, wanted, limit=limit, offset=offset, in_order=in_order)


async def count(context: Context, wanted: Search) -> int:
    return await store.count(context.tenant, wanted)


async def counts(context: Context, found: Sequence[Batch]) -> Mapping[UUID, Counts]:
    """The tasks of each."""
    return await store.counts(context.tenant, [batch.id for batch in found])


async def set_metadata(context: Context, batch: Batch, metadata: dict[str, Any]) -> None:
    """Replaces a batch's metadata. Raises ``Invalid``."""
    await store.set_metadata(context.tenant, batch.id, checked_metadata(metadata))
    await _record(context, "batch.changed", batch, {"changed": "metadata"})


async def finalize(context: Context, batch: Batch) -> None:
    """Lets a batch in staging go; any other stays as it is."""
    if not await store.finalize(context.tenant, batch.id):
        return
    await _record(context, "batch.finalized", batch, {})
    # Everything in it may have been cancelled meanwhile.
    await store.settle(context.tenant, [batch.id], context.now, context.caller.actor, context.new_ids)


async def prioritize(context: Context, batch: Batch, priority: int) -> None:
    """Gives a batch and all its unfinished tasks this priority, within [0, 100]. Raises ``Invalid``."""
    if not 0 <= priority <= PRIORITY_MAX:
        raise Invalid(f"Must be within 0 and {PRIORITY_MAX}.", "priority")
    context.opened.extend(await store.set_priority(context.tenant, batch, priority))
    await _record(context, "batch.changed", batch, {"changed": "priority", "priority": priority})


async def put_in_order(context: Context, ordered: Sequence[Batch]) -> None:
    """Serves these batches in this order before all others of the same priority; a calibration batch stays before them.

    Batches of the caller's mode that had a place and are not named lose it. Raises ``Invalid`` for too many.
    """
    if len(ordered) > RANK_MAX:
        raise Invalid(f"At most {RANK_MAX} batches can be put in order.", "batches")
    ranks: dict[UUID, int] = {}
    for batch in ordered:
        ranks.setdefault(batch.id, len(ranks) + 1)
    pending = await store.found(context.tenant, Search(mode=context.caller.mode, unfinished=True))
    changed = {
        batch: ranks.get(batch.id)
        for batch in pending
        if batch.rank != ranks.get(batch.id) and batch.purpose != "calibration"
    }
    context.opened.extend(await store.set_ranks(context.tenant, changed))
    for batch, rank in changed.items():
        await _record(context, "batch.changed", batch, {"changed": "rank", "rank": rank})


async def kept_to(context: Context, found: Sequence[Batch]) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
    """Id and name of the groups that each is kept to."""
    return await store.kept_to(context.tenant, [batch.id for batch in found])


async def keep_to(context: Context, batch: Batch, names: Sequence[str]) -> None:
    """Keeps a batch to groups of its project, called by name or id: only who is in one of them is offered its tasks.
    With no names it is offered to all again. Turns that somebody holds stay theirs. Raises ``NotFound``."""
    known = await teams.groups_called(context.tenant, batch.project_id, names) if names else []
    called = {part for id_, name in known for part in (str(id_), name)}
    for name in names:
        if name not in called:
            raise NotFound(f"The project has no group {name[:100]!r}.", "groups")
    ids = list(dict.fromkeys(id_ for id_, _ in known))
    context.opened.extend(await store.keep_to(context.tenant, batch, ids))
    await _record(context, "batch.changed", batch, {"changed": "groups", "groups": [str(id_) for id_ in ids]})


async def _record(context: Context, type: str, batch: Batch, data: dict[str, object]) -> None:
    event = events.NewEvent(
        context.new_id(), type, batch.project_id, data={"batch_id": str(batch.id), "name": batch.name, **data}
    )
    await events.record(context.tenant, context.now, context.caller.actor, [event])
