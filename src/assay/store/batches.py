"""Batches: tasks that came in together, by name; what they come to, and in which order they are served."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assay.core.batches import BatchState, Purpose
from assay.core.errors import NotFound
from assay.core.tasks import Stage
from assay.store import due, events
from assay.store.connection import Tenant, from_json, queries

Actor = tuple[str, UUID | None]


@dataclass(frozen=True)
class Entered:
    """A batch that a task is put into, which stays in this state until the transaction ends: only ``settle`` changes
    it, once the task is there. ``priority`` is of its tasks that say none; ``rank`` its place among batches; ``kept``:
    to some workers."""

    id: UUID
    project_id: UUID
    name: str
    state: BatchState
    staged: bool
    priority: int | None
    rank: int | None
    kept: bool


@dataclass(frozen=True, eq=False)
class Batch:
    """``project_name`` is what programs call the project; ``archived`` says that it is. ``rank`` is its place among the
    batches that were put in order, 0 before all of them."""

    id: UUID
    project_id: UUID
    project_name: str
    name: str
    state: BatchState
    purpose: Purpose
    staged: bool
    priority: int | None
    rank: int | None
    metadata: dict[str, Any]
    callback: str | None
    created_at: datetime
    completed_at: datetime | None
    archived: bool


@dataclass(frozen=True)
class Counts:
    """Tasks without golds. ``unreadable``: those whose photo cannot be had; ``open``: what is still to be done;
    ``set_aside``: what of that workers could not do, and waits for a manager."""

    open: int = 0
    set_aside: int = 0
    completed: int = 0
    unreadable: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.open + self.completed + self.unreadable + self.cancelled


# --- tasks come in ------------------------------------------------------------------------------------------------


async def entered(tenant: Tenant, batch_id: UUID, project_id: UUID, name: str, now: datetime) -> Entered:
    """The project's batch of this name, made under ``batch_id`` where there was none."""
    sql = queries("batches")["enter_batch"]
    # Another transaction may have made it after this statement began to look.
    row = await tenant.fetchrow(sql, batch_id, project_id, name, now) or await tenant.fetchrow(
        sql, batch_id, project_id, name, now
    )
    assert row is not None, "the batch is either new or there"
    return Entered(**row)


