"""Photos: what the database knows of them. The bytes are in the blob store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.photos import StoredPhoto
from assay.store.connection import Tenant, queries


@dataclass(frozen=True)
class Attachment:
    """``stored`` is there once ``state`` is ``ready``; ``failure`` says in words why it is ``failed``."""

    id: UUID
    project_id: UUID
    state: str
    file_name: str
    source_url: str | None
    failure: str | None
    stored: StoredPhoto | None


async def insert(
    tenant: Tenant, attachment_id: UUID, project_id: UUID, stored: StoredPhoto, now: datetime
) -> tuple[UUID, bool]:
    """The attachment's id, and whether the project had this photo already (then it is that one's id)."""
    sql = queries("attachments")["insert_ready"]
    row = await tenant.fetchrow(sql, attachment_id, project_id, stored.file_name, *stored.columns(), now)
    if row is None:  # another transaction inserted the same photo and committed in between: now it can be seen
        row = await tenant.fetchrow(sql, attachment_id, project_id, stored.file_name, *stored.columns(), now)
    assert row is not None, "the row is either new or there"
    return row["id"], row["duplicate"]


async def insert_pending(
    tenant: Tenant, project_id: UUID, now: datetime, ids: Sequence[UUID], names: Sequence[str], urls: Sequence[str]
) -> None:
    await tenant.execute(queries("attachments")["insert_pending"], project_id, now, ids, names, urls)


async def get(tenant: Tenant, attachment_id: UUID) -> Attachment:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("attachments")["get_attachment"], attachment_id)
    if row is None:
        raise NotFound("No such attachment in your organization.")
    stored = stored_from(row) if row["state"] == "ready" else None
    return Attachment(
        row["id"], row["project_id"], row["state"], row["file_name"], row["source_url"], row["failure"], stored
    )


def stored_from(row: Any) -> StoredPhoto:
    """From a row that carries an attachment's columns."""
    return StoredPhoto(**{name: row[name] for name in StoredPhoto.__dataclass_fields__})


async def sizes(tenant: Tenant, project_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Width and height, as shown, of those ids that are usable photos of the project."""
    rows = await tenant.fetch(queries("attachments")["sizes"], project_id, ids)
    return {row["id"]: (row["width"], row["height"]) for row in rows if row["state"] == "ready"}


async def photos(tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, StoredPhoto]:
    """The usable photos among these ids."""
    rows = await tenant.fetch(queries("attachments")["photos"], ids)
    return {row["id"]: stored_from(row) for row in rows}


async def mark_ready(tenant: Tenant, attachment: Attachment, stored: StoredPhoto) -> Sequence[UUID]:
    """Fills in a fetched photo and gives the tasks that waited for it.

    When the project has the same photo already, the tasks are pointed at that one and this row goes.
    """
    sql = queries("attachments")
    same = await tenant.fetchval(sql["find_same"], attachment.project_id, stored.sha256)
    if same is not None and same != attachment.id:
        rows = await tenant.fetch(sql["repoint_tasks"], attachment.id, same)
        await tenant.execute(sql["delete_attachment"], attachment.id)
        await tenant.execute(sql["keep_address"], same, attachment.source_url)
        return [row["id"] for row in rows]
    await tenant.execute(sql["mark_ready"], attachment.id, *stored.columns())
    return await tasks_of(tenant, attachment.id)


async def mark_failed(tenant: Tenant, attachment_id: UUID, failure: str, status: int | None) -> Sequence[UUID]:
    """Records why the photo could not be had, and gives the tasks that waited for it. ``status``: what its address
    answered, where that is the reason."""
    await tenant.execute(queries("attachments")["mark_failed"], attachment_id, failure, status)
    return await tasks_of(tenant, attachment_id)


async def tasks_of(tenant: Tenant, attachment_id: UUID) -> Sequence[UUID]:
    return [row["id"] for row in await tenant.fetch(queries("attachments")["tasks_of"], attachment_id)]


async def guide_image(tenant: Tenant, attachment_id: UUID, *, author: bool) -> StoredPhoto:
    """A photo shown in instructions; ``author`` may see it before it stands there. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("attachments")["guide_image"], attachment_id, author)
    if row is None:
        raise NotFound("No instructions show this photo.")
    return stored_from(row)
