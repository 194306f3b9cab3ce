"""Imports: how far each came, what was wrong with its rows, and the photos and tasks that rows speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from assay.core.annotations.kind import MediaSize
from assay.core.errors import NotFound
from assay.core.formats.rows import RowProblem
from assay.core.importing import KnownPhoto, KnownTask, Purpose
from assay.store.connection import Tenant, queries
from assay.store.shown import content_of, items_from, taxonomy_from

ImportState: TypeAlias = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class Import:
    """``done`` and ``failed`` are rows, of ``total``, which is 0 until the file has been looked through.

    ``existing`` of those done asked for what was there already.
    """

    id: UUID
    project_id: UUID
    format: str
    purpose: Purpose
    file_name: str
    blob_key: str
    state: ImportState
    total: int
    done: int
    existing: int
    failed: int
    message: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def position(self) -> int:
        """How many rows of the file have been dealt with."""
        return self.done + self.failed


async def insert(tenant: Tenant, new: Import) -> None:
    await tenant.execute(
        queries("imports")["insert_import"],
        new.id,
        new.project_id,
        new.format,
        new.purpose,
        new.file_name,
        new.blob_key,
        new.created_at,
    )


async def get(tenant: Tenant, import_id: UUID) -> Import:
    """Raises ``NotFound``."""
    return _import(await tenant.fetchrow(queries("imports")["get_import"], import_id))


async def lock(tenant: Tenant, import_id: UUID) -> Import:
    """The import, which nobody else goes on with until this transaction ends. Raises ``NotFound``."""
    return _import(await tenant.fetchrow(queries("imports")["lock_import"], import_id))


async def listed(tenant: Tenant, project_id: UUID, *, before: UUID | None, limit: int) -> list[Import]:
    """Newest first."""
    return [_import(row) for row in await tenant.fetch(queries("imports")["list_imports"], project_id, before, limit)]


async def set_total(tenant: Tenant, import_id: UUID, total: int) -> None:
    await tenant.execute(queries("imports")["set_total"], import_id, total)


async def count_rows(tenant: Tenant, import_id: UUID, *, done: int, existing: int, failed: int) -> None:
    await tenant.execute(queries("imports")["count_rows"], import_id, done, existing, failed)


async def end(tenant: Tenant, import_id: UUID, state: ImportState, message: str | None, now: datetime) -> bool:
    """Whether it was still running."""
    return await tenant.execute(queries("imports")["end_import"], import_id, state, message, now) == 1


async def add_problems(tenant: Tenant, import_id: UUID, problems: Sequence[RowProblem], most: int) -> None:
    """Keeps what is wrong, until an import has ``most`` of them; nobody reads on after that."""
    if not problems:
        return
    merged: dict[int, RowProblem] = {}
    for problem in problems:
        earlier = merged.get(problem.row)
        message = problem.message if earlier is None else f"{earlier.message}; {problem.message}"
        merged[problem.row] = RowProblem(problem.row, problem.item, message[:2000])
    sql = queries("imports")
    room = most - await tenant.fetchval(sql["count_problems"], import_id)
    kept = list(merged.values())[: max(0, room)]
    if kept:
        rows, items, messages = zip(*((p.row, p.item, p.message) for p in kept), strict=True)
        await tenant.execute(sql["insert_problems"], import_id, rows, items, messages)


async def problems(tenant: Tenant, import_id: UUID, *, after: int, limit: int) -> list[RowProblem]:
    """In the file's order."""
    rows = await tenant.fetch(queries("imports")["list_problems"], import_id, after, limit)
    return [RowProblem(*row) for row in rows]


# --- what rows speak of -------------------------------------------------------------------------------------------


async def photos_by_name(tenant: Tenant, project_id: UUID, names: Sequence[str]) -> dict[str, list[KnownPhoto]]:
    """Photos by their whole file name."""
    found: dict[str, list[KnownPhoto]] = {}
    for row in await tenant.fetch(queries("imports")["photos_by_name"], project_id, names):
        found.setdefault(row["name"], []).append(_photo(row["id"], row))
    return found


async def photos_by_last_part(
    tenant: Tenant, project_id: UUID, names: Sequence[str], stems: Sequence[str]
) -> tuple[dict[str, list[KnownPhoto]], dict[str, list[KnownPhoto]]]:
    """Photos by the last part of their name, with and without its ending."""
    by_name: dict[str, list[KnownPhoto]] = {}
    by_stem: dict[str, list[KnownPhoto]] = {}
    for row in await tenant.fetch(queries("imports")["photos_by_last_part"], project_id, names, stems):
        by_name.setdefault(row["name"], []).append(_photo(row["id"], row))
        by_stem.setdefault(row["stem"], []).append(_photo(row["id"], row))
    return by_name, by_stem


async def tasks_found(
    tenant: Tenant, project_id: UUID, photos: Sequence[UUID], unique_ids: Sequence[str], urls: Sequence[str]
) -> tuple[Mapping[UUID, KnownTask], Mapping[str, KnownTask], Mapping[str, KnownTask]]:
    """The first task of each photo, tasks by unique id, and the first task of each address that came to something."""
    rows = await tenant.fetch(queries("imports")["tasks_found"], project_id, photos, unique_ids, urls)
    rows = sorted(rows, key=lambda row: row["id"], reverse=True)
    tasks = [
        KnownTask(
            row["id"],
            row["unique_id"],
            None if row["width"] is None else _photo(row["attachment_id"], row),
            row["state"],
            row["is_gold"],
            row["project_version"],
            row["begun"],
            content_of(None, items_from(row["content"])),
            taxonomy_from(row["taxonomy"]),
        )
        for row in rows
    ]
    addressed = zip(rows, tasks, strict=True)
    return (
        {task.photo.id: task for task in tasks if task.photo is not None},
        {task.unique_id: task for task in tasks if task.unique_id is not None},
        {
            row["source_url"]: task
            for row, task in addressed
            if row["source_url"] is not None and task.state not in ("broken", "cancelled")
        },
    )


async def set_prelabels(tenant: Tenant, prelabels: Mapping[UUID, str]) -> set[UUID]:
    """Sets each task's pre-labels (JSON text) unless work on it has begun; the ids of those that were set."""
    if not prelabels:
        return set()
    rows = await tenant.fetch(queries("imports")["set_prelabels"], list(prelabels), list(prelabels.values()))
    return {row["id"] for row in rows}


def _import(row: Any) -> Import:
    if row is None:
        raise NotFound("No such import in your organization.")
    return Import(**row)


def _photo(id_: UUID, row: Any) -> KnownPhoto:
    return KnownPhoto(id_, MediaSize(row["width"], row["height"]))