async def entered_by_name(tenant: Tenant, name: str, mode: str) -> Entered:
    """The batch that programs call so. Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("batches")["enter_known"], name, mode)
    if row is None:
        raise NotFound(f"There is no batch {name[:200]!r}; create it first.", "batch")
    return Entered(**row)


async def settle(
    tenant: Tenant, ids: Sequence[UUID], now: datetime, actor: Actor, new_ids: Callable[[int], list[UUID]]
) -> None:
    """Says of batches, of which a task was added, ended or was opened again, whether they are completed, with an event
    for each that changed. After it nothing else of them is locked, so it comes last in a transaction."""
    sql = queries("batches")
    await tenant.fetch(sql["lock_batches"], ids)
    changed = await tenant.fetch(sql["settle_batches"], ids, now)
    told = [
        events.NewEvent(
            event_id,
            "batch.completed" if row["state"] == "completed" else "batch.reopened",
            row["project_id"],
            data={"batch_id": str(row["id"]), "name": row["name"]},
        )
        for event_id, row in zip(new_ids(len(changed)), changed, strict=True)
    ]
    await events.record(tenant, now, actor, told)


# --- looking ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """What batches must be like; none does not ask. ``project``: what programs call it. ``before``: made
    before this batch. Times are aware."""

    name: str | None = None
    project: str | None = None
    project_id: UUID | None = None
    id: UUID | None = None
    before: UUID | None = None
    mode: str | None = None
    state: BatchState | None = None
    unfinished: bool | None = None
    archived: bool | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None


_CONDITIONS: Final[Mapping[str, str]] = {
    "name": "batch.name = ?",
    "project": "(project.handle = ? or project.handle is null and project.name = ?)",
    "project_id": "batch.project_id = ?",
    "id": "batch.id = ?",
    "before": "batch.id < ?",
    "mode": "project.mode = ?",
    "state": "batch.state = ?",
    "unfinished": "(batch.state <> 'completed') = ?",
    "archived": "(project.state = 'archived') = ?",
    "created_from": "batch.created_at >= ?",
    "created_until": "batch.created_at <= ?",
}
_NEWEST: Final = "batch.id desc"
_IN_ORDER: Final = "batch.rank, batch.id"
_NAMED: Final = "batch.unique_among is null, batch.id"


async def found(
    tenant: Tenant, search: Search, *, limit: int | None = None, offset: int = 0, in_order: bool = False
) -> list[Batch]:
    """The newest first; ``in_order``: as they are served, those without a place last."""
    return await _found(tenant, search, _IN_ORDER if in_order else _NEWEST, limit, offset)


async def count(tenant: Tenant, search: Search) -> int:
    conditions, values = _asked(search)
    sql = queries("batches")["count_batches"]
    number: int = await tenant.fetchval(f"{sql}\n{conditions}", *values)
    return number


async def called(tenant: Tenant, name: str, mode: str) -> Batch:
    """The batch that programs call so; else the oldest that people named so. Raises ``NotFound``."""
    rows = await _found(tenant, Search(name=name, mode=mode), _NAMED, 1, 0)
    if not rows:
        raise NotFound(f"There is no batch {name[:200]!r} in your organization.", "batch")
    return rows[0]


async def get(tenant: Tenant, batch_id: UUID) -> Batch:
    """Raises ``NotFound``."""
    rows = await _found(tenant, Search(id=batch_id), _NEWEST, 1, 0)
    if not rows:
        raise NotFound("No such batch in your organization.")
    return rows[0]


async def _found(tenant: Tenant, search: Search, order: str, limit: int | None, offset: int) -> list[Batch]:
    conditions, values = _asked(search)
    page = f"order by {order} limit ${len(values) + 2} offset ${len(values) + 3}"
    sql = queries("batches")["find_batches"]
    rows = await tenant.fetch(f"{sql}\n{conditions}\n{page}", *values, limit, offset)
    return [Batch(**{**row, "metadata": from_json(row["metadata"])}) for row in rows]


def _asked(search: Search) -> tuple[str, list[object]]:
    """The conditions that are asked for, and their values from the second parameter on."""
    values: list[object] = []

    def each() -> Iterator[str]:
        for name, condition in _CONDITIONS.items():
            value = getattr(search, name)
            if value is not None:
                values.append(value)
                yield f"and {condition.replace('?', f'${len(values) + 1}')}"

    return "\n".join(list(each())), values


async def counts(tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """The tasks of each batch, of none for one without."""
    sums: dict[UUID, dict[str, int]] = {id_: {} for id_ in ids}
    for row in await tenant.fetch(queries("batches")["count_tasks"], ids) if ids else ():
        of_batch = sums[row["batch_id"]]
        state = row["state"] if row["state"] in ("completed", "cancelled") else "open"
        of_batch[state] = of_batch.get(state, 0) + row["tasks"] - row["unreadable"]
        if row["state"] == "broken":
            of_batch["set_aside"] = row["tasks"] - row["unreadable"]
        of_batch["unreadable"] = of_batch.get("unreadable", 0) + row["unreadable"]
    return {id_: Counts(**of_batch) for id_, of_batch in sums.items()}


# --- changing -----------------------------------------------------------------------------------------------------


async def insert(tenant: Tenant, batch: Batch, *, unique_among: str | None, metadata: str) -> None:
    """``metadata`` is JSON text. Raises ``AlreadyExists``, after which the transaction is over."""
    await tenant.execute(
        queries("batches")["insert_batch"],
        batch.id,
        batch.project_id,
        batch.name,
        unique_among,
        batch.state,
        batch.purpose,
        batch.staged,
        batch.rank,
        metadata,
        batch.callback,
        batch.created_at,
    )


async def finalize(tenant: Tenant, batch_id: UUID) -> bool:
    """Lets the tasks of a batch in staging go; whether it was in staging. What is due then is left to be advanced."""
    sql = queries("batches")
    if await tenant.fetchval(sql["finalize_batch"], batch_id) is None:
        return False
    await tenant.execute(sql["release_tasks"], batch_id)
    return True


async def set_metadata(tenant: Tenant, batch_id: UUID, metadata: str) -> None:
    """``metadata`` is JSON text."""
    await tenant.execute(queries("batches")["set_batch_metadata"], batch_id, metadata)


async def set_priority(tenant: Tenant, batch: Batch, priority: int) -> list[tuple[UUID, Stage, int]]:
    """Of the batch, of its unfinished tasks and of their turns; project, stage and first position of what moved.

    Tasks and turns first, the batch last: the order in which whoever advances tasks takes them.
    """
    sql = queries("batches")
    await tenant.execute(sql["prioritize_tasks"], batch.id, priority)
    moved = await tenant.fetch(sql["move_turns"], batch.id, batch.rank, await _is_kept(tenant, batch))
    await tenant.execute(sql["set_batch_priority"], batch.id, priority)
    return [(row["project_id"], row["stage"], row["position"]) for row in moved]


async def set_ranks(tenant: Tenant, ranks: Mapping[Batch, int | None]) -> list[tuple[UUID, Stage, int]]:
    """The same of batches' places among each other; none: after all that have one."""
    sql = queries("batches")
    moved = [
        row
        for batch, rank in ranks.items()
        for row in await tenant.fetch(sql["move_turns"], batch.id, rank, await _is_kept(tenant, batch))
    ]
    for batch, rank in ranks.items():
        await tenant.execute(sql["set_batch_rank"], batch.id, rank)
    return [(row["project_id"], row["stage"], row["position"]) for row in moved]


