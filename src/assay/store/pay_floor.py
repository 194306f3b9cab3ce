"""How long work on offers takes, and what was paid below the market's floor."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assay.core.errors import NotFound
from assay.core.ledger import Mode
from assay.core.pay_floor import MEASURED_MAX, Pace, Shortfall
from assay.store.connection import Tenant, queries

OFFER_MISSING = "You have no such offer."


async def paces(
    room: Tenant, requester_id: UUID, mode: Mode, *, before: UUID | None = None, limit: int
) -> Sequence[tuple[str, Pace]]:
    """Title and pace of a requester's offers, the newest first, older than ``before``."""
    rows = await room.fetch(queries("pay_floor")["paces"], requester_id, mode, None, before, limit, MEASURED_MAX)
    return [(row["title"], Pace(**{name: value for name, value in row.items() if name != "title"})) for row in rows]


async def pace(room: Tenant, requester_id: UUID, mode: Mode, offer_id: UUID) -> Pace:
    """Of one offer. Raises ``NotFound``."""
    row = await room.fetchrow(queries("pay_floor")["paces"], requester_id, mode, offer_id, None, 1, MEASURED_MAX)
    if row is None:
        raise NotFound(OFFER_MISSING)
    return Pace(**{name: value for name, value in row.items() if name != "title"})


async def owed(room: Tenant, offer_id: UUID, least_minor: int) -> tuple[int, int]:
    """How many approved engagements brought less than ``least_minor``, and what is missing in all."""
    row = await room.fetchrow(queries("pay_floor")["owed"], offer_id, least_minor)
    assert row is not None
    return row["engagements"], row["missing_minor"]


async def shortfalls(room: Tenant, offer_id: UUID, least_minor: int, *, limit: int) -> Sequence[Shortfall]:
    """Those engagements, by freelancer."""
    return [
        Shortfall(**row) for row in await room.fetch(queries("pay_floor")["shortfalls"], offer_id, least_minor, limit)
    ]


async def lock_offer(room: Tenant, requester_id: UUID, mode: Mode, offer_id: UUID) -> None:
    """Nobody else tops it up until this transaction ends. Raises ``NotFound``."""
    if await room.fetchval(queries("pay_floor")["lock_offer"], offer_id, requester_id, mode) is None:
        raise NotFound(OFFER_MISSING)
