"""Tasks as programs create them, one by one, and look for them: across projects, by what their customers call them.

A page costs what is on it: only the conditions that are asked for are part of the statement, pages are told by where
the last one ended, and the count of everything is asked for apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.annotations.kind import Answer
from assay.core.content import KeptItem
from assay.core.errors import NotFound
from assay.core.intake import CheckedRow, file_name_of
from assay.core.tasks import Origin, TaskState
from assay.core.taxonomy import Taxonomy
from assay.store import batches, jobs, projects
from assay.store.audits import AuditTold as AuditTold
from assay.store.connection import Tenant, as_json, from_json, queries
from assay.store.delivery import DeliveryState
from assay.store.shown import items_from
from assay.store.tasks import MISSING


@dataclass(frozen=True)
class FoundTask:
    """``project_name`` is what programs call the project. ``changed_at``: of the last thing that happened to the task.
    ``begun``: somebody took a turn. ``request``: as a program sent it. ``taxonomy`` and ``answer`` are JSON text: what
    is asked where that is not what the project asks, and the response once the task is completed, from ``origin``.
    ``voices``: all answers of a completed task that wanted several of itself. ``content``: what it shows, where no
    program said it. ``audits``: oldest first; ``verdict``:
    what they say of it now, 'pending' while nothing. ``pages``: width and height of each photo of its content.
    ``media_status``: the HTTP status of the photo's address, where that was the trouble. ``called_back``: what became
    of the latest callback."""

    id: UUID
    project_id: UUID
    project_name: str
    kind: str
    mode: str
    project_version: int
    unique_id: str | None
    state: TaskState
    metadata: dict[str, Any]
    tags: Sequence[str]
    request: Any | None
    priority: int
    batch: str | None
    created_at: datetime
    changed_at: datetime
    completed_at: datetime | None
    begun: bool
    source_url: str | None
    photo_key: str | None
    media_problem: str | None
    media_status: int | None
    taxonomy: str | None
    answer: str | None
    origin: Origin | None
    audits: Sequence[AuditTold]
    verdict: str | None
    called_back: DeliveryState | None
    voices: Sequence[Answer] = ()
    content: Sequence[KeptItem] | None = None
    pages: Sequence[dict[str, int | None]] = ()


async def insert(
    tenant: Tenant,
    ids: tuple[UUID, UUID | None, UUID],
    project: projects.Project,
    row: CheckedRow,
    now: datetime,
    actor: tuple[str, UUID | None],
    *,
    unique_among: str | None,
    tags: Sequence[str],
    request: str | None,
    taxonomy: Taxonomy | None,
    callback: str | None,
    batch: batches.Entered | None,
) -> FoundTask:
    """One task, its event, and the job that fetches its photo; the task as it would be found. ``ids``: of the task, the
    photo (none where it shows something else) and the event. ``unique_among``: the mode in which no other has its
    unique id.

    Raises ``AlreadyExists`` for one that is taken; then nothing can be done in this transaction but to leave it.
    """
    url = row.row.url
    task_id, photo_id, event_id = ids
    own = None if taxonomy is None else as_json(taxonomy)
    await tenant.execute(
        queries("customer_tasks")["insert_task"],
        task_id,
        project.id,
        project.version,
        photo_id,
        row.row.unique_id,
        unique_among,
        row.metadata,
        list(tags) or None,
        request,
        own,
        None if row.prelabels is None else as_json(row.prelabels),
        row.row.priority,
        now,
        None if url is None else file_name_of(url),
        url,
        *actor,
        event_id,
        callback,
        None if batch is None else batch.id,
    )
    if photo_id is not None:
        await jobs.enqueue(tenant, "fetch_attachment", [photo_id])
    return FoundTask(
        id=task_id,
        project_id=project.id,
        project_name=project.handle or project.name,
        kind=project.kind,
        mode=project.mode,
        project_version=project.version,
        unique_id=row.row.unique_id,
        state="preparing",
        metadata=row.row.metadata,
        tags=tags,
        request=from_json(request),
        priority=row.row.priority,
        batch=None if batch is None else batch.name,
        created_at=now,
        changed_at=now,
        completed_at=None,
        begun=False,
        source_url=url,
        photo_key=None,
        media_problem=None,
        media_status=None,
        taxonomy=own,
        answer=None,
        origin=None,
        audits=(),
        verdict=None,
        called_back=None,
    )


@dataclass(frozen=True)
class Search:
    """What tasks must be like; none does not ask. Times are aware.

    ``among``: the first and last id that will do, both included; ``ending`` the last 12 digits of an id.
    ``unreadable``: whether the photo could not be had. ``tags`` and ``unique_ids``: any of them. ``said``: an object
    (JSON text) that the request must contain; ``said_or_silent``: the same, or there is no request. ``verdicts``: of
    their customer, any of them.
    """

    project: str | None = None
    kind: str | None = None
    batch: str | None = None
    states: Sequence[TaskState] | None = None
    unreadable: bool | None = None
    unique_ids: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    said: str | None = None
    said_or_silent: str | None = None
    verdicts: Sequence[str] | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    completed_from: datetime | None = None
    completed_until: datetime | None = None
    changed_from: datetime | None = None
    changed_until: datetime | None = None
    among: tuple[UUID, UUID] | None = None
    ending: str | None = None
    before: UUID | None = None


_HAPPENED: Final = "select from events event where event.organization_id = $1 and event.task_id = task.id and event.at"
# `?` stands for the place of the value. What a program calls a project may be what people called one without a handle.
_CONDITIONS: Final[Mapping[str, str]] = {
    "project": """task.project_id = any (array(select called.id from projects called
        where called.organization_id = $1 and called.mode = $2
            and (called.handle = ? or called.handle is null and called.name = ?)))""",
    "kind": "project.kind = ?",
    "batch": """task.batch_id = any (array(select called.id from batches called
        where called.organization_id = $1 and called.name = ?))""",
    "states": "task.state = any (?::text[])",
    "unreadable": "(attachment.failure is not null) = ?",
    "unique_ids": "task.unique_id = any (?::text[])",
    "tags": "task.tags && ?::text[]",
    "said": "task.request::jsonb @> ?::jsonb",
    "said_or_silent": "(task.request is null or task.request::jsonb @> ?::jsonb)",
    "created_from": "task.created_at >= ?",
    "created_until": "task.created_at <= ?",
    "completed_from": "task.completed_at >= ?",
    "completed_until": "task.completed_at <= ?",
    "changed_from": f"exists ({_HAPPENED} >= ?)",
    "changed_until": f"not exists ({_HAPPENED} > ?)",
    "among": "task.id between (?::uuid[])[1] and (?::uuid[])[2]",
    "ending": "right(task.id::text, 12) = ?",
    "verdicts": "audit_verdict($1, task.id, task.round, task.state) = any (?::text[])",
    "before": "task.id < ?",
}


async def found(
    tenant: Tenant, search: Search, *, mode: str, kinds: Sequence[str], limit: int | None = None
) -> list[FoundTask]:
    """The newest first."""
    conditions, values = _asked(search)
    sql = queries("customer_tasks")["find_tasks"]
    end = f"order by task.id desc limit ${len(values) + 4}"
    rows = await tenant.fetch(f"{sql}\n{conditions}\n{end}", mode, kinds, *values, limit)
    return [_task(row) for row in rows]


async def count(tenant: Tenant, search: Search, *, mode: str, kinds: Sequence[str]) -> int:
    """How many there are in all."""
    conditions, values = _asked(search)
    sql = queries("customer_tasks")["count_tasks"]
    number: int = await tenant.fetchval(f"{sql}\n{conditions}", mode, kinds, *values)
    return number


async def get(tenant: Tenant, task_id: UUID, *, mode: str, kinds: Sequence[str]) -> FoundTask:
    """Raises ``NotFound``."""
    rows = await found(tenant, Search(among=(task_id, task_id)), mode=mode, kinds=kinds)
    if not rows:
        raise NotFound(MISSING)
    return rows[0]


@dataclass(frozen=True)
class LockedTask:
    state: TaskState
    unique_id: str | None
    unique_among: str | None
    tags: Sequence[str]
    project_id: UUID


async def lock(tenant: Tenant, task_id: UUID) -> LockedTask:
    """A task that nobody else can change until this transaction ends. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("customer_tasks")["lock_task"], task_id)
    if row is None:
        raise NotFound(MISSING)
    return LockedTask(**{**row, "tags": row["tags"] or ()})


