"""Files that a customer puts away, to use in tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assay.core import files as rules
from assay.core.errors import AlreadyExists
from assay.services.context import Context
from assay.store import events
from assay.store import files as store
from assay.store.files import Bytes as Bytes
from assay.store.files import File as File
from assay.store.projects import Project


@dataclass(frozen=True)
class PutAway:
    """A file whose bytes are in the blob store; nothing refers to it yet."""

    content_type: str
    byte_count: int
    sha256: bytes
    blob_key: str


async def add(
    context: Context,
    put_away: PutAway,
    name: str,
    *,
    reference: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    project: Project | None = None,
    source_url: str | None = None,
) -> File:
    """Keeps a file in the caller's mode. Raises ``Invalid``, and ``AlreadyExists`` for a reference that is taken, after
    which the transaction is over."""
    text = rules.check(name, reference, metadata or {})
    file = File(
        id=context.new_id(),
        mode=context.caller.mode,
        name=name,
        reference=reference,
        content_type=put_away.content_type,
        byte_count=put_away.byte_count,
        sha256=put_away.sha256,
        blob_key=put_away.blob_key,
        source_url=source_url,
        project_id=None if project is None else project.id,
        project_name=None if project is None else project.handle or project.name,
        metadata=dict(metadata or {}),
        created_at=context.now,
    )
    try:
        await store.insert(context.tenant, file, text)
    except AlreadyExists as error:
        raise AlreadyExists(f"There is a file with the reference {reference!r} already.", "reference_id") from error
    data = {"file_id": str(file.id), "name": name, "bytes": file.byte_count}
    event = events.NewEvent(context.new_id(), "file.added", file.project_id, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
    return file


async def known(context: Context, ids: Sequence[UUID]) -> Mapping[UUID, File]:
    """Those of these files that are of the caller's mode."""
    return await store.of_mode(context.tenant, ids, context.caller.mode) if ids else {}


async def for_project(context: Context, file_id: UUID, project_id: UUID) -> Bytes:
    """Where a file lies that a project of the same mode may use. Raises ``NotFound``."""
    return await store.for_project(context.tenant, file_id, project_id)
