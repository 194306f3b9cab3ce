"""Appeals: rows of the market's room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assay.core.appeals import Appeal
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.store.connection import Tenant, queries

_FIELDS: Final = [field.name for field in fields(Appeal)]


async def insert(room: Tenant, appeal: Appeal) -> None:
    """Opens it; from now on the rejection counts nowhere. Raises ``AlreadyExists`` where another is open."""
    await room.execute(
        queries("appeals")["insert"],
        appeal.id,
        appeal.engagement_id,
        appeal.requester_id,
        appeal.freelancer_id,
        appeal.mode,
        appeal.origin,
        appeal.words,
        appeal.opened_at,
        appeal.answer_by,
    )
    await set_counted(room, appeal.engagement_id, False)


async def get(room: Tenant, appeal_id: UUID) -> Appeal:
    """Raises ``MissingThing``."""
    return _one(await room.fetchrow(queries("appeals")["get"], appeal_id))


async def lock(room: Tenant, appeal_id: UUID) -> Appeal:
    """Which nobody else changes until this transaction ends. Whoever locks its engagement locks that first. Raises
    ``MissingThing``."""
    return _one(await room.fetchrow(queries("appeals")["lock"], appeal_id))


async def of_engagement(room: Tenant, engagement_id: UUID) -> list[Appeal]:
    """The oldest first."""
    return [_appeal(row) for row in await room.fetch(queries("appeals")["of_engagement"], engagement_id)]


async def change(room: Tenant, appeal: Appeal) -> None:
    """Writes what may change of it."""
    await room.execute(
        queries("appeals")["change"],
        appeal.id,
        appeal.state,
        appeal.outcome,
        appeal.answer,
        appeal.answered_at,
        appeal.ruled_by,
        appeal.reason,
        appeal.ruled_at,
        appeal.closed_at,
    )


async def close_approved(room: Tenant, engagement_id: UUID, now: datetime) -> Sequence[UUID]:
    """Closes what is open on an engagement that is approved now; which that was."""
    rows = await room.fetch(queries("appeals")["close_approved"], engagement_id, now)
    await set_counted(room, engagement_id, True)
    return [row["id"] for row in rows]


async def set_counted(room: Tenant, engagement_id: UUID, counted: bool) -> None:
    """Whether a rejection counts in anybody's figures."""
    await room.execute(queries("appeals")["set_counted"], engagement_id, counted)


async def listed(
    room: Tenant, requester_id: UUID | None, freelancer_id: UUID | None, mode: Mode, *, before: UUID | None, limit: int
) -> list[Appeal]:
    """Those of a requester or of a freelancer, the newest first."""
    rows = await room.fetch(queries("appeals")["listed"], requester_id, freelancer_id, mode, before, limit)
    return [_appeal(row) for row in rows]


async def to_rule(room: Tenant, now: datetime, *, after: UUID | None, limit: int) -> list[Appeal]:
    """Those that wait for a reviewer, the oldest first."""
    rows = await room.fetch(queries("appeals")["to_rule"], now, after, limit)
    return [_appeal(row) for row in rows]


async def owed(room: Tenant, limit: int) -> Sequence[UUID]:
    """Those that wait for the requester's money."""
    return [row["id"] for row in await room.fetch(queries("appeals")["owed"], limit)]


async def rejected_lately(room: Tenant, requester_id: UUID, mode: Mode, since: datetime) -> int:
    found: int = await room.fetchval(queries("appeals")["lately"], requester_id, mode, since)
    return found


async def approved_lately(room: Tenant, requester_id: UUID, mode: Mode, since: datetime, most: int) -> int:
    """Counted up to ``most``."""
    found: int = await room.fetchval(queries("appeals")["approved_lately"], requester_id, mode, since, most)
    return found


async def is_member(home: Tenant, email: str) -> bool:
    """Whether somebody with this address belongs to the organization whose room it is, or did."""
    found: bool = await home.fetchval(queries("appeals")["is_member"], email)
    return found


def _one(row: Any | None) -> Appeal:
    if row is None:
        raise MissingThing("appeal")
    return _appeal(row)


def _appeal(row: Any) -> Appeal:
    return Appeal(**{name: row[name] for name in _FIELDS})
