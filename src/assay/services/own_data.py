"""Everything a market holds on a freelancer, for the freelancer to take along."""

from __future__ import annotations

from collections.abc import AsyncIterator

from assay.services.context import Context
from assay.store import freelancers
from assay.store import own_data as store


async def everything(context: Context) -> AsyncIterator[tuple[str, list[str]]]:
    """Rows of one table after another, as JSON, some hundreds at a time, each with its table's name; a table without
    rows comes once with none. What others hold in confidence about third parties is not among it.

    Raises ``NotFound`` for one who is no freelancer.
    """
    me = context.worker_id
    async with context.market() as room:
        await freelancers.lock_joined(room, me)
        for table in store.MARKET:
            yield table, []
            async for rows in store.rows(room, table, me):
                yield table, rows
        homes = [home for home in await store.requesters(room, me) if home != room.organization_id]
    for table in (*store.HOME, *store.EVERYWHERE):
        yield table, []
        async for rows in store.rows(context.tenant, table, me):
            yield table, rows
    for table in store.EVERYWHERE:
        for home in homes:
            async with context.tenant.room(home) as theirs:
                async for rows in store.rows(theirs, table, me):
                    yield table, rows
