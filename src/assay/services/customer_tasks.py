"""Tasks as a customer's program handles them: created one by one, looked for by what it calls them, and renamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from assay.core.annotations import kind_named
from assay.core.batches import check_takes_tasks
from assay.core.content import SIZE_NOT_KNOWN, Fetched, GivenItem, as_if_here, kept
from assay.core.customer_tasks import check_request, check_tags, check_unique_id, checked_metadata
from assay.core.errors import AlreadyExists, Conflict, Invalid
from assay.core.intake import TaskRow, check_rows
from assay.core.taxonomy import Taxonomy
from assay.services.context import Context, Tenants
from assay.store import at_once, awaited, batches, events, projects
from assay.store import customer_tasks as store
from assay.store.at_once import SeenKey
from assay.store.connection import as_json
from assay.store.customer_tasks import FoundTask as FoundTask
from assay.store.customer_tasks import NewTask
from assay.store.customer_tasks import Search as Search
from assay.store.delivery import DeliveryState as DeliveryState


async def create(
    context: Context,
    project: projects.Project,
    row: TaskRow,
    *,
    tags: Sequence[str] = (),
    request: str | None = None,
    taxonomy: Taxonomy | None = None,
    callback: str | None = None,
    items: Sequence[GivenItem] | None = None,
    opinions: int | None = None,
    made_up: bool = False,
    batch: batches.Entered | None = None,
) -> FoundTask:
    """Creates one task. Its unique id is so among all such tasks of the caller's mode.

    ``request``: JSON text, the task as a customer's program said it. ``taxonomy``: what this task asks, where it is not
    what its project asks. ``callback``: who is told when it is done, an address that was checked. ``batch``: one of the
    project's, entered in this transaction. ``items``: what it shows beside the one photo at its address, or instead of
    it, and ``opinions`` how many people are to answer, where that is not what its project says. ``made_up``: it is
    answered at once, by nobody. Raises ``Invalid``, ``Conflict`` (archived project, or a batch that takes no more), and
    ``AlreadyExists`` for a unique id that is taken, after which the transaction is over.
    """
    if project.state == "archived":
        raise Conflict("This project is archived. Make it active before adding to it.")
    if batch is not None:
        check_takes_tasks(batch.name, batch.state, staged=batch.staged)
    item_ids = context.new_ids(len(items or ()))
    if items is not None:
        row = replace(row, content=as_if_here(items, item_ids))
    sizes = dict.fromkeys(item_ids, SIZE_NOT_KNOWN)
    pages_known = not any(isinstance(item, Fetched) and item.type == "pages" for item in items or ())
    new = _checked(project, row, context.new_id, tags, request, taxonomy, callback, sizes, pages_known=pages_known)
    try:
        made = await store.insert(context.tenant, project, new, context.now, context.caller.actor, batch=batch)
    except AlreadyExists as error:
        raise AlreadyExists(f"There is a task with the unique id {row.unique_id!r} already.", "unique_id") from error
    if items is not None or row.url is None or opinions is not None or made_up:
        held, urls = (None, []) if items is None else kept(items, item_ids)
        await awaited.show(
            context.tenant, made.id, project.id, held, urls, context.now, opinions=opinions, made_up=made_up
        )
    if batch is not None and batch.state == "completed":
        await batches.settle(context.tenant, [batch.id], context.now, context.caller.actor, context.new_ids)
    return made


async def create_at_once(
    tenants: Tenants,
    organization_id: UUID,
    key: SeenKey,
    project: projects.Project,
    row: TaskRow,
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    batch: str | None,
    own_priority: bool,
    tags: Sequence[str] = (),
    request: str | None = None,
    taxonomy: Taxonomy | None = None,
    callback: str | None = None,
) -> FoundTask | None:
    """``create`` of one photo's task in one round trip, for a key and a project that were seen not long ago. ``batch``:
    what a batch is called, whose priority the row's gives way to unless it is its ``own_priority``.

    None when nothing was written: then ask ``create``, which knows why. Raises ``Invalid`` for the row, and whatever
    the database answers; after ``Unavailable`` nobody knows what became of the task.
    """
    new = _checked(project, row, new_id, tags, request, taxonomy, callback, {})
    priority = await at_once.create(tenants, organization_id, key, project, new, batch, own_priority, now=now)
    return None if priority is None else new.found(project, now, priority, batch)


def _checked(
    project: projects.Project,
    row: TaskRow,
    new_id: Callable[[], UUID],
    tags: Sequence[str],
    request: str | None,
    taxonomy: Taxonomy | None,
    callback: str | None,
    sizes: Mapping[UUID, tuple[int, int]],
    *,
    pages_known: bool = True,
) -> NewTask:
    """What is to be written. ``sizes``: of the photos of its content. Raises ``Invalid``."""
    check_tags(tags)
    if request is not None:
        check_request(request)
    if taxonomy is not None:
        kind_named(project.kind).check_taxonomy(taxonomy)
    asked = taxonomy or project.current.taxonomy
    good, bad = check_rows([row], project.kind, asked, sizes, pages_known=pages_known)
    if bad:
        raise Invalid(bad[0])
    return NewTask(
        id=new_id(),
        photo_id=None if row.url is None else new_id(),
        event_id=new_id(),
        row=good[0],
        unique_among=project.mode if row.unique_id is not None else None,
        tags=list(dict.fromkeys(tags)),
        request=request,
        taxonomy=None if taxonomy is None else as_json(taxonomy),
        callback=callback,
    )


# --- across projects ----------------------------------------------------------------------------------------------


async def search(context: Context, wanted: Search, kinds: Sequence[str], *, limit: int) -> list[FoundTask]:
    """Tasks of the caller's mode and of these kinds, the newest first; one more than ``limit`` where there are more."""
    return await store.found(context.tenant, wanted, mode=context.caller.mode, kinds=kinds, limit=limit + 1)


