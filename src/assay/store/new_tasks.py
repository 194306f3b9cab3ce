"""Tasks come into being: with their photos to fetch, their first turns and their events, all or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from assay.core.intake import CheckedRow, file_name_of
from assay.core.workflow import first_turns
from assay.store import attachments, events, jobs, projects, tasks
from assay.store.connection import Tenant, as_json


async def write(
    tenant: Tenant,
    project: projects.Project,
    rows: Sequence[CheckedRow],
    batch: str | None,
    now: datetime,
    actor: tuple[str, UUID | None],
    new_ids: Callable[[int], list[UUID]],
) -> tuple[dict[int, UUID], int | None]:
    """Row index to task id for those written, and the first place in the queue that was taken, if any.

    A row whose unique id another transaction took meanwhile is not written. ``new_ids`` makes so many ids, in order.
    """
    batch_id = await tasks.batch(tenant, new_ids(1)[0], project.id, batch.strip(), now) if batch else None
    urls = {row.index: row.row.url for row in rows if row.row.url is not None}
    fetched = dict(zip(urls, new_ids(len(urls)), strict=True))
    if fetched:
        await attachments.insert_pending(
            tenant,
            project.id,
            now,
            list(fetched.values()),
            [file_name_of(urls[index]) for index in fetched],
            [urls[index] for index in fetched],
        )
        await jobs.enqueue(tenant, "fetch_attachment", list(fetched.values()))
    new = {
        row.index: tasks.NewTask(
            id=task_id,
            attachment_id=fetched.get(row.index, row.row.attachment_id),
            unique_id=row.row.unique_id,
            metadata=row.metadata,
            prelabels=None if row.prelabels is None else as_json(row.prelabels),
            gold=None if row.gold is None else as_json(row.gold),
            state="preparing" if row.row.url is not None else "annotating",
            priority=row.row.priority,
        )
        for row, task_id in zip(rows, new_ids(len(rows)), strict=True)
    }
    written = await tasks.insert(tenant, project.id, project.version, batch_id, now, list(new.values()))
    waiting = [t for t in new.values() if t.id in written and t.state == "annotating" and t.gold is None]
    count = first_turns(project.current.policy)
    turn_ids = new_ids(count * len(waiting))
    first = await tasks.open_turns(
        tenant,
        project.id,
        now,
        [
            tasks.NewTurn(turn_ids[place * count + turn], task.id, "annotate", 1, task.priority)
            for place, task in enumerate(waiting)
            for turn in range(count)
        ],
    )
    event_ids = new_ids(len(written))
    created = [t for t in new.values() if t.id in written]
    await events.record(
        tenant,
        now,
        actor,
        [
            events.NewEvent(event_id, "task.created", project.id, task.id)
            for event_id, task in zip(event_ids, created, strict=True)
        ],
    )
    return {index: task.id for index, task in new.items() if task.id in written}, first