async def set_metadata(tenant: Tenant, task_id: UUID, metadata: str) -> None:
    """``metadata`` is JSON text."""
    await tenant.execute(queries("customer_tasks")["set_metadata"], task_id, metadata)


async def set_tags(tenant: Tenant, task_id: UUID, tags: Sequence[str]) -> None:
    await tenant.execute(queries("customer_tasks")["set_tags"], task_id, list(tags) or None)


async def set_unique_id(tenant: Tenant, task_id: UUID, unique_id: str | None, among: str | None) -> None:
    """``among``: the mode in which no other task may have it. Raises ``AlreadyExists``."""
    await tenant.execute(queries("customer_tasks")["set_unique_id"], task_id, unique_id, among)


def _asked(search: Search) -> tuple[str, list[object]]:
    """The conditions that are asked for, and their values from the fourth parameter on."""
    values: list[object] = []

    def each() -> Iterator[str]:
        for name, condition in _CONDITIONS.items():
            value = getattr(search, name)
            if value is not None:
                values.append(value)
                yield f"and {condition.replace('?', f'${len(values) + 3}')}"

    return "\n".join(list(each())), values


_audits = msgspec.json.Decoder(list[AuditTold]).decode


def _task(row: Any) -> FoundTask:
    return FoundTask(
        **{
            **row,
            "metadata": from_json(row["metadata"]),
            "request": from_json(row["request"]),
            "audits": () if row["audits"] is None else _audits(row["audits"]),
            "tags": row["tags"] or (),
            "voices": from_json(row["voices"]) or (),
            "content": items_from(row["content"]),
            "pages": from_json(row["pages"]) or (),
            "changed_at": row["changed_at"] or row["created_at"],
        }
    )