async def count(context: Context, wanted: Search, kinds: Sequence[str]) -> int:
    """How many of them there are."""
    return await store.count(context.tenant, wanted, mode=context.caller.mode, kinds=kinds)


async def found(context: Context, task_id: UUID, kinds: Sequence[str]) -> FoundTask:
    """One of them. Raises ``NotFound``."""
    return await store.get(context.tenant, task_id, mode=context.caller.mode, kinds=kinds)


# --- what customers say of their tasks ----------------------------------------------------------------------------


async def set_metadata(context: Context, task_id: UUID, metadata: dict[str, Any]) -> None:
    """Replaces a task's metadata. Raises ``Invalid`` and ``NotFound``."""
    text = checked_metadata(metadata)
    task = await store.lock(context.tenant, task_id)
    await store.set_metadata(context.tenant, task_id, text)
    await _record(context, task_id, task, {"changed": "metadata"})


async def change_tags(
    context: Context, task_id: UUID, tags: Sequence[str], how: Literal["set", "add", "remove"]
) -> None:
    """Replaces, adds to or takes from a task's tags. Raises ``Invalid`` and ``NotFound``."""
    task = await store.lock(context.tenant, task_id)
    kept = {
        "set": list(tags),
        "add": [*task.tags, *tags],
        "remove": [tag for tag in task.tags if tag not in tags],
    }[how]
    kept = list(dict.fromkeys(kept))
    check_tags(kept)
    if kept != list(task.tags):
        await store.set_tags(context.tenant, task_id, kept)
        await _record(context, task_id, task, {"changed": "tags", "tags": kept})


async def set_unique_id(context: Context, task_id: UUID, unique_id: str | None) -> None:
    """Gives a task a unique id, so among all tasks of the caller's mode that have such a one, or takes it away.

    Raises ``Invalid``, ``NotFound``, and ``AlreadyExists`` where another task has it, after which the transaction is
    over.
    """
    if unique_id is not None:
        check_unique_id(unique_id)
    task = await store.lock(context.tenant, task_id)
    among = None if unique_id is None else context.caller.mode
    if (task.unique_id, task.unique_among) == (unique_id, among):
        return
    try:
        await store.set_unique_id(context.tenant, task_id, unique_id, among)
    except AlreadyExists as error:
        raise AlreadyExists(f"Another task has the unique id {unique_id!r}.", "unique_id") from error
    await _record(context, task_id, task, {"changed": "unique_id", "unique_id": unique_id})


async def _record(context: Context, task_id: UUID, task: store.LockedTask, data: dict[str, Any]) -> None:
    event = events.NewEvent(context.new_id(), "task.changed", task.project_id, task_id, data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
