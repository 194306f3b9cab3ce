"""Tasks come into being: with their photos to fetch, their first turns and their events, all or none.

Ten thousand at once are ordinary, so rows travel as columns, and a column that says the same of every row not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from msgspec.structs import replace

from assay.core.batches import check_takes_tasks
from assay.core.errors import AlreadyExists
from assay.core.intake import DEFAULT_PRIORITY, CheckedRow, file_name_of
from assay.core.workflow import first_turns
from assay.store import attachments, batches, events, jobs, projects, tasks
from assay.store.connection import Tenant, as_json, queries

CREATED: Final = "task.created"

Value = TypeVar("Value")
Actor = tuple[str, UUID | None]
NewIds = Callable[[int], list[UUID]]
# A row, the id of its task, and its known answer as JSON text.
NewTask = tuple[CheckedRow, UUID, str | None]


async def write(
    tenant: Tenant,
    project: projects.Project,
    rows: Sequence[CheckedRow],
    batch: str | None,
    now: datetime,
    actor: Actor,
    new_ids: NewIds,
) -> tuple[dict[int, UUID], int | None]:
    """Row index to task id for those written, and the first place in the queue that was taken, if any.

    A row whose unique id another task has is not written; one that has an address to fetch must be known not to be
    such a row. ``new_ids`` makes so many ids, in order.
    """
    into = await batches.entered(tenant, new_ids(1)[0], project.id, batch.strip(), now) if batch else None
    if into is not None:
        check_takes_tasks(batch or "", into.state, staged=into.staged)
        rows = _prioritized(rows, into.priority)
    fetched = await _fetch(tenant, project.id, rows, now, new_ids)
    task_ids = new_ids(len(rows))
    # Known answers are met among the others' tasks, so nothing keeps them back.
    held = into is not None and into.state == "staging"
    golds = [None if row.gold is None else as_json(row.gold) for row in rows]
    unique_ids = _column([row.row.unique_id for row in rows], None)
    columns = [
        project.id,
        project.version,
        None if into is None else into.id,
        now,
        task_ids,
        [fetched.get(row.index, row.row.attachment_id) for row in rows],
        unique_ids,
        _column([row.metadata for row in rows], "{}"),
        _column([None if row.prelabels is None else as_json(row.prelabels) for row in rows], None),
        _column([row.row.url is not None or (held and row.gold is None) for row in rows], False),
        _column([gold is not None for gold in golds], False),
        _column([row.row.priority for row in rows], DEFAULT_PRIORITY),
        DEFAULT_PRIORITY,
        _column([row.content for row in rows], None),
        _column([row.taxonomy for row in rows], None),
    ]
    insert = queries("new_tasks")["insert_tasks"]
    new = list(zip(rows, task_ids, golds, strict=True))

    async def write_all() -> int | None:
        await tenant.execute(insert, *columns)
        return await _begin(tenant, project, into, new, now, actor, new_ids)

    if not unique_ids:
        return _made(new), await write_all()
    # Most requests bring no unique id that is there. So rows first go in as if none were: to be ready for one costs a
    # quarter of the whole insert, as PostgreSQL then looks for it before each row and marks the row twice.
    try:
        async with tenant.attempt():
            return _made(new), await write_all()
    except AlreadyExists:
        there = {row["id"] for row in await tenant.fetch(insert + _LEAVE_OUT, *columns)}
        new = [one for one in new if one[1] in there]
        return _made(new), await _begin(tenant, project, into, new, now, actor, new_ids)


# A unique id that another task has, or that another transaction took in between.
_LEAVE_OUT: Final = """
    on conflict (organization_id, project_id, unique_id) where unique_id is not null do nothing
    returning id"""


def _prioritized(rows: Sequence[CheckedRow], priority: int | None) -> Sequence[CheckedRow]:
    """With the priority of their batch, where rows say none themselves."""
    if priority is None:
        return rows
    return [
        replace(row, row=replace(row.row, priority=priority)) if row.row.priority == DEFAULT_PRIORITY else row
        for row in rows
    ]


def _made(new: Sequence[NewTask]) -> dict[int, UUID]:
    return {row.index: task_id for row, task_id, _ in new}


async def _begin(
    tenant: Tenant,
    project: projects.Project,
    into: batches.Entered | None,
    new: Sequence[NewTask],
    now: datetime,
    actor: Actor,
    new_ids: NewIds,
) -> int | None:
    """What stands beside new tasks: known answers, first turns and events. The first place in the queue taken."""
    await tasks.insert_golds(tenant, {task_id: gold for _, task_id, gold in new if gold is not None}, now)
    waiting = [(id_, row.row.priority) for row, id_, gold in new if gold is None and row.row.url is None]
    first = None
    if into is None or into.state != "staging":
        first = await _open_turns(tenant, project, into, waiting, now, new_ids)
    await _record(tenant, project.id, [task_id for _, task_id, _ in new], now, actor, new_ids)
    if into is not None and into.state == "completed":
        await batches.settle(tenant, [into.id], now, actor, new_ids)
    return first


def _column(values: list[Value], ordinary: Value) -> list[Value]:
    return [] if values.count(ordinary) == len(values) else values


async def _fetch(
    tenant: Tenant, project_id: UUID, rows: Sequence[CheckedRow], now: datetime, new_ids: NewIds
) -> dict[int, UUID]:
    """Photos that are to be fetched, by the index of their row."""
    urls = {row.index: row.row.url for row in rows if row.row.url is not None}
    fetched = dict(zip(urls, new_ids(len(urls)), strict=True))
    if fetched:
        names = [file_name_of(url) for url in urls.values()]
        await attachments.insert_pending(tenant, project_id, now, list(fetched.values()), names, list(urls.values()))
        await jobs.enqueue(tenant, "fetch_attachment", list(fetched.values()))
    return fetched


async def _open_turns(
    tenant: Tenant,
    project: projects.Project,
    into: batches.Entered | None,
    waiting: Sequence[tuple[UUID, int]],
    now: datetime,
    new_ids: NewIds,
) -> int | None:
    """As many turns as the policy opens at first, for each task and its priority; the first position taken."""
    if not waiting or project.offered:
        return None
    count = first_turns(project.current.policy)
    turns = [task for task in waiting for _ in range(count)]
    first: int | None = await tenant.fetchval(
        queries("new_tasks")["open_first_turns"],
        project.id,
        now,
        new_ids(len(turns)),
        [task_id for task_id, _ in turns],
        _column([priority for _, priority in turns], DEFAULT_PRIORITY),
        DEFAULT_PRIORITY,
        None if into is None else into.rank,
        into is not None and into.kept,
    )
    return first


async def _record(
    tenant: Tenant, project_id: UUID, task_ids: Sequence[UUID], now: datetime, actor: Actor, new_ids: NewIds
) -> None:
    if not task_ids:
        return
    event_ids = new_ids(len(task_ids))
    sql = queries("new_tasks")["record_created"]
    if not await tenant.execute(sql, now, *actor, project_id, event_ids, task_ids):
        told = [
            events.NewEvent(event_id, CREATED, project_id, task_id)
            for event_id, task_id in zip(event_ids, task_ids, strict=True)
        ]
        await events.record(tenant, now, actor, told)
