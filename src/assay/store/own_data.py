"""What a market holds on one freelancer, table by table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from assay.store.connection import Tenant, queries

# Of the market's room; a test holds that no table with freelancers is forgotten.
MARKET: Final = (
    "freelancers",
    "engagements",
    "appeals",
    "messages",
    "dealings",
    "qualification_requests",
    "qualification_grants",
    "worker_blocks",
    "saved_filters",
    "accounts",
    "transfers",
    "entries",
    "bonuses",
    "payouts",
)
# Of the market's as of any organization's where the freelancer is somebody.
HOME: Final = ("members", "sign_ups", "workers")
# Of the market and of each requester they worked for.
EVERYWHERE: Final = ("submissions",)
_TOGETHER: Final = 200


async def rows(room: Tenant, table: str, freelancer_id: UUID) -> AsyncIterator[list[str]]:
    """A table's rows as JSON objects, some hundreds at a time."""
    fetch = await room.cursor(queries("own_data")[table], freelancer_id)
    while found := await fetch(_TOGETHER):
        yield [row[0] for row in found]


async def requesters(room: Tenant, freelancer_id: UUID) -> Sequence[UUID]:
    """Whom they worked for."""
    return [row["requester_id"] for row in await room.fetch(queries("own_data")["requesters"], freelancer_id)]
