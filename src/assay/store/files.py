"""Files that a customer put away: what the database knows of them. The bytes are in the blob store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assay.core.errors import NotFound
from assay.store.connection import Tenant, from_json, queries


@dataclass(frozen=True)
class File:
    """``name`` is for people, ``reference`` the customer's own, once in a mode. ``content_type`` is as its content
    says. ``project_name``: what programs call the project it was put away for, if it was for one."""

    id: UUID
    mode: str
    name: str
    reference: str | None
    content_type: str
    byte_count: int
    sha256: bytes
    blob_key: str
    source_url: str | None
    project_id: UUID | None
    project_name: str | None
    metadata: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Bytes:
    """Where the content of a file lies."""

    name: str
    blob_key: str
    byte_count: int


async def insert(tenant: Tenant, file: File, metadata: str) -> None:
    """``metadata`` is JSON text. Raises ``AlreadyExists`` for a reference that another file of the mode has."""
    await tenant.execute(
        queries("files")["insert_file"],
        file.id,
        file.mode,
        file.name,
        file.reference,
        file.content_type,
        file.byte_count,
        file.sha256,
        file.blob_key,
        file.source_url,
        file.project_id,
        metadata,
        file.created_at,
    )


async def of_mode(tenant: Tenant, ids: Sequence[UUID], mode: str) -> dict[UUID, File]:
    """Those of these files that are of the mode."""
    rows = await tenant.fetch(queries("files")["get_files"], ids, mode)
    return {row["id"]: File(**{**row, "metadata": from_json(row["metadata"])}) for row in rows}


async def for_project(tenant: Tenant, file_id: UUID, project_id: UUID) -> Bytes:
    """A file that a project of the same mode may use. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("files")["file_for_project"], file_id, project_id)
    if row is None:
        raise NotFound("There is no such file for this project.")
    return Bytes(**row)
