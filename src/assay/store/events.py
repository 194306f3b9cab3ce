"""The record: what happened, to what, by whom. Rows are only added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from assay.store.connection import Tenant, as_json, from_json, queries


@dataclass(frozen=True)
class NewEvent:
    """``type`` is `noun.verb_in_the_past`; ``data`` holds what a reader could not look up later."""

    id: UUID
    type: str
    project_id: UUID | None = None
    task_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    id: UUID
    type: str
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None
    project_id: UUID | None
    task_id: UUID | None
    data: dict[str, Any]


async def record(tenant: Tenant, now: datetime, actor: tuple[str, UUID | None], events: Sequence[NewEvent]) -> None:
    """Adds events and a delivery for each webhook that listens to them, in the caller's transaction."""
    if not events:
        return
    await tenant.execute(
        queries("events")["record_events"],
        now,
        *actor,
        [event.id for event in events],
        [event.type for event in events],
        [event.project_id for event in events],
        [event.task_id for event in events],
        [as_json(event.data) for event in events],
    )


async def listed(
    tenant: Tenant,
    *,
    before: UUID | None,
    limit: int,
    type: str | None = None,
    project_id: UUID | None = None,
    task_id: UUID | None = None,
    only_test: bool = False,
) -> list[Event]:
    """The newest events first, older than ``before``."""
    rows = await tenant.fetch(queries("events")["list_events"], before, type, project_id, task_id, limit, only_test)
    return [Event(**{**row, "data": from_json(row["data"])}) for row in rows]
