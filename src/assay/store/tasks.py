"""Tasks: written many at once, and read as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assay.core.annotations.kind import Answer, Content
from assay.core.content import KeptItem
from assay.core.errors import Invalid, NotFound
from assay.core.photos import StoredPhoto
from assay.core.tasks import Stage, TaskState
from assay.core.taxonomy import Taxonomy
from assay.store import attachments
from assay.store.connection import Tenant, as_json, from_json, queries
from assay.store.shown import content_of, items_from, taxonomy_from

MISSING: Final = "No such task in your organization."

# --- writing many -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewTurn:
    """An open turn to be. ``reason`` says why a review is asked. ``rank``: of the task's batch, if it has one;
    ``kept``: it is kept to some workers."""

    id: UUID
    task_id: UUID
    stage: Stage
    round: int
    priority: int
    reserved_for: UUID | None = None
    reason: str | None = None
    rank: int | None = None
    kept: bool = False


async def insert_golds(tenant: Tenant, golds: Mapping[UUID, str], now: datetime) -> None:
    """Keeps known answers, as JSON text by task; one that is there is replaced."""
    if golds:
        await tenant.execute(queries("tasks")["insert_golds"], now, list(golds), list(golds.values()))


async def open_turns(tenant: Tenant, project_id: UUID, now: datetime, turns: Sequence[NewTurn]) -> int | None:
    """Puts turns into the queue, in the order given within each priority; the first position taken in
    it, none where all are kept to some workers."""
    if not turns:
        return None
    first: int | None = await tenant.fetchval(
        queries("tasks")["open_turns"],
        project_id,
        now,
        [t.id for t in turns],
        [t.task_id for t in turns],
        [t.stage for t in turns],
        [t.round for t in turns],
        [t.priority for t in turns],
        [t.reserved_for for t in turns],
        [t.reason for t in turns],
        [t.rank for t in turns],
        [t.kept for t in turns],
    )
    return first


async def existing(tenant: Tenant, project_id: UUID, unique_ids: Sequence[str]) -> dict[str, UUID]:
    """Which of these names are taken, and by which task."""
    if not unique_ids:
        return {}
    rows = await tenant.fetch(queries("tasks")["existing_unique_ids"], project_id, unique_ids)
    return {row["unique_id"]: row["id"] for row in rows}


# --- standing and golds ----------------------------------------------------------------------------------------------


async def suspend(
    tenant: Tenant, suspension_id: UUID, project_id: UUID, worker_id: UUID, reason: str, now: datetime
) -> Sequence[UUID] | None:
    """Suspends a worker in a project; the unfinished tasks of the project that this touches. None if they were
    suspended already."""
    if not await tenant.execute(
        queries("tasks")["insert_suspension"], suspension_id, project_id, worker_id, reason, now
    ):
        return None
    return await touched_by(tenant, project_id, worker_id)


async def touched_by(tenant: Tenant, project_id: UUID, worker_id: UUID) -> Sequence[UUID]:
    """Unfinished tasks in which the worker holds a turn, has one kept for them, or has an answer."""
    rows = await tenant.fetch(queries("tasks")["touched_by_worker"], project_id, worker_id)
    return [row["id"] for row in rows]


async def set_gold(tenant: Tenant, task_id: UUID, answer: Answer | None, now: datetime) -> None:
    """Makes a task a gold with this known answer, or with none an ordinary task again."""
    sql = queries("tasks")
    if answer is None:
        await tenant.execute(sql["delete_gold"], task_id)
    else:
        await insert_golds(tenant, {task_id: as_json(answer)}, now)
    await tenant.execute(sql["set_gold_flag"], task_id, answer is not None)


# --- reading ------------------------------------------------------------------------------------------------------

# The order of a list, and where its next page starts. The cursor's columns are those of the order.
_ORDERS: Final = {
    "newest": "and ($9::text is null or task.id < $9::uuid) order by task.id desc limit $10",
    "oldest": "and ($9::text is null or task.id > $9::uuid) order by task.id limit $10",
    "agreement": """and ($9::text is null or (coalesce(task.agreement, 2), task.id)
        > (split_part($9, '_', 1)::real, split_part($9, '_', 2)::uuid))
        order by coalesce(task.agreement, 2), task.id limit $10""",
}
ORDERS: Final = frozenset(_ORDERS)


@dataclass(frozen=True)
class Filters:
    """None does not filter. ``search`` is the beginning of a unique id or a file name."""

    state: str | None = None
    batch: str | None = None
    gold: bool | None = None
    worker_id: UUID | None = None
    agreement_max: float | None = None
    search: str | None = None


@dataclass(frozen=True)
class Task:
    """A task as lists show it. ``photo`` is none while it is fetched or when it cannot be had (``media_problem``).

    ``excerpt``: how the first text of its content begins. ``items`` (its content) and ``taxonomy`` (its own) are there
    only when it was asked for by itself."""

    id: UUID
    project_id: UUID
    project_version: int
    unique_id: str | None
    state: TaskState
    is_gold: bool
    round: int
    batch: str | None
    priority: int
    metadata: dict[str, Any]
    prelabels: Answer | None
    agreement: float | None
    confidence: float | None
    broken_reason: str | None
    created_at: datetime
    completed_at: datetime | None
    submissions: int
    attachment_id: UUID | None
    media_problem: str | None
    photo: StoredPhoto | None
    excerpt: str | None
    items: list[KeptItem] | None
    taxonomy: Taxonomy | None

    @property
    def content(self) -> Content:
        return content_of(self.photo, self.items)


def _task(row: Any) -> Task:
    return Task(
        **{name: row[name] for name in _PLAIN},
        metadata=from_json(row["metadata"]),
        prelabels=from_json(row["prelabels"]),
        photo=attachments.stored_from(row) if row["blob_key"] is not None else None,
        items=items_from(row.get("content")),
        taxonomy=taxonomy_from(row.get("taxonomy")),
    )


_JSON: Final = ("metadata", "prelabels", "photo", "items", "taxonomy")
_PLAIN: Final = [name for name in Task.__dataclass_fields__ if name not in _JSON]


async def listed(
    tenant: Tenant, project_id: UUID, filters: Filters, *, order: str, after: str | None, limit: int
) -> list[Task]:
    """Tasks in one of ``ORDERS``, from the cursor on."""
    prefix = None if filters.search is None else _like_prefix(filters.search)
    rows = await tenant.fetch(
        f"{queries('tasks')['list_tasks']}\n{_ORDERS[order]}",
        project_id,
        filters.state,
        filters.batch,
        filters.gold,
        filters.worker_id,
        filters.agreement_max,
        prefix,
        after,
        limit,
    )
    return [_task(row) for row in rows]


def cursor_of(task: Task, order: str) -> str:
    """Where the page after this task starts."""
    if order != "agreement":
        return str(task.id)
    return f"{2 if task.agreement is None else repr(task.agreement)}_{task.id}"


def check_cursor(text: str | None, order: str) -> str | None:
    """Raises ``Invalid`` for what is no cursor of this order."""
    if text is None:
        return None
    agreement, _, task_id = text.rpartition("_")
    try:
        UUID(task_id)
        well_formed = 0 <= float(agreement) <= 2 and "_" not in agreement if order == "agreement" else not agreement
    except ValueError:
        well_formed = False
    if not well_formed:
        raise Invalid("This is not a cursor of this list; start without one.", "cursor")
    return text


def _like_prefix(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def get(tenant: Tenant, task_id: UUID) -> Task:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("tasks")["get_task"], task_id)
    if row is None:
        raise NotFound(MISSING)
    return _task(row)