# --- who may work on it -------------------------------------------------------------------------------------------


async def kept_to(tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Id and name of the groups that each batch is kept to; of none for one that is kept to nobody."""
    found: dict[UUID, list[tuple[UUID, str]]] = {id_: [] for id_ in ids}
    for row in await tenant.fetch(queries("batches")["kept_to"], ids) if ids else ():
        found[row["batch_id"]].append((row["id"], row["name"]))
    return found


async def keep_to(tenant: Tenant, batch: Batch, groups: Sequence[UUID]) -> list[tuple[UUID, Stage, int]]:
    """Keeps a batch to these groups, with none of them opens it to all; project, stage and first position of the turns
    that went back into the queue."""
    sql = queries("batches")
    await tenant.execute(sql["keep_to"], batch.id, groups)
    if groups:
        await note_keeping(tenant, batch.project_id)
    moved = await tenant.fetch(sql["move_turns"], batch.id, batch.rank, await _is_kept(tenant, batch))
    await look_again(tenant, batch_id=batch.id)
    return [(row["project_id"], row["stage"], row["position"]) for row in moved]


async def look_again(tenant: Tenant, *, batch_id: UUID | None = None, group_id: UUID | None = None) -> None:
    """Whoever may still take the tasks of a batch, or of all that are kept to a group, may all have refused: those that
    somebody refused are due."""
    rows = await tenant.fetch(queries("batches")["refused_tasks"], batch_id, group_id)
    await due.mark(tenant, [row["id"] for row in rows])


async def note_keeping(tenant: Tenant, project_id: UUID) -> None:
    """Remembers that a batch of the project is kept to some of its workers."""
    await tenant.execute(queries("batches")["note_keeping"], project_id)


async def _is_kept(tenant: Tenant, batch: Batch) -> bool:
    return batch.purpose == "self_label" or bool((await kept_to(tenant, [batch.id]))[batch.id])
