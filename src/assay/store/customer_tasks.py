"""Tasks as programs create them, one by one, and look for them: across projects, by what their customers call them.

A page costs what is on it: only the conditions that are asked for are part of the statement, pages are told by where
the last one ended, and the count of everything is asked for apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from assay.store import batches, projects
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


@dataclass(frozen=True)
class NewTask:
    """A task to be written. ``photo_id``: none where it shows something else than one photo; ``event_id``: of the event
    that tells of it. ``unique_among``: the mode in which no other has its unique id. ``request`` and ``taxonomy`` are
    JSON text."""

    id: UUID
    photo_id: UUID | None
    event_id: UUID
    row: CheckedRow
    unique_among: str | None
    tags: Sequence[str]
    request: str | None
    taxonomy: str | None
    callback: str | None

    @property
    def file_name(self) -> str | None:
        """The name its photo goes by."""
        return None if self.row.row.url is None else file_name_of(self.row.row.url)

    @property
    def prelabels(self) -> str | None:
        """As JSON text."""
        return None if self.row.prelabels is None else as_json(self.row.prelabels)

    def found(self, project: projects.Project, now: datetime, priority: int, batch: str | None) -> FoundTask:
        """As it is found right after it was written."""
        return FoundTask(
            id=self.id,
            project_id=project.id,
            project_name=project.handle or project.name,
            kind=project.kind,
            mode=project.mode,
            project_version=project.version,
            unique_id=self.row.row.unique_id,
            state="preparing",
            metadata=self.row.row.metadata,
            tags=self.tags,
            request=from_json(self.request),
            priority=priority,
            batch=batch,
            created_at=now,
            changed_at=now,
            completed_at=None,
            begun=False,
            source_url=self.row.row.url,
            photo_key=None,
            media_problem=None,
            media_status=None,
            taxonomy=self.taxonomy,
            answer=None,
            origin=None,
            audits=(),
            verdict=None,
            called_back=None,
        )


async def insert(
    tenant: Tenant,
    project: projects.Project,
    new: NewTask,
    now: datetime,
    actor: tuple[str, UUID | None],
    *,
    batch: batches.Entered | None,
) -> FoundTask:
    """One task, its event, and the job that fetches its photo; the task as it would be found.

    Raises ``AlreadyExists`` for a unique id that is taken; then nothing is left to do in this transaction but leave it.
    """
    await tenant.execute(
        queries("customer_tasks")["create_task"],
        new.id,
        project.id,
        project.version,
        new.photo_id,
        new.row.row.unique_id,
        new.unique_among,
        new.row.metadata,
        list(new.tags) or None,
        new.request,
        new.taxonomy,
        new.prelabels,
        new.row.row.priority,
        now,
        new.file_name,
        new.row.row.url,
        *actor,
        new.event_id,
        new.callback,
        None if batch is None else batch.id,
    )
    return new.found(project, now, new.row.row.priority, None if batch is None else batch.name)


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
# `?` stands for the place of the value.
_CONDITIONS: Final[Mapping[str, str]] = {
    "states": "task.state = any (?::text[])",
    "unreadable": """exists (select from attachments attachment where attachment.organization_id = $1
        and attachment.id = task.attachment_id and attachment.failure is not null) = ?""",
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
    asked = await _asked(tenant, search, mode, kinds)
    if asked is None:
        return []
    conditions, values = asked
    sql = queries("customer_tasks")["find_tasks"]
    end = f"order by task.id desc limit ${len(values) + 2}"
    ids = [row["id"] for row in await tenant.fetch(f"{sql}\n{conditions}\n{end}", *values, limit)]
    return await _told(tenant, ids, mode, kinds) if ids else []


async def count(tenant: Tenant, search: Search, *, mode: str, kinds: Sequence[str]) -> int:
    """How many there are in all."""
    asked = await _asked(tenant, search, mode, kinds)
    if asked is None:
        return 0
    conditions, values = asked
    sql = queries("customer_tasks")["count_tasks"]
    number: int = await tenant.fetchval(f"{sql}\n{conditions}", *values)
    return number


async def get(tenant: Tenant, task_id: UUID, *, mode: str, kinds: Sequence[str]) -> FoundTask:
    """Raises ``NotFound``."""
    rows = await found(tenant, Search(among=(task_id, task_id)), mode=mode, kinds=kinds, limit=1)
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


async def _asked(tenant: Tenant, search: Search, mode: str, kinds: Sequence[str]) -> tuple[str, list[object]] | None:
    """The conditions that are asked for, and their values from the second parameter on; none where no task can be.

    Projects and batches are looked up first and asked for by id. Of one of them alone the tasks lie in order in an
    index; asked for by name beside the tasks they would be a guess to the planner, which then reads and sorts them all
    for each page.
    """
    conditions: list[str] = []
    values: list[object] = []

    def ask(condition: str, value: object) -> None:
        values.append(value)
        conditions.append(f"and {condition.replace('?', f'${len(values) + 1}')}")

    # Of tasks that are asked for by id the mode is looked at as they are told.
    if search.among is None:
        wanted = list(kinds) if search.kind is None else [search.kind]
        sql, named = queries("customer_tasks"), ("task.project_id = ", "task.batch_id = ")
        called = [await tenant.fetch(sql["projects_of"], mode, wanted, search.project)]
        if search.batch is not None:
            called.append(await tenant.fetch(sql["batches_called"], mode, search.batch))
        for column, rows in zip(named, called, strict=False):
            if not rows:
                return None
            ids = [row["id"] for row in rows]
            ask(column + ("?" if len(ids) == 1 else "any (?::uuid[])"), ids[0] if len(ids) == 1 else ids)
    for name, condition in _CONDITIONS.items():
        value = getattr(search, name)
        if value is not None:
            ask(condition, value)
    return "\n".join(conditions), values


async def _told(tenant: Tenant, ids: Sequence[UUID], mode: str, kinds: Sequence[str]) -> list[FoundTask]:
    rows = await tenant.fetch(queries("customer_tasks")["tell_tasks"], mode, kinds, ids)
    return [_task(row) for row in rows]


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
