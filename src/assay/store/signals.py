"""Signals for the market's reviewers: rows of the market's room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assay.core.integrity import Kind, Signal
from assay.core.postings import MissingThing
from assay.store.connection import Tenant, queries


@dataclass(frozen=True, kw_only=True)
class Found:
    """A signal as it is kept. ``note``: what a reviewer made of it."""

    id: UUID
    offer_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    kind: Kind
    other_id: UUID | None
    reason: str
    engagement_ids: Sequence[UUID]
    found_at: datetime
    seen_by: UUID | None
    seen_at: datetime | None
    note: str | None


_FIELDS: Final = [field.name for field in fields(Found)]


async def lately(room: Tenant, since: UUID, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Offers with something handed in that was begun since (an id made then), each with its requester."""
    rows = await room.fetch(queries("signals")["lately"], since, limit)
    return [(row["offer_id"], row["requester_id"]) for row in rows]


async def given(room: Tenant, offer_id: UUID, limit: int) -> Sequence[tuple[UUID, UUID, UUID, float | None]]:
    """The latest handed in on an offer: its id, the posting's, the freelancer's, and the active seconds."""
    rows = await room.fetch(queries("signals")["given"], offer_id, limit)
    return [(row["id"], row["posting_id"], row["freelancer_id"], row["seconds"]) for row in rows]


async def put(room: Tenant, id: UUID, offer_id: UUID, requester_id: UUID, signal: Signal, now: datetime) -> bool:
    """Keeps it, or brings one up to date that nobody has seen; whether it is new."""
    made: bool | None = await room.fetchval(
        queries("signals")["put"],
        id,
        offer_id,
        requester_id,
        signal.freelancer_id,
        signal.kind,
        signal.other_id,
        signal.reason,
        list(signal.engagement_ids),
        now,
    )
    return bool(made)


async def unseen(room: Tenant, *, after: UUID | None, limit: int) -> list[Found]:
    """The oldest first."""
    return [_found(row) for row in await room.fetch(queries("signals")["open"], after, limit)]


async def lock(room: Tenant, signal_id: UUID) -> Found:
    """Raises ``MissingThing``."""
    row = await room.fetchrow(queries("signals")["lock"], signal_id)
    if row is None:
        raise MissingThing("signal")
    return _found(row)


async def set_seen(room: Tenant, signal_id: UUID, member_id: UUID, now: datetime, note: str) -> None:
    await room.execute(queries("signals")["set_seen"], signal_id, member_id, now, note)


def _found(row: Any) -> Found:
    return Found(**{name: row[name] for name in _FIELDS})
