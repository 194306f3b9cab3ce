"""Pages with places to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assay.core.postings import MissingThing
from assay.store.connection import Tenant, queries


@dataclass(frozen=True)
class Layout:
    """``retired_at``: from then on nothing new is made from it."""

    id: UUID
    name: str
    html: str
    created_at: datetime
    retired_at: datetime | None = None


async def insert(tenant: Tenant, layout: Layout) -> None:
    await tenant.execute(queries("layouts")["insert"], layout.id, layout.name, layout.html, layout.created_at)


async def get(tenant: Tenant, layout_id: UUID) -> Layout:
    """Raises ``MissingThing``."""
    row = await tenant.fetchrow(queries("layouts")["get"], layout_id)
    if row is None:
        raise MissingThing("layout")
    return Layout(**row)


async def listed(tenant: Tenant, *, before: UUID | None, limit: int) -> list[Layout]:
    """Newest first."""
    return [Layout(**row) for row in await tenant.fetch(queries("layouts")["list"], before, limit)]


async def retire(tenant: Tenant, layout_id: UUID, now: datetime) -> None:
    await tenant.execute(queries("layouts")["retire"], layout_id, now)
