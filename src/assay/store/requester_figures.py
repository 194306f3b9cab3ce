"""What freelancers are told of requesters, worked out now and then."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assay.core.offers import Mode
from assay.core.reputation import RequesterFigures
from assay.store.connection import Tenant, queries


async def get(room: Tenant, requester_id: UUID, mode: Mode) -> RequesterFigures | None:
    """None for a requester that never offered anything, or only just began."""
    row = await room.fetchrow(queries("requester_figures")["get"], requester_id, mode)
    return None if row is None else RequesterFigures(**row)


async def stale(room: Tenant, before: datetime, limit: int) -> list[tuple[UUID, Mode]]:
    """Requesters whose figures are older than that, or not there; these first."""
    rows = await room.fetch(queries("requester_figures")["stale"], before, limit)
    return [(row["requester_id"], row["mode"]) for row in rows]


async def refresh(room: Tenant, requester_id: UUID, mode: Mode, name: str, now: datetime, answers: int) -> None:
    """Works a requester's figures out anew, medians from its latest ``answers``. Open the room as the market itself."""
    await room.execute(queries("requester_figures")["refresh"], requester_id, mode, name, now, answers)
