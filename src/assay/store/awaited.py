"""What the content of a task shows and is still to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assay.core.content import FileItem, ImageItem, KeptItem, TextItem, WaitingItem, in_place
from assay.core.intake import file_name_of
from assay.core.photos import StoredPhoto
from assay.store import attachments, due, jobs
from assay.store.attachments import Attachment
from assay.store.connection import Tenant, as_json, queries
from assay.store.shown import items_from


async def show(
    tenant: Tenant,
    task_id: UUID,
    project_id: UUID,
    items: Sequence[KeptItem] | None,
    urls: Sequence[str],
    now: datetime,
    *,
    opinions: int | None,
    made_up: bool,
) -> None:
    """What a new task shows, how many answers it wants and whether that is one nobody gives. Items that wait are
    fetched from ``urls``, in their order; where none waits, nor its photo, the task is due."""
    sql = queries("awaited")
    content = None if items is None else as_json(items)
    await tenant.execute(sql["complete_task"], task_id, content, opinions, made_up)
    waiting = [item for item in items or () if isinstance(item, WaitingItem)]
    if not waiting:
        await due.mark(tenant, [task_id])
        return
    ids = [item.attachment_id for item in waiting]
    await attachments.insert_pending(tenant, project_id, now, ids, [file_name_of(url) for url in urls], list(urls))
    await tenant.execute(sql["await_items"], task_id, ids, [item.becomes for item in waiting])
    await jobs.enqueue(tenant, "fetch_attachment", ids)


async def wanted_as(tenant: Tenant, attachment_id: UUID) -> str | None:
    """As what a task's content waits for it; none where no content does."""
    found: str | None = await tenant.fetchval(queries("awaited")["wanted_as"], attachment_id)
    return found


async def photo_arrived(tenant: Tenant, attachment: Attachment, stored: StoredPhoto) -> Sequence[UUID]:
    """Puts a photo into the content that waited for it, by the id of the same photo if the project had it; the tasks
    that may advance. Comes before the attachment is marked ready, as it goes then if it was there."""
    same = await tenant.fetchval(queries("attachments")["find_same"], attachment.project_id, stored.sha256)
    item = ImageItem(same or attachment.id, None, stored.width, stored.height)
    return await _fill(tenant, attachment.id, [item])


async def pages_arrived(
    tenant: Tenant, attachment: Attachment, ids: Sequence[UUID], pages: Sequence[StoredPhoto], now: datetime
) -> Sequence[UUID]:
    """The same with the pages of a document, each a photo of its own; ``ids``: theirs, where the project had them not.
    Raises ``Invalid`` where the task would show too many."""
    items = []
    for id_, page in zip(ids, pages, strict=True):
        kept, _ = await attachments.insert(tenant, id_, attachment.project_id, page, now)
        items.append(ImageItem(kept, None, page.width, page.height))
    tasks = await _fill(tenant, attachment.id, items)
    await tenant.execute(queries("awaited")["forget_fetched"], attachment.id)
    return tasks


async def item_arrived(tenant: Tenant, attachment_id: UUID, item: TextItem | FileItem) -> Sequence[UUID]:
    """The same with what is no photo, of which nothing else is kept."""
    tasks = await _fill(tenant, attachment_id, [item])
    await tenant.execute(queries("awaited")["forget_fetched"], attachment_id)
    return tasks


async def failed(tenant: Tenant, attachment_id: UUID) -> None:
    """What cannot be had stands for the whole of the task that was to show it, as if it were its photo."""
    await tenant.execute(queries("awaited")["show_failed"], attachment_id)


async def _fill(
    tenant: Tenant, attachment_id: UUID, arrived: Sequence[ImageItem | TextItem | FileItem]
) -> Sequence[UUID]:
    sql = queries("awaited")
    row = await tenant.fetchrow(sql["lock_waiting"], attachment_id)
    if row is None:
        return []
    items = in_place(items_from(row["content"]) or (), attachment_id, arrived)
    await tenant.execute(sql["show_content"], row["id"], as_json(items))
    await tenant.execute(sql["stop_waiting"], attachment_id)
    return [row["id"]]
